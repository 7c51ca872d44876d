//! Takes a program, gives an error for two syncs that write one object: the same field of it, where each would overwrite the
//! other in every run, or each firing of one step, of which the second is one too many. One error for each pair.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::program::{DestinationId, Leave, Program, Stream, Sync};
use crate::source::Span;

#[derive(Debug, Error, Diagnostic)]
#[error("syncs `{one}` and `{other}` both write `{field}` of `{object}`")]
#[diagnostic(code("same-target"))]
struct SameTarget {
    one: String,
    other: String,
    field: String,
    object: String,
    #[label(primary, "this one writes it too")]
    at: Span,
    #[label("this one writes it")]
    first: Span,
    #[help]
    help: &'static str,
}

const ONE: &str = "write the field in one of the two";
const MEMBERS: &str = "make them one sync, from an audience of all that either sends";

#[derive(Debug, Error, Diagnostic)]
#[error("syncs `{one}` and `{other}` both create an object of `{object}` for each firing of `{step}`")]
#[diagnostic(code("same-firing"), help("set all fields in one of the two, or write to another object"))]
struct SameFiring {
    one: String,
    other: String,
    object: String,
    step: String,
    #[label(primary, "this one creates it again")]
    at: Span,
    #[label("this one creates it")]
    first: Span,
}

pub(super) fn check(program: &Program, diags: &mut Diagnostics) {
    for (at, sync) in program.syncs.iter().enumerate() {
        for other in program.syncs.iter().skip(at + 1).filter(|other| Place::of(sync) == Place::of(other)) {
            if let Some(field) = shared(&written(sync), &written(other)) {
                diags.push(same_target(program, (sync, other), (field, ONE)));
            } else if let Some(field) = members(sync, other) {
                diags.push(same_target(program, (sync, other), (field, MEMBERS)));
            }
        }
        for stream in &program.streams {
            let other = stream.as_sync(program);
            if Place::of(sync) == Place::of(&other)
                && names_the_same(sync, stream)
                && let Some(field) = shared(&written(sync), &written(&other))
            {
                diags.push(same_target(program, (sync, &other), (field, ONE)));
            }
        }
    }
    for (at, stream) in program.streams.iter().enumerate() {
        for other in program.streams.iter().skip(at + 1) {
            let is_same = (stream.sequence, stream.step) == (other.sequence, other.step);
            if is_same && Place::of(&stream.as_sync(program)) == Place::of(&other.as_sync(program)) {
                diags.push(same_firing(program, stream, other));
            }
        }
    }
}

/// Where a sync writes.
#[derive(PartialEq)]
struct Place<'p> {
    destination: DestinationId,
    object: &'p str,
    argument: Option<&'p str>,
}

impl<'p> Place<'p> {
    fn of(sync: &'p Sync) -> Self {
        Self { destination: sync.destination, object: &sync.object, argument: sync.argument.as_deref() }
    }
}

/// The first field of some that others are, too.
fn shared<'p>(some: &[&'p str], others: &[&str]) -> Option<&'p str> {
    some.iter().copied().find(|field| others.iter().any(|other| other.eq_ignore_ascii_case(field)))
}

/// The match field of two syncs that write nothing else, one of which deletes who leaves: each says who is a member.
fn members<'p>(sync: &'p Sync, other: &Sync) -> Option<&'p str> {
    let alone = written(sync).is_empty() && written(other).is_empty();
    let deletes = sync.leave == Leave::Delete || other.leave == Leave::Delete;
    (alone && deletes && sync.matches.0.eq_ignore_ascii_case(&other.matches.0)).then_some(sync.matches.0.as_str())
}

/// Whether a sync from a step says whom its objects are for by the field that another one knows its objects by. Without that
/// they are objects of their own.
fn names_the_same(sync: &Sync, stream: &Stream) -> bool {
    stream.matches.as_ref().is_some_and(|(field, _)| field.eq_ignore_ascii_case(&sync.matches.0))
}

/// The fields that a sync writes, besides its match key.
fn written(sync: &Sync) -> Vec<&str> {
    let left = match &sync.leave {
        Leave::Set(set) => set.as_slice(),
        Leave::Delete | Leave::Clear | Leave::Keep => &[],
    };
    let all = sync.set.iter().chain(left).map(|(field, _)| field.as_str());
    all.filter(|field| !field.eq_ignore_ascii_case(&sync.matches.0)).collect()
}

fn same_target(program: &Program, (sync, other): (&Sync, &Sync), (field, help): (&str, &'static str)) -> SameTarget {
    let (first, second) = if sync.span <= other.span { (sync, other) } else { (other, sync) };
    SameTarget {
        one: first.name.clone(),
        other: second.name.clone(),
        field: field.to_owned(),
        object: format!("{}.{}", program.destination(sync.destination).name, sync.object),
        at: second.span,
        first: first.span,
        help,
    }
}

fn same_firing(program: &Program, stream: &Stream, other: &Stream) -> SameFiring {
    let (first, second) = if stream.span <= other.span { (stream, other) } else { (other, stream) };
    let sequence = program.sequence(stream.sequence);
    let step = sequence.steps.get(stream.step).map(|step| step.name.as_str()).unwrap_or_default();
    SameFiring {
        one: first.name.clone(),
        other: second.name.clone(),
        object: format!("{}.{}", program.destination(stream.destination).name, stream.object),
        step: format!("{}.{step}", sequence.name),
        at: second.span,
        first: first.span,
    }
}
