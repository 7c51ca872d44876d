//! Takes a whole program and pushes what only the whole shows. One rule per file; this is their table of contents.

use std::collections::BTreeSet;

use super::Program;
use crate::diagnostics::Diagnostics;
use crate::syntax::ast;

/// Runs every check.
pub(super) fn check(_program: &Program, _files: &[ast::File], _used_lets: &BTreeSet<String>, _diags: &mut Diagnostics) {
}
