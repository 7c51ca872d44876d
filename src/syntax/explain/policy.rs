//! What people write out of habit in a policy, or in a sync's exemption from one, and how it is written here. Takes the place
//! where the piece stopped making sense and gives what to do there; applied as it is said, the help compiles.

use super::habits::Place;
use crate::syntax::grammar::Rule;

/// What to do in a policy, or in `exempt`.
pub(super) fn habit(place: &Place<'_>) -> Option<String> {
    let found = place.found;
    if place.rule == Rule::exempt {
        return place.expects("`because`").then(|| match found {
            "" => "add `because '…'`, with the reason between the quotes".to_owned(),
            _ if found.starts_with(['\'', '"']) => format!("write `because` before `{found}`"),
            _ => format!("write `because` in place of `{found}`"),
        });
    }
    if place.rule != Rule::policy {
        return None;
    }
    Some(match found {
        "{" | "" if place.expects("`:`") => {
            "write `: never to DESTINATION where CONDITION` behind the entity".to_owned()
        }
        "never" if place.expects("`:`") => "write `:` before `never`".to_owned(),
        "only" if place.expects("`never`") => {
            "write `never to`, and behind `where` the contrary of the condition: `where not (…)`".to_owned()
        }
        "to" if place.expects("`never`") => "write `never` before `to`".to_owned(),
        "not" | "no" if place.expects("`never`") => format!("write `never` in place of `{found}`"),
        "in" | "into" | "on" | "->" | "=>" if place.expects("`to`") => format!("write `to` in place of `{found}`"),
        _ if place.expects("`to`") && !found.is_empty() => format!("write `to` before `{found}`"),
        "." => format!("remove `.{}`: a policy is about all that goes to a destination", place.next()),
        "and" | "or" if place.expects("`where`") => format!("write `,` in place of `{found}`"),
        "when" | "if" | "while" if place.expects("`where`") => format!("write `where` in place of `{found}`"),
        "unless" if place.expects("`where`") => "write `where not` in place of `unless`".to_owned(),
        "" if place.expects("`where`") => "add `where`, and the condition under which nothing goes there".to_owned(),
        _ => return None,
    })
}
