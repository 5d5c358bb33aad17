-- One phone's store. What a person recorded is in own_op and is never updated but for the server's
-- stamp; everything in the summaries can be computed again.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What salts are derived from; destroyed once the last op under it is backed up.
CREATE TABLE seed (
    id        INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    bytes     BLOB NOT NULL
) STRICT;

-- This device's own log.
CREATE TABLE own_op (
    seq          INTEGER PRIMARY KEY,
    record       TEXT NOT NULL,
    stream       TEXT NOT NULL,
    header       BLOB NOT NULL,
    body         TEXT,
    salt         BLOB NOT NULL,
    hash         BLOB NOT NULL,
    seed         INTEGER NOT NULL,
    -- Ops of one command share a number: a push never ends inside one.
    command      INTEGER NOT NULL,
    -- When this store learnt of it: what `as_of` points into.
    rev          INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    -- The scope has lost the stream: kept, and not shown.
    sealed       INTEGER NOT NULL DEFAULT 0,
    stamp        TEXT,
    kind         TEXT NOT NULL
) STRICT;
CREATE INDEX own_op_by_record ON own_op (record);
CREATE INDEX own_op_by_stream ON own_op (stream);
CREATE INDEX own_op_by_seed ON own_op (seed);
CREATE INDEX own_op_sealed ON own_op (stream) WHERE sealed = 1;
CREATE INDEX own_op_waiting ON own_op (kind) WHERE acknowledged = 0;
CREATE INDEX own_op_without_effect ON own_op (seq)
    WHERE stamp IS NOT NULL AND json_extract(stamp, '$.disposition') <> 'accepted';
CREATE INDEX own_op_pending ON own_op (seq) WHERE acknowledged = 1 AND stamp IS NULL;

-- Logs that this phone wrote before it enrolled again, or that were salvaged from a damaged file.
-- `waiting`: neither the server nor the new log is known to have it; `held`: the server has it;
-- `reissued`: the new log repeats it. Dropped when the new log is in the server's backups.
CREATE TABLE old_op (
    device  TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    header  BLOB NOT NULL,
    body    TEXT,
    salt    BLOB NOT NULL,
    hash    BLOB NOT NULL,
    command INTEGER NOT NULL,
    -- 0 when it was salvaged: this store had not learnt of it.
    rev     INTEGER NOT NULL,
    sealed  INTEGER NOT NULL,
    stamp   TEXT,
    state   TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'reissued')),
    UNIQUE (device, seq)
) STRICT;

CREATE TABLE old_seed (
    device    TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    bytes     BLOB NOT NULL
) STRICT;

-- After a wipe: what was not yet safe with the server, sealed so that only the server reads it.
CREATE TABLE sealed_outbox (
    id      INTEGER PRIMARY KEY,
    entries INTEGER NOT NULL,
    blob    BLOB NOT NULL
) STRICT;

-- Receipts of own pushes: shown when the server has forgotten what it acknowledged.
CREATE TABLE receipt (
    seq     INTEGER NOT NULL,
    epoch   TEXT NOT NULL,
    receipt TEXT NOT NULL,
    PRIMARY KEY (seq, epoch)
) STRICT, WITHOUT ROWID;

-- Ops whose bodies were erased, with what is left of each; a copy that comes later is kept without its body.
CREATE TABLE erased_op (
    device TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    erased TEXT NOT NULL,
    PRIMARY KEY (device, seq)
) STRICT, WITHOUT ROWID;

-- Ops of others, as the feeds brought them.
CREATE TABLE stream_op (
    device TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    record TEXT NOT NULL,
    stream TEXT NOT NULL,
    rev    INTEGER NOT NULL,
    op     TEXT NOT NULL,
    -- Its stamp is of an epoch that the server has lost: kept, without effect, until it comes again.
    lost   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (device, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX stream_op_by_record ON stream_op (record);
CREATE INDEX stream_op_by_stream ON stream_op (stream);
CREATE INDEX stream_op_lost ON stream_op (device) WHERE lost = 1;

-- What lists show of each record, written in the transaction that changed its ops; it can be computed again.
CREATE TABLE summary (
    record       TEXT PRIMARY KEY,
    referral     INTEGER NOT NULL,
    -- -1: it was not submitted.
    submitted_ms INTEGER NOT NULL,
    reference    TEXT,
    -- What is due there, and what a worklist shows of it, as JSON; NULL: nothing is due.
    coming       TEXT,
    waiting      TEXT
) STRICT;
CREATE INDEX summary_newest ON summary (referral, submitted_ms DESC, record);
CREATE INDEX summary_by_reference ON summary (reference) WHERE reference IS NOT NULL;

-- Whom a record is about, so that an earlier one of the same person is found: a digest of name and date of birth.
CREATE TABLE summary_about (
    about  BLOB NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (about, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX summary_about_by_record ON summary_about (record);

-- The open conflicts of streams that are held.
CREATE TABLE open_conflict (
    conflict BLOB NOT NULL,
    record   TEXT NOT NULL,
    PRIMARY KEY (conflict, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX open_conflict_by_record ON open_conflict (record);

-- What streams that the reader has lost held: ids and deps alone, so that a form that was opened before is
-- saved upon what its author saw.
CREATE TABLE forgotten (
    device TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    record TEXT NOT NULL,
    stream TEXT NOT NULL,
    deps   TEXT NOT NULL,
    rev    INTEGER NOT NULL,
    -- When it was lost: a view of an earlier revision still showed it.
    gone   INTEGER NOT NULL,
    PRIMARY KEY (device, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX forgotten_by_record ON forgotten (record);
CREATE INDEX forgotten_by_stream ON forgotten (stream);

-- Conflicts of streams that this device does not hold, for their settler.
CREATE TABLE extract (
    conflict TEXT PRIMARY KEY,
    extract  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE provider (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    -- All that is known of it, as JSON.
    provider TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Exhibit references of this device's encounters: none is used twice.
CREATE TABLE exhibit (
    reference TEXT PRIMARY KEY,
    record    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE draft (
    id       TEXT PRIMARY KEY,
    form     TEXT NOT NULL,
    saved_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
