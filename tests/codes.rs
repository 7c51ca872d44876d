//! Shows the mistakes that no program can have: of `plg.toml`, of the files around it, of loading, of manifests and of
//! runs. Each case is a folder and a call; the call fails and says the code.

mod pages;

use std::fs;

use crate::support::project::Project;

const TOML: &str = "[project]\nname = 'test'\n[targets.dev]\nengine = 'sqlite'\npath = 'dev.db'\ndata = 'data'\n";
const PROGRAM: &str = "source app.items { id text; size int; name text }\n\nentity item from app.items {\n  key     id\n  unique  name\n}\n\n\
     audience large of item where size > 10\n";
const ROWS: &str = "id,size,name\na,1,Lantern\nb,11,Orchard\n";
const DATA: &str = "data/app.items.csv";

/// A project in which everything is right, with these files instead of its own or beside them; an empty text removes one.
fn with(files: &[(&str, &str)]) -> Project {
    let project = Project::new("sqlite", PROGRAM, "");
    write(&project, &[("plg.toml", TOML), (DATA, ROWS)]);
    write(&project, files);
    project
}

fn write(project: &Project, files: &[(&str, &str)]) {
    for (name, text) in files {
        if text.is_empty() { fs::remove_file(project.path(name)).unwrap() } else { project.write(name, text) }
    }
}

#[track_caller]
fn succeeds(project: &Project, call: &str) {
    let said = project.call(call);
    assert_eq!(said.code, Some(0), "`plgc {call}` fails:\n{}{}", said.out, said.err);
}

/// Whether a line of what a command printed is the code, or an object that has it.
fn is_said(line: &str, code: &str) -> bool {
    line.trim().ends_with(code) || line.contains(&format!("\"code\":\"{code}\""))
}

/// The call fails, and says the code.
#[track_caller]
fn fails(project: &Project, call: &str, code: &str) {
    let said = project.call(call);
    let says = said.out.lines().chain(said.err.lines()).any(|line| is_said(line, code));
    assert!(said.code != Some(0) && says, "`plgc {call}` does not say `{code}`:\n{}{}", said.out, said.err);
}

/// `plg.toml` with a line more in its target.
fn toml(line: &str) -> String {
    format!("{TOML}{line}\n")
}

#[test]
fn mistakes_of_the_configuration() {
    let cases: [(&str, String, &str); 15] = [
        ("config-syntax", "[project\n".to_owned(), "check"),
        ("config-missing-key", "[project]\nzone = 'UTC'\n".to_owned(), "check"),
        ("config-unknown-key", "[project]\nname = 'a'\ntimezone = 'UTC'\n".to_owned(), "check"),
        ("config-value", toml("deliver = 'yes'"), "check"),
        ("config-unknown-destination", toml("deliver = true\n[targets.dev.destinations.cmr]\nfolder = 'out'"), "run"),
        ("unknown-engine", TOML.replace("sqlite", "sqlight"), "run"),
        ("unknown-target", TOML.to_owned(), "run -t prod"),
        (
            "no-target",
            TOML.replace("dev]", "a]") + &TOML.replace("[project]\nname = 'test'\n[targets.dev]", "[targets.b]"),
            "run",
        ),
        ("config-value", TOML.replace("'data'", "'nodata'"), "run"),
        ("unset-variable", TOML.replace("dev.db", "${PLGC_TEST_UNSET}"), "run"),
        ("config-value", TOML.replace("dev.db", "$PLGC_TEST_UNSET/dev.db"), "check"),
        ("config-value", TOML.replace("dev.db", "${PLGC_TEST_UNSET"), "check"),
        ("config-value", TOML.replace("dev.db", "${PLGC TEST}"), "check"),
        ("config-value", TOML.replace("dev.db", ""), "check"),
        (
            "run-unreachable",
            TOML.replace(
                "engine = 'sqlite'\npath = 'dev.db'",
                "engine = 'postgres'\nurl = 'postgres://a@127.0.0.1:1/a'",
            ),
            "run",
        ),
    ];
    for (code, toml, call) in &cases {
        fails(&with(&[("plg.toml", toml)]), call, code);
    }
}

const SENDS: &str = "destination hooks = webhook\ndestination files = jsonl\ndestination rows = postgres\n\n\
    sync a from large to hooks.x {\n  match  id = id\n  leave  keep\n}\n\n\
    sync b from large to files.x {\n  match  id = id\n  leave  keep\n}\n\n\
    sync c from large to rows.x {\n  match  id = id\n  leave  keep\n}\n";

const SENT: &str = "deliver = true\n[targets.dev.destinations.hooks]\nurl = 'https://hooks.example/in'\nsecret = 'whsec_c2VjcmV0'\n\
    [targets.dev.destinations.files]\nfolder = 'out'\n\
    [targets.dev.destinations.rows]\nurl = 'postgres://a@127.0.0.1:1/a'\ncreate = true\n";

/// Each mistake is the only one, is said by every command before anything is built, and is a mistake of `plg.toml`.
#[test]
fn mistakes_in_the_settings_of_destinations() {
    let cases = [
        (
            "url = 'https://hooks.example/in'",
            "url = 'http://hooks.example/in'",
            "`destinations.hooks.url` of target `dev` is not https",
        ),
        ("url = 'https://hooks.example/in'", "url = 'hooks'", "`destinations.hooks.url` of target `dev` is no url"),
        ("url = 'https://hooks.example/in'\n", "", "`destinations.hooks.url` is missing in target `dev`"),
        (
            "whsec_c2VjcmV0",
            "whsec_s3cr3t!",
            "`destinations.hooks.secret` of target `dev` is no signing secret: `whsec_` and base64",
        ),
        ("secret = 'whsec_c2VjcmV0'\n", "", "`destinations.hooks.secret` is missing in target `dev`"),
        ("folder = 'out'\n", "", "`destinations.files.folder` is missing in target `dev`"),
        (
            "folder = 'out'",
            "folder = 'program.plg'",
            "`destinations.files.folder` of target `dev` is a file, and should be a folder",
        ),
        ("folder = 'out'", "path = 'out'", "`path` means nothing to `jsonl`"),
        ("url = 'postgres://a@127.0.0.1:1/a'\n", "", "`destinations.rows.url` is missing in target `dev`"),
        (
            "url = 'postgres://a@",
            "url = 'mysql://a@",
            "`destinations.rows.url` of target `dev` is not like `postgres://user:password@host/name`",
        ),
        ("create = true", "create = 'yes'", "`destinations.rows.create` of target `dev` is not true or false"),
        ("destinations.files]", "destinations.flies]", "the program has no destination `flies`"),
    ];
    succeeds(&with(&[("plg.toml", &toml(SENT)), ("sync.plg", SENDS)]), "check");
    for (from, to, message) in cases {
        assert!(SENT.contains(from), "{from}");
        let project = with(&[("plg.toml", &toml(&SENT.replace(from, to))), ("sync.plg", SENDS)]);
        for call in ["check", "compile", "run"] {
            let said = project.call(call);
            let all = format!("{}{}", said.out, said.err);
            assert_eq!(said.code, Some(2), "`plgc {call}`: {all}");
            let place = if call == "run" { "\"file\":\"plg.toml\"" } else { "plg.toml:" };
            assert!(all.contains(message) && all.contains(place), "`plgc {call}` does not say `{message}`:\n{all}");
            let both = message.contains("flies") || message.contains("means nothing");
            let said =
                if call == "run" { all.matches("\"event\":\"failed\"").count() } else { all.matches("  x ").count() };
            assert_eq!(said, if both { 2 } else { 1 }, "{all}");
            assert!(!all.contains("s3cr3t"), "{all}");
        }
        assert!(!project.path("dev.db").exists() && !project.path("sql").exists(), "something was built");
    }
}

/// What comes from the environment is not asked for by a check, and known at the start of a run.
#[test]
fn settings_of_the_environment_are_checked_before_a_run_builds() {
    let toml = toml(&SENT.replace("whsec_c2VjcmV0", "${PLGC_TEST_HOOK}"));
    let project = with(&[("plg.toml", &toml), ("sync.plg", SENDS)]);
    succeeds(&project, "check");
    let said = crate::support::project::said(project.command("run").env("PLGC_TEST_HOOK", "s3cr3t!"));
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("`destinations.hooks.secret` of target `dev` is no signing secret"), "{}", said.err);
    assert!(!said.err.contains("s3cr3t") && !project.path("dev.db").exists(), "{}", said.err);
}

#[test]
fn mistakes_of_the_files_around_a_program() {
    fails(&with(&[]), "check -C nope", "option-path");
    fails(&with(&[("program.plg", "")]), "check", "no-program");
    fails(&with(&[("plg.toml", "")]), "check", "missing-project");
    fails(
        &with(&[("shop/plg.toml", "[project]\nname = 'shop'\n"), ("shop/shop.plg", PROGRAM)]),
        "check",
        "nested-project",
    );
    fails(&with(&[]), "init .", "init-would-overwrite");
    fails(&with(&[]), "explain unset", "unknown-code");
    fails(&with(&[]), "lineage item.lrage", "unknown-lineage-field");
    fails(&with(&[("large.plg", &"// \n".repeat(2_500_000))]), "check", "file-too-large");
    for text in
        ["let grace = 'a\0b'\n", "trait \"a\0b\" of item = size\n", "/// a\0b\naudience small of item where size < 1\n"]
    {
        fails(&with(&[("null.plg", text)]), "check", "null-character");
    }
    let latin = with(&[]);
    fs::write(latin.path("latin.plg"), b"// caf\xe9\n").unwrap();
    fails(&latin, "check", "file-not-utf-8");
    let nowhere = with(&[]);
    std::os::unix::fs::symlink("nowhere", nowhere.path("link.plg")).unwrap();
    fails(&nowhere, "check", "file-unreadable");
    fails(&with(&[("out", "a file")]), "compile -o out", "outside-failed");
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
        fails(&with(&[(DATA, rows)]), "run", code);
    }
    fails(&with(&[(DATA, "")]), "run", "load-missing-file");
    fails(&with(&[("data/app/items.csv", ROWS)]), "run", "load-two-files");
    let folder = with(&[(DATA, "")]);
    std::os::unix::fs::symlink("nowhere", folder.path(DATA)).unwrap();
    fails(&folder, "run", "load-file");
}

#[test]
fn mistakes_of_a_manifest() {
    let project = with(&[("broken.json", "{"), ("new.json", "{\"version\": 999999, \"plgc\": \"99.0.0\"}")]);
    fails(&project, "run --manifest nope.json", "option-path");
    fails(&project, "run --data nope", "option-path");
    fails(&project, "run --accept imte", "unknown-accept");
    fails(&project, "run --manifest broken.json", "manifest-unreadable");
    fails(&project, "run --manifest new.json", "manifest-too-new");
    succeeds(&project, "compile -o built");
    write(&project, &[("plg.toml", &toml("[targets.other]\nengine = 'postgres'\nurl = 'postgres://a@127.0.0.1:1/a'"))]);
    fails(&project, "run -t other --manifest built/manifest.json", "manifest-engine");
}

#[test]
fn mistakes_of_a_run() {
    fails(&with(&[(DATA, "id,size,name\na,1,Lantern\nb,2,Lantern\n")]), "run", "run-check");
    let project = with(&[]);
    succeeds(&project, "run --as-of 2026-03-02");
    fails(&project, "run --as-of 2026-03-01", "run-earlier");
    write(&project, &[(DATA, "id,size,name\n")]);
    fails(&project, "run --as-of 2026-03-03", "run-guard");
    let without_data = TOML.replace("data = 'data'\n", "");
    fails(&with(&[("plg.toml", &without_data)]), "run", "run-source");
    let overflow = "source app.sums { id text; sum decimal(18, 0) }\n\nentity one from app.sums { key id }\n\naudience huge of one where sum + sum > 3\n";
    let rows = "id,sum\na,999999999999999999\n";
    fails(&with(&[("huge.plg", overflow), ("data/app.sums.csv", rows)]), "run", "run-value");
    let taken = with(&[]);
    succeeds(&taken, "run --as-of 2026-03-02");
    taken.execute("DROP VIEW plg__large; CREATE TABLE plg__large (id TEXT)");
    fails(&taken, "run --as-of 2026-03-03", "run-statement");
    let later = with(&[]);
    succeeds(&later, "run --as-of 2026-03-02");
    later.execute("INSERT INTO plg_state__version (version, plgc) VALUES (99, '9.0.0')");
    fails(&later, "run --as-of 2026-03-03", "run-state-version");
    later.execute("UPDATE plg_state__version SET version = 1");
    fails(&later, "why large a", "run-old-state");
}

#[test]
fn a_manifest_of_a_destination_that_is_unknown() {
    let sync =
        "destination out = jsonl\n\nsync large_items from large to out.items {\n  match  id = id\n  leave  delete\n}\n";
    let settings = toml("deliver = true\n[targets.dev.destinations.out]\nfolder = 'out'");
    let project = with(&[("sync.plg", sync), ("plg.toml", &settings)]);
    succeeds(&project, "compile -o built");
    let manifest = fs::read_to_string(project.path("built/manifest.json")).unwrap();
    write(&project, &[("built/manifest.json", &manifest.replace("\"jsonl\"", "\"pigeon\""))]);
    fails(&project, "run --manifest built/manifest.json", "run-manifest");
}

/// The other run is a trigger, which commits one with the same parent just before.
#[test]
fn another_run_that_commits_first() {
    let project = with(&[]);
    succeeds(&project, "run --as-of 2026-03-01");
    let other = "CREATE TRIGGER other AFTER INSERT ON plg_state__runs BEGIN \
        INSERT INTO plg_state__runs SELECT 'r2_0000', NEW.parent, NEW.\"now\", NEW.manifest, NEW.plgc, NEW.state_version, '2000-01-01 00:00:00'; \
        END";
    project.execute(other);
    fails(&project, "run --as-of 2026-03-02", "run-lost");
}
