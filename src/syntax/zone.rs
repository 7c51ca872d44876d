//! Takes the name of a time zone as people write it and gives the one that the time-zone database has: `berlin` is
//! `Europe/Berlin`, and `UTC+1` is `Etc/GMT-1`.

use crate::diagnostics::did_you_mean;

/// The zone that is meant; none where it cannot be told.
pub(crate) fn here(written: &str) -> Option<String> {
    if written.is_empty() {
        return None;
    }
    if let Some(zone) = offset(written) {
        return Some(zone);
    }
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    let same = |name: &&String| name.eq_ignore_ascii_case(written);
    let city = written.replace(' ', "_");
    let is_city = |name: &&String| name.rsplit_once('/').is_some_and(|(_, last)| last.eq_ignore_ascii_case(&city));
    let found = names.iter().find(same).or_else(|| names.iter().find(is_city)).cloned();
    found.or_else(|| did_you_mean(written, names.iter().map(String::as_str)).map(str::to_owned))
}

/// `UTC+1`, `GMT-5`, `+02:00`: the names of offsets in the database count the other way.
fn offset(written: &str) -> Option<String> {
    let rest = ["UTC", "GMT"].iter().find_map(|name| written.strip_prefix(name)).unwrap_or(written).trim_start();
    let (sign, hours) = match rest.split_at_checked(1)? {
        ("+", hours) => ('-', hours),
        ("-", hours) => ('+', hours),
        _ => return None,
    };
    let hours: u32 = hours.strip_suffix(":00").unwrap_or(hours).trim().parse().ok()?;
    (1..=12).contains(&hours).then(|| format!("Etc/GMT{sign}{hours}"))
}
