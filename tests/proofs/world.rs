//! Random programs whose conditions are made to exclude and imply each other: few columns and constants that lie close together,
//! and rows whose values are these constants and their neighbours.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use plgc::diagnostics::Diagnostics;
use plgc::eval::{self, Input, Output, Row, Value};
use plgc::program::proof::Witness;
use plgc::program::{Options, Program, SourceId};
use plgc::source::Sources;
use plgc::types::Type;

use crate::differential::random::Random;

const SOURCE: &str = "source app.things {
  id     text
  n      int
  m      int?
  k      int?
  d      decimal(8, 2)?
  e      decimal(10, 3)
  x      float?
  flag   bool?
  ok     bool
  plan   enum(a, b, c)
  tier   enum(a, b, c)?
  word   text?
  label  text
  at     timestamp?
  made   timestamp
  day    date?
}
source app.notes {
  id        text
  thing_id  text?
  size      int
  kind      enum(a, b)
  note_at   timestamp
}
entity note from app.notes {
  key   id
  link  thing -> thing on thing_id as notes
}
";

/// Sources stand in the order of their names.
const NOTES: SourceId = SourceId(0);
const THINGS: SourceId = SourceId(1);

const NOW: i64 = 1_768_478_400_000_000;
const HOUR: i64 = 3_600_000_000;

/// A program, its rows and what comes out.
pub struct Made {
    pub text: String,
    pub program: Program,
    pub outputs: Vec<Output>,
}

/// A program and rows that a seed decides.
pub fn made(seed: u64) -> Made {
    let mut maker = Maker { random: Random::new(seed), bools: Vec::new(), ints: Vec::new() };
    let text = maker.program();
    let mut sources = Sources::default();
    sources.add("random.plg", text.clone()).unwrap();
    let mut mistakes = Diagnostics::default();
    let program = plgc::check(&sources, &Options::default(), &mut mistakes);
    let program = program.unwrap_or_else(|| panic!("{:?}\n{text}", mistakes.finish()));
    let mut rows = Rows::new();
    rows.insert(THINGS, (0..60).map(|number| maker.row(&program, THINGS, number)).collect());
    rows.insert(NOTES, (0..90).map(|number| maker.row(&program, NOTES, number)).collect());
    let outputs = [NOW, NOW + 3 * HOUR].map(|now| evaluated(&program, rows.clone(), now).expect("rows that fit"));
    Made { text, program, outputs: outputs.into() }
}

type Rows = BTreeMap<SourceId, Vec<Row>>;

fn evaluated(program: &Program, rows: Rows, now: i64) -> Option<Output> {
    eval::evaluate(program, &Input { rows: &rows, now, before: &Output::default(), receipts: &[] }).ok()
}

impl Made {
    /// What comes out where a witness is the only row: what it does not say is null, or the type's first value.
    pub fn alone(&self, witness: &Witness) -> Option<Output> {
        let source = &self.program.sources[THINGS.0 as usize];
        let mut row: Row =
            source.columns.iter().map(|column| first(&column.typed.kind, column.typed.nullable)).collect();
        for (column, kind, value) in &witness.columns {
            row[column.0 as usize] = Value::of(value, kind);
        }
        let rows = Rows::from([(THINGS, vec![row]), (NOTES, Vec::new())]);
        let output = evaluated(&self.program, rows, witness.now.unwrap_or(NOW));
        Some(output.unwrap_or_else(|| panic!("the evaluator stops at {witness}\n{}", self.text)))
    }
}

fn first(kind: &Type, nullable: bool) -> Value {
    match kind {
        _ if nullable => Value::Null,
        Type::Int => Value::Int(0),
        Type::Decimal { scale, .. } => Value::Decimal(0, *scale),
        Type::Bool => Value::Bool(false),
        Type::Enum(values) => Value::Text(values[0].clone()),
        Type::Timestamp => Value::Timestamp(0),
        _ => Value::Text(String::new()),
    }
}

struct Maker {
    random: Random,
    bools: Vec<String>,
    ints: Vec<String>,
}

impl Maker {
    fn one(&mut self, all: &[&str]) -> String {
        (*self.random.pick(all)).to_owned()
    }

    fn program(&mut self) -> String {
        let mut text = SOURCE.to_owned();
        let condition = if self.random.chance(40) { format!(" where {}", self.condition(1)) } else { String::new() };
        writeln!(text, "entity thing from app.things{condition} {{ key id }}").unwrap();
        for number in 0..3 {
            let value = self.int(2);
            writeln!(text, "trait i{number} of thing = {value}").unwrap();
            self.ints.push(format!("i{number}"));
            let condition = self.condition(2);
            writeln!(text, "trait t{number} of thing = {condition}").unwrap();
            self.bools.push(format!("t{number}"));
            let (one, join, other) = (self.of_notes(), self.one(&["and", "or"]), self.of_notes());
            writeln!(text, "trait s{number} of thing = {one} {join} {other}").unwrap();
        }
        for number in 0..8 {
            let base = if number > 0 && self.random.chance(60) {
                format!("a{}", self.random.below(number))
            } else {
                "thing".to_owned()
            };
            let condition = self.condition(3);
            writeln!(text, "audience a{number} of {base} where {condition}").unwrap();
            self.bools.push(format!("a{number}"));
            if number == 3 {
                let stages: Vec<String> =
                    (0..3).map(|stage| format!("  s{stage} when {}\n", self.condition(2))).collect();
                writeln!(text, "status stage of thing {{\n{}  rest otherwise\n}}", stages.concat()).unwrap();
                for part in ["stage = s0", "stage = s1", "stage in (s1, rest)", "stage != s2"] {
                    self.bools.push(part.to_owned());
                }
            }
        }
        text
    }

    fn condition(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.chance(20) {
            return self.atom();
        }
        let (a, b) = (self.condition(depth - 1), self.condition(depth - 1));
        match self.random.below(7) {
            0..3 => format!("({a} and {b})"),
            3..5 => format!("({a} or {b})"),
            5 => format!("not ({a})"),
            _ => format!("(({a}) = ({b}))"),
        }
    }

    fn int(&mut self, depth: usize) -> String {
        if depth > 0 && self.random.chance(60) {
            let (a, b) = (self.int(depth - 1), self.int(depth - 1));
            return match self.random.below(6) {
                0 => format!("coalesce({a}, {b})"),
                1 => format!("case {{ {a} when {}; {b} otherwise }}", self.atom()),
                2 => format!("({a} + 1)"),
                3 => format!("(2 - {a})"),
                4 => format!("greatest({a}, {b})"),
                _ => format!("least({a}, {b})"),
            };
        }
        if !self.ints.is_empty() && self.random.chance(25) {
            return self.random.pick(&self.ints).clone();
        }
        self.one(&["n", "m", "k", "n", "m"])
    }

    fn atom(&mut self) -> String {
        let op = self.one(&["<", "<=", ">", ">=", "=", "!="]);
        let number = self.random.below(5);
        let equal = self.one(&["=", "!="]);
        match self.random.below(17) {
            // Which rows an entity has hangs on no set.
            15 if !self.ints.is_empty() => self.of_notes(),
            0 => format!("{} {op} {number}", self.int(1)),
            1 => format!("{} {op} {}", self.int(1), self.int(1)),
            2 => format!("{} {op} {number}.5", self.one(&["d", "n", "m", "d", "e"])),
            3 => format!("d {op} {}", self.one(&["e", "n", "m"])),
            4 => format!("x {op} {}", self.one(&["0.5", "1.0", "-1.0"])),
            5 => format!("plan {equal} {}", self.one(&["a", "b", "c", "tier"])),
            6 => format!("tier {} ({}, {})", self.one(&["in", "not in"]), self.one(&["a", "b"]), self.one(&["b", "c"])),
            7 => format!("{} {equal} {}", self.one(&["word", "label"]), self.one(&["'x'", "'y'", "''", "label"])),
            8 => self.one(&["flag", "ok", "not flag", "flag = false", "ok != flag"]),
            9 => format!("{} is null", self.one(&["m", "k", "d", "x", "flag", "tier", "word", "at", "day"])),
            10 => format!("{} within {} days", self.one(&["at", "made"]), 1 + number),
            11 => format!("{} + {number} days {op} {}", self.one(&["at", "made"]), self.one(&["now", "made", "at"])),
            12 => format!("{} {op} @2026-01-1{number}", self.one(&["at", "made", "day", "now"])),
            13 => format!("{}({}, now - {number} days) {op} made", self.one(&["earliest", "latest"]), "at"),
            14 => format!("{} in ({number}, {})", self.int(0), number + 2),
            _ if self.bools.is_empty() => format!("n {op} {number}"),
            _ => self.random.pick(&self.bools).clone(),
        }
    }

    /// A condition on the set of a thing's notes: some of them imply others.
    fn of_notes(&mut self) -> String {
        let (size, days) = (self.random.below(5), 1 + self.random.below(4));
        let of = match self.random.below(5) {
            0 => "notes".to_owned(),
            1 => format!("notes where size > {size}"),
            2 => format!("notes where size >= {size} and kind = {}", self.one(&["a", "b"])),
            3 => format!("notes where note_at within {days} days"),
            _ => format!("notes as note where note.size < {size} or note.kind = {}", self.one(&["a", "b"])),
        };
        match self.random.below(4) {
            0 => format!("any({of})"),
            1 => format!("none({of})"),
            2 => format!("count({of}) > {}", self.random.below(3)),
            _ => format!("count({of}) <= {}", self.random.below(2)),
        }
    }

    fn row(&mut self, program: &Program, source: SourceId, number: usize) -> Row {
        let mut row = Row::new();
        for column in &program.sources[source.0 as usize].columns {
            let small = self.random.below(8) as i64;
            row.push(match &column.typed.kind {
                _ if column.name == "id" => Value::Text(format!("k{number}")),
                _ if column.name == "thing_id" => Value::Text(format!("k{}", self.random.below(60))),
                _ if column.typed.nullable && self.random.chance(25) => Value::Null,
                Type::Int => Value::Int(small - 2),
                Type::Decimal { scale, .. } => {
                    Value::Decimal((small - 1) * 5 * 10_i64.pow(u32::from(*scale) - 1), *scale)
                }
                Type::Float => Value::Float(small as f64 / 2.0 - 1.5),
                Type::Bool => Value::Bool(small % 2 == 0),
                Type::Enum(values) => Value::Text(self.random.pick(values).clone()),
                Type::Text => Value::Text(self.one(&["x", "y", "", "z"])),
                Type::Date => Value::Date(NOW / (24 * HOUR) + small - 5),
                _ => Value::Timestamp(NOW + (small - 5) * 24 * HOUR + self.random.below(3) as i64 * HOUR - HOUR),
            });
        }
        row
    }
}
