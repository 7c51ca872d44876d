//! Random programs with policies, whose syncs are delivered for real, some runs excepted: nothing arrives that a policy forbids
//! in that run, by the evaluator; all else arrives, what leaves is removed, and the run says how much waits. Takes a seed,
//! gives what is wrong.

use std::collections::{BTreeMap, BTreeSet};

use plgc::engine::Driver;
use plgc::eval::{Deliveries, Output, Row, Table, Value};
use plgc::manifest::{Manifest, Standing, Sync};
use plgc::program::{Field, FieldKind, Program};
use plgc::run::RunError;
use plgc::run::outcome::SyncOutcome;
use plgc::types::Type;

use super::oracle::{self, Oracle};
use super::program;
use super::random::Random;
use crate::run_cases::script::Edition;
use crate::run_cases::world::World;

/// What was seen, so that the test shows something.
#[derive(Debug, Default)]
pub struct Counts {
    pub proved: usize,
    pub asked: usize,
    pub exempt: usize,
    /// Creates and updates of mirrors, and firings.
    pub sent: usize,
    pub fired: usize,
    pub gated: u64,
    /// Firings that wait.
    pub pending: u64,
    /// Mirrors' objects that stay as they are because of a policy.
    pub stay: usize,
}

impl Counts {
    /// The sum of both.
    pub fn add(&mut self, other: &Self) {
        self.proved += other.proved;
        self.asked += other.asked;
        self.exempt += other.exempt;
        self.sent += other.sent;
        self.fired += other.fired;
        self.gated += other.gated;
        self.pending += other.pending;
        self.stay += other.stay;
    }

    /// Whether all of it was seen often enough.
    pub fn is_enough(&self) -> bool {
        let often = [self.proved > 20, self.asked > 200, self.exempt > 20, self.sent > 300, self.gated > 300];
        often == [true; 5] && self.fired > 20 && self.pending > 50 && self.stay > 3
    }
}

/// A sync of the program: the object that it writes has its name.
#[derive(Debug)]
struct Sent {
    name: String,
    entity: &'static str,
    of: Of,
}

/// Whose rows a sync sends.
#[derive(Debug)]
enum Of {
    /// The rows of the entity, or of an audience; without those that the policy of teams forbids.
    Rows { audience: Option<String>, quiet: bool },
    /// The firings of a step.
    Firings,
}

const ENTITIES: [&str; 2] = ["team", "person"];

/// The names of the policies, the one of teams first.
const POLICIES: [&str; 2] = ["hands_off", "careful"];

/// The case of a seed with policies of teams and of people, and syncs of rows and of firings of both.
fn case(seed: u64) -> (Edition, Vec<Sent>) {
    let plain = Edition::of("random", program::without_syncs(seed));
    let checked = oracle::program(&plain).unwrap_or_else(|codes| panic!("{seed}: {codes:?}"));
    let mut random = Random::new(seed ^ 0x9e37);
    let mut text = plain.text.trim_end().to_owned();
    let conditions = ENTITIES.map(|entity| condition(&checked, entity, &mut random));
    text.push_str("\n\ndestination out = jsonl\n\n");
    for ((entity, policy), condition) in ENTITIES.iter().zip(POLICIES).zip(&conditions) {
        text.push_str(&format!("trait {policy}_forbids of {entity} = {condition}\n\n"));
        text.push_str(&format!("policy {policy} of {entity}: never to out where {policy}_forbids\n\n"));
    }
    // Two ways lead from a team to a person where it has a best one, too.
    let exempt = match checked.links.iter().any(|link| link.name == "best") {
        true => "\n  exempt careful because 'two people'",
        false => "",
    };
    let mut syncs = Vec::new();
    for (entity, key, value) in [("team", "t_id", "t_size"), ("person", "p_id", "p_m")] {
        let exempt = if entity == "team" { exempt } else { "" };
        for audience in names(&checked, entity, is_audience).into_iter().map(Some).chain([None]) {
            let quiet = entity == "team" && random.chance(40);
            let filter = if quiet { format!(" where not ({})", conditions[0]) } else { String::new() };
            let from = audience.clone().unwrap_or_else(|| entity.to_owned());
            let name = format!("to_{from}");
            text.push_str(&format!(
                "sync {name} from {from}{filter} to out.{name} {{\n  match  id = {key}\n  set    v = {value}{exempt}\n  leave  delete\n}}\n\n"
            ));
            syncs.push(Sent { name, entity, of: Of::Rows { audience, quiet } });
        }
        for sequence in checked.sequences.iter().filter(|it| checked.entity(it.entity).name == entity) {
            for step in &sequence.steps {
                let name = format!("of_{}", step.name);
                let from = format!("{}.{}", sequence.name, step.name);
                text.push_str(&format!(
                    "sync {name} from {from} to out.{name} {{\n  set    v = {value}{exempt}\n}}\n\n"
                ));
                syncs.push(Sent { name, entity, of: Of::Firings });
            }
        }
    }
    let mut edition = Edition::of("random", text);
    for moment in &mut edition.moments {
        moment.deliver = !random.chance(15);
    }
    (edition, syncs)
}

fn is_audience(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Audience { .. })
}

/// The names of the bool fields of an entity that a program can say in one word.
fn names(program: &Program, entity: &str, which: impl Fn(&Field) -> bool) -> Vec<String> {
    let fields = program.fields.iter().filter(|field| program.entity(field.entity).name == entity);
    let fields = fields.filter(|field| field.typed.kind == Type::Bool && !field.hidden && !field.name.contains("__"));
    fields.filter(|field| which(field)).map(|field| field.name.clone()).collect()
}

/// Whom a policy forbids.
fn condition(program: &Program, entity: &str, random: &mut Random) -> String {
    let columns = match entity {
        "team" => ["t_open", "t_tier = pro", "t_size > 2", "t_tier in (free, starter)"],
        _ => ["p_flag", "p_ok", "p_n > 1", "p_tier in (pro, starter)"],
    };
    let atoms: Vec<String> = names(program, entity, |_| true).into_iter().chain(columns.map(str::to_owned)).collect();
    let atom = |random: &mut Random| {
        let atom = random.pick(&atoms).clone();
        if random.chance(30) { format!("not ({atom})") } else { atom }
    };
    let first = atom(random);
    match random.below(3) {
        0 => first,
        1 => format!("{first} or {}", atom(random)),
        _ => format!("{first} and {}", atom(random)),
    }
}

/// What an entity's row is to a sync.
#[derive(Debug)]
struct Standed {
    wanted: bool,
    /// Whether each policy forbids it.
    forbidden: [bool; 2],
    fields: String,
}

impl Standed {
    /// Whether a policy that the sync heeds forbids it.
    fn is_forbidden(&self, sync: &Sync) -> bool {
        POLICIES.iter().zip(self.forbidden).any(|(policy, forbids)| {
            forbids && sync.spec.policies.iter().any(|it| it.policy == *policy && it.standing != Standing::Exempt)
        })
    }
}

fn text(table: &Table, row: &Row, column: &str) -> Option<String> {
    table.value(row, column).and_then(Value::text)
}

fn is(table: &Table, row: &Row, column: &str) -> bool {
    table.value(row, column) == Some(&Value::Bool(true))
}

/// The rows that a sync may send, by key.
fn rows(output: &Output, sync: &Sent) -> BTreeMap<String, Standed> {
    // Whom the policy of an entity forbids, by key.
    let forbidden = |entity: &str, key: &str, policy: &str| -> BTreeSet<String> {
        let table = &output.entities[entity];
        let rows = table.rows.iter().filter(|row| is(table, row, &format!("{policy}_forbids")));
        rows.map(|row| text(table, row, key).unwrap()).collect()
    };
    let teams = forbidden("team", "t_id", POLICIES[0]);
    let people = forbidden("person", "p_id", POLICIES[1]);
    let own = &output.entities[sync.entity];
    let (key, team, person, value) = match sync.entity {
        "team" => ("t_id", "t_id", "t_lead", "t_size"),
        _ => ("p_id", "p_team", "p_id", "p_m"),
    };
    let one = |row: &Row| {
        let has = |set: &BTreeSet<String>, column| text(own, row, column).is_some_and(|key| set.contains(&key));
        let forbidden = [has(&teams, team), has(&people, person)];
        let wanted = match &sync.of {
            Of::Rows { audience, quiet } => {
                audience.as_ref().is_none_or(|audience| is(own, row, audience)) && !(*quiet && forbidden[0])
            }
            Of::Firings => true,
        };
        let value = text(own, row, value).unwrap_or_else(|| "null".to_owned());
        (text(own, row, key).unwrap(), Standed { wanted, forbidden, fields: format!("{{\"v\":{value}}}") })
    };
    own.rows.iter().map(one).collect()
}

/// What arrived at an object and is there: by key, the fields.
type Objects = BTreeMap<String, String>;

/// What a sync has to do with a run.
struct Seen<'a> {
    sync: &'a Sync,
    rows: BTreeMap<String, Standed>,
    outcome: &'a SyncOutcome,
}

impl Seen<'_> {
    /// How many rows wait for a policy, as the run says.
    fn waits(&self, policy: &str) -> u64 {
        self.outcome.gated.iter().find(|it| it.policy == policy).map_or(0, |it| it.rows)
    }

    fn asks(&self, policy: &str) -> bool {
        self.sync.spec.policies.iter().any(|it| it.policy == policy && it.standing.asks())
    }

    /// Takes the lines that a run sent of rows; the first thing that is wrong.
    fn mirrored(&self, lines: &[String], there: &mut Objects, counts: &mut Counts) -> Option<String> {
        for (policy, nth) in POLICIES.into_iter().zip(0..) {
            let due = self.rows.iter().filter(|(key, row)| row.wanted && there.get(*key) != Some(&row.fields));
            let held = due.filter(|(_, row)| row.forbidden[nth]).count() as u64;
            if self.asks(policy) && held != self.waits(policy) {
                return Some(format!("{held} wait for {policy}, and the run says {}", self.waits(policy)));
            }
        }
        for line in lines {
            let (op, key, fields) = parts(line);
            if op == "delete" {
                there.remove(key);
                continue;
            }
            counts.sent += 1;
            if !self.rows.get(key).is_some_and(|row| row.wanted && !row.is_forbidden(self.sync)) {
                return Some(format!("`{line}` was sent, and the row is {:?}", self.rows.get(key)));
            }
            there.insert(key.to_owned(), fields.to_owned());
        }
        if let Some(key) = there.keys().find(|key| !self.rows.get(*key).is_some_and(|row| row.wanted)) {
            return Some(format!("{key} has left and is there"));
        }
        for (key, row) in self.rows.iter().filter(|(_, row)| row.wanted) {
            let is_right = there.get(key) == Some(&row.fields);
            match row.is_forbidden(self.sync) {
                true => counts.stay += usize::from(there.contains_key(key) && !is_right),
                false if is_right => {}
                false => return Some(format!("{key} is {row:?} and {:?} is there", there.get(key))),
            }
        }
        None
    }

    /// Takes the lines that a run sent of firings; the first thing that is wrong.
    fn fired(
        &self,
        lines: &[String],
        (before, expected): (&BTreeSet<String>, &BTreeSet<String>),
        counts: &mut Counts,
    ) -> Option<String> {
        let mut sent = BTreeSet::new();
        for line in lines {
            let (_, firing, fields) = parts(line);
            let row = firing
                .split_once('/')
                .and_then(|(_, row)| row.rsplit_once('/'))
                .and_then(|(key, _)| self.rows.get(key));
            if !row.is_some_and(|row| !row.is_forbidden(self.sync) && row.fields == fields) {
                return Some(format!("`{line}` was sent, and the row is {row:?}"));
            }
            sent.insert(firing.to_owned());
            counts.fired += 1;
        }
        counts.pending += self.outcome.gated.iter().map(|it| it.rows).sum::<u64>();
        let due: BTreeSet<String> = expected.difference(before).cloned().collect();
        (sent != due).then(|| format!("{sent:?} was sent, the evaluator sends {due:?}"))
    }
}

/// Op, key and fields of a line.
fn parts(line: &str) -> (&str, &str, &str) {
    let (op, rest) = line.split_once(' ').unwrap();
    let (key, fields) = rest.split_at(rest.rfind(" {").unwrap());
    (op, key, fields.trim_start())
}

/// The firings that a sync has sent, in the evaluator.
fn firings(program: &Program, deliveries: &Deliveries, name: &str) -> BTreeSet<String> {
    let syncs = program.all_syncs();
    let sync = syncs.iter().find(|sync| sync.name == name).unwrap();
    deliveries.objects(program, sync).into_iter().map(|(key, _)| key).collect()
}

fn standings(manifest: &Manifest, counts: &mut Counts) {
    for heeded in manifest.syncs.iter().flat_map(|sync| &sync.spec.policies) {
        match heeded.standing {
            Standing::Proved => counts.proved += 1,
            Standing::Gated | Standing::Unknown => counts.asked += 1,
            Standing::Exempt => counts.exempt += 1,
        }
    }
}

/// What is wrong with the deliveries of a seed's program.
pub fn wrong(seed: u64, engine: &'static Driver, counts: &mut Counts) -> Option<String> {
    let (edition, syncs) = case(seed);
    let checked = oracle::program(&edition).unwrap_or_else(|codes| panic!("{seed}: {codes:?}\n{}", edition.text));
    let (world, mut oracle) = (World::new(engine), Oracle::default());
    let manifest = world.compile("random", &edition);
    standings(&manifest, counts);
    let mut there: BTreeMap<&str, Objects> = BTreeMap::new();
    for moment in &edition.moments {
        oracle.take(&checked, moment);
        let before = world.sent(&manifest);
        let fired_before: Vec<_> = syncs.iter().map(|sync| firings(&checked, oracle.last().1, &sync.name)).collect();
        let outcome = world.outcome(&manifest, moment);
        let differs =
            oracle.compare(&checked, moment, &[oracle::Seen { manifest: &manifest, world: &world, outcome: &outcome }]);
        if differs.is_some() || oracle.left {
            return differs.map(|it| format!("{it}\n{}", edition.text));
        }
        let outcome = match outcome {
            // A value that does not fit stops a run, and what follows has no run before it that both know.
            Err(RunError::Statement { .. } | RunError::Value { .. }) => return None,
            Err(error) => return Some(format!("{error}\n{}", edition.text)),
            Ok(outcome) => outcome,
        };
        let after = world.sent(&manifest);
        let (output, deliveries) = oracle.last();
        for (sync, fired_before) in syncs.iter().zip(&fired_before) {
            let name = sync.name.as_str();
            let lines =
                after.get(name).map_or(&[] as &[String], |lines| &lines[before.get(name).map_or(0, Vec::len)..]);
            let seen = Seen {
                sync: manifest.syncs.iter().find(|it| it.spec.name == name).unwrap(),
                rows: rows(output, sync),
                outcome: outcome.syncs.iter().find(|it| it.name == name).unwrap(),
            };
            counts.gated += seen.outcome.gated.iter().map(|gated| gated.rows).sum::<u64>();
            let found = match &sync.of {
                _ if !moment.deliver => lines.first().map(|line| format!("`{line}` was sent where nothing is")),
                Of::Rows { .. } => seen.mirrored(lines, there.entry(name).or_default(), counts),
                Of::Firings => {
                    let expected = firings(&checked, deliveries, name);
                    seen.fired(lines, (fired_before, &expected), counts)
                }
            };
            if let Some(found) = found {
                return Some(format!("{name} at {}: {found}\n{}", moment.now, edition.text));
            }
        }
    }
    None
}
