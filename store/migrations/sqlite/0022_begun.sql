-- A complaint is heard when it becomes one: of praise that its author edited into a complaint that is the
-- edit, and when the praise was published says nothing of it. Reports count it then. A line is found by its
-- mention alone now, as that moment may change. The clocks stand still while a post is gone, as they do
-- while its case is snoozed; of one that was erased by an earlier earshot nobody knows since when it is.
CREATE INDEX clocks_mention ON clocks (mention_id);

-- only here
DROP TRIGGER clocks_mention_changed;
DROP TRIGGER clocks_mention_gone;
DROP TRIGGER clocks_case_new;
DROP TRIGGER clocks_case_changed;
DROP TRIGGER clocks_case_gone;
DROP TRIGGER clocks_alert_new;
DROP TRIGGER clocks_alert_changed;
DROP TRIGGER clocks_alert_gone;
DROP VIEW case_clocks;
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
DELETE FROM clocks WHERE mention_id IN (SELECT m.id FROM mentions m JOIN cases c ON c.mention_id = m.id WHERE c.opened_at > m.heard_at OR m.gone <> 0);
INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks
 WHERE mention_id IN (SELECT m.id FROM mentions m JOIN cases c ON c.mention_id = m.id WHERE c.opened_at > m.heard_at OR m.gone <> 0);

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
