//! Takes a template and written arguments, gives one written expression: parentheses only where an operator
//! of the template needs them, breaks only in its parentheses and before `||`.
//!
//! | in a template | stands for |
//! |---|---|
//! | `{0}` `{1}` | an argument |
//! | `{*}` `{1*}` | all arguments, or those from the second on, with commas |
//! | `{* \|\| }` | all arguments with that text between them |
//! | `{* AND \|@ IS NOT NULL}` | the form after the bar for each argument (`@`), with the text before it between them |
//! | `{1:interval}` `{1:days}` `{1:months}` | a constant: `'14 days'`, `14`, `'3 months'` |
//! | `{type}` `{p}` `{s}` | the result's type, its precision and scale |
//! | `{from_p}` `{from_s}` `{from_unit}` | a cast's operand: precision, scale, ten to the scale |
//! | `{over}` | the ` OVER (…)` of a window, or nothing |
//!
//! A template of the name `f/2` is for two arguments, `f/constant` for plain constants after the first one.

use std::borrow::Cow;

use super::doc::{Doc, behind};

/// A written expression and how tightly its loosest operator binds.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its text.
    pub doc: Doc,
    /// One of the levels below.
    pub level: u8,
}

/// How tightly operators bind: those that engines rank differently are never mixed without parentheses.
pub mod level {
    /// `OR`
    pub const OR: u8 = 1;
    /// `AND`
    pub const AND: u8 = 2;
    /// `NOT`
    pub const NOT: u8 = 3;
    /// `=`, `<`, `IS`, `IN`
    pub const COMPARE: u8 = 4;
    /// `||`
    pub const CONCAT: u8 = 5;
    /// `+`, `-`
    pub const ADD: u8 = 6;
    /// `*`, `/`, `%`
    pub const MULTIPLY: u8 = 7;
    /// `-x`, `AT TIME ZONE`, `COLLATE`
    pub const UNARY: u8 = 8;
    /// What needs no parentheses.
    pub const ATOM: u8 = 9;
}

impl Written {
    /// An expression that never needs parentheses.
    #[must_use]
    pub fn atom(text: impl Into<Cow<'static, str>>) -> Self {
        Self { doc: Doc::text(text), level: level::ATOM }
    }

    /// The expression where at least that level is needed.
    #[must_use]
    pub fn at(self, needed: u8) -> Doc {
        if self.level >= needed {
            return self.doc;
        }
        Doc::Group(vec![Doc::text("("), Doc::Indent(vec![Doc::Soft, self.doc]), Doc::Soft, Doc::text(")")])
    }
}

/// What one piece of a template is.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Text(String),
    Word(String),
    Operator(String, u8),
    Slot(String),
    Open,
    Close,
    Comma,
}

/// What stands in a slot.
pub enum Slot {
    /// An argument.
    Written(Written),
    /// Text as it is.
    Raw(Doc),
}

/// The template filled: `slot` gives what each `{…}` stands for.
pub fn fill(template: &str, arguments: usize, slot: &mut dyn FnMut(&str) -> Slot) -> Written {
    let tokens = tokens(&spread(template, arguments));
    let mut stack: Vec<Vec<Doc>> = vec![Vec::new()];
    let mut depth_case = 0;
    let mut loosest = level::ATOM;
    let joins = |at: usize| matches!(tokens.get(at), Some(Token::Operator(_, level::CONCAT)));
    for (at, token) in tokens.iter().enumerate() {
        let outermost = stack.len() == 1 && depth_case == 0;
        let doc = match token {
            Token::Open => {
                stack.push(Vec::new());
                continue;
            }
            Token::Close => {
                let inner = stack.pop().unwrap_or_default();
                let inner = Doc::Indent(behind(Doc::Soft, inner));
                Doc::Group(vec![Doc::text("("), inner, Doc::Soft, Doc::text(")")])
            }
            Token::Comma => {
                push(&mut stack, Doc::text(","));
                Doc::Line
            }
            Token::Text(text) if outermost && text == " " && joins(at + 1) => Doc::Line,
            Token::Text(text) => Doc::text(text.clone()),
            Token::Word(word) => {
                depth_case += i32::from(word == "CASE") - i32::from(word == "END");
                Doc::text(word.clone())
            }
            Token::Operator(text, level) => {
                if outermost {
                    loosest = loosest.min(*level);
                }
                Doc::text(text.clone())
            }
            Token::Slot(name) => match slot(name) {
                Slot::Raw(doc) => doc,
                Slot::Written(written) => {
                    let alone = tokens.len() == 1;
                    if alone {
                        return written;
                    }
                    written.at(needed(&tokens, at))
                }
            },
        };
        push(&mut stack, doc);
    }
    let pieces = stack.into_iter().flatten().collect();
    let doc = if loosest == level::CONCAT { Doc::Group(vec![Doc::Indent(pieces)]) } else { Doc::Group(pieces) };
    Written { doc, level: loosest }
}

fn push(stack: &mut [Vec<Doc>], doc: Doc) {
    if let Some(top) = stack.last_mut() {
        top.push(doc);
    }
}

/// How tightly what stands at this place must bind, by the operators beside it.
fn needed(tokens: &[Token], at: usize) -> u8 {
    let blank = |token: &&Token| !matches!(token, Token::Text(text) if text.trim().is_empty());
    let before = tokens.get(..at).and_then(|tokens| tokens.iter().rev().find(blank));
    let after = tokens.get(at + 1..).and_then(|tokens| tokens.iter().find(blank));
    let left = match before {
        Some(Token::Operator(_, level::CONCAT)) => level::UNARY,
        Some(Token::Operator(_, level)) => (level + 1).min(level::ATOM),
        _ => 0,
    };
    let right = match after {
        Some(Token::Operator(_, level::CONCAT)) => level::UNARY,
        Some(Token::Operator(word, level::UNARY)) if word == "COLLATE" => level::ATOM,
        Some(Token::Operator(_, level::COMPARE)) => level::COMPARE + 1,
        Some(Token::Operator(_, level)) => *level,
        _ => 0,
    };
    left.max(right)
}

/// The template with `{*}` and its relatives written out.
fn spread(template: &str, arguments: usize) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        rest = after;
        let Some((first, form)) = name.split_once('*') else {
            out.extend(["{", name, "}"]);
            continue;
        };
        let first = first.parse().unwrap_or(0);
        let (between, form) = form.split_once('|').filter(|(_, form)| form.contains('@')).unwrap_or((form, "@"));
        let between = if between.is_empty() { ", " } else { between };
        let all: Vec<String> = (first..arguments).map(|at| form.replace('@', &format!("{{{at}}}"))).collect();
        if all.is_empty() {
            out.truncate(out.strip_suffix(", ").map_or(out.len(), str::len));
        }
        out.push_str(&all.join(between));
    }
    out.push_str(rest);
    out
}

/// The pieces of a template.
fn tokens(template: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = template;
    while let Some(first) = rest.chars().next() {
        let length = length(rest, first);
        let (text, after) = rest.split_at(length);
        rest = after;
        let starts = tokens.iter().all(|token| matches!(token, Token::Text(text) if text == " "));
        let starts = starts || matches!(tokens.last(), Some(Token::Open | Token::Comma));
        tokens.push(match text {
            "(" => Token::Open,
            ")" => Token::Close,
            "," => {
                rest = rest.trim_start_matches(' ');
                Token::Comma
            }
            "OR" => Token::Operator(text.to_owned(), level::OR),
            "AND" => Token::Operator(text.to_owned(), level::AND),
            "NOT" if starts => Token::Operator(text.to_owned(), level::NOT),
            "=" | "<" | ">" | "<=" | ">=" | "<>" | "IS" => Token::Operator(text.to_owned(), level::COMPARE),
            "||" => Token::Operator(text.to_owned(), level::CONCAT),
            "-" if starts => Token::Operator(text.to_owned(), level::UNARY),
            "+" | "-" => Token::Operator(text.to_owned(), level::ADD),
            "*" | "/" | "%" => Token::Operator(text.to_owned(), level::MULTIPLY),
            "AT" | "COLLATE" => Token::Operator(text.to_owned(), level::UNARY),
            _ if first == '{' => Token::Slot(text.trim_matches(['{', '}']).to_owned()),
            _ if first.is_alphabetic() => Token::Word(text.to_owned()),
            _ => Token::Text(text.to_owned()),
        });
    }
    tokens
}

/// The length of the piece that a text begins with.
fn length(rest: &str, first: char) -> usize {
    let word = |it: char| it.is_alphanumeric() || it == '_' || it == '.';
    let run = |matches: &dyn Fn(char) -> bool| rest.find(|it| !matches(it)).unwrap_or(rest.len());
    match first {
        '{' => rest.find('}').map_or(rest.len(), |end| end + 1),
        '\'' | '"' => rest.get(1..).and_then(|after| after.find(first)).map_or(rest.len(), |end| end + 2),
        '|' | '<' | '>' => run(&|it| "|<>=".contains(it)),
        _ if word(first) => run(&word),
        _ => first.len_utf8(),
    }
}
