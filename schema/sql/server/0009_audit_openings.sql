-- Who opened which person's record, when and what for. Each line holds the hash of the one before it, so that none is
-- changed or taken out unnoticed. What was recorded, altered, joined and erased stands in the log of entries.
CREATE TABLE audit (
  number INTEGER PRIMARY KEY, -- 1, 2, 3 …
  at_ms INTEGER NOT NULL,
  user BLOB NOT NULL,
  role TEXT NOT NULL,
  org BLOB NOT NULL,
  record TEXT NOT NULL,
  purpose TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_by_user ON audit (user, number);
CREATE INDEX audit_by_record ON audit (record, number);
