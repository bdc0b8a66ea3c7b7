-- Who is signed in at a browser, and links that sign in once. Only a hash of what the browser
-- holds is here: who reads the database can sign in as nobody.
CREATE TABLE sessions (
  hash        BLOB NOT NULL PRIMARY KEY,
  way         TEXT NOT NULL, -- slack, oidc; link for one that waits to be opened, once for who opened it
  person_id   TEXT NOT NULL,
  person_name TEXT NOT NULL,
  email       TEXT NOT NULL, -- verified; empty when not known
  made_at     INTEGER NOT NULL,
  seen_at     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_person ON sessions (person_id);
