//! Takes an entity and gives the table of what is remembered of its rows that are no more: who carries an arm or has entered a
//! sequence has that still when the row is back; the entry has closed. It stands apart from the model, so that a row in it is in no audience, set, link or view.

use super::{field_columns, source_column};
use crate::dialect::names::{LONGEST_DECLARED, fitted};
use crate::plan::cites::Cites;
use crate::plan::rel::{Aggregate, Body, Compare, Join, JoinKind, Scalar, Select, Table};
use crate::plan::{Model, fold, scalar, sync};
use crate::program::{CAUSES, EntityId, FieldId, FieldKind, Program, SequencePart, Stream};
use crate::source::Sources;
use crate::types::Type;

/// The name of that table, without its run.
#[must_use]
pub fn name(entity: &str) -> String {
    fitted(&format!("{entity}__kept"), LONGEST_DECLARED)
}

/// The table, where a field of the entity outlives its row.
pub(super) fn model(program: &Program, sources: &Sources, id: EntityId) -> Option<Model> {
    let entity = program.entity(id);
    let carried: Vec<Scalar> =
        fold::carried(program, id).into_iter().map(|id| before(&program.field(id).name).is_not_null()).collect();
    if carried.is_empty() {
        return None;
    }
    let mut cites = Cites::default();
    cites.note(entity.span, &entity.name);
    let mut columns = vec![source_column(program, id, entity.key)];
    for id in fold::kept(program, id) {
        let field = program.field(id);
        cites.note(field.span, &field.name);
        columns.extend(field_columns(program, id));
    }
    let mut comments = vec![format!("entity {} · what is remembered of rows that are no more", entity.name)];
    comments.extend(cites.lines(sources));
    let key = columns.first()?;
    let here = Scalar::column("c", &key.name);
    let mut items = vec![before(&key.name).named(&key.name)];
    let (mut steps, mut joins) = (Vec::new(), Vec::new());
    for id in fold::kept(program, id) {
        let field = program.field(id);
        let value = match field.kind {
            FieldKind::Sequence(sequence, SequencePart::Sent(at)) => {
                let name = format!("sent_{}", steps.len() + 1);
                let Some(stream) = program.stream_of(sequence, at) else { continue };
                steps.push(accepted(program, stream).step(&name));
                let firing = sync::firing(program, stream, "p");
                let on = vec![Scalar::column(&name, "key").equals(Type::Text, firing)];
                joins.push(Join { kind: JoinKind::Left, with: Table::Step(name.clone()).alias(&name), on });
                Scalar::column(&name, "sent")
            }
            FieldKind::Sequence(..)
            | FieldKind::Experiment(..)
            | FieldKind::Trait(_)
            | FieldKind::Audience { .. }
            | FieldKind::Status { .. } => parted(program, id),
        };
        items.push(value.named(&field.name));
    }
    let mut select = Select::from(Table::View(format!("{}__prev", entity.name)).alias("p"), items)
        .left_join(
            Table::Model(entity.name.clone()).alias("c"),
            here.clone().equals(key.typed.kind.clone(), before(&key.name)),
        )
        .filter(here.is_null())
        .filter(Scalar::any(carried));
    select.joins.extend(joins);
    Some(Model {
        name: name(&entity.name),
        entity: entity.name.clone(),
        comments,
        query: select.body().after(steps),
        columns,
        last: false,
        keys_only: false,
        kept: true,
        goes_on: None,
    })
}

/// key, sent: when each firing of a step was accepted.
fn accepted(program: &Program, stream: &Stream) -> Body {
    let of = |name: &str| Scalar::column("r", name);
    let names = std::iter::once(&stream.name).chain(&stream.was).cloned().collect();
    let first = Aggregate::Min(Box::new(of("happened_at")), Type::Timestamp);
    let items = vec![of("key").named("key"), Scalar::Aggregate(first).named("sent")];
    let mut select = Select::from(Table::State("receipts".to_owned()).alias("r"), items)
        .filter(of("sync").is_one_of(names))
        .filter(of("object").equals(Type::Text, Scalar::text(&sync::place(program, stream))))
        .filter(of("accepted"))
        .filter(of("happened_at").compare(Compare::Less, Type::Timestamp, scalar::now()));
    select.group_by.push(of("key"));
    select.body()
}

/// What a field says of a row that is no more: its entry has closed, all else is as it was.
fn parted(program: &Program, id: FieldId) -> Scalar {
    let field = program.field(id);
    let was = before(&field.name);
    let FieldKind::Sequence(sequence, part) = field.kind else { return was };
    let closes = |value: Scalar, was: Scalar| {
        let active = program.field(program.sequence(sequence).active);
        Scalar::Case(vec![(before(&active.name), value)], Some(Box::new(was)))
    };
    match part {
        SequencePart::Active | SequencePart::Held => Scalar::bool(false),
        SequencePart::ExitedAt => closes(scalar::now(), was),
        SequencePart::Cause => closes(Scalar::text(VANISHED), was),
        // A run that had the sequence, but not yet this, left a null.
        SequencePart::Done | SequencePart::Expired(_) => was.or_else(Scalar::bool(false)),
        SequencePart::Entry
        | SequencePart::EnteredAt
        | SequencePart::Step(_)
        | SequencePart::Sent(_)
        | SequencePart::Arm(_)
        | SequencePart::DecidedAt(_) => was,
    }
}

/// The cause by which the entry of a row that is no more has closed: the first of [`CAUSES`].
const VANISHED: &str = CAUSES[0];

/// A column of the parent run.
fn before(name: &str) -> Scalar {
    Scalar::column("p", name)
}
