//! Takes a target, gives what its sources hold now, as rows: for who plays a program on them elsewhere. Files are loaded into a
//! database in memory; tables of a warehouse are looked at, value by value, and nothing is written there.

use super::bench::Silent;
use super::session::{Run, Session};
use super::{RunError, Target, fits, past, sources, state};
use crate::engine::{self, Location, Row, value};
use crate::manifest::Manifest;

/// The rows of each source, in the order of the manifest, in the declared columns. Of a source that is a query, what it gives in
/// this moment. Where the target has files, the manifest is one for the embedded engine, otherwise one for the target's.
///
/// # Errors
/// Where they cannot be read, or are none of the declared types.
pub fn rows(manifest: &Manifest, target: &Target, now: i64) -> Result<Vec<Vec<Row>>, RunError> {
    let aside = Target { engine: engine::embedded().name.to_owned(), location: Location::memory(), ..target.clone() };
    let target = if target.data.is_some() { &aside } else { target };
    let driver = fits(manifest, target)?;
    super::runtime(target)?.block_on(async {
        let mut silent = Silent;
        let mut session = Session::reading(driver, target, &mut silent).await?;
        if target.data.is_some() {
            state::ensure(&mut session).await?;
            sources::load(&mut session, manifest).await?;
        }
        let run = Run { id: String::new(), parent: None, now: value::instant_text(now), born: Vec::new() };
        sources::check(&mut session, manifest, &run).await?;
        let tables = past::sources(&mut session, manifest, &run).await?;
        Ok(tables.into_iter().map(|table| table.rows).collect())
    })
}
