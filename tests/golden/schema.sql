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

CREATE TABLE attempt (
  event INTEGER NOT NULL,
  webhook INTEGER NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 1),
  started_at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
  status_code INTEGER,
  error TEXT,
  response_excerpt TEXT NOT NULL,
  "trigger" TEXT NOT NULL CHECK ("trigger" = 'schedule' OR "trigger" = 'manual' OR "trigger" = 'test'),
  PRIMARY KEY (event, webhook, number),
  CHECK (status_code IS NOT NULL OR error IS NOT NULL)
) STRICT, WITHOUT ROWID;

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

CREATE INDEX contract_by_partner ON contract (partner_id, id);

CREATE TRIGGER contract_switched AFTER UPDATE OF active ON contract WHEN OLD.active <> NEW.active BEGIN
  INSERT INTO webhook_change (webhook) VALUES (NULL);
END;

CREATE TABLE delivery (
  event INTEGER NOT NULL,
  webhook INTEGER NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  subject TEXT NOT NULL,
  ordered INTEGER NOT NULL CHECK (ordered IN (0, 1)),           -- 1: one at a time with others of its subject
  state TEXT NOT NULL CHECK (state = 'pending' OR state = 'delivered' OR state = 'failed' OR state = 'expired' OR state = 'superseded'
                                      OR state = 'cancelled'),
  reason TEXT,
  attempts_made INTEGER NOT NULL DEFAULT 0 CHECK (attempts_made >= 0),
  round_start INTEGER NOT NULL DEFAULT 0 CHECK (round_start BETWEEN 0 AND attempts_made),
  "trigger" TEXT NOT NULL CHECK ("trigger" = 'schedule' OR "trigger" = 'manual' OR "trigger" = 'test'),
  due INTEGER,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (event, webhook),
  CHECK ((state = 'pending') = (finished_at IS NULL)),
  CHECK ((state = 'pending') = (due IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX delivery_by_webhook ON delivery (webhook, sequence);

CREATE INDEX delivery_pending ON delivery (webhook, ordered, subject, event) WHERE state = 'pending';

CREATE TABLE flow (
  webhook INTEGER PRIMARY KEY REFERENCES webhook (key) ON DELETE CASCADE,
  last_sequence INTEGER NOT NULL DEFAULT 0 CHECK (last_sequence >= 0),
  ready_at INTEGER,                                             -- its next turn; NULL: nothing is queued
  proven INTEGER NOT NULL DEFAULT 0 CHECK (proven IN (0, 1)),   -- its last attempt succeeded, and fast
  failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),    -- in a row
  failing_since INTEGER,
  hold_until INTEGER,
  cancelled_through INTEGER NOT NULL DEFAULT 0,                 -- over 0: those that stand as pending up to this
  cancelled_at INTEGER, partner INTEGER NOT NULL DEFAULT 0,                                         -- sequence are cancelled, and wait to be swept
  CHECK ((failures = 0) = (failing_since IS NULL)),
  CHECK (failures = 0 OR proven = 0),
  CHECK (cancelled_through BETWEEN 0 AND last_sequence),
  CHECK ((cancelled_through = 0) = (cancelled_at IS NULL))
) STRICT;

CREATE TRIGGER flow_of_partner AFTER INSERT ON flow BEGIN
  UPDATE flow SET partner = (SELECT p.serial FROM webhook w JOIN partner p ON p.id = w.partner_id WHERE w.key = NEW.webhook)
  WHERE webhook = NEW.webhook;
END;

CREATE INDEX flow_ready ON flow (proven, failures >= 5, ready_at) WHERE ready_at IS NOT NULL;

CREATE INDEX flow_sweep ON flow (webhook) WHERE cancelled_through > 0;

CREATE INDEX flow_unproven ON flow (failures >= 5, partner, ready_at) WHERE ready_at IS NOT NULL AND proven = 0;

CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
  reply TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE latest_delivered (
  webhook INTEGER NOT NULL,
  subject TEXT NOT NULL,
  type TEXT NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY (webhook, subject, type)
) STRICT, WITHOUT ROWID;

CREATE INDEX latest_delivered_event ON latest_delivered (event);

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
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status = 'pending' OR status = 'dispatched' OR status = 'rejected'),
  matched INTEGER CHECK (matched >= 0),
  reason TEXT,
  test_of INTEGER, request_id TEXT, traceparent TEXT, checked INTEGER,  -- the one webhook that a test event is for
  CHECK ((status = 'dispatched') = (matched IS NOT NULL)),
  CHECK ((status = 'rejected') = (reason IS NOT NULL))
) STRICT;

CREATE INDEX outbox_by_contract ON outbox (contract_id, received_at);

CREATE TRIGGER outbox_dispatched BEFORE UPDATE OF id, type, contract_id, subject, data, occurred_at ON outbox
WHEN OLD.status = 'dispatched' AND (NEW.id, NEW.type, NEW.contract_id, NEW.subject, NEW.data, NEW.occurred_at)
     IS NOT (OLD.id, OLD.type, OLD.contract_id, OLD.subject, OLD.data, OLD.occurred_at) BEGIN
  SELECT RAISE(ABORT, 'an event that has been dispatched does not change any more');
END;

CREATE INDEX outbox_pending ON outbox (contract_id, position) WHERE status = 'pending';

CREATE TRIGGER outbox_unchecked AFTER UPDATE OF id, type, contract_id, subject, data, occurred_at, expires_at ON outbox
WHEN OLD.status = 'pending' AND OLD.checked = 1 BEGIN
  UPDATE outbox SET checked = NULL WHERE position = NEW.position;
END;

CREATE TABLE partner (
  id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
  last_webhook_number INTEGER NOT NULL DEFAULT 0 CHECK (last_webhook_number >= 0)
, serial INTEGER) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX partner_by_serial ON partner (serial);

CREATE TRIGGER partner_numbered AFTER INSERT ON partner BEGIN
  UPDATE partner SET serial = (SELECT coalesce(max(serial), 0) + 1 FROM partner) WHERE id = NEW.id;
END;

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

CREATE TRIGGER secret_rotated AFTER UPDATE OF expires_at ON signing_secret BEGIN
  INSERT INTO webhook_change (webhook) VALUES (NEW.webhook);
END;

CREATE TABLE signing_secret (
  webhook INTEGER NOT NULL REFERENCES webhook (key) ON DELETE CASCADE,
  serial INTEGER NOT NULL CHECK (serial >= 1),
  secret BLOB NOT NULL CHECK (length(secret) >= 24),
  created_at INTEGER NOT NULL,
  expires_at INTEGER, key_id TEXT CHECK (key_id IS NULL OR length(key_id) = 16),
  PRIMARY KEY (webhook, serial)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX signing_secret_current ON signing_secret (webhook) WHERE expires_at IS NULL;

CREATE VIEW subscribed (webhook, event_types) AS
  SELECT webhook,
         coalesce(max(CASE event_type WHEN 'flight_delay.status_changed' THEN '1' END), '')
         || coalesce(max(CASE event_type WHEN 'product.added' THEN '2' END), '')
         || coalesce(max(CASE event_type WHEN 'product.updated' THEN '4' END), '')
         || coalesce(max(CASE event_type WHEN 'product.removed' THEN '3' END), '')
  FROM subscription GROUP BY webhook;

CREATE TABLE subscription (
  contract_id TEXT NOT NULL,
  event_type TEXT NOT NULL CHECK (event_type IN ('flight_delay.status_changed', 'product.added',
                                                 'product.updated', 'product.removed')),
  url TEXT NOT NULL,
  webhook INTEGER NOT NULL REFERENCES webhook (key) ON DELETE CASCADE,
  PRIMARY KEY (contract_id, event_type, url)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER subscription_added AFTER INSERT ON subscription BEGIN
  UPDATE webhook SET event_types = (SELECT event_types FROM subscribed WHERE webhook = NEW.webhook) WHERE key = NEW.webhook;
END;

CREATE UNIQUE INDEX subscription_by_webhook ON subscription (webhook, event_type);

CREATE TRIGGER subscription_removed AFTER DELETE ON subscription BEGIN
  UPDATE webhook SET event_types = coalesce((SELECT event_types FROM subscribed WHERE webhook = OLD.webhook), '')
  WHERE key = OLD.webhook;
END;

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

CREATE INDEX webhook_by_contract ON webhook (contract_id);

CREATE INDEX webhook_by_contract_id ON webhook (partner_id, contract_id, number, status, event_types);

CREATE INDEX webhook_by_created_at ON webhook (partner_id, created_at, number, contract_id, status, event_types);

CREATE INDEX webhook_by_event_types ON webhook (partner_id, event_types, number, contract_id, status);

CREATE INDEX webhook_by_number ON webhook (partner_id, number, contract_id, status, event_types);

CREATE INDEX webhook_by_status ON webhook (partner_id, status, number, contract_id, event_types);

CREATE INDEX webhook_by_updated_at ON webhook (partner_id, updated_at, number, contract_id, status, event_types);

CREATE INDEX webhook_by_url ON webhook (partner_id, url, number, contract_id, status, event_types);

CREATE TABLE webhook_change (
  serial INTEGER PRIMARY KEY,
  webhook INTEGER -- NULL: it may be any
) STRICT;

CREATE TRIGGER webhook_change_bounded AFTER INSERT ON webhook_change BEGIN
  DELETE FROM webhook_change WHERE serial <= NEW.serial - 1000;
END;

CREATE TRIGGER webhook_counted AFTER INSERT ON webhook BEGIN
  INSERT INTO webhook_tally VALUES (NEW.partner_id, NEW.contract_id, NEW.status, NEW.event_types, 1)
  ON CONFLICT DO UPDATE SET webhooks = webhooks + 1;
END;

CREATE TRIGGER webhook_edited AFTER UPDATE OF url, status ON webhook
WHEN OLD.url <> NEW.url OR OLD.status <> NEW.status BEGIN
  INSERT INTO webhook_change (webhook) VALUES (NEW.key);
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

CREATE TRIGGER webhook_removed AFTER DELETE ON webhook BEGIN
  INSERT INTO webhook_change (webhook) VALUES (OLD.key);
END;

CREATE TABLE webhook_tally (
  partner_id TEXT NOT NULL,
  contract_id TEXT NOT NULL,
  status TEXT NOT NULL,
  event_types TEXT NOT NULL,
  webhooks INTEGER NOT NULL CHECK (webhooks >= 0),
  PRIMARY KEY (partner_id, contract_id, status, event_types)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER webhook_uncounted AFTER DELETE ON webhook BEGIN
  UPDATE webhook_tally SET webhooks = webhooks - 1
  WHERE (partner_id, contract_id, status, event_types) = (OLD.partner_id, OLD.contract_id, OLD.status, OLD.event_types);
  DELETE FROM webhook_tally
  WHERE (partner_id, contract_id, status, event_types) = (OLD.partner_id, OLD.contract_id, OLD.status, OLD.event_types)
    AND webhooks = 0;
END;

CREATE VIRTUAL TABLE webhook_url USING fts5 (url, tokenize = 'trigram', detail = none, columnsize = 0);

CREATE TABLE 'webhook_url_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'webhook_url_content'(id INTEGER PRIMARY KEY, c0);

CREATE TABLE 'webhook_url_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'webhook_url_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

