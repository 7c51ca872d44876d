//! Takes two manifests and says whether a run with the one does what a run with the other does. Promises: where declarations
//! stand, and what is said about them, does not count.

use super::{Manifest, Sql, bind};

impl Manifest {
    /// Whether a run with the other manifest would do the same as with this one.
    #[must_use]
    pub fn does_the_same(&self, other: &Self) -> bool {
        self.bare().to_json() == other.bare().to_json()
    }

    /// Without places, documentation and the comments of statements.
    fn bare(&self) -> Self {
        let mut bare = self.clone();
        bare.cites = super::Cites::default();
        let mut statements: Vec<&mut Sql> = Vec::new();
        for source in &mut bare.sources {
            source.cite.clear();
            source.columns.iter_mut().for_each(|it| it.doc = None);
            statements.push(&mut source.count);
            statements.extend(source.fresh.as_mut().map(|it| &mut it.newest));
        }
        for model in &mut bare.models {
            model.columns.iter_mut().for_each(|it| it.doc = None);
            statements.push(&mut model.sql);
        }
        for entity in &mut bare.entities {
            entity.cite.clear();
            statements.extend([&mut entity.loses, &mut entity.lost]);
            statements.extend(entity.changes.as_mut());
            statements.extend(entity.firings.as_mut());
            statements.extend(entity.moves.values_mut());
        }
        for check in &mut bare.checks {
            check.cite.clear();
            statements.push(&mut check.sql);
        }
        statements.extend(bare.views.iter_mut().map(|it| &mut it.query));
        for sync in &mut bare.syncs {
            sync.spec.cite.clear();
            sync.spec.doc = None;
            statements.extend([&mut sync.written, &mut sync.outbox, &mut sync.gated]);
        }
        for policy in &mut bare.policies {
            policy.cite.clear();
            policy.doc = None;
        }
        for funnel in &mut bare.funnels {
            funnel.cite.clear();
            funnel.doc = None;
            funnel.steps.iter_mut().for_each(|it| it.doc = None);
        }
        for statement in statements {
            *statement = bind::without_comments(statement).into();
        }
        bare
    }
}
