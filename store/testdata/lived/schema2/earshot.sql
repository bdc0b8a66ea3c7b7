PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_versions (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL);
INSERT INTO schema_versions VALUES(1,1795984012339651);
INSERT INTO schema_versions VALUES(2,1795984012346390);
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES('install_key',X'6c3ac65f238e0c3e0788596c4970dca7c96210d0bc16227f5cbd0d6ce68ca114');
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
INSERT INTO sources VALUES(1,'board','{"engine":"phpBB","v":{"hash":"5856bb42901da995c74793f4ef02ef9c"},"since":"2026-11-29T20:26:56Z","top":12,"threads":{"10":{"m":"1|4","p":"Pz5JyGre7I5wSnf7tFBSyg","t":1795984031},"11":{"m":"2|6","p":"ie8oN7LEPuu2eMJtGgk5q9eZAC7Zx4Vz","t":1795984031},"12":{"m":"0|3","p":"lWg8DJLt7o4","t":1795984031}}}',1,1795984031857154,1795984031857154,1795984031857154,'',0,0,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b365d2c22676170223a383137303539373236342c226974656d73223a342c2273747265746368223a312c226e6577223a367d');
INSERT INTO sources VALUES(2,'channel','{"v":{"hash":"346895cb47971765feec915ddb28c070"},"seen":"u5Tslw4j+7zdiJ8HhGMZQQ"}',1,1795984025816588,1795984025816588,1795984025816588,'',0,0,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b325d2c22676170223a383234333432333536362c226974656d73223a322c2273747265746368223a312c226e6577223a327d');
INSERT INTO sources VALUES(3,'news','{"v":{"hash":"9c155abb03b02f036738781613c9ec8f"},"seen":"7C6E6LUEkrk","newest":"2026-11-29T19:25:12Z"}',1,1795984025941898,1795984025941898,1795984018887465,'',0,0,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b315d2c226974656d73223a312c2273747265746368223a312e322c226e6577223a317d');
INSERT INTO sources VALUES(4,'reviews','{"v":{"hash":"c7f774d803d0d1a6278cbb8f9dc882b4"},"seen":"pEVMhDehguTQeO0Lw/F3Ng"}',1,1795984026041850,1795984026041851,1795984026041851,'',0,0,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b325d2c22676170223a373035393330353235312c226974656d73223a322c2273747265746368223a312c226e6577223a327d');
INSERT INTO sources VALUES(5,'forum','{"engine":"phpBB","v":{"hash":"8488f16c9560345330256390c0f34600"},"since":"2026-11-29T20:26:59Z","seen":"A8iACAqeSeiQAfyj3ndMk/jh5xBBVmsG"}',1,1795984049055405,1795984049055406,1795984046904758,'',0,0,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b335d2c22676170223a32303635343736353036342c226974656d73223a332c2273747265746368223a312e34342c226e6577223a337d');
INSERT INTO sources VALUES(6,'ill','',0,1795984019160869,0,0,'feed: fetch: http://127.0.0.1:35729/feed: robots.txt itself answered 403 forbidden: robots.txt does not allow this page; ask the site or remove the source',1,1796070419160869,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b305d2c226661696c696e67223a22323032362d31312d32395432303a32363a35392e3136303836393833325a222c22626c6f636b73223a312c2273747265746368223a312c22746f6c64223a22626c6f636b6564222c2273696e6365223a22323032362d31312d32395432303a32363a35392e3136303836393833325a227d');
INSERT INTO sources VALUES(7,'api','{"parts":{"":{"for":"sha256:03ea8c258bf61f4975e82859","v":{"hash":"0e1cfb3846be1356cde72ba74d382b41"},"newest":"2026-11-29T20:27:26Z","seen":"DZmsWVzQdzUPVDXBXop9thh12HMyukKZUDiAj69I+vthnb3Vlz/tpG5p42h+RD01hIeCd9U0DSWOb+z15xE6p5qVBwI0GvAZn1utX9KpeUKgJdqzvyZga6/w5AL1U7MQvnXuReYJcQC/8WFedn9fNdx6AZfZxwqp7EozB33SPPj8zWa4F2C9vg"}}}',1,1795984047628692,1795984047628692,1795984047628692,'',0,0,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b31375d2c22676170223a31353134353034353839312c226974656d73223a31372c2273747265746368223a312c226e6577223a31377d');
CREATE TABLE posts (
  key         BLOB PRIMARY KEY,           -- 16 bytes
  source      INTEGER NOT NULL,
  hash        INTEGER NOT NULL,           -- of the content
  fingerprint INTEGER NOT NULL,           -- first 8 bytes of Post.Fingerprint; 0 for none
  first_seen  INTEGER NOT NULL,
  gone        INTEGER NOT NULL DEFAULT 0  -- 1 deleted on the site, 2 erased on request: never stored again
) WITHOUT ROWID;
INSERT INTO posts VALUES(X'098d399a338320927e20b3ddb351b376',1,478319556,-8321978986674826179,1795984024954502,0);
INSERT INTO posts VALUES(X'0a272e94cccea48f26af2d7c1fe8c439',4,2404196288,-7158975135197642188,1795984025986864,0);
INSERT INTO posts VALUES(X'33be4eb6a83d238f542ab91b1120a598',7,2240743958,-2695190881636720402,1795984019279014,0);
INSERT INTO posts VALUES(X'49558a0e345affe0304680c652af1bd0',1,14470451,-7026308915215715948,1795984017529300,0);
INSERT INTO posts VALUES(X'4c0d3a32d1cf5c5e85b822d8db72e9aa',2,3415243418,-6374561245194037545,1795984025731664,0);
INSERT INTO posts VALUES(X'59e09d0788311acc84591b8957459830',4,2635904985,-5690361116164280733,1795984018916061,0);
INSERT INTO posts VALUES(X'5ea8885bc549cbe4b3c5e06ad4477041',3,1462480957,7132107917938638323,1795984017613756,0);
INSERT INTO posts VALUES(X'69d315e4f2307068c331c6e4d19703ab',1,1875016887,-8614625324011701753,1795984024954502,0);
INSERT INTO posts VALUES(X'6cf40db761f51bd62723f0045378f5cf',7,3395140580,5736840202451178942,1795984026349183,0);
INSERT INTO posts VALUES(X'78229ee96970c5ed3fa5edefc9bd4842',1,4054415204,2817007830192280101,1795984017529300,0);
INSERT INTO posts VALUES(X'7a0acb63521b38e56f68ec88da8fd99a',1,2404691774,5096905451980586929,1795984031839483,0);
INSERT INTO posts VALUES(X'7d9acfbad8e9e5477588f2fadf26ed61',1,685835856,-5049580728473973851,1795984017529300,0);
INSERT INTO posts VALUES(X'8bfb3c3912bcce079b39ad42067804e0',2,2700985251,5636967521888222761,1795984017557783,0);
INSERT INTO posts VALUES(X'9af8a99e88e5230e2a113cb327f57c5a',5,4181700284,2148824983570204296,1795984026107303,0);
INSERT INTO posts VALUES(X'ae3e41a7e5147492298f8213b9ef1f22',7,2727901221,7419620104100754529,1795984032424713,0);
INSERT INTO posts VALUES(X'ba3b019c7e3132166a6fc58e577920dd',7,1213828377,-2558017187864706553,1795984032424713,0);
INSERT INTO posts VALUES(X'c2b1bc7b442bc94c89b07759b39d8d62',7,3275754599,589314553014850907,1795984047614005,0);
INSERT INTO posts VALUES(X'd4dea7f1a7ea8b7f17a3f56b82689a1a',7,2316409306,-6353208061285856380,1795984026349183,0);
INSERT INTO posts VALUES(X'd5bd588681fc04a05bed86ac4a0470b9',5,2504746484,-8321956551746431543,1795984046892154,0);
INSERT INTO posts VALUES(X'dbbaddf1ae1c88080e3f8c4688bfa9ee',7,3866403559,-7528974398889957846,1795984026349183,0);
INSERT INTO posts VALUES(X'f089247dbb61a879d8128d08ca22895d',5,1014271649,-36289620788725824,1795984019004436,0);
CREATE TABLE bodies (
  key     BLOB PRIMARY KEY,
  source  TEXT NOT NULL,
  author  TEXT NOT NULL,
  url     TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  body    TEXT NOT NULL -- JSON
);
INSERT INTO bodies VALUES(X'7d9acfbad8e9e5477588f2fadf26ed61','board','starter','http://127.0.0.1:34479/viewtopic.php?p=3#p3',1795984017529300,'{"id":"3","kind":"forum","url":"http://127.0.0.1:34479/viewtopic.php?p=3#p3","thread_url":"http://127.0.0.1:34479/viewtopic.php?t=12","author":"starter","author_url":"http://127.0.0.1:34479/viewtopic.php?t=12","published":"2026-11-29T15:25:14Z","title":"Thread 12","text":"Which bank do you use, town 12?","fetched_at":"2026-11-29T20:26:57.528808839Z"}');
INSERT INTO bodies VALUES(X'49558a0e345affe0304680c652af1bd0','board','starter','http://127.0.0.1:34479/viewtopic.php?p=2#p2',1795984017529300,'{"id":"2","kind":"forum","url":"http://127.0.0.1:34479/viewtopic.php?p=2#p2","thread_url":"http://127.0.0.1:34479/viewtopic.php?t=11","author":"starter","author_url":"http://127.0.0.1:34479/viewtopic.php?t=11","published":"2026-11-29T15:25:14Z","title":"Thread 11","text":"Which bank do you use, town 11?","fetched_at":"2026-11-29T20:26:57.528808839Z"}');
INSERT INTO bodies VALUES(X'78229ee96970c5ed3fa5edefc9bd4842','board','starter','http://127.0.0.1:34479/viewtopic.php?p=1#p1',1795984017529300,'{"id":"1","kind":"forum","url":"http://127.0.0.1:34479/viewtopic.php?p=1#p1","thread_url":"http://127.0.0.1:34479/viewtopic.php?t=10","author":"starter","author_url":"http://127.0.0.1:34479/viewtopic.php?t=10","published":"2026-11-29T15:25:14Z","title":"Thread 10","text":"Which bank do you use, town 10?","fetched_at":"2026-11-29T20:26:57.528808839Z"}');
INSERT INTO bodies VALUES(X'8bfb3c3912bcce079b39ad42067804e0','channel','ch','http://127.0.0.1:44171/gorod_online/4',1795984017557783,'{"id":"gorod_online/4","kind":"social","url":"http://127.0.0.1:44171/gorod_online/4","author":"ch","published":"2026-11-29T19:25:12Z","text":"Добрый день, город!","fetched_at":"2026-11-29T20:26:57.557551383Z"}');
INSERT INTO bodies VALUES(X'5ea8885bc549cbe4b3c5e06ad4477041','news','desk','http://127.0.0.1:44171/news/3',1795984017613756,'{"id":"http://127.0.0.1:44171/news/3","kind":"news","url":"http://127.0.0.1:44171/news/3","author":"desk","published":"2026-11-29T19:25:12Z","title":"Romashka Bank opens a branch","text":"Romashka Bank opened a branch.","fetched_at":"2026-11-29T20:26:57.613348517Z"}');
INSERT INTO bodies VALUES(X'59e09d0788311acc84591b8957459830','reviews','old','http://127.0.0.1:44171/reviews/romashka-bank#review-2',1795984018916061,'{"id":"http://127.0.0.1:44171/reviews/romashka-bank#review-2","kind":"review","url":"http://127.0.0.1:44171/reviews/romashka-bank#review-2","author":"old","published":"2026-11-29T19:25:12Z","rating":{"value":1,"best":5},"title":"Terrible","text":"Romashka Bank lost my documents. Baseline complaint two.","fetched_at":"2026-11-29T20:26:58.915912824Z"}');
INSERT INTO bodies VALUES(X'f089247dbb61a879d8128d08ca22895d','forum','old','http://127.0.0.1:44171/forum/viewtopic.php?p=1#p1',1795984019004436,'{"id":"1","kind":"forum","url":"http://127.0.0.1:44171/forum/viewtopic.php?p=1#p1","thread_url":"http://127.0.0.1:44171/forum/viewtopic.php?t=7","author":"old","author_url":"http://127.0.0.1:44171/forum/memberlist.php?mode=viewprofile\u0026u=1","published":"2026-11-29T19:25:12Z","title":"Banks in our town","text":"Romashka Bank charged me twice and refuses to refund. Baseline complaint one.","fetched_at":"2026-11-29T20:26:59.004290892Z"}');
INSERT INTO bodies VALUES(X'33be4eb6a83d238f542ab91b1120a598','api','old','https://api.example/r/1',1795984019279014,'{"id":"1","kind":"review","url":"https://api.example/r/1","author":"old","published":"2026-11-29T20:25:14Z","text":"Romashka Bank lost my card. Baseline complaint three.","fetched_at":"2026-11-29T20:26:59.278748416Z"}');
INSERT INTO bodies VALUES(X'69d315e4f2307068c331c6e4d19703ab','board','maria','http://127.0.0.1:34479/viewtopic.php?p=4#p4',1795984024954502,'{"id":"4","kind":"forum","url":"http://127.0.0.1:34479/viewtopic.php?p=4#p4","thread_url":"http://127.0.0.1:34479/viewtopic.php?t=10","is_reply":true,"author":"maria","author_url":"http://127.0.0.1:34479/viewtopic.php?t=10","published":"2026-11-29T19:55:14Z","title":"Thread 10","text":"Third week and Romashka Bank has not returned my money, support ignores me. Aardvark.","fetched_at":"2026-11-29T20:27:04.954147001Z"}');
INSERT INTO bodies VALUES(X'098d399a338320927e20b3ddb351b376','board','tom','http://127.0.0.1:34479/viewtopic.php?p=5#p5',1795984024954502,'{"id":"5","kind":"forum","url":"http://127.0.0.1:34479/viewtopic.php?p=5#p5","thread_url":"http://127.0.0.1:34479/viewtopic.php?t=11","is_reply":true,"author":"tom","author_url":"http://127.0.0.1:34479/viewtopic.php?t=11","published":"2026-11-29T19:56:14Z","title":"Thread 11","text":"Romashka Bank blocked my card without a word and nobody answers the phone. Ibis.","fetched_at":"2026-11-29T20:27:04.954147001Z"}');
INSERT INTO bodies VALUES(X'4c0d3a32d1cf5c5e85b822d8db72e9aa','channel','ch','http://127.0.0.1:44171/gorod_online/6',1795984025731664,'{"id":"gorod_online/6","kind":"social","url":"http://127.0.0.1:44171/gorod_online/6","author":"ch","published":"2026-11-29T20:26:59Z","text":"Romashka Bank app is down on payday, payments fail. Chinchilla.","fetched_at":"2026-11-29T20:27:05.731540656Z"}');
INSERT INTO bodies VALUES(X'0a272e94cccea48f26af2d7c1fe8c439','reviews','nina','http://127.0.0.1:44171/reviews/romashka-bank#review-5',1795984025986864,'{"id":"http://127.0.0.1:44171/reviews/romashka-bank#review-5","kind":"review","url":"http://127.0.0.1:44171/reviews/romashka-bank#review-5","author":"nina","published":"2026-11-29T20:26:59Z","rating":{"value":1,"best":5},"title":"Never","text":"Romashka Bank charged me a hidden fee I never agreed to. Bumblebee.","fetched_at":"2026-11-29T20:27:05.984680632Z"}');
INSERT INTO bodies VALUES(X'9af8a99e88e5230e2a113cb327f57c5a','forum','egor','http://127.0.0.1:44171/forum/viewtopic.php?p=7#p7',1795984026107303,'{"id":"7","kind":"forum","url":"http://127.0.0.1:44171/forum/viewtopic.php?p=7#p7","thread_url":"http://127.0.0.1:44171/forum/viewtopic.php?t=7","is_reply":true,"author":"egor","author_url":"http://127.0.0.1:44171/forum/memberlist.php?mode=viewprofile\u0026u=7","published":"2026-11-29T20:26:59Z","title":"Banks in our town","text":"Romashka Bank lost my documents and blames me, liars. Elephant.","fetched_at":"2026-11-29T20:27:06.10708406Z"}');
INSERT INTO bodies VALUES(X'dbbaddf1ae1c88080e3f8c4688bfa9ee','api','mute me','https://api.example/r/4',1795984026349183,'{"id":"4","kind":"review","url":"https://api.example/r/4","author":"mute me","published":"2026-11-29T20:26:59Z","text":"Romashka Bank made me wait in a queue for three hours, awful service. Gnu.","fetched_at":"2026-11-29T20:27:06.348607549Z"}');
INSERT INTO bodies VALUES(X'd4dea7f1a7ea8b7f17a3f56b82689a1a','api','zoe','https://api.example/r/3',1795984026349183,'{"id":"3","kind":"review","url":"https://api.example/r/3","author":"zoe","published":"2026-11-29T20:26:59Z","text":"Romashka Bank zonkified me, awful. Wolverine.","fetched_at":"2026-11-29T20:27:06.348607549Z"}');
INSERT INTO bodies VALUES(X'6cf40db761f51bd62723f0045378f5cf','api','pavlo','https://api.example/r/2',1795984026349183,'{"id":"2","kind":"review","url":"https://api.example/r/2","author":"pavlo","published":"2026-11-29T20:26:59Z","text":"The manager of Romashka Bank was rude and refused to talk to me. Dodo.","fetched_at":"2026-11-29T20:27:06.348607549Z"}');
INSERT INTO bodies VALUES(X'7a0acb63521b38e56f68ec88da8fd99a','board','Romashka Support','http://127.0.0.1:34479/viewtopic.php?p=6#p6',1795984031839483,'{"id":"6","kind":"forum","url":"http://127.0.0.1:34479/viewtopic.php?p=6#p6","thread_url":"http://127.0.0.1:34479/viewtopic.php?t=11","is_reply":true,"author":"Romashka Support","author_url":"http://127.0.0.1:34479/viewtopic.php?t=11","published":"2026-11-29T20:15:14Z","title":"Thread 11","text":"Dear Tom, we are sorry. We opened your card again.","fetched_at":"2026-11-29T20:27:11.839263185Z"}');
INSERT INTO bodies VALUES(X'ae3e41a7e5147492298f8213b9ef1f22','api','crowd5','https://api.example/r/10',1795984032424713,'{"id":"10","kind":"review","url":"https://api.example/r/10","author":"crowd5","published":"2026-11-29T20:27:11Z","text":"Romashka Bank app does not open since the morning, error 39595 at login, I cannot pay at the station. Storm05.","fetched_at":"2026-11-29T20:27:12.421309752Z"}');
INSERT INTO bodies VALUES(X'ba3b019c7e3132166a6fc58e577920dd','api','crowd0','https://api.example/r/5',1795984032424713,'{"id":"5","kind":"review","url":"https://api.example/r/5","author":"crowd0","published":"2026-11-29T20:27:11Z","text":"Romashka Bank app does not open since the morning, error 0 at login, I cannot pay at the market. Storm00.","fetched_at":"2026-11-29T20:27:12.421309752Z"}');
INSERT INTO bodies VALUES(X'd5bd588681fc04a05bed86ac4a0470b9','forum','jack','http://127.0.0.1:44171/forum/viewtopic.php?p=8#p8',1795984046892154,'{"id":"8","kind":"forum","url":"http://127.0.0.1:44171/forum/viewtopic.php?p=8#p8","thread_url":"http://127.0.0.1:44171/forum/viewtopic.php?t=7","is_reply":true,"author":"jack","author_url":"http://127.0.0.1:44171/forum/memberlist.php?mode=viewprofile\u0026u=8","published":"2026-11-29T20:27:26Z","title":"Banks in our town","text":"Romashka Bank charged me twice and refuses to refund, shame. Jackal.","fetched_at":"2026-11-29T20:27:26.89187349Z"}');
INSERT INTO bodies VALUES(X'c2b1bc7b442bc94c89b07759b39d8d62','api','kolya','https://api.example/r/17',1795984047614005,'{"id":"17","kind":"review","url":"https://api.example/r/17","author":"kolya","published":"2026-11-29T20:27:26Z","text":"Romashka Bank support hangs up, nobody solves my problem for a month. Koala.","fetched_at":"2026-11-29T20:27:27.613721535Z"}');
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
INSERT INTO mentions VALUES('934d6a0cb3701da7c0e24b2d768780f8','Romashka Bank',X'5ea8885bc549cbe4b3c5e06ad4477041','news','news','desk','http://127.0.0.1:44171/news/3','',1795980312000000,0,0,1795984017613756,0,0,7504178203140949392,1424,8562,12881,26660,0,0,1,'neu','{"score":0,"label":"neu","lang":"en","topics":null,"why":null}','[{"start":0,"end":13,"text":"Romashka Bank","term":"Romashka Bank"},{"start":29,"end":42,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('desk\nromashka bank opens a branch\nromashka bank opened a branch.','\n',char(10)));
INSERT INTO mentions VALUES('84e8c4982377404c412cf9af4f73be42','Romashka Bank',X'59e09d0788311acc84591b8957459830','reviews','review','old','http://127.0.0.1:44171/reviews/romashka-bank#review-2','',1795980312000000,0,0,1795984018916061,0,0,1265420877090259492,548,20052,44437,4495,0,0,1,'neg','{"score":-0.9494588467806838,"label":"neg","lang":"en","topics":["delivery"],"why":[{"start":0,"end":8,"text":"Terrible","rule":"word","weight":-4.48},{"start":23,"end":40,"text":"lost my documents","rule":"not delivered","weight":-3.25,"topic":"delivery"},{"start":51,"end":60,"text":"complaint","rule":"word","weight":-0.24}]}','[{"start":9,"end":22,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('old\nterrible\nromashka bank lost my documents. baseline complaint two.','\n',char(10)));
INSERT INTO mentions VALUES('6b1b79c39374053892b8e5dfe530dbdf','Romashka Bank',X'f089247dbb61a879d8128d08ca22895d','forum','forum','old','http://127.0.0.1:44171/forum/viewtopic.php?p=1#p1','http://127.0.0.1:44171/forum/viewtopic.php?t=7',1795980312000000,0,0,1795984019004436,0,0,-3114344419864066000,18480,10696,41024,54471,0,0,1,'neg','{"score":-0.8630195774723562,"label":"neg","lang":"en","topics":["billing","refusal"],"why":[{"start":32,"end":48,"text":"charged me twice","rule":"wrong charge","weight":-3.38,"topic":"billing"},{"start":53,"end":70,"text":"refuses to refund","rule":"refusal","weight":-3,"topic":"refusal"},{"start":81,"end":90,"text":"complaint","rule":"word","weight":-0.24}]}','[{"start":18,"end":31,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('old\nbanks in our town\nromashka bank charged me twice and refuses to refund. baseline complaint one.','\n',char(10)));
INSERT INTO mentions VALUES('52ee5a0ab75a56b205e729e16e5957a1','Romashka Bank',X'33be4eb6a83d238f542ab91b1120a598','api','review','old','https://api.example/r/1','',1795983914000000,0,0,1795984019279014,0,0,2600762890391912672,224,49876,50193,9239,0,0,1,'neg','{"score":-0.591541280061787,"label":"neg","lang":"en","topics":["delivery"],"why":[{"start":15,"end":27,"text":"lost my card","rule":"not delivered","weight":-2.6,"topic":"delivery"},{"start":38,"end":47,"text":"complaint","rule":"word","weight":-0.24}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('old\n\nromashka bank lost my card. baseline complaint three.','\n',char(10)));
INSERT INTO mentions VALUES('1e2fde6f57b5c63ef20987df4828765d','Romashka Bank',X'69d315e4f2307068c331c6e4d19703ab','board','forum','maria','http://127.0.0.1:34479/viewtopic.php?p=4#p4','http://127.0.0.1:34479/viewtopic.php?t=10',1795982114000000,0,0,1795984024954502,0,3,4760648575740825746,20626,6528,14504,16913,1,0,0,'neg','{"score":-0.8171298621689336,"label":"neg","lang":"en","topics":["refund","support"],"why":[{"start":43,"end":64,"text":"not returned my money","rule":"money not returned","weight":-2.8,"topic":"refund"},{"start":74,"end":84,"text":"ignores me","rule":"silence","weight":-2.6,"topic":"support"}]}','[{"start":25,"end":38,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('maria\nthread 10\nthird week and romashka bank has not returned my money, support ignores me. aardvark.','\n',char(10)));
INSERT INTO mentions VALUES('8de21f987cb9a9600c157fce51cc912a','Romashka Bank',X'098d399a338320927e20b3ddb351b376','board','forum','tom','http://127.0.0.1:34479/viewtopic.php?p=5#p5','http://127.0.0.1:34479/viewtopic.php?t=11',1795982174000000,0,0,1795984024954502,0,3,1189550647956167205,23077,1475,8707,4226,1,0,0,'neg','{"score":-0.8998563684020913,"label":"neg","lang":"en","topics":["billing","support","account"],"why":[{"start":24,"end":34,"text":"blocked my","rule":"blocked","weight":-2.6,"topic":"account"},{"start":40,"end":54,"text":"without a word","rule":"wrong charge","weight":-2.7,"topic":"billing"},{"start":59,"end":73,"text":"nobody answers","rule":"silence","weight":-2.6,"topic":"support"}]}','[{"start":10,"end":23,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('tom\nthread 11\nromashka bank blocked my card without a word and nobody answers the phone. ibis.','\n',char(10)));
INSERT INTO mentions VALUES('41af3492afb5010a620e2dcb0829b328','Romashka Bank',X'4c0d3a32d1cf5c5e85b822d8db72e9aa','channel','social','ch','http://127.0.0.1:44171/gorod_online/6','',1795984019000000,0,0,1795984025731664,0,3,2522596566681447046,60038,19626,4150,8962,1,0,0,'neg','{"score":-0.7387355480610394,"label":"neg","lang":"en","topics":["outage","billing"],"why":[{"start":19,"end":26,"text":"is down","rule":"outage","weight":-2.4,"topic":"outage"},{"start":47,"end":51,"text":"fail","rule":"word","weight":-1.8}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('ch\n\nromashka bank app is down on payday, payments fail. chinchilla.','\n',char(10)));
INSERT INTO mentions VALUES('219d21674e4f739678aea698eb26b1b0','Romashka Bank',X'0a272e94cccea48f26af2d7c1fe8c439','reviews','review','nina','http://127.0.0.1:44171/reviews/romashka-bank#review-5','',1795984019000000,0,0,1795984025986864,0,3,8373776792133522088,21160,21383,41376,29749,1,0,0,'neg','{"score":-0.9268841657223654,"label":"neg","lang":"en","topics":["billing"],"why":[{"start":20,"end":30,"text":"charged me","rule":"wrong charge","weight":-3.38,"topic":"billing"},{"start":40,"end":58,"text":"fee I never agreed","rule":"wrong charge","weight":-3.38,"topic":"billing"}]}','[{"start":6,"end":19,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('nina\nnever\nromashka bank charged me a hidden fee i never agreed to. bumblebee.','\n',char(10)));
INSERT INTO mentions VALUES('e5dabe1733f62297357f42c98091732a','Romashka Bank',X'9af8a99e88e5230e2a113cb327f57c5a','forum','forum','egor','http://127.0.0.1:44171/forum/viewtopic.php?p=7#p7','http://127.0.0.1:44171/forum/viewtopic.php?t=7',1795984019000000,0,0,1795984026107303,0,4,2616820161427162208,17504,33522,53266,9296,1,0,0,'neg','{"score":-0.8859893101468094,"label":"neg","lang":"en","topics":["delivery","fraud","support"],"why":[{"start":32,"end":49,"text":"lost my documents","rule":"not delivered","weight":-2.6,"topic":"delivery"},{"start":54,"end":63,"text":"blames me","rule":"runaround","weight":-2.3,"topic":"support"},{"start":65,"end":70,"text":"liars","rule":"word","weight":-2.5,"topic":"fraud"}]}','[{"start":18,"end":31,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('egor\nbanks in our town\nromashka bank lost my documents and blames me, liars. elephant.','\n',char(10)));
INSERT INTO mentions VALUES('05e83d090cfb4723278e2d6bb4615d74','Romashka Bank',X'dbbaddf1ae1c88080e3f8c4688bfa9ee','api','review','mute me','https://api.example/r/4','',1795984019000000,0,0,1795984026349183,0,3,-2809090554433363144,9016,8472,6918,55556,1,0,0,'neg','{"score":-0.7511509429629046,"label":"neg","lang":"en","topics":["quality","staff"],"why":[{"start":15,"end":27,"text":"made me wait","rule":"rudeness","weight":-1.8,"topic":"staff"},{"start":56,"end":69,"text":"awful service","rule":"defect","weight":-2.4,"topic":"quality"}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('mute me\n\nromashka bank made me wait in a queue for three hours, awful service. gnu.','\n',char(10)));
INSERT INTO mentions VALUES('2a07a6815b5f269d17ca888c4d3c536f','Romashka Bank',X'd4dea7f1a7ea8b7f17a3f56b82689a1a','api','review','zoe','https://api.example/r/3','',1795984019000000,0,0,1795984026349183,0,3,-4296397511233175166,386,4371,8506,50272,1,0,0,'neg','{"score":-0.8842984775071335,"label":"neg","lang":"en","topics":["quality"],"why":[{"start":15,"end":24,"text":"zonkified","rule":"word","weight":-4,"topic":"quality"},{"start":29,"end":34,"text":"awful","rule":"word","weight":-3.2}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('zoe\n\nromashka bank zonkified me, awful. wolverine.','\n',char(10)));
INSERT INTO mentions VALUES('4254c332963bda499720ae586fc0133d','Romashka Bank',X'6cf40db761f51bd62723f0045378f5cf','api','review','pavlo','https://api.example/r/2','',1795984019000000,0,0,1795984026349183,0,3,4973621952549617671,7,32974,56016,17669,1,0,0,'neg','{"score":-0.7441953414221694,"label":"neg","lang":"en","topics":["staff","refusal"],"why":[{"start":30,"end":38,"text":"was rude","rule":"rudeness","weight":-2.6,"topic":"staff"},{"start":43,"end":53,"text":"refused to","rule":"refusal","weight":-1.4,"topic":"refusal"}]}','[{"start":16,"end":29,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('pavlo\n\nthe manager of romashka bank was rude and refused to talk to me. dodo.','\n',char(10)));
INSERT INTO mentions VALUES('fad0be65e725d4cba6b26d523da2e88b','Romashka Bank',X'7a0acb63521b38e56f68ec88da8fd99a','board','forum','Romashka Support','http://127.0.0.1:34479/viewtopic.php?p=6#p6','http://127.0.0.1:34479/viewtopic.php?t=11',1795983314000000,0,0,1795984031839483,0,0,-8063103002699345766,20634,2232,6794,36890,0,1,0,'neu','{"score":-0.0579969612258818,"label":"neu","lang":"en","topics":null,"why":[{"start":20,"end":22,"text":"we","rule":"small sign","weight":0.05},{"start":23,"end":26,"text":"are","rule":"small sign","weight":0.05},{"start":34,"end":36,"text":"We","rule":"small sign","weight":0.05},{"start":37,"end":43,"text":"opened","rule":"small sign","weight":0.22},{"start":44,"end":48,"text":"your","rule":"small sign","weight":-0.22},{"start":49,"end":53,"text":"card","rule":"small sign","weight":-0.05},{"start":54,"end":59,"text":"again","rule":"small sign","weight":-0.31}]}','null',replace('romashka support\nthread 11\ndear tom, we are sorry. we opened your card again.','\n',char(10)));
INSERT INTO mentions VALUES('bcb3e8c4fb4f8b9158c0f1a46688e8ba','Romashka Bank',X'ae3e41a7e5147492298f8213b9ef1f22','api','review','crowd5','https://api.example/r/10','',1795984031000000,0,0,1795984032424713,0,3,-1455354834901738698,56118,2952,35453,60365,1,0,0,'neg','{"score":-0.8415497947593392,"label":"neg","lang":"en","topics":["app"],"why":[{"start":24,"end":32,"text":"not open","rule":"app failure","weight":-2.5,"topic":"app"},{"start":52,"end":63,"text":"error 39595","rule":"app failure","weight":-2.5,"topic":"app"},{"start":74,"end":82,"text":"I cannot","rule":"app failure","weight":-1,"topic":"app"}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('crowd5\n\nromashka bank app does not open since the morning, error 39595 at login, i cannot pay at the station. storm05.','\n',char(10)));
INSERT INTO mentions VALUES('c2e711187f7146682cbdbcbffc34f2fe','Romashka Bank',X'ba3b019c7e3132166a6fc58e577920dd','api','review','crowd0','https://api.example/r/5','',1795984031000000,0,0,1795984032424713,0,3,3160909420683942708,23348,62221,52830,11229,0,0,0,'neg','{"score":-0.8415497947593392,"label":"neg","lang":"en","topics":["app"],"why":[{"start":24,"end":32,"text":"not open","rule":"app failure","weight":-2.5,"topic":"app"},{"start":52,"end":59,"text":"error 0","rule":"app failure","weight":-2.5,"topic":"app"},{"start":70,"end":78,"text":"I cannot","rule":"app failure","weight":-1,"topic":"app"}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('crowd0\n\nromashka bank app does not open since the morning, error 0 at login, i cannot pay at the market. storm00.','\n',char(10)));
INSERT INTO mentions VALUES('8e123897bd8e0fd6f6abe26031c3cbc1','Romashka Bank',X'd5bd588681fc04a05bed86ac4a0470b9','forum','forum','jack','http://127.0.0.1:44171/forum/viewtopic.php?p=8#p8','http://127.0.0.1:44171/forum/viewtopic.php?t=7',1795984046000000,0,0,1795984046892154,0,3,-2966989512220581853,24611,10184,8898,54995,0,0,0,'neg','{"score":-0.8778822663630355,"label":"neg","lang":"en","topics":["billing","refusal"],"why":[{"start":32,"end":48,"text":"charged me twice","rule":"wrong charge","weight":-2.7,"topic":"billing"},{"start":53,"end":70,"text":"refuses to refund","rule":"refusal","weight":-2.4,"topic":"refusal"},{"start":72,"end":77,"text":"shame","rule":"word","weight":-2}]}','[{"start":18,"end":31,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('jack\nbanks in our town\nromashka bank charged me twice and refuses to refund, shame. jackal.','\n',char(10)));
INSERT INTO mentions VALUES('c277ac95c2a38910521be1215a8bfbb2','Romashka Bank',X'c2b1bc7b442bc94c89b07759b39d8d62','api','review','kolya','https://api.example/r/17','',1795984046000000,0,0,1795984047614005,0,3,-4387744191454388301,57267,46867,39399,49947,0,0,0,'neg','{"score":-0.6635377272807053,"label":"neg","lang":"en","topics":["staff","quality","support"],"why":[{"start":23,"end":31,"text":"hangs up","rule":"rudeness","weight":-2.6,"topic":"staff"},{"start":33,"end":39,"text":"nobody","rule":"silence","weight":-1,"topic":"support"},{"start":40,"end":46,"text":"solves","rule":"word","weight":1.3},{"start":50,"end":57,"text":"problem","rule":"word","weight":-1,"topic":"quality"}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]',replace('kolya\n\nromashka bank support hangs up, nobody solves my problem for a month. koala.','\n',char(10)));
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
, overdue_since INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
INSERT INTO cases VALUES('05e83d090cfb4723278e2d6bb4615d74','dismissed',2,1795984026349183,'slack:U0000IRA','Ira',0,0,'',0,1795984030274466,'mute author',0,0,0,0);
INSERT INTO cases VALUES('1e2fde6f57b5c63ef20987df4828765d','claimed',2,1795984024954502,'slack:U0000IRA','Ira',1795984029856920,0,'',0,0,'',0,0,0,0);
INSERT INTO cases VALUES('219d21674e4f739678aea698eb26b1b0','replied',3,1795984025986864,'slack:U000OLEH','Oleh',1795984029888915,1795984030051041,'Oleh',0,0,'',0,0,0,0);
INSERT INTO cases VALUES('2a07a6815b5f269d17ca888c4d3c536f','claimed',2,1795984026349183,'slack:U00MARIA','Maria',1795984030807401,0,'',0,0,'',0,0,0,0);
INSERT INTO cases VALUES('41af3492afb5010a620e2dcb0829b328','open',2,1795984025731664,'','',0,0,'',0,0,'',1795987620000000,0,0,0);
INSERT INTO cases VALUES('4254c332963bda499720ae586fc0133d','dismissed',2,1795984026349183,'slack:U0000IRA','Ira',0,0,'',0,1795984030161166,'not negative',0,0,0,0);
INSERT INTO cases VALUES('52ee5a0ab75a56b205e729e16e5957a1','quiet',1,1795984019279014,'','',0,0,'',0,0,'',0,0,0,0);
INSERT INTO cases VALUES('6b1b79c39374053892b8e5dfe530dbdf','quiet',1,1795984019004436,'','',0,0,'',0,0,'',0,0,0,0);
INSERT INTO cases VALUES('84e8c4982377404c412cf9af4f73be42','quiet',1,1795984018916061,'','',0,0,'',0,0,'',0,0,0,0);
INSERT INTO cases VALUES('8de21f987cb9a9600c157fce51cc912a','replied',2,1795984024954502,'','',0,1795983314000000,'Romashka Support',1,0,'',0,0,0,0);
INSERT INTO cases VALUES('8e123897bd8e0fd6f6abe26031c3cbc1','open',1,1795984046892154,'','',0,0,'',0,0,'',0,0,0,0);
INSERT INTO cases VALUES('934d6a0cb3701da7c0e24b2d768780f8','quiet',1,1795984017613756,'','',0,0,'',0,0,'',0,0,0,0);
INSERT INTO cases VALUES('bcb3e8c4fb4f8b9158c0f1a46688e8ba','open',1,1795984032424713,'','',0,0,'',0,0,'',0,0,0,0);
INSERT INTO cases VALUES('c277ac95c2a38910521be1215a8bfbb2','open',1,1795984047614005,'','',0,0,'',0,0,'',0,0,0,0);
INSERT INTO cases VALUES('c2e711187f7146682cbdbcbffc34f2fe','open',1,1795984032424713,'','',0,0,'',0,0,'',0,0,0,0);
INSERT INTO cases VALUES('e5dabe1733f62297357f42c98091732a','open',1,1795984026107303,'','',0,0,'',0,0,'',0,0,0,0);
INSERT INTO cases VALUES('fad0be65e725d4cba6b26d523da2e88b','quiet',1,1795984031839483,'','',0,0,'',0,0,'',0,0,0,0);
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
INSERT INTO alerts VALUES('da6910d5279946fb9b2f6889a1133ae2','notice','','','#mentions','',2,'posted',1795984019160869,0,1795984019252785,1795984019283935,1,'C0MENTIONS','1795984019.278302',0,0,X'7b2274657874223a22696c6c207265667573657320746f20626520726561643a20666565643a2066657463683a20687474703a2f2f3132372e302e302e313a33353732392f666565643a20726f626f74732e74787420697473656c6620616e7377657265642034303320666f7262696464656e3a20726f626f74732e74787420646f6573206e6f7420616c6c6f77207468697320706167653b2061736b207468652073697465206f722072656d6f76652074686520736f757263652e204974206973206c65667420616c6f6e6520756e74696c204d6f6e203330204e6f762032303a3236205554432e227d','');
INSERT INTO alerts VALUES('a6fb4b23d87e2d8d5ff816ef8a740162','complaint','1e2fde6f57b5c63ef20987df4828765d','','#mentions','',3,'posted',1795984024954502,0,1795984025902550,1795984025942972,1,'C0MENTIONS','1795984025.930192',2,2,X'7b22776879223a5b227374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('641fa3d8ef0751588e9886b3addfa15c','complaint','8de21f987cb9a9600c157fce51cc912a','','#mentions','',3,'posted',1795984024954502,0,1795984025725708,1795984025750495,1,'C0MENTIONS','1795984025.746418',2,2,X'7b22776879223a5b227374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('2b21d3388c368a7908af326148ec427f','complaint','41af3492afb5010a620e2dcb0829b328','','#mentions','',3,'posted',1795984025731664,0,1795984025975995,1795984026017055,1,'C0MENTIONS','1795984026.013032',2,2,X'7b22776879223a5b227374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('dca3bc91d910b078010bd47123bba4d4','complaint','219d21674e4f739678aea698eb26b1b0','','#mentions','',3,'posted',1795984025986864,0,1795984026089526,1795984026129752,1,'C0MENTIONS','1795984026.121185',3,3,X'7b22776879223a5b227374726f6e6720776f726473222c22746865206c6f7765737420726174696e67225d7d','');
INSERT INTO alerts VALUES('f7d6042e751d1549870d1880c9668053','complaint','e5dabe1733f62297357f42c98091732a','','#mentions','',4,'posted',1795984026107303,0,1795984026724843,1795984026729867,1,'C0MENTIONS','1795984026.728233',1,1,X'7b22776879223a5b227374726f6e6720776f726473222c2261636375736174696f6e206f66206672617564225d7d','');
INSERT INTO alerts VALUES('cccd8c9cdfa4d3a081d54a90ad952e87','complaint','05e83d090cfb4723278e2d6bb4615d74','','#mentions','',3,'posted',1795984026349183,0,1795984028725732,1795984028740848,1,'C0MENTIONS','1795984028.739943',2,2,X'7b22776879223a5b227374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('8114e4927f8ab1b60145486d30d35ddf','complaint','2a07a6815b5f269d17ca888c4d3c536f','','#mentions','',3,'posted',1795984026349183,0,1795984027726201,1795984027759802,1,'C0MENTIONS','1795984027.759274',2,2,X'7b22776879223a5b227374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('de9baf2f878ce81cc1c413a83487092b','complaint','4254c332963bda499720ae586fc0133d','','#mentions','',3,'posted',1795984026349183,0,1795984029735210,1795984029810895,1,'C0MENTIONS','1795984029.809381',2,2,X'7b22776879223a5b227374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('52d002798ef88cb7ec8b63cb501d7f92','changed','8de21f987cb9a9600c157fce51cc912a','641fa3d8ef0751588e9886b3addfa15c','#mentions','',3,'posted',1795984031839483,0,1795984031859825,1795984031972586,1,'C0MENTIONS','1795984031.970279',2,0,X'7b226368616e6765223a22616e737765726564222c226279223a22526f6d6173686b6120537570706f7274222c226174223a22323032362d31312d32395432303a31353a31345a222c226c696e6b223a22687474703a2f2f3132372e302e302e313a33343437392f76696577746f7069632e7068703f703d36237036222c2274657874223a224465617220546f6d2c2077652061726520736f7272792e205765206f70656e656420796f7572206361726420616761696e2e227d','');
INSERT INTO alerts VALUES('f2e9fc04c908462b18a2e269c9ac27e3','complaint','bcb3e8c4fb4f8b9158c0f1a46688e8ba','','#mentions','',3,'posted',1795984032424713,0,1795984043725677,1795984043731950,1,'C0MENTIONS','1795984043.731193',1,1,X'7b22776879223a5b227374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('41bf5f13ac1138573e2195259811f25c','storm','','','#mentions','',4,'posted',1795984032424713,0,1795984032484986,1795984032492552,1,'C0MENTIONS','1795984032.491978',0,0,X'7b2274657874223a22412073746f726d2061626f757420526f6d6173686b612042616e6b3a20323020636f6d706c61696e747320696e203330206d696e757465732c20757375616c6c7920686172646c7920616e792e20546865206e657874206f6e65732061726520676174686572656420696e2074686973207468726561642c206561636820776974682069747320627574746f6e732e227d','');
INSERT INTO alerts VALUES('d7c23c9be199786d3f3af08c98b8fa97','complaint','c2e711187f7146682cbdbcbffc34f2fe','41bf5f13ac1138573e2195259811f25c','#mentions','',3,'posted',1795984032424713,0,1795984042725484,1795984042730139,1,'C0MENTIONS','1795984042.728895',1,1,X'7b22776879223a5b227374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('0bc503e2eb52047302d18ac7206eafef','complaint','8e123897bd8e0fd6f6abe26031c3cbc1','41bf5f13ac1138573e2195259811f25c','#mentions','',3,'posting',1795984046892154,0,1795984046906301,0,1,'','',0,1,X'7b22776879223a5b227374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('3c996c5bce83d5b5297e87247c7e3ac6','complaint','c277ac95c2a38910521be1215a8bfbb2','41bf5f13ac1138573e2195259811f25c','#mentions','',3,'pending',1795984047614005,1795984049647630,1795984048645322,0,2,'','',0,1,X'7b22776879223a5b227374726f6e6720776f726473225d7d','slack: chat.postMessage: slack rate limit exceeded, retry after 1s (again in 1s)');
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
INSERT INTO events VALUES(1,'934d6a0cb3701da7c0e24b2d768780f8','','heard','','',1795984017613756,'news');
INSERT INTO events VALUES(2,'84e8c4982377404c412cf9af4f73be42','','heard','','',1795984018916061,'reviews');
INSERT INTO events VALUES(3,'6b1b79c39374053892b8e5dfe530dbdf','','heard','','',1795984019004436,'forum');
INSERT INTO events VALUES(4,'52ee5a0ab75a56b205e729e16e5957a1','','heard','','',1795984019279014,'api');
INSERT INTO events VALUES(5,'1e2fde6f57b5c63ef20987df4828765d','','heard','','',1795984024954502,'board');
INSERT INTO events VALUES(6,'1e2fde6f57b5c63ef20987df4828765d','','alerted','','',1795984024954502,'high to #mentions');
INSERT INTO events VALUES(7,'8de21f987cb9a9600c157fce51cc912a','','heard','','',1795984024954502,'board');
INSERT INTO events VALUES(8,'8de21f987cb9a9600c157fce51cc912a','','alerted','','',1795984024954502,'high to #mentions');
INSERT INTO events VALUES(9,'41af3492afb5010a620e2dcb0829b328','','heard','','',1795984025731664,'channel');
INSERT INTO events VALUES(10,'41af3492afb5010a620e2dcb0829b328','','alerted','','',1795984025731664,'high to #mentions');
INSERT INTO events VALUES(11,'219d21674e4f739678aea698eb26b1b0','','heard','','',1795984025986864,'reviews');
INSERT INTO events VALUES(12,'219d21674e4f739678aea698eb26b1b0','','alerted','','',1795984025986864,'high to #mentions');
INSERT INTO events VALUES(13,'e5dabe1733f62297357f42c98091732a','','heard','','',1795984026107303,'forum');
INSERT INTO events VALUES(14,'e5dabe1733f62297357f42c98091732a','','alerted','','',1795984026107303,'critical to #mentions');
INSERT INTO events VALUES(15,'05e83d090cfb4723278e2d6bb4615d74','','heard','','',1795984026349183,'api');
INSERT INTO events VALUES(16,'05e83d090cfb4723278e2d6bb4615d74','','alerted','','',1795984026349183,'high to #mentions');
INSERT INTO events VALUES(17,'2a07a6815b5f269d17ca888c4d3c536f','','heard','','',1795984026349183,'api');
INSERT INTO events VALUES(18,'2a07a6815b5f269d17ca888c4d3c536f','','alerted','','',1795984026349183,'high to #mentions');
INSERT INTO events VALUES(19,'4254c332963bda499720ae586fc0133d','','heard','','',1795984026349183,'api');
INSERT INTO events VALUES(20,'4254c332963bda499720ae586fc0133d','','alerted','','',1795984026349183,'high to #mentions');
INSERT INTO events VALUES(21,'1e2fde6f57b5c63ef20987df4828765d','','claim','slack:U0000IRA','Ira',1795984029856920,'');
INSERT INTO events VALUES(22,'219d21674e4f739678aea698eb26b1b0','','claim','slack:U000OLEH','Oleh',1795984029888915,'');
INSERT INTO events VALUES(23,'219d21674e4f739678aea698eb26b1b0','','replied','slack:U000OLEH','Oleh',1795984030051041,'');
INSERT INTO events VALUES(24,'41af3492afb5010a620e2dcb0829b328','','snooze','slack:U0000IRA','Ira',1795984030056124,'until 2026-11-29T21:27:00Z');
INSERT INTO events VALUES(25,'4254c332963bda499720ae586fc0133d','','dismiss','slack:U0000IRA','Ira',1795984030161166,'not negative');
INSERT INTO events VALUES(26,'05e83d090cfb4723278e2d6bb4615d74','','dismiss','slack:U0000IRA','Ira',1795984030274466,'mute author');
INSERT INTO events VALUES(27,'2a07a6815b5f269d17ca888c4d3c536f','','claim','slack:U00MARIA','Maria',1795984030807401,'');
INSERT INTO events VALUES(28,'fad0be65e725d4cba6b26d523da2e88b','','heard','','',1795984031839483,'board');
INSERT INTO events VALUES(29,'8de21f987cb9a9600c157fce51cc912a','','answered','','',1795983314000000,'Romashka Support http://127.0.0.1:34479/viewtopic.php?p=6#p6');
INSERT INTO events VALUES(42,'bcb3e8c4fb4f8b9158c0f1a46688e8ba','','heard','','',1795984032424713,'api');
INSERT INTO events VALUES(43,'bcb3e8c4fb4f8b9158c0f1a46688e8ba','','alerted','','',1795984032424713,'high to #mentions');
INSERT INTO events VALUES(52,'c2e711187f7146682cbdbcbffc34f2fe','','heard','','',1795984032424713,'api');
INSERT INTO events VALUES(53,'c2e711187f7146682cbdbcbffc34f2fe','','alerted','','',1795984032424713,'high to #mentions');
INSERT INTO events VALUES(54,'8e123897bd8e0fd6f6abe26031c3cbc1','','heard','','',1795984046892154,'forum');
INSERT INTO events VALUES(55,'8e123897bd8e0fd6f6abe26031c3cbc1','','alerted','','',1795984046892154,'high to #mentions');
INSERT INTO events VALUES(56,'c277ac95c2a38910521be1215a8bfbb2','','heard','','',1795984047614005,'api');
INSERT INTO events VALUES(57,'c277ac95c2a38910521be1215a8bfbb2','','alerted','','',1795984047614005,'high to #mentions');
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
INSERT INTO lessons VALUES('4254c332963bda499720ae586fc0133d','Romashka Bank','api','review',4973621952549617671,'neu','{"score":-0.7441953414221694,"label":"neg","lang":"en","topics":["staff","refusal"],"why":[{"start":30,"end":38,"text":"was rude","rule":"rudeness","weight":-2.6,"topic":"staff"},{"start":43,"end":53,"text":"refused to","rule":"refusal","weight":-1.4,"topic":"refusal"}]}','','The manager of Romashka Bank was rude and refused to talk to me. Dodo.','slack:U0000IRA','Ira',1795984030161166);
CREATE TABLE mutes (
  source     TEXT NOT NULL,
  author     TEXT NOT NULL,
  mention_id TEXT NOT NULL, -- where the button was pressed
  by_id      TEXT NOT NULL,
  by_name    TEXT NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (source, author)
) WITHOUT ROWID;
INSERT INTO mutes VALUES('api','mute me','05e83d090cfb4723278e2d6bb4615d74','slack:U0000IRA','Ira',1795984030274466);
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
COMMIT;
