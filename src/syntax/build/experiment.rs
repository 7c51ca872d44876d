//! Takes the text of an experiment or a funnel, head and block, and gives its tree. A goal or step that is broken keeps its
//! name.

use std::ops::Range;

use pest::iterators::Pairs;

use crate::syntax::ast::{
    Arms, DeclarationKind, Experiment, ExperimentItem, Expr, Funnel, FunnelStep, Goal, Layer, Phase, Rollout,
};
use crate::syntax::build::declaration::Of;
use crate::syntax::build::{Builder, take};
use crate::syntax::grammar::Rule;
use crate::syntax::layout::Block;
use crate::syntax::words;

impl Builder<'_> {
    pub(super) fn experiment(&mut self, head: &Range<usize>, block: Option<Block>) -> Option<DeclarationKind> {
        let (of, whole) = self.head_of(Rule::sequence, head);
        if whole && block.is_none() {
            self.missing_block("experiment", head);
        }
        let mut broken = block.is_none() || !whole;
        let mut items = Vec::new();
        for item in block.map(|block| self.layout.items(block.body)).unwrap_or_default() {
            let word = self.item_word(&item, "experiment", words::EXPERIMENT_ITEMS);
            let read = word.and_then(|word| self.experiment_item(word, &item, &mut broken));
            if read.is_none() {
                broken = true;
                self.lose(&item);
            }
            items.extend(read);
        }
        let Of { name, was, of, alias } = of?;
        Some(DeclarationKind::Experiment(Experiment { name, was, of, alias, items, broken }))
    }

    fn experiment_item(&mut self, word: &str, item: &Range<usize>, broken: &mut bool) -> Option<ExperimentItem> {
        Some(match word {
            "arms" => ExperimentItem::Arms(self.arms(item)?),
            "rollout" => ExperimentItem::Rollout(self.rollout(item)?),
            "salt" => {
                let text = self.parse(Rule::salt, item)?.nth(1)?;
                ExperimentItem::Salt(self.text_or_quoted(&text))
            }
            "hash" => {
                let name = self.parse(Rule::key, item)?.nth(1)?;
                ExperimentItem::Hash(self.name(&name))
            }
            "layer" => {
                let mut kids = self.parse(Rule::layer, item)?;
                let name = self.name(&kids.nth(1)?);
                let from = self.expr(kids.next()?);
                let to = self.expr(kids.nth(1)?);
                ExperimentItem::Layer(Layer { name, from, to, span: self.range_span(item) })
            }
            "phase" => ExperimentItem::Phase(self.phase(item, broken)?),
            _ => ExperimentItem::Goal(self.goal(item, broken)?),
        })
    }

    fn arms(&mut self, item: &Range<usize>) -> Option<Arms> {
        let kids = self.parse(Rule::arms, item)?;
        let mut arms = Vec::new();
        for share in kids.filter(|kid| kid.as_rule() == Rule::share) {
            let mut kids = share.into_inner();
            arms.push((self.name(&kids.next()?), self.expr(kids.next()?)));
        }
        Some(Arms { arms, span: self.range_span(item) })
    }

    fn rollout(&mut self, item: &Range<usize>) -> Option<Rollout> {
        let mut steps = Vec::new();
        for kid in self.parse(Rule::rollout, item)?.skip(1) {
            match kid.as_rule() {
                Rule::sum => steps.push((self.expr(kid), None)),
                Rule::wider => {
                    let mut kids = kid.into_inner();
                    let share = self.expr(kids.next()?);
                    steps.push((share, Some(self.expr(kids.nth(1)?))));
                }
                _ => {}
            }
        }
        Some(Rollout { steps, span: self.range_span(item) })
    }

    fn phase(&mut self, item: &Range<usize>, broken: &mut bool) -> Option<Phase> {
        let block = self.layout.block(item);
        let head = block.as_ref().map_or_else(|| item.clone(), |block| block.head.clone());
        let parsed = self.parse(Rule::phase, &head).and_then(|mut kids| {
            let number = self.expr(kids.nth(1)?);
            Some((number, self.expr(kids.nth(1)?)))
        });
        if let (Some(_), None) = (&parsed, &block) {
            self.missing_block("phase", &head);
        }
        let block = block?;
        self.after_block(&block, item);
        let mut arms = Vec::new();
        for item in self.layout.items(block.body) {
            let word = self.item_word(&item, "phase", words::PHASE_ITEMS);
            let read = word.and_then(|_| self.arms(&item));
            *broken |= read.is_none();
            arms.extend(read);
        }
        let (number, from) = parsed?;
        Some(Phase { number, from, arms, span: self.range_span(item) })
    }

    /// A goal; where it is broken, one of that name.
    fn goal(&mut self, item: &Range<usize>, broken: &mut bool) -> Option<Goal> {
        let doc = self.doc(item.start);
        match self.parse(Rule::goal, item) {
            Some(mut kids) => {
                let name = self.name(&kids.nth(1)?);
                Some(Goal { doc, name, value: self.given(&mut kids)?, span: self.range_span(item) })
            }
            None => {
                *broken = true;
                let name = self.salvage(Rule::named, item).and_then(|mut kids| kids.nth(1))?;
                Some(Goal { doc, name: self.name(&name), value: self.error(item), span: self.range_span(item) })
            }
        }
    }

    /// `= expression`
    fn given(&mut self, kids: &mut Pairs<'_, Rule>) -> Option<Expr> {
        self.equals(&kids.next()?);
        Some(self.expr(kids.next()?))
    }

    pub(super) fn funnel(&mut self, head: &Range<usize>, block: Option<Block>) -> Option<DeclarationKind> {
        let (of, whole) = self.head_of(Rule::funnel, head);
        if whole && block.is_none() {
            self.missing_block("funnel", head);
        }
        let mut broken = block.is_none() || !whole;
        let (mut steps, mut per) = (Vec::new(), Vec::new());
        for item in block.map(|block| self.layout.items(block.body)).unwrap_or_default() {
            let read = match self.item_word(&item, "funnel", words::FUNNEL_ITEMS) {
                Some("per") => self.parse(Rule::groups, &item).map(|kids| {
                    let kids = kids.filter(|kid| kid.as_rule() == Rule::expr);
                    per.extend(kids.map(|kid| self.expr(kid)).collect::<Vec<_>>());
                }),
                Some(_) => self.funnel_step(&item, &mut broken).map(|step| steps.push(step)),
                None => None,
            };
            if read.is_none() {
                broken = true;
                self.lose(&item);
            }
        }
        let Of { name, of, alias, .. } = of?;
        Some(DeclarationKind::Funnel(Funnel { name, of, alias, steps, per, broken }))
    }

    fn funnel_step(&mut self, item: &Range<usize>, broken: &mut bool) -> Option<FunnelStep> {
        let doc = self.doc(item.start);
        match self.parse(Rule::stop, item) {
            Some(mut kids) => {
                let name = self.name(&kids.nth(1)?);
                let within = match take(&mut kids, Rule::kw_within) {
                    Some(_) => Some(self.expr(kids.next()?)),
                    None => None,
                };
                Some(FunnelStep { doc, name, within, value: self.given(&mut kids)?, span: self.range_span(item) })
            }
            None => {
                *broken = true;
                let name = self.salvage(Rule::named, item).and_then(|mut kids| kids.nth(1))?;
                Some(FunnelStep {
                    doc,
                    name: self.name(&name),
                    within: None,
                    value: self.error(item),
                    span: self.range_span(item),
                })
            }
        }
    }
}
