-- What people recorded is sealed at rest. Each table `t` becomes `t_row`, whose values are sealed, and a view `t` that
-- opens them: every statement goes through the view, and so none can forget to seal. `seal`, `unseal` and `blind` are
-- functions of the phone library: see its `store/sealer.rs`. What a row says in the clear is bound to what it seals, so
-- that a row which was changed, swapped or cut is noticed. In a store without a key the functions change nothing.

ALTER TABLE meta RENAME TO meta_was;
CREATE TABLE meta_row (
    key   TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta_row SELECT key, value FROM meta_was;
DROP TABLE meta_was;
CREATE VIEW meta AS SELECT key, unseal('meta.value', value, key) AS value FROM meta_row;
CREATE TRIGGER meta_insert INSTEAD OF INSERT ON meta BEGIN
    INSERT OR REPLACE INTO meta_row VALUES (NEW.key, seal('meta.value', NEW.value, NEW.key));
END;
CREATE TRIGGER meta_update INSTEAD OF UPDATE ON meta BEGIN
    UPDATE meta_row SET value = seal('meta.value', NEW.value, OLD.key) WHERE key = OLD.key;
END;
CREATE TRIGGER meta_delete INSTEAD OF DELETE ON meta BEGIN
    DELETE FROM meta_row WHERE key = OLD.key;
END;

ALTER TABLE seed RENAME TO seed_was;
CREATE TABLE seed_row (
    id        INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    bytes     ANY NOT NULL
) STRICT;
INSERT INTO seed_row SELECT id, first_seq, bytes FROM seed_was;
DROP TABLE seed_was;
CREATE VIEW seed AS SELECT id, first_seq, unseal('seed.bytes', bytes, id, first_seq) AS bytes FROM seed_row;
CREATE TRIGGER seed_insert INSTEAD OF INSERT ON seed BEGIN
    INSERT INTO seed_row VALUES (NEW.id, NEW.first_seq, seal('seed.bytes', NEW.bytes, NEW.id, NEW.first_seq));
END;
CREATE TRIGGER seed_update INSTEAD OF UPDATE ON seed BEGIN
    UPDATE seed_row SET bytes = seal('seed.bytes', NEW.bytes, id, first_seq) WHERE id = OLD.id;
END;
CREATE TRIGGER seed_delete INSTEAD OF DELETE ON seed BEGIN
    DELETE FROM seed_row WHERE id = OLD.id;
END;

-- The indexes go with the table that they are of. An entry verifies by its own hash, and is bound to its number alone, so
-- that a salvage reads it when another column of its row is damaged; its stamp and kind are bound to all of them.
ALTER TABLE own_op RENAME TO own_op_was;
CREATE TABLE own_op_row (
    seq            INTEGER PRIMARY KEY,
    record         TEXT NOT NULL,
    stream         TEXT NOT NULL,
    header         ANY NOT NULL,
    body           ANY,
    salt           ANY NOT NULL,
    hash           BLOB NOT NULL,
    seed           INTEGER NOT NULL,
    command        INTEGER NOT NULL,
    rev            INTEGER NOT NULL,
    acknowledged   INTEGER NOT NULL,
    sealed         INTEGER NOT NULL,
    stamp          ANY,
    kind           ANY NOT NULL,
    -- The server stamped it and it does not count: written with the stamp, so that it is found without opening it.
    without_effect INTEGER NOT NULL
) STRICT;
INSERT INTO own_op_row SELECT seq, record, stream, header, body, salt, hash, seed, command, rev, acknowledged, sealed,
    stamp, kind, COALESCE(json_extract(stamp, '$.disposition') <> 'accepted', 0) FROM own_op_was;
DROP TABLE own_op_was;
CREATE INDEX own_op_by_record ON own_op_row (record);
CREATE INDEX own_op_by_stream ON own_op_row (stream);
CREATE INDEX own_op_by_seed ON own_op_row (seed);
CREATE INDEX own_op_sealed ON own_op_row (stream) WHERE sealed = 1;
CREATE INDEX own_op_waiting ON own_op_row (seq) WHERE acknowledged = 0;
CREATE INDEX own_op_without_effect ON own_op_row (seq) WHERE without_effect = 1;
CREATE INDEX own_op_pending ON own_op_row (seq) WHERE acknowledged = 1 AND stamp IS NULL;
CREATE VIEW own_op AS SELECT seq, record, stream,
    unseal('own_op.header', header, seq) AS header,
    unseal('own_op.body', body, seq) AS body,
    unseal('own_op.salt', salt, seq) AS salt,
    hash, seed, command, rev, acknowledged, sealed,
    unseal('own_op.stamp', stamp, seq, record, stream, hash, seed, command, rev, acknowledged, sealed) AS stamp,
    unseal('own_op.kind', kind, seq, record, stream, hash, seed, command, rev, acknowledged, sealed) AS kind,
    without_effect, stamp IS NULL AS unstamped
    FROM own_op_row;
CREATE TRIGGER own_op_insert INSTEAD OF INSERT ON own_op BEGIN
    INSERT INTO own_op_row VALUES (NEW.seq, NEW.record, NEW.stream,
        seal('own_op.header', NEW.header, NEW.seq),
        seal('own_op.body', NEW.body, NEW.seq),
        seal('own_op.salt', NEW.salt, NEW.seq),
        NEW.hash, NEW.seed, NEW.command, NEW.rev, NEW.acknowledged, NEW.sealed,
        seal('own_op.stamp', NEW.stamp, NEW.seq, NEW.record, NEW.stream, NEW.hash, NEW.seed, NEW.command, NEW.rev, NEW.acknowledged, NEW.sealed),
        seal('own_op.kind', NEW.kind, NEW.seq, NEW.record, NEW.stream, NEW.hash, NEW.seed, NEW.command, NEW.rev, NEW.acknowledged, NEW.sealed),
        COALESCE(json_extract(NEW.stamp, '$.disposition') <> 'accepted', 0));
END;
CREATE TRIGGER own_op_update INSTEAD OF UPDATE ON own_op BEGIN
    UPDATE own_op_row SET acknowledged = NEW.acknowledged, sealed = NEW.sealed,
        header = seal('own_op.header', NEW.header, seq),
        body = seal('own_op.body', NEW.body, seq),
        salt = seal('own_op.salt', NEW.salt, seq),
        stamp = seal('own_op.stamp', NEW.stamp, seq, record, stream, hash, seed, command, rev, NEW.acknowledged, NEW.sealed),
        kind = seal('own_op.kind', NEW.kind, seq, record, stream, hash, seed, command, rev, NEW.acknowledged, NEW.sealed),
        without_effect = COALESCE(json_extract(NEW.stamp, '$.disposition') <> 'accepted', 0)
        WHERE seq = OLD.seq;
END;
CREATE TRIGGER own_op_delete INSTEAD OF DELETE ON own_op BEGIN
    DELETE FROM own_op_row WHERE seq = OLD.seq;
END;

ALTER TABLE old_op RENAME TO old_op_was;
CREATE TABLE old_op_row (
    device  TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    header  ANY NOT NULL,
    body    ANY,
    salt    ANY NOT NULL,
    hash    BLOB NOT NULL,
    command INTEGER NOT NULL,
    rev     INTEGER NOT NULL,
    sealed  INTEGER NOT NULL,
    stamp   ANY,
    state   TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'reissued')),
    UNIQUE (device, seq)
) STRICT;
INSERT INTO old_op_row SELECT device, seq, header, body, salt, hash, command, rev, sealed, stamp, state FROM old_op_was;
DROP TABLE old_op_was;
CREATE VIEW old_op AS SELECT device, seq,
    unseal('old_op.header', header, device, seq) AS header,
    unseal('old_op.body', body, device, seq) AS body,
    unseal('old_op.salt', salt, device, seq) AS salt,
    hash, command, rev, sealed,
    unseal('old_op.stamp', stamp, device, seq, hash, command, rev, sealed, state) AS stamp,
    state FROM old_op_row;
CREATE TRIGGER old_op_insert INSTEAD OF INSERT ON old_op BEGIN
    INSERT INTO old_op_row VALUES (NEW.device, NEW.seq,
        seal('old_op.header', NEW.header, NEW.device, NEW.seq),
        seal('old_op.body', NEW.body, NEW.device, NEW.seq),
        seal('old_op.salt', NEW.salt, NEW.device, NEW.seq),
        NEW.hash, NEW.command, NEW.rev, NEW.sealed,
        seal('old_op.stamp', NEW.stamp, NEW.device, NEW.seq, NEW.hash, NEW.command, NEW.rev, NEW.sealed, NEW.state),
        NEW.state);
END;
CREATE TRIGGER old_op_update INSTEAD OF UPDATE ON old_op BEGIN
    UPDATE old_op_row SET sealed = NEW.sealed, state = NEW.state,
        header = seal('old_op.header', NEW.header, device, seq),
        body = seal('old_op.body', NEW.body, device, seq),
        salt = seal('old_op.salt', NEW.salt, device, seq),
        stamp = seal('old_op.stamp', NEW.stamp, device, seq, hash, command, rev, NEW.sealed, NEW.state)
        WHERE device = OLD.device AND seq = OLD.seq;
END;
CREATE TRIGGER old_op_delete INSTEAD OF DELETE ON old_op BEGIN
    DELETE FROM old_op_row WHERE device = OLD.device AND seq = OLD.seq;
END;

ALTER TABLE old_seed RENAME TO old_seed_was;
CREATE TABLE old_seed_row (
    device    TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    bytes     ANY NOT NULL
) STRICT;
INSERT INTO old_seed_row SELECT device, first_seq, bytes FROM old_seed_was;
DROP TABLE old_seed_was;
CREATE VIEW old_seed AS SELECT device, first_seq, unseal('old_seed.bytes', bytes, device, first_seq) AS bytes, rowid AS place
    FROM old_seed_row;
CREATE TRIGGER old_seed_insert INSTEAD OF INSERT ON old_seed BEGIN
    INSERT INTO old_seed_row VALUES (NEW.device, NEW.first_seq, seal('old_seed.bytes', NEW.bytes, NEW.device, NEW.first_seq));
END;
CREATE TRIGGER old_seed_update INSTEAD OF UPDATE ON old_seed BEGIN
    UPDATE old_seed_row SET bytes = seal('old_seed.bytes', NEW.bytes, device, first_seq) WHERE rowid = OLD.place;
END;
CREATE TRIGGER old_seed_delete INSTEAD OF DELETE ON old_seed BEGIN
    DELETE FROM old_seed_row WHERE rowid = OLD.place;
END;

ALTER TABLE receipt RENAME TO receipt_was;
CREATE TABLE receipt_row (
    seq     INTEGER NOT NULL,
    epoch   TEXT NOT NULL,
    receipt ANY NOT NULL,
    PRIMARY KEY (seq, epoch)
) STRICT, WITHOUT ROWID;
INSERT INTO receipt_row SELECT seq, epoch, receipt FROM receipt_was;
DROP TABLE receipt_was;
CREATE VIEW receipt AS SELECT seq, epoch, unseal('receipt.receipt', receipt, seq, epoch) AS receipt FROM receipt_row;
CREATE TRIGGER receipt_insert INSTEAD OF INSERT ON receipt BEGIN
    INSERT OR IGNORE INTO receipt_row VALUES (NEW.seq, NEW.epoch, seal('receipt.receipt', NEW.receipt, NEW.seq, NEW.epoch));
END;
CREATE TRIGGER receipt_update INSTEAD OF UPDATE ON receipt BEGIN
    UPDATE receipt_row SET receipt = seal('receipt.receipt', NEW.receipt, seq, epoch) WHERE seq = OLD.seq AND epoch = OLD.epoch;
END;
CREATE TRIGGER receipt_delete INSTEAD OF DELETE ON receipt BEGIN
    DELETE FROM receipt_row WHERE seq = OLD.seq AND epoch = OLD.epoch;
END;

ALTER TABLE erased_op RENAME TO erased_op_was;
CREATE TABLE erased_op_row (
    device TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    erased ANY NOT NULL,
    PRIMARY KEY (device, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO erased_op_row SELECT device, seq, erased FROM erased_op_was;
DROP TABLE erased_op_was;
CREATE VIEW erased_op AS SELECT device, seq, unseal('erased_op.erased', erased, device, seq) AS erased FROM erased_op_row;
CREATE TRIGGER erased_op_insert INSTEAD OF INSERT ON erased_op BEGIN
    INSERT OR REPLACE INTO erased_op_row VALUES (NEW.device, NEW.seq, seal('erased_op.erased', NEW.erased, NEW.device, NEW.seq));
END;
CREATE TRIGGER erased_op_update INSTEAD OF UPDATE ON erased_op BEGIN
    UPDATE erased_op_row SET erased = seal('erased_op.erased', NEW.erased, device, seq)
        WHERE device = OLD.device AND seq = OLD.seq;
END;
CREATE TRIGGER erased_op_delete INSTEAD OF DELETE ON erased_op BEGIN
    DELETE FROM erased_op_row WHERE device = OLD.device AND seq = OLD.seq;
END;

ALTER TABLE stream_op RENAME TO stream_op_was;
CREATE TABLE stream_op_row (
    device TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    record TEXT NOT NULL,
    stream TEXT NOT NULL,
    rev    INTEGER NOT NULL,
    op     ANY NOT NULL,
    lost   INTEGER NOT NULL,
    PRIMARY KEY (device, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO stream_op_row SELECT device, seq, record, stream, rev, op, lost FROM stream_op_was;
DROP TABLE stream_op_was;
CREATE INDEX stream_op_by_record ON stream_op_row (record);
CREATE INDEX stream_op_by_stream ON stream_op_row (stream);
CREATE INDEX stream_op_lost ON stream_op_row (device) WHERE lost = 1;
CREATE VIEW stream_op AS SELECT device, seq, record, stream, rev,
    unseal('stream_op.op', op, device, seq, record, stream, rev, lost) AS op, lost FROM stream_op_row;
CREATE TRIGGER stream_op_insert INSTEAD OF INSERT ON stream_op BEGIN
    INSERT OR REPLACE INTO stream_op_row VALUES (NEW.device, NEW.seq, NEW.record, NEW.stream, NEW.rev,
        seal('stream_op.op', NEW.op, NEW.device, NEW.seq, NEW.record, NEW.stream, NEW.rev, NEW.lost), NEW.lost);
END;
CREATE TRIGGER stream_op_update INSTEAD OF UPDATE ON stream_op BEGIN
    UPDATE stream_op_row SET op = seal('stream_op.op', NEW.op, device, seq, record, stream, rev, lost)
        WHERE device = OLD.device AND seq = OLD.seq;
END;
CREATE TRIGGER stream_op_delete INSTEAD OF DELETE ON stream_op BEGIN
    DELETE FROM stream_op_row WHERE device = OLD.device AND seq = OLD.seq;
END;

ALTER TABLE summary RENAME TO summary_was;
CREATE TABLE summary_row (
    record       TEXT PRIMARY KEY,
    referral     INTEGER NOT NULL,
    submitted_ms INTEGER NOT NULL,
    reference    ANY,
    coming       ANY,
    waiting      ANY
) STRICT;
INSERT INTO summary_row SELECT record, referral, submitted_ms, reference, coming, waiting FROM summary_was;
DROP TABLE summary_was;
CREATE INDEX summary_newest ON summary_row (referral, submitted_ms DESC, record);
CREATE VIEW summary AS SELECT record, referral, submitted_ms,
    unseal('summary.reference', reference, record, referral, submitted_ms) AS reference,
    unseal('summary.coming', coming, record, referral, submitted_ms) AS coming,
    unseal('summary.waiting', waiting, record, referral, submitted_ms) AS waiting FROM summary_row;
CREATE TRIGGER summary_insert INSTEAD OF INSERT ON summary BEGIN
    INSERT INTO summary_row VALUES (NEW.record, NEW.referral, NEW.submitted_ms,
        seal('summary.reference', NEW.reference, NEW.record, NEW.referral, NEW.submitted_ms),
        seal('summary.coming', NEW.coming, NEW.record, NEW.referral, NEW.submitted_ms),
        seal('summary.waiting', NEW.waiting, NEW.record, NEW.referral, NEW.submitted_ms));
END;
CREATE TRIGGER summary_update INSTEAD OF UPDATE ON summary BEGIN
    UPDATE summary_row SET
        reference = seal('summary.reference', NEW.reference, record, referral, submitted_ms),
        coming = seal('summary.coming', NEW.coming, record, referral, submitted_ms),
        waiting = seal('summary.waiting', NEW.waiting, record, referral, submitted_ms) WHERE record = OLD.record;
END;
CREATE TRIGGER summary_delete INSTEAD OF DELETE ON summary BEGIN
    DELETE FROM summary_row WHERE record = OLD.record;
END;

-- Whom a record is about is searched for by a keyed digest.
ALTER TABLE summary_about RENAME TO summary_about_was;
CREATE TABLE summary_about_row (
    about  BLOB NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (about, record)
) STRICT, WITHOUT ROWID;
INSERT INTO summary_about_row SELECT about, record FROM summary_about_was;
DROP TABLE summary_about_was;
CREATE INDEX summary_about_by_record ON summary_about_row (record);
CREATE VIEW summary_about AS SELECT about, record FROM summary_about_row;
CREATE TRIGGER summary_about_insert INSTEAD OF INSERT ON summary_about BEGIN
    INSERT OR IGNORE INTO summary_about_row VALUES (blind('summary_about', NEW.about), NEW.record);
END;
CREATE TRIGGER summary_about_update INSTEAD OF UPDATE ON summary_about BEGIN
    UPDATE summary_about_row SET about = blind('summary_about', NEW.about) WHERE about = OLD.about AND record = OLD.record;
END;
CREATE TRIGGER summary_about_delete INSTEAD OF DELETE ON summary_about BEGIN
    DELETE FROM summary_about_row WHERE about = OLD.about AND record = OLD.record;
END;

ALTER TABLE extract RENAME TO extract_was;
CREATE TABLE extract_row (
    conflict TEXT PRIMARY KEY,
    extract  ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO extract_row SELECT conflict, extract FROM extract_was;
DROP TABLE extract_was;
CREATE VIEW extract AS SELECT conflict, unseal('extract.extract', extract, conflict) AS extract FROM extract_row;
CREATE TRIGGER extract_insert INSTEAD OF INSERT ON extract BEGIN
    INSERT OR REPLACE INTO extract_row VALUES (NEW.conflict, seal('extract.extract', NEW.extract, NEW.conflict));
END;
CREATE TRIGGER extract_update INSTEAD OF UPDATE ON extract BEGIN
    UPDATE extract_row SET extract = seal('extract.extract', NEW.extract, conflict) WHERE conflict = OLD.conflict;
END;
CREATE TRIGGER extract_delete INSTEAD OF DELETE ON extract BEGIN
    DELETE FROM extract_row WHERE conflict = OLD.conflict;
END;

ALTER TABLE provider RENAME TO provider_was;
CREATE TABLE provider_row (
    id       TEXT PRIMARY KEY,
    name     ANY NOT NULL,
    provider ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO provider_row SELECT id, name, provider FROM provider_was;
DROP TABLE provider_was;
CREATE VIEW provider AS SELECT id, unseal('provider.name', name, id) AS name,
    unseal('provider.provider', provider, id) AS provider FROM provider_row;
CREATE TRIGGER provider_insert INSTEAD OF INSERT ON provider BEGIN
    INSERT OR REPLACE INTO provider_row VALUES (NEW.id, seal('provider.name', NEW.name, NEW.id),
        seal('provider.provider', NEW.provider, NEW.id));
END;
CREATE TRIGGER provider_update INSTEAD OF UPDATE ON provider BEGIN
    UPDATE provider_row SET name = seal('provider.name', NEW.name, id),
        provider = seal('provider.provider', NEW.provider, id) WHERE id = OLD.id;
END;
CREATE TRIGGER provider_delete INSTEAD OF DELETE ON provider BEGIN
    DELETE FROM provider_row WHERE id = OLD.id;
END;

ALTER TABLE exhibit RENAME TO exhibit_was;
CREATE TABLE exhibit_row (
    blinded   ANY PRIMARY KEY,
    reference ANY NOT NULL,
    record    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO exhibit_row SELECT reference, reference, record FROM exhibit_was;
DROP TABLE exhibit_was;
CREATE VIEW exhibit AS SELECT unseal('exhibit.reference', reference, blinded, record) AS reference, record, blinded
    FROM exhibit_row;
CREATE TRIGGER exhibit_insert INSTEAD OF INSERT ON exhibit BEGIN
    INSERT INTO exhibit_row VALUES (blind('exhibit', NEW.reference),
        seal('exhibit.reference', NEW.reference, blind('exhibit', NEW.reference), NEW.record), NEW.record);
END;
CREATE TRIGGER exhibit_update INSTEAD OF UPDATE ON exhibit BEGIN
    UPDATE exhibit_row SET blinded = blind('exhibit', NEW.reference),
        reference = seal('exhibit.reference', NEW.reference, blind('exhibit', NEW.reference), record)
        WHERE blinded = OLD.blinded;
END;
CREATE TRIGGER exhibit_delete INSTEAD OF DELETE ON exhibit BEGIN
    DELETE FROM exhibit_row WHERE blinded = OLD.blinded;
END;

ALTER TABLE draft RENAME TO draft_was;
CREATE TABLE draft_row (
    blinded  ANY PRIMARY KEY,
    id       ANY NOT NULL,
    form     ANY NOT NULL,
    saved_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO draft_row SELECT id, id, form, saved_ms FROM draft_was;
DROP TABLE draft_was;
CREATE VIEW draft AS SELECT unseal('draft.id', id, blinded, saved_ms) AS id,
    unseal('draft.form', form, blinded, saved_ms) AS form, saved_ms, blinded FROM draft_row;
CREATE TRIGGER draft_insert INSTEAD OF INSERT ON draft BEGIN
    INSERT OR REPLACE INTO draft_row VALUES (blind('draft', NEW.id),
        seal('draft.id', NEW.id, blind('draft', NEW.id), NEW.saved_ms),
        seal('draft.form', NEW.form, blind('draft', NEW.id), NEW.saved_ms), NEW.saved_ms);
END;
CREATE TRIGGER draft_update INSTEAD OF UPDATE ON draft BEGIN
    UPDATE draft_row SET blinded = blind('draft', NEW.id),
        id = seal('draft.id', NEW.id, blind('draft', NEW.id), saved_ms),
        form = seal('draft.form', NEW.form, blind('draft', NEW.id), saved_ms) WHERE blinded = OLD.blinded;
END;
CREATE TRIGGER draft_delete INSTEAD OF DELETE ON draft BEGIN
    DELETE FROM draft_row WHERE blinded = OLD.blinded;
END;

-- Rows that did not open, as they lay there: kept for whoever looks into it, and shown by nobody.
CREATE TABLE set_aside (
    id     INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    name   TEXT NOT NULL,
    value  ANY
) STRICT;
