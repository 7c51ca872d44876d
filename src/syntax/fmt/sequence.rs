//! Takes a sequence or a channel and gives its items: the settings in one column, the steps and branches in another, the
//! clauses of a step in one order.

use crate::syntax::ast::{
    Again, Branch, Channel, ChannelItem, Declaration, During, Expr, Name, Sequence, SequenceItem, Step, Via,
};
use crate::syntax::fmt::declaration::Printer;
use crate::syntax::fmt::expr::{name, path, quote};
use crate::syntax::fmt::item::{Item, Parts};

impl Printer<'_> {
    pub(super) fn sequence(&mut self, declaration: &Declaration, head: &str, sequence: &Sequence) {
        let gap = if self.is_one_line_block(declaration) { " " } else { "  " };
        let items = sequence.items.iter().map(|item| self.sequence_item(item, gap)).collect();
        self.block(declaration, head, items);
    }

    fn sequence_item<'a>(&self, item: &'a SequenceItem, gap: &str) -> Item<'a> {
        let when = |expr: &Expr| format!("when {}", self.write.whole(expr));
        match item {
            SequenceItem::Start(who, span) => Item::new(span.start, "start", name(who)),
            SequenceItem::Hold(expr, span) => {
                Item { parts: Parts::Value("when".to_owned(), expr), ..Item::new(span.start, "hold", when(expr)) }
            }
            SequenceItem::Exit(expr, span) => {
                Item { parts: Parts::Value("when".to_owned(), expr), ..Item::new(span.start, "exit", when(expr)) }
            }
            SequenceItem::Stay(span) => Item::new(span.start, "stay", ""),
            SequenceItem::Again(again) => Item::new(again.span.start, "again", self.again(again)),
            SequenceItem::Step(step) => Item { group: 1, ..self.step(step, gap) },
            SequenceItem::Branch(branch) => Item { group: 1, ..self.branch(branch, gap) },
        }
    }

    fn again(&self, again: &Again) -> String {
        let after = again.after.iter().map(|it| format!("after {}", self.write.whole(it)));
        let at_most = again.at_most.iter().map(|it| format!("at most {}", self.write.whole(it)));
        let always = again.always.then(|| "always".to_owned());
        after.chain(at_most).chain(always).collect::<Vec<_>>().join(" ")
    }

    fn step<'a>(&self, step: &'a Step, gap: &str) -> Item<'a> {
        let clause =
            |word: &str, expr: &Option<Expr>| expr.as_ref().map(|expr| format!("{word} {}", self.write.whole(expr)));
        let clauses = [
            step.via.as_ref().map(via),
            clause("due", &step.due),
            clause("when", &step.when),
            step.otherwise.map(|_| "otherwise".to_owned()),
            clause("until", &step.until),
            step.during.as_ref().map(during),
            step.late.map(|_| "late".to_owned()),
        ];
        let rest = clauses.into_iter().flatten().collect::<Vec<_>>().join(gap);
        let item = Item::new(step.span.start, named("step", &step.name, step.was.as_ref()), rest);
        Item { parts: Parts::Step(step), commented: self.lines.commented(step.span), ..item }
    }

    /// A step with a line for each clause.
    pub(super) fn tall_step(&mut self, item: &Item<'_>, step: &Step, indent: usize) {
        self.lines.item(item.at, indent, &item.word);
        let below = indent + 2;
        if let Some(it) = &step.via {
            self.lines.more(it.channel.span.start, below, &via(it));
        }
        for (word, expr) in [("due ", &step.due), ("when ", &step.when)] {
            if let Some(expr) = expr {
                self.clause(word, expr, below, "");
            }
        }
        if let Some(at) = step.otherwise {
            self.lines.more(at.start, below, "otherwise");
        }
        if let Some(until) = &step.until {
            self.clause("until ", until, below, "");
        }
        if let Some(it) = &step.during {
            self.lines.more(it.span.start, below, &during(it));
        }
        if let Some(at) = step.late {
            self.lines.more(at.start, below, "late");
        }
    }

    fn branch<'a>(&self, branch: &'a Branch, gap: &str) -> Item<'a> {
        let due = branch.due.as_ref().map(|due| format!("due {}", self.write.whole(due)));
        let late = branch.late.map(|_| "late".to_owned());
        let rest = due.into_iter().chain(late).collect::<Vec<_>>().join(gap);
        let steps = branch.steps.iter().map(|step| self.step(step, gap)).collect();
        let item = Item::new(branch.span.start, named("branch", &branch.name, branch.was.as_ref()), rest);
        Item { parts: Parts::Block(steps, branch.span.end), ..item }
    }

    pub(super) fn channel(&mut self, declaration: &Declaration, head: &str, channel: &Channel) {
        let one = |item: &ChannelItem| match item {
            ChannelItem::Cap { count, per, span } => {
                let rest = format!("{} per {}", self.write.whole(count), self.write.whole(per));
                Item::new(span.start, "cap", rest)
            }
            ChannelItem::Order(names, span) => {
                Item::list(span.start, "order", names.iter().map(|it| (it.span.start, name(it))).collect())
            }
            ChannelItem::During(it) => {
                let text = during(it);
                let rest = text.strip_prefix("during ").unwrap_or_default();
                Item::new(it.span.start, "during", rest)
            }
        };
        let items = channel.items.iter().map(one).collect();
        self.block(declaration, head, items);
    }
}

/// `step email was mail`
pub(super) fn named(word: &str, it: &Name, was: Option<&Name>) -> String {
    let was = was.map(|was| format!(" was {}", name(was))).unwrap_or_default();
    format!("{word} {}{was}", name(it))
}

fn via(via: &Via) -> String {
    let to = via.to.as_ref().map(|to| format!("({})", path(to))).unwrap_or_default();
    format!("via {}{to}", name(&via.channel))
}

fn during(during: &During) -> String {
    let days: Vec<_> = during.days.iter().map(name).collect();
    let zone = during.zone.as_ref().map(|zone| format!(" {}", quote(&zone.value))).unwrap_or_default();
    format!("during {} {}-{}{zone}", days.join(", "), during.from.value, during.to.value)
}
