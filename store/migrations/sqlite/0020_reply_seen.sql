-- When a poll first saw the answer under its complaint; 0: not yet. Older ones have none.
ALTER TABLE replies ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
