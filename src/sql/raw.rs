//! Takes the text of a `source … as sql` and the tables that it reads, gives the text as a dialect can read it: without
//! blanks and semicolons at its ends, and with `a.b` as one name where there are no schemas. Everything else stays.

use sqlparser::dialect::GenericDialect;
use sqlparser::tokenizer::{Location, Token, Tokenizer};

use super::qualified;
use crate::dialect::Dialect;

/// The text in a dialect.
#[must_use]
pub fn text(text: &str, reads: &[String], dialect: &Dialect) -> String {
    let text = text.trim().trim_end_matches(';').trim_end();
    if dialect.schema_separator == "." {
        return text.to_owned();
    }
    let tokens = Tokenizer::new(&GenericDialect {}, text).tokenize_with_location().unwrap_or_default();
    let (mut out, mut done) = (String::new(), 0);
    for words in tokens.windows(3) {
        let [schema, dot, table] = words else { continue };
        let (Token::Word(first), Token::Period, Token::Word(second)) = (&schema.token, &dot.token, &table.token) else {
            continue;
        };
        let (start, end) = (offset(text, schema.span.start), offset(text, table.span.end));
        let written = format!("{}.{}", first.value, second.value);
        if start >= done && reads.iter().any(|read| read.eq_ignore_ascii_case(&written)) {
            out.push_str(text.get(done..start).unwrap_or_default());
            out.push_str(&qualified(&[&first.value, &second.value], "", dialect));
            done = end;
        }
    }
    out + text.get(done..).unwrap_or_default()
}

/// The byte at a line and column, both from 1, the column in characters.
fn offset(text: &str, at: Location) -> usize {
    let count = |of: u64| usize::try_from(of).unwrap_or(usize::MAX).saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(count(at.line)).map(str::len).sum();
    let line = text.get(before..).unwrap_or_default();
    before + line.chars().take(count(at.column)).map(char::len_utf8).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::ALL;

    #[test]
    fn tables_are_named_as_the_dialect_names_them() {
        let reads = ["app.users".to_owned(), "app.logins".to_owned()];
        let written = "select u.id, app.logins.at, 'é app.users it''s' as x, 1.50\n\
                       from app.users as u -- app.users\n  join \"app\".logins on /* app.users */ u.id = logins.user_id";
        for dialect in ALL {
            let given = text(&format!("\n  {written} ;\n"), &reads, dialect);
            if dialect.schema_separator == "." {
                assert_eq!(given, written);
            } else {
                let one = |name: &str| format!("app{}{name}", dialect.schema_separator);
                let expected = written
                    .replace("app.logins.at", &format!("{}.at", one("logins")))
                    .replace("from app.users", &format!("from {}", one("users")))
                    .replace("\"app\".logins", &one("logins"));
                assert_eq!(given, expected);
            }
        }
    }
}
