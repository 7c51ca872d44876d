//! Takes the declarations and expressions whose meaning this version does not know; gives one mistake for each, so that
//! none is silently without effect, and the names that they declare, which are then no further mistakes.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::source::Span;
use crate::syntax::ast::{self, DeclarationKind};

#[derive(Debug, Error, Diagnostic)]
#[error("`{word}` is not part of this version")]
#[diagnostic(code("later-declaration"), help("remove the {what}: a later version will have it"))]
pub(super) struct Later {
    pub word: &'static str,
    pub what: &'static str,
    #[label(primary, "the word is kept free for a later version")]
    pub at: Span,
}

/// Reports each declaration of a kind that this version cannot check, where the files have no other mistakes: a broken one is
/// mended first.
pub(super) fn report(files: &[ast::File], diags: &mut Diagnostics) {
    if diags.has_errors() {
        return;
    }
    for declaration in files.iter().flat_map(|file| &file.declarations) {
        if let Some(word) = word(&declaration.kind) {
            diags.push(Later { word, what: "declaration", at: declaration.keyword });
        }
    }
}

const fn word(kind: &DeclarationKind) -> Option<&'static str> {
    Some(match kind {
        DeclarationKind::Funnel(_) => "funnel",
        _ => return None,
    })
}

/// The names that these declarations would give.
pub(super) fn names(files: &[ast::File]) -> Vec<String> {
    let mut names = Vec::new();
    for declaration in files.iter().flat_map(|file| &file.declarations) {
        if let DeclarationKind::Funnel(it) = &declaration.kind {
            names.push(&it.name);
        }
    }
    names.into_iter().map(|name| name.text.clone()).collect()
}
