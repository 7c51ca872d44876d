//! Takes the tables of `given` and gives rows with all columns: what is not named is null where it may be, else a plain value of
//! its type; a key is one that no other row has. A later table replaces the rows that have its keys.

use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use super::Typed;
use super::cell::Head;
use crate::program::context::Ctx;
use crate::program::mistakes::{self, Unknown};
use crate::program::names::Global;
use crate::program::source::DuplicateColumn;
use crate::program::{Column, ColumnId, Literal, Program, SourceId};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{Type, civil};

const DAY: i64 = 86_400_000_000;

#[derive(Debug, Error, Diagnostic)]
#[error("the key `{key}` stands twice")]
#[diagnostic(code("duplicate-key"), help("remove one of the two, or give it another key"))]
pub(super) struct DuplicateKey {
    pub key: String,
    #[label(primary, "again here")]
    pub at: Span,
    #[label("first here")]
    pub first: Span,
}

/// The rows of a table, as far as they are written.
pub(super) struct Rows {
    pub source: SourceId,
    /// The columns that are named.
    columns: Vec<ColumnId>,
    /// A value for each of them; nothing where the cell says nothing.
    rows: Vec<Vec<Option<Literal>>>,
}

impl Ctx<'_> {
    /// The rows of a `given`.
    pub(super) fn given_rows(&mut self, given: &ast::Given) -> Option<Rows> {
        let name = given.of.dotted();
        let Some(source) = self.source_named(&name) else {
            self.unknown_given(&name, given.of.span);
            return None;
        };
        let heads = self.given_heads(source, &given.columns);
        let key = key_of(&self.program, source);
        let mut rows = Rows { source, columns: heads.iter().flatten().map(|(id, _)| *id).collect(), rows: Vec::new() };
        let mut seen: Vec<(Literal, Span)> = Vec::new();
        for line in &given.rows {
            let mut row = Vec::new();
            let mut is_whole = true;
            for (head, cell) in heads.iter().zip(&line.cells) {
                let Some((id, head)) = head else { continue };
                let Ok(value) = self.given_cell(cell, head) else {
                    is_whole = false;
                    continue;
                };
                if let Some(value) = value.as_ref().filter(|_| Some(*id) == key) {
                    self.note_key(value, (&cell.text, cell.span), &mut seen);
                }
                row.push(value);
            }
            if is_whole {
                rows.rows.push(row);
            }
        }
        Some(rows)
    }

    /// Reports a key that stands twice.
    pub(super) fn note_key(&mut self, value: &Literal, (text, at): (&str, Span), seen: &mut Vec<(Literal, Span)>) {
        match seen.iter().find(|(known, _)| known == value) {
            Some((_, first)) => self.diags.push(DuplicateKey { key: text.to_owned(), at, first: *first }),
            None => seen.push((value.clone(), at)),
        }
    }

    fn unknown_given(&mut self, name: &str, at: Span) {
        let mistake = Unknown::new(mistakes::SOURCE, name, at);
        if let Some((Global::Entity(id), span)) = self.global(name) {
            let source = self.rows_name(crate::program::RowsOf::Source(self.entity(id).source));
            let mistake = mistake.bears(span, "rows are given to a source").or_help(format!("write `{source}`"));
            return self.unknown(mistake);
        }
        let known = self.known(|what| matches!(what, Global::Source(_)));
        let known = known.iter().map(|(name, span)| (name.as_str(), *span));
        self.unknown(mistake.among(known).or_help("name a source, as it is declared"));
    }

    /// The columns that the first line names; one that there is not was reported.
    fn given_heads(&mut self, source: SourceId, names: &[ast::Name]) -> Vec<Option<(ColumnId, Head)>> {
        let mut heads = Vec::new();
        for (at, name) in names.iter().enumerate() {
            self.check_head(names, at);
            let found = self.column_named(source, &name.text);
            let found =
                found.map(|(id, it)| (id, Head { name: it.name.clone(), typed: it.typed.clone(), declared: it.span }));
            if found.is_none() && !self.columnless.contains(&source) {
                let declared = self.program.source(source);
                let known = declared.columns.iter().map(|it| (it.name.as_str(), Some(it.span)));
                let mistake = Unknown::new(mistakes::COLUMN, &name.text, name.span).among(known);
                let mistake =
                    mistake.or_beside(Some(declared.span), "the source").or_help("name a column of the source");
                self.unknown(mistake);
            }
            heads.push(found);
        }
        heads
    }

    /// Reports a name that an earlier column of the table has.
    pub(super) fn check_head(&mut self, names: &[ast::Name], at: usize) {
        let Some(name) = names.get(at) else { return };
        if let Some(first) = names.iter().take(at).find(|other| other.text == name.text) {
            self.diags.push(DuplicateColumn { name: name.text.clone(), at: name.span, first: first.span });
        }
    }
}

/// The column by which a later `given` replaces rows: the key of the first entity over the source.
fn key_of(program: &Program, source: SourceId) -> Option<ColumnId> {
    program.entities.iter().find(|entity| entity.source == source).map(|entity| entity.key)
}

/// The columns whose values no two rows may share.
fn distinct(program: &Program, source: SourceId) -> Vec<ColumnId> {
    let entities = program.entities.iter().filter(|entity| entity.source == source);
    entities.flat_map(|entity| std::iter::once(entity.key).chain(entity.unique.iter().copied())).collect()
}

/// What the sources hold, as a test goes on.
pub(super) struct Tables {
    content: BTreeMap<SourceId, Vec<Vec<Literal>>>,
    /// The values that a column has in some row of the test.
    used: BTreeMap<(SourceId, ColumnId), Vec<Literal>>,
}

impl Tables {
    /// Empty tables; which values the test writes is known from the beginning.
    pub(super) fn of(items: &[Typed]) -> Self {
        let mut used = BTreeMap::<_, Vec<Literal>>::new();
        for item in items {
            let Typed::Given(given, _) = item else { continue };
            for row in &given.rows {
                for (column, value) in given.columns.iter().zip(row) {
                    used.entry((given.source, *column)).or_default().extend(value.clone());
                }
            }
        }
        Self { content: BTreeMap::new(), used }
    }

    /// All rows of a source, from this table on.
    pub(super) fn put(&mut self, program: &Program, given: Rows, now: i64) -> Vec<Vec<Literal>> {
        let whole: Vec<Vec<Literal>> = given.rows.iter().map(|row| self.whole(program, &given, row, now)).collect();
        let content = self.content.entry(given.source).or_default();
        match key_of(program, given.source) {
            // Without a key nothing tells which row is meant.
            None => *content = whole,
            Some(key) => {
                let key = |row: &[Literal]| row.get(key.0 as usize).cloned();
                content.retain(|old| !whole.iter().any(|new| key(new) == key(old)));
                content.extend(whole);
            }
        }
        content.clone()
    }

    fn whole(&mut self, program: &Program, given: &Rows, row: &[Option<Literal>], now: i64) -> Vec<Literal> {
        let source = program.source(given.source);
        let columns = (0..).map(ColumnId).zip(&source.columns);
        columns
            .map(|(id, column)| {
                let place = given.columns.iter().position(|named| *named == id);
                let said = place.and_then(|place| row.get(place).cloned().flatten());
                said.unwrap_or_else(|| self.unsaid(program, (given.source, id), column, now))
            })
            .collect()
    }

    /// What a column holds where nothing is said.
    fn unsaid(&mut self, program: &Program, at: (SourceId, ColumnId), column: &Column, now: i64) -> Literal {
        if column.typed.nullable {
            return Literal::Null;
        }
        if distinct(program, at.0).contains(&at.1) {
            return self.fresh(at, &column.typed.kind);
        }
        let is_time = program.entities.iter().any(|entity| entity.source == at.0 && entity.at == Some(at.1));
        match &column.typed.kind {
            Type::Timestamp if is_time => Literal::Timestamp(now),
            Type::Date if is_time => Literal::Date(day_of(now, &program.zone)),
            kind => plain(kind),
        }
    }

    /// A value that the column has nowhere in the test.
    fn fresh(&mut self, at: (SourceId, ColumnId), kind: &Type) -> Literal {
        let used = self.used.entry(at).or_default();
        let most = i64::try_from(used.len()).unwrap_or(i64::MAX - 1) + 1;
        let found = (1..=most).map(|number| numbered(number, kind)).find(|value| !used.contains(value));
        let value = found.unwrap_or_else(|| plain(kind));
        used.push(value.clone());
        value
    }
}

/// A value of a type where nothing is said.
fn plain(kind: &Type) -> Literal {
    match kind {
        Type::Bool => Literal::Bool(false),
        Type::Int => Literal::Int(0),
        Type::Decimal { .. } => Literal::Decimal(0),
        Type::Float => Literal::Float(0.0),
        Type::Date => Literal::Date(0),
        Type::Timestamp => Literal::Timestamp(0),
        Type::Duration => Literal::Duration(0),
        Type::Months => Literal::Months(0),
        Type::Enum(values) => Literal::Text(values.first().cloned().unwrap_or_default()),
        Type::Json => Literal::Text("{}".to_owned()),
        Type::Text | Type::Null | Type::Error => Literal::Text(String::new()),
    }
}

/// The value of a type that is counted, from 1 on.
fn numbered(number: i64, kind: &Type) -> Literal {
    match kind {
        Type::Bool => Literal::Bool(number % 2 == 0),
        Type::Int => Literal::Int(number),
        Type::Decimal { scale, .. } => {
            Literal::Decimal(number.saturating_mul(10_i64.saturating_pow(u32::from(*scale))))
        }
        Type::Float => Literal::Float(number as f64),
        Type::Date => Literal::Date(i32::try_from(number).unwrap_or(i32::MAX)),
        Type::Timestamp => Literal::Timestamp(number.saturating_mul(DAY)),
        Type::Duration => Literal::Duration(number.saturating_mul(DAY)),
        Type::Months => Literal::Months(i32::try_from(number).unwrap_or(i32::MAX)),
        Type::Enum(values) => {
            let place = usize::try_from(number - 1).unwrap_or(usize::MAX);
            Literal::Text(values.get(place).or(values.first()).cloned().unwrap_or_default())
        }
        Type::Text | Type::Json | Type::Null | Type::Error => Literal::Text(number.to_string()),
    }
}

/// The day of an instant in a zone, as days since 1970-01-01.
fn day_of(micros: i64, zone: &str) -> i32 {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let instant = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    civil::number(instant.to_zoned(zone).date())
}
