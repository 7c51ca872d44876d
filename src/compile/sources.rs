//! Takes the sources of a [`Program`] and gives what a run must know of them: the table, its columns, how to count its
//! rows, and how fresh it must be for which syncs; also where columns and fields are declared.

use std::collections::BTreeMap;

use crate::dialect::Dialect;
use crate::manifest::{Cites, Column, Fresh, Source};
use crate::plan::lineage;
use crate::plan::rel::{Aggregate, Query, Scalar, Select, Table};
use crate::program::{self, Program, SourceId};
use crate::source::Sources;
use crate::sql;
use crate::types::Type;

/// Every source, in declared order.
pub fn sources(program: &Program, files: &Sources, dialect: &Dialect) -> Vec<Source> {
    let needs: Vec<_> =
        program.all_syncs().iter().map(|sync| (sync.name.clone(), lineage::sources_of(program, sync))).collect();
    (0..)
        .map(SourceId)
        .zip(&program.sources)
        .map(|(id, source)| {
            let holds = needs.iter().filter(|(_, needed)| needed.contains(&id)).map(|(name, _)| name.clone());
            Source {
                name: source.name.join("."),
                table: sql::table(&Table::of(source), dialect),
                is_query: source.sql.is_some(),
                reads: source.reads.clone(),
                cite: files.cite(source.span),
                columns: source.columns.iter().map(|it| column(it, dialect)).collect(),
                count: sql::render(&count(source), dialect).into(),
                fresh: source.fresh.as_ref().map(|fresh| Fresh {
                    by: fresh.by.clone(),
                    within_seconds: fresh.within / 1_000_000,
                    newest: sql::render(&newest(source, fresh), dialect).into(),
                    holds: holds.collect(),
                }),
            }
        })
        .collect()
}

/// Where each column of a source and each field is declared.
pub fn cites(program: &Program, files: &Sources) -> Cites {
    let columns = program.sources.iter().flat_map(|source| {
        let name = source.name.join(".");
        source.columns.iter().map(move |it| (format!("{name}.{}", it.name), files.cite(it.span)))
    });
    let fields = program.fields.iter();
    let fields = fields.map(|it| (format!("{}.{}", program.entity(it.entity).name, it.name), files.cite(it.span)));
    Cites { columns: columns.collect(), fields: fields.collect() }
}

fn count(source: &program::Source) -> Query {
    Select::from(Table::of(source).alias("s"), vec![Scalar::count_rows().named("n")]).body().after(Vec::new())
}

fn newest(source: &program::Source, fresh: &program::Fresh) -> Query {
    let newest = Aggregate::Max(Box::new(Scalar::column("s", &fresh.by)), Type::Timestamp);
    let items = vec![Scalar::Aggregate(newest).named("newest")];
    Select::from(Table::of(source).alias("s"), items).body().after(Vec::new())
}

fn column(column: &program::Column, dialect: &Dialect) -> Column {
    Column {
        name: column.name.clone(),
        typed: column.typed.clone(),
        sql_type: dialect.type_name(&column.typed.kind),
        doc: column.doc.clone(),
        was: None,
        or_was: Vec::new(),
        stages: BTreeMap::new(),
        labels: column.labels.clone(),
    }
}
