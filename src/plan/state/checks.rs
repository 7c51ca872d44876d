//! Takes the entities and events of a [`Program`] and gives the queries that must find nothing: a key that is null or
//! not one row's, a `unique` value that several rows share. Each shows at most a hundred rows.

use std::collections::BTreeSet;

use crate::plan::model::names::Names;
use crate::plan::rel::{Compare, Item, Query, Scalar, Select, Table};
use crate::plan::row::rows;
use crate::plan::{Check, reads};
use crate::program::{self, ColumnId, EntityId, Program};
use crate::source::Sources;
use crate::types::Type;

/// How many rows a check shows.
const SHOWN: i64 = 100;

/// The alias of the source.
const ROW: &str = "r";

/// The checks of every entity and event, in declared order.
#[must_use]
pub fn checks(program: &Program, sources: &Sources) -> Vec<Check> {
    let read = reads::columns(program);
    (0..)
        .map(EntityId)
        .zip(&program.entities)
        .flat_map(|(id, entity)| {
            let query = match read.get(&id).filter(|_| entity.at.is_some()) {
                Some(columns) => differing(program, id, entity, columns),
                None => repeated(program, id, entity.key),
            };
            let unique = entity.unique.iter().map(move |column| unique(program, sources, id, *column));
            std::iter::once(key(program, sources, id, entity, query)).chain(unique).collect::<Vec<_>>()
        })
        .collect()
}

fn key(program: &Program, sources: &Sources, id: EntityId, entity: &program::Entity, query: Query) -> Check {
    let column = &program.column(id, entity.key).name;
    let message = if entity.at.is_some() {
        format!("key `{column}` of event `{}` is missing, or stands for rows that differ", entity.name)
    } else {
        format!("key `{column}` of entity `{}` is missing, or stands for several rows", entity.name)
    };
    Check { name: format!("key_{}", entity.name), message, cite: sources.cite(entity.span), query }
}

fn unique(program: &Program, sources: &Sources, id: EntityId, column: ColumnId) -> Check {
    let entity = program.entity(id);
    let name = &program.column(id, column).name;
    Check {
        name: format!("unique_{}_{name}", entity.name),
        message: format!("unique column `{name}` of `{}` has a value that several rows share", entity.name),
        cite: sources.cite(entity.span),
        query: repeated(program, id, column),
    }
}

/// The values of a column that stand in several rows, nulls among them for a key.
fn repeated(program: &Program, id: EntityId, column: ColumnId) -> Query {
    let mut select = rows(program, id, ROW, Vec::new());
    let value = Scalar::column(ROW, &program.column(id, column).name);
    if column != program.entity(id).key {
        select.filter.push(value.clone().is_not_null());
    }
    shown(program, id, column, select, Names::of_sources(program))
}

/// The keys of an event whose rows differ in any column that the program reads: whole rows are compared only where a key
/// stands in several.
fn differing(program: &Program, id: EntityId, entity: &program::Entity, columns: &BTreeSet<ColumnId>) -> Query {
    let key = program.column(id, entity.key);
    let of = |alias: &str| Scalar::column(alias, &key.name);
    let mut repeated = rows(program, id, ROW, vec![of(ROW).named(&key.name)]);
    repeated.group_by.push(of(ROW));
    repeated.having.push(is_wrong(true, of(ROW)));
    let columns = columns
        .iter()
        .map(|column| &program.column(id, *column).name)
        .map(|name| Scalar::column(ROW, name).named(name))
        .collect();
    let mut names = Names::of_sources(program);
    let (repeats, differs) = (names.claim("repeated"), names.claim("different"));
    let with = Table::Step(repeats.clone()).alias("p");
    let mut distinct = rows(program, id, ROW, columns).left_join(with, of("p").equals(key.typed.kind.clone(), of(ROW)));
    distinct.filter.push(Scalar::Or(vec![of("p").is_not_null(), of(ROW).is_null()]));
    distinct.distinct = true;
    let select = Select::from(Table::Step(differs.clone()).alias(ROW), Vec::new());
    let mut query = shown(program, id, entity.key, select, names);
    query.steps.splice(0..0, [repeated.body().step(&repeats), distinct.body().step(&differs)]);
    query
}

/// Whether a value stands in several rows; a key also whether it is missing.
fn is_wrong(is_key: bool, value: Scalar) -> Scalar {
    let several = Scalar::count_rows().compare(Compare::Greater, Type::Int, Scalar::int(1));
    if is_key { Scalar::Or(vec![several, value.is_null()]) } else { several }
}

/// Groups by the column and shows the first groups of more than one row, in a step of a name that is free.
fn shown(program: &Program, id: EntityId, column: ColumnId, mut select: Select, mut names: Names) -> Query {
    let found = names.claim("found");
    let declared = program.column(id, column);
    let value = Scalar::column(ROW, &declared.name);
    let place = Scalar::row_number(Vec::new(), vec![value.clone().ascending(declared.typed.kind.clone())]);
    let name = if declared.name == "copies" { "value" } else { &declared.name };
    select.items = vec![value.clone().named(name), Scalar::count_rows().named("copies"), place.named("place")];
    select.group_by.push(value.clone());
    select.having.push(is_wrong(column == program.entity(id).key, value));
    let copy = |it: &str| -> Item { Scalar::column("f", it).named(it) };
    Select::from(Table::Step(found.clone()).alias("f"), vec![copy(name), copy("copies")])
        .filter(Scalar::column("f", "place").compare(Compare::LessEqual, Type::Int, Scalar::int(SHOWN)))
        .ordered(vec![Scalar::column("f", "place").ascending(Type::Int)])
        .after(vec![select.body().step(&found)])
}
