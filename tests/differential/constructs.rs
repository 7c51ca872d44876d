//! What occurs in a program and its rows, counted, so that a construct that the generator never makes is noticed.

use std::collections::BTreeMap;

use plgc::functions;
use plgc::program::{
    Aggregate, AggregateOp, ExperimentPart, Expr, ExprKind, FieldKind, Leave, LinkBy, Literal, Mode, Op, Program,
    RowsOf, SequencePart, Start, Sync, What, WindowOp,
};
use plgc::types::Type;

use super::funnel;
use super::wanted::WANTED;
use crate::run_cases::script::{Edition, Moment};

/// How often each construct occurred.
pub type Counts = BTreeMap<String, usize>;

/// What was wanted and never occurred.
pub fn never(counts: &Counts) -> Vec<String> {
    let functions = functions::all().map(|function| format!("function {}", function.name));
    let wanted = WANTED.iter().map(|name| (*name).to_owned()).chain(functions);
    wanted.filter(|name| !counts.contains_key(name)).collect()
}

/// Counts what occurs in a case.
pub fn count(program: &Program, edition: &Edition, counts: &mut Counts) {
    let mut seen = Seen { program, counts };
    for entity in &program.entities {
        if let Some(condition) = &entity.condition {
            seen.one("entity where");
            seen.expr(condition, 0);
        }
    }
    for link in &program.links {
        if let LinkBy::Row(aggregate) = &link.by {
            seen.one("row link");
            seen.aggregate(aggregate, 0);
        }
    }
    for field in &program.fields {
        seen.field(&field.kind);
    }
    for channel in &program.channels {
        seen.when(channel.order.len() > 1, "channel of several sequences");
    }
    for sync in &program.syncs {
        seen.sync(sync);
    }
    for stream in &program.streams {
        seen.one("sync from a step");
        seen.when(stream.filter.is_some(), "sync from a step with where");
    }
    seen.when(edition.text.contains(".sent + "), "step on what was sent");
    funnel::constructs(program, edition).into_iter().for_each(|name| seen.one(name));
    seen.rows(edition);
}

struct Seen<'a> {
    program: &'a Program,
    counts: &'a mut Counts,
}

impl Seen<'_> {
    fn one(&mut self, name: &str) {
        *self.counts.entry(name.to_owned()).or_default() += 1;
    }

    fn when(&mut self, is: bool, name: &str) {
        if is {
            self.one(name);
        }
    }

    fn sync(&mut self, sync: &Sync) {
        let is_audience = sync.filter.is_some_and(|filter| !self.program.field(filter).hidden);
        self.when(is_audience, "sync of an audience");
        self.when(sync.filter.is_none(), "sync of all rows");
        self.when(sync.filter.is_some() && !is_audience, "sync with where");
        self.when(!sync.pick.is_empty(), "sync with pick");
        self.when(sync.mode == Mode::Create, "sync that only creates");
        let leave = match &sync.leave {
            Leave::Clear => "Clear",
            Leave::Delete => "Delete",
            Leave::Keep => "Keep",
            Leave::Set(_) => "Set",
        };
        self.one(&format!("sync that leaves {leave}"));
    }

    fn rows(&mut self, edition: &Edition) {
        self.when(edition.zone.is_some(), "zone");
        self.when(edition.moments.len() > 2, "third run");
        let people = |moment: &Moment| -> Vec<String> {
            let tables = moment.tables.iter().filter(|table| table.name == "app.people");
            tables.flat_map(|table| table.rows.iter().map(|row| row[0].clone())).collect()
        };
        if let [first, second, third] = edition.moments.as_slice() {
            let (first, second, third) = (people(first), people(second), people(third));
            self.when(first.iter().any(|key| !second.contains(key) && third.contains(key)), "row gone and back");
        }
        for table in edition.moments.iter().flat_map(|moment| &moment.tables) {
            self.when(table.rows.is_empty(), "table without rows");
            self.when(table.rows.windows(2).any(|pair| pair[0] == pair[1]), "event twice");
            for cell in table.rows.iter().flatten() {
                self.when(cell.is_empty(), "null");
                self.when(["'é'", "'o''k'", "' x '", "''", "'🙂'", "'ß'"].contains(&cell.as_str()), "odd text");
                self.when(cell.starts_with("0001-") || cell.starts_with("9999-"), "first or last day");
            }
        }
    }

    fn field(&mut self, kind: &FieldKind) {
        match kind {
            FieldKind::Trait(value) => {
                self.one("trait");
                self.expr(value, 0);
            }
            FieldKind::Audience { base, condition, until, .. } => {
                self.one("audience");
                self.when(base.is_some(), "audience of an audience");
                self.when(until.is_some(), "audience until");
                [Some(condition), until.as_ref()].into_iter().flatten().for_each(|it| self.expr(it, 0));
            }
            FieldKind::Experiment(id, ExperimentPart::Arm) => {
                let experiment = self.program.experiment(*id);
                self.one("experiment");
                self.when(experiment.base.is_some(), "experiment of an audience");
                self.when(experiment.rollout.len() > 1, "experiment with a rollout that changes");
                self.when(experiment.layer.is_some(), "experiment in a layer");
                self.when(experiment.phases.len() > 1, "experiment with phases");
            }
            FieldKind::Sequence(id, SequencePart::Entry) => {
                let sequence = self.program.sequence(*id);
                self.one("sequence");
                self.when(sequence.start == Start::New, "sequence of who is new");
                self.when(sequence.hold.is_some(), "sequence with hold");
                self.when(sequence.exit.is_some(), "sequence with exit");
                self.when(sequence.stay, "sequence with stay");
                self.when(sequence.again.is_some(), "sequence again");
                self.when(!sequence.branches.is_empty(), "sequence with a branch");
                self.when(sequence.steps.iter().any(|step| step.until.is_some()), "step until");
                let through = sequence.steps.iter().filter(|step| step.via.is_some()).count();
                self.when(through == 1, "step through a channel");
                self.when(through > 1, "steps of one channel");
                sequence.all_exprs().into_iter().for_each(|it| self.expr(it, 0));
            }
            FieldKind::Experiment(..) | FieldKind::Sequence(..) => {}
            FieldKind::Status { stages, .. } => {
                self.one("status");
                for stage in stages {
                    self.when(stage.until.is_some(), "stage until");
                    stage.when.iter().chain(&stage.until).for_each(|it| self.expr(it, 0));
                }
            }
        }
    }

    fn expr(&mut self, expr: &Expr, depth: usize) {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Error => {}
            ExprKind::Now => self.one("now"),
            ExprKind::Read { path, what, .. } => {
                self.when(path.len() == 1, "path of one link");
                self.when(path.len() > 1, "path of several links");
                let program = self.program;
                self.when(
                    path.iter().any(|link| matches!(program.link(*link).by, LinkBy::Row(_))),
                    "path over a row link",
                );
                self.when(*what == What::Exists, "link is null");
                self.when(matches!(what, What::Since(_)), "since");
                self.when(matches!(what, What::Field(_)), "field read");
            }
            ExprKind::Op(op, operands) => self.op(*op, operands, depth),
            ExprKind::Call(name, arguments) => {
                self.one(&format!("function {name}"));
                arguments.iter().for_each(|it| self.expr(it, depth));
            }
            ExprKind::Case { arms, otherwise } => {
                self.one("case");
                self.when(otherwise.kind == ExprKind::Literal(Literal::Null), "case without otherwise");
                arms.iter().flat_map(|(when, value)| [when, value]).for_each(|it| self.expr(it, depth));
                self.expr(otherwise, depth);
            }
            ExprKind::Coerce(inner) => {
                self.one("coerce");
                self.expr(inner, depth);
            }
            ExprKind::Previous(inner) => {
                self.one("previous");
                self.expr(inner, depth);
            }
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, depth),
            ExprKind::Window(window) => {
                let name = match window.op {
                    WindowOp::Rank => "window Rank",
                    WindowOp::PercentRank => "window PercentRank",
                    WindowOp::Ntile(_) => "window Ntile",
                };
                self.one(name);
                self.when(!window.per.is_empty(), "window per");
                self.when(window.among.is_some(), "window among");
                self.when(window.order.descending, "window desc");
                window.per.iter().chain([&window.order.by]).for_each(|it| self.expr(it, depth));
            }
        }
    }

    fn op(&mut self, op: Op, operands: &[Expr], depth: usize) {
        let kind = operands.first().map_or(Type::Null, |first| first.typed.kind.clone());
        match op {
            Op::And | Op::Or | Op::Not => self.one(&format!("op {op:?}")),
            _ => self.one(&format!("op {op:?} {}", word(&kind))),
        }
        self.when(operands.iter().any(|it| it.typed.kind == Type::Months), "months added");
        operands.iter().for_each(|it| self.expr(it, depth));
    }

    fn aggregate(&mut self, aggregate: &Aggregate, depth: usize) {
        let name = match aggregate.op {
            AggregateOp::Percentile(_) => "Percentile".to_owned(),
            op => format!("{op:?}"),
        };
        self.one(&format!("aggregate {name}"));
        let set = &aggregate.set;
        match set.over {
            RowsOf::Source(_) => self.one("set of a source"),
            RowsOf::Entity(id) if self.program.entity(id).at.is_some() => self.one("set of an event"),
            RowsOf::Entity(_) => self.one("set of an entity"),
        }
        self.when(set.ties.is_empty(), "set without ties");
        self.when(depth > 0, "set within a set");
        self.when(set.condition.is_some(), "set with a condition");
        let outside = set.condition.iter().chain(&aggregate.value).any(|it| reads_outside(it, set.row));
        self.when(outside, "set that reads a row outside");
        for order in &aggregate.order {
            self.when(order.descending, "pick desc");
            self.one(&format!("pick by {}", word(&order.by.typed.kind)));
            self.expr(&order.by, depth + 1);
        }
        set.ties.iter().for_each(|tie| self.expr(&tie.inner, depth));
        set.condition.iter().chain(&aggregate.value).for_each(|it| self.expr(it, depth + 1));
    }
}

/// Whether a row other than the set's own is read, sets within it apart.
fn reads_outside(expr: &Expr, own: plgc::program::RowId) -> bool {
    match &expr.kind {
        ExprKind::Read { row, .. } => *row != own,
        ExprKind::Op(_, parts) | ExprKind::Call(_, parts) => parts.iter().any(|it| reads_outside(it, own)),
        ExprKind::Coerce(inner) | ExprKind::Previous(inner) => reads_outside(inner, own),
        _ => false,
    }
}

fn word(kind: &Type) -> &'static str {
    match kind {
        Type::Decimal { .. } => "decimal",
        Type::Enum(_) => "enum",
        Type::Text => "text",
        Type::Int => "int",
        Type::Float => "float",
        Type::Bool => "bool",
        Type::Date => "date",
        Type::Timestamp => "timestamp",
        Type::Duration => "duration",
        _ => "other",
    }
}
