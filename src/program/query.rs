//! Takes the text of an `as sql` source and gives the tables that it reads. It must be one query; what it means
//! stays the warehouse's business.

use std::collections::BTreeSet;

use miette::Diagnostic;
use sqlparser::ast::Statement;
use sqlparser::dialect::GenericDialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::source::Span;
use crate::syntax::ast::Text;

#[derive(Debug, Error, Diagnostic)]
#[error("the SQL cannot be read: {reason}")]
#[diagnostic(code("bad-sql"), help("write one `select` that the warehouse accepts"))]
struct BadSql {
    reason: String,
    #[label(primary, "it cannot be read from here on")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("the SQL is not one `select`")]
#[diagnostic(code("not-one-select"), help("keep one `select`, and nothing that changes data"))]
struct NotOneSelect {
    #[label(primary, "{found}")]
    at: Span,
    found: String,
}

/// The query without blanks around it and without the semicolon at its end.
pub(super) fn trimmed(sql: &str) -> &str {
    sql.trim().trim_end_matches(';').trim_end()
}

/// The tables that the query reads, dotted, in order of their names.
pub(super) fn tables(sql: &Text, diags: &mut Diagnostics) -> Vec<String> {
    let dialect = GenericDialect {};
    let statements = match Parser::parse_sql(&dialect, &sql.value) {
        Ok(statements) => statements,
        Err(problem) => {
            let said = problem.to_string().replace("sql parser error: ", "");
            let (reason, at) = placed(&said, sql).unwrap_or_else(|| (said.clone(), sql.span));
            diags.push(BadSql { reason: decapitalized(&reason).replace(": ", " "), at });
            return Vec::new();
        }
    };
    match statements.as_slice() {
        [Statement::Query(query)] if reads_only(&query.body) => {}
        [_] => {
            diags.push(NotOneSelect { at: sql.span, found: "this statement is not a `select`".to_owned() });
            return Vec::new();
        }
        _ => {
            diags.push(NotOneSelect { at: sql.span, found: format!("there are {} statements", statements.len()) });
            return Vec::new();
        }
    }
    Tokenizer::new(&dialect, &sql.value).tokenize().map(|tokens| read_tables(&tokens)).unwrap_or_default()
}

fn reads_only(body: &sqlparser::ast::SetExpr) -> bool {
    use sqlparser::ast::SetExpr;
    match body {
        SetExpr::Select(select) => select.into.is_none(),
        SetExpr::Query(query) => reads_only(&query.body),
        SetExpr::SetOperation { left, right, .. } => reads_only(left) && reads_only(right),
        _ => false,
    }
}

/// What the parser says, apart from its ` at Line: 1, Column: 8`, and the word there.
fn placed(said: &str, sql: &Text) -> Option<(String, Span)> {
    let (reason, place) = said.rsplit_once(" at Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    let (line, column) = (line.parse::<usize>().ok()?, column.parse::<usize>().ok()?);
    let before: usize = sql.value.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let rest = sql.value.get(before..)?;
    let start = before + rest.chars().take(column.checked_sub(1)?).map(char::len_utf8).sum::<usize>();
    let rest = sql.value.get(start..)?;
    let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let first = sql.span.start + "$$".len() as u32 + start as u32;
    let length = word.max(rest.chars().next().map_or(0, char::len_utf8));
    Some((reason.to_owned(), Span::new(first, first + length as u32)))
}

fn decapitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// One level of parentheses.
#[derive(Default, Clone, Copy)]
struct Level {
    /// Whether a `select` stands in it.
    select: bool,
    /// Whether the place is in its `from`, where a comma brings another table.
    from: bool,
}

/// The names after `from`, `join` and a comma between tables, without the names that a `with` gives.
fn read_tables(tokens: &[Token]) -> Vec<String> {
    let tokens: Vec<&Token> = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    let mut levels = vec![Level::default()];
    let mut found = BTreeSet::new();
    let mut given = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at)).copied();
        let Some(level) = levels.last_mut() else { break };
        let mut table = false;
        match token {
            Token::LParen => {
                levels.push(Level::default());
                continue;
            }
            Token::RParen => {
                levels.pop();
                continue;
            }
            Token::Comma => table = level.from,
            Token::Word(word) => match word.keyword {
                Keyword::SELECT => *level = Level { select: true, from: false },
                Keyword::FROM if level.select && !is_keyword(before, Keyword::DISTINCT) => {
                    level.from = true;
                    table = true;
                }
                Keyword::JOIN => table = true,
                Keyword::WHERE
                | Keyword::GROUP
                | Keyword::ORDER
                | Keyword::HAVING
                | Keyword::LIMIT
                | Keyword::UNION => {
                    level.from = false;
                }
                Keyword::AS if matches!(tokens.get(at + 1), Some(Token::LParen)) => {
                    if let Some(Token::Word(name)) = before {
                        given.insert(name.value.to_lowercase());
                    }
                }
                _ => {}
            },
            _ => {}
        }
        if table && let Some(name) = dotted(tokens.get(at + 1..).unwrap_or_default()) {
            found.insert(name);
        }
    }
    found.into_iter().filter(|name| !given.contains(&name.to_lowercase())).collect()
}

fn is_keyword(token: Option<&Token>, keyword: Keyword) -> bool {
    matches!(token, Some(Token::Word(word)) if word.keyword == keyword)
}

fn dotted(tokens: &[&Token]) -> Option<String> {
    let mut name = String::new();
    let mut rest = tokens.iter();
    loop {
        let Some(Token::Word(word)) = rest.next() else { return None };
        if word.quote_style.is_none() && matches!(word.keyword, Keyword::SELECT | Keyword::LATERAL) {
            return None;
        }
        name.push_str(&word.value);
        match rest.next() {
            Some(Token::Period) => name.push('.'),
            Some(Token::LParen) => return None,
            _ => return Some(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> (String, usize) {
        let mut diags = Diagnostics::default();
        let found = tables(&Text { value: sql.to_owned(), span: Span::new(0, 1) }, &mut diags);
        (found.join(" "), diags.finish().len())
    }

    #[test]
    fn collects_tables_wherever_they_are_read() {
        let sql = "with w as (select * from app.a) select w.x, extract(year from w.t) from w, app.b b \
                   join (select 1 from c where exists (select 1 from d)) s on s.x is distinct from w.x;";
        assert_eq!(of(sql), ("app.a app.b c d".to_owned(), 0));
        assert_eq!(of("select 1 from a union all select 2 from b order by 1"), ("a b".to_owned(), 0));
    }

    #[test]
    fn refuses_all_but_one_query() {
        assert_eq!(of("delete from a").1, 1);
        assert_eq!(of("select 1; select 2").1, 1);
        assert_eq!(of("selec 1").1, 1);
        assert_eq!(of("values (1)").1, 1);
    }
}
