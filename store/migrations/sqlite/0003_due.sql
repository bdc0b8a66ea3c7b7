-- When the deadlines must look at the case next: 0 at once, the largest number never.
ALTER TABLE cases ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cases_due ON cases (due_at) WHERE status IN ('open', 'claimed', 'replied');
-- When somebody opened it again: its clocks begin anew.
ALTER TABLE cases ADD COLUMN reopened_at INTEGER NOT NULL DEFAULT 0;
-- Whether words, author and address are gone: what is erased is not looked at again.
ALTER TABLE mentions ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
CREATE INDEX mentions_kept ON mentions (heard_at, id) WHERE erased = 0;
