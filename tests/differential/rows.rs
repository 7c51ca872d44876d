//! Random rows for [`super::world`]: few values, so that there are ties; nulls, odd texts, the first and last days that
//! there are; events delivered twice. A later run's rows are those of the run before, some changed, some gone, some new.

use std::fmt::Write as _;

use super::random::Random;
use super::world::{ENUMS, HIT, Kind, PERSON, Shape, TEAM, Values};

const WORDS: [&str; 12] = ["a", "A", "b", "", " x ", "é", "ß", "🙂", "o''k", "a,b", "12", "2026-01-09"];
const TEAMS: [&str; 6] = ["a", "B", "é", "o''k", " x", "10"];
const FLOATS: [&str; 8] = ["0.1", "-0.0", "2.675", "1e15", "-1e-7", "123456789.125", "3", "-2.5"];
const JSON: [&str; 8] = [
    "{\"a\": 1, \"b\": {\"c\": \"x\"}}",
    "{\"a\": null, \"b\": [1.5, true]}",
    "[1, {\"a\": \"é\"}]",
    "{\"a\": \"12\", \"b\": {\"c\":[1,2]}}",
    "null",
    "{",
    "{\"a\": true, \"c\": 2.5}",
    "\"a\"",
];

/// A table of a run: its rows as they are written.
#[derive(Clone, Default)]
pub struct Rows(pub Vec<Vec<String>>);

/// Makes the rows of all sources.
pub struct Maker<'a> {
    pub random: &'a mut Random,
    pub shapes: &'a [Shape],
    /// Whether the first and the last day that there are occur.
    pub extreme: bool,
}

impl Maker<'_> {
    /// The rows of a first run.
    pub fn first(&mut self) -> Vec<Rows> {
        let most = [6, 8, 14, 8, 7];
        (0..self.shapes.len())
            .map(|place| {
                let count = if self.random.chance(6) { 0 } else { 1 + self.random.below(most[place]) };
                Rows((0..count).filter_map(|number| self.row(place, number)).collect())
            })
            .collect()
    }

    /// The rows of the next run.
    pub fn next(&mut self, before: &[Rows]) -> Vec<Rows> {
        let mut all = Vec::new();
        for (place, rows) in before.iter().enumerate() {
            let mut next = Vec::new();
            for row in &rows.0 {
                if self.random.chance(10) {
                    continue;
                }
                let mut row = row.clone();
                for (at, cell) in row.iter_mut().enumerate() {
                    if self.shapes[place].columns[at].values != Values::Key && self.random.chance(20) {
                        *cell = self.cell(place, at, 0);
                    }
                }
                if self.shapes[place].columns[0].values == Values::Key {
                    self.mend(place, &mut row);
                }
                next.push(row);
            }
            for _ in 0..self.random.below(3) {
                let known: Vec<String> = next.iter().map(|row: &Vec<String>| row[0].clone()).collect();
                // Often one that was there, and is back.
                let number = if self.random.chance(60) { self.random.below(6) } else { self.random.below(14) };
                let row = self.row(place, number);
                let has_key = self.shapes[place].columns[0].values == Values::Key;
                next.extend(row.filter(|row| !has_key || !known.contains(&row[0])));
            }
            all.push(Rows(next));
        }
        all
    }

    fn row(&mut self, place: usize, number: usize) -> Option<Vec<String>> {
        if place == TEAM && number >= TEAMS.len() {
            return None;
        }
        let mut row: Vec<String> =
            (0..self.shapes[place].columns.len()).map(|at| self.cell(place, at, number)).collect();
        self.mend(place, &mut row);
        Some(row)
    }

    /// A person's mail is its own.
    fn mend(&mut self, place: usize, row: &mut [String]) {
        if place == PERSON {
            row[3] = if self.random.chance(30) { String::new() } else { format!("'M{}'", row[0]) };
        }
    }

    fn cell(&mut self, place: usize, at: usize, number: usize) -> String {
        let column = &self.shapes[place].columns[at];
        match column.values {
            Values::Key if place == TEAM => return format!("'{}'", TEAMS[number]),
            Values::Key if place == HIT => return format!("'h{number}'"),
            Values::Key => return (number as i64 - 1).to_string(),
            _ => {}
        }
        if column.written.ends_with('?') && self.random.chance(22) {
            return String::new();
        }
        match column.values {
            Values::Of(TEAM) => format!("'{}'", self.random.pick(&TEAMS)),
            Values::Of(_) => (self.random.below(9) as i64 - 1).to_string(),
            Values::Mail => format!("'M{}'", self.random.below(8) as i64 - 1),
            Values::Quarter => format!("{}", (self.random.below(17) as f64 - 8.0) / 4.0),
            Values::Any | Values::Key => self.any(column.kind),
        }
    }

    fn any(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Int => (self.random.below(9) as i64 - 3).to_string(),
            Kind::Decimal => {
                (*self.random.pick(&["0", "1.50", "-0.05", "12.34", "2.5", "-7", "99.99", "1.5"])).to_owned()
            }
            Kind::Float => (*self.random.pick(&FLOATS)).to_owned(),
            Kind::Bool => self.random.chance(50).to_string(),
            Kind::Text => format!("'{}'", self.random.pick(&WORDS)),
            Kind::Enum(of) => format!("'{}'", self.random.pick(ENUMS[of])),
            Kind::Json => format!("'{}'", self.random.pick(&JSON)),
            Kind::Date | Kind::Timestamp if self.extreme && self.random.chance(12) => {
                let day = *self.random.pick(&["0001-01-01", "9999-12-31", "1900-02-28", "2000-02-29"]);
                day.to_owned()
            }
            Kind::Date => self.day(),
            Kind::Timestamp | Kind::Duration => {
                let clock = ["00:00:00", "12:00:00", "23:30:00", "09:15:00.25", "11:59:59.999999"];
                format!("{}T{}Z", self.day(), self.random.pick(&clock))
            }
        }
    }

    fn day(&mut self) -> String {
        let days = ["01-05", "01-12", "01-13", "01-14", "01-15", "01-15", "01-16", "01-20"];
        match self.random.below(5) {
            0 => {
                (*self.random.pick(&["2024-02-29", "2025-12-31", "2025-01-15", "2025-03-30", "2025-11-30"])).to_owned()
            }
            _ => format!("2026-{}", self.random.pick(&days)),
        }
    }

    /// The comments that give the rows of a run.
    pub fn write(&mut self, rows: &[Rows], out: &mut String) {
        for (shape, rows) in self.shapes.iter().zip(rows) {
            writeln!(out, "// table {}", shape.source).unwrap();
            let heads: Vec<&str> = shape.columns.iter().map(|column| column.name).collect();
            writeln!(out, "// | {} |", heads.join(" | ")).unwrap();
            for row in &rows.0 {
                let copies = if shape.event && self.random.chance(15) { 2 } else { 1 };
                for _ in 0..copies {
                    writeln!(out, "// | {} |", row.join(" | ")).unwrap();
                }
            }
        }
    }
}
