-- Whose webhook it is: of those that are not proven healthy the partners take turns, so that one who has a thousand
-- endpoints that hang does not stand before everybody else's new one. `partner.serial`, a number, keeps the row narrow.
ALTER TABLE flow ADD COLUMN partner INTEGER NOT NULL DEFAULT 0;
UPDATE flow SET partner = p.serial
FROM webhook AS w JOIN partner AS p ON p.id = w.partner_id WHERE w.key = flow.webhook;
-- A trigger, so that what a program adds that knows nothing of this is right too.
CREATE TRIGGER flow_of_partner AFTER INSERT ON flow BEGIN
  UPDATE flow SET partner = (SELECT p.serial FROM webhook w JOIN partner p ON p.id = w.partner_id WHERE w.key = NEW.webhook)
  WHERE webhook = NEW.webhook;
END;
CREATE INDEX flow_unproven ON flow (failures >= 5, partner, ready_at) WHERE ready_at IS NOT NULL AND proven = 0;
