//! Takes the declarations with a block that say what is there and where it goes, from sources to syncs, and gives their
//! items.

use crate::syntax::ast::{
    Assign, Column, Declaration, Destination, Entity, EntityItem, Name, Source, Status, Sync, SyncItem, TypeName,
};
use crate::syntax::fmt::declaration::{Printer, was};
use crate::syntax::fmt::expr::{name, quote};
use crate::syntax::fmt::item::{Item, Parts};

impl Printer<'_> {
    pub(super) fn source(&mut self, declaration: &Declaration, head: &str, source: &Source) {
        let mut items = self.columns(declaration, &source.columns);
        if let Some(fresh) = &source.fresh {
            let rest = format!("within {} by {}", self.write.whole(&fresh.within), name(&fresh.by));
            items.push(Item::new(fresh.span.start, "fresh", rest));
        }
        items.sort_by_key(|item| item.at);
        self.block(declaration, head, items);
    }

    fn columns<'a>(&self, declaration: &Declaration, columns: &[Column]) -> Vec<Item<'a>> {
        let labelled = columns.iter().filter(|column| !column.labels.is_empty());
        let width = labelled.map(|column| type_name(&column.kind).chars().count()).max().unwrap_or_default();
        let width = if self.is_one_line_block(declaration) { 0 } else { width };
        let one = |column: &Column| {
            let labels: String = column.labels.iter().map(|label| format!(" label {}", name(label))).collect();
            let kind = type_name(&column.kind);
            let rest = if labels.is_empty() { kind } else { format!("{kind:width$} {labels}") };
            let rest = if width == 0 { rest.replace("  label", " label") } else { rest };
            Item::new(column.name.span.start, name(&column.name), rest)
        };
        columns.iter().map(one).collect()
    }

    pub(super) fn entity_body(&mut self, declaration: &Declaration, head: &str, entity: &Entity) {
        let items = self.entity_list(entity);
        self.block(declaration, head, items);
    }

    pub(super) fn entity_items(&mut self, declaration: &Declaration, entity: &Entity) {
        let items = self.entity_list(entity);
        self.items(declaration.span.end, items, 2);
    }

    fn entity_list<'a>(&self, entity: &Entity) -> Vec<Item<'a>> {
        let one = |item: &EntityItem| match item {
            EntityItem::Key(column) => Item::new(column.span.start, "key", name(column)),
            EntityItem::Unique(column) => Item::new(column.span.start, "unique", name(column)),
            EntityItem::At(column) => Item::new(column.span.start, "at", name(column)),
            EntityItem::Link(link) => {
                let equals = link.equals.as_ref().map(|it| format!(" = {}", name(it))).unwrap_or_default();
                let reverse = link.reverse.as_ref().map(|it| format!(" as {}", name(it))).unwrap_or_default();
                let (from, to, on) = (name(&link.name), name(&link.target), name(&link.on));
                Item::new(link.name.span.start, "link", format!("{from} -> {to} on {on}{equals}{reverse}"))
            }
            EntityItem::Guard(guard) => {
                let limit = self.write.whole(&guard.limit);
                Item::new(guard.span.start, "guard", format!("{} <= {limit}", name(&guard.what)))
            }
        };
        entity.items.iter().map(one).collect()
    }

    pub(super) fn status(&mut self, declaration: &Declaration, head: &str, status: &Status) {
        let mut items: Vec<Item<'_>> = Vec::new();
        for stage in &status.stages {
            let mut rest = match &stage.when {
                Some(when) => format!("when {}", self.write.whole(when)),
                None => "otherwise".to_owned(),
            };
            if let Some(until) = &stage.until {
                rest.push_str(&format!(" until {}", self.write.whole(until)));
            }
            let commented = stage.when.iter().chain(&stage.until).any(|expr| self.lines.commented(expr.span));
            let item = Item::new(stage.name.span.start, was(&stage.name, stage.was.as_ref()), rest);
            let parts = if stage.when.is_some() { Parts::Stage(stage) } else { Parts::None };
            items.push(Item { parts, commented, ..item });
        }
        for moves in &status.moves {
            let chains = moves.chains.iter().map(|moves| (moves.first().map_or(0, |it| it.span.start), chain(moves)));
            items.push(Item::list(moves.span.start, "moves", chains.collect()));
        }
        items.sort_by_key(|item| item.at);
        self.block(declaration, head, items);
    }

    pub(super) fn destination(&mut self, declaration: &Declaration, head: &str, destination: &Destination) {
        let at = declaration.span.start;
        let allows: Vec<_> = destination.allows.iter().map(name).collect();
        let allows_at = destination.allows.first().map(|label| label.span.start);
        if self.is_one_line_block(declaration) {
            let mut items: Vec<String> = Vec::new();
            if !allows.is_empty() {
                items.push(format!("allows {}", allows.join(", ")));
            }
            for object in &destination.objects {
                let fields = self.columns(declaration, &object.fields);
                let fields: Vec<_> = fields.iter().map(|field| format!("{} {}", field.word, field.rest)).collect();
                items.push(format!("{} {{ {} }}", name(&object.name), fields.join(", ")).replace("{  }", "{}"));
            }
            let block = self.lines.text(at, declaration.span.end).contains('{');
            let block =
                if block { format!(" {{ {} }}", items.join("; ")).replace("{  }", "{}") } else { String::new() };
            self.lines.item(at, 0, &format!("{head}{block}"));
            return;
        }
        self.lines.item(at, 0, &format!("{head} {{"));
        self.lines.open();
        let mut allows_at = allows_at;
        for object in &destination.objects {
            if allows_at.is_some_and(|at| at < object.name.span.start) {
                let at = allows_at.take().unwrap_or(at);
                self.lines.item(at, 2, &format!("allows {}", allows.join(", ")));
            }
            self.lines.item(object.name.span.start, 2, &format!("{} {{", name(&object.name)));
            self.lines.open();
            let fields = self.columns(declaration, &object.fields);
            let width = fields.iter().map(|field| field.word.chars().count()).max().unwrap_or_default();
            for field in &fields {
                self.docs_before(field.at, 4);
                self.lines.item(field.at, 4, &format!("{:width$}  {}", field.word, field.rest));
            }
            let end = object.fields.last().map_or(object.name.span.end, |field| field.kind.span.end);
            self.lines.close(end, 2, "}");
        }
        if let Some(at) = allows_at {
            self.lines.item(at, 2, &format!("allows {}", allows.join(", ")));
        }
        self.lines.close(declaration.span.end.saturating_sub(1), 0, "}");
    }

    pub(super) fn sync_body(&mut self, declaration: &Declaration, head: &str, sync: &Sync) {
        let items = self.sync_list(sync);
        self.block(declaration, head, items);
    }

    pub(super) fn sync_items(&mut self, declaration: &Declaration, sync: &Sync) {
        let items = self.sync_list(sync);
        self.items(declaration.span.end, items, 2);
    }

    fn sync_list<'a>(&self, sync: &Sync) -> Vec<Item<'a>> {
        let assign = |it: &Assign| format!("{} = {}", name(&it.name), self.write.whole(&it.value));
        let one = |item: &SyncItem| match item {
            SyncItem::Match(it) => Item::new(it.name.span.start, "match", assign(it)),
            SyncItem::Pick(orders, span) => Item::new(span.start, "pick", format!("by {}", self.write.orders(orders))),
            SyncItem::Set(list) => {
                let at = list.first().map_or(0, |assign| assign.name.span.start);
                Item::list(at, "set", list.iter().map(|it| (it.name.span.start, assign(it))).collect())
            }
            SyncItem::Only(word) => Item::new(word.span.start, name(word), ""),
            SyncItem::Leave(leave) => {
                let set: Vec<_> = leave.set.iter().map(assign).collect();
                let action = name(&leave.action);
                let rest = format!("{action} {}", set.join(", "));
                // Below each other, what is written stands behind `set`.
                let begins = leave.set.iter().map(|it| it.name.span.start);
                let part = |(count, (at, text)): (usize, (u32, &String))| match count {
                    0 => (at, format!("{action} {text}")),
                    _ => (at, format!("{:1$} {text}", "", action.chars().count())),
                };
                let parts = Parts::List(begins.zip(&set).enumerate().map(part).collect());
                Item { parts, ..Item::new(leave.span.start, "leave", rest) }
            }
            SyncItem::Guard(guard) => {
                let limit = self.write.whole(&guard.limit);
                Item::new(guard.span.start, "guard", format!("{} <= {limit}", name(&guard.what)))
            }
            SyncItem::Exempt(it) => {
                let why = quote(&it.because.value);
                Item::new(it.span.start, "exempt", format!("{} because {why}", name(&it.policy)))
            }
        };
        sync.items.iter().map(one).collect()
    }
}

/// `a -> b -> c`
fn chain(stages: &[Name]) -> String {
    stages.iter().map(name).collect::<Vec<_>>().join(" -> ")
}

fn type_name(kind: &TypeName) -> String {
    let arguments: Vec<_> = kind.arguments.iter().map(name).collect();
    let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
    format!("{}{arguments}{}", name(&kind.name), if kind.nullable { "?" } else { "" })
}
