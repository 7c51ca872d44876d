//! The parser that pest makes of `grammar/plg.pest`. Only `build` and `explain` may name its rules.

/// The grammar.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/plg.pest"]
pub(crate) struct Grammar;
