//! What people write of amounts of time, such as `3 working days` or `1 month 2 days`. Takes the place where an expression
//! stopped making sense and gives what to write there.

use super::habits::{Place, is_word, last_word};
use crate::diagnostics::did_you_mean;
use crate::syntax::words;

/// What to do about an amount of time.
pub(super) fn amount(place: &Place<'_>) -> Option<String> {
    let Place { found, before, .. } = *place;
    let (of, last) = last_word(before);
    let next = place.next();
    let lower = found.to_ascii_lowercase();
    if is_number(last) {
        let is_business = ["working", "work", "week", "office", "trading"].contains(&lower.as_str());
        if matches!(next, "day" | "days") && (is_business || did_you_mean(&lower, ["business"]).is_some()) {
            return Some(format!("write `{last} business {next}` in place of `{last} {found} {next}`"));
        }
        if matches!(lower.as_str(), "workday" | "workdays" | "weekday" | "weekdays" | "businessdays") {
            return Some(format!("write `{last} business days`"));
        }
    }
    if last == "business" && did_you_mean(&lower, ["days"]).is_some() {
        return Some(format!("write `days` in place of `{found}`"));
    }
    if is_unit(&lower) && is_word(last) && !is_unit(last) && place.expects("an operator") {
        let unit = lower.trim_end_matches('s');
        return Some(format!("write `{last} * 1 {unit}` in place of `{last} {found}`"));
    }
    let is_more = is_number(found) && is_unit(last) && is_number(last_word(of.trim_end()).1) && is_unit(next);
    is_more.then(|| format!("write `+` before `{found} {next}`"))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `day`, `days`
fn is_unit(word: &str) -> bool {
    words::UNITS.iter().any(|unit| *unit == word || unit.trim_end_matches('s') == word)
}
