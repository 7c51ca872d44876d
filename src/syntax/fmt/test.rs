//! Takes a test and gives its items: each table with its columns as wide as they must be, without the line below the names
//! that other tools want.

use crate::syntax::ast::{Declaration, Given, Key, Name, Test, TestItem};
use crate::syntax::fmt::declaration::Printer;
use crate::syntax::fmt::expr::{name, path, quote};
use crate::syntax::fmt::item::{Item, Parts};
use crate::syntax::fmt::lines::width;
use crate::syntax::words;

impl Printer<'_> {
    pub(super) fn test(&mut self, declaration: &Declaration, test: &Test) {
        let every = test.every.as_ref().map(|it| format!(" every {}", self.write.whole(it))).unwrap_or_default();
        let head = format!("test {} at {}{every}", quote(&test.name.value), self.write.whole(&test.at));
        let items = test.items.iter().map(|item| self.test_item(item)).collect();
        self.block(declaration, &head, items);
    }

    /// An item; what stands beside its word is part of it, so that the words are no column.
    fn test_item<'a>(&self, item: &'a TestItem) -> Item<'a> {
        match item {
            TestItem::Given(given) => {
                let item = Item::new(given.span.start, format!("given {}", path(&given.of)), "");
                Item { parts: Parts::Table(given), ..item }
            }
            TestItem::After(duration, span) => {
                Item::new(span.start, format!("after {}", self.write.whole(duration)), "")
            }
            TestItem::Answer { word, sync, span } => Item::new(span.start, format!("{} {}", word.text, name(sync)), ""),
            TestItem::ExpectKeys(expect) => {
                let fired = if expect.fired.is_some() { "fired " } else { "" };
                let keys: Vec<_> = expect.keys.iter().map(key).collect();
                let keys = if keys.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", keys.join(", ")) };
                Item::new(expect.span.start, format!("expect {fired}{} = {keys}", path(&expect.of)), "")
            }
            TestItem::ExpectRows(given) => {
                let item = Item::new(given.span.start, format!("expect {}", path(&given.of)), "");
                Item { parts: Parts::Table(given), ..item }
            }
        }
    }

    /// The lines of a table, below its item.
    pub(super) fn table(&mut self, given: &Given, indent: usize) {
        let heads: Vec<String> = given.columns.iter().map(name).collect();
        let mut columns: Vec<usize> = heads.iter().map(|it| width(it)).collect();
        for row in &given.rows {
            for (column, cell) in columns.iter_mut().zip(&row.cells) {
                *column = (*column).max(width(&cell.text));
            }
        }
        let at = given.columns.first().map_or(given.span.end, |head: &Name| head.span.start);
        self.lines.more(at, indent, &line(heads.iter().map(String::as_str), &columns));
        for row in &given.rows {
            let cells = row.cells.iter().map(|cell| cell.text.as_str());
            self.lines.more(row.span.start, indent, &line(cells, &columns));
        }
    }
}

fn line<'a>(cells: impl Iterator<Item = &'a str>, columns: &[usize]) -> String {
    let mut text = "|".to_owned();
    for (cell, column) in cells.zip(columns) {
        let blanks = " ".repeat(column.saturating_sub(width(cell)));
        text.push_str(&format!(" {cell}{blanks} |"));
    }
    text
}

/// A key; one that is no plain word is quoted.
fn key(key: &Key) -> String {
    let plain = !key.text.is_empty() && words::split_word(&key.text).1.is_empty();
    if plain { key.text.clone() } else { quote(&key.text) }
}
