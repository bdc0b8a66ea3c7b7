PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE schema_versions (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL, min_reader INTEGER NOT NULL DEFAULT 0);
INSERT INTO schema_versions VALUES(1,1795984027899690,0);
INSERT INTO schema_versions VALUES(2,1795984027905431,0);
INSERT INTO schema_versions VALUES(3,1795984027926837,0);
INSERT INTO schema_versions VALUES(4,1795984027932425,0);
INSERT INTO schema_versions VALUES(5,1795984027949309,0);
INSERT INTO schema_versions VALUES(6,1795984027966146,0);
INSERT INTO schema_versions VALUES(7,1795984028083641,0);
INSERT INTO schema_versions VALUES(8,1795984028113844,0);
INSERT INTO schema_versions VALUES(9,1795984028125119,0);
INSERT INTO schema_versions VALUES(10,1795984028159103,10);
INSERT INTO schema_versions VALUES(11,1795984028229424,10);
INSERT INTO schema_versions VALUES(12,1795984028263489,10);
INSERT INTO schema_versions VALUES(13,1795984028414949,10);
INSERT INTO schema_versions VALUES(14,1795984028516103,10);
INSERT INTO schema_versions VALUES(15,1795984028548796,10);
INSERT INTO schema_versions VALUES(16,1795984028550172,10);
INSERT INTO schema_versions VALUES(17,1795984028553093,10);
INSERT INTO schema_versions VALUES(18,1795984028614726,10);
INSERT INTO schema_versions VALUES(19,1795984028671945,10);
INSERT INTO schema_versions VALUES(20,1795984028746693,10);
INSERT INTO schema_versions VALUES(21,1795984028797087,10);
INSERT INTO schema_versions VALUES(22,1795984028875068,10);
INSERT INTO schema_versions VALUES(23,1795984028889924,10);
INSERT INTO schema_versions VALUES(24,1795984028936108,10);
INSERT INTO schema_versions VALUES(25,1795984028941453,10);
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES('install_key',X'e8313542f30c392c77e9f0c91d661df0345c1ba3f5310ca02678a4b10740ca76');
INSERT INTO meta VALUES('place_key',X'e8313542f30c392c77e9f0c91d661df0345c1ba3f5310ca02678a4b10740ca76');
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
, key TEXT NOT NULL DEFAULT '', place TEXT NOT NULL DEFAULT '', due_at INTEGER NOT NULL DEFAULT 0, due_for TEXT NOT NULL DEFAULT '', rest_until INTEGER NOT NULL DEFAULT 0, threads_at INTEGER NOT NULL DEFAULT 0);
INSERT INTO sources VALUES(1,'board','{"engine":"phpBB","v":{"hash":"5856bb42901da995c74793f4ef02ef9c"},"since":"2026-11-29T20:27:11Z","top":12,"threads":{"10":{"m":"1|4","p":"Pz5JyGre7I5wSnf7tFBSyg","t":1795984039},"11":{"m":"2|6","p":"ie8oN7LEPuu2eMJtGgk5q9eZAC7Zx4Vz","t":1795984039},"12":{"m":"0|3","p":"lWg8DJLt7o4","t":1795984039}}}',1,1795984039720037,1795984039720040,1795984039720040,'',0,0,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b365d2c22676170223a353935393333333932332c226974656d73223a342c22686164223a5b2274657874222c22617574686f72222c2274696d65225d2c2272656164223a7b226974656d73223a332c226279746573223a313830387d2c2273747265746368223a312c226e6577223a362c22706c616365223a2262313030613164376233383339346231222c2273657474696e6773223a2265353735316639616233626462613566227d','board','b100a1d7b38394b1',0,'',0,0);
INSERT INTO sources VALUES(2,'api','{"parts":{"":{"for":"sha256:39666447b0a455d04a293940","v":{"hash":"f86c9edce8a525a9997ed5b9deeceebb"},"newest":"2026-11-29T20:27:36Z","seen":"DZmsWVzQdzUPVDXBXop9thh12HMyukKZUDiAj69I+vthnb3Vlz/tpG5p42h+RD01hIeCd9U0DSWOb+z15xE6p5qVBwI0GvAZn1utX9KpeUKgJdqzvyZga6/w5AL1U7MQvnXuReYJcQC/8WFedn9fNdx6AZfZxwqp7EozB33SPPj8zWa4F2C9vg"}}}',1,1795984056567182,1795984056567184,1795984056567184,'',0,0,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b31375d2c22676170223a31363439393934313139322c226974656d73223a31372c2272656164223a7b226974656d73223a31372c226279746573223a333235317d2c2273747265746368223a312c226e6577223a31372c22706c616365223a2235376562363063666532353238623065222c2273657474696e6773223a2232346530336262633435643563316238227d','api','57eb60cfe2528b0e',0,'',0,0);
INSERT INTO sources VALUES(3,'ill','',0,1795984032295894,0,0,'http://127.0.0.1:42387/feed: robots.txt itself answered 403 forbidden: robots.txt does not allow this page; ask the site or remove the source',1,1796070432295897,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b305d2c226661696c696e67223a22323032362d31312d32395432303a32373a31322e3239353839373337365a222c22776879223a22726f626f7473222c22626c6f636b73223a312c2273747265746368223a312c22746f6c64223a22626c6f636b6564222c2273696e6365223a22323032362d31312d32395432303a32373a31322e32393333353931375a222c22706c616365223a2235633138383163303564356462663561222c2273657474696e6773223a2235363337613434633639336532623636227d','ill','5c1881c05d5dbf5a',0,'',0,0);
INSERT INTO sources VALUES(4,'n8n','',1,1795984033094066,1795984033094068,0,'',0,0,3600000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b305d2c2273747265746368223a312e34342c22706c616365223a2236326535303965626534633863646463222c2273657474696e6773223a2235393665646565663238663361663734227d','n8n','62e509ebe4c8cddc',0,'',0,0);
INSERT INTO sources VALUES(5,'forum','{"engine":"phpBB","v":{"hash":"158a42e8b036ea16ea6bffcad4978db1"},"since":"2026-11-29T20:27:12Z","seen":"A8iACAqeSeiQAfyj3ndMk/jh5xBBVmsG","visits":{"sid":"adf6f9ce"}}',1,1795984058502318,1795984058502320,1795984056534233,'',0,0,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b335d2c22676170223a32323635393734353835372c226974656d73223a332c22686164223a5b2274657874222c22617574686f72222c2274696d65225d2c2272656164223a7b226974656d73223a332c226279746573223a333038377d2c2273747265746368223a312e34342c226e6577223a332c22706c616365223a2231623130626431336538646236326139222c2273657474696e6773223a2233323631313933356232356334646635227d','forum','1b10bd13e8db62a9',0,'',0,0);
INSERT INTO sources VALUES(6,'reviews','{"v":{"hash":"3cf344cd06c47cecfa072c6616431521"},"seen":"VZ/fTKN9KFKRzWLzq8RW9A","since":"2026-11-29T20:27:12Z","at":"127.0.0.1:41349/reviews/romashka-bank","rising":true}',1,1795984033801363,1795984033801366,1795984033801366,'',0,0,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b325d2c22676170223a313538303338343438312c226974656d73223a322c2272656164223a7b226974656d73223a322c226279746573223a313139367d2c2273747265746368223a312c226e6577223a322c22706c616365223a2236623465626538383132393239323535222c2273657474696e6773223a2237326432336437663039343431613162227d','reviews','6b4ebe8812929255',0,'',0,0);
INSERT INTO sources VALUES(7,'news','{"v":{"hash":"ab156e3ee9abac4c58d28c57b373d6ab"},"seen":"QSbtGWCfVwg","newest":"2026-11-29T19:25:12Z","since":"2026-11-29T20:27:11.297366082Z"}',1,1795984033786140,1795984033786142,1795984032186606,'',0,0,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b315d2c226974656d73223a312c2272656164223a7b226974656d73223a312c226279746573223a3534347d2c2273747265746368223a312e322c226e6577223a312c22706c616365223a2262623335366130643933383936653135222c2273657474696e6773223a2233333739326665356235313030363965227d','news','bb356a0d93896e15',0,'',0,0);
INSERT INTO sources VALUES(8,'channel','{"v":{"hash":"b798447b9abf89e9650cc3ef6e297159"},"seen":"u5Tslw4j+7zdiJ8HhGMZQQ","since":"2026-11-29T20:27:11Z","at":"127.0.0.1:41349/s/gorod_online","rising":true}',1,1795984033781808,1795984033781810,1795984033781810,'',0,0,1000000000,X'7b22646179223a22323032362d31312d3239222c2264617973223a5b325d2c22676170223a323532303232343331392c226974656d73223a322c2272656164223a7b226974656d73223a322c226279746573223a313831327d2c2273747265746368223a312c226e6577223a322c22706c616365223a2233373461636561343930656235326561222c2273657474696e6773223a2232313863326530303539303538333463227d','channel','374acea490eb52ea',0,'',0,0);
CREATE TABLE posts (
  key         BLOB PRIMARY KEY,           -- 16 bytes
  source      INTEGER NOT NULL,
  hash        INTEGER NOT NULL,           -- of the content
  fingerprint INTEGER NOT NULL,           -- first 8 bytes of Post.Fingerprint; 0 for none
  first_seen  INTEGER NOT NULL,
  gone        INTEGER NOT NULL DEFAULT 0  -- 1 deleted on the site, 2 erased on request: never stored again
) WITHOUT ROWID;
INSERT INTO posts VALUES(X'098d399a338320927e20b3ddb351b376',1,478319556,-6359426649904793776,1795984033299100,0);
INSERT INTO posts VALUES(X'11caee671a8ebe7de46575f7a435672e',4,2584205187,1272314690509695895,1795984037784790,0);
INSERT INTO posts VALUES(X'12c3f35308591f3dbf659c79d19692ae',6,2404196288,8973083700894195627,1795984033792773,0);
INSERT INTO posts VALUES(X'2314ebe79a4789e3f9abd7b534b0fa1d',7,1462480957,-4681591076924916031,1795984031297894,0);
INSERT INTO posts VALUES(X'33be4eb6a83d238f542ab91b1120a598',2,2240743958,845708962347248295,1795984032308288,0);
INSERT INTO posts VALUES(X'49558a0e345affe0304680c652af1bd0',1,14470451,8437847404015368521,1795984031158911,0);
INSERT INTO posts VALUES(X'4c0d3a32d1cf5c5e85b822d8db72e9aa',8,3415243418,3412895217215255,1795984033766899,0);
INSERT INTO posts VALUES(X'69d315e4f2307068c331c6e4d19703ab',1,1875016887,706393326550174641,1795984033299100,0);
INSERT INTO posts VALUES(X'6cf40db761f51bd62723f0045378f5cf',2,3395140580,1159782464853574271,1795984033920223,0);
INSERT INTO posts VALUES(X'78229ee96970c5ed3fa5edefc9bd4842',1,4054415204,-4311651200654721330,1795984031158911,0);
INSERT INTO posts VALUES(X'7a0acb63521b38e56f68ec88da8fd99a',1,2404691774,804302919486635225,1795984039705741,0);
INSERT INTO posts VALUES(X'7d9acfbad8e9e5477588f2fadf26ed61',1,685835856,-8448298110749273225,1795984031158911,0);
INSERT INTO posts VALUES(X'8bfb3c3912bcce079b39ad42067804e0',8,2700985251,8040390142190157695,1795984031243183,0);
INSERT INTO posts VALUES(X'9846858a3d0b4b9f1b6f49b5a7241bdf',6,2635904985,1664126929986539947,1795984032196853,0);
INSERT INTO posts VALUES(X'9af8a99e88e5230e2a113cb327f57c5a',5,4181700284,4516916850927568122,1795984033809316,0);
INSERT INTO posts VALUES(X'ae3e41a7e5147492298f8213b9ef1f22',2,2727901221,-920219713722544071,1795984040011822,0);
INSERT INTO posts VALUES(X'ba3b019c7e3132166a6fc58e577920dd',2,1213828377,-8682139402493938811,1795984040011822,0);
INSERT INTO posts VALUES(X'c2b1bc7b442bc94c89b07759b39d8d62',2,3275754599,3156798960375806838,1795984056545849,0);
INSERT INTO posts VALUES(X'd4dea7f1a7ea8b7f17a3f56b82689a1a',2,2316409306,-1864437562605192100,1795984033920223,0);
INSERT INTO posts VALUES(X'd5bd588681fc04a05bed86ac4a0470b9',5,2504746484,-6924338669452948447,1795984056527457,0);
INSERT INTO posts VALUES(X'dbbaddf1ae1c88080e3f8c4688bfa9ee',2,3866403559,-3143128521780660599,1795984033920223,0);
INSERT INTO posts VALUES(X'f089247dbb61a879d8128d08ca22895d',5,1014271649,725451987653082114,1795984032240725,0);
CREATE TABLE bodies (
  key     BLOB PRIMARY KEY,
  source  TEXT NOT NULL,
  author  TEXT NOT NULL,
  url     TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  body    TEXT NOT NULL -- JSON
);
INSERT INTO bodies VALUES(X'7d9acfbad8e9e5477588f2fadf26ed61','board','starter','http://127.0.0.1:45287/viewtopic.php?p=3#p3',1795984031158911,'{"kind":"forum","id":"3","url":"http://127.0.0.1:45287/viewtopic.php?p=3#p3","thread_url":"http://127.0.0.1:45287/viewtopic.php?t=12","author":"starter","author_url":"http://127.0.0.1:45287/viewtopic.php?t=12","published":"2026-11-29T15:25:16Z","title":"Thread 12","text":"Which bank do you use, town 12?","fetched_at":"2026-11-29T20:27:11.157677049Z"}');
INSERT INTO bodies VALUES(X'49558a0e345affe0304680c652af1bd0','board','starter','http://127.0.0.1:45287/viewtopic.php?p=2#p2',1795984031158911,'{"kind":"forum","id":"2","url":"http://127.0.0.1:45287/viewtopic.php?p=2#p2","thread_url":"http://127.0.0.1:45287/viewtopic.php?t=11","author":"starter","author_url":"http://127.0.0.1:45287/viewtopic.php?t=11","published":"2026-11-29T15:25:16Z","title":"Thread 11","text":"Which bank do you use, town 11?","fetched_at":"2026-11-29T20:27:11.157677049Z"}');
INSERT INTO bodies VALUES(X'78229ee96970c5ed3fa5edefc9bd4842','board','starter','http://127.0.0.1:45287/viewtopic.php?p=1#p1',1795984031158911,'{"kind":"forum","id":"1","url":"http://127.0.0.1:45287/viewtopic.php?p=1#p1","thread_url":"http://127.0.0.1:45287/viewtopic.php?t=10","author":"starter","author_url":"http://127.0.0.1:45287/viewtopic.php?t=10","published":"2026-11-29T15:25:16Z","title":"Thread 10","text":"Which bank do you use, town 10?","fetched_at":"2026-11-29T20:27:11.157677049Z"}');
INSERT INTO bodies VALUES(X'8bfb3c3912bcce079b39ad42067804e0','channel','ch','http://127.0.0.1:41349/gorod_online/4',1795984031243183,'{"kind":"social","id":"gorod_online/4","url":"http://127.0.0.1:41349/gorod_online/4","author":"ch","published":"2026-11-29T19:25:12Z","text":"Добрый день, город!","fetched_at":"2026-11-29T20:27:11.242895509Z"}');
INSERT INTO bodies VALUES(X'2314ebe79a4789e3f9abd7b534b0fa1d','news','desk','http://127.0.0.1:41349/news/3',1795984031297894,'{"kind":"news","id":"http://127.0.0.1:41349/news/3","url":"http://127.0.0.1:41349/news/3","author":"desk","published":"2026-11-29T19:25:12Z","title":"Romashka Bank opens a branch","text":"Romashka Bank opened a branch.","fetched_at":"2026-11-29T20:27:11.29745581Z"}');
INSERT INTO bodies VALUES(X'9846858a3d0b4b9f1b6f49b5a7241bdf','reviews','old','http://127.0.0.1:41349/reviews/romashka-bank#review-2',1795984032196853,'{"kind":"review","id":"http://127.0.0.1:41349/reviews/romashka-bank#review-2","url":"http://127.0.0.1:41349/reviews/romashka-bank#review-2","author":"old","published":"2026-11-29T19:25:12Z","rating":{"value":1,"best":5},"title":"Terrible","text":"Romashka Bank lost my documents. Baseline complaint two.","fetched_at":"2026-11-29T20:27:12.196284817Z"}');
INSERT INTO bodies VALUES(X'f089247dbb61a879d8128d08ca22895d','forum','old','http://127.0.0.1:41349/forum/viewtopic.php?p=1#p1',1795984032240725,'{"kind":"forum","id":"1","url":"http://127.0.0.1:41349/forum/viewtopic.php?p=1#p1","thread_url":"http://127.0.0.1:41349/forum/viewtopic.php?t=7","author":"old","author_url":"http://127.0.0.1:41349/forum/memberlist.php?mode=viewprofile\u0026u=1","published":"2026-11-29T19:25:12Z","title":"Banks in our town","text":"Romashka Bank charged me twice and refuses to refund. Baseline complaint one.","fetched_at":"2026-11-29T20:27:12.240355867Z"}');
INSERT INTO bodies VALUES(X'33be4eb6a83d238f542ab91b1120a598','api','old','https://api.example/r/1',1795984032308288,'{"kind":"review","id":"1","url":"https://api.example/r/1","author":"old","published":"2026-11-29T20:25:16Z","text":"Romashka Bank lost my card. Baseline complaint three.","fetched_at":"2026-11-29T20:27:12.306900388Z"}');
INSERT INTO bodies VALUES(X'69d315e4f2307068c331c6e4d19703ab','board','maria','http://127.0.0.1:45287/viewtopic.php?p=4#p4',1795984033299100,'{"kind":"forum","id":"4","url":"http://127.0.0.1:45287/viewtopic.php?p=4#p4","thread_url":"http://127.0.0.1:45287/viewtopic.php?t=10","is_reply":true,"author":"maria","author_url":"http://127.0.0.1:45287/viewtopic.php?t=10","published":"2026-11-29T19:55:16Z","title":"Thread 10","text":"Third week and Romashka Bank has not returned my money, support ignores me. Aardvark.","fetched_at":"2026-11-29T20:27:13.298613091Z"}');
INSERT INTO bodies VALUES(X'098d399a338320927e20b3ddb351b376','board','tom','http://127.0.0.1:45287/viewtopic.php?p=5#p5',1795984033299100,'{"kind":"forum","id":"5","url":"http://127.0.0.1:45287/viewtopic.php?p=5#p5","thread_url":"http://127.0.0.1:45287/viewtopic.php?t=11","is_reply":true,"author":"tom","author_url":"http://127.0.0.1:45287/viewtopic.php?t=11","published":"2026-11-29T19:56:16Z","title":"Thread 11","text":"Romashka Bank blocked my card without a word and nobody answers the phone. Ibis.","fetched_at":"2026-11-29T20:27:13.298613091Z"}');
INSERT INTO bodies VALUES(X'4c0d3a32d1cf5c5e85b822d8db72e9aa','channel','ch','http://127.0.0.1:41349/gorod_online/6',1795984033766899,'{"kind":"social","id":"gorod_online/6","url":"http://127.0.0.1:41349/gorod_online/6","author":"ch","published":"2026-11-29T20:27:12Z","text":"Romashka Bank app is down on payday, payments fail. Chinchilla.","fetched_at":"2026-11-29T20:27:13.766438264Z"}');
INSERT INTO bodies VALUES(X'12c3f35308591f3dbf659c79d19692ae','reviews','nina','http://127.0.0.1:41349/reviews/romashka-bank#review-5',1795984033792773,'{"kind":"review","id":"http://127.0.0.1:41349/reviews/romashka-bank#review-5","url":"http://127.0.0.1:41349/reviews/romashka-bank#review-5","author":"nina","published":"2026-11-29T20:27:12Z","rating":{"value":1,"best":5},"title":"Never","text":"Romashka Bank charged me a hidden fee I never agreed to. Bumblebee.","fetched_at":"2026-11-29T20:27:13.792554348Z"}');
INSERT INTO bodies VALUES(X'9af8a99e88e5230e2a113cb327f57c5a','forum','egor','http://127.0.0.1:41349/forum/viewtopic.php?p=7#p7',1795984033809316,'{"kind":"forum","id":"7","url":"http://127.0.0.1:41349/forum/viewtopic.php?p=7#p7","thread_url":"http://127.0.0.1:41349/forum/viewtopic.php?t=7","is_reply":true,"author":"egor","author_url":"http://127.0.0.1:41349/forum/memberlist.php?mode=viewprofile\u0026u=7","published":"2026-11-29T20:27:12Z","title":"Banks in our town","text":"Romashka Bank lost my documents and blames me, liars. Elephant.","fetched_at":"2026-11-29T20:27:13.809144325Z"}');
INSERT INTO bodies VALUES(X'dbbaddf1ae1c88080e3f8c4688bfa9ee','api','mute me','https://api.example/r/4',1795984033920223,'{"kind":"review","id":"4","url":"https://api.example/r/4","author":"mute me","published":"2026-11-29T20:27:12Z","text":"Romashka Bank made me wait in a queue for three hours, awful service. Gnu.","fetched_at":"2026-11-29T20:27:13.919653278Z"}');
INSERT INTO bodies VALUES(X'd4dea7f1a7ea8b7f17a3f56b82689a1a','api','zoe','https://api.example/r/3',1795984033920223,'{"kind":"review","id":"3","url":"https://api.example/r/3","author":"zoe","published":"2026-11-29T20:27:12Z","text":"Romashka Bank zonkified me, awful. Wolverine.","fetched_at":"2026-11-29T20:27:13.919653278Z"}');
INSERT INTO bodies VALUES(X'6cf40db761f51bd62723f0045378f5cf','api','pavlo','https://api.example/r/2',1795984033920223,'{"kind":"review","id":"2","url":"https://api.example/r/2","author":"pavlo","published":"2026-11-29T20:27:12Z","text":"The manager of Romashka Bank was rude and refused to talk to me. Dodo.","fetched_at":"2026-11-29T20:27:13.919653278Z"}');
INSERT INTO bodies VALUES(X'11caee671a8ebe7de46575f7a435672e','n8n','u f','',1795984037784790,'{"kind":"review","id":"f","author":"u f","text":"Romashka Bank refuses to refund the double charge. Ferret.","fetched_at":"2026-11-29T20:27:17.78459927Z"}');
INSERT INTO bodies VALUES(X'7a0acb63521b38e56f68ec88da8fd99a','board','Romashka Support','http://127.0.0.1:45287/viewtopic.php?p=6#p6',1795984039705741,'{"kind":"forum","id":"6","url":"http://127.0.0.1:45287/viewtopic.php?p=6#p6","thread_url":"http://127.0.0.1:45287/viewtopic.php?t=11","is_reply":true,"author":"Romashka Support","author_url":"http://127.0.0.1:45287/viewtopic.php?t=11","published":"2026-11-29T20:15:16Z","title":"Thread 11","text":"Dear Tom, we are sorry. We opened your card again.","fetched_at":"2026-11-29T20:27:19.705453662Z"}');
INSERT INTO bodies VALUES(X'ae3e41a7e5147492298f8213b9ef1f22','api','crowd5','https://api.example/r/10',1795984040011822,'{"kind":"review","id":"10","url":"https://api.example/r/10","author":"crowd5","published":"2026-11-29T20:27:19Z","text":"Romashka Bank app does not open since the morning, error 39595 at login, I cannot pay at the station. Storm05.","fetched_at":"2026-11-29T20:27:20.007638536Z"}');
INSERT INTO bodies VALUES(X'ba3b019c7e3132166a6fc58e577920dd','api','crowd0','https://api.example/r/5',1795984040011822,'{"kind":"review","id":"5","url":"https://api.example/r/5","author":"crowd0","published":"2026-11-29T20:27:19Z","text":"Romashka Bank app does not open since the morning, error 0 at login, I cannot pay at the market. Storm00.","fetched_at":"2026-11-29T20:27:20.007638536Z"}');
INSERT INTO bodies VALUES(X'd5bd588681fc04a05bed86ac4a0470b9','forum','jack','http://127.0.0.1:41349/forum/viewtopic.php?p=8#p8',1795984056527457,'{"kind":"forum","id":"8","url":"http://127.0.0.1:41349/forum/viewtopic.php?p=8#p8","thread_url":"http://127.0.0.1:41349/forum/viewtopic.php?t=7","is_reply":true,"author":"jack","author_url":"http://127.0.0.1:41349/forum/memberlist.php?mode=viewprofile\u0026u=8","published":"2026-11-29T20:27:35Z","title":"Banks in our town","text":"Romashka Bank charged me twice and refuses to refund, shame. Jackal.","fetched_at":"2026-11-29T20:27:36.527163913Z"}');
INSERT INTO bodies VALUES(X'c2b1bc7b442bc94c89b07759b39d8d62','api','kolya','https://api.example/r/17',1795984056545849,'{"kind":"review","id":"17","url":"https://api.example/r/17","author":"kolya","published":"2026-11-29T20:27:36Z","text":"Romashka Bank support hangs up, nobody solves my problem for a month. Koala.","fetched_at":"2026-11-29T20:27:36.545310685Z"}');
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
, erased INTEGER NOT NULL DEFAULT 0, url_key INTEGER, thread_key INTEGER, lang TEXT NOT NULL DEFAULT '', topics TEXT NOT NULL DEFAULT '', terms TEXT, num INTEGER NOT NULL DEFAULT 0);
INSERT INTO mentions VALUES('36e636cf928765df55481c70b3939531','Romashka Bank',X'2314ebe79a4789e3f9abd7b534b0fa1d','news','news','desk','http://127.0.0.1:41349/news/3','',1795980312000000,0,0,1795984031297894,0,0,7504178203140949392,1424,8562,12881,26660,0,0,1,'neu','{"score":0,"label":"neu","lang":"en","topics":null,"why":null,"complaint":0.0018,"frames":[{"frame":"event","value":"general","start":9,"end":19,"text":"Bank opens"},{"frame":"about","value":"us","start":0,"end":0,"text":""},{"frame":"voice","value":"press","start":9,"end":19,"text":"Bank opens"}]}','[{"start":0,"end":13,"text":"Romashka Bank","term":"Romashka Bank"},{"start":29,"end":42,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,-242201395531415519,0,'en','','desk romashka bank opens a branch opened',1);
INSERT INTO mentions VALUES('17e95a17a40118a3c34376038e3d89b3','Romashka Bank',X'9846858a3d0b4b9f1b6f49b5a7241bdf','reviews','review','old','http://127.0.0.1:41349/reviews/romashka-bank#review-2','',1795980312000000,0,0,1795984032196853,0,0,1265420877090259492,548,20052,44437,4495,0,0,1,'neg','{"score":-0.9494588467806838,"label":"neg","lang":"en","topics":["delivery"],"why":[{"start":0,"end":8,"text":"Terrible","rule":"word","weight":-4.48},{"start":23,"end":40,"text":"lost my documents","rule":"not delivered","weight":-3.25,"topic":"delivery"},{"start":51,"end":60,"text":"complaint","rule":"word","weight":-0.24}],"complaint":0.9948,"frames":[{"frame":"event","value":"yes","start":18,"end":27,"text":"Bank lost"},{"frame":"about","value":"us","start":9,"end":27,"text":"Romashka Bank lost"},{"frame":"voice","value":"customer","start":23,"end":30,"text":"lost my"}]}','[{"start":9,"end":22,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,4159822892248577841,0,'en','|delivery|','old terrible romashka bank lost my documents baseline complaint two',2);
INSERT INTO mentions VALUES('6b1b79c39374053892b8e5dfe530dbdf','Romashka Bank',X'f089247dbb61a879d8128d08ca22895d','forum','forum','old','http://127.0.0.1:41349/forum/viewtopic.php?p=1#p1','http://127.0.0.1:41349/forum/viewtopic.php?t=7',1795980312000000,0,0,1795984032240725,0,0,-3114344419864066000,18480,10696,41024,54471,0,0,1,'neg','{"score":-0.8630195774723562,"label":"neg","lang":"en","topics":["billing","refusal"],"why":[{"start":32,"end":48,"text":"charged me twice","rule":"wrong charge","weight":-3.38,"topic":"billing"},{"start":53,"end":70,"text":"refuses to refund","rule":"refusal","weight":-3,"topic":"refusal"},{"start":81,"end":90,"text":"complaint","rule":"word","weight":-0.24}],"complaint":0.9909,"frames":[{"frame":"event","value":"yes","start":27,"end":39,"text":"Bank charged"},{"frame":"about","value":"us","start":18,"end":39,"text":"Romashka Bank charged"},{"frame":"voice","value":"customer","start":32,"end":42,"text":"charged me"}]}','[{"start":18,"end":31,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,-7291229607070117488,3639033986015888126,'en','|billing|refusal|','old banks in our town romashka bank charged me twice and refuses to refund baseline complaint one',3);
INSERT INTO mentions VALUES('52ee5a0ab75a56b205e729e16e5957a1','Romashka Bank',X'33be4eb6a83d238f542ab91b1120a598','api','review','old','https://api.example/r/1','',1795983916000000,0,0,1795984032308288,0,0,2600762890391912672,224,49876,50193,9239,0,0,1,'neg','{"score":-0.591541280061787,"label":"neg","lang":"en","topics":["delivery"],"why":[{"start":15,"end":27,"text":"lost my card","rule":"not delivered","weight":-2.6,"topic":"delivery"},{"start":38,"end":47,"text":"complaint","rule":"word","weight":-0.24}],"complaint":0.9767,"frames":[{"frame":"event","value":"yes","start":10,"end":19,"text":"Bank lost"},{"frame":"about","value":"us","start":1,"end":19,"text":"Romashka Bank lost"},{"frame":"voice","value":"customer","start":15,"end":22,"text":"lost my"}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,-5787397473945246200,0,'en','|delivery|','old romashka bank lost my card baseline complaint three',4);
INSERT INTO mentions VALUES('1e2fde6f57b5c63ef20987df4828765d','Romashka Bank',X'69d315e4f2307068c331c6e4d19703ab','board','forum','maria','http://127.0.0.1:45287/viewtopic.php?p=4#p4','http://127.0.0.1:45287/viewtopic.php?t=10',1795982116000000,0,0,1795984033299100,0,3,4760648575740825746,20626,6528,14504,16913,1,0,0,'neg','{"score":-0.81488580732342,"label":"neg","lang":"en","topics":["refund","support"],"why":[{"start":43,"end":64,"text":"not returned my money","rule":"money not returned","weight":-2.8,"topic":"refund"},{"start":74,"end":84,"text":"ignores me","rule":"silence","weight":-2.6,"topic":"support"}],"complaint":0.9728,"frames":[{"frame":"event","value":"yes","start":10,"end":20,"text":"Third week"},{"frame":"about","value":"us","start":34,"end":42,"text":"Bank has"},{"frame":"voice","value":"customer","start":56,"end":64,"text":"my money"}]}','[{"start":25,"end":38,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,3941453598266164926,-4781370099668890508,'en','|refund|support|','maria thread 10 third week and romashka bank has not returned my money support ignores me aardvark',5);
INSERT INTO mentions VALUES('8de21f987cb9a9600c157fce51cc912a','Romashka Bank',X'098d399a338320927e20b3ddb351b376','board','forum','tom','http://127.0.0.1:45287/viewtopic.php?p=5#p5','http://127.0.0.1:45287/viewtopic.php?t=11',1795982176000000,0,0,1795984033299100,0,3,1189550647956167205,23077,1475,8707,4226,1,0,0,'neg','{"score":-0.8998563684020913,"label":"neg","lang":"en","topics":["billing","support","account"],"why":[{"start":24,"end":34,"text":"blocked my","rule":"blocked","weight":-2.6,"topic":"account"},{"start":40,"end":54,"text":"without a word","rule":"wrong charge","weight":-2.7,"topic":"billing"},{"start":59,"end":73,"text":"nobody answers","rule":"silence","weight":-2.6,"topic":"support"}],"complaint":0.997,"frames":[{"frame":"event","value":"yes","start":19,"end":31,"text":"Bank blocked"},{"frame":"about","value":"us","start":10,"end":31,"text":"Romashka Bank blocked"},{"frame":"voice","value":"customer","start":24,"end":34,"text":"blocked my"},{"frame":"end","value":"open","start":59,"end":73,"text":"nobody answers"}]}','[{"start":10,"end":23,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,6926778895903203195,356723014236772714,'en','|billing|support|account|','tom thread 11 romashka bank blocked my card without a word and nobody answers the phone ibis',6);
INSERT INTO mentions VALUES('41af3492afb5010a620e2dcb0829b328','Romashka Bank',X'4c0d3a32d1cf5c5e85b822d8db72e9aa','channel','social','ch','http://127.0.0.1:41349/gorod_online/6','',1795984032000000,0,0,1795984033766899,0,3,2522596566681447046,60038,19626,4150,8962,1,0,0,'neg','{"score":-0.7387355480610394,"label":"neg","lang":"en","topics":["outage","billing"],"why":[{"start":19,"end":26,"text":"is down","rule":"outage","weight":-2.4,"topic":"outage"},{"start":47,"end":51,"text":"fail","rule":"word","weight":-1.8}],"complaint":0.9736,"frames":[{"frame":"event","value":"yes","start":38,"end":51,"text":"payments fail"},{"frame":"about","value":"us","start":38,"end":51,"text":"payments fail"},{"frame":"voice","value":"customer","start":38,"end":51,"text":"payments fail"}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,-6936061796169309697,0,'en','|outage|billing|','ch romashka bank app is down on payday payments fail chinchilla',7);
INSERT INTO mentions VALUES('b556afa7ed57a3871c0fc62972504105','Romashka Bank',X'12c3f35308591f3dbf659c79d19692ae','reviews','review','nina','http://127.0.0.1:41349/reviews/romashka-bank#review-5','',1795984032000000,0,0,1795984033792773,0,3,8373776792133522088,21160,21383,41376,29749,1,0,0,'neg','{"score":-0.8766708293005988,"label":"neg","lang":"en","topics":["billing"],"why":[{"start":20,"end":51,"text":"charged me a hidden fee I never","rule":"wrong charge","weight":-3.25,"topic":"billing"},{"start":33,"end":43,"text":"hidden fee","rule":"wrong charge","weight":-3.38,"topic":"billing"},{"start":52,"end":58,"text":"agreed","rule":"word","weight":1.25}],"complaint":0.9984,"frames":[{"frame":"event","value":"yes","start":15,"end":27,"text":"Bank charged"},{"frame":"about","value":"us","start":6,"end":27,"text":"Romashka Bank charged"},{"frame":"voice","value":"customer","start":20,"end":30,"text":"charged me"}]}','[{"start":6,"end":19,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,6258643604159443612,0,'en','|billing|','nina never romashka bank charged me a hidden fee i agreed to bumblebee',8);
INSERT INTO mentions VALUES('e5dabe1733f62297357f42c98091732a','Romashka Bank',X'9af8a99e88e5230e2a113cb327f57c5a','forum','forum','egor','http://127.0.0.1:41349/forum/viewtopic.php?p=7#p7','http://127.0.0.1:41349/forum/viewtopic.php?t=7',1795984032000000,0,0,1795984033809316,0,4,2616820161427162208,17504,33522,53266,9296,1,0,0,'neg','{"score":-0.8859893101468094,"label":"neg","lang":"en","topics":["delivery","fraud","support"],"why":[{"start":32,"end":49,"text":"lost my documents","rule":"not delivered","weight":-2.6,"topic":"delivery"},{"start":54,"end":63,"text":"blames me","rule":"runaround","weight":-2.3,"topic":"support"},{"start":65,"end":70,"text":"liars","rule":"word","weight":-2.5,"topic":"fraud"}],"complaint":0.9286,"frames":[{"frame":"event","value":"yes","start":27,"end":36,"text":"Bank lost"},{"frame":"about","value":"us","start":18,"end":36,"text":"Romashka Bank lost"},{"frame":"voice","value":"customer","start":32,"end":39,"text":"lost my"}]}','[{"start":18,"end":31,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,-2952029785578476541,3639033986015888126,'en','|delivery|fraud|support|','egor banks in our town romashka bank lost my documents and blames me liars elephant',9);
INSERT INTO mentions VALUES('05e83d090cfb4723278e2d6bb4615d74','Romashka Bank',X'dbbaddf1ae1c88080e3f8c4688bfa9ee','api','review','mute me','https://api.example/r/4','',1795984032000000,0,0,1795984033920223,0,3,-2809090554433363144,9016,8472,6918,55556,1,0,0,'neg','{"score":-0.7511509429629046,"label":"neg","lang":"en","topics":["quality","staff"],"why":[{"start":15,"end":27,"text":"made me wait","rule":"rudeness","weight":-1.8,"topic":"staff"},{"start":56,"end":69,"text":"awful service","rule":"defect","weight":-2.4,"topic":"quality"}],"complaint":0.9722,"frames":[{"frame":"event","value":"yes","start":39,"end":54,"text":"for three hours"},{"frame":"about","value":"us","start":0,"end":0,"text":""},{"frame":"voice","value":"customer","start":56,"end":61,"text":"awful"}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,5260302497767839050,0,'en','|quality|staff|','mute me romashka bank made wait in a queue for three hours awful service gnu',10);
INSERT INTO mentions VALUES('2a07a6815b5f269d17ca888c4d3c536f','Romashka Bank',X'd4dea7f1a7ea8b7f17a3f56b82689a1a','api','review','zoe','https://api.example/r/3','',1795984032000000,0,0,1795984033920223,0,3,-4296397511233175166,386,4371,8506,50272,1,0,0,'neg','{"score":-0.8842984775071335,"label":"neg","lang":"en","topics":["quality"],"why":[{"start":15,"end":24,"text":"zonkified","rule":"word","weight":-4,"topic":"quality"},{"start":29,"end":34,"text":"awful","rule":"word","weight":-3.2}],"complaint":0.9481,"frames":[{"frame":"event","value":"yes","start":15,"end":24,"text":"zonkified"},{"frame":"about","value":"us","start":0,"end":0,"text":""},{"frame":"voice","value":"customer","start":29,"end":34,"text":"awful"}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,-2076548717630307792,0,'en','|quality|','zoe romashka bank zonkified me awful wolverine',11);
INSERT INTO mentions VALUES('4254c332963bda499720ae586fc0133d','Romashka Bank',X'6cf40db761f51bd62723f0045378f5cf','api','review','pavlo','https://api.example/r/2','',1795984032000000,0,0,1795984033920223,0,3,4973621952549617671,7,32974,56016,17669,1,0,0,'neg','{"score":-0.8081911768073146,"label":"neg","lang":"en","topics":["staff","refusal"],"why":[{"start":30,"end":38,"text":"was rude","rule":"rudeness","weight":-2.6,"topic":"staff"},{"start":43,"end":58,"text":"refused to talk","rule":"refusal","weight":-2.4,"topic":"refusal"}],"complaint":0.9887,"frames":[{"frame":"event","value":"yes","start":43,"end":50,"text":"refused"},{"frame":"about","value":"us","start":5,"end":24,"text":"manager of Romashka"},{"frame":"voice","value":"customer","start":62,"end":64,"text":"me"}]}','[{"start":16,"end":29,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,-3276601172087759745,0,'en','|staff|refusal|','pavlo the manager of romashka bank was rude and refused to talk me dodo',12);
INSERT INTO mentions VALUES('ca4b2a6ecb59e4b672098816a1614e71','Romashka Bank',X'11caee671a8ebe7de46575f7a435672e','n8n','review','u f','','',0,0,0,1795984037784790,0,3,-6708632800247911667,27405,5296,9731,41702,1,0,0,'neg','{"score":-0.7905694150420948,"label":"neg","lang":"en","topics":["billing","refusal"],"why":[{"start":15,"end":32,"text":"refuses to refund","rule":"refusal","weight":-2.4,"topic":"refusal"},{"start":37,"end":50,"text":"double charge","rule":"wrong charge","weight":-2.6,"topic":"billing"}],"complaint":0.9927,"frames":[{"frame":"event","value":"yes","start":0,"end":0,"text":""},{"frame":"about","value":"us","start":0,"end":0,"text":""},{"frame":"voice","value":"customer","start":0,"end":0,"text":""}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,0,0,'en','|billing|refusal|','u f romashka bank refuses to refund the double charge ferret',13);
INSERT INTO mentions VALUES('fad0be65e725d4cba6b26d523da2e88b','Romashka Bank',X'7a0acb63521b38e56f68ec88da8fd99a','board','forum','Romashka Support','http://127.0.0.1:45287/viewtopic.php?p=6#p6','http://127.0.0.1:45287/viewtopic.php?t=11',1795983316000000,0,0,1795984039705741,0,0,-8063103002699345766,20634,2232,6794,36890,0,1,0,'neu','{"score":-0.0579969612258818,"label":"neu","lang":"en","topics":null,"why":[{"start":20,"end":22,"text":"we","rule":"small sign","weight":0.05},{"start":23,"end":26,"text":"are","rule":"small sign","weight":0.05},{"start":34,"end":36,"text":"We","rule":"small sign","weight":0.05},{"start":37,"end":43,"text":"opened","rule":"small sign","weight":0.22},{"start":44,"end":48,"text":"your","rule":"small sign","weight":-0.22},{"start":49,"end":53,"text":"card","rule":"small sign","weight":-0.05},{"start":54,"end":59,"text":"again","rule":"small sign","weight":-0.31}],"complaint":0.071,"frames":[{"frame":"event","value":"yes","start":34,"end":43,"text":"We opened"},{"frame":"about","value":"us","start":0,"end":0,"text":""},{"frame":"voice","value":"customer","start":34,"end":43,"text":"We opened"}]}','null','',0,-2384443463233926730,356723014236772714,'en','','romashka support thread 11 dear tom we are sorry opened your card again',14);
INSERT INTO mentions VALUES('bcb3e8c4fb4f8b9158c0f1a46688e8ba','Romashka Bank',X'ae3e41a7e5147492298f8213b9ef1f22','api','review','crowd5','https://api.example/r/10','',1795984039000000,0,0,1795984040011822,0,3,-1455354834901738698,56118,2952,35453,60365,1,0,0,'neg','{"score":-0.8415497947593392,"label":"neg","lang":"en","topics":["app"],"why":[{"start":24,"end":32,"text":"not open","rule":"app failure","weight":-2.5,"topic":"app"},{"start":52,"end":63,"text":"error 39595","rule":"app failure","weight":-2.5,"topic":"app"},{"start":74,"end":82,"text":"I cannot","rule":"app failure","weight":-1,"topic":"app"}],"complaint":0.9936,"frames":[{"frame":"event","value":"yes","start":33,"end":42,"text":"since the"},{"frame":"about","value":"us","start":10,"end":18,"text":"Bank app"},{"frame":"voice","value":"customer","start":0,"end":0,"text":""}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,4443588350206705791,0,'en','|app|','crowd5 romashka bank app does not open since the morning error 39595 at login i cannot pay station storm05',21);
INSERT INTO mentions VALUES('c2e711187f7146682cbdbcbffc34f2fe','Romashka Bank',X'ba3b019c7e3132166a6fc58e577920dd','api','review','crowd0','https://api.example/r/5','',1795984039000000,0,0,1795984040011822,0,3,3160909420683942708,23348,62221,52830,11229,1,0,0,'neg','{"score":-0.8415497947593392,"label":"neg","lang":"en","topics":["app"],"why":[{"start":24,"end":32,"text":"not open","rule":"app failure","weight":-2.5,"topic":"app"},{"start":52,"end":59,"text":"error 0","rule":"app failure","weight":-2.5,"topic":"app"},{"start":70,"end":78,"text":"I cannot","rule":"app failure","weight":-1,"topic":"app"}],"complaint":0.9912,"frames":[{"frame":"event","value":"yes","start":33,"end":42,"text":"since the"},{"frame":"about","value":"us","start":10,"end":18,"text":"Bank app"},{"frame":"voice","value":"customer","start":0,"end":0,"text":""}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,-4072463676078102092,0,'en','|app|','crowd0 romashka bank app does not open since the morning error 0 at login i cannot pay market storm00',26);
INSERT INTO mentions VALUES('8e123897bd8e0fd6f6abe26031c3cbc1','Romashka Bank',X'd5bd588681fc04a05bed86ac4a0470b9','forum','forum','jack','http://127.0.0.1:41349/forum/viewtopic.php?p=8#p8','http://127.0.0.1:41349/forum/viewtopic.php?t=7',1795984055000000,0,0,1795984056527457,0,3,-2966989512220581853,24611,10184,8898,54995,1,0,0,'neg','{"score":-0.8778822663630355,"label":"neg","lang":"en","topics":["billing","refusal"],"why":[{"start":32,"end":48,"text":"charged me twice","rule":"wrong charge","weight":-2.7,"topic":"billing"},{"start":53,"end":70,"text":"refuses to refund","rule":"refusal","weight":-2.4,"topic":"refusal"},{"start":72,"end":77,"text":"shame","rule":"word","weight":-2}],"complaint":0.9931,"frames":[{"frame":"event","value":"yes","start":27,"end":39,"text":"Bank charged"},{"frame":"about","value":"us","start":18,"end":39,"text":"Romashka Bank charged"},{"frame":"voice","value":"customer","start":32,"end":42,"text":"charged me"}]}','[{"start":18,"end":31,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,7661916200222751101,3639033986015888126,'en','|billing|refusal|','jack banks in our town romashka bank charged me twice and refuses to refund shame jackal',27);
INSERT INTO mentions VALUES('c277ac95c2a38910521be1215a8bfbb2','Romashka Bank',X'c2b1bc7b442bc94c89b07759b39d8d62','api','review','kolya','https://api.example/r/17','',1795984056000000,0,0,1795984056545849,0,3,-4387744191454388301,57267,46867,39399,49947,1,0,0,'neg','{"score":-0.6635377272807053,"label":"neg","lang":"en","topics":["staff","quality","support"],"why":[{"start":23,"end":31,"text":"hangs up","rule":"rudeness","weight":-2.6,"topic":"staff"},{"start":33,"end":39,"text":"nobody","rule":"silence","weight":-1,"topic":"support"},{"start":40,"end":46,"text":"solves","rule":"word","weight":1.3},{"start":50,"end":57,"text":"problem","rule":"word","weight":-1,"topic":"quality"}],"complaint":0.9842,"frames":[{"frame":"event","value":"yes","start":0,"end":0,"text":""},{"frame":"about","value":"us","start":10,"end":22,"text":"Bank support"},{"frame":"voice","value":"customer","start":0,"end":0,"text":""}]}','[{"start":1,"end":14,"text":"Romashka Bank","term":"Romashka Bank"}]','',0,-6836704828874493931,0,'en','|staff|quality|support|','kolya romashka bank support hangs up nobody solves my problem for a month koala',28);
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
, overdue_since INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL DEFAULT 0, reopened_at INTEGER NOT NULL DEFAULT 0, snoozed_at INTEGER NOT NULL DEFAULT 0, snoozed_by_id TEXT NOT NULL DEFAULT '', snoozed_by_name TEXT NOT NULL DEFAULT '', woke_at INTEGER NOT NULL DEFAULT 0, waited INTEGER NOT NULL DEFAULT 0, rank_at INTEGER NOT NULL DEFAULT 0, handed_at INTEGER NOT NULL DEFAULT 0, nudged_at INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
INSERT INTO cases VALUES('05e83d090cfb4723278e2d6bb4615d74','open',1,1795984033920223,'','',0,0,'',0,0,'',0,0,0,0,1795991236768392,0,0,'','',0,0,1795941253920223,0,0);
INSERT INTO cases VALUES('17e95a17a40118a3c34376038e3d89b3','quiet',1,1795984032196853,'','',0,0,'',0,0,'',0,0,0,0,0,0,0,'','',0,0,0,0,0);
INSERT INTO cases VALUES('1e2fde6f57b5c63ef20987df4828765d','claimed',2,1795984033299100,'slack:U0000IRA','Ira',1795984038782616,0,'',0,0,'',0,0,0,0,1796002033802307,0,0,'','',0,0,1795941253299100,0,0);
INSERT INTO cases VALUES('2a07a6815b5f269d17ca888c4d3c536f','claimed',2,1795984033920223,'slack:U00MARIA','Maria',1795984038835410,0,'',0,0,'',0,0,0,0,1796002035767397,0,0,'','',0,0,1795941553920223,0,0);
INSERT INTO cases VALUES('36e636cf928765df55481c70b3939531','quiet',1,1795984031297894,'','',0,0,'',0,0,'',0,0,0,0,0,0,0,'','',0,0,0,0,0);
INSERT INTO cases VALUES('41af3492afb5010a620e2dcb0829b328','open',1,1795984033766899,'','',0,0,'',0,0,'',0,0,0,0,1795991233873853,0,0,'','',0,0,1795941193766899,0,0);
INSERT INTO cases VALUES('4254c332963bda499720ae586fc0133d','dismissed',2,1795984033920223,'slack:U0000IRA','Ira',0,0,'',0,1795984038823769,'not negative',0,0,0,0,0,0,0,'','',0,0,1795941013920223,0,0);
INSERT INTO cases VALUES('52ee5a0ab75a56b205e729e16e5957a1','quiet',1,1795984032308288,'','',0,0,'',0,0,'',0,0,0,0,0,0,0,'','',0,0,0,0,0);
INSERT INTO cases VALUES('6b1b79c39374053892b8e5dfe530dbdf','quiet',1,1795984032240725,'','',0,0,'',0,0,'',0,0,0,0,0,0,0,'','',0,0,0,0,0);
INSERT INTO cases VALUES('8de21f987cb9a9600c157fce51cc912a','replied',2,1795984033299100,'','',0,1795983316000000,'Romashka Support',1,0,'',0,0,0,0,9223372036854775807,0,0,'','',0,0,1795940893299100,0,0);
INSERT INTO cases VALUES('8e123897bd8e0fd6f6abe26031c3cbc1','open',1,1795984056527457,'','',0,0,'',0,0,'',0,0,0,0,1795984118100021,0,0,'','',0,0,1795940976527457,0,0);
INSERT INTO cases VALUES('b556afa7ed57a3871c0fc62972504105','replied',3,1795984033792773,'slack:U000OLEH','Oleh',1795984038789555,1795984038816135,'Oleh',0,0,'',0,0,0,0,1795987638816135,0,0,'','',0,0,1795930033792773,0,0);
INSERT INTO cases VALUES('bcb3e8c4fb4f8b9158c0f1a46688e8ba','open',1,1795984040011822,'','',0,0,'',0,0,'',0,0,0,0,1795991250768725,0,0,'','',0,0,1795940960011822,0,0);
INSERT INTO cases VALUES('c277ac95c2a38910521be1215a8bfbb2','open',1,1795984056545849,'','',0,0,'',0,0,'',0,0,0,0,1795984118100162,0,0,'','',0,0,1795941096545849,0,0);
INSERT INTO cases VALUES('c2e711187f7146682cbdbcbffc34f2fe','open',1,1795984040011822,'','',0,0,'',0,0,'',0,0,0,0,1795991252794312,0,0,'','',0,0,1795940960011822,0,0);
INSERT INTO cases VALUES('ca4b2a6ecb59e4b672098816a1614e71','open',1,1795984037784790,'','',0,0,'',0,0,'',0,0,0,0,1795991238771492,0,0,'','',0,0,1795940957784790,0,0);
INSERT INTO cases VALUES('e5dabe1733f62297357f42c98091732a','open',1,1795984033809316,'','',0,0,'',0,0,'',0,0,0,0,1795991233942760,0,0,'','',0,0,1795884253809316,0,0);
INSERT INTO cases VALUES('fad0be65e725d4cba6b26d523da2e88b','quiet',1,1795984039705741,'','',0,0,'',0,0,'',0,0,0,0,0,0,0,'','',0,0,0,0,0);
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
INSERT INTO alerts VALUES('7bb7d3d0f4557b27ce38123fef65cd12','notice','','','#mentions','',2,'posted',1795984032302033,0,1795984032304426,1795984032316753,1,'C0MENTIONS','1795984032.309268',0,0,X'7b2274657874223a22696c6c207265667573657320746f20626520726561643a20687474703a2f2f3132372e302e302e313a34323338372f666565643a20726f626f74732e74787420697473656c6620616e7377657265642034303320666f7262696464656e3a20726f626f74732e74787420646f6573206e6f7420616c6c6f77207468697320706167653b2061736b207468652073697465206f722072656d6f76652074686520736f757263652e204974206973206c65667420616c6f6e6520756e74696c204d6f6e203330204e6f762032303a3237205554432e222c2273616d65223a7b226e616d65223a22696c6c222c2277686174223a22626c6f636b6564222c22776879223a22726f626f7473227d7d','');
INSERT INTO alerts VALUES('a6fb4b23d87e2d8d5ff816ef8a740162','complaint','1e2fde6f57b5c63ef20987df4828765d','','#mentions','',3,'posted',1795984033299100,0,1795984033790382,1795984033802307,1,'C0MENTIONS','1795984033.795842',2,2,X'7b22776879223a5b22737572656c79206120636f6d706c61696e742c20696e207374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('641fa3d8ef0751588e9886b3addfa15c','complaint','8de21f987cb9a9600c157fce51cc912a','','#mentions','',3,'posted',1795984033299100,0,1795984033763197,1795984033785429,1,'C0MENTIONS','1795984033.783512',2,2,X'7b22776879223a5b22737572656c79206120636f6d706c61696e742c20696e207374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('2b21d3388c368a7908af326148ec427f','complaint','41af3492afb5010a620e2dcb0829b328','','#mentions','',3,'posted',1795984033766899,0,1795984033806419,1795984033873853,1,'C0MENTIONS','1795984033.812972',1,1,X'7b22776879223a5b22737572656c79206120636f6d706c61696e742c20696e207374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('2a3af6f1fa6421b2c9b729573cf573b8','complaint','b556afa7ed57a3871c0fc62972504105','','#mentions','',3,'posted',1795984033792773,0,1795984034765222,1795984034771219,1,'C0MENTIONS','1795984034.770222',3,3,X'7b22776879223a5b22737572656c79206120636f6d706c61696e742c20696e207374726f6e6720776f726473222c22746865206c6f7765737420726174696e67225d7d','');
INSERT INTO alerts VALUES('f7d6042e751d1549870d1880c9668053','complaint','e5dabe1733f62297357f42c98091732a','','#mentions','',4,'posted',1795984033809316,0,1795984033911041,1795984033942760,1,'C0MENTIONS','1795984033.923106',1,1,X'7b22776879223a5b22737572656c79206120636f6d706c61696e742c20696e207374726f6e6720776f726473222c2261636375736174696f6e206f66206672617564225d7d','');
INSERT INTO alerts VALUES('cccd8c9cdfa4d3a081d54a90ad952e87','complaint','05e83d090cfb4723278e2d6bb4615d74','','#mentions','',3,'posted',1795984033920223,0,1795984036764255,1795984036768392,1,'C0MENTIONS','1795984036.767326',1,1,X'7b22776879223a5b22737572656c79206120636f6d706c61696e742c20696e207374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('8114e4927f8ab1b60145486d30d35ddf','complaint','2a07a6815b5f269d17ca888c4d3c536f','','#mentions','',3,'posted',1795984033920223,0,1795984035764115,1795984035767397,1,'C0MENTIONS','1795984035.766666',2,2,X'7b22776879223a5b22737572656c79206120636f6d706c61696e742c20696e207374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('de9baf2f878ce81cc1c413a83487092b','complaint','4254c332963bda499720ae586fc0133d','','#mentions','',3,'posted',1795984033920223,0,1795984037765374,1795984037771006,1,'C0MENTIONS','1795984037.770132',2,2,X'7b22776879223a5b22737572656c79206120636f6d706c61696e742c20696e207374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('a60627b70d294eb896cb118dd5de977b','complaint','ca4b2a6ecb59e4b672098816a1614e71','','#mentions','',3,'posted',1795984037784790,0,1795984038763469,1795984038771492,1,'C0MENTIONS','1795984038.765745',1,1,X'7b22776879223a5b22737572656c79206120636f6d706c61696e742c20696e207374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('52d002798ef88cb7ec8b63cb501d7f92','changed','8de21f987cb9a9600c157fce51cc912a','641fa3d8ef0751588e9886b3addfa15c','#mentions','',3,'posted',1795984039705741,0,1795984039763682,1795984039795931,1,'C0MENTIONS','1795984039.795167',2,0,X'7b226368616e6765223a22616e737765726564222c226279223a22526f6d6173686b6120537570706f7274222c226174223a22323032362d31312d32395432303a31353a31365a222c226c696e6b223a22687474703a2f2f3132372e302e302e313a34353238372f76696577746f7069632e7068703f703d36237036222c2274657874223a224465617220546f6d2c2077652061726520736f7272792e205765206f70656e656420796f7572206361726420616761696e2e227d','');
INSERT INTO alerts VALUES('f2e9fc04c908462b18a2e269c9ac27e3','complaint','bcb3e8c4fb4f8b9158c0f1a46688e8ba','','#mentions','',3,'posted',1795984040011822,0,1795984050765036,1795984050768725,1,'C0MENTIONS','1795984050.767825',1,1,X'7b22776879223a5b22737572656c79206120636f6d706c61696e742c20696e207374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('41bf5f13ac1138573e2195259811f25c','storm','','','#mentions','',4,'posted',1795984040011822,0,1795984040764121,1795984040769272,1,'C0MENTIONS','1795984040.768772',0,0,X'7b2274657874223a22412073746f726d2061626f757420526f6d6173686b612042616e6b3a20323020636f6d706c61696e747320696e203330206d696e757465732c20757375616c6c7920686172646c7920616e792e20546865206e657874206f6e65732061726520676174686572656420696e2074686973207468726561642c206561636820776974682069747320627574746f6e732e222c22746872656164223a22546865206e657874206f6e65732061726520676174686572656420696e2074686973207468726561642c206561636820776974682069747320627574746f6e732e222c2273746f726d223a7b227761746368223a22526f6d6173686b612042616e6b222c227370616e223a22323032362d31312d32395431383a30303a30305a227d7d','');
INSERT INTO alerts VALUES('d7c23c9be199786d3f3af08c98b8fa97','complaint','c2e711187f7146682cbdbcbffc34f2fe','41bf5f13ac1138573e2195259811f25c','#mentions','',3,'posted',1795984040011822,0,1795984052764325,1795984052794312,1,'C0MENTIONS','1795984052.793301',1,1,X'7b22776879223a5b22737572656c79206120636f6d706c61696e742c20696e207374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('0bc503e2eb52047302d18ac7206eafef','complaint','8e123897bd8e0fd6f6abe26031c3cbc1','41bf5f13ac1138573e2195259811f25c','#mentions','',3,'posting',1795984056527457,0,1795984056535390,0,1,'','',0,1,X'7b22776879223a5b22737572656c79206120636f6d706c61696e742c20696e207374726f6e6720776f726473225d7d','');
INSERT INTO alerts VALUES('3c996c5bce83d5b5297e87247c7e3ac6','complaint','c277ac95c2a38910521be1215a8bfbb2','41bf5f13ac1138573e2195259811f25c','#mentions','',3,'pending',1795984056545849,1795984059605533,1795984058602606,0,3,'','',0,1,X'7b22776879223a5b22737572656c79206120636f6d706c61696e742c20696e207374726f6e6720776f726473225d7d','slack: chat.postMessage: slack rate limit exceeded, retry after 1s (again in 1s)');
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
INSERT INTO events VALUES(1,'36e636cf928765df55481c70b3939531','','heard','','',1795984031297894,'news');
INSERT INTO events VALUES(2,'17e95a17a40118a3c34376038e3d89b3','','heard','','',1795984032196853,'reviews');
INSERT INTO events VALUES(3,'6b1b79c39374053892b8e5dfe530dbdf','','heard','','',1795984032240725,'forum');
INSERT INTO events VALUES(4,'52ee5a0ab75a56b205e729e16e5957a1','','heard','','',1795984032308288,'api');
INSERT INTO events VALUES(5,'1e2fde6f57b5c63ef20987df4828765d','','heard','','',1795984033299100,'board');
INSERT INTO events VALUES(6,'1e2fde6f57b5c63ef20987df4828765d','','alerted','','',1795984033299100,'high to #mentions');
INSERT INTO events VALUES(7,'8de21f987cb9a9600c157fce51cc912a','','heard','','',1795984033299100,'board');
INSERT INTO events VALUES(8,'8de21f987cb9a9600c157fce51cc912a','','alerted','','',1795984033299100,'high to #mentions');
INSERT INTO events VALUES(9,'41af3492afb5010a620e2dcb0829b328','','heard','','',1795984033766899,'channel');
INSERT INTO events VALUES(10,'41af3492afb5010a620e2dcb0829b328','','alerted','','',1795984033766899,'high to #mentions');
INSERT INTO events VALUES(11,'b556afa7ed57a3871c0fc62972504105','','heard','','',1795984033792773,'reviews');
INSERT INTO events VALUES(12,'b556afa7ed57a3871c0fc62972504105','','alerted','','',1795984033792773,'high to #mentions');
INSERT INTO events VALUES(13,'e5dabe1733f62297357f42c98091732a','','heard','','',1795984033809316,'forum');
INSERT INTO events VALUES(14,'e5dabe1733f62297357f42c98091732a','','alerted','','',1795984033809316,'critical to #mentions');
INSERT INTO events VALUES(15,'05e83d090cfb4723278e2d6bb4615d74','','heard','','',1795984033920223,'api');
INSERT INTO events VALUES(16,'05e83d090cfb4723278e2d6bb4615d74','','alerted','','',1795984033920223,'high to #mentions');
INSERT INTO events VALUES(17,'2a07a6815b5f269d17ca888c4d3c536f','','heard','','',1795984033920223,'api');
INSERT INTO events VALUES(18,'2a07a6815b5f269d17ca888c4d3c536f','','alerted','','',1795984033920223,'high to #mentions');
INSERT INTO events VALUES(19,'4254c332963bda499720ae586fc0133d','','heard','','',1795984033920223,'api');
INSERT INTO events VALUES(20,'4254c332963bda499720ae586fc0133d','','alerted','','',1795984033920223,'high to #mentions');
INSERT INTO events VALUES(21,'ca4b2a6ecb59e4b672098816a1614e71','','heard','','',1795984037784790,'n8n');
INSERT INTO events VALUES(22,'ca4b2a6ecb59e4b672098816a1614e71','','alerted','','',1795984037784790,'high to #mentions');
INSERT INTO events VALUES(23,'1e2fde6f57b5c63ef20987df4828765d','','claim','slack:U0000IRA','Ira',1795984038782616,'');
INSERT INTO events VALUES(24,'b556afa7ed57a3871c0fc62972504105','','claim','slack:U000OLEH','Oleh',1795984038789555,'');
INSERT INTO events VALUES(25,'b556afa7ed57a3871c0fc62972504105','','replied','slack:U000OLEH','Oleh',1795984038816135,'');
INSERT INTO events VALUES(26,'4254c332963bda499720ae586fc0133d','','dismiss','slack:U0000IRA','Ira',1795984038823769,'not negative');
INSERT INTO events VALUES(27,'2a07a6815b5f269d17ca888c4d3c536f','','claim','slack:U00MARIA','Maria',1795984038835410,'');
INSERT INTO events VALUES(28,'fad0be65e725d4cba6b26d523da2e88b','','heard','','',1795984039705741,'board');
INSERT INTO events VALUES(29,'8de21f987cb9a9600c157fce51cc912a','','answered','','',1795983316000000,'Romashka Support http://127.0.0.1:45287/viewtopic.php?p=6#p6');
INSERT INTO events VALUES(42,'bcb3e8c4fb4f8b9158c0f1a46688e8ba','','heard','','',1795984040011822,'api');
INSERT INTO events VALUES(43,'bcb3e8c4fb4f8b9158c0f1a46688e8ba','','alerted','','',1795984040011822,'high to #mentions');
INSERT INTO events VALUES(52,'c2e711187f7146682cbdbcbffc34f2fe','','heard','','',1795984040011822,'api');
INSERT INTO events VALUES(53,'c2e711187f7146682cbdbcbffc34f2fe','','alerted','','',1795984040011822,'high to #mentions');
INSERT INTO events VALUES(54,'8e123897bd8e0fd6f6abe26031c3cbc1','','heard','','',1795984056527457,'forum');
INSERT INTO events VALUES(55,'8e123897bd8e0fd6f6abe26031c3cbc1','','alerted','','',1795984056527457,'high to #mentions');
INSERT INTO events VALUES(56,'c277ac95c2a38910521be1215a8bfbb2','','heard','','',1795984056545849,'api');
INSERT INTO events VALUES(57,'c277ac95c2a38910521be1215a8bfbb2','','alerted','','',1795984056545849,'high to #mentions');
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
INSERT INTO lessons VALUES('4254c332963bda499720ae586fc0133d','Romashka Bank','api','review',4973621952549617671,'neu','{"score":-0.8081911768073146,"label":"neg","lang":"en","topics":["staff","refusal"],"why":[{"start":30,"end":38,"text":"was rude","rule":"rudeness","weight":-2.6,"topic":"staff"},{"start":43,"end":58,"text":"refused to talk","rule":"refusal","weight":-2.4,"topic":"refusal"}],"complaint":0.9887,"frames":[{"frame":"event","value":"yes","start":43,"end":50,"text":"refused"},{"frame":"about","value":"us","start":5,"end":24,"text":"manager of Romashka"},{"frame":"voice","value":"customer","start":62,"end":64,"text":"me"}]}','','The manager of Romashka Bank was rude and refused to talk to me. Dodo.','slack:U0000IRA','Ira',1795984038823769);
CREATE TABLE mutes (
  source     TEXT NOT NULL,
  author     TEXT NOT NULL,
  mention_id TEXT NOT NULL, -- where the button was pressed
  by_id      TEXT NOT NULL,
  by_name    TEXT NOT NULL,
  at         INTEGER NOT NULL, until INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (source, author)
) WITHOUT ROWID;
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
CREATE TABLE leases (
  name   TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,   -- id of a replica
  until  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE replicas (
  id         TEXT NOT NULL PRIMARY KEY,
  host       TEXT NOT NULL,
  version    TEXT NOT NULL,
  watchlist  TEXT NOT NULL,   -- digest of what it works by, keys included
  file       TEXT NOT NULL,   -- digest of the watchlist's text alone
  trouble    TEXT NOT NULL,   -- JSON: part to reason
  started_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL  -- by this database's clock
) WITHOUT ROWID;
CREATE TABLE watchlists (
  digest TEXT NOT NULL PRIMARY KEY,
  turn   INTEGER NOT NULL,
  at     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE subscriptions (
  source   TEXT NOT NULL PRIMARY KEY, -- its name
  hub      TEXT NOT NULL,             -- empty: none
  topic    TEXT NOT NULL,
  id       TEXT NOT NULL,             -- in the address that the hub calls; empty without a hub
  secret   TEXT NOT NULL,
  asked    INTEGER NOT NULL,           -- the last request to any hub
  next_at  INTEGER NOT NULL,           -- the next one
  failures INTEGER NOT NULL            -- requests since a hub verified one
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS 'mention_terms_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO mention_terms_data VALUES(1,X'128174');
INSERT INTO mention_terms_data VALUES(10,X'00000003020e1d000e1101010101010201010301010401010501010601010701010801010901010a01010b01010c01010d01010000');
INSERT INTO mention_terms_data VALUES(137438953473,X'00000090063037313237311101036170701102017411010462616e6b11010663616e6e6f74110205726f776439110104646f65731101056572726f72110101691101056c6f67696e1101076d6f726e696e671101036e6f741101046f70656e110103706179110108726f6d6173686b6111010573696e6365110206746174696f6e1103056f726d30391101037468651104080604070908070804080a0607060b080908');
INSERT INTO mention_terms_data VALUES(274877906945,X'00000090063036333335321201036170701202017412010462616e6b12010663616e6e6f74120205726f776438120104646f65731201056572726f72120101691201056c6f67696e1201066d61726b65741202066f726e696e671201036e6f741201046f70656e120103706179120108726f6d6173686b6112010573696e6365120206746f726d303812010374686512040806040709080708040809090607060b0809');
INSERT INTO mention_terms_data VALUES(412316860417,X'00000090063035353433331301036170701302017413010462616e6b13010663616e6e6f74130205696e656d61130205726f776437130104646f65731301056572726f72130101691301056c6f67696e1301076d6f726e696e671301036e6f741301046f70656e130103706179130108726f6d6173686b6113010573696e6365130206746f726d3037130103746865130408060407090808070804080a0607060b0809');
INSERT INTO mention_terms_data VALUES(549755813889,X'00000092063034373531341401036170701402017414010462616e6b14010663616e6e6f74140205726f776436140104646f65731401056572726f72140101691401056c6f67696e1401076d6f726e696e671401036e6f741401046f70656e1401037061791402076861726d616379140108726f6d6173686b6114010573696e6365140206746f726d30361401037468651404080604070908070804080a0607060a0b0809');
INSERT INTO mention_terms_data VALUES(687194767361,X'00000090063033393539351501036170701502017415010462616e6b15010663616e6e6f74150205726f776435150104646f65731501056572726f72150101691501056c6f67696e1501076d6f726e696e671501036e6f741501046f70656e150103706179150108726f6d6173686b6115010573696e6365150206746174696f6e1503056f726d30351501037468651504080604070908070804080a0607060b080908');
INSERT INTO mention_terms_data VALUES(824633720833,X'00000090063033313637361601036170701602017416010462616e6b16010663616e6e6f74160205726f776434160104646f65731601056572726f72160101691601056c6f67696e1601066d61726b65741602066f726e696e671601036e6f741601046f70656e160103706179160108726f6d6173686b6116010573696e6365160206746f726d303416010374686516040806040709080708040809090607060b0809');
INSERT INTO mention_terms_data VALUES(962072674305,X'00000090063032333735371701036170701702017417010462616e6b17010663616e6e6f74170205696e656d61170205726f776433170104646f65731701056572726f72170101691701056c6f67696e1701076d6f726e696e671701036e6f741701046f70656e170103706179170108726f6d6173686b6117010573696e6365170206746f726d3033170103746865170408060407090808070804080a0607060b0809');
INSERT INTO mention_terms_data VALUES(1099511627777,X'00000092063031353833381801036170701802017418010462616e6b18010663616e6e6f74180205726f776432180104646f65731801056572726f72180101691801056c6f67696e1801076d6f726e696e671801036e6f741801046f70656e1801037061791802076861726d616379180108726f6d6173686b6118010573696e6365180206746f726d30321801037468651804080604070908070804080a0607060a0b0809');
INSERT INTO mention_terms_data VALUES(1236950581249,X'0000008f0530373931391901036170701902017419010462616e6b19010663616e6e6f74190205726f776431190104646f65731901056572726f72190101691901056c6f67696e1901076d6f726e696e671901036e6f741901046f70656e190103706179190108726f6d6173686b6119010573696e6365190206746174696f6e1903056f726d30311901037468651904070604070908070804080a0607060b080908');
INSERT INTO mention_terms_data VALUES(1374389534721,X'0000008c0230301a01036170701a0201741a010462616e6b1a010663616e6e6f741a0205726f7764301a0104646f65731a01056572726f721a0101691a01056c6f67696e1a01066d61726b65741a02066f726e696e671a01036e6f741a01046f70656e1a01037061791a0108726f6d6173686b611a010573696e63651a0206746f726d30301a01037468651a040406040709080708040809090607060b0809');
INSERT INTO mention_terms_data VALUES(1511828488193,X'0000006d0430616e641b010462616e6b1b0501731b0107636861726765641b0102696e1b01046a61636b1b0502616c1b01026d651b01036f75721b0106726566756e641b05037365731b02076f6d6173686b611b01057368616d651b0102746f1b0302776e1b0204776963651b040607040a050705050609060a080505');
INSERT INTO mention_terms_data VALUES(1649267441665,X'0000006c0230611c010462616e6b1c0103666f721c010568616e67731c01056b6f616c611c03036c79611c01056d6f6e74681c0201791c01066e6f626f64791c010770726f626c656d1c0108726f6d6173686b611c0106736f6c7665731c02067570706f72741c010275701c040407060808060804090a0b0909');
INSERT INTO mention_terms_data VALUES(1786706395137,X'00000280063031353833381800010532333735371700010533313637361600010534373531341400010535353433331300010536333335321200010537313237311100020339313919000501301000010538373130390f0001036170700f000100010001000100010002000100010001000201740f00010001000100010001000200010001000100010462616e6b0f00010001000100010001000200010001000100010663616e6e6f740f000100010001000100010002000100010001000205696e656d610f00040004000205726f776431190007013010000701310f0006013218000601331700060134160006013614000601371300060138120006013911000104646f65730f0001000100010001000100020001000100010001056572726f720f000100010001000100010002000100010001000101690f0001000100010001000100020001000100010001056c6f67696e0f0001000100010001000100020001000100010001066d61726b65741200040002066f726e696e670f0001000100010001000100020001000100010001036e6f740f0001000100010001000100020001000100010001046f70656e0f0001000100010001000100020001000100010001037061790f0001000100010001000100020001000100010002076861726d6163791000040004000108726f6d6173686b610f00010001000100010001000200010001000100010573696e63650f000100010001000100010002000100010001000206746174696f6e1100080003056f726d3031190007013218000701331700070134160007013614000701371300070138120007013911000602313010000701310f0001037468650f00010001000100010001000200010001000100040909090909090907050919171a1c0d090505050505050505051a1b171b0c1c191a190f1e1b0c09050505050505050605');
INSERT INTO mention_terms_data VALUES(2336462209025,X'00000368033031300502013106080105373931393010010538373130390f0101610105020202076172647661726b0502046761696e0e0304726565640802026e640302010303030573776572730602027070070801020272650e0201740f0102047766756c0a01010462616e6b0101010101010101010101010102010501730306030673656c696e6502010102056c616d65730903056f636b656406020572616e6368010208756d626c6562656508010663616e6e6f740f0103027264040208020168070304617267650d07016403050308696e6368696c6c61070205696e656d610f02086f6d706c61696e740201010206726f77643130100701310f0104646561720e0302736b0102086f63756d656e747302070302646f0c030265730f01030475626c650d0302776e07010465676f720902076c657068616e7409020472726f720f010101660d020361696c0702026565080304727265740d02026f720a0103676e750a0103686173050205696464656e0802046f7572730a0101690807010203626973060206676e6f7265730502016e0306010201730701056c696172730902046f67696e0f010302737402020501046d6164650a03056e616765720c0303726961050201650302030101010102046f6e6579050305726e696e670f0102037574650a020179020201010301056e65766572080203696e610802056f626f647906030174050a0101026f660c02026c6402010102016e0703016503020370656e0f0105026564010d0501730102027572030601057061766c6f0c0301790f0104036461790704056d656e74730702076861726d6163791003036f6e6506010571756575650a0106726566756e64030a05037365640c070173030a03067475726e65640502076f6d6173686b610101010101010101010101010101010102037564650c0107736572766963650a0204696e63650f0102046f7272790e0206746f726d3130100701310f02067570706f72740509010474616c6b0c020765727269626c6502020268650606010201030369726405030472656164050108050165040602016f0305040103016d06080302776e03060204776963650303016f020101750d0104776169740a0301730c0201650e0302656b0502066974686f75740602086f6c766572696e650b03027264060104796f75720e01037a6f650b03076e6b69666965640b0405050808070a070709080705050815050b0808080b0a070407050b080d090407050c05060705070a0804060507050606080706060906040808070708060a07090608080608060507040407060406080506080a06080a06050919060a080709040a070a0906090507050607040407040405090b050706');
CREATE TABLE IF NOT EXISTS 'mention_terms_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO mention_terms_idx VALUES(1,X'',2);
INSERT INTO mention_terms_idx VALUES(2,X'',2);
INSERT INTO mention_terms_idx VALUES(3,X'',2);
INSERT INTO mention_terms_idx VALUES(4,X'',2);
INSERT INTO mention_terms_idx VALUES(5,X'',2);
INSERT INTO mention_terms_idx VALUES(6,X'',2);
INSERT INTO mention_terms_idx VALUES(7,X'',2);
INSERT INTO mention_terms_idx VALUES(8,X'',2);
INSERT INTO mention_terms_idx VALUES(9,X'',2);
INSERT INTO mention_terms_idx VALUES(10,X'',2);
INSERT INTO mention_terms_idx VALUES(11,X'',2);
INSERT INTO mention_terms_idx VALUES(12,X'',2);
INSERT INTO mention_terms_idx VALUES(13,X'',2);
INSERT INTO mention_terms_idx VALUES(17,X'',2);
CREATE TABLE IF NOT EXISTS 'mention_terms_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO mention_terms_config VALUES('secure-delete',1);
INSERT INTO mention_terms_config VALUES('version',4);
CREATE TABLE sessions (
  hash        BLOB NOT NULL PRIMARY KEY,
  way         TEXT NOT NULL, -- slack, oidc; link for one that waits to be opened, once for who opened it
  person_id   TEXT NOT NULL,
  person_name TEXT NOT NULL,
  email       TEXT NOT NULL, -- verified; empty when not known
  made_at     INTEGER NOT NULL,
  seen_at     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE preferences (
  person_id  TEXT NOT NULL PRIMARY KEY,
  lang       TEXT NOT NULL, -- empty: what the browser asks for
  zone       TEXT NOT NULL, -- empty: that of the team
  changed_at INTEGER NOT NULL
) WITHOUT ROWID;
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
CREATE TABLE source_pauses (
  place   TEXT NOT NULL PRIMARY KEY, -- a digest, as in sources
  source  TEXT NOT NULL, -- what it was called then
  by_id   TEXT NOT NULL,
  by_name TEXT NOT NULL,
  at      INTEGER NOT NULL,
  until   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE access_tokens (
  id      TEXT NOT NULL PRIMARY KEY, -- the kind, and a hash of the right it belongs to
  sealed  BLOB NOT NULL,
  kept_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE clocks (
  heard_at   INTEGER NOT NULL,
  mention_id TEXT NOT NULL,
  owner_id   TEXT NOT NULL,
  line       TEXT NOT NULL,
  PRIMARY KEY (heard_at, mention_id)
) WITHOUT ROWID;
INSERT INTO clocks VALUES(1795984033299100,'1e2fde6f57b5c63ef20987df4828765d','slack:U0000IRA','1e2fde6f57b5c63ef20987df4828765dRomashka Bankboardmariaen|refund|support|3claimedslack:U0000IRAIra17959821160000000179598403329910017959840338023071795984038782616000000');
INSERT INTO clocks VALUES(1795984033299100,'8de21f987cb9a9600c157fce51cc912a','','8de21f987cb9a9600c157fce51cc912aRomashka Bankboardtomen|billing|support|account|3replied17959821760000000179598403329910017959840337854290179598331600000010000');
INSERT INTO clocks VALUES(1795984033766899,'41af3492afb5010a620e2dcb0829b328','','41af3492afb5010a620e2dcb0829b328Romashka Bankchannelchen|outage|billing|3open17959840320000000179598403376689917959840338738530000000');
INSERT INTO clocks VALUES(1795984033792773,'b556afa7ed57a3871c0fc62972504105','slack:U000OLEH','b556afa7ed57a3871c0fc62972504105Romashka Bankreviewsninaen|billing|3repliedslack:U000OLEHOleh17959840320000000179598403379277317959840347712191795984038789555179598403881613500000');
INSERT INTO clocks VALUES(1795984033809316,'e5dabe1733f62297357f42c98091732a','','e5dabe1733f62297357f42c98091732aRomashka Bankforumegoren|delivery|fraud|support|4open17959840320000000179598403380931617959840339427600000000');
INSERT INTO clocks VALUES(1795984033920223,'05e83d090cfb4723278e2d6bb4615d74','','05e83d090cfb4723278e2d6bb4615d74Romashka Bankapimute meen|quality|staff|3open17959840320000000179598403392022317959840367683920000000');
INSERT INTO clocks VALUES(1795984033920223,'2a07a6815b5f269d17ca888c4d3c536f','slack:U00MARIA','2a07a6815b5f269d17ca888c4d3c536fRomashka Bankapizoeen|quality|3claimedslack:U00MARIAMaria17959840320000000179598403392022317959840357673971795984038835410000000');
INSERT INTO clocks VALUES(1795984033920223,'4254c332963bda499720ae586fc0133d','slack:U0000IRA','4254c332963bda499720ae586fc0133dRomashka Bankapipavloen|staff|refusal|3dismissednot negativeslack:U0000IRAIra17959840320000000179598403392022317959840377710060000000');
INSERT INTO clocks VALUES(1795984037784790,'ca4b2a6ecb59e4b672098816a1614e71','','ca4b2a6ecb59e4b672098816a1614e71Romashka Bankn8nu fen|billing|refusal|3open00179598403778479017959840387714920000000');
INSERT INTO clocks VALUES(1795984040011822,'bcb3e8c4fb4f8b9158c0f1a46688e8ba','','bcb3e8c4fb4f8b9158c0f1a46688e8baRomashka Bankapicrowd5en|app|3open17959840390000000179598404001182217959840507687250000000');
INSERT INTO clocks VALUES(1795984040011822,'c2e711187f7146682cbdbcbffc34f2fe','','c2e711187f7146682cbdbcbffc34f2feRomashka Bankapicrowd0en|app|3open17959840390000000179598404001182217959840527943120000000');
INSERT INTO clocks VALUES(1795984056527457,'8e123897bd8e0fd6f6abe26031c3cbc1','','8e123897bd8e0fd6f6abe26031c3cbc1Romashka Bankforumjacken|billing|refusal|3open17959840550000000179598405652745700000000');
INSERT INTO clocks VALUES(1795984056545849,'c277ac95c2a38910521be1215a8bfbb2','','c277ac95c2a38910521be1215a8bfbb2Romashka Bankapikolyaen|staff|quality|support|3open17959840560000000179598405654584900000000');
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
, seen_at INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','mention_terms','mention_terms',0,'CREATE VIRTUAL TABLE mention_terms USING fts5 (terms, content = '''', detail = none, columnsize = 0, tokenize = "unicode61 remove_diacritics 0")');
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','mention_forms','mention_forms',0,'CREATE VIRTUAL TABLE mention_forms USING fts5vocab (mention_terms, row)');
CREATE INDEX posts_fingerprint ON posts (fingerprint) WHERE fingerprint <> 0;
CREATE INDEX bodies_kept ON bodies (kept_at);
CREATE INDEX mentions_post ON mentions (post_key);
CREATE INDEX mentions_heard ON mentions (heard_at, id);
CREATE INDEX mentions_watch ON mentions (watch, heard_at);
CREATE INDEX mentions_author ON mentions (source, author, heard_at) WHERE author <> '';
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
CREATE UNIQUE INDEX sources_key ON sources (key);
CREATE INDEX alerts_kept ON alerts (created_at, id) WHERE status = 'posted';
CREATE INDEX alerts_turn ON alerts ((CASE WHEN thread_of = '' THEN 0 WHEN kind = 'complaint' THEN 1 WHEN kind = 'twin' THEN 2 ELSE 0 END), severity DESC, created_at, id) WHERE status = 'pending';
CREATE INDEX alerts_storms ON alerts (created_at, id) WHERE kind = 'storm';
CREATE INDEX mentions_url_key ON mentions (url_key) WHERE url_key <> 0;
CREATE INDEX mentions_thread_key ON mentions (thread_key) WHERE thread_key <> 0;
CREATE INDEX mentions_unhashed ON mentions (id) WHERE url_key IS NULL;
CREATE INDEX follows_due ON follows (due_at);
CREATE INDEX sources_asked ON sources (key) WHERE due_at < 0;
CREATE UNIQUE INDEX subscriptions_id ON subscriptions (id) WHERE id <> '';
CREATE INDEX cases_rank ON cases (rank_at, mention_id, status, owner_id, snoozed_by_id) WHERE status IN ('open', 'claimed');
CREATE INDEX mentions_num ON mentions (num);
CREATE INDEX mentions_unread ON mentions (heard_at, id) WHERE terms IS NULL;
CREATE INDEX mentions_shown ON mentions (heard_at, id, severity, kind, lang, topics) WHERE severity > 0;
CREATE INDEX mentions_wrote ON mentions (author, heard_at) WHERE author <> '';
CREATE INDEX events_people ON events (by_id, id) WHERE by_id <> '';
CREATE INDEX alerts_under ON alerts (thread_of) WHERE thread_of <> '';
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX templates_lang ON templates (lang, changed_at, id);
CREATE INDEX clocks_owner ON clocks (owner_id, heard_at, mention_id) WHERE owner_id <> '';
CREATE UNIQUE INDEX replies_nth ON replies (mention_id, nth);
CREATE UNIQUE INDEX replies_open ON replies (mention_id) WHERE status IN ('draft', 'sending', 'unclear');
CREATE INDEX replies_work ON replies (not_before, id) WHERE told = 0;
CREATE INDEX clocks_mention ON clocks (mention_id);
CREATE INDEX mentions_gone ON mentions (id) WHERE gone <> 0;
CREATE TRIGGER mention_terms_new AFTER INSERT ON mentions WHEN new.terms <> '' BEGIN
  INSERT INTO mention_terms (rowid, terms) VALUES (new.num, new.terms);
END;
CREATE TRIGGER mention_terms_gone AFTER DELETE ON mentions WHEN old.terms <> '' BEGIN
  INSERT INTO mention_terms (mention_terms, rowid, terms) VALUES ('delete', old.num, old.terms);
END;
CREATE TRIGGER mention_terms_changed AFTER UPDATE OF terms ON mentions WHEN old.terms IS NOT new.terms BEGIN
  INSERT INTO mention_terms (mention_terms, rowid, terms) SELECT 'delete', old.num, old.terms WHERE old.terms <> '';
  INSERT INTO mention_terms (rowid, terms) SELECT new.num, new.terms WHERE new.terms <> '';
END;
CREATE VIEW case_clocks AS
SELECT max(m.heard_at, c.opened_at) AS heard_at, m.id AS mention_id, c.owner_id,
 m.id || char(31) || replace(m.watch, char(31), '') || char(31) || replace(m.source, char(31), '') || char(31) || replace(m.author, char(31), '')
 || char(31) || replace(m.lang, char(31), '') || char(31) || replace(m.topics, char(31), '') || char(31) || m.severity || char(31) || c.status
 || char(31) || replace(c.reason, char(31), '') || char(31) || replace(c.owner_id, char(31), '') || char(31) || replace(c.owner_name, char(31), '')
 || char(31) || m.published || char(31) || (m.date_only OR c.opened_at > m.heard_at) || char(31) || max(m.heard_at, c.opened_at) || char(31)
 || COALESCE((SELECT MIN(a.posted_at) FROM alerts a WHERE a.mention_id = m.id AND a.mention_id <> '' AND a.kind IN ('complaint', 'twin') AND a.posted_at > 0), 0)
 || char(31) || c.claimed_at || char(31) || c.replied_at || char(31) || c.answer_seen || char(31) || c.reopened_at || char(31) || (CASE WHEN m.gone = 0 OR m.edited_at = 0 THEN c.snoozed_at WHEN c.snoozed_at = 0 THEN m.edited_at ELSE min(c.snoozed_at, m.edited_at) END)
 || char(31) || c.woke_at || char(31) || c.waited AS line
FROM mentions m JOIN cases c ON c.mention_id = m.id WHERE m.severity > 0;
CREATE TRIGGER clocks_mention_changed AFTER UPDATE OF watch, source, author, lang, topics, severity, published, date_only, gone, edited_at, heard_at ON mentions BEGIN
  DELETE FROM clocks WHERE mention_id = old.id;
  INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks WHERE mention_id = new.id;
END;
CREATE TRIGGER clocks_mention_gone AFTER DELETE ON mentions BEGIN
  DELETE FROM clocks WHERE mention_id = old.id;
END;
CREATE TRIGGER clocks_case_new AFTER INSERT ON cases BEGIN
  INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks WHERE mention_id = new.mention_id;
END;
CREATE TRIGGER clocks_case_changed AFTER UPDATE OF status, opened_at, reason, owner_id, owner_name, claimed_at, replied_at, answer_seen, reopened_at, snoozed_at, woke_at, waited ON cases BEGIN
  DELETE FROM clocks WHERE mention_id = new.mention_id;
  INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks WHERE mention_id = new.mention_id;
END;
CREATE TRIGGER clocks_case_gone AFTER DELETE ON cases BEGIN
  DELETE FROM clocks WHERE mention_id = old.mention_id;
END;
CREATE TRIGGER clocks_alert_new AFTER INSERT ON alerts WHEN new.posted_at > 0 AND new.mention_id <> '' AND new.kind IN ('complaint', 'twin') BEGIN
  DELETE FROM clocks WHERE mention_id = new.mention_id;
  INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks WHERE mention_id = new.mention_id;
END;
CREATE TRIGGER clocks_alert_changed AFTER UPDATE OF posted_at ON alerts WHEN new.posted_at <> old.posted_at AND new.mention_id <> '' AND new.kind IN ('complaint', 'twin') BEGIN
  DELETE FROM clocks WHERE mention_id = new.mention_id;
  INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks WHERE mention_id = new.mention_id;
END;
CREATE TRIGGER clocks_alert_gone AFTER DELETE ON alerts WHEN old.posted_at > 0 AND old.mention_id <> '' AND old.kind IN ('complaint', 'twin') BEGIN
  DELETE FROM clocks WHERE mention_id = old.mention_id;
  INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks WHERE mention_id = old.mention_id;
END;
PRAGMA writable_schema=OFF;
COMMIT;
