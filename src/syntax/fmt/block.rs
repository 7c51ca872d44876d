//! Takes a declaration with a block and gives its head and its items in columns, or all on one line where it was
//! written so.

use crate::syntax::ast::{
    Assign, Column, Declaration, Destination, Entity, EntityItem, Name, Source, Stage, Status, Sync, SyncItem, TypeName,
};
use crate::syntax::fmt::WIDTH;
use crate::syntax::fmt::declaration::Printer;
use crate::syntax::fmt::expr::name;

/// An item: where it stands, its word, the rest, and what can be broken of it.
struct Item<'a> {
    at: u32,
    word: String,
    rest: String,
    stage: Option<&'a Stage>,
    set: &'a [Assign],
    moves: &'a [Vec<Name>],
    /// Whether a comment stands within it.
    commented: bool,
}

impl Item<'_> {
    fn new(at: u32, word: impl Into<String>, rest: impl Into<String>) -> Self {
        Self { at, word: word.into(), rest: rest.into(), stage: None, set: &[], moves: &[], commented: false }
    }
}

impl Printer<'_> {
    /// A block of items whose words stand in a column.
    fn block(&mut self, declaration: &Declaration, head: &str, items: Vec<Item<'_>>) {
        let at = declaration.span.start;
        if self.is_one_line_block(declaration) {
            let items: Vec<_> =
                items.iter().map(|item| format!("{} {}", item.word, item.rest).trim_end().to_owned()).collect();
            self.lines.item(at, 0, &format!("{head} {{ {} }}", items.join("; ")).replace("{  }", "{}"));
            return;
        }
        self.lines.item(at, 0, &format!("{head} {{"));
        self.items(declaration.span.end, items);
    }

    fn items(&mut self, end: u32, mut items: Vec<Item<'_>>) {
        items.sort_by_key(|item| item.at);
        let width = items.iter().map(|item| item.word.chars().count()).max().unwrap_or_default();
        self.lines.open();
        for item in &items {
            self.docs_before(item.at, 2);
            let word = format!("{:width$}  ", item.word);
            let text = format!("{word}{}", item.rest);
            let text = text.trim_end();
            let fits = text.chars().count() + 2 <= WIDTH && !item.commented;
            match item.stage {
                Some(stage) if !fits => self.tall_stage(item, stage),
                _ if item.set.len() > 1 && !fits => self.tall_set(item, &word),
                _ if item.moves.len() > 1 && !fits => self.tall_moves(item, &word),
                _ => self.lines.item(item.at, 2, text),
            }
        }
        self.lines.close(end.saturating_sub(1), 0, "}");
    }

    fn tall_stage(&mut self, item: &Item<'_>, stage: &Stage) {
        self.lines.item(item.at, 2, &item.word);
        if let Some(when) = &stage.when {
            self.clause("when ", when, 4, "");
        }
        if let Some(until) = &stage.until {
            self.clause("until ", until, 4, "");
        }
    }

    fn tall_set(&mut self, item: &Item<'_>, word: &str) {
        let last = item.set.len() - 1;
        for (at, assign) in item.set.iter().enumerate() {
            let comma = if at == last { "" } else { "," };
            let text = format!("{} = {}{comma}", name(&assign.name), self.write.whole(&assign.value));
            if at == 0 {
                self.lines.item(item.at, 2, &format!("{word}{text}"));
            } else {
                self.lines.more(assign.name.span.start, 2 + word.chars().count(), &text);
            }
        }
    }

    fn tall_moves(&mut self, item: &Item<'_>, word: &str) {
        let last = item.moves.len() - 1;
        for (at, moves) in item.moves.iter().enumerate() {
            let text = format!("{}{}", chain(moves), if at == last { "" } else { "," });
            match moves.first() {
                Some(first) if at > 0 => self.lines.more(first.span.start, 2 + word.chars().count(), &text),
                _ => self.lines.item(item.at, 2, &format!("{word}{text}")),
            }
        }
    }

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
        self.items(declaration.span.end, items);
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
            let item = Item::new(stage.name.span.start, name(&stage.name), rest);
            items.push(Item { stage: stage.when.as_ref().map(|_| stage), commented, ..item });
        }
        for moves in &status.moves {
            let chains: Vec<_> = moves.chains.iter().map(|moves| chain(moves)).collect();
            let commented = self.lines.commented(moves.span);
            let item = Item::new(moves.span.start, "moves", chains.join(", "));
            items.push(Item { moves: &moves.chains, commented, ..item });
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
        self.items(declaration.span.end, items);
    }

    fn sync_list<'a>(&self, sync: &'a Sync) -> Vec<Item<'a>> {
        let assigns = |list: &[Assign]| {
            let one = |it: &Assign| format!("{} = {}", name(&it.name), self.write.whole(&it.value));
            list.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        let one = |item: &'a SyncItem| match item {
            SyncItem::Match(assign) => {
                Item::new(assign.name.span.start, "match", assigns(std::slice::from_ref(assign)))
            }
            SyncItem::Pick(orders, span) => Item::new(span.start, "pick", format!("by {}", self.write.orders(orders))),
            SyncItem::Set(list) => {
                let at = list.first().map_or(0, |assign| assign.name.span.start);
                Item { set: list, ..Item::new(at, "set", assigns(list)) }
            }
            SyncItem::Only(word) => Item::new(word.span.start, name(word), ""),
            SyncItem::Leave(leave) => {
                Item::new(leave.span.start, "leave", format!("{} {}", name(&leave.action), assigns(&leave.set)))
            }
            SyncItem::Guard(guard) => {
                let limit = self.write.whole(&guard.limit);
                Item::new(guard.span.start, "guard", format!("{} <= {limit}", name(&guard.what)))
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
