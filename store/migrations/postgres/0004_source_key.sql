-- What a source is known by whatever its name; never changed. The columns called source
-- (of bodies, mentions, lessons and mutes) hold it. Before this it was the name.
ALTER TABLE sources ADD COLUMN key TEXT NOT NULL DEFAULT '';
UPDATE sources SET key = name;
CREATE UNIQUE INDEX sources_key ON sources (key);
-- An opaque digest of where the source is; empty while unknown.
ALTER TABLE sources ADD COLUMN place TEXT NOT NULL DEFAULT '';
-- Digests of places outlive the install key, which is renewed after a restore.
INSERT INTO meta (name, value) SELECT 'place_key', value FROM meta WHERE name = 'install_key';
-- What the retention looks at.
CREATE INDEX alerts_kept ON alerts (created_at, id) WHERE status = 'posted';
