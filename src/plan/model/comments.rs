//! Takes a level or a group, gives the comment lines above its step: what it is, and the declarations that it
//! computes with their documentation. Where each is declared is noted for the head of the statement.

use super::build::Builder;
use super::frame::FrameId;
use crate::plan::cites::wrapped;
use crate::plan::fold;
use crate::program::{Entity, FUNNEL_HIDDEN, Field, FieldId, FieldKind, RowsOf, Source, spoken};

/// The first line of a documentation.
pub(super) fn first_line(doc: Option<&String>) -> Option<&str> {
    doc.and_then(|doc| doc.lines().map(str::trim).find(|line| !line.is_empty()))
}

impl Builder<'_> {
    /// The field's name, a part's with a point; notes where it is declared.
    fn cited(&mut self, field: FieldId) -> String {
        let field = self.program.field(field);
        let name = match field.name.strip_prefix(fold::HIDDEN) {
            Some(name) => {
                let (of, word) = name.rsplit_once("__").unwrap_or((name, "there"));
                let said = if word == "member" { "whom it reaches".to_owned() } else { format!("who {word}") };
                format!("{}: {said}", spoken(of))
            }
            None => match field.name.strip_prefix(FUNNEL_HIDDEN) {
                Some(name) if name.contains("__") => spoken(name),
                Some(name) => format!("{name}: how many steps"),
                None => field.spoken(),
            },
        };
        let experiments = self.program.experiments.iter().map(|it| (it.span, &it.name));
        let sequences = self.program.sequences.iter().map(|it| (it.span, &it.name));
        let funnels = self.program.funnels.iter().map(|it| (it.span, &it.name));
        let whole = experiments.chain(sequences).chain(funnels).find(|(span, _)| *span == field.span);
        self.cites.note(field.span, whole.map_or(&name, |(_, whole)| whole));
        name
    }

    /// The lines above a level; `last` is what the last of several is called.
    pub(super) fn level_comments(&mut self, frame: FrameId, number: usize, last: Option<&str>) -> Vec<String> {
        let fields = self.frame(frame).level(number).fields.clone();
        let documented: Vec<&str> = fields
            .iter()
            .filter(|(_, since)| !since)
            .filter_map(|(id, _)| first_line(self.program.field(*id).doc.as_ref()))
            .collect();
        // What is said of one field is no title of several.
        let is_one = fields.iter().filter(|(_, since)| !since).count() == 1;
        let alone = number > 1 && last.is_none() && is_one && !documented.is_empty();
        let title = match (last, number, documented.first()) {
            (Some(last), ..) => format!("level {number}: {last}"),
            (None, 1, _) => self.row_title(frame),
            (None, _, Some(one)) if is_one => format!("level {number}: {one}"),
            (None, ..) => format!("level {number}"),
        };
        let mut lines = vec![title];
        if number == 1 {
            lines.extend(self.row_docs(frame));
        } else if last.is_none() && self.joins_run_before(frame) == Some(number) {
            lines.push("  the row's parent run".to_owned());
        }
        let (mut plain, mut stages) = (Vec::new(), Vec::new());
        for (field, since) in fields {
            let it = self.program.field(field);
            let name = if since { format!("{}.since", it.name) } else { self.cited(field) };
            match first_line(it.doc.as_ref()) {
                Some(doc) if !since && !alone => lines.push(format!("  {name}: {doc}")),
                _ => plain.push(name),
            }
            if !since {
                stages.extend(stage_docs(it));
            }
        }
        lines.extend(wrapped(&plain));
        lines.extend(stages);
        lines
    }

    /// What level 1 is.
    fn row_title(&mut self, frame: FrameId) -> String {
        let parent = self.joins_run_before(frame) == Some(1);
        let joins = self.frame(frame).level(1).joins.len();
        let mut title = "level 1: the row".to_owned();
        if parent {
            title.push_str(", its parent run");
        }
        if joins > usize::from(parent) {
            title.push_str(", its links and sets");
        }
        title
    }

    /// What is said of the source of the rows and of its columns, where they are read from it.
    fn row_docs(&mut self, frame: FrameId) -> Vec<String> {
        let it = self.frame(frame);
        let RowsOf::Entity(entity) = it.over else { return Vec::new() };
        if !it.held.is_empty() {
            return Vec::new();
        }
        let program = self.program;
        let source = program.source(program.entity(entity).source);
        let columns =
            source.columns.iter().filter_map(|it| Some(format!("  {}: {}", it.name, first_line(it.doc.as_ref())?)));
        self.source_doc(source).into_iter().chain(columns).collect()
    }

    /// `source app.users: Who has an account.`
    fn source_doc(&mut self, source: &Source) -> Option<String> {
        let name = source.name.join(".");
        self.cites.note(source.span, &name);
        Some(format!("  source {name}: {}", first_line(source.doc.as_ref())?))
    }

    /// What is said of the rows of a set: of an event or entity, and of the source.
    pub(super) fn set_docs(&mut self, over: RowsOf) -> Vec<String> {
        let (entity, source) = match over {
            RowsOf::Entity(entity) => (Some(self.program.entity(entity)), self.program.entity(entity).source),
            RowsOf::Source(source) => (None, source),
        };
        let entity = entity.and_then(|it| Some(format!("  {}: {}", it.name, first_line(it.doc.as_ref())?)));
        entity.into_iter().chain(self.source_doc(self.program.source(source))).collect()
    }

    /// The lines above a set.
    pub(super) fn group_comments(&mut self, frame: FrameId, place: usize) -> Vec<String> {
        let outer = self.frame(frame).over;
        let Some(group) = self.frames.get(frame).and_then(|it| it.groups.get(place)) else { return Vec::new() };
        let mut title = match self.reverse_of(group.over, &group.ties) {
            Some((reverse, link)) => {
                let title = format!("{}.{reverse}", self.program.entity(link.to).name);
                self.cites.note(link.span, &title);
                title
            }
            None => {
                let rows = match group.over {
                    RowsOf::Entity(entity) => {
                        let Entity { name, span, .. } = self.program.entity(entity);
                        self.cites.note(*span, name);
                        name.clone()
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
        let (over, fields) = (group.over, group.fields.clone());
        lines.extend(self.set_docs(over));
        let names: Vec<String> = fields.into_iter().map(|field| self.cited(field)).collect();
        lines.extend(wrapped(&names));
        lines
    }
}

/// What is said of the stages of a status.
fn stage_docs(field: &Field) -> Vec<String> {
    let FieldKind::Status { stages, .. } = &field.kind else { return Vec::new() };
    let docs = stages.iter().filter_map(|it| Some((&it.name, first_line(it.doc.as_ref())?)));
    docs.map(|(stage, doc)| format!("  {} = {stage}: {doc}", field.name)).collect()
}
