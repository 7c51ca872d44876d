//! Plays the tests of every program below `tests/cases/test`, on the embedded engine and in the reference evaluator, which must
//! agree, and compares what `plgc test` says with the snapshot. To add one, write a `.plg` file and run
//! `INSTA_UPDATE=always cargo test played`.

use plgc::engine;
use plgc::program::{self, Program};
use plgc::test::{self, Pace, Place, Verdict};
use plgc::types::Type;

use crate::cases::{Case, beside, cases};
use crate::support::project::Project;
use crate::support::server::Database;

fn program(case: &Case) -> Program {
    let mut mistakes = plgc::diagnostics::Diagnostics::default();
    let found = plgc::check(&case.sources, &program::Options::default(), &mut mistakes);
    let said: Vec<String> = mistakes.finish().iter().map(ToString::to_string).collect();
    found.unwrap_or_else(|| panic!("{}: {said:?}", case.name))
}

/// The verdicts of the two, which are one.
fn played(name: &str, program: &Program, sources: &plgc::source::Sources, at: (&Place, Pace)) -> Vec<Verdict> {
    let tests: Vec<_> = program.tests.iter().collect();
    let verdicts = test::on_engine(program, sources, &tests, at).unwrap();
    let stops = |verdict: &Verdict| verdict.failures.iter().any(|failure| failure.stopped.is_some());
    let reference = test::in_reference(program, &tests);
    for (one, other) in verdicts.iter().zip(&reference) {
        // The evaluator takes rows that have passed the checks of a run.
        assert!(stops(one) || one == other, "{name}: the engine {one:#?}\nthe evaluator {other:#?}");
    }
    verdicts
}

#[test]
fn the_engine_and_the_evaluator_agree_on_every_test() {
    let all = cases("test");
    assert!(all.len() > 5, "only {} cases were found", all.len());
    for case in all {
        let program = program(&case);
        assert!(!program.tests.is_empty(), "{}: no test", case.name);
        let all = played(&case.name, &program, &case.sources, (&Place::embedded(), Pace::All));
        let changes = played(&case.name, &program, &case.sources, (&Place::embedded(), Pace::Changes));
        assert_eq!(all, changes, "{}: a run that was left out shows", case.name);
    }
}

#[test]
fn the_server_and_the_evaluator_agree_on_every_test_on_postgres() {
    let database = Database::new();
    let driver = engine::ALL.iter().find(|driver| !driver.is_file).unwrap();
    let place = Place { driver, location: database.location() };
    for case in cases("test") {
        played(&case.name, &program(&case), &case.sources, (&place, Pace::Changes));
        if case.name == "differences" {
            the_command_says_the_same_of_a_target(&case.sources.files()[0].text);
        }
    }
    let left = "SELECT datname FROM pg_database WHERE datname LIKE 'plgc_test_%'";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let found = runtime.block_on(async {
        let mut engine = (driver.open)(&place.location).await.unwrap();
        engine::rows(engine.as_mut(), left, &[Type::Text]).await.unwrap()
    });
    assert!(found.is_empty(), "databases of tests are left: {found:?}");
}

/// `plgc test` and `plgc test -t`; and what it says where the account may make no database.
fn the_command_says_the_same_of_a_target(source: &str) {
    let embedded = Project::new("sqlite", source, "").call("test");
    let project = Project::new("postgres", source, "");
    let said = project.call("test -t dev");
    assert_eq!((said.code, &said.out, said.err.as_str()), (Some(1), &embedded.out, ""));
    project.call("test -t nowhere").is(2, &["nowhere"]);
    let role = format!("plgc_small_{}", std::process::id());
    project.execute(&format!("CREATE ROLE {role} LOGIN PASSWORD 's3cr3t'"));
    // Servers that the tests are given have accounts of their own.
    let config = std::fs::read_to_string(project.path("plg.toml")).unwrap();
    let (before, after) = config.split_once("://").unwrap();
    let (_, after) = after.split_once('@').unwrap();
    project.write("plg.toml", &format!("{before}://{role}:s3cr3t@{after}"));
    let said = project.call("test -t dev").is(4, &["no database can be had for a test", "the right to make databases"]);
    assert!(!said.err.contains("s3cr3t"), "{}", said.err);
    project.execute(&format!("DROP ROLE {role}"));
}

#[test]
fn played_cases_say_what_differs() {
    for case in cases("test") {
        let source = case.sources.files()[0].text.clone();
        let project = Project::new("sqlite", &source, "");
        let said = project.call("test");
        assert!(said.err.is_empty(), "{}: {}", case.name, said.err);
        let failed = said.out.contains("\nfailed  ") || said.out.starts_with("failed  ");
        assert_eq!(said.code, Some(i32::from(failed)), "{}: {}", case.name, said.out);
        let text = format!("{source}\n// ----\n{}", said.out);
        beside(&case.path).bind(|| insta::assert_snapshot!(case.name.clone(), text));
    }
}

#[test]
fn the_tests_of_the_example_pass() {
    let mut sources = plgc::source::Sources::default();
    for entry in std::fs::read_dir("examples/upsell").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "plg") {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            sources.add(name, std::fs::read_to_string(&path).unwrap()).unwrap();
        }
    }
    let mut mistakes = plgc::diagnostics::Diagnostics::default();
    let program = plgc::check(&sources, &program::Options::default(), &mut mistakes).unwrap();
    let verdicts = played("examples/upsell", &program, &sources, (&Place::embedded(), Pace::Changes));
    assert!(verdicts.len() > 4, "only {} tests", verdicts.len());
    let failed: Vec<_> = verdicts.iter().filter(|verdict| !verdict.is_passed()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_name_that_no_test_has_is_a_mistake() {
    let text = "source app.items { id text }\n\nentity item from app.items { key id }\n\naudience all of item where id != ''\n\n\
                test 'nobody' at @2026-01-15 {\n  expect  all = {}\n}\n\ntest 'again nobody' at @2026-01-15 {\n  expect  all = {}\n}\n";
    let project = Project::new("sqlite", text, "");
    let said = project.call("test nobdoy");
    assert_eq!(said.code, Some(2), "{}{}", said.out, said.err);
    assert!(said.err.contains("unknown-test") && said.err.contains("did you mean `nobody`?"), "{}", said.err);
    let said = project.call("test again --format json");
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        (&json["passed"], &json["failed"], &json["tests"][0]["name"]),
        (&1.into(), &0.into(), &"again nobody".into())
    );
}

const HALF_TESTED: &str = "source app.items { id text; size int; shelf text?; paused bool }

entity item from app.items { key id }

trait on_shelf of item = shelf in ('A', 'B')

audience large of item where size > 10 and not paused

status stage of item {
  shown  when large and on_shelf
  kept   when large
  ok     otherwise
}

test 'a large item is shown' at @2026-01-15 {
  given app.items
    | id | size | shelf | paused |
    | a  | 12   | A     | false  |
    | b  | 9    | A     | false  |
    | c  | 12   |       | false  |
  expect item
    | id | large | stage |
    | a  | true  | shown |
    | b  | false | ok    |
    | c  | true  | kept  |
}
";

#[test]
fn changes_that_no_test_notices_are_shown() {
    let project = Project::new("sqlite", HALF_TESTED, "");
    let said = project.call("test --mutate --format json");
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let text = |it: &serde_json::Value| {
        format!("{}: {} {}", it["line"], it["field"].as_str().unwrap(), it["change"].as_str().unwrap())
    };
    let unnoticed: Vec<String> = json["unnoticed"].as_array().unwrap().iter().map(text).collect();
    let wanted = ["7: item.large `>=` in place of `>`", "7: item.large `not paused` left out"];
    assert_eq!(unnoticed, wanted, "{}", said.out);
    assert_eq!(json["noticed"], json["changes"].as_u64().unwrap() - 2);
    let said = project.call("test --mutate");
    assert!(
        said.out.contains("unnoticed-change") && said.out.contains("all tests pass with `not paused` left out"),
        "{}",
        said.out
    );
    project.replace("program.plg", "| b  | false | ok    |", "| b  | true  | ok    |");
    let said = project.call("test --mutate");
    assert!(said.code == Some(1) && said.out.contains("0 passed, 1 failed"), "{}", said.out);
}
