-- Lists of webhooks that are answered from indexes. Triggers keep them true, whoever writes.

-- A small number for each partner: the upper part of its webhooks' place in webhook_url.
ALTER TABLE partner ADD COLUMN serial INTEGER;
UPDATE partner SET serial = numbered.serial
FROM (SELECT id, row_number() OVER (ORDER BY id) AS serial FROM partner) AS numbered WHERE numbered.id = partner.id;
CREATE UNIQUE INDEX partner_by_serial ON partner (serial);
CREATE TRIGGER partner_numbered AFTER INSERT ON partner BEGIN
  UPDATE partner SET serial = (SELECT coalesce(max(serial), 0) + 1 FROM partner) WHERE id = NEW.id;
END;

-- What the webhook's subscriptions come to, as digits in the order in which lists show the types:
-- 1 flight_delay.status_changed, 2 product.added, 4 product.updated, 3 product.removed. The digits sort as the labels do.
ALTER TABLE webhook ADD COLUMN event_types TEXT NOT NULL DEFAULT '';
CREATE VIEW subscribed (webhook, event_types) AS
  SELECT webhook,
         coalesce(max(CASE event_type WHEN 'flight_delay.status_changed' THEN '1' END), '')
         || coalesce(max(CASE event_type WHEN 'product.added' THEN '2' END), '')
         || coalesce(max(CASE event_type WHEN 'product.updated' THEN '4' END), '')
         || coalesce(max(CASE event_type WHEN 'product.removed' THEN '3' END), '')
  FROM subscription GROUP BY webhook;
UPDATE webhook SET event_types = s.event_types FROM subscribed AS s WHERE s.webhook = webhook.key;
CREATE TRIGGER subscription_added AFTER INSERT ON subscription BEGIN
  UPDATE webhook SET event_types = (SELECT event_types FROM subscribed WHERE webhook = NEW.webhook) WHERE key = NEW.webhook;
END;
CREATE TRIGGER subscription_removed AFTER DELETE ON subscription BEGIN
  UPDATE webhook SET event_types = coalesce((SELECT event_types FROM subscribed WHERE webhook = OLD.webhook), '')
  WHERE key = OLD.webhook;
END;

-- One order each, and in every one what filters ask for: a walk along it reads no row of the table.
CREATE INDEX webhook_by_number ON webhook (partner_id, number, contract_id, status, event_types);
CREATE INDEX webhook_by_contract_id ON webhook (partner_id, contract_id, number, status, event_types);
CREATE INDEX webhook_by_url ON webhook (partner_id, url, number, contract_id, status, event_types);
CREATE INDEX webhook_by_event_types ON webhook (partner_id, event_types, number, contract_id, status);
CREATE INDEX webhook_by_status ON webhook (partner_id, status, number, contract_id, event_types);
CREATE INDEX webhook_by_created_at ON webhook (partner_id, created_at, number, contract_id, status, event_types);
CREATE INDEX webhook_by_updated_at ON webhook (partner_id, updated_at, number, contract_id, status, event_types);

-- How many webhooks a partner has of each kind: totals without counting.
CREATE TABLE webhook_tally (
  partner_id TEXT NOT NULL,
  contract_id TEXT NOT NULL,
  status TEXT NOT NULL,
  event_types TEXT NOT NULL,
  webhooks INTEGER NOT NULL CHECK (webhooks >= 0),
  PRIMARY KEY (partner_id, contract_id, status, event_types)
) STRICT, WITHOUT ROWID;
INSERT INTO webhook_tally SELECT partner_id, contract_id, status, event_types, count(*) FROM webhook GROUP BY 1, 2, 3, 4;
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

-- Which URLs hold which three letters. Its rowid is (the partner's serial << 40) + the webhook's number: one partner's
-- webhooks are one range, and nobody's search takes longer for what others have. No positions (a third of the size):
-- what it finds is checked against the row. The store writes it beside the webhook, for with trusted_schema = OFF no
-- trigger may.
CREATE VIRTUAL TABLE webhook_url USING fts5 (url, tokenize = 'trigram', detail = none, columnsize = 0);
INSERT INTO webhook_url (rowid, url)
SELECT (p.serial << 40) + w.number, w.url FROM webhook AS w JOIN partner AS p ON p.id = w.partner_id;
