//! Takes the text of a sequence or a channel, head and block, and gives its tree. A step that is broken keeps its name, and
//! the items beside a broken one are kept.

use std::ops::Range;

use pest::iterators::{Pair, Pairs};

use crate::syntax::ast::{
    Again, Branch, Channel, ChannelItem, DeclarationKind, During, Expr, Name, Sequence, SequenceItem, Step, Text, Via,
};
use crate::syntax::build::declaration::Of;
use crate::syntax::build::{Builder, take};
use crate::syntax::explain;
use crate::syntax::grammar::Rule;
use crate::syntax::layout::Block;
use crate::syntax::words;

impl Builder<'_> {
    pub(super) fn sequence(&mut self, head: &Range<usize>, block: Option<Block>) -> Option<DeclarationKind> {
        let (of, whole) = self.head_of(Rule::sequence, head);
        let (items, broken) = match block {
            Some(block) => self.sequence_items(block.body),
            None => {
                if whole {
                    self.missing_block("sequence", head);
                }
                (vec![], true)
            }
        };
        let Of { name, was, of, alias } = of?;
        Some(DeclarationKind::Sequence(Sequence { name, was, of, alias, items, broken: broken || !whole }))
    }

    fn sequence_items(&mut self, body: Range<usize>) -> (Vec<SequenceItem>, bool) {
        let mut items = Vec::new();
        let mut broken = false;
        for item in self.layout.items(body) {
            let word = self.item_word(&item, "sequence", words::SEQUENCE_ITEMS);
            let read = word.and_then(|word| self.sequence_item(word, &item, &mut broken));
            if read.is_none() {
                broken = true;
                self.lose(&item);
            }
            items.extend(read);
        }
        (items, broken)
    }

    fn sequence_item(&mut self, word: &str, item: &Range<usize>, broken: &mut bool) -> Option<SequenceItem> {
        let span = self.range_span(item);
        Some(match word {
            "start" => {
                let who = self.parse(Rule::start, item)?.nth(1)?.into_inner().next()?;
                SequenceItem::Start(self.name(&who), span)
            }
            "hold" => SequenceItem::Hold(self.held(item)?, span),
            "exit" => SequenceItem::Exit(self.held(item)?, span),
            "stay" => {
                self.parse(Rule::only, item)?;
                SequenceItem::Stay(span)
            }
            "again" => {
                let kids = self.parse(Rule::again, item)?;
                SequenceItem::Again(self.again(kids, item))
            }
            "branch" => SequenceItem::Branch(self.branch(item)?),
            _ => SequenceItem::Step(Box::new(self.step(item, broken)?)),
        })
    }

    fn held(&mut self, item: &Range<usize>) -> Option<Expr> {
        let when = self.parse(Rule::hold, item)?.nth(1)?;
        Some(self.clause(when))
    }

    fn again(&mut self, kids: Pairs<'_, Rule>, item: &Range<usize>) -> Again {
        let mut again = Again { after: None, at_most: None, always: false, span: self.range_span(item) };
        for kid in kids.skip(1) {
            match kid.as_rule() {
                Rule::kw_always => again.always = true,
                Rule::again_after => again.after = kid.into_inner().last().map(|sum| self.expr(sum)),
                Rule::at_times => again.at_most = kid.into_inner().last().map(|sum| self.expr(sum)),
                _ => {}
            }
        }
        again
    }

    /// A step; where it is broken, one of that name of which nothing is known.
    fn step(&mut self, item: &Range<usize>, broken: &mut bool) -> Option<Step> {
        let doc = self.doc(item.start);
        let parsed = self.parse(Rule::step, item);
        let whole = parsed.is_some();
        let mut kids = parsed.or_else(|| self.salvage(Rule::named, item))?;
        let name = self.name(&kids.nth(1)?);
        let span = self.range_span(item);
        let mut step = Step {
            doc,
            name,
            was: None,
            via: None,
            due: None,
            when: None,
            otherwise: None,
            until: None,
            during: None,
            late: None,
            span,
        };
        if !whole {
            *broken = true;
            step.due = Some(self.error(item));
            self.lose(item);
            return Some(step);
        }
        step.was = take(&mut kids, Rule::was).and_then(|kid| self.last_name(kid));
        let mut seen = Vec::new();
        for kid in kids.filter(|kid| kid.as_rule() != Rule::EOI) {
            self.said_once("step", &kid, &mut seen);
            let span = self.span(&kid);
            match kid.as_rule() {
                Rule::via => step.via = self.via(kid),
                Rule::due => step.due = Some(self.clause(kid)),
                Rule::when => step.when = Some(self.clause(kid)),
                Rule::otherwise => step.otherwise = Some(span),
                Rule::until => step.until = Some(self.clause(kid)),
                Rule::during => step.during = self.during(kid),
                _ => step.late = Some(span),
            }
        }
        Some(step)
    }

    /// Reports a clause that stands twice, and `when` beside `otherwise`.
    fn said_once(&mut self, of: &'static str, clause: &Pair<'_, Rule>, seen: &mut Vec<&'static str>) {
        let (word, _) = words::split_word(clause.as_str());
        let known = ["via", "due", "when", "otherwise", "until", "during", "late"];
        let Some(word) = known.into_iter().find(|it| *it == word) else { return };
        let same = |it: &&&str| **it == word || matches!((**it, word), ("when", "otherwise") | ("otherwise", "when"));
        let first = seen.iter().find(same).copied();
        if let Some(first) = first {
            let start = self.span(clause).start;
            let at = crate::source::Span::new(start, start + word.len() as u32);
            self.diagnostics.push(explain::repeated_clause(of, word, first, at));
        }
        seen.push(word);
    }

    fn via(&self, pair: Pair<'_, Rule>) -> Option<Via> {
        let mut kids = pair.into_inner();
        let channel = self.name(&kids.nth(1)?);
        Some(Via { channel, to: kids.next().map(|path| self.path(path)) })
    }

    fn during(&self, pair: Pair<'_, Rule>) -> Option<During> {
        let span = self.span(&pair);
        let mut days: Vec<Name> = Vec::new();
        let mut times: Vec<Text> = Vec::new();
        let mut zone = None;
        for kid in pair.into_inner() {
            match kid.as_rule() {
                Rule::part => days.push(self.name(&kid)),
                Rule::time | Rule::until_time => {
                    times.push(Text { value: kid.as_str().trim_end().to_owned(), span: self.span(&kid) });
                }
                Rule::text => zone = Some(self.text(&kid, "'")),
                _ => {}
            }
        }
        let to = times.pop()?;
        Some(During { days, from: times.pop()?, to, zone, span })
    }

    fn branch(&mut self, item: &Range<usize>) -> Option<Branch> {
        let doc = self.doc(item.start);
        let block = self.layout.block(item);
        let head = block.as_ref().map_or_else(|| item.clone(), |block| block.head.clone());
        let parsed = self.parse(Rule::branch, &head);
        let whole = parsed.is_some();
        let kids = parsed.or_else(|| self.salvage(Rule::named, &head));
        let mut kids = match kids {
            Some(kids) => kids,
            None => {
                // Its arms may be broken as well.
                self.arms_of(block?.body);
                return None;
            }
        };
        let name = self.name(&kids.nth(1)?);
        let was = take(&mut kids, Rule::was).and_then(|kid| self.last_name(kid));
        let span = self.range_span(item);
        let mut branch = Branch { doc, name, was, due: None, late: None, steps: vec![], span, broken: !whole };
        let mut seen = Vec::new();
        for kid in kids.filter(|kid| matches!(kid.as_rule(), Rule::due | Rule::late)) {
            self.said_once("branch", &kid, &mut seen);
            match kid.as_rule() {
                Rule::due => branch.due = Some(self.clause(kid)),
                _ => branch.late = Some(self.span(&kid)),
            }
        }
        match block {
            Some(block) => {
                self.after_block(&block, item);
                let (steps, broken) = self.arms_of(block.body);
                branch.steps = steps;
                branch.broken |= broken;
            }
            None => {
                branch.broken = true;
                if whole {
                    self.missing_block("branch", &head);
                }
            }
        }
        Some(branch)
    }

    fn arms_of(&mut self, body: Range<usize>) -> (Vec<Step>, bool) {
        let mut steps = Vec::new();
        let mut broken = false;
        for item in self.layout.items(body) {
            let word = self.item_word(&item, "branch", words::BRANCH_ITEMS);
            let step = word.and_then(|_| self.step(&item, &mut broken));
            if step.is_none() {
                broken = true;
                self.lose(&item);
            }
            steps.extend(step);
        }
        (steps, broken)
    }

    /// Reports what stands behind the block of an item.
    pub(super) fn after_block(&mut self, block: &Block, item: &Range<usize>) {
        if !block.tail.is_empty() && !self.layout.has_fault(item) {
            self.diagnostics.push(explain::AfterBlock { at: self.range_span(&block.tail) });
            self.lose(&block.tail);
        }
    }

    pub(super) fn channel(&mut self, head: &Range<usize>, block: Option<Block>) -> Option<DeclarationKind> {
        let (of, whole) = self.head_of(Rule::sequence, head);
        if whole && block.is_none() {
            self.missing_block("channel", head);
        }
        let mut broken = block.is_none() || !whole;
        let mut items = Vec::new();
        for item in block.map(|block| self.layout.items(block.body)).unwrap_or_default() {
            let word = self.item_word(&item, "channel", words::CHANNEL_ITEMS);
            let read = word.and_then(|word| self.channel_item(word, &item));
            broken |= read.is_none();
            items.extend(read);
        }
        let Of { name, was, of, alias } = of?;
        if let Some(alias) = alias {
            broken = true;
            self.diagnostics.push(explain::channel_alias(&alias));
        }
        Some(DeclarationKind::Channel(Channel { name, was, of, items, broken }))
    }

    fn channel_item(&mut self, word: &str, item: &Range<usize>) -> Option<ChannelItem> {
        let span = self.range_span(item);
        Some(match word {
            "cap" => {
                let mut kids = self.parse(Rule::cap, item)?;
                let count = self.expr(kids.nth(1)?);
                ChannelItem::Cap { count, per: self.expr(kids.nth(1)?), span }
            }
            "order" => {
                let kids = self.parse(Rule::ranking, item)?;
                let names = kids.filter(|kid| kid.as_rule() == Rule::name);
                ChannelItem::Order(names.map(|kid| self.name(&kid)).collect(), span)
            }
            _ => {
                let during = self.parse(Rule::hours, item)?.next()?;
                ChannelItem::During(self.during(during)?)
            }
        })
    }
}
