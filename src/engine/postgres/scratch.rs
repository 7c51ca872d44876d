//! Databases that are made for a moment, on the server of a target: beside the target's own, which is not touched. Takes a
//! location, gives that of the new database.

use super::open;
use crate::engine::{EngineError, Job, Location, Place, Secret, Trouble, quote};

/// Makes a database.
pub fn create<'a>(location: &'a Location, name: &'a str) -> Job<'a, Location> {
    Box::pin(async move {
        let Place::Url(url) = &location.place else {
            return Err(EngineError::new(Trouble::Setting, "it needs a url, not a path"));
        };
        let mut engine = open(location).await?;
        engine.execute(&format!("CREATE DATABASE {}", quote(name))).await?;
        Ok(Location::url(Secret::new(with_database(url.expose(), name))))
    })
}

/// Drops it, whoever is still connected.
pub fn remove<'a>(location: &'a Location, name: &'a str) -> Job<'a, ()> {
    Box::pin(async move {
        let mut engine = open(location).await?;
        engine.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote(name))).await.map(|_| ())
    })
}

/// A url with another database in it.
fn with_database(url: &str, name: &str) -> String {
    let (place, query) =
        url.split_once('?').map_or((url, String::new()), |(place, query)| (place, format!("?{query}")));
    let (scheme, rest) = place.split_once("://").unwrap_or(("postgres", place));
    let authority = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{authority}/{name}{query}")
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_of_a_url_is_another_one() {
        for (url, wanted) in [
            ("postgres://a:b@h:1/shop?sslmode=disable", "postgres://a:b@h:1/t?sslmode=disable"),
            ("postgresql://h/shop", "postgresql://h/t"),
            ("postgres://h", "postgres://h/t"),
            ("postgres://h?host=/run/postgresql", "postgres://h/t?host=/run/postgresql"),
        ] {
            assert_eq!(with_database(url, "t"), wanted, "{url}");
        }
    }
}
