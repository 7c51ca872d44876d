//! Takes the `source` declarations and gives tables with typed columns. The `SELECT` of an `as sql` source is
//! parsed, so that it is one query and its tables are known.

use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use super::context::Ctx;
use super::mistakes::{self, Unknown};
use super::{Column, Fresh, Source, SourceId, names, query};
use crate::source::Span;
use crate::syntax::{TYPES, ast, spelt_here};
use crate::types::{Type, Typed};

#[derive(Debug, Error, Diagnostic)]
#[error("column `{name}` is declared twice")]
#[diagnostic(code("duplicate-column"), help("remove one of the two"))]
pub(super) struct DuplicateColumn {
    pub name: String,
    #[label(primary, "declared again here")]
    pub at: Span,
    #[label("first declared here")]
    pub first: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` {what}")]
#[diagnostic(code("bad-type"))]
struct BadType {
    name: String,
    what: &'static str,
    #[label(primary, "this type cannot be used")]
    at: Span,
    #[help]
    help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("a value of the enum stands twice: `{name}`")]
#[diagnostic(code("duplicate-value"), help("remove one of the two"))]
struct DuplicateValue {
    name: String,
    #[label(primary, "again here")]
    at: Span,
    #[label("first here")]
    first: Span,
}

impl Ctx<'_> {
    /// Declares every source.
    pub(super) fn declare_sources(&mut self) {
        for item in std::mem::take(&mut self.found.sources) {
            let node = item.node;
            let columns = self.columns(&node.columns);
            let lost_query = node.sql.is_none() && self.sources.text(item.span).contains("$$");
            if node.broken || columns.is_empty() && (lost_query || !self.has_block(item.span)) {
                self.columnless.insert(SourceId(self.program.sources.len() as u32));
            }
            let fresh = node.fresh.as_ref().and_then(|fresh| {
                let within = self.constant_duration(&fresh.within)?;
                Some(Fresh { within, by: fresh.by.text.clone() })
            });
            let reads = node.sql.as_ref().map(|sql| query::tables(sql, self.diags)).unwrap_or_default();
            self.program.sources.push(Source {
                name: node.name.parts.iter().map(|part| part.text.clone()).collect(),
                doc: item.doc.cloned(),
                span: node.name.span,
                sql: node.sql.as_ref().map(|sql| query::trimmed(&sql.value).to_owned()),
                reads,
                columns,
                fresh,
            });
        }
    }

    /// A table that a query reads is a declared source of its name, also where other letters of it are capitals.
    pub(super) fn settle_reads(&mut self) {
        let declared: Vec<String> = self.program.sources.iter().map(|source| source.name.join(".")).collect();
        for source in &mut self.program.sources {
            for read in &mut source.reads {
                let is_it = |name: &&String| name.to_lowercase() == read.to_lowercase();
                if let Some(name) = declared.iter().find(is_it) {
                    read.clone_from(name);
                }
            }
            source.reads.sort();
            source.reads.dedup();
        }
    }

    fn columns(&mut self, declared: &[ast::Column]) -> Vec<Column> {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        let mut columns = Vec::new();
        for column in declared {
            let (name, typed) = self.column_type(column);
            names::check_column(name, self.diags);
            if let Some(first) = seen.insert(name.text.to_lowercase(), name.span) {
                self.diags.push(DuplicateColumn { name: name.text.clone(), at: name.span, first });
                continue;
            }
            columns.push(Column {
                name: name.text.clone(),
                doc: column.doc.clone(),
                typed,
                labels: column.labels.iter().map(|label| label.text.clone()).collect(),
                span: name.span,
            });
        }
        columns
    }

    /// A column's name and type; where they are swapped that is reported, and they are taken as they are meant.
    pub(super) fn column_type<'w>(&mut self, column: &'w ast::Column) -> (&'w ast::Name, Typed) {
        let (name, written) = (&column.name, &column.kind);
        let known = |name: &ast::Name| {
            !name.quoted && (TYPES.contains(&name.text.as_str()) || spelt_here(&name.text).is_some())
        };
        if !known(name) || known(&written.name) || !written.arguments.is_empty() || written.name.text.is_empty() {
            return (name, self.type_name(written));
        }
        let kind = ast::TypeName { name: name.clone(), arguments: vec![], nullable: written.nullable, span: name.span };
        let mark = if written.nullable { "?" } else { "" };
        let help = format!("write the name first: `{} {}{mark}`", written.name.text, name.text);
        self.diags.push(Unknown::new(mistakes::TYPE, &written.name.text, written.name.span).or_help(help));
        let quiet = TYPES.contains(&name.text.as_str()) && !matches!(name.text.as_str(), "enum" | "decimal");
        let typed = if quiet { self.type_name(&kind) } else { Type::Error.required() };
        (&written.name, typed)
    }

    /// The type that is written; an unknown one is reported.
    fn type_name(&mut self, written: &ast::TypeName) -> Typed {
        let name = written.name.text.as_str();
        let takes_arguments = matches!(name, "enum" | "decimal");
        let kind = match name {
            "text" => Type::Text,
            "int" => Type::Int,
            "float" => Type::Float,
            "bool" => Type::Bool,
            "date" => Type::Date,
            "timestamp" => Type::Timestamp,
            "duration" => Type::Duration,
            "json" => Type::Json,
            "enum" => self.enum_type(written),
            "decimal" => self.decimal_type(written),
            // It was reported that it cannot be read.
            "" => Type::Error,
            _ => {
                let known = TYPES.iter().map(|name| (*name, None));
                let mut mistake = Unknown::new(mistakes::TYPE, name, written.name.span);
                if let Some(here) = spelt_here(name) {
                    mistake = mistake.or_help(format!("write `{here}`"));
                }
                self.diags.push(mistake.among(known).or_one_of(&TYPES));
                Type::Error
            }
        };
        if !takes_arguments && kind != Type::Error && !written.arguments.is_empty() {
            self.bad_type(written, "takes nothing in parentheses", "remove the parentheses");
        }
        Typed { kind, nullable: written.nullable }
    }

    fn enum_type(&mut self, written: &ast::TypeName) -> Type {
        if written.arguments.is_empty() {
            self.bad_type(written, "needs its values", "write them in parentheses: `enum(free, pro)`");
            return Type::Error;
        }
        let mut values: Vec<&ast::Name> = Vec::new();
        for value in &written.arguments {
            match values.iter().find(|known| known.text == value.text) {
                Some(known) => {
                    self.diags.push(DuplicateValue { name: value.text.clone(), at: value.span, first: known.span });
                }
                None => values.push(value),
            }
        }
        Type::Enum(values.into_iter().map(|value| value.text.clone()).collect())
    }

    fn decimal_type(&mut self, written: &ast::TypeName) -> Type {
        let numbers: Vec<Option<u8>> = written.arguments.iter().map(|name| name.text.parse().ok()).collect();
        match numbers.as_slice() {
            [Some(precision @ 1..=18), Some(scale)] if scale <= precision => {
                Type::Decimal { precision: *precision, scale: *scale }
            }
            [Some(_), Some(_)] => {
                self.bad_type(
                    written,
                    "has more than 18 digits, or more after the point than in all",
                    "write at most `decimal(18, 2)`",
                );
                Type::Error
            }
            _ => {
                self.bad_type(
                    written,
                    "needs its digits",
                    "write all digits and those after the point: `decimal(12, 2)`",
                );
                Type::Error
            }
        }
    }

    fn bad_type(&mut self, written: &ast::TypeName, what: &'static str, help: &'static str) {
        self.diags.push(BadType { name: written.name.text.clone(), what, at: written.span, help });
    }
}
