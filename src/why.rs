//! Takes a field and a row, gives why the field has its value: the tree of its conditions, each with the row's values and
//! whether it holds, and the nearest changes that would make it another one. Computed by the reference evaluator.

mod experiment;
mod flip;
mod sending;
mod sequence;

pub use sending::{explain_policy, explain_sync};

use serde::Serialize;

use crate::eval::{Look, Receipt, RowAt, Stop, Value};
use crate::program::{AggregateOp, Expr, ExprKind, Field, FieldId, FieldKind, OUTER, Op, Program, Stage, What};
use crate::source::Sources;
use crate::test::compare::shown;
use crate::types::Type;

/// Keys that are named of a set.
const NAMED: usize = 5;
/// Fields are opened up to here.
const DEEPEST: usize = 12;

/// A condition or value, with what is below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// What is written, on one line.
    pub text: String,
    /// Whether it holds; nothing for what is no condition.
    pub holds: Option<bool>,
    /// What it read: names with values.
    pub reads: Vec<(String, String)>,
    /// Since when, of an audience or a status.
    pub since: Option<String>,
    /// What it is made of.
    pub below: Vec<Node>,
}

/// Why a field has its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    /// The field: `workspace.overage`.
    pub field: String,
    /// The row's key.
    pub key: String,
    /// The run's instant.
    pub now: String,
    /// The value.
    pub value: String,
    /// Since when, of an audience or a status.
    pub since: Option<String>,
    /// The tree.
    pub tree: Vec<Node>,
    /// The nearest change: the smallest list of conditions that would make it another value, and that value.
    pub nearest: Option<Nearest>,
    /// When it becomes another value if nothing but time passes, within a year.
    pub waits_until: Option<String>,
    /// The syncs that send the rows of an audience, or the firings of a step; of a policy, those to its destinations.
    pub syncs: Vec<Node>,
}

/// A change that would make a field another value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Nearest {
    /// The other value.
    pub value: String,
    /// What would have to be so, all of it.
    pub changes: Vec<String>,
}

/// What an explanation looks at.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// The program.
    pub program: &'a Program,
    /// Its files.
    pub sources: &'a Sources,
    /// The run.
    pub look: &'a Look<'a>,
    /// The row.
    pub row: RowAt,
    /// Whether the entry in view, of a sequence, is one that begins in this run.
    pub fresh: bool,
    /// What destinations have accepted of firings, up to the run's instant.
    pub accepted: &'a [Receipt],
    /// What they have accepted of the sync of rows that is asked for, in order of time.
    pub written: &'a [Written],
}

/// What a destination has accepted of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its key there.
    pub key: String,
    /// What was done: `create`, `update`, `delete`, `clear` or `set`.
    pub op: String,
    /// The `now` of the run that sent it.
    pub at: i64,
}

fn said(text: &str, holds: Option<bool>) -> Node {
    Node { text: text.to_owned(), holds, reads: Vec::new(), since: None, below: Vec::new() }
}

/// Explains a field of a row.
///
/// # Errors
/// Where a value does not fit into its type.
pub fn explain(about: About<'_>, id: FieldId, key: &str) -> Result<Why, Stop> {
    let field = about.program.field(id);
    let (value, since) = about.look.field(id, about.row)?;
    let now = shown(&Value::Timestamp(about.look.now()), &Type::Timestamp);
    Ok(Why {
        field: format!("{}.{}", about.program.entity(field.entity).name, field.spoken()),
        key: key.to_owned(),
        now,
        value: shown(&value, &field.typed.kind),
        since: about.instant(&since),
        tree: about.of_field(field, 0)?,
        nearest: flip::nearest(about, id, &value)?,
        waits_until: None,
        syncs: about.syncs(id)?,
    })
}

impl About<'_> {
    fn instant(&self, value: &Value) -> Option<String> {
        (!value.is_null()).then(|| shown(value, &Type::Timestamp))
    }

    /// What a field is made of.
    fn of_field(&self, field: &Field, depth: usize) -> Result<Vec<Node>, Stop> {
        if depth > DEEPEST {
            return Ok(Vec::new());
        }
        match &field.kind {
            FieldKind::Trait(value) => {
                let mut node = self.node(value, depth)?;
                // The head has said it.
                node.reads.retain(|(name, _)| depth > 0 || (name != "value" && *name != node.text));
                Ok(vec![node])
            }
            FieldKind::Audience { base, condition, until, .. } => {
                let mut nodes = Vec::new();
                if let Some(base) = base {
                    nodes.push(self.field_node(*base, depth)?);
                }
                nodes.extend(self.operands(Op::And, condition, depth)?);
                if let Some(until) = until {
                    nodes.push(self.ended(until, depth)?);
                }
                Ok(nodes)
            }
            FieldKind::Status { stages, .. } => self.stages(stages, depth),
            FieldKind::Experiment(id, _) => self.enrolment(self.program.experiment(*id), depth),
            FieldKind::Sequence(id, part) => self.passage(*id, *part, depth),
        }
    }

    /// The stages up to the one that holds.
    fn stages(&self, stages: &[Stage], depth: usize) -> Result<Vec<Node>, Stop> {
        let mut nodes = Vec::new();
        for stage in stages {
            let holds = stage.when.as_ref().map_or(Ok(true), |when| self.holds(when))?;
            let mut below = match &stage.when {
                Some(when) => self.operands(Op::And, when, depth)?,
                None => Vec::new(),
            };
            if let Some(until) = &stage.until {
                below.push(self.ended(until, depth)?);
            }
            let word = if stage.when.is_some() { "when" } else { "otherwise" };
            let text = format!("{} {word}", stage.name);
            nodes.push(Node { text, holds: Some(holds), reads: Vec::new(), since: None, below });
            if holds && stage.until.is_none() {
                break;
            }
        }
        Ok(nodes)
    }

    /// `until B`, which ends it where it holds.
    fn ended(&self, until: &Expr, depth: usize) -> Result<Node, Stop> {
        let node = self.node(until, depth)?;
        // So that what is marked as it should be is what keeps the row in.
        Ok(Node { text: format!("not ended by {}", node.text), holds: node.holds.map(|holds| !holds), ..node })
    }

    /// An expression over the row.
    fn value(&self, expr: &Expr) -> Result<Value, Stop> {
        self.look.value(expr, self.row, self.fresh)
    }

    fn holds(&self, expr: &Expr) -> Result<bool, Stop> {
        Ok(self.value(expr)?.holds())
    }

    /// The operands of an operator, or the expression as the only one.
    fn operands(&self, op: Op, expr: &Expr, depth: usize) -> Result<Vec<Node>, Stop> {
        match &expr.kind {
            ExprKind::Op(found, operands) if *found == op && !expr.is_one_thing() => {
                operands.iter().map(|operand| self.node(operand, depth)).collect()
            }
            _ => Ok(vec![self.node(expr, depth)?]),
        }
    }

    /// A field of the same row, opened.
    fn field_node(&self, id: FieldId, depth: usize) -> Result<Node, Stop> {
        let field = self.program.field(id);
        let (value, since) = self.look.field(id, self.row)?;
        let is_condition = field.typed.kind == Type::Bool;
        Ok(Node {
            text: field.name.clone(),
            holds: is_condition.then(|| value.holds()),
            reads: if is_condition { Vec::new() } else { vec![(field.name.clone(), shown(&value, &field.typed.kind))] },
            since: self.instant(&since),
            below: self.of_field(field, depth + 1)?,
        })
    }

    /// An expression with what it read.
    fn node(&self, expr: &Expr, depth: usize) -> Result<Node, Stop> {
        if let Some(id) = own_field(expr).filter(|_| expr.typed.kind == Type::Bool) {
            return self.field_node(id, depth);
        }
        let value = self.value(expr)?;
        let is_condition = expr.typed.kind == Type::Bool;
        let mut node = Node {
            text: self.sources.on_one_line(expr.span),
            holds: is_condition.then(|| value.holds()),
            reads: Vec::new(),
            since: None,
            below: Vec::new(),
        };
        match &expr.kind {
            ExprKind::Op(op @ (Op::And | Op::Or), _) if !expr.is_one_thing() => {
                node.text = if *op == Op::And { "all of" } else { "one of" }.to_owned();
                node.below = self.operands(*op, expr, depth)?;
            }
            ExprKind::Op(Op::Not, operands) => {
                for inner in operands {
                    let inner = self.node(inner, depth)?;
                    if inner.below.is_empty() { node.reads = inner.reads } else { node.below.push(inner) }
                }
            }
            _ => self.read(expr, &mut node.reads)?,
        }
        if !is_condition {
            node.reads.insert(0, ("value".to_owned(), shown(&value, &expr.typed.kind)));
        }
        Ok(node)
    }

    /// The values that an expression reads of the row, and what its sets hold.
    fn read(&self, expr: &Expr, reads: &mut Vec<(String, String)>) -> Result<(), Stop> {
        let mut add = |name: String, value: String| {
            if !reads.iter().any(|(known, _)| *known == name) {
                reads.push((name, value));
            }
        };
        match &expr.kind {
            ExprKind::Read { row: OUTER, .. } => {
                add(self.sources.on_one_line(expr.span), shown(&self.value(expr)?, &expr.typed.kind));
            }
            ExprKind::Aggregate(aggregate) => {
                let (rows, keys) = self.look.members(aggregate, self.row, NAMED)?;
                let more = if rows > keys.len() && !keys.is_empty() { ", …" } else { "" };
                let keys = if keys.is_empty() { String::new() } else { format!(": {}{more}", keys.join(", ")) };
                add("rows".to_owned(), format!("{rows}{keys}"));
                if !matches!(aggregate.op, AggregateOp::Any | AggregateOp::None | AggregateOp::Count) {
                    add(self.sources.on_one_line(expr.span), shown(&self.value(expr)?, &expr.typed.kind));
                }
            }
            ExprKind::Now => add("now".to_owned(), shown(&Value::Timestamp(self.look.now()), &Type::Timestamp)),
            _ => {
                for part in expr.parts() {
                    self.read(part, reads)?;
                }
            }
        }
        Ok(())
    }
}

/// The field of the same row that an expression is, if it is one.
fn own_field(expr: &Expr) -> Option<FieldId> {
    match &expr.kind {
        ExprKind::Read { row: OUTER, path, what: What::Field(id) } if path.is_empty() => Some(*id),
        _ => None,
    }
}
