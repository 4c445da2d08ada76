-- Which key a signing secret is sealed with; NULL: it is not, and stands there as it is.
ALTER TABLE signing_secret ADD COLUMN key_id TEXT CHECK (key_id IS NULL OR length(key_id) = 16);
