//! Takes a `sequence` as it is written and gives the fields that it adds: what is said of every entry, then each step and
//! branch with its own. Steps are counted in declared order, arms at the place of their branch.

use std::collections::BTreeMap;

use crate::diagnostics::Diagnostics;
use crate::program::SequencePart;
use crate::program::names::{Declarations, DuplicateName, FieldNode, check_part, check_reserved, reserved_part};
use crate::source::Span;
use crate::syntax::ast::{self, SequenceItem};

/// A field of a sequence, as it is declared.
#[derive(Debug, Clone, Copy)]
pub(in crate::program) struct SequenceNode<'a> {
    /// Its place in [`Declarations::sequences`].
    pub place: usize,
    /// The sequence.
    pub node: &'a ast::Sequence,
    /// What it is.
    pub part: SequencePart,
    /// The step or branch whose it is.
    pub of: Option<&'a ast::Name>,
}

impl SequenceNode<'_> {
    /// Its column.
    pub(in crate::program) fn column(self) -> String {
        self.part.column(&self.node.name.text, self.of.map(|name| name.text.as_str()))
    }

    /// The names of the arms of the branch whose it is.
    pub(in crate::program) fn arms(self) -> Vec<String> {
        let (SequencePart::Arm(at) | SequencePart::DecidedAt(at)) = self.part else { return Vec::new() };
        let branches = branches(self.node);
        let steps = branches.get(at).into_iter().flat_map(|branch| &branch.steps);
        let mut names: Vec<String> = Vec::new();
        for step in steps {
            if !names.contains(&step.name.text) {
                names.push(step.name.text.clone());
            }
        }
        names
    }
}

/// The steps of a sequence, each with the place of the branch that it is an arm of.
pub(in crate::program) fn steps(node: &ast::Sequence) -> Vec<(&ast::Step, Option<usize>)> {
    let mut steps = Vec::new();
    let mut n_branches = 0;
    for item in &node.items {
        match item {
            SequenceItem::Step(step) => steps.push((step.as_ref(), None)),
            SequenceItem::Branch(branch) => {
                steps.extend(branch.steps.iter().map(|step| (step, Some(n_branches))));
                n_branches += 1;
            }
            _ => {}
        }
    }
    steps
}

/// The branches of a sequence.
pub(in crate::program) fn branches<'a>(node: &'a ast::Sequence) -> Vec<&'a ast::Branch> {
    let branch = |item: &'a SequenceItem| if let SequenceItem::Branch(branch) = item { Some(branch) } else { None };
    node.items.iter().filter_map(branch).collect()
}

/// How many syncs there are from each path that has several parts: `upsell.email`.
pub(in crate::program) fn senders(files: &[ast::File]) -> BTreeMap<String, Vec<Span>> {
    let mut senders = BTreeMap::<String, Vec<Span>>::new();
    for declaration in files.iter().flat_map(|file| &file.declarations) {
        if let ast::DeclarationKind::Sync(sync) = &declaration.kind
            && sync.from.parts.len() > 1
        {
            senders.entry(sync.from.dotted()).or_default().push(sync.name.span);
        }
    }
    senders
}

impl<'a> Declarations<'a> {
    /// Adds a sequence and its fields.
    pub(in crate::program) fn add_sequence(
        &mut self,
        doc: Option<&'a String>,
        node: &'a ast::Sequence,
        diags: &mut Diagnostics,
    ) {
        let place = self.sequences.len();
        self.sequences.push((doc, node, self.fields.len()));
        let mut add =
            |doc, part, of| self.fields.push((doc, FieldNode::Sequence(SequenceNode { place, node, part, of })));
        for part in SequencePart::ENTRY {
            add(doc.filter(|_| part == SequencePart::Entry), part, None);
        }
        let mut n_steps = 0;
        let mut step = |add: &mut dyn FnMut(_, _, _), step: &'a ast::Step| {
            let of = Some(&step.name);
            add(step.doc.as_ref(), SequencePart::Step(n_steps), of);
            let from = format!("{}.{}", node.name.text, step.name.text);
            if self.senders.get(&from).is_some_and(|senders| senders.len() == 1) {
                add(None, SequencePart::Sent(n_steps), of);
            }
            if step.until.is_some() {
                add(None, SequencePart::Expired(n_steps), of);
            }
            n_steps += 1;
        };
        let mut n_branches = 0;
        for item in &node.items {
            match item {
                SequenceItem::Step(it) => step(&mut add, it),
                SequenceItem::Branch(branch) => {
                    add(branch.doc.as_ref(), SequencePart::Arm(n_branches), Some(&branch.name));
                    add(None, SequencePart::DecidedAt(n_branches), Some(&branch.name));
                    n_branches += 1;
                    branch.steps.iter().for_each(|it| step(&mut add, it));
                }
                _ => {}
            }
        }
        check_names(node, diags);
    }
}

/// Reports names of steps and branches that two have, or that cannot be one.
fn check_names(node: &ast::Sequence, diags: &mut Diagnostics) {
    let steps = steps(node).into_iter().map(|(step, _)| ("step", &step.name));
    let branches = branches(node).into_iter().map(|branch| ("branch", &branch.name));
    let mut names: Vec<(&'static str, &ast::Name)> = steps.chain(branches).collect();
    names.sort_by_key(|(_, name)| name.span);
    for (at, (what, name)) in names.iter().enumerate() {
        if SequencePart::ENTRY.iter().any(|part| part.word() == Some(name.text.as_str())) {
            diags.push(reserved_part(name, "every entry has it"));
        }
        check_reserved(name, diags);
        check_part(&node.name, (what, name), "__decided_at", diags);
        let first =
            names.iter().take(at).map(|(_, name)| name).find(|other| other.text.eq_ignore_ascii_case(&name.text));
        if let Some(first) = first {
            diags.push(DuplicateName { name: name.text.clone(), at: name.span, first: first.span });
        }
    }
}
