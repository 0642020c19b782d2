-- Reminders by Web Push: where devices take pushes, and when accounts are to be reminded.

CREATE TABLE push_subscriptions (
    -- Whoever knows it can send to the device: it is never logged.
    endpoint    TEXT PRIMARY KEY,
    -- A device has one: it ends with the session.
    session_id  INTEGER NOT NULL UNIQUE REFERENCES sessions (id) ON DELETE CASCADE,
    p256dh      BLOB NOT NULL,
    auth        BLOB NOT NULL,
    updated_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reminders (
    user_id     TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- As JSON.
    schedule    TEXT NOT NULL,
    -- Everything that was due up to then has been given, or passed over.
    settled_ms  INTEGER NOT NULL,
    -- When the next one is due; null where none is.
    next_ms     INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX reminders_next ON reminders (next_ms) WHERE next_ms IS NOT NULL;
