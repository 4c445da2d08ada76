PRAGMA application_id = 1347897419;
PRAGMA user_version = 4;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE partner (
  id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
  last_webhook_number INTEGER NOT NULL DEFAULT 0 CHECK (last_webhook_number >= 0)
, serial INTEGER) STRICT, WITHOUT ROWID;
INSERT INTO partner VALUES('PTR-1',5,1);
CREATE TABLE contract (
  id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64 AND id NOT GLOB '*[^A-Za-z0-9._-]*'),
  partner_id TEXT NOT NULL REFERENCES partner (id),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO contract VALUES('CTR-1001','PTR-1','Contract CTR-1001',1);
CREATE TABLE webhook (
  -- Never reused: the deliveries of a deleted webhook outlive it until they are purged in steps.
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE CHECK (id GLOB 'wh_?*'),
  partner_id TEXT NOT NULL REFERENCES partner (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  contract_id TEXT NOT NULL REFERENCES contract (id),
  url TEXT NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
  status TEXT NOT NULL CHECK (status IN ('active', 'inactive')),
  status_reason TEXT CHECK (status_reason IS NULL OR status = 'inactive'),
  delivery_order TEXT NOT NULL CHECK (delivery_order IN ('by_subject', 'latest', 'any')),
  description TEXT NOT NULL CHECK (length(description) <= 500),
  version INTEGER NOT NULL CHECK (version >= 1),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, event_types TEXT NOT NULL DEFAULT '',
  UNIQUE (partner_id, number)
) STRICT;
INSERT INTO webhook VALUES(1,'wh_ltvmuceutn1scn11oo4ka7cod4','PTR-1',1,'CTR-1001','http://127.0.0.1:36029/ok','active',NULL,'by_subject','',1,1795443991626,1795443991626,'2');
INSERT INTO webhook VALUES(2,'wh_3qbprtpdb69cmireb5i319ck68','PTR-1',2,'CTR-1001','http://127.0.0.1:36029/latest','active',NULL,'latest','',1,1795443991639,1795443991639,'2');
INSERT INTO webhook VALUES(3,'wh_cunl9p5vd4chdp982mkf0r37t4','PTR-1',3,'CTR-1001','http://127.0.0.1:36029/any','active',NULL,'any','',1,1795443991653,1795443991653,'2');
INSERT INTO webhook VALUES(4,'wh_mrlvf4b2f1jmk33orroeco3h8o','PTR-1',4,'CTR-1001','http://127.0.0.1:36029/waits','active',NULL,'by_subject','',1,1795443991712,1795443991712,'2');
INSERT INTO webhook VALUES(5,'wh_0ngk6d883j0vbtgfium29jtgik','PTR-1',5,'CTR-1001','http://127.0.0.1:36029/gone','inactive','the endpoint answered 410 Gone','by_subject','',2,1795443991715,1795443991895,'2');
CREATE TABLE subscription (
  contract_id TEXT NOT NULL,
  event_type TEXT NOT NULL CHECK (event_type IN ('flight_delay.status_changed', 'product.added',
                                                 'product.updated', 'product.removed')),
  url TEXT NOT NULL,
  webhook INTEGER NOT NULL REFERENCES webhook (key) ON DELETE CASCADE,
  PRIMARY KEY (contract_id, event_type, url)
) STRICT, WITHOUT ROWID;
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:36029/ok',1);
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:36029/latest',2);
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:36029/any',3);
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:36029/waits',4);
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:36029/gone',5);
CREATE TABLE signing_secret (
  webhook INTEGER NOT NULL REFERENCES webhook (key) ON DELETE CASCADE,
  serial INTEGER NOT NULL CHECK (serial >= 1),
  secret BLOB NOT NULL CHECK (length(secret) >= 24),
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (webhook, serial)
) STRICT, WITHOUT ROWID;
INSERT INTO signing_secret VALUES(1,1,X'6b517a2fcc5b91d6e1da5f40d5bcb5d0aa8a25a3f1eec5650992a0f68265b4e0',1795443991626,1795530391735);
INSERT INTO signing_secret VALUES(1,2,X'9fb1da8990903c787a83a91c2b01c13f366aaaba320a63e36c3d33672a166b5f',1795443991735,NULL);
INSERT INTO signing_secret VALUES(2,1,X'e1ec6fb6f530d0ae9533513a4f738d1399f0047fdd00ca1c239bd8a72d100c1d',1795443991639,NULL);
INSERT INTO signing_secret VALUES(3,1,X'96a024b1727bb88aacf0ac04fca0dc0046ac96c303b5b5c79eaf8ec48dfd2215',1795443991653,NULL);
INSERT INTO signing_secret VALUES(4,1,X'341554493a9a6037c017af0adac2b070a4662d7e22d255759a57ea55d6c2697d',1795443991712,NULL);
INSERT INTO signing_secret VALUES(5,1,X'97994aff839f9caef0f942e6cb6dc81ea5ee901d23dbe528842030f321a04be4',1795443991715,NULL);
CREATE TABLE flow (
  webhook INTEGER PRIMARY KEY REFERENCES webhook (key) ON DELETE CASCADE,
  last_sequence INTEGER NOT NULL DEFAULT 0 CHECK (last_sequence >= 0),
  ready_at INTEGER,                                             -- its next turn; NULL: nothing is queued
  proven INTEGER NOT NULL DEFAULT 0 CHECK (proven IN (0, 1)),   -- its last attempt succeeded, and fast
  failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),    -- in a row
  failing_since INTEGER,
  hold_until INTEGER,
  cancelled_through INTEGER NOT NULL DEFAULT 0,                 -- over 0: those that stand as pending up to this
  cancelled_at INTEGER,                                         -- sequence are cancelled, and wait to be swept
  CHECK ((failures = 0) = (failing_since IS NULL)),
  CHECK (failures = 0 OR proven = 0),
  CHECK (cancelled_through BETWEEN 0 AND last_sequence),
  CHECK ((cancelled_through = 0) = (cancelled_at IS NULL))
) STRICT;
INSERT INTO flow VALUES(1,5,1795443992030,1,0,NULL,NULL,0,NULL);
INSERT INTO flow VALUES(2,4,1795446996785,0,3,1795443991850,NULL,0,NULL);
INSERT INTO flow VALUES(3,4,1795447210478,0,4,1795443991853,NULL,0,NULL);
INSERT INTO flow VALUES(4,4,1795447060879,0,2,1795443991884,NULL,0,NULL);
INSERT INTO flow VALUES(5,4,NULL,0,1,1795443991891,NULL,0,NULL);
CREATE TABLE outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE
    DEFAULT ('evt_' || printf('%012x', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))
             || lower(hex(randomblob(10)))),
  type TEXT NOT NULL,
  contract_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  data TEXT NOT NULL,
  occurred_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)),
  expires_at INTEGER,
  -- The service's own columns: producers leave them out.
  received_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)),
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'dispatched', 'rejected')),
  matched INTEGER CHECK (matched >= 0),
  reason TEXT,
  test_of INTEGER, request_id TEXT, traceparent TEXT,  -- the one webhook that a test event is for
  CHECK ((status = 'dispatched') = (matched IS NOT NULL)),
  CHECK ((status = 'rejected') = (reason IS NOT NULL))
) STRICT;
INSERT INTO outbox VALUES(1,'golden-0','product.added','CTR-1001','product/PR-0','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795443991743,NULL,1795443991743,'dispatched',5,NULL,NULL,'req_gv085ooc0a6vnpk7n72mfr3k6o-1',NULL);
INSERT INTO outbox VALUES(2,'golden-1','product.added','CTR-1001','product/PR-1','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795443991755,NULL,1795443991755,'dispatched',5,NULL,NULL,'req_hivvdol96bepv0bcodeo1393ik-1',NULL);
INSERT INTO outbox VALUES(3,'golden-2','product.added','CTR-1001','product/PR-0','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795443991763,NULL,1795443991763,'dispatched',5,NULL,NULL,'req_a36alhuhqoa75725qmqnj2mn50-1',NULL);
INSERT INTO outbox VALUES(4,'golden-3','product.added','CTR-1001','product/PR-1','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795443991774,NULL,1795443991774,'dispatched',5,NULL,NULL,'req_ikt4s31cpg1vg8l01f8ig9v5no-1',NULL);
INSERT INTO outbox VALUES(5,'evt_notsdsr2d4ho4r6i0au0n3rjtc','product.added','CTR-1001','product/PR-7','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795443991975,NULL,1795443991975,'dispatched',1,NULL,1,NULL,NULL);
INSERT INTO outbox VALUES(6,'golden-bad','none','CTR-1001','s','{}',1795443992016,NULL,1795443992016,'rejected',NULL,'type is none of the event types',NULL,NULL,NULL);
INSERT INTO outbox VALUES(7,'golden-alone','product.added','CTR-9','s','{}',1795443992026,NULL,1795443992026,'rejected',NULL,'data.product_id is missing (and 3 more)',NULL,NULL,NULL);
INSERT INTO outbox VALUES(8,'golden-pending','product.added','CTR-1001','product/PR-5','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795443992046,NULL,1795443992046,'pending',NULL,NULL,NULL,'req_a3bcbe88htnptahq36pt817u6g-1',NULL);
CREATE TABLE delivery (
  event INTEGER NOT NULL,
  webhook INTEGER NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  subject TEXT NOT NULL,
  ordered INTEGER NOT NULL CHECK (ordered IN (0, 1)),           -- 1: one at a time with others of its subject
  state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'expired', 'superseded', 'cancelled')),
  reason TEXT,
  attempts_made INTEGER NOT NULL DEFAULT 0 CHECK (attempts_made >= 0),
  round_start INTEGER NOT NULL DEFAULT 0 CHECK (round_start BETWEEN 0 AND attempts_made),
  "trigger" TEXT NOT NULL CHECK ("trigger" IN ('schedule', 'manual', 'test')),
  due INTEGER,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (event, webhook),
  CHECK ((state = 'pending') = (finished_at IS NULL)),
  CHECK ((state = 'pending') = (due IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO delivery VALUES(1,1,1,'product/PR-0',1,'delivered',NULL,1,0,'schedule',NULL,1795443991773,1795443991848);
INSERT INTO delivery VALUES(1,2,1,'product/PR-0',1,'superseded','superseded by dlv_3qbprtpdb69cmireb5i319ck68_3',0,0,'schedule',NULL,1795443991773,1795443991773);
INSERT INTO delivery VALUES(1,3,1,'product/PR-0',0,'pending',NULL,1,0,'schedule',1795447210478,1795443991773,NULL);
INSERT INTO delivery VALUES(1,4,1,'product/PR-0',1,'pending',NULL,1,0,'schedule',1795447060879,1795443991773,NULL);
INSERT INTO delivery VALUES(1,5,1,'product/PR-0',1,'failed','status 410',1,0,'schedule',NULL,1795443991773,1795443991895);
INSERT INTO delivery VALUES(2,1,2,'product/PR-1',1,'delivered',NULL,1,0,'schedule',NULL,1795443991773,1795443991895);
INSERT INTO delivery VALUES(2,2,2,'product/PR-1',1,'superseded','superseded by dlv_3qbprtpdb69cmireb5i319ck68_4',1,0,'schedule',NULL,1795443991773,1795443991855);
INSERT INTO delivery VALUES(2,3,2,'product/PR-1',0,'pending',NULL,1,0,'schedule',1795448252828,1795443991773,NULL);
INSERT INTO delivery VALUES(2,4,2,'product/PR-1',1,'pending',NULL,1,0,'schedule',1795447744855,1795443991773,NULL);
INSERT INTO delivery VALUES(2,5,2,'product/PR-1',1,'cancelled','the webhook was turned inactive',0,0,'schedule',NULL,1795443991773,1795443991895);
INSERT INTO delivery VALUES(3,1,3,'product/PR-0',1,'delivered',NULL,1,0,'schedule',NULL,1795443991773,1795443991895);
INSERT INTO delivery VALUES(3,2,3,'product/PR-0',1,'pending',NULL,1,0,'schedule',1795446996785,1795443991773,NULL);
INSERT INTO delivery VALUES(3,3,3,'product/PR-0',0,'pending',NULL,1,0,'schedule',1795447355751,1795443991773,NULL);
INSERT INTO delivery VALUES(3,4,3,'product/PR-0',1,'pending',NULL,0,0,'schedule',1795443991773,1795443991773,NULL);
INSERT INTO delivery VALUES(3,5,3,'product/PR-0',1,'cancelled','the webhook was turned inactive',0,0,'schedule',NULL,1795443991773,1795443991895);
INSERT INTO delivery VALUES(4,1,4,'product/PR-1',1,'delivered',NULL,1,0,'schedule',NULL,1795443991833,1795443991900);
INSERT INTO delivery VALUES(4,2,4,'product/PR-1',1,'pending',NULL,1,0,'schedule',1795447944774,1795443991833,NULL);
INSERT INTO delivery VALUES(4,3,4,'product/PR-1',0,'pending',NULL,1,0,'schedule',1795447394637,1795443991833,NULL);
INSERT INTO delivery VALUES(4,4,4,'product/PR-1',1,'pending',NULL,0,0,'schedule',1795443991833,1795443991833,NULL);
INSERT INTO delivery VALUES(4,5,4,'product/PR-1',1,'cancelled','the webhook was turned inactive',0,0,'schedule',NULL,1795443991833,1795443991895);
INSERT INTO delivery VALUES(5,1,5,'product/PR-7',0,'pending',NULL,0,0,'test',1795443992030,1795443991975,NULL);
CREATE TABLE attempt (
  event INTEGER NOT NULL,
  webhook INTEGER NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 1),
  started_at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
  status_code INTEGER,
  error TEXT,
  response_excerpt TEXT NOT NULL,
  "trigger" TEXT NOT NULL CHECK ("trigger" IN ('schedule', 'manual', 'test')),
  PRIMARY KEY (event, webhook, number),
  CHECK (status_code IS NOT NULL OR error IS NOT NULL)
) STRICT, WITHOUT ROWID;
INSERT INTO attempt VALUES(1,1,1,1795443991845,2,200,NULL,'','schedule');
INSERT INTO attempt VALUES(1,3,1,1795443991846,6,503,NULL,'','schedule');
INSERT INTO attempt VALUES(1,4,1,1795443991846,38,503,NULL,'','schedule');
INSERT INTO attempt VALUES(1,5,1,1795443991879,11,410,NULL,'','schedule');
INSERT INTO attempt VALUES(2,1,1,1795443991876,8,200,NULL,'','schedule');
INSERT INTO attempt VALUES(2,2,1,1795443991846,4,503,NULL,'','schedule');
INSERT INTO attempt VALUES(2,3,1,1795443991884,0,503,NULL,'','schedule');
INSERT INTO attempt VALUES(2,4,1,1795443991898,1,503,NULL,'','schedule');
INSERT INTO attempt VALUES(3,1,1,1795443991878,7,200,NULL,'','schedule');
INSERT INTO attempt VALUES(3,2,1,1795443991883,0,503,NULL,'','schedule');
INSERT INTO attempt VALUES(3,3,1,1795443991898,0,503,NULL,'','schedule');
INSERT INTO attempt VALUES(4,1,1,1795443991899,0,200,NULL,'','schedule');
INSERT INTO attempt VALUES(4,2,1,1795443991896,0,503,NULL,'','schedule');
INSERT INTO attempt VALUES(4,3,1,1795443991907,4,503,NULL,'','schedule');
CREATE TABLE queue (
  webhook INTEGER NOT NULL,
  due INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY (webhook, due, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO queue VALUES(1,1795443992030,5,5);
INSERT INTO queue VALUES(2,1795446996785,3,3);
INSERT INTO queue VALUES(2,1795447944774,4,4);
INSERT INTO queue VALUES(3,1795447210478,1,1);
INSERT INTO queue VALUES(3,1795447355751,3,3);
INSERT INTO queue VALUES(3,1795447394637,4,4);
INSERT INTO queue VALUES(3,1795448252828,2,2);
INSERT INTO queue VALUES(4,1795447060879,1,1);
INSERT INTO queue VALUES(4,1795447744855,2,2);
CREATE TABLE claim (
  webhook INTEGER NOT NULL,
  event INTEGER NOT NULL,
  worker TEXT NOT NULL,
  token INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  PRIMARY KEY (webhook, event)
) STRICT, WITHOUT ROWID;
CREATE TABLE purge (
  webhook INTEGER PRIMARY KEY
) STRICT;
CREATE TABLE api_key (
  id TEXT PRIMARY KEY CHECK (id GLOB 'key_?*'),
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  role TEXT NOT NULL CHECK (role IN ('partner', 'producer', 'admin')),
  partner_id TEXT REFERENCES partner (id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  CHECK ((role = 'partner') = (partner_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO api_key VALUES('key_bs5327uqfmdeb3lr6m12skvk14',X'912c1363cf72da25abbfea782902a1dc84cdf28a0053657177fc389c0bae1e18','partner','PTR-1','',1795443991378,NULL,1795443991626);
INSERT INTO api_key VALUES('key_od49r4h4399ur7do093q43b92o',X'e12ab9d06ff7796c9d2f26e4e2605ab1dea680b36cbf488ab51a199ef9dd86b4','admin',NULL,'',1795443991063,NULL,1795443991255);
INSERT INTO api_key VALUES('key_tvn25m4dr70t3il5s581n85n9k',X'39a79be0e3b2340cdd461b4ca92c8b00e639d170dd13cc700ba5d81bea6adffe','producer',NULL,'',1795443991210,NULL,1795443991743);
CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
  reply TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE latest_delivered (
  webhook INTEGER NOT NULL,
  subject TEXT NOT NULL,
  type TEXT NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY (webhook, subject, type)
) STRICT, WITHOUT ROWID;
CREATE TABLE webhook_tally (
  partner_id TEXT NOT NULL,
  contract_id TEXT NOT NULL,
  status TEXT NOT NULL,
  event_types TEXT NOT NULL,
  webhooks INTEGER NOT NULL CHECK (webhooks >= 0),
  PRIMARY KEY (partner_id, contract_id, status, event_types)
) STRICT, WITHOUT ROWID;
INSERT INTO webhook_tally VALUES('PTR-1','CTR-1001','active','2',4);
INSERT INTO webhook_tally VALUES('PTR-1','CTR-1001','inactive','2',1);
CREATE TABLE IF NOT EXISTS 'webhook_url_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO webhook_url_data VALUES(1,X'057d');
INSERT INTO webhook_url_data VALUES(10,X'000000000105050005010101020101030101040101050101');
INSERT INTO webhook_url_data VALUES(137438953473,X'000000ec04302e302ea080808080010202313aa0808080800101032f2f31a0808080800102023132a0808080800102026f6ba080808080010103302e30a08080808001030131a0808080800102023239a080808080010103313237a0808080800102023a33a08080808001010332372ea080808080010202392fa080808080010103333630a080808080010103363032a080808080010103372e30a080808080010103392f6fa0808080800101033a2f2fa0808080800102023336a080808080010103687474a080808080010103703a2fa08080808001010374703aa0808080800102027470a08080808001040b0a0b0a0a0b090a0b0a0b0a0b0b0b0b0b0a0b0b0b');
INSERT INTO webhook_url_data VALUES(274877906945,X'0000011704302e302ea080808080020202313aa0808080800201032f2f31a0808080800202023132a0808080800202026c61a080808080020103302e30a08080808002030131a0808080800202023239a080808080020103313237a0808080800202023a33a08080808002010332372ea080808080020202392fa080808080020103333630a080808080020103363032a080808080020103372e30a080808080020103392f6ca0808080800201033a2f2fa0808080800202023336a080808080020103617465a080808080020103657374a080808080020103687474a0808080800201036c6174a080808080020103703a2fa080808080020103746573a080808080020202703aa0808080800202027470a08080808002040b0a0b0a0a0b090a0b0a0b0a0b0b0b0b0b0a0b0b0b0b0b0b0a');
INSERT INTO webhook_url_data VALUES(412316860417,X'000000f704302e302ea080808080030202313aa0808080800301032f2f31a0808080800302023132a080808080030202616ea080808080030103302e30a08080808003030131a0808080800302023239a080808080030103313237a0808080800302023a33a08080808003010332372ea080808080030202392fa080808080030103333630a080808080030103363032a080808080030103372e30a080808080030103392f61a0808080800301033a2f2fa0808080800302023336a080808080030103616e79a080808080030103687474a080808080030103703a2fa08080808003010374703aa0808080800302027470a08080808003040b0a0b0a0a0b090a0b0a0b0a0b0b0b0b0b0a0b0b0b0b');
INSERT INTO webhook_url_data VALUES(549755813889,X'0000010d04302e302ea080808080040202313aa0808080800401032f2f31a0808080800402023132a0808080800402027761a080808080040103302e30a08080808004030131a0808080800402023239a080808080040103313237a0808080800402023a33a08080808004010332372ea080808080040202392fa080808080040103333630a080808080040103363032a080808080040103372e30a080808080040103392f77a0808080800401033a2f2fa0808080800402023336a080808080040103616974a080808080040103687474a080808080040103697473a080808080040103703a2fa08080808004010374703aa0808080800402027470a080808080040103776169a08080808004040b0a0b0a0a0b090a0b0a0b0a0b0b0b0b0b0a0b0b0b0b0b0a');
INSERT INTO webhook_url_data VALUES(687194767361,X'0000010204302e302ea080808080050202313aa0808080800501032f2f31a0808080800502023132a080808080050202676fa080808080050103302e30a08080808005030131a0808080800502023239a080808080050103313237a0808080800502023a33a08080808005010332372ea080808080050202392fa080808080050103333630a080808080050103363032a080808080050103372e30a080808080050103392f67a0808080800501033a2f2fa0808080800502023336a080808080050103676f6ea080808080050103687474a0808080800501036f6e65a080808080050103703a2fa08080808005010374703aa0808080800502027470a08080808005040b0a0b0a0a0b090a0b0a0b0a0b0b0b0b0b0a0b0b0b0b0b');
CREATE TABLE IF NOT EXISTS 'webhook_url_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO webhook_url_idx VALUES(1,X'',2);
INSERT INTO webhook_url_idx VALUES(2,X'',2);
INSERT INTO webhook_url_idx VALUES(3,X'',2);
INSERT INTO webhook_url_idx VALUES(4,X'',2);
INSERT INTO webhook_url_idx VALUES(5,X'',2);
CREATE TABLE IF NOT EXISTS 'webhook_url_content'(id INTEGER PRIMARY KEY, c0);
INSERT INTO webhook_url_content VALUES(1099511627777,'http://127.0.0.1:36029/ok');
INSERT INTO webhook_url_content VALUES(1099511627778,'http://127.0.0.1:36029/latest');
INSERT INTO webhook_url_content VALUES(1099511627779,'http://127.0.0.1:36029/any');
INSERT INTO webhook_url_content VALUES(1099511627780,'http://127.0.0.1:36029/waits');
INSERT INTO webhook_url_content VALUES(1099511627781,'http://127.0.0.1:36029/gone');
CREATE TABLE IF NOT EXISTS 'webhook_url_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO webhook_url_config VALUES('version',4);
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','webhook_url','webhook_url',0,'CREATE VIRTUAL TABLE webhook_url USING fts5 (url, tokenize = ''trigram'', detail = none, columnsize = 0)');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('webhook',5);
INSERT INTO sqlite_sequence VALUES('outbox',8);
CREATE INDEX contract_by_partner ON contract (partner_id, id);
CREATE INDEX webhook_by_contract ON webhook (contract_id);
CREATE UNIQUE INDEX subscription_by_webhook ON subscription (webhook, event_type);
CREATE UNIQUE INDEX signing_secret_current ON signing_secret (webhook) WHERE expires_at IS NULL;
CREATE INDEX flow_ready ON flow (proven, ready_at) WHERE ready_at IS NOT NULL;
CREATE INDEX flow_sweep ON flow (webhook) WHERE cancelled_through > 0;
CREATE INDEX outbox_pending ON outbox (contract_id, position) WHERE status = 'pending';
CREATE INDEX outbox_by_contract ON outbox (contract_id, received_at);
CREATE UNIQUE INDEX delivery_by_webhook ON delivery (webhook, sequence);
CREATE INDEX delivery_pending ON delivery (webhook, ordered, subject, event) WHERE state = 'pending';
CREATE INDEX idempotency_by_age ON idempotency (created_at);
CREATE INDEX latest_delivered_event ON latest_delivered (event);
CREATE UNIQUE INDEX partner_by_serial ON partner (serial);
CREATE INDEX webhook_by_number ON webhook (partner_id, number, contract_id, status, event_types);
CREATE INDEX webhook_by_contract_id ON webhook (partner_id, contract_id, number, status, event_types);
CREATE INDEX webhook_by_url ON webhook (partner_id, url, number, contract_id, status, event_types);
CREATE INDEX webhook_by_event_types ON webhook (partner_id, event_types, number, contract_id, status);
CREATE INDEX webhook_by_status ON webhook (partner_id, status, number, contract_id, event_types);
CREATE INDEX webhook_by_created_at ON webhook (partner_id, created_at, number, contract_id, status, event_types);
CREATE INDEX webhook_by_updated_at ON webhook (partner_id, updated_at, number, contract_id, status, event_types);
CREATE TRIGGER partner_numbered AFTER INSERT ON partner BEGIN
  UPDATE partner SET serial = (SELECT coalesce(max(serial), 0) + 1 FROM partner) WHERE id = NEW.id;
END;
CREATE VIEW subscribed (webhook, event_types) AS
  SELECT webhook,
         coalesce(max(CASE event_type WHEN 'flight_delay.status_changed' THEN '1' END), '')
         || coalesce(max(CASE event_type WHEN 'product.added' THEN '2' END), '')
         || coalesce(max(CASE event_type WHEN 'product.updated' THEN '4' END), '')
         || coalesce(max(CASE event_type WHEN 'product.removed' THEN '3' END), '')
  FROM subscription GROUP BY webhook;
CREATE TRIGGER subscription_added AFTER INSERT ON subscription BEGIN
  UPDATE webhook SET event_types = (SELECT event_types FROM subscribed WHERE webhook = NEW.webhook) WHERE key = NEW.webhook;
END;
CREATE TRIGGER subscription_removed AFTER DELETE ON subscription BEGIN
  UPDATE webhook SET event_types = coalesce((SELECT event_types FROM subscribed WHERE webhook = OLD.webhook), '')
  WHERE key = OLD.webhook;
END;
CREATE TRIGGER webhook_counted AFTER INSERT ON webhook BEGIN
  INSERT INTO webhook_tally VALUES (NEW.partner_id, NEW.contract_id, NEW.status, NEW.event_types, 1)
  ON CONFLICT DO UPDATE SET webhooks = webhooks + 1;
END;
CREATE TRIGGER webhook_recounted AFTER UPDATE OF contract_id, status, event_types ON webhook
WHEN NEW.contract_id <> OLD.contract_id OR NEW.status <> OLD.status OR NEW.event_types <> OLD.event_types BEGIN
  INSERT INTO webhook_tally VALUES (NEW.partner_id, NEW.contract_id, NEW.status, NEW.event_types, 1)
  ON CONFLICT DO UPDATE SET webhooks = webhooks + 1;
  UPDATE webhook_tally SET webhooks = webhooks - 1
  WHERE (partner_id, contract_id, status, event_types) = (OLD.partner_id, OLD.contract_id, OLD.status, OLD.event_types);
  DELETE FROM webhook_tally
  WHERE (partner_id, contract_id, status, event_types) = (OLD.partner_id, OLD.contract_id, OLD.status, OLD.event_types)
    AND webhooks = 0;
END;
CREATE TRIGGER webhook_uncounted AFTER DELETE ON webhook BEGIN
  UPDATE webhook_tally SET webhooks = webhooks - 1
  WHERE (partner_id, contract_id, status, event_types) = (OLD.partner_id, OLD.contract_id, OLD.status, OLD.event_types);
  DELETE FROM webhook_tally
  WHERE (partner_id, contract_id, status, event_types) = (OLD.partner_id, OLD.contract_id, OLD.status, OLD.event_types)
    AND webhooks = 0;
END;
PRAGMA writable_schema=OFF;
COMMIT;
