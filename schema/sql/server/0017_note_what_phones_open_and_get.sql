-- Of what was opened on a phone: which one, its number there, and when by the phone's time. Of what a phone was sent for the
-- first time: which one.
ALTER TABLE audit ADD COLUMN device BLOB;
ALTER TABLE audit ADD COLUMN opened INTEGER;
ALTER TABLE audit ADD COLUMN opened_ms INTEGER;
CREATE INDEX audit_by_opening ON audit (device, opened) WHERE device IS NOT NULL AND opened IS NOT NULL;
CREATE INDEX audit_by_sending ON audit (device, record) WHERE device IS NOT NULL AND opened IS NULL;
