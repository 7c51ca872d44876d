//! Takes a document with places where lines may break, gives text of at most [`WIDTH`] columns where it
//! can: a group stands on one line if it fits, else each of its lines breaks. Promises: text that is there
//! is never changed, only the white space that the document itself has.

use std::borrow::Cow;

/// The width that lines keep to.
pub const WIDTH: usize = 100;

/// A piece of text that may break into lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doc {
    /// Text without a break of its own; a line break within (of a literal) is kept as it is.
    Text(Cow<'static, str>),
    /// A blank, or a line break where the group is broken.
    Line,
    /// Nothing, or a line break where the group is broken.
    Soft,
    /// Always a line break; breaks the groups round it.
    Hard,
    /// One step further in, after each break within.
    Indent(Vec<Doc>),
    /// On one line if it fits.
    Group(Vec<Doc>),
}

impl Doc {
    /// Text.
    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Text(text.into())
    }
}

/// Documents with `between` between them.
#[must_use]
pub fn join(docs: Vec<Doc>, between: &[Doc]) -> Vec<Doc> {
    let mut all = Vec::with_capacity(docs.len() * (between.len() + 1));
    for (at, doc) in docs.into_iter().enumerate() {
        if at > 0 {
            all.extend_from_slice(between);
        }
        all.push(doc);
    }
    all
}

/// Documents behind one more.
#[must_use]
pub fn behind(first: Doc, mut docs: Vec<Doc>) -> Vec<Doc> {
    docs.insert(0, first);
    docs
}

/// A document's text, from the first column on.
#[must_use]
pub fn print(docs: &[Doc]) -> String {
    let mut out = String::new();
    let mut column = 0;
    let mut rest: Vec<(usize, bool, &Doc)> = docs.iter().rev().map(|doc| (0, false, doc)).collect();
    while let Some((indent, flat, doc)) = rest.pop() {
        match doc {
            Doc::Text(text) => {
                out.push_str(text);
                column = after(column, text);
            }
            Doc::Line if flat => {
                out.push(' ');
                column += 1;
            }
            Doc::Soft if flat => {}
            Doc::Line | Doc::Soft | Doc::Hard => {
                out.truncate(out.trim_end_matches(' ').len());
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent));
                column = indent;
            }
            Doc::Indent(inner) => rest.extend(inner.iter().rev().map(|doc| (indent + 2, flat, doc))),
            Doc::Group(inner) => {
                let flat = flat || fits(inner, &rest, WIDTH.saturating_sub(column));
                rest.extend(inner.iter().rev().map(|doc| (indent, flat, doc)));
            }
        }
    }
    out
}

/// The column after some text.
fn after(column: usize, text: &str) -> usize {
    match text.rsplit_once('\n') {
        Some((_, last)) => last.chars().count(),
        None => column + text.chars().count(),
    }
}

/// Whether a group fits on the line, with what follows it up to the next possible break.
fn fits(group: &[Doc], rest: &[(usize, bool, &Doc)], width: usize) -> bool {
    let mut left = width;
    let mut inner: Vec<(bool, &Doc)> = group.iter().rev().map(|doc| (true, doc)).collect();
    let mut outer = rest.iter().rev();
    loop {
        let Some((flat, doc)) = inner.pop().or_else(|| outer.next().map(|(_, flat, doc)| (*flat, *doc))) else {
            return true;
        };
        let used = match doc {
            Doc::Text(text) if text.contains('\n') => {
                return text.lines().next().is_some_and(|first| first.chars().count() <= left);
            }
            Doc::Text(text) => text.chars().count(),
            Doc::Line if flat => 1,
            Doc::Soft if flat => 0,
            Doc::Hard if flat => return false,
            Doc::Line | Doc::Soft | Doc::Hard => return true,
            // A group that follows may break at its first chance.
            Doc::Indent(docs) | Doc::Group(docs) => {
                inner.extend(docs.iter().rev().map(|doc| (flat, doc)));
                0
            }
        };
        match left.checked_sub(used) {
            Some(now) => left = now,
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_breaks_only_where_it_must() {
        let call = |width: usize| {
            let inner = join(vec![Doc::text("a".repeat(width)), Doc::text("b")], &[Doc::text(","), Doc::Line]);
            let inner = behind(Doc::Soft, inner);
            print(&[Doc::Group(vec![Doc::text("F("), Doc::Indent(inner), Doc::Soft, Doc::text(")")])])
        };
        assert_eq!(call(3), "F(aaa, b)");
        assert_eq!(call(96), format!("F(\n  {},\n  b\n)", "a".repeat(96)));
    }
}
