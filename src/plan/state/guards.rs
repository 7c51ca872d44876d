//! Takes an entity and gives the queries that may stop its run: how many rows it lost, and which rows moved from one
//! stage to another against `moves`.

use crate::manifest::PRESENT;
use crate::plan::rel::{Aggregate, Compare, From, Item, Join, JoinKind, Query, Scalar, Select, Table};
use crate::plan::{Column, fold};
use crate::program::{EntityId, Field, FieldKind, Program, Stage};
use crate::types::Type;

/// How many keys of lost rows are shown.
const SHOWN: i64 = 5;

/// One row: `had`, the rows of the parent run, and `lost`, those of them that this run lacks.
pub fn loses(program: &Program, id: EntityId, key: &Column) -> Query {
    let gone = Scalar::Case(vec![(Scalar::column("c", &key.name).is_null(), Scalar::int(1))], None);
    let items =
        vec![Scalar::count_rows().named("had"), Scalar::Aggregate(Aggregate::Count(Box::new(gone))).named("lost")];
    before(program, id, key, items).body().after(Vec::new())
}

/// The keys of the first rows that this run lacks, as text.
pub fn lost(program: &Program, id: EntityId, key: &Column) -> Query {
    let place = Scalar::row_number(Vec::new(), vec![parent_key(key).ascending(key.typed.kind.clone())]);
    let items = vec![parent_key(key).as_text(&key.typed.kind).named("lost"), place.named("place")];
    let gone = before(program, id, key, items).filter(Scalar::column("c", &key.name).is_null());
    Select::from(Table::Step("gone".to_owned()).alias("g"), vec![Scalar::column("g", "lost").named("lost")])
        .filter(Scalar::column("g", "place").compare(Compare::LessEqual, Type::Int, Scalar::int(SHOWN)))
        .ordered(vec![Scalar::column("g", "place").ascending(Type::Int)])
        .after(vec![gone.body().step("gone")])
}

/// The rows that the parent run had, each with the one of this run. Who was gone in that run already is not lost again.
fn before(program: &Program, id: EntityId, key: &Column, items: Vec<Item>) -> Select {
    let entity = &program.entity(id).name;
    let mut rows =
        Select::from(parent(entity), items).left_join(Table::Model(entity.clone()).alias("c"), same_row(key));
    if !fold::carried(program, id).is_empty() {
        rows = rows.filter(Scalar::column("p", PRESENT));
    }
    rows
}

fn parent_key(key: &Column) -> Scalar {
    Scalar::column("p", &key.name)
}

/// Per status with `moves`: key, was, became of every other transition.
pub fn moves(program: &Program, id: EntityId, key: &Column) -> Vec<(String, Query)> {
    let entity = &program.entity(id).name;
    program
        .fields_of(id)
        .filter_map(|(_, field)| match &field.kind {
            FieldKind::Status { stages, moves: Some(moves), was: _ } => {
                Some((field.name.clone(), disallowed(entity, key, field, stages, moves)))
            }
            FieldKind::Status { .. }
            | FieldKind::Audience { .. }
            | FieldKind::Experiment(..)
            | FieldKind::Sequence(..)
            | FieldKind::Trait(_) => None,
        })
        .collect()
}

fn disallowed(entity: &str, key: &Column, field: &Field, stages: &[Stage], moves: &[(usize, usize)]) -> Query {
    let kind = || field.typed.kind.clone();
    let was = || Scalar::column("p", &field.name);
    let became = || Scalar::column("c", &field.name);
    let key_column = || Scalar::column("c", &key.name);
    let items = vec![key_column().as_text(&key.typed.kind).named("key"), was().named("was"), became().named("became")];
    let mut select = Select::from(Table::Model(entity.to_owned()).alias("c"), items);
    select.joins.push(Join { kind: JoinKind::Inner, with: parent(entity), on: vec![same_row(key)] });
    select.filter.push(was().compare(Compare::NotEqual, kind(), became()));
    for (from, to) in moves {
        if let (Some(from), Some(to)) = (stages.get(*from), stages.get(*to)) {
            let allowed = Scalar::And(vec![
                was().equals(kind(), Scalar::text(&from.name)),
                became().equals(kind(), Scalar::text(&to.name)),
            ]);
            select.filter.push(allowed.negated());
        }
    }
    select.ordered(vec![key_column().ascending(key.typed.kind.clone())]).after(Vec::new())
}

fn parent(entity: &str) -> From {
    Table::View(format!("{entity}__prev")).alias("p")
}

fn same_row(key: &Column) -> Scalar {
    Scalar::column("c", &key.name).equals(key.typed.kind.clone(), Scalar::column("p", &key.name))
}
