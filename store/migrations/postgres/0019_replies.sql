-- Answers that earshot sends to the sites, each with what became of it: an outbox of its own.
CREATE TABLE replies (
  id            TEXT NOT NULL PRIMARY KEY, -- goes with every attempt, where the site takes a key
  mention_id    TEXT NOT NULL,
  nth           BIGINT NOT NULL, -- of the case, from 1: of two who write the n-th at once, one is first
  status        TEXT NOT NULL,    -- draft, sending, sent, refused, unclear
  account       TEXT NOT NULL,    -- as whom
  body          TEXT NOT NULL,
  by_id         TEXT NOT NULL,
  by_name       TEXT NOT NULL,
  made_at       BIGINT NOT NULL,
  approver_id   TEXT NOT NULL,
  approver_name TEXT NOT NULL,
  approved_at   BIGINT NOT NULL, -- 0: waits for another person
  first_at      BIGINT NOT NULL, -- the first attempt that may have arrived
  sending_at    BIGINT NOT NULL, -- the last attempt
  attempts      BIGINT NOT NULL,
  not_before    BIGINT NOT NULL,
  ended_at      BIGINT NOT NULL, -- sent or refused
  url           TEXT NOT NULL,
  remote_id     TEXT NOT NULL,    -- the site's own id of the answer
  reason        TEXT NOT NULL,    -- why it was refused, or is unclear
  held          BIGINT NOT NULL, -- the site has it, and shows it when a moderator lets it
  looks         BIGINT NOT NULL, -- how often the thread was read since it is unclear
  looked_at     BIGINT NOT NULL,
  told          BIGINT NOT NULL  -- the case knows how it ended
);
CREATE UNIQUE INDEX replies_nth ON replies (mention_id, nth);
CREATE UNIQUE INDEX replies_open ON replies (mention_id) WHERE status IN ('draft', 'sending', 'unclear');
CREATE INDEX replies_work ON replies (not_before, id) WHERE told = 0;
