-- What reports count of one alerted case, in one piece and in the order of hearing: a report
-- reads hundreds of thousands, and must not look up three tables for each. Triggers keep it,
-- so nothing else writes here. line is what scanTimes in times.go reads.
CREATE TABLE clocks (
  heard_at   INTEGER NOT NULL,
  mention_id TEXT NOT NULL,
  owner_id   TEXT NOT NULL,
  line       TEXT NOT NULL,
  PRIMARY KEY (heard_at, mention_id)
) WITHOUT ROWID;
CREATE INDEX clocks_owner ON clocks (owner_id, heard_at, mention_id) WHERE owner_id <> '';

-- only here
CREATE VIEW case_clocks AS
SELECT m.heard_at, m.id AS mention_id, c.owner_id,
 m.id || char(31) || replace(m.watch, char(31), '') || char(31) || replace(m.source, char(31), '') || char(31) || replace(m.author, char(31), '')
 || char(31) || replace(m.lang, char(31), '') || char(31) || replace(m.topics, char(31), '') || char(31) || m.severity || char(31) || c.status
 || char(31) || replace(c.reason, char(31), '') || char(31) || replace(c.owner_id, char(31), '') || char(31) || replace(c.owner_name, char(31), '')
 || char(31) || m.published || char(31) || m.date_only || char(31) || m.heard_at || char(31)
 || COALESCE((SELECT MIN(a.posted_at) FROM alerts a WHERE a.mention_id = m.id AND a.mention_id <> '' AND a.kind IN ('complaint', 'twin') AND a.posted_at > 0), 0)
 || char(31) || c.claimed_at || char(31) || c.replied_at || char(31) || c.answer_seen || char(31) || c.reopened_at || char(31) || c.snoozed_at
 || char(31) || c.woke_at || char(31) || c.waited AS line
FROM mentions m JOIN cases c ON c.mention_id = m.id WHERE m.severity > 0;
INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks;

CREATE TRIGGER clocks_mention_changed AFTER UPDATE OF watch, source, author, lang, topics, severity, published, date_only, heard_at ON mentions BEGIN
  DELETE FROM clocks WHERE heard_at = old.heard_at AND mention_id = old.id;
  INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks WHERE mention_id = new.id;
END;
CREATE TRIGGER clocks_mention_gone AFTER DELETE ON mentions BEGIN
  DELETE FROM clocks WHERE heard_at = old.heard_at AND mention_id = old.id;
END;
CREATE TRIGGER clocks_case_new AFTER INSERT ON cases BEGIN
  INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks WHERE mention_id = new.mention_id;
END;
CREATE TRIGGER clocks_case_changed AFTER UPDATE OF status, reason, owner_id, owner_name, claimed_at, replied_at, answer_seen, reopened_at, snoozed_at, woke_at, waited ON cases BEGIN
  DELETE FROM clocks WHERE heard_at = (SELECT heard_at FROM mentions WHERE id = new.mention_id) AND mention_id = new.mention_id;
  INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks WHERE mention_id = new.mention_id;
END;
CREATE TRIGGER clocks_case_gone AFTER DELETE ON cases BEGIN
  DELETE FROM clocks WHERE heard_at = (SELECT heard_at FROM mentions WHERE id = old.mention_id) AND mention_id = old.mention_id;
END;
CREATE TRIGGER clocks_alert_new AFTER INSERT ON alerts WHEN new.posted_at > 0 AND new.mention_id <> '' AND new.kind IN ('complaint', 'twin') BEGIN
  DELETE FROM clocks WHERE heard_at = (SELECT heard_at FROM mentions WHERE id = new.mention_id) AND mention_id = new.mention_id;
  INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks WHERE mention_id = new.mention_id;
END;
CREATE TRIGGER clocks_alert_changed AFTER UPDATE OF posted_at ON alerts WHEN new.posted_at <> old.posted_at AND new.mention_id <> '' AND new.kind IN ('complaint', 'twin') BEGIN
  DELETE FROM clocks WHERE heard_at = (SELECT heard_at FROM mentions WHERE id = new.mention_id) AND mention_id = new.mention_id;
  INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks WHERE mention_id = new.mention_id;
END;
CREATE TRIGGER clocks_alert_gone AFTER DELETE ON alerts WHEN old.posted_at > 0 AND old.mention_id <> '' AND old.kind IN ('complaint', 'twin') BEGIN
  DELETE FROM clocks WHERE heard_at = (SELECT heard_at FROM mentions WHERE id = old.mention_id) AND mention_id = old.mention_id;
  INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks WHERE mention_id = old.mention_id;
END;
