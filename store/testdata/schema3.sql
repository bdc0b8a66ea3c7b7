PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_versions (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL);
INSERT INTO schema_versions VALUES(1,1795338000000000);
INSERT INTO schema_versions VALUES(2,1795338000000000);
INSERT INTO schema_versions VALUES(3,1795338000000000);
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES('install_key',X'9188c9e17c8888a84e3054acf249123f48cf81e398ed572273cee2230d45dd2f');
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
INSERT INTO sources VALUES(1,'forum','cursor of before',1,1795338000000000,0,0,'',0,0,0,NULL);
CREATE TABLE posts (
  key         BLOB PRIMARY KEY,           -- 16 bytes
  source      INTEGER NOT NULL,
  hash        INTEGER NOT NULL,           -- of the content
  fingerprint INTEGER NOT NULL,           -- first 8 bytes of Post.Fingerprint; 0 for none
  first_seen  INTEGER NOT NULL,
  gone        INTEGER NOT NULL DEFAULT 0  -- 1 deleted on the site, 2 erased on request: never stored again
) WITHOUT ROWID;
INSERT INTO posts VALUES(X'802ccb8cc05713b2605c81c8af51bd4f',1,372880326,-2321102706250882264,1795338000000000,0);
INSERT INTO posts VALUES(X'886a6b854549c80c3603768effee4212',1,2312579966,-314178155216623069,1795338000000000,0);
INSERT INTO posts VALUES(X'f089247dbb61a879d8128d08ca22895d',1,3152228419,2812174938946893006,1795338000000000,0);
CREATE TABLE bodies (
  key     BLOB PRIMARY KEY,
  source  TEXT NOT NULL,
  author  TEXT NOT NULL,
  url     TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  body    TEXT NOT NULL -- JSON
);
INSERT INTO bodies VALUES(X'886a6b854549c80c3603768effee4212','forum','author 0','https://forum.example/p/0',1795338000000000,'{"id":"0","kind":"forum","url":"https://forum.example/p/0","thread_url":"https://forum.example/t/1","author":"author 0","published":"2026-11-22T08:00:00Z","title":"Romashka","text":"Romashka lost my parcel number 0","fetched_at":"2026-11-22T09:00:00Z"}');
INSERT INTO bodies VALUES(X'f089247dbb61a879d8128d08ca22895d','forum','author 1','https://forum.example/p/1',1795338000000000,'{"id":"1","kind":"forum","url":"https://forum.example/p/1","thread_url":"https://forum.example/t/1","author":"author 1","published":"2026-11-22T08:00:00Z","title":"Romashka","text":"Romashka lost my parcel number 1","fetched_at":"2026-11-22T09:00:00Z"}');
INSERT INTO bodies VALUES(X'802ccb8cc05713b2605c81c8af51bd4f','forum','author 2','https://forum.example/p/2',1795338000000000,'{"id":"2","kind":"forum","url":"https://forum.example/p/2","thread_url":"https://forum.example/t/1","author":"author 2","published":"2026-11-22T08:00:00Z","title":"Romashka","text":"Romashka lost my parcel number 2","fetched_at":"2026-11-22T09:00:00Z"}');
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
, erased INTEGER NOT NULL DEFAULT 0);
INSERT INTO mentions VALUES('d4743958b0fc72e156df7ab7c436ab78','Romashka',X'886a6b854549c80c3603768effee4212','forum','forum','author 0','https://forum.example/p/0','https://forum.example/t/1',1795334400000000,0,0,1795338000000000,0,0,9007201567320958,11134,35287,0,32,0,0,1,'neg','{"score":-0.6,"label":"neg","lang":"en","topics":["delivery"],"why":[{"start":18,"end":22,"text":"lost","rule":"word","weight":-0.6}],"complaint":0.81,"frames":[{"frame":"about","value":"us","start":9,"end":17,"text":"Romashka"},{"frame":"voice","value":"customer","start":0,"end":0,"text":""}]}','[{"start":0,"end":8,"text":"Romashka","term":"romashka"}]',replace('author 0\nromashka\nromashka lost my parcel number 0','\n',char(10)),0);
INSERT INTO mentions VALUES('06b6734ebe954928d4b5d54771ce4749','Romashka',X'f089247dbb61a879d8128d08ca22895d','forum','forum','author 1','https://forum.example/p/1','https://forum.example/t/1',1795334400000000,0,0,1795338000000000,0,2,9007202406969411,12355,48099,0,32,1,0,0,'neg','{"score":-0.6,"label":"neg","lang":"en","topics":["delivery"],"why":[{"start":18,"end":22,"text":"lost","rule":"word","weight":-0.6}],"complaint":0.81,"frames":[{"frame":"about","value":"us","start":9,"end":17,"text":"Romashka"},{"frame":"voice","value":"customer","start":0,"end":0,"text":""}]}','[{"start":0,"end":8,"text":"Romashka","term":"romashka"}]',replace('author 1\nromashka\nromashka lost my parcel number 1','\n',char(10)),0);
INSERT INTO mentions VALUES('3efe6c316e96e9c53651d7e806152f5f','Romashka',X'802ccb8cc05713b2605c81c8af51bd4f','forum','forum','author 2','https://forum.example/p/2','https://forum.example/t/1',1795334400000000,0,0,1795338000000000,0,2,9007199627621318,46022,5689,0,32,1,0,0,'neg','{"score":-0.6,"label":"neg","lang":"en","topics":["delivery"],"why":[{"start":18,"end":22,"text":"lost","rule":"word","weight":-0.6}],"complaint":0.81,"frames":[{"frame":"about","value":"us","start":9,"end":17,"text":"Romashka"},{"frame":"voice","value":"customer","start":0,"end":0,"text":""}]}','[{"start":0,"end":8,"text":"Romashka","term":"romashka"}]',replace('author 2\nromashka\nromashka lost my parcel number 2','\n',char(10)),0);
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
, overdue_since INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL DEFAULT 0, reopened_at INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
INSERT INTO cases VALUES('06b6734ebe954928d4b5d54771ce4749','open',1,1795338000000000,'','',0,0,'',0,0,'',0,0,0,0,0,0);
INSERT INTO cases VALUES('3efe6c316e96e9c53651d7e806152f5f','dismissed',2,1795338000000000,'','',0,0,'',0,1795338000000000,'mute author',0,0,0,0,0,0);
INSERT INTO cases VALUES('d4743958b0fc72e156df7ab7c436ab78','quiet',1,1795338000000000,'','',0,0,'',0,0,'',0,0,0,0,0,0);
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
INSERT INTO alerts VALUES('f78f62f1175b86ea3a767b6ad1733ba9','complaint','06b6734ebe954928d4b5d54771ce4749','','#m','',2,'pending',1795338000000000,0,0,0,0,'','',0,1,NULL,'');
INSERT INTO alerts VALUES('0694cb398b2cd89786e861bd6330fe62','complaint','3efe6c316e96e9c53651d7e806152f5f','','#m','',2,'pending',1795338000000000,0,0,0,0,'','',0,2,NULL,'');
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
INSERT INTO events VALUES(1,'d4743958b0fc72e156df7ab7c436ab78','','heard','','',1795338000000000,'');
INSERT INTO events VALUES(2,'06b6734ebe954928d4b5d54771ce4749','','heard','','',1795338000000000,'');
INSERT INTO events VALUES(3,'3efe6c316e96e9c53651d7e806152f5f','','heard','','',1795338000000000,'');
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
CREATE TABLE mutes (
  source     TEXT NOT NULL,
  author     TEXT NOT NULL,
  mention_id TEXT NOT NULL, -- where the button was pressed
  by_id      TEXT NOT NULL,
  by_name    TEXT NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (source, author)
) WITHOUT ROWID;
INSERT INTO mutes VALUES('forum','author 2','3efe6c316e96e9c53651d7e806152f5f','','',1795338000000000);
CREATE INDEX posts_fingerprint ON posts (fingerprint) WHERE fingerprint <> 0;
CREATE INDEX bodies_kept ON bodies (kept_at);
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
CREATE INDEX cases_alive ON cases (status, opened_at) WHERE status IN ('open', 'claimed');
CREATE INDEX cases_unproved ON cases (replied_at) WHERE status = 'replied' AND answer_seen = 0;
CREATE INDEX alerts_due ON alerts (severity DESC, created_at, id) WHERE status = 'pending';
CREATE INDEX alerts_doubt ON alerts (posting_at) WHERE status = 'posting';
CREATE INDEX alerts_failed ON alerts (created_at) WHERE status = 'failed';
CREATE INDEX alerts_stale ON alerts (id) WHERE status = 'posted' AND wanted > drawn;
CREATE INDEX alerts_mention ON alerts (mention_id) WHERE mention_id <> '';
CREATE INDEX events_mention ON events (mention_id, id);
CREATE INDEX events_at ON events (at, id);
CREATE INDEX lessons_watch ON lessons (watch);
CREATE INDEX cases_due ON cases (due_at) WHERE status IN ('open', 'claimed', 'replied');
CREATE INDEX mentions_kept ON mentions (heard_at, id) WHERE erased = 0;
COMMIT;
