-- Reply templates that staff wrote in Slack or in the inbox, beside those of the watchlist.
CREATE TABLE templates (
  id         TEXT NOT NULL PRIMARY KEY,
  lang       TEXT NOT NULL, -- in which it is offered
  topic      TEXT NOT NULL, -- the one it is about; empty: all
  body       TEXT NOT NULL,
  by_id      TEXT NOT NULL, -- who wrote it last; empty when that is too long ago
  by_name    TEXT NOT NULL,
  made_at    INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  version    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX templates_lang ON templates (lang, changed_at, id);
-- Sources that somebody paused from Slack, beside the pauses of the watchlist.
CREATE TABLE source_pauses (
  place   TEXT NOT NULL PRIMARY KEY, -- a digest, as in sources
  source  TEXT NOT NULL, -- what it was called then
  by_id   TEXT NOT NULL,
  by_name TEXT NOT NULL,
  at      INTEGER NOT NULL,
  until   INTEGER NOT NULL
) WITHOUT ROWID;
