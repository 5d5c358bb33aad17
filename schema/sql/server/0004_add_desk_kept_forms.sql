-- What somebody at the web desk was typing when their session ended, one form a person, readable to its person alone.
CREATE TABLE desk_kept_forms (
  user BLOB PRIMARY KEY,
  form TEXT NOT NULL, -- JSON: where it goes, and what was typed; never a password or a code
  kept_ms INTEGER NOT NULL
) STRICT;
