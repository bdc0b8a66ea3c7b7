-- Answers that earshot sends to the sites, each with what became of it: an outbox of its own.
CREATE TABLE replies (
  id            TEXT NOT NULL PRIMARY KEY, -- goes with every attempt, where the site takes a key
  mention_id    TEXT NOT NULL,
  nth           INTEGER NOT NULL, -- of the case, from 1: of two who write the n-th at once, one is first
  status        TEXT NOT NULL,    -- draft, sending, sent, refused, unclear
  account       TEXT NOT NULL,    -- as whom
  body          TEXT NOT NULL,
  by_id         TEXT NOT NULL,
  by_name       TEXT NOT NULL,
  made_at       INTEGER NOT NULL,
  approver_id   TEXT NOT NULL,
  approver_name TEXT NOT NULL,
  approved_at   INTEGER NOT NULL, -- 0: waits for another person
  first_at      INTEGER NOT NULL, -- the first attempt that may have arrived
  sending_at    INTEGER NOT NULL, -- the last attempt
  attempts      INTEGER NOT NULL,
  not_before    INTEGER NOT NULL,
  ended_at      INTEGER NOT NULL, -- sent or refused
  url           TEXT NOT NULL,
  remote_id     TEXT NOT NULL,    -- the site's own id of the answer
  reason        TEXT NOT NULL,    -- why it was refused, or is unclear
  held          INTEGER NOT NULL, -- the site has it, and shows it when a moderator lets it
  looks         INTEGER NOT NULL, -- how often the thread was read since it is unclear
  looked_at     INTEGER NOT NULL,
  told          INTEGER NOT NULL  -- the case knows how it ended
) WITHOUT ROWID;
CREATE UNIQUE INDEX replies_nth ON replies (mention_id, nth);
CREATE UNIQUE INDEX replies_open ON replies (mention_id) WHERE status IN ('draft', 'sending', 'unclear');
CREATE INDEX replies_work ON replies (not_before, id) WHERE told = 0;
