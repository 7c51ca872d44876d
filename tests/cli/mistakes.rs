//! What does not work, and what is then said: mistakes in every format, and input that is bad in every way.

use std::process::{Command, Stdio};

use super::{BROKEN, PLG_TOML, PROGRAM, Test};

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
    Test::empty().args(&["-C", "nowhere", "check"]).run().code(2).err("`-C nowhere`: there is no such folder");
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

#[test]
fn a_database_that_is_a_folder() {
    let text = PLG_TOML.replace("path = '.plg/dev.db'", "path = '.'");
    assert_ne!(text, PLG_TOML);
    let test = Test::project().write("plg.toml", text).args(&["run", "--as-of", "2026-01-01"]);
    test.run().err("is a folder, and the database is a file").err("below `[targets.dev]`");
}
