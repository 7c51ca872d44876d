//! The parser that pest makes of `grammar/plg.pest`: takes one piece of text, gives its pairs. Only `build` and
//! `explain` may name its rules, so the grammar can change without anybody else noticing.

/// The grammar.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/plg.pest"]
pub(crate) struct Grammar;
