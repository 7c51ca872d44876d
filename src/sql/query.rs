//! Takes queries, gives their layout: one clause per line, one item per line, each step of a `WITH` under
//! its comments with a blank line before it.

use super::doc::{Doc, behind, join};
use super::{raw, scalar, stable};
use crate::dialect::Dialect;
use crate::plan::rel::{Body, From, Item, Join, JoinKind, Query, Scalar, Select, Step, Table};

/// A whole query.
#[must_use]
pub fn query(query: &Query, dialect: &Dialect) -> Vec<Doc> {
    let mut docs = Vec::new();
    if !query.steps.is_empty() {
        docs.extend([Doc::text("WITH"), Doc::Hard, Doc::Hard]);
        // What a barrier is for is said at the first one.
        let first = query.steps.iter().position(|it| it.barrier);
        let steps = query.steps.iter().enumerate();
        let steps = steps.map(|(place, it)| Doc::Group(step(it, first == Some(place), dialect))).collect();
        docs.extend(join(steps, &[Doc::text(","), Doc::Hard, Doc::Hard]));
        docs.extend([Doc::Hard, Doc::Hard]);
    }
    docs.extend(body(&query.body, &Doc::Hard, dialect));
    docs
}

fn step(step: &Step, is_told: bool, dialect: &Dialect) -> Vec<Doc> {
    let mut docs = comments(&step.comments);
    docs.push(Doc::text(format!("{} AS (", dialect.identifier(&step.name))));
    let mut inner = behind(Doc::Hard, body(&step.body, &Doc::Hard, dialect));
    if let Some(barrier) = dialect.barrier.filter(|_| step.barrier) {
        if is_told {
            inner.extend([
                Doc::Hard,
                Doc::text(
                    "-- computed once: without the next line, its expressions are computed again by every reader",
                ),
            ]);
        }
        inner.extend([Doc::Hard, Doc::text(barrier)]);
    }
    docs.push(Doc::Indent(inner));
    docs.extend([Doc::Hard, Doc::text(")")]);
    docs
}

/// Comment lines, each with a break after it.
#[must_use]
pub fn comments(comments: &[String]) -> Vec<Doc> {
    let lines = comments.iter().flat_map(|comment| comment.lines());
    lines.flat_map(|line| [Doc::text(format!("-- {line}").trim_end().to_owned()), Doc::Hard]).collect()
}

/// One or more selects, with that break between clauses.
#[must_use]
pub fn body(body: &Body, line: &Doc, dialect: &Dialect) -> Vec<Doc> {
    let selects = body.selects.iter().map(|it| Doc::Group(select(it, line, dialect))).collect();
    let mut docs = join(selects, &[line.clone(), Doc::text("UNION ALL"), line.clone()]);
    if !body.order_by.is_empty() {
        let by = body.order_by.iter().map(|it| scalar::sort(it, dialect)).collect();
        docs.extend([line.clone(), Doc::text("ORDER BY ")]);
        docs.push(Doc::Group(vec![Doc::Indent(join(by, &[Doc::text(","), Doc::Line]))]));
    }
    docs
}

fn select(select: &Select, line: &Doc, dialect: &Dialect) -> Vec<Doc> {
    let mut docs = comments(&select.comments);
    docs.push(Doc::text(if select.distinct { "SELECT DISTINCT" } else { "SELECT" }));
    let items = select.items.iter().map(|it| item(it, dialect)).collect();
    docs.push(Doc::Indent(behind(line.clone(), join(items, &[Doc::text(","), line.clone()]))));
    if let Some(it) = &select.from {
        docs.extend([line.clone(), Doc::text("FROM "), from(it, dialect)]);
    }
    docs.extend(select.joins.iter().flat_map(|it| [line.clone(), join_clause(it, dialect)]));
    docs.extend(condition("WHERE ", &select.filter, line, dialect));
    if !select.group_by.is_empty() {
        let by = select.group_by.iter().map(|it| scalar::scalar(it, dialect).doc).collect();
        docs.extend([line.clone(), Doc::text("GROUP BY ")]);
        docs.push(Doc::Group(vec![Doc::Indent(join(by, &[Doc::text(","), Doc::Line]))]));
    }
    docs.extend(condition("HAVING ", &select.having, line, dialect));
    docs
}

fn item(item: &Item, dialect: &Dialect) -> Doc {
    match item {
        Item::All(alias) => Doc::text(format!("{}.*", dialect.identifier(alias))),
        Item::Named(Scalar::Column(Some(alias), column), name) if column == name => {
            Doc::text(format!("{}.{}", dialect.identifier(alias), dialect.identifier(column)))
        }
        Item::Named(value, name) => {
            let value = stable::item(value, dialect);
            Doc::Group(vec![value, Doc::text(format!(" AS {}", dialect.identifier(name)))])
        }
    }
}

fn from(from: &From, dialect: &Dialect) -> Doc {
    let alias = dialect.identifier(&from.alias);
    let inner = match &from.table {
        Table::Query(inner) => body(inner, &Doc::Hard, dialect),
        Table::Sql { text, reads } => vec![Doc::text(raw::text(text, reads, dialect))],
        Table::Step(name) if *name == from.alias => return Doc::text(alias),
        other => return Doc::text(format!("{} AS {alias}", super::table(other, dialect))),
    };
    let inner = Doc::Indent(behind(Doc::Hard, inner));
    Doc::Group(vec![Doc::text("("), inner, Doc::Hard, Doc::text(format!(") AS {alias}"))])
}

fn join_clause(join: &Join, dialect: &Dialect) -> Doc {
    let words = match join.kind {
        JoinKind::Inner => "JOIN ",
        JoinKind::Left => "LEFT JOIN ",
        JoinKind::Cross => "CROSS JOIN ",
    };
    let mut docs = vec![Doc::text(words), from(&join.with, dialect)];
    if !join.on.is_empty() {
        docs.extend([Doc::text(" ON "), all(&join.on, &Doc::Line, dialect)]);
    }
    Doc::Group(docs)
}

fn condition(words: &'static str, conditions: &[Scalar], line: &Doc, dialect: &Dialect) -> Vec<Doc> {
    if conditions.is_empty() {
        return Vec::new();
    }
    vec![line.clone(), Doc::text(words), all(conditions, line, dialect)]
}

/// Conditions that all must hold, each `AND` after that break.
fn all(conditions: &[Scalar], line: &Doc, dialect: &Dialect) -> Doc {
    if let [only] = conditions {
        return scalar::scalar(only, dialect).doc;
    }
    let and = super::template::level::AND;
    let flat = conditions.iter().flat_map(|it| match it {
        Scalar::And(inner) => inner.as_slice(),
        other => std::slice::from_ref(other),
    });
    let docs = flat.map(|it| scalar::scalar(it, dialect).at(and + 1)).collect();
    Doc::Group(vec![Doc::Indent(join(docs, &[line.clone(), Doc::text("AND ")]))])
}
