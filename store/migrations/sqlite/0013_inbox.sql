-- Where a complaint stands in the list: when it began to wait, less the head start that
-- its weight gives it.
ALTER TABLE cases ADD COLUMN rank_at INTEGER NOT NULL DEFAULT 0;
UPDATE cases SET rank_at = CASE WHEN reopened_at > opened_at THEN reopened_at ELSE opened_at END;
CREATE INDEX cases_rank ON cases (rank_at, mention_id, status, owner_id, snoozed_by_id) WHERE status IN ('open', 'claimed');
-- What lists are filtered by: the language, and the topics as "|refund|support|".
ALTER TABLE mentions ADD COLUMN lang TEXT NOT NULL DEFAULT '';
ALTER TABLE mentions ADD COLUMN topics TEXT NOT NULL DEFAULT '';
-- The words of author, title and text for search, each once, between blanks; NULL: not
-- yet computed. It takes the place of words. num counts mentions in the order of hearing.
ALTER TABLE mentions ADD COLUMN terms TEXT;
ALTER TABLE mentions ADD COLUMN num INTEGER NOT NULL DEFAULT 0;
CREATE INDEX mentions_num ON mentions (num);
CREATE INDEX mentions_unread ON mentions (heard_at, id) WHERE terms IS NULL;
CREATE INDEX mentions_shown ON mentions (heard_at, id, severity, kind, lang, topics) WHERE severity > 0;
CREATE INDEX mentions_wrote ON mentions (author, heard_at) WHERE author <> '';
-- Who works on cases.
CREATE INDEX events_people ON events (by_id, id) WHERE by_id <> '';
-- What hangs under a message.
CREATE INDEX alerts_under ON alerts (thread_of) WHERE thread_of <> '';

-- only here
CREATE VIRTUAL TABLE mention_terms USING fts5 (terms, content = '', detail = none, columnsize = 0, tokenize = "unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE mention_forms USING fts5vocab (mention_terms, row);
-- What is erased is gone from the index, too.
INSERT INTO mention_terms (mention_terms, rank) VALUES ('secure-delete', 1);
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
