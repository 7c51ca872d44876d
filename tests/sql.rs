//! Tests of the SQL that is written: what it looks like, and that every engine gives the same values.

mod engines;
mod example;
mod layout;
mod operations;
mod reference;
mod values;
