//! Where a test's database is: a file in its folder, or a database of its own on the tests' server; and the library that reaches it, where the
//! engine has one.

use std::path::{Path, PathBuf};

use plgc::engine::{Driver, Location};

use super::server::Database;

/// A database that is gone with this.
pub struct Home {
    pub location: Location,
    /// The lines of a target in `plg.toml` that say where it is.
    pub config: String,
    _database: Option<Database>,
}

impl Home {
    /// One for this engine; a file is in the folder, and called so.
    pub fn new(driver: &Driver, folder: &Path, file: &str) -> Self {
        let database = (!driver.is_file).then(Database::new);
        let (mut location, mut config) = match &database {
            Some(database) => (database.location(), format!("url = \"{}\"", database.url)),
            None => (Location::path(folder.join(file)), format!("path = \"{file}\"")),
        };
        if driver.library.is_some() {
            let library = library(driver).to_str().expect("a path in UTF-8").to_owned();
            config.push_str(&format!("\ndriver = \"{library}\""));
            location.library = Some(library);
        }
        Self { location, config, _database: database }
    }
}

/// The library of an engine: what `$PLGC_TEST_DUCKDB` names, or else what `tests/run` has put below `target`.
fn library(driver: &Driver) -> PathBuf {
    let variable = format!("PLGC_TEST_{}", driver.name.to_uppercase());
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/engines/lib{}.so", driver.name));
    let path = std::env::var_os(&variable).map_or(own, PathBuf::from);
    assert!(
        path.exists(),
        "{} is not there: `tests/run` fetches it, or ${variable} names another place; PLGC_TEST_WITHOUT={} leaves it out",
        path.display(),
        driver.name
    );
    path
}
