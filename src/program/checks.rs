//! Takes a whole program and pushes what only the whole shows. One rule per file; this is their table of contents.
//! Warnings come only where there is no error, so that none is the consequence of one.

mod allowed;
mod always_empty;
mod blocked;
mod cadence;
mod constant_policy;
mod endless;
mod idle_policy;
mod never_fires;
mod never_holds;
mod not_of_nullable;
mod reads_back;
mod same_audience;
mod same_target;
mod scope;
mod todays_value;
mod unreachable_arm;
mod unreachable_stage;
mod unreachable_step;
mod unused;
mod waits_for_itself;

use super::context::Rest;
use super::cycle::Node;
use super::proof::Prover;
use super::{Options, Program};
use crate::diagnostics::Diagnostics;
use crate::source::Sources;
use crate::syntax::ast;

/// Runs every check; `order` has each field after what it needs.
pub(super) fn check(
    program: &Program,
    (files, sources, options): (&[ast::File], &Sources, &Options),
    (rest, order): (&Rest, &[Node]),
    diags: &mut Diagnostics,
) {
    allowed::check(program, &rest.open, diags);
    same_target::check(program, diags);
    reads_back::check(program, diags);
    if !diags.has_errors() {
        waits_for_itself::check(program, diags);
    }
    if diags.has_errors() {
        return;
    }
    let dues = blocked::dues(program);
    let mut prover = Prover::in_order(program, order);
    let told = never_holds::check(program, sources, &mut prover, diags);
    always_empty::check(program, &mut prover, &told, diags);
    same_audience::check(program, &mut prover, &told, diags);
    unreachable_stage::check(program, &mut prover, (files, &told), diags);
    unreachable_arm::check(&mut prover, &told, diags);
    unreachable_step::check(program, &mut prover, diags);
    cadence::check(program, sources, &options.cadences, diags);
    endless::check(program, diags);
    never_fires::check(program, sources, diags);
    blocked::check(program, sources, (&mut prover, &told, &dues), diags);
    todays_value::check(program, sources, diags);
    not_of_nullable::check(program, sources, diags);
    idle_policy::check(program, diags);
    constant_policy::check(program, sources, (&mut prover, &told), diags);
    unused::check(program, files, &rest.used_lets, diags);
}
