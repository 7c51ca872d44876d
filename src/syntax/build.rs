//! Takes the pieces of a file and gives its [`ast::File`]: each piece is parsed alone, so that a broken one never hides
//! the next. What is broken is explained once; its name and what is whole of it stay in the tree.

mod call;
mod declaration;
mod experiment;
mod expr;
mod items;
mod pipes;
mod policy;
mod sequence;
mod test;

use std::ops::Range;

use pest::Parser;
use pest::iterators::{Pair, Pairs};

use crate::diagnostics::Diagnostics;
use crate::source::{SourceFile, Span};
use crate::syntax::ast::{self, Name, Path, Text};
use crate::syntax::explain;
use crate::syntax::grammar::{Grammar, Rule};
use crate::syntax::layout::Layout;

/// The file of these pieces.
pub(crate) fn file(file: &SourceFile, layout: &Layout, diagnostics: &mut Diagnostics) -> ast::File {
    let mut builder = Builder {
        file,
        layout,
        diagnostics,
        used_docs: vec![false; layout.docs.len()],
        shift: file.base,
        deep: false,
        misspelt: Vec::new(),
        broken: Vec::new(),
        nameless: false,
        unfinished: false,
        unread: Vec::new(),
    };
    let mut declarations = Vec::new();
    for piece in layout.items(0..layout.masked.len()) {
        let declaration = builder.declaration(&piece);
        if declaration.is_none() || layout.has_fault(&piece) {
            builder.unread.push(piece);
        }
        declarations.extend(declaration);
    }
    builder.finish(declarations)
}

pub(crate) struct Builder<'a> {
    file: &'a SourceFile,
    layout: &'a Layout,
    diagnostics: &'a mut Diagnostics,
    used_docs: Vec<bool>,
    /// What turns an offset of the pairs in hand into one of all files.
    shift: u32,
    /// Whether this piece was reported as too deep.
    deep: bool,
    /// The misspelt operators of this piece that were reported.
    misspelt: Vec<String>,
    /// The words of what is not in the tree.
    broken: Vec<String>,
    nameless: bool,
    /// Whether the last piece that could not be parsed lacks its end.
    unfinished: bool,
    /// The pieces of which something was not read.
    unread: Vec<Range<usize>>,
}

impl<'a> Builder<'a> {
    fn finish(self, declarations: Vec<ast::Declaration>) -> ast::File {
        let mut comments = self.layout.comments.clone();
        for (doc, used) in self.layout.docs.iter().zip(&self.used_docs) {
            if *used {
                continue;
            }
            let after = self.unread.partition_point(|piece| piece.end <= doc.at);
            let unread = self.unread.get(after).is_some_and(|piece| piece.start <= doc.at);
            if let (Some(first), Some(last), false) = (doc.lines.first(), doc.lines.last(), unread) {
                self.diagnostics.push(explain::IdleDoc { at: first.to(*last) });
            }
            comments.extend(doc.lines.iter().map(|span| ast::Comment { span: *span, own_line: true }));
        }
        comments.sort_by_key(|comment| comment.span);
        ast::File { declarations, comments, broken: self.broken, nameless: self.nameless }
    }

    /// Parses a piece to its end; explains what is wrong with it.
    fn parse(&mut self, rule: Rule, piece: &Range<usize>) -> Option<Pairs<'a, Rule>> {
        self.deep = false;
        self.misspelt.clear();
        if self.layout.is_too_deep(piece) {
            return None;
        }
        let layout: &'a Layout = self.layout;
        self.unfinished = false;
        match Grammar::parse(rule, layout.text(piece)) {
            Ok(mut pairs) => {
                self.shift = self.file.base + piece.start as u32;
                Some(pairs.next()?.into_inner())
            }
            Err(error) => {
                if !layout.has_fault(piece) {
                    let start = self.file.base + piece.start as u32;
                    self.unfinished = explain::explain(rule, &error, layout.text(piece), start, self.diagnostics);
                }
                None
            }
        }
    }

    /// Parses the beginning of a piece that was explained already.
    fn salvage(&mut self, rule: Rule, piece: &Range<usize>) -> Option<Pairs<'a, Rule>> {
        let layout: &'a Layout = self.layout;
        let mut pairs = Grammar::parse(rule, layout.text(piece)).ok()?;
        self.shift = self.file.base + piece.start as u32;
        Some(pairs.next()?.into_inner())
    }

    /// Notes the words of a piece that is not in the tree: what it declares is one of them.
    fn lose(&mut self, piece: &Range<usize>) {
        let words = self.layout.text(piece).split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        self.broken.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
    }

    fn range_span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file.base + range.start as u32, self.file.base + range.end as u32)
    }

    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        // A rule that ends in a repetition has also taken the blanks after it.
        let end = span.start() + span.as_str().trim_end().len();
        Span::new(self.shift + span.start() as u32, self.shift + end as u32)
    }

    /// The `///` lines above what begins at this local offset.
    fn doc(&mut self, at: usize) -> Option<String> {
        let found = self.layout.docs.binary_search_by_key(&at, |doc| doc.at).ok()?;
        *self.used_docs.get_mut(found)? = true;
        self.layout.docs.get(found).map(|doc| doc.text.clone())
    }

    fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        let text = pair.as_str();
        let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        Name {
            text: inner.map_or_else(|| text.to_owned(), |inner| inner.replace("\"\"", "\"")),
            span: self.span(pair),
            quoted: inner.is_some(),
        }
    }

    fn path(&self, pair: Pair<'_, Rule>) -> Path {
        let span = self.span(&pair);
        Path { parts: pair.into_inner().map(|part| self.name(&part)).collect(), span }
    }

    /// The text between two signs of the same length; a quote within is written twice.
    fn text(&self, pair: &Pair<'_, Rule>, sign: &str) -> Text {
        let text = pair.as_str();
        let inner = text.strip_prefix(sign).and_then(|text| text.strip_suffix(sign)).unwrap_or_default();
        let value = if sign == "'" { inner.replace("''", "'") } else { inner.to_owned() };
        Text { value, span: self.span(pair) }
    }
}

/// Takes the next pair if it is of this rule.
fn take<'a>(pairs: &mut Pairs<'a, Rule>, rule: Rule) -> Option<Pair<'a, Rule>> {
    if pairs.peek()?.as_rule() == rule { pairs.next() } else { None }
}
