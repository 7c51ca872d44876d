//! plgc: product-led growth in the warehouse.
//!
//! ```text
//! files ──syntax──▶ ast ──program──▶ field graph ──plan──▶ relations ──sql──▶ models ┐
//!                                                                                     ├─▶ manifest ──run──▶ engine + destinations
//!                                                      syncs, state, lineage ─────────┘
//! ```

pub mod cli;
pub mod config;
pub mod destination;
pub mod diagnostics;
pub mod dialect;
pub mod engine;
pub mod functions;
pub mod manifest;
pub mod plan;
pub mod program;
pub mod run;
pub mod source;
pub mod sql;
pub mod syntax;
pub mod types;

use diagnostics::Diagnostics;
use dialect::Dialect;
use manifest::Manifest;
use program::Options;
use source::Sources;

/// Compiles a project for a warehouse. Nothing comes out where there is an error; warnings do not stop it.
pub fn compile(
    sources: &Sources,
    options: &Options,
    dialect: &Dialect,
    diagnostics: &mut Diagnostics,
) -> Option<Manifest> {
    let files: Vec<_> = sources.files().iter().map(|file| syntax::parse(file, diagnostics)).collect();
    let program = program::analyze(&files, sources, options, diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    let plan = plan::lower(&program, sources);
    plan::width::check(&plan, &program, diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    Some(manifest::of(&plan, &program, sources, dialect))
}
