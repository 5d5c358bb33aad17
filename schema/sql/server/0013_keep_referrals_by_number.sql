-- Rows of a kilobyte and more lie in the order in which they began: in a table ordered by name each of them was moved about with
-- its neighbours whenever one changed.
CREATE TABLE referrals_by_number (
  number INTEGER PRIMARY KEY,
  record TEXT NOT NULL UNIQUE,
  again_ms INTEGER, -- when to look at it again, for what time alone brings about; NULL: not by time alone
  desks INTEGER NOT NULL, -- bits: on whose worklist it may come; 0: on nobody's
  waiting TEXT, -- what worklists show of it, as JSON, by organisation; NULL: to be computed
  figures TEXT, -- how results count it, as JSON, without a name; NULL: not at all
  lines TEXT -- where it stands on each desk's list: a JSON array of the columns of worklist_lines
) STRICT;
INSERT INTO referrals_by_number (record, again_ms, desks, waiting, figures, lines)
  SELECT record, again_ms, desks, waiting, figures, lines FROM referrals ORDER BY record;
-- Its indexes and triggers go with it.
DROP TABLE referrals;
ALTER TABLE referrals_by_number RENAME TO referrals;

CREATE INDEX referrals_again ON referrals (again_ms) WHERE again_ms IS NOT NULL;
CREATE INDEX referrals_on_desks ON referrals (record) WHERE desks <> 0;
CREATE INDEX referrals_to_compute ON referrals (record) WHERE desks <> 0 AND waiting IS NULL;

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
