//! Takes nothing, gives each warehouse's way to write SQL, as data: [`Dialect`], and [`ALL`] of them. Spelling and
//! escaping are data, a function is a template, a shape is a capability. Promises: no dialect is asked for by name
//! anywhere else.

/// The first instant of a unit of local time, where `DATE_TRUNC` and `AT TIME ZONE` are known.
macro_rules! start_of {
    ($unit:literal) => {
        concat!(
            "DATE_TRUNC('",
            $unit,
            "', {0} AT TIME ZONE 'UTC' AT TIME ZONE {1}) AT TIME ZONE {1} AT TIME ZONE 'UTC'"
        )
    };
}

pub mod ansi;
pub mod duckdb;
pub mod names;
pub mod postgres;
pub mod sqlite;

use crate::types::Type;

/// How one warehouse writes SQL.
#[derive(Debug)]
pub struct Dialect {
    /// Its name: `sqlite`.
    pub name: &'static str,
    /// What sqlparser calls it.
    pub parser: &'static str,
    /// What stands round an identifier that needs it, and is doubled within.
    pub quote: char,
    /// Words that are no identifiers unless quoted, in lower case.
    pub reserved: &'static [&'static str],
    /// What stands between a schema and a table: `.` where there are schemas, else `__`.
    pub schema_separator: &'static str,
    /// What ends a step's body that must not be flattened into the next one, which would evaluate its values again and
    /// again: `OFFSET 0`. It keeps no copy of the rows, as `MATERIALIZED` does.
    pub barrier: Option<&'static str>,
    /// What orders text by code point: `COLLATE "C"`; `None`: it already is.
    pub collation: Option<&'static str>,
    /// Types by the name that they have in templates: `decimal` has `{p}` and `{s}`.
    pub types: &'static [(&'static str, &'static str)],
    /// Whether a decimal is stored as a whole number of its last digit.
    pub scaled_decimals: bool,
    /// Whether what stands at a place in JSON keeps its text: the digits of a number, the blanks of a list; and whether of two
    /// members of one name the last one counts.
    pub json_as_written: bool,
    /// Literals by type: `("date", "DATE '{}'")`.
    pub literals: &'static [(&'static str, &'static str)],
    /// Spellings of functions, operations, casts and aggregates that differ from the default; see
    /// `crate::sql::template`. `None`: there is none here.
    pub templates: &'static [(&'static str, Option<&'static str>)],
    /// Declared types (`int`, `decimal`, `float`, `timestamp`, `json`) that stand for several of the warehouse's: columns of
    /// sources are cast to the one that is meant.
    pub several_types: &'static [&'static str],
    /// What follows each table of a run, so that a join by its key is quick and well planned: `{table}`, `{key}`, and
    /// `{index}`, a name of its own.
    pub keyed: &'static [&'static str],
    /// The same of the memory of a sync, whose keys may be longer than an index that has an order takes.
    pub keyed_memory: &'static [&'static str],
    /// Functions that statements may use and the warehouse lacks.
    pub setup: &'static [Setup],
}

/// A function that the warehouse lacks.
#[derive(Debug)]
pub struct Setup {
    /// Its name, as statements call it.
    pub name: &'static str,
    /// Names of others that it calls.
    pub needs: &'static [&'static str],
    /// Creates it; safe to repeat.
    pub sql: &'static str,
}

/// All dialects.
pub static ALL: &[&Dialect] = &[&sqlite::SQLITE, &postgres::POSTGRES, &duckdb::DUCKDB];

/// The dialect of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Dialect> {
    ALL.iter().find(|dialect| dialect.name == name).copied()
}

impl Dialect {
    /// A type as it is written in `CAST` and `CREATE TABLE`.
    #[must_use]
    pub fn type_name(&self, kind: &Type) -> String {
        let template = lookup(self.types, word(kind)).or_else(|| lookup(ansi::TYPES, word(kind))).unwrap_or("TEXT");
        match kind {
            Type::Decimal { precision, scale } => {
                template.replace("{p}", &precision.to_string()).replace("{s}", &scale.to_string())
            }
            _ => template.to_owned(),
        }
    }

    /// The template of a function, operation, cast or aggregate; `None`: it has no spelling here.
    #[must_use]
    pub fn template(&self, name: &str) -> Option<&'static str> {
        match self.templates.iter().find(|(known, _)| *known == name) {
            Some((_, template)) => *template,
            None => ansi::template(name),
        }
    }

    /// The template of a type's literal, with `{}` for its text.
    #[must_use]
    pub fn literal(&self, kind: &str) -> &'static str {
        lookup(self.literals, kind).or_else(|| lookup(ansi::LITERALS, kind)).unwrap_or("{}")
    }

    /// An identifier, quoted only where it must be.
    #[must_use]
    pub fn identifier(&self, name: &str) -> String {
        let plain = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
            && name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_');
        // No reserved word has a digit.
        let is_word = name.bytes().all(|it| !it.is_ascii_digit());
        if plain && (!is_word || self.reserved.binary_search(&name).is_err()) {
            return name.to_owned();
        }
        let quote = self.quote;
        let doubled: String =
            name.chars().flat_map(|it| std::iter::repeat_n(it, 1 + usize::from(it == quote))).collect();
        format!("{quote}{doubled}{quote}")
    }
}

/// The one word for a type in the names of templates: `text_to_int`, `sum_decimal`. Enums and json are text.
#[must_use]
pub const fn word(kind: &Type) -> &'static str {
    match kind {
        Type::Text | Type::Enum(_) | Type::Json | Type::Null | Type::Error => "text",
        Type::Int | Type::Months => "int",
        Type::Decimal { .. } => "decimal",
        Type::Float => "float",
        Type::Bool => "bool",
        Type::Date => "date",
        Type::Timestamp => "timestamp",
        Type::Duration => "duration",
    }
}

fn lookup(pairs: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}
