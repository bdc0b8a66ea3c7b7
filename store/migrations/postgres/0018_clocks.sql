-- What reports count of one alerted case, in one piece and in the order of hearing: a report
-- reads hundreds of thousands, and must not look up three tables for each. Triggers keep it,
-- so nothing else writes here. line is what scanTimes in times.go reads.
CREATE TABLE clocks (
  heard_at   BIGINT NOT NULL,
  mention_id TEXT NOT NULL,
  owner_id   TEXT NOT NULL,
  line       TEXT NOT NULL,
  PRIMARY KEY (heard_at, mention_id)
);
CREATE INDEX clocks_owner ON clocks (owner_id, heard_at, mention_id) WHERE owner_id <> '';

-- only here
CREATE VIEW case_clocks AS
SELECT m.heard_at, m.id AS mention_id, c.owner_id,
 concat_ws(chr(31), m.id, replace(m.watch, chr(31), ''), replace(m.source, chr(31), ''), replace(m.author, chr(31), ''), replace(m.lang, chr(31), ''),
  replace(m.topics, chr(31), ''), m.severity, c.status, replace(c.reason, chr(31), ''), replace(c.owner_id, chr(31), ''), replace(c.owner_name, chr(31), ''),
  m.published, m.date_only, m.heard_at,
  COALESCE((SELECT MIN(a.posted_at) FROM alerts a WHERE a.mention_id = m.id AND a.mention_id <> '' AND a.kind IN ('complaint', 'twin') AND a.posted_at > 0), 0),
  c.claimed_at, c.replied_at, c.answer_seen, c.reopened_at, c.snoozed_at, c.woke_at, c.waited) AS line
FROM mentions m JOIN cases c ON c.mention_id = m.id WHERE m.severity > 0;
INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks;

CREATE FUNCTION earshot_clocks(id TEXT) RETURNS void LANGUAGE sql AS $$
  DELETE FROM clocks c USING mentions m WHERE m.id = $1 AND c.heard_at = m.heard_at AND c.mention_id = $1;
  INSERT INTO clocks SELECT v.heard_at, v.mention_id, v.owner_id, v.line FROM case_clocks v WHERE v.mention_id = $1
   ON CONFLICT (heard_at, mention_id) DO UPDATE SET owner_id = excluded.owner_id, line = excluded.line;
$$;
CREATE FUNCTION earshot_clocks_mention() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM clocks WHERE heard_at = OLD.heard_at AND mention_id = OLD.id;
  IF TG_OP = 'UPDATE' THEN PERFORM earshot_clocks(NEW.id); END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION earshot_clocks_other() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN PERFORM earshot_clocks(OLD.mention_id); ELSE PERFORM earshot_clocks(NEW.mention_id); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER clocks_mention AFTER UPDATE OF watch, source, author, lang, topics, severity, published, date_only, heard_at OR DELETE ON mentions FOR EACH ROW EXECUTE FUNCTION earshot_clocks_mention();
CREATE TRIGGER clocks_case AFTER INSERT OR UPDATE OF status, reason, owner_id, owner_name, claimed_at, replied_at, answer_seen, reopened_at, snoozed_at, woke_at, waited OR DELETE ON cases FOR EACH ROW EXECUTE FUNCTION earshot_clocks_other();
CREATE TRIGGER clocks_alert_new AFTER INSERT ON alerts FOR EACH ROW WHEN (NEW.posted_at > 0 AND NEW.mention_id <> '' AND NEW.kind IN ('complaint', 'twin')) EXECUTE FUNCTION earshot_clocks_other();
CREATE TRIGGER clocks_alert_changed AFTER UPDATE OF posted_at ON alerts FOR EACH ROW WHEN (NEW.posted_at <> OLD.posted_at AND NEW.mention_id <> '' AND NEW.kind IN ('complaint', 'twin')) EXECUTE FUNCTION earshot_clocks_other();
CREATE TRIGGER clocks_alert_gone AFTER DELETE ON alerts FOR EACH ROW WHEN (OLD.posted_at > 0 AND OLD.mention_id <> '' AND OLD.kind IN ('complaint', 'twin')) EXECUTE FUNCTION earshot_clocks_other();
