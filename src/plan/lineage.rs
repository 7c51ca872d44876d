//! Takes a [`Program`] and gives, for each field and each field of a sync, what it reads directly and the source
//! columns under it, through links, sets and conditions. In declared order.

use std::collections::{BTreeMap, BTreeSet};

use super::reads::{self, Read};
use crate::manifest::Lineage;
use crate::program::{ColumnId, Field, FieldId, Program, SourceId, Sync};

/// A source column; no column where only the source's rows matter.
type Origin = (SourceId, Option<ColumnId>);

/// The lineage of every field, then of every policy (`hands_off`: whose rows), of every sync (`stage`: which rows are sent) and its
/// fields (`stage.plg_email`), then of every funnel (`upsell_funnel`: whose rows), its groups and its steps.
#[must_use]
pub fn of(program: &Program) -> Vec<Lineage> {
    let origins = origins(program);
    let line = |field: String, reads: &BTreeSet<Read>| Lineage {
        field,
        reads: direct(program, &shown(program, reads)),
        columns: names(program, &under(&origins, reads)),
    };
    let fields = program.fields.iter().filter(|field| !field.hidden);
    let mut lines: Vec<Lineage> =
        fields.map(|field| line(field_name(program, field), &reads::of_field(program, field))).collect();
    for policy in &program.policies {
        lines.push(line(policy.name.clone(), &reads::of_field(program, program.field(policy.forbids))));
    }
    for sync in &program.all_syncs() {
        lines.push(line(sync.name.clone(), &reads::of_sync_rows(program, sync)));
        for (target, value) in std::iter::once(&sync.matches).chain(&sync.set) {
            lines.push(line(format!("{}.{target}", sync.name), &reads::of_expr(program, sync.entity, value)));
        }
    }
    for funnel in &program.funnels {
        lines.push(line(funnel.name.clone(), &reads::of_funnel_rows(program, funnel)));
        let mut before: Option<Lineage> = None;
        for group in &funnel.per {
            let reads = reads::of_expr(program, funnel.entity, &group.value);
            lines.push(line(format!("{}.{}", funnel.name, group.name), &reads));
        }
        for step in &funnel.steps {
            let reads = reads::of_expr(program, funnel.entity, &step.value);
            let mut own = line(format!("{}.{}", funnel.name, step.name), &reads);
            if let Some(before) = before {
                // Who has reached it has reached the one before.
                own.columns
                    .extend(before.columns.into_iter().filter(|it| !own.columns.contains(it)).collect::<Vec<_>>());
                own.reads.push(before.field);
            }
            lines.push(own.clone());
            before = Some(own);
        }
    }
    lines
}

/// What is read, in place of a field that only the plan has what that one reads.
fn shown(program: &Program, reads: &BTreeSet<Read>) -> BTreeSet<Read> {
    let mut open: Vec<Read> = reads.iter().copied().collect();
    let mut shown = BTreeSet::new();
    while let Some(read) = open.pop() {
        match inner(read).map(|id| program.field(id)).filter(|field| field.hidden) {
            Some(hidden) => open.extend(reads::of_field(program, hidden)),
            None => {
                shown.insert(read);
            }
        }
    }
    shown
}

/// The sources that what a sync sends depends on.
#[must_use]
pub fn sources_of(program: &Program, sync: &Sync) -> BTreeSet<SourceId> {
    let mut read = reads::of_sync_rows(program, sync);
    for (_, value) in &sync.set {
        read.extend(reads::of_expr(program, sync.entity, value));
    }
    let fields = fields_under(program, &read);
    let own = fields.iter().flat_map(|field| reads::of_field(program, program.field(*field)));
    own.chain(read).filter_map(origin).map(|(source, _)| source).collect()
}

/// The source columns under each field. The field graph has no cycle.
fn origins(program: &Program) -> BTreeMap<FieldId, BTreeSet<Origin>> {
    let mut done: BTreeMap<FieldId, BTreeSet<Origin>> = BTreeMap::new();
    let ids = (0..).map(FieldId).take(program.fields.len());
    for first in ids {
        let mut open = vec![first];
        while let Some(field) = open.last().copied() {
            let read = reads::of_field(program, program.field(field));
            let waits: Vec<FieldId> =
                read.iter().filter_map(|it| inner(*it)).filter(|it| *it != field && !done.contains_key(it)).collect();
            if waits.is_empty() || done.contains_key(&field) {
                done.insert(field, under(&done, &read));
                open.pop();
            } else {
                open.extend(waits);
            }
        }
    }
    done
}

/// The fields that these reads reach, through any number of fields; also those that are read as the run before left them, which
/// was by the same sources.
fn fields_under(program: &Program, read: &BTreeSet<Read>) -> BTreeSet<FieldId> {
    let mut found = BTreeSet::new();
    let mut open: Vec<FieldId> = read.iter().filter_map(|it| ever(*it)).collect();
    while let Some(field) = open.pop() {
        if found.insert(field) {
            open.extend(reads::of_field(program, program.field(field)).into_iter().filter_map(ever));
        }
    }
    found
}

fn under(done: &BTreeMap<FieldId, BTreeSet<Origin>>, read: &BTreeSet<Read>) -> BTreeSet<Origin> {
    let direct = read.iter().copied().filter_map(origin);
    let through = read.iter().filter_map(|it| inner(*it)).filter_map(|field| done.get(&field)).flatten().copied();
    direct.chain(through).collect()
}

const fn inner(read: Read) -> Option<FieldId> {
    match read {
        Read::Field(field) => Some(field),
        Read::Column(..) | Read::Before(_) | Read::Rows(_) => None,
    }
}

/// A field that is read, of this run or of the one before.
const fn ever(read: Read) -> Option<FieldId> {
    match read {
        Read::Field(field) | Read::Before(field) => Some(field),
        Read::Column(..) | Read::Rows(_) => None,
    }
}

const fn origin(read: Read) -> Option<Origin> {
    match read {
        Read::Column(source, column, _) => Some((source, Some(column))),
        Read::Rows(source) => Some((source, None)),
        Read::Field(_) | Read::Before(_) => None,
    }
}

fn field_name(program: &Program, field: &Field) -> String {
    format!("{}.{}", program.entity(field.entity).name, field.name)
}

/// The names of what is read, each once.
fn direct(program: &Program, reads: &BTreeSet<Read>) -> Vec<String> {
    let columns = reads.iter().copied().filter_map(origin).collect();
    let fields: BTreeSet<FieldId> = reads.iter().filter_map(|read| ever(*read)).collect();
    let fields = fields.into_iter().map(|field| field_name(program, program.field(field)));
    names(program, &columns).into_iter().chain(fields).collect()
}

/// The names of source columns; a source alone where no column of it is among them.
fn names(program: &Program, origins: &BTreeSet<Origin>) -> Vec<String> {
    let with_column: BTreeSet<SourceId> =
        origins.iter().filter_map(|(source, column)| column.map(|_| *source)).collect();
    origins
        .iter()
        .filter_map(|(source, column)| match column {
            Some(column) => Some(column_name(program, *source, *column)),
            None => (!with_column.contains(source)).then(|| program.source(*source).name.join(".")),
        })
        .collect()
}

fn column_name(program: &Program, source: SourceId, column: ColumnId) -> String {
    let source = program.source(source);
    let column = source.columns.get(column.0 as usize).map_or("*", |column| column.name.as_str());
    format!("{}.{column}", source.name.join("."))
}
