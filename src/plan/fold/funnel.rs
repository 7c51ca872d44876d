//! Takes a funnel, gives how many of its steps a row has reached, one after the other, as a value over the row: what the view
//! of its members reads. It is in the entity's last model, and remembers nothing.

use super::value::{case, int, not};
use crate::program::{FUNNEL_HIDDEN, Field, FieldKind, Funnel};
use crate::types::Type;

/// The name of the column.
#[must_use]
pub fn column(funnel: &Funnel) -> String {
    format!("{FUNNEL_HIDDEN}{}", funnel.name)
}

/// The field: the first step that has not followed ends the count.
pub(super) fn field(funnel: &Funnel) -> Field {
    let arms = (0..).zip(&funnel.steps).map(|(before, step)| (not(step.follows.clone()), int(before)));
    let count = case(arms.collect(), int(funnel.steps.len() as i64));
    Field {
        entity: funnel.entity,
        name: column(funnel),
        doc: None,
        span: funnel.span,
        typed: Type::Int.required(),
        kind: FieldKind::Trait(count),
        hidden: true,
        labels: Vec::new(),
    }
}
