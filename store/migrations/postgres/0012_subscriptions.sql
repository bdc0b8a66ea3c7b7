-- What sources have with the hubs that announce their news (WebSub): any process answers a
-- hub. The secret is shared with the hub alone.
CREATE TABLE subscriptions (
  source   TEXT NOT NULL PRIMARY KEY, -- its name
  hub      TEXT NOT NULL,             -- empty: none
  topic    TEXT NOT NULL,
  id       TEXT NOT NULL,             -- in the address that the hub calls; empty without a hub
  secret   TEXT NOT NULL,
  asked    BIGINT NOT NULL,           -- the last request to any hub
  next_at  BIGINT NOT NULL,           -- the next one
  failures BIGINT NOT NULL            -- requests since a hub verified one
);
CREATE UNIQUE INDEX subscriptions_id ON subscriptions (id) WHERE id <> '';
