//! The functions that are registered with SQLite, by name. Times are text (`2026-01-15`, `2026-01-15 09:00:00`), durations
//! whole microseconds or text (`14 days`), decimals whole numbers of their last digit.

use super::{Argument, Arguments, Out, Registered, hash, json, number, text, time, workday};

macro_rules! functions {
    ($($name:literal $arguments:literal $strict:ident $body:expr;)*) => {
        &[$(Registered { name: $name, arguments: $arguments, strict: strict!($strict), body: $body }),*]
    };
}

macro_rules! strict {
    (strict) => {
        true
    };
    (nulls) => {
        false
    };
}

/// All of them.
pub static ALL: &[Registered] = functions! {
    c"lower" 1 strict |a| Ok(a.text(0)?.to_lowercase().into());
    c"upper" 1 strict |a| Ok(a.text(0)?.to_uppercase().into());
    c"md5" 1 strict |a| Ok(text::md5(&a.text(0)?).into());
    c"plg_bucket" 2 strict |a| Ok(text::bucket(&a.text(0)?, &a.text(1)?).into());
    c"plg_growthbook" 2 strict |a| Ok(hash::growthbook(&a.text(0)?, &a.text(1)?).into());
    c"plg_launchdarkly" 2 strict |a| Ok(hash::launchdarkly(&a.text(0)?, &a.text(1)?).into());
    c"plg_substring" 2 strict |a| Ok(text::substring(&a.text(0)?, a.int(1)?, i64::MAX).into());
    c"plg_substring" 3 strict |a| Ok(text::substring(&a.text(0)?, a.int(1)?, a.int(2)?).into());
    c"plg_left" 2 strict |a| Ok(text::substring(&a.text(0)?, 1, a.int(1)?).into());
    c"plg_right" 2 strict |a| Ok(text::right(&a.text(0)?, a.int(1)?).into());
    c"plg_starts_with" 2 strict |a| Ok(i64::from(a.text(0)?.starts_with(a.text(1)?.as_ref())).into());
    c"plg_ends_with" 2 strict |a| Ok(i64::from(a.text(0)?.ends_with(a.text(1)?.as_ref())).into());
    c"plg_split_part" 3 strict |a| Ok(text::split_part(&a.text(0)?, &a.text(1)?, a.int(2)?).into());
    c"plg_greatest" -1 nulls |a| best(a, std::cmp::Ordering::Greater);
    c"plg_least" -1 nulls |a| best(a, std::cmp::Ordering::Less);
    c"plg_round" 1 strict |a| Ok(number::round(a.float(0)?)?.into());
    c"plg_round" 2 strict |a| Ok(number::round_to(a.float(0)?, a.int(1)?).into());
    c"plg_floor" 1 strict |a| Ok(number::whole(a.float(0)?.floor())?.into());
    c"plg_ceil" 1 strict |a| Ok(number::whole(a.float(0)?.ceil())?.into());
    c"plg_float_to_int" 1 strict |a| Ok(number::whole(a.float(0)?.trunc())?.into());
    c"plg_float_to_text" 1 strict |a| Ok(number::float_to_text(a.float(0)?).into());
    c"plg_float_to_decimal" 3 strict |a| Ok(number::float_to_decimal(a.float(0)?, a.int(1)?, a.int(2)?)?.into());
    c"plg_text_to_int" 1 strict |a| Ok(number::text_to_int(&a.text(0)?).into());
    c"plg_text_to_float" 1 strict |a| Ok(number::text_to_float(&a.text(0)?).into());
    c"plg_text_to_decimal" 3 strict |a| Ok(number::text_to_decimal(&a.text(0)?, a.int(1)?, a.int(2)?).into());
    c"plg_text_to_bool" 1 strict |a| Ok(text::to_bool(&a.text(0)?).map(i64::from).into());
    c"plg_int" 1 strict |a| int(a);
    c"plg_decimal" 1 strict |a| Ok(number::decimal(a.int(0)?)?.into());
    c"plg_rescale" 4 strict |a| Ok(number::rescale(a.int(0)?, a.int(1)?, a.int(2)?, a.int(3)?)?.into());
    c"plg_decimal_floor" 2 strict |a| Ok(number::decimal_floor(a.int(0)?, a.int(1)?).into());
    c"plg_decimal_ceil" 2 strict |a| Ok(number::decimal_ceil(a.int(0)?, a.int(1)?).into());
    c"plg_decimal_to_float" 2 strict |a| Ok(number::decimal_to_float(a.int(0)?, a.int(1)?).into());
    c"plg_decimal_to_text" 2 strict |a| Ok(number::decimal_to_text(a.int(0)?, a.int(1)?).into());
    c"plg_duration_scale" 2 strict |a| Ok(number::whole((a.int(0)? as f64 * a.float(1)?).round_ties_even())?.into());
    c"plg_duration_divide" 2 strict |a| Ok(number::divide(a.int(0)?, a.float(1)?)?.into());
    c"plg_add" 2 strict |a| Ok(time::add(&a.text(0)?, micros(a, 1)?)?.into());
    c"plg_subtract" 2 strict |a| Ok(time::add(&a.text(0)?, -micros(a, 1)?)?.into());
    c"plg_add_months" 2 strict |a| Ok(time::add_months(&a.text(0)?, a.int(1)?)?.into());
    c"plg_between" 2 strict |a| Ok(time::between(&a.text(0)?, &a.text(1)?)?.into());
    c"plg_local" 2 strict |a| Ok(time::local(&a.text(0)?, &a.text(1)?)?.into());
    c"plg_start_of" 2 strict |a| Ok(time::start_of(&a.text(0)?, &a.text(1)?, "UTC")?.into());
    c"plg_start_of" 3 strict |a| Ok(time::start_of(&a.text(0)?, &a.text(1)?, &a.text(2)?)?.into());
    c"plg_anniversary" 3 strict |a| Ok(time::anniversary(&a.text(0)?, a.int(1)?, &a.text(2)?)?.into());
    c"plg_add_business_days" 3 strict |a| Ok(workday::add(&a.text(0)?, a.int(1)?, &a.text(2)?, "UTC")?.into());
    c"plg_add_business_days" 4 strict |a| Ok(workday::add(&a.text(0)?, a.int(1)?, &a.text(2)?, &a.text(3)?)?.into());
    c"plg_text_to_date" 1 strict |a| Ok(time::text_to_date(&a.text(0)?).into());
    c"plg_text_to_timestamp" 1 strict |a| Ok(time::text_to_timestamp(&a.text(0)?).into());
    c"plg_json_text" -1 strict json_text;
};

/// What arithmetic of ints gives; SQLite goes on in doubles where 64 bits do not suffice.
fn int(a: &Arguments<'_>) -> Result<Out, String> {
    match a.at(0) {
        Argument::Int(value) => Ok(value.into()),
        _ => Err("a number has more than 64 bits".to_owned()),
    }
}

fn json_text(a: &Arguments<'_>) -> Result<Out, String> {
    let path = (1..a.0.len()).map(|at| a.text(at)).collect::<Result<Vec<_>, _>>()?;
    Ok(json::text(&a.text(0)?, &path).into())
}

/// A duration: whole microseconds, or text.
fn micros(a: &Arguments<'_>, place: usize) -> Result<i64, String> {
    match a.at(place) {
        Argument::Text(text) => time::duration(text).ok_or_else(|| format!("`{text}` is not a duration")),
        _ => a.int(place),
    }
}

/// The argument that is greatest or least; nulls do not count.
fn best(a: &Arguments<'_>, wanted: std::cmp::Ordering) -> Result<Out, String> {
    let mut best = Argument::Null;
    for &argument in a.0 {
        let better = match (argument, best) {
            (Argument::Null, _) => false,
            (_, Argument::Null) => true,
            (Argument::Text(x), Argument::Text(y)) => x.cmp(y) == wanted,
            (Argument::Int(x), Argument::Int(y)) => x.cmp(&y) == wanted,
            (Argument::Int(x), Argument::Real(y)) => (x as f64).total_cmp(&y) == wanted,
            (Argument::Real(x), Argument::Int(y)) => x.total_cmp(&(y as f64)) == wanted,
            (Argument::Real(x), Argument::Real(y)) => x.total_cmp(&y) == wanted,
            _ => return Err("values of different types".to_owned()),
        };
        if better {
            best = argument;
        }
    }
    match best {
        Argument::Null => Ok(Out::Null),
        Argument::Int(value) => Ok(Out::Int(value)),
        Argument::Real(value) => Ok(Out::Real(value)),
        Argument::Text(value) => Ok(Out::Text(value.to_owned())),
        Argument::Other => Err("a value is neither text nor a number".to_owned()),
    }
}
