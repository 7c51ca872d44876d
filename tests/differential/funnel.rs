//! Random funnels: steps that are columns, fields, any instants, or hang on the step before, so that some are reached; windows, groups.

use std::fmt::Write as _;

use plgc::eval::Row;
use plgc::program::{Expr, ExprKind, Funnel, Program, What};
use plgc::types::Type;

use super::expression::Frame;
use super::oracle::Oracle;
use super::program::Writer;
use super::world::{Kind, PERSON, TEAM};
use crate::run_cases::script::Edition;

impl Writer {
    /// A funnel behind all other declarations: nothing reads it.
    pub fn funnel(&mut self, number: usize) -> String {
        let entity = if self.random.chance(60) { PERSON } else { TEAM };
        let outer = [Frame { alias: "o".to_owned(), shape: entity, inner: true }];
        let mut text = format!("funnel g{number} of {} as o {{\n", self.base(entity));
        let mut before: Option<String> = None;
        for step in 0..1 + self.random.below(4) {
            let value = match (&before, self.random.below(5)) {
                (Some(before), 0) => before.clone(),
                (Some(before), 1..3) => {
                    let hours = self.random.below(60);
                    let sign = if self.random.chance(80) { '+' } else { '-' };
                    format!("({before}) {sign} {hours} hours")
                }
                (None, 0..3) => self.leaf(Kind::Timestamp, &outer),
                _ => self.value(Kind::Timestamp, &outer, 2),
            };
            let within = match self.random.below(4) {
                _ if before.is_none() => String::new(),
                0 => format!(" within {} hours", 1 + self.random.below(50)),
                1 => format!(" within {} months", 1 + self.random.below(3)),
                _ => String::new(),
            };
            writeln!(text, "  step c{step}{within} = {value}").unwrap();
            before = Some(value);
        }
        let columns = self.shapes[entity].columns.iter().filter(|it| matches!(it.kind, Kind::Enum(_)));
        let mut groups: Vec<String> = columns.map(|it| it.name.to_owned()).collect();
        let fields = self.fields.iter().filter(|it| it.entity == entity && matches!(it.kind, Kind::Enum(_)));
        groups.extend(fields.map(|it| format!("o.{}", it.name)));
        let many = self.random.below(3).min(groups.len());
        let first = self.random.below(groups.len());
        groups.rotate_left(first);
        if many > 0 {
            writeln!(text, "  per {}", groups[..many].join(", ")).unwrap();
        }
        text.push('}');
        text
    }
}

/// What occurs in the funnels of a program, and in what they show.
pub fn constructs(program: &Program, edition: &Edition) -> Vec<&'static str> {
    let mut found: Vec<&str> = program.funnels.iter().flat_map(|funnel| written(program, funnel)).collect();
    let mut oracle = Oracle::default();
    for moment in edition.moments.iter().filter(|_| !program.funnels.is_empty()) {
        let Some(output) = oracle.next(program, moment) else { break };
        for funnel in &program.funnels {
            let shown = &output.funnels[&funnel.name].members;
            let reached = |row: &Row, step: usize| {
                let step = funnel.steps.get(step).and_then(|step| shown.value(row, &step.name));
                step.is_some_and(|at| !at.is_null())
            };
            let missed = |row: &Row| funnel.steps.len() > 1 && reached(row, 0) && !reached(row, 1);
            found.extend(shown.rows.iter().any(|row| reached(row, 1)).then_some("step reached behind another one"));
            found.extend(shown.rows.iter().any(missed).then_some("step missed behind another one"));
        }
    }
    found
}

fn written(program: &Program, funnel: &Funnel) -> Vec<&'static str> {
    let what = |expr: &Expr| match expr.kind {
        ExprKind::Read { what, .. } => what,
        _ => panic!("{}: no plain read", funnel.name),
    };
    let is_column = |expr: &Expr| matches!(what(expr), What::Column(_));
    let is_hidden = |expr: &Expr| matches!(what(expr), What::Field(id) if program.field(id).hidden);
    let mut all = vec![(true, "funnel"), (funnel.base.is_some(), "funnel of an audience")];
    all.push((funnel.per.len() > 1, "funnel per several"));
    for group in &funnel.per {
        let name = if is_column(&group.value) { "funnel per an enum column" } else { "funnel per a field" };
        all.push((true, name));
    }
    for step in &funnel.steps {
        let within = step.within.as_ref().map(|within| &within.typed.kind);
        all.extend([
            (is_column(&step.value), "step of a column"),
            (is_hidden(&step.value), "step of an expression"),
            (within == Some(&Type::Duration), "step within a duration"),
            (within == Some(&Type::Months), "step within months"),
        ]);
    }
    all.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect()
}
