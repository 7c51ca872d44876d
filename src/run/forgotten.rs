//! Takes the manifest of the last run and of this one, and stops a run that would forget: a declaration with memory that is
//! gone without a `was`, a `retire` or an `--accept`, or a field that a sync with `leave clear` no longer sets.

mod parts;

use std::collections::BTreeSet;

use super::{RunError, prev};
use crate::diagnostics::did_you_mean;
use crate::manifest::{Leave, Manifest, Model, Sync};
use crate::types::Type;

/// What has a memory: an audience, a status, an experiment or a sequence.
#[derive(Clone, Copy)]
pub(super) struct Remembering<'a> {
    /// Its name.
    pub name: &'a str,
    was: Option<&'a str>,
    /// `audience`, `status`, `experiment` or `sequence`.
    pub kind: &'static str,
}

/// What is gone.
struct Gone {
    /// What it is, to a person.
    what: String,
    /// How `retire` and `--accept` name it; the first is said.
    names: Vec<String>,
    /// What may be the same under another name: its declaration, up to `was`.
    perhaps: Option<String>,
    /// Whether a trait has its name now, which has no memory to go on with.
    is_trait: bool,
}

/// Stops where something would be forgotten that nobody has accounted for.
pub fn check(before: &Manifest, now: &Manifest, accepted: &BTreeSet<String>) -> Result<(), RunError> {
    for (old, model) in goes_on(before, now) {
        other_kind(old, model)?;
        one_stage_of_two(old, model)?;
        if !accepted.contains(&model.entity) {
            other_key((before, old), (now, model))?;
        }
    }
    let is_said = |name: &String| accepted.contains(name) || now.retired.contains(name);
    let mut renamed = destinations(before, now).filter(|(old, _)| !is_said(&old.spec.destination));
    if let Some((old, sync)) = renamed.next() {
        return Err(other_destination(old, sync));
    }
    let mut gone: Vec<Gone> = all_gone(before, now).collect();
    gone.retain(|gone| !gone.names.iter().any(is_said));
    if !gone.is_empty() {
        return Err(forgotten(&gone));
    }
    let mut clearing = now.syncs.iter().filter(|sync| sync.spec.leave == Leave::Clear);
    clearing.try_for_each(|sync| if accepted.contains(&sync.spec.name) { Ok(()) } else { unset_fields(before, sync) })
}

/// Everything that the last run remembers and no declaration goes on with.
fn all_gone<'a>(before: &'a Manifest, now: &'a Manifest) -> impl Iterator<Item = Gone> + 'a {
    fields(before, now).chain(parts::parts(before, now)).chain(parts::channels(before, now)).chain(syncs(before, now))
}

/// The syncs that may write to the same place under another name of their destination: the old one, and the new.
fn destinations<'a>(before: &'a Manifest, now: &'a Manifest) -> impl Iterator<Item = (&'a Sync, &'a Sync)> {
    let is_renamed = |old: &Sync, sync: &Sync| {
        let (was, is) = (&old.spec.destination, &sync.spec.destination);
        let place = |it: &Sync| (it.spec.object.clone(), it.spec.argument.clone(), it.spec.key.name.clone());
        let system = |manifest: &Manifest, name: &String| manifest.destinations.get(name).map(|it| it.system.clone());
        let is_new = !now.destinations.contains_key(was) && !before.destinations.contains_key(is);
        is_new && place(old) == place(sync) && system(before, was) == system(now, is)
    };
    now.syncs.iter().filter_map(move |sync| {
        let old = prev::anywhere(before, sync)?;
        is_renamed(old, sync).then_some((old, sync))
    })
}

fn other_destination(old: &Sync, sync: &Sync) -> RunError {
    let (name, was, is) = (&sync.spec.name, &old.spec.destination, &sync.spec.destination);
    RunError::OtherDestination {
        what: format!(
            "sync `{name}` ({}) wrote to `{was}.{}`, and destination `{was}` is gone",
            sync.spec.cite, old.spec.object
        ),
        help: format!(
            "keep the name `{was}` if `{is}` is the same place; or `--accept {was}` begins anew there, and creates what it wrote before; nothing was committed"
        ),
    }
}

fn forgotten(gone: &[Gone]) -> RunError {
    let first = |gone: &Gone| gone.names.first().cloned().unwrap_or_default();
    let help = match gone {
        // One thing alone, or all that an entity had: its name is the last.
        [Gone { perhaps: Some(perhaps), names, .. }, rest @ ..]
            if rest.iter().all(|it| it.perhaps.as_ref() == Some(perhaps)) =>
        {
            let name = if rest.is_empty() { names.first() } else { names.last() };
            let name = name.map(String::as_str).unwrap_or_default();
            format!("write `{perhaps}` if it is the same under another name, or `retire {name}` if it is over")
        }
        [one] if one.is_trait => {
            let name = first(one);
            format!("write `retire {name}`: a trait has no memory, so none of that name goes on as it")
        }
        [one] => {
            let name = first(one);
            format!("write `was` at the declaration that goes on as it, or `retire {name}` if it is over")
        }
        several => {
            let retire = |gone: &Gone| format!("`retire {}`", first(gone));
            let retire = several.iter().map(retire).collect::<Vec<_>>().join(", ");
            format!("write `was` at each declaration that goes on as one of them, or {retire} where it is over")
        }
    };
    let what = gone.iter().map(|gone| gone.what.as_str()).collect::<Vec<_>>().join(", ");
    RunError::Forgotten { what, help: format!("{help}; `--accept NAME` goes on without; nothing was committed") }
}

/// What `--accept` names, as it is declared: upper and lower case do not matter where only one name is meant. Every name is one on
/// which there can be a guard, or that may be forgotten.
pub fn accepted(
    before: Option<&Manifest>,
    now: &Manifest,
    names: &BTreeSet<String>,
) -> Result<BTreeSet<String>, RunError> {
    let sources = now.sources.iter().map(|it| it.name.clone());
    let entities = now.entities.iter().map(|it| it.name.clone());
    let syncs = now.syncs.iter().map(|it| it.spec.name.clone());
    let gone = before.into_iter().flat_map(|before| all_gone(before, now));
    let gone = gone.flat_map(|gone| gone.names);
    let renamed = before.into_iter().flat_map(|before| destinations(before, now));
    let renamed = renamed.map(|(old, _)| old.spec.destination.clone());
    let known: BTreeSet<String> = sources.chain(entities).chain(syncs).chain(gone).chain(renamed).collect();
    names.iter().map(|name| declared(name, &known)).collect()
}

fn declared(name: &str, known: &BTreeSet<String>) -> Result<String, RunError> {
    if known.contains(name) {
        return Ok(name.to_owned());
    }
    let alike: Vec<&String> = known.iter().filter(|it| it.to_lowercase() == name.to_lowercase()).collect();
    if let [only] = alike.as_slice() {
        return Ok((*only).clone());
    }
    let help = match did_you_mean(name, known.iter().map(String::as_str)) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None if known.is_empty() => "leave it out".to_owned(),
        None => format!("there is {}", listed(&known.iter().map(String::as_str).collect::<Vec<_>>())),
    };
    Err(RunError::UnknownAccept { name: name.to_owned(), help })
}

/// What a person should know of this program's memory: one sentence for each.
#[must_use]
pub fn notices(before: &Manifest, now: &Manifest) -> Vec<String> {
    let fresh = goes_on(before, now).flat_map(|(old, model)| {
        let had = remembering(old);
        let is_known = move |name: &str| had.iter().any(|old| old.name == name);
        let fresh = remembering(model).into_iter().filter_map(move |field| {
            let was = field.was.filter(|was| !is_known(was) && !is_known(field.name))?;
            let name = format!("{}.{}", model.entity, field.name);
            Some(format!("`{name}` begins without a past: the last run had no `{was}`, its earlier name"))
        });
        fresh.collect::<Vec<_>>()
    });
    let stays = now.syncs.iter().filter_map(|sync| {
        let gone = dropped(before, sync);
        let stays = || format!("sync `{}` no longer sets {}: what it wrote there stays", sync.spec.name, listed(&gone));
        (!gone.is_empty()).then(stays)
    });
    let moved = now.syncs.iter().filter_map(|sync| {
        let old = prev::anywhere(before, sync).filter(|old| old.spec.place() != sync.spec.place())?;
        let (name, was, is) = (&sync.spec.name, old.spec.place(), sync.spec.place());
        Some(format!("sync `{name}` writes to `{is}` from now on: what it wrote to `{was}` stays"))
    });
    fresh
        .chain(stays)
        .chain(moved)
        .chain(parts::other_rows(before, now))
        .chain(parts::other_steps(before, now))
        .collect()
}

/// The last model of each entity that both programs have, under one name or an earlier one: the old, and the new.
fn goes_on<'a>(before: &'a Manifest, now: &'a Manifest) -> impl Iterator<Item = (&'a Model, &'a Model)> {
    now.entities.iter().filter_map(move |entity| {
        let model = now.models.iter().find(|model| model.last && model.entity == entity.name)?;
        Some((prev::earlier_model(before, entity)?, model))
    })
}

/// What the name of a field begins with that sequences need, and nobody has declared.
const HIDDEN: &str = "sequence__";

/// The fields with a memory, which have a column for it.
fn remembering(model: &Model) -> Vec<Remembering<'_>> {
    let names: BTreeSet<&str> = model.columns.iter().map(|it| it.name.as_str()).collect();
    let has = |name: &str, part: &str| names.contains(format!("{name}__{part}").as_str());
    let fields = model.columns.iter().filter(|it| !it.name.starts_with(HIDDEN)).filter_map(|it| {
        let entry = |name: &'_ str| name.strip_suffix("__entry").map(str::len);
        if let Some(name) = entry(&it.name).and_then(|length| it.name.get(..length))
            && has(name, "entered_at")
        {
            let was = it.was.as_deref().and_then(|was| was.strip_suffix("__entry"));
            return Some(Remembering { name, was, kind: "sequence" });
        }
        let kind = match &it.typed.kind {
            Type::Bool if has(&it.name, "since") => "audience",
            _ if has(&it.name, "since") => "status",
            _ if has(&it.name, "enrolled_at") => "experiment",
            _ => return None,
        };
        Some(Remembering { name: &it.name, was: it.was.as_deref(), kind })
    });
    fields.collect()
}

/// `was` leads from an audience to an audience, from a status to a status and from an experiment to an experiment.
fn other_kind(old: &Model, new: &Model) -> Result<(), RunError> {
    let had = remembering(old);
    for field in remembering(new) {
        let Some(was) = field.was.filter(|_| !had.iter().any(|old| old.name == field.name)) else { continue };
        if let Some(old_field) = had.iter().find(|old| old.name == was && old.kind != field.kind) {
            return Err(RunError::OtherKind {
                what: format!("{} `{}` was `{was}`", field.kind, field.name),
                kind: old_field.kind,
                help: format!("remove `was {was}`, and write `retire {}`", short(&old.entity, *old_field)),
            });
        }
    }
    Ok(())
}

/// A stage goes on as another one, and not as one that stood beside it.
fn one_stage_of_two(old: &Model, new: &Model) -> Result<(), RunError> {
    for field in remembering(new) {
        let status = new.columns.iter().find(|it| it.name == field.name && !it.stages.is_empty());
        let Some(status) = status else { continue };
        let before = prev::same(status, &old.columns);
        let Some(Type::Enum(had)) = before.map(|it| &it.typed.kind) else { continue };
        let both = |(was, is): &(&String, &String)| had.contains(was) && had.contains(is);
        if let Some((was, is)) = status.stages.iter().find(both) {
            let status = short(&new.entity, field);
            return Err(RunError::Forgotten {
                what: format!("stage `{was}` of status `{status}`, which had `{is}` beside it"),
                help: format!(
                    "take out `was {was}`: rows of that stage then come to another one, as a change; nothing was committed"
                ),
            });
        }
    }
    Ok(())
}

/// What is remembered of a row is found by its key.
fn other_key((before, old): (&Manifest, &Model), (now, new): (&Manifest, &Model)) -> Result<(), RunError> {
    let (Some((was, had)), Some((is, has))) = (prev::key(before, old), prev::key(now, new)) else { return Ok(()) };
    if (was, had) == (is, has) || remembering(old).is_empty() || remembering(new).is_empty() {
        return Ok(());
    }
    let entity = &new.entity;
    Err(RunError::OtherKey {
        what: format!("the key of `{entity}` was `{was} {had}` in the last run, and is `{is} {has}`"),
        help: format!(
            "keep `key {was}`, if need be as a column of an `as sql` source; or `--accept {entity}` begins anew; nothing was committed"
        ),
    })
}

/// How a field is retired: an audience and a sequence have a name in the project, a status and an experiment in their entity.
fn short(entity: &str, field: Remembering<'_>) -> String {
    match field.kind {
        "audience" | "sequence" => field.name.to_owned(),
        _ => format!("{entity}.{}", field.name),
    }
}

/// The model of this program that goes on with one of the last run.
fn successor<'a>(before: &'a Manifest, now: &'a Manifest, old: &Model) -> Option<&'a Model> {
    goes_on(before, now).find(|(went, _)| went.entity == old.entity).map(|(_, model)| model)
}

/// The fields of a model of the last run that no field of its successor goes on with.
fn gone<'a>(old: &'a Model, new: Option<&Model>) -> Vec<Remembering<'a>> {
    let (had, has) = (remembering(old), new.map(remembering).unwrap_or_default());
    let goes_on = |old: &Remembering<'_>| {
        // A name that the last run knew goes on as itself: its `was` leads nowhere.
        let knew = |name: &str| had.iter().any(|old| old.name == name);
        let is_it = |new: &&Remembering<'_>| new.name == old.name || new.was == Some(old.name) && !knew(new.name);
        has.iter().find(is_it).is_some_and(|new| new.kind == old.kind)
    };
    had.iter().filter(|field| !goes_on(field)).copied().collect()
}

/// What ends with the last run, whoever accounts for it: fields that are gone, and all of an entity that begins anew under
/// another key. Each with its model.
pub(super) fn ended<'a>(before: &'a Manifest, now: &'a Manifest) -> Vec<(&'a Model, Remembering<'a>)> {
    let last = before.models.iter().filter(|model| model.last);
    last.flat_map(|old| {
        let new = successor(before, now, old).filter(|new| prev::key(before, old) == prev::key(now, new));
        gone(old, new).into_iter().map(move |field| (old, field))
    })
    .collect()
}

/// The audiences, statuses, experiments and sequences of the last run that no declaration goes on with.
fn fields<'a>(before: &'a Manifest, now: &'a Manifest) -> impl Iterator<Item = Gone> + 'a {
    before.models.iter().filter(|model| model.last).flat_map(move |old| {
        let new = successor(before, now, old);
        let (had, has) = (remembering(old), new.map(remembering).unwrap_or_default());
        let gone = gone(old, new).into_iter().map(|field| {
            let is_fresh = |it: &&Remembering<'_>| it.kind == field.kind && it.was.is_none();
            let fresh = has.iter().filter(is_fresh).find(|it| !had.iter().any(|old| old.name == it.name));
            let perhaps = match new {
                Some(_) => fresh.map(|it| format!("{} {} was {}", it.kind, it.name, field.name)),
                None => fresh_entity(before, now).map(|it| format!("entity {it} was {}", old.entity)),
            };
            let whole = format!("{}.{}", old.entity, field.name);
            let own = Some(short(&old.entity, field)).filter(|_| !is_audience_elsewhere(now, field.name));
            let mut names: Vec<String> = own.into_iter().chain([whole]).collect();
            names.dedup();
            names.extend(new.is_none().then(|| old.entity.clone()));
            let same = |it: &crate::manifest::Column| it.name == field.name;
            let is_trait =
                new.is_some_and(|new| new.columns.iter().any(same)) && !has.iter().any(|it| it.name == field.name);
            Gone { what: format!("{} `{}` of `{}`", field.kind, field.name, old.entity), names, perhaps, is_trait }
        });
        gone.collect::<Vec<_>>()
    })
}

/// An entity that the last run did not have, and that may be an old one.
fn fresh_entity<'a>(before: &Manifest, now: &'a Manifest) -> Option<&'a str> {
    let is_known = |name: &str| before.entities.iter().any(|it| it.name == name);
    let fresh = now.entities.iter().find(|it| it.was.is_none() && !is_known(&it.name))?;
    Some(&fresh.name)
}

fn is_audience_elsewhere(now: &Manifest, name: &str) -> bool {
    let models = now.models.iter().filter(|model| model.last);
    models.flat_map(remembering).any(|it| it.kind == "audience" && it.name == name)
}

/// The syncs of the last run that no declaration goes on with.
fn syncs<'a>(before: &'a Manifest, now: &'a Manifest) -> impl Iterator<Item = Gone> + 'a {
    let has = |manifest: &Manifest, name: &str| manifest.syncs.iter().any(|it| it.spec.name == name);
    let goes_on = move |old: &&Sync| {
        let name = &old.spec.name;
        has(now, name) || now.syncs.iter().any(|it| it.spec.was.as_ref() == Some(name) && !has(before, &it.spec.name))
    };
    before.syncs.iter().filter(move |old| !goes_on(old)).map(move |old| {
        let name = &old.spec.name;
        let is_it =
            |it: &&Sync| it.spec.was.is_none() && it.spec.place() == old.spec.place() && !has(before, &it.spec.name);
        let perhaps = now.syncs.iter().find(is_it).map(|it| format!("sync {} was {name}", it.spec.name));
        let what = format!("sync `{name}` to `{}.{}`", old.spec.destination, old.spec.object);
        Gone { what, names: vec![name.clone()], perhaps, is_trait: false }
    })
}

/// The fields that a sync wrote and no longer sets, but those that were null at last.
fn dropped<'a>(before: &'a Manifest, sync: &Sync) -> Vec<&'a str> {
    let Some(old) = prev::earlier(before, sync) else { return Vec::new() };
    let is_set = |name: &str| sync.spec.fields.iter().any(|field| field.name == name);
    let names = old.spec.fields.iter().map(|field| field.name.as_str());
    names.filter(|name| !is_set(name) && !old.spec.nulls.iter().any(|null| null == name)).collect()
}

/// A sync that clears what it wrote must still set it.
fn unset_fields(before: &Manifest, sync: &Sync) -> Result<(), RunError> {
    let (gone, name) = (dropped(before, sync), &sync.spec.name);
    if gone.is_empty() {
        return Ok(());
    }
    let nulls = gone.iter().map(|field| format!("{field} = null")).collect::<Vec<_>>().join(", ");
    Err(RunError::Unset {
        what: format!("sync `{name}` ({}) no longer sets {}", sync.spec.cite, listed(&gone)),
        cite: sync.spec.cite.clone(),
        help: format!(
            "write `set {nulls}`, which clears them, and take it out after a run; or leave what is there with `--accept {name}`; nothing was committed"
        ),
    })
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
