//! Runs a case in the evaluator and compares it with an engine. Takes the rows in a case's comments, gives where the two
//! differ: the entity, the key, the column, both values. Floats may differ in their last digits: a sum has no order.

use std::collections::BTreeMap;

use plgc::diagnostics::{self, Diagnostics};
use plgc::engine;
use plgc::eval::{self, Deliveries, Input, Output, Value};
use plgc::manifest::Manifest;
use plgc::program::{self, Options, Program, SourceId};
use plgc::run::{Outcome, RunError};
use plgc::source::Sources;
use plgc::types::{Type, Typed};

use crate::run_cases::script::{Edition, Moment, Table};
use crate::run_cases::world::World;

/// The program of an edition, or the codes of its mistakes.
pub fn program(edition: &Edition) -> Result<Program, Vec<String>> {
    checked(edition).map(|(_, program)| program)
}

/// The program of an edition with its text, or the codes of its mistakes.
pub fn checked(edition: &Edition) -> Result<(Sources, Program), Vec<String>> {
    let mut sources = Sources::default();
    sources.add(format!("{}.plg", edition.name), edition.text.clone()).unwrap();
    let zone = edition.zone.clone();
    let options = zone.map_or_else(Options::default, |zone| Options { zone, ..Options::default() });
    let mut mistakes = Diagnostics::default();
    if let Some(program) = plgc::check(&sources, &options, &mut mistakes) {
        return Ok((sources, program));
    }
    let said = mistakes.finish();
    let errors = said.iter().filter(|it| diagnostics::is_error(it.as_ref()));
    Err(errors.map(|it| format!("{}: {it}", diagnostics::code(it.as_ref()))).collect())
}

/// A value of an engine; a day or an instant that it gives can be read.
pub fn taken(value: &engine::Value, kind: &Type) -> Value {
    let found = plgc::test::value::read(value, kind);
    assert_eq!(found.is_null(), *value == engine::Value::Null, "{value:?} is no {kind}");
    found
}

/// A cell of a case; `None` where it does not fit.
fn cell(cell: &str, typed: &Typed) -> Option<Value> {
    let within = cell.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let text = within.map_or_else(|| cell.to_owned(), |text| text.replace("''", "'"));
    let is_text = matches!(typed.kind, Type::Text | Type::Json | Type::Enum(_));
    if text.is_empty() && (within.is_none() || !is_text) {
        return Some(Value::Null);
    }
    engine::Value::parse(&text, &typed.kind).map(|value| taken(&value, &typed.kind))
}

/// The rows of a source as a case gives them; `None` where a load would stop.
fn given(table: &Table, source: &program::Source) -> Option<Vec<eval::Row>> {
    let place = |name: &str| table.columns.iter().position(|column| column.eq_ignore_ascii_case(name));
    let places = source.columns.iter().map(|column| place(&column.name)).collect::<Option<Vec<usize>>>()?;
    let row = |row: &Vec<String>| {
        places.iter().zip(&source.columns).map(|(place, column)| cell(&row[*place], &column.typed)).collect()
    };
    table.rows.iter().map(row).collect()
}

/// A case as it goes on in the evaluator.
#[derive(Default)]
pub struct Oracle {
    rows: BTreeMap<String, Option<Vec<eval::Row>>>,
    before: Output,
    /// What was sent, and accepted.
    deliveries: Deliveries,
    /// Whether what was sent is compared, too: where no guard, no other place and no other name of a sync has a part in it, of which the
    /// evaluator knows nothing.
    sends: bool,
    /// How many runs could be compared.
    pub compared: usize,
    /// Whether an instant left the years 1 to 9999 in the evaluator, or on all engines: nothing is compared from there on.
    pub left: bool,
    /// The engines on which one did: they differ in when they notice.
    pub out: Vec<&'static str>,
}

impl Oracle {
    /// One that also compares what was sent.
    pub fn of_syncs() -> Self {
        Self { sends: true, ..Self::default() }
    }

    /// Takes the tables of a run.
    pub fn take(&mut self, program: &Program, moment: &Moment) {
        for table in &moment.tables {
            let source = program.sources.iter().find(|it| it.name.join(".") == table.name);
            self.rows.insert(table.name.clone(), source.and_then(|source| given(table, source)));
        }
    }

    /// The result of a run and what has been delivered after it; `None` where the rows cannot be known.
    pub fn run(
        &self,
        program: &Program,
        moment: &Moment,
        queries: &BTreeMap<String, Vec<eval::Row>>,
    ) -> Option<Result<(Output, Deliveries), eval::Stop>> {
        let now = eval::parse_instant(&moment.now).expect("an instant");
        let now = now - now.rem_euclid(1_000_000);
        let mut rows = BTreeMap::new();
        for (id, source) in (0..).map(SourceId).zip(&program.sources) {
            let name = source.name.join(".");
            let given = match queries.get(&name) {
                Some(given) => given.clone(),
                None => self.rows.get(&name).cloned().unwrap_or(Some(Vec::new()))?,
            };
            rows.insert(id, given);
        }
        let mut deliveries = self.deliveries.clone();
        let input = Input { rows: &rows, now, before: &self.before, receipts: &self.deliveries.receipts };
        let output = match moment.deliver {
            true => eval::evaluate_and_deliver(program, &input, &mut deliveries),
            false => eval::evaluate(program, &input),
        };
        Some(output.map(|output| (output, deliveries)))
    }

    /// The result of the last run, and what has been delivered by then.
    pub const fn last(&self) -> (&Output, &Deliveries) {
        (&self.before, &self.deliveries)
    }

    /// The next run without an engine; `None` where it stops.
    pub fn next(&mut self, program: &Program, moment: &Moment) -> Option<&Output> {
        self.take(program, moment);
        (self.before, self.deliveries) = self.run(program, moment, &BTreeMap::new())?.ok()?;
        Some(&self.before)
    }

    /// Compares a run with the evaluator, on each engine that did it; the first difference, if there is one.
    pub fn compare(&mut self, program: &Program, moment: &Moment, seen: &[Seen]) -> Option<String> {
        let queries = seen.iter().find(|one| one.outcome.is_ok()).map(Seen::queries).unwrap_or_default();
        let wanted = seen.iter().any(|one| match one.outcome {
            Ok(outcome) => outcome.built,
            Err(error) => matches!(error, RunError::Statement { .. } | RunError::Value { .. }),
        });
        let ran = wanted.then(|| self.run(program, moment, &queries)).flatten();
        if let Some(Err(stop)) = &ran {
            self.left |= leaves_range(&stop.to_string());
        }
        let is_out = |one: &&Seen| one.outcome.as_ref().is_err_and(|error| leaves_range(&error.to_string()));
        self.out.extend(seen.iter().filter(is_out).map(|one| one.world.engine()));
        let rest: Vec<&Seen> = seen.iter().filter(|one| !is_out(one)).collect();
        self.left |= rest.is_empty();
        if self.left {
            return None;
        }
        let mut found = rest.iter().find_map(|one| {
            let found = self.compare_one(program, one, ran.as_ref());
            found.map(|found| format!("{}: {found}", one.world.engine()))
        });
        if let Some(other) = rest.iter().find(|one| one.built() != rest[0].built()) {
            found = found.or_else(|| Some(format!("one engine {}, the other {}", rest[0].said(), other.said())));
        }
        if let Some(Ok(after)) = ran
            && rest.iter().any(|one| one.built())
        {
            (self.before, self.deliveries) = after;
        }
        found
    }

    fn compare_one(
        &mut self,
        program: &Program,
        one: &Seen,
        ran: Option<&Result<(Output, Deliveries), eval::Stop>>,
    ) -> Option<String> {
        match one.outcome {
            Ok(outcome) if !outcome.built => None,
            Ok(outcome) => match ran? {
                Ok((output, deliveries)) => {
                    self.compared += 1;
                    let found = differs(output, one.manifest, one.world, outcome);
                    found.or_else(|| sent(deliveries, program, one.manifest, one.world).filter(|_| self.sends))
                }
                Err(stop) => Some(format!("the evaluator stops: {stop}")),
            },
            Err(error @ (RunError::Statement { .. } | RunError::Value { .. })) => {
                self.compared += 1;
                ran?.is_ok().then(|| format!("the engine stops, the evaluator does not: {error}"))
            }
            Err(_) => None,
        }
    }
}

/// What an engine did in a run.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub manifest: &'a Manifest,
    pub world: &'a World,
    pub outcome: &'a Result<Outcome, RunError>,
}

impl Seen<'_> {
    fn built(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|outcome| outcome.built)
    }

    fn said(&self) -> String {
        match self.outcome {
            Ok(outcome) if outcome.built => "builds".to_owned(),
            Ok(_) => "has nothing to build".to_owned(),
            Err(error) => format!("stops: {error}"),
        }
    }

    /// The rows of the sources that are queries.
    fn queries(&self) -> BTreeMap<String, Vec<eval::Row>> {
        let queries = self.manifest.sources.iter().filter(|source| source.is_query).map(|source| {
            let row = |row: Vec<engine::Value>| {
                row.iter().zip(&source.columns).map(|(value, column)| taken(value, &column.typed.kind)).collect()
            };
            (source.name.clone(), self.world.source(source).into_iter().map(row).collect())
        });
        queries.collect()
    }
}

fn leaves_range(said: &str) -> bool {
    ["years 1 to 9999", "range of years", "before the year 1", "date out of range", "timestamp out of range"]
        .iter()
        .any(|part| said.contains(part))
}

fn differs(output: &Output, manifest: &Manifest, world: &World, outcome: &Outcome) -> Option<String> {
    for view in world.rows(manifest) {
        let table = &output.entities[&view.entity];
        let model = manifest.models.iter().find(|model| model.last && model.entity == view.entity).unwrap();
        let key = view.columns.iter().position(|name| *name == table.key).unwrap();
        let keys = |value: &eval::Row| table.value(value, &table.key).and_then(Value::text);
        let mut own: Vec<&eval::Row> = table.rows.iter().collect();
        let mut rows: Vec<&Vec<engine::Value>> = view.rows.iter().collect();
        own.sort_by_key(|row| keys(row));
        rows.sort_by_key(|row| row[key].text());
        let (ours, theirs): (Vec<_>, Vec<_>) =
            (own.iter().map(|row| keys(row)).collect(), rows.iter().map(|row| row[key].text()).collect());
        if ours != theirs {
            return Some(format!("keys of {}: the evaluator has {ours:?}, the engine {theirs:?}", view.entity));
        }
        for (own, row) in own.iter().zip(rows) {
            for (name, value) in view.columns.iter().zip(row) {
                let kind = &model.columns.iter().find(|column| column.name == *name).unwrap().typed.kind;
                let (one, other) = (table.value(own, name), taken(value, kind));
                if !one.is_some_and(|one| same(one, &other)) {
                    let at = keys(own).unwrap_or_default();
                    let name = format!("{}.{name} of {at:?}", view.entity);
                    return Some(format!("{name}: the evaluator has {one:?}, the engine {other:?}"));
                }
            }
        }
    }
    if let Some(found) = funnels(output, manifest, world) {
        return Some(found);
    }
    let mut theirs = world.changed(outcome);
    theirs.sort_by_key(|row| row.iter().map(engine::Value::text).collect::<Vec<_>>());
    let text = |change: &eval::Change| {
        vec![Some(change.field.clone()), Some(change.key.clone()), change.was.clone(), change.became.clone()]
    };
    let ours: Vec<_> = output.changes.iter().map(text).collect();
    let theirs: Vec<Vec<Option<String>>> =
        theirs.iter().map(|row| row.iter().map(engine::Value::text).collect()).collect();
    if ours != theirs {
        return Some(format!("changes: the evaluator has {ours:?}, the engine {theirs:?}"));
    }
    let now = eval::parse_instant(&outcome.now).expect("an instant");
    let mut ours: Vec<Vec<Option<String>>> = output.firings.iter().filter(|it| it.at == now).map(line).collect();
    ours.sort();
    let theirs = world.fired(outcome);
    let theirs: Vec<Vec<Option<String>>> =
        theirs.iter().map(|row| row.iter().map(engine::Value::text).collect()).collect();
    (ours != theirs).then(|| format!("firings: the evaluator has {ours:?}, the engine {theirs:?}"))
}

/// Where the objects at destinations differ from what was sent there.
fn sent(deliveries: &Deliveries, program: &Program, manifest: &Manifest, world: &World) -> Option<String> {
    let theirs = world.objects(manifest);
    for sync in program.all_syncs() {
        let spec = &manifest.syncs.iter().find(|it| it.spec.name == sync.name)?.spec;
        let (ours, none) = (deliveries.objects(program, &sync), BTreeMap::new());
        let theirs = theirs.get(&sync.object).unwrap_or(&none);
        let (one, other): (Vec<&String>, Vec<&String>) =
            (ours.iter().map(|(key, _)| key).collect(), theirs.keys().collect());
        if one != other {
            return Some(format!("objects of {}: the evaluator has {one:?}, the engine sent {other:?}", sync.name));
        }
        for (key, fields) in &ours {
            for (name, json) in &theirs[key] {
                let kind = &spec.fields.iter().find(|field| field.name == *name)?.typed.kind;
                let (ours, theirs) = (fields.get(name).unwrap_or(&Value::Null), written(json, kind));
                if !same(ours, &theirs) {
                    let sync = &sync.name;
                    return Some(format!(
                        "{sync}.{name} of {key:?}: the evaluator has {ours:?}, the engine sent {theirs:?}"
                    ));
                }
            }
        }
    }
    None
}

/// A value of a line of JSON.
fn written(json: &serde_json::Value, kind: &Type) -> Value {
    let text = match json {
        serde_json::Value::Null => return Value::Null,
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let value = match kind {
        Type::Text | Type::Enum(_) | Type::Json => engine::Value::Text(text),
        _ => engine::Value::parse(&text, kind).unwrap_or_else(|| panic!("{json} is no {kind}")),
    };
    taken(&value, kind)
}

/// Where a funnel shows other members or another summary.
fn funnels(output: &Output, manifest: &Manifest, world: &World) -> Option<String> {
    for (name, [members, summary]) in world.followed(manifest) {
        let own = &output.funnels[&name];
        for (what, table, (columns, rows)) in [("member", &own.members, members), ("summary", &own.summary, summary)] {
            let heads: Vec<&String> = columns.iter().map(|(column, _)| column).collect();
            if heads != table.columns.iter().collect::<Vec<_>>() {
                return Some(format!("{what} of {name}: the evaluator has {:?}, the engine {heads:?}", table.columns));
            }
            let theirs =
                rows.iter().map(|row| row.iter().zip(&columns).map(|(it, (_, kind))| taken(it, kind)).collect());
            let (mut ours, mut theirs): (Vec<eval::Row>, Vec<eval::Row>) = (table.rows.clone(), theirs.collect());
            for rows in [&mut ours, &mut theirs] {
                rows.sort_by_key(|row| row.iter().map(Value::text).collect::<Vec<_>>());
            }
            let alike = |(one, other): (&eval::Row, &eval::Row)| one.iter().zip(other).all(|(a, b)| same(a, b));
            if ours.len() != theirs.len() || !ours.iter().zip(&theirs).all(alike) {
                return Some(format!("{what} of {name}: the evaluator has {ours:?}, the engine {theirs:?}"));
            }
        }
    }
    None
}

/// A firing as the log has it: step, key, entry, channel, member.
fn line(firing: &eval::Firing) -> Vec<Option<String>> {
    let (channel, member) = firing.channel.clone().unzip();
    vec![Some(firing.step.clone()), Some(firing.key.clone()), Some(firing.entry.to_string()), channel, member]
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Float(a), Value::Float(b)) => a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
        _ => one == other,
    }
}
