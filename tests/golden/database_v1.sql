PRAGMA application_id = 1347897419;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
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
INSERT INTO "api_key" VALUES('key_05itd9vrelv4o331o6bijcp674',X'9A1A6DB30160C7E0478D339AF5A96B186A056D9DB7998768AC8B437D18A34EF2','admin',NULL,'',1795442139387,NULL,1795442139454);
INSERT INTO "api_key" VALUES('key_2gke0f7a6dd0h2jch5nhrg569s',X'59C562753F8B13BE0DA140B0E9317B792833941A23DAA3F67245A3763BBDECCA','producer',NULL,'',1795442139415,NULL,1795442139735);
INSERT INTO "api_key" VALUES('key_qsfinv7aa0rdje9o35c0bgmr84',X'CE24C9ED8A1DAA300BB43F247911E91CE225812E31D43516C1A06EC2ABA82D4B','partner','PTR-1','',1795442139599,NULL,1795442139699);
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
INSERT INTO "attempt" VALUES(1,1,1,1795442139750,14,200,NULL,'','schedule');
INSERT INTO "attempt" VALUES(1,2,1,1795442139750,13,503,NULL,'','schedule');
INSERT INTO "attempt" VALUES(1,3,1,1795442139751,11,503,NULL,'','schedule');
INSERT INTO "attempt" VALUES(1,4,1,1795442139752,11,503,NULL,'','schedule');
INSERT INTO "attempt" VALUES(1,5,1,1795442139765,0,410,NULL,'','schedule');
INSERT INTO "attempt" VALUES(2,1,1,1795442139767,0,200,NULL,'','schedule');
INSERT INTO "attempt" VALUES(2,2,1,1795442139766,0,503,NULL,'','schedule');
INSERT INTO "attempt" VALUES(2,3,1,1795442139767,0,503,NULL,'','schedule');
INSERT INTO "attempt" VALUES(2,4,1,1795442139768,0,503,NULL,'','schedule');
INSERT INTO "attempt" VALUES(3,1,1,1795442139774,2,200,NULL,'','schedule');
INSERT INTO "attempt" VALUES(3,2,1,1795442139774,3,503,NULL,'','schedule');
INSERT INTO "attempt" VALUES(3,3,1,1795442139774,2,503,NULL,'','schedule');
INSERT INTO "attempt" VALUES(4,1,1,1795442139782,0,200,NULL,'','schedule');
INSERT INTO "attempt" VALUES(4,2,1,1795442139783,0,503,NULL,'','schedule');
INSERT INTO "attempt" VALUES(4,3,1,1795442139783,0,503,NULL,'','schedule');
INSERT INTO "attempt" VALUES(5,1,1,1795442139826,1,200,NULL,'','test');
CREATE TABLE claim (
  webhook INTEGER NOT NULL,
  event INTEGER NOT NULL,
  worker TEXT NOT NULL,
  token INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  PRIMARY KEY (webhook, event)
) STRICT, WITHOUT ROWID;
CREATE TABLE contract (
  id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64 AND id NOT GLOB '*[^A-Za-z0-9._-]*'),
  partner_id TEXT NOT NULL REFERENCES partner (id),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO "contract" VALUES('CTR-1001','PTR-1','Contract CTR-1001',1);
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
INSERT INTO "delivery" VALUES(1,1,1,'product/PR-0',1,'delivered',NULL,1,0,'schedule',NULL,1795442139740,1795442139765);
INSERT INTO "delivery" VALUES(1,2,1,'product/PR-0',1,'superseded','superseded by dlv_ps5v0pefcoqfrk01pl33dhfins_3',1,0,'schedule',NULL,1795442139740,1795442139768);
INSERT INTO "delivery" VALUES(1,3,1,'product/PR-0',0,'pending',NULL,1,0,'schedule',1795445484605,1795442139740,NULL);
INSERT INTO "delivery" VALUES(1,4,1,'product/PR-0',1,'pending',NULL,1,0,'schedule',1795446086207,1795442139740,NULL);
INSERT INTO "delivery" VALUES(1,5,1,'product/PR-0',1,'failed','status 410',1,0,'schedule',NULL,1795442139740,1795442139768);
INSERT INTO "delivery" VALUES(2,1,2,'product/PR-1',1,'delivered',NULL,1,0,'schedule',NULL,1795442139756,1795442139768);
INSERT INTO "delivery" VALUES(2,2,2,'product/PR-1',1,'superseded','superseded by dlv_ps5v0pefcoqfrk01pl33dhfins_4',1,0,'schedule',NULL,1795442139756,1795442139774);
INSERT INTO "delivery" VALUES(2,3,2,'product/PR-1',0,'pending',NULL,1,0,'schedule',1795446231769,1795442139756,NULL);
INSERT INTO "delivery" VALUES(2,4,2,'product/PR-1',1,'pending',NULL,1,0,'schedule',1795446034504,1795442139756,NULL);
INSERT INTO "delivery" VALUES(2,5,2,'product/PR-1',1,'cancelled','the webhook was turned inactive',0,0,'schedule',NULL,1795442139756,1795442139768);
INSERT INTO "delivery" VALUES(3,1,3,'product/PR-0',1,'delivered',NULL,1,0,'schedule',NULL,1795442139768,1795442139781);
INSERT INTO "delivery" VALUES(3,2,3,'product/PR-0',1,'pending',NULL,1,0,'schedule',1795445313782,1795442139768,NULL);
INSERT INTO "delivery" VALUES(3,3,3,'product/PR-0',0,'pending',NULL,1,0,'schedule',1795445110453,1795442139768,NULL);
INSERT INTO "delivery" VALUES(3,4,3,'product/PR-0',1,'pending',NULL,0,0,'schedule',1795442139768,1795442139768,NULL);
INSERT INTO "delivery" VALUES(4,1,4,'product/PR-1',1,'delivered',NULL,1,0,'schedule',NULL,1795442139774,1795442139783);
INSERT INTO "delivery" VALUES(4,2,4,'product/PR-1',1,'pending',NULL,1,0,'schedule',1795446056854,1795442139774,NULL);
INSERT INTO "delivery" VALUES(4,3,4,'product/PR-1',0,'pending',NULL,1,0,'schedule',1795446058888,1795442139774,NULL);
INSERT INTO "delivery" VALUES(4,4,4,'product/PR-1',1,'pending',NULL,0,0,'schedule',1795442139774,1795442139774,NULL);
INSERT INTO "delivery" VALUES(5,1,5,'product/PR-7',0,'delivered',NULL,1,0,'test',NULL,1795442139811,1795442139827);
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
INSERT INTO "flow" VALUES(1,5,NULL,1,0,NULL,NULL,0,NULL);
INSERT INTO "flow" VALUES(2,4,1795445313782,0,4,1795442139764,NULL,0,NULL);
INSERT INTO "flow" VALUES(3,4,1795445110453,0,4,1795442139763,NULL,0,NULL);
INSERT INTO "flow" VALUES(4,4,1795446034504,0,2,1795442139764,NULL,0,NULL);
INSERT INTO "flow" VALUES(5,2,NULL,0,1,1795442139766,NULL,0,NULL);
CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
  reply TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
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
INSERT INTO "outbox" VALUES(1,'golden-0','product.added','CTR-1001','product/PR-0','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442139735,NULL,1795442139735,'dispatched',5,NULL,NULL);
INSERT INTO "outbox" VALUES(2,'golden-1','product.added','CTR-1001','product/PR-1','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442139746,NULL,1795442139746,'dispatched',5,NULL,NULL);
INSERT INTO "outbox" VALUES(3,'golden-2','product.added','CTR-1001','product/PR-0','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442139763,NULL,1795442139763,'dispatched',4,NULL,NULL);
INSERT INTO "outbox" VALUES(4,'golden-3','product.added','CTR-1001','product/PR-1','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442139770,NULL,1795442139770,'dispatched',4,NULL,NULL);
INSERT INTO "outbox" VALUES(5,'evt_hvbsoksdp83rhf4im9dh1u8icg','product.added','CTR-1001','product/PR-7','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442139811,NULL,1795442139811,'dispatched',1,NULL,1);
INSERT INTO "outbox" VALUES(6,'golden-bad','none','CTR-1001','s','{}',1795442139814,NULL,1795442139814,'rejected',NULL,'type is none of the event types',NULL);
INSERT INTO "outbox" VALUES(7,'golden-alone','product.added','CTR-9','s','{}',1795442139827,NULL,1795442139827,'rejected',NULL,'data.product_id is missing (and 3 more)',NULL);
INSERT INTO "outbox" VALUES(8,'golden-pending','product.added','CTR-1001','product/PR-5','{"product_id":"PR-7","name":"Delay Care Plus","category":"delay_care","price":{"amount":1490,"currency":"EUR"}}',1795442139842,NULL,1795442139842,'pending',NULL,NULL,NULL);
CREATE TABLE partner (
  id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
  last_webhook_number INTEGER NOT NULL DEFAULT 0 CHECK (last_webhook_number >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO "partner" VALUES('PTR-1',5);
CREATE TABLE purge (
  webhook INTEGER PRIMARY KEY
) STRICT;
CREATE TABLE queue (
  webhook INTEGER NOT NULL,
  due INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY (webhook, due, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO "queue" VALUES(2,1795445313782,3,3);
INSERT INTO "queue" VALUES(2,1795446056854,4,4);
INSERT INTO "queue" VALUES(3,1795445110453,3,3);
INSERT INTO "queue" VALUES(3,1795445484605,1,1);
INSERT INTO "queue" VALUES(3,1795446058888,4,4);
INSERT INTO "queue" VALUES(3,1795446231769,2,2);
INSERT INTO "queue" VALUES(4,1795446034504,2,2);
INSERT INTO "queue" VALUES(4,1795446086207,1,1);
CREATE TABLE signing_secret (
  webhook INTEGER NOT NULL REFERENCES webhook (key) ON DELETE CASCADE,
  serial INTEGER NOT NULL CHECK (serial >= 1),
  secret BLOB NOT NULL CHECK (length(secret) >= 24),
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (webhook, serial)
) STRICT, WITHOUT ROWID;
INSERT INTO "signing_secret" VALUES(1,1,X'8D22208E0507C19722DFC4671A9DA97A08D6A37FB96C2C87D8436074B6515964',1795442139699,1795528539727);
INSERT INTO "signing_secret" VALUES(1,2,X'D12EC213006206F316EA6BDD6A62BD354D6C0D0BABB21BD4036274F8D86C9D2D',1795442139727,NULL);
INSERT INTO "signing_secret" VALUES(2,1,X'80EE132DF46721CE5CE8DCE15C6D9D580BE8EA205ACAD413B42AA6B3BBA258AC',1795442139704,NULL);
INSERT INTO "signing_secret" VALUES(3,1,X'D161EB5AA0771CD10AC500BFA6B565BB762798A13275D986FF5A2D89B305AB4D',1795442139710,NULL);
INSERT INTO "signing_secret" VALUES(4,1,X'39A0160D50099EF09D534610025561F3499193621D62F507CD19C5D44CC91242',1795442139714,NULL);
INSERT INTO "signing_secret" VALUES(5,1,X'91CEDA517708AF8BF3530FEA009BEA851953224AC566183EE9B78B31656982CC',1795442139723,NULL);
CREATE TABLE subscription (
  contract_id TEXT NOT NULL,
  event_type TEXT NOT NULL CHECK (event_type IN ('flight_delay.status_changed', 'product.added',
                                                 'product.updated', 'product.removed')),
  url TEXT NOT NULL,
  webhook INTEGER NOT NULL REFERENCES webhook (key) ON DELETE CASCADE,
  PRIMARY KEY (contract_id, event_type, url)
) STRICT, WITHOUT ROWID;
INSERT INTO "subscription" VALUES('CTR-1001','product.added','http://127.0.0.1:34163/ok',1);
INSERT INTO "subscription" VALUES('CTR-1001','product.added','http://127.0.0.1:34163/latest',2);
INSERT INTO "subscription" VALUES('CTR-1001','product.added','http://127.0.0.1:34163/any',3);
INSERT INTO "subscription" VALUES('CTR-1001','product.added','http://127.0.0.1:34163/waits',4);
INSERT INTO "subscription" VALUES('CTR-1001','product.added','http://127.0.0.1:34163/gone',5);
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
INSERT INTO "webhook" VALUES(1,'wh_o0kfi4qvfea4hiago9sk9mk340','PTR-1',1,'CTR-1001','http://127.0.0.1:34163/ok','active',NULL,'by_subject','',1,1795442139699,1795442139699);
INSERT INTO "webhook" VALUES(2,'wh_ps5v0pefcoqfrk01pl33dhfins','PTR-1',2,'CTR-1001','http://127.0.0.1:34163/latest','active',NULL,'latest','',1,1795442139704,1795442139704);
INSERT INTO "webhook" VALUES(3,'wh_0d325fbc59jue6erltatod5of8','PTR-1',3,'CTR-1001','http://127.0.0.1:34163/any','active',NULL,'any','',1,1795442139710,1795442139710);
INSERT INTO "webhook" VALUES(4,'wh_3qlfb33v4r4idbos4bc7pug60k','PTR-1',4,'CTR-1001','http://127.0.0.1:34163/waits','active',NULL,'by_subject','',1,1795442139714,1795442139714);
INSERT INTO "webhook" VALUES(5,'wh_ag1aqt67pl9aenlqiu9jgi1jq0','PTR-1',5,'CTR-1001','http://127.0.0.1:34163/gone','inactive','the endpoint answered 410 Gone','by_subject','',2,1795442139723,1795442139768);
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('webhook',5);
INSERT INTO "sqlite_sequence" VALUES('outbox',8);
COMMIT;
