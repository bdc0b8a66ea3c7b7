-- Times are microseconds since 1970 UTC, 0 for none. Flags are 0 or 1.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE sources (
  id              INTEGER PRIMARY KEY,
  name            TEXT NOT NULL UNIQUE,
  cursor          TEXT NOT NULL DEFAULT '',
  baselined       INTEGER NOT NULL DEFAULT 0,
  last_poll       INTEGER NOT NULL DEFAULT 0,
  last_success    INTEGER NOT NULL DEFAULT 0,
  last_new        INTEGER NOT NULL DEFAULT 0,
  last_error      TEXT NOT NULL DEFAULT '',
  failures        INTEGER NOT NULL DEFAULT 0,
  suspended_until INTEGER NOT NULL DEFAULT 0,
  every           INTEGER NOT NULL DEFAULT 0, -- nanoseconds
  health          BLOB
);

-- Every post ever committed, without its words: this is what makes a post new or
-- old, so rows are never deleted while the source may still show the post.
CREATE TABLE posts (
  key         BLOB PRIMARY KEY,           -- 16 bytes
  source      INTEGER NOT NULL,
  hash        INTEGER NOT NULL,           -- of the content
  fingerprint INTEGER NOT NULL,           -- first 8 bytes of Post.Fingerprint; 0 for none
  first_seen  INTEGER NOT NULL,
  gone        INTEGER NOT NULL DEFAULT 0  -- 1 deleted on the site, 2 erased on request: never stored again
) WITHOUT ROWID;
CREATE INDEX posts_fingerprint ON posts (fingerprint) WHERE fingerprint <> 0;

-- The words of posts, kept for a while only.
CREATE TABLE bodies (
  key     BLOB PRIMARY KEY,
  source  TEXT NOT NULL,
  author  TEXT NOT NULL,
  url     TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  body    TEXT NOT NULL -- JSON
);
CREATE INDEX bodies_kept ON bodies (kept_at);

CREATE TABLE mentions (
  id         TEXT PRIMARY KEY,
  watch      TEXT NOT NULL,
  post_key   BLOB NOT NULL,
  source     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  author     TEXT NOT NULL,
  url        TEXT NOT NULL,
  thread_url TEXT NOT NULL,
  published  INTEGER NOT NULL,
  date_only  INTEGER NOT NULL,
  gone       INTEGER NOT NULL DEFAULT 0,
  heard_at   INTEGER NOT NULL,
  edited_at  INTEGER NOT NULL DEFAULT 0,
  severity   INTEGER NOT NULL DEFAULT 0,
  simhash    INTEGER NOT NULL DEFAULT 0,
  band0      INTEGER NOT NULL DEFAULT 0, -- 16 bits of simhash each
  band1      INTEGER NOT NULL DEFAULT 0,
  band2      INTEGER NOT NULL DEFAULT 0,
  band3      INTEGER NOT NULL DEFAULT 0,
  root       INTEGER NOT NULL DEFAULT 0, -- has a first message of its own, so twins may gather under it
  official   INTEGER NOT NULL DEFAULT 0,
  baseline   INTEGER NOT NULL DEFAULT 0,
  label      TEXT NOT NULL DEFAULT '',
  score      TEXT NOT NULL DEFAULT '',   -- JSON
  spans      TEXT NOT NULL DEFAULT '',   -- JSON
  words      TEXT NOT NULL DEFAULT ''    -- folded author, title and text, for search
);
CREATE INDEX mentions_post ON mentions (post_key);
CREATE INDEX mentions_heard ON mentions (heard_at, id);
CREATE INDEX mentions_watch ON mentions (watch, heard_at);
CREATE INDEX mentions_author ON mentions (source, author, heard_at) WHERE author <> '';
CREATE INDEX mentions_thread ON mentions (source, thread_url) WHERE thread_url <> '';
CREATE INDEX mentions_url ON mentions (url) WHERE url <> '';
CREATE INDEX mentions_band0 ON mentions (watch, band0) WHERE root = 1;
CREATE INDEX mentions_band1 ON mentions (watch, band1) WHERE root = 1;
CREATE INDEX mentions_band2 ON mentions (watch, band2) WHERE root = 1;
CREATE INDEX mentions_band3 ON mentions (watch, band3) WHERE root = 1;

CREATE TABLE cases (
  mention_id    TEXT PRIMARY KEY REFERENCES mentions (id) ON DELETE CASCADE,
  status        TEXT NOT NULL,
  version       INTEGER NOT NULL,
  opened_at     INTEGER NOT NULL,
  owner_id      TEXT NOT NULL DEFAULT '',
  owner_name    TEXT NOT NULL DEFAULT '',
  claimed_at    INTEGER NOT NULL DEFAULT 0,
  replied_at    INTEGER NOT NULL DEFAULT 0,
  replied_by    TEXT NOT NULL DEFAULT '',
  answer_seen   INTEGER NOT NULL DEFAULT 0,
  dismissed_at  INTEGER NOT NULL DEFAULT 0,
  reason        TEXT NOT NULL DEFAULT '',
  snoozed_until INTEGER NOT NULL DEFAULT 0,
  level         INTEGER NOT NULL DEFAULT 0,
  twins         INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX cases_alive ON cases (status, opened_at) WHERE status IN ('open', 'claimed');
CREATE INDEX cases_unproved ON cases (replied_at) WHERE status = 'replied' AND answer_seen = 0;

CREATE TABLE alerts (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  mention_id TEXT NOT NULL,
  thread_of  TEXT NOT NULL,
  route      TEXT NOT NULL,
  notify     TEXT NOT NULL,
  severity   INTEGER NOT NULL,
  status     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  not_before INTEGER NOT NULL DEFAULT 0,
  posting_at INTEGER NOT NULL DEFAULT 0,
  posted_at  INTEGER NOT NULL DEFAULT 0,
  attempts   INTEGER NOT NULL DEFAULT 0,
  channel    TEXT NOT NULL DEFAULT '',
  ts         TEXT NOT NULL DEFAULT '',
  drawn      INTEGER NOT NULL DEFAULT 0, -- case version the message shows
  wanted     INTEGER NOT NULL DEFAULT 0, -- case version it should show
  payload    BLOB,
  last_error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX alerts_due ON alerts (severity DESC, created_at, id) WHERE status = 'pending';
CREATE INDEX alerts_doubt ON alerts (posting_at) WHERE status = 'posting';
CREATE INDEX alerts_failed ON alerts (created_at) WHERE status = 'failed';
CREATE INDEX alerts_stale ON alerts (id) WHERE status = 'posted' AND wanted > drawn;
CREATE INDEX alerts_mention ON alerts (mention_id) WHERE mention_id <> '';

CREATE TABLE events (
  id         INTEGER PRIMARY KEY,
  mention_id TEXT NOT NULL,
  alert_id   TEXT NOT NULL,
  kind       TEXT NOT NULL,
  by_id      TEXT NOT NULL,
  by_name    TEXT NOT NULL,
  at         INTEGER NOT NULL,
  detail     TEXT NOT NULL
);
CREATE INDEX events_mention ON events (mention_id, id);
CREATE INDEX events_at ON events (at, id);

-- What staff taught by "not negative".
CREATE TABLE lessons (
  mention_id TEXT PRIMARY KEY,
  watch      TEXT NOT NULL,
  source     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  simhash    INTEGER NOT NULL,
  label      TEXT NOT NULL,
  score      TEXT NOT NULL, -- JSON
  title      TEXT NOT NULL,
  body       TEXT NOT NULL,
  by_id      TEXT NOT NULL,
  by_name    TEXT NOT NULL,
  at         INTEGER NOT NULL
);
CREATE INDEX lessons_watch ON lessons (watch);

CREATE TABLE mutes (
  source     TEXT NOT NULL,
  author     TEXT NOT NULL,
  mention_id TEXT NOT NULL, -- where the button was pressed
  by_id      TEXT NOT NULL,
  by_name    TEXT NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (source, author)
) WITHOUT ROWID;
