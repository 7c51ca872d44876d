//! Takes the program, gives each sequence, step and branch with the names under which earlier runs may have had it: of each the
//! instant of the first run that had it is filled into the statements.

use crate::manifest::{Born, BornKind};
use crate::program::{FieldId, Program, SequencePart, spoken};

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
        let whole = std::iter::once(&sequence.name).chain(&sequence.was).map(|name| spoken(name)).collect();
        let mut add = |id: FieldId, kind, mut names: Vec<String>, of| {
            let was = names.split_off(1);
            let placeholder = self::name(program, id);
            all.push(Born { name: names.swap_remove(0), kind, placeholder, was, of });
        };
        add(sequence.entry, BornKind::Sequence, whole, sequence.base_names(program));
        for (at, step) in sequence.steps.iter().enumerate() {
            let names = sequence.part_names(SequencePart::Step(at), &step.name);
            add(step.at, BornKind::Step, names, Vec::new());
        }
        for (at, branch) in sequence.branches.iter().enumerate() {
            let names = sequence.part_names(SequencePart::Arm(at), &branch.name);
            add(branch.arm, BornKind::Branch, names, Vec::new());
        }
    }
    all
}
