//! Takes the text of a file and gives its [`ast::File`]. Total: every input has a tree, and what is broken in it
//! has been pushed as a mistake. No meaning: names are not looked up, types are not known.

pub mod ast;
mod build;
mod explain;
pub mod fmt;
mod grammar;
mod layout;
pub(crate) mod words;
pub(crate) mod zone;

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
mod tests;

pub(crate) use explain::DoubleQuotes;
use miette::Diagnostic;
use thiserror::Error;
pub(crate) use words::{TYPES, spelt_here};

use crate::diagnostics::Diagnostics;
use crate::source::{SourceFile, Span};

/// The largest file that is read, in bytes.
pub const LARGEST_FILE: usize = 8 * 1024 * 1024;

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is larger than 8 MB")]
#[diagnostic(code("file-too-large"), help("split it into several files: all files of a project are one program"))]
struct FileTooLarge {
    name: String,
    #[label(primary, "this file")]
    at: Span,
}

/// Parses a file; pushes every mistake and goes on.
pub fn parse(file: &SourceFile, diagnostics: &mut Diagnostics) -> ast::File {
    if file.text.len() > LARGEST_FILE {
        diagnostics.push(FileTooLarge { name: file.name.clone(), at: Span::new(file.base, file.base) });
        return ast::File::default();
    }
    let layout = layout::Layout::of(file, diagnostics);
    build::file(file, &layout, diagnostics)
}
