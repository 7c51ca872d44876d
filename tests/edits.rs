//! What a program remembers when it is edited: a declaration with memory that is gone stops the run, before anything is
//! committed, until a `was`, a `retire` or an `--accept` accounts for it; and what goes on, goes on in truth.

use crate::support::engines;
use crate::support::project::{Project, Said};

const HEAD: &str = "source app.items { id text; size int; kind text }\n\n";
const ITEM: &str = "entity item from app.items {\n  key    id\n  guard  loses <= 100%\n}\n\n";
pub const FIELDS: &str = "audience large of item where size > 10\n\nstatus level of item {\n  high  when size > 20\n  low   otherwise\n}\n\n";
const OUT: &str = "destination out = jsonl\n\n";
pub const SYNC: &str =
    "sync big from large to out.items {\n  match  id = id\n  set    size = size, kind = kind\n  leave  clear\n}\n";
const CONFIG: &str = "deliver = true\n[targets.dev.destinations.out]\nfolder = \"out\"";

/// A project that has run once.
pub struct Story {
    pub project: Project,
    program: String,
}

impl Story {
    pub fn new(engine: &str) -> Self {
        let program = format!("{HEAD}{ITEM}{FIELDS}{OUT}{SYNC}");
        let story = Self { project: Project::new(engine, &program, CONFIG), program };
        story.rows(&[("a", 11), ("b", 25), ("c", 1)]);
        story.project.run(0);
        story
    }

    pub fn rows(&self, rows: &[(&str, i64)]) {
        let rows: String = rows.iter().map(|(id, size)| format!("{id},{size},x\n")).collect();
        self.project.write("data/app.items.csv", &format!("id,size,kind\n{rows}"));
    }

    /// The first program with these changes, and a declaration more.
    pub fn edit(&self, changes: &[(&str, &str)], more: &str) {
        let mut text = self.program.clone();
        for (from, to) in changes {
            assert!(text.contains(from), "{from:?} is not in {text}");
            text = text.replace(from, to);
        }
        self.project.write("program.plg", &format!("{text}{more}"));
    }

    pub fn run_with(&self, hour: u32, options: &str) -> Said {
        self.project.call(&format!("run --as-of 2026-01-01T{hour:02}:00Z {options}"))
    }

    pub fn runs(&self) -> Vec<String> {
        self.project.texts("SELECT COUNT(*) FROM plg_state.runs")
    }

    /// The operations at the destination, of all runs.
    pub fn sent(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.project.path("out/items.jsonl")).unwrap_or_default();
        let line = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            format!("{} {} {}", line["op"].as_str().unwrap(), line["key"].as_str().unwrap(), line["fields"])
        };
        text.lines().map(line).collect()
    }

    /// What was sent since there were so many lines.
    pub fn since(&self, lines: usize) -> Vec<String> {
        self.sent().split_off(lines)
    }
}

pub fn both(test: impl Fn(&Story)) {
    for engine in engines() {
        test(&Story::new(engine));
    }
}

pub const NONE: [&str; 0] = [];

#[test]
fn what_is_gone_stops_the_run_before_its_commit() {
    both(|story| {
        story.edit(&[("audience large of", "audience wide of"), ("from large", "from wide")], "");
        let lacks = "lacks what the last run remembers: audience `large` of `item`";
        story.project.fails(1, 3, &["run-forgotten", lacks, "`audience wide was large`", "`retire large`"]);
        story.edit(&[(FIELDS, ""), ("from large", "from item")], "");
        story.project.fails(
            1,
            3,
            &["audience `large` of `item`, status `level` of", "`retire large`, `retire item.level`"],
        );
        story.edit(&[("sync big", "sync huge")], "");
        story.project.fails(1, 3, &["sync `big` to `out.items`", "`sync huge was big`"]);
        assert_eq!(story.runs(), ["1"], "nothing was committed");
        story.edit(&[("sync big", "sync huge was big")], "");
        story.rows(&[("a", 12), ("b", 25), ("c", 1)]);
        let sent = story.sent().len();
        story.project.run(1);
        assert_eq!(story.since(sent), [r#"update a {"kind":"x","size":12}"#]);
    });
}

#[test]
fn a_program_says_what_is_over_or_the_command_does() {
    both(|story| {
        story.edit(&[(FIELDS, ""), (SYNC, "")], "trait wide of item = size > 10\n\nretire large\nretire big\n");
        story.project.fails(1, 3, &["lacks what the last run remembers: status `level` of `item`"]);
        story.run_with(1, "--accept item.levl").is(2, &["unknown-accept", "did you mean `item.level`"]);
        story.run_with(1, "--accept item.level").is(0, &[]);
        assert_eq!(story.runs(), ["2"]);
        story.edit(
            &[(FIELDS, ""), (SYNC, "")],
            "trait wide of item = size > 10\n\nretire large\nretire big\nretire item.level\n",
        );
        story.project.run(2);
        story.edit(&[], "retire big\n");
        story.run_with(3, "").is(1, &["retired-still-declared"]);
        story.edit(&[], "retire bigger\n");
        story.project.run(3);
        assert_eq!(
            story
                .project
                .texts("SELECT w.id FROM plg.large AS w WHERE w.large__since = '2026-01-01 03:00:00' ORDER BY w.id"),
            ["a", "b"],
            "what was let go begins anew"
        );
    });
}

#[test]
fn an_entity_goes_on_under_another_name_or_takes_its_fields_along() {
    both(|story| {
        let renamed = [("entity item from", "entity thing from"), (" of item", " of thing")];
        story.edit(&renamed, "");
        story.project.fails(
            1,
            3,
            &["audience `large` of `item`, status `level` of", "write `entity thing was item`", "`retire item`"],
        );
        story.edit(&[("entity item from", "entity thing was item from"), (" of item", " of thing")], "");
        story.project.run(1);
        let old = "SELECT w.id FROM plg.thing AS w WHERE w.level__since = '2026-01-01 00:00:00' ORDER BY w.id";
        assert_eq!(story.project.texts(old), ["a", "b", "c"]);
        assert_eq!(
            story.project.texts("SELECT COUNT(*) FROM plg_state.changes AS c WHERE c.field LIKE 'thing.%'"),
            ["0"]
        );
        let gone = "source app.items { id text; size int; kind text }\n\nentity box from app.items { key id }\n\naudience small of box where size < 3\n\n";
        story.project.write("program.plg", &format!("{gone}{OUT}retire big\n"));
        story.project.fails(
            2,
            3,
            &["audience `large` of `thing`, status `level`", "`entity box was thing`", "`retire thing`"],
        );
        story.project.write("program.plg", &format!("{gone}{OUT}retire big\nretire thing\n"));
        story.project.run(2);
    });
}

#[test]
fn an_earlier_name_that_the_last_run_had_beside_the_present_one_is_gone() {
    both(|story| {
        let two = "audience vast of item where size > 20\n\nsync vasts from vast to out.vasts {\n  match  id = id\n  leave  delete\n}\n";
        story.edit(&[], two);
        story.project.run(1);
        story.edit(&[("audience large of", "audience large was vast of")], "retire vasts\n");
        story.project.fails(2, 3, &["run-forgotten", "audience `vast` of `item`"]);
        story.edit(&[("sync big from", "sync big was vasts from")], "retire vast\n");
        story.project.fails(2, 3, &["run-forgotten", "sync `vasts` to `out.vasts`"]);
        assert_eq!(story.runs(), ["2"]);
    });
}

#[test]
fn another_key_stops_the_run_or_begins_anew() {
    both(|story| {
        story.edit(&[("key    id", "key    size"), ("match  id = id", "match  id = size")], "");
        let said = "the key of `item` was `id text` in the last run, and is `size int`";
        story.project.fails(1, 3, &["run-other-key", said, "`--accept item`", "nothing was committed"]);
        story.edit(&[("id text", "id int")], "");
        story.project.write("data/app.items.csv", "id,size,kind\n1,11,x\n2,25,x\n3,1,x\n");
        story.project.fails(1, 3, &["was `id text` in the last run, and is `id int`"]);
        assert_eq!(story.runs(), ["1"]);
        story.run_with(1, "--accept item").is(0, &[]);
        let keys =
            "SELECT key, was, became FROM plg_state.changes WHERE field = 'item.large' AND run LIKE 'r2%' ORDER BY 1";
        let all = ["1 false true", "2 false true", "a true false", "b true false"];
        assert_eq!(story.project.texts(keys), all, "members of the old key leave");
        story.project.run(2);
    });
}

#[test]
fn an_audience_does_not_go_on_as_a_status() {
    both(|story| {
        let status = "status size_of was large of item {\n  vast  when size > 10\n  tiny  otherwise\n}\n";
        story.edit(
            &[("audience large of item where size > 10\n", status), ("from large", "from item where size > 10")],
            "",
        );
        story.project.fails(
            1,
            3,
            &["run-other-kind", "status `size_of` was `large`, which was an audience", "`retire large`"],
        );
        let audience = "audience high was level of item where size > 20\n";
        let (_, level) = FIELDS.split_once("\n\n").unwrap();
        story.edit(&[(level, audience)], "");
        story.project.fails(1, 3, &["audience `high` was `level`, which was a status", "`retire item.level`"]);
        story.edit(&[(level, "audience level of item where size > 20\n")], "");
        story.project.fails(1, 3, &["status `level` of `item`"]);
        story.run_with(1, "--accept item.level").is(0, &[]);
        let since = "SELECT w.id, w.level__since = '2026-01-01 01:00:00' FROM plg.item AS w WHERE w.level";
        assert_eq!(story.project.texts(since).len(), 1, "one member");
        let old = "SELECT w.id FROM plg.item AS w WHERE w.level AND w.level__since = '2026-01-01 00:00:00'";
        assert_eq!(story.project.texts(old), NONE, "whose membership does not begin with the stage");
    });
}

#[test]
fn a_sync_that_comes_back_under_another_name_knows_what_it_wrote() {
    both(|story| {
        story.edit(&[(SYNC, "retire big\n")], "");
        for hour in [1, 2] {
            story.project.run(hour);
        }
        let sent = story.sent().len();
        story.rows(&[("a", 12), ("b", 25), ("c", 1)]);
        story.edit(&[("sync big", "sync huge was big")], "");
        let said = story.project.run(3);
        assert!(!said.err.contains("without a past"), "{}", said.err);
        assert_eq!(story.since(sent), [r#"update a {"kind":"x","size":12}"#]);
    });
}

#[test]
fn an_earlier_name_that_is_said_late_is_found() {
    both(|story| {
        story.edit(
            &[("sync big", "sync huge"), ("leave  clear", "leave  keep"), ("size > 10", "size > 20")],
            "retire big\n",
        );
        story.project.run(1);
        let sent = story.sent().len();
        story.edit(&[("sync big", "sync huge was big"), ("leave  clear", "leave  keep")], "");
        story.project.run(2);
        assert_eq!(story.since(sent), NONE, "`a` was written under the earlier name, `b` under both");
    });
}

#[test]
fn a_field_that_is_no_longer_set_is_cleared_first() {
    both(|story| {
        story.edit(&[("size = size, kind = kind", "size = size")], "");
        story.project.fails(1, 3, &["run-unset", "sync `big`", "no longer sets `kind`", "`set kind = null`"]);
        assert_eq!(story.runs(), ["1"]);
        let sent = story.sent().len();
        story.edit(&[("kind = kind", "kind = null")], "");
        story.project.run(1);
        let cleared = [r#"update a {"kind":null,"size":11}"#, r#"update b {"kind":null,"size":25}"#];
        assert_eq!(story.since(sent), cleared);
        story.edit(&[("size = size, kind = kind", "size = size")], "");
        story.project.run(2);
    });
    both(|story| {
        story.edit(&[("size = size, kind = kind", "size = size")], "");
        let stays = "sync `big` no longer sets `kind`: what it wrote there stays";
        story.run_with(1, "--accept big").is(0, &[stays]);
        story.edit(&[("size = size, kind = kind", "kind = kind"), ("leave  clear", "leave  keep")], "");
        story.run_with(2, "").is(0, &["sync `big` no longer sets `size`: what it wrote there stays"]);
    });
}

#[test]
fn the_present_leave_is_for_all_who_have_left() {
    let ways = [
        ("keep", None),
        ("clear", Some(r#"clear a {"kind":null,"size":null}"#)),
        ("set kind = 'gone'", Some(r#"set a {"kind":"gone"}"#)),
        ("set kind = 'left'", Some(r#"set a {"kind":"left"}"#)),
        ("keep", None),
        ("set kind = 'left'", None),
        ("clear", Some(r#"clear a {"kind":null,"size":null}"#)),
        ("delete", Some("delete a {}")),
        ("clear", None),
    ];
    both(|story| {
        story.rows(&[("a", 1), ("b", 25), ("c", 1)]);
        let mut hour = 0;
        for (leave, parting) in ways {
            story.edit(&[("leave  clear", &format!("leave  {leave}"))], "");
            for expected in [parting, None] {
                hour += 1;
                let sent = story.sent().len();
                story.project.run(hour);
                assert_eq!(story.since(sent), expected.into_iter().collect::<Vec<_>>(), "leave {leave}");
            }
        }
        story.rows(&[("a", 11), ("b", 25), ("c", 1)]);
        let sent = story.sent().len();
        story.project.run(hour + 1);
        assert_eq!(story.since(sent), [r#"create a {"kind":"x","size":11}"#]);
    });
}

#[test]
fn receipts_may_be_deleted_as_the_docs_say() {
    let docs = include_str!("../docs/state.md");
    let (_, below) = docs.split_once("## What may be deleted").expect("the heading");
    let (_, sql) = below.split_once("```sql\n").expect("a statement");
    let (delete, _) = sql.split_once("```").expect("its end");
    both(|story| {
        story.edit(&[("leave  clear", "leave  delete")], "");
        for (hour, rows) in [(1, [("a", 12), ("b", 25)]), (2, [("a", 13), ("b", 1)]), (3, [("a", 14), ("b", 1)])] {
            story.rows(&rows);
            story.project.run(hour);
        }
        let count = || story.project.texts("SELECT COUNT(*) FROM plg_state.receipts");
        assert_eq!(count(), ["6"]);
        story.project.execute(delete);
        assert_eq!(count(), ["5"], "the last two runs stay whole");
        story.edit(&[(SYNC, "retire big\n")], "");
        story.project.run(4);
        story.project.execute(delete);
        assert_eq!(count(), ["4"], "the creations, the deletion and the last update stay");
        let sent = story.sent().len();
        story.rows(&[("a", 14), ("b", 30)]);
        story.edit(&[("leave  clear", "leave  delete")], "");
        story.project.run(5);
        assert_eq!(story.since(sent), [r#"create b {"kind":"x","size":30}"#]);
        story.rows(&[("a", 1), ("b", 1)]);
        story.project.run(6);
        assert_eq!(story.since(sent).split_off(1), ["delete a {}", "delete b {}"]);
    });
}

#[test]
fn an_audience_that_became_a_trait_of_its_name_is_retired() {
    both(|story| {
        let changes =
            [("audience large of item where", "trait large of item ="), ("from large", "from item where large")];
        story.edit(&changes, "");
        let said = story.project.call("run --as-of 2026-01-01T01:00Z");
        let text = format!("{said:?}");
        assert!(text.contains("write `retire large`: a trait has no memory"), "{text}");
        assert!(!text.contains("write `was`"), "{text}");
        story.edit(&changes, "retire large\n");
        story.project.run(2);
    });
}
