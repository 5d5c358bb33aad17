-- Half-filled forms of people at the web desk, each readable to its person alone.
CREATE TABLE desk_drafts (
  user BLOB NOT NULL,
  id TEXT NOT NULL,
  form TEXT NOT NULL, -- JSON
  saved_ms INTEGER NOT NULL,
  PRIMARY KEY (user, id)
) STRICT, WITHOUT ROWID;

-- What was answered to a form that recorded something: the same form sent again gets the same answer.
CREATE TABLE desk_forms_sent (
  user BLOB NOT NULL,
  form TEXT NOT NULL, -- the key that the form was shown with
  answer TEXT NOT NULL, -- JSON: the record and the entries, and nothing that they say
  sent_ms INTEGER NOT NULL,
  PRIMARY KEY (user, form)
) STRICT, WITHOUT ROWID;
CREATE INDEX desk_forms_by_time ON desk_forms_sent (sent_ms);
