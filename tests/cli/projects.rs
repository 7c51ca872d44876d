//! What works: a project is made, checked, formatted, compiled and run.

use std::fs;
use std::path::Path;
use std::process::Command;

use plgc::engine::{Location, sqlite};
use tempfile::TempDir;

use super::{BROKEN, PROGRAM, Test};
use crate::support::wait;

#[test]
fn a_new_project_checks_formats_compiles_and_runs() {
    let said = Test::empty().args(&["init"]).run().code(0).err("next:");
    let said = said.then(&["check"]).code(0).out("no errors");
    let said = said.then(&["fmt", "--check"]).code(0);
    let said = said.then(&["compile"]).code(0);
    assert!(said.read("sql/dev/manifest.json").contains("\"version\""));
    let said = said
        .then(&["run", "--as-of", "2026-03-02T09:00Z"])
        .code(0)
        .out("workspace.overage")
        .out("upgrades -> crm.contacts");
    assert_eq!(said.read("out/contacts.jsonl").lines().count(), 2);
    said.then(&["init"]).code(2).err("already has").err("`plg.toml`");
}

#[test]
fn init_names_the_project_after_a_new_folder() {
    let said = Test::empty().args(&["init", "a \"b\""]).run().code(0);
    assert!(said.read("a \"b\"/plg.toml").contains(r#"name = 'a "b"'"#));
    said.then(&["check", "-C", "a \"b\""]).code(0);
    Test::empty().args(&["init", "my shop's ü"]).run().code(0).err(r"  cd 'my shop'\''s ü'");
}

#[test]
fn a_compile_writes_the_same_bytes_and_only_what_changed() {
    let said = Test::project().args(&["compile"]).run().code(0);
    let first = said.read("sql/dev/manifest.json");
    let said = said.then(&["compile"]).code(0).err("0 written");
    assert_eq!(said.read("sql/dev/manifest.json"), first);
    said.then(&["compile", "--check"]).code(0).err("up to date");
}

const SYNCED: &str = "destination crm = jsonl\n\n/// The team hears of large ones.\nsync large_ones from large to crm.things {\n  \
    match  id = id\n  set    size = size\n  leave  delete\n  guard  deletes <= 7%\n}\n";

#[test]
fn the_statements_of_a_sync_and_of_the_state_are_files_that_say_what_they_do() {
    let test = Test::project().write("syncs.plg", SYNCED);
    let said = test.args(&["compile"]).run().code(0);
    let sync = said.read("sql/dev/syncs/large_ones.sql");
    let parts = [
        "-- sync large_ones to crm.things (syncs.plg:4)\n-- The team hears of large ones.\n",
        "CREATE TABLE plg_state__sync_large_ones__:run AS",
        "--   create: no object of things was written under this id; one is\n",
        "--   delete: its row has left; only an object that this sync created is deleted\n",
        "-- Held where it takes back more than 7 % of what it has written.\n",
        "WHERE w.large",
        "'delete' AS op",
    ];
    for part in parts {
        assert!(sync.contains(part), "{part:?} is not in {sync}");
    }
    assert!(said.read("sql/dev/state/item.sql").contains("'item.large' AS field"));

    let said = said.write("syncs.plg", &SYNCED.replace("size = size", "size = size + 1")).then(&["compile", "--check"]);
    let said = said.code(1).out("syncs/large_ones.sql").then(&["compile"]).code(0);
    fs::remove_file(said.folder.path().join("syncs.plg")).expect("removed");
    let said = said.then(&["compile"]).code(0).err("removed");
    assert!(!said.exists("sql/dev/syncs/large_ones.sql"));
}

const POLICY: &str = "destination crm = jsonl\n\npolicy quiet of item: never to crm where size > 20\n\n\
    sync all from item to crm.things { match id = id; leave keep }\n\
    sync few from item where size <= 20 to crm.few { match id = id; leave keep }\n\
    sync told from item to crm.told { match id = id; exempt quiet because 'they asked'; leave keep }\n";

#[test]
fn a_check_says_how_each_policy_stands() {
    let said = Test::project().write("syncs.plg", POLICY).args(&["check"]).run().code(0);
    let lines = [
        "policy quiet of item: never to crm\n",
        "  all -> crm.things  gated: each row is asked when it is sent\n",
        "  few -> crm.few     proved: it sends no such row\n",
        "  told -> crm.told   exempt: they asked\n",
    ];
    let said = lines.iter().fold(said, |said, line| said.out(line));
    let said = said.then(&["check", "--format", "json"]).code(0);
    let said = said.out("\"policy\": \"quiet\"").out("\"standing\": \"proved\"").out("\"because\": \"they asked\"");
    let said = said.then(&["compile"]).code(0);
    let sync = said.read("sql/dev/syncs/all.sql");
    assert!(sync.contains("-- policy quiet is asked for each row"), "{sync}");
}

#[test]
fn a_comment_above_all_changes_the_heads_of_files_alone() {
    let said = Test::project().write("syncs.plg", SYNCED).args(&["compile"]).run().code(0);
    let folder = said.folder.path().join("sql/dev");
    let texts = |folder: &Path| -> Vec<(String, String)> {
        let files = ["models/item.sql", "views/item.sql", "views/large.sql", "syncs/large_ones.sql", "state/item.sql"];
        files.map(|name| (name.to_owned(), fs::read_to_string(folder.join(name)).expect("a file"))).into()
    };
    let before = texts(&folder);
    let said = said.write("items.plg", &format!("// One.\n// Two.\n{PROGRAM}"));
    let said = said.write("syncs.plg", &format!("// One.\n{SYNCED}")).then(&["compile"]).code(0);
    let mut changed = Vec::new();
    for ((name, old), (_, new)) in before.iter().zip(texts(&said.folder.path().join("sql/dev"))) {
        assert_eq!(old.lines().count(), new.lines().count(), "{name}");
        changed.extend(old.lines().zip(new.lines()).filter(|(old, new)| old != new).map(|(_, new)| new.to_owned()));
    }
    changed.sort();
    let heads = ["-- from items.plg: app.items 3, item 8, large 12", "-- sync large_ones to crm.things (syncs.plg:5)"];
    assert_eq!(changed, heads);
}

#[test]
fn compile_check_shows_what_is_stale_and_writes_nothing() {
    let said = Test::project().args(&["compile"]).run().code(0);
    let before = said.read("sql/dev/manifest.json");
    let said = said.write("items.plg", &PROGRAM.replace("> 10", "> 12"));
    let said = said.then(&["compile", "--check"]).code(1).out("+++ ").out("12").err("stale");
    assert_eq!(said.read("sql/dev/manifest.json"), before);
    let said = said
        .out("manifest.json: 1 line gone, 1 new\nmodels/item.sql: 1 line gone, 1 new\n--- models/item.sql\n")
        .out("these are the first places; `plgc compile --check --full` shows all of them\n");
    assert!(!said.out.contains("--- manifest.json"), "{}", said.out);
    let said =
        said.then(&["compile", "--check", "--full"]).code(1).out("--- manifest.json\n").out("--- models/item.sql\n");
    assert!(!said.out.contains("first places"), "{}", said.out);
    said.then(&["compile", "--full"]).code(2).err("--check");
}

#[test]
fn a_file_of_a_model_that_is_gone_is_removed_and_no_other() {
    let said = Test::project().write("sql/dev/mine.sql", "SELECT 1").args(&["compile"]).run().code(0);
    let names: Vec<String> = sql_files(&said.folder.path().join("sql/dev"));
    assert!(names.iter().any(|name| name.contains("large")), "{names:?}");
    let said = said
        .write("items.plg", &PROGRAM.replace("audience large", "audience big"))
        .then(&["compile"])
        .code(0)
        .err("removed");
    let names = sql_files(&said.folder.path().join("sql/dev"));
    assert!(!names.iter().any(|name| name.contains("large")), "{names:?}");
    assert!(said.exists("sql/dev/mine.sql"));
}

fn sql_files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sql_files(&path));
        } else if path.extension().is_some_and(|it| it == "sql") {
            found.push(path.file_name().expect("a name").to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

#[test]
fn a_command_works_from_a_folder_below_and_with_c() {
    let test = Test::project().write("notes/readme.txt", "");
    let folder = test.path("notes").to_string_lossy().into_owned();
    test.args(&["-C", &folder, "check"]).run().code(0).out("1 file checked");
}

#[test]
fn fmt_lays_out_and_check_shows_it() {
    let said = Test::project()
        .write("items.plg", PROGRAM.replace("  size  int", "   size int"))
        .args(&["fmt", "--check"])
        .run();
    let said = said.code(1).out("-   size int").out("+  size  int");
    let said = said.then(&["fmt"]).code(0);
    assert_eq!(said.read("items.plg"), PROGRAM);
}

const FUNNEL: &str =
    "/// Who has one.\nfunnel growth of large {\n  step seen  = now - 1 day\n  step grown = large.since\n}\n";

#[test]
fn a_funnel_is_two_views_and_has_a_lineage() {
    let said = Test::project().write("funnels.plg", FUNNEL).args(&["compile"]).run().code(0);
    assert!(said.read("sql/dev/views/growth.sql").starts_with("-- funnel growth of large (funnels.plg): each member"));
    assert!(said.read("sql/dev/views/growth__summary.sql").contains("AS share_of_previous"));
    assert!(said.read("sql/dev/manifest.json").contains("\"summary\": \"plg__growth__summary\""));
    let said = said.then(&["lineage", "growth"]).code(0).out("growth.grown").out("app.items.size");
    let said = said.then(&["lineage", "growth.grown"]).code(0).out("growth.seen").out("item.large");
    said.then(&["why", "growth", "a"]).code(2).err("`growth` is a funnel: ask for a field that its steps read");
}

#[test]
fn lineage_goes_down_to_the_source_in_every_format() {
    let said = Test::project().args(&["lineage", "item.large"]).run().code(0).out("app.items.size");
    let said = said.then(&["lineage", "--format", "mermaid"]).code(0).out("flowchart LR").out("-->");
    let said = said.then(&["lineage", "--format", "dot"]).code(0).out("app.items.size").out("->");
    let said = said.then(&["lineage", "--format", "json"]).code(0).out("\"app.items.size\"");
    said.then(&["lineage", "item.lrge"]).code(2).err("did you mean `item.large`?");
}

#[test]
fn explain_knows_every_code_and_suggests() {
    let said = Test::empty().args(&["explain"]).run().code(0).out("unset-variable\n");
    let said = said.then(&["explain", "unset-variable"]).code(0).out("_FILE");
    said.then(&["explain", "unset-varable"]).code(2).err("did you mean `unset-variable`?");
}

#[test]
fn completions_are_written_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        Test::empty().args(&["completions", shell]).run().code(0).out("lineage");
    }
}

#[test]
fn a_compiled_manifest_runs_without_the_program() {
    let said = Test::project().args(&["compile", "-o", "built"]).run().code(0);
    fs::remove_file(said.folder.path().join("items.plg")).expect("removed");
    said.then(&["run", "--manifest", "built/manifest.json", "--as-of", "2026-03-02T09:00Z"]).code(0).out("item.large");
}

/// The calls of plgc in docs/ci.md, in order.
fn calls_of_the_ci_page() -> Vec<Vec<String>> {
    let page = include_str!("../../docs/ci.md");
    let calls = page.lines().filter_map(|line| {
        let line = line.trim().trim_start_matches("- run: ");
        line.strip_prefix("plgc ").map(|rest| rest.split(' ').map(str::to_owned).collect::<Vec<_>>())
    });
    calls.collect()
}

#[test]
fn the_ci_page_works_and_each_of_its_checks_can_fail() {
    let calls = calls_of_the_ci_page();
    assert!(calls.len() >= 7, "{calls:?}");
    let mut said = Test::project().args(&["check"]).run();
    for call in &calls {
        said = said.then(&call.iter().map(String::as_str).collect::<Vec<_>>()).code(0);
    }
    let said = said.write("items.plg", &PROGRAM.replace("> 10", ">  11"));
    let said = said.then(&["fmt", "--check"]).code(1).then(&["compile", "--check"]).code(1);
    said.write("items.plg", BROKEN).then(&["check", "--format", "github"]).code(1).out("::error ");
}

#[test]
fn the_command_works_from_anywhere_wherever_it_lies() {
    let test = Test::project()
        .write("more.plg", "trait shown of item = concat(upper(name), text(round(share, 1)), md5(id))\n")
        .write("items.plg", PROGRAM.replace("size  int", "size  int\n  name  text\n  share  float"))
        .write("data/app.items.csv", "id,size,name,share\na,1,élan,0.25\nb,11,x,1.5\n");
    let other = TempDir::new().expect("a temporary folder");
    let copy = other.path().join("a copy");
    fs::copy(env!("CARGO_BIN_EXE_plgc"), &copy).expect("copied");
    let nowhere = other.path().join("empty");
    fs::create_dir(&nowhere).expect("a folder");
    for call in [&["check"][..], &["compile"], &["run", "--as-of", "2026-03-02T09:00Z"]] {
        let mut command = Command::new(&copy);
        command.arg("-C").arg(test.folder.path()).args(call).current_dir(&nowhere).env_clear();
        let output = command.output().expect("the copy starts");
        assert!(output.status.success(), "{call:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(fs::read_dir(&nowhere).expect("a folder").count(), 0, "nothing is written where it was called");
    let location = Location::path(test.path(".plg/dev.db"));
    let shown = wait(async {
        let mut engine = (sqlite::DRIVER.open)(&location).await.expect("the database");
        engine.texts("SELECT shown FROM plg__item ORDER BY id", usize::MAX).await.expect("rows")
    });
    let hash = "92eb5ffee6ae2fec3ad71c777531578f";
    assert_eq!(shown.rows[1], [Some(format!("X1.5{hash}"))]);
    assert!(shown.rows[0][0].as_ref().is_some_and(|it| it.starts_with("ÉLAN0.3")), "{shown:?}");
}
