//! Takes the slices that experiments have of a layer; gives each its place, and reports two that overlap, with what is
//! free.

use std::collections::BTreeMap;

use miette::Diagnostic;
use thiserror::Error;

use crate::program::context::Ctx;
use crate::program::names;
use crate::program::{Slice, percent};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("this slice of layer `{name}` is empty")]
#[diagnostic(code("empty-slice"), help("let it end after it begins: `layer {name} 0%..50%`"))]
struct EmptySlice {
    name: String,
    #[label(primary, "it ends where it begins, or before")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("two experiments take the same part of layer `{name}`")]
#[diagnostic(code("overlapping-slices"))]
struct OverlappingSlices {
    name: String,
    #[label(primary, "{from}..{to} is also taken here")]
    at: Span,
    from: String,
    to: String,
    #[label("by this one")]
    other: Span,
    #[help]
    help: String,
}

impl Ctx<'_> {
    /// A slice of a layer.
    pub(super) fn slice(&mut self, node: &ast::Layer) -> Option<Slice> {
        names::check_declared(&node.name, self.diags);
        let (from, to) = (self.share(&node.from), self.share(&node.to));
        let (from, to) = from.zip(to)?;
        if from >= to {
            self.diags.push(EmptySlice { name: node.name.text.clone(), at: node.span });
            return None;
        }
        Some(Slice { name: node.name.text.clone(), from, to, span: node.span })
    }

    /// Reports slices of one layer that overlap.
    pub(super) fn check_slices(&mut self) {
        let mut layers: BTreeMap<String, Vec<Slice>> = BTreeMap::new();
        for slice in self.program.experiments.iter().filter_map(|it| it.layer.clone()) {
            layers.entry(slice.name.clone()).or_default().push(slice);
        }
        for (name, slices) in layers {
            for (at, slice) in slices.iter().enumerate() {
                let before = slices.iter().take(at);
                let other = before.into_iter().find(|other| other.from < slice.to && slice.from < other.to);
                let Some(other) = other else { continue };
                self.diags.push(OverlappingSlices {
                    name: name.clone(),
                    at: slice.span,
                    from: percent(slice.from.max(other.from)),
                    to: percent(slice.to.min(other.to)),
                    other: other.span,
                    help: free(&slices),
                });
            }
        }
    }
}

/// Says what no slice takes.
fn free(slices: &[Slice]) -> String {
    let mut taken: Vec<(u32, u32)> = slices.iter().map(|slice| (slice.from, slice.to)).collect();
    taken.sort_unstable();
    taken.push((10_000, 10_000));
    let (mut free, mut end) = (Vec::new(), 0);
    for (from, to) in taken {
        if from > end {
            free.push(format!("`{}..{}`", percent(end), percent(from)));
        }
        end = end.max(to);
    }
    if free.is_empty() {
        "make one of the two smaller: nothing is free".to_owned()
    } else {
        format!("take what is free: {}", free.join(" and "))
    }
}
