-- What is due, in the order in which it goes out: what storms gather after all else.
CREATE INDEX alerts_turn ON alerts ((CASE WHEN thread_of = '' THEN 0 WHEN kind = 'complaint' THEN 1 WHEN kind = 'twin' THEN 2 ELSE 0 END), severity DESC, created_at, id) WHERE status = 'pending';
-- The messages of storms are few among many.
CREATE INDEX alerts_storms ON alerts (created_at, id) WHERE kind = 'storm';
