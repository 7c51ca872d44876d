//! Functions of text. Takes the values of a call, gives its value. Promises: text is counted and cut by code point, and
//! compared by it; case follows Unicode.

use md5::{Digest as _, Md5};

use super::{Body, Call, Value};
use crate::eval::Stop;

/// The functions of this subject.
pub static ALL: &[(&str, Body)] = &[
    ("lower", |call| text(call.text(0).to_lowercase())),
    ("upper", |call| text(call.text(0).to_uppercase())),
    ("trim", |call| text(call.text(0).trim_matches(' '))),
    ("length", |call| Ok(Value::Int(call.text(0).chars().count() as i64))),
    ("substring", substring),
    ("left", |call| text(cut(call.text(0), 1, call.int(1)))),
    ("right", right),
    ("replace", replace),
    ("contains", |call| Ok(Value::Bool(call.text(0).contains(call.text(1))))),
    ("starts_with", |call| Ok(Value::Bool(call.text(0).starts_with(call.text(1))))),
    ("ends_with", |call| Ok(Value::Bool(call.text(0).ends_with(call.text(1))))),
    ("concat", |call| text(call.values.iter().map(Value::as_text).collect::<String>())),
    ("split_part", split_part),
    ("md5", |call| text(hexadecimal(call.text(0)))),
    ("bucket", bucket),
    ("growthbook", growthbook),
    ("launchdarkly", launchdarkly),
];

fn text(value: impl Into<String>) -> Result<Value, Stop> {
    Ok(Value::Text(value.into()))
}

/// The code points at the places from `start` up to `start + count`; the first place is 1.
fn cut(text: &str, start: i64, count: i64) -> String {
    let end = start.saturating_add(count);
    (1..).zip(text.chars()).filter(|(place, _)| (start..end).contains(place)).map(|(_, it)| it).collect()
}

fn substring(call: &Call<'_>) -> Result<Value, Stop> {
    let count = if call.values.len() > 2 { call.int(2) } else { i64::MAX };
    text(cut(call.text(0), call.int(1), count))
}

fn right(call: &Call<'_>) -> Result<Value, Stop> {
    let all = call.text(0).chars().count() as i64;
    text(cut(call.text(0), all - call.int(1).max(0) + 1, i64::MAX))
}

fn replace(call: &Call<'_>) -> Result<Value, Stop> {
    let old = call.text(1);
    text(if old.is_empty() { call.text(0).to_owned() } else { call.text(0).replace(old, call.text(2)) })
}

fn split_part(call: &Call<'_>) -> Result<Value, Stop> {
    if call.values.iter().any(Value::is_null) || call.int(2) == 0 {
        return Ok(Value::Null);
    }
    let (all, separator, n) = (call.text(0), call.text(1), call.int(2));
    let pieces: Vec<&str> = if separator.is_empty() { vec![all] } else { all.split(separator).collect() };
    let place = if n > 0 { n - 1 } else { (pieces.len() as i64).saturating_add(n) };
    text(usize::try_from(place).ok().and_then(|place| pieces.get(place)).copied().unwrap_or_default())
}

fn hexadecimal(of: &str) -> String {
    Md5::digest(of.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn growthbook(call: &Call<'_>) -> Result<Value, Stop> {
    let hash = |text: &str| {
        let mut hash: u64 = 2_166_136_261;
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)) * 16_777_619 % (1 << 32);
        }
        hash
    };
    let inner = hash(&format!("{}{}", call.text(0), call.text(1)));
    Ok(Value::Int((hash(&inner.to_string()) % 10_000) as i64))
}

fn launchdarkly(call: &Call<'_>) -> Result<Value, Stop> {
    let digest = sha1::Sha1::digest(format!("{}.{}", call.text(0), call.text(1)).as_bytes());
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let first = digits.get(..15).and_then(|it| i128::from_str_radix(it, 16).ok()).unwrap_or(0);
    Ok(Value::Int((first * 10_000 / ((1 << 60) - 1)).min(9_999) as i64))
}

fn bucket(call: &Call<'_>) -> Result<Value, Stop> {
    let digits = hexadecimal(&format!("{}-{}", call.text(0), call.text(1)));
    let first = digits.get(..8).and_then(|it| i64::from_str_radix(it, 16).ok()).unwrap_or(0);
    Ok(Value::Int(first % 10_000))
}
