//! Random programs with a policy, whose syncs are delivered for real: nothing arrives that the policy forbids in that run, by
//! the evaluator; all else arrives, and what leaves is removed. Takes a seed, gives what is wrong.

use std::collections::BTreeMap;

use plgc::engine::Driver;
use plgc::eval::{Output, Value};
use plgc::manifest::{Manifest, Standing};
use plgc::program::Program;
use plgc::run::RunError;
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
    pub sent: usize,
    pub gated: u64,
}

/// A sync of the program: the object that it writes has its name.
struct Sent {
    entity: &'static str,
    audience: Option<String>,
    quiet: bool,
}

/// The case of a seed with a policy of teams and syncs of teams and people, each with the number of its key's row.
fn case(seed: u64) -> (Edition, Vec<Sent>) {
    let plain = Edition::of("random", program::case(seed));
    let checked = oracle::program(&plain).unwrap_or_else(|codes| panic!("{seed}: {codes:?}"));
    let mut random = Random::new(seed ^ 0x9e37);
    let condition = condition(&checked, &mut random);
    let mut text = plain.text.trim_end().to_owned();
    text.push_str(&format!("\n\ntrait forbidden of team = {condition}\n\ndestination out = jsonl\n\n"));
    text.push_str("policy hands_off of team: never to out where forbidden\n");
    let mut syncs = Vec::new();
    for (entity, key, value) in [("team", "t_id", "t_size"), ("person", "p_id", "p_m")] {
        let names = bools(&checked, entity, true).into_iter().map(Some).chain([None]);
        for audience in names {
            let quiet = entity == "team" && random.chance(40);
            let filter = if quiet { format!(" where not ({condition})") } else { String::new() };
            let from = audience.clone().unwrap_or_else(|| entity.to_owned());
            text.push_str(&format!(
                "\nsync to_{from} from {from}{filter} to out.{from} {{\n  match  id = {key}\n  set    v = {value}\n  leave  delete\n}}\n"
            ));
            syncs.push(Sent { entity, audience, quiet });
        }
    }
    (Edition::of("random", text), syncs)
}

/// The names of the bool fields of an entity: all, or its audiences.
fn bools(program: &Program, entity: &str, audiences: bool) -> Vec<String> {
    let fields = program.fields.iter().filter(|field| program.entity(field.entity).name == entity);
    let is_audience = |field: &plgc::program::Field| matches!(field.kind, plgc::program::FieldKind::Audience { .. });
    let fields = fields.filter(|field| field.typed.kind == Type::Bool && (!audiences || is_audience(field)));
    fields.map(|field| field.name.clone()).collect()
}

/// Whom the policy forbids.
fn condition(program: &Program, random: &mut Random) -> String {
    let columns = ["t_open", "t_tier = pro", "t_size > 2", "t_tier in (free, starter)"].map(str::to_owned);
    let atoms: Vec<String> = bools(program, "team", false).into_iter().chain(columns).collect();
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

/// The rows of a sync by key: whether each is wanted, whether the policy forbids it, and what is written.
fn rows(output: &Output, sync: &Sent) -> BTreeMap<String, (bool, bool, String)> {
    let table = |name: &str| &output.entities[name];
    let is = |table: &plgc::eval::Table, row: &plgc::eval::Row, column: &str| {
        table.value(row, column) == Some(&Value::Bool(true))
    };
    let teams: BTreeMap<String, bool> = table("team")
        .rows
        .iter()
        .map(|row| (table("team").value(row, "t_id").unwrap().text().unwrap(), is(table("team"), row, "forbidden")))
        .collect();
    let own = table(sync.entity);
    let (key, team, value) = if sync.entity == "team" { ("t_id", "t_id", "t_size") } else { ("p_id", "p_team", "p_m") };
    let one = |row: &plgc::eval::Row| {
        let text = |column: &str| own.value(row, column).and_then(Value::text);
        let forbidden = text(team).and_then(|team| teams.get(&team).copied()).unwrap_or(false);
        let member = sync.audience.as_ref().is_none_or(|audience| is(own, row, audience));
        let value = text(value).unwrap_or_else(|| "null".to_owned());
        (text(key).unwrap(), (member && !(sync.quiet && forbidden), forbidden, format!("{{\"v\":{value}}}")))
    };
    own.rows.iter().map(one).collect()
}

/// What arrived at an object and is there: by key, the fields.
type Objects = BTreeMap<String, String>;

/// Takes the lines of a run; the first that should not be among them.
fn arrive(
    lines: &[String],
    rows: &BTreeMap<String, (bool, bool, String)>,
    there: &mut Objects,
    counts: &mut Counts,
) -> Option<String> {
    for line in lines {
        let (op, rest) = line.split_once(' ').unwrap();
        let (key, fields) = rest.split_at(rest.rfind(" {").unwrap());
        let fields = fields.trim_start();
        if op == "delete" {
            there.remove(key);
            continue;
        }
        counts.sent += 1;
        if !matches!(rows.get(key), Some((true, false, _))) {
            return Some(format!("`{line}` was sent, and the row is {:?}", rows.get(key)));
        }
        there.insert(key.to_owned(), fields.to_owned());
    }
    let stays = there.keys().find(|key| !rows.get(*key).is_some_and(|(wanted, ..)| *wanted));
    let lacks =
        rows.iter().find(|(key, (wanted, forbidden, fields))| *wanted && !forbidden && there.get(*key) != Some(fields));
    stays
        .map(|key| format!("{key} has left and is there"))
        .or_else(|| lacks.map(|(key, row)| format!("{key} is {row:?} and {:?} is there", there.get(key))))
}

fn standings(manifest: &Manifest, counts: &mut Counts) {
    for heeded in manifest.syncs.iter().flat_map(|sync| &sync.spec.policies) {
        match heeded.standing {
            Standing::Proved => counts.proved += 1,
            Standing::Gated | Standing::Unknown => counts.asked += 1,
            Standing::Exempt => {}
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
    let mut there: BTreeMap<String, Objects> = BTreeMap::new();
    for moment in &edition.moments {
        oracle.take(&checked, moment);
        let before = world.sent(&manifest);
        let outcome = world.outcome(&manifest, moment);
        let outcome = match outcome {
            // A value that does not fit stops a run, and what follows has no run before it that both know.
            Err(RunError::Statement { .. } | RunError::Value { .. }) => return None,
            Err(error) => return Some(format!("{error}\n{}", edition.text)),
            Ok(outcome) => Ok(outcome),
        };
        let output = oracle.run(&checked, moment, &BTreeMap::new())?.ok()?;
        let differs = oracle.compare((&checked, &manifest), moment, &world, &outcome);
        if differs.is_some() || oracle.left {
            return differs;
        }
        counts.gated += outcome.ok()?.syncs.iter().flat_map(|sync| &sync.gated).map(|gated| gated.rows).sum::<u64>();
        let after = world.sent(&manifest);
        for sync in &syncs {
            let object = sync.audience.clone().unwrap_or_else(|| sync.entity.to_owned());
            let known = before.get(&object).map_or(0, Vec::len);
            let lines = after.get(&object).map_or(&[] as &[String], |lines| &lines[known..]);
            let found = arrive(lines, &rows(&output.0, sync), there.entry(object.clone()).or_default(), counts);
            if let Some(found) = found {
                return Some(format!("{object} at {}: {found}\n{}", moment.now, edition.text));
            }
        }
    }
    None
}
