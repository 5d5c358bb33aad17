-- Who asked the central record whether somebody was referred before, when, and what it said. Whom they asked about is
-- not kept: no name stands here.
CREATE TABLE prior_checks (
  number INTEGER PRIMARY KEY,
  device BLOB NOT NULL, -- a phone, or a person's desk log
  user BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  answer TEXT NOT NULL CHECK (answer IN ('none', 'engaged', 'in_progress', 'not_engaged', 'perhaps'))
) STRICT;
CREATE INDEX prior_checks_by_device ON prior_checks (device, at_ms);
