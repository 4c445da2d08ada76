PRAGMA application_id = 1347897419;
PRAGMA user_version = 3;
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
INSERT INTO webhook VALUES(1,'wh_p6bfl78jh9gfshlvk2dp53p21s','PTR-1',1,'CTR-1001','http://127.0.0.1:36647/ok','active',NULL,'by_subject','',1,1795442223995,1795442223995,'2');
INSERT INTO webhook VALUES(2,'wh_bdqvs7laov9oomhunuo6rt42hk','PTR-1',2,'CTR-1001','http://127.0.0.1:36647/latest','active',NULL,'latest','',1,1795442224000,1795442224000,'2');
INSERT INTO webhook VALUES(3,'wh_9hvhhglt5tumsa30qv2ieor1gc','PTR-1',3,'CTR-1001','http://127.0.0.1:36647/any','active',NULL,'any','',1,1795442224006,1795442224006,'2');
INSERT INTO webhook VALUES(4,'wh_kfesi8mj4gfqcplqo3nt0o2540','PTR-1',4,'CTR-1001','http://127.0.0.1:36647/waits','active',NULL,'by_subject','',1,1795442224008,1795442224008,'2');
INSERT INTO webhook VALUES(5,'wh_sqed80uuhcib3pjvd2k3u47l0g','PTR-1',5,'CTR-1001','http://127.0.0.1:36647/gone','inactive','the endpoint answered 410 Gone','by_subject','',2,1795442224011,1795442224099,'2');
CREATE TABLE subscription (
  contract_id TEXT NOT NULL,
  event_type TEXT NOT NULL CHECK (event_type IN ('flight_delay.status_changed', 'product.added',
                                                 'product.updated', 'product.removed')),
  url TEXT NOT NULL,
  webhook INTEGER NOT NULL REFERENCES webhook (key) ON DELETE CASCADE,
  PRIMARY KEY (contract_id, event_type, url)
) STRICT, WITHOUT ROWID;
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:36647/ok',1);
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:36647/latest',2);
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:36647/any',3);
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:36647/waits',4);
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:36647/gone',5);
CREATE TABLE signing_secret (
  webhook INTEGER NOT NULL REFERENCES webhook (key) ON DELETE CASCADE,
  serial INTEGER NOT NULL CHECK (serial >= 1),
  secret BLOB NOT NULL CHECK (length(secret) >= 24),
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (webhook, serial)
) STRICT, WITHOUT ROWID;
INSERT INTO signing_secret VALUES(1,1,X'c1bb8461b330383308206e0d4d78f3e9acc2a9fac6afc029226a55ee5f42b699',1795442223995,1795528624015);
INSERT INTO signing_secret VALUES(1,2,X'6d7550f1a1c83564cacb54cd52d758eba11562aa4bceeb836bf418cecc01691c',1795442224015,NULL);
INSERT INTO signing_secret VALUES(2,1,X'f66813f85a4235977c1062b58293d832184094b9642208674e29479835922f0f',1795442224000,NULL);
INSERT INTO signing_secret VALUES(3,1,X'58d6a02a9a0937cdf124677b04b1f1421fb2c7d0aed0d05009baa075191b815a',1795442224006,NULL);
INSERT INTO signing_secret VALUES(4,1,X'9725113b846ad88a222d1a51e0b028da41c0dcedc77368dbff310d43f4942fbe',1795442224008,NULL);
INSERT INTO signing_secret VALUES(5,1,X'0accc2636cab1925fd19bc502d57201b9b05ccc1cee9e29042f21b195b2c91ec',1795442224011,NULL);
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
INSERT INTO flow VALUES(1,5,1795442224148,1,0,NULL,NULL,0,NULL);
INSERT INTO flow VALUES(2,4,1795445638369,0,4,1795442224040,NULL,0,NULL);
INSERT INTO flow VALUES(3,4,1795445631436,0,4,1795442224037,NULL,0,NULL);
INSERT INTO flow VALUES(4,4,1795445292717,0,2,1795442224041,NULL,0,NULL);
INSERT INTO flow VALUES(5,3,NULL,0,1,1795442224097,NULL,0,NULL);
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
  test_of INTEGER,  -- the one webhook that a test event is for
  CHECK ((status = 'dispatched') = (matched IS NOT NULL)),
  CHECK ((status = 'rejected') = (reason IS NOT NULL))
) STRICT;
INSERT INTO outbox VALUES(1,'golden-0','product.added','CTR-1001','product/PR-0','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442224019,NULL,1795442224019,'dispatched',5,NULL,NULL);
INSERT INTO outbox VALUES(2,'golden-1','product.added','CTR-1001','product/PR-1','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442224032,NULL,1795442224032,'dispatched',5,NULL,NULL);
INSERT INTO outbox VALUES(3,'golden-2','product.added','CTR-1001','product/PR-0','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442224046,NULL,1795442224046,'dispatched',5,NULL,NULL);
INSERT INTO outbox VALUES(4,'golden-3','product.added','CTR-1001','product/PR-1','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442224098,NULL,1795442224098,'dispatched',4,NULL,NULL);
INSERT INTO outbox VALUES(5,'evt_1sjbdmbraoshbpc588hpg7u52o','product.added','CTR-1001','product/PR-7','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442224131,NULL,1795442224131,'dispatched',1,NULL,1);
INSERT INTO outbox VALUES(6,'golden-bad','none','CTR-1001','s','{}',1795442224134,NULL,1795442224134,'rejected',NULL,'type is none of the event types',NULL);
INSERT INTO outbox VALUES(7,'golden-alone','product.added','CTR-9','s','{}',1795442224135,NULL,1795442224135,'rejected',NULL,'data.product_id is missing (and 3 more)',NULL);
INSERT INTO outbox VALUES(8,'golden-pending','product.added','CTR-1001','product/PR-5','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442224161,NULL,1795442224161,'pending',NULL,NULL,NULL);
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
INSERT INTO delivery VALUES(1,1,1,'product/PR-0',1,'delivered',NULL,1,0,'schedule',NULL,1795442224022,1795442224079);
INSERT INTO delivery VALUES(1,2,1,'product/PR-0',1,'superseded','superseded by dlv_bdqvs7laov9oomhunuo6rt42hk_3',1,0,'schedule',NULL,1795442224022,1795442224095);
INSERT INTO delivery VALUES(1,3,1,'product/PR-0',0,'pending',NULL,1,0,'schedule',1795445776408,1795442224022,NULL);
INSERT INTO delivery VALUES(1,4,1,'product/PR-0',1,'pending',NULL,1,0,'schedule',1795446020705,1795442224022,NULL);
INSERT INTO delivery VALUES(1,5,1,'product/PR-0',1,'failed','status 410',1,0,'schedule',NULL,1795442224022,1795442224099);
INSERT INTO delivery VALUES(2,1,2,'product/PR-1',1,'delivered',NULL,1,0,'schedule',NULL,1795442224034,1795442224099);
INSERT INTO delivery VALUES(2,2,2,'product/PR-1',1,'superseded','superseded by dlv_bdqvs7laov9oomhunuo6rt42hk_4',1,0,'schedule',NULL,1795442224034,1795442224099);
INSERT INTO delivery VALUES(2,3,2,'product/PR-1',0,'pending',NULL,1,0,'schedule',1795445631436,1795442224034,NULL);
INSERT INTO delivery VALUES(2,4,2,'product/PR-1',1,'pending',NULL,1,0,'schedule',1795445292717,1795442224034,NULL);
INSERT INTO delivery VALUES(2,5,2,'product/PR-1',1,'cancelled','the webhook was turned inactive',0,0,'schedule',NULL,1795442224034,1795442224099);
INSERT INTO delivery VALUES(3,1,3,'product/PR-0',1,'delivered',NULL,1,0,'schedule',NULL,1795442224095,1795442224108);
INSERT INTO delivery VALUES(3,2,3,'product/PR-0',1,'pending',NULL,1,0,'schedule',1795445638369,1795442224095,NULL);
INSERT INTO delivery VALUES(3,3,3,'product/PR-0',0,'pending',NULL,1,0,'schedule',1795445716495,1795442224095,NULL);
INSERT INTO delivery VALUES(3,4,3,'product/PR-0',1,'pending',NULL,0,0,'schedule',1795442224095,1795442224095,NULL);
INSERT INTO delivery VALUES(3,5,3,'product/PR-0',1,'cancelled','the webhook was turned inactive',0,0,'schedule',NULL,1795442224095,1795442224099);
INSERT INTO delivery VALUES(4,1,4,'product/PR-1',1,'delivered',NULL,1,0,'schedule',NULL,1795442224099,1795442224110);
INSERT INTO delivery VALUES(4,2,4,'product/PR-1',1,'pending',NULL,1,0,'schedule',1795446313696,1795442224099,NULL);
INSERT INTO delivery VALUES(4,3,4,'product/PR-1',0,'pending',NULL,1,0,'schedule',1795446078727,1795442224099,NULL);
INSERT INTO delivery VALUES(4,4,4,'product/PR-1',1,'pending',NULL,0,0,'schedule',1795442224099,1795442224099,NULL);
INSERT INTO delivery VALUES(5,1,5,'product/PR-7',0,'pending',NULL,0,0,'test',1795442224148,1795442224131,NULL);
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
INSERT INTO attempt VALUES(1,1,1,1795442224034,7,200,NULL,'','schedule');
INSERT INTO attempt VALUES(1,2,1,1795442224034,5,503,NULL,'','schedule');
INSERT INTO attempt VALUES(1,3,1,1795442224035,2,503,NULL,'','schedule');
INSERT INTO attempt VALUES(1,4,1,1795442224035,5,503,NULL,'','schedule');
INSERT INTO attempt VALUES(1,5,1,1795442224093,3,410,NULL,'','schedule');
INSERT INTO attempt VALUES(2,1,1,1795442224094,1,200,NULL,'','schedule');
INSERT INTO attempt VALUES(2,2,1,1795442224094,1,503,NULL,'','schedule');
INSERT INTO attempt VALUES(2,3,1,1795442224094,1,503,NULL,'','schedule');
INSERT INTO attempt VALUES(2,4,1,1795442224096,0,503,NULL,'','schedule');
INSERT INTO attempt VALUES(3,1,1,1795442224099,0,200,NULL,'','schedule');
INSERT INTO attempt VALUES(3,2,1,1795442224108,1,503,NULL,'','schedule');
INSERT INTO attempt VALUES(3,3,1,1795442224108,1,503,NULL,'','schedule');
INSERT INTO attempt VALUES(4,1,1,1795442224108,1,200,NULL,'','schedule');
INSERT INTO attempt VALUES(4,2,1,1795442224118,0,503,NULL,'','schedule');
INSERT INTO attempt VALUES(4,3,1,1795442224118,0,503,NULL,'','schedule');
CREATE TABLE queue (
  webhook INTEGER NOT NULL,
  due INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY (webhook, due, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO queue VALUES(1,1795442224148,5,5);
INSERT INTO queue VALUES(2,1795445638369,3,3);
INSERT INTO queue VALUES(2,1795446313696,4,4);
INSERT INTO queue VALUES(3,1795445631436,2,2);
INSERT INTO queue VALUES(3,1795445716495,3,3);
INSERT INTO queue VALUES(3,1795445776408,1,1);
INSERT INTO queue VALUES(3,1795446078727,4,4);
INSERT INTO queue VALUES(4,1795445292717,2,2);
INSERT INTO queue VALUES(4,1795446020705,1,1);
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
INSERT INTO api_key VALUES('key_3jvu6dcg65vpra9b6hudeno4ds',X'52bc1f5c500230d21b2cef89f62fa7ddc2b3c0ca0f6b73348ee2827fc68bce2a','partner','PTR-1','',1795442223885,NULL,1795442223995);
INSERT INTO api_key VALUES('key_75kk97ctq0djrmk68bnu1c933c',X'99669f540361bbfc1cedce2d75d0e6a0b2677beda838dd4f5f5f411cddf10eda','producer',NULL,'',1795442223821,NULL,1795442224019);
INSERT INTO api_key VALUES('key_r6lqif1ekeiu37j79a6t4stkb4',X'7557222f08995247cb2c4f95fbc1af03ba6946de3d70e5277e27a071574e825b','admin',NULL,'',1795442223780,NULL,1795442223846);
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
INSERT INTO webhook_url_data VALUES(137438953473,X'000000ec04302e302ea080808080010202313aa0808080800101032f2f31a0808080800102023132a0808080800102026f6ba080808080010103302e30a08080808001030131a080808080010103313237a0808080800102023a33a08080808001010332372ea080808080010103333636a08080808001010334372fa080808080010103363437a0808080800102023634a080808080010103372e30a0808080800102022f6fa0808080800101033a2f2fa0808080800102023336a080808080010103687474a080808080010103703a2fa08080808001010374703aa0808080800102027470a08080808001040b0a0b0a0a0b090b0a0b0b0b0b0a0b0a0b0a0b0b0b');
INSERT INTO webhook_url_data VALUES(274877906945,X'0000011704302e302ea080808080020202313aa0808080800201032f2f31a0808080800202023132a0808080800202026c61a080808080020103302e30a08080808002030131a080808080020103313237a0808080800202023a33a08080808002010332372ea080808080020103333636a08080808002010334372fa080808080020103363437a0808080800202023634a080808080020103372e30a0808080800202022f6ca0808080800201033a2f2fa0808080800202023336a080808080020103617465a080808080020103657374a080808080020103687474a0808080800201036c6174a080808080020103703a2fa080808080020103746573a080808080020202703aa0808080800202027470a08080808002040b0a0b0a0a0b090b0a0b0b0b0b0a0b0a0b0a0b0b0b0b0b0b0a');
INSERT INTO webhook_url_data VALUES(412316860417,X'000000f704302e302ea080808080030202313aa0808080800301032f2f31a0808080800302023132a080808080030202616ea080808080030103302e30a08080808003030131a080808080030103313237a0808080800302023a33a08080808003010332372ea080808080030103333636a08080808003010334372fa080808080030103363437a0808080800302023634a080808080030103372e30a0808080800302022f61a0808080800301033a2f2fa0808080800302023336a080808080030103616e79a080808080030103687474a080808080030103703a2fa08080808003010374703aa0808080800302027470a08080808003040b0a0b0a0a0b090b0a0b0b0b0b0a0b0a0b0a0b0b0b0b');
INSERT INTO webhook_url_data VALUES(549755813889,X'0000010d04302e302ea080808080040202313aa0808080800401032f2f31a0808080800402023132a0808080800402027761a080808080040103302e30a08080808004030131a080808080040103313237a0808080800402023a33a08080808004010332372ea080808080040103333636a08080808004010334372fa080808080040103363437a0808080800402023634a080808080040103372e30a0808080800402022f77a0808080800401033a2f2fa0808080800402023336a080808080040103616974a080808080040103687474a080808080040103697473a080808080040103703a2fa08080808004010374703aa0808080800402027470a080808080040103776169a08080808004040b0a0b0a0a0b090b0a0b0b0b0b0a0b0a0b0a0b0b0b0b0b0a');
INSERT INTO webhook_url_data VALUES(687194767361,X'0000010204302e302ea080808080050202313aa0808080800501032f2f31a0808080800502023132a080808080050202676fa080808080050103302e30a08080808005030131a080808080050103313237a0808080800502023a33a08080808005010332372ea080808080050103333636a08080808005010334372fa080808080050103363437a0808080800502023634a080808080050103372e30a0808080800502022f67a0808080800501033a2f2fa0808080800502023336a080808080050103676f6ea080808080050103687474a0808080800501036f6e65a080808080050103703a2fa08080808005010374703aa0808080800502027470a08080808005040b0a0b0a0a0b090b0a0b0b0b0b0a0b0a0b0a0b0b0b0b0b');
CREATE TABLE IF NOT EXISTS 'webhook_url_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO webhook_url_idx VALUES(1,X'',2);
INSERT INTO webhook_url_idx VALUES(2,X'',2);
INSERT INTO webhook_url_idx VALUES(3,X'',2);
INSERT INTO webhook_url_idx VALUES(4,X'',2);
INSERT INTO webhook_url_idx VALUES(5,X'',2);
CREATE TABLE IF NOT EXISTS 'webhook_url_content'(id INTEGER PRIMARY KEY, c0);
INSERT INTO webhook_url_content VALUES(1099511627777,'http://127.0.0.1:36647/ok');
INSERT INTO webhook_url_content VALUES(1099511627778,'http://127.0.0.1:36647/latest');
INSERT INTO webhook_url_content VALUES(1099511627779,'http://127.0.0.1:36647/any');
INSERT INTO webhook_url_content VALUES(1099511627780,'http://127.0.0.1:36647/waits');
INSERT INTO webhook_url_content VALUES(1099511627781,'http://127.0.0.1:36647/gone');
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
