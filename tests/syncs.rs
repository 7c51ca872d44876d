//! What a sync remembers: of those who left and come back, of a sync that is taken out and put in again, and of one that moves
//! to another object. It never says `create` for what is there.

use crate::support::engines;
use crate::support::project::Project;

const PROGRAM: &str = "source app.items { id text; size int }\n\nentity item from app.items {\n  key    id\n  guard  loses <= 100%\n}\n\n\
    audience large of item where size > 10\n\ndestination out = jsonl\n";
const CONFIG: &str = "deliver = true\n[targets.dev.destinations.out]\nfolder = \"out\"";

fn sync(object: &str, leave: &str) -> String {
    format!("\nsync big from large to out.{object} {{\n  match  id = id\n  set    size = size\n  leave  {leave}\n}}\n")
}

struct Story(Project);

impl Story {
    fn new(engine: &str) -> Self {
        Self(Project::new(engine, PROGRAM, CONFIG))
    }

    /// Runs with these rows and syncs; gives the lines that were added to the file of an object.
    fn then(&self, hour: u32, rows: &[(&str, i64)], sync: &str, object: &str) -> Vec<String> {
        let rows: String = rows.iter().map(|(id, size)| format!("{id},{size}\n")).collect();
        self.0.write("data/app.items.csv", &format!("id,size\n{rows}"));
        self.0.write("program.plg", &format!("{PROGRAM}{sync}"));
        let before = self.lines(object).len();
        self.0.run(hour);
        self.lines(object).split_off(before)
    }

    fn lines(&self, object: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.0.path(&format!("out/{object}.jsonl"))).unwrap_or_default();
        let line = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            format!("{} {} {}", line["op"].as_str().unwrap(), line["key"].as_str().unwrap(), line["fields"])
        };
        text.lines().map(line).collect()
    }
}

fn both(test: impl Fn(&Story)) {
    for engine in engines() {
        test(&Story::new(engine));
    }
}

const NONE: [&str; 0] = [];

#[test]
fn who_left_with_clear_or_set_comes_back_as_an_update() {
    for (leave, parting) in
        [("clear", r#"clear a {"size":null}"#), ("set size = 0, note = 'left'", r#"set a {"note":"left","size":0}"#)]
    {
        both(|story| {
            let sync = sync("items", leave);
            assert_eq!(story.then(0, &[("a", 11), ("b", 12)], &sync, "items").len(), 2);
            assert_eq!(story.then(1, &[("a", 1), ("b", 12)], &sync, "items"), [parting]);
            assert_eq!(story.then(2, &[("a", 1), ("b", 12)], &sync, "items"), NONE, "it is said once");
            assert_eq!(story.then(3, &[("a", 11), ("b", 12)], &sync, "items"), [r#"update a {"size":11}"#]);
            assert_eq!(story.then(4, &[("a", 11), ("b", 12)], &sync, "items"), NONE);
            assert_eq!(story.then(5, &[("a", 1), ("b", 12)], &sync, "items"), [parting]);
        });
    }
}

#[test]
fn who_left_with_delete_comes_back_as_a_create() {
    both(|story| {
        let sync = sync("items", "delete");
        story.then(0, &[("a", 11)], &sync, "items");
        assert_eq!(story.then(1, &[("a", 1)], &sync, "items"), ["delete a {}"]);
        assert_eq!(story.then(2, &[("a", 11)], &sync, "items"), [r#"create a {"size":11}"#]);
    });
}

#[test]
fn a_sync_that_is_put_in_again_knows_what_it_wrote() {
    both(|story| {
        let sync = sync("items", "delete");
        story.then(0, &[("a", 11), ("b", 12), ("c", 13), ("d", 14)], &sync, "items");
        assert_eq!(story.then(1, &[("a", 11), ("b", 12), ("c", 13), ("d", 1)], &sync, "items"), ["delete d {}"]);
        for hour in [2, 3, 4] {
            assert_eq!(story.then(hour, &[("a", 11), ("b", 20), ("c", 1), ("d", 1)], "\nretire big\n", "items"), NONE);
        }
        assert_eq!(
            story.then(5, &[("a", 11), ("b", 20), ("c", 1), ("d", 14)], &sync, "items"),
            [r#"create d {"size":14}"#, "delete c {}", r#"update b {"size":20}"#]
        );
        assert_eq!(story.then(6, &[("a", 11), ("b", 20), ("c", 1), ("d", 14)], &sync, "items"), NONE);
        assert_eq!(story.then(7, &[("a", 1), ("b", 20), ("c", 1), ("d", 14)], &sync, "items"), ["delete a {}"]);
    });
}

#[test]
fn a_sync_that_moves_begins_anew_and_knows_the_old_object_when_it_comes_back() {
    both(|story| {
        let (here, there) = (sync("here", "delete"), sync("there", "delete"));
        story.then(0, &[("a", 11), ("b", 12)], &here, "here");
        let moved = story.then(1, &[("a", 11), ("b", 1)], &there, "there");
        assert_eq!(moved, [r#"create a {"size":11}"#]);
        assert_eq!(story.lines("here").len(), 2, "what it wrote before stays");
        let back = story.then(2, &[("a", 11), ("b", 1)], &here, "here");
        assert_eq!(back, ["delete b {}"], "a is there as it should be");
    });
}

#[test]
fn a_table_may_have_any_name() {
    for engine in engines().into_iter().filter(|engine| plgc::destination::find(engine).is_some()) {
        for table in ["s", "t", "n", "items", "key"] {
            let config = match engine {
                "sqlite" => {
                    "deliver = true\n[targets.dev.destinations.db]\npath = \"other.db\"\ncreate = true".to_owned()
                }
                _ => "deliver = true\n[targets.dev.destinations.db]\nurl = \"URL\"\ncreate = true".to_owned(),
            };
            let program = PROGRAM.replace("destination out = jsonl", &format!("destination db = {engine}"));
            let sync = format!(
                "\nsync big from large to db.{table} {{\n  match  id = id\n  set    size = size\n  leave  clear\n}}\n"
            );
            let project = Project::new(engine, &format!("{program}{sync}"), &config);
            if engine == "postgres" {
                let config = std::fs::read_to_string(project.path("plg.toml")).unwrap();
                let own = config.lines().find_map(|line| line.strip_prefix("url = ")).unwrap();
                project.replace("plg.toml", "\"URL\"", own);
            }
            for (hour, size) in [(0, 11), (1, 12)] {
                project.write("data/app.items.csv", &format!("id,size\na,{size}\nb,20\n"));
                let said = project.run(hour);
                assert!(!said.out.contains("refused"), "{engine} {table}: {}", said.out);
            }
        }
    }
}

#[test]
fn what_is_held_waits_for_the_next_run() {
    both(|story| {
        story.0.write("data/app.items.csv", "id,size\na,11\nb,12\n");
        story.0.write("program.plg", &format!("{PROGRAM}{}", sync("items", "clear")));
        let said = story.0.call("run --as-of 2026-01-01T00:00Z --hold");
        said.is(0, &["nothing was sent", "big"]);
        assert_eq!(story.lines("items"), NONE);
        assert_eq!(story.then(1, &[("a", 11), ("b", 12)], &sync("items", "clear"), "items").len(), 2);
    });
}
