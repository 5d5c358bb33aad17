-- A command writes a page of each tree that it touches, and more when a page is split. So what comes last is appended to its
-- tree, and is found by an index of a few bytes: the last four letters of a record's name, the first eight bytes of a
-- digest. Entries of a stream are found among those of its record; those of a seed follow its first one.
DROP INDEX own_op_by_stream;
DROP INDEX own_op_by_seed;
DROP INDEX own_op_by_record;
CREATE INDEX own_op_by_record ON own_op_row (substr(record, -4));

DROP VIEW summary;
ALTER TABLE summary_row RENAME TO summary_was;
CREATE TABLE summary_row (
    id           INTEGER PRIMARY KEY,
    record       TEXT NOT NULL,
    referral     INTEGER NOT NULL,
    submitted_ms INTEGER NOT NULL,
    reference    ANY,
    coming       ANY,
    waiting      ANY,
    -- What this record has in summary_about_row, as a JSON list of hexadecimal digits.
    about        TEXT NOT NULL
) STRICT;
INSERT INTO summary_row SELECT NULL, record, referral, submitted_ms, reference, coming, waiting,
    (SELECT json_group_array(hex(about)) FROM summary_about_row WHERE summary_about_row.record = summary_was.record)
    FROM summary_was ORDER BY submitted_ms;
DROP TABLE summary_was;
CREATE INDEX summary_by_record ON summary_row (substr(record, -4));
CREATE INDEX summary_newest ON summary_row (referral, submitted_ms);
CREATE VIEW summary AS SELECT record, referral, submitted_ms,
    unseal('summary.reference', reference, record, referral, submitted_ms) AS reference,
    unseal('summary.coming', coming, record, referral, submitted_ms) AS coming,
    unseal('summary.waiting', waiting, record, referral, submitted_ms) AS waiting, about FROM summary_row;
CREATE TRIGGER summary_insert INSTEAD OF INSERT ON summary BEGIN
    INSERT INTO summary_row VALUES (NULL, NEW.record, NEW.referral, NEW.submitted_ms,
        seal('summary.reference', NEW.reference, NEW.record, NEW.referral, NEW.submitted_ms),
        seal('summary.coming', NEW.coming, NEW.record, NEW.referral, NEW.submitted_ms),
        seal('summary.waiting', NEW.waiting, NEW.record, NEW.referral, NEW.submitted_ms), NEW.about);
END;
CREATE TRIGGER summary_delete INSTEAD OF DELETE ON summary BEGIN
    DELETE FROM summary_row WHERE substr(record, -4) = substr(OLD.record, -4) AND record = OLD.record;
END;

-- What is written here is under the key already.
DROP VIEW summary_about;
ALTER TABLE summary_about_row RENAME TO summary_about_was;
CREATE TABLE summary_about_row (
    id     INTEGER PRIMARY KEY,
    about  BLOB NOT NULL,
    record TEXT NOT NULL
) STRICT;
INSERT INTO summary_about_row SELECT NULL, about, record FROM summary_about_was;
DROP TABLE summary_about_was;
CREATE INDEX summary_about_by_digest ON summary_about_row (substr(about, 1, 8));
CREATE VIEW summary_about AS SELECT about, record FROM summary_about_row;
CREATE TRIGGER summary_about_insert INSTEAD OF INSERT ON summary_about BEGIN
    INSERT INTO summary_about_row VALUES (NULL, NEW.about, NEW.record);
END;
CREATE TRIGGER summary_about_delete INSTEAD OF DELETE ON summary_about BEGIN
    DELETE FROM summary_about_row
        WHERE substr(about, 1, 8) = substr(OLD.about, 1, 8) AND about = OLD.about AND record = OLD.record;
END;

DROP VIEW exhibit;
ALTER TABLE exhibit_row RENAME TO exhibit_was;
CREATE TABLE exhibit_row (
    id        INTEGER PRIMARY KEY,
    blinded   ANY NOT NULL,
    reference ANY NOT NULL,
    record    TEXT NOT NULL
) STRICT;
INSERT INTO exhibit_row SELECT NULL, blinded, reference, record FROM exhibit_was;
DROP TABLE exhibit_was;
CREATE INDEX exhibit_by_digest ON exhibit_row (substr(blinded, 1, 8));
CREATE VIEW exhibit AS SELECT unseal('exhibit.reference', reference, blinded, record) AS reference, record, blinded, id
    FROM exhibit_row;
CREATE TRIGGER exhibit_insert INSTEAD OF INSERT ON exhibit BEGIN
    INSERT INTO exhibit_row VALUES (NULL, blind('exhibit', NEW.reference),
        seal('exhibit.reference', NEW.reference, blind('exhibit', NEW.reference), NEW.record), NEW.record);
END;
CREATE TRIGGER exhibit_update INSTEAD OF UPDATE ON exhibit BEGIN
    UPDATE exhibit_row SET blinded = blind('exhibit', NEW.reference),
        reference = seal('exhibit.reference', NEW.reference, blind('exhibit', NEW.reference), record)
        WHERE id = OLD.id;
END;
CREATE TRIGGER exhibit_delete INSTEAD OF DELETE ON exhibit BEGIN
    DELETE FROM exhibit_row WHERE id = OLD.id;
END;
