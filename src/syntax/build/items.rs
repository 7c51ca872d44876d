//! Takes the items of a block, each a piece of its own, and gives their trees. An item that is broken is explained;
//! the ones beside it are kept.

use std::ops::Range;

use pest::iterators::{Pair, Pairs};

use crate::diagnostics::did_you_mean;
use crate::syntax::ast::{
    Assign, Column, Destination, EntityItem, Expr, ExprKind, Fresh, Guard, Leave, Link, Moves, Name, Object, Source,
    Stage, Status, SyncItem, TypeName,
};
use crate::syntax::build::{Builder, take};
use crate::syntax::explain;
use crate::syntax::grammar::Rule;
use crate::syntax::words;

impl Builder<'_> {
    pub(super) fn source_items(&mut self, body: Range<usize>, source: &mut Source) {
        for item in self.columns_of(body, "source") {
            let (word, rest) = words::split_word(self.layout.text(&item));
            if word == "fresh" && words::split_word(rest.trim_start()).0 == "within" {
                if let Some(fresh) = self.parse(Rule::fresh, &item).and_then(|kids| self.fresh(kids, &item)) {
                    source.fresh = Some(fresh);
                }
            } else {
                let column = self.column(&item);
                source.broken |= column.is_none();
                source.columns.extend(column);
            }
        }
    }

    /// Cuts a list of columns; a comma between columns of a source is an error, once.
    fn columns_of(&mut self, body: Range<usize>, within: &str) -> Vec<Range<usize>> {
        let (items, commas) = self.layout.columns(body.clone());
        if let Some(comma) = commas.first().filter(|_| within == "source" && !self.layout.has_fault(&body)) {
            self.diagnostics.push(explain::StrayComma { at: self.range_span(&(*comma..*comma + 1)) });
        }
        items
    }

    fn fresh(&mut self, mut kids: Pairs<'_, Rule>, item: &Range<usize>) -> Option<Fresh> {
        let within = self.expr(kids.nth(2)?);
        let by = self.name(&kids.nth(1)?);
        Some(Fresh { within, by, span: self.range_span(item) })
    }

    fn column(&mut self, item: &Range<usize>) -> Option<Column> {
        let doc = self.doc(item.start);
        let Some(mut kids) = self.parse(Rule::column, item) else { return self.broken_column(doc, item) };
        let name = self.name(&kids.next()?);
        let kind = self.type_name(kids.next()?)?;
        let labels = kids.filter(|kid| kid.as_rule() == Rule::part).map(|kid| self.name(&kid)).collect();
        Some(Column { doc, name, kind, labels })
    }

    fn type_name(&mut self, pair: Pair<'_, Rule>) -> Option<TypeName> {
        let span = self.span(&pair);
        let mut kids = pair.into_inner();
        let name = self.name(&kids.next()?);
        let mut arguments = Vec::new();
        for kid in take(&mut kids, Rule::arguments).into_iter().flat_map(Pair::into_inner) {
            let mut argument = self.name(&kid);
            if kid.as_rule() == Rule::text {
                argument.text = self.text(&kid, "'").value;
                argument.quoted = true;
            }
            arguments.push(argument);
        }
        Some(TypeName { name, arguments, nullable: kids.next().is_some(), span })
    }

    /// A column of no known type, where what can be read begins with a name.
    fn broken_column(&mut self, doc: Option<String>, item: &Range<usize>) -> Option<Column> {
        self.lose(item);
        self.nameless |= self.layout.text(item).split_whitespace().last() == Some("label");
        let name = self.salvage(Rule::only_first, item).and_then(|mut kids| kids.next())?;
        let name = self.name(&name);
        // A lone type is what is left of a column without its name.
        if words::TYPES.contains(&name.text.as_str()) && !name.quoted {
            return None;
        }
        let none = Name { text: String::new(), span: name.span, quoted: false };
        let kind = TypeName { name: none, arguments: vec![], nullable: false, span: name.span };
        Some(Column { doc, name, kind, labels: vec![] })
    }

    /// The item's word; an unknown one is reported, and stands for the one that was meant.
    pub(super) fn item_word(
        &mut self,
        item: &Range<usize>,
        block: &'static str,
        words: &'static [&'static str],
    ) -> Option<&'static str> {
        let (word, rest) = words::split_word(self.layout.text(item));
        let known = words.iter().find(|known| **known == word).copied();
        // What an event has and an entity has not is reported with its meaning.
        let misplaced = || words::EVENT_ITEMS.iter().find(|known| **known == word && words == words::ENTITY_ITEMS);
        if let Some(known) = known.or_else(|| misplaced().copied()) {
            return Some(known);
        }
        // In a sync, `field = value` is the rest of a `set` whose line lacks its comma.
        let is_rest = words == words::SYNC_ITEMS && rest.trim_start().starts_with('=');
        let habit = explain::item_habit(block, word, self.layout.text(item));
        let similar = did_you_mean(word, words.iter().copied()).filter(|_| !is_rest && habit.is_none());
        if !self.layout.has_fault(item) {
            let first = self.layout.text(item).chars().next().map_or(0, char::len_utf8);
            let end = item.start + word.len().max(first);
            let at = self.range_span(&(item.start..end));
            let found = self.layout.text(&(item.start..end)).to_owned();
            let help = if is_rest {
                "write a comma at the end of the line before, where it belongs to `set`".to_owned()
            } else {
                habit.unwrap_or_else(|| explain::item_help(block, words, similar))
            };
            self.diagnostics.push(explain::UnknownItem { found, block, at, help });
        }
        similar
    }

    /// The items, and whether one of them could not be read.
    pub(super) fn entity_items(&mut self, body: Range<usize>, event: bool) -> (Vec<EntityItem>, bool) {
        let (block, words) = if event { ("event", words::EVENT_ITEMS) } else { ("entity", words::ENTITY_ITEMS) };
        let mut items = Vec::new();
        let mut broken = false;
        for item in self.layout.items(body) {
            let text = self.layout.text(&item);
            let (_, rest) = words::split_word(text);
            let word = self.item_word(&item, block, words);
            let read = word.and_then(|word| Some((word, self.parse(item_rule(word), &item)?)));
            match read {
                Some((word, kids)) => items.extend(self.entity_item(word, kids, &item)),
                None => {
                    broken = true;
                    self.lose(&item);
                    // `link -> user …`, `link … as`
                    let unnamed = rest.trim_start().starts_with("->") || text.split_whitespace().last() == Some("as");
                    self.nameless |= unnamed;
                }
            }
        }
        (items, broken)
    }

    fn entity_item(&mut self, word: &str, mut kids: Pairs<'_, Rule>, item: &Range<usize>) -> Option<EntityItem> {
        Some(match word {
            "link" => EntityItem::Link(self.link(kids)?),
            "guard" => EntityItem::Guard(self.guard(kids, item)?),
            "unique" => EntityItem::Unique(self.name(&kids.nth(1)?)),
            "at" => EntityItem::At(self.name(&kids.nth(1)?)),
            _ => EntityItem::Key(self.name(&kids.nth(1)?)),
        })
    }

    fn link(&mut self, mut kids: Pairs<'_, Rule>) -> Option<Link> {
        let name = self.name(&kids.nth(1)?);
        let target = self.name(&kids.nth(1)?);
        let on = self.name(&kids.nth(1)?);
        let equals = match take(&mut kids, Rule::equals) {
            Some(sign) => {
                self.equals(&sign);
                kids.next().map(|kid| self.name(&kid))
            }
            None => None,
        };
        let reverse = take(&mut kids, Rule::alias).and_then(|kid| self.alias(kid));
        Some(Link { name, target, on, equals, reverse })
    }

    fn guard(&mut self, mut kids: Pairs<'_, Rule>, item: &Range<usize>) -> Option<Guard> {
        let what = self.name(&kids.nth(1)?);
        let limit = self.expr(kids.nth(1)?);
        Some(Guard { what, limit, span: self.range_span(item) })
    }

    pub(super) fn status_items(&mut self, body: Range<usize>, status: &mut Status) {
        for item in self.layout.items(body) {
            let (word, rest) = words::split_word(self.layout.text(&item));
            let next = words::split_word(rest.trim_start()).0;
            if word == "moves" && !matches!(next, "when" | "otherwise") {
                if let Some(kids) = self.parse(Rule::moves, &item) {
                    let chains = kids.filter(|kid| kid.as_rule() == Rule::chain).map(|chain| {
                        chain
                            .into_inner()
                            .filter(|kid| kid.as_rule() == Rule::name)
                            .map(|kid| self.name(&kid))
                            .collect()
                    });
                    status.moves.push(Moves { chains: chains.collect(), span: self.range_span(&item) });
                } else {
                    status.broken = true;
                }
                continue;
            }
            let doc = self.doc(item.start);
            let stage = match self.parse(Rule::stage, &item) {
                Some(kids) => self.stage(doc, kids),
                None => {
                    self.lose(&item);
                    status.broken = true;
                    self.broken_stage(doc, &item)
                }
            };
            status.stages.extend(stage);
        }
    }

    fn stage(&mut self, doc: Option<String>, mut kids: Pairs<'_, Rule>) -> Option<Stage> {
        let name = self.name(&kids.next()?);
        let was = take(&mut kids, Rule::was).and_then(|kid| self.last_name(kid));
        let when = take(&mut kids, Rule::when).map(|kid| self.clause(kid));
        let until = take(&mut kids, Rule::until).map(|kid| self.clause(kid));
        Some(Stage { doc, name, was, when, until })
    }

    fn broken_stage(&mut self, doc: Option<String>, item: &Range<usize>) -> Option<Stage> {
        let name = self.salvage(Rule::only_first, item).and_then(|mut kids| kids.next())?;
        let name = self.name(&name);
        let otherwise = self.layout.text(item).contains("otherwise");
        let when = (!otherwise).then(|| self.error(item));
        Some(Stage { doc, name, was: None, when, until: None })
    }

    pub(super) fn destination_items(&mut self, body: Range<usize>, destination: &mut Destination) {
        for item in self.layout.items(body) {
            if let Some(block) = self.layout.block(&item) {
                let Some(name) = self.parse(Rule::object, &block.head).and_then(|mut kids| kids.next()) else {
                    destination.broken = true;
                    self.lose(&item);
                    continue;
                };
                let name = self.name(&name);
                if !block.tail.is_empty() {
                    self.diagnostics.push(explain::AfterBlock { at: self.range_span(&block.tail) });
                }
                let mut fields = Vec::new();
                for item in self.columns_of(block.body, "object") {
                    let field = self.column(&item);
                    destination.broken |= field.is_none();
                    fields.extend(field);
                }
                destination.objects.push(Object { name, fields });
            } else if words::split_word(self.layout.text(&item)).0 == "allows" {
                if let Some(kids) = self.parse(Rule::allows, &item) {
                    let names = kids.filter(|kid| kid.as_rule() == Rule::part);
                    destination.allows.extend(names.map(|kid| self.name(&kid)));
                } else {
                    destination.broken = true;
                }
            } else if self.layout.has_fault(&item) {
                destination.broken = true;
            } else {
                destination.broken = true;
                self.lose(&item);
                let (word, _) = words::split_word(self.layout.text(&item));
                let end = item.start + word.len().max(1);
                let help = match did_you_mean(word, ["allows"]) {
                    Some(_) => "did you mean `allows`?".to_owned(),
                    None => "write `allows LABEL`, or an object with its fields: `contacts { email text }`".to_owned(),
                };
                let at = self.range_span(&(item.start..end));
                let found = self.layout.text(&(item.start..end)).to_owned();
                self.diagnostics.push(explain::UnknownItem { found, block: "destination", at, help });
            }
        }
    }

    /// The items, and whether one of them could not be read.
    pub(super) fn sync_items(&mut self, body: Range<usize>) -> (Vec<SyncItem>, bool) {
        let mut items = Vec::new();
        let mut broken = false;
        for item in self.layout.items(body) {
            let word = self.item_word(&item, "sync", words::SYNC_ITEMS);
            let read = word.and_then(|word| Some((word, self.parse(item_rule(word), &item)?)));
            match read {
                Some((word, kids)) => items.extend(self.sync_item(word, kids, &item)),
                None => broken = true,
            }
        }
        (items, broken)
    }

    fn sync_item(&mut self, word: &str, mut kids: Pairs<'_, Rule>, item: &Range<usize>) -> Option<SyncItem> {
        Some(match word {
            "match" => SyncItem::Match(self.assign(kids.nth(1)?)),
            "pick" => SyncItem::Pick(self.orders(kids.nth(1)?), self.range_span(item)),
            "set" => SyncItem::Set(self.assigns(kids)),
            "create" | "update" => SyncItem::Only(self.name(&kids.next()?)),
            "exempt" => SyncItem::Exempt(self.exempt(kids, item)?),
            "leave" => {
                let action = self.name(&kids.nth(1)?);
                SyncItem::Leave(Leave { action, set: self.assigns(kids), span: self.range_span(item) })
            }
            _ => SyncItem::Guard(self.guard(kids, item)?),
        })
    }

    fn assigns(&mut self, kids: Pairs<'_, Rule>) -> Vec<Assign> {
        kids.filter(|kid| kid.as_rule() == Rule::assign).map(|kid| self.assign(kid)).collect()
    }

    fn assign(&mut self, pair: Pair<'_, Rule>) -> Assign {
        let span = self.span(&pair);
        let mut kids = pair.into_inner();
        let name = kids.next().map(|kid| self.name(&kid));
        let name = name.unwrap_or(crate::syntax::ast::Name { text: String::new(), span, quoted: false });
        if let Some(sign) = kids.next() {
            self.equals(&sign);
        }
        let value = kids.next().map(|kid| self.expr(kid));
        Assign { name, value: value.unwrap_or(Expr { span, kind: ExprKind::Error }) }
    }
}

/// The rule of an item of an entity or a sync.
fn item_rule(word: &str) -> Rule {
    match word {
        "link" => Rule::link,
        "guard" => Rule::guard,
        "match" => Rule::match_,
        "pick" => Rule::pick,
        "set" => Rule::set_item,
        "create" | "update" => Rule::only,
        "leave" => Rule::leave,
        "exempt" => Rule::exempt,
        _ => Rule::key,
    }
}
