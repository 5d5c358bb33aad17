-- What the server computed of each referral, written in the transaction that changed it; all of it can be computed again.
CREATE TABLE referrals (
  record TEXT PRIMARY KEY,
  again_ms INTEGER, -- when to look at it again, for what time alone brings about; NULL: not by time alone
  due INTEGER NOT NULL, -- whether something is due in it to somebody, now or later: what a worklist is made of
  figures TEXT -- how results count it, as JSON, without a name; NULL: not at all
) STRICT, WITHOUT ROWID;
CREATE INDEX referrals_again ON referrals (again_ms) WHERE again_ms IS NOT NULL;
CREATE INDEX referrals_due ON referrals (record) WHERE due = 1;

-- The rows of an older store are computed by the next beats of the server, a few at a time.
INSERT INTO referrals (record, again_ms, due)
  SELECT record, 0, record IN (SELECT record FROM due_records)
  FROM streams WHERE record LIKE 'referral/%' GROUP BY record;

DROP TABLE look_again;
DROP TABLE due_records;
