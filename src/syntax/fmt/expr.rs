//! Takes an expression and gives it on one line, with the parentheses that it needs and those around operators that
//! were written for clarity.

use crate::source::SourceFile;
use crate::syntax::ast::{Arm, BinaryOp, Call, Expr, ExprKind, Name, Order, Path, Set, UnaryOp};

/// How tightly an expression binds; the levels of the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Or,
    And,
    Not,
    Compare,
    Add,
    Multiply,
    Sign,
    Term,
}

/// Writes expressions as the file has them.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub file: &'a SourceFile,
}

impl Writer<'_> {
    /// An expression that stands alone.
    pub fn whole(self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Null => "null".to_owned(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Number(digits) => digits.clone(),
            ExprKind::Percent(digits) => format!("{digits}%"),
            ExprKind::Text(text) => quote(text),
            ExprKind::Duration { amount, unit } => format!("{amount} {}", unit.text),
            ExprKind::Instant(text) => format!("@{text}"),
            ExprKind::Path(path) => self::path(path),
            ExprKind::Unary(UnaryOp::Not, of) => format!("not {}", self.operand(of, Level::Not)),
            ExprKind::Unary(UnaryOp::Minus, of) => format!("-{}", self.operand(of, Level::Sign)),
            ExprKind::Binary { op, left, right, .. } => {
                let level = binary(*op);
                let left = self.operand(left, least_left(*op));
                let right = if self.chains(right, *op) { self.whole(right) } else { self.operand(right, above(level)) };
                format!("{left} {} {right}", op.symbol())
            }
            ExprKind::In { value, negated, list, bare } => {
                let list: Vec<_> = list.iter().map(|item| self.whole(item)).collect();
                let list = if *bare { list.join(", ") } else { format!("({})", list.join(", ")) };
                let not = if *negated { "not " } else { "" };
                format!("{} {not}in {list}", self.operand(value, Level::Add))
            }
            ExprKind::List(members) => match &members[..] {
                [one] => format!("({},)", self.whole(one)),
                all => format!("({})", all.iter().map(|item| self.whole(item)).collect::<Vec<_>>().join(", ")),
            },
            ExprKind::BusinessDays { amount, unit, except } => {
                let except = except.as_ref().map(|it| format!(" except {}", self::path(it))).unwrap_or_default();
                format!("{amount} business {}{except}", unit.text)
            }
            ExprKind::IsNull { value, negated } => {
                let not = if *negated { "not " } else { "" };
                format!("{} is {not}null", self.operand(value, Level::Add))
            }
            ExprKind::Within(within) => {
                let next = if within.next { "next " } else { "" };
                let part = |word: &str, part: &Option<Expr>| {
                    part.as_ref().map(|it| format!(" {word} {}", self.operand(it, Level::Add))).unwrap_or_default()
                };
                let value = self.operand(&within.value, Level::Add);
                let span = self.operand(&within.span, Level::Add);
                let (until, after) = (part("..", &within.until), part("after", &within.after));
                format!("{value} within {next}{span}{until}{after}")
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Case(arms) => {
                let arms: Vec<_> = arms.iter().map(|arm| self.arm(arm)).collect();
                format!("case {{ {} }}", arms.join("; "))
            }
            ExprKind::Error => String::new(),
        }
    }

    /// An expression within another, which needs it to bind at least so tightly.
    pub fn operand(self, expr: &Expr, least: Level) -> String {
        let text = self.whole(expr);
        if level(expr) < least || self.enclosed(expr) { format!("({text})") } else { text }
    }

    /// Whether an operator's right side goes on with its chain.
    pub fn chains(self, right: &Expr, op: BinaryOp) -> bool {
        matches!(op, BinaryOp::And | BinaryOp::Or)
            && matches!(right.kind, ExprKind::Binary { op: other, .. } if other == op)
            && !self.enclosed(right)
    }

    /// Whether an operation was written in parentheses.
    pub fn enclosed(self, expr: &Expr) -> bool {
        let first = match &expr.kind {
            ExprKind::Binary { left, .. } => left.span.start,
            ExprKind::In { value, .. } | ExprKind::IsNull { value, .. } => value.span.start,
            ExprKind::Within(within) => within.value.span.start,
            ExprKind::Unary(_, of) => {
                let at = (expr.span.start - self.file.base) as usize;
                let paren = self.file.text.as_bytes().get(at) == Some(&b'(');
                return paren && of.span.start > expr.span.start;
            }
            _ => return false,
        };
        first > expr.span.start
    }

    pub fn arm(self, arm: &Arm) -> String {
        match &arm.when {
            Some(when) => format!("{} when {}", self.whole(&arm.value), self.whole(when)),
            None => format!("{} otherwise", self.whole(&arm.value)),
        }
    }

    fn call(self, call: &Call) -> String {
        let mut inside = self.orders(&call.arguments);
        if let Some(set) = &call.set {
            if !call.arguments.is_empty() {
                inside.push_str(" from ");
            }
            inside.push_str(&self.set(set));
        }
        let per: Vec<_> = call.per.iter().map(|expr| self.whole(expr)).collect();
        if !per.is_empty() {
            inside.push_str(&format!(" per {}", per.join(", ")));
        }
        if let Some(among) = &call.among {
            inside.push_str(&format!(" among {}", path(among)));
        }
        let then: String = call.then.iter().map(|part| format!(".{}", name(part))).collect();
        format!("{}({}){then}", name(&call.name), inside.trim_start())
    }

    fn set(self, set: &Set) -> String {
        let mut text = path(&set.path);
        if let Some(alias) = &set.alias {
            text.push_str(&format!(" as {}", name(alias)));
        }
        if let Some(condition) = &set.condition {
            text.push_str(&format!(" where {}", self.whole(condition)));
        }
        if !set.by.is_empty() {
            text.push_str(&format!(" by {}", self.orders(&set.by)));
        }
        text
    }

    pub fn orders(self, orders: &[Order]) -> String {
        let one = |order: &Order| format!("{}{}", self.whole(&order.by), if order.descending { " desc" } else { "" });
        orders.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// A text in quotes.
pub(super) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name as it was written.
pub(super) fn name(name: &Name) -> String {
    if name.quoted { format!("\"{}\"", name.text.replace('"', "\"\"")) } else { name.text.clone() }
}

/// A path as it was written.
pub(super) fn path(path: &Path) -> String {
    path.parts.iter().map(name).collect::<Vec<_>>().join(".")
}

const fn binary(op: BinaryOp) -> Level {
    match op {
        BinaryOp::Or => Level::Or,
        BinaryOp::And => Level::And,
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual => Level::Compare,
        BinaryOp::Add | BinaryOp::Subtract => Level::Add,
        BinaryOp::Multiply | BinaryOp::Divide => Level::Multiply,
    }
}

/// What the left side must bind as: comparisons do not chain.
fn least_left(op: BinaryOp) -> Level {
    match binary(op) {
        Level::Compare => Level::Add,
        level => level,
    }
}

/// The next tighter level.
pub(super) const fn above(level: Level) -> Level {
    match level {
        Level::Or => Level::And,
        Level::And => Level::Not,
        Level::Not => Level::Compare,
        Level::Compare => Level::Add,
        Level::Add => Level::Multiply,
        Level::Multiply => Level::Sign,
        Level::Sign | Level::Term => Level::Term,
    }
}

pub(super) fn level(expr: &Expr) -> Level {
    match &expr.kind {
        ExprKind::Binary { op, .. } => binary(*op),
        ExprKind::Unary(UnaryOp::Not, _) => Level::Not,
        ExprKind::Unary(UnaryOp::Minus, _) => Level::Sign,
        ExprKind::In { .. } | ExprKind::IsNull { .. } | ExprKind::Within(_) => Level::Compare,
        _ => Level::Term,
    }
}
