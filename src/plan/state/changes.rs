//! Takes an entity and gives the rows of `plg_state.changes` of this run: one comparison with the parent run for the
//! changes of every audience, status and arm at once. A row that is gone and remembered has its arm still. A repetition within
//! a run gives nothing.

use crate::plan::Column;
use crate::plan::model::kept;
use crate::plan::rel::{Body, From, Item, Parameter, Query, Scalar, Select, Step, Table};
use crate::program::{EntityId, ExperimentPart, Field, FieldKind, Program};
use crate::types::Type;

/// How many fields one comparison holds: engines bound the number of selects under one `UNION ALL`.
const AT_ONCE: usize = 100;

/// field, key, was, became, happened_at, run of whatever differs from the parent run; `None` where no field is observed.
pub fn changes(program: &Program, id: EntityId, key: &Column) -> Option<Query> {
    let entity = &program.entity(id).name;
    let fields: Vec<&Field> =
        program.fields_of(id).map(|(_, field)| field).filter(|field| is_observed(field)).collect();
    if fields.is_empty() {
        return None;
    }
    let mut steps = Vec::new();
    let mut changed = Vec::new();
    for (place, chunk) in fields.chunks(AT_ONCE).enumerate() {
        let suffix = if fields.len() > AT_ONCE { format!("_{}", place + 1) } else { String::new() };
        let diff = format!("diff{suffix}");
        steps.push(differing(entity, key, chunk, &diff));
        let selects = chunk.iter().map(|field| change(entity, field, &diff)).collect();
        steps.push(Body { selects, order_by: Vec::new() }.step(&format!("changed{suffix}")));
        changed.push(format!("changed{suffix}"));
    }
    let selects = changed.iter().map(|step| record(step, entity, &fields)).collect();
    Some(Body { selects, order_by: Vec::new() }.after(steps))
}

/// Whether the field's changes are kept: an audience's, a status's and an experiment's arm's are.
fn is_observed(field: &Field) -> bool {
    match field.kind {
        FieldKind::Audience { .. } | FieldKind::Status { .. } => !field.hidden,
        FieldKind::Experiment(_, part) => part == ExperimentPart::Arm,
        FieldKind::Sequence(..) | FieldKind::Trait(_) => false,
    }
}

/// The rows in which any of these fields differs, with what each was and is.
///
/// Two selects, since engines join by key from one side quickly, but not all of them from both.
fn differing(entity: &str, key: &Column, fields: &[&Field], name: &str) -> Step {
    let keyed = |alias: &str| Scalar::column(alias, &key.name);
    let same_key = || keyed("p").equals(key.typed.kind.clone(), keyed("c"));
    let mut items = vec![keyed("c").as_text(&key.typed.kind).named("key")];
    let mut parting = vec![keyed("p").as_text(&key.typed.kind).named("key")];
    for field in fields {
        items.extend([value(field, "p").named(&was(field)), value(field, "c").named(&field.name)]);
        parting.extend([value(field, "p").named(&was(field)), parted(field).named(&field.name)]);
    }
    let differs = fields.iter().map(|field| value(field, "c").differs(value(field, "p"))).collect();
    let here = Select::from(Table::Model(entity.to_owned()).alias("c"), items)
        .left_join(parent(entity), same_key())
        .filter(Scalar::any(differs));
    let found = Select::from(Table::Model(entity.to_owned()).alias("c"), vec![Scalar::int(1).named("found")]);
    let had = fields.iter().map(|field| match field.kind {
        FieldKind::Audience { .. } => Scalar::column("p", &field.name),
        FieldKind::Status { .. } | FieldKind::Experiment(..) | FieldKind::Sequence(..) | FieldKind::Trait(_) => {
            Scalar::column("p", &field.name).is_not_null()
        }
    });
    let mut gone = Select::from(parent(entity), parting)
        .filter(Scalar::any(had.collect()))
        .filter(Scalar::Exists(Box::new(found.filter(same_key()).body()), true));
    gone.comments.push("rows that are gone".to_owned());
    if fields.iter().any(|field| matches!(field.kind, FieldKind::Experiment(..))) {
        let kept = Table::Model(kept::name(entity)).alias("k");
        gone = gone.left_join(kept, keyed("k").equals(key.typed.kind.clone(), keyed("p")));
    }
    let mut step = Body { selects: vec![here, gone], order_by: Vec::new() }.step(name);
    step.barrier = true;
    step.comments.push(format!("{entity}: what differs from the parent run"));
    step
}

/// What the field of a row that is gone is.
fn parted(field: &Field) -> Scalar {
    match field.kind {
        FieldKind::Audience { .. } => Scalar::bool(false),
        FieldKind::Experiment(..) => Scalar::column("k", &field.name),
        FieldKind::Status { .. } | FieldKind::Sequence(..) | FieldKind::Trait(_) => {
            Scalar::null(field.typed.kind.clone())
        }
    }
}

/// One field's rows among those that differ.
fn change(entity: &str, field: &Field, diff: &str) -> Select {
    let items = vec![
        Scalar::text(&format!("{entity}.{}", field.name)).named("field"),
        Scalar::column("d", "key").named("key"),
        spoken(field, Scalar::column("d", &was(field))).named("was"),
        spoken(field, Scalar::column("d", &field.name)).named("became"),
    ];
    Select::from(Table::Step(diff.to_owned()).alias("d"), items)
        .filter(Scalar::column("d", &field.name).differs(Scalar::column("d", &was(field))))
}

/// What is inserted, unless this run has inserted it already.
fn record(step: &str, entity: &str, fields: &[&Field]) -> Select {
    let copy = |name: &str| -> Item { Scalar::column("h", name).named(name) };
    let items = vec![
        copy("field"),
        copy("key"),
        copy("was"),
        copy("became"),
        Scalar::Parameter(Parameter::Now).named("happened_at"),
        Scalar::Parameter(Parameter::Run).named("run"),
    ];
    let names = fields.iter().map(|field| Scalar::text(&format!("{entity}.{}", field.name))).collect();
    let recorded = Select::from(Table::State("changes".to_owned()).alias("x"), vec![Scalar::int(1).named("found")])
        .filter(Scalar::column("x", "run").equals(Type::Text, Scalar::Parameter(Parameter::Run)))
        .filter(Scalar::In(Box::new(Scalar::column("x", "field")), names, false));
    Select::from(Table::Step(step.to_owned()).alias("h"), items).filter(Scalar::Exists(Box::new(recorded.body()), true))
}

/// The parent run's rows.
fn parent(entity: &str) -> From {
    Table::View(format!("{entity}__prev")).alias("p")
}

fn was(field: &Field) -> String {
    format!("was_{}", field.name)
}

/// The field's value; who is no row is no member.
fn value(field: &Field, alias: &str) -> Scalar {
    let column = Scalar::column(alias, &field.name);
    match field.kind {
        FieldKind::Audience { .. } => column.or_else(Scalar::bool(false)),
        FieldKind::Status { .. } | FieldKind::Experiment(..) | FieldKind::Sequence(..) | FieldKind::Trait(_) => column,
    }
}

/// The value as the log has it.
fn spoken(field: &Field, value: Scalar) -> Scalar {
    match field.kind {
        FieldKind::Audience { .. } => {
            Scalar::Case(vec![(value, Scalar::text("true"))], Some(Box::new(Scalar::text("false"))))
        }
        FieldKind::Status { .. } | FieldKind::Experiment(..) | FieldKind::Sequence(..) | FieldKind::Trait(_) => {
            value.as_text(&field.typed.kind)
        }
    }
}
