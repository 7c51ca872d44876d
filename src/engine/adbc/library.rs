//! Finds and loads a driver's library. Takes the name or path that `driver` in plg.toml gives, or nothing, and gives the database that it
//! opens: a file's path, a manifest where `dbc` puts it, a library that the system's loader finds, or one in the Python environment.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use adbc_core::Driver as _;
use adbc_core::LOAD_FLAG_DEFAULT;
use adbc_core::error::Error;
use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_driver_manager::{ManagedDatabase, ManagedDriver};

use crate::engine::{EngineError, Trouble};

/// A driver's library, as data.
#[derive(Debug)]
pub struct Library {
    /// The name under which it is installed.
    pub name: &'static str,
    /// The function with which it begins.
    pub entry: &'static str,
    /// Where it stands below a folder of Python packages.
    pub package: &'static str,
    /// How to get it, before the place where `driver` is written.
    pub how: &'static str,
}

/// Loaded ones, by what they were asked for as: a library is loaded once.
static LOADED: Mutex<Vec<(String, ManagedDriver)>> = Mutex::new(Vec::new());

/// Opens a database by its driver, with options by their names.
pub fn database(
    library: &Library,
    asked: Option<&str>,
    options: Vec<(&str, String)>,
    said: fn(Error, &str) -> EngineError,
) -> Result<ManagedDatabase, EngineError> {
    let mut driver = load(library, asked)?;
    let key = |name: &str| match name {
        "uri" => OptionDatabase::Uri,
        "username" => OptionDatabase::Username,
        "password" => OptionDatabase::Password,
        other => OptionDatabase::Other(other.to_owned()),
    };
    let options = options.into_iter().map(|(name, value)| (key(name), OptionValue::String(value)));
    driver.new_database_with_opts(options).map_err(|error| said(error, ""))
}

fn load(library: &Library, asked: Option<&str>) -> Result<ManagedDriver, EngineError> {
    let name = asked.unwrap_or(library.name);
    let mut loaded = LOADED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((_, driver)) = loaded.iter().find(|(known, _)| known == name) {
        return Ok(driver.clone());
    }
    let driver = find(library, name).map_err(|error| {
        let asked = asked.map_or_else(String::new, |asked| format!(" `{asked}`"));
        let what = format!("its driver{asked} cannot be loaded: {}", first_line(&error.message));
        EngineError::new(Trouble::Driver, what)
    })?;
    loaded.push((name.to_owned(), driver.clone()));
    Ok(driver)
}

fn find(library: &Library, name: &str) -> Result<ManagedDriver, Error> {
    let entry = Some(library.entry.as_bytes());
    if is_path(name) {
        return ManagedDriver::load_dynamic_from_filename(name, entry, AdbcVersion::V110);
    }
    let found = ManagedDriver::load_from_name(name, entry, AdbcVersion::V110, LOAD_FLAG_DEFAULT, None);
    match (found, packaged(library)) {
        (Err(_), Some(path)) => ManagedDriver::load_dynamic_from_filename(path, entry, AdbcVersion::V110),
        (found, _) => found,
    }
}

/// Whether it says where a file is, rather than what it is called.
#[must_use]
pub fn is_path(name: &str) -> bool {
    name.contains(['/', '\\']) || Path::new(name).extension().is_some()
}

/// The library in the Python environment that is active.
fn packaged(library: &Library) -> Option<PathBuf> {
    let environment = ["VIRTUAL_ENV", "CONDA_PREFIX"].iter().find_map(std::env::var_os)?;
    let folders = std::fs::read_dir(Path::new(&environment).join("lib")).ok()?;
    let packages = folders.filter_map(|folder| Some(folder.ok()?.path().join("site-packages").join(library.package)));
    packages.into_iter().find(|path| path.exists())
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_end_matches('.')
}
