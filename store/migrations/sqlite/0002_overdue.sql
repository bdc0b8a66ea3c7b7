-- Since when nobody took the complaint in time.
ALTER TABLE cases ADD COLUMN overdue_since INTEGER NOT NULL DEFAULT 0;
