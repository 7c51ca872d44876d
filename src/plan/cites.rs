//! Takes the declarations that a statement is made of, gives comment lines that say where each stands. All lines of a
//! statement are in this one place: what moves a declaration in its file changes these and no other.

use std::collections::BTreeMap;

use crate::source::{Sources, Span};

/// About where a line of names is broken.
const WIDTH: usize = 100;

/// Declarations by place.
#[derive(Debug, Default)]
pub struct Cites {
    names: BTreeMap<Span, String>,
}

impl Cites {
    /// Notes a declaration.
    pub fn note(&mut self, at: Span, name: &str) {
        self.names.entry(at).or_insert_with(|| name.to_owned());
    }

    /// `from upsell.plg: overage 12, marketable 14`: for each file the names with their lines.
    #[must_use]
    pub fn lines(&self, sources: &Sources) -> Vec<String> {
        let mut files: Vec<(&str, Vec<String>)> = Vec::new();
        for (at, name) in &self.names {
            let place = sources.place(at.start);
            let name = format!("{name} {}", place.line);
            match files.last_mut() {
                Some((file, names)) if *file == place.file => names.push(name),
                _ => files.push((place.file, vec![name])),
            }
        }
        let mut lines = Vec::new();
        for (file, names) in files {
            let mut wrapped = wrapped(&names).into_iter();
            lines.extend(wrapped.next().map(|first| format!("from {file}: {}", first.trim_start())));
            lines.extend(wrapped);
        }
        lines
    }
}

/// Names in lines of about the same width, each two blanks in.
#[must_use]
pub fn wrapped(names: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut width = 0;
    for name in names {
        let more = name.chars().count() + 2;
        match lines.last_mut() {
            Some(line) if width + more <= WIDTH => {
                line.push_str(", ");
                line.push_str(name);
                width += more;
            }
            last => {
                if let Some(last) = last {
                    last.push(',');
                }
                lines.push(format!("  {name}"));
                width = more;
            }
        }
    }
    lines
}

/// The file that a declaration stands in.
#[must_use]
pub fn file(sources: &Sources, at: Span) -> &str {
    sources.place(at.start).file
}
