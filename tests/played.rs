//! Plays the tests of every program below `tests/cases/test`, on the embedded engine and in the reference evaluator, which must
//! agree, and compares what `plgc test` says with the snapshot. To add one, write a `.plg` file and run
//! `INSTA_UPDATE=always cargo test played`.

use plgc::engine;
use plgc::program::{self, Program};
use plgc::test::{self, Pace, Place, Verdict};
use plgc::types::Type;

use crate::cases::{Case, beside, cases};
use crate::examples;
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

const PASSAGE: &str = "source app.items { id text; size int; owner text?; rests_until timestamp? }

entity item from app.items { key id }

audience large of item where size > 10

sequence upsell of large {
  start  all
  hold   when rests_until > now
  exit   when done
  again  after 2 days at most 2
  step   email  via mail  during daily 00:00-12:00
  step   call   due email + 1 day  when owner is not null  until email + 3 days
  branch offer  due email + 2 days {
    step gift   when size >= 20
    step other  otherwise
  }
}

channel mail of item {
  cap    1 per 5 days
  order  upsell
}

experiment look of large {
  arms     a 50%, b 50%
  rollout  50%
  layer    looks 0%..50%
}

test 'the mail goes out' at @2026-01-15 every 12 hours {
  given app.items
    | id | size | owner |
    | a  | 12   | ada   |
  expect fired upsell.email = { a }
  TESTED
}
";

/// The changes that no test notices, each as it is said.
fn unnoticed(tested: &str) -> Vec<String> {
    let project = Project::new("sqlite", &PASSAGE.replace("TESTED", tested), "");
    let said = project.call("test --mutate --format json");
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let text = |it: &serde_json::Value| format!("{} {}", it["field"].as_str().unwrap(), it["change"].as_str().unwrap());
    json["unnoticed"].as_array().unwrap().iter().map(text).collect()
}

#[test]
fn changes_of_what_has_memory_are_shown_until_a_test_notices_them() {
    let few = unnoticed("");
    let passage: Vec<&str> = few.iter().map(String::as_str).filter(|it| !it.starts_with("item.large")).collect();
    let wanted = [
        "upsell `>=` in place of `>`",
        "upsell `hold when rests_until > now` left out",
        "upsell `exit when done` left out",
        "upsell `again after 2 days` a day longer",
        "upsell `again at most 3` in place of 2",
        "upsell `again` left out",
        "upsell.email `via mail` left out",
        "upsell.email `during daily 00:00-12:00` left out",
        "upsell.call `email + 1 day` a day earlier",
        "upsell.call `email + 1 day` a day later",
        "upsell.call `not` left out",
        "upsell.call `when owner is not null` left out",
        "upsell.call `until email + 3 days` left out",
        "upsell.offer `email + 2 days` a day earlier",
        "upsell.offer `email + 2 days` a day later",
        "upsell.offer the arm `gift` left out",
        "upsell.gift `>` in place of `>=`",
        "upsell.gift `when size >= 20` left out",
        "upsell.gift this negated",
        "upsell.offer the arm `other` left out",
        "mail `per 5 days` a day longer",
        "mail a cap of 2 in place of 1",
        "item.look `rollout` left out",
        "item.look the arms drawn in reverse order",
        "item.look `layer` left out",
    ];
    assert_eq!(passage, wanted);

    // The call and the end are expected, and when: of these, only how long a step may wait is left.
    let tested = "after 12 hours\n  expect upsell.call = {}\n  after 12 hours\n  expect fired upsell.call = { a }\n  \
         after 1 day\n  expect fired upsell.other = { a }\n  after 12 hours\n  expect item\n    \
         | id | upsell__active | upsell__cause |\n    | a  | false          | exit          |";
    let more = unnoticed(tested);
    let gone = [
        "upsell `exit when done` left out",
        "upsell.call `email + 1 day` a day earlier",
        "upsell.call `email + 1 day` a day later",
        "upsell.call `not` left out",
        "upsell.offer `email + 2 days` a day later",
        "upsell.offer the arm `other` left out",
        "upsell.gift this negated",
    ];
    for change in gone {
        assert!(few.iter().any(|it| it == change) && !more.iter().any(|it| it == change), "{change}: {more:#?}");
    }
    assert!(more.iter().any(|it| it == "upsell.call `until email + 3 days` left out"), "{more:#?}");

    let project = Project::new("sqlite", &PASSAGE.replace("TESTED", tested), "");
    let parts = [
        "all tests pass with `until email + 3 days` left out",
        "a part of `upsell.call` that no test holds to",
        "what has fired and which entries are open",
        "a part of `mail` that no test holds to",
        "help: add a test that expects the arm of a row which is enrolled",
    ];
    project.call("test --mutate").is(0, &parts);
}

#[test]
fn the_tests_of_the_example_notice_every_change_but_one_that_means_the_same() {
    let said = examples::text(&examples::plgc(
        std::path::Path::new("examples/upsell"),
        &["test", "--mutate", "--format", "json"],
    ));
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    let unnoticed: Vec<_> =
        json["unnoticed"].as_array().unwrap().iter().map(|it| (&it["field"], &it["change"])).collect();
    // `overage.since` is null for who is no member.
    assert_eq!(unnoticed, [(&"workspace.product_stage".into(), &"`overage` left out".into())], "{said}");
    assert!(json["changes"].as_u64().unwrap() > 60, "{said}");
}
