-- What workers have to hear of at once: claims in their hands were made for what is not so any more. They go by the
-- serial that they have seen. Only the last thousand are kept: who has missed one takes it that everything has changed.
CREATE TABLE webhook_change (
  serial INTEGER PRIMARY KEY,
  webhook INTEGER -- NULL: it may be any
) STRICT;
CREATE TRIGGER webhook_change_bounded AFTER INSERT ON webhook_change BEGIN
  DELETE FROM webhook_change WHERE serial <= NEW.serial - 1000;
END;
-- Triggers, so that it holds whoever makes the change: the API, a worker, a program that knows nothing of this.
CREATE TRIGGER webhook_edited AFTER UPDATE OF url, status ON webhook
WHEN OLD.url <> NEW.url OR OLD.status <> NEW.status BEGIN
  INSERT INTO webhook_change (webhook) VALUES (NEW.key);
END;
CREATE TRIGGER webhook_removed AFTER DELETE ON webhook BEGIN
  INSERT INTO webhook_change (webhook) VALUES (OLD.key);
END;
CREATE TRIGGER secret_rotated AFTER UPDATE OF expires_at ON signing_secret BEGIN
  INSERT INTO webhook_change (webhook) VALUES (NEW.webhook);
END;
CREATE TRIGGER contract_switched AFTER UPDATE OF active ON contract WHEN OLD.active <> NEW.active BEGIN
  INSERT INTO webhook_change (webhook) VALUES (NULL);
END;
