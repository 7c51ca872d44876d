//! Takes the flat pairs of an expression and gives its tree, by precedence: `or`, `and`, `not`, comparisons, `+ -`,
//! `* /`, the sign. Never deeper than [`DEPTH`]: chains of `and` and `or` are balanced, what is deeper is an error.

use pest::iterators::{Pair, Pairs};

use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp, Within};
use crate::syntax::build::{Builder, take};
use crate::syntax::explain;
use crate::syntax::grammar::Rule;
use crate::syntax::layout::DEPTH;

/// An expression and how deep it is.
pub(super) struct Built {
    pub expr: Expr,
    pub depth: usize,
}

/// Chains up to here lean to the left, as they are read.
const LEANING: usize = 16;

impl Builder<'_> {
    /// The expression of a pair `expr` or `sum`.
    pub(super) fn expr(&mut self, pair: Pair<'_, Rule>) -> Expr {
        self.built(pair).expr
    }

    /// The expression in a clause such as `where_`; a missing one was reported.
    pub(super) fn clause(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        match pair.into_inner().find(|kid| kid.as_rule() == Rule::expr) {
            Some(kid) => self.expr(kid),
            None => Expr { span, kind: ExprKind::Error },
        }
    }

    pub(super) fn built(&mut self, pair: Pair<'_, Rule>) -> Built {
        let mut pairs = pair.into_inner();
        self.disjunction(&mut pairs)
    }

    fn disjunction(&mut self, pairs: &mut Pairs<'_, Rule>) -> Built {
        let mut terms = vec![self.conjunction(pairs)];
        let mut operators = Vec::new();
        let mut pipes = None;
        loop {
            let is_pipe = pairs.peek().is_some_and(|pair| pair.as_str().trim() == "||");
            let Some((_, at)) = self.infix(pairs, &[BinaryOp::Or]) else { break };
            pipes = pipes.or(is_pipe.then_some(at));
            operators.push(at);
            terms.push(self.conjunction(pairs));
        }
        if let Some(at) = pipes
            && !self.pipes(&terms, at)
            && let (Some(first), Some(last)) = (terms.first(), terms.last())
        {
            return leaf(first.expr.span.to(last.expr.span), ExprKind::Error);
        }
        self.chain(BinaryOp::Or, terms, &operators)
    }

    fn conjunction(&mut self, pairs: &mut Pairs<'_, Rule>) -> Built {
        let mut terms = vec![self.negation(pairs)];
        let mut operators = Vec::new();
        while let Some(operator) = self.infix(pairs, &[BinaryOp::And]) {
            operators.push(operator.1);
            terms.push(self.negation(pairs));
        }
        self.chain(BinaryOp::And, terms, &operators)
    }

    fn negation(&mut self, pairs: &mut Pairs<'_, Rule>) -> Built {
        let mut nots = Vec::new();
        while let Some(not) = take(pairs, Rule::not) {
            nots.push(self.not(&not));
        }
        let mut built = self.comparison(pairs);
        for span in nots.into_iter().rev() {
            built = self.unary(UnaryOp::Not, span, built);
        }
        built
    }

    fn comparison(&mut self, pairs: &mut Pairs<'_, Rule>) -> Built {
        const OPS: &[BinaryOp] = &[
            BinaryOp::Equal,
            BinaryOp::NotEqual,
            BinaryOp::Less,
            BinaryOp::LessEqual,
            BinaryOp::Greater,
            BinaryOp::GreaterEqual,
        ];
        let mut left = self.addition(pairs);
        let mut first: Option<Span> = None;
        let mut chained = false;
        loop {
            let (at, built) = if let Some((op, at)) = self.infix(pairs, OPS) {
                let right = self.addition(pairs);
                (at, self.binary(op, at, left, right))
            } else if let Some(tail) = pairs.peek().filter(|pair| is_tail(pair.as_rule())) {
                pairs.next();
                (self.span(&tail), self.tail(left, tail))
            } else {
                return left;
            };
            left = built;
            match first {
                None => first = Some(at),
                Some(first) => {
                    if !std::mem::replace(&mut chained, true) {
                        self.diagnostics.push(explain::ChainedComparison { at, first });
                    }
                    left = Built { expr: Expr { span: left.expr.span, kind: ExprKind::Error }, depth: 1 };
                }
            }
        }
    }

    fn addition(&mut self, pairs: &mut Pairs<'_, Rule>) -> Built {
        let mut left = self.multiplication(pairs);
        while let Some((op, at)) = self.infix(pairs, &[BinaryOp::Add, BinaryOp::Subtract]) {
            let right = self.multiplication(pairs);
            left = self.binary(op, at, left, right);
        }
        left
    }

    fn multiplication(&mut self, pairs: &mut Pairs<'_, Rule>) -> Built {
        let mut left = self.signed(pairs);
        while let Some((op, at)) = self.infix(pairs, &[BinaryOp::Multiply, BinaryOp::Divide]) {
            let right = self.signed(pairs);
            left = self.binary(op, at, left, right);
        }
        left
    }

    fn signed(&mut self, pairs: &mut Pairs<'_, Rule>) -> Built {
        let mut signs = Vec::new();
        while let Some(sign) = take(pairs, Rule::minus).or_else(|| take(pairs, Rule::not)) {
            match sign.as_rule() {
                Rule::not => signs.push((UnaryOp::Not, self.not(&sign))),
                _ => signs.push((UnaryOp::Minus, self.span(&sign))),
            }
        }
        let mut built = match pairs.next() {
            Some(pair) => self.term(pair),
            // The grammar has a term after every operator.
            None => leaf(Span::new(self.shift, self.shift), ExprKind::Error),
        };
        for (op, span) in signs.into_iter().rev() {
            built = self.unary(op, span, built);
        }
        built
    }

    /// The next operator, if it is one of these.
    fn infix(&mut self, pairs: &mut Pairs<'_, Rule>, ops: &[BinaryOp]) -> Option<(BinaryOp, Span)> {
        let pair = pairs.peek().filter(|pair| matches!(pair.as_rule(), Rule::infix | Rule::arithmetic))?;
        let written = pair.as_str().trim();
        let lower = written.to_ascii_lowercase();
        let op = match lower.as_str() {
            "or" | "||" => BinaryOp::Or,
            "and" | "&&" => BinaryOp::And,
            "=" | "==" => BinaryOp::Equal,
            "!=" | "<>" => BinaryOp::NotEqual,
            "<" => BinaryOp::Less,
            "<=" => BinaryOp::LessEqual,
            ">" => BinaryOp::Greater,
            ">=" => BinaryOp::GreaterEqual,
            "+" => BinaryOp::Add,
            "-" => BinaryOp::Subtract,
            "*" => BinaryOp::Multiply,
            _ => BinaryOp::Divide,
        };
        if !ops.contains(&op) {
            return None;
        }
        pairs.next();
        let span = self.span(&pair);
        // What two pipes are meant for shows beside their terms.
        if written != "||" {
            self.spelling(written, op.symbol(), span);
        }
        Some((op, span))
    }

    fn not(&mut self, pair: &Pair<'_, Rule>) -> Span {
        let span = self.span(pair);
        self.spelling(pair.as_str().trim(), "not", span);
        span
    }

    /// Reports an operator or word that is written otherwise: each spelling, and capitals, once in a piece.
    pub(super) fn spelling(&mut self, written: &str, right: &'static str, at: Span) {
        if written == right {
            return;
        }
        let habit = if written.eq_ignore_ascii_case(right) { "capitals" } else { written };
        if !self.misspelt.iter().any(|it| it == habit) {
            self.misspelt.push(habit.to_owned());
            self.diagnostics.push(explain::WrongOperator { written: written.to_owned(), right, at });
        }
    }

    fn chain(&mut self, op: BinaryOp, terms: Vec<Built>, operators: &[Span]) -> Built {
        if terms.len() > LEANING {
            return self.balanced(op, terms, operators);
        }
        let mut operators = operators.iter();
        terms
            .into_iter()
            .reduce(|left, right| {
                let at = operators.next().copied().unwrap_or(left.expr.span);
                self.binary(op, at, left, right)
            })
            .unwrap_or_else(|| leaf(Span::new(self.shift, self.shift), ExprKind::Error))
    }

    /// Joins neighbours, then their joints, and so on: as deep as the logarithm of the length.
    fn balanced(&mut self, op: BinaryOp, terms: Vec<Built>, operators: &[Span]) -> Built {
        let mut terms = terms;
        let mut operators = operators.to_vec();
        while terms.len() > 1 {
            let mut joined = Vec::with_capacity(terms.len().div_ceil(2));
            let mut rest = Vec::with_capacity(operators.len() / 2);
            let mut pairs = terms.into_iter();
            let mut between = operators.into_iter();
            while let Some(left) = pairs.next() {
                match pairs.next() {
                    Some(right) => {
                        let at = between.next().unwrap_or(left.expr.span);
                        joined.push(self.binary(op, at, left, right));
                        rest.extend(between.next());
                    }
                    None => joined.push(left),
                }
            }
            terms = joined;
            operators = rest;
        }
        terms.pop().unwrap_or_else(|| leaf(Span::new(self.shift, self.shift), ExprKind::Error))
    }

    fn binary(&mut self, op: BinaryOp, operator: Span, left: Built, right: Built) -> Built {
        let span = left.expr.span.to(right.expr.span);
        let depth = left.depth.max(right.depth);
        let kind = ExprKind::Binary { op, operator, left: Box::new(left.expr), right: Box::new(right.expr) };
        self.node(span, kind, depth)
    }

    fn unary(&mut self, op: UnaryOp, sign: Span, of: Built) -> Built {
        let span = sign.to(of.expr.span);
        self.node(span, ExprKind::Unary(op, Box::new(of.expr)), of.depth)
    }

    /// A node over parts that are so deep; an error where that is too deep.
    pub(super) fn node(&mut self, span: Span, kind: ExprKind, below: usize) -> Built {
        if below < DEPTH {
            return Built { expr: Expr { span, kind }, depth: below + 1 };
        }
        if !std::mem::replace(&mut self.deep, true) {
            self.diagnostics.push(explain::TooManyOperators { at: span });
        }
        leaf(span, ExprKind::Error)
    }

    fn tail(&mut self, left: Built, pair: Pair<'_, Rule>) -> Built {
        let span = left.expr.span.to(self.span(&pair));
        let rule = pair.as_rule();
        let mut depth = left.depth;
        let kids = pair.into_inner();
        if rule == Rule::within {
            return self.within(left, span, kids);
        }
        let mut negated = false;
        let mut bare = false;
        let mut list = Vec::new();
        let value = Box::new(left.expr);
        for kid in kids {
            let at = self.span(&kid);
            match kid.as_rule() {
                Rule::expr => {
                    let built = self.built(kid);
                    depth = depth.max(built.depth);
                    list.push(built.expr);
                }
                Rule::path => {
                    bare = true;
                    list.push(Expr { span: at, kind: ExprKind::Path(self.path(kid)) });
                }
                Rule::kw_not => {
                    negated = true;
                    self.spelling(kid.as_str(), "not", at);
                }
                Rule::close => {}
                Rule::kw_in => self.spelling(kid.as_str(), "in", at),
                Rule::kw_is => self.spelling(kid.as_str(), "is", at),
                _ => self.spelling(kid.as_str(), "null", at),
            }
        }
        let kind = match rule {
            Rule::is_null => ExprKind::IsNull { value, negated },
            _ => ExprKind::In { value, negated, list, bare },
        };
        self.node(span, kind, depth)
    }

    fn within(&mut self, value: Built, span: Span, kids: Pairs<'_, Rule>) -> Built {
        let mut depth = value.depth;
        let mut next = false;
        let mut slot = Rule::kw_within;
        let (mut window, mut until, mut after) = (None, None, None);
        for kid in kids {
            match kid.as_rule() {
                Rule::kw_next => next = true,
                Rule::sum => {
                    let built = self.built(kid);
                    depth = depth.max(built.depth);
                    let expr = Some(built.expr);
                    match slot {
                        Rule::range => until = expr,
                        Rule::kw_after => after = expr,
                        _ => window = expr,
                    }
                }
                rule => slot = rule,
            }
        }
        let window = window.unwrap_or(Expr { span, kind: ExprKind::Error });
        let within = Within { value: value.expr, next, span: window, until, after };
        self.node(span, ExprKind::Within(Box::new(within)), depth)
    }

    fn term(&mut self, pair: Pair<'_, Rule>) -> Built {
        let span = self.span(&pair);
        let text = pair.as_str();
        match pair.as_rule() {
            Rule::number => leaf(span, ExprKind::Number(text.to_owned())),
            Rule::percent => leaf(span, ExprKind::Percent(text.trim_end_matches('%').to_owned())),
            Rule::instant => leaf(span, ExprKind::Instant(text.trim_start_matches('@').to_owned())),
            Rule::text => leaf(span, ExprKind::Text(self.text(&pair, "'").value)),
            Rule::path => leaf(span, ExprKind::Path(self.path(pair))),
            Rule::null => {
                self.spelling(text, "null", span);
                leaf(span, ExprKind::Null)
            }
            Rule::boolean => {
                let value = text.eq_ignore_ascii_case("true");
                self.spelling(text, if value { "true" } else { "false" }, span);
                leaf(span, ExprKind::Bool(value))
            }
            Rule::duration => {
                let mut kids = pair.into_inner();
                let amount = kids.next().map(|kid| kid.as_str().to_owned()).unwrap_or_default();
                match kids.next() {
                    Some(unit) => leaf(span, ExprKind::Duration { amount, unit: self.name(&unit) }),
                    None => leaf(span, ExprKind::Error),
                }
            }
            Rule::business => {
                let mut kids = pair.into_inner();
                let amount = kids.next().map(|kid| kid.as_str().to_owned()).unwrap_or_default();
                let Some(unit) = kids.nth(1).map(|kid| self.name(&kid)) else { return leaf(span, ExprKind::Error) };
                let except = kids.nth(1).map(|kid| self.path(kid));
                leaf(span, ExprKind::BusinessDays { amount, unit, except })
            }
            Rule::group => self.group(span, pair),
            Rule::case_ => self.case(span, pair),
            Rule::call => self.call(span, pair),
            _ => leaf(span, ExprKind::Error),
        }
    }
}

fn is_tail(rule: Rule) -> bool {
    matches!(rule, Rule::is_null | Rule::among_list | Rule::within)
}

pub(super) fn leaf(span: Span, kind: ExprKind) -> Built {
    Built { expr: Expr { span, kind }, depth: 1 }
}
