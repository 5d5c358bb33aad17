-- What the server computed of each referral, written in the transaction that changed it; all of it can be computed again.
CREATE TABLE referrals (
  record TEXT PRIMARY KEY,
  again_ms INTEGER, -- when to look at it again, for what time alone brings about; NULL: not by time alone
  desks INTEGER NOT NULL, -- bits: on whose worklist it may come; 0: on nobody's
  waiting TEXT, -- what worklists show of it, as JSON, by organisation; NULL: to be computed
  figures TEXT -- how results count it, as JSON, without a name; NULL: not at all
) STRICT, WITHOUT ROWID;
CREATE INDEX referrals_again ON referrals (again_ms) WHERE again_ms IS NOT NULL;
CREATE INDEX referrals_on_desks ON referrals (record) WHERE desks <> 0;

-- The rows of an older store are computed by the next beats of the server, a few at a time.
INSERT INTO referrals (record, again_ms, desks)
  SELECT record, 0, 31 * (record IN (SELECT record FROM due_records))
  FROM streams WHERE record LIKE 'referral/%' GROUP BY record;

DROP TABLE look_again;
DROP TABLE due_records;
