//! Tables of a warehouse that nothing was loaded into: their values are looked at, and their types are the declared ones, whatever
//! the warehouse's own are.

use crate::support::engines;
use crate::support::project::Project;

/// A project over one table that is the warehouse's own.
fn over(engine: &str, program: &str, statements: &str) -> Project {
    let out = "deliver = true\n[targets.dev.destinations.out]\nfolder = \"out\"\n";
    let project = Project::new(engine, program, if program.contains("destination out") { out } else { "" });
    project.replace("plg.toml", "data = \"data\"\n", "");
    if engine != "sqlite" {
        project.execute("CREATE SCHEMA app");
    }
    project.execute(statements);
    project
}

#[test]
fn a_table_that_was_not_loaded_has_the_values_of_its_enums() {
    for engine in engines() {
        let program = "source app.items { id text; plan enum(free, pro)? }\n\nentity item from app.items { key id }\n\n\
            audience paying of item where plan = pro\n";
        let made =
            "CREATE TABLE app.items (id TEXT, plan TEXT); INSERT INTO app.items VALUES ('a', 'pro'), ('b', NULL)";
        let project = over(engine, program, made);
        project.run(0);
        project.execute("INSERT INTO app.items VALUES ('c', 'gold'), ('d', 'Free')");
        project.fails(
            1,
            3,
            &["run-source", "source `app.items` (program.plg:1)", "column `plan` is enum(free, pro), and has `"],
        );
        assert_eq!(project.texts("SELECT id FROM plg.item ORDER BY id"), ["a", "b"]);
        project.execute("DELETE FROM app.items WHERE id IN ('c', 'd')");
        project.run(2);
    }
}

/// A declared type, the warehouse's, values that are none of it, and values that are.
type Column = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const POSTGRES: &[Column] = &[
    (
        "timestamp",
        "TIMESTAMPTZ",
        &["infinity", "-infinity", "0044-03-15 12:00:00+00 BC", "12026-01-01 00:00:00+00"],
        &["2026-01-01 00:00:00.5+02"],
    ),
    ("date", "DATE", &["infinity", "0044-03-15 BC", "12026-01-01"], &["9999-12-31", "0001-01-01"]),
    ("decimal(10,2)", "NUMERIC", &["1.005", "NaN", "100000000", "-99999999.999"], &["1.500", "99999999.99"]),
    ("decimal(4,2)", "INTEGER", &["100", "-100"], &["99", "-99"]),
    ("float", "DOUBLE PRECISION", &["NaN", "Infinity", "-Infinity"], &["1e300", "-0"]),
];

const DUCKDB: &[Column] = &[
    (
        "timestamp",
        "TIMESTAMPTZ",
        &["infinity", "-infinity", "0044-03-15 (BC) 12:00:00+00", "12026-01-01 00:00:00+00"],
        &["2026-01-01 00:00:00.5+02"],
    ),
    ("date", "DATE", &["infinity", "0044-03-15 (BC)", "12026-01-01"], &["9999-12-31", "0001-01-01"]),
    ("decimal(10,2)", "DECIMAL(18, 4)", &["1.005", "100000000", "-99999999.999"], &["1.500", "99999999.99"]),
    ("decimal(4,2)", "INTEGER", &["100", "-100"], &["99", "-99"]),
    ("float", "DOUBLE", &["NaN", "Infinity", "-Infinity"], &["1e300", "-0"]),
];

const SQLITE: &[Column] = &[
    ("int", "INT", &["two", "2.5"], &["2"]),
    ("bool", "INT", &["true", "2"], &["1", "0"]),
    (
        "timestamp",
        "TEXT",
        &[
            "yesterday",
            "2025-12-31T10:00:00Z",
            "2025-12-31",
            "2025-02-30 10:00:00",
            "2025-12-31 24:00:00",
            "2025-12-31 10:00:00.50",
            "0000-01-01 00:00:00",
        ],
        &["2024-02-29 23:59:59", "2025-12-31 10:00:00.25"],
    ),
    ("date", "TEXT", &["2025-02-29", "2025-1-1", "2025-12-31 10:00:00"], &["2024-02-29"]),
    ("float", "REAL", &["two"], &["2", "2.5"]),
    ("decimal(4,2)", "INTEGER", &["1.5", "10000"], &["9999"]),
];

#[test]
fn values_that_are_none_of_the_declared_type_stop_the_run() {
    for engine in engines() {
        let columns = match engine {
            "postgres" => POSTGRES,
            "duckdb" => DUCKDB,
            _ => SQLITE,
        };
        for (declared, sql_type, bad, good) in columns {
            let program = format!(
                "source app.items {{ id text; v {declared}? }}\n\nentity item from app.items {{ key id }}\n\n\
                destination out = jsonl\nsync told from item to out.items {{\n  match id = id\n  set v = v\n  leave clear\n}}\n"
            );
            let project = over(
                engine,
                &program,
                &format!("CREATE TABLE app.items (id TEXT, v {sql_type}); INSERT INTO app.items VALUES ('n', NULL)"),
            );
            project.run(0);
            for (place, value) in bad.iter().enumerate() {
                project.execute(&format!("INSERT INTO app.items VALUES ('bad', '{value}')"));
                let place = u32::try_from(place).unwrap() + 1;
                project.fails(
                    place,
                    3,
                    &["run-source", "source `app.items` (program.plg:1)", "column `v` is ", "and has `"],
                );
                project.execute("DELETE FROM app.items WHERE id = 'bad'");
            }
            for (place, value) in good.iter().enumerate() {
                project.execute(&format!("INSERT INTO app.items VALUES ('good{place}', '{value}')"));
            }
            project.run(12);
            assert_eq!(
                project.texts("SELECT COUNT(*) FROM plg_state.receipts WHERE accepted"),
                [(good.len() + 1).to_string()]
            );
        }
    }
}

#[test]
fn no_value_where_there_must_be_one_stops_the_run() {
    for engine in engines() {
        for from in ["app.items {", "app.numbers as sql $$ select id, n from app.items $$ {"] {
            let program = format!(
                "source {from} id text; n int }}\n\nentity item from {} {{ key id }}\n\n\
                audience big of item where n > 1\naudience small of item where not big\n",
                from.split(' ').next().unwrap()
            );
            let project = over(
                engine,
                &program,
                "CREATE TABLE app.items (id TEXT, n INT); INSERT INTO app.items VALUES ('a', 5), ('b', 0)",
            );
            project.run(0);
            project.execute("INSERT INTO app.items VALUES ('c', NULL)");
            project.fails(
                1,
                3,
                &["run-source", "column `n` is declared int, and is null in 1 row", "declare it `int?`"],
            );
            project.replace("program.plg", "n int ", "n int? ");
            project.run(1);
            assert_eq!(project.texts("SELECT id FROM plg.item WHERE small ORDER BY id"), ["b", "c"]);
        }
    }
}

/// What is computed of a table, and sent, is the same whether its columns have the types that plgc would give them or others that
/// can hold them.
#[test]
fn types_of_the_warehouse_make_no_difference() {
    let program = "source app.items {\n  id text\n  n int\n  t timestamp\n  d decimal(10, 2)\n  f float\n  j json?\n}\n\n\
        entity item from app.items { key id }\n\n\
        trait product of item = n * 3000\ntrait twice of item = n + n\n\
        trait berlin_day of item = date(t, 'Europe/Berlin')\ntrait berlin_hour of item = hour(t, 'Europe/Berlin')\n\
        trait day_start of item = start_of_day(t, 'Europe/Berlin')\ntrait next_day of item = t + 1 business day\n\
        trait birthday of item = anniversary(t, 1 year)\ntrait later of item = t + 36 hours\ntrait word of item = text(t)\n\
        trait cost of item = d * 3\ntrait part of item = f * 0.1\ntrait color of item = json_text(j, 'color')\n\
        trait newest of item = max(x.t from item as x where x.n >= 0)\naudience recent of item where t within 1 day\n\n\
        destination out = jsonl\nsync told from item to out.items {\n  match id = id\n  \
        set n = n, t = t, d = d, f = f, j = j, product = product, berlin_day = berlin_day, berlin_hour = berlin_hour, \
        day_start = day_start, next_day = next_day, birthday = birthday, later = later, word = word, cost = cost, part = part, color = color\n  leave clear\n}\n";
    let rows = |zone: &str| {
        format!(
            "INSERT INTO app.items VALUES ('a', 30000, '2025-12-31 23:30:00{zone}', 1.50, 0.5, '{{\"color\": \"red\"}}'), \
             ('b', -7, '2025-03-29 22:59:59.25{zone}', -99999999.99, 3.5, NULL)"
        )
    };
    let types = [
        "id TEXT, n BIGINT, t TIMESTAMP, d NUMERIC(10, 2), f DOUBLE PRECISION, j TEXT",
        "id VARCHAR(20), n SMALLINT, t TIMESTAMPTZ, d NUMERIC, f REAL, j JSONB",
        "id TEXT, n INTEGER, t TIMESTAMP(3) WITH TIME ZONE, d NUMERIC(12, 4), f REAL, j JSON",
    ];
    let given = types.map(|types| {
        let zone = if types.contains("ZONE") || types.contains("TZ") { "+00" } else { "" };
        let project = over("postgres", program, &format!("CREATE TABLE app.items ({types}); {}", rows(zone)));
        project.run(0);
        let columns = project.texts(
            "SELECT column_name || ' ' || data_type FROM information_schema.columns WHERE table_schema = 'plg' AND table_name = 'item' \
             AND column_name <> 'id' ORDER BY 1",
        );
        (columns, std::fs::read_to_string(project.path("out/items.jsonl")).unwrap())
    });
    assert_eq!(given[0].0, given[1].0);
    assert_eq!(given[0].0, given[2].0);
    let lines = |text: &str| -> Vec<serde_json::Value> {
        let mut all: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        all.iter_mut().for_each(|line| {
            // The run's name, and what is made of it.
            let line = line.as_object_mut().unwrap();
            line.retain(|name, _| name != "id" && name != "run");
        });
        all
    };
    assert_eq!(lines(&given[0].1), lines(&given[1].1));
    assert_eq!(lines(&given[0].1), lines(&given[2].1));
    assert!(
        given[0].1.contains("\"berlin_day\":\"2026-01-01\"") && given[0].1.contains("\"berlin_hour\":0"),
        "{}",
        given[0].1
    );
}

/// A key at a destination may be longer than an index with an order takes, and longer than a page.
#[test]
fn keys_of_any_length_are_delivered_once() {
    for engine in engines() {
        let program = "source app.items { id int; url text }\n\nentity item from app.items { key id }\n\n\
            destination out = jsonl\nsync told from item to out.items {\n  match url = url\n  pick by id\n  set id = id\n  leave delete\n}\n";
        let project = over(engine, program, "CREATE TABLE app.items (id BIGINT, url TEXT)");
        // What no compression makes short.
        let mut state = 1_u64;
        let url: String = (0..9000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b'!' + ((state >> 33) % 90) as u8)
            })
            .filter(|it| *it != '\'')
            .collect();
        project.execute(&format!("INSERT INTO app.items VALUES (1, '{url}')"));
        let sent = || std::fs::read_to_string(project.path("out/items.jsonl")).unwrap_or_default().lines().count();
        for (hour, lines) in [(0, 1), (1, 1)] {
            project.run(hour);
            assert_eq!(sent(), lines);
        }
        project.execute("DELETE FROM app.items; INSERT INTO app.items VALUES (2, 'short')");
        let said = project.call("run --as-of 2026-01-01T02:00Z --accept item");
        assert_eq!((said.code, sent()), (Some(0), 3), "{}{}", said.out, said.err);
    }
}

#[test]
fn a_type_that_no_type_is_like_is_converted_on_postgres() {
    let program = "source app.items { id text; size int }\n\nentity item from app.items { key id }\n\n\
        audience large of item where size > 3\n";
    let project = over("postgres", program, "CREATE TABLE app.items (id UUID, size INTEGER)");
    let help = "`as sql $$ select cast(id as text) as id, … from app.items $$`";
    project.fails(0, 3, &["run-source", "column `id` is declared text, and is UUID", help]);
    let program = program.replace(
        "source app.items { id text; size int }",
        "source app.plain as sql $$ select cast(id as text) as id, size from app.items $$ { id text; size int }",
    );
    project.write("program.plg", &program.replace("from app.items {", "from app.plain {"));
    project.run(0);
}

#[test]
fn the_column_of_fresh_is_looked_for() {
    for engine in engines() {
        let program = "source app.items {\n  id     text\n  size   int\n  fresh  within 2 hours by loaded_at\n}\n\n\
            entity item from app.items { key id }\n\naudience large of item where size > 3\n";
        let project = over(engine, program, "CREATE TABLE app.items (id TEXT, size BIGINT)");
        project.fails(0, 3, &["run-source", "source `app.items` (program.plg:1)", "no column `loaded_at`"]);
    }
}
