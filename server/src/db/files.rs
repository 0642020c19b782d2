//! The data folder's files: for their owner's eyes alone, and one process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use crate::error::ServerError;

/// Name of the file that keeps a second process away.
const LOCK_FILE: &str = "lume.lock";

/// Makes the folder where it is missing, and takes it until the file that is returned is dropped. The system lets go of
/// it when the process dies, so that a lock is never left behind.
///
/// # Errors
///
/// Where the folder can't be written, or another process has it.
pub(super) fn take(folder: &Path) -> Result<File, ServerError> {
    let unwritable = |reason| ServerError::DataFolder {
        path: folder.to_owned(),
        reason,
    };
    make_folder(folder).map_err(unwritable)?;
    let lock = make_private(&folder.join(LOCK_FILE)).map_err(unwritable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(ServerError::InUse {
            path: folder.to_owned(),
        }),
        Err(TryLockError::Error(reason)) => Err(unwritable(reason)),
    }
}

/// Makes the folder for its owner alone; one that is there already stays as it is.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens a file, makes it where it is missing, and leaves it to its owner alone, also where it was everybody's. What
/// SQLite puts beside a database has the database's rights.
///
/// # Errors
///
/// The system's.
pub(crate) fn make_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}
