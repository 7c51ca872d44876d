//! Takes a file's text and gives it cut up: comments aside, line ends that end nothing blanked, brackets matched.
//! Offsets stay as they were. Total and linear; what is never closed is reported here and ends at a sensible place,
//! and nothing that holds such a place is reported again.

mod faults;
mod quotes;
mod scan;

use std::ops::Range;

use crate::diagnostics::Diagnostics;
use crate::source::{SourceFile, Span};
use crate::syntax::ast::Comment;

/// How deep brackets, and expressions, may nest: every stage walks them by recursion, on the stack of a small thread.
pub(crate) const DEPTH: usize = 64;

/// A file, cut up.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// The text with comments and meaningless line ends as blanks; as long as the text.
    pub masked: String,
    /// The `//` comments.
    pub comments: Vec<Comment>,
    /// The `///` comments, in order.
    pub docs: Vec<Doc>,
    /// Where something was reported; sorted.
    pub faults: Vec<usize>,
    /// Where brackets nest too deep; sorted. What holds one is not parsed.
    pub too_deep: Vec<usize>,
    marks: Vec<Mark>,
}

/// Consecutive `///` lines.
#[derive(Debug, Clone)]
pub(crate) struct Doc {
    /// Where what they document begins.
    pub at: usize,
    /// The lines, without slashes, joined by newlines.
    pub text: String,
    /// Each line.
    pub lines: Vec<Span>,
}

/// A place where text may be cut.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: usize,
    kind: MarkKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MarkKind {
    /// `(`, up to and with its `)`.
    Paren(usize),
    /// `{`, up to and with its `}`.
    Brace(usize),
    /// A `{` that is never closed: up to here, exclusive.
    OpenBrace(usize),
    /// A `(` that is never closed holds nothing.
    OpenParen,
    /// A line end that separates.
    Newline,
    Semicolon,
    Comma,
}

/// A block: what stands before its brace, in it and after it.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub head: Range<usize>,
    pub body: Range<usize>,
    pub tail: Range<usize>,
}

impl Layout {
    /// Cuts up a file; pushes what is never closed, never opened or too deep.
    pub fn of(file: &SourceFile, diagnostics: &mut Diagnostics) -> Self {
        let (layout, found) = scan::Scan::new(file).finish();
        faults::report(file, found, diagnostics);
        layout
    }

    /// The masked text of a range.
    pub fn text(&self, range: &Range<usize>) -> &str {
        self.masked.get(range.clone()).unwrap_or_default()
    }

    /// The range without the blanks and line ends around.
    pub fn trim(&self, range: Range<usize>) -> Range<usize> {
        let text = self.text(&range);
        let start = range.start + (text.len() - text.trim_start().len());
        start..(start + text.trim().len())
    }

    /// Whether blanks stand before this place on its line.
    pub fn is_indented(&self, at: usize) -> bool {
        self.text(&(0..at)).ends_with([' ', '\t'])
    }

    /// Whether a mistake within the range was reported already.
    pub fn has_fault(&self, range: &Range<usize>) -> bool {
        within(&self.faults, range)
    }

    /// Whether the range holds brackets that are too deep to be parsed.
    pub fn is_too_deep(&self, range: &Range<usize>) -> bool {
        within(&self.too_deep, range)
    }

    /// The pieces of a range between separators at its own level, without empty ones.
    pub fn items(&self, range: Range<usize>) -> Vec<Range<usize>> {
        self.cut(range, |kind| matches!(kind, MarkKind::Newline | MarkKind::Semicolon)).0
    }

    /// As [`Layout::items`], cut at commas too, with the places of the commas.
    pub fn columns(&self, range: Range<usize>) -> (Vec<Range<usize>>, Vec<usize>) {
        self.cut(range, |kind| matches!(kind, MarkKind::Newline | MarkKind::Semicolon | MarkKind::Comma))
    }

    fn cut(&self, range: Range<usize>, cuts: impl Fn(MarkKind) -> bool) -> (Vec<Range<usize>>, Vec<usize>) {
        let mut pieces = Vec::new();
        let mut commas = Vec::new();
        let mut start = range.start;
        let mut skip = range.start;
        let mut open = false;
        for mark in self.marks_in(&range) {
            if mark.at < skip {
                continue;
            }
            match mark.kind {
                MarkKind::Paren(end) | MarkKind::Brace(end) => skip = end + 1,
                MarkKind::OpenBrace(end) => skip = end,
                // What is never closed ends with its line.
                MarkKind::OpenParen => open = true,
                MarkKind::Comma if open => {}
                kind if cuts(kind) => {
                    open = false;
                    pieces.push(self.trim(start..mark.at));
                    start = mark.at + 1;
                    if kind == MarkKind::Comma {
                        commas.push(mark.at);
                    }
                }
                _ => {}
            }
        }
        pieces.push(self.trim(start..range.end));
        pieces.retain(|piece| !piece.is_empty());
        (pieces, commas)
    }

    /// The first block of a piece that is not a `case`.
    pub fn block(&self, range: &Range<usize>) -> Option<Block> {
        let mut skip = range.start;
        for mark in self.marks_in(range) {
            if mark.at < skip {
                continue;
            }
            let (end, after) = match mark.kind {
                MarkKind::Paren(end) => {
                    skip = end + 1;
                    continue;
                }
                MarkKind::Brace(end) => (end, end + 1),
                MarkKind::OpenBrace(end) => (end, end),
                _ => continue,
            };
            let before = self.text(&(range.start..mark.at)).trim_end();
            let word = before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next();
            if word == Some("case") {
                skip = after;
                continue;
            }
            let (end, after) = (end.min(range.end), after.min(range.end));
            return Some(Block {
                head: self.trim(range.start..mark.at),
                body: mark.at + 1..end,
                tail: self.trim(after..range.end),
            });
        }
        None
    }

    fn marks_in(&self, range: &Range<usize>) -> impl Iterator<Item = Mark> {
        let first = self.marks.partition_point(|mark| mark.at < range.start);
        let end = range.end;
        self.marks.iter().skip(first).copied().take_while(move |mark| mark.at < end)
    }
}

fn within(sorted: &[usize], range: &Range<usize>) -> bool {
    let first = sorted.partition_point(|at| *at < range.start);
    sorted.get(first).is_some_and(|at| *at <= range.end)
}
