//! Events stay as they were; an entity's columns do not. A condition over events that reads such a column uses the value that it has
//! now, whenever the event happened, and this says so.

use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::walk::of_program;
use crate::program::{EntityId, Expr, ExprKind, LinkId, OUTER, Program, RowId, RowsOf, What};
use crate::source::{Sources, Span};

#[derive(Debug, Error, Diagnostic)]
#[error("a condition over events uses the value that `{text}` has now")]
#[diagnostic(
    code("todays-value"),
    severity(Warning),
    help("if the value at the time of the event is meant, read it from the event's own source")
)]
struct TodaysValue {
    text: String,
    #[label(primary, "this may have changed since the event happened")]
    at: Span,
    #[label("a column of an entity")]
    declared: Span,
}

pub(super) fn check(program: &Program, sources: &Sources, diags: &mut Diagnostics) {
    for (entity, expr) in of_program(program) {
        let rows = BTreeMap::from([(OUTER, RowsOf::Entity(entity))]);
        Look { program, sources, diags }.look(expr, &rows, false);
    }
}

struct Look<'a> {
    program: &'a Program,
    sources: &'a Sources,
    diags: &'a mut Diagnostics,
}

impl Look<'_> {
    fn look(&mut self, expr: &Expr, rows: &BTreeMap<RowId, RowsOf>, over_events: bool) {
        match &expr.kind {
            ExprKind::Read { row, path, what: What::Column(column) } if over_events => {
                let Some(entity) = self.end(rows.get(row).copied(), path) else { return };
                let found = self.program.entity(entity);
                let is_fixed = found.at.is_some() || found.key == *column || found.unique.contains(column);
                if !is_fixed {
                    let declared = self.program.column(entity, *column).span;
                    let text = self.sources.text(expr.span).to_owned();
                    self.diags.push(TodaysValue { text, at: expr.span, declared });
                }
            }
            ExprKind::Aggregate(aggregate) => {
                let set = &aggregate.set;
                let is_event = matches!(set.over, RowsOf::Entity(id) if self.program.entity(id).at.is_some());
                let mut rows = rows.clone();
                rows.insert(set.row, set.over);
                if let Some(condition) = &set.condition {
                    self.look(condition, &rows, over_events || is_event);
                }
                let order = aggregate.order.iter().map(|order| &order.by);
                for part in aggregate.value.iter().chain(order) {
                    self.look(part, &rows, over_events);
                }
            }
            _ => expr.parts().into_iter().for_each(|part| self.look(part, rows, over_events)),
        }
    }

    /// The entity whose row a path leads to.
    fn end(&self, over: Option<RowsOf>, path: &[LinkId]) -> Option<EntityId> {
        match (path.last(), over) {
            (Some(link), _) => Some(self.program.link(*link).to),
            (None, Some(RowsOf::Entity(id))) => Some(id),
            (None, Some(RowsOf::Source(_)) | None) => None,
        }
    }
}
