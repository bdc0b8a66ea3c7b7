-- How people want their pages: of those who chose something.
CREATE TABLE preferences (
  person_id  TEXT NOT NULL PRIMARY KEY,
  lang       TEXT NOT NULL, -- empty: what the browser asks for
  zone       TEXT NOT NULL, -- empty: that of the team
  changed_at INTEGER NOT NULL
) WITHOUT ROWID;
