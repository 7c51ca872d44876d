//! The rows of one CSV or JSONL file, in the declared columns and types. Tells null from the empty text: an empty CSV field is
//! null; a quoted one is the empty text, or null where the type is not text. A column that two names of the file mean is an error.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use super::csv::{Field, Reader, Wrong};
use super::load::{Declared, Lacks, LoadError, broken, misfit, reader};
use super::{Row, Slot, Value};
use crate::diagnostics::did_you_mean;
use crate::types::{Type, Typed};

/// A line of a JSONL file: its members, in their order, as they are written: a number has all its digits.
struct Object(Vec<(String, Box<RawValue>)>);

/// An open file.
pub struct File<'a> {
    source: &'a Declared,
    path: PathBuf,
    reader: Reader<BufReader<std::fs::File>>,
    columns: Vec<(String, Typed)>,
    /// The columns of its rows.
    pub slots: Vec<Slot>,
    /// Where in a record each column stands, for CSV.
    places: Vec<usize>,
    width: usize,
    is_json: bool,
}

impl<'a> File<'a> {
    /// Opens a file and finds the declared columns in its header.
    pub fn open(source: &'a Declared, path: &Path) -> Result<Self, LoadError> {
        let is_json = !path.extension().is_some_and(|it| it.eq_ignore_ascii_case("csv"));
        let mut file = Self {
            source,
            path: path.to_owned(),
            reader: reader(path)?,
            columns: source.columns.clone(),
            slots: Vec::new(),
            places: Vec::new(),
            width: 0,
            is_json,
        };
        if is_json {
            file.json_columns()?;
        } else {
            file.header()?;
        }
        file.slots =
            file.columns.iter().map(|(name, typed)| Slot { name: name.clone(), kind: typed.kind.clone() }).collect();
        Ok(file)
    }

    fn header(&mut self) -> Result<(), LoadError> {
        let record = self.reader.record().map_err(|wrong| broken(&self.path, wrong))?.unwrap_or_default();
        self.width = record.len();
        if self.source.is_raw {
            self.columns = record.iter().map(|field| (field.text.clone(), Type::Text.optional())).collect();
        }
        if record.is_empty() && !self.columns.is_empty() {
            return Err(self.empty());
        }
        for (name, _) in &self.columns {
            let mut fitting = record.iter().enumerate().filter(|(_, field)| self.means(&field.text, name));
            let Some((place, first)) = fitting.next() else {
                return Err(self.missing(1, name, record.iter().map(|field| field.text.as_str())));
            };
            if let Some((_, second)) = fitting.next() {
                return Err(self.repeated(name, (&first.text, &second.text), second.line, second.column));
            }
            self.places.push(place);
        }
        Ok(())
    }

    /// Whether a name of the file means a column: case does not matter, unless the name is exactly another column's.
    fn means(&self, found: &str, column: &str) -> bool {
        let is_other = || !self.source.is_raw && self.columns.iter().any(|(name, _)| name == found);
        found == column || same(found, column) && !is_other()
    }

    fn repeated(&self, column: &str, (one, other): (&str, &str), line: u64, at: u64) -> LoadError {
        LoadError::RepeatedColumn {
            place: format!("{}:{line}:{at}", self.path.display()),
            column: column.to_owned(),
            found: if one == other { format!("`{one}` twice") } else { format!("`{one}` and `{other}`") },
        }
    }

    fn missing<'b>(&self, line: u64, column: &str, has: impl Iterator<Item = &'b str>) -> LoadError {
        let has: Vec<&str> = has.collect();
        let what = if self.is_json { "key" } else { "column" };
        let declared = |name: &str| self.columns.iter().any(|(known, _)| self.means(name, known));
        let similar = did_you_mean(column, has.iter().copied().filter(|name| !declared(name)));
        let shown = has.iter().take(30).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        LoadError::MissingColumn {
            place: format!("{}:{line}", self.path.display()),
            lacks: Box::new(Lacks {
                what,
                column: column.to_owned(),
                source: self.source.name.clone(),
                cite: self.source.cite(column),
            }),
            has: if has.is_empty() { "the object is empty".to_owned() } else { format!("there is {shown}") },
            help: match similar {
                Some(similar) => format!("did you mean `{similar}`? give the {what} the declared name"),
                None => format!("add the {what} to the file, or take it out of the declaration"),
            },
        }
    }

    fn empty(&self) -> LoadError {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        LoadError::Empty {
            file: self.path.display().to_string(),
            name: self.source.name.clone(),
            cite: self.source.cite.clone(),
            header: names.join(","),
        }
    }

    /// A source that nobody declared has the keys of all its objects.
    fn json_columns(&mut self) -> Result<(), LoadError> {
        if !self.source.is_raw {
            return Ok(());
        }
        let mut names = BTreeMap::new();
        while let Some((_, object)) = self.object()? {
            names.extend(object.0.into_iter().map(|(name, _)| (name, Type::Text.optional())));
        }
        self.columns = names.into_iter().collect();
        self.reader = reader(&self.path)?;
        Ok(())
    }

    /// The next row; `None` at the end.
    pub fn row(&mut self) -> Result<Option<Row>, LoadError> {
        if self.is_json { self.json_row() } else { self.csv_row() }
    }

    fn csv_row(&mut self) -> Result<Option<Row>, LoadError> {
        let Some(record) = self.reader.record().map_err(|wrong| broken(&self.path, wrong))? else { return Ok(None) };
        if record.len() != self.width {
            let what = format!("the record has {} fields, the header {}", record.len(), self.width);
            let line = record.first().map_or(0, |field| field.line);
            return Err(broken(&self.path, Wrong { line, column: 1, what }));
        }
        let mut row = Row::with_capacity(self.columns.len());
        for ((name, typed), place) in self.columns.iter().zip(&self.places) {
            let Some(field) = record.get(*place) else { continue };
            storable(&self.path, field, name)?;
            let value = csv_value(field, typed).ok_or_else(|| misfit(&self.path, self.source, field, name, typed))?;
            row.push(value);
        }
        Ok(Some(row))
    }

    fn object(&mut self) -> Result<Option<(u64, Object)>, LoadError> {
        let Some((line, text)) = self.reader.json_line().map_err(|wrong| broken(&self.path, wrong))? else {
            return Ok(None);
        };
        let wrong = |column: u64, what: &str| broken(&self.path, Wrong { line, column, what: what.to_owned() });
        match serde_json::from_str::<Object>(&text) {
            Ok(object) => Ok(Some((line, object))),
            Err(error) if error.is_data() => Err(wrong(1, "not a JSON object")),
            Err(error) => Err(wrong(error.column() as u64, "not JSON")),
        }
    }

    fn json_row(&mut self) -> Result<Option<Row>, LoadError> {
        let Some((line, object)) = self.object()? else { return Ok(None) };
        let mut row = Row::with_capacity(self.columns.len());
        for (name, typed) in &self.columns {
            let mut fitting = object.0.iter().filter(|(key, _)| self.means(key, name));
            let first = fitting.next();
            if let (Some((one, _)), Some((other, _))) = (first, fitting.next()) {
                return Err(self.repeated(name, (one, other), line, 1));
            }
            let found = first.map(|(_, value)| value.get().trim());
            let text = found.map(spoken).unwrap_or_default();
            if found.is_none() && !typed.nullable {
                return Err(self.missing(line, name, object.0.iter().map(|(key, _)| key.as_str())));
            }
            let value = json_value(found, &text, typed);
            let field = Field { text, quoted: false, line, column: 1 };
            storable(&self.path, &field, name)?;
            row.push(value.ok_or_else(|| misfit(&self.path, self.source, &field, name, typed))?);
        }
        Ok(Some(row))
    }
}

impl<'de> serde::Deserialize<'de> for Object {
    fn deserialize<D: serde::Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> serde::de::Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: serde::de::MapAccess<'de>>(self, mut map: M) -> Result<Object, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        text.deserialize_map(Members)
    }
}

/// Whether two names are the same but for case. It is asked of every key of every JSON line.
fn same(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() { a.eq_ignore_ascii_case(b) } else { a.to_lowercase() == b.to_lowercase() }
}

/// One character that not every database has a place for.
fn storable(path: &Path, field: &Field, column: &str) -> Result<(), LoadError> {
    if !field.text.contains('\0') {
        return Ok(());
    }
    let what = format!("the value of column `{column}` has the character U+0000, which databases do not store");
    Err(broken(path, Wrong { line: field.line, column: field.column, what }))
}

fn csv_value(field: &Field, typed: &Typed) -> Option<Value> {
    if !field.text.is_empty() {
        return Value::parse(&field.text, &typed.kind);
    }
    match (&typed.kind, typed.nullable) {
        (Type::Text, _) if field.quoted => Some(Value::Text(String::new())),
        (_, nullable) => nullable.then_some(Value::Null),
    }
}

/// What a JSON value says: of a string its content, of null nothing, of anything else what is written.
fn spoken(written: &str) -> String {
    match written.as_bytes().first() {
        Some(b'"') => serde_json::from_str(written).unwrap_or_default(),
        Some(b'n') => String::new(),
        _ => written.to_owned(),
    }
}

fn json_value(written: Option<&str>, text: &str, typed: &Typed) -> Option<Value> {
    let first = written.and_then(|it| it.as_bytes().first()).unwrap_or(&b'n');
    match (first, &typed.kind) {
        (b'n', _) => typed.nullable.then_some(Value::Null),
        // Loaders write JSON as text: only what is no object or array is itself a JSON text.
        (b'"', Type::Json) => {
            let nested = text.trim_start().starts_with(['{', '[']);
            Some(Value::Text(if nested { text.to_owned() } else { written?.to_owned() }))
        }
        (b'"', kind) => Value::parse(text, kind),
        (_, kind) => Value::parse(text, kind).or_else(|| Value::parse(&without_exponent(text)?, kind)),
    }
}

/// The digits of a number with an exponent, where a double has them all.
fn without_exponent(text: &str) -> Option<String> {
    let (digits, _) = text.split_once(['e', 'E'])?;
    let is_short = digits.bytes().filter(u8::is_ascii_digit).count() <= 15;
    let number: f64 = text.parse().ok()?;
    (is_short && number.abs() < 1e15).then(|| number.to_string())
}
