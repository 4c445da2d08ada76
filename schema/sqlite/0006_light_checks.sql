-- SQLite builds a table of its own, row by row, for every `IN` list of more than two words that a CHECK evaluates: five
-- times for each delivery, a quarter of what it cost to write. The same rules as comparisons. Nothing on disk depends on
-- how a CHECK is worded, so the tables are not copied; what follows below tells other connections of the change.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(sql,
    'CHECK (state IN (''pending'', ''delivered'', ''failed'', ''expired'', ''superseded'', ''cancelled''))',
    'CHECK (state = ''pending'' OR state = ''delivered'' OR state = ''failed'' OR state = ''expired'' OR state = ''superseded''
                                      OR state = ''cancelled'')'),
    'CHECK ("trigger" IN (''schedule'', ''manual'', ''test''))',
    'CHECK ("trigger" = ''schedule'' OR "trigger" = ''manual'' OR "trigger" = ''test'')')
  WHERE type = 'table' AND name IN ('delivery', 'attempt');
UPDATE sqlite_schema SET sql = replace(sql,
    'CHECK (status IN (''pending'', ''dispatched'', ''rejected''))',
    'CHECK (status = ''pending'' OR status = ''dispatched'' OR status = ''rejected'')')
  WHERE type = 'table' AND name = 'outbox';
PRAGMA writable_schema = RESET;

-- 1: the API has checked the row against its type's schema, and the worker need not do so again.
ALTER TABLE outbox ADD COLUMN checked INTEGER;

-- Webhooks that are probed wait for their turns apart from those of which nothing bad is known yet: a thousand dead
-- endpoints must not stand before a new one.
DROP INDEX flow_ready;
CREATE INDEX flow_ready ON flow (proven, failures >= 5, ready_at) WHERE ready_at IS NOT NULL;

-- What has been fanned out is a fact: a producer who changes it would have every attempt say something else, or nothing
-- that the service understands.
CREATE TRIGGER outbox_dispatched BEFORE UPDATE OF id, type, contract_id, subject, data, occurred_at ON outbox
WHEN OLD.status = 'dispatched' AND (NEW.id, NEW.type, NEW.contract_id, NEW.subject, NEW.data, NEW.occurred_at)
     IS NOT (OLD.id, OLD.type, OLD.contract_id, OLD.subject, OLD.data, OLD.occurred_at) BEGIN
  SELECT RAISE(ABORT, 'an event that has been dispatched does not change any more');
END;
-- While it still waits it may, and is then checked as if its producer had written it.
CREATE TRIGGER outbox_unchecked AFTER UPDATE OF id, type, contract_id, subject, data, occurred_at, expires_at ON outbox
WHEN OLD.status = 'pending' AND OLD.checked = 1 BEGIN
  UPDATE outbox SET checked = NULL WHERE position = NEW.position;
END;
