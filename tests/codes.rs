//! Shows the mistakes that no program can have: of `plg.toml`, of the files around it, of loading, of manifests and of
//! runs. Each case is a folder and a call; the call fails and says the code.

use std::fs;
use std::process::{Command, Stdio};

use plgc::engine::{Location, sqlite};

use crate::support::wait;

const TOML: &str = "[project]\nname = 'test'\n[targets.dev]\nengine = 'sqlite'\npath = '.plg/dev.db'\ndata = 'data'\n";
const PROGRAM: &str = "source app.items { id text; size int; name text }\n\nentity item from app.items {\n  key     id\n  unique  name\n}\n\n\
     audience large of item where size > 10\n";
const ROWS: &str = "id,size,name\na,1,Lantern\nb,11,Orchard\n";
const DATA: &str = "data/app.items.csv";

/// A project in which everything is right, with these files instead of its own or beside them; an empty text removes one.
struct Project(tempfile::TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = Self(folder);
        project.write(&[("plg.toml", TOML), ("items.plg", PROGRAM), (DATA, ROWS)]);
        project.write(files);
        project
    }

    fn write(&self, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = self.0.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if text.is_empty() { fs::remove_file(path).unwrap() } else { fs::write(path, text).unwrap() }
        }
    }

    /// Statements in its database.
    fn sql(&self, sql: &str) {
        let location = Location::Path(self.0.path().join(".plg/dev.db"));
        wait(async { (sqlite::DRIVER.open)(&location).await.unwrap().execute(sql).await.unwrap() });
    }

    /// Whether a call succeeds, and all that it prints.
    fn call(&self, call: &str) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plgc"));
        command.args(call.split_whitespace()).current_dir(self.0.path()).stdin(Stdio::null());
        let output = command.env_remove("PLGC_TEST_UNSET").output().unwrap();
        let printed = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&printed).into_owned())
    }

    #[track_caller]
    fn succeeds(&self, call: &str) {
        let (success, printed) = self.call(call);
        assert!(success, "`plgc {call}` fails:\n{printed}");
    }

    /// The call fails, and a line of what it prints is the code.
    #[track_caller]
    fn fails(&self, call: &str, code: &str) {
        let (success, printed) = self.call(call);
        let said = printed.lines().any(|line| line.trim() == code);
        assert!(!success && said, "`plgc {call}` does not say `{code}`:\n{printed}");
    }
}

/// `plg.toml` with a line more in its target.
fn toml(line: &str) -> String {
    format!("{TOML}{line}\n")
}

#[test]
fn mistakes_of_the_configuration() {
    let cases: [(&str, String, &str); 9] = [
        ("config-syntax", "[project\n".to_owned(), "check"),
        ("config-missing-key", "[project]\nzone = 'UTC'\n".to_owned(), "check"),
        ("config-unknown-key", "[project]\nname = 'a'\ntimezone = 'UTC'\n".to_owned(), "check"),
        ("config-value", toml("deliver = 'yes'"), "check"),
        ("config-unknown-destination", toml("deliver = true\n[targets.dev.destinations.cmr]\nfolder = 'out'"), "run"),
        ("unknown-engine", TOML.replace("sqlite", "sqlight"), "run"),
        ("unknown-target", TOML.to_owned(), "run -t prod"),
        ("unset-variable", TOML.replace(".plg/dev.db", "${PLGC_TEST_UNSET}"), "run"),
        (
            "run-unreachable",
            TOML.replace(
                "engine = 'sqlite'\npath = '.plg/dev.db'",
                "engine = 'postgres'\nurl = 'postgres://a@127.0.0.1:1/a'",
            ),
            "run",
        ),
    ];
    for (code, toml, call) in &cases {
        Project::new(&[("plg.toml", toml)]).fails(call, code);
    }
}

#[test]
fn mistakes_of_the_files_around_a_program() {
    Project::new(&[("items.plg", "")]).fails("check", "no-program");
    Project::new(&[("plg.toml", "")]).fails("check", "missing-project");
    Project::new(&[]).fails("init .", "init-would-overwrite");
    Project::new(&[]).fails("explain unset", "unknown-code");
    Project::new(&[]).fails("lineage item.lrage", "unknown-lineage-field");
    Project::new(&[("large.plg", &"// \n".repeat(2_500_000))]).fails("check", "file-too-large");
    for text in
        ["let grace = 'a\0b'\n", "trait \"a\0b\" of item = size\n", "/// a\0b\naudience small of item where size < 1\n"]
    {
        Project::new(&[("null.plg", text)]).fails("check", "null-character");
    }
    let latin = Project::new(&[]);
    fs::write(latin.0.path().join("latin.plg"), b"// caf\xe9\n").unwrap();
    latin.fails("check", "file-not-utf-8");
    let nowhere = Project::new(&[]);
    std::os::unix::fs::symlink("nowhere", nowhere.0.path().join("link.plg")).unwrap();
    nowhere.fails("check", "file-unreadable");
    Project::new(&[("out", "a file")]).fails("compile -o out", "outside-failed");
}

#[test]
fn mistakes_of_the_files_that_are_loaded() {
    let cases = [
        ("load-missing-column", "id,name\na,Lantern\n"),
        ("load-null", "id,size,name\na,,Lantern\n"),
        ("load-repeated-column", "id,size,name,Name\na,1,Lantern,x\n"),
        ("load-text", "id,size,name\na,1,\"Lantern\n"),
        ("load-value", "id,size,name\na,one,Lantern\n"),
    ];
    for (code, rows) in cases {
        Project::new(&[(DATA, rows)]).fails("run", code);
    }
    Project::new(&[(DATA, "")]).fails("run", "load-missing-file");
    Project::new(&[("data/app/items.csv", ROWS)]).fails("run", "load-two-files");
    Project::new(&[("plg.toml", &TOML.replace("'data'", "'items.plg'"))]).fails("run", "load-file");
}

#[test]
fn mistakes_of_a_manifest() {
    let project = Project::new(&[("broken.json", "{"), ("new.json", "{\"version\": 999999, \"plgc\": \"99.0.0\"}")]);
    project.fails("run --manifest nope.json", "option-path");
    project.fails("run --data nope", "option-path");
    project.fails("run --accept imte", "unknown-accept");
    project.fails("run --manifest broken.json", "manifest-unreadable");
    project.fails("run --manifest new.json", "manifest-too-new");
    project.succeeds("compile -o built");
    project.write(&[("plg.toml", &toml("[targets.other]\nengine = 'postgres'\nurl = 'postgres://a@127.0.0.1:1/a'"))]);
    project.fails("run -t other --manifest built/manifest.json", "manifest-engine");
}

#[test]
fn mistakes_of_a_run() {
    Project::new(&[(DATA, "id,size,name\na,1,Lantern\nb,2,Lantern\n")]).fails("run", "run-check");
    let project = Project::new(&[]);
    project.succeeds("run --as-of 2026-03-02");
    project.fails("run --as-of 2026-03-01", "run-earlier");
    project.write(&[(DATA, "id,size,name\n")]);
    project.fails("run --as-of 2026-03-03", "run-guard");
    let without_data = TOML.replace("data = 'data'\n", "");
    Project::new(&[("plg.toml", &without_data)]).fails("run", "run-source");
    let overflow = "source app.sums { id text; sum decimal(18, 0) }\n\nentity one from app.sums { key id }\n\naudience huge of one where sum + sum > 3\n";
    let rows = "id,sum\na,999999999999999999\n";
    Project::new(&[("huge.plg", overflow), ("data/app.sums.csv", rows)]).fails("run", "run-value");
    let taken = Project::new(&[]);
    taken.succeeds("run --as-of 2026-03-02");
    taken.sql("DROP VIEW plg__large; CREATE TABLE plg__large (id TEXT)");
    taken.fails("run --as-of 2026-03-03", "run-statement");
    let later = Project::new(&[]);
    later.succeeds("run --as-of 2026-03-02");
    later.sql("INSERT INTO plg_state__version (version, plgc) VALUES (99, '9.0.0')");
    later.fails("run --as-of 2026-03-03", "run-state-version");
}

#[test]
fn a_manifest_of_a_destination_that_is_unknown() {
    let sync =
        "destination out = jsonl\n\nsync large_items from large to out.items {\n  match  id = id\n  leave  delete\n}\n";
    let settings = toml("deliver = true\n[targets.dev.destinations.out]\nfolder = 'out'");
    let project = Project::new(&[("sync.plg", sync), ("plg.toml", &settings)]);
    project.succeeds("compile -o built");
    let manifest = fs::read_to_string(project.0.path().join("built/manifest.json")).unwrap();
    project.write(&[("built/manifest.json", &manifest.replace("\"jsonl\"", "\"pigeon\""))]);
    project.fails("run --manifest built/manifest.json", "run-manifest");
}

/// The other run is a trigger, which commits one with the same parent just before.
#[test]
fn another_run_that_commits_first() {
    let project = Project::new(&[]);
    project.succeeds("run --as-of 2026-03-01");
    let other = "CREATE TRIGGER other AFTER INSERT ON plg_state__runs BEGIN \
        INSERT INTO plg_state__runs SELECT 'r2_0000', NEW.parent, NEW.\"now\", NEW.manifest, NEW.plgc, NEW.state_version, '2000-01-01 00:00:00'; \
        END";
    project.sql(other);
    project.fails("run --as-of 2026-03-02", "run-lost");
}
