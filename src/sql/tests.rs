//! Tests of the SQL that is written: what it looks like, and that every engine gives the same values. PostgreSQL takes
//! part where `PLGC_TEST_POSTGRES` names one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests stop at the first surprise")]

mod engines;
mod example;
mod layout;
mod operations;
mod reference;
mod values;
