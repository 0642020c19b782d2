//! One file out of a zip archive: stored or deflated, which is all that the archives of other apps use.
//!
//! What it deliberately does not do: encryption, archives in parts, and those beyond four gigabytes.

use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::row::{FileError, UNPACKED_BYTES_MAX};

/// How an archive begins; the second is an empty one.
const BEGINNINGS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
/// The comment behind the end.
const COMMENT_BYTES_MAX: usize = 65_535;
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_BYTES: usize = 46;
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_BYTES: usize = 30;
/// Entries that are looked at: an archive with photographs has one for each.
const ENTRIES_MAX: usize = 100_000;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const IS_ENCRYPTED: u16 = 1;

/// Whether the bytes are an archive.
pub(crate) fn is_archive(bytes: &[u8]) -> bool {
    BEGINNINGS.iter().any(|begin| bytes.starts_with(begin))
}

/// The content of the first file whose name `wants`; `None` if there is none.
///
/// # Errors
///
/// [`FileError::Damaged`], [`FileError::Encrypted`], and [`FileError::TooLarge`] for what unpacks to more than
/// [`UNPACKED_BYTES_MAX`].
pub(crate) fn unpack(
    archive: &[u8],
    wants: impl Fn(&str) -> bool,
) -> Result<Option<Vec<u8>>, FileError> {
    let end = end_of(archive).ok_or(FileError::Damaged)?;
    let count = usize::from(u16_at(archive, end + 10).ok_or(FileError::Damaged)?);
    let mut place = offset_at(archive, end + 16).ok_or(FileError::Damaged)?;
    for _ in 0..count.min(ENTRIES_MAX) {
        let entry = Entry::at(archive, place).ok_or(FileError::Damaged)?;
        if wants(&String::from_utf8_lossy(entry.name)) {
            return entry.content(archive).map(Some);
        }
        place = entry.next;
    }
    Ok(None)
}

fn end_of(archive: &[u8]) -> Option<usize> {
    let last = archive.len().checked_sub(END_BYTES)?;
    let first = last.saturating_sub(COMMENT_BYTES_MAX);
    (first..=last).rev().find(|place| {
        archive
            .get(*place..)
            .is_some_and(|rest| rest.starts_with(END))
    })
}

struct Entry<'a> {
    flags: u16,
    method: u16,
    crc: u32,
    packed: usize,
    local: usize,
    name: &'a [u8],
    next: usize,
}

impl<'a> Entry<'a> {
    fn at(archive: &'a [u8], place: usize) -> Option<Self> {
        if !archive.get(place..)?.starts_with(ENTRY) {
            return None;
        }
        let length = |at: usize| u16_at(archive, place + at).map(usize::from);
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        let begin = place + ENTRY_BYTES;
        Some(Self {
            flags: u16_at(archive, place + 8)?,
            method: u16_at(archive, place + 10)?,
            crc: u32_at(archive, place + 16)?,
            packed: offset_at(archive, place + 20)?,
            local: offset_at(archive, place + 42)?,
            name: archive.get(begin..begin + name)?,
            next: begin + name + extra + comment,
        })
    }

    fn content(&self, archive: &[u8]) -> Result<Vec<u8>, FileError> {
        if self.flags & IS_ENCRYPTED != 0 {
            return Err(FileError::Encrypted);
        }
        let packed = self.bytes(archive).ok_or(FileError::Damaged)?;
        let content = match self.method {
            STORED => packed.to_vec(),
            DEFLATED => inflate(packed)?,
            _ => return Err(FileError::Damaged),
        };
        if crc32fast::hash(&content) != self.crc {
            return Err(FileError::Damaged);
        }
        Ok(content)
    }

    fn bytes(&self, archive: &'a [u8]) -> Option<&'a [u8]> {
        if !archive.get(self.local..)?.starts_with(LOCAL) {
            return None;
        }
        let length = |at: usize| u16_at(archive, self.local + at).map(usize::from);
        let begin = self.local + LOCAL_BYTES + length(26)? + length(28)?;
        archive.get(begin..begin.checked_add(self.packed)?)
    }
}

fn inflate(packed: &[u8]) -> Result<Vec<u8>, FileError> {
    decompress_to_vec_with_limit(packed, UNPACKED_BYTES_MAX).map_err(|error| {
        if error.status == miniz_oxide::inflate::TINFLStatus::HasMoreOutput {
            FileError::TooLarge
        } else {
            FileError::Damaged
        }
    })
}

fn u16_at(bytes: &[u8], place: usize) -> Option<u16> {
    let part = bytes.get(place..place.checked_add(2)?)?;
    Some(u16::from_le_bytes(part.try_into().ok()?))
}

fn u32_at(bytes: &[u8], place: usize) -> Option<u32> {
    let part = bytes.get(place..place.checked_add(4)?)?;
    Some(u32::from_le_bytes(part.try_into().ok()?))
}

fn offset_at(bytes: &[u8], place: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, place)?).ok()
}

/// An archive with these files, for tests.
#[cfg(test)]
pub(crate) fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut entries = Vec::new();
    for (name, content) in files {
        let deflated = miniz_oxide::deflate::compress_to_vec(content, 6);
        let local = u32::try_from(archive.len()).unwrap().to_le_bytes();
        let sizes = [deflated.len(), content.len()].map(|size| u32::try_from(size).unwrap());
        let mut middle = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
        middle.extend(crc32fast::hash(content).to_le_bytes());
        middle.extend(sizes[0].to_le_bytes());
        middle.extend(sizes[1].to_le_bytes());
        middle.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        middle.extend([0, 0]);
        archive.extend(LOCAL);
        archive.extend(&middle);
        archive.extend(name.as_bytes());
        archive.extend(deflated);
        entries.extend(ENTRY);
        entries.extend([20, 0]);
        entries.extend(&middle);
        entries.extend([0; 10]);
        entries.extend(local);
        entries.extend(name.as_bytes());
    }
    let begin = u32::try_from(archive.len()).unwrap().to_le_bytes();
    let size = u32::try_from(entries.len()).unwrap().to_le_bytes();
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    archive.extend(entries);
    archive.extend(END);
    archive.extend([0; 4]);
    archive.extend(count);
    archive.extend(count);
    archive.extend(size);
    archive.extend(begin);
    archive.extend([0, 0]);
    archive
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_file_is_found_by_its_name() {
        let archive = packed(&[
            ("assets/1", b"photo"),
            ("backup.daylio", b"words words words"),
        ]);

        assert!(is_archive(&archive));
        let found = unpack(&archive, |name| name == "backup.daylio");
        assert_eq!(found, Ok(Some(b"words words words".to_vec())));
        assert_eq!(unpack(&archive, |name| name == "other"), Ok(None));
        assert_eq!(unpack(&packed(&[]), |_| true), Ok(None));
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let zeros = vec![0; UNPACKED_BYTES_MAX + 1];
        let archive = packed(&[("bomb", &zeros)]);

        assert!(archive.len() < 1024 * 1024);
        assert_eq!(unpack(&archive, |_| true), Err(FileError::TooLarge));
    }

    #[test]
    fn a_changed_byte_of_the_content_is_noticed() {
        let mut archive = packed(&[("a", b"words words words")]);
        archive[LOCAL_BYTES + 3] ^= 1;

        assert_eq!(unpack(&archive, |_| true), Err(FileError::Damaged));
    }

    proptest! {
        #[test]
        fn no_archive_makes_it_panic(place in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
            let mut archive = packed(&[("a", b"words words words"), ("b", b"more")]);
            let place = place.index(archive.len());
            archive[place] = byte;
            archive.truncate(cut.index(archive.len()) + 1);

            drop(unpack(&archive, |name| name == "b"));
        }
    }
}
