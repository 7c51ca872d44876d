//! Takes a program whose names and types are right, warns of an audience that has every member of its base, and of two audiences
//! that have the same members: one of the two says what it does not mean, or is not needed. Speaks only where that is proved.

use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use super::never_holds::Told;
use crate::diagnostics::Diagnostics;
use crate::program::proof::{Node, Prover};
use crate::program::{EntityId, ExprKind, FieldId, FieldKind, Literal, Program};
use crate::source::Span;

#[derive(Debug, Error, Diagnostic)]
#[error("audience `{name}` has every member of `{base}`")]
#[diagnostic(code("whole-base"), severity(Warning), help("use `{base}` in its place, or correct the condition"))]
struct WholeBase {
    name: String,
    base: String,
    #[label(primary, "this holds for each of them")]
    at: Span,
    #[label("it is a part of this")]
    declared: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("audiences `{one}` and `{other}` have the same members")]
#[diagnostic(
    code("same-audience"),
    severity(Warning),
    help("use `{one}` in place of `{other}`, or correct a condition")
)]
struct SameAudience {
    one: String,
    other: String,
    #[label(primary, "this holds for the same rows")]
    at: Span,
    #[label("as this does")]
    first: Span,
}

/// How many audiences that look alike each is compared with.
const ALIKE: usize = 4;

/// How many audiences are looked at together.
const TOGETHER: usize = 20;

/// An audience of which it is asked whether it is like another.
struct Asked {
    id: FieldId,
    entity: EntityId,
    member: Node,
    base: Option<FieldId>,
    whole: Node,
    condition: Node,
}

pub(super) fn check<'p>(program: &'p Program, prover: &mut Prover<'p>, told: &Told<'p>, diags: &mut Diagnostics) {
    let mut alike: BTreeMap<(EntityId, u32), Vec<(FieldId, Node)>> = BTreeMap::new();
    let asked = asked(program, prover, told);
    let near = asked.chunk_by(|one, next| one.entity == next.entity).flat_map(|all| all.chunks(TOGETHER));
    for together in near {
        let formulas: Vec<Node> = together.iter().flat_map(|it| [it.member, it.whole, it.condition]).collect();
        if let Some(first) = together.first() {
            prover.focus(first.entity, &formulas);
        }
        for it in together {
            let field = program.field(it.id);
            let FieldKind::Audience { condition, .. } = &field.kind else { continue };
            if prover.never_both(it.entity, it.whole, !it.condition) {
                let entity = program.entity(it.entity);
                let base = it.base.map(|base| program.field(base));
                let declared = base.map_or(entity.span, |base| base.span);
                let base = base.map_or(&entity.name, |base| &base.name).clone();
                diags.push(WholeBase { name: field.name.clone(), base, at: condition.span, declared });
                continue;
            }
            let known = alike.entry((it.entity, prover.samples(it.member))).or_default();
            let first = known.iter().take(ALIKE).find(|(_, other)| is_same(prover, it.entity, it.member, *other));
            let Some((first, _)) = first else {
                known.push((it.id, it.member));
                continue;
            };
            let first = program.field(*first);
            let FieldKind::Audience { condition: before, .. } = &first.kind else { continue };
            let (one, other) = (first.name.clone(), field.name.clone());
            diags.push(SameAudience { one, other, at: condition.span, first: before.span });
        }
    }
}

/// The audiences without memory that say something, and have members.
fn asked<'p>(program: &'p Program, prover: &mut Prover<'p>, told: &Told<'p>) -> Vec<Asked> {
    let mut asked = Vec::new();
    for (id, field) in (0..).map(FieldId).zip(&program.fields) {
        let FieldKind::Audience { base, condition, until: None, .. } = &field.kind else { continue };
        let entity = field.entity;
        let member = prover.is_in(id);
        let is_said = matches!(condition.kind, ExprKind::Literal(Literal::Bool(_))) || told.within(condition.span);
        if is_said || prover.never(entity, member) {
            continue;
        }
        let whole = base.map_or(Node::TRUE, |base| prover.is_in(base));
        let condition = prover.condition(entity, condition);
        asked.push(Asked { id, entity, member, base: *base, whole, condition });
    }
    asked
}

fn is_same(prover: &mut Prover<'_>, entity: EntityId, one: Node, other: Node) -> bool {
    one == other
        || !prover.differ(entity, one, other)
            && prover.never_both(entity, one, !other)
            && prover.never_both(entity, other, !one)
}
