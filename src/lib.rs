#![doc = include_str!("../docs/architecture.md")]

#[expect(clippy::disallowed_methods, reason = "a command reads files, the environment and the clock")]
pub mod cli;
mod compile;
pub mod config;
#[expect(clippy::disallowed_methods, reason = "what is sent goes out here")]
pub mod destination;
pub mod diagnostics;
pub mod dialect;
#[expect(clippy::disallowed_methods, reason = "databases, their files and the clock are reached here")]
pub mod engine;
pub mod eval;
pub mod functions;
pub mod manifest;
pub mod plan;
pub mod program;
pub mod run;
pub mod simulate;
pub mod source;
pub mod sql;
pub mod syntax;
pub mod test;
pub mod types;
pub mod why;

use diagnostics::Diagnostics;
use dialect::Dialect;
use manifest::Manifest;
use program::{Options, Program};
use source::Sources;

/// Checks a project, for any warehouse. Nothing comes out where there is an error; warnings do not stop it.
pub fn check(sources: &Sources, options: &Options, diagnostics: &mut Diagnostics) -> Option<Program> {
    let files: Vec<_> = sources.files().iter().map(|file| syntax::parse(file, diagnostics)).collect();
    let program = program::analyze(&files, sources, options, diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    plan::width::check(&program, sources, diagnostics);
    (!diagnostics.has_errors()).then_some(program)
}

/// Compiles a project for a warehouse: what [`check`] gives, planned and written out in a dialect.
pub fn compile(
    sources: &Sources,
    options: &Options,
    dialect: &Dialect,
    diagnostics: &mut Diagnostics,
) -> Option<Manifest> {
    check(sources, options, diagnostics).map(|program| emit(&program, sources, dialect))
}

/// Plans a project that [`check`] found to be right, and writes it out in a dialect.
#[must_use]
pub fn emit(program: &Program, sources: &Sources, dialect: &Dialect) -> Manifest {
    compile::manifest(plan::lower(program, sources), program, sources, dialect)
}
