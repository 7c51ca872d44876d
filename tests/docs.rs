//! The pages are true: their programs compile, their settings are read, their queries run, and what they show of a destination
//! is what it gets. A page that a change makes wrong fails here.

use std::process::Command;

use plgc::config::Config;
use plgc::diagnostics::{Diagnostics, code};
use plgc::engine::{Location, Secret, postgres};
use plgc::program::Options;
use plgc::run::state;
use plgc::source::{SourceFile, Sources};
use serde_json::Value as Json;

use crate::support::project::Project;
use crate::support::receiver::Receiver;
use crate::support::server::Database;
use crate::support::wait;

/// What the program of README.md continues.
const BEFORE_README: &str = "
source app.workspaces { id text; plan enum(free, pro); seats_used int; seats_limit int; extended bool; upgraded_at timestamp?; replied_at timestamp? }
source crm.companies { id text }
source sheets.exclusions { workspace_id text }
entity workspace from app.workspaces { key id }
trait self_serve    of workspace = plan = free
trait sales_engaged of workspace = any(crm.companies where id = workspace.id)
trait excluded      of workspace = any(sheets.exclusions where workspace_id = workspace.id)
destination product = sqlite
destination outreach = jsonl
";

/// What the sync of docs/destinations.md continues.
const BEFORE_DESTINATIONS: &str = "
source app.workspaces { id text; seats_used int; price decimal(12, 2) }
entity workspace from app.workspaces { key id }
audience overage of workspace where seats_used > 10
status product_stage of workspace { warned when overage; ok otherwise }
";

/// Each answer is shown by a case, and the cases made for the page stand on it.
#[test]
fn what_happens_when_is_shown_by_cases() {
    let page = page("docs/what-happens-when.md");
    let named: Vec<&str> = page.split('`').filter_map(|code| code.strip_prefix("run/")).collect();
    let there = |name: &str| std::path::Path::new("tests/cases/run").join(format!("{name}.snap")).is_file();
    let missing: Vec<&&str> = named.iter().filter(|name| !there(name)).collect();
    assert!(missing.is_empty(), "no such case: {missing:?}");
    let answers = page.lines().filter(|line| line.starts_with("## ")).count();
    assert!(named.len() >= answers, "{answers} answers, {} cases", named.len());
    for case in std::fs::read_dir("tests/cases/run").unwrap() {
        let name = case.unwrap().file_name().into_string().unwrap();
        let own = name.strip_suffix(".snap").filter(|name| name.starts_with("when-"));
        assert!(own.is_none_or(|name| named.contains(&name)), "{name} is not on the page");
    }
}

fn page(name: &str) -> String {
    std::fs::read_to_string(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The blocks of a language in a page.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    page.split(&open).skip(1).filter_map(|rest| Some(rest.split_once("```")?.0.to_owned())).collect()
}

fn compiles(name: &str, program: &str) {
    for dialect in plgc::dialect::ALL {
        let mut sources = Sources::default();
        sources.add(name, program).expect("small");
        let mut diagnostics = Diagnostics::default();
        let manifest = plgc::compile(&sources, &Options::default(), dialect, &mut diagnostics);
        let found: Vec<_> = diagnostics
            .finish()
            .iter()
            .map(|it| {
                format!(
                    "{} {}: {it}",
                    plgc::diagnostics::place(it.as_ref(), &sources).unwrap_or_default(),
                    code(it.as_ref())
                )
            })
            .collect();
        assert!(manifest.is_some(), "{}:\n{}", dialect.name, found.join("\n"));
    }
}

#[test]
fn the_language_page_is_one_program() {
    compiles("docs/language.md", &blocks(&page("docs/language.md"), "plg").concat());
}

#[test]
fn the_program_of_the_readme_compiles() {
    let blocks = blocks(&page("README.md"), "plg");
    assert_eq!(blocks.len(), 1);
    compiles("README.md", &format!("{BEFORE_README}{}", blocks.concat()));
}

#[test]
fn the_settings_of_the_operating_page_are_read() {
    let blocks = blocks(&page("docs/operating.md"), "toml");
    let mut sources = Sources::default();
    sources.add("plg.toml", blocks.concat()).expect("small");
    let file: &SourceFile = &sources.files()[0];
    let mut diagnostics = Diagnostics::default();
    let config = Config::read(file, &mut diagnostics);
    assert_eq!(config.targets.keys().collect::<Vec<_>>(), ["dev", "lake", "prod"]);
    for name in config.targets.keys() {
        let target = config.target(Some(name)).expect("it is there").1;
        let resolved = target.resolve(name, &|it| Ok(Some(format!("the value of {it}"))), &mut diagnostics);
        if name == "prod" {
            assert_eq!(resolved.settings["url"], "the value of DATABASE_URL");
            assert_eq!(resolved.destinations["hooks"]["secret"], "the value of WEBHOOK_SECRET");
        }
    }
    let found = diagnostics.finish();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_settings_of_the_operating_page_are_accepted_by_the_command() {
    let project = Project::new("sqlite", "source app.items { id text }\ndestination hooks = webhook\n", "");
    project.write("plg.toml", &blocks(&page("docs/operating.md"), "toml").concat());
    project.call("check").is(0, &[]);
    project.call("compile -t prod").is(0, &[]);
}

#[test]
fn the_page_of_the_state_has_its_tables() {
    let mut documented = Vec::new();
    let text = page("docs/state.md");
    for section in text.split("\n### `").skip(1) {
        let (table, rest) = section.split_once('`').expect("a name in backticks");
        let rows = rest.lines().filter_map(|line| line.strip_prefix("| `")).map(|row| {
            let (column, rest) = row.split_once('`').expect("a column in backticks");
            let kind = rest.split('|').nth(1).expect("a type").trim();
            format!("{table}.{column} {kind}")
        });
        documented.extend(rows);
    }
    let columns = |(table, columns): &(&str, &[(&str, plgc::types::Type)])| {
        columns.iter().map(|(column, kind)| format!("{table}.{column} {kind}")).collect::<Vec<_>>()
    };
    let mut made: Vec<String> = state::TABLES.iter().flat_map(columns).collect();
    documented.sort();
    made.sort();
    assert_eq!(documented, made, "left: docs/state.md; right: src/run/state.rs");
    let version = format!("version {} of these", state::VERSION);
    assert!(text.contains(&version), "docs/state.md is not of {version}");
}

/// What the view of a funnel's summary gives.
const SUMMARY: &str = "CREATE TABLE plg.upsell_funnel__summary (paywall_copy text, step_number bigint, step text, members bigint, \
    reached bigint, share_of_first double precision, share_of_previous double precision)";

#[test]
fn the_queries_of_the_state_run_on_postgres() {
    let database = Database::new();
    let queries = blocks(&page("docs/state.md"), "sql");
    assert!(queries.len() > 3);
    wait(async {
        let location = Location::url(Secret::new(database.url.clone()));
        let mut engine = (postgres::DRIVER.open)(&location).await.unwrap();
        engine.execute("CREATE SCHEMA plg_state").await.unwrap();
        for (table, columns) in state::TABLES {
            let columns = columns.iter().map(|(name, kind)| format!("{name} {}", (postgres::DRIVER.type_name)(kind)));
            let columns = columns.collect::<Vec<_>>().join(", ");
            engine.execute(&format!("CREATE TABLE plg_state.{table} ({columns})")).await.unwrap();
        }
        engine.execute("CREATE SCHEMA plg").await.unwrap();
        engine.execute(SUMMARY).await.unwrap();
        for query in queries {
            engine.texts(&query, 10).await.unwrap_or_else(|error| panic!("{error}\n{query}"));
        }
    });
}

/// A run of the sync of docs/destinations.md.
fn sent(system: &str, settings: &str) -> Project {
    let sync = blocks(&page("docs/destinations.md"), "plg").concat();
    let program = format!("{BEFORE_DESTINATIONS}destination product = {system}\n{sync}");
    let config = format!("deliver = true\n[targets.dev.destinations.product]\n{settings}");
    let project = Project::new("sqlite", &program, &config);
    project.write("data/app.workspaces.csv", "id,seats_used,price\nw1,12,49.90\n");
    project.run(9);
    project
}

/// The sample of the page under a heading, with these values of the message in place of its own.
fn sample(heading: &str, message: &Json, own: &[&str]) -> Json {
    let text = page("docs/destinations.md");
    let section = text.split(&format!("\n## `{heading}`")).nth(1).expect("a section");
    let mut sample: Json = serde_json::from_str(&blocks(section, "json")[0]).expect("JSON");
    for name in own {
        sample[*name] = message[*name].clone();
    }
    sample
}

#[test]
fn a_webhook_gets_what_the_page_shows_and_its_receiver_can_check_it() {
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let receiver = Receiver::start(|_, _| (200, "", ""));
    let _project = sent("webhook", &format!("url = \"{}\"\nsecret = \"{SECRET}\"", receiver.url));
    let seen = receiver.seen();
    let [request] = seen.as_slice() else { panic!("{seen:?}") };
    let body: Json = serde_json::from_str(&request.body).expect("JSON");
    assert_eq!(body, sample("webhook", &body, &[]));
    let function = blocks(&page("docs/destinations.md"), "python").concat();
    let check = |body: &str, secret: &str| {
        let call = format!(
            "{function}\nimport sys\nheaders = {{'webhook-id': sys.argv[1], 'webhook-timestamp': sys.argv[2], 'webhook-signature': \
             sys.argv[3]}}\nprint(verify(sys.argv[5], headers, sys.argv[4].encode()))"
        );
        let arguments = [&request.id, &request.timestamp, &request.signature, body, secret];
        let output = Command::new("python3").arg("-c").arg(call).args(arguments).output();
        let output = output.expect("this test needs `python3`: on Debian, `apt-get install python3`");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    assert_eq!(check(&request.body, SECRET), (true, request.id.clone()));
    assert!(!check(&format!("{} ", request.body), SECRET).0, "another body");
    assert!(!check(&request.body, "whsec_AAAA").0, "another secret");
}

#[test]
fn a_line_of_a_file_is_as_the_page_shows() {
    let project = sent("jsonl", "folder = \"out\"");
    let text = std::fs::read_to_string(project.path("out/in_app_banners.jsonl")).expect("a file");
    let [line] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
    let line: Json = serde_json::from_str(line).expect("JSON");
    assert_eq!(line, sample("jsonl", &line, &["id", "run"]));
}
