-- How the server's key changed when an epoch began, as JSON, each change signed by the key before; NULL where it did not.
-- `server.signing_key` stays the digest of the first key: the ids of the server's own logs are coded under it.
ALTER TABLE epochs ADD COLUMN keys TEXT;
