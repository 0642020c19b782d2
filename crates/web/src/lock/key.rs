//! Keys, and XChaCha20-Poly1305 under them: 24 random bytes of nonce, then the sealed bytes with their tag.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use lume_core::ids::DeviceId;
use lume_sync::ports::Random as _;
use lume_sync::sealed::Cipher;
use lume_sync::sealed::record::{Cost, WrappedKey};
use zeroize::Zeroizing;

use crate::random::{self, WebRandom};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const SALT_BYTES: usize = 16;
/// What deriving a key costs from here on: ten times of what is held to be enough (19 MiB, two passes), and about half a
/// second of a laptop's time in a browser, which has no threads and no vectors to spend on it.
pub const COST: Cost = Cost {
    memory_kib: 64 * 1024,
    passes: 6,
};

/// The key that rows are sealed under. Never shown, and wiped when it is dropped.
pub struct DataKey {
    id: String,
    bytes: Zeroizing<[u8; KEY_BYTES]>,
}

impl DataKey {
    /// A new one.
    pub fn random() -> Self {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        random::fill(bytes.as_mut_slice());
        Self {
            id: DeviceId::from_random_bytes(WebRandom.bytes()).to_string(),
            bytes,
        }
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Encryption of rows under it.
    pub fn cipher(&self) -> RowCipher {
        RowCipher::under(&self.bytes)
    }

    /// The key as it is stored: sealed under what a passphrase and this salt lead to at this cost.
    ///
    /// # Panics
    ///
    /// If `derived` is not 32 bytes long.
    pub fn wrap(&self, derived: &[u8], salt: Vec<u8>, cost: Cost) -> WrappedKey {
        let derived = derived.try_into().expect("32 bytes were derived");
        WrappedKey {
            key_id: self.id.clone(),
            salt,
            cost,
            sealed: RowCipher::under(derived).seal(&place(&self.id), self.bytes.as_slice()),
        }
    }

    /// The key back from its stored form; `None` if the passphrase was another one.
    pub fn unwrap(wrapped: &WrappedKey, derived: &[u8]) -> Option<Self> {
        let derived = derived.try_into().ok()?;
        let plain = RowCipher::under(derived).open(&place(&wrapped.key_id), &wrapped.sealed)?;
        Some(Self {
            id: wrapped.key_id.clone(),
            bytes: Zeroizing::new(Zeroizing::new(plain).as_slice().try_into().ok()?),
        })
    }
}

/// A salt for a new passphrase.
pub fn new_salt() -> Vec<u8> {
    let mut salt = vec![0; SALT_BYTES];
    random::fill(&mut salt);
    salt
}

fn place(key_id: &str) -> String {
    format!("lume/lock/1/{key_id}")
}

/// XChaCha20-Poly1305 under one key. Its nonces are random, and long enough for that.
pub struct RowCipher(XChaCha20Poly1305);

impl RowCipher {
    fn under(key: &[u8; KEY_BYTES]) -> Self {
        Self(XChaCha20Poly1305::new(&Key::from(*key)))
    }
}

impl Cipher for RowCipher {
    fn seal(&self, place: &str, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        random::fill(&mut nonce);
        let payload = Payload {
            msg: plain,
            aad: place.as_bytes(),
        };
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), payload)
            .expect("no row is as long as this cipher's limit of 256 GiB");
        [nonce.as_slice(), &sealed].concat()
    }

    fn open(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload {
            msg: sealed,
            aad: place.as_bytes(),
        };
        self.0.decrypt(&XNonce::from(*nonce), payload).ok()
    }
}
