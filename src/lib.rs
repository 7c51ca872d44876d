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
