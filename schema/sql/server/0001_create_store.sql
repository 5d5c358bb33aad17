-- The server's store. Ids are 16 bytes, digests 32; times are milliseconds since 1970, UTC.
-- The key of an op is the number of its device times 2^32 plus its seq.

CREATE TABLE server (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  epoch BLOB NOT NULL,
  force BLOB NOT NULL,
  force_prefix TEXT NOT NULL,
  device BLOB NOT NULL,
  user BLOB NOT NULL,
  signing_key BLOB NOT NULL, -- PKCS #8
  public_key BLOB NOT NULL, -- SEC1, uncompressed
  place INTEGER NOT NULL -- the last place that a stamp was given
) STRICT;

-- The epochs of the history, the present one last: each begins where it took over the one before.
CREATE TABLE epochs (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  place INTEGER NOT NULL, -- the last place that it contains of the epoch before
  pos INTEGER NOT NULL, -- the last position of the feeds that it contains of the epoch before
  receipt INTEGER NOT NULL, -- the last receipt that was held when it began
  log BLOB NOT NULL, -- the server's own log in this epoch
  why TEXT NOT NULL CHECK (why IN ('created', 'started', 'restored', 'rolled_back')),
  began_ms INTEGER NOT NULL
) STRICT;

-- Backups that were verified after they were written, and how far each holds the logs.
CREATE TABLE backups (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  taken_ms INTEGER NOT NULL,
  place INTEGER NOT NULL
) STRICT;
-- What is kept outside the backups too, in the order of `kept-outside.log`: no gaps.
CREATE TABLE kept_outside (
  number INTEGER PRIMARY KEY,
  entry TEXT NOT NULL
) STRICT;

CREATE TABLE backup_tips (
  backup INTEGER NOT NULL REFERENCES backups (number),
  device INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (backup, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE orgs (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  telephone TEXT NOT NULL,
  hours TEXT NOT NULL,
  areas TEXT NOT NULL, -- a JSON array; empty: everywhere
  age_from INTEGER NOT NULL,
  age_to INTEGER -- NULL: no upper end
) STRICT;

CREATE TABLE users (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  org BLOB NOT NULL
) STRICT;

CREATE TABLE devices (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  user BLOB NOT NULL,
  name TEXT NOT NULL,
  letter TEXT NOT NULL, -- which of the person's devices it is: A, B, …; empty for a log that the server keeps
  public_key BLOB NOT NULL,
  counter INTEGER NOT NULL DEFAULT 0,
  revoked INTEGER NOT NULL DEFAULT 0,
  enrolled_ms INTEGER NOT NULL,
  heard_ms INTEGER, -- when it last had nothing left to push
  confirmed INTEGER NOT NULL DEFAULT 0, -- the last position of the feeds that it has shown to have kept
  last_seq INTEGER NOT NULL DEFAULT 0,
  last_hash BLOB NOT NULL
) STRICT;

-- As what a person may act, from when until when. `users` says what is true now, or was last;
-- an op is judged by what was true when it was written.
CREATE TABLE rights (
  number INTEGER PRIMARY KEY,
  user BLOB NOT NULL,
  role TEXT NOT NULL,
  org BLOB NOT NULL,
  from_ms INTEGER NOT NULL,
  given_by BLOB, -- NULL: before anybody could sign in
  until_ms INTEGER,
  ended TEXT CHECK (ended IN ('left', 'cause')),
  ended_by BLOB
) STRICT;
CREATE INDEX rights_by_user ON rights (user);

-- What one admin wants a person to have, until another one confirms it: a role, or a code for a device in the role
-- that they have.
CREATE TABLE proposals (
  id BLOB PRIMARY KEY,
  asks TEXT NOT NULL CHECK (asks IN ('role', 'code')),
  user BLOB NOT NULL,
  role TEXT NOT NULL,
  org BLOB NOT NULL,
  proposed_by BLOB NOT NULL,
  proposed_ms INTEGER NOT NULL
) STRICT;

-- Versions of policy packs: proposed by one admin, in force from when another confirmed. The last that
-- was confirmed holds.
CREATE TABLE policies (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  pack TEXT NOT NULL,
  version INTEGER NOT NULL,
  proposed_by BLOB, -- NULL: the store began with it
  proposed_ms INTEGER NOT NULL,
  from_ms INTEGER, -- NULL: it waits for a second admin
  confirmed_by BLOB
) STRICT;

-- Bank holidays that were proclaimed after this software was built, as JSON; of one day the last row counts.
CREATE TABLE holidays (
  number INTEGER PRIMARY KEY,
  holiday TEXT NOT NULL
) STRICT;

-- Devices that may no longer read, and since when.
CREATE TABLE revocations (
  device BLOB PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('lost', 'stolen', 'cause', 'left')),
  revoked_by BLOB
) STRICT;

-- Providers that take no new referrals.
CREATE TABLE closed_orgs (
  org BLOB PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  closed_by BLOB
) STRICT;

-- The desk log of a person: a device like any other, but the server holds its key.
CREATE TABLE desks (
  user BLOB PRIMARY KEY,
  device BLOB NOT NULL UNIQUE,
  signing_key BLOB NOT NULL -- PKCS #8
) STRICT;

-- Every conflict of every stream, and whether it is open, as the fold finds it; what is open can be computed again.
CREATE TABLE conflicts (
  pos INTEGER PRIMARY KEY AUTOINCREMENT,
  stream INTEGER NOT NULL,
  conflict BLOB NOT NULL,
  open INTEGER NOT NULL,
  UNIQUE (stream, conflict)
) STRICT;
CREATE INDEX conflicts_by_id ON conflicts (conflict);
CREATE INDEX conflicts_open ON conflicts (pos) WHERE open = 1;

-- Digests by which ops are found whose values are alike: names, numbers, references. No value is kept here.
CREATE TABLE search_keys (
  key BLOB NOT NULL,
  op INTEGER NOT NULL,
  PRIMARY KEY (key, op)
) STRICT, WITHOUT ROWID;

-- When the server looks at a record again, for what time alone brings about; can be computed again.
CREATE TABLE look_again (
  record TEXT PRIMARY KEY,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX look_again_by_time ON look_again (at_ms);

-- Records in which something is due to somebody, now or later: what a worklist is made of; can be computed again.
CREATE TABLE due_records (
  record TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- One-time codes: only their hash is kept.
CREATE TABLE enrol_codes (
  hash BLOB PRIMARY KEY,
  user BLOB NOT NULL,
  expires_ms INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  used INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE streams (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX streams_by_record ON streams (record);

-- The stamp's columns are NULL while the op is pending.
CREATE TABLE ops (
  key INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL REFERENCES streams (number),
  hash BLOB NOT NULL,
  header BLOB NOT NULL,
  body TEXT,
  salt BLOB NOT NULL, -- all zero once the body was erased
  erased TEXT, -- what is left of an erased body
  received_ms INTEGER NOT NULL,
  arrived_ms INTEGER NOT NULL, -- when this history got it: later than received_ms for one pushed again
  earliest_ms INTEGER NOT NULL,
  latest_ms INTEGER NOT NULL,
  admitted INTEGER NOT NULL DEFAULT 0,
  place INTEGER UNIQUE,
  eff INTEGER,
  clock TEXT,
  disposition TEXT,
  why TEXT,
  absent TEXT
) STRICT;
CREATE INDEX ops_by_stream ON ops (stream);
CREATE INDEX ops_pending ON ops (key) WHERE place IS NULL;

-- A pending op and the op that it waits for, which may be one that no device has pushed yet; one
-- that waits for itself waits for time alone.
CREATE TABLE waits (
  awaited TEXT NOT NULL,
  waiting TEXT NOT NULL,
  PRIMARY KEY (awaited, waiting)
) STRICT, WITHOUT ROWID;

-- What a device says lies behind an op of somebody else that it holds without a present stamp.
CREATE TABLE behind (
  device INTEGER NOT NULL,
  op TEXT NOT NULL,
  causes TEXT NOT NULL,
  PRIMARY KEY (device, op)
) STRICT, WITHOUT ROWID;

CREATE TABLE scopes (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE scope_holds (
  scope INTEGER NOT NULL,
  stream INTEGER NOT NULL,
  held INTEGER NOT NULL DEFAULT 1, -- 0: it was lost again
  PRIMARY KEY (scope, stream)
) STRICT, WITHOUT ROWID;
CREATE INDEX scope_holds_by_stream ON scope_holds (stream);

CREATE TABLE feed (
  pos INTEGER PRIMARY KEY AUTOINCREMENT,
  scope INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('op', 'again', 'stamped', 'forget', 'extract', 'erased', 'reference')),
  stream INTEGER,
  op INTEGER,
  extract TEXT
) STRICT;
CREATE INDEX feed_by_scope ON feed (scope, pos);

-- The receipt chain: one link per accepted push.
CREATE TABLE receipts (
  number INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  prev BLOB NOT NULL,
  device INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  stamps BLOB NOT NULL,
  time_ms INTEGER NOT NULL,
  epoch BLOB NOT NULL,
  signature BLOB NOT NULL,
  place INTEGER NOT NULL, -- the last place when it was given
  pos INTEGER NOT NULL -- the last position of the feeds when it was given
) STRICT;
CREATE INDEX receipts_by_device ON receipts (device, seq);

-- What each accepted push was signed with: evidence.
CREATE TABLE statements (
  device INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  bytes BLOB NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (device, counter)
) STRICT, WITHOUT ROWID;

-- Branches of forked logs, kept aside.
CREATE TABLE forks (
  device INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  received_ms INTEGER NOT NULL,
  branch TEXT NOT NULL,
  PRIMARY KEY (device, seq, hash)
) STRICT;

-- Ops of older logs that were written anew, each once: by its id and hash, since a forked log has
-- two ops of one id.
CREATE TABLE recoveries (
  device BLOB NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  by_op INTEGER NOT NULL, -- the key of the op that repeats it
  PRIMARY KEY (device, seq, hash)
) STRICT, WITHOUT ROWID;

-- What revoked devices had not sent, sealed to the server's key.
CREATE TABLE sealed (
  device INTEGER NOT NULL,
  digest BLOB NOT NULL, -- of the blob
  received_ms INTEGER NOT NULL,
  entries INTEGER NOT NULL, -- how many ops the device says are inside
  blob BLOB NOT NULL,
  PRIMARY KEY (device, digest)
) STRICT;

-- Ops whose bodies were erased; also of some that are not held, should they come again. The op's hash
-- tells it apart from another of the same id. `scrubbed`: no file holds the bytes any more.
CREATE TABLE erasures (
  device BLOB NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  stream TEXT NOT NULL,
  by_op TEXT NOT NULL,
  erased TEXT NOT NULL, -- what is left
  disposition TEXT,
  why TEXT,
  scrubbed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (device, seq)
) STRICT;
CREATE INDEX erasures_to_scrub ON erasures (scrubbed) WHERE scrubbed = 0;

-- Extracts that wait at the admin desk, as they were fed last.
CREATE TABLE extracts (
  conflict BLOB PRIMARY KEY,
  stream INTEGER NOT NULL,
  extract TEXT NOT NULL
) STRICT;
CREATE INDEX extracts_by_stream ON extracts (stream);
