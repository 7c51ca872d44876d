//! Takes the manifest of the last run and of this one, gives the steps and branches that are gone from a sequence that goes on (those
//! of a sequence that is gone go with it), the channels that are gone, and the sequences that other rows enter from now on.

use super::{Gone, prev};
use crate::manifest::{Born, BornKind, Channel, Manifest};

/// The steps and branches of the last run that no part of the same sequence goes on with.
pub(super) fn parts<'a>(before: &'a Manifest, now: &'a Manifest) -> impl Iterator<Item = Gone> + 'a {
    let knew = |name: &str| before.born.iter().any(|it| it.name == name);
    // The sequence of the last run, as it is now.
    let whole = move |old: &Born| {
        let (sequence, _) = old.name.split_once('.')?;
        let old = before.born.iter().find(|it| it.name == sequence)?;
        now.born.iter().find(|new| goes_on(before, new, old))
    };
    before.born.iter().filter_map(move |old| {
        let sequence = whole(old)?;
        if now.born.iter().any(|new| goes_on(before, new, old)) {
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

/// Whether one of this run is the one of the last run, under its name or, where the last run had none of the new one, an earlier one.
fn goes_on(before: &Manifest, new: &Born, old: &Born) -> bool {
    let knew = || before.born.iter().any(|it| it.name == new.name);
    new.kind == old.kind && (new.name == old.name || new.was.contains(&old.name) && !knew())
}

/// The channels of the last run that none goes on with: their caps would begin anew.
pub(super) fn channels<'a>(before: &'a Manifest, now: &'a Manifest) -> impl Iterator<Item = Gone> + 'a {
    let knew = |name: &str| before.channels.iter().any(|it| it.name == name);
    let is_it = move |new: &Channel, old: &Channel| {
        new.name == old.name || new.was.as_ref() == Some(&old.name) && !knew(&new.name)
    };
    let gone = before.channels.iter().filter(move |old| !now.channels.iter().any(|new| is_it(new, old)));
    gone.map(move |old| {
        let fresh = now.channels.iter().find(|new| new.was.is_none() && !knew(&new.name));
        let perhaps = fresh.map(|new| format!("channel {} was {}", new.name, old.name));
        Gone { what: format!("channel `{}`", old.name), names: vec![old.name.clone()], perhaps, is_trait: false }
    })
}

/// What is to be said of the sequences that other rows enter from now on.
pub(super) fn other_rows<'a>(before: &'a Manifest, now: &'a Manifest) -> impl Iterator<Item = String> + 'a {
    now.born.iter().filter(|new| new.kind == BornKind::Sequence).filter_map(|new| {
        let was = before.born.iter().find(|old| goes_on(before, new, old))?.of.first()?;
        let (name, of) = (&new.name, new.of.first().filter(|_| !new.of.contains(was))?);
        Some(format!(
            "sequence `{name}` is of `{of}`, and was of `{was}`: entries of rows that are not in `{of}` close; with `start new`, only rows that join `{of}` from now on enter"
        ))
    })
}

/// What is to be said of the syncs that send another step's firings from now on.
pub(super) fn other_steps<'a>(before: &'a Manifest, now: &'a Manifest) -> impl Iterator<Item = String> + 'a {
    now.syncs.iter().filter_map(|sync| {
        let (is, was) = (sync.spec.from.as_ref()?, prev::anywhere(before, sync)?.spec.from.as_ref()?);
        let born = now.born.iter().find(|it| it.name == *is)?;
        let name = (is != was && !born.was.contains(was)).then_some(&sync.spec.name)?;
        Some(format!(
            "sync `{name}` sends the firings of `{is}` from now on, also those that there are of open entries; it sent those of `{was}`"
        ))
    })
}
