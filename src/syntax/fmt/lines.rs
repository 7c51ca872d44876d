//! Takes finished lines with the place that each comes from, and gives the text of a file: every comment before a
//! place goes out first, on its own line or behind the line before. A blank line is kept, several are one.

use std::iter::Peekable;
use std::vec::IntoIter;

use crate::source::{SourceFile, Span};
use crate::syntax::ast::Comment;

/// The lines so far.
pub(super) struct Lines<'a> {
    file: &'a SourceFile,
    comments: Peekable<IntoIter<Comment>>,
    all: Vec<Comment>,
    lines: Vec<Line>,
    /// Whether the next line begins a block or the file: no blank line before it.
    first: bool,
    blank: bool,
}

struct Line {
    text: String,
    comment: Option<String>,
    /// Whether the line is a comment itself.
    remark: bool,
}

impl<'a> Lines<'a> {
    pub fn new(file: &'a SourceFile, comments: Vec<Comment>) -> Self {
        let all = comments.clone();
        Self { file, comments: comments.into_iter().peekable(), all, lines: Vec::new(), first: true, blank: false }
    }

    /// Wants a blank line before the next line.
    pub fn separate(&mut self) {
        self.blank = true;
    }

    /// The text of a line that comes from this place; a blank line before it is kept.
    pub fn item(&mut self, at: u32, indent: usize, text: &str) {
        self.comments_before(at, indent);
        self.blank |= self.blank_before(at);
        self.push(indent, text);
    }

    /// The text of a line that goes on or ends what the line before began.
    pub fn more(&mut self, at: u32, indent: usize, text: &str) {
        self.comments_before(at, indent);
        self.blank = false;
        self.push(indent, text);
    }

    /// The line that closes a block; the comments before it belong in the block.
    pub fn close(&mut self, at: u32, indent: usize, text: &str) {
        self.comments_before(at, indent + 2);
        self.blank = false;
        self.push(indent, text);
    }

    /// The next line is the first of a block.
    pub fn open(&mut self) {
        self.first = true;
    }

    fn comments_before(&mut self, at: u32, indent: usize) {
        while let Some(comment) = self.comments.next_if(|comment| comment.span.start < at) {
            let text = self.text(comment.span.start, comment.span.end);
            let line = self.lines.last_mut().filter(|line| line.comment.is_none() && !line.remark);
            if let Some(line) = line.filter(|_| !comment.own_line) {
                line.comment = Some(text.to_owned());
                continue;
            }
            // A `///` that documents nothing must not come to document what follows.
            let idle = text.starts_with("///") && !text.starts_with("////");
            let text = if idle { text.get(1..).unwrap_or_default() } else { text };
            self.blank |= comment.own_line && self.blank_before(comment.span.start);
            self.push(indent, text);
            if let Some(line) = self.lines.last_mut() {
                line.remark = true;
            }
        }
    }

    fn push(&mut self, indent: usize, text: &str) {
        let first = std::mem::take(&mut self.first);
        if std::mem::take(&mut self.blank) && !first {
            self.lines.push(Line { text: String::new(), comment: None, remark: false });
        }
        self.lines.push(Line { text: format!("{:indent$}{text}", ""), comment: None, remark: false });
    }

    /// Whether the line above the line of this place is blank.
    fn blank_before(&self, at: u32) -> bool {
        self.text(self.file.base, at).rsplit('\n').nth(1).is_some_and(|line| line.trim().is_empty())
    }

    /// Where what is in the parentheses begins, behind them and the comments there.
    pub fn inner(&self, span: Span) -> u32 {
        let mut rest = self.text(span.start, span.end);
        if !rest.starts_with('(') {
            return span.start;
        }
        loop {
            rest = rest.trim_start_matches(|c: char| c == '(' || c.is_whitespace());
            match rest.strip_prefix("//") {
                Some(comment) => rest = comment.split_once('\n').map_or("", |(_, below)| below),
                None => return span.end - rest.len() as u32,
            }
        }
    }

    /// Whether a comment stands within.
    pub fn commented(&self, span: Span) -> bool {
        let first = self.all.partition_point(|comment| comment.span.start < span.start);
        self.all.get(first).is_some_and(|comment| comment.span.start < span.end)
    }

    /// The text between two places.
    pub fn text(&self, from: u32, to: u32) -> &'a str {
        let base = self.file.base;
        self.file.text.get((from - base) as usize..(to - base) as usize).unwrap_or_default()
    }

    /// The whole text; comments behind lines that follow each other stand below each other.
    pub fn finish(mut self) -> String {
        self.comments_before(u32::MAX, 0);
        let widths: Vec<usize> = self.lines.iter().map(Line::width).collect();
        let mut out = String::new();
        let mut until = 0;
        let mut column = 0;
        for (at, line) in self.lines.iter().enumerate() {
            out.push_str(&line.text);
            if let Some(comment) = &line.comment {
                if at >= until {
                    let run = self.lines.iter().skip(at).take_while(|line| line.comment.is_some()).count();
                    until = at + run;
                    column = widths.iter().skip(at).take(run).copied().max().unwrap_or_default() + 2;
                }
                let gap = column - widths.get(at).copied().unwrap_or_default();
                out.push_str(&" ".repeat(gap));
                out.push_str(comment);
            }
            out.push('\n');
        }
        out
    }
}

impl Line {
    /// The width of its last line.
    fn width(&self) -> usize {
        self.text.rsplit('\n').next().unwrap_or_default().chars().count()
    }
}

/// How many columns a text takes where every letter has one: two for the wide letters of East Asia and pictures, none for
/// marks that combine.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

const fn char_width(c: char) -> usize {
    match c as u32 {
        0x0300..=0x036f | 0x200b..=0x200f | 0x20d0..=0x20ff | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}
