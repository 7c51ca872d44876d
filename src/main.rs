//! The command `plgc`: argv to an exit code.

fn main() {}
