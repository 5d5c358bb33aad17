-- Where each referral stands on each desk's list, so that a list reads only what it shows. The store itself writes these
-- lines from the row that they belong to, so the two never differ.
ALTER TABLE referrals ADD COLUMN lines TEXT; -- a JSON array of what follows, in the order of the columns

CREATE TABLE worklist_lines (
  record TEXT NOT NULL,
  org TEXT NOT NULL, -- whose list
  desk INTEGER NOT NULL, -- the bit of the desk
  rank INTEGER NOT NULL, -- 0: before everything that only has a time; 1: by its time
  opens_ms INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  from_ms INTEGER NOT NULL, -- from when the desk is told of it
  until_ms INTEGER NOT NULL,
  tie INTEGER NOT NULL,
  nobody_at TEXT, -- services: the desk is told only while nobody can act at any of them; NULL: always
  is_new INTEGER NOT NULL -- it waits for the service's answer
) STRICT;
CREATE INDEX worklist_lines_by_record ON worklist_lines (record);
CREATE INDEX worklist_lines_by_desk
  ON worklist_lines (org, desk, is_new, record, rank, opens_ms, at_ms, from_ms, until_ms, tie, nobody_at);

CREATE TRIGGER referrals_kept AFTER INSERT ON referrals WHEN NEW.lines IS NOT NULL BEGIN
  INSERT INTO worklist_lines
    SELECT NEW.record, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
           value ->> 7, value ->> 8, value ->> 9 FROM json_each(NEW.lines);
END;
CREATE TRIGGER referrals_changed AFTER UPDATE ON referrals BEGIN
  DELETE FROM worklist_lines WHERE record = NEW.record;
  INSERT INTO worklist_lines
    SELECT NEW.record, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
           value ->> 7, value ->> 8, value ->> 9 FROM json_each(NEW.lines) WHERE NEW.waiting IS NOT NULL;
END;

-- Rows of an older store have no lines: the next beats of the server compute them, and a list folds them meanwhile.
CREATE INDEX referrals_to_compute ON referrals (record) WHERE desks <> 0 AND waiting IS NULL;
UPDATE referrals SET waiting = NULL, again_ms = 0 WHERE desks <> 0;
