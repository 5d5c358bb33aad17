-- The lines of lists are written with the row that they belong to, in statements of many rows: a trigger that read them from JSON
-- cost more than all that a push writes besides. A row that changes loses its lines before it gets the new ones. The lines of
-- one referral lie together: no index by it is needed.
DROP TRIGGER referrals_kept;
DROP TRIGGER referrals_changed;
ALTER TABLE referrals DROP COLUMN lines;

CREATE TABLE lines_of_referrals (
  record TEXT NOT NULL,
  line INTEGER NOT NULL, -- 0, 1, … of the referral
  org TEXT NOT NULL, -- whose list
  desk INTEGER NOT NULL, -- the bit of the desk
  rank INTEGER NOT NULL, -- 0: before everything that only has a time; 1: by its time
  opens_ms INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  from_ms INTEGER NOT NULL, -- from when the desk is told of it
  until_ms INTEGER NOT NULL,
  tie INTEGER NOT NULL,
  nobody_at TEXT, -- services: the desk is told only while nobody can act at any of them; NULL: always
  is_new INTEGER NOT NULL, -- it waits for the service's answer
  PRIMARY KEY (record, line)
) STRICT, WITHOUT ROWID;
INSERT INTO lines_of_referrals
  SELECT record, ROW_NUMBER() OVER (PARTITION BY record ORDER BY rowid) - 1, org, desk, rank, opens_ms, at_ms, from_ms, until_ms,
         tie, nobody_at, is_new FROM worklist_lines;
-- Its indexes go with it.
DROP TABLE worklist_lines;
ALTER TABLE lines_of_referrals RENAME TO worklist_lines;
CREATE INDEX worklist_lines_by_desk
  ON worklist_lines (org, desk, is_new, record, rank, opens_ms, at_ms, from_ms, until_ms, tie, nobody_at);

CREATE TRIGGER referrals_changed AFTER UPDATE ON referrals BEGIN
  DELETE FROM worklist_lines WHERE record = NEW.record;
END;
