//! Takes an experiment or a funnel and gives its items, in the order in which they were written: the windows of a funnel's
//! steps are a column.

use crate::syntax::ast::{Arms, Declaration, Experiment, ExperimentItem, Funnel};
use crate::syntax::fmt::declaration::Printer;
use crate::syntax::fmt::expr::{name, quote};
use crate::syntax::fmt::item::{Item, Parts};
use crate::syntax::fmt::lines::width;

impl Printer<'_> {
    pub(super) fn experiment(&mut self, declaration: &Declaration, head: &str, experiment: &Experiment) {
        let items = experiment.items.iter().map(|item| self.experiment_item(item)).collect();
        self.block(declaration, head, items);
    }

    fn experiment_item<'a>(&self, item: &'a ExperimentItem) -> Item<'a> {
        match item {
            ExperimentItem::Arms(arms) => self.arms(arms),
            ExperimentItem::Rollout(rollout) => {
                let steps = rollout.steps.iter().map(|(share, from)| {
                    let from = from.as_ref().map(|from| format!(" from {}", self.write.whole(from)));
                    (share.span.start, format!("{}{}", self.write.whole(share), from.unwrap_or_default()))
                });
                Item::list(rollout.span.start, "rollout", steps.collect())
            }
            ExperimentItem::Salt(text) => Item::new(text.span.start, "salt", quote(&text.value)),
            ExperimentItem::Hash(scheme) => Item::new(scheme.span.start, "hash", name(scheme)),
            ExperimentItem::Layer(layer) => {
                let (from, to) = (self.write.whole(&layer.from), self.write.whole(&layer.to));
                Item::new(layer.span.start, "layer", format!("{} {from}..{to}", name(&layer.name)))
            }
            ExperimentItem::Phase(phase) => {
                let rest = format!("{} from {}", self.write.whole(&phase.number), self.write.whole(&phase.from));
                let arms = phase.arms.iter().map(|arms| self.arms(arms)).collect();
                Item { parts: Parts::Block(arms, phase.span.end), ..Item::new(phase.span.start, "phase", rest) }
            }
            ExperimentItem::Goal(goal) => {
                let before = format!("{} =", name(&goal.name));
                let rest = format!("{before} {}", self.write.whole(&goal.value));
                let commented = self.lines.commented(goal.value.span);
                Item { parts: Parts::Value(before, &goal.value), commented, ..Item::new(goal.span.start, "goal", rest) }
            }
        }
    }

    fn arms<'a>(&self, arms: &Arms) -> Item<'a> {
        let shares = arms.arms.iter();
        let shares = shares.map(|(arm, share)| (arm.span.start, format!("{} {}", name(arm), self.write.whole(share))));
        Item::list(arms.span.start, "arms", shares.collect())
    }

    pub(super) fn funnel(&mut self, declaration: &Declaration, head: &str, funnel: &Funnel) {
        let within: Vec<String> = funnel
            .steps
            .iter()
            .map(|step| step.within.as_ref().map_or(String::new(), |it| format!("within {}", self.write.whole(it))))
            .collect();
        let one_line = self.is_one_line_block(declaration);
        let column = within.iter().map(|it| width(it)).max().filter(|_| !one_line).unwrap_or_default();
        let gap = if one_line { " " } else { "  " };
        let mut items = Vec::new();
        for (step, within) in funnel.steps.iter().zip(&within) {
            let before = format!("{within:column$}{gap}=");
            let before = if column == 0 && within.is_empty() { "=".to_owned() } else { before };
            let rest = format!("{before} {}", self.write.whole(&step.value));
            let item = Item::new(step.span.start, format!("step {}", name(&step.name)), rest);
            let commented = self.lines.commented(step.value.span);
            items.push(Item { parts: Parts::Value(before, &step.value), commented, ..item });
        }
        if let Some(first) = funnel.per.first() {
            let per = funnel.per.iter().map(|expr| (expr.span.start, self.write.whole(expr)));
            items.push(Item { group: 1, ..Item::list(first.span.start, "per", per.collect()) });
        }
        self.block(declaration, head, items);
    }
}
