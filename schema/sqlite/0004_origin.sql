-- Where an event came from: the request that published it, and its place in the caller's trace. Producers who write SQL
-- may fill them in. No CHECK: one would read every row of the outbox now; what is no traceparent is not passed on.
ALTER TABLE outbox ADD COLUMN request_id TEXT;
ALTER TABLE outbox ADD COLUMN traceparent TEXT;
