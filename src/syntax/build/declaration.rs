//! Takes one piece of a file, a declaration with its block, and gives its tree. Where its head is broken the mistake
//! is explained and what is known of it is kept, so that what uses it is not wrong too.

use std::ops::Range;

use pest::iterators::{Pair, Pairs};

use crate::source::Span;
use crate::syntax::ast::{
    Audience, Declaration, DeclarationKind, Destination, Entity, Expr, ExprKind, Let, Name, Path, Retire, RowLink,
    Source, Status, Sync, Text, Trait,
};
use crate::syntax::build::{Builder, take};
use crate::syntax::explain;
use crate::syntax::grammar::Rule;
use crate::syntax::layout::Block;
use crate::syntax::words::{self, Keyword};

/// `of workspace [as w]`, and `was` before it.
pub(super) struct Of {
    pub name: Name,
    pub was: Option<Name>,
    pub of: Name,
    pub alias: Option<Name>,
}

impl Builder<'_> {
    pub(super) fn declaration(&mut self, piece: &Range<usize>) -> Option<Declaration> {
        let (word, _) = words::split_word(self.layout.text(piece));
        let at = self.range_span(&(piece.start..piece.start + word.len()));
        let doc = self.doc(piece.start);
        let keyword = match words::keyword(word) {
            Some(keyword) => keyword,
            None => self.unknown_declaration(word, piece, at)?,
        };
        let block = match keyword {
            Keyword::Let | Keyword::Trait | Keyword::Audience | Keyword::Link | Keyword::Policy | Keyword::Retire => {
                None
            }
            _ => self.layout.block(piece),
        };
        let tail = block.as_ref().map(|block| block.tail.clone()).filter(|tail| !tail.is_empty());
        if let Some(tail) = tail.filter(|_| !self.layout.has_fault(piece)) {
            self.diagnostics.push(explain::AfterBlock { at: self.range_span(&tail) });
            self.lose(&tail);
        }
        let head = block.as_ref().map_or_else(|| piece.clone(), |block| block.head.clone());
        let kind = match keyword {
            Keyword::Source => self.source(&head, block),
            Keyword::Entity => self.entity(&head, block, false).map(DeclarationKind::Entity),
            Keyword::Event => self.entity(&head, block, true).map(DeclarationKind::Event),
            Keyword::Let => self.let_(piece),
            Keyword::Trait => self.trait_(piece),
            Keyword::Audience => self.audience(piece),
            Keyword::Status => self.status(&head, block),
            Keyword::Link => self.row_link(piece),
            Keyword::Destination => self.destination(&head, block),
            Keyword::Sync => self.sync(&head, block),
            Keyword::Sequence => self.sequence(&head, block),
            Keyword::Channel => self.channel(&head, block),
            Keyword::Experiment => self.experiment(&head, block),
            Keyword::Policy => self.policy(piece),
            Keyword::Funnel => self.funnel(&head, block),
            Keyword::Test => self.test(&head, block),
            Keyword::Retire => self.retire(piece),
        };
        if kind.is_none() {
            self.lose(piece);
        }
        Some(Declaration { doc, span: self.range_span(piece), keyword: at, kind: kind? })
    }

    fn unknown_declaration(&mut self, word: &str, piece: &Range<usize>, at: Span) -> Option<Keyword> {
        let text = self.layout.text(piece);
        let known = words::DECLARATIONS.iter().map(|(word, _)| *word);
        // Where the word is the name, the keyword before it is missing.
        let similar = crate::diagnostics::did_you_mean(word, known).filter(|_| !words::begins_with_name(text));
        let line = text.split('\n').next().unwrap_or_default();
        if word.is_empty() {
            let end = line.chars().next().map_or(0, char::len_utf8);
            let at = self.range_span(&(piece.start..piece.start + end));
            if !self.layout.has_fault(piece) {
                let help = match line {
                    _ if ["--", "#"].iter().any(|sign| line.starts_with(sign)) => "write a comment as `// …`",
                    _ => "begin with the word of a declaration, such as `audience` or `trait`",
                };
                self.diagnostics.push(explain::NoDeclaration { found: line.chars().take(1).collect(), at, help });
            }
            self.lose(piece);
            return None;
        }
        // An indented line below a declaration that is not finished is the rest of it.
        let is_rest = self.unfinished && self.layout.is_indented(piece.start);
        if is_rest {
            self.lose(piece);
            return None;
        }
        let help = declaration_help(similar);
        self.diagnostics.push(explain::UnknownDeclaration { word: word.to_owned(), at, help });
        let meant = similar.and_then(words::keyword);
        if meant.is_none() {
            self.lose(piece);
        }
        meant
    }

    /// Notes whether a declaration that is not in the tree has lost even its name.
    pub(super) fn lose_head(&mut self, head: &Range<usize>) {
        let (_, rest) = words::split_word(self.layout.text(head));
        let (next, _) = words::split_word(rest.trim_start());
        self.nameless |= matches!(next, "of" | "was" | "from" | "as") || self.salvage(Rule::named, head).is_none();
    }

    pub(super) fn missing_block(&mut self, keyword: &'static str, head: &Range<usize>) {
        if !self.layout.has_fault(head) {
            let at = self.range_span(&(head.end..head.end));
            self.diagnostics.push(explain::MissingBlock { keyword, at });
        }
    }

    fn source(&mut self, head: &Range<usize>, block: Option<Block>) -> Option<DeclarationKind> {
        let parsed = self.parse(Rule::source, head);
        let whole = parsed.is_some();
        if !whole {
            self.lose(head);
        }
        let Some(mut kids) = parsed.or_else(|| self.salvage(Rule::named_path, head)) else {
            self.lose_head(head);
            return None;
        };
        let name = self.path(kids.nth(1)?);
        let sql =
            take(&mut kids, Rule::as_sql).and_then(|kid| kid.into_inner().last()).map(|sql| self.text(&sql, "$$"));
        let mut source = Source { name, sql, columns: vec![], fresh: None, broken: false };
        match block {
            Some(block) => self.source_items(block.body, &mut source),
            None if whole => self.missing_block("source", head),
            None => {}
        }
        Some(DeclarationKind::Source(source))
    }

    fn entity(&mut self, head: &Range<usize>, block: Option<Block>, event: bool) -> Option<Entity> {
        let parsed = self.parse(Rule::entity, head);
        let whole = parsed.is_some();
        if !whole {
            self.lose(head);
        }
        let Some(mut kids) = parsed.or_else(|| self.salvage(Rule::named_from, head)) else {
            self.lose_head(head);
            // Its items may be broken as well.
            self.entity_items(block?.body, event);
            return None;
        };
        let name = self.name(&kids.nth(1)?);
        let was = take(&mut kids, Rule::was).and_then(|kid| self.last_name(kid));
        let from = self.path(kids.nth(1)?);
        let condition = match take(&mut kids, Rule::where_) {
            Some(kid) => Some(self.clause(kid)),
            None => (!whole).then(|| self.error(head)),
        };
        let (items, broken) = match block {
            Some(block) => self.entity_items(block.body, event),
            None => {
                if whole {
                    self.missing_block(if event { "event" } else { "entity" }, head);
                }
                (vec![], true)
            }
        };
        Some(Entity { name, was, from, condition, items, broken })
    }

    fn let_(&mut self, piece: &Range<usize>) -> Option<DeclarationKind> {
        match self.parse(Rule::let_, piece) {
            Some(mut kids) => {
                let name = self.name(&kids.nth(1)?);
                self.equals(&kids.next()?);
                let value = self.expr(kids.next()?);
                Some(DeclarationKind::Let(Let { name, value }))
            }
            None => {
                let Some(name) = self.salvage(Rule::named, piece).and_then(|mut kids| kids.nth(1)) else {
                    self.lose_head(piece);
                    return None;
                };
                Some(DeclarationKind::Let(Let { name: self.name(&name), value: self.error(piece) }))
            }
        }
    }

    fn trait_(&mut self, piece: &Range<usize>) -> Option<DeclarationKind> {
        let (of, value) = match self.parse(Rule::trait_, piece) {
            Some(mut kids) => {
                let of = self.named_of(&mut kids)?;
                self.equals(&kids.next()?);
                (of, self.expr(kids.next()?))
            }
            None => (self.salvage_of(piece)?, self.error(piece)),
        };
        Some(DeclarationKind::Trait(Trait { name: of.name, of: of.of, alias: of.alias, value }))
    }

    fn row_link(&mut self, piece: &Range<usize>) -> Option<DeclarationKind> {
        let (of, value) = match self.parse(Rule::row_link, piece) {
            Some(mut kids) => {
                let of = self.named_of(&mut kids)?;
                self.equals(&kids.next()?);
                (of, self.call_expr(kids.next()?))
            }
            None => (self.salvage_of(piece)?, self.error(piece)),
        };
        Some(DeclarationKind::RowLink(RowLink { name: of.name, of: of.of, alias: of.alias, value }))
    }

    fn audience(&mut self, piece: &Range<usize>) -> Option<DeclarationKind> {
        let (of, condition, until) = match self.parse(Rule::audience, piece) {
            Some(mut kids) => {
                let of = self.named_of(&mut kids)?;
                let condition = kids.next().map(|kid| self.clause(kid))?;
                let until = take(&mut kids, Rule::until).map(|kid| self.clause(kid));
                (of, condition, until)
            }
            None => (self.salvage_of(piece)?, self.error(piece), None),
        };
        let Of { name, was, of, alias } = of;
        Some(DeclarationKind::Audience(Audience { name, was, of, alias, condition, until }))
    }

    fn status(&mut self, head: &Range<usize>, block: Option<Block>) -> Option<DeclarationKind> {
        let parsed = self.parse(Rule::status, head);
        let whole = parsed.is_some();
        let of = match parsed {
            Some(mut kids) => self.named_of(&mut kids),
            None => self.salvage_of(head),
        };
        let Some(Of { name, was, of, alias }) = of else {
            let none = || Name { text: String::new(), span: self.range_span(head), quoted: false };
            let (name, of) = (none(), none());
            let mut unread = Status { name, was: None, of, alias: None, stages: vec![], moves: vec![], broken: true };
            self.status_items(block?.body, &mut unread);
            return None;
        };
        let mut status = Status { name, was, of, alias, stages: vec![], moves: vec![], broken: block.is_none() };
        match block {
            Some(block) => self.status_items(block.body, &mut status),
            None if whole => self.missing_block("status", head),
            None => {}
        }
        Some(DeclarationKind::Status(status))
    }

    fn destination(&mut self, head: &Range<usize>, block: Option<Block>) -> Option<DeclarationKind> {
        let parsed = self.parse(Rule::destination, head);
        let Some(mut kids) = parsed.or_else(|| self.salvage(Rule::named_is, head)) else {
            self.lose_head(head);
            return None;
        };
        let name = self.name(&kids.nth(1)?);
        self.equals(&kids.next()?);
        let system = self.name(&kids.next()?);
        let mut destination = Destination { name, system, allows: vec![], objects: vec![], broken: false };
        if let Some(block) = block {
            self.destination_items(block.body, &mut destination);
        }
        Some(DeclarationKind::Destination(destination))
    }

    fn sync(&mut self, head: &Range<usize>, block: Option<Block>) -> Option<DeclarationKind> {
        let Some(kids) = self.parse(Rule::sync, head) else {
            if let Some(block) = block {
                // Its items may be broken as well.
                self.sync_items(block.body);
            }
            return None;
        };
        let mut sync = self.sync_head(kids)?;
        match block {
            Some(block) => (sync.items, sync.broken) = self.sync_items(block.body),
            None => self.missing_block("sync", head),
        }
        Some(DeclarationKind::Sync(sync))
    }

    fn sync_head(&mut self, mut kids: Pairs<'_, Rule>) -> Option<Sync> {
        let name = self.name(&kids.nth(1)?);
        let was = take(&mut kids, Rule::was).and_then(|kid| self.last_name(kid));
        let from = self.path(kids.nth(1)?);
        let alias = take(&mut kids, Rule::alias).and_then(|kid| self.alias(kid));
        let condition = take(&mut kids, Rule::where_).map(|kid| self.clause(kid));
        let to: Path = self.path(kids.nth(1)?);
        let argument = take(&mut kids, Rule::argument).and_then(|kid| kid.into_inner().next());
        let argument = argument.map(|kid| self.text_or_quoted(&kid));
        Some(Sync { name, was, from, alias, condition, to, argument, items: vec![], broken: true })
    }

    fn retire(&mut self, piece: &Range<usize>) -> Option<DeclarationKind> {
        let mut kids = self.parse(Rule::retire, piece)?;
        Some(DeclarationKind::Retire(Retire { name: self.path(kids.nth(1)?) }))
    }

    /// A text; double quotes around it are reported.
    pub(super) fn text_or_quoted(&mut self, pair: &Pair<'_, Rule>) -> Text {
        if pair.as_rule() == Rule::text {
            return self.text(pair, "'");
        }
        let name = self.name(pair);
        self.diagnostics.push(explain::DoubleQuotes::of(&name));
        Text { value: name.text, span: name.span }
    }

    /// The head of a declaration with a block, by its rule: what can be read of it, and whether that is all. Where it has
    /// lost its name, `None`.
    pub(super) fn head_of(&mut self, rule: Rule, head: &Range<usize>) -> (Option<Of>, bool) {
        match self.parse(rule, head) {
            Some(mut kids) => (self.named_of(&mut kids), true),
            None => (self.salvage_of(head), false),
        }
    }

    pub(super) fn named_of(&self, kids: &mut Pairs<'_, Rule>) -> Option<Of> {
        let name = self.name(&kids.nth(1)?);
        let was = take(kids, Rule::was).and_then(|kid| self.last_name(kid));
        let mut of = kids.next()?.into_inner();
        let base = self.name(&of.nth(1)?);
        let alias = of.next().and_then(|kid| self.alias(kid));
        Some(Of { name, was, of: base, alias })
    }

    pub(super) fn salvage_of(&mut self, piece: &Range<usize>) -> Option<Of> {
        match self.salvage(Rule::named_of, piece) {
            Some(mut kids) => self.named_of(&mut kids),
            None => {
                self.lose_head(piece);
                None
            }
        }
    }

    /// The name after `as`.
    pub(super) fn alias(&self, pair: Pair<'_, Rule>) -> Option<Name> {
        self.last_name(pair)
    }

    pub(super) fn last_name(&self, pair: Pair<'_, Rule>) -> Option<Name> {
        pair.into_inner().last().map(|name| self.name(&name))
    }

    /// Reports a `==` where something is given a name or value.
    pub(super) fn equals(&mut self, pair: &Pair<'_, Rule>) {
        let at = self.span(pair);
        self.spelling(pair.as_str(), "=", at);
    }

    /// What stands for a broken piece.
    pub(super) fn error(&self, piece: &Range<usize>) -> Expr {
        Expr { span: self.range_span(piece), kind: ExprKind::Error }
    }
}

fn declaration_help(similar: Option<&str>) -> String {
    match similar {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => {
            let all: Vec<_> = words::DECLARATIONS.iter().map(|(word, _)| format!("`{word}`")).collect();
            format!("a declaration begins with {}", explain::one_of(&all))
        }
    }
}
