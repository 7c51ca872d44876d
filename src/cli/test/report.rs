//! Takes the verdicts of tests, gives them for people or as JSON: each difference with its row, its column, what is expected and
//! what is there.

use serde_json::{Value as Json, json};

use crate::diagnostics::text::Style;
use crate::eval::Value;
use crate::source::Sources;
use crate::test::{Difference, Failure, Verdict, compare};
use crate::types::Type;

/// How many of the rows that a policy holds back are named.
const NAMED: usize = 5;

/// For people.
pub fn text(verdicts: &[Verdict], sources: &Sources, style: Style) -> String {
    let mut out = String::new();
    for verdict in verdicts {
        let word = if verdict.is_passed() { painted("passed", "32", style) } else { painted("failed", "31", style) };
        out.push_str(&format!("{word}  {}  ({})\n", verdict.name, sources.cite(verdict.span)));
        for failure in &verdict.failures {
            out.push_str(&of_failure(failure, sources));
        }
    }
    let failed = verdicts.iter().filter(|verdict| !verdict.is_passed()).count();
    if verdicts.is_empty() {
        out.push_str("the program has no tests\n");
    } else {
        out.push_str(&format!("{} passed, {failed} failed\n", verdicts.len() - failed));
    }
    out
}

fn painted(text: &str, code: &str, style: Style) -> String {
    if style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn of_failure(failure: &Failure, sources: &Sources) -> String {
    let at = instant(failure.now);
    if let Some(why) = &failure.stopped {
        let lines: String = why.lines().map(|line| format!("    {line}\n")).collect();
        return format!("  the run of {at} stops\n{lines}");
    }
    let mut out = format!("  expect {}  ({}), in the run of {at}\n", failure.of, sources.cite(failure.span));
    let mut lines: Vec<[String; 4]> = Vec::new();
    for difference in &failure.differences {
        match difference {
            Difference::Cell { key, column, expected, got, .. } => {
                lines.push([key, column, expected, got].map(Clone::clone));
            }
            Difference::Missing { key, .. } => out.push_str(&format!("    {key}: missing\n")),
            Difference::Extra { key } => out.push_str(&format!("    {key}: not expected\n")),
        }
    }
    for held in &failure.withheld {
        let named: Vec<&str> = held.keys.iter().take(NAMED).map(String::as_str).collect();
        let more = if held.keys.len() > named.len() {
            format!(" and {} more", held.keys.len() - named.len())
        } else {
            String::new()
        };
        out.push_str(&format!("    policy {} holds back {}{more}\n", held.policy, named.join(", ")));
    }
    if lines.is_empty() {
        return out;
    }
    lines.insert(0, ["row", "column", "expected", "got"].map(str::to_owned));
    let width = |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..4).map(|at| width(at).unwrap_or(0)).collect();
    for line in &lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| {
            let blanks = " ".repeat(width.saturating_sub(cell.chars().count()));
            format!("{cell}{blanks}")
        });
        out.push_str(&format!("    {}\n", cells.collect::<Vec<_>>().join("  ").trim_end()));
    }
    out
}

fn instant(micros: i64) -> String {
    compare::shown(&Value::Timestamp(micros), &Type::Timestamp)
}

/// For programs.
pub fn json(verdicts: &[Verdict], sources: &Sources) -> String {
    let tests: Vec<Json> = verdicts
        .iter()
        .map(|verdict| {
            let failures = verdict.failures.iter().map(|failure| of_failure_json(failure, sources));
            let place = sources.place(verdict.span.start);
            json!({
                "name": verdict.name,
                "file": place.file,
                "line": place.line,
                "passed": verdict.is_passed(),
                "runs": verdict.runs,
                "failures": failures.collect::<Vec<_>>(),
            })
        })
        .collect();
    let failed = verdicts.iter().filter(|verdict| !verdict.is_passed()).count();
    let all = json!({ "passed": verdicts.len() - failed, "failed": failed, "tests": tests });
    format!("{all:#}\n")
}

fn of_failure_json(failure: &Failure, sources: &Sources) -> Json {
    let place = sources.place(failure.span.start);
    let differences = failure.differences.iter().map(|difference| {
        let mut said = json!(difference);
        if let Difference::Cell { span, .. } | Difference::Missing { span, .. } = difference
            && let Some(object) = said.as_object_mut()
        {
            object.insert("line".to_owned(), sources.place(span.start).line.into());
        }
        said
    });
    json!({
        "of": failure.of,
        "file": place.file,
        "line": place.line,
        "now": instant(failure.now),
        "stopped": failure.stopped,
        "differences": differences.collect::<Vec<_>>(),
        "withheld": failure.withheld,
    })
}
