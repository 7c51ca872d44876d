//! Takes a sequence into which rows enter again, gives the table of entries that a later one of the same row has replaced: those of the
//! parent run, and those that this run replaces. The last entry of a row stands in the model, or in what is remembered of the row.

use super::{field_columns, source_column};
use crate::dialect::names::{LONGEST_DECLARED, fitted};
use crate::plan::cites::Cites;
use crate::plan::rel::{Body, Compare, Join, JoinKind, Scalar, Select, Table};
use crate::plan::{Column, Model, scalar};
use crate::program::{EntityId, FieldId, FieldKind, Program, Sequence, SequencePart};
use crate::source::Sources;
use crate::types::Type;

/// The name of that table, without its run.
#[must_use]
pub fn name(sequence: &str) -> String {
    fitted(&format!("{sequence}__past"), LONGEST_DECLARED)
}

/// The fields of a sequence, in the order of their columns.
pub fn parts<'a>(program: &'a Program, sequence: &'a Sequence) -> impl Iterator<Item = (FieldId, SequencePart)> {
    program.fields_of(sequence.entity).filter_map(|(id, field)| match field.kind {
        FieldKind::Sequence(of, part) if program.sequence(of).name == sequence.name => Some((id, part)),
        FieldKind::Sequence(..)
        | FieldKind::Trait(_)
        | FieldKind::Audience { .. }
        | FieldKind::Status { .. }
        | FieldKind::Experiment(..) => None,
    })
}

/// The tables of the sequences of an entity.
pub(super) fn models(program: &Program, sources: &Sources, id: EntityId) -> Vec<Model> {
    let sequences = program.sequences.iter().filter(|it| it.entity == id && it.again.is_some());
    sequences.map(|sequence| model(program, sources, sequence)).collect()
}

fn model(program: &Program, sources: &Sources, sequence: &Sequence) -> Model {
    let entity = program.entity(sequence.entity);
    let mut cites = Cites::default();
    cites.note(entity.span, &entity.name);
    cites.note(sequence.span, &sequence.name);
    let key = source_column(program, sequence.entity, entity.key);
    let fields: Vec<Column> = parts(program, sequence).flat_map(|(id, _)| field_columns(program, id)).collect();
    let columns: Vec<Column> = [key.clone()].into_iter().chain(fields).collect();
    let mut comments =
        vec![format!("sequence {} · entries that a later one of the same row has replaced", sequence.name)];
    comments.extend(cites.lines(sources));
    let before = columns.iter().map(|column| Scalar::column("e", &column.name).named(&column.name)).collect();
    let mut before = Select::from(Table::View(format!("{}__prev", name(&sequence.name))).alias("e"), before);
    before.comments.push("those of the parent run".to_owned());
    let was = |id: FieldId| Scalar::column("p", &program.field(id).name);
    let mut items = vec![Scalar::column("p", &key.name).named(&key.name)];
    items.extend(parts(program, sequence).map(|(id, part)| {
        // Who closes and enters in one run has met `exit` in the base.
        let closes = |value: Scalar| Scalar::Case(vec![(was(sequence.active), value)], Some(Box::new(was(id))));
        let value = match part {
            SequencePart::ExitedAt => closes(scalar::now()),
            SequencePart::Cause => closes(Scalar::text("exit")),
            SequencePart::Active | SequencePart::Held => Scalar::bool(false),
            SequencePart::Done | SequencePart::Expired(_) => was(id).or_else(Scalar::bool(false)),
            SequencePart::Entry
            | SequencePart::EnteredAt
            | SequencePart::Step(_)
            | SequencePart::Sent(_)
            | SequencePart::Arm(_)
            | SequencePart::DecidedAt(_) => was(id),
        };
        value.named(&program.field(id).name)
    }));
    let now = Scalar::column("c", &program.field(sequence.entry).name);
    let same = Scalar::column("c", &key.name).equals(key.typed.kind.clone(), Scalar::column("p", &key.name));
    let mut replaced = Select::from(Table::View(format!("{}__prev", entity.name)).alias("p"), items)
        .filter(was(sequence.entry).compare(Compare::Less, Type::Int, now));
    let model = Table::Model(entity.name.clone()).alias("c");
    replaced.joins.push(Join { kind: JoinKind::Inner, with: model, on: vec![same] });
    replaced.comments.push("those that this run replaces".to_owned());
    Model {
        name: name(&sequence.name),
        entity: entity.name.clone(),
        comments,
        query: Body { selects: vec![before, replaced], order_by: Vec::new() }.after(Vec::new()),
        columns,
        last: false,
        keys_only: false,
        kept: false,
        goes_on: Some(sequence.was.as_deref().map(name)),
    }
}
