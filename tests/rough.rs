//! What happens to a run in the rough: it is killed, the disk is full, the account may not write, another run is there, the
//! server asks for TLS. All of it by the real command.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::engines;
use crate::support::project::{Project, said};
use crate::support::server::{Database, account};

const PROGRAM: &str = "source app.items { id text; size int }\n\nentity item from app.items { key id }\n\n\
    audience large of item where size > 10\n\ndestination out = jsonl\n\n\
    sync big from large to out.items {\n  match  id = id\n  set    size = size\n  leave  delete\n}\n";
const CONFIG: &str = "deliver = true\n[targets.dev.destinations.out]\nfolder = \"out\"";

fn project(engine: &str) -> Project {
    let project = Project::new(engine, PROGRAM, CONFIG);
    project.write("data/app.items.csv", "id,size\na,1\nb,11\n");
    project
}

/// A run that stands still at a point, until it is killed.
struct Paused(Child);

impl Paused {
    fn at(project: &Project, hour: u32, point: &str) -> Self {
        let file = project.path("paused");
        let mut command = project.command(&format!("run --as-of 2026-01-01T{hour:02}:00Z"));
        command.env("PLGC_PAUSE_AT", point).env("PLGC_PAUSE_FILE", &file).stdout(Stdio::null()).stderr(Stdio::null());
        let mut paused = Self(command.spawn().unwrap());
        let start = Instant::now();
        while !file.exists() {
            assert!(paused.0.try_wait().unwrap().is_none(), "the run ended before {point}");
            assert!(start.elapsed() < Duration::from_secs(60), "the run does not come to {point}");
            std::thread::sleep(Duration::from_millis(5));
        }
        std::fs::remove_file(file).unwrap();
        paused
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        assert_eq!(self.0.wait().unwrap().signal(), Some(9));
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_command_is_killed_and_run_again() {
    for engine in engines() {
        for point in ["model `item`:1", "committed:1", "sent `big`:1"] {
            let project = project(engine);
            project.run(0);
            project.write("data/app.items.csv", "id,size\na,12\nb,11\n");
            Paused::at(&project, 1, point).kill();
            let readable = project.texts("SELECT id FROM plg.large ORDER BY id");
            assert!(readable == ["b"] || readable == ["a", "b"], "{point}: {readable:?}");
            project.run(1);
            assert_eq!(project.texts("SELECT id FROM plg.large ORDER BY id"), ["a", "b"], "{point}");
            let runs = project.texts("SELECT \"now\" FROM plg_state.runs ORDER BY 1");
            assert_eq!(runs, ["2026-01-01 00:00:00", "2026-01-01 01:00:00"], "{point}");
            let text = std::fs::read_to_string(project.path("out/items.jsonl")).unwrap();
            let ids =
                text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].to_string());
            assert_eq!(ids.collect::<std::collections::BTreeSet<_>>().len(), 2, "{point}: {text}");
        }
    }
}

#[test]
fn of_two_runs_at_once_one_has_to_wait() {
    for engine in engines() {
        let project = project(engine);
        let first = Paused::at(&project, 0, "commit:1");
        project.fails(0, 4, &["run-locked", "another run holds target `dev`"]);
        first.kill();
        project.run(0);
    }
}

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let project = project("sqlite");
    project.run(0);
    let rows: String = (0..20_000).map(|row| format!("item {row},{}\n", row % 20)).collect();
    project.write("data/app.items.csv", &format!("id,size\n{rows}a,1\nb,11\n"));
    let limited = |blocks: u32| {
        let mut command = Command::new("sh");
        let call = format!("ulimit -f {blocks} && exec \"$0\" run --as-of 2026-01-01T01:00Z");
        command.args(["-c", &call, env!("CARGO_BIN_EXE_plgc")]).current_dir(project.folder.path()).stdin(Stdio::null());
        said(&mut command)
    };
    // In blocks of 512 bytes: enough for what is there, too little for 20,000 rows.
    limited(400).is(4, &["run-statement", "commit fails", "room on the disk"]);
    project.write("data/app.items.csv", &format!("id,size\n{}a,1\nb,11\n", rows.replace("item", &"item".repeat(40))));
    limited(400).is(4, &["load-store", "room on the disk"]);
    assert_eq!(project.texts("SELECT id FROM plg.item ORDER BY id"), ["a", "b"]);
    assert_eq!(project.texts("SELECT COUNT(*) FROM plg_state.runs"), ["1"]);
    project.run(1);
    assert_eq!(project.texts("SELECT COUNT(*) FROM plg.item"), ["20002"]);
}

/// The command under an account without rights, where the tests are root.
fn unprivileged(project: &Project) -> crate::support::project::Said {
    let mut command = project.command("run --as-of 2026-01-01T01:00Z");
    if let Some((user, group)) = account() {
        // The program itself may lie where that account cannot go.
        let copy = project.path("plgc");
        std::fs::copy(env!("CARGO_BIN_EXE_plgc"), &copy).unwrap();
        std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o755)).unwrap();
        command = Command::new(copy);
        command.args(["run", "--as-of", "2026-01-01T01:00Z"]).current_dir(project.folder.path()).stdin(Stdio::null());
        command.uid(user).gid(group);
    }
    said(&mut command)
}

/// The project's files and folders become the unprivileged account's own.
fn give(project: &Project, paths: &[&str], mode: u32) {
    for path in paths {
        let path = project.path(path);
        if let Some((user, group)) = account() {
            chown(&path, Some(user), Some(group)).unwrap();
        }
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
}

#[test]
fn a_folder_or_file_that_may_not_be_written_is_named() {
    let project = project("sqlite");
    give(&project, &[""], 0o555);
    unprivileged(&project)
        .is(4, &["run-unreachable", "dev.db", "the account needs to be able to write the file and its folder"]);
    give(&project, &[""], 0o755);
    project.run(0);
    for path in ["dev.db", "dev.db-wal", "dev.db-shm", "dev.db-lock", ".plg", ".plg/dev", ".plg/dev/receipts.jsonl"] {
        // The log is there only where the last process left it.
        if project.path(path).exists() {
            give(&project, &[path], 0o755);
        }
    }
    give(&project, &["out", "out/items.jsonl"], 0o555);
    project.write("data/app.items.csv", "id,size\na,12\nb,11\n");
    unprivileged(&project)
        .is(3, &["out/items.jsonl` cannot be written", "the account needs to be able to write there"]);
    give(&project, &["dev.db"], 0o444);
    unprivileged(&project).is(4, &["dev.db", "the account needs to be able to write the"]);
    give(&project, &["dev.db"], 0o644);
    give(&project, &[".plg/dev/receipts.jsonl"], 0o444);
    unprivileged(&project).is(4, &["run-file", "the account needs a state folder that it can write"]);
}

#[test]
fn a_certificate_that_the_server_signed_itself_on_postgres() {
    let database = Database::with_tls();
    let project = project("sqlite");
    std::fs::write(project.path("root.crt"), database.certificate()).unwrap();
    let run = |settings: &str, hour: u32| {
        let url = database.url.replace("sslmode=disable", settings).replace("127.0.0.1", "localhost");
        let text = format!(
            "[project]\nname = \"test\"\n[targets.dev]\nengine = \"postgres\"\nurl = \"{url}\"\ndata = \"data\"\n{CONFIG}\n"
        );
        project.write("plg.toml", &text);
        project.call(&format!("run --as-of 2026-01-01T{hour:02}:00Z"))
    };
    run("sslmode=require", 0).is(0, &[]);
    run("sslmode=verify-full", 1).is(4, &["run-unreachable", "certificate"]);
    let root = project.path("root.crt");
    run(&format!("sslmode=verify-full&sslrootcert={}", root.display()), 1).is(0, &[]);
    run("sslmode=verify-full&sslrootcert=/nowhere/root.crt", 2).is(2, &["run-setting", "`sslrootcert`", "socket"]);
}
