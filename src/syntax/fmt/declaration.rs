//! Takes a file's declarations and gives them line by line: neighbours of one kind in columns, what is too long with
//! `and` and `or` in front of lines of their own.

use crate::source::SourceFile;
use crate::syntax::ast::{Declaration, DeclarationKind, Entity, Expr, ExprKind, File, Name, Policy, Sync};
use crate::syntax::fmt::WIDTH;
use crate::syntax::fmt::expr::{Level, Writer, above, level, name, path, quote};
use crate::syntax::fmt::lines::Lines;
use crate::syntax::layout::{Doc, Layout};

/// The canonical text of a file.
pub(super) fn file(file: &SourceFile, layout: &Layout, tree: &File) -> String {
    let lines = Lines::new(file, tree.comments.clone());
    let idle = |doc: &Doc| {
        doc.lines.first().is_some_and(|line| tree.comments.binary_search_by_key(line, |comment| comment.span).is_ok())
    };
    let docs: Vec<_> = layout.docs.iter().filter(|doc| !idle(doc)).cloned().collect();
    let mut printer = Printer { file, lines, write: Writer { file }, docs: &docs, widths: (0, 0) };
    let mut group_end = 0;
    let mut was_tall = false;
    for (at, declaration) in tree.declarations.iter().enumerate() {
        if at >= group_end {
            group_end = at + printer.group(tree.declarations.get(at..).unwrap_or_default());
            printer.measure(tree.declarations.get(at..group_end).unwrap_or_default());
        }
        let tall = !printer.is_short(declaration);
        if at > 0 && (tall || was_tall) {
            printer.lines.separate();
        }
        printer.docs_before(declaration.span.start, 0);
        printer.declaration(declaration, tall);
        was_tall = tall;
    }
    printer.lines.finish()
}

pub(super) struct Printer<'a> {
    pub file: &'a SourceFile,
    pub lines: Lines<'a>,
    pub write: Writer<'a>,
    docs: &'a [Doc],
    /// The widths of the names and of the `of` clauses of the neighbours in hand.
    widths: (usize, usize),
}

/// A declaration of one line: what is before its value, in columns.
struct Short {
    word: &'static str,
    name: String,
    of: String,
    value: String,
}

impl Short {
    fn text(&self, widths: (usize, usize)) -> String {
        let Self { word, name, of, value } = self;
        if of.is_empty() {
            return format!("{word} {name:w$} {value}", w = widths.0);
        }
        format!("{word} {name:w$} {of:o$} {value}", w = widths.0, o = widths.1)
    }
}

impl Printer<'_> {
    /// The `///` lines of what begins here.
    pub fn docs_before(&mut self, at: u32, indent: usize) {
        let local = (at - self.file.base) as usize;
        if let Ok(found) = self.docs.binary_search_by_key(&local, |doc| doc.at) {
            let docs = self.docs;
            let Some(doc) = docs.get(found) else { return };
            for (line, span) in doc.text.split('\n').zip(&doc.lines) {
                self.lines.item(span.start, indent, format!("/// {line}").trim_end());
            }
        }
    }

    /// The place of what begins here, its documentation included.
    fn start(&self, at: u32) -> u32 {
        let local = (at - self.file.base) as usize;
        let doc = self.docs.binary_search_by_key(&local, |doc| doc.at).ok().and_then(|found| self.docs.get(found));
        doc.and_then(|doc| doc.lines.first()).map_or(at, |line| line.start)
    }

    /// How many declarations from here are neighbours of one line and one kind.
    fn group(&self, rest: &[Declaration]) -> usize {
        let mut count = 1;
        for pair in rest.windows(2) {
            let [a, b] = pair else { break };
            let kind = |it: &Declaration| std::mem::discriminant(&it.kind);
            let between = self.lines.text(a.span.end, self.start(b.span.start));
            let lines = between.split('\n').count();
            let mut inner = between.split('\n').take(lines.saturating_sub(1)).skip(1);
            let gap = inner.any(|line| line.trim().is_empty());
            if kind(a) != kind(b) || gap || !self.is_short(a) || !self.is_short(b) {
                break;
            }
            count += 1;
        }
        count
    }

    fn measure(&mut self, group: &[Declaration]) {
        let shorts: Vec<_> = group.iter().filter_map(|it| self.short(it)).collect();
        let width = |of: fn(&Short) -> &str| shorts.iter().map(|it| of(it).chars().count()).max().unwrap_or_default();
        self.widths = (width(|it| it.name.as_str()), width(|it| it.of.as_str()));
    }

    /// Whether a declaration stands on one line.
    fn is_short(&self, declaration: &Declaration) -> bool {
        let commented = self.lines.commented(declaration.span);
        match self.short(declaration) {
            Some(short) => {
                let text = short.text((0, 0));
                let value = value_of(declaration);
                let spread = value.is_some_and(|value| self.is_spread_case(value));
                !commented && !spread && text.chars().count() <= WIDTH
            }
            None => self.is_one_line_block(declaration),
        }
    }

    /// Whether a block was written on one line, and fits.
    pub fn is_one_line_block(&self, declaration: &Declaration) -> bool {
        let text = self.lines.text(declaration.span.start, declaration.span.end);
        let bare = matches!(&declaration.kind, DeclarationKind::Destination(_)) && !text.contains('{');
        bare || (!text.contains('\n') && !self.lines.commented(declaration.span) && text.chars().count() <= WIDTH)
    }

    /// A `case` that was written on several lines.
    fn is_spread_case(&self, value: &Expr) -> bool {
        matches!(value.kind, ExprKind::Case(_)) && self.lines.text(value.span.start, value.span.end).contains('\n')
    }

    fn short(&self, declaration: &Declaration) -> Option<Short> {
        let (word, name, of, value) = match &declaration.kind {
            DeclarationKind::Let(it) => ("let", name(&it.name), String::new(), equals(&self.write.whole(&it.value))),
            DeclarationKind::Trait(it) => {
                ("trait", name(&it.name), of_as(&it.of, it.alias.as_ref()), equals(&self.write.whole(&it.value)))
            }
            DeclarationKind::RowLink(it) => {
                ("link", name(&it.name), of_as(&it.of, it.alias.as_ref()), equals(&self.write.whole(&it.value)))
            }
            DeclarationKind::Retire(it) => ("retire", path(&it.name), String::new(), String::new()),
            DeclarationKind::Audience(it) => {
                let until = it.until.as_ref().map(|until| format!(" until {}", self.write.whole(until)));
                let value = format!("where {}{}", self.write.whole(&it.condition), until.unwrap_or_default());
                ("audience", was(&it.name, it.was.as_ref()), of_as(&it.of, it.alias.as_ref()), value)
            }
            DeclarationKind::Policy(it) => {
                let of = format!("{}:", of_as(&it.of, it.alias.as_ref()));
                let value = format!("{} where {}", never(it), self.write.whole(&it.condition));
                ("policy", name(&it.name), of, value)
            }
            _ => return None,
        };
        Some(Short { word, name, of, value })
    }

    fn declaration(&mut self, declaration: &Declaration, tall: bool) {
        let at = declaration.span.start;
        if let Some(short) = self.short(declaration) {
            if tall {
                self.tall(declaration, &short);
            } else {
                self.lines.item(at, 0, short.text(self.widths).trim_end());
            }
            return;
        }
        match &declaration.kind {
            DeclarationKind::Source(it) => {
                let sql = it.sql.as_ref().map(|sql| format!(" as sql $${}$$", sql.value)).unwrap_or_default();
                let head = format!("source {}{sql}", path(&it.name));
                self.source(declaration, &head, it);
            }
            DeclarationKind::Entity(it) => self.entity(declaration, "entity", it),
            DeclarationKind::Event(it) => self.entity(declaration, "event", it),
            DeclarationKind::Status(it) => {
                let head = head("status", (&it.name, it.was.as_ref()), (&it.of, it.alias.as_ref()));
                self.status(declaration, &head, it);
            }
            DeclarationKind::Sequence(it) => {
                let head = head("sequence", (&it.name, it.was.as_ref()), (&it.of, it.alias.as_ref()));
                self.sequence(declaration, &head, it);
            }
            DeclarationKind::Channel(it) => {
                let head = head("channel", (&it.name, it.was.as_ref()), (&it.of, None));
                self.channel(declaration, &head, it);
            }
            DeclarationKind::Experiment(it) => {
                let head = head("experiment", (&it.name, it.was.as_ref()), (&it.of, it.alias.as_ref()));
                self.experiment(declaration, &head, it);
            }
            DeclarationKind::Funnel(it) => {
                let head = head("funnel", (&it.name, None), (&it.of, it.alias.as_ref()));
                self.funnel(declaration, &head, it);
            }
            DeclarationKind::Test(it) => self.test(declaration, it),
            DeclarationKind::Destination(it) => {
                let head = format!("destination {} = {}", name(&it.name), name(&it.system));
                self.destination(declaration, &head, it);
            }
            DeclarationKind::Sync(it) => self.sync(declaration, it),
            DeclarationKind::Let(_)
            | DeclarationKind::Trait(_)
            | DeclarationKind::RowLink(_)
            | DeclarationKind::Retire(_)
            | DeclarationKind::Audience(_)
            | DeclarationKind::Policy(_) => {}
        }
    }

    /// A declaration of one clause that does not fit on a line.
    fn tall(&mut self, declaration: &Declaration, short: &Short) {
        let at = declaration.span.start;
        let of = if short.of.is_empty() { String::new() } else { format!(" {}", short.of) };
        let head = format!("{} {}{of}", short.word, short.name);
        if let DeclarationKind::Audience(it) = &declaration.kind {
            self.lines.item(at, 0, &head);
            self.clause("where ", &it.condition, 2, "");
            if let Some(until) = &it.until {
                self.clause("until ", until, 2, "");
            }
            return;
        }
        if let DeclarationKind::Policy(it) = &declaration.kind {
            self.lines.item(at, 0, &format!("{head} {}", never(it)));
            self.clause("where ", &it.condition, 2, "");
            return;
        }
        let Some(value) = value_of(declaration) else { return };
        if let ExprKind::Case(arms) = &value.kind {
            self.lines.item(at, 0, &format!("{head} = case {{"));
            self.lines.open();
            for arm in arms {
                let text = self.write.arm(arm);
                self.lines.item(arm.value.span.start, 2, &text);
            }
            self.lines.close(value.span.end.saturating_sub(1), 0, "}");
            return;
        }
        self.lines.item(at, 0, &format!("{head} ="));
        self.chain("", value, 2, 2, "");
    }

    fn entity(&mut self, declaration: &Declaration, word: &str, entity: &Entity) {
        let head = format!("{word} {} from {}", was(&entity.name, entity.was.as_ref()), path(&entity.from));
        let at = declaration.span.start;
        let one = match &entity.condition {
            Some(condition) => format!("{head} where {}", self.write.whole(condition)),
            None => head.clone(),
        };
        if self.is_one_line_block(declaration) || self.fits(&format!("{one} {{"), entity.condition.as_ref()) {
            self.entity_body(declaration, &one, entity);
        } else if let Some(condition) = &entity.condition {
            self.lines.item(at, 0, &head);
            self.clause("where ", condition, 2, " {");
            self.entity_items(declaration, entity);
        }
    }

    fn sync(&mut self, declaration: &Declaration, sync: &Sync) {
        let alias = sync.alias.as_ref().map(|it| format!(" as {}", name(it))).unwrap_or_default();
        let head = format!("sync {} from {}{alias}", was(&sync.name, sync.was.as_ref()), path(&sync.from));
        let argument = sync.argument.as_ref().map(|text| format!("({})", quote(&text.value))).unwrap_or_default();
        let to = format!("to {}{argument}", path(&sync.to));
        let at = declaration.span.start;
        let one = match &sync.condition {
            Some(condition) => format!("{head} where {} {to}", self.write.whole(condition)),
            None => format!("{head} {to}"),
        };
        if self.is_one_line_block(declaration) || self.fits(&format!("{one} {{"), sync.condition.as_ref()) {
            self.sync_body(declaration, &one, sync);
        } else {
            self.lines.item(at, 0, &head);
            if let Some(condition) = &sync.condition {
                self.clause("where ", condition, 2, "");
            }
            self.lines.more(sync.to.span.start, 2, &format!("{to} {{"));
            self.sync_items(declaration, sync);
        }
    }

    fn fits(&self, text: &str, condition: Option<&Expr>) -> bool {
        let commented = condition.is_some_and(|condition| self.lines.commented(condition.span));
        text.chars().count() <= WIDTH && !commented
    }

    /// A clause on its line, or broken before its operators.
    pub fn clause(&mut self, word: &str, expr: &Expr, indent: usize, end: &str) {
        self.chain(word, expr, indent, indent + 2, end);
    }

    /// Breaks a chain of `and` or `or` that does not fit: the first term behind `before`, the others below.
    pub fn chain(&mut self, before: &str, expr: &Expr, indent: usize, below: usize, end: &str) {
        let whole = self.write.whole(expr);
        let fits = indent + before.len() + whole.chars().count() + end.len() <= WIDTH;
        let ExprKind::Binary { op, .. } = &expr.kind else {
            self.lines.more(self.lines.inner(expr.span), indent, &format!("{before}{whole}{end}"));
            return;
        };
        if level(expr) > Level::And || (fits && !self.lines.commented(expr.span)) {
            self.lines.more(self.lines.inner(expr.span), indent, &format!("{before}{whole}{end}"));
            return;
        }
        let mut terms = Vec::new();
        self.terms(expr, &mut terms);
        let last = terms.len().saturating_sub(1);
        for (at, term) in terms.into_iter().enumerate() {
            let (indent, sign) =
                if at == 0 { (indent, before.to_owned()) } else { (below, format!("{} ", op.symbol())) };
            let end = if at == last { end } else { "" };
            self.term(&sign, term, above(level(expr)), indent, end);
        }
    }

    fn term(&mut self, sign: &str, term: &Expr, least: Level, indent: usize, end: &str) {
        let text = self.write.operand(term, least);
        let fits = indent + sign.len() + text.chars().count() + end.len() <= WIDTH;
        let breaks = matches!(level(term), Level::Or | Level::And);
        if (fits && !self.lines.commented(term.span)) || !breaks {
            self.lines.more(self.lines.inner(term.span), indent, &format!("{sign}{text}{end}"));
            return;
        }
        if level(term) >= least && !self.write.enclosed(term) {
            self.chain(sign, term, indent, indent + 2, end);
            return;
        }
        self.lines.more(term.span.start, indent, &format!("{sign}("));
        self.chain("", term, indent + 2, indent + 2, "");
        self.lines.more(term.span.end.saturating_sub(1), indent, &format!("){end}"));
    }

    /// The operands of a chain, in order.
    fn terms<'e>(&self, expr: &'e Expr, terms: &mut Vec<&'e Expr>) {
        let ExprKind::Binary { op, left, right, .. } = &expr.kind else { return };
        let same = |it: &Expr| matches!(&it.kind, ExprKind::Binary { op: other, .. } if other == op);
        for side in [left, right] {
            if same(side) && !self.write.enclosed(side) {
                self.terms(side, terms);
            } else {
                terms.push(side);
            }
        }
    }
}

fn value_of(declaration: &Declaration) -> Option<&Expr> {
    match &declaration.kind {
        DeclarationKind::Let(it) => Some(&it.value),
        DeclarationKind::Trait(it) => Some(&it.value),
        DeclarationKind::RowLink(it) => Some(&it.value),
        _ => None,
    }
}

fn equals(value: &str) -> String {
    format!("= {value}")
}

/// `never to crm, outreach`
fn never(it: &Policy) -> String {
    let to: Vec<_> = it.to.iter().map(name).collect();
    format!("never to {}", to.join(", "))
}

/// `sequence upsell was old of marketable as m`
fn head(word: &str, (it, old): (&Name, Option<&Name>), (of, alias): (&Name, Option<&Name>)) -> String {
    format!("{word} {} {}", was(it, old), of_as(of, alias))
}

fn of_as(of: &Name, alias: Option<&Name>) -> String {
    let alias = alias.map(|alias| format!(" as {}", name(alias))).unwrap_or_default();
    format!("of {}{alias}", name(of))
}

pub(super) fn was(it: &Name, was: Option<&Name>) -> String {
    let was = was.map(|was| format!(" was {}", name(was))).unwrap_or_default();
    format!("{}{was}", name(it))
}
