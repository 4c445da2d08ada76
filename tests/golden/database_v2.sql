PRAGMA application_id = 1347897419;
PRAGMA user_version = 2;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE partner (
  id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
  last_webhook_number INTEGER NOT NULL DEFAULT 0 CHECK (last_webhook_number >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO partner VALUES('PTR-1',5);
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
  updated_at INTEGER NOT NULL,
  UNIQUE (partner_id, number)
) STRICT;
INSERT INTO webhook VALUES(1,'wh_59k1e3m4tjo5spm4m39khhe5lc','PTR-1',1,'CTR-1001','http://127.0.0.1:34351/ok','active',NULL,'by_subject','',1,1795442223223,1795442223223);
INSERT INTO webhook VALUES(2,'wh_mcq79vvs0mt93nsfjpm89ssc3g','PTR-1',2,'CTR-1001','http://127.0.0.1:34351/latest','active',NULL,'latest','',1,1795442223231,1795442223231);
INSERT INTO webhook VALUES(3,'wh_38i6nstddn437m8kqncffqt6tg','PTR-1',3,'CTR-1001','http://127.0.0.1:34351/any','active',NULL,'any','',1,1795442223233,1795442223233);
INSERT INTO webhook VALUES(4,'wh_dg0m1gh74d4i72rq2vqciu1lps','PTR-1',4,'CTR-1001','http://127.0.0.1:34351/waits','active',NULL,'by_subject','',1,1795442223245,1795442223245);
INSERT INTO webhook VALUES(5,'wh_bj0fdreu6oahjii2h5tb5fp8mc','PTR-1',5,'CTR-1001','http://127.0.0.1:34351/gone','inactive','the endpoint answered 410 Gone','by_subject','',2,1795442223247,1795442223292);
CREATE TABLE subscription (
  contract_id TEXT NOT NULL,
  event_type TEXT NOT NULL CHECK (event_type IN ('flight_delay.status_changed', 'product.added',
                                                 'product.updated', 'product.removed')),
  url TEXT NOT NULL,
  webhook INTEGER NOT NULL REFERENCES webhook (key) ON DELETE CASCADE,
  PRIMARY KEY (contract_id, event_type, url)
) STRICT, WITHOUT ROWID;
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:34351/ok',1);
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:34351/latest',2);
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:34351/any',3);
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:34351/waits',4);
INSERT INTO subscription VALUES('CTR-1001','product.added','http://127.0.0.1:34351/gone',5);
CREATE TABLE signing_secret (
  webhook INTEGER NOT NULL REFERENCES webhook (key) ON DELETE CASCADE,
  serial INTEGER NOT NULL CHECK (serial >= 1),
  secret BLOB NOT NULL CHECK (length(secret) >= 24),
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (webhook, serial)
) STRICT, WITHOUT ROWID;
INSERT INTO signing_secret VALUES(1,1,X'd5e3a1c6fafab2c06daf77411ea93d16769cadf7e2855a9315430d84cbc8f362',1795442223223,1795528623251);
INSERT INTO signing_secret VALUES(1,2,X'37cfc8bd9a3ce54cb9720ba048b00b4cba033924f7a39b752c3b9d511981b90c',1795442223251,NULL);
INSERT INTO signing_secret VALUES(2,1,X'24e4d2c91abced6d1ec4cc70b066618d4fa6bcec29aa29ea0a48685cf6081493',1795442223231,NULL);
INSERT INTO signing_secret VALUES(3,1,X'e41c195bc4d2703f450b05f4db612fc8c9403cf2c6769019736e1544af6835cc',1795442223233,NULL);
INSERT INTO signing_secret VALUES(4,1,X'a8a83a2a6478443a2b1bd4b59226a4b7dbae55861cf400b6f77e350b0c000200',1795442223245,NULL);
INSERT INTO signing_secret VALUES(5,1,X'bc550ef2858d75ad8f5b0922d9048a66d2520da29ffd79407f72383f27657e49',1795442223247,NULL);
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
INSERT INTO flow VALUES(1,5,NULL,1,0,NULL,NULL,0,NULL);
INSERT INTO flow VALUES(2,4,1795446070267,0,4,1795442223278,NULL,0,NULL);
INSERT INTO flow VALUES(3,4,1795445857231,0,4,1795442223281,NULL,0,NULL);
INSERT INTO flow VALUES(4,4,1795445723696,0,2,1795442223282,NULL,0,NULL);
INSERT INTO flow VALUES(5,3,NULL,0,1,1795442223285,NULL,0,NULL);
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
INSERT INTO outbox VALUES(1,'golden-0','product.added','CTR-1001','product/PR-0','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442223262,NULL,1795442223262,'dispatched',5,NULL,NULL);
INSERT INTO outbox VALUES(2,'golden-1','product.added','CTR-1001','product/PR-1','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442223271,NULL,1795442223271,'dispatched',5,NULL,NULL);
INSERT INTO outbox VALUES(3,'golden-2','product.added','CTR-1001','product/PR-0','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442223278,NULL,1795442223278,'dispatched',5,NULL,NULL);
INSERT INTO outbox VALUES(4,'golden-3','product.added','CTR-1001','product/PR-1','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442223288,NULL,1795442223288,'dispatched',4,NULL,NULL);
INSERT INTO outbox VALUES(5,'evt_9sbt6j70ei0f70cr3bkr3svlog','product.added','CTR-1001','product/PR-7','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442223341,NULL,1795442223341,'dispatched',1,NULL,1);
INSERT INTO outbox VALUES(6,'golden-bad','none','CTR-1001','s','{}',1795442223354,NULL,1795442223354,'rejected',NULL,'type is none of the event types',NULL);
INSERT INTO outbox VALUES(7,'golden-alone','product.added','CTR-9','s','{}',1795442223360,NULL,1795442223360,'rejected',NULL,'data.product_id is missing (and 3 more)',NULL);
INSERT INTO outbox VALUES(8,'golden-pending','product.added','CTR-1001','product/PR-5','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442223379,NULL,1795442223379,'pending',NULL,NULL,NULL);
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
INSERT INTO delivery VALUES(1,1,1,'product/PR-0',1,'delivered',NULL,1,0,'schedule',NULL,1795442223267,1795442223280);
INSERT INTO delivery VALUES(1,2,1,'product/PR-0',1,'superseded','superseded by dlv_mcq79vvs0mt93nsfjpm89ssc3g_3',1,0,'schedule',NULL,1795442223267,1795442223282);
INSERT INTO delivery VALUES(1,3,1,'product/PR-0',0,'pending',NULL,1,0,'schedule',1795446376311,1795442223267,NULL);
INSERT INTO delivery VALUES(1,4,1,'product/PR-0',1,'pending',NULL,1,0,'schedule',1795446272365,1795442223267,NULL);
INSERT INTO delivery VALUES(1,5,1,'product/PR-0',1,'failed','status 410',1,0,'schedule',NULL,1795442223267,1795442223292);
INSERT INTO delivery VALUES(2,1,2,'product/PR-1',1,'delivered',NULL,1,0,'schedule',NULL,1795442223280,1795442223292);
INSERT INTO delivery VALUES(2,2,2,'product/PR-1',1,'superseded','superseded by dlv_mcq79vvs0mt93nsfjpm89ssc3g_4',1,0,'schedule',NULL,1795442223280,1795442223307);
INSERT INTO delivery VALUES(2,3,2,'product/PR-1',0,'pending',NULL,1,0,'schedule',1795445857231,1795442223280,NULL);
INSERT INTO delivery VALUES(2,4,2,'product/PR-1',1,'pending',NULL,1,0,'schedule',1795445723696,1795442223280,NULL);
INSERT INTO delivery VALUES(2,5,2,'product/PR-1',1,'cancelled','the webhook was turned inactive',0,0,'schedule',NULL,1795442223280,1795442223292);
INSERT INTO delivery VALUES(3,1,3,'product/PR-0',1,'delivered',NULL,1,0,'schedule',NULL,1795442223282,1795442223307);
INSERT INTO delivery VALUES(3,2,3,'product/PR-0',1,'pending',NULL,1,0,'schedule',1795446070267,1795442223282,NULL);
INSERT INTO delivery VALUES(3,3,3,'product/PR-0',0,'pending',NULL,1,0,'schedule',1795446114550,1795442223282,NULL);
INSERT INTO delivery VALUES(3,4,3,'product/PR-0',1,'pending',NULL,0,0,'schedule',1795442223282,1795442223282,NULL);
INSERT INTO delivery VALUES(3,5,3,'product/PR-0',1,'cancelled','the webhook was turned inactive',0,0,'schedule',NULL,1795442223282,1795442223292);
INSERT INTO delivery VALUES(4,1,4,'product/PR-1',1,'delivered',NULL,1,0,'schedule',NULL,1795442223292,1795442223315);
INSERT INTO delivery VALUES(4,2,4,'product/PR-1',1,'pending',NULL,1,0,'schedule',1795446483617,1795442223292,NULL);
INSERT INTO delivery VALUES(4,3,4,'product/PR-1',0,'pending',NULL,1,0,'schedule',1795446093185,1795442223292,NULL);
INSERT INTO delivery VALUES(4,4,4,'product/PR-1',1,'pending',NULL,0,0,'schedule',1795442223292,1795442223292,NULL);
INSERT INTO delivery VALUES(5,1,5,'product/PR-7',0,'delivered',NULL,1,0,'test',NULL,1795442223341,1795442223355);
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
INSERT INTO attempt VALUES(1,1,1,1795442223272,4,200,NULL,'','schedule');
INSERT INTO attempt VALUES(1,2,1,1795442223273,4,503,NULL,'','schedule');
INSERT INTO attempt VALUES(1,3,1,1795442223274,7,503,NULL,'','schedule');
INSERT INTO attempt VALUES(1,4,1,1795442223274,7,503,NULL,'','schedule');
INSERT INTO attempt VALUES(1,5,1,1795442223283,2,410,NULL,'','schedule');
INSERT INTO attempt VALUES(2,1,1,1795442223283,1,200,NULL,'','schedule');
INSERT INTO attempt VALUES(2,2,1,1795442223291,6,503,NULL,'','schedule');
INSERT INTO attempt VALUES(2,3,1,1795442223291,13,503,NULL,'','schedule');
INSERT INTO attempt VALUES(2,4,1,1795442223292,11,503,NULL,'','schedule');
INSERT INTO attempt VALUES(3,1,1,1795442223300,5,200,NULL,'','schedule');
INSERT INTO attempt VALUES(3,2,1,1795442223314,1,503,NULL,'','schedule');
INSERT INTO attempt VALUES(3,3,1,1795442223316,1,503,NULL,'','schedule');
INSERT INTO attempt VALUES(4,1,1,1795442223306,0,200,NULL,'','schedule');
INSERT INTO attempt VALUES(4,2,1,1795442223321,0,503,NULL,'','schedule');
INSERT INTO attempt VALUES(4,3,1,1795442223322,1,503,NULL,'','schedule');
INSERT INTO attempt VALUES(5,1,1,1795442223354,0,200,NULL,'','test');
CREATE TABLE queue (
  webhook INTEGER NOT NULL,
  due INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY (webhook, due, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO queue VALUES(2,1795446070267,3,3);
INSERT INTO queue VALUES(2,1795446483617,4,4);
INSERT INTO queue VALUES(3,1795445857231,2,2);
INSERT INTO queue VALUES(3,1795446093185,4,4);
INSERT INTO queue VALUES(3,1795446114550,3,3);
INSERT INTO queue VALUES(3,1795446376311,1,1);
INSERT INTO queue VALUES(4,1795445723696,2,2);
INSERT INTO queue VALUES(4,1795446272365,1,1);
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
INSERT INTO api_key VALUES('key_a7c1k8jomtqsnbritkg3e62k9o',X'94abe965d862d8a94a18140eb6dbb240e4dd6e7374d714ff948e5d26e96cc74c','producer',NULL,'',1795442223069,NULL,1795442223262);
INSERT INTO api_key VALUES('key_b4l14gh0v0aa7jj6tdhl73tepg',X'd1c129bae3b6c8742512934ff164dc82ec3de439223cb6751167b7b80476e4e1','admin',NULL,'',1795442223034,NULL,1795442223102);
INSERT INTO api_key VALUES('key_nmth2od0dlgftt4gdep8chkekg',X'9360c13bc6d4612df9df9e3d2b78fb4274a679d528fe99eae4dcdc41d59c68f1','partner','PTR-1','',1795442223134,NULL,1795442223223);
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
COMMIT;
