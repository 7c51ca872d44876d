//! Takes a program whose names and types are right, warns of an audience whose condition excludes what its base
//! demands: it has no members, ever. What `never_holds` has told is not told again.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::facts::{DEPTH, contradict, covers, implied, implied_by_base};
use crate::diagnostics::Diagnostics;
use crate::program::{FieldId, FieldKind, Program};
use crate::source::Span;

#[derive(Debug, Error, Diagnostic)]
#[error("audience `{name}` is always empty")]
#[diagnostic(code("always-empty"), severity(Warning))]
struct AlwaysEmpty {
    name: String,
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[help]
    help: &'static str,
    #[label("it is a part of this")]
    base: Option<Span>,
}

pub(super) fn check(program: &Program, never: &BTreeSet<Span>, diags: &mut Diagnostics) {
    let mut reported = BTreeSet::new();
    for (id, field) in (0..).map(FieldId).zip(&program.fields) {
        let FieldKind::Audience { base, condition, until, .. } = &field.kind else { continue };
        let mut all = implied(program, condition);
        all.extend(base.iter().flat_map(|base| implied_by_base(program, *base)));
        let explained = all.iter().any(|condition| never.contains(&condition.span));
        if explained || bases(program, id).any(|base| is_dead(program, base, never, &reported)) {
            continue;
        }
        let name = field.name.clone();
        let mistake = match until {
            None if contradict(&all) => AlwaysEmpty {
                name,
                at: condition.span,
                why: "this excludes what the audience is a part of, or reads",
                help: "correct the condition, or make it a part of something else",
                base: base.map(|base| program.field(base).span),
            },
            Some(until) if covers(until, &all) => AlwaysEmpty {
                name,
                at: until.span,
                why: "this holds wherever the condition does, so nobody comes in",
                help: "write an `until` for those who are to leave, such as the contrary of the condition",
                base: None,
            },
            _ => continue,
        };
        reported.insert(id);
        diags.push(mistake);
    }
}

/// An audience, and what it is a part of, as far up as is looked.
fn bases(program: &Program, id: FieldId) -> impl Iterator<Item = FieldId> {
    let base = |id: &FieldId| match program.field(*id).kind {
        FieldKind::Audience { base, .. } => base,
        FieldKind::Trait(_) | FieldKind::Status { .. } | FieldKind::Experiment(..) | FieldKind::Sequence(..) => None,
    };
    std::iter::successors(Some(id), base).take(DEPTH as usize)
}

/// Whether that an audience is empty has been said, or follows from what has been said of its condition.
fn is_dead(program: &Program, id: FieldId, never: &BTreeSet<Span>, reported: &BTreeSet<FieldId>) -> bool {
    let by_condition = match &program.field(id).kind {
        FieldKind::Audience { condition, .. } => never.contains(&condition.span),
        FieldKind::Trait(_) | FieldKind::Status { .. } | FieldKind::Experiment(..) | FieldKind::Sequence(..) => false,
    };
    by_condition || reported.contains(&id)
}
