//! Takes the options of `plgc run` as they are typed, gives what they name, or says that it is not there: a folder of files, a
//! manifest, an instant.

use std::path::Path;

use crate::cli::{Broken, Exit, NotThere, Outside};
use crate::manifest::Manifest;

/// The folder of `--data` is there.
pub(super) fn folder(folder: &Path) -> Result<(), Broken> {
    let what = if folder.is_dir() {
        return Ok(());
    } else if folder.exists() {
        "this is no folder"
    } else {
        "there is no such folder"
    };
    let help = "name a folder of CSV, JSONL or NDJSON files, from the folder where this is typed";
    Err(NotThere::broken("--data", folder, what, help))
}

/// The manifest of `--manifest`.
pub(super) fn manifest(file: &Path) -> Result<Manifest, Broken> {
    if !file.is_file() {
        let what = if file.exists() { "this is no file" } else { "there is no such file" };
        return Err(NotThere::broken("--manifest", file, what, "name the `manifest.json` that `plgc compile` wrote"));
    }
    let bytes = std::fs::read(file).map_err(|error| Outside::file("read", file, &error))?;
    Manifest::read(&String::from_utf8_lossy(&bytes)).map_err(|error| Broken::new(Exit::Usage, error))
}

/// The years in which a run can be.
const YEARS: std::ops::RangeInclusive<i16> = 2..=9998;

/// An instant to the second: a date, or a date and time with an offset.
pub(in crate::cli) fn instant(text: &str) -> Result<i64, String> {
    match read(text) {
        Some(at) if YEARS.contains(&at.to_zoned(jiff::tz::TimeZone::UTC).year()) => Ok(at.as_second()),
        // The last hours of 9999 can be written and not read: they are read as those of the year before.
        None if text.strip_prefix("9999").and_then(|rest| read(&format!("9998{rest}"))).is_none() => {
            Err("write an instant with its offset, as 2026-03-02T09:00Z, or a date".to_owned())
        }
        _ => {
            Err("a run is between 0002-01-01 and 9998-12-31: it looks back and ahead from its instant, and no engine \
                  has instants outside of the years 1 to 9999"
                .to_owned())
        }
    }
}

fn read(text: &str) -> Option<jiff::Timestamp> {
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let is_day = !text.contains(['T', 't', ' ']);
    let instant = text.parse::<jiff::Timestamp>().ok();
    instant.or_else(|| if is_day { day().map(|zoned| zoned.timestamp()) } else { None })
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn instants() {
        assert_eq!(instant("1970-01-02"), Ok(86_400));
        assert_eq!(instant("1970-01-01T01:00Z"), Ok(3_600));
        assert_eq!(instant("1970-01-01T01:00:00+01:00"), Ok(0));
        assert!(instant("1970-01-01T01:00").is_err());
        assert!(instant("yesterday").is_err());
        for outside in
            ["9999-12-31T23:59:59Z", "9999-01-01", "9999-12-31", "0001-01-01T00:00:00Z", "0001-12-31", "-000044-03-15"]
        {
            let says = |why: String| why.contains("between 0002-01-01 and 9998-12-31");
            assert!(instant(outside).is_err_and(says), "{outside}");
        }
        assert!(instant("9999-99-31T23:59:59Z").is_err_and(|why| why.contains("with its offset")));
        assert_eq!(instant("0002-01-01").map(|at| at < 0), Ok(true));
        assert!(instant("9998-12-31T23:59:59Z").is_ok());
    }
}
