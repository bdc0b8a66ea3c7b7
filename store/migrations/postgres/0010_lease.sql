-- What only one process may do at a time: who does it, and until when by this database's
-- clock.
CREATE TABLE leases (
  name   TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,   -- id of a replica
  until  BIGINT NOT NULL
);
-- The processes that work on this database.
CREATE TABLE replicas (
  id         TEXT NOT NULL PRIMARY KEY,
  host       TEXT NOT NULL,
  version    TEXT NOT NULL,
  watchlist  TEXT NOT NULL,   -- digest of what it works by, keys included
  file       TEXT NOT NULL,   -- digest of the watchlist's text alone
  trouble    TEXT NOT NULL,   -- JSON: part to reason
  started_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL  -- by this database's clock
);
-- The watchlists there were. The highest turn is the newest.
CREATE TABLE watchlists (
  digest TEXT NOT NULL PRIMARY KEY,
  turn   BIGINT NOT NULL,
  at     BIGINT NOT NULL
);
-- The lowest schema that a program must know to work on this one; 0: this one.
ALTER TABLE schema_versions ADD COLUMN min_reader BIGINT NOT NULL DEFAULT 0;
