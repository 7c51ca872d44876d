//! The mistakes of the grammar, each with what is said about it and one thing to do. `build` finds them, or `explain` where a
//! piece stopped making sense.

use miette::Diagnostic;
use pest::Parser;
use thiserror::Error;

use crate::source::Span;
use crate::syntax::ast::Name;
use crate::syntax::explain::article;
use crate::syntax::grammar::{Grammar, Rule};

#[derive(Debug, Error, Diagnostic)]
#[error("`{word}` is no declaration")]
#[diagnostic(code("unknown-declaration"))]
pub(in crate::syntax) struct UnknownDeclaration {
    pub word: String,
    #[label(primary, "a declaration cannot begin so")]
    pub at: Span,
    #[help]
    pub help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a declaration cannot begin with `{found}`")]
#[diagnostic(code("no-declaration"))]
pub(in crate::syntax) struct NoDeclaration {
    pub found: String,
    #[label(primary, "a word is expected here")]
    pub at: Span,
    #[help]
    pub help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{found}` begins no item of {} {block}", article(.block))]
#[diagnostic(code("unknown-item"))]
pub(in crate::syntax) struct UnknownItem {
    pub found: String,
    pub block: &'static str,
    #[label(primary, "an item cannot begin so")]
    pub at: Span,
    #[help]
    pub help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("{} {keyword} needs a block", article(.keyword))]
#[diagnostic(code("missing-block"), help("add its items: `{{ … }}`"))]
pub(in crate::syntax) struct MissingBlock {
    pub keyword: &'static str,
    #[label(primary, "`{{` is expected here")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a block ends its line")]
#[diagnostic(code("text-after-block"), help("begin what follows the `}}` on a line of its own"))]
pub(in crate::syntax) struct AfterBlock {
    #[label(primary, "this stands behind the end of a block")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a comma between columns")]
#[diagnostic(code("stray-comma"), help("leave it out: a column ends with its line, or with `;`"))]
pub(in crate::syntax) struct StrayComma {
    #[label(primary, "no comma is needed")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("comparisons cannot be chained")]
#[diagnostic(code("chained-comparison"), help("compare twice, joined by `and`"))]
pub(in crate::syntax) struct ChainedComparison {
    #[label(primary, "this compares the result of a comparison")]
    pub at: Span,
    #[label("the first comparison")]
    pub first: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{written}` is not an operator of the language")]
#[diagnostic(code("wrong-operator"), help("write `{right}`"))]
pub(in crate::syntax) struct WrongOperator {
    pub written: String,
    pub right: &'static str,
    #[label(primary, "`{right}` is meant")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`||` is not an operator of the language")]
#[diagnostic(code("wrong-operator"))]
pub(in crate::syntax) struct Pipes {
    #[label(primary, "this joins nothing here")]
    pub at: Span,
    #[help]
    pub help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("an expression of too many parts")]
#[diagnostic(code("too-many-operators"), help("give a part of it a name: a `let`, a `trait` or an `audience`"))]
pub(in crate::syntax) struct TooManyOperators {
    #[label(primary, "too deep to be understood")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("{written} is a name, not a text")]
#[diagnostic(code("double-quotes"), help("write the text as {right}"))]
pub(crate) struct DoubleQuotes {
    written: String,
    right: String,
    #[label(primary, "double quotes enclose the name of a column")]
    at: Span,
}

impl DoubleQuotes {
    /// Whether a quoted name could stand without its quotes.
    pub(crate) fn are_idle(name: &Name) -> bool {
        let bare = Grammar::parse(Rule::name, &name.text);
        name.quoted && bare.is_ok_and(|pairs| pairs.as_str() == name.text)
    }

    pub(crate) fn of(name: &Name) -> Self {
        let right = format!("`'{}'`", name.text.replace('\'', "''"));
        Self { written: format!("`\"{}\"`", name.text), right, at: name.span }
    }
}

#[derive(Debug, Error, Diagnostic)]
#[error("this comment documents nothing")]
#[diagnostic(
    code("idle-doc"),
    severity(Warning),
    help("write it with `//`, or move it above a declaration, a column or a stage")
)]
pub(in crate::syntax) struct IdleDoc {
    #[label(primary, "nothing that can have documentation follows")]
    pub at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{found}` cannot stand here")]
#[diagnostic(code("unexpected-text"))]
pub(super) struct UnexpectedText {
    pub found: String,
    pub expected: String,
    #[label(primary, "{expected} is expected here")]
    pub at: Span,
    #[help]
    pub help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("{what} is not finished")]
#[diagnostic(code("unfinished"))]
pub(super) struct Unfinished {
    pub what: &'static str,
    pub expected: String,
    #[label(primary, "{expected} is expected here")]
    pub at: Span,
    #[help]
    pub help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{word}` is a word of the language, not a name")]
#[diagnostic(code("reserved-word"))]
pub(super) struct ReservedWord {
    pub word: String,
    #[label(primary, "a name or a value is expected here")]
    pub at: Span,
    #[help]
    pub help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{unit}` is not a unit of time")]
#[diagnostic(code("unknown-unit"))]
pub(super) struct UnknownUnit {
    pub unit: String,
    #[label(primary, "a unit or an operator is expected here")]
    pub at: Span,
    #[help]
    pub help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("this line of a table has {found}, its first line {wanted}")]
#[diagnostic(code("row-length"), help("give every line as many cells as there are names; a cell may be empty"))]
pub(in crate::syntax) struct RowLength {
    found: String,
    wanted: usize,
    #[label(primary, "{found}")]
    at: Span,
    #[label("{wanted} names")]
    heads: Span,
}

impl RowLength {
    pub(in crate::syntax) fn of(found: usize, wanted: usize, at: Span, heads: Span) -> Self {
        let found = if found == 1 { "1 cell".to_owned() } else { format!("{found} cells") };
        Self { found, wanted, at, heads }
    }
}

/// A clause that stands twice, or beside one that means the contrary.
pub(in crate::syntax) fn repeated_clause(
    of: &'static str,
    word: &'static str,
    first: &'static str,
    at: Span,
) -> impl Diagnostic + Send + Sync + 'static {
    let help = if first == word {
        format!("remove one of the two: a {of} has one `{word}`")
    } else {
        format!("remove one of the two: `otherwise` is the {of} for all that no `when` takes")
    };
    UnexpectedText { found: word.to_owned(), expected: "another clause or the end of the line".to_owned(), at, help }
}

/// `as` in the head of a channel, which reads no row.
pub(in crate::syntax) fn channel_alias(alias: &Name) -> impl Diagnostic + Send + Sync + 'static {
    let help = format!("remove `as {}`: a channel reads no column of its rows", alias.text);
    UnexpectedText { found: alias.text.clone(), expected: "the block".to_owned(), at: alias.span, help }
}

/// `fired` before a table.
pub(in crate::syntax) fn fired_table(at: Span) -> impl Diagnostic + Send + Sync + 'static {
    let help = "give the keys: `expect fired upsell.sdr = { w1 }`".to_owned();
    UnexpectedText { found: "fired".to_owned(), expected: "the name of an entity, sync or funnel".to_owned(), at, help }
}
