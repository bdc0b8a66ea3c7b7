-- By which rules the columns of a mention are made that are made of others: the hashes of its addresses, and the
-- words of search (rules.go). 0: by those of an earlier earshot, which knows no such column, or nobody knows.
DROP INDEX mentions_unhashed;
DROP INDEX mentions_unread;

-- only here
ALTER TABLE mentions ADD COLUMN rules INTEGER NOT NULL DEFAULT 0;
UPDATE mentions SET rules = 1 WHERE url_key IS NOT NULL AND terms IS NOT NULL AND words = '' AND terms NOT LIKE '%ё%'
 AND lower(url) NOT LIKE '%://www.%' AND lower(thread_url) NOT LIKE '%://www.%';
CREATE INDEX mentions_outdated ON mentions (heard_at, id) WHERE rules < 1;
-- Such an earshot may change a row of this one, and leaves the number there.
CREATE TRIGGER mentions_outdated AFTER UPDATE OF url_key, thread_key, terms, words ON mentions
WHEN new.rules = old.rules AND new.erased = 0 AND (new.url_key <> old.url_key OR new.thread_key <> old.thread_key OR new.words <> '' OR new.terms LIKE '%ё%') BEGIN
  UPDATE mentions SET rules = 0 WHERE id = new.id;
END;
