//! Takes the program, gives for each entity a number of columns that no step of its statements exceeds: counted from
//! the field graph, in a small part of the time that planning takes. `tests/widths.rs` holds it to the plans.

use std::collections::BTreeMap;

use super::normal;
use crate::plan::fold;
use crate::program::{Aggregate, EntityId, Expr, ExprKind, FieldKind, LinkBy, LinkId, OUTER, Program, What};

/// A step carries a value in up to so many columns: itself, what orders it, and the key of the row that it is of.
const EACH: usize = 3;

/// What a step may have beside them: the identities of rows, and their places.
const BESIDE: usize = 16;

/// For each entity with fields the most columns that a step of its statements can have.
#[must_use]
pub fn most_columns(program: &Program) -> BTreeMap<EntityId, usize> {
    let program = &*fold::fold(program);
    let mut count = Count { program, row_links: BTreeMap::new() };
    let mut most = BTreeMap::new();
    for field in &program.fields {
        let width = most.entry(field.entity).or_insert_with(|| {
            let source = program.entity(field.entity).source;
            program.source(source).columns.len() + BESIDE
        });
        *width += match &field.kind {
            FieldKind::Trait(expr) => 1 + EACH * count.expr(expr, false),
            FieldKind::Audience { condition, until, .. } => {
                let until = until.as_ref().map_or(0, |until| count.expr(until, false));
                4 + EACH * (count.expr(condition, false) + until)
            }
            // They are folded.
            FieldKind::Experiment(..) | FieldKind::Sequence(..) => 0,
            FieldKind::Status { stages, .. } => {
                let all = stages.iter().flat_map(|stage| stage.when.iter().chain(&stage.until));
                4 + EACH * all.map(|expr| count.expr(expr, false)).sum::<usize>()
            }
        };
    }
    most
}

/// Counts the values that may be carried from a step to the next.
struct Count<'a> {
    program: &'a Program,
    /// Those of links to one row of a set.
    row_links: BTreeMap<LinkId, usize>,
}

impl Count<'_> {
    /// `within`: in an aggregate or window, where also columns of the row are carried.
    fn expr(&mut self, expr: &Expr, within: bool) -> usize {
        match &expr.kind {
            ExprKind::Read { row, path, what } => {
                let is_own = *row == OUTER
                    && path.is_empty()
                    && !matches!(what, What::Was(_) | What::Born(_) | What::Mark(_) | What::Exists);
                if is_own && !within { 0 } else { 1 + path.iter().map(|link| self.link(*link)).sum::<usize>() }
            }
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate),
            ExprKind::Window(window) => {
                // The place, what it is ordered by, and who counts.
                3 + window.per.len() + expr.parts().into_iter().map(|child| self.expr(child, true)).sum::<usize>()
            }
            ExprKind::Previous(inner) => 3 + self.expr(inner, true),
            _ => expr.parts().into_iter().map(|child| self.expr(child, within)).sum(),
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate) -> usize {
        let ties = &aggregate.set.ties;
        let sides = ties.iter().flat_map(|tie| [&tie.inner, &tie.outer]);
        let values: usize = sides.chain(normal::own(aggregate)).map(|expr| self.expr(expr, true)).sum();
        1 + ties.len() + aggregate.order.len() + usize::from(aggregate.value.is_some()) + values
    }

    /// The column that a link is followed by; for one to a row of a set, its aggregate.
    fn link(&mut self, id: LinkId) -> usize {
        let LinkBy::Row(aggregate) = &self.program.link(id).by else { return 1 };
        if let Some(known) = self.row_links.get(&id) {
            return *known;
        }
        let found = self.aggregate(aggregate);
        self.row_links.insert(id, found);
        found
    }
}
