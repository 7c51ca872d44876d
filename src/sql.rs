//! Takes relations and a dialect, gives text that a data engineer would commit: [`render`] a query,
//! [`create_table_as`] a model. Promises: the same input gives the same bytes, and every statement parses in its dialect.

pub mod doc;
pub mod literal;
pub mod query;
mod raw;
pub mod scalar;
pub mod stable;
pub mod template;
mod whole;

use crate::dialect::{Dialect, Setup};
use crate::plan::rel::{Query, Scalar, Table};

/// A query, without a semicolon at its end.
#[must_use]
pub fn render(query: &Query, dialect: &Dialect) -> String {
    doc::print(&query::query(query, dialect))
}

/// A value.
#[must_use]
pub fn value(value: &Scalar, dialect: &Dialect) -> String {
    doc::print(&[scalar::scalar(value, dialect).doc])
}

/// `CREATE TABLE … AS …` under its comments, without a semicolon at its end.
#[must_use]
pub fn create_table_as(table: &Table, comments: &[String], query: &Query, dialect: &Dialect) -> String {
    let mut docs = query::comments(comments);
    if !docs.is_empty() {
        docs.push(doc::Doc::Hard);
    }
    docs.extend([doc::Doc::text(format!("CREATE TABLE {} AS", self::table(table, dialect))), doc::Doc::Hard]);
    docs.extend(query::query(query, dialect));
    doc::print(&docs)
}

/// What follows the creation of a run's table, each without a semicolon: an index on its key, statistics.
#[must_use]
pub fn keyed(table: &Table, key: &str, dialect: &Dialect) -> Vec<String> {
    let (schema, name, keyed) = match table {
        Table::Model(name) => ("plg", name, dialect.keyed),
        Table::RunState(name) => ("plg_state", name, dialect.keyed_memory),
        _ => return Vec::new(),
    };
    let index = qualified(&[schema, &format!("{name}__key__")], ":run", dialect);
    let (table, key) = (self::table(table, dialect), dialect.identifier(key));
    let fill = |it: &&str| it.replace("{index}", &index).replace("{table}", &table).replace("{key}", &key);
    keyed.iter().map(fill).collect()
}

/// `INSERT INTO … (…)` of what a query gives, without a semicolon at its end.
#[must_use]
pub fn insert(table: &Table, columns: &[&str], query: &Query, dialect: &Dialect) -> String {
    let columns: Vec<String> = columns.iter().map(|column| dialect.identifier(column)).collect();
    format!("INSERT INTO {} ({})\n{}", self::table(table, dialect), columns.join(", "), render(query, dialect))
}

/// A relation's name, quoted where it must be; a query in parentheses.
#[must_use]
pub fn table(table: &Table, dialect: &Dialect) -> String {
    match table {
        Table::Step(name) => dialect.identifier(name),
        Table::Source(parts) => qualified(&parts.iter().map(String::as_str).collect::<Vec<_>>(), "", dialect),
        Table::Sql { text, reads } => format!("(\n{}\n)", raw::text(text, reads, dialect)),
        Table::View(name) => qualified(&["plg", name], "", dialect),
        Table::Model(name) => qualified(&["plg", &format!("{name}__")], ":run", dialect),
        Table::ParentModel(name) => qualified(&["plg", &format!("{name}__")], ":parent", dialect),
        Table::State(name) => qualified(&["plg_state", name], "", dialect),
        Table::RunState(name) => qualified(&["plg_state", &format!("{name}__")], ":run", dialect),
        Table::ParentState(name) => qualified(&["plg_state", &format!("{name}__")], ":parent", dialect),
        Table::Query(body) => doc::print(&[
            doc::Doc::text("("),
            doc::Doc::Indent(doc::behind(doc::Doc::Hard, query::body(body, &doc::Doc::Hard, dialect))),
            doc::Doc::Hard,
            doc::Doc::text(")"),
        ]),
    }
}

/// The parts of a name as one, with what the runner completes at its end.
fn qualified(parts: &[&str], end: &str, dialect: &Dialect) -> String {
    let name = if dialect.schema_separator == "." {
        parts.iter().map(|part| dialect.identifier(part)).collect::<Vec<_>>().join(".")
    } else {
        dialect.identifier(&parts.join(dialect.schema_separator))
    };
    format!("{name}{end}")
}

/// The statements that create what these texts use and the warehouse lacks, in the order in which they need each other.
pub fn setup<'a>(dialect: &Dialect, texts: impl IntoIterator<Item = &'a str>) -> Vec<&'static str> {
    let mut used = vec![false; dialect.setup.len()];
    let mark = |used: &mut Vec<bool>, is_used: &dyn Fn(&Setup) -> bool| {
        for (flag, setup) in used.iter_mut().zip(dialect.setup) {
            *flag = *flag || is_used(setup);
        }
    };
    for text in texts {
        mark(&mut used, &|setup| text.contains(&format!("{}(", setup.name)));
    }
    // What needs another one stands after it, so one pass from the end finds all.
    for (at, setup) in dialect.setup.iter().enumerate().rev() {
        if used.get(at).copied().unwrap_or(false) {
            mark(&mut used, &|other| setup.needs.contains(&other.name));
        }
    }
    dialect.setup.iter().zip(used).filter(|(_, used)| *used).map(|(setup, _)| setup.sql).collect()
}

/// The parser's complaint about a statement of a dialect; `None`: it is well formed.
#[must_use]
pub fn complaint(dialect: &Dialect, text: &str) -> Option<String> {
    let parser = sqlparser::dialect::dialect_from_str(dialect.parser)?;
    sqlparser::parser::Parser::parse_sql(parser.as_ref(), text).err().map(|error| error.to_string())
}
