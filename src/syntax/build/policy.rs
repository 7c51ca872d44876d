//! Takes the text of a policy, or of a sync's exemption from one, and gives its tree. A policy that is broken keeps its name
//! and its entity.

use std::ops::Range;

use pest::iterators::Pairs;

use crate::syntax::ast::{DeclarationKind, Exempt, Policy};
use crate::syntax::build::{Builder, take};
use crate::syntax::grammar::Rule;

impl Builder<'_> {
    pub(super) fn policy(&mut self, piece: &Range<usize>) -> Option<DeclarationKind> {
        let (of, to, condition) = match self.parse(Rule::policy, piece) {
            Some(mut kids) => {
                let of = self.named_of(&mut kids)?;
                let mut to = Vec::new();
                // The colon, `never` and `to` come first.
                let mut kids = kids.skip(3);
                let condition = loop {
                    let kid = kids.next()?;
                    match kid.as_rule() {
                        Rule::name => to.push(self.name(&kid)),
                        _ => break self.clause(kid),
                    }
                };
                (of, to, condition)
            }
            None => (self.salvage_of(piece)?, vec![], self.error(piece)),
        };
        Some(DeclarationKind::Policy(Policy { name: of.name, of: of.of, alias: of.alias, to, condition }))
    }

    pub(super) fn exempt(&mut self, mut kids: Pairs<'_, Rule>, item: &Range<usize>) -> Option<Exempt> {
        let policy = self.name(&kids.nth(1)?);
        take(&mut kids, Rule::kw_because)?;
        let because = self.text_or_quoted(&kids.next()?);
        Some(Exempt { policy, because, span: self.range_span(item) })
    }
}
