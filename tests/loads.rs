//! Loading files, and what people made of the tables and views: their own views on PostgreSQL stay, or the message says
//! which one is in the way.

use crate::support::engines;
use crate::support::project::{Project, said};

const PROGRAM: &str = "source app.items { id text; name text; size int; note text? }\n\n\
    entity item from app.items {\n  key  id\n}\n\ntrait twice of item = size + size\n\naudience large of item where size > 10\n";
const ROWS: &str = "id,name,size,note\na,Lantern,1,\nb,Orchard,11,\"\"\n";

fn project(engine: &str) -> Project {
    let project = Project::new(engine, PROGRAM, "");
    project.write("data/app.items.csv", ROWS);
    project
}

#[test]
fn an_empty_field_is_null_and_a_quoted_one_is_the_empty_text() {
    for engine in engines() {
        let project = project(engine);
        project.write("data/app.items.csv", "id,name,size,note\na,\"\",1,\nb,Orchard,11,\"\"\n");
        project.run(0);
        let sql = "SELECT id, CASE WHEN name = '' THEN 'empty' END, CASE WHEN note IS NULL THEN 'null' ELSE 'text' END FROM plg.item ORDER BY id";
        assert_eq!(project.texts(sql), ["a empty null", "b  text"]);
        project.write("data/app.items.csv", "id,name,size,note\na,,1,\n");
        project.fails(1, 3, &["load-null", "app.items.csv:2:3: column `name` needs a value of type text"]);
        project.write("data/app.items.csv", "id,name,size,note\na,Lantern,\"\",\n");
        project.fails(1, 3, &["load-null", "app.items.csv:2:11: column `size` needs a value of type int"]);
    }
}

#[test]
fn a_column_that_two_names_mean_is_refused_and_case_does_not_matter() {
    let project = project("sqlite");
    let cases = [
        ("id,name,size,name,note\na,b,1,c,\n", "app.items.csv:1:14: column `name` is there twice", "`name` twice"),
        ("id,NAME,size,Name,note\na,b,1,c,\n", "app.items.csv:1:14: column `name` is there twice", "`NAME` and `Name`"),
        ("id,name,size,Name,note\na,b,1,c,\n", "app.items.csv:1:14: column `name` is there twice", "`name` and `Name`"),
    ];
    for (rows, place, names) in cases {
        project.write("data/app.items.csv", rows);
        project.fails(0, 3, &["load-repeated-column", place, names]);
    }
    std::fs::remove_file(project.path("data/app.items.csv")).unwrap();
    project.write("data/app.items.jsonl", "{\"id\": \"a\", \"name\": \"b\", \"size\": 1, \"size\": 2}\n");
    project.fails(0, 3, &["load-repeated-column", "app.items.jsonl:1:1", "`size` twice"]);
    std::fs::remove_file(project.path("data/app.items.jsonl")).unwrap();
    // Columns that nobody declared may be there as often as they like.
    project.write("data/app.items.csv", "ID,x,Name,x,SIZE,Note\na,1,b,2,3,\n");
    project.run(0);
    assert_eq!(project.texts("SELECT id, name, size FROM plg.item"), ["a b 3"]);
}

#[test]
fn views_of_people_stay_where_columns_come_on_postgres() {
    let project = project("postgres");
    project.run(0);
    // Roles are the whole server's.
    let reader = format!("reader_{}", std::process::id());
    project.execute(&format!(
        "CREATE VIEW mine AS SELECT id, twice FROM plg.item;
         CREATE VIEW theirs AS SELECT id FROM plg.large;
         CREATE VIEW raw AS SELECT id, size FROM app.items;
         CREATE ROLE {reader}; GRANT USAGE ON SCHEMA plg TO {reader}; GRANT SELECT ON plg.item TO {reader}",
    ));
    // The rows change; then a field comes in the middle, and a column with it.
    project.write("data/app.items.csv", "id,name,size,note\na,Lantern,2,\nb,Orchard,12,\n");
    project.run(1);
    assert_eq!(project.texts("SELECT * FROM mine ORDER BY id"), ["a 4", "b 24"]);
    assert_eq!(project.texts("SELECT * FROM raw ORDER BY id"), ["a 2", "b 12"]);
    project.replace("program.plg", "trait twice", "trait half of item = size - 1\n\ntrait twice");
    project.run(2);
    assert_eq!(project.texts("SELECT * FROM mine ORDER BY id"), ["a 4", "b 24"]);
    assert_eq!(project.texts("SELECT * FROM theirs"), ["b"]);
    assert_eq!(project.texts("SELECT id, half, twice FROM plg.item ORDER BY id"), ["a 1 4", "b 11 24"]);
    let granted = format!("SELECT has_table_privilege('{reader}', 'plg.item', 'SELECT')");
    assert!(["t", "true"].contains(&project.texts(&granted)[0].as_str()), "the right is gone");
    project.execute(&format!("DROP OWNED BY {reader}; DROP ROLE {reader}"));
}

#[test]
fn a_view_in_the_way_is_named_on_postgres() {
    let project = project("postgres");
    project.run(0);
    project.execute("CREATE VIEW mine AS SELECT id, twice FROM plg.item");
    project.replace("program.plg", "trait twice of item = size + size\n", "");
    project.fails(1, 4, &["run-view-in-use", "view `mine` reads `plg.item`", "drop the view that reads it"]);
    assert_eq!(project.texts("SELECT * FROM mine ORDER BY id"), ["a 2", "b 22"]);
    project.execute("DROP VIEW mine");
    project.run(2);
    project.execute("CREATE VIEW mine AS SELECT id FROM app.items");
    project.replace("program.plg", "; note text?", "");
    project.fails(3, 4, &["load-table-in-use", "source `app.items`", "view mine depends on table app.items"]);
    assert_eq!(project.texts("SELECT * FROM mine ORDER BY id"), ["a", "b"]);
    project.execute("DROP VIEW mine");
    project.run(3);
}

#[test]
fn options_that_name_nothing_are_mistakes_of_the_command_line() {
    let project = project("sqlite");
    project.call("run --data nope").is(2, &["`--data nope`: there is no such folder"]);
    project.call("run --data plg.toml").is(2, &["`--data plg.toml`: this is no folder"]);
    project.call("run --manifest nope").is(2, &["`--manifest nope`: there is no such file"]);
    project.call("run --accept itme").is(2, &["`--accept itme`", "did you mean `item`?"]);
}

#[test]
fn values_that_a_model_makes_too_large_are_mistakes_of_the_data() {
    for engine in engines() {
        let project = project(engine);
        project.run(0);
        let (kind, large) = match engine {
            "sqlite" => ("decimal(18, 0)", "999999999999999999"),
            _ => ("int", "9223372036854775807"),
        };
        project.replace("program.plg", "size int", &format!("size {kind}"));
        project.write("data/app.items.csv", &format!("id,name,size,note\na,Lantern,{large},\nb,Orchard,11,\n"));
        // The embedded engine computes each step below the last one whole, and so knows the model alone; so does one that cannot look
        // for the field within the transaction that loads the files.
        let (what, label) = match engine {
            "sqlite" | "duckdb" => ("model `item`: a value does not fit: ", r#""labels":[]"#),
            _ => (
                "a value of field `item.twice` (program.plg:7) does not fit: ",
                r#""labels":[{"column":1,"end_column":1,"end_line":8,"file":"program.plg","line":7"#,
            ),
        };
        let said = project.fails(1, 3, &["run-value", what, label]);
        assert_eq!(said.err.matches("does not fit").count(), 1, "{}", said.err);
        assert_eq!(project.texts("SELECT id FROM plg.item ORDER BY id"), ["a", "b"]);
    }
}

#[test]
fn the_field_whose_value_does_not_fit_is_the_first_of_those_that_read_it() {
    for engine in engines() {
        let (kind, large) = match engine {
            "sqlite" => ("decimal(18, 0)", "999999999999999999"),
            _ => ("int", "9223372036854775807"),
        };
        let mut program = format!(
            "source app.items {{ id text; size {kind} }}\n\nentity item from app.items {{\n  key  id\n}}\n\n\
            trait double of item = once + once\n\ntrait once of item = size\n"
        );
        if engine != "sqlite" {
            program.push_str("\naudience wide of item where double > 5\n");
        }
        let project = Project::new(engine, &program, "");
        let size = |n: u32| if n % 100 == 77 { large.to_owned() } else { n.to_string() };
        let rows: String = (0..300).map(|n| format!("i{n:03},{}\n", size(n))).collect();
        project.write("data/app.items.csv", &format!("id,size\n{rows}"));
        let field = if engine == "duckdb" { "model `item`: a value" } else { "field `item.double` (program.plg:7)" };
        let said = project.fails(0, 3, &["run-value", &format!("{field} does not fit")]);
        // A server computes a step before it looks at the key: it does not know the row.
        let row = if engine == "sqlite" { "does not fit where `id` is `i077`: " } else { "does not fit: " };
        assert!(said.err.contains(row), "{engine} {}", said.err);
    }
}

#[test]
fn a_file_without_a_column_says_what_to_do() {
    let project = project("sqlite");
    project.write("data/app.items.csv", "id,mame,size\n");
    let parts = [
        "load-missing-column",
        "app.items.csv:1: there is no column `name`, which source `app.items` (program.plg:1) declares",
        "there is `id`, `mame`, `size`",
        "did you mean `mame`? give the column the declared name",
    ];
    project.fails(0, 3, &parts);
    project.write("data/app.items.csv", "id,name\n");
    project.fails(0, 3, &["column `size`", "add the column to the file, or take it out of the declaration"]);
    for nothing in ["", "\n\n"] {
        project.write("data/app.items.csv", nothing);
        let empty = "app.items.csv` is empty: its first line should name the columns of source `app.items`";
        project.fails(0, 3, &["load-missing-column", empty, "begin it with the line `id,name,size,note`"]);
    }
    std::fs::remove_file(project.path("data/app.items.csv")).unwrap();
    project.write("data/app.items.jsonl", "{\"id\": \"a\", \"name\": \"b\", \"size\": 1}\n{}\n");
    project.fails(0, 3, &["app.items.jsonl:2: there is no key `id`", "the object is empty", "add the key to the file"]);
}

#[test]
fn a_value_that_is_wrong_names_the_line_of_its_column_and_is_data_for_machines() {
    let project = project("sqlite");
    project.replace("program.plg", "id text; name text; size int;", "\n  id text\n  name text\n  size int\n ");
    project.write("data/app.items.csv", "id,name,size,note\na,b,many,\n");
    let label = r#""labels":[{"column":1,"end_column":1,"end_line":5,"file":"program.plg","line":4,"primary":true"#;
    project.fails(0, 3, &["load-value", "declare the column otherwise (program.plg:4)", label]);
    project.write("data/app.items.csv", "id,name,size,note\na,,1,\n");
    project.fails(0, 3, &["load-null", "declare `name text?` (program.plg:3)"]);
}

#[test]
fn a_malformed_url_is_a_mistake_of_plg_toml() {
    let project = project("sqlite");
    project.replace(
        "plg.toml",
        "engine = \"sqlite\"\npath = \"dev.db\"",
        "engine = \"postgres\"\nurl = \"no url s3cr3t\"",
    );
    let said = project.fails(
        0,
        2,
        &["config-value", "`url` of target `dev` is not like `postgres://user:password@host/name`"],
    );
    assert!(!said.err.contains("s3cr3t"), "{}", said.err);
}

#[test]
fn what_a_server_says_is_said_once() {
    let project = project("sqlite");
    let url = "postgres://a@127.0.0.1:1/a";
    project.replace(
        "plg.toml",
        "engine = \"sqlite\"\npath = \"dev.db\"",
        &format!("engine = \"postgres\"\nurl = \"{url}\""),
    );
    let said = project.fails(0, 4, &["run-unreachable", "Connection refused"]);
    assert_eq!(said.err.matches("refused").count(), 1, "{}", said.err);
}

#[test]
fn secrets_are_hidden_and_a_file_is_no_folder() {
    let sync = "\ndestination out = jsonl\n\nsync big from large to out.items {\n  match  id = id\n  set    size = size\n  leave  delete\n}\n";
    let config = "deliver = true\n[targets.dev.destinations.out]\nfolder = \"${OUT_NAME}\"";
    let project = Project::new("sqlite", &format!("{PROGRAM}{sync}"), config);
    project.write("data/app.items.csv", ROWS);
    project.write("s3cr3t", "a file");
    let said = said(project.command("run --as-of 2026-01-01").env("OUT_NAME", "s3cr3t"));
    let said = said.is(2, &["`destinations.out.folder` of target `dev` is a file, and should be a folder"]);
    assert!(!said.err.contains("s3cr3t") && !said.out.contains("s3cr3t"), "{}{}", said.out, said.err);
}

#[test]
fn a_character_that_databases_do_not_store_is_refused_where_it_stands() {
    for engine in engines() {
        let project = project(engine);
        project.write("data/app.items.csv", "id,name,size,note\na,\"Lan\0tern\",1,\n");
        project.fails(0, 3, &["load-text", "app.items.csv:2:3", "column `name` has the character U+0000"]);
        std::fs::remove_file(project.path("data/app.items.csv")).unwrap();
        project.write("data/app.items.jsonl", "{\"id\": \"a\", \"name\": \"b\\u0000\", \"size\": 1}\n");
        project.fails(0, 3, &["load-text", "app.items.jsonl:1:1", "column `name` has the character U+0000"]);
    }
}

#[test]
fn numbers_of_json_lines_keep_their_digits() {
    for engine in engines() {
        let program = "source app.items { id text; word text; sum decimal(18, 2); n int; f float; j json }\n\n\
            entity item from app.items { key id }\n\ntrait long of item = json_text(j, 'a')\n";
        let project = Project::new(engine, program, "");
        project.write(
            "data/app.items.jsonl",
            "{\"id\":12345678901234567890123,\"word\":1.10,\"sum\":99999999999999.99,\"n\":9007199254740993,\"f\":1e2,\
             \"j\":{\"b\":1.10, \"a\":12345678901234567890123,\"c\":1.0e400}}\n\
             {\"id\":12345678901234567890124,\"word\":true,\"sum\":1.5e1,\"n\":2e3,\"f\":0.1,\"j\":[1.0 ,2]}\n",
        );
        project.run(0);
        let columns = "id || ' ' || word || ' ' || CAST(n AS TEXT) || ' ' || COALESCE(long, '-') || ' ' || j";
        assert_eq!(
            project.texts(&format!("SELECT {columns} FROM plg.item ORDER BY id")),
            [
                "12345678901234567890123 1.10 9007199254740993 12345678901234567890123 {\"b\":1.10, \"a\":12345678901234567890123,\"c\":1.0e400}",
                "12345678901234567890124 true 2000 - [1.0 ,2]",
            ]
        );
        let sums = if engine == "sqlite" { ["9999999999999999", "1500"] } else { ["99999999999999.99", "15.00"] };
        assert_eq!(project.texts("SELECT sum FROM plg.item ORDER BY id"), sums);
        project.write(
            "data/app.items.jsonl",
            "{\"id\":\"a\",\"word\":\"\",\"sum\":1.234567890123456e1,\"n\":1,\"f\":1,\"j\":1}\n",
        );
        project.fails(1, 3, &["load-value", "`1.234567890123456e1`"]);
    }
}

/// A file may be changed by something that sets its time back: archives and copies do.
#[test]
fn a_changed_file_of_the_same_size_and_time_is_loaded() {
    let project = project("sqlite");
    project.write("data/app.items.csv", "id,name,size,note\na,Lantern,1,\n");
    project.run(0);
    let path = project.path("data/app.items.csv");
    let before = std::fs::metadata(&path).unwrap().modified().unwrap();
    project.write("data/app.items.csv", "id,name,size,note\na,Lamptop,1,\n");
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(before).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), before);
    project.run(1);
    assert_eq!(project.texts("SELECT name FROM plg.item"), ["Lamptop"]);
}
