//! Takes a level or a group, gives the comment lines above its step: what it is, and the declarations that it
//! computes with their documentation and `file:line`.

use super::build::Builder;
use super::frame::FrameId;
use crate::program::{Entity, FieldId, RowsOf};

/// About where a line of names is broken.
const WIDTH: usize = 100;

/// The first line of a documentation.
pub(super) fn first_line(doc: Option<&String>) -> Option<&str> {
    doc.and_then(|doc| doc.lines().map(str::trim).find(|line| !line.is_empty()))
}

impl Builder<'_> {
    /// `overage (upsell.plg:11)`
    fn cited(&self, field: FieldId) -> String {
        let field = self.program.field(field);
        format!("{} ({})", field.name, self.sources.cite(field.span))
    }

    /// The lines above a level.
    pub(super) fn level_comments(&mut self, frame: FrameId, number: usize) -> Vec<String> {
        let parent = number == 1 && self.frame(frame).joins.contains_key("parent run");
        let level = self.frame(frame).level(number);
        let links = !level.joins.is_empty();
        let fields = level.fields.clone();
        let documented: Vec<&str> = fields
            .iter()
            .filter(|(_, since)| !since)
            .filter_map(|(id, _)| first_line(self.program.field(*id).doc.as_ref()))
            .collect();
        let title = match (number, documented.as_slice()) {
            (1, _) => {
                let mut title = "level 1: the row".to_owned();
                if parent {
                    title.push_str(", its parent run");
                }
                if links && !(parent && self.frame(frame).level(1).joins.len() == 1) {
                    title.push_str(", its links and sets");
                }
                title
            }
            (_, [one]) => format!("level {number}: {one}"),
            _ => format!("level {number}"),
        };
        let alone = number > 1 && documented.len() == 1;
        let mut lines = vec![title];
        let mut plain = Vec::new();
        for (field, since) in fields {
            let it = self.program.field(field);
            let name = if since { format!("{}.since", it.name) } else { self.cited(field) };
            match first_line(it.doc.as_ref()) {
                Some(doc) if !since && !alone => lines.push(format!("  {name}: {doc}")),
                _ => plain.push(name),
            }
        }
        lines.extend(wrapped(&plain));
        lines
    }

    /// The lines above a set.
    pub(super) fn group_comments(&mut self, frame: FrameId, place: usize) -> Vec<String> {
        let outer = self.frame(frame).over;
        let Some(group) = self.frames.get(frame).and_then(|it| it.groups.get(place)) else { return Vec::new() };
        let mut title = match self.reverse_of(group.over, &group.ties) {
            Some((reverse, link)) => {
                let to = &self.program.entity(link.to).name;
                format!("{to}.{reverse} ({})", self.sources.cite(link.span))
            }
            None => {
                let rows = match group.over {
                    RowsOf::Entity(entity) => {
                        let Entity { name, span, .. } = self.program.entity(entity);
                        format!("{name} ({})", self.sources.cite(*span))
                    }
                    RowsOf::Source(source) => self.program.source(source).name.join("."),
                };
                let ties: Vec<String> = group.ties.iter().map(|tie| self.tie_name(group.over, tie)).collect();
                if ties.is_empty() { rows } else { format!("{rows} by {}", ties.join(", ")) }
            }
        };
        if group.reads.is_some() {
            title.push_str(&format!(", with what it reads of each {}", self.rows_name(outer)));
        }
        let mut lines = vec![title];
        let names: Vec<String> = group.fields.iter().map(|field| self.cited(*field)).collect();
        lines.extend(wrapped(&names));
        lines
    }
}

/// Names in lines of about the same width.
fn wrapped(names: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut() {
            Some(line) if line.chars().count() + name.chars().count() + 2 <= WIDTH => {
                line.push_str(", ");
                line.push_str(name);
            }
            _ => lines.push(format!("  {name}")),
        }
    }
    lines
}
