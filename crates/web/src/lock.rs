//! The app lock in a browser: the data key, encryption of rows under it, and the ring that holds it while unlocked.
//!
//! The data key is random. It is stored wrapped, under a key that the passphrase leads to ([`crate::passphrase`]), and is
//! in memory alone while the app is unlocked: a tab that is closed, loaded anew or frozen for good has forgotten it.

mod key;
mod ring;

pub use key::{COST, DataKey, RowCipher, new_salt};
pub use ring::{Standing, WebKeyring};
