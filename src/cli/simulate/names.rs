//! What is to be shown: takes the names of a call, gives which sequences, audiences, statuses, experiments and syncs are meant, or says
//! which name means none.

use std::collections::BTreeSet;

use miette::Diagnostic;

use crate::cli::{Broken, Exit};
use crate::diagnostics::did_you_mean;
use crate::program::{ExperimentPart, FieldId, FieldKind, Program, SequenceId};
use crate::simulate::Node;

/// What is meant; all of it where nothing is named.
pub(super) struct Wanted(Option<BTreeSet<Node>>);

/// A name that means nothing that a simulation shows.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("no sequence, audience, status, experiment or sync is called `{name}`")]
#[diagnostic(code("unknown-simulate-name"))]
struct UnknownName {
    name: String,
    #[help]
    help: String,
}

impl Wanted {
    pub(super) fn of(program: &Program, names: &[String]) -> Result<Self, Broken> {
        if names.is_empty() {
            return Ok(Self(None));
        }
        let all = all(program);
        let mut wanted = BTreeSet::new();
        for name in names {
            let meant: Vec<Node> =
                all.iter().filter(|(whole, short, _)| name == whole || name == short).map(|(.., node)| *node).collect();
            if meant.is_empty() {
                let known = all.iter().flat_map(|(whole, short, _)| [whole.as_str(), short.as_str()]);
                let help = did_you_mean(name, known).map_or_else(
                    || "`plgc lineage` lists what the program declares".to_owned(),
                    |similar| format!("did you mean `{similar}`?"),
                );
                return Err(Broken::new(Exit::Usage, UnknownName { name: name.clone(), help }));
            }
            wanted.extend(meant);
        }
        Ok(Self(Some(wanted)))
    }

    /// Whether it is meant; of a step or a branch, whether its sequence is.
    pub(super) fn has(&self, node: Node) -> bool {
        let whole = node.sequence().map_or(node, Node::Sequence);
        self.0.as_ref().is_none_or(|wanted| wanted.contains(&whole))
    }
}

/// Everything that can be meant: with its entity, alone.
fn all(program: &Program) -> Vec<(String, String, Node)> {
    let entity = |id| &program.entity(id).name;
    let sequences = (0..)
        .map(SequenceId)
        .zip(&program.sequences)
        .map(|(id, it)| (format!("{}.{}", entity(it.entity), it.name), it.name.clone(), Node::Sequence(id)));
    let fields = (0..).map(FieldId).zip(&program.fields).filter(|(_, field)| {
        !field.hidden
            && match field.kind {
                FieldKind::Audience { .. }
                | FieldKind::Status { .. }
                | FieldKind::Experiment(_, ExperimentPart::Arm) => true,
                FieldKind::Trait(_) | FieldKind::Experiment(..) | FieldKind::Sequence(..) => false,
            }
    });
    let fields =
        fields.map(|(id, it)| (format!("{}.{}", entity(it.entity), it.name), it.name.clone(), Node::Field(id)));
    // What a sync from a step sends shows in its sequence.
    let streams = program.streams.iter().map(|it| (it.name.clone(), it.name.clone(), Node::Sequence(it.sequence)));
    let syncs = program.syncs.iter().enumerate().map(|(at, it)| (it.name.clone(), it.name.clone(), Node::Sync(at)));
    sequences.chain(fields).chain(streams).chain(syncs).collect()
}
