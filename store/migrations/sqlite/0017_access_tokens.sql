-- Access tokens of sites' APIs, so that replicas share them: sealed by the secret each was
-- minted with, which is in the watchlist alone.
CREATE TABLE access_tokens (
  id      TEXT NOT NULL PRIMARY KEY, -- the kind, and a hash of the right it belongs to
  sealed  BLOB NOT NULL,
  kept_at INTEGER NOT NULL
) WITHOUT ROWID;
