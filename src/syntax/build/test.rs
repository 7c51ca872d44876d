//! Takes the text of a test, head and block, and gives its tree. The cells of a table stay text; a line that has more or
//! fewer than the first is reported and left out.

use std::ops::Range;

use pest::iterators::{Pair, Pairs};

use crate::syntax::ast::{
    Cell, DeclarationKind, ExpectKeys, Expr, Given, Key, Name, Path, TableRow, Test, TestItem, Text,
};
use crate::syntax::build::{Builder, take};
use crate::syntax::explain;
use crate::syntax::grammar::Rule;
use crate::syntax::layout::Block;
use crate::syntax::words;

impl Builder<'_> {
    pub(super) fn test(&mut self, head: &Range<usize>, block: Option<Block>) -> Option<DeclarationKind> {
        let read = self.test_head(head);
        if matches!(read, Some((_, _, _, true))) && block.is_none() {
            self.missing_block("test", head);
        }
        let mut broken = block.is_none();
        let mut items = Vec::new();
        let mut tableless = false;
        for item in block.map(|block| self.layout.items(block.body)).unwrap_or_default() {
            // The lines of a table that is written otherwise: that it is none has been reported.
            let (first, _) = words::split_word(self.layout.text(&item));
            if tableless && !words::TEST_ITEMS.contains(&first) {
                continue;
            }
            let word = self.item_word(&item, "test", words::TEST_ITEMS);
            let read = word.and_then(|word| self.test_item(word, &item, &mut broken));
            broken |= read.is_none();
            tableless = read.is_none() && matches!(word, Some("given" | "expect")) && self.unfinished;
            items.extend(read);
        }
        let (name, at, every, whole) = read?;
        Some(DeclarationKind::Test(Test { name, at, every, items, broken: broken || !whole }))
    }

    /// Its name, when it begins, how often it runs, and whether that is all that was written.
    fn test_head(&mut self, head: &Range<usize>) -> Option<(Text, Expr, Option<Expr>, bool)> {
        let Some(mut kids) = self.parse(Rule::test, head) else {
            let name = self.salvage(Rule::named_text, head)?.nth(1)?;
            return Some((self.text(&name, "'"), self.error(head), None, false));
        };
        let name = self.text_or_quoted(&kids.nth(1)?);
        let at = self.expr(kids.nth(1)?);
        let every = match take(&mut kids, Rule::kw_every) {
            Some(_) => Some(self.expr(kids.next()?)),
            None => None,
        };
        Some((name, at, every, true))
    }

    fn test_item(&mut self, word: &'static str, item: &Range<usize>, broken: &mut bool) -> Option<TestItem> {
        let span = self.range_span(item);
        Some(match word {
            "given" => {
                let mut kids = self.parse(Rule::given, item)?;
                let of = self.path(kids.nth(1)?);
                TestItem::Given(self.table(of, kids.next()?, item, broken))
            }
            "after" => {
                let sum = self.parse(Rule::after, item)?.nth(1)?;
                TestItem::After(self.expr(sum), span)
            }
            "expect" => {
                let kids = self.parse(Rule::expect, item)?;
                self.expect(kids, item, broken)?
            }
            _ => {
                let mut kids = self.parse(Rule::answer, item)?;
                let written = self.name(&kids.next()?);
                let word = Name { text: word.to_owned(), ..written };
                TestItem::Answer { word, sync: self.name(&kids.next()?), span }
            }
        })
    }

    fn expect(&mut self, mut kids: Pairs<'_, Rule>, item: &Range<usize>, broken: &mut bool) -> Option<TestItem> {
        let span = self.range_span(item);
        kids.next();
        let fired = take(&mut kids, Rule::fired).map(|kid| self.span(&kid));
        let of = self.path(kids.next()?);
        let next = kids.next()?;
        if next.as_rule() != Rule::equals {
            if let Some(at) = fired {
                *broken = true;
                self.diagnostics.push(explain::fired_table(at));
            }
            return Some(TestItem::ExpectRows(self.table(of, next, item, broken)));
        }
        self.equals(&next);
        let keys = kids.next()?.into_inner().filter(|kid| kid.as_rule() == Rule::key_of);
        let keys = keys.filter_map(|kid| kid.into_inner().next()).map(|kid| self.key(&kid)).collect();
        Some(TestItem::ExpectKeys(ExpectKeys { fired, of, keys, span }))
    }

    fn key(&mut self, pair: &Pair<'_, Rule>) -> Key {
        if pair.as_rule() == Rule::bare_key {
            return Key { text: pair.as_str().to_owned(), span: self.span(pair) };
        }
        let text = self.text_or_quoted(pair);
        Key { text: text.value, span: text.span }
    }

    fn table(&mut self, of: Path, pair: Pair<'_, Rule>, item: &Range<usize>, broken: &mut bool) -> Given {
        let mut given = Given { of, columns: vec![], rows: vec![], span: self.range_span(item) };
        let mut heads = self.span(&pair);
        for line in pair.into_inner() {
            let span = self.span(&line);
            match line.as_rule() {
                Rule::heads => {
                    heads = span;
                    let names = line.into_inner().filter(|kid| kid.as_rule() == Rule::part);
                    given.columns = names.map(|kid| self.name(&kid)).collect();
                }
                Rule::row => {
                    let cells = line.into_inner().filter(|kid| kid.as_rule() == Rule::cell);
                    let cell = |kid: Pair<'_, Rule>| Cell { text: kid.as_str().to_owned(), span: self.span(&kid) };
                    let cells: Vec<Cell> = cells.map(cell).collect();
                    let (found, wanted) = (cells.len(), given.columns.len());
                    if found == wanted {
                        given.rows.push(TableRow { cells, span });
                    } else {
                        *broken = true;
                        self.diagnostics.push(explain::RowLength::of(found, wanted, span, heads));
                    }
                }
                _ => {}
            }
        }
        given
    }
}
