//! What syncs write, as it can be executed: takes a run's rows and what was written before, gives the objects of every
//! destination. It accepts at once, unless a sync is refused. Written from docs/language.md and docs/destinations.md.

use std::collections::{BTreeMap, BTreeSet};

use super::entity::At;
use super::expr::Frame;
use super::{Receipt, Run, Stop, Value, operator};
use crate::program::{Expr, ExprKind, Leave, Mode, Program, RowsOf, SequenceId, SequencePart, Standing, Stream, Sync};

/// The fields of an object.
pub type Fields = BTreeMap<String, Value>;

/// The objects at all destinations, and what each sync remembers of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Deliveries {
    places: BTreeMap<Place, BTreeMap<String, Fields>>,
    /// By sync and key.
    written: BTreeMap<(String, String), Written>,
    /// The syncs that are refused.
    pub refused: BTreeSet<String>,
    /// What was accepted of what syncs from a step sent.
    pub receipts: Vec<Receipt>,
    /// What policies held back in the last run.
    pub withheld: BTreeSet<Withheld>,
}

/// What a sync would have sent if a policy did not forbid it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Withheld {
    /// The sync.
    pub sync: String,
    /// The policy.
    pub policy: String,
    /// The row's key; of a sync from a step, that of the firing.
    pub key: String,
}

/// Destination, object, argument and match field.
type Place = [String; 4];

/// What a sync remembers of an object.
#[derive(Debug, Clone, PartialEq)]
struct Written {
    /// What it wrote last, but for fields that are only the run's instant.
    said: Said,
    /// Whether it made the object.
    created: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Said {
    Set(Vec<(String, Value)>),
    Cleared,
    Left(Vec<(String, Value)>),
}

/// A row that is wanted at a destination.
struct Wanted {
    key: String,
    fields: Vec<(String, Value, bool)>,
    order: Vec<(Value, bool)>,
    place: usize,
}

impl Deliveries {
    /// The objects that a sync has written and that are there: by key, with all their fields.
    #[must_use]
    pub fn objects(&self, program: &Program, sync: &Sync) -> Vec<(String, Fields)> {
        let Some(objects) = self.places.get(&place(program, sync)) else { return Vec::new() };
        let is_own = |key: &String| self.written.contains_key(&(sync.name.clone(), key.clone()));
        objects.iter().filter(|(key, _)| is_own(key)).map(|(key, it)| (key.clone(), it.clone())).collect()
    }

    fn write(&mut self, at: &Place, key: &str, fields: impl IntoIterator<Item = (String, Value)>) -> bool {
        let objects = self.places.entry(at.clone()).or_default();
        let is_new = !objects.contains_key(key);
        objects.entry(key.to_owned()).or_default().extend(fields);
        is_new
    }

    fn is_there(&self, at: &Place, key: &str) -> bool {
        self.places.get(at).is_some_and(|objects| objects.contains_key(key))
    }
}

fn place(program: &Program, sync: &Sync) -> Place {
    let argument = sync.argument.clone().unwrap_or_default();
    [program.destination(sync.destination).name.clone(), sync.object.clone(), argument, sync.matches.0.clone()]
}

/// Where a sync from a step sends to.
pub(super) fn to(program: &Program, stream: &Stream) -> String {
    let argument = stream.argument.as_ref().map(|text| format!("({text})")).unwrap_or_default();
    format!("{}.{}{argument}", program.destination(stream.destination).name, stream.object)
}

impl Run<'_> {
    /// Sends what every sync has to send.
    pub(super) fn deliver(&self, deliveries: &mut Deliveries) -> Result<(), Stop> {
        deliveries.withheld.clear();
        for sync in &self.program.syncs {
            let wanted = self.wanted(sync)?;
            if deliveries.refused.contains(&sync.name) {
                continue;
            }
            self.leave(sync, &wanted, deliveries)?;
            self.enter(sync, wanted, deliveries)?;
        }
        self.program.streams.iter().try_for_each(|stream| self.send(stream, deliveries))
    }

    /// Sends the firings of a step that were not accepted yet: while the entry is open and the step has not expired. An entry
    /// that is closed by being done counts as open in the run that closes it.
    fn send(&self, stream: &Stream, deliveries: &mut Deliveries) -> Result<(), Stop> {
        if deliveries.refused.contains(&stream.name) {
            return Ok(());
        }
        let (id, sync) = (stream.sequence, stream.as_sync(self.program));
        for place in 0..self.entity_rows(sync.entity).len() {
            let part = |part| self.in_sequence(id, part, place);
            let is_open = part(SequencePart::Active)?.holds() || self.is_ended(id, place)?;
            let has_fired = !part(SequencePart::Step(stream.step))?.is_null();
            let is_wanted = stream.filter.map_or(Ok(true), |it| self.field(it, place).map(|(it, _)| it.holds()))?;
            if !is_open || !has_fired || !is_wanted || part(SequencePart::Expired(stream.step))?.holds() {
                continue;
            }
            let at = At { over: RowsOf::Entity(sync.entity), place };
            let (key, entry) = (self.key_of(at).text().unwrap_or_default(), part(SequencePart::Entry)?.as_int());
            let firing = self.firing_of(stream, &key, entry);
            let known = |it: &Receipt| it.firing == firing && self.is_of(it, stream);
            if deliveries.receipts.iter().any(known) {
                continue;
            }
            if self.is_withheld(&sync, place, &firing, deliveries)? {
                continue;
            }
            let row = [Frame::outer(at)];
            let mut fields = Vec::new();
            for (name, value) in &sync.set {
                fields.push((name.clone(), self.written_as(&sync, name, value, &row)?));
            }
            let said = Said::Set(Vec::new());
            deliveries.write(&self::place(self.program, &sync), &firing, fields);
            deliveries.written.insert((sync.name.clone(), firing.clone()), Written { said, created: true });
            let (sync, to) = (stream.name.clone(), to(self.program, stream));
            deliveries.receipts.push(Receipt { sync, to, firing, at: self.now });
        }
        Ok(())
    }

    /// Whether the entry closes in this run, meets `exit`, and would not meet it if it were not done.
    pub(super) fn is_ended(&self, id: SequenceId, place: usize) -> Result<bool, Stop> {
        let part = |part| self.in_sequence(id, part, place);
        let is_now = part(SequencePart::ExitedAt)? == Value::Timestamp(self.now);
        let sequence = self.program.sequence(id);
        let Some(undone) = sequence.exit_undone().filter(|_| is_now) else { return Ok(false) };
        let row = [Frame::outer(At { over: RowsOf::Entity(sequence.entity), place })];
        Ok(part(SequencePart::Cause)?.as_text() == "exit" && !self.holds(&undone, &row)?)
    }

    /// Whether a policy forbids to send a row: of the row itself, or of the one that the links lead to. Where there is none,
    /// nothing is forbidden. It is asked also where what is sent is proved to be none such. Notes what it holds back.
    fn is_withheld(&self, sync: &Sync, place: usize, key: &str, deliveries: &mut Deliveries) -> Result<bool, Stop> {
        let mut is_withheld = false;
        for heeded in &sync.policies {
            let from = At { over: RowsOf::Entity(sync.entity), place };
            let policy = self.program.policy(heeded.policy);
            if let Some(row) = self.follow_all(&heeded.path, from)?
                && !matches!(heeded.standing, Standing::Exempt(_))
                && self.field(policy.forbids, row.place)?.0.holds()
            {
                let (sync, policy, key) = (sync.name.clone(), policy.name.clone(), key.to_owned());
                deliveries.withheld.insert(Withheld { sync, policy, key });
                is_withheld = true;
            }
        }
        Ok(is_withheld)
    }

    /// One row for each match key: the first by `pick`, ties by the entity's key.
    fn wanted(&self, sync: &Sync) -> Result<Vec<Wanted>, Stop> {
        let mut best: BTreeMap<String, Wanted> = BTreeMap::new();
        for place in 0..self.entity_rows(sync.entity).len() {
            let Some(mut wanted) = self.candidate(sync, place)? else { continue };
            let row = [Frame::outer(At { over: RowsOf::Entity(sync.entity), place })];
            for (name, value) in &sync.set {
                let found = self.written_as(sync, name, value, &row)?;
                wanted.fields.push((name.clone(), found, is_now(value)));
            }
            match best.get(&wanted.key) {
                Some(other) if !comes_before(&wanted, other) => {}
                _ => {
                    best.insert(wanted.key.clone(), wanted);
                }
            }
        }
        Ok(best.into_values().collect())
    }

    /// A row that a sync wants, with its match key and what `pick` orders it by; its fields are not filled in.
    fn candidate(&self, sync: &Sync, place: usize) -> Result<Option<Wanted>, Stop> {
        let is_sent = sync.filter.map_or(Ok(true), |filter| self.field(filter, place).map(|(it, _)| it.holds()))?;
        let row = [Frame::outer(At { over: RowsOf::Entity(sync.entity), place })];
        let Some(key) = self.eval(&sync.matches.1, &row)?.text().filter(|_| is_sent) else { return Ok(None) };
        let mut order = Vec::new();
        for it in &sync.pick {
            order.push((self.ordered(&it.by, &row)?, it.descending));
        }
        Ok(Some(Wanted { key, fields: Vec::new(), order, place }))
    }

    /// The row of a match key that is sent: the best of those that the sync wants.
    pub(super) fn best(&self, sync: &Sync, key: &str) -> Result<Option<usize>, Stop> {
        let mut best: Option<Wanted> = None;
        for place in 0..self.entity_rows(sync.entity).len() {
            let found = self.candidate(sync, place)?.filter(|it| it.key == key);
            if let Some(found) = found.filter(|it| best.as_ref().is_none_or(|other| comes_before(it, other))) {
                best = Some(found);
            }
        }
        Ok(best.map(|it| it.place))
    }

    /// A value in the type of its destination.
    fn written_as(&self, sync: &Sync, name: &str, value: &Expr, row: &[Frame]) -> Result<Value, Stop> {
        let target = self.program.target_type(sync, name, value).kind;
        let found = self.eval(value, row)?;
        if value.typed.kind.is_number() && target.is_number() { operator::coerce(found, &target) } else { Ok(found) }
    }

    /// What `pick` compares: an enum's place among its values, anything else as it is.
    fn ordered(&self, by: &Expr, row: &[Frame]) -> Result<Value, Stop> {
        let value = self.eval(by, row)?;
        let crate::types::Type::Enum(values) = &by.typed.kind else { return Ok(value) };
        let found = values.iter().position(|known| known == value.as_text());
        Ok(found.filter(|_| !value.is_null()).map_or(Value::Null, |place| Value::Int(place as i64)))
    }

    /// Creates and updates, where no policy forbids it.
    fn enter(&self, sync: &Sync, wanted: Vec<Wanted>, deliveries: &mut Deliveries) -> Result<(), Stop> {
        let at = place(self.program, sync);
        for row in wanted {
            let said = row
                .fields
                .iter()
                .filter(|(_, _, is_now)| !is_now)
                .map(|(name, value, _)| (name.clone(), value.clone()));
            let said = Said::Set(said.collect());
            let id = (sync.name.clone(), row.key.clone());
            let before = deliveries.written.get(&id).cloned();
            let is_due = match (&before, sync.mode) {
                (None, _) => true,
                (Some(_), Mode::Create) => false,
                (Some(before), Mode::Update | Mode::Upsert) => before.said != said,
            };
            let key = self.key_of(At { over: RowsOf::Entity(sync.entity), place: row.place });
            if !is_due || self.is_withheld(sync, row.place, &key.text().unwrap_or_default(), deliveries)? {
                continue;
            }
            let mut created = false;
            if sync.mode != Mode::Create || !deliveries.is_there(&at, &row.key) {
                let fields = row.fields.into_iter().map(|(name, value, _)| (name, value));
                created = deliveries.write(&at, &row.key, fields) && sync.mode != Mode::Update;
            }
            let created = created || before.is_some_and(|before| before.created);
            deliveries.written.insert(id, Written { said, created });
        }
        Ok(())
    }

    /// What happens to those who were written and are no longer wanted.
    fn leave(&self, sync: &Sync, wanted: &[Wanted], deliveries: &mut Deliveries) -> Result<(), Stop> {
        let at = place(self.program, sync);
        let written = deliveries.written.iter().filter(|((name, _), _)| *name == sync.name);
        let gone: Vec<(String, Written)> = written
            .filter(|((_, key), _)| !wanted.iter().any(|row| row.key == *key))
            .map(|((_, key), written)| (key.clone(), written.clone()))
            .collect();
        for (key, before) in gone {
            let id = (sync.name.clone(), key.clone());
            let (said, fields): (Said, Vec<(String, Value)>) = match &sync.leave {
                Leave::Keep => continue,
                Leave::Delete => {
                    if before.created {
                        deliveries.places.entry(at.clone()).or_default().remove(&key);
                        deliveries.written.remove(&id);
                    }
                    continue;
                }
                Leave::Clear => (Said::Cleared, sync.set.iter().map(|(name, _)| (name.clone(), Value::Null)).collect()),
                Leave::Set(values) => {
                    let mut fields = Vec::new();
                    for (name, value) in values {
                        fields.push((name.clone(), self.written_as(sync, name, value, &[])?));
                    }
                    let fixed = values.iter().zip(&fields).filter(|((_, value), _)| !is_now(value));
                    (Said::Left(fixed.map(|(_, field)| field.clone()).collect()), fields)
                }
            };
            if before.said == said {
                continue;
            }
            if deliveries.is_there(&at, &key) {
                deliveries.write(&at, &key, fields);
            }
            deliveries.written.insert(id, Written { said, ..before });
        }
        Ok(())
    }
}

/// Whether a row wins against another of the same match key.
fn comes_before(row: &Wanted, other: &Wanted) -> bool {
    for ((a, descending), (b, _)) in row.order.iter().zip(&other.order) {
        let order = match (a.is_null(), b.is_null()) {
            (false, false) if *descending => b.order(a),
            _ => a.nulls_last(b),
        };
        if order.is_ne() {
            return order.is_lt();
        }
    }
    row.place < other.place
}

/// Whether a value is the run's instant and nothing else: alone it is no change.
fn is_now(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Now => true,
        ExprKind::Coerce(inner) => is_now(inner),
        _ => false,
    }
}
