-- A claim stays when the complaint goes from hand to hand; when its owner got it is kept beside it. 0: the owner
-- took it. And when an owner was last nudged: 0 for what was nudged before.
ALTER TABLE cases ADD COLUMN handed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN nudged_at BIGINT NOT NULL DEFAULT 0;
-- Posts that are gone are few; who waits longest is asked for again and again, and is none of them.
CREATE INDEX mentions_gone ON mentions (id) WHERE gone <> 0;
