-- Accounts, sessions, entities with their revisions and tombstones, the change log, and idempotency keys.
-- Times are milliseconds since 1970, UTC. Ids are UUIDs in lower case. Tokens are kept as SHA-256 only.

CREATE TABLE server (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id              TEXT PRIMARY KEY,
    email           TEXT NOT NULL,
    -- The address in lower case: how accounts are found and kept unique.
    email_key       TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    date_of_birth   TEXT NOT NULL,
    password_salt   BLOB NOT NULL,
    password_hash   BLOB NOT NULL,
    password_cost   TEXT NOT NULL,
    created_ms      INTEGER NOT NULL,
    -- The number of the account's last commit; the next one takes commit_no + 1 within its own transaction, so that
    -- numbers are given out in commit order.
    commit_no       INTEGER NOT NULL DEFAULT 0,
    -- The highest revision whose tombstone is gone: a cursor below it has missed something.
    pruned_rev      INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A session is one family of refresh tokens: from a sign-in to its end.
CREATE TABLE sessions (
    id          INTEGER PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_ms  INTEGER NOT NULL,
    revoked_ms  INTEGER
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
    hash        BLOB PRIMARY KEY,
    session_id  INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_ms  INTEGER NOT NULL,
    used_ms     INTEGER,
    -- Drawn when the token is used: with the token itself it gives the successors again, and without it nothing.
    salt        BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_ms);

CREATE TABLE access_tokens (
    hash        BLOB PRIMARY KEY,
    session_id  INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX access_tokens_session ON access_tokens (session_id);
CREATE INDEX access_tokens_expiry ON access_tokens (expires_ms);

CREATE TABLE entities (
    kind         TEXT NOT NULL,
    id           TEXT NOT NULL,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The commit that made it what it is.
    rev          INTEGER NOT NULL,
    deleted      INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    -- The moment it is about: what lists are sorted by.
    at_ms        INTEGER NOT NULL,
    -- Its fields as JSON. A tombstone keeps them for the bin, and loses them after that.
    body         TEXT,
    modified_ms  INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX entities_list ON entities (user_id, kind, deleted, at_ms DESC, id DESC);
CREATE INDEX entities_tombstones ON entities (modified_ms) WHERE deleted = 1;

-- Every commit, in order. The entity's present fields are in entities.
CREATE TABLE changes (
    user_id          TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    rev              INTEGER NOT NULL,
    kind             TEXT NOT NULL,
    entity_id        TEXT NOT NULL,
    deleted          INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    origin_event_id  TEXT,
    modified_ms      INTEGER NOT NULL,
    PRIMARY KEY (user_id, rev)
) STRICT, WITHOUT ROWID;
CREATE INDEX changes_entity ON changes (kind, entity_id);

-- A key lives as long as its account; its answer for a while.
CREATE TABLE idempotency (
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key          TEXT NOT NULL,
    fingerprint  BLOB NOT NULL,
    -- All three are null once the answer is no longer kept; etag and body may be null before.
    status       INTEGER,
    etag         INTEGER,
    body         TEXT,
    created_ms   INTEGER NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (created_ms) WHERE status IS NOT NULL;
