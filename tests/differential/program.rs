//! Random programs over [`super::world`], made by types, so that each passes `check`: traits, audiences within audiences
//! and statuses, with and without memory, experiments, sequences and funnels, whose expressions are by [`super::expression`].

use std::fmt::Write as _;

use super::expression::Frame;
use super::random::Random;
use super::rows::Maker;
use super::world::{ENUMS, HIT, KINDS, Kind, PERSON, Shape, TEAM, shapes};

/// A field that later ones may read.
pub struct Known {
    pub name: String,
    pub entity: usize,
    pub kind: Kind,
    /// Whether it has a `since`.
    pub since: bool,
    pub audience: bool,
}

/// What is being made.
pub struct Writer {
    pub random: Random,
    pub shapes: Vec<Shape>,
    pub fields: Vec<Known>,
    /// The values of each enum: those of columns, then the stages of each status.
    pub enums: Vec<Vec<String>>,
    aliases: usize,
    /// The sequences with a step through a channel: whether it is the one of each person, and the name.
    pub through: Vec<(bool, String)>,
    /// The steps that a sync sends: of which entity, and the name.
    pub streams: Vec<(usize, String)>,
}

impl Writer {
    /// A name that nothing else has.
    pub fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("s{}", self.aliases)
    }
}

/// The case of a seed: its program, and its runs with their rows.
pub fn case(seed: u64) -> String {
    written(seed, Writer::syncs)
}

/// The same without a sync, and without a step that hangs on what one has sent.
pub fn without_syncs(seed: u64) -> String {
    written(seed, |_| String::new()).replace(".sent + ", " + ")
}

fn written(seed: u64, syncs: impl Fn(&mut Writer) -> String) -> String {
    let mut random = Random::new(seed);
    let (runs, extreme) = (2 + random.below(2), random.chance(30));
    let shapes = shapes();
    let mut out = String::new();
    if random.chance(25) {
        writeln!(out, "// zone {}", random.pick(&["Europe/Berlin", "America/New_York", "Asia/Kolkata"])).unwrap();
    }
    let mut rows = Vec::new();
    for run in 0..runs {
        let now = ["2026-01-15T12:00:00Z", "2026-01-15T23:30:00Z", "2026-01-19T00:00:00Z"][run];
        writeln!(out, "// now {now}").unwrap();
        for shape in &shapes {
            writeln!(out, "// accept {}", shape.source).unwrap();
            // An event has no guard, and a run refuses to accept what has none.
            if !shape.event && shape.name != shape.source {
                writeln!(out, "// accept {}", shape.name).unwrap();
            }
        }
        let mut maker = Maker { random: &mut random, shapes: &shapes, extreme };
        rows = if run == 0 { maker.first() } else { maker.next(&rows) };
        maker.write(&rows, &mut out);
    }
    let enums = ENUMS.iter().map(|names| names.iter().map(|name| (*name).to_owned()).collect()).collect();
    let mut maker =
        Writer { random, shapes, fields: Vec::new(), enums, aliases: 0, through: Vec::new(), streams: Vec::new() };
    maker.declarations(&mut out);
    out.push_str(&syncs(&mut maker));
    out
}

impl Writer {
    fn declarations(&mut self, out: &mut String) {
        writeln!(out, "\nlet few = 2\nlet grace = 2 days").unwrap();
        for shape in &self.shapes {
            let columns: Vec<String> =
                shape.columns.iter().map(|column| format!("  {} {}", column.name, column.written)).collect();
            writeln!(out, "\nsource {} {{\n{}\n}}", shape.source, columns.join("\n")).unwrap();
        }
        for shape in self.shapes.iter().filter(|shape| !shape.items.is_empty()) {
            let word = if shape.event { "event" } else { "entity" };
            let condition = match self.random.chance(30) {
                true => format!(" where {}", self.random.pick(shape.conditions)),
                false => String::new(),
            };
            let (name, source, items) = (shape.name, shape.source, shape.items);
            writeln!(out, "\n{word} {name} from {source}{condition} {{\n  {items}\n}}").unwrap();
        }
        self.row_links(out);
        let count = 8 + self.random.below(8);
        for number in 0..count {
            let entity = if self.random.chance(60) { PERSON } else { TEAM };
            let declaration = match self.random.below(100) {
                0..57 => self.value_field(number, entity),
                57..76 => self.audience(number, entity),
                76..83 => self.experiment(number, entity),
                83..91 => self.sequence(number, entity),
                _ => self.status(number, entity),
            };
            writeln!(out, "\n{declaration}").unwrap();
        }
        let channels = self.channels();
        out.push_str(&channels);
        for number in 0..self.random.below(3) {
            let funnel = self.funnel(number);
            writeln!(out, "\n{funnel}").unwrap();
        }
    }

    /// Links to one row of a set.
    fn row_links(&mut self, out: &mut String) {
        if self.random.chance(60) {
            let alias = self.alias();
            let scope = [
                Frame { alias: "o".to_owned(), shape: PERSON, inner: false },
                Frame { alias: alias.clone(), shape: HIT, inner: true },
            ];
            let (word, condition) = (*self.random.pick(&["last", "first"]), self.value(Kind::Bool, &scope, 1));
            writeln!(out, "\nlink recent of person as o = {word}(hits as {alias} where {condition})").unwrap();
            self.shapes[PERSON].links.push(("recent".to_owned(), HIT));
        }
        if self.random.chance(60) {
            let by = ["p_n desc", "p_m, p_word desc", "p_tier desc", "p_flag", "p_rank desc, p_n"];
            let by = *self.random.pick(&by);
            writeln!(out, "\nlink best of team = pick(members by {by})").unwrap();
            self.shapes[TEAM].links.push(("best".to_owned(), PERSON));
        }
    }

    pub fn field(&mut self, name: String, entity: usize, kind: Kind, (since, audience): (bool, bool)) {
        self.fields.push(Known { name, entity, kind, since, audience });
    }

    fn value_field(&mut self, number: usize, entity: usize) -> String {
        let kind = *self.random.pick(&KINDS);
        let outer = Frame { alias: "o".to_owned(), shape: entity, inner: true };
        let place = match kind {
            Kind::Int | Kind::Float if self.random.chance(25) => Some(self.place(kind, &outer)),
            _ => None,
        };
        let value = place.unwrap_or_else(|| self.value(kind, &[outer], 3));
        let name = format!("f{number}");
        let text = format!("trait {name} of {} as o = {value}", self.shapes[entity].name);
        self.field(name, entity, kind, (false, false));
        text
    }

    /// `rank`, `percent_rank` or `ntile`.
    fn place(&mut self, kind: Kind, outer: &Frame) -> String {
        let of = *self.random.pick(&KINDS);
        let by = self.value(of, std::slice::from_ref(outer), 2);
        let desc = if self.random.chance(50) { " desc" } else { "" };
        let per = match self.random.chance(40) {
            true => {
                let of = *self.random.pick(&[Kind::Enum(0), Kind::Text, Kind::Bool, Kind::Int]);
                format!(" per {}", self.value(of, std::slice::from_ref(outer), 1))
            }
            false => String::new(),
        };
        let members: Vec<String> = self.audiences(outer.shape);
        let among = match members.is_empty() || self.random.chance(60) {
            true => String::new(),
            false => format!(" among {}", self.random.pick(&members)),
        };
        match kind {
            Kind::Float => format!("percent_rank({by}{desc}{per}{among})"),
            _ if self.random.chance(50) => format!("ntile({}, {by}{desc}{per}{among})", 1 + self.random.below(4)),
            _ => format!("rank({by}{desc}{per}{among})"),
        }
    }

    fn audiences(&self, entity: usize) -> Vec<String> {
        let all = self.fields.iter().filter(|field| field.audience && field.entity == entity);
        all.map(|field| field.name.clone()).collect()
    }

    /// An entity, or an audience of it.
    pub fn base(&mut self, entity: usize) -> String {
        let bases = self.audiences(entity);
        match bases.is_empty() || self.random.chance(50) {
            true => self.shapes[entity].name.to_owned(),
            false => self.random.pick(&bases).clone(),
        }
    }

    fn audience(&mut self, number: usize, entity: usize) -> String {
        let outer = [Frame { alias: "o".to_owned(), shape: entity, inner: true }];
        let base = self.base(entity);
        let condition = self.value(Kind::Bool, &outer, 3);
        let until = match self.random.chance(40) {
            true => format!(" until {}", self.value(Kind::Bool, &outer, 2)),
            false => String::new(),
        };
        let name = format!("f{number}");
        let text = format!("audience {name} of {base} as o where {condition}{until}");
        self.field(name, entity, Kind::Bool, (true, true));
        text
    }

    fn status(&mut self, number: usize, entity: usize) -> String {
        let outer = [Frame { alias: "o".to_owned(), shape: entity, inner: true }];
        let name = format!("f{number}");
        let mut text = format!("status {name} of {} as o {{\n", self.shapes[entity].name);
        let names: Vec<String> = ["red", "amber", "dim"][..1 + self.random.below(3)]
            .iter()
            .map(|stage| format!("{stage}{number}"))
            .chain([format!("none{number}")])
            .collect();
        for stage in &names[..names.len() - 1] {
            let when = self.value(Kind::Bool, &outer, 2);
            let until = match self.random.chance(35) {
                true => format!(" until {}", self.value(Kind::Bool, &outer, 1)),
                false => String::new(),
            };
            writeln!(text, "  {stage} when {when}{until}").unwrap();
        }
        write!(text, "  {} otherwise\n}}", names[names.len() - 1]).unwrap();
        self.enums.push(names);
        self.field(name, entity, Kind::Enum(self.enums.len() - 1), (true, false));
        text
    }
}
