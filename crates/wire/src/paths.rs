//! Paths, relative to the backend's base address.

use lume_core::ids::EntityId;

/// Prefix of every call.
pub const API: &str = "/api/v1";
/// `GET`: tiny, uncached, no key and no account needed.
pub const HEALTH: &str = "/health";
/// `GET`: who the backend is and what it can do.
pub const CAPABILITIES: &str = "/api/v1/capabilities";
/// `POST`: a new account.
pub const REGISTER: &str = "/api/v1/auth/register";
/// `POST`: a session for an account.
pub const LOGIN: &str = "/api/v1/auth/login";
/// `POST`: a new pair of tokens.
pub const REFRESH: &str = "/api/v1/auth/refresh";
/// `POST`: ends the session.
pub const LOGOUT: &str = "/api/v1/auth/logout";
/// `POST`: changes the password.
pub const PASSWORD: &str = "/api/v1/auth/password";
/// `GET`, `PUT`, `DELETE`: one's own account.
pub const ME: &str = "/api/v1/users/me";
/// `POST` and `GET`: mood entries.
pub const MOODS: &str = "/api/v1/moods";
/// `POST` and `GET`: moods of the person's own.
pub const MOOD_DEFS: &str = "/api/v1/mood-defs";
/// `GET`: consultations.
pub const CONSULTATIONS: &str = "/api/v1/consultations";
/// `POST`: changes in batches.
pub const BATCH: &str = "/api/v1/events:batch";
/// `GET`: changes from elsewhere.
pub const CHANGES: &str = "/api/v1/changes";
/// `GET`: a WebSocket that tells when to look at [`CHANGES`].
pub const LIVE: &str = "/api/v1/live";
/// `GET`: the server's public key for Web Push.
pub const PUSH_KEY: &str = "/api/v1/push/key";
/// `PUT`, `DELETE`: where this session's device takes pushes.
pub const PUSH_SUBSCRIPTION: &str = "/api/v1/push/subscription";
/// `GET`, `PUT`: when the account is reminded.
pub const REMINDERS: &str = "/api/v1/reminders";
/// The server's description of itself.
pub const OPENAPI: &str = "/api/openapi.json";

/// The path of one entity below its collection, as in `/api/v1/moods/{id}`.
pub fn item(collection: &str, id: EntityId) -> String {
    format!("{collection}/{id}")
}

/// The path of one entity's revisions, as in `/api/v1/moods/{id}/history`.
pub fn history(collection: &str, id: EntityId) -> String {
    format!("{}/history", item(collection, id))
}

/// The name of a collection's list in answers: `moods` of `/api/v1/moods`, `mood_defs` of `/api/v1/mood-defs`.
pub fn list_name(collection: &str) -> String {
    let last = collection.rsplit('/').next().unwrap_or_default();
    last.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_the_name_of_its_collection() {
        assert_eq!(list_name(MOODS), "moods");
        assert_eq!(list_name(MOOD_DEFS), "mood_defs");
    }
}
