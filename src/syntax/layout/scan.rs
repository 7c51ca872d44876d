//! Takes a file's text, token by token, once; gives its [`Layout`] and what is wrong with its quotes and brackets.
//! A text or block that is open where a declaration begins was never closed. Linear, and without recursion.

use crate::source::{SourceFile, Span};
use crate::syntax::ast::Comment;
use crate::syntax::layout::{DEPTH, Doc, Layout, Mark, MarkKind};
use crate::syntax::words::{self, Keyword};

/// What is wrong, by local offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Text(usize, usize),
    Name(usize, usize),
    Sql(usize, usize),
    Comment(usize, usize),
    OpenParen(usize),
    OpenBrace(usize),
    Stray(usize),
    TooDeep(usize),
    Null(usize),
}

/// What the last token was, as far as a line end after it is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Nothing, or a separator or an opening brace.
    Start,
    /// An operator, a comma, a word that wants more.
    Open,
    Other,
}

pub(super) struct Scan<'a> {
    file: &'a SourceFile,
    pub(super) text: &'a str,
    bytes: &'a [u8],
    pub(super) at: usize,
    masked: Vec<u8>,
    marks: Vec<Mark>,
    /// Places in `marks` of the brackets that are open.
    open: Vec<usize>,
    /// How many of them are parentheses.
    parens: usize,
    /// Line ends inside parentheses: the mark, and the place of the parenthesis in `marks`.
    held: Vec<(usize, usize)>,
    pending: Vec<usize>,
    fresh_line: bool,
    last: Last,
    /// The word of the declaration in hand.
    declaration: Option<Keyword>,
    deep: bool,
    comments: Vec<Comment>,
    docs: Vec<Doc>,
    doc: Option<Doc>,
    pub(super) found: Vec<Fault>,
}

impl<'a> Scan<'a> {
    pub fn new(file: &'a SourceFile) -> Self {
        let text = file.text.as_str();
        Self {
            file,
            text,
            bytes: text.as_bytes(),
            at: 0,
            masked: text.as_bytes().to_vec(),
            marks: Vec::new(),
            open: Vec::new(),
            parens: 0,
            held: Vec::new(),
            pending: Vec::new(),
            fresh_line: true,
            last: Last::Start,
            declaration: None,
            deep: false,
            comments: Vec::new(),
            docs: Vec::new(),
            doc: None,
            found: Vec::new(),
        }
    }

    pub fn finish(mut self) -> (Layout, Vec<Fault>) {
        if self.text.starts_with('\u{feff}') {
            self.blank(0, '\u{feff}'.len_utf8());
            self.at = '\u{feff}'.len_utf8();
        }
        while let Some(byte) = self.byte(self.at) {
            match byte {
                b'\n' => {
                    self.pending.push(self.at);
                    self.fresh_line = true;
                    self.at += 1;
                }
                b' ' | b'\t' => self.at += 1,
                b'\r' => {
                    self.blank(self.at, self.at + 1);
                    self.at += 1;
                }
                b'/' if self.rest(self.at).starts_with("//") => self.comment(),
                b'/' if self.rest(self.at).starts_with("/*") => self.foreign_comment(),
                _ => self.token(byte),
            }
        }
        for at in std::mem::take(&mut self.pending) {
            self.marks.push(Mark { at, kind: MarkKind::Newline });
        }
        self.abandon(0, self.text.len());
        self.docs.extend(self.doc.take());
        self.blank_held();
        self.found.extend(self.text.find('\0').map(Fault::Null));
        let mut faults: Vec<usize> = self.found.iter().filter(|it| it.is_unread()).map(|it| it.at()).collect();
        faults.sort_unstable();
        let too_deep = self.found.iter().filter(|f| matches!(f, Fault::TooDeep(_))).map(|f| f.at()).collect();
        let masked = String::from_utf8(self.masked).unwrap_or_default();
        let layout = Layout { masked, comments: self.comments, docs: self.docs, faults, too_deep, marks: self.marks };
        (layout, self.found)
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    pub(super) fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default()
    }

    pub(super) fn blank(&mut self, from: usize, to: usize) {
        if let Some(bytes) = self.masked.get_mut(from..to) {
            bytes.fill(b' ');
        }
    }

    pub(super) fn line_end(&self, from: usize) -> usize {
        let rest = self.rest(from);
        from + rest.find('\n').unwrap_or(rest.len())
    }

    fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.file.base + from as u32, self.file.base + to as u32)
    }

    fn comment(&mut self) {
        let start = self.at;
        let end = self.line_end(start);
        let text = self.text.get(start..end).unwrap_or_default().trim_end();
        let span = self.span(start, start + text.len());
        match text.strip_prefix("///").filter(|rest| !rest.starts_with('/') && self.fresh_line) {
            Some(line) => {
                let line = line.strip_prefix(' ').unwrap_or(line);
                match &mut self.doc {
                    Some(doc) => {
                        doc.text.push('\n');
                        doc.text.push_str(line);
                        doc.lines.push(span);
                    }
                    None => self.doc = Some(Doc { at: self.text.len(), text: line.to_owned(), lines: vec![span] }),
                }
            }
            None => self.comments.push(Comment { span, own_line: self.fresh_line }),
        }
        self.blank(start, end);
        self.at = end;
    }

    fn token(&mut self, byte: u8) {
        let start = self.at;
        if let Some(mut doc) = self.doc.take() {
            doc.at = start;
            self.docs.push(doc);
        }
        if self.fresh_line && self.line_start() {
            self.fresh_line = false;
            return self.table_line();
        }
        self.fresh_line = false;
        self.last = Last::Other;
        match byte {
            b'\'' => self.quoted(self.text_end(start), Fault::Text),
            b'"' => self.quoted(self.name_end(start), Fault::Name),
            b'$' if self.rest(start).starts_with("$$") => self.sql(),
            b'(' | b'{' => self.open(byte),
            b')' | b'}' => self.close(byte),
            b';' | b',' => {
                let kind = if byte == b';' { MarkKind::Semicolon } else { MarkKind::Comma };
                self.marks.push(Mark { at: start, kind });
                self.last = if byte == b';' { Last::Start } else { Last::Open };
                self.at += 1;
            }
            b':' if self.declaration == Some(Keyword::Policy) => {
                self.last = Last::Open;
                self.at += 1;
            }
            b'=' | b'<' | b'>' | b'+' | b'-' | b'*' | b'/' | b'.' | b'&' | b'|' => {
                self.last = Last::Open;
                self.at += 1;
            }
            _ if words::is_letter(byte) => self.word(),
            _ => self.at += self.rest(start).chars().next().map_or(1, char::len_utf8),
        }
    }

    fn word(&mut self) {
        let (word, _) = words::split_word(self.rest(self.at));
        self.at += word.len();
        let operator = ["and", "or", "not", "where"].iter().any(|it| it.eq_ignore_ascii_case(word));
        if operator || matches!(word, "when" | "until") {
            self.last = Last::Open;
        }
    }

    /// Decides what the line ends before this token mean; gives whether a line of a table begins.
    fn line_start(&mut self) -> bool {
        let start = self.at;
        let lines = std::mem::take(&mut self.pending);
        let rest = self.rest(start);
        let declaration = words::begins_declaration(rest);
        if declaration && !self.open.is_empty() {
            self.abandon(0, lines.first().copied().unwrap_or(start));
        }
        if self.declaration == Some(Keyword::Test) && !self.open.is_empty() && rest.starts_with('|') {
            return true;
        }
        let columns = matches!(self.declaration, Some(Keyword::Source | Keyword::Destination));
        let continues = !declaration
            && (!columns || self.open.is_empty())
            && self.last != Last::Start
            && (self.last == Last::Open || self.continues(rest));
        let paren = self
            .open
            .last()
            .copied()
            .filter(|open| self.marks.get(*open).is_some_and(|mark| matches!(mark.kind, MarkKind::OpenParen)));
        for at in lines {
            if continues {
                self.blank(at, at + 1);
                continue;
            }
            if let Some(paren) = paren {
                self.held.push((self.marks.len(), paren));
            }
            self.marks.push(Mark { at, kind: MarkKind::Newline });
        }
        if self.open.is_empty() && !continues {
            let (word, _) = words::split_word(rest);
            self.declaration = words::keyword(word).or_else(|| words::similar_keyword(word));
            self.deep = false;
        }
        false
    }

    /// A line of a table: up to the comment behind its last pipe. Nothing in it is a bracket, and only a cell that begins
    /// with a quote is a text.
    fn table_line(&mut self) {
        let start = self.at;
        let line = self.text.get(start..self.line_end(start)).unwrap_or_default().trim_end();
        let end = start + line.len();
        let mut at = start;
        while let Some(pipe) = self.text.get(at..end).and_then(|rest| rest.find('|')) {
            at += pipe + 1;
            let cell = self.text.get(at..end).unwrap_or_default();
            at += cell.len() - cell.trim_start().len();
            let cell = cell.trim_start();
            if cell.starts_with("//") {
                self.at = at;
                self.last = Last::Other;
                return;
            }
            if cell.starts_with('\'') {
                match self.text_end(at) {
                    Ok(close) if close <= end => at = close,
                    _ => {
                        self.found.push(Fault::Text(at, end));
                        break;
                    }
                }
            }
        }
        self.at = end;
        self.last = Last::Other;
    }

    /// Whether a line that begins so continues the one before.
    fn continues(&self, rest: &str) -> bool {
        const SIGNS: &[&str] = &["<", ">", "=", "!=", "+", "-", "*", "/", "..", ",", "&&", "||"];
        const WORDS: &[&str] = &["and", "or", "in", "is", "within", "where", "when", "until", "from"];
        if SIGNS.iter().any(|sign| rest.starts_with(sign)) {
            return true;
        }
        let (word, after) = words::split_word(rest);
        if word.eq_ignore_ascii_case("not") {
            let (next, _) = words::split_word(after.trim_start());
            return next.eq_ignore_ascii_case("in");
        }
        let own = if self.open.is_empty() { words::continuing_head } else { words::continuing };
        let colon = rest.starts_with(':').then_some(":");
        WORDS.iter().any(|it| it.eq_ignore_ascii_case(word)) || own(self.declaration).contains(&colon.unwrap_or(word))
    }

    fn quoted(&mut self, end: Result<usize, usize>, fault: fn(usize, usize) -> Fault) {
        if let Err(end) = end {
            self.found.push(fault(self.at, end));
        }
        self.at = end.unwrap_or_else(|end| end);
    }

    fn open(&mut self, byte: u8) {
        if self.open.len() >= DEPTH && !self.deep {
            self.deep = true;
            self.found.push(Fault::TooDeep(self.at));
        }
        let kind = if byte == b'(' { MarkKind::OpenParen } else { MarkKind::OpenBrace(self.text.len()) };
        self.open.push(self.marks.len());
        self.parens += usize::from(byte == b'(');
        self.marks.push(Mark { at: self.at, kind });
        self.last = if byte == b'(' { Last::Other } else { Last::Start };
        self.at += 1;
    }

    fn close(&mut self, byte: u8) {
        let paren = byte == b')';
        let is = |mark: Option<&Mark>| mark.is_some_and(|mark| matches!(mark.kind, MarkKind::OpenParen) == paren);
        let some = if paren { self.parens > 0 } else { self.open.len() > self.parens };
        let partner = if some { self.open.iter().rposition(|open| is(self.marks.get(*open))) } else { None };
        match partner {
            None => {
                self.found.push(Fault::Stray(self.at));
                self.blank(self.at, self.at + 1);
            }
            Some(partner) => {
                self.abandon(partner + 1, self.at);
                self.parens -= usize::from(paren);
                let at = self.at;
                if let Some(mark) = self.open.pop().and_then(|open| self.marks.get_mut(open)) {
                    mark.kind = if paren { MarkKind::Paren(at) } else { MarkKind::Brace(at) };
                }
            }
        }
        self.at += 1;
    }

    /// Gives up the brackets that are open from this level on; one fault for each kind.
    fn abandon(&mut self, level: usize, at: usize) {
        let mut reported = (self.deep, self.deep);
        for open in self.open.split_off(level.min(self.open.len())) {
            let Some(mark) = self.marks.get_mut(open) else { continue };
            if let MarkKind::OpenBrace(_) = mark.kind {
                mark.kind = MarkKind::OpenBrace(at);
                if !std::mem::replace(&mut reported.0, true) {
                    self.found.push(Fault::OpenBrace(mark.at));
                }
                continue;
            }
            self.parens -= 1;
            if !std::mem::replace(&mut reported.1, true) {
                self.found.push(Fault::OpenParen(mark.at));
            }
        }
    }

    /// Blanks the line ends within parentheses that were closed.
    fn blank_held(&mut self) {
        let mut gone = vec![false; self.marks.len()];
        for (line, paren) in std::mem::take(&mut self.held) {
            let closed = self.marks.get(paren).is_some_and(|mark| matches!(mark.kind, MarkKind::Paren(_)));
            if let (true, Some(mark)) = (closed, self.marks.get(line)) {
                let at = mark.at;
                self.blank(at, at + 1);
                if let Some(flag) = gone.get_mut(line) {
                    *flag = true;
                }
            }
        }
        let mut flags = gone.into_iter();
        self.marks.retain(|_| !flags.next().unwrap_or_default());
    }
}

impl Fault {
    /// Whether what stands there cannot be read.
    const fn is_unread(self) -> bool {
        !matches!(self, Self::Comment(..))
    }

    pub const fn at(self) -> usize {
        match self {
            Self::Text(at, _)
            | Self::Name(at, _)
            | Self::Sql(at, _)
            | Self::Comment(at, _)
            | Self::OpenParen(at)
            | Self::OpenBrace(at)
            | Self::Stray(at)
            | Self::TooDeep(at)
            | Self::Null(at) => at,
        }
    }
}
