//! All integration tests, one binary.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

mod cases;
mod cli;
mod codes;
mod compiled;
mod coverage;
mod differential;
mod docs;
mod edits;
mod errors;
mod examples;
mod fivetran;
mod guards;
mod habits;
mod kill;
mod laws;
mod loads;
mod migrates;
mod mutants;
mod parses;
mod passages;
mod plans;
mod played;
mod policies;
mod proofs;
mod properties;
mod renames;
mod rough;
mod run_cases;
mod runs;
mod simulated;
mod sql;
mod support;
mod syncs;
mod tidy;
mod unloaded;
mod why;
mod widths;
