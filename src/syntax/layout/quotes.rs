//! Takes the place of a quote and finds its end: of a text, a quoted name, a query. A text or query that runs into a
//! declaration was never closed; it then ends with its line, so that what follows is read as it is meant.

use crate::syntax::layout::scan::{Fault, Scan};
use crate::syntax::words;

impl Scan<'_> {
    /// The end of the text that begins here, or where it is given up.
    pub(super) fn text_end(&self, start: usize) -> Result<usize, usize> {
        let mut at = start + 1;
        let close = loop {
            match self.rest(at).find('\'') {
                None => return Err(self.trimmed_line_end(start)),
                Some(found) if self.byte(at + found + 1) == Some(b'\'') => at += found + 2,
                Some(found) => break at + found,
            }
        };
        let inside = self.text.get(start..close).unwrap_or_default();
        let runs_on = self.byte(close + 1).is_some_and(words::is_letter);
        if inside.contains('\n') && (runs_on || declares(inside)) {
            return Err(self.trimmed_line_end(start));
        }
        Ok(close + 1)
    }

    pub(super) fn name_end(&self, start: usize) -> Result<usize, usize> {
        let end = self.line_end(start);
        let mut at = start + 1;
        loop {
            match self.text.get(at..end).unwrap_or_default().find('"') {
                None => return Err(self.trimmed_line_end(start)),
                Some(found) if self.byte(at + found + 1) == Some(b'"') => at += found + 2,
                Some(found) => return Ok(at + found + 1),
            }
        }
    }

    fn trimmed_line_end(&self, start: usize) -> usize {
        let end = self.line_end(start);
        start + self.text.get(start..end).unwrap_or_default().trim_end().len()
    }

    /// A comment of another language, over any number of lines: what is in it is no program.
    pub(super) fn foreign_comment(&mut self) {
        let start = self.at;
        let end = self.rest(start).find("*/").map_or_else(|| self.line_end(start), |at| start + at + 2);
        self.found.push(Fault::Comment(start, start + 2));
        self.blank(start, end);
        self.at = end;
    }

    pub(super) fn sql(&mut self) {
        let start = self.at;
        let inside = self.rest(start + 2);
        let close = inside.find("$$").map(|at| inside.get(..at).unwrap_or_default());
        if let Some(inside) = close.filter(|inside| !declares(inside)) {
            self.at = start + 2 + inside.len() + 2;
            return;
        }
        // Never closed: up to where the columns or the next declaration begin.
        let mut end = self.line_end(start);
        while end < self.text.len() {
            let line = self.text.get(end + 1..self.line_end(end + 1)).unwrap_or_default().trim();
            if words::begins_declaration(line) || line.starts_with('{') || line.starts_with("} ") {
                break;
            }
            end = self.line_end(end + 1);
        }
        self.found.push(Fault::Sql(start, self.trimmed_line_end(start)));
        self.blank(start + 2, end);
        self.at = end;
    }
}

/// Whether a line after the first begins a declaration.
fn declares(text: &str) -> bool {
    text.split('\n').skip(1).any(|line| words::begins_declaration(line.trim_start_matches([' ', '\t'])))
}
