//! Takes scalars, gives written expressions: operators with their parentheses here, everything that a
//! dialect spells by its template.

use std::borrow::Cow;

use super::doc::{Doc, behind, join};
use super::template::{Slot, Written, fill, level};
use super::{literal, query, whole};
use crate::dialect::{Dialect, word};
use crate::plan::rel::{Aggregate, Compare, Constant, Parameter, Scalar, Sort, Window, WindowFunction};
use crate::types::{Type, written};

/// An expression.
#[must_use]
pub fn scalar(scalar: &Scalar, dialect: &Dialect) -> Written {
    let write = |it: &Scalar| self::scalar(it, dialect);
    match scalar {
        Scalar::Column(None, name) => Written::atom(dialect.identifier(name)),
        Scalar::Column(Some(alias), name) => {
            Written::atom(format!("{}.{}", dialect.identifier(alias), dialect.identifier(name)))
        }
        Scalar::Constant(constant) => literal::constant(constant, dialect),
        Scalar::Parameter(parameter) => Written::atom(match parameter {
            Parameter::Now => ":now".to_owned(),
            Parameter::Run => ":run".to_owned(),
            Parameter::Parent => ":parent".to_owned(),
            Parameter::Born(name) => format!(":born_{name}"),
            Parameter::Mark(name) => format!(":mark_{name}"),
        }),
        Scalar::And(all) => chain(all, "AND", level::AND, dialect),
        Scalar::Or(all) => chain(all, "OR", level::OR, dialect),
        Scalar::Not(it) => operator(vec![Doc::text("NOT "), write(it).at(level::COMPARE + 1)], level::NOT),
        Scalar::IsNull(it, not) => suffix(write(it), if *not { " IS NOT NULL" } else { " IS NULL" }),
        Scalar::IsTrue(it, not) => suffix(write(it), if *not { " IS NOT TRUE" } else { " IS TRUE" }),
        Scalar::Compare(how, kind, a, b) => compare(*how, kind, write(a), write(b), dialect),
        Scalar::Distinct(a, b, distinct) => {
            let between = if *distinct { " IS DISTINCT FROM " } else { " IS NOT DISTINCT FROM " };
            infix(write(a), between, write(b))
        }
        Scalar::In(it, list, not) if list.len() == 1 => {
            let between = if *not { " <> " } else { " = " };
            list.first().map_or_else(|| write(it), |only| infix(write(it), between, write(only)))
        }
        Scalar::In(it, list, not) => {
            let between = if *not { " NOT IN " } else { " IN " };
            let list = list.iter().map(|item| write(item).doc).collect();
            operator(vec![write(it).at(level::COMPARE + 1), Doc::text(between), parentheses(list)], level::COMPARE)
        }
        Scalar::Exists(body, not) => {
            let words = if *not { "NOT EXISTS " } else { "EXISTS " };
            let body = query::body(body, &Doc::Line, dialect);
            let level = if *not { level::NOT } else { level::ATOM };
            operator(vec![Doc::text(words), parentheses(vec![Doc::Group(body)])], level)
        }
        Scalar::Coalesce(all) => match all.as_slice() {
            [only] => write(only),
            all => call("COALESCE", all.iter().map(|it| write(it).doc).collect()),
        },
        Scalar::Case(arms, otherwise) => case(arms, otherwise.as_deref(), dialect),
        Scalar::Cast(it, from, to) => cast(it, from, to, dialect),
        Scalar::Call(name, arguments, result) => operation(name, arguments, result, dialect),
        Scalar::Aggregate(it) => aggregate(it, None, dialect),
        Scalar::Window(it) => window(it, dialect),
    }
}

fn operator(docs: Vec<Doc>, level: u8) -> Written {
    Written { doc: Doc::Group(docs), level }
}

fn suffix(it: Written, words: &'static str) -> Written {
    operator(vec![it.at(level::COMPARE + 1), Doc::text(words)], level::COMPARE)
}

fn infix(a: Written, between: &'static str, b: Written) -> Written {
    let (a, b) = (a.at(level::COMPARE + 1), b.at(level::COMPARE + 1));
    operator(vec![a, Doc::text(between), b], level::COMPARE)
}

/// `(a, b)`
fn parentheses(items: Vec<Doc>) -> Doc {
    let inner = behind(Doc::Soft, join(items, &[Doc::text(","), Doc::Line]));
    Doc::Group(vec![Doc::text("("), Doc::Indent(inner), Doc::Soft, Doc::text(")")])
}

fn call(name: impl Into<Cow<'static, str>>, arguments: Vec<Doc>) -> Written {
    operator(vec![Doc::text(name), parentheses(arguments)], level::ATOM)
}

/// `a AND b`, one operand per line where they do not fit.
fn chain(all: &[Scalar], word: &str, own: u8, dialect: &Dialect) -> Written {
    if let [only] = all {
        return scalar(only, dialect);
    }
    let Some((first, rest)) = all.split_first() else {
        return Written::atom(if own == level::AND { "TRUE" } else { "FALSE" });
    };
    // AND within OR needs no parentheses, but readers do.
    let operand = |it: &Scalar| scalar(it, dialect).at(level::NOT);
    let rest = rest.iter().flat_map(|it| [Doc::Line, Doc::text(format!("{word} ")), operand(it)]);
    operator(vec![operand(first), Doc::Indent(rest.collect())], own)
}

fn compare(how: Compare, kind: &Type, a: Written, b: Written, dialect: &Dialect) -> Written {
    let (sign, ordered) = match how {
        Compare::Equal => (" = ", false),
        Compare::NotEqual => (" <> ", false),
        Compare::Less => (" < ", true),
        Compare::LessEqual => (" <= ", true),
        Compare::Greater => (" > ", true),
        Compare::GreaterEqual => (" >= ", true),
    };
    let a = if ordered { collated(a, kind, dialect) } else { a };
    infix(a, sign, b)
}

/// Text that is compared by code point.
fn collated(it: Written, kind: &Type, dialect: &Dialect) -> Written {
    match dialect.collation.filter(|_| word(kind) == "text") {
        Some(collation) => operator(vec![it.at(level::ATOM), Doc::text(format!(" {collation}"))], level::UNARY),
        None => it,
    }
}

/// `CASE … END`: on one line where it has one arm and fits.
fn case(arms: &[(Scalar, Scalar)], otherwise: Option<&Scalar>, dialect: &Dialect) -> Written {
    let line = if arms.len() > 1 { Doc::Hard } else { Doc::Line };
    let mut inner = Vec::new();
    for (when, then) in arms {
        let then = vec![Doc::Line, Doc::text("THEN "), scalar(then, dialect).doc];
        let then = Doc::Group(vec![Doc::Indent(then)]);
        inner.extend([line.clone(), Doc::text("WHEN "), scalar(when, dialect).doc, then]);
    }
    if let Some(otherwise) = otherwise {
        inner.extend([line.clone(), Doc::text("ELSE "), scalar(otherwise, dialect).doc]);
    }
    operator(vec![Doc::text("CASE"), Doc::Indent(inner), line, Doc::text("END")], level::ATOM)
}

fn cast(it: &Scalar, from: &Type, to: &Type, dialect: &Dialect) -> Written {
    if let (Scalar::Cast(inner, Type::Int, Type::Decimal { .. }), Type::Decimal { scale, .. }) = (it, to)
        && digits(from).1 <= *scale
    {
        return cast(inner, &Type::Int, to, dialect);
    }
    let name = format!("{}_to_{}", cast_word(from), word(to));
    let template = dialect.template(&name).or_else(|| dialect.template("cast")).unwrap_or("{0}");
    let (from_p, from_s) = digits(from);
    fill(template, 1, &mut |slot| match slot {
        "from_p" => raw(from_p),
        "from_s" => raw(from_s),
        "from_unit" => raw(10_i64.pow(u32::from(from_s.min(18)))),
        "0" if from != to => Slot::Written(typed(it, dialect)),
        "0" => Slot::Written(scalar(it, dialect)),
        other => of_type(other, to, dialect),
    })
}

/// A bare literal with a point is an exact number where there are any: a float has to say that it is one.
fn typed(it: &Scalar, dialect: &Dialect) -> Written {
    let written = scalar(it, dialect);
    if dialect.scaled_decimals || !matches!(it, Scalar::Constant(Constant::Float(_))) {
        return written;
    }
    let name = dialect.type_name(&Type::Float);
    operator(vec![Doc::text("CAST("), written.doc, Doc::text(format!(" AS {name})"))], level::ATOM)
}

/// Json is text, but may be of a type of its own in a source.
fn cast_word(from: &Type) -> &'static str {
    if *from == Type::Json { "json" } else { word(from) }
}

fn digits(kind: &Type) -> (u8, u8) {
    match kind {
        Type::Decimal { precision, scale } => (*precision, *scale),
        _ => (18, 0),
    }
}

fn raw(value: impl ToString) -> Slot {
    Slot::Raw(Doc::text(value.to_string()))
}

fn of_type(slot: &str, kind: &Type, dialect: &Dialect) -> Slot {
    match slot {
        "p" => raw(digits(kind).0),
        "s" => raw(digits(kind).1),
        "type" => raw(dialect.type_name(kind)),
        _ => raw(""),
    }
}

/// A function or an operation, by its template.
fn operation(name: &str, arguments: &[Scalar], result: &Type, dialect: &Dialect) -> Written {
    if whole::is_arithmetic(name) {
        return whole::arithmetic(name, arguments, dialect);
    }
    let (name, arguments) = operands(name, arguments);
    let name = name.as_str();
    let constant = arguments.len() > 1 && arguments.iter().skip(1).all(is_plain);
    let Some(template) = spelling(name, arguments.len(), constant, dialect) else {
        return call(name.to_uppercase(), arguments.iter().map(|it| scalar(it, dialect).doc).collect());
    };
    fill(template, arguments.len(), &mut |slot| {
        let (at, form) = slot.split_once(':').unwrap_or((slot, ""));
        let Some(argument) = at.parse().ok().and_then(|at: usize| arguments.get(at)) else {
            return of_type(slot, result, dialect);
        };
        match (form, argument) {
            ("interval", Scalar::Constant(Constant::Duration(micros))) => {
                raw(format!("'{}'", written::duration(*micros)))
            }
            ("days", Scalar::Constant(Constant::Duration(micros))) => raw(micros / 86_400_000_000),
            ("months", Scalar::Constant(Constant::Int(count))) => raw(format!("'{}'", written::months(*count))),
            _ if at == "0" && !name.starts_with("float_") => Slot::Written(typed(argument, dialect)),
            _ => Slot::Written(scalar(argument, dialect)),
        }
    })
}

/// The template for these arguments: the most special one that there is.
#[must_use]
pub fn spelling(name: &str, arguments: usize, constant: bool, dialect: &Dialect) -> Option<&'static str> {
    let base = name.rsplit_once('_').filter(|(_, last)| ["date", "text", "decimal", "float", "column"].contains(last));
    [Some(name), base.map(|(base, _)| base)].into_iter().flatten().find_map(|name| {
        let special = constant.then(|| dialect.template(&format!("{name}/{arguments}/constant"))).flatten();
        let special = special.or_else(|| constant.then(|| dialect.template(&format!("{name}/constant"))).flatten());
        special.or_else(|| dialect.template(&format!("{name}/{arguments}"))).or_else(|| dialect.template(name))
    })
}

/// Whether an argument is a constant of the plainest kind: text, a positive int, a number or duration other than 0.
fn is_plain(argument: &Scalar) -> bool {
    let Scalar::Constant(constant) = argument else { return false };
    match constant {
        Constant::Text(value) => !value.is_empty(),
        Constant::Int(value) => (1..=i64::from(i32::MAX)).contains(value),
        Constant::Float(value) => *value != 0.0,
        Constant::Duration(value) => *value != 0,
        _ => false,
    }
}

/// An operation and its operands as they read best: a negative number of months is subtracted; beside a float, an int
/// needs no cast; of two literals one has to say its type; what may be a whole number where a float is meant is cast.
fn operands(name: &str, arguments: &[Scalar]) -> (String, Vec<Scalar>) {
    let literal = |it: &Scalar| matches!(it, Scalar::Constant(Constant::Float(_)));
    let float = |it: &Scalar| literal(it) || matches!(it, Scalar::Cast(_, _, Type::Float));
    let same = |name: &str| (name.to_owned(), arguments.to_vec());
    let [a, b] = arguments else { return same(name) };
    if let (Scalar::Constant(Constant::Int(months @ ..0)), Some(what)) = (b, name.strip_suffix("_add_months")) {
        let months = Scalar::Constant(Constant::Int(months.saturating_neg()));
        return (format!("{what}_subtract_months"), vec![a.clone(), months]);
    }
    if !name.starts_with("float_") {
        return same(name);
    }
    let name = if name == "float_divide" && !float(a) { "float_divide_column" } else { name };
    match (a, b) {
        (a, b) if literal(a) && literal(b) => {
            (name.to_owned(), vec![Scalar::Cast(Box::new(a.clone()), Type::Float, Type::Float), b.clone()])
        }
        (a, Scalar::Cast(b, Type::Int, Type::Float)) if !literal(a) => {
            (name.to_owned(), vec![a.clone(), b.as_ref().clone()])
        }
        _ => same(name),
    }
}

fn aggregate(it: &Aggregate, over: Option<Doc>, dialect: &Dialect) -> Written {
    let (name, argument, kind) = match it {
        Aggregate::CountRows => ("count_rows".to_owned(), None, &Type::Int),
        Aggregate::CountDistinct(it) => ("count_distinct".to_owned(), Some(it), &Type::Int),
        Aggregate::Count(it) => ("count".to_owned(), Some(it), &Type::Int),
        Aggregate::Sum(it, kind) => (format!("sum_{}", word(kind)), Some(it), kind),
        Aggregate::Min(it, kind) => (format!("min_{}", word(kind)), Some(it), kind),
        Aggregate::Max(it, kind) => (format!("max_{}", word(kind)), Some(it), kind),
    };
    let base = name.split_once('_').map_or(name.as_str(), |(base, _)| base);
    let template = dialect.template(&name).or_else(|| dialect.template(base)).unwrap_or("{0}");
    fill(template, 1, &mut |slot| match (slot, argument) {
        ("0", Some(argument)) => Slot::Written(scalar(argument, dialect)),
        ("over", _) => Slot::Raw(over.clone().unwrap_or_else(|| Doc::text(""))),
        _ => of_type(slot, kind, dialect),
    })
}

fn window(it: &Window, dialect: &Dialect) -> Written {
    let mut inner = Vec::new();
    if !it.partition_by.is_empty() {
        let by = it.partition_by.iter().map(|by| scalar(by, dialect).doc).collect();
        inner.push(clause("PARTITION BY ", by));
    }
    if !it.order_by.is_empty() {
        inner.push(clause("ORDER BY ", it.order_by.iter().map(|by| sort(by, dialect)).collect()));
    }
    if matches!(it.function, WindowFunction::Aggregate(_)) {
        inner.push(Doc::text("ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"));
    }
    let inner = behind(Doc::Soft, join(inner, &[Doc::Line]));
    let over = Doc::Group(vec![Doc::text(" OVER ("), Doc::Indent(inner), Doc::Soft, Doc::text(")")]);
    let (name, argument) = match &it.function {
        WindowFunction::Aggregate(function) => return aggregate(function, Some(over), dialect),
        WindowFunction::RowNumber => ("row_number", None),
        WindowFunction::Rank => ("rank", None),
        WindowFunction::PercentRank => ("percent_rank", None),
        WindowFunction::Ntile(count) => ("ntile", Some(Scalar::Constant(Constant::Int(*count)))),
        WindowFunction::Lag(value) => ("lag", Some(value.clone())),
    };
    fill(dialect.template(name).unwrap_or("{0}"), 1, &mut |slot| match (slot, &argument) {
        ("0", Some(argument)) => Slot::Written(sure(argument, dialect)),
        _ => Slot::Raw(over.clone()),
    })
}

/// A literal that says its type, where a function of any type would have to guess it.
fn sure(it: &Scalar, dialect: &Dialect) -> Written {
    if !matches!(it, Scalar::Constant(Constant::Text(_))) {
        return typed(it, dialect);
    }
    let name = dialect.type_name(&Type::Text);
    operator(vec![Doc::text("CAST("), scalar(it, dialect).doc, Doc::text(format!(" AS {name})"))], level::ATOM)
}

/// A clause with a list.
fn clause(words: &'static str, items: Vec<Doc>) -> Doc {
    let items = join(items, &[Doc::text(","), Doc::Line]);
    Doc::Group(vec![Doc::text(words), Doc::Indent(items)])
}

/// One term of an `ORDER BY`: text by code point, an enum as declared, nulls where it says.
#[must_use]
pub fn sort(sort: &Sort, dialect: &Dialect) -> Doc {
    let by = match &sort.kind {
        Type::Enum(values) => {
            let arms = values.iter().zip(0..).map(|(value, at)| {
                let value = Box::new(Scalar::Constant(Constant::Text(value.clone())));
                let when = Scalar::Compare(Compare::Equal, sort.kind.clone(), Box::new(sort.by.clone()), value);
                (when, Scalar::Constant(Constant::Int(at)))
            });
            scalar(&Scalar::Case(arms.collect(), None), dialect).doc
        }
        kind => collated(scalar(&sort.by, dialect), kind, dialect).doc,
    };
    let way = if sort.descending { " DESC" } else { " ASC" };
    let nulls = if sort.nulls_first { " NULLS FIRST" } else { " NULLS LAST" };
    Doc::Group(vec![by, Doc::text(format!("{way}{nulls}"))])
}
