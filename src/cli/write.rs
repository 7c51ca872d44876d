//! Takes a path and a text, writes it whole or not at all: a full disk leaves the file as it was.

use std::io::Write;
use std::path::Path;

use super::{Broken, Outside};

/// Writes the file, with the folders above it, unless it already has this text. Gives whether it wrote.
pub(super) fn whole(path: &Path, text: &str) -> Result<bool, Broken> {
    if std::fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(false);
    }
    let failed = |error| Outside::file("write", path, &error);
    // A link stays a link: what it leads to is replaced.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    let scratch = folder.join(name);
    let written = std::fs::File::create(&scratch)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            if let Ok(old) = std::fs::metadata(path) {
                file.set_permissions(old.permissions())?;
            }
            file.sync_all()
        })
        .and_then(|()| std::fs::rename(&scratch, path));
    if let Err(error) = written {
        // It may not be there; what counts has been said by the error.
        let _ = std::fs::remove_file(&scratch);
        return Err(failed(error));
    }
    Ok(true)
}
