//! Reads the view of a sequence after runs, on every engine: a row for each entry, those that were replaced and those of rows that are
//! gone included, also where the sequence has another name since.

use crate::support::project::Project;

const PROGRAM: &str = "source app.items { id text; size int }

entity item from app.items { key id; guard loses <= 100% }

audience large of item where size > 10

/// Who is large is looked after.
sequence care of large {
  start   all
  exit    when size > 100
  again   always
  step    hello
  step    later  due hello + 2 hours
}
";

const ALL: &str = "SELECT id || '|' || entry || '|' || SUBSTR(CAST(entered_at AS TEXT), 12, 5) || '|' \
    || COALESCE(SUBSTR(CAST(exited_at AS TEXT), 12, 5) || ' ' || cause, '') || '|' \
    || CASE WHEN active THEN 'open' ELSE 'closed' END || '|' || SUBSTR(CAST(hello AS TEXT), 12, 5) || '|' \
    || COALESCE(SUBSTR(CAST(later AS TEXT), 12, 5), '') FROM plg.care ORDER BY 1";

fn has_a_row_for_each_entry(engine: &str) {
    let project = Project::new(engine, PROGRAM, "");
    let rows = |rows: &str| project.write("data/app.items.csv", &format!("id,size\n{rows}"));
    rows("a,11\nb,12\nc,13\nd,1\n");
    project.run(1);
    rows("a,1\nb,12\nd,1\n");
    project.run(2);
    rows("a,11\nb,12\nd,1\n");
    project.run(3);
    assert_eq!(
        project.texts(ALL),
        [
            "a|1|01:00|02:00 left|closed|01:00|",
            "a|2|03:00||open|03:00|",
            "b|1|01:00||open|01:00|03:00",
            "c|1|01:00|02:00 vanished|closed|01:00|",
        ]
    );
    project.replace("program.plg", "sequence care of", "sequence tending was care of");
    project.replace("program.plg", "step    hello", "step    hi was hello");
    project.replace("program.plg", "due hello", "due hi");
    rows("a,1\nb,12\nc,13\nd,1\n");
    project.run(4);
    rows("a,11\nb,12\nc,13\nd,1\n");
    project.run(5);
    let all = ALL.replace("care", "tending").replace("hello", "hi");
    assert_eq!(
        project.texts(&all),
        [
            "a|1|01:00|02:00 left|closed|01:00|",
            "a|2|03:00|04:00 left|closed|03:00|",
            "a|3|05:00||open|05:00|",
            "b|1|01:00||open|01:00|03:00",
            "c|1|01:00|02:00 vanished|closed|01:00|",
            "c|2|04:00||open|04:00|",
        ]
    );
    project.replace("program.plg", "sequence tending", "retire tending\nsequence other");
    project.replace("program.plg", "other was care", "other");
    project.run(6);
    let left = project.texts("SELECT id || entry FROM plg.other ORDER BY 1");
    assert_eq!(left, ["a1", "b1", "c1"], "it begins anew");
}

#[test]
fn a_sequence_has_a_row_for_each_entry_on_sqlite() {
    has_a_row_for_each_entry("sqlite");
}

#[test]
fn a_sequence_has_a_row_for_each_entry_on_postgres() {
    has_a_row_for_each_entry("postgres");
}

#[test]
fn a_sequence_has_a_row_for_each_entry_on_duckdb() {
    has_a_row_for_each_entry("duckdb");
}
