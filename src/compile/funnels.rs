//! Takes the funnels of a [`Program`] and gives them as a [`manifest`](crate::manifest) has them: what each is called, and the
//! views that show it.

use crate::dialect::Dialect;
use crate::manifest;
use crate::plan::rel::Table;
use crate::program::{Funnel, Program};
use crate::source::Sources;
use crate::sql;

/// All funnels, by name.
pub(super) fn funnels(program: &Program, files: &Sources, dialect: &Dialect) -> Vec<manifest::Funnel> {
    program.funnels.iter().map(|it| funnel(program, it, files, dialect)).collect()
}

fn funnel(program: &Program, funnel: &Funnel, files: &Sources, dialect: &Dialect) -> manifest::Funnel {
    let view = |name: String| sql::table(&Table::View(name), dialect);
    manifest::Funnel {
        name: funnel.name.clone(),
        doc: funnel.doc.clone(),
        cite: files.cite(funnel.span),
        entity: program.entity(funnel.entity).name.clone(),
        audience: funnel.base.map(|base| program.field(base).name.clone()),
        members: view(funnel.name.clone()),
        summary: view(funnel.summary()),
        per: funnel.per.iter().map(|group| group.name.clone()).collect(),
        steps: funnel
            .steps
            .iter()
            .map(|step| manifest::FunnelStep {
                name: step.name.clone(),
                doc: step.doc.clone(),
                within: step.within.as_ref().map(|within| files.on_one_line(within.span)),
            })
            .collect(),
    }
}
