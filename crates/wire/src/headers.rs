//! Header names and fixed values, in lower case as HTTP/2 has them.

/// Authenticates the app, on every request.
pub const API_KEY: &str = "x-api-key";
/// Authenticates the person: `Bearer <access token>`.
pub const AUTHORIZATION: &str = "authorization";
/// The event's id, on every change: the server applies a key once.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The revision a change is based on, quoted.
pub const IF_MATCH: &str = "if-match";
/// The revision of the entity in an answer, quoted.
pub const ETAG: &str = "etag";
/// How long to wait before the next request: seconds or a date.
pub const RETRY_AFTER: &str = "retry-after";
/// The server's clock.
pub const DATE: &str = "date";
/// The app's version, so that the server can refuse one that is too old.
pub const CLIENT: &str = "x-lume-client";
/// Marks every answer of an extended backend; an answer without it is not ours.
pub const PROTOCOL: &str = "x-lume-protocol";
/// The value of [`PROTOCOL`].
pub const PROTOCOL_VALUE: &str = "1";
/// The protocol as a number, as in the capabilities.
pub const PROTOCOL_VERSION: u32 = 1;
/// What `Access-Control-Expose-Headers` names, so that an app of another origin can read it.
pub const EXPOSED: &str = "Retry-After, Date, ETag, X-Lume-Protocol";
/// The media type of every body.
pub const JSON: &str = "application/json";
