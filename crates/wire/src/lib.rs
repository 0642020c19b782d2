//! The HTTP contract between a Lume app and its backend, as types.
//!
//! The app and lume-server share this crate, so that neither can drift from the other: paths, headers, the envelope
//! every answer travels in, error codes, and the bodies of each call. Reading is lenient (unknown codes, unknown
//! fields and an error that is a plain string are accepted), writing is strict.
//!
//! What it deliberately does not do: it sends nothing, keeps nothing, and decides nothing about retries. It names no
//! HTTP library, so that the same types build for the browser and for the host.

pub mod auth;
pub mod batch;
pub mod capabilities;
pub mod changes;
pub mod consultations;
pub mod envelope;
pub mod error;
pub mod headers;
pub mod history;
pub mod live;
pub mod mood;
pub mod mood_def;
pub mod paths;
pub mod push;
mod rev;
mod secret;
mod text_enum;

pub use capabilities::{Capabilities, Feature};
pub use envelope::{Envelope, ParseError};
pub use error::{ApiError, ErrorCode};
pub use rev::Rev;
pub use secret::Secret;
