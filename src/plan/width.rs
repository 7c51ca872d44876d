//! Takes the models of a program and says which of them are too wide for a table. Counts the columns of each level of a
//! statement, which carries those of the one before. Promises: the same answer for every warehouse, and no planning
//! where a look at the fields tells that nothing is too wide.

use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use super::rel::{Body, Item, Query, Select, Table};
use super::{Model, model};
use crate::diagnostics::Diagnostics;
use crate::dialect::names::MOST_COLUMNS;
use crate::program::Program;
use crate::source::{Sources, Span};

#[derive(Debug, Error, Diagnostic)]
#[error("the statement of entity `{entity}` needs {found} columns, and a warehouse has at most {MOST_COLUMNS}")]
#[diagnostic(
    code("too-many-columns"),
    help("declare a second entity over the same source with the same key, and move some of the fields to it")
)]
struct TooManyColumns {
    entity: String,
    found: usize,
    #[label(primary, "an audience or status takes up to four columns, any other field and column one")]
    at: Span,
}

/// Reports every entity whose statement is too wide, once. Plans the models only where one may be.
pub fn check(program: &Program, sources: &Sources, diags: &mut Diagnostics) {
    if model::bound::most_columns(program).values().all(|most| *most <= MOST_COLUMNS) {
        return;
    }
    let widths = widths(&model::models(program, sources));
    for entity in &program.entities {
        if let Some(found) = widths.get(&entity.name).copied().filter(|found| *found > MOST_COLUMNS) {
            diags.push(TooManyColumns { entity: entity.name.clone(), found, at: entity.span });
        }
    }
}

/// The columns of each entity's widest step.
#[must_use]
pub fn widths(models: &[Model]) -> BTreeMap<String, usize> {
    let mut widest = BTreeMap::new();
    for model in models {
        let found = widest.entry(model.entity.clone()).or_default();
        *found = width(&model.query).max(model.columns.len()).max(*found);
    }
    widest
}

/// The columns of the widest select of a query.
fn width(query: &Query) -> usize {
    let mut steps = BTreeMap::new();
    for step in &query.steps {
        steps.insert(step.name.as_str(), of_body(&step.body, &steps));
    }
    steps.values().copied().max().unwrap_or(0).max(of_body(&query.body, &steps))
}

fn of_body(body: &Body, steps: &BTreeMap<&str, usize>) -> usize {
    body.selects.iter().map(|select| of_select(select, steps)).max().unwrap_or(0)
}

fn of_select(select: &Select, steps: &BTreeMap<&str, usize>) -> usize {
    let items = select.items.iter().map(|item| match item {
        Item::All(alias) => of_alias(select, alias, steps),
        Item::Named(..) => 1,
    });
    items.sum()
}

/// The columns of the relation with this alias, as far as it is a step or a subquery.
fn of_alias(select: &Select, alias: &str, steps: &BTreeMap<&str, usize>) -> usize {
    let relations = select.from.iter().chain(select.joins.iter().map(|join| &join.with));
    let found = relations.filter(|it| it.alias == alias).map(|it| match &it.table {
        Table::Step(name) => steps.get(name.as_str()).copied().unwrap_or(0),
        Table::Query(body) => of_body(body, steps),
        _ => 0,
    });
    found.max().unwrap_or(0)
}
