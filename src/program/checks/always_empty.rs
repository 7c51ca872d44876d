//! Takes a program whose names and types are right, warns of an audience that no row can come into: its condition excludes what
//! its base or its entity demands. What was told of its condition is not told again, nor what follows for its parts.

use miette::Diagnostic;
use thiserror::Error;

use super::never_holds::Told;
use crate::diagnostics::Diagnostics;
use crate::program::cycle::{Node as Needed, needs_of};
use crate::program::proof::{Node, Prover};
use crate::program::{Expr, FieldId, FieldKind, Program};
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
    #[label("only these rows count")]
    rows: Option<Span>,
}

pub(super) fn check<'p>(program: &'p Program, prover: &mut Prover<'p>, told: &Told<'p>, diags: &mut Diagnostics) {
    for (id, field) in (0..).map(FieldId).zip(&program.fields) {
        let FieldKind::Audience { base, condition, until, .. } = &field.kind else { continue };
        let entity = field.entity;
        let within = entered(prover, id);
        if !prover.never(entity, within) {
            continue;
        }
        let own = of_its_own(program, prover, (condition, until.as_ref()), id);
        let base_alone = base.map_or(Node::TRUE, |base| prover.is_in(base));
        let follows = prover.never(entity, base_alone) || told.within(condition.span) || own == Some(Why::Read);
        if follows {
            continue;
        }
        let name = field.name.clone();
        let without_end = entered_but_for(prover, id, None);
        if let Some(until) = until.as_ref().filter(|_| !prover.never(entity, without_end)) {
            diags.push(AlwaysEmpty {
                name,
                at: until.span,
                why: "this holds wherever the condition does, so nobody comes in",
                help: "write an `until` for those who are to leave, such as the contrary of the condition",
                base: None,
                rows: None,
            });
            continue;
        }
        // What is excluded: the base, unless the entity's own condition is enough.
        let by_rows = own.is_none() && !prover.never_at_all(within);
        let base = base.filter(|_| own.is_none()).map(|base| program.field(base).span);
        let rows = program.entity(entity).condition.as_ref().filter(|_| by_rows).map(|condition| condition.span);
        diags.push(AlwaysEmpty {
            name,
            at: condition.span,
            why: "this excludes what the audience is a part of, or reads",
            help: "correct the condition, or make it a part of something else",
            base,
            rows,
        });
    }
}

/// Where a row comes into an audience that it was not in.
pub(super) fn entered(prover: &mut Prover<'_>, id: FieldId) -> Node {
    let field = prover.program().field(id);
    let FieldKind::Audience { until, .. } = &field.kind else { return Node::FALSE };
    if until.is_none() {
        return prover.is_in(id);
    }
    entered_but_for(prover, id, until.as_ref())
}

/// Where its base and its condition hold, and not what ends it.
fn entered_but_for<'p>(prover: &mut Prover<'p>, id: FieldId, until: Option<&'p Expr>) -> Node {
    let field = prover.program().field(id);
    let FieldKind::Audience { base, condition, .. } = &field.kind else { return Node::FALSE };
    let base = base.map_or(Node::TRUE, |base| prover.is_in(base));
    let condition = prover.condition(field.entity, condition);
    let until = until.map_or(Node::FALSE, |until| prover.condition(field.entity, until));
    prover.all(&[base, condition, !until])
}

/// Why a condition cannot hold on any row, whatever it is a part of.
#[derive(Debug, PartialEq, Eq)]
enum Why {
    /// It reads a field that is never true.
    Read,
    Itself,
}

fn of_its_own<'p>(
    program: &Program,
    prover: &mut Prover<'p>,
    (condition, until): (&'p Expr, Option<&'p Expr>),
    id: FieldId,
) -> Option<Why> {
    let entity = program.field(id).entity;
    let holds = prover.condition(entity, condition);
    let ended = until.map_or(Node::FALSE, |until| prover.condition(entity, until));
    let within = prover.all(&[holds, !ended]);
    if !prover.never(entity, within) || !prover.never_at_all(within) {
        return None;
    }
    let reads_dead = needs_of(program, condition).into_iter().any(|(node, _)| match node {
        Needed::Field(read) => prover.is_never(read),
        Needed::Link(_) | Needed::Channel(_) => false,
    });
    Some(if reads_dead { Why::Read } else { Why::Itself })
}
