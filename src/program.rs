//! Takes every file's [`crate::syntax::ast::File`] and gives a [`Program`]: ids instead of names, every
//! expression typed, the field graph without cycles. Pushes every mistake and goes on; the program is
//! usable only where there was no error.

mod assign;
mod audience;
mod checks;
mod constant;
mod context;
mod cycle;
mod destination;
mod entity;
mod experiment;
mod expr;
mod field;
mod funnel;
mod graph;
mod guard;
mod hidden;
mod labels;
mod link;
mod matching;
mod mistakes;
mod names;
mod path;
mod policy;
pub mod proof;
mod query;
mod scope;
mod sequence;
mod source;
mod status;
mod stream;
mod sync;
mod target;
mod test;
#[cfg(test)]
mod tests;
mod value;
mod walk;
mod was;

pub use graph::{
    Again, Aggregate, AggregateOp, Branch, CAUSES, Channel, ChannelId, Column, ColumnId, Destination, DestinationId,
    Entity, EntityId, Expectation, Expected, ExpectedColumn, ExpectedRow, Experiment, ExperimentId, ExperimentPart,
    Expr, ExprKind, FUNNEL_HIDDEN, Field, FieldId, FieldKind, Fresh, Funnel, FunnelId, FunnelStep, Group, Hash, Heeded,
    LAST_STEP, Leave, Link, LinkBy, LinkId, Literal, OUTER, Op, Order, Phase, Policy, PolicyId, Program, RowId, RowsOf,
    SUMMARY, Sequence, SequenceId, SequencePart, Set, Slice, Source, SourceId, Stage, Standing, Start, Step, Stream,
    Sync, TargetField, Test, TestStep, Tie, Via, WHOLE, What, Window, WindowOp, percent, spoken,
};

use crate::diagnostics::Diagnostics;
pub use crate::manifest::{Limit, Mode};
use crate::source::Sources;
use crate::syntax::ast;

/// Gives the meaning of a whole program; what is wrong with it goes to `diags`.
#[must_use]
pub fn analyze(files: &[ast::File], sources: &Sources, options: &Options, diags: &mut Diagnostics) -> Program {
    let found = names::collect(files, diags);
    let mut ctx = context::Ctx::new(sources, &options.zone, diags, found);
    ctx.program.zone.clone_from(&options.zone);
    ctx.lost.extend(files.iter().flat_map(|file| &file.broken).cloned());
    ctx.nameless = files.iter().any(|file| file.nameless);
    ctx.declare_sources();
    ctx.settle_reads();
    ctx.declare_entities();
    ctx.declare_links();
    ctx.declare_fields();
    ctx.declare_experiments();
    ctx.declare_sequences();
    ctx.type_lets();
    ctx.type_entities();
    ctx.type_row_links();
    ctx.type_experiments();
    ctx.type_fields();
    ctx.type_sequences();
    ctx.declare_funnels();
    ctx.declare_destinations();
    ctx.declare_policies();
    ctx.declare_syncs();
    ctx.check_retired();
    // A mistake in a declaration would be told again by each row that hangs on it.
    if !ctx.diags.has_errors() {
        ctx.type_tests();
    }
    let (mut program, rest) = ctx.into_program();
    let mut order = cycle::order(&program, &rest.circled, diags);
    if !diags.has_errors() {
        policy::settle(&mut program, &rest.heeds, &mut order);
    }
    labels::flow(&mut program, &order);
    checks::check(&program, (files, sources, options), (&rest, &order), diags);
    program
}

/// What a program takes from `plg.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The IANA name of the zone of `date(x)`.
    pub zone: String,
    /// How often each target runs that says so: its name, and microseconds.
    pub cadences: Vec<(String, i64)>,
}

impl Default for Options {
    fn default() -> Self {
        Self { zone: "UTC".to_owned(), cadences: Vec::new() }
    }
}
