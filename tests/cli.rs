//! The built command, run as a person runs it: what it prints, writes and returns, above all for bad input.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder, the files in it, and one call of the command there. Reads like a transcript.
struct Test {
    folder: TempDir,
    environment: Vec<(String, String)>,
    arguments: Vec<String>,
}

/// What a call gave.
struct Said {
    folder: TempDir,
    code: Option<i32>,
    out: String,
    err: String,
}

const PLG_TOML: &str =
    "[project]\nname = 'test'\n[targets.dev]\nengine = 'sqlite'\npath = '.plg/dev.db'\ndata = 'data'\n";
const PROGRAM: &str = "source app.items {\n  id    text\n  size  int\n}\n\nentity item from app.items {\n  key  id\n}\n\n\
    audience large of item where size > 10\n";

impl Test {
    /// An empty folder.
    fn empty() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder"), environment: Vec::new(), arguments: Vec::new() }
    }

    /// A folder with a small project.
    fn project() -> Self {
        Self::empty()
            .write("plg.toml", PLG_TOML)
            .write("items.plg", PROGRAM)
            .write("data/app.items.csv", "id,size\na,1\nb,11\n")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn args(mut self, arguments: &[&str]) -> Self {
        self.arguments = arguments.iter().map(|it| (*it).to_owned()).collect();
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plgc"));
        command.args(&self.arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env_remove("COLUMNS").env_remove("NO_COLOR").envs(self.environment.iter().cloned());
        command
    }

    fn run(self) -> Said {
        let Output { status, stdout, stderr } = self.command().output().expect("plgc starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Said { folder: self.folder, code: status.code(), out: text(stdout), err: text(stderr) }
    }
}

impl Said {
    #[track_caller]
    fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\nstdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn out(self, part: &str) -> Self {
        assert!(self.out.contains(part), "{part:?} is not in stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn err(self, part: &str) -> Self {
        assert!(self.err.contains(part), "{part:?} is not in stderr:\n{}\nstdout:\n{}", self.err, self.out);
        self
    }

    #[track_caller]
    fn never(self, part: &str) -> Self {
        assert!(!self.err.contains(part) && !self.out.contains(part), "{part:?} is shown:\n{}\n{}", self.out, self.err);
        self
    }

    /// The next call in the same folder.
    fn then(self, arguments: &[&str]) -> Said {
        Test { folder: self.folder, environment: Vec::new(), arguments: Vec::new() }.args(arguments).run()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn exists(&self, name: &str) -> bool {
        self.folder.path().join(name).exists()
    }

    fn write(self, name: &str, text: &str) -> Self {
        fs::write(self.folder.path().join(name), text).expect("a file");
        self
    }
}

// ---- a good project ----

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
}

#[test]
fn a_compile_writes_the_same_bytes_and_only_what_changed() {
    let said = Test::project().args(&["compile"]).run().code(0);
    let first = said.read("sql/dev/manifest.json");
    let said = said.then(&["compile"]).code(0).err("0 written");
    assert_eq!(said.read("sql/dev/manifest.json"), first);
    said.then(&["compile", "--check"]).code(0).err("up to date");
}

#[test]
fn compile_check_shows_what_is_stale_and_writes_nothing() {
    let said = Test::project().args(&["compile"]).run().code(0);
    let before = said.read("sql/dev/manifest.json");
    let said = said.write("items.plg", &PROGRAM.replace("> 10", "> 12"));
    let said = said.then(&["compile", "--check"]).code(1).out("+++ ").out("12").err("stale");
    assert_eq!(said.read("sql/dev/manifest.json"), before);
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
    let page = include_str!("../docs/ci.md");
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

// ---- formats of `check` ----

const BROKEN: &str = "source app.items { id text }\nentity item from app.itms { key id }\n";

#[test]
fn check_speaks_json_github_and_sarif() {
    let said =
        Test::project().write("items.plg", BROKEN).args(&["check"]).run().code(1).out("app.itms").out("1 file checked");
    let said = said.then(&["check", "--format", "json"]).code(1);
    let json: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let label = &json["diagnostics"][0]["labels"][0];
    assert_eq!((label["file"].as_str(), label["line"].as_u64()), (Some("items.plg"), Some(2)), "{json}");
    let said = said.then(&["check", "--format", "github"]).code(1).out("::error file=items.plg,line=2,");
    let said = said.then(&["check", "--format", "sarif"]).code(1);
    let sarif: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
}

#[test]
fn many_errors_of_one_file_are_counted_after_twenty() {
    let mut text = String::from(PROGRAM);
    for n in 0..30 {
        text.push_str(&format!("audience a{n} of nobody_{n}_at_all where true\n"));
    }
    Test::project()
        .write("items.plg", text)
        .args(&["check"])
        .run()
        .code(1)
        .out("items.plg: and 10 more")
        .out("30 errors");
}

// ---- bad input ----

#[test]
fn a_folder_without_a_project() {
    Test::empty().args(&["check"]).run().code(2).err("no plg.toml").err("plgc init");
}

#[test]
fn a_project_without_a_program() {
    Test::empty().write("plg.toml", PLG_TOML).args(&["check"]).run().code(2).err("no .plg file");
}

#[test]
fn a_folder_that_is_not_there() {
    Test::empty().args(&["-C", "nowhere", "check"]).run().code(4).err("nowhere");
}

#[test]
fn a_wrong_key_in_plg_toml_shows_its_line() {
    let text = PLG_TOML.replace("engine", "engin");
    Test::project()
        .write("plg.toml", text)
        .args(&["check"])
        .run()
        .code(2)
        .err("plg.toml:4")
        .err("did you mean `engine`?");
}

#[test]
fn plg_toml_that_is_no_toml() {
    Test::project()
        .write("plg.toml", "[project\n")
        .args(&["check", "--format", "json"])
        .run()
        .code(2)
        .out("config-syntax");
}

#[test]
fn an_unknown_target_and_engine() {
    Test::project().args(&["compile", "-t", "dve"]).run().code(2).err("did you mean `dev`?");
    let text = PLG_TOML.replace("'sqlite'", "'sqlit'");
    Test::project().write("plg.toml", text).args(&["compile"]).run().code(2).err("did you mean `sqlite`?");
}

#[test]
fn a_file_that_is_not_utf_8_is_named_and_the_others_are_checked() {
    let said = Test::project()
        .write("odd.plg", b"// caf\xe9\nlet unused = 3\n")
        .write("bad.plg", BROKEN)
        .args(&["check"])
        .run();
    said.code(1).out("`odd.plg` is not UTF-8").out("odd.plg:1:7").out("app.itms");
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_are_parsed() {
    let test = Test::project().write("bad.plg", "audience of of of\n");
    std::os::unix::fs::symlink("nowhere.plg", test.path("gone.plg")).expect("a link");
    test.args(&["check"]).run().code(1).out("`gone.plg` cannot be read").out("bad.plg:1");
}

#[test]
fn a_file_of_fifty_megabytes_is_refused_at_once() {
    let text = "// long\n".repeat(50 * 1024 * 1024 / 8);
    Test::project()
        .write("huge.plg", text)
        .args(&["check"])
        .run()
        .code(1)
        .out("`huge.plg` has 52 MB; a file may have 8");
}

#[test]
fn ten_thousand_levels_of_nesting_are_an_error_not_a_crash() {
    let deep = format!("{PROGRAM}audience deep of item where {}size > 1{}\n", "(".repeat(10_000), ")".repeat(10_000));
    Test::project().write("items.plg", &deep).args(&["check"]).run().code(1).out("items.plg:11").never("panicked");
    Test::project()
        .write("items.plg", deep.replace('(', "not ").replace(')', ""))
        .args(&["check"])
        .run()
        .code(1)
        .out("items.plg:11")
        .never("overflow");
}

#[test]
fn a_delay_finer_than_the_cadence_of_a_target_is_told() {
    let often = PLG_TOML.replace("data = 'data'\n", "data = 'data'\nevery = '1 hour'\n");
    let program =
        PROGRAM.replace("size  int\n", "size  int\n  made  timestamp\n").replace("size > 10", "made within 5 minutes");
    let test = Test::project().write("plg.toml", &often).write("items.plg", &program);
    let said = test.args(&["check"]).run().code(0).out("finer-than-cadence").out("`5 minutes`").out("every hour");
    said.then(&["compile"]).code(0).err("finer-than-cadence");
}

#[test]
fn a_secret_that_is_not_set_is_asked_for_only_by_a_run() {
    let text = "[project]\nname = 'x'\n[targets.prod]\nengine = 'postgres'\nurl = '${PLGC_NOWHERE_URL}'\n";
    let said = Test::project().write("plg.toml", text).args(&["check"]).run().code(0);
    let said = said.then(&["compile", "-t", "prod"]).code(0);
    said.then(&["run", "-t", "prod"])
        .code(2)
        .err("`PLGC_NOWHERE_URL` is not set, which `url` of target `prod` needs")
        .err("PLGC_NOWHERE_URL_FILE");
}

#[test]
fn a_server_that_cannot_be_reached_and_a_secret_that_stays_one() {
    let text = "[project]\nname = 'x'\n[targets.prod]\nengine = 'postgres'\nurl = '${DB}'\n";
    let test = Test::project().write("plg.toml", text).env("DB", "postgres://me:s3cr3t@127.0.0.1:1/nowhere");
    test.args(&["run", "-t", "prod"]).run().code(4).err("cannot be opened").never("s3cr3t");
}

#[test]
fn a_secret_from_a_file() {
    let text = "[project]\nname = 'x'\n[targets.prod]\nengine = 'postgres'\nurl = '${DB}'\n";
    let test = Test::project().write("plg.toml", text).write("secret", "postgres://me:s3cr3t@127.0.0.1:1/nowhere\n");
    let file = test.path("secret").to_string_lossy().into_owned();
    test.env("DB_FILE", &file).args(&["run"]).run().code(4).err("cannot be opened").never("s3cr3t");
    let test = Test::project().write("plg.toml", text).env("DB_FILE", "/nowhere/at/all");
    test.args(&["run"]).run().code(2).err("`DB_FILE` names cannot be read");
}

#[test]
fn a_value_that_does_not_fit_its_type_names_file_line_and_column() {
    let test = Test::project().write("data/app.items.csv", "id,size\na,1\nb,many\n");
    test.args(&["run"]).run().code(3).err("app.items.csv").err("3").err("many");
}

#[test]
fn a_folder_that_may_not_be_written() {
    // A file where a folder should be: even root cannot write below it.
    let test = Test::project().write("taken", "");
    test.args(&["compile", "-o", "taken/sql"]).run().code(4).err("cannot write `taken/sql");
    let test = Test::project().write(".plg", "");
    test.args(&["run"]).run().code(4).never("panicked");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let test = Test::empty().args(&["completions", "bash"]);
    let mut child = test.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("plgc starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_full_disk_leaves_the_file_as_it_was() {
    let said = Test::project().args(&["compile"]).run().code(0);
    let before = said.read("sql/dev/manifest.json");
    let said = said.write("items.plg", &PROGRAM.replace("large", "larger"));
    let script = format!("ulimit -f 1; exec '{}' compile", env!("CARGO_BIN_EXE_plgc"));
    let output = Command::new("bash")
        .args(["-c", &format!("trap '' XFSZ; {script}")])
        .current_dir(said.folder.path())
        .output()
        .expect("bash starts");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{err}");
    assert!(err.contains("cannot write"), "{err}");
    assert_eq!(said.read("sql/dev/manifest.json"), before);
}

#[test]
fn a_file_that_is_no_manifest_and_one_of_a_later_plgc() {
    let said =
        Test::project().write("m.json", "{}").args(&["run", "--manifest", "m.json"]).run().code(2).err("no manifest");
    let later = r#"{ "version": 99, "plgc": "9.0.0" }"#;
    said.write("m.json", later).then(&["run", "--manifest", "m.json"]).code(2).err("format 99").err("plgc 9.0.0");
}

#[test]
fn a_wrong_word_on_the_command_line() {
    Test::project().args(&["chekc"]).run().code(2).err("check");
    Test::project().args(&["run", "--as-of", "tomorrow"]).run().code(2).err("2026-03-02T09:00Z");
}
