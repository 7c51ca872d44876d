//! Programs over two tables and rows for them, with everything that may go wrong in it: nulls, repeats, orphans, times to come.

use std::fmt::Write as _;

use proptest::prelude::*;

/// What every program here has.
pub const PROGRAM: &str = "source app.people { id int; n int?; m int?; word text?; plan enum(free, pro)?; flag bool?; seen timestamp?; born timestamp?; boss_id int? }
source app.hits { id int; person_id int?; size int?; label text?; at_time timestamp }
entity person from app.people { key id; link boss -> person on boss_id as reports; guard loses <= 100% }
event hit from app.hits { key id; at at_time; link person -> person on person_id as hits }
trait place of person = rank(n desc per plan)
trait third of person = ntile(3, m)
trait added of person = n + m
trait kind of person = case { 'big' when n > 2; 'none' when n is null; 'small' otherwise }
trait best of person = pick(label from hits by size desc)
status mood of person { high when n > 2; sticky when flag until m = 0; low otherwise }
audience warm of person where n > 1 until m > 0
";

/// The names of [`PROGRAM`], other than columns, and of the programs that are made from it.
pub const NAMES: &[&str] = &[
    "app", "people", "hits", "person", "hit", "boss", "reports", "place", "third", "added", "kind", "best", "mood",
    "warm", "h", "cond0", "cond1", "cond2", "cond3", "in0", "in1", "in2", "in3",
];

/// A condition over [`PROGRAM`], nulls and nesting included.
pub fn condition() -> impl Strategy<Value = String> {
    let compare = ["=", "!=", "<", "<=", ">", ">="];
    let number = prop::sample::select(
        &["n", "m", "added", "n + m", "n - m", "n * m", "-n", "place", "third", "count(hits)", "sum(size from hits)"][..],
    );
    let atom = prop_oneof![
        3 => (number, prop::sample::select(compare.to_vec()), 0i64..6).prop_map(|(x, op, n)| format!("{x} {op} {n}")),
        4 => prop::sample::select(&[
            "n = m", "n != m", "n / m > 1", "n + m != m", "n - m = n",
            "word in ('a', 'B', '')", "word not in ('a')", "word < 'b'", "lower(word) = 'b'",
            "plan = pro", "plan not in (free)", "flag", "seen within 3 days", "seen within 1 day after born",
            "seen is null", "boss is null", "boss.n > n", "boss.mood = high",
            "case { 1 when flag; n otherwise } > m", "case { n when m > 0 } != 1",
        ][..]).prop_map(str::to_owned),
        3 => prop::sample::select(&[
            "any(hits where size > 2)", "none(hits where size > person.n)", "all(size > 1 from hits)",
            "last(label from hits) = 'x'", "pick(label from hits by size desc) != 'y'", "pick(size from hits by label) > 1",
            "any(hits as h where none(person.reports where n > h.size))", "median(size from hits) != 2",
            "any(reports where warm)", "none(reports where mood = low)",
        ][..]).prop_map(str::to_owned),
        2 => prop::sample::select(&[
            "kind = 'big'", "kind != 'small'", "best = 'x'", "best != 'x'", "mood = high", "mood != sticky", "warm",
            "mood in (low, sticky)", "warm.since is null", "warm.since within 1 hour", "mood.since < now",
        ][..]).prop_map(str::to_owned),
    ];
    atom.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|c| format!("not ({c})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a} or {b})")),
        ]
    })
}

/// The tables of [`PROGRAM`] as CSV: people with every kind of null, hits of some of them and of nobody, each twice in the file.
pub fn tables() -> impl Strategy<Value = (String, String)> {
    let maybe = |values: &'static [&'static str]| prop::sample::select(values);
    let person = (
        maybe(&["", "0", "1", "2", "3", "5"]),
        maybe(&["", "0", "1", "3"]),
        maybe(&["", "\"\"", "a", "B", "b", "é", "\"it's\""]),
        maybe(&["", "free", "pro"]),
        maybe(&["", "true", "false"]),
        maybe(&["", "2026-01-14 10:00:00", "2026-01-12 00:00:00", "2026-01-16 00:00:00", "2026-01-10 00:00:00.5"]),
        maybe(&["", "2026-01-13 10:00:00", "2026-01-11 23:59:59"]),
        maybe(&["", "0", "1", "99"]),
    );
    let hit = (
        maybe(&["", "0", "1", "2", "77"]),
        maybe(&["", "1", "2", "3"]),
        maybe(&["", "x", "y"]),
        maybe(&["2026-01-14 09:00:00", "2026-01-14 09:00:00", "2026-01-01 00:00:00", "2027-01-01 00:00:00"]),
    );
    (prop::collection::vec(person, 1..9), prop::collection::vec(hit, 0..12)).prop_map(|(people, hits)| {
        let mut text = "id,n,m,word,plan,flag,seen,born,boss_id\n".to_owned();
        for (id, (n, m, word, plan, flag, seen, born, boss)) in people.into_iter().enumerate() {
            let _ = writeln!(text, "{id},{n},{m},{word},{plan},{flag},{seen},{born},{boss}");
        }
        let mut events = "id,person_id,size,label,at_time\n".to_owned();
        for (id, (who, size, label, at)) in hits.into_iter().enumerate() {
            let line = format!("{id},{who},{size},{label},{at}\n");
            events.push_str(&line);
            events.push_str(&line);
        }
        (text, events)
    })
}

/// More sets and links of a person, whose rows repeat people and lead to nobody.
pub const MORE: &str = "source app.visits { id int; person_id int?; cost decimal(6, 2)? }
entity visit from app.visits { key id; link person -> person on person_id as visits; guard loses <= 100% }
link newest of person = last(hits)
link dearest of person = pick(visits by cost desc)
trait n_visits of person = count(visits)
trait spent of person = sum(cost from visits)
trait newest_size of person = newest.size
trait dearest_cost of person = dearest.cost
trait busy_reports of person = count(reports where any(visits where cost > 1))
trait peers of visit = count(person.hits) + count(person.visits)
trait all_visits of person = count(visit where cost > 1)
audience dear of person where spent > 2 or boss.spent > 2
";

/// The table of [`MORE`].
pub fn visits() -> impl Strategy<Value = String> {
    let visit = (
        prop::sample::select(&["", "0", "0", "0", "1", "1", "2", "77", "77"][..]),
        prop::sample::select(&["", "1.50", "1.50", "3"][..]),
    );
    prop::collection::vec(visit, 0..14).prop_map(|visits| {
        let lines = visits.iter().enumerate().map(|(id, (who, cost))| format!("{id},{who},{cost}\n"));
        format!("id,person_id,cost\n{}", lines.collect::<String>())
    })
}
