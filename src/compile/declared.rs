//! Takes a query and the sources of a [`Program`], gives the query with columns of sources cast to their declared types. What is
//! declared `timestamp` may be of a warehouse's type with a zone, an `int` of 16 or 32 bits: that shows in what functions and
//! arithmetic make of it, and in tables that are made of it. Not cast where the value alone counts: compared, joined or counted by.

use std::collections::BTreeMap;

use crate::dialect::Dialect;
use crate::plan::rel::{Aggregate, Body, From, Item, Query, Scalar, Select, Table, Window, WindowFunction};
use crate::program::{Program, Source};
use crate::types::Type;

/// The columns of sources whose type in the warehouse may be another one.
pub struct Declared<'a> {
    tables: Vec<(Table, &'a Source)>,
    /// The words of the types that are cast.
    types: &'static [&'static str],
}

/// The types of columns by alias and name.
type Types<'a> = BTreeMap<(String, &'a str), &'a Type>;

impl<'a> Declared<'a> {
    /// Those of a program in a dialect.
    pub fn new(program: &'a Program, dialect: &Dialect) -> Self {
        let sources = if dialect.several_types.is_empty() { &[][..] } else { program.sources.as_slice() };
        Self { tables: sources.iter().map(|it| (Table::of(it), it)).collect(), types: dialect.several_types }
    }

    /// Casts them in a query.
    pub fn cast(&self, query: &mut Query) {
        if self.tables.is_empty() {
            return;
        }
        for step in &mut query.steps {
            self.body(&mut step.body);
        }
        self.body(&mut query.body);
    }

    fn body(&self, body: &mut Body) {
        for select in &mut body.selects {
            self.select(select);
        }
    }

    fn select(&self, select: &mut Select) {
        let mut types = Types::new();
        let joined = select.joins.iter_mut().map(|join| &mut join.with);
        for from in select.from.iter_mut().chain(joined) {
            self.columns(from, &mut types);
        }
        if types.is_empty() {
            return;
        }
        let reads = Reads { types: &types };
        for item in &mut select.items {
            if let Item::Named(scalar, _) = item {
                reads.value(scalar);
            }
        }
        let joined = select.joins.iter_mut().flat_map(|join| &mut join.on);
        for condition in joined.chain(&mut select.filter).chain(&mut select.having) {
            reads.value(condition);
        }
        for by in &mut select.group_by {
            reads.compared(by);
        }
    }

    /// Those of a relation, under its alias.
    fn columns(&self, from: &mut From, types: &mut Types<'a>) {
        if let Table::Query(inner) = &mut from.table {
            self.body(inner);
            return;
        }
        let source = self.tables.iter().find(|(table, _)| *table == from.table).map(|(_, source)| source);
        for column in source.iter().flat_map(|source| &source.columns) {
            if self.types.contains(&word(&column.typed.kind)) {
                types.insert((from.alias.clone(), column.name.as_str()), &column.typed.kind);
            }
        }
    }
}

/// The word of a type in [`Dialect::several_types`].
const fn word(kind: &Type) -> &'static str {
    if matches!(kind, Type::Json) { "json" } else { crate::dialect::word(kind) }
}

/// The columns that a select reads.
struct Reads<'a> {
    types: &'a Types<'a>,
}

impl Reads<'_> {
    fn kind(&self, scalar: &Scalar) -> Option<&Type> {
        let Scalar::Column(Some(alias), name) = scalar else { return None };
        self.types.get(&(alias.clone(), name.as_str())).copied()
    }

    /// Where more than the value of a column counts.
    fn value(&self, scalar: &mut Scalar) {
        if let Some(kind) = self.kind(scalar).cloned() {
            // Json is text from here on.
            let to = if kind == Type::Json { Type::Text } else { kind.clone() };
            let column = std::mem::replace(scalar, Scalar::bool(false));
            *scalar = Scalar::Cast(Box::new(column), kind, to);
            return;
        }
        match scalar {
            Scalar::Column(..) | Scalar::Constant(_) | Scalar::Parameter(_) | Scalar::Exists(..) => {}
            Scalar::And(all) | Scalar::Or(all) | Scalar::Coalesce(all) => self.values(all),
            Scalar::Not(inner) => self.value(inner),
            Scalar::IsNull(inner, _) | Scalar::IsTrue(inner, _) => self.compared(inner),
            Scalar::Compare(_, _, a, b) | Scalar::Distinct(a, b, _) => {
                self.compared(a);
                self.compared(b);
            }
            Scalar::In(inner, list, _) => {
                self.compared(inner);
                self.values(list);
            }
            Scalar::Case(arms, otherwise) => {
                for (when, then) in arms {
                    self.value(when);
                    self.value(then);
                }
                if let Some(otherwise) = otherwise {
                    self.value(otherwise);
                }
            }
            Scalar::Cast(inner, ..) => self.converted(inner),
            Scalar::Call(name, arguments, _) if name.starts_with("json_") => {
                arguments.iter_mut().for_each(|it| self.converted(it));
            }
            Scalar::Call(_, arguments, _) => self.values(arguments),
            Scalar::Aggregate(aggregate) => self.aggregate(aggregate),
            Scalar::Window(window) => self.window(window),
        }
    }

    fn values(&self, all: &mut [Scalar]) {
        all.iter_mut().for_each(|it| self.value(it));
    }

    /// Where the value alone counts.
    fn compared(&self, scalar: &mut Scalar) {
        if self.kind(scalar).is_none() {
            self.value(scalar);
        }
    }

    /// Where it becomes another type by a template that takes numbers and json of every type; an instant must have no zone there.
    fn converted(&self, scalar: &mut Scalar) {
        if self.kind(scalar).is_none_or(|kind| *kind == Type::Timestamp) {
            self.value(scalar);
        }
    }

    fn aggregate(&self, aggregate: &mut Aggregate) {
        match aggregate {
            Aggregate::CountRows => {}
            Aggregate::Count(inner) | Aggregate::CountDistinct(inner) => self.compared(inner),
            // The sum of ints of any width is exact.
            Aggregate::Sum(inner, Type::Int) => self.compared(inner),
            Aggregate::Sum(inner, _) | Aggregate::Min(inner, _) | Aggregate::Max(inner, _) => self.value(inner),
        }
    }

    fn window(&self, window: &mut Window) {
        let Window { function, partition_by, order_by } = window;
        match function {
            WindowFunction::RowNumber
            | WindowFunction::Rank
            | WindowFunction::PercentRank
            | WindowFunction::Ntile(_) => {}
            WindowFunction::Lag(value) => self.value(value),
            WindowFunction::Aggregate(inner) => self.aggregate(inner),
        }
        for by in partition_by.iter_mut().chain(order_by.iter_mut().map(|it| &mut it.by)) {
            self.compared(by);
        }
    }
}
