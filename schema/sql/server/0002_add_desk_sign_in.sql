-- How people sign in at the web desk. Who they are and what they may do stands in `users` and `rights`.

CREATE TABLE desk_accounts (
  user BLOB PRIMARY KEY,
  sign_in_name TEXT NOT NULL UNIQUE, -- in small letters
  password TEXT NOT NULL, -- argon2id: its parameters, salt and hash
  totp BLOB NOT NULL, -- the secret that the person's authenticator holds
  last_step INTEGER NOT NULL, -- the step of the last code that counted: none counts twice
  wrong_codes INTEGER NOT NULL DEFAULT 0, -- in a row, after a right password
  wait_until_ms INTEGER NOT NULL DEFAULT 0 -- no code is looked at before
) STRICT;

-- Codes for who has lost the authenticator, each good once: only their hash is kept, and a used one is deleted.
CREATE TABLE desk_recovery_codes (
  user BLOB NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (user, hash)
) STRICT, WITHOUT ROWID;

-- Browsers that are signed in, or on the way to it. Of the token only the hash is kept.
CREATE TABLE desk_sessions (
  token BLOB PRIMARY KEY,
  user BLOB NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('set_up', 'password', 'open')),
  secret BLOB NOT NULL, -- while an account is set up: the secret that was shown
  began_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX desk_sessions_by_user ON desk_sessions (user);
