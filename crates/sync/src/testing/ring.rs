//! A key ring and a cipher for tests: what is sealed looks like noise, and opens at its own place alone. Hides nothing
//! from anybody who wants to know.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::sealed::{Cipher, Held, Keyring, LockMark};

/// A ring that a test locks and unlocks. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct TestRing(Rc<Ring>);

#[derive(Debug, Default)]
struct Ring {
    /// The key with its name, and the number of locks that it was unlocked at.
    key: RefCell<Option<(String, Rc<TestCipher>)>>,
    locks: Cell<Option<u64>>,
    locked: Cell<bool>,
}

impl TestRing {
    /// Holds this key from now on.
    pub fn unlock(&self, key_id: &str) {
        let cipher = TestCipher {
            key: checksum(&[key_id.as_bytes()]),
            sealed: Cell::new(0),
        };
        *self.0.key.borrow_mut() = Some((key_id.to_owned(), Rc::new(cipher)));
        self.0.locks.set(None);
        self.0.locked.set(false);
    }

    /// Forgets the key.
    pub fn lock(&self) {
        self.0.key.take();
        self.0.locked.set(true);
    }
}

impl Keyring for TestRing {
    type Cipher = TestCipher;

    fn look(&self, mark: Option<&LockMark>) -> Held<TestCipher> {
        let Some(mark) = mark else {
            return Held::Plain;
        };
        let key = self.0.key.borrow().clone();
        let fits = self.0.locks.get().is_none_or(|locks| locks == mark.locks);
        let held = key.filter(|(key_id, _)| fits && *key_id == mark.key_id);
        if let Some((_, cipher)) = held {
            self.0.locks.set(Some(mark.locks));
            return Held::Open(cipher);
        }
        self.lock();
        Held::Locked
    }

    fn is_locked(&self) -> bool {
        self.0.locked.get()
    }
}

/// The cipher of a [`TestRing`]: it keeps nothing secret.
#[derive(Debug)]
pub struct TestCipher {
    key: u64,
    sealed: Cell<u64>,
}

impl Cipher for TestCipher {
    fn seal(&self, place: &str, plain: &[u8]) -> Vec<u8> {
        let nonce = self.sealed.replace(self.sealed.get() + 1).to_be_bytes();
        let tag = self.tag(place, &nonce, plain);
        [nonce.as_slice(), &tag, &self.stirred(&nonce, plain)].concat()
    }

    fn open(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_at_checked(8)?;
        let (tag, stirred) = rest.split_at_checked(8)?;
        let plain = self.stirred(nonce, stirred);
        (self.tag(place, nonce, &plain) == tag).then_some(plain)
    }
}

impl TestCipher {
    fn tag(&self, place: &str, nonce: &[u8], plain: &[u8]) -> [u8; 8] {
        checksum(&[&self.key.to_be_bytes(), place.as_bytes(), nonce, plain]).to_be_bytes()
    }

    fn stirred(&self, nonce: &[u8], bytes: &[u8]) -> Vec<u8> {
        let block = |number: usize| {
            checksum(&[&self.key.to_be_bytes(), nonce, &number.to_be_bytes()]).to_be_bytes()
        };
        let stir = |(number, chunk): (usize, &[u8])| {
            let stream = block(number);
            chunk
                .iter()
                .zip(stream)
                .map(|(byte, noise)| byte ^ noise)
                .collect::<Vec<_>>()
        };
        bytes.chunks(8).enumerate().flat_map(stir).collect()
    }
}

/// FNV-1a over parts, each with its length.
fn checksum(parts: &[&[u8]]) -> u64 {
    let add = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    parts.iter().fold(0xcbf2_9ce4_8422_2325, |sum, part| {
        let sum = part.len().to_be_bytes().iter().fold(sum, add);
        part.iter().fold(sum, add)
    })
}
