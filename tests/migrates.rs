//! The state that version 1 of the tables left is brought to the present version by the first run, and nothing is forgotten: a run
//! on it ends where it would have ended had every run been one of this version.

use crate::support::project::Project;

const PROGRAM: &str = include_str!("state/1.plg");
const CONFIG: &str = "deliver = true\n\n[targets.dev.destinations.files]\nfolder = \"out\"";
const DATA: &str = "data/app.people.csv";
/// The rows at each run; those of the first two left the stored state.
const ROWS: [(&str, &str); 4] = [
    ("2026-03-01T09:00Z", "id,plan,visits\np1,free,12\np2,pro,30\np3,starter,3\n"),
    ("2026-03-02T09:00Z", "id,plan,visits\np1,free,22\np2,pro,30\np3,starter,13\n"),
    ("2026-03-03T09:00Z", "id,plan,visits\np1,free,22\np2,pro,30\np3,starter,23\np4,pro,40\n"),
    ("2026-03-04T10:00Z", "id,plan,visits\np1,free,22\np2,pro,3\np3,starter,23\np4,pro,40\n"),
];

fn run(project: &Project, (at, rows): (&str, &str)) -> String {
    project.write(DATA, rows);
    let said = project.call(&format!("run --as-of {at}"));
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    said.out
}

/// What is there after a run: the rows, what fired, and what was accepted.
fn left(project: &Project) -> Vec<Vec<String>> {
    let queries = [
        "SELECT * FROM plg.person ORDER BY id",
        "SELECT * FROM plg.welcome ORDER BY id, entry",
        "SELECT * FROM plg.calls ORDER BY id, entry",
        "SELECT step, key, entry, happened_at, channel, member FROM plg_state.firings ORDER BY 1, 2, 3",
        "SELECT sync, object, key, op, hash, happened_at FROM plg_state.receipts ORDER BY 1, 2, 3, 6",
        "SELECT name, happened_at, mark FROM plg_state.born WHERE over_at IS NULL ORDER BY 1",
    ];
    queries.iter().map(|query| project.texts(query)).collect()
}

/// `undone`: what is taken out of the stored state first, and how many firings the old project then sends.
fn a_stored_state_goes_on(engine: &str, stored: &str, undone: &str, sent: usize) {
    let (old, new) = (Project::new(engine, PROGRAM, CONFIG), Project::new(engine, PROGRAM, CONFIG));
    old.execute_as_it_is(stored);
    old.execute(undone);
    old.write(DATA, ROWS[1].1);
    for (at, rows) in ROWS.iter().take(2) {
        run(&new, (at, rows));
    }
    let why = old.call("why welcome.tips p1");
    assert!(why.err.contains("run-old-state"), "{}{}", why.out, why.err);
    for (place, (at, rows)) in ROWS.iter().enumerate().skip(2) {
        let said = run(&old, (at, rows));
        assert_eq!(said.contains("is of version 2 now"), place == 2, "{said}");
        run(&new, (at, rows));
        assert_eq!(left(&old), left(&new), "after {at}");
    }
    assert_eq!(old.texts("SELECT MAX(version) FROM plg_state.version"), ["2"]);
    let why = old.call("why welcome.tips p1");
    assert_eq!(why.code, Some(0), "{}{}", why.out, why.err);
    // Nothing that was sent before is sent again: the files of the old project hold what came after.
    let file = std::fs::read_to_string(old.path("out/hellos.jsonl")).unwrap();
    assert_eq!(file.lines().count(), sent, "{file}");
    assert!(file.contains("welcome.hello/p4/1"), "{file}");
}

const SQLITE: &str = include_str!("state/1.sqlite.sql");
const POSTGRES: &str = include_str!("state/1.postgres.sql");
/// A run that was killed after its commit, before it sent the firing of p3.
const KILLED: &str = "DELETE FROM plg_state.finished WHERE run LIKE 'r2_%';
DELETE FROM plg_state.receipts WHERE sync = 'hellos' AND run LIKE 'r2_%'";

#[test]
fn the_state_of_version_1_goes_on_in_sqlite() {
    a_stored_state_goes_on("sqlite", SQLITE, "SELECT 1", 1);
}

#[test]
fn the_state_of_version_1_goes_on_on_postgres() {
    a_stored_state_goes_on("postgres", POSTGRES, "SELECT 1", 1);
}

#[test]
fn a_killed_run_of_version_1_is_finished_in_sqlite() {
    a_stored_state_goes_on("sqlite", SQLITE, KILLED, 2);
}

#[test]
fn a_killed_run_of_version_1_is_finished_on_postgres() {
    a_stored_state_goes_on("postgres", POSTGRES, KILLED, 2);
}
