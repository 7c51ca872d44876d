//! Takes what a sync sends and what a policy forbids, and says whether the one excludes the other, for all rows there can
//! be. Looks through audiences and traits, and over to-one links. What it does not understand is not proved.

use std::collections::BTreeSet;

use super::facts::{DEPTH, conjuncts, exclude};
use super::reads_back::exprs;
use crate::program::cycle::{Node, needs};
use crate::program::walk::{columns_read, visit};
use crate::program::{
    EntityId, Expr, ExprKind, FieldId, FieldKind, LinkId, OUTER, Op, Program, RowsOf, SourceId, What,
};
use crate::source::Span;
use crate::types::Type;

/// Whether no row for which the filter holds leads, over the path, to a row for which the field does.
pub(in crate::program) fn excludes(
    program: &Program,
    filter: Option<FieldId>,
    forbids: FieldId,
    path: &[LinkId],
) -> bool {
    let mut facts = Facts { program, hold: Vec::new(), seen: BTreeSet::new() };
    if let Some(filter) = filter {
        facts.member(filter, &[]);
    }
    let hold: Vec<&Expr> = facts.hold.iter().collect();
    let FieldKind::Trait(condition) = &program.field(forbids).kind else { return false };
    Proof { program, hold: &hold }.refutes(condition, true, path, DEPTH)
}

/// The value at the end of a path, as it is read from the path's start; `None` where that is no plain read.
fn over(expr: &Expr, path: &[LinkId]) -> Option<Expr> {
    if path.is_empty() {
        return Some(expr.clone());
    }
    let all = |operands: &[Expr]| operands.iter().map(|it| over(it, path)).collect::<Option<Vec<Expr>>>();
    let kind = match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Now => expr.kind.clone(),
        ExprKind::Read { row: OUTER, path: own, what } => {
            ExprKind::Read { row: OUTER, path: [path, own].concat(), what: *what }
        }
        ExprKind::Op(op, operands) => ExprKind::Op(*op, all(operands)?),
        ExprKind::Call(name, operands) => ExprKind::Call(name, all(operands)?),
        ExprKind::Coerce(inner) => ExprKind::Coerce(Box::new(over(inner, path)?)),
        ExprKind::Read { .. }
        | ExprKind::Case { .. }
        | ExprKind::Aggregate(_)
        | ExprKind::Window(_)
        | ExprKind::Previous(_)
        | ExprKind::Error => return None,
    };
    Some(Expr { kind, ..expr.clone() })
}

/// The membership of the row at the end of a path.
fn read(field: FieldId, path: &[LinkId]) -> Expr {
    let kind = ExprKind::Read { row: OUTER, path: path.to_vec(), what: What::Field(field) };
    Expr { typed: Type::Bool.required(), span: Span::default(), kind }
}

/// A bool field that a condition is, with the path to it.
fn field_of(condition: &Expr) -> Option<(FieldId, &[LinkId])> {
    match &condition.kind {
        ExprKind::Read { row: OUTER, path, what: What::Field(id) } => Some((*id, path)),
        _ => None,
    }
}

/// What holds for each row that is sent.
struct Facts<'p> {
    program: &'p Program,
    hold: Vec<Expr>,
    seen: BTreeSet<(FieldId, Vec<LinkId>)>,
}

impl Facts<'_> {
    /// The field holds for the row at the end of the path, and so there is that row.
    fn member(&mut self, id: FieldId, path: &[LinkId]) {
        if !self.seen.insert((id, path.to_vec())) {
            return;
        }
        self.hold.push(read(id, path));
        let program = self.program;
        match &program.field(id).kind {
            FieldKind::Audience { base, condition, until, .. } => {
                if until.is_none() {
                    self.condition(condition, path);
                }
                if let Some(base) = base {
                    self.member(*base, path);
                }
            }
            FieldKind::Trait(value) if value.typed.kind == Type::Bool => self.condition(value, path),
            FieldKind::Trait(_) | FieldKind::Status { .. } | FieldKind::Experiment(..) => {}
        }
    }

    fn condition(&mut self, condition: &Expr, path: &[LinkId]) {
        for conjunct in conjuncts(condition) {
            self.hold.extend(over(conjunct, path));
            if let Some((id, own)) = field_of(conjunct) {
                self.member(id, &[path, own].concat());
            }
        }
    }
}

struct Proof<'p> {
    program: &'p Program,
    hold: &'p [&'p Expr],
}

impl Proof<'_> {
    /// Whether it cannot be, beside what holds, that a condition at the end of the path holds (or, the other way, does not).
    fn refutes(&self, condition: &Expr, holds: bool, path: &[LinkId], depth: u32) -> bool {
        if over(condition, path).is_some_and(|it| self.excluded(&it, holds)) {
            return true;
        }
        let Some(depth) = depth.checked_sub(1) else { return false };
        let mut parts = match &condition.kind {
            ExprKind::Op(_, operands) => operands.iter().map(|it| self.refutes(it, holds, path, depth)),
            _ => return self.refutes_field(condition, holds, path, depth),
        };
        match &condition.kind {
            ExprKind::Op(Op::Not, operands) => operands.iter().all(|it| self.refutes(it, !holds, path, depth)),
            ExprKind::Op(Op::Or, _) => {
                if holds {
                    parts.all(|it| it)
                } else {
                    parts.any(|it| it)
                }
            }
            ExprKind::Op(Op::And, _) => {
                if holds {
                    parts.any(|it| it)
                } else {
                    parts.all(|it| it)
                }
            }
            _ => false,
        }
    }

    fn refutes_field(&self, condition: &Expr, holds: bool, path: &[LinkId], depth: u32) -> bool {
        // What a field of a further row says where that row is missing is not what its condition says.
        let Some((id, [])) = field_of(condition) else { return false };
        match &self.program.field(id).kind {
            FieldKind::Trait(value) if value.typed.kind == Type::Bool => self.refutes(value, holds, path, depth),
            FieldKind::Audience { base, condition, until, .. } => {
                let by_condition = until.is_none() && self.refutes(condition, holds, path, depth);
                let by_base = |base: &FieldId| self.refutes(&read(*base, &[]), holds, path, depth);
                let by_base = base.as_ref().map(by_base);
                if holds { by_condition || by_base == Some(true) } else { by_condition && by_base != Some(false) }
            }
            FieldKind::Trait(_) | FieldKind::Status { .. } | FieldKind::Experiment(..) => false,
        }
    }

    fn excluded(&self, condition: &Expr, holds: bool) -> bool {
        if holds {
            let all: Vec<&Expr> = self.hold.iter().copied().chain([condition]).collect();
            exclude(&all, &[])
        } else {
            exclude(self.hold, &[condition])
        }
    }
}

/// Whether what a field says comes out of a source that is raw SQL.
pub(in crate::program) fn reads_raw_sql(program: &Program, field: FieldId) -> bool {
    let is_raw = |source: SourceId| program.source(source).sql.is_some();
    let of_entity = |entity: EntityId| program.entity(entity).source;
    let mut seen = BTreeSet::from([Node::Field(field)]);
    let mut open = vec![Node::Field(field)];
    while let Some(node) = open.pop() {
        let mut sources: Vec<SourceId> = Vec::new();
        for (entity, expr) in exprs(program, node) {
            sources.push(of_entity(entity));
            sources.extend(columns_read(program, entity, expr).into_iter().map(|(source, _)| source));
            visit(expr, &mut |part| match &part.kind {
                ExprKind::Aggregate(aggregate) => sources.push(match aggregate.set.over {
                    RowsOf::Entity(entity) => of_entity(entity),
                    RowsOf::Source(source) => source,
                }),
                ExprKind::Read { path, .. } => {
                    sources.extend(path.iter().map(|link| of_entity(program.link(*link).to)));
                }
                _ => {}
            });
        }
        if sources.into_iter().any(is_raw) {
            return true;
        }
        open.extend(needs(program, node).into_iter().map(|(node, _)| node).filter(|node| seen.insert(*node)));
    }
    false
}
