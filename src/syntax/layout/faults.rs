//! Takes what the scan found wrong with quotes and brackets and pushes one mistake for each, in the words of a person who
//! wrote them.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::source::{SourceFile, Span};
use crate::syntax::layout::DEPTH;
use crate::syntax::layout::scan::Fault;

#[derive(Debug, Error, Diagnostic)]
#[error("a text is never closed")]
#[diagnostic(code("unterminated-text"), help("end the text with `'`; a quote inside a text is written twice: `''`"))]
struct UnterminatedText {
    #[label(primary, "no `'` ends what begins here")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a quoted name is never closed")]
#[diagnostic(code("unterminated-name"), help("end the name with `\"` on the same line"))]
struct UnterminatedName {
    #[label(primary, "no `\"` ends what begins here")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a query is never closed")]
#[diagnostic(code("unterminated-sql"), help("end the query with `$$`, before the columns"))]
struct UnterminatedSql {
    #[label(primary, "no `$$` ends what begins here")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`/*` begins no comment")]
#[diagnostic(code("unexpected-text"), help("write a comment as `// …`, with `//` on each of its lines"))]
struct ForeignComment {
    #[label(primary, "`//` is expected here")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a parenthesis is never closed")]
#[diagnostic(code("unclosed-parenthesis"), help("add the `)`"))]
struct UnclosedParenthesis {
    #[label(primary, "no `)` belongs to it")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a block is never closed")]
#[diagnostic(code("unclosed-block"), help("add the `}}`"))]
struct UnclosedBlock {
    #[label(primary, "no `}}` belongs to it")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{found}` closes nothing")]
#[diagnostic(code("stray-bracket"), help("remove it, or add the `{partner}` that it belongs to"))]
struct StrayBracket {
    found: char,
    partner: char,
    #[label(primary, "nothing is open here")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("the file holds the character U+0000")]
#[diagnostic(code("null-character"), help("remove it: warehouses keep no text that holds it"))]
struct NullCharacter {
    #[label(primary, "the first one")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("brackets nest more than {DEPTH} levels deep")]
#[diagnostic(code("too-deep"), help("give a part of it a name: a `let`, a `trait` or an `audience`"))]
pub(crate) struct TooDeep {
    #[label(primary, "too deep from here on")]
    pub at: Span,
}

pub(super) fn report(file: &SourceFile, found: Vec<Fault>, diagnostics: &mut Diagnostics) {
    if found.is_empty() {
        return;
    }
    let span = |from: usize, to: usize| Span::new(file.base + from as u32, file.base + to as u32);
    for fault in found {
        match fault {
            Fault::Text(from, to) => diagnostics.push(UnterminatedText { at: span(from, to) }),
            Fault::Name(from, to) => diagnostics.push(UnterminatedName { at: span(from, to) }),
            Fault::Sql(from, to) => diagnostics.push(UnterminatedSql { at: span(from, to) }),
            Fault::Comment(from, to) => diagnostics.push(ForeignComment { at: span(from, to) }),
            Fault::OpenParen(at) => diagnostics.push(UnclosedParenthesis { at: span(at, at + 1) }),
            Fault::OpenBrace(at) => diagnostics.push(UnclosedBlock { at: span(at, at + 1) }),
            Fault::TooDeep(at) => diagnostics.push(TooDeep { at: span(at, at + 1) }),
            Fault::Null(at) => diagnostics.push(NullCharacter { at: span(at, at + 1) }),
            Fault::Stray(at) => {
                let brace = file.text.as_bytes().get(at) == Some(&b'}');
                let (found, partner) = if brace { ('}', '{') } else { (')', '(') };
                diagnostics.push(StrayBracket { found, partner, at: span(at, at + 1) });
            }
        }
    }
}
