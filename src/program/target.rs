//! Takes what a sync says of its destination and gives the destination and the object; and says what of an object's name, or
//! of what is written to it, cannot be meant.

use miette::Diagnostic;
use thiserror::Error;

use super::DestinationId;
use super::context::Ctx;
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("no object of `{name}` is named")]
#[diagnostic(code("missing-object"), help("write `to {name}.object`"))]
struct MissingObject {
    name: String,
    #[label(primary, "to which object?")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{system}` takes nothing in parentheses")]
#[diagnostic(code("unexpected-argument"), help("remove the parentheses"))]
struct UnexpectedArgument {
    system: String,
    #[label(primary, "this has no meaning there")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{object}` cannot be an object of `{system}`: it {what}")]
#[diagnostic(code("bad-object"))]
struct BadObject {
    object: String,
    system: &'static str,
    what: &'static str,
    #[label(primary, "this {what}")]
    at: Span,
    #[help]
    help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("who comes back keeps `{field}` as `leave set` wrote it")]
#[diagnostic(
    code("leave-set-stays"),
    severity(Warning),
    help("write it in `set` too: `{field} = null`, or what it should be then")
)]
struct LeaveSetStays {
    field: String,
    #[label(primary, "no `set` writes it")]
    at: Span,
}

impl Ctx<'_> {
    pub(super) fn sync_target(&mut self, node: &ast::Sync) -> Option<(DestinationId, String)> {
        let (first, rest) = node.to.parts.split_first()?;
        let id = self.destination_named(first)?;
        if rest.is_empty() {
            self.diags.push(MissingObject { name: first.text.clone(), at: node.to.span });
            return None;
        }
        if let Some(argument) = &node.argument {
            let system = self.program.destination(id).system.clone();
            let takes = crate::destination::find(&system).is_none_or(|spec| spec.argument.is_some());
            if !takes {
                self.diags.push(UnexpectedArgument { system, at: argument.span });
            }
        }
        let object = rest.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".");
        let system = &self.program.destination(id).system;
        if let Some(spec) = crate::destination::find(system)
            && let Err(wrong) = (spec.object)(&object)
        {
            let at = rest.iter().map(|part| part.span).reduce(|first, last| first.to(last)).unwrap_or(node.to.span);
            self.diags.push(BadObject { object, system: spec.name, what: wrong.what, at, help: wrong.help });
            return None;
        }
        Some((id, object))
    }

    /// Warns of a field that is written when a row leaves, and never again.
    pub(super) fn stays(&mut self, assign: &ast::Assign) {
        self.diags.push(LeaveSetStays { field: assign.name.text.clone(), at: assign.name.span });
    }
}
