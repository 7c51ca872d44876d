//! Takes the manifest of the last run and of this one, gives what this program no longer remembers without having said so: a
//! field or sync that may be an old one under a new name, and what a sync wrote and no longer sets.

use std::collections::BTreeSet;

use super::prev;
use crate::manifest::{Manifest, Model, Sync};

/// One sentence for each, in the order of the program.
#[must_use]
pub fn notices(before: &Manifest, now: &Manifest) -> Vec<String> {
    let mut said = Vec::new();
    for model in now.models.iter().filter(|model| model.last) {
        if let Some(old) = before.models.iter().find(|old| old.last && old.entity == model.entity) {
            said.extend(fields(old, model));
        }
    }
    for sync in &now.syncs {
        said.extend(renamed(before, now, sync));
        said.extend(unset(before, sync));
    }
    said
}

/// The fields with a memory, which have a column for it, with their earlier names.
fn remembering(model: &Model) -> Vec<(&str, Option<&str>)> {
    let names: BTreeSet<&str> = model.columns.iter().map(|it| it.name.as_str()).collect();
    let has_since = |name: &str| names.contains(format!("{name}__since").as_str());
    let fields = model.columns.iter().filter(|it| has_since(&it.name));
    fields.map(|it| (it.name.as_str(), it.was.as_deref())).collect()
}

fn fields(old: &Model, new: &Model) -> Vec<String> {
    let (had, has) = (remembering(old), remembering(new));
    let is_known = |name: &str| had.iter().any(|(old, _)| *old == name);
    let is_kept = |name: &str| has.iter().any(|(new, was)| *new == name || *was == Some(name));
    let gone: Vec<String> =
        had.iter().filter(|(name, _)| !is_kept(name)).map(|(name, _)| format!("`{name}`")).collect();
    let entity = &new.entity;
    let fresh = has.iter().filter(|(name, was)| !is_known(name) && !was.is_some_and(is_known));
    fresh
        .filter_map(|(name, was)| match was {
            Some(was) => Some(format!(
                "`{entity}.{name}` begins without a past: the last run had no `{was}`, its earlier name"
            )),
            None if gone.is_empty() => None,
            None => Some(format!(
                "`{entity}.{name}` begins without a past, and {} of the last run is gone: where it is the same, write `was`",
                gone.join(", ")
            )),
        })
        .collect()
}

/// A new sync to the objects of one that is gone.
fn renamed(before: &Manifest, now: &Manifest, sync: &Sync) -> Option<String> {
    let spec = &sync.spec;
    let has = |manifest: &Manifest, name: &str| manifest.syncs.iter().any(|it| it.spec.name == name);
    if has(before, &spec.name) || spec.was.as_deref().is_some_and(|was| has(before, was)) {
        return None;
    }
    let old = before.syncs.iter().find(|old| old.spec.place() == spec.place() && !has(now, &old.spec.name))?;
    Some(format!(
        "sync `{}` begins without a past, and `{}`, which wrote to the same place, is gone: where it is the same, write `was {1}`",
        spec.name, old.spec.name
    ))
}

/// The fields that a sync wrote and no longer sets.
fn unset(before: &Manifest, sync: &Sync) -> Option<String> {
    let (old, spec) = (prev::earlier(before, sync)?, &sync.spec);
    let is_set = |name: &str| spec.fields.iter().any(|field| field.name == name);
    let gone = old.spec.fields.iter().filter(|field| !is_set(&field.name));
    let gone: Vec<String> = gone.map(|field| format!("`{}`", field.name)).collect();
    let stays = || format!("sync `{}` no longer sets {}: what it wrote there stays", spec.name, gone.join(", "));
    (!gone.is_empty()).then(stays)
}
