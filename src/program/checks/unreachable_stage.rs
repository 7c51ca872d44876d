//! Takes a program whose names and types are right, warns of a stage whose rows are all in earlier stages, or whose
//! condition can never hold: it has no rows; and of a move that no row can make. Speaks only where that is certain.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::never_holds::Told;
use crate::diagnostics::Diagnostics;
use crate::program::proof::{Answer, Node, Prover};
use crate::program::{FieldId, FieldKind, Program, Stage};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("stage `{name}` is never reached")]
#[diagnostic(code("unreachable-stage"), severity(Warning))]
struct UnreachableStage {
    name: String,
    #[label(primary, "{why}")]
    at: Span,
    why: String,
    #[label("this comes first")]
    earlier: Option<Span>,
    #[help]
    help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("no row can move from `{from}` to `{to}`")]
#[diagnostic(code("impossible-move"), severity(Warning), help("remove the move, or correct an `until`"))]
struct ImpossibleMove {
    from: String,
    to: String,
    #[label(primary, "a row that was in `{from}` is not in `{to}` in the next run")]
    at: Span,
    #[label("it stays in `{from}` until this holds")]
    until: Option<Span>,
}

pub(super) fn check<'p>(
    program: &'p Program,
    prover: &mut Prover<'p>,
    (files, told): (&[ast::File], &Told<'p>),
    diags: &mut Diagnostics,
) {
    for (id, field) in (0..).map(FieldId).zip(&program.fields) {
        let FieldKind::Status { stages, moves, .. } = &field.kind else { continue };
        let mut dead = BTreeSet::new();
        for (at, stage) in stages.iter().enumerate() {
            let enters = prover.enters_stage(id, at);
            if !prover.never(field.entity, enters) {
                continue;
            }
            dead.insert(at);
            if !stage.when.as_ref().is_some_and(|when| told.within(when.span)) {
                unreachable(prover, id, (at, stage), stages).into_iter().for_each(|it| diags.push(it));
            }
        }
        for (from, to) in moves.iter().flatten().filter(|(from, to)| !dead.contains(from) && !dead.contains(to)) {
            let change = prover.changes_stage(id, *from, *to);
            let (Some(before), Some(after)) = (stages.get(*from), stages.get(*to)) else { continue };
            if prover.never(field.entity, change)
                && let Some(at) = written(files, field.span, (&before.name, &after.name))
            {
                let until = before.until.as_ref().map(|until| until.span);
                diags.push(ImpossibleMove { from: before.name.clone(), to: after.name.clone(), at, until });
            }
        }
    }
}

/// Why a stage is never reached: one stage before takes all its rows, all before together do, or it has none.
fn unreachable<'p>(
    prover: &mut Prover<'p>,
    id: FieldId,
    (at, stage): (usize, &'p Stage),
    stages: &'p [Stage],
) -> Option<UnreachableStage> {
    let entity = prover.program().field(id).entity;
    let name = stage.name.clone();
    let Some(when) = &stage.when else {
        let last = stages.iter().take(at).rev().find_map(|before| before.when.as_ref())?;
        let why = "with this, every row is in a stage before".to_owned();
        let help = "write `otherwise` in the place of the last condition";
        return Some(UnreachableStage { name, at: last.span, why, earlier: None, help });
    };
    let holds = prover.condition(entity, when);
    let until = stage.until.as_ref().map(|until| prover.condition(entity, until));
    let own = prover.all(&[holds, !until.unwrap_or(Node::FALSE)]);
    if prover.never(entity, own) {
        let why = "no row satisfies this".to_owned();
        return Some(UnreachableStage { name, at: when.span, why, earlier: None, help: "correct the condition" });
    }
    let example = match prover.satisfiable(entity, own) {
        Answer::Yes(row) if !row.columns.is_empty() => format!(", such as one with {row},"),
        _ => String::new(),
    };
    let first = stages.iter().enumerate().take(at).find(|(number, _)| {
        let taken = prover.holds_stage(id, *number);
        let left = prover.all(&[own, !taken]);
        prover.never(entity, left)
    });
    let why = first.map_or_else(
        || format!("every such row{example} is in a stage before"),
        |(_, stage)| format!("every such row{example} is in `{}`", stage.name),
    );
    let earlier = first.and_then(|(_, stage)| stage.when.as_ref()).map(|when| when.span);
    Some(UnreachableStage { name, at: when.span, why, earlier, help: "put the narrower stage first" })
}

/// Where a move is written: the stage that it leads to.
fn written(files: &[ast::File], status: Span, (from, to): (&str, &str)) -> Option<Span> {
    let declarations = files.iter().flat_map(|file| &file.declarations);
    let node = declarations.filter_map(|declaration| match &declaration.kind {
        ast::DeclarationKind::Status(node) if node.name.span == status => Some(node),
        _ => None,
    });
    let chains = node.flat_map(|node| node.moves.iter().flat_map(|moves| &moves.chains));
    chains.flat_map(|chain| chain.windows(2)).find_map(|pair| match pair {
        [one, other] if one.text == from && other.text == to => Some(other.span),
        _ => None,
    })
}
