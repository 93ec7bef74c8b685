-- A store of schema version 1 as Ringway 0.1.0 left it, in SQL: later versions must read it.
PRAGMA application_id = 1382641255; -- "Ring"
PRAGMA user_version = 1;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO meta VALUES ('schema', '1'), ('ringway', '0.1.0');
CREATE TABLE document (
    key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, sequence INTEGER NOT NULL,
    revision INTEGER NOT NULL, written_ms INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, kind TEXT NOT NULL,
    revision INTEGER NOT NULL, written_ms INTEGER NOT NULL, replaced_ms INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX history_of ON history (key);
INSERT INTO document VALUES
    ('model' || char(10) || '000000000000' || char(10) || 'us-east-1' || char(10) || 'api'
        || char(10) || 'Pet', 'model', 7, 2, 1790000000000, '{"name":"Pet"}'),
    ('deployed-api' || char(10) || '000000000000' || char(10) || 'us-east-1' || char(10) || 'api'
        || char(10) || 'd1', 'deployed-api', 8, 1, 1790000000001, '{"whole":true}');
INSERT INTO history (key, kind, revision, written_ms, replaced_ms, body)
    SELECT key, kind, 1, 1780000000000, written_ms, '{"name":"Pe"}' FROM document
    WHERE kind = 'model';
