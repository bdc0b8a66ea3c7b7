-- Addresses are looked up by a hash: an index must not refuse a long one, and one
-- permalink has several spellings. NULL: not yet computed; 0: no address.
ALTER TABLE mentions ADD COLUMN url_key INTEGER;
ALTER TABLE mentions ADD COLUMN thread_key INTEGER;
DROP INDEX mentions_url;
DROP INDEX mentions_thread;
CREATE INDEX mentions_url_key ON mentions (url_key) WHERE url_key <> 0;
CREATE INDEX mentions_thread_key ON mentions (thread_key) WHERE thread_key <> 0;
CREATE INDEX mentions_unhashed ON mentions (id) WHERE url_key IS NULL;
