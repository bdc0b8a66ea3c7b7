-- By which rules the columns of a mention are made that are made of others: the hashes of its addresses, and the
-- words of search (rules.go). 0: by those of an earlier earshot, which knows no such column, or nobody knows.
DROP INDEX mentions_unhashed;
DROP INDEX mentions_unread;

-- only here
-- Other replicas wait for this, to read as well: only the rows that are of older rules are written. A default fills the
-- others without a touch, and then changes: an earlier earshot that writes on knows no such column.
ALTER TABLE mentions ADD COLUMN rules BIGINT NOT NULL DEFAULT 1;
ALTER TABLE mentions ALTER COLUMN rules SET DEFAULT 0;
UPDATE mentions SET rules = 0 WHERE url_key IS NULL OR terms IS NULL OR words <> '' OR terms LIKE '%ё%' OR lower(url) LIKE '%://www.%' OR lower(thread_url) LIKE '%://www.%';
CREATE INDEX mentions_outdated ON mentions (heard_at, id) WHERE rules < 1;
-- Such an earshot may change a row of this one, and leaves the number there.
CREATE FUNCTION earshot_outdated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.rules := 0;
  RETURN NEW;
END $$;
CREATE TRIGGER mentions_outdated BEFORE UPDATE OF url_key, thread_key, terms, words ON mentions FOR EACH ROW
WHEN (NEW.rules = OLD.rules AND NEW.erased = 0 AND (NEW.url_key <> OLD.url_key OR NEW.thread_key <> OLD.thread_key OR NEW.words <> '' OR NEW.terms LIKE '%ё%'))
EXECUTE FUNCTION earshot_outdated();
