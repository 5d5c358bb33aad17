-- Of a list that was read: how many rows it had. Of what was given out: the digest of the file.
ALTER TABLE audit ADD COLUMN rows INTEGER;
ALTER TABLE audit ADD COLUMN digest BLOB;

-- Records that somebody looked at when they were due, and keeps longer: one row a record and controller, the last
-- decision. Who decided what before stands in the audit.
CREATE TABLE kept_longer (
  record TEXT NOT NULL,
  org BLOB NOT NULL, -- the force, or a service
  until_ms INTEGER NOT NULL,
  reason TEXT NOT NULL, -- a code
  PRIMARY KEY (record, org)
) STRICT, WITHOUT ROWID;
