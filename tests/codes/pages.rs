//! The examples of the pages in `docs/errors` that are no programs: rows, files and calls. The wrong one is run and says its
//! code; the fixed one is run and succeeds.

use std::path::Path;
use std::process::{Command, Stdio};

use plgc::diagnostics::pages;

use super::{fails, is_said, succeeds};
use crate::coverage;
use crate::errors::block;
use crate::support::project::{Project, Said, said};

/// The wrong and the fixed example of a page.
fn examples(code: &str) -> (&'static str, [String; 2]) {
    let (_, page) = pages::ALL.iter().find(|(it, _)| *it == code).unwrap_or_else(|| panic!("no page {code}"));
    let of = |heading: &str| block(page, heading).unwrap_or_else(|| panic!("{code}: no example"));
    (of("Wrong").0, ["Wrong", "Fixed"].map(|heading| of(heading).1.to_owned()))
}

/// Pages whose example is a file of rows, each with the columns of the source.
const ROWS: [(&str, &str); 5] = [
    ("load-missing-column", "id text; email text"),
    ("load-null", "id text; name text"),
    ("load-repeated-column", "id text; name text"),
    ("load-text", "id text; name text"),
    ("load-value", "id text; seats_used int"),
];

/// Pages whose example is a list of files.
const FILES: [&str; 2] = ["load-missing-file", "load-two-files"];

/// Pages whose example is calls.
const CALLS: [&str; 23] = [
    "init-would-overwrite",
    "manifest-unreadable",
    "missing-project",
    "nested-project",
    "no-program",
    "no-rows-yet",
    "no-run-yet",
    "option-path",
    "run-earlier",
    "run-guard",
    "run-manifest",
    "simulation-too-late",
    "too-many-runs",
    "unknown-accept",
    "unknown-code",
    "unknown-lineage-field",
    "unknown-simulate-key",
    "unknown-simulate-name",
    "unknown-simulate-test",
    "unknown-target",
    "unknown-test",
    "unknown-why-field",
    "unknown-why-key",
];

/// The same, on a server.
const CALLS_OF_A_SERVER: [&str; 3] = ["manifest-engine", "run-declined", "unset-variable"];

#[test]
fn every_example_that_is_no_program_is_run() {
    let known: Vec<&str> =
        ROWS.iter().map(|(code, _)| *code).chain(FILES).chain(CALLS).chain(CALLS_OF_A_SERVER).collect();
    let cases = coverage::cases();
    let left: Vec<&str> = pages::ALL
        .iter()
        .filter(|(_, page)| block(page, "Wrong").is_some_and(|(language, _)| !matches!(language, "plg" | "toml")))
        .map(|(code, _)| *code)
        .filter(|code| !known.contains(code) && !cases.contains_key(*code))
        .collect();
    assert_eq!(left, Vec::<&str>::new(), "pages whose examples nothing runs");
}

#[test]
fn examples_of_rows() {
    for (code, columns) in ROWS {
        let program = format!(
            "source app.rows {{ {columns} }}\n\nentity row from app.rows {{ key id }}\n\naudience named of row where id != 'x'\n"
        );
        let project = Project::new("sqlite", &program, "");
        let (_, [wrong, fixed]) = examples(code);
        project.write("data/app.rows.csv", &(wrong + "\n"));
        fails(&project, "run", code);
        project.write("data/app.rows.csv", &(fixed + "\n"));
        succeeds(&project, "run");
    }
}

#[test]
fn examples_of_files() {
    let program = "source app.users { id text }\n\nentity user from app.users { key id }\n\naudience all_users of user where id != 'x'\n";
    for code in FILES {
        let (_, examples) = examples(code);
        let [wrong, fixed] = examples.map(|files| {
            let project = Project::new("sqlite", program, "");
            files.lines().for_each(|file| project.write(file, "id\nu1\n"));
            project
        });
        fails(&wrong, "run", code);
        succeeds(&fixed, "run");
    }
}

const FIELDS: &str = "audience overage of workspace where seats_used > seats_limit\n\n\
    sync contacts from overage to crm.contacts {\n  match  id = id\n  set    name = name\n  leave  delete\n}\n";
const CRM: &str = "deliver = true\n\n[targets.dev.destinations.crm]\nfolder = \"out\"\n";

/// The program that the pages continue, with rows, as targets `dev` and `prod`.
fn shop(prod: &str) -> Project {
    let project = Project::new("sqlite", include_str!("../../docs/example.plg"), CRM);
    let toml = std::fs::read_to_string(project.path("plg.toml")).unwrap();
    let prod = format!("\n[targets.prod]\n{prod}\ndata = \"data\"\n{}", CRM.replace("dev", "prod"));
    project.write("plg.toml", &(toml + &prod));
    project.write("fields.plg", FIELDS);
    let workspace = |id: &str| format!("{id},Acme,free,12,10,1.50,u1,,2026-01-01 00:00:00\n");
    let head = "id,name,plan,seats_used,seats_limit,revenue,owner_id,trial_ends,created_at\n";
    project.write("data/app.workspaces.csv", &format!("{head}{}{}", workspace("w1"), workspace("w2")));
    project.write("data/app.users.csv", "id,email,workspace_id,consent\nu1,ada@orchard.example,w1,\n");
    project.write("data/app.logins.csv", "id,user_id,device,at\nl1,u1,phone,2026-01-01 00:00:00\n");
    project.write("data/sheets.exclusions.csv", "workspace_id,reason\nw9,asked\n");
    project
}

fn remove(project: &Project, files: &[&str]) {
    files.iter().for_each(|file| std::fs::remove_file(project.path(file)).unwrap());
}

/// What a page's calls find there.
fn prepare(project: &Project, code: &str) {
    match code {
        "missing-project" => remove(project, &["plg.toml"]),
        "no-program" => remove(project, &["program.plg", "fields.plg"]),
        "manifest-unreadable" => {
            succeeds(project, "compile");
            project.write("sql/dev/workspace.sql", "SELECT 1\n");
        }
        "option-path" => {
            std::fs::create_dir(project.path("tests")).unwrap();
            std::fs::rename(project.path("data"), project.path("tests/fixture")).unwrap();
        }
        "no-rows-yet" => {
            for file in ["app.workspaces", "app.users", "app.logins", "sheets.exclusions"] {
                let path = format!("data/{file}.csv");
                let text = std::fs::read_to_string(project.path(&path)).unwrap();
                project.write(&path, &format!("{}\n", text.lines().next().unwrap()));
            }
            prepare(project, "unknown-test");
        }
        "unknown-test" | "unknown-simulate-test" => {
            let test = "test 'an open opportunity' at @2026-01-15 {\n  expect overage = {}\n}\n";
            project.write("overage_test.plg", test);
        }
        "unknown-why-field" | "unknown-why-key" => succeeds(project, "run --as-of 2026-01-15"),
        "run-guard" => {
            succeeds(project, "run --as-of 2020-01-01");
            let text = std::fs::read_to_string(project.path("data/app.workspaces.csv")).unwrap();
            let fewer: Vec<&str> = text.lines().filter(|line| !line.starts_with("w2")).collect();
            project.write("data/app.workspaces.csv", &(fewer.join("\n") + "\n"));
        }
        "run-manifest" => {
            succeeds(project, "compile -o old");
            let manifest = std::fs::read_to_string(project.path("old/manifest.json")).unwrap();
            project.write("old.json", &manifest.replace("\"jsonl\"", "\"pigeon\""));
        }
        _ => {}
    }
}

/// The calls, by a shell that finds this plgc; in a terminal, with an answer.
fn shell(project: &Project, calls: &str, answer: Option<&str>) -> Said {
    let binary = Path::new(env!("CARGO_BIN_EXE_plgc")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    project.write("calls.sh", &format!("set -e\n{calls}\n"));
    let mut command = Command::new(if answer.is_some() { "script" } else { "sh" });
    match answer {
        Some(_) => command.args(["-qec", "sh calls.sh", "/dev/null"]),
        None => command.arg("calls.sh"),
    };
    project.write("answer", &format!("{}\n", answer.unwrap_or_default()));
    let stdin = std::fs::File::open(project.path("answer")).unwrap();
    said(
        command
            .current_dir(project.folder.path())
            .env("PATH", path)
            .env("NO_COLOR", "1")
            .env_remove("DATABASE_URL")
            .stdin(Stdio::from(stdin)),
    )
}

#[track_caller]
fn says(said: &Said, code: &str) {
    let all = format!("{}{}", said.out, said.err);
    assert!(said.code != Some(0) && all.lines().any(|line| is_said(line, code)), "`{code}` is not said:\n{all}");
}

#[test]
fn examples_of_calls() {
    for code in CALLS {
        let (_, [wrong, fixed]) = examples(code);
        let project = || {
            let project = shop("engine = \"sqlite\"\npath = \"prod.db\"");
            prepare(&project, code);
            project
        };
        says(&shell(&project(), &wrong, None), code);
        let said = shell(&project(), &fixed, None);
        assert_eq!(said.code, Some(0), "{code}: the fixed example fails:\n{}{}", said.out, said.err);
    }
}

#[test]
fn examples_of_calls_on_postgres() {
    let server = "engine = \"postgres\"\nurl = \"${DATABASE_URL}\"";
    for code in CALLS_OF_A_SERVER {
        let (_, examples) = examples(code);
        let database = crate::support::server::Database::new();
        let project = shop(server);
        project.write("secret", &database.url);
        let [wrong, fixed] = examples.map(|calls| {
            let calls = calls.replace("postgres://…", &format!("'{}'", database.url));
            let calls = calls.replace("/run/secrets/database", "secret");
            if code == "unset-variable" { calls } else { format!("export DATABASE_URL='{}'\n{calls}", database.url) }
        });
        let answer = (code == "run-declined").then_some("n");
        says(&shell(&project, &wrong, answer), code);
        let said = shell(&project, &fixed, answer);
        assert_eq!(said.code, Some(0), "{code}: the fixed example fails:\n{}{}", said.out, said.err);
    }
}

#[test]
fn a_run_on_a_terminal_asks_before_it_sends_on_postgres() {
    let database = crate::support::server::Database::new();
    let project = shop(&format!("engine = \"postgres\"\nurl = \"{}\"", database.url));
    for answer in ["n", "", "no", "yes please"] {
        let said = shell(&project, "plgc run -t prod", Some(answer));
        assert!(said.out.contains("target `prod` sends to crm. Go on? [y/N]"), "{}{}", said.out, said.err);
        says(&said, "run-declined");
        assert!(!project.path("out").exists(), "nothing is sent after {answer:?}");
    }
    let said = shell(&project, "plgc run -t prod", Some("y"));
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(project.path("out/contacts.jsonl").exists());
}
