//! Takes the syncs of a [`Program`] and gives what each needs of the warehouse: what it has written, and what has to
//! be sent now. What is sent is decided by comparing the two, by match key and hash.

mod gate;
mod outbox;
mod stream;
mod value;
mod written;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::Sync;
use super::rel::Scalar;
use crate::dialect::names::{LONGEST_DECLARED, fitted};
use crate::manifest::{self, Column, SyncSpec};
use crate::program::{self, Expr, ExprKind, Literal, Program, Stream};
use crate::source::Sources;

/// Every sync, in declared order; those from a step behind the others.
#[must_use]
pub fn syncs(program: &Program, sources: &Sources) -> Vec<Sync> {
    let streams = std::iter::repeat_n(None, program.syncs.len()).chain(program.streams.iter().map(Some));
    let syncs = program.all_syncs().into_iter().zip(streams);
    syncs
        .map(|(sync, stream)| {
            let spec = spec(program, sources, (&sync, stream));
            Sync {
                written: written::written(&spec),
                outbox: outbox::outbox(program, (&sync, stream), &spec),
                gated: gate::gated(program, (&sync, stream), &spec),
                spec,
            }
        })
        .collect()
}

/// The key of the firing of a row under an alias, as text.
#[must_use]
pub fn firing(program: &Program, of: &program::Stream, alias: &str) -> Scalar {
    stream::firing(program, of, alias)
}

/// Where a sync from a step writes, as its receipts have it.
#[must_use]
pub fn place(program: &Program, stream: &Stream) -> String {
    let destination = &program.destination(stream.destination).name;
    manifest::place(destination, (&stream.object, stream.argument.as_ref()), manifest::FIRING)
}

/// The table of a sync's memory in schema `plg_state`, without its run: `sync_stage`.
#[must_use]
pub fn table(name: &str) -> String {
    fitted(&format!("sync_{name}"), LONGEST_DECLARED)
}

fn spec(program: &Program, sources: &Sources, (sync, stream): (&program::Sync, Option<&Stream>)) -> SyncSpec {
    let destination = program.destination(sync.destination);
    let column = |name: &str, value: &Expr| Column {
        name: name.to_owned(),
        typed: program.target_type(sync, name, value),
        sql_type: String::new(),
        doc: None,
        was: None,
        or_was: Vec::new(),
        stages: BTreeMap::new(),
        labels: value::labels(program, sync.entity, value),
    };
    let (key, key_value) = &sync.matches;
    let mut spec = SyncSpec {
        name: sync.name.clone(),
        was: sync.was.clone(),
        doc: sync.doc.clone(),
        cite: sources.cite(sync.span),
        entity: program.entity(sync.entity).name.clone(),
        destination: destination.name.clone(),
        object: sync.object.clone(),
        argument: sync.argument.clone(),
        from: stream.map(|stream| stream::from(program, stream)),
        key: column(key, key_value),
        fields: sync.set.iter().chain(leave_only(sync)).map(|(name, value)| column(name, value)).collect(),
        mode: sync.mode,
        leave: leave(&sync.leave),
        leave_set: leave_set(&sync.leave),
        nulls: sync.set.iter().filter(|(_, value)| is_null(value)).map(|(name, _)| name.clone()).collect(),
        leave_only: leave_only(sync).map(|(name, _)| name.clone()).collect(),
        deletes: sync.deletes,
        creates: sync.creates,
        policies: sync.policies.iter().map(|it| heeded(program, it)).collect(),
        definition: String::new(),
    };
    spec.definition = definition(&spec, &destination.system);
    spec
}

/// What stands behind the hash of a row for a field that is always null. So such a field can be taken out again, and no row differs.
fn null_mark(name: &str) -> String {
    format!(" {name};")
}

/// How a policy stands to a sync.
#[must_use]
pub fn heeded(program: &Program, heeded: &program::Heeded) -> manifest::Heeded {
    let because = match &heeded.standing {
        program::Standing::Exempt(because) => Some(because.clone()),
        program::Standing::Proved | program::Standing::Gated(_) | program::Standing::Unknown(_) => None,
    };
    let standing = match &heeded.standing {
        program::Standing::Proved => manifest::Standing::Proved,
        program::Standing::Gated(_) => manifest::Standing::Gated,
        program::Standing::Unknown(_) => manifest::Standing::Unknown,
        program::Standing::Exempt(_) => manifest::Standing::Exempt,
    };
    manifest::Heeded { policy: program.policy(heeded.policy).name.clone(), standing, because }
}

const fn leave(leave: &program::Leave) -> manifest::Leave {
    match leave {
        program::Leave::Delete => manifest::Leave::Delete,
        program::Leave::Clear => manifest::Leave::Clear,
        program::Leave::Keep => manifest::Leave::Keep,
        program::Leave::Set(_) => manifest::Leave::Set,
    }
}

/// Whether a value is `null` as it stands.
fn is_null(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Literal(Literal::Null) => true,
        ExprKind::Coerce(inner) => is_null(inner),
        _ => false,
    }
}

/// What `leave set` writes and `set` does not.
fn leave_only(sync: &program::Sync) -> impl Iterator<Item = &(String, Expr)> {
    let parting = match &sync.leave {
        program::Leave::Set(values) => values.as_slice(),
        program::Leave::Delete | program::Leave::Clear | program::Leave::Keep => &[],
    };
    parting.iter().filter(|(name, _)| !sync.set.iter().any(|(set, _)| set == name))
}

fn leave_set(leave: &program::Leave) -> Vec<String> {
    match leave {
        program::Leave::Set(values) => values.iter().map(|(field, _)| field.clone()).collect(),
        program::Leave::Delete | program::Leave::Clear | program::Leave::Keep => Vec::new(),
    }
}

/// Where and under which names the sync writes: what it wrote elsewhere, or under other names, is written anew. Fields that are
/// always null stand beside the hash, and those that only `leave set` writes are nothing to a member; the order of all is none.
fn definition(spec: &SyncSpec, system: &str) -> String {
    let mut hash = Sha256::new();
    let argument = spec.argument.as_deref().unwrap_or_default();
    let mut names: Vec<&str> = spec.fields.iter().map(|column| column.name.as_str()).collect();
    names.retain(|name| !spec.nulls.iter().chain(&spec.leave_only).any(|other| other == name));
    names.sort_unstable();
    let place = [spec.destination.as_str(), system, spec.object.as_str(), argument, spec.key.name.as_str()];
    for part in place.into_iter().chain(names) {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
