-- A mute ends.
ALTER TABLE mutes ADD COLUMN until INTEGER NOT NULL DEFAULT 0;
UPDATE mutes SET until = at + 7776000000000; -- 90 days
-- While a case is snoozed its clocks stand still, and go on afterwards: since when and by
-- whom it is snoozed, when it last woke, and how much of its clocks had run by then, in
-- nanoseconds of open hours.
ALTER TABLE cases ADD COLUMN snoozed_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN snoozed_by_id TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN snoozed_by_name TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN woke_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN waited INTEGER NOT NULL DEFAULT 0;
