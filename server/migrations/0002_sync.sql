-- Two-way sync: revisions of before, the device that made one, and what the feed, the bin and batches ask for.

-- How the device calls itself, where it does.
ALTER TABLE sessions ADD COLUMN device TEXT;
-- The device that made the present revision.
ALTER TABLE entities ADD COLUMN device TEXT;

-- The feed: each entity at its last change.
CREATE INDEX entities_feed ON entities (user_id, rev);
-- The bin: tombstones that keep their content.
CREATE INDEX entities_bin ON entities (user_id, kind, modified_ms DESC, id DESC) WHERE deleted = 1 AND body IS NOT NULL;

-- What entities were; the present revision is in entities.
CREATE TABLE revisions (
    kind         TEXT NOT NULL,
    entity_id    TEXT NOT NULL,
    rev          INTEGER NOT NULL,
    deleted      INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    -- Its fields as JSON; null for a deletion.
    body         TEXT,
    device       TEXT,
    modified_ms  INTEGER NOT NULL,
    -- When the next revision took its place: from then on it is kept for a while.
    replaced_ms  INTEGER NOT NULL,
    PRIMARY KEY (kind, entity_id, rev),
    FOREIGN KEY (kind, entity_id) REFERENCES entities (kind, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX revisions_age ON revisions (replaced_ms);

-- The fingerprint without the revision a change is based on: an event that follows another one in a batch does not know
-- its own.
ALTER TABLE idempotency ADD COLUMN content BLOB;
