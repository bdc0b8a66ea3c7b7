-- When a source is polled next, for daemons that share their work. One that works alone
-- keeps this in memory and leaves the columns as they are.
ALTER TABLE sources ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0; -- 0 or less: at once
ALTER TABLE sources ADD COLUMN due_for TEXT NOT NULL DEFAULT ''; -- a digest of how it is read: due_at holds for that alone
ALTER TABLE sources ADD COLUMN rest_until BIGINT NOT NULL DEFAULT 0; -- its site is left alone until
ALTER TABLE sources ADD COLUMN threads_at BIGINT NOT NULL DEFAULT 0; -- no thread of its group is visited before
-- Sources that somebody asked for.
CREATE INDEX sources_asked ON sources (key) WHERE due_at < 0;
