//! Takes a path and a text, writes it whole or not at all: a full disk leaves the file as it was. What a person wrote is on
//! the disk before the old text goes; what can be made again is not waited for.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::{Broken, Outside};

/// Writes a file, with the folders above it, unless it already has this text. Gives whether it wrote.
pub(super) fn whole(path: &Path, text: &str) -> Result<bool, Broken> {
    replace(path, text, File::sync_all)
}

/// The same for a file that can be made again at any time: thousands of them are written in the time of the disk.
pub(super) fn generated(path: &Path, text: &str) -> Result<bool, Broken> {
    replace(path, text, |_| Ok(()))
}

fn replace(path: &Path, text: &str, settle: fn(&File) -> io::Result<()>) -> Result<bool, Broken> {
    let old = match fs::read(path) {
        Ok(old) if old == text.as_bytes() => return Ok(false),
        old => old.is_ok(),
    };
    let failed = |error| Outside::file("write", path, &error);
    // A link stays a link: what it leads to is replaced.
    let is_link = fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink());
    let linked = if is_link { path.canonicalize().ok() } else { None };
    let target = linked.unwrap_or_else(|| path.to_owned());
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".{}.new", std::process::id()));
    let scratch = target.with_file_name(name);
    let written = created(&scratch)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            if old {
                file.set_permissions(fs::metadata(&target)?.permissions())?;
            }
            settle(&file)
        })
        .and_then(|()| fs::rename(&scratch, &target));
    if let Err(error) = written {
        // It may not be there; what counts has been said by the error.
        let _ = fs::remove_file(&scratch);
        return Err(failed(error));
    }
    Ok(true)
}

/// A new file, with its folder where that is missing.
fn created(path: &Path) -> io::Result<File> {
    match File::create(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
            File::create(path)
        }
        done => done,
    }
}
