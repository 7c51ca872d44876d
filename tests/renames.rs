//! What a program that is edited says of its names, and what it does not send again: two stages that become one, the order of
//! clauses, destinations and syncs under other names, and what ends.

use crate::edits::{NONE, SYNC, both};

#[test]
fn two_stages_do_not_become_one_unseen() {
    both(|story| {
        let merged = [("high  when size > 20", "low was high  when size > 90"), ("low   otherwise", "rest  otherwise")];
        story.edit(&merged, "");
        let stage = "stage `high` of status `item.level`, which had `low` beside it";
        story.project.fails(1, 3, &["run-forgotten", stage, "take out `was high`", "nothing was committed"]);
        assert_eq!(story.runs(), ["1"]);
        story.edit(&[("high  when size > 20", "low  when size > 10"), ("low   otherwise", "rest  otherwise")], "");
        story.project.run(1);
        let changes = "SELECT c.key, c.was, c.became FROM plg_state.changes AS c WHERE c.field = 'item.level' AND c.run LIKE 'r2%' ORDER BY c.key";
        assert_eq!(story.project.texts(changes), ["b high low", "c low rest"]);
        // A stage whose earlier name was alone goes on, and its `was` may stay.
        let renamed =
            [("high  when size > 20", "low  when size > 10"), ("low   otherwise", "other was rest  otherwise")];
        story.edit(&renamed, "");
        story.project.run(2);
        story.project.run(3);
        let none = "SELECT c.key FROM plg_state.changes AS c WHERE c.field = 'item.level' AND NOT c.run LIKE 'r1%' AND NOT c.run LIKE 'r2%'";
        assert_eq!(story.project.texts(none), NONE);
    });
}

#[test]
fn the_order_of_what_is_set_is_nothing_to_send() {
    both(|story| {
        let sent = story.sent().len();
        story.edit(&[("size = size, kind = kind", "kind = kind, size = size")], "");
        story.project.run(1);
        assert_eq!(story.since(sent), NONE, "set");
        story.edit(&[("leave  clear", "leave  set size = 0, kind = 'gone', note = 'n'")], "");
        story.rows(&[("a", 1), ("b", 25), ("c", 1)]);
        story.project.run(2);
        assert_eq!(story.since(sent), [r#"set a {"kind":"gone","note":"n","size":0}"#], "who is in has nothing new");
        story.edit(&[("leave  clear", "leave  set note = 'n', kind = 'gone', size = 0")], "");
        story.project.run(3);
        assert_eq!(story.since(sent).len(), 1, "leave set");
    });
}

#[test]
fn a_field_that_was_always_null_goes_without_a_word() {
    let first = "size = size, kind = kind";
    both(|story| {
        let sent = story.sent().len();
        story.edit(&[(first, "size = size, kind = null, note = null, a = null")], "");
        story.project.run(1);
        assert_eq!(story.since(sent).len(), 2, "both are cleared");
        for (hour, set) in [
            (2, "note = null, kind = null, size = size, a = null"),
            (3, "kind = null, a = null, size = size"),
            (4, "kind = null, size = size"),
            (5, "size = size"),
        ] {
            story.edit(&[(first, set)], "");
            story.project.run(hour);
            assert_eq!(story.since(sent).len(), 2, "{set}");
        }
        story.edit(&[(first, "size = size, note = null")], "");
        story.project.run(6);
        assert_eq!(
            story.since(sent).split_off(2),
            [r#"update a {"note":null,"size":11}"#, r#"update b {"note":null,"size":25}"#]
        );
        story.project.run(7);
        assert_eq!(story.since(sent).len(), 4);
    });
}

#[test]
fn a_key_that_was_not_unique_in_the_last_run_begins_anew() {
    both(|story| {
        let plain = "source app.items { id text; size int; kind text }\n\nentity box from app.items { key id; guard loses <= 100% }\n\n\
            trait wide of box = size > 10\n\ndestination out = jsonl\n\n\
            sync boxes from box where wide to out.boxes {\n  match  id = id\n  set    kind = kind\n  leave  delete\n}\n\nretire item\nretire big\n";
        story.project.write("program.plg", plain);
        story.project.run(1);
        story
            .project
            .write("program.plg", &plain.replace("key id", "key kind").replace("match  id = id", "match  id = kind"));
        story.project.fails(2, 3, &["run-check", "key `kind` of entity `box`"]);
        story.project.write("data/app.items.csv", "id,size,kind\na,11,x\nb,25,y\nc,1,z\n");
        story.project.run(2);
        assert_eq!(story.project.texts("SELECT kind FROM plg.box ORDER BY kind"), ["x", "y", "z"]);
    });
}

#[test]
fn who_was_in_what_is_retired_leaves_it() {
    let lines = |field: &str| {
        format!(
            "SELECT c.key, c.was, c.became FROM plg_state.changes AS c WHERE c.field = '{field}' ORDER BY c.happened_at, c.key"
        )
    };
    both(|story| {
        story.edit(
            &[("audience large of item where size > 10\n", "trait wide of item = size > 10\n"), (SYNC, "")],
            "retire large\nretire big\n",
        );
        story.project.run(1).is(0, &["item.large 0 2", "left: a, b"]);
        story.edit(&[], "");
        story.project.run(2);
        let all = ["a false true", "b false true", "a true false", "b true false", "a false true", "b false true"];
        assert_eq!(story.project.texts(&lines("item.large")), all);
        let when = "SELECT COUNT(*) FROM plg_state.changes AS c WHERE c.became = 'false' AND c.happened_at = '2026-01-01 01:00:00'";
        assert_eq!(story.project.texts(when), ["2"]);
        // An entity takes all it has along, a status ends with its stage.
        let gone = "source app.items { id text; size int; kind text }\n\nentity box from app.items { key id }\n\n\
            audience small of box where size < 3\n\ndestination out = jsonl\n\nretire item\nretire big\n";
        story.project.write("program.plg", gone);
        story.project.run(3);
        let ends = story.project.texts(&lines("item.level")).split_off(3);
        let stages = |lines: &[String]| {
            lines.iter().map(|it| it.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(stages(&ends), ["a low", "b high", "c low"]);
        assert_eq!(story.project.texts(&lines("item.large")).len(), 8);
        story.project.run(4);
        assert_eq!(story.project.texts(&lines("item.large")).len(), 8, "once");
    });
}

#[test]
fn members_under_another_key_leave_under_the_old_one() {
    both(|story| {
        story.edit(&[("id text", "id int")], "");
        story.project.write("data/app.items.csv", "id,size,kind\n1,11,x\n2,25,x\n3,1,x\n");
        story.run_with(1, "--accept item").is(0, &[]);
        let sql = "SELECT c.key, c.was, c.became FROM plg_state.changes AS c WHERE c.field = 'item.large' AND c.run LIKE 'r2%' ORDER BY c.key";
        assert_eq!(story.project.texts(sql), ["1 false true", "2 false true", "a true false", "b true false"]);
    });
}

#[test]
fn a_sync_that_is_renamed_twice_knows_what_it_wrote_first() {
    let rows = [("a", 12), ("b", 25), ("c", 1)];
    // Nothing is sent under the name between: it is held, stopped by its guard, or its destination fails.
    both(|story| {
        story.rows(&rows);
        story.edit(&[("sync big", "sync huge was big")], "");
        story.run_with(1, "--hold").is(0, &["1 row waits"]);
        let sent = story.sent().len();
        story.edit(&[("sync big", "sync vast was huge")], "");
        story.project.run(2);
        assert_eq!(story.since(sent), [r#"update a {"kind":"x","size":12}"#]);
        story.rows(&[("a", 12), ("b", 2), ("c", 1)]);
        story
            .edit(&[("sync big", "sync great was vast"), ("leave  clear", "leave  delete\n  guard  deletes <= 0")], "");
        story.project.fails(3, 3, &["run-undelivered", "sync `great` is held"]);
        story.edit(&[("sync big", "sync wide was great"), ("leave  clear", "leave  delete")], "");
        let sent = story.sent().len();
        story.project.run(4);
        assert_eq!(story.since(sent), ["delete b {}"], "created three names ago");
    });
    both(|story| {
        std::fs::rename(story.project.path("out"), story.project.path("aside")).unwrap();
        story.rows(&rows);
        story.edit(&[("sync big", "sync huge was big")], "");
        let fails = |hour: u32| {
            std::fs::create_dir_all(story.project.path("out/items.jsonl")).unwrap();
            story.project.fails(hour, 3, &["run-undelivered"]);
            std::fs::remove_dir_all(story.project.path("out")).unwrap();
        };
        fails(1);
        std::fs::rename(story.project.path("aside"), story.project.path("out")).unwrap();
        let sent = story.sent().len();
        story.edit(&[("sync big", "sync vast was huge")], "");
        story.project.run(2);
        assert_eq!(story.since(sent), [r#"update a {"kind":"x","size":12}"#]);
    });
}

#[test]
fn a_destination_under_another_name_creates_nothing_unseen() {
    both(|story| {
        story.project.replace("plg.toml", "destinations.out]", "destinations.sink]");
        let renamed = [("destination out", "destination sink"), ("to out.items", "to sink.items")];
        story.edit(&renamed, "");
        let sent = story.sent().len();
        let said = "sync `big` (program.plg:17) wrote to `out.items`, and destination `out` is gone";
        story.project.fails(1, 3, &["run-other-destination", said, "`--accept out`", "keep the name `out`"]);
        assert_eq!((story.runs(), story.since(sent)), (vec!["1".to_owned()], vec![]));
        let note = "sync `big` writes to `sink.items by id` from now on: what it wrote to `out.items by id` stays";
        story.run_with(1, "--accept Out").is(0, &[note]);
        assert_eq!(story.since(sent).len(), 2, "it begins anew");
        story.project.run(2);
        assert_eq!(story.since(sent).len(), 2);
    });
    both(|story| {
        story.project.replace("plg.toml", "destinations.out]", "destinations.sink]");
        story.edit(&[("destination out", "destination sink"), ("to out.items", "to sink.items")], "retire out\n");
        story.project.run(1);
        // Another object is another place, and the run only says so.
        story.edit(&[("destination out", "destination sink"), ("to out.items", "to sink.things")], "");
        let note = "sync `big` writes to `sink.things by id` from now on: what it wrote to `sink.items by id` stays";
        story.project.run(2).is(0, &[note]);
    });
}
