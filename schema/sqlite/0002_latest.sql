-- Of webhooks with `latest`: the newest event of each type and subject that has been delivered, so that no older one is
-- ever sent behind it. Known from this migration on.
CREATE TABLE latest_delivered (
  webhook INTEGER NOT NULL,
  subject TEXT NOT NULL,
  type TEXT NOT NULL,
  event INTEGER NOT NULL,
  PRIMARY KEY (webhook, subject, type)
) STRICT, WITHOUT ROWID;
CREATE INDEX latest_delivered_event ON latest_delivered (event);
