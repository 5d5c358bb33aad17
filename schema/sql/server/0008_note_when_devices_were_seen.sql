-- When a device was last seen, whatever it asked, and the vocabulary that it speaks: an admin sees which phones are lost
-- or old.
ALTER TABLE devices ADD COLUMN seen_ms INTEGER;
ALTER TABLE devices ADD COLUMN vocabulary INTEGER;
