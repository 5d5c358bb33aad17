-- Accounts at the force's identity provider that sign somebody in. Who they are and what they may do stands in `users` and
-- `rights`, never in what the provider says.

CREATE TABLE desk_links (
  user BLOB PRIMARY KEY,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL, -- the provider's own name of the account: no e-mail address, which can become another person's
  linked_ms INTEGER NOT NULL,
  UNIQUE (issuer, subject)
) STRICT;
