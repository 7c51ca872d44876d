//! Takes a name that is declared, reports what it cannot be: empty, longer than a warehouse keeps, one that the compiler gives itself, or
//! one that stands for something else already.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnostics::Diagnostics;
use crate::dialect::names::{LONGEST, LONGEST_DECLARED};
use crate::source::Span;
use crate::syntax::ast;

#[derive(Debug, Error, Diagnostic)]
#[error("a name without a letter")]
#[diagnostic(code("empty-name"), help("write a name"))]
struct EmptyName {
    #[label(primary, "nothing could call it")]
    at: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is declared twice")]
#[diagnostic(code("duplicate-name"), help("rename one of the two"))]
pub(in crate::program) struct DuplicateName {
    pub name: String,
    #[label(primary, "declared again here")]
    pub at: Span,
    #[label("first declared here")]
    pub first: Span,
}

#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is a reserved name")]
#[diagnostic(code("reserved-name"))]
pub(in crate::program) struct ReservedName {
    name: String,
    #[label(primary, "{why}")]
    at: Span,
    why: &'static str,
    #[help]
    help: String,
}

#[derive(Debug, Error, Diagnostic)]
#[error("the name `{name}` has {found} bytes; {whose} has at most {most}")]
#[diagnostic(code("name-too-long"))]
struct NameTooLong {
    name: String,
    found: usize,
    whose: &'static str,
    most: usize,
    #[label(primary, "warehouses would cut it")]
    at: Span,
    #[help]
    help: &'static str,
}

#[derive(Debug, Error, Diagnostic)]
#[error("the name of {what} `{name}` has {found} bytes; `{of}` leaves it {room}")]
#[diagnostic(code("name-too-long"))]
struct PartTooLong {
    what: &'static str,
    name: String,
    found: usize,
    room: usize,
    of: String,
    #[label(primary, "its columns bear both names, and warehouses would cut them")]
    at: Span,
    #[help]
    help: String,
}

/// Reports a declared name that cannot be a table's or column's with its additions.
pub(in crate::program) fn check_declared(name: &ast::Name, diags: &mut Diagnostics) {
    check_some(name, diags);
    check_reserved(name, diags);
    check_length(name, ("a declared one", LONGEST_DECLARED), "choose a shorter name", diags);
}

/// Reports a part of a source's name that no warehouse can have.
pub(in crate::program) fn check_source(part: &ast::Name, diags: &mut Diagnostics) {
    check_some(part, diags);
    check_length(
        part,
        ("a schema's or table's", LONGEST),
        "read the table under a shorter name, such as a view's",
        diags,
    );
}

/// Reports a name without a character.
fn check_some(name: &ast::Name, diags: &mut Diagnostics) {
    if name.text.trim().is_empty() && name.quoted {
        diags.push(EmptyName { at: name.span });
    }
}

fn check_length(name: &ast::Name, (whose, most): (&'static str, usize), help: &'static str, diags: &mut Diagnostics) {
    let found = name.text.len();
    if found > most {
        diags.push(NameTooLong { name: name.text.clone(), found, whose, most, at: name.span, help });
    }
}

/// Reports a declared name that the compiler keeps for itself.
pub(in crate::program) fn check_reserved(name: &ast::Name, diags: &mut Diagnostics) {
    let (why, help) = if name.text == "now" {
        ("`now` is the run's instant everywhere", "choose another name".to_owned())
    } else if name.text.contains("__") {
        ("`__` separates the parts of generated names", format!("write `{}`", single_underscores(&name.text)))
    } else {
        return;
    };
    diags.push(ReservedName { name: name.text.clone(), at: name.span, why, help });
}

/// Reports a column that would have the name of a generated one, or one that no warehouse can have.
pub(in crate::program) fn check_column(name: &ast::Name, diags: &mut Diagnostics) {
    check_some(name, diags);
    check_length(name, ("a column's", LONGEST), "rename the column in an `as sql` source", diags);
    let text = name.text.to_lowercase();
    let is_generated =
        ["sync__", "policy__", "row__", "sequence__", "funnel__"].iter().any(|begin| text.starts_with(begin));
    if is_generated || text.ends_with("__since") || text.ends_with("__enrolled_at") {
        diags.push(reserved_column(&name.text, name.span));
    }
}

/// Reports a part of a declaration that leaves no room for its columns' names: they bear both names, and `end` behind them.
pub(in crate::program) fn check_part(
    of: &ast::Name,
    (what, name): (&'static str, &ast::Name),
    end: &str,
    diags: &mut Diagnostics,
) {
    let (found, taken) = (name.text.len(), of.text.len() + "__".len() + end.len());
    let room = LONGEST.saturating_sub(taken);
    if found <= room {
        return;
    }
    let help = if room < SHORT {
        format!("give `{}` a shorter name, too: of {} bytes, it leaves {room} to a {what}", of.text, of.text.len())
    } else {
        format!("choose a name of at most {room} bytes, or a shorter one for `{}`", of.text)
    };
    diags.push(PartTooLong { what, name: name.text.clone(), found, room, of: of.text.clone(), at: name.span, help });
}

/// A name of fewer bytes says little.
const SHORT: usize = 8;

/// The mistake of a part that has the name of one that is always there.
pub(in crate::program) fn reserved_part(name: &ast::Name, why: &'static str) -> ReservedName {
    ReservedName { name: name.text.clone(), at: name.span, why, help: "choose another name".to_owned() }
}

/// The mistake of a group of a funnel that has the name of a column which its views have anyway.
pub(in crate::program) fn reserved_group(name: &str, at: Span) -> ReservedName {
    let why = "every funnel has a column of this name";
    ReservedName { name: name.to_owned(), at, why, help: "group by a trait of it that has another name".to_owned() }
}

/// The mistake of a column that has the name of a generated one.
pub(in crate::program) fn reserved_column(name: &str, at: Span) -> ReservedName {
    ReservedName {
        name: name.to_owned(),
        at,
        why: "generated columns have such names",
        help: "rename the column in an `as sql` source".to_owned(),
    }
}

/// Reports a goal's name that is another part's of its experiment, or cannot be one.
pub(in crate::program) fn check_goal(of: &ast::Name, goal: &ast::Goal, before: &[&ast::Name], diags: &mut Diagnostics) {
    let name = &goal.name;
    if matches!(name.text.as_str(), "enrolled_at" | "phase") {
        diags.push(reserved_part(name, "every experiment has it"));
    } else if let Some(first) = before.iter().find(|other| other.text.eq_ignore_ascii_case(&name.text)) {
        diags.push(DuplicateName { name: name.text.clone(), at: name.span, first: first.span });
    }
    check_reserved(name, diags);
    check_part(of, ("goal", name), "", diags);
}

fn single_underscores(name: &str) -> String {
    let mut out = String::new();
    for char in name.chars() {
        if char != '_' || !out.ends_with('_') {
            out.push(char);
        }
    }
    out
}
