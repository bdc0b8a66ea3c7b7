-- How far the threads of complaints were followed: a row for each post that waits for an
-- answer. Found by the key of its post, because an index must not refuse a long address.
CREATE TABLE follows (
  key      BLOB NOT NULL PRIMARY KEY, -- of the post
  source   TEXT NOT NULL,             -- its key
  thread   TEXT NOT NULL,
  post_id  TEXT NOT NULL,
  cursor   TEXT NOT NULL,
  looked   INTEGER NOT NULL, -- the last good look; 0: none
  gone     INTEGER NOT NULL, -- 1: that look found nothing of the thread
  due_at   INTEGER NOT NULL, -- of the thread
  failures INTEGER NOT NULL  -- of the thread, in a row
) WITHOUT ROWID;
CREATE INDEX follows_due ON follows (due_at);
