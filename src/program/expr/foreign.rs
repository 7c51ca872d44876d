//! Takes the name of a function that the language lacks and gives how it is written here: what SQL and other languages
//! call a function of this one, or do by one where this language has a form of its own.

use crate::program::mistakes;
use crate::syntax::{ast, spelt_here};

/// How a call of another language is written here.
pub(super) fn spelt_otherwise(call: &ast::Call) -> Option<String> {
    if let Some(help) = cast(call) {
        return Some(help);
    }
    let lower = call.name.text.to_ascii_lowercase();
    let help = match lower.as_str() {
        "if" | "iif" | "when" | "decode" => "write `case { a when c; b otherwise }`",
        "ifnull" | "nvl" | "isnull" => "write `coalesce(a, b)`",
        "len" | "char_length" | "character_length" => "write `length(x)`",
        "exists" => "write `any(set where …)`",
        "distinct" => "write `count_distinct(x from SET)`",
        "substr" => "write `substring(x, from, n)`",
        "now" | "getdate" | "sysdate" => "write `now`",
        "like" | "ilike" | "position" | "strpos" | "instr" | "charindex" => {
            "write `contains(x, part)` or `starts_with(x, part)`"
        }
        "string" | "str" | "varchar" | "to_char" | "tostring" => "write `text(x)`",
        "to_date" => "write `date(x)`",
        "to_timestamp" => "write `timestamp(x)`",
        "to_number" | "tonumber" | "integer" => "write `int(x)`",
        "average" | "mean" => "write `avg(x from set)`",
        "lag" => "write `previous(x)`",
        "row_number" | "dense_rank" => "write `rank(x)`",
        "ucase" => "write `upper(x)`",
        "lcase" => "write `lower(x)`",
        "datediff" | "date_diff" | "timediff" | "age" => "subtract: `b - a`, in days `days(b - a)`",
        "dateadd" | "date_add" => "add a duration: `x + 3 days`",
        "datesub" | "date_sub" => "subtract a duration: `x - 3 days`",
        "date_trunc" | "datetrunc" => {
            "write `start_of_day(x)`, `start_of_week(x)`, `start_of_month(x)` or `start_of_year(x)`"
        }
        "extract" | "date_part" | "datepart" => "write `year(x)`, `month(x)`, `day(x)`, `weekday(x)` or `hour(x)`",
        _ => mistakes::time_word(&lower)?,
    };
    Some(help.to_owned())
}

/// `cast(x as text)`
fn cast(call: &ast::Call) -> Option<String> {
    if !["cast", "try_cast", "safe_cast", "convert"].iter().any(|name| name.eq_ignore_ascii_case(&call.name.text)) {
        return None;
    }
    let found = call.set.as_ref().and_then(|set| Some((set.path.dotted(), &set.alias.as_ref()?.text)));
    Some(match found {
        Some((path, kind)) => {
            let here = spelt_here(kind).unwrap_or(kind);
            format!("write `{}({path})`", here.split('(').next().unwrap_or(here))
        }
        None => "convert with the name of the type, as in `text(x)` or `int(x)`".to_owned(),
    })
}
