//! Takes a file and gives its canonical layout. Keeps every comment and the meaning: a file with errors is refused, and
//! what is given was parsed again and has the same declarations and as many comments. Idempotent.

mod block;
mod declaration;
mod experiment;
mod expr;
mod item;
mod lines;
mod sequence;
mod test;

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]
mod tests;

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::source::{SourceFile, Sources, Span};
use crate::syntax::layout::Layout;
use crate::syntax::{ast, parse};

/// How long a line may be before `and` and `or` begin lines of their own.
const WIDTH: usize = 120;

/// How often the layout is laid out again until it stays as it is.
const PASSES: usize = 4;

#[derive(Debug, Error, Diagnostic)]
#[error("the layout of `{name}` would change what it means")]
#[diagnostic(code("fmt-unsound"), help("report this as a bug of plgc, with the file; it was left as it is"))]
struct Unsound {
    name: String,
    #[label(primary, "this file")]
    at: Span,
}

/// The canonical layout of a file.
///
/// # Errors
/// When the file has mistakes: all of them.
pub fn format(file: &SourceFile) -> Result<String, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    let before = parse(file, &mut diagnostics);
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    let mut text = print(file, &before);
    for _ in 1..PASSES {
        let Some((again, file)) = reparse(file, &text) else { break };
        let next = print(&file, &again);
        if next == text {
            break;
        }
        text = next;
    }
    sound(file, &before, text)
}

/// The text, where it means what the file does.
fn sound(file: &SourceFile, before: &ast::File, text: String) -> Result<String, Diagnostics> {
    match reparse(file, &text) {
        Some((after, _)) if same(before, &after) => Ok(text),
        _ => {
            let mut diagnostics = Diagnostics::default();
            let at = Span::new(file.base, file.base);
            diagnostics.push(Unsound { name: file.name.clone(), at });
            Err(diagnostics)
        }
    }
}

fn print(file: &SourceFile, tree: &ast::File) -> String {
    let layout = Layout::of(file, &mut Diagnostics::default());
    declaration::file(file, &layout, tree)
}

/// The tree of a text that stands for the file; none where it has errors.
fn reparse(file: &SourceFile, text: &str) -> Option<(ast::File, SourceFile)> {
    let mut sources = Sources::default();
    sources.add(file.name.clone(), text).ok()?;
    let file = sources.files().first()?.clone();
    let mut diagnostics = Diagnostics::default();
    let tree = parse(&file, &mut diagnostics);
    (!diagnostics.has_errors()).then_some((tree, file))
}

/// Whether two files declare the same and have as many comments.
fn same(before: &ast::File, after: &ast::File) -> bool {
    before.comments.len() == after.comments.len()
        && before.declarations.len() == after.declarations.len()
        && before.declarations.iter().zip(&after.declarations).all(|(a, b)| spanless(a) == spanless(b))
}

/// A declaration as text, without its places.
fn spanless(declaration: &ast::Declaration) -> String {
    let text = format!("{declaration:?}");
    let mut parts = text.split("Span { start: ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("Span");
        out.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    out
}
