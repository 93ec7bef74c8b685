-- What the store itself says about itself.
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Documents as they are. The body comes last, so that a scan without it leaves its pages alone.
CREATE TABLE document (
    key TEXT NOT NULL UNIQUE,      -- kind, account, region, parent, identifier, by line feeds
    kind TEXT NOT NULL,
    sequence INTEGER NOT NULL,     -- order of creation among all documents
    revision INTEGER NOT NULL,     -- counts the changes of this document, from 1
    written_ms INTEGER NOT NULL,   -- Unix time, milliseconds
    body TEXT NOT NULL             -- JSON
) STRICT;

-- Documents as they were, in the order in which they ceased to be so.
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    revision INTEGER NOT NULL,
    written_ms INTEGER NOT NULL,
    replaced_ms INTEGER NOT NULL,  -- when it was overwritten or removed
    body TEXT NOT NULL
) STRICT;

CREATE INDEX history_of ON history (key);
