//! The lock of a database that is a file: a file beside it, locked by the one run that writes. Takes the database's path; the lock ends with
//! the value, or with the process.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::{EngineError, Trouble};

/// A lock that is held.
#[derive(Debug)]
pub struct FileLock(#[expect(dead_code, reason = "it is held, not read")] File);

impl FileLock {
    /// Takes the lock of a database; `None` if another run has it.
    pub fn take(database: &Path) -> Result<Option<Self>, EngineError> {
        let path = beside(database);
        let denied =
            |error: std::io::Error| EngineError::new(Trouble::Denied, format!("`{}`: {error}", path.display()));
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(denied)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(denied(error)),
        }
    }
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-lock");
    name.into()
}
