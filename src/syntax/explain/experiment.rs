//! What people write of experiments, funnels and tests out of habit. Takes the place where a piece stopped making sense, or the
//! word that begins no item, and gives what to do there; applied as it is said, the help compiles.

use super::habits::{Place, is_word, last_word};
use crate::syntax::grammar::Rule;

/// What to do about a habit in an experiment, a funnel or a test.
pub(super) fn habit(place: &Place<'_>) -> Option<String> {
    let found = place.found;
    Some(match place.rule {
        Rule::arms if matches!(found, ":" | "=") => format!("remove `{found}`"),
        Rule::arms if is_word(found) && place.before.ends_with('%') => format!("write a comma before `{found}`"),
        Rule::rollout if found.is_empty() && place.expects("`from`") => {
            let share = place.before.rsplit([',', ' ']).next().unwrap_or_default();
            format!("say from when on: `{share} from @2026-03-15`")
        }
        Rule::rollout if matches!(found, "until" | "to") => {
            format!("remove `{found}` and what follows; another share from then on is `, 0% from @2026-03-15`")
        }
        Rule::salt if is_word(found) => format!("write the salt as a text: `'{found}'`"),
        Rule::goal if found.is_empty() && place.expects("`=`") => "add its value: `= …`".to_owned(),
        Rule::stop if matches!(found, ":" | ":=" | "when" | "at" | "where") && place.expects("`=`") => {
            format!("write `=` in place of `{found}`")
        }
        Rule::stop if found == "after" && place.expects("`=`") && !place.before.contains(" within ") => {
            format!("remove `after {}`: a step comes after the one before it", place.next())
        }
        Rule::stop if is_word(found) && place.expects("`=`") && !place.before.contains(" within ") => {
            format!("write `=` before `{found}`")
        }
        Rule::expect if found == "contains" && place.expects("`=`") => {
            "write `=`, and all keys that are expected: `= { w1 }`".to_owned()
        }
        Rule::expect if found == "(" && last_word(place.before).1 == "count" => {
            let of = place.after().split(')').next().unwrap_or_default();
            format!("name the keys in place of their number: `expect {of} = {{ w1 }}`")
        }
        Rule::exempt if found == "from" => "remove `from`".to_owned(),
        Rule::stage if found == "otherwise" && place.before.is_empty() => {
            format!("write `otherwise` behind the stage: `{} otherwise`", place.next())
        }
        _ => return None,
    })
}

/// What a word that begins no item of an experiment or a test is written as here.
pub(super) fn item(block: &str, word: &str, rest: &str) -> Option<String> {
    Some(match (block, word.to_ascii_lowercase().as_str()) {
        ("experiment", "variants" | "variant" | "arm" | "groups" | "split") => {
            format!("write `arms` in place of `{word}`")
        }
        ("experiment", "traffic" | "coverage" | "percentage") => format!("write `rollout` in place of `{word}`"),
        ("experiment", "metric" | "measure" | "kpi") => format!("write `goal` in place of `{word}`"),
        ("experiment", _) if rest.contains('%') => format!("write `arms` before `{word}`"),
        ("test", "wait" | "sleep" | "advance") => format!("write `after` in place of `{word}`"),
        ("test", "run" | "when") => {
            "remove it: the program runs before each `expect`, and every hour of an `after`".to_owned()
        }
        ("test", "at" | "on") => "write how long after the run before: `after 3 days`".to_owned(),
        ("test", "assert" | "then" | "should") => format!("write `expect` in place of `{word}`"),
        ("test", "insert" | "with" | "rows" | "source") => format!("write `given` in place of `{word}`"),
        ("funnel", "stage" | "stop") => format!("write `step` in place of `{word}`"),
        ("funnel", "by" | "group") => format!("write `per` in place of `{word}`"),
        _ => return None,
    })
}
