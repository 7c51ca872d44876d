//! Takes an entity and gives the rows of `plg_state.changes` of this run: one comparison with the parent run for the
//! changes of every audience, status and arm at once. A row that is gone and remembered has its arm still. A repetition within
//! a run gives nothing.

use crate::plan::Column;
use crate::plan::model::kept;
use crate::plan::rel::{Body, Compare, From, Item, Join, JoinKind, Parameter, Query, Scalar, Select, Step, Table};
use crate::program::{EntityId, ExperimentPart, Field, FieldKind, Program};
use crate::types::Type;

/// How many audiences stand in one word: the places of a word are counted from its start for each audience of each row.
const IN_A_WORD: usize = 100;

/// field, key, was, became, happened_at, run of whatever differs from the parent run; `None` where no field is observed.
pub fn changes(program: &Program, id: EntityId, key: &Column) -> Option<Query> {
    let entity = &program.entity(id).name;
    let observed = program.fields_of(id).map(|(_, field)| field).filter(|field| is_observed(field));
    let (audiences, valued): (Vec<&Field>, Vec<&Field>) = observed.partition(|field| is_audience(field));
    if audiences.is_empty() && valued.is_empty() {
        return None;
    }
    let words = words(&audiences);
    let mut steps = vec![differing(entity, key, &words, &valued)];
    let mut selects = Vec::new();
    for word in &words {
        steps.extend([word.places(entity), word.letters()]);
        selects.push(word.changes());
    }
    selects.extend(valued.iter().map(|field| change(entity, field)));
    steps.push(Body { selects, order_by: Vec::new() }.step("changed"));
    let select = record(entity, audiences.iter().chain(&valued));
    Some(select.body().after(steps))
}

/// Whether the field's changes are kept: an audience's, a status's and an experiment's arm's are.
fn is_observed(field: &Field) -> bool {
    match field.kind {
        FieldKind::Audience { .. } | FieldKind::Status { .. } => !field.hidden,
        FieldKind::Experiment(_, part) => part == ExperimentPart::Arm,
        FieldKind::Sequence(..) | FieldKind::Trait(_) => false,
    }
}

fn is_audience(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Audience { .. })
}

fn is_arm(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Experiment(_, ExperimentPart::Arm))
}

/// Audiences that are compared as one text with a letter for each: `1` for a member, `0` for who is none.
///
/// So the changes of a hundred audiences are taken from what differs by one join with their places, and not by a hundred
/// selects: an engine that reads the comparison anew for each of them takes longer to prepare the statement than to run it.
struct Word<'a> {
    /// In declared order, which is that of the letters.
    audiences: &'a [&'a Field],
    /// What its columns and its step end with, where there are several words.
    suffix: String,
}

fn words<'a>(audiences: &'a [&'a Field]) -> Vec<Word<'a>> {
    let several = audiences.len() > IN_A_WORD;
    let numbered = |(at, audiences)| Word { audiences, suffix: if several { format!("_{at}") } else { String::new() } };
    (1..).zip(audiences.chunks(IN_A_WORD)).map(numbered).collect()
}

impl Word<'_> {
    fn was(&self) -> String {
        format!("was_member_of{}", self.suffix)
    }

    fn is(&self) -> String {
        format!("member_of{}", self.suffix)
    }

    /// The word of a row.
    fn of(&self, alias: &str) -> Scalar {
        let letter = |field: &&Field| {
            let member = (Scalar::column(alias, &field.name), Scalar::text("1"));
            Scalar::Case(vec![member], Some(Box::new(Scalar::text("0"))))
        };
        match self.audiences {
            [only] => letter(only),
            all => Scalar::Call("concat".to_owned(), all.iter().map(letter).collect(), Type::Text),
        }
    }

    /// The word of a row that is gone.
    fn of_nobody(&self) -> Scalar {
        Scalar::text(&"0".repeat(self.audiences.len()))
    }

    /// Which audience has which letter, from 1.
    fn places(&self, entity: &str) -> Step {
        let place = |(at, field): (i64, &&Field)| Select {
            items: vec![dotted(entity, field).named("field"), Scalar::int(at).named("place")],
            ..Select::default()
        };
        let selects = (1..).zip(self.audiences).map(place).collect();
        Body { selects, order_by: Vec::new() }.step(&format!("audiences{}", self.suffix))
    }

    /// The letters of each audience in what differs.
    fn letters(&self) -> Step {
        let letter = |word: String| {
            let of = vec![Scalar::column("d", &word), Scalar::column("a", "place")];
            Scalar::Call("letter".to_owned(), of, Type::Text)
        };
        let items = vec![
            Scalar::column("a", "field").named("field"),
            Scalar::column("d", "key").named("key"),
            letter(self.was()).named("was"),
            letter(self.is()).named("became"),
        ];
        let mut select = Select::from(Table::Step("diff".to_owned()).alias("d"), items);
        let with = Table::Step(format!("audiences{}", self.suffix)).alias("a");
        select.joins.push(Join { kind: JoinKind::Cross, with, on: Vec::new() });
        select.body().step(&self.step())
    }

    fn step(&self) -> String {
        format!("members{}", self.suffix)
    }

    /// A row for each letter that differs.
    fn changes(&self) -> Select {
        let letter = |name: &str| Scalar::column("m", name);
        let spoken = |name: &str| {
            let member = letter(name).equals(Type::Text, Scalar::text("1"));
            Scalar::Case(vec![(member, Scalar::text("true"))], Some(Box::new(Scalar::text("false"))))
        };
        let items = vec![
            letter("field").named("field"),
            letter("key").named("key"),
            spoken("was").named("was"),
            spoken("became").named("became"),
        ];
        Select::from(Table::Step(self.step()).alias("m"), items).filter(letter("became").compare(
            Compare::NotEqual,
            Type::Text,
            letter("was"),
        ))
    }
}

/// The rows in which any of these fields differs, with what each was and is.
///
/// Two selects, since engines join by key from one side quickly, but not all of them from both.
fn differing(entity: &str, key: &Column, words: &[Word<'_>], valued: &[&Field]) -> Step {
    let keyed = |alias: &str| Scalar::column(alias, &key.name);
    let same_key = || keyed("p").equals(key.typed.kind.clone(), keyed("c"));
    let mut items = vec![keyed("c").as_text(&key.typed.kind).named("key")];
    let mut parting = vec![keyed("p").as_text(&key.typed.kind).named("key")];
    let (mut differs, mut had) = (Vec::new(), Vec::new());
    for word in words {
        items.extend([word.of("p").named(&word.was()), word.of("c").named(&word.is())]);
        parting.extend([word.of("p").named(&word.was()), word.of_nobody().named(&word.is())]);
        // Who is no row is no member.
        let was = |name: &str| Scalar::column("p", name).or_else(Scalar::bool(false));
        differs.extend(word.audiences.iter().map(|it| Scalar::column("c", &it.name).differs(was(&it.name))));
        had.extend(word.audiences.iter().map(|it| Scalar::column("p", &it.name)));
    }
    for field in valued {
        let value = |alias: &str| Scalar::column(alias, &field.name);
        items.extend([value("p").named(&was(field)), value("c").named(&field.name)]);
        parting.extend([value("p").named(&was(field)), parted(field).named(&field.name)]);
        differs.push(value("c").differs(value("p")));
        had.push(value("p").is_not_null());
    }
    let here = Select::from(Table::Model(entity.to_owned()).alias("c"), items)
        .left_join(parent(entity), same_key())
        .filter(Scalar::any(differs));
    let found = Select::from(Table::Model(entity.to_owned()).alias("c"), vec![Scalar::int(1).named("found")]);
    let mut gone = Select::from(parent(entity), parting)
        .filter(Scalar::any(had))
        .filter(Scalar::Exists(Box::new(found.filter(same_key()).body()), true));
    gone.comments.push("rows that are gone".to_owned());
    if valued.iter().any(|field| is_arm(field)) {
        let kept = Table::Model(kept::name(entity)).alias("k");
        gone = gone.left_join(kept, keyed("k").equals(key.typed.kind.clone(), keyed("p")));
    }
    let mut step = Body { selects: vec![here, gone], order_by: Vec::new() }.step("diff");
    step.barrier = true;
    step.comments.push(format!("{entity}: what differs from the parent run"));
    if !words.is_empty() {
        step.comments.push("member_of has a letter for each audience: 1 for a member, 0 for who is none".to_owned());
    }
    step
}

/// What the field of a row that is gone is: its arm is remembered.
fn parted(field: &Field) -> Scalar {
    if is_arm(field) { Scalar::column("k", &field.name) } else { Scalar::null(field.typed.kind.clone()) }
}

/// One field's rows among those that differ.
fn change(entity: &str, field: &Field) -> Select {
    let value = |name: &str| Scalar::column("d", name);
    let items = vec![
        dotted(entity, field).named("field"),
        value("key").named("key"),
        value(&was(field)).as_text(&field.typed.kind).named("was"),
        value(&field.name).as_text(&field.typed.kind).named("became"),
    ];
    Select::from(Table::Step("diff".to_owned()).alias("d"), items)
        .filter(value(&field.name).differs(value(&was(field))))
}

/// What is inserted, unless this run has inserted it already.
fn record<'a>(entity: &str, fields: impl Iterator<Item = &'a &'a Field>) -> Select {
    let copy = |name: &str| -> Item { Scalar::column("h", name).named(name) };
    let items = vec![
        copy("field"),
        copy("key"),
        copy("was"),
        copy("became"),
        Scalar::Parameter(Parameter::Now).named("happened_at"),
        Scalar::Parameter(Parameter::Run).named("run"),
    ];
    let names = fields.map(|field| dotted(entity, field)).collect();
    Select::from(Table::Step("changed".to_owned()).alias("h"), items)
        .filter(super::unrecorded("changes", "field", names))
}

/// The parent run's rows.
fn parent(entity: &str) -> From {
    Table::View(format!("{entity}__prev")).alias("p")
}

fn was(field: &Field) -> String {
    format!("was_{}", field.name)
}

/// The field as the log names it.
fn dotted(entity: &str, field: &Field) -> Scalar {
    Scalar::text(&format!("{entity}.{}", field.name))
}
