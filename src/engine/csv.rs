//! Reads RFC 4180 text record by record and tells an empty field from a quoted empty one, which libraries do not. Takes bytes,
//! gives fields with their place (line and column in characters); a mistake has its place too. Memory: one record.

use std::io::{self, BufRead};

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its text, without quotes.
    pub text: String,
    /// Whether it stood in quotes.
    pub quoted: bool,
    /// The line where it begins, from 1.
    pub line: u64,
    /// The column where it begins, from 1, in characters.
    pub column: u64,
}

/// What is wrong with the text of a file.
#[derive(Debug)]
pub struct Wrong {
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// What.
    pub what: String,
}

/// A reader of records.
pub struct Reader<R> {
    input: R,
    line: u64,
    text: String,
    bytes: Vec<u8>,
}

impl<R: BufRead> Reader<R> {
    /// Reads from here.
    pub const fn new(input: R) -> Self {
        Self { input, line: 0, text: String::new(), bytes: Vec::new() }
    }

    /// The next line with its end, as `self.text`; false at the end of the file.
    fn next_line(&mut self) -> Result<bool, Wrong> {
        self.bytes.clear();
        let read = self.input.read_until(b'\n', &mut self.bytes).map_err(|error| self.wrong(1, &error.to_string()))?;
        if read == 0 {
            return Ok(false);
        }
        self.line += 1;
        let valid = match std::str::from_utf8(&self.bytes) {
            Ok(text) => text,
            Err(error) => {
                let before = self.bytes.get(..error.valid_up_to()).unwrap_or_default();
                let column = String::from_utf8_lossy(before).chars().count() as u64 + 1;
                return Err(self.wrong(column, "not UTF-8"));
            }
        };
        self.text.clear();
        self.text.push_str(if self.line == 1 { valid.trim_start_matches('\u{feff}') } else { valid });
        Ok(true)
    }

    fn wrong(&self, column: u64, what: &str) -> Wrong {
        Wrong { line: self.line.max(1), column, what: what.to_owned() }
    }

    /// The next record; `None` at the end. Empty lines are no records.
    pub fn record(&mut self) -> Result<Option<Vec<Field>>, Wrong> {
        loop {
            if !self.next_line()? {
                return Ok(None);
            }
            if !self.text.trim_end_matches(['\r', '\n']).is_empty() {
                break;
            }
        }
        let mut fields = Vec::new();
        let mut at = 0;
        loop {
            let column = self.column(at);
            let (field, next, more) = if self.text.as_bytes().get(at) == Some(&b'"') {
                self.quoted(at, column)?
            } else {
                self.bare(at, column)?
            };
            fields.push(field);
            at = next;
            if !more {
                return Ok(Some(fields));
            }
        }
    }

    fn column(&self, at: usize) -> u64 {
        self.text.get(..at).unwrap_or_default().chars().count() as u64 + 1
    }

    fn bare(&self, at: usize, column: u64) -> Result<(Field, usize, bool), Wrong> {
        let rest = self.text.get(at..).unwrap_or_default();
        let rest = rest.strip_suffix('\n').unwrap_or(rest);
        let rest = rest.strip_suffix('\r').unwrap_or(rest);
        let (text, more) = rest.split_once(',').map_or((rest, false), |(text, _)| (text, true));
        if let Some(place) = text.find('"') {
            return Err(self.wrong(self.column(at + place), "a quote inside a field without quotes"));
        }
        Ok((Field { text: text.to_owned(), quoted: false, line: self.line, column }, at + text.len() + 1, more))
    }

    fn quoted(&mut self, at: usize, column: u64) -> Result<(Field, usize, bool), Wrong> {
        let line = self.line;
        let mut text = String::new();
        let mut at = at + 1;
        loop {
            let rest = self.text.get(at..).unwrap_or_default();
            let Some(place) = rest.find('"') else {
                text.push_str(rest);
                if !self.next_line()? {
                    return Err(Wrong { line, column, what: "a quote that is never closed".to_owned() });
                }
                at = 0;
                continue;
            };
            text.push_str(rest.get(..place).unwrap_or_default());
            at += place + 1;
            match self.text.as_bytes().get(at) {
                Some(b'"') => {
                    text.push('"');
                    at += 1;
                }
                Some(b',') => return Ok((Field { text, quoted: true, line, column }, at + 1, true)),
                None | Some(b'\r' | b'\n') => return Ok((Field { text, quoted: true, line, column }, at, false)),
                Some(_) => return Err(self.wrong(self.column(at), "text after a closing quote")),
            }
        }
    }

    /// The next line without its end, for JSON lines, with its number; `None` at the end. Empty lines are skipped.
    pub fn json_line(&mut self) -> Result<Option<(u64, String)>, Wrong> {
        while self.next_line()? {
            if !self.text.trim().is_empty() {
                return Ok(Some((self.line, self.text.trim_end_matches(['\r', '\n']).to_owned())));
            }
        }
        Ok(None)
    }
}

/// Opens a file for reading.
pub fn open(path: &std::path::Path) -> io::Result<Reader<io::BufReader<std::fs::File>>> {
    Ok(Reader::new(io::BufReader::with_capacity(1 << 18, std::fs::File::open(path)?)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Vec<(String, bool)>> {
        let mut reader = Reader::new(text.as_bytes());
        let mut records = Vec::new();
        while let Some(record) = reader.record().unwrap() {
            records.push(record.into_iter().map(|field| (field.text, field.quoted)).collect());
        }
        records
    }

    fn plain(text: &str) -> (String, bool) {
        (text.to_owned(), false)
    }

    #[test]
    fn tells_empty_from_quoted_empty() {
        let quoted = |text: &str| (text.to_owned(), true);
        assert_eq!(read("a,,\"\"\r\n"), [vec![plain("a"), plain(""), quoted("")]]);
        assert_eq!(
            read("\u{feff}a,b\n\n\"x, \"\"y\"\"\nz\",\n"),
            [vec![plain("a"), plain("b")], vec![quoted("x, \"y\"\nz"), plain("")]]
        );
        assert_eq!(read("a,"), [vec![plain("a"), plain("")]]);
    }

    #[test]
    fn mistakes_have_a_place() {
        let wrong = |bytes: &[u8]| {
            let mut reader = Reader::new(bytes);
            loop {
                match reader.record() {
                    Ok(Some(_)) => {}
                    Ok(None) => return String::new(),
                    Err(wrong) => return format!("{}:{} {}", wrong.line, wrong.column, wrong.what),
                }
            }
        };
        assert_eq!(wrong(b"a\nb,c\xff\n"), "2:4 not UTF-8");
        assert_eq!(wrong(b"a\n\"b\nc"), "2:1 a quote that is never closed");
        assert_eq!(wrong("é\"x\n".as_bytes()), "1:2 a quote inside a field without quotes");
        assert_eq!(wrong(b"\"x\"y\n"), "1:4 text after a closing quote");
    }
}
