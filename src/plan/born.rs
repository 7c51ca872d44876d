//! Takes the program, gives each sequence, step and branch with the names under which earlier runs may have had it: of each the
//! instant of the first run that had it is filled into the statements.

use crate::manifest::{Born, BornKind};
use crate::program::{FieldId, FieldKind, Program, SequencePart, spoken};

/// What a placeholder ends with, `:born_upsell` or `:born_upsell__email`, for the sequence, step or branch of which this is the
/// entry, the firing or the arm.
#[must_use]
pub fn name(program: &Program, id: FieldId) -> String {
    let sequence = program.sequences.iter().find(|it| it.entry == id);
    let name = sequence.map_or(&program.field(id).name, |sequence| &sequence.name);
    name.chars().map(|it| if it.is_alphanumeric() { it } else { '_' }).collect()
}

/// All of them, each sequence before its steps and branches.
#[must_use]
pub fn all(program: &Program) -> Vec<Born> {
    let mut all = Vec::new();
    for sequence in &program.sequences {
        let earlier = |id: FieldId| {
            let names = match &program.field(id).kind {
                FieldKind::Sequence(_, SequencePart::Entry) => sequence.was.iter().cloned().collect(),
                FieldKind::Sequence(_, part) => sequence.part_was(*part),
                FieldKind::Trait(_)
                | FieldKind::Audience { .. }
                | FieldKind::Status { .. }
                | FieldKind::Experiment(..) => Vec::new(),
            };
            names.iter().map(|name| spoken(name)).collect()
        };
        let steps = sequence.steps.iter().map(|step| (step.at, BornKind::Step));
        let branches = sequence.branches.iter().map(|branch| (branch.arm, BornKind::Branch));
        let mut add = |id: FieldId, kind, name: &str, of| {
            let placeholder = self::name(program, id);
            all.push(Born { name: spoken(name), kind, placeholder, was: earlier(id), of });
        };
        add(sequence.entry, BornKind::Sequence, &sequence.name, sequence.base_names(program));
        steps.chain(branches).for_each(|(id, kind)| add(id, kind, &program.field(id).name, Vec::new()));
    }
    all
}
