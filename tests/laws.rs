//! Laws of the fold, as properties of random programs: what holds of every run, whatever the program says. In the evaluator, which the
//! engines are compared with, where many programs are needed; on an engine where the law is about runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use plgc::engine;
use plgc::eval::{self, Firing, Output, Value};
use plgc::program::Program;

use crate::differential::oracle::{self, Oracle};
use crate::differential::program;
use crate::differential::random::Random;
use crate::run_cases::script::{Edition, Moment};
use crate::run_cases::world::World;

const HOUR: i64 = 3_600_000_000;

/// A run at an instant over the tables that are there.
fn moment(micros: i64) -> Moment {
    let now = format!("{}Z", engine::value::instant_text(micros / 1_000_000).replacen(' ', "T", 1));
    Moment { now, accept: Vec::new(), deliver: true, tables: Vec::new() }
}

fn instant(text: &str) -> i64 {
    eval::parse_instant(text).unwrap()
}

/// Runs of a random program: those that it says, and some hours between and after them.
fn played(seed: u64, mut each: impl FnMut(&Program, &Output, i64)) -> usize {
    let edition = Edition::of("random", program::case(seed));
    let program = oracle::program(&edition).unwrap();
    let (mut oracle, mut runs) = (Oracle::default(), 0);
    for given in &edition.moments {
        let at = instant(&given.now);
        let Some(output) = oracle.next(&program, given) else { return runs };
        each(&program, output, at);
        runs += 1;
        for hours in [1, 2, 5] {
            let Some(output) = oracle.next(&program, &moment(at + hours * HOUR)) else { return runs };
            each(&program, output, at + hours * HOUR);
            runs += 1;
        }
    }
    runs
}

/// A field of the row of a key, in the public view; none where the row is gone.
fn value<'a>(output: &'a Output, entity: &str, key: &str, field: &str) -> Option<&'a Value> {
    let table = &output.entities[entity];
    let row =
        table.rows.iter().find(|row| table.value(row, &table.key).and_then(Value::text).as_deref() == Some(key))?;
    table.value(row, field)
}

/// A step fires once in an entry, in an entry that is open in that run or that its end has just closed, and of a member of the base where the
/// sequence does not say `stay`. An entry's number only grows, and nothing that happened in it is taken back.
#[test]
fn a_step_fires_once_in_an_entry_and_for_members_alone() {
    let (mut runs, mut fired) = (0, 0);
    for seed in 1..=120 {
        let mut happened: BTreeMap<(String, String, i64), i64> = BTreeMap::new();
        let mut logged = 0;
        runs += played(seed, |program, output, at| {
            for firing in &output.firings[logged..] {
                let Firing { step, key, entry, at: when, .. } = firing;
                fired += 1;
                assert_eq!(*when, at, "{seed}: {firing:?} is logged in its own run");
                let twice = happened.insert((step.clone(), key.clone(), *entry), at);
                assert_eq!(twice, None, "{seed}: {firing:?} fires twice");
                let (name, _) = step.split_once('.').unwrap();
                let sequence = program.sequences.iter().find(|it| it.name == name).unwrap();
                let entity = &program.entity(sequence.entity).name;
                let field = |id| value(output, entity, key, &program.field(id).name);
                assert_eq!(
                    field(sequence.entry),
                    Some(&Value::Int(*entry)),
                    "{seed}: {firing:?} is of the entry in view"
                );
                assert!(field(sequence.active).is_some_and(Value::holds), "{seed}: {firing:?} is of an open entry");
                assert!(!field(sequence.held).is_some_and(Value::holds), "{seed}: {firing:?} is not held");
                let base = program.field(sequence.base);
                if !base.hidden && !sequence.stay {
                    let member = value(output, entity, key, &base.name);
                    assert!(member.is_some_and(Value::holds), "{seed}: {firing:?} is of a member of {}", base.name);
                }
            }
            logged = output.firings.len();
            for ((step, key, entry), when) in &happened {
                let (name, part) = step.split_once('.').unwrap();
                let sequence = program.sequences.iter().find(|it| it.name == name).unwrap();
                let step = sequence.steps.iter().find(|it| it.name == part).unwrap();
                let entity = &program.entity(sequence.entity).name;
                let now = value(output, entity, key, &program.field(sequence.entry).name);
                let Some(Value::Int(now)) = now else { continue };
                assert!(now >= entry, "{seed}: the entries of {key} go back from {entry} to {now}");
                if now == entry {
                    let says = value(output, entity, key, &program.field(step.at).name);
                    assert_eq!(says, Some(&Value::Timestamp(*when)), "{seed}: {name}.{part} of {key} stays");
                }
            }
        });
    }
    println!("{runs} runs, {fired} firings");
    assert!(fired > 150, "only {fired} firings in {runs} runs");
}

/// Who is enrolled keeps the arm, the instant and the phase, whatever becomes of the row, the rollout, the shares and the salt; and with a wider
/// rollout nobody is enrolled with another arm than with the narrow one.
#[test]
fn a_wider_rollout_moves_nobody() {
    let mut random = Random::new(7);
    let mut enrolled = 0;
    for _ in 0..30 {
        let (narrow, first) = (random.below(101), random.below(101));
        let wide = narrow + random.below(101 - narrow);
        let rows: String = (0..300).map(|key| format!("// | k{key} | {} |\n", random.below(3))).collect();
        let text = |now: &str, rollout: usize, rows: &str| {
            format!(
                "// now {now}\n// table app.users\n// | id | size |\n{rows}source app.users {{ id text; size int }}\n\
                 entity user from app.users {{ key id }}\naudience large of user where size > 0\n\
                 experiment copy of large {{\n  arms  plain {first}%, loud {}%\n  rollout  {rollout}%\n}}\n",
                100 - first
            )
        };
        let arms = |output: &Output| -> BTreeMap<String, (Value, Value)> {
            let table = &output.entities["user"];
            let read = |row: &eval::Row| {
                let value = |name: &str| table.value(row, name).unwrap().clone();
                (value("id").text().unwrap(), (value("copy"), value("copy__enrolled_at")))
            };
            let rows = table.rows.iter().map(read);
            rows.filter(|(_, (arm, _))| !arm.is_null()).collect()
        };
        let run = |oracle: &mut Oracle, text: String| {
            let edition = Edition::of("random", text);
            let program = oracle::program(&edition).unwrap();
            arms(oracle.next(&program, &edition.moments[0]).unwrap())
        };
        let mut oracle = Oracle::default();
        let before = run(&mut oracle, text("2026-01-01", narrow, &rows));
        let after = run(&mut oracle, text("2026-01-02", wide, &rows));
        let alone = run(&mut Oracle::default(), text("2026-01-02", wide, &rows));
        for (key, was) in &before {
            assert_eq!(after.get(key), Some(was), "{key} at {narrow}%, then {wide}%");
        }
        let arm = |all: &BTreeMap<String, (Value, Value)>| -> BTreeMap<String, Value> {
            all.iter().map(|(key, (arm, _))| (key.clone(), arm.clone())).collect()
        };
        assert_eq!(arm(&after), arm(&alone), "{wide}% after {narrow}% is {wide}% at once");
        enrolled += before.len();
    }
    assert!(enrolled > 1000, "only {enrolled} were enrolled");
}

/// The parts of a program in which no condition ends again: instants that come, in sets and columns.
fn monotone(random: &mut Random) -> String {
    let mut text = "source app.users { id text; a timestamp?; b timestamp?; c timestamp? }\n\
                    source app.clicks { id text; user_id text; at timestamp }\n\
                    entity user from app.users { key id }\n\
                    event click from app.clicks { key id; at at; link user -> user on user_id as clicks }\n"
        .to_owned();
    let condition = |random: &mut Random| {
        let one = *random.pick(&[
            "a <= now",
            "b <= now",
            "c <= now",
            "any(clicks)",
            "count(clicks) >= 2",
            "a + 7 hours <= now",
        ]);
        let other =
            *random.pick(&["b <= now", "c <= now", "any(clicks where at >= user.a)", "first(at from clicks) <= now"]);
        match random.below(3) {
            0 => one.to_owned(),
            1 => format!("({one} or {other})"),
            _ => format!("{one} and {other}"),
        }
    };
    for number in 0..2 {
        writeln!(text, "audience in{number} of user where {}", condition(random)).unwrap();
    }
    for number in 0..2 {
        let start = *random.pick(&["all", "new"]);
        writeln!(text, "sequence s{number} of in{number} {{\n  start {start}").unwrap();
        for step in 0..3 {
            let anchors = ["entered_at", "p0", "p1"];
            let anchor = anchors[random.below(step + 1)];
            let due = match random.below(4) {
                0 => String::new(),
                1 => " due c".to_owned(),
                2 => format!(" due latest({anchor}, b)"),
                _ => format!(" due {anchor} + {} hours", 1 + random.below(40)),
            };
            let when = if random.chance(40) { format!(" when {}", condition(random)) } else { String::new() };
            writeln!(text, "  step p{step}{due}{when}").unwrap();
        }
        text.push_str("}\n");
    }
    text
}

/// Where nothing holds, ends, expires or is capped, and no condition ends again, running daily gives the firings of running hourly, each at
/// most so many days later as there are instants that hang on each other: the entry, and the steps up to it.
#[test]
fn hourly_and_daily_runs_give_the_same_firings() {
    let start = instant("2026-01-01T00:00:00Z");
    let mut compared = 0;
    for seed in 1..=16 {
        let mut random = Random::new(seed);
        let program_text = monotone(&mut random);
        let at = |random: &mut Random| match random.chance(15) {
            true => String::new(),
            false => {
                let micros = start + random.below(10 * 24 * 60) as i64 * 60_000_000;
                engine::value::instant_text(micros / 1_000_000).replacen(' ', "T", 1) + "Z"
            }
        };
        let mut rows = "// now 2026-01-01\n// table app.users\n// | id | a | b | c |\n".to_owned();
        for key in 0..12 {
            let [a, b, c] = std::array::from_fn(|_| at(&mut random));
            writeln!(rows, "// | u{key} | {a} | {b} | {c} |").unwrap();
        }
        rows.push_str("// table app.clicks\n// | id | user_id | at |\n");
        for key in 0..20 {
            let when = at(&mut random);
            if !when.is_empty() {
                writeln!(rows, "// | c{key} | u{} | {when} |", random.below(12)).unwrap();
            }
        }
        let edition = Edition::of("random", format!("{rows}{program_text}"));
        let program = oracle::program(&edition).unwrap_or_else(|codes| panic!("{seed}: {codes:?}\n{program_text}"));
        let fired = |every: i64| -> BTreeMap<(String, String, i64), i64> {
            let mut oracle = Oracle::default();
            let mut last = oracle.next(&program, &edition.moments[0]).unwrap().clone();
            for run in 1..=(20 * 24 / every) {
                last = oracle.next(&program, &moment(start + run * every * HOUR)).unwrap().clone();
            }
            last.firings.into_iter().map(|it| ((it.step, it.key, it.entry), it.at)).collect()
        };
        let (hourly, daily) = (fired(1), fired(24));
        let keys = |all: &BTreeMap<(String, String, i64), i64>| all.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(&hourly), keys(&daily), "{seed}\n{}", edition.text);
        for ((step, key, _), at) in &hourly {
            let place = step.chars().last().and_then(|digit| digit.to_digit(10)).unwrap();
            let late = daily[&(step.clone(), key.clone(), 1)] - at;
            let hops = i64::from(place) + 2;
            assert!((0..=hops * 24 * HOUR).contains(&late), "{seed}: {step} of {key} is {late} late\n{}", edition.text);
        }
        compared += hourly.len();
    }
    println!("{compared} firings compared");
    assert!(compared > 300, "only {compared} firings");
}

/// A run at the instant of the last one builds nothing, whatever the program.
#[test]
fn a_second_run_of_an_instant_builds_nothing() {
    let engine = engine::ALL.iter().find(|driver| driver.is_file).unwrap();
    let mut asked = 0;
    for seed in 1..=12 {
        let edition = Edition::of("random", program::case(seed));
        let (world, manifest) = (World::new(engine), World::new(engine).compile("random", &edition));
        for given in &edition.moments {
            let Ok(first) = world.outcome(&manifest, given) else { break };
            let before = state(&world, &manifest);
            let second = world.outcome(&manifest, given).unwrap();
            assert!(first.built && !second.built, "{seed}");
            assert_eq!(second.run, first.run, "{seed}");
            assert!(
                second.syncs.iter().all(|sync| sync.created + sync.updated + sync.removed == 0),
                "{seed}: {second:?}"
            );
            assert_eq!(state(&world, &manifest), before, "{seed}");
            asked += 1;
        }
    }
    assert!(asked > 12, "only {asked} runs");
}

/// All rows, and all that destinations have.
fn state(world: &World, manifest: &plgc::manifest::Manifest) -> (Vec<Vec<Vec<engine::Value>>>, String) {
    let rows = world.rows(manifest).into_iter().map(|view| view.rows).collect();
    (rows, format!("{:?}", world.objects(manifest)))
}
