//! Takes the items of a block and gives its lines: their words in a column, or all on one line where the block was written
//! so; an item that does not fit, or holds a comment, on several.

use crate::source::Span;
use crate::syntax::ast::{Declaration, Expr, Given, Stage, Step};
use crate::syntax::fmt::WIDTH;
use crate::syntax::fmt::declaration::Printer;
use crate::syntax::fmt::lines::width;

/// An item: where it stands, its word, the rest, and what can be broken of it.
pub(super) struct Item<'a> {
    pub at: u32,
    pub word: String,
    pub rest: String,
    pub parts: Parts<'a>,
    /// Whether a comment stands within it.
    pub commented: bool,
    /// Only the words of one group are one column.
    pub group: u8,
}

/// What an item can be broken into.
pub(super) enum Parts<'a> {
    None,
    Stage(&'a Stage),
    Step(&'a Step),
    /// Between commas; each begins there.
    List(Vec<(u32, String)>),
    /// What stands before `=`, and the value.
    Value(String, &'a Expr),
    /// A block of its own, whose brace ends the head, up to there.
    Block(Vec<Item<'a>>, u32),
    Table(&'a Given),
}

impl Item<'_> {
    pub fn new(at: u32, word: impl Into<String>, rest: impl Into<String>) -> Self {
        Self { at, word: word.into(), rest: rest.into(), parts: Parts::None, commented: false, group: 0 }
    }

    /// An item of parts between commas.
    pub fn list(at: u32, word: &str, parts: Vec<(u32, String)>) -> Self {
        let all: Vec<_> = parts.iter().map(|(_, text)| text.as_str()).collect();
        let rest = all.join(", ");
        Self { parts: Parts::List(parts), ..Self::new(at, word, rest) }
    }

    /// The item on one line.
    fn line(&self) -> String {
        let head = format!("{} {}", self.word, self.rest);
        match &self.parts {
            Parts::Block(items, _) => format!("{} {}", head.trim_end(), braces(items)),
            _ => head.trim_end().to_owned(),
        }
    }
}

/// `{ a; b }`
fn braces(items: &[Item<'_>]) -> String {
    let items: Vec<_> = items.iter().map(Item::line).collect();
    format!("{{ {} }}", items.join("; ")).replace("{  }", "{}")
}

impl Printer<'_> {
    /// A block of items whose words stand in a column.
    pub(super) fn block(&mut self, declaration: &Declaration, head: &str, mut items: Vec<Item<'_>>) {
        let at = declaration.span.start;
        if self.is_one_line_block(declaration) {
            items.sort_by_key(|item| item.at);
            self.lines.item(at, 0, &format!("{head} {}", braces(&items)));
            return;
        }
        self.lines.item(at, 0, &format!("{head} {{"));
        self.items(declaration.span.end, items, 2);
    }

    /// The items of a block, and the brace that ends it before this place.
    pub(super) fn items(&mut self, end: u32, mut items: Vec<Item<'_>>, indent: usize) {
        items.sort_by_key(|item| item.at);
        let widths = [0, 1].map(|group| {
            let words = items.iter().filter(|item| item.group == group).map(|item| width(&item.word));
            words.max().unwrap_or_default()
        });
        self.lines.open();
        for item in &items {
            self.docs_before(item.at, indent);
            let column = widths.get(usize::from(item.group)).copied().unwrap_or_default();
            self.item(item, column, indent);
        }
        self.lines.close(end.saturating_sub(1), indent - 2, "}");
    }

    fn item(&mut self, item: &Item<'_>, column: usize, indent: usize) {
        let word = format!("{:column$}  ", item.word);
        let text = format!("{word}{}", item.rest);
        let text = text.trim_end();
        // A comment behind a part of a list stays behind that part.
        let between = match &item.parts {
            Parts::List(parts) => {
                parts.first().zip(parts.last()).map(|((first, _), (last, _))| Span::new(*first, *last))
            }
            _ => None,
        };
        let commented = item.commented || between.is_some_and(|span| self.lines.commented(span));
        let fits = width(text) + indent <= WIDTH && !commented;
        match &item.parts {
            Parts::Stage(stage) if !fits => self.tall_stage(item, stage, indent),
            Parts::Step(step) if !fits => self.tall_step(item, step, indent),
            Parts::List(parts) if parts.len() > 1 && !fits => {
                self.tall_list(item.at, &word, parts, indent);
            }
            Parts::Value(before, value) if !fits => {
                self.lines.item(item.at, indent, format!("{word}{before}").trim_end());
                self.chain("", value, indent + 2, indent + 2, "");
            }
            Parts::Block(items, end) => {
                self.lines.item(item.at, indent, &format!("{text} {{"));
                self.nested(*end, items, indent + 2);
            }
            Parts::Table(given) => {
                self.lines.item(item.at, indent, text);
                self.table(given, indent + 2);
            }
            _ => self.lines.item(item.at, indent, text),
        }
    }

    /// The items of a block within a block; none of them has one.
    fn nested(&mut self, end: u32, items: &[Item<'_>], indent: usize) {
        let column = items.iter().map(|item| width(&item.word)).max().unwrap_or_default();
        self.lines.open();
        for item in items {
            self.docs_before(item.at, indent);
            self.item(item, column, indent);
        }
        self.lines.close(end.saturating_sub(1), indent - 2, "}");
    }

    fn tall_stage(&mut self, item: &Item<'_>, stage: &Stage, indent: usize) {
        self.lines.item(item.at, indent, &item.word);
        if let Some(when) = &stage.when {
            self.clause("when ", when, indent + 2, "");
        }
        if let Some(until) = &stage.until {
            self.clause("until ", until, indent + 2, "");
        }
    }

    fn tall_list(&mut self, at: u32, word: &str, parts: &[(u32, String)], indent: usize) {
        let last = parts.len() - 1;
        for (count, (begin, part)) in parts.iter().enumerate() {
            let text = format!("{part}{}", if count == last { "" } else { "," });
            if count == 0 {
                self.lines.item(at, indent, &format!("{word}{text}"));
            } else {
                self.lines.more(*begin, indent + width(word), &text);
            }
        }
    }
}
