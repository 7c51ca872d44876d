//! Functions of JSON: a small reader that keeps what stands where as it is written. A text that is not wholly JSON has
//! nothing anywhere.

use super::number;
use super::{Body, Call, Value};
use crate::eval::Stop;
use crate::types::Type;

/// The functions of this subject.
pub static ALL: &[(&str, Body)] = &[
    ("json_text", json_text),
    ("json_int", |call| converted(call, "int")),
    ("json_float", |call| converted(call, "float")),
    ("json_bool", |call| {
        Ok(match json_text(call)? {
            Value::Text(text) => text.parse().map_or(Value::Null, Value::Bool),
            _ => Value::Null,
        })
    }),
];

/// What the function of this name makes of the text at the path.
fn converted(call: &Call<'_>, name: &str) -> Result<Value, Stop> {
    let text = [json_text(call)?];
    let body = number::ALL.iter().find(|(known, _)| *known == name).map(|(_, body)| body);
    let call = Call { values: &text, kind: &Type::Text, now: call.now };
    body.map_or(Ok(Value::Null), |body| if text.iter().any(Value::is_null) { Ok(Value::Null) } else { body(&call) })
}

fn json_text(call: &Call<'_>) -> Result<Value, Stop> {
    let mut reader = Reader { rest: call.text(0) };
    let node = reader.node().filter(|_| reader.blank().rest.is_empty());
    let found = call.values.iter().skip(1).try_fold(node, |node, step| {
        let step = step.as_text();
        match node? {
            (Node::Object(mut parts), _) => Some(parts.drain(..).rfind(|(name, _)| name == step).map(|(_, it)| it)),
            (Node::Array(mut parts), _) => {
                let place: i64 = step.parse().ok()?;
                let place = if place < 0 { place + parts.len() as i64 } else { place };
                let place = usize::try_from(place).ok().filter(|place| *place < parts.len())?;
                Some(Some(parts.swap_remove(place)))
            }
            _ => None,
        }
    });
    Ok(match found.flatten() {
        Some((Node::Text(text), _)) => Value::Text(text),
        Some((Node::Null, _)) | None => Value::Null,
        Some((_, written)) => Value::Text(written.to_owned()),
    })
}

/// A value, and how it is written.
type Written<'t> = (Node<'t>, &'t str);

/// A value.
enum Node<'t> {
    Null,
    /// A number, `true` or `false`.
    Plain,
    Text(String),
    Array(Vec<Written<'t>>),
    Object(Vec<(String, Written<'t>)>),
}

/// Reads JSON from the front of a text; `None` where there is none.
struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn blank(&mut self) -> &mut Self {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self
    }

    fn take(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn node(&mut self) -> Option<Written<'t>> {
        let before = self.blank().rest;
        let node = match before.chars().next()? {
            '{' => Node::Object(self.list("{", "}", |it| {
                let name = it.blank().text()?;
                it.blank().take(":")?;
                Some((name, it.node()?))
            })?),
            '[' => Node::Array(self.list("[", "]", Self::node)?),
            '"' => Node::Text(self.text()?),
            'n' => self.take("null").map(|()| Node::Null)?,
            't' => self.take("true").map(|()| Node::Plain)?,
            'f' => self.take("false").map(|()| Node::Plain)?,
            _ => self.number().map(|()| Node::Plain)?,
        };
        Some((node, before.get(..before.len() - self.rest.len())?))
    }

    fn list<T>(&mut self, open: &str, close: &str, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.take(open)?;
        let mut all = Vec::new();
        if self.blank().take(close).is_some() {
            return Some(all);
        }
        loop {
            all.push(one(self)?);
            if self.blank().take(close).is_some() {
                return Some(all);
            }
            self.take(",")?;
        }
    }

    fn digits(&mut self) -> Option<&'t str> {
        let end = self.rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!digits.is_empty()).then_some(digits)
    }

    fn number(&mut self) -> Option<()> {
        self.take("-");
        let whole = self.digits()?;
        if whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        if self.take(".").is_some() {
            self.digits()?;
        }
        if self.take("e").or_else(|| self.take("E")).is_some() {
            self.take("+").or_else(|| self.take("-"));
            self.digits()?;
        }
        Some(())
    }

    fn text(&mut self) -> Option<String> {
        self.take("\"")?;
        let mut text = String::new();
        loop {
            let next = self.rest.chars().next()?;
            self.take(self.rest.get(..next.len_utf8())?)?;
            match next {
                '"' => return Some(text),
                '\\' => text.push(self.escaped()?),
                '\u{0}'..='\u{1f}' => return None,
                _ => text.push(next),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.take(self.rest.get(..next.len_utf8())?)?;
        Some(match next {
            '"' | '\\' | '/' => next,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = self.unit()?;
                if !(0xd800..0xdc00).contains(&first) {
                    // No database stores U+0000.
                    return char::from_u32(first).filter(|it| *it != '\0');
                }
                self.take("\\u")?;
                let second = self.unit()?.checked_sub(0xdc00).filter(|it| *it < 0x400)?;
                char::from_u32(0x10000 + ((first - 0xd800) << 10) + second)?
            }
            _ => return None,
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        self.rest = rest;
        let sound = digits.bytes().all(|it| it.is_ascii_hexdigit());
        sound.then(|| u32::from_str_radix(digits, 16).ok())?
    }
}
