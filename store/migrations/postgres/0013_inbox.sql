-- Where a complaint stands in the list: when it began to wait, less the head start that
-- its weight gives it.
ALTER TABLE cases ADD COLUMN rank_at BIGINT NOT NULL DEFAULT 0;
UPDATE cases SET rank_at = CASE WHEN reopened_at > opened_at THEN reopened_at ELSE opened_at END;
CREATE INDEX cases_rank ON cases (rank_at, mention_id, status, owner_id, snoozed_by_id) WHERE status IN ('open', 'claimed');
-- What lists are filtered by: the language, and the topics as "|refund|support|".
ALTER TABLE mentions ADD COLUMN lang TEXT NOT NULL DEFAULT '';
ALTER TABLE mentions ADD COLUMN topics TEXT NOT NULL DEFAULT '';
-- The words of author, title and text for search, each once, between blanks; NULL: not
-- yet computed. It takes the place of words. num counts mentions in the order of hearing.
ALTER TABLE mentions ADD COLUMN terms TEXT;
ALTER TABLE mentions ADD COLUMN num BIGINT NOT NULL DEFAULT 0;
CREATE INDEX mentions_num ON mentions (num);
CREATE INDEX mentions_unread ON mentions (heard_at, id) WHERE terms IS NULL;
CREATE INDEX mentions_shown ON mentions (heard_at, id, severity, kind, lang, topics) WHERE severity > 0;
CREATE INDEX mentions_wrote ON mentions (author, heard_at) WHERE author <> '';
-- Who works on cases.
CREATE INDEX events_people ON events (by_id, id) WHERE by_id <> '';
-- What hangs under a message.
CREATE INDEX alerts_under ON alerts (thread_of) WHERE thread_of <> '';

-- only here
CREATE INDEX mentions_terms ON mentions USING gin (array_to_tsvector(string_to_array(terms, ' '))) WHERE terms <> '';
