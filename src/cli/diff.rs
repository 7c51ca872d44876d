//! Takes two texts, gives what differs between them, line by line, with three lines around: `-` is the first text,
//! `+` the second. The same texts give nothing.

/// The lines kept around a difference.
const AROUND: usize = 3;
/// The largest table of the exact comparison; beyond it, what differs is shown as replaced.
const CELLS: usize = 4_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'a> {
    Same(&'a str),
    Gone(&'a str),
    New(&'a str),
}

/// What differs; the names head the two sides.
pub(super) fn unified(before: &str, after: &str, before_name: &str, after_name: &str) -> String {
    if before == after {
        return String::new();
    }
    let lines = compare(&before.lines().collect::<Vec<_>>(), &after.lines().collect::<Vec<_>>());
    let mut out = format!("--- {before_name}\n+++ {after_name}\n");
    let changed: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| !matches!(line, Line::Same(_))).map(|(at, _)| at).collect();
    if changed.is_empty() {
        out.push_str("(they differ in the ends of their lines only)\n");
    }
    let (mut old, mut new) = (0, 0);
    let mut open = false;
    for (at, line) in lines.iter().enumerate() {
        let next = changed.partition_point(|change| *change + AROUND < at);
        let near = changed.get(next).is_some_and(|change| *change <= at + AROUND);
        if near && !open {
            out.push_str(&format!("@@ line {} -> line {} @@\n", old + 1, new + 1));
        }
        open = near;
        let (mark, text) = match line {
            Line::Same(text) => (' ', text),
            Line::Gone(text) => ('-', text),
            Line::New(text) => ('+', text),
        };
        old += usize::from(mark != '+');
        new += usize::from(mark != '-');
        if near {
            out.push_str(format!("{mark}{text}").trim_end());
            out.push('\n');
        }
    }
    out
}

fn compare<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<Line<'a>> {
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (before_rest, after_rest) = (before.get(head..).unwrap_or(&[]), after.get(head..).unwrap_or(&[]));
    let tail = before_rest.iter().rev().zip(after_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let gone = before_rest.get(..before_rest.len() - tail).unwrap_or(&[]);
    let new = after_rest.get(..after_rest.len() - tail).unwrap_or(&[]);
    let mut lines: Vec<Line<'a>> = before.iter().take(head).map(|line| Line::Same(line)).collect();
    if gone.len().saturating_mul(new.len()) > CELLS {
        lines.extend(gone.iter().map(|line| Line::Gone(line)).chain(new.iter().map(|line| Line::New(line))));
    } else {
        lines.extend(middle(gone, new));
    }
    lines.extend(before.iter().skip(before.len() - tail).map(|line| Line::Same(line)));
    lines
}

/// The longest common subsequence, by the table of its lengths.
fn middle<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<Line<'a>> {
    let width = after.len() + 1;
    let mut lengths = vec![0_u32; (before.len() + 1) * width];
    let at = |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in before.iter().enumerate().rev() {
        for (j, b) in after.iter().enumerate().rev() {
            let length = if a == b {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(cell) = lengths.get_mut(i * width + j) {
                *cell = length;
            }
        }
    }
    let mut lines = Vec::new();
    let (mut i, mut j) = (0, 0);
    loop {
        match (before.get(i), after.get(j)) {
            (Some(a), Some(b)) if a == b => {
                lines.push(Line::Same(a));
                i += 1;
                j += 1;
            }
            (Some(a), Some(_)) if at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) => {
                lines.push(Line::Gone(a));
                i += 1;
            }
            (Some(a), None) => {
                lines.push(Line::Gone(a));
                i += 1;
            }
            (_, Some(b)) => {
                lines.push(Line::New(b));
                j += 1;
            }
            (None, None) => return lines,
        }
    }
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
    }
}
