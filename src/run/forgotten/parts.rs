//! Takes the manifest of the last run and of this one, gives the steps and branches that are gone from a sequence that goes on. Those
//! of a sequence that is gone go with it.

use super::Gone;
use crate::manifest::{Born, Manifest};

/// The steps and branches of the last run that no part of the same sequence goes on with.
pub(super) fn parts<'a>(before: &'a Manifest, now: &'a Manifest) -> impl Iterator<Item = Gone> + 'a {
    let knew = |name: &str| before.born.iter().any(|it| it.name == name);
    let is_it = move |new: &Born, old: &Born| {
        new.kind == old.kind && (new.name == old.name || new.was.contains(&old.name) && !knew(&new.name))
    };
    // The sequence of the last run, as it is now.
    let whole = move |old: &Born| {
        let (sequence, _) = old.name.split_once('.')?;
        let old = before.born.iter().find(|it| it.name == sequence)?;
        now.born.iter().find(|new| is_it(new, old))
    };
    before.born.iter().filter_map(move |old| {
        let sequence = whole(old)?;
        if now.born.iter().any(|new| is_it(new, old)) {
            return None;
        }
        let own = |name: &str| {
            name.strip_prefix(sequence.name.as_str()).and_then(|rest| rest.strip_prefix('.')).map(str::to_owned)
        };
        let (_, short) = old.name.split_once('.')?;
        let fresh = now.born.iter().filter(|new| new.kind == old.kind && !knew(&new.name));
        let mut fresh = fresh.filter(|new| !new.was.iter().any(|was| knew(was))).filter_map(|new| own(&new.name));
        let word = old.kind.word();
        let perhaps = fresh.next().map(|name| format!("{word} {name} was {short}"));
        let names = vec![format!("{}.{short}", sequence.name), old.name.clone()];
        Some(Gone { what: format!("{word} `{}`", old.name), names, perhaps, is_trait: false })
    })
}
