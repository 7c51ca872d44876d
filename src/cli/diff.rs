//! Takes two texts, gives what differs between them, line by line, with three lines around: `-` is the first text,
//! `+` the second. The same texts give nothing.

/// The lines kept around a difference.
const AROUND: usize = 3;
/// How many lines may be gone or new where the fewest are looked for; beyond it, what differs is shown as replaced.
const MOST: usize = 2_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'a> {
    Same(&'a str),
    Gone(&'a str),
    New(&'a str),
}

/// What differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// How many lines the first text has and the second has not.
    pub(super) gone: usize,
    /// How many the second has and the first has not.
    pub(super) new: usize,
    /// Each place with the lines around it, a line each.
    pub(super) hunks: Vec<Vec<String>>,
}

/// What differs; the names head the two sides.
pub(super) fn unified(before: &str, after: &str, before_name: &str, after_name: &str) -> String {
    if before == after {
        return String::new();
    }
    let mut out = format!("--- {before_name}\n+++ {after_name}\n");
    let found = difference(before, after);
    if found.hunks.is_empty() {
        out.push_str("(they differ in the ends of their lines only)\n");
    }
    found.hunks.iter().flatten().for_each(|line| out.extend([line, "\n"]));
    out
}

/// Where two texts differ.
pub(super) fn difference(before: &str, after: &str) -> Difference {
    let lines = compare(&before.lines().collect::<Vec<_>>(), &after.lines().collect::<Vec<_>>());
    let changed: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| !matches!(line, Line::Same(_))).map(|(at, _)| at).collect();
    let mut found = Difference::default();
    let (mut old, mut new) = (0, 0);
    let mut open = false;
    for (at, line) in lines.iter().enumerate() {
        let next = changed.partition_point(|change| *change + AROUND < at);
        let near = changed.get(next).is_some_and(|change| *change <= at + AROUND);
        if near && !open {
            found.hunks.push(vec![format!("@@ line {} -> line {} @@", old + 1, new + 1)]);
        }
        open = near;
        let (mark, text) = match line {
            Line::Same(text) => (' ', text),
            Line::Gone(text) => ('-', text),
            Line::New(text) => ('+', text),
        };
        old += usize::from(mark != '+');
        new += usize::from(mark != '-');
        found.gone += usize::from(mark == '-');
        found.new += usize::from(mark == '+');
        if let Some(hunk) = found.hunks.last_mut().filter(|_| near) {
            hunk.push(format!("{mark}{text}").trim_end().to_owned());
        }
    }
    found
}

fn compare<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<Line<'a>> {
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (before_rest, after_rest) = (before.get(head..).unwrap_or(&[]), after.get(head..).unwrap_or(&[]));
    let tail = before_rest.iter().rev().zip(after_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let gone = before_rest.get(..before_rest.len() - tail).unwrap_or(&[]);
    let new = after_rest.get(..after_rest.len() - tail).unwrap_or(&[]);
    let mut lines: Vec<Line<'a>> = before.iter().take(head).map(|line| Line::Same(line)).collect();
    let replaced = || gone.iter().map(|line| Line::Gone(line)).chain(new.iter().map(|line| Line::New(line))).collect();
    lines.extend(middle(gone, new).unwrap_or_else(replaced));
    lines.extend(before.iter().skip(before.len() - tail).map(|line| Line::Same(line)));
    lines
}

/// The fewest lines that are gone or new: step by step one more of them, as far as each diagonal goes; nothing where they are too
/// many.
fn middle<'a>(before: &[&'a str], after: &[&'a str]) -> Option<Vec<Line<'a>>> {
    // How far into `before` a path has come, by how many more lines are gone than are new; `MOST` stands for none of either.
    let most = MOST.min(before.len() + after.len());
    let mut reach = vec![0_usize; 2 * most + 3];
    let mut steps: Vec<Vec<usize>> = Vec::new();
    let get = |reach: &[usize], at: usize| reach.get(at).copied().unwrap_or(0);
    for count in 0..=most {
        steps.push(reach.get(most + 1 - count..=most + 1 + count).unwrap_or_default().to_vec());
        for at in (most + 1 - count..=most + 1 + count).step_by(2) {
            let goes_down =
                at == most + 1 - count || at != most + 1 + count && get(&reach, at - 1) < get(&reach, at + 1);
            let mut old = if count == 0 {
                0
            } else if goes_down {
                get(&reach, at + 1)
            } else {
                get(&reach, at - 1) + 1
            };
            // Off the lower edge: this diagonal has no such line.
            let Some(mut new) = (old + most + 1).checked_sub(at) else { continue };
            while let (Some(a), Some(b)) = (before.get(old), after.get(new))
                && a == b
            {
                (old, new) = (old + 1, new + 1);
            }
            if let Some(slot) = reach.get_mut(at) {
                *slot = old;
            }
            if old == before.len() && new == after.len() {
                return Some(walked(before, after, &steps));
            }
        }
    }
    None
}

/// The path that the steps have found, from its end to its beginning.
fn walked<'a>(before: &[&'a str], after: &[&'a str], steps: &[Vec<usize>]) -> Vec<Line<'a>> {
    let (mut old, mut new) = (before.len(), after.len());
    let mut lines = Vec::new();
    for (count, reach) in steps.iter().enumerate().rev() {
        // Diagonals stand in `reach` from `-count` to `count`.
        let reached = |diagonal: i64| -> usize {
            let at = usize::try_from(diagonal + count as i64).ok();
            at.and_then(|at| reach.get(at)).copied().unwrap_or(0)
        };
        let diagonal = old as i64 - new as i64;
        let goes_down =
            diagonal == -(count as i64) || diagonal != count as i64 && reached(diagonal - 1) < reached(diagonal + 1);
        let from = if goes_down { diagonal + 1 } else { diagonal - 1 };
        let start = if count == 0 { 0 } else { reached(from) };
        let turn = if count == 0 || goes_down { start } else { start + 1 };
        while old > turn {
            (old, new) = (old - 1, new.saturating_sub(1));
            lines.extend(before.get(old).map(|line| Line::Same(line)));
        }
        if count == 0 {
            break;
        }
        if goes_down {
            new = new.saturating_sub(1);
            lines.extend(after.get(new).map(|line| Line::New(line)));
        } else {
            old = old.saturating_sub(1);
            lines.extend(before.get(old).map(|line| Line::Gone(line)));
        }
    }
    lines.reverse();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_differs_with_lines_around() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let after = "a\nb\nc\nd\nE\nf\ng\nh\ni\n";
        assert_eq!(
            unified(before, after, "old", "new"),
            "--- old\n+++ new\n@@ line 2 -> line 2 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n+i\n"
        );
        assert_eq!(unified(before, before, "old", "new"), "");
    }

    #[test]
    fn every_line_of_both_is_accounted_for() {
        let (before, after) = (["x", "a", "b", "y", "a"], ["a", "y", "b", "a", "z"]);
        let lines = compare(&before, &after);
        let kept = |side: fn(&Line<'_>) -> bool| -> Vec<&str> {
            let text = |line: &Line<'static>| match line {
                Line::Same(text) | Line::Gone(text) | Line::New(text) => *text,
            };
            lines.iter().filter(|line| side(line)).map(text).collect()
        };
        assert_eq!(kept(|line| !matches!(line, Line::New(_))), before);
        assert_eq!(kept(|line| !matches!(line, Line::Gone(_))), after);
        // `a`, `b`, `a` or `a`, `y`, `a` stay.
        assert_eq!(lines.iter().filter(|line| matches!(line, Line::Same(_))).count(), 3);
    }

    #[test]
    fn one_word_at_both_ends_of_a_long_text_is_two_places() {
        let text = |word: &str| {
            let lines: Vec<String> = (0..9_000).map(|at| format!("line {}", at % 7)).collect();
            format!("{word}\n{}\n{word}\n", lines.join("\n"))
        };
        let found = difference(&text("old"), &text("new"));
        assert_eq!((found.gone, found.new, found.hunks.len()), (2, 2, 2));
        let longer: String = (0..5_000).map(|at| format!("{at}\n")).collect();
        let other: String = (5_000..10_000).map(|at| format!("{at}\n")).collect();
        let found = difference(&longer, &other);
        assert_eq!((found.gone, found.new, found.hunks.len()), (5_000, 5_000, 1), "beyond the limit all is replaced");
        assert_eq!(difference("a\n", "a\n"), Difference::default());
    }
}
