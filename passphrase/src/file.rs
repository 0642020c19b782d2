//! Files that a passphrase opens: the age format (age-encryption.org/v1), which other programs read as well.

use std::io::{Read as _, Write as _};

use age::scrypt::{Identity, Recipient};
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor};

/// The work that guessing costs, as the base-two logarithm of scrypt's N: about a second and 128 MiB for each guess.
const WORK: u8 = 17;
/// A file that asks for more than this would make the app stand still: 2 GiB.
const WORK_MAX: u8 = 21;

/// Why a file does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileError {
    /// Another passphrase was it.
    WrongPassphrase,
    /// It is no age file for a passphrase, or it is damaged.
    Damaged,
}

impl FileError {
    /// Its word to the page.
    pub const fn code(self) -> &'static str {
        match self {
            Self::WrongPassphrase => "wrong",
            Self::Damaged => "damaged",
        }
    }
}

/// The bytes as a file that this passphrase opens; `None` where there is no chance to draw.
pub fn seal_file(passphrase: &str, plain: &[u8]) -> Option<Vec<u8>> {
    let mut recipient = Recipient::new(SecretString::from(passphrase));
    recipient.set_work_factor(WORK);
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as _)).ok()?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).ok()?;
    writer.write_all(plain).ok()?;
    writer.finish().ok()?;
    Some(sealed)
}

/// What a file holds.
///
/// # Errors
///
/// [`FileError`].
pub fn open_file(passphrase: &str, sealed: &[u8]) -> Result<Vec<u8>, FileError> {
    let decryptor = Decryptor::new(sealed).map_err(|_| FileError::Damaged)?;
    if !decryptor.is_scrypt() {
        return Err(FileError::Damaged);
    }
    let mut identity = Identity::new(SecretString::from(passphrase));
    identity.set_max_work_factor(WORK_MAX);
    let mut reader = decryptor
        .decrypt(std::iter::once(&identity as _))
        .map_err(|error| {
            let is_wrong = matches!(
                error,
                DecryptError::NoMatchingKeys
                    | DecryptError::DecryptionFailed
                    | DecryptError::KeyDecryptionFailed
            );
            if is_wrong {
                FileError::WrongPassphrase
            } else {
                FileError::Damaged
            }
        })?;
    let mut plain = Vec::new();
    reader
        .read_to_end(&mut plain)
        .map_err(|_| FileError::Damaged)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_opens_with_its_passphrase_alone() {
        let sealed = seal_file("a passphrase", b"{\"events\":[]}").expect("there is chance");

        assert!(sealed.starts_with(b"age-encryption.org/v1\n-> scrypt "));
        assert_eq!(
            open_file("a passphrase", &sealed).as_deref(),
            Ok(b"{\"events\":[]}".as_slice())
        );
        assert_eq!(
            open_file("another one", &sealed),
            Err(FileError::WrongPassphrase)
        );
    }

    #[test]
    fn a_file_that_was_changed_or_cut_is_damaged() {
        let sealed = seal_file("a passphrase", b"words").expect("there is chance");
        let mut changed = sealed.clone();
        *changed.last_mut().expect("it is not empty") ^= 1;

        assert_eq!(open_file("a passphrase", &changed), Err(FileError::Damaged));
        assert_eq!(
            open_file("a passphrase", &sealed[..sealed.len() - 3]),
            Err(FileError::Damaged)
        );
        assert_eq!(open_file("a passphrase", b"{}"), Err(FileError::Damaged));
        assert_eq!(open_file("a passphrase", b""), Err(FileError::Damaged));
    }

    #[test]
    fn a_file_that_asks_for_too_much_work_is_refused_at_once() {
        let sealed = seal_file("a passphrase", b"words").expect("there is chance");
        let text = String::from_utf8_lossy(&sealed[..80]);
        let line = text.lines().nth(1).expect("the recipient's line");
        let greedy = line.replace(" 17", " 40");
        let rest = &sealed[sealed
            .iter()
            .position(|byte| *byte == b'\n')
            .expect("a line")
            + 1
            + line.len()..];
        let asked = [b"age-encryption.org/v1\n", greedy.as_bytes(), rest].concat();

        assert_eq!(open_file("a passphrase", &asked), Err(FileError::Damaged));
    }
}
