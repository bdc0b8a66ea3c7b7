-- A complaint is heard when it becomes one: of praise that its author edited into a complaint that is the
-- edit, and when the praise was published says nothing of it. Reports count it then. A line is found by its
-- mention alone now, as that moment may change. The clocks stand still while a post is gone, as they do
-- while its case is snoozed; of one that was erased by an earlier earshot nobody knows since when it is.
CREATE INDEX clocks_mention ON clocks (mention_id);

-- only here
CREATE OR REPLACE VIEW case_clocks AS
SELECT GREATEST(m.heard_at, c.opened_at) AS heard_at, m.id AS mention_id, c.owner_id,
 concat_ws(chr(31), m.id, replace(m.watch, chr(31), ''), replace(m.source, chr(31), ''), replace(m.author, chr(31), ''), replace(m.lang, chr(31), ''),
  replace(m.topics, chr(31), ''), m.severity, c.status, replace(c.reason, chr(31), ''), replace(c.owner_id, chr(31), ''), replace(c.owner_name, chr(31), ''),
  m.published, CASE WHEN c.opened_at > m.heard_at THEN 1 ELSE m.date_only END, GREATEST(m.heard_at, c.opened_at),
  COALESCE((SELECT MIN(a.posted_at) FROM alerts a WHERE a.mention_id = m.id AND a.mention_id <> '' AND a.kind IN ('complaint', 'twin') AND a.posted_at > 0), 0),
  c.claimed_at, c.replied_at, c.answer_seen, c.reopened_at,
  CASE WHEN m.gone = 0 OR m.edited_at = 0 THEN c.snoozed_at WHEN c.snoozed_at = 0 THEN m.edited_at ELSE LEAST(c.snoozed_at, m.edited_at) END, c.woke_at, c.waited) AS line
FROM mentions m JOIN cases c ON c.mention_id = m.id WHERE m.severity > 0;
DELETE FROM clocks WHERE mention_id IN (SELECT m.id FROM mentions m JOIN cases c ON c.mention_id = m.id WHERE c.opened_at > m.heard_at OR m.gone <> 0);
INSERT INTO clocks SELECT heard_at, mention_id, owner_id, line FROM case_clocks
 WHERE mention_id IN (SELECT m.id FROM mentions m JOIN cases c ON c.mention_id = m.id WHERE c.opened_at > m.heard_at OR m.gone <> 0);

CREATE OR REPLACE FUNCTION earshot_clocks(id TEXT) RETURNS void LANGUAGE sql AS $$
  DELETE FROM clocks WHERE mention_id = $1;
  INSERT INTO clocks SELECT v.heard_at, v.mention_id, v.owner_id, v.line FROM case_clocks v WHERE v.mention_id = $1
   ON CONFLICT (heard_at, mention_id) DO UPDATE SET owner_id = excluded.owner_id, line = excluded.line;
$$;
CREATE OR REPLACE FUNCTION earshot_clocks_mention() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN DELETE FROM clocks WHERE mention_id = OLD.id; ELSE PERFORM earshot_clocks(NEW.id); END IF;
  RETURN NULL;
END $$;
DROP TRIGGER clocks_mention ON mentions;
CREATE TRIGGER clocks_mention AFTER UPDATE OF watch, source, author, lang, topics, severity, published, date_only, gone, edited_at, heard_at OR DELETE ON mentions FOR EACH ROW EXECUTE FUNCTION earshot_clocks_mention();
DROP TRIGGER clocks_case ON cases;
CREATE TRIGGER clocks_case AFTER INSERT OR UPDATE OF status, opened_at, reason, owner_id, owner_name, claimed_at, replied_at, answer_seen, reopened_at, snoozed_at, woke_at, waited OR DELETE ON cases FOR EACH ROW EXECUTE FUNCTION earshot_clocks_other();
