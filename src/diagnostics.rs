//! The sink that every stage pushes its mistakes into: sorted by place, one message per mistake, many
//! per run. Each mistake is a struct beside the code that finds it; this module only collects them.

pub mod github;
pub mod json;
pub mod pages;
pub mod sarif;
pub mod text;

use miette::{Diagnostic, Severity};

use crate::source::{Sources, Span};

/// How many messages of one file are shown before the rest is counted.
pub const SHOWN_PER_FILE: usize = 20;

/// One mistake, with its labels in the offset space of [`Sources`].
pub type Mistake = Box<dyn Diagnostic + Send + Sync>;

/// Everything that is wrong with a program.
#[derive(Debug, Default)]
pub struct Diagnostics {
    items: Vec<Mistake>,
}

impl Diagnostics {
    /// Adds a mistake.
    pub fn push(&mut self, mistake: impl Diagnostic + Send + Sync + 'static) {
        self.items.push(Box::new(mistake));
    }

    /// Takes over all that another sink holds.
    pub fn absorb(&mut self, other: Self) {
        self.items.extend(other.items);
    }

    /// Whether anything is an error: a program with errors has no SQL.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|item| is_error(item.as_ref()))
    }

    /// Whether nothing was pushed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Takes everything out: sorted by place, then code; what says the same thing of the same place once.
    #[must_use]
    pub fn finish(mut self) -> Vec<Mistake> {
        self.items.sort_by_cached_key(|item| key(item.as_ref()));
        self.items.dedup_by_key(|item| key(item.as_ref()));
        self.items
    }
}

/// Whether a mistake stops the program, rather than warns.
#[must_use]
pub fn is_error(item: &(dyn Diagnostic + Send + Sync)) -> bool {
    item.severity().unwrap_or(Severity::Error) == Severity::Error
}

/// The mistake's code: kebab-case, stable for ever.
#[must_use]
pub fn code(item: &(dyn Diagnostic + Send + Sync)) -> String {
    item.code().map(|code| code.to_string()).unwrap_or_default()
}

/// The place that a mistake is about: its primary label, or else its first.
#[must_use]
pub fn primary(item: &(dyn Diagnostic + Send + Sync)) -> Option<Span> {
    let labels: Vec<_> = item.labels()?.collect();
    let label = labels.iter().find(|label| label.primary()).or_else(|| labels.first())?;
    let start = u32::try_from(label.offset()).ok()?;
    Some(Span::new(start, start + u32::try_from(label.len()).ok()?))
}

fn key(item: &(dyn Diagnostic + Send + Sync)) -> (Span, String, String) {
    (primary(item).unwrap_or_default(), code(item), item.to_string())
}

/// The name among `known` that a misspelt `name` most likely meant.
///
/// The distance is Damerau-Levenshtein (optimal string alignment), at most a third of the longer name, ties by order.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        let chars: Vec<char> = candidate.to_lowercase().chars().collect();
        let limit = wanted.len().max(chars.len()).div_ceil(3);
        if candidate == name || wanted.len().abs_diff(chars.len()) > limit {
            continue;
        }
        let distance = edit_distance(&wanted, &chars);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            let mut cost = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

/// The position of a mistake as `file:line:column`, or nothing where it has no place.
#[must_use]
pub fn place(item: &(dyn Diagnostic + Send + Sync), sources: &Sources) -> Option<String> {
    let place = sources.place(primary(item)?.start);
    Some(format!("{}:{}:{}", place.file, place.line, place.column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_the_nearest_name() {
        assert_eq!(did_you_mean("overge", ["usage", "overage"]), Some("overage"));
        assert_eq!(did_you_mean("stutas", ["status"]), Some("status"));
        assert_eq!(did_you_mean("zzz", ["status"]), None);
    }
}
