//! An audience whose condition excludes what its base demands has no members, ever.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::facts::{contradict, implied, implied_by_base};
use crate::diagnostics::Diagnostics;
use crate::program::{FieldKind, Program};
use crate::source::Span;

#[derive(Debug, Error, Diagnostic)]
#[error("audience `{name}` is always empty")]
#[diagnostic(
    code("always-empty"),
    severity(Warning),
    help("correct the condition, or make it a part of something else")
)]
struct AlwaysEmpty {
    name: String,
    #[label(primary, "this excludes what the audience is a part of, or reads")]
    at: Span,
    #[label("it is a part of this")]
    base: Option<Span>,
}

pub(super) fn check(program: &Program, never: &BTreeSet<Span>, diags: &mut Diagnostics) {
    let mut empty = BTreeSet::new();
    for field in &program.fields {
        let FieldKind::Audience { base, condition, until: None, .. } = &field.kind else { continue };
        let mut all = implied(program, condition);
        if all.iter().any(|condition| never.contains(&condition.span)) || never.contains(&condition.span) {
            continue;
        }
        if let Some(base) = base {
            all.extend(implied_by_base(program, *base));
        }
        if all.iter().any(|condition| never.contains(&condition.span) || empty.contains(&condition.span)) {
            continue;
        }
        if contradict(&all) {
            empty.extend(super::facts::conjuncts(condition).into_iter().map(|conjunct| conjunct.span));
            let base = base.map(|base| program.field(base).span);
            diags.push(AlwaysEmpty { name: field.name.clone(), at: condition.span, base });
        }
    }
}
