//! What `plgc why` is asked for: takes a name, gives the field, policy or sync that it means, or says what it means instead and for what
//! to ask.

use miette::Diagnostic;

use crate::cli::{Broken, Exit};
use crate::diagnostics::did_you_mean;
use crate::plan::lineage;
use crate::program::{EntityId, FieldId, PolicyId, Program, Sync, spoken};

/// Fields that are named where any of several could be asked for.
const NAMED: usize = 3;

/// What is asked for.
pub(super) enum Asked {
    /// A field.
    Field(FieldId),
    /// A policy.
    Policy(PolicyId),
    /// A sync, of rows or from a step.
    Sync(Box<Sync>),
}

/// A field that the program does not have.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("no field is called `{name}`")]
#[diagnostic(code("unknown-why-field"))]
struct UnknownField {
    name: String,
    #[help]
    help: String,
}

impl Asked {
    /// Whose rows are meant.
    pub(super) fn entity(&self, program: &Program) -> EntityId {
        match self {
            Self::Field(id) => program.field(*id).entity,
            Self::Policy(id) => program.policy(*id).entity,
            Self::Sync(sync) => sync.entity,
        }
    }

    /// The sync, where it is one.
    pub(super) const fn sync(&self) -> Option<&Sync> {
        match self {
            Self::Sync(sync) => Some(sync),
            Self::Field(_) | Self::Policy(_) => None,
        }
    }

    /// The field, where it is one.
    pub(super) const fn field(&self) -> Option<FieldId> {
        match self {
            Self::Field(id) => Some(*id),
            Self::Policy(_) | Self::Sync(_) => None,
        }
    }
}

/// An audience or a field whose name is the only one, or as ENTITY.FIELD; a sequence, a policy, a sync.
pub(super) fn named(program: &Program, name: &str) -> Result<Asked, Broken> {
    // A sequence is whether its entry is open.
    let sequences = program.sequences.iter().map(|it| (it.active, program.entity(it.entity).name.as_str(), &it.name));
    let mut sequences = sequences.filter(|(_, entity, short)| name == *short || name == format!("{entity}.{short}"));
    if let (Some((active, ..)), None) = (sequences.next(), sequences.next()) {
        return Ok(Asked::Field(active));
    }
    if let Some(place) = program.policies.iter().position(|it| it.name == name) {
        return Ok(Asked::Policy(PolicyId(place as u32)));
    }
    if let Some(sync) = program.all_syncs().into_iter().find(|it| it.name == name) {
        return Ok(Asked::Sync(Box::new(sync)));
    }
    let all = (0..).map(FieldId).zip(&program.fields).filter(|(_, field)| !field.hidden);
    let fields: Vec<(FieldId, String, String)> = all
        .map(|(id, field)| (id, format!("{}.{}", program.entity(field.entity).name, field.spoken()), field.spoken()))
        .collect();
    // A part of an experiment or a sequence may also be named as its column: `upsell__email`.
    let is_it = |named: &str| named == spoken(name);
    if let Some((id, ..)) = fields.iter().find(|(_, whole, _)| is_it(whole)) {
        return Ok(Asked::Field(*id));
    }
    let short: Vec<_> = fields.iter().filter(|(_, _, short)| is_it(short)).collect();
    if let [(id, ..)] = short.as_slice() {
        return Ok(Asked::Field(*id));
    }
    let help = if short.is_empty() {
        other(program, name, &fields)
    } else {
        let all: Vec<String> = short.iter().map(|(_, whole, _)| format!("`{whole}`")).collect();
        format!("several entities have it: name one of {}", all.join(", "))
    };
    Err(Broken::new(Exit::Usage, UnknownField { name: name.to_owned(), help }))
}

/// What a name means that is no field's, and for what to ask.
fn other(program: &Program, name: &str, fields: &[(FieldId, String, String)]) -> String {
    let was_named = |id: FieldId| program.earlier_names(program.field(id)).iter().any(|was| was == name);
    if let Some((.., now)) = fields.iter().find(|(id, ..)| was_named(*id)) {
        return format!("ask for `{now}`, which was `{name}`");
    }
    if let Some(funnel) = program.funnels.iter().find(|funnel| name.split('.').next() == Some(&funnel.name)) {
        return format!("`{}` is a funnel: ask for a field that its steps read", funnel.name);
    }
    if let Some(channel) = program.channels.iter().position(|it| it.name == name) {
        let is_via =
            |step: &&crate::program::Step| step.via.as_ref().is_some_and(|via| via.channel.0 as usize == channel);
        let steps = program
            .sequences
            .iter()
            .flat_map(|of| of.steps.iter().filter(is_via).map(move |step| format!("{}.{}", of.name, step.name)));
        return format!("`{name}` is a channel: ask for a step through it, {}", any_of(steps));
    }
    if let Some(help) = of_column(program, name) {
        return help;
    }
    if let Some(entity) = program.entities.iter().position(|it| it.name == name) {
        let own = fields.iter().filter(|(id, ..)| program.field(*id).entity.0 as usize == entity);
        return format!(
            "`{name}` is an entity: ask for one of its fields, {}",
            any_of(own.map(|(_, whole, _)| whole.clone()))
        );
    }
    let known = fields.iter().flat_map(|(_, whole, short)| [whole.as_str(), short.as_str()]);
    let policies = program.policies.iter().map(|it| it.name.as_str());
    let syncs =
        program.syncs.iter().map(|it| it.name.as_str()).chain(program.streams.iter().map(|it| it.name.as_str()));
    match did_you_mean(name, known.chain(policies).chain(syncs)) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => "name an audience, a step, a policy or a sync, or another field as ENTITY.FIELD; `plgc lineage` lists all of them"
            .to_owned(),
    }
}

/// That a name is a column's, and which fields read it.
fn of_column(program: &Program, name: &str) -> Option<String> {
    let (of, column) = name.rsplit_once('.').map_or((None, name), |(of, column)| (Some(of), column));
    let is_it = |it: &&crate::program::Entity| {
        let source = program.source(it.source);
        of.is_none_or(|of| of == it.name || of == source.name.join("."))
            && source.columns.iter().any(|known| known.name == column)
    };
    let entity = program.entities.iter().find(is_it)?;
    let source = program.source(entity.source).name.join(".");
    let whole = format!("{source}.{column}");
    let own = format!("{}.", entity.name);
    let lines = lineage::of(program);
    let reads = lines.iter().filter(|line| line.field.starts_with(&own) && line.reads.contains(&whole));
    let reads: Vec<String> = reads.map(|line| spoken(&line.field)).collect();
    let fields = if reads.is_empty() {
        "no field of it reads it".to_owned()
    } else {
        format!("ask for a field that reads it, {}", any_of(reads.into_iter()))
    };
    Some(format!("`{column}` is a column of {source}, as its loader has filled it; {fields}"))
}

/// ``as `a`, `b` or `c` ``
fn any_of(all: impl Iterator<Item = String>) -> String {
    let named: Vec<String> = all.take(NAMED).map(|name| format!("`{name}`")).collect();
    match named.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("as {} or {last}", rest.join(", ")),
        _ => format!("as {}", named.join("")),
    }
}
