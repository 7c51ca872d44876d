//! Takes programs that are right and asserts what they mean.

use super::*;

const UPSELL: &str = include_str!("upsell.plg");

fn right(text: &str) -> Program {
    let (program, said) = analyzed(&[EXAMPLE, text]);
    let errors: Vec<_> = said.into_iter().filter(|said| !said.starts_with("unused-")).collect();
    assert_eq!(errors, [""; 0], "{text}");
    program
}

fn field<'p>(program: &'p Program, name: &str) -> &'p Field {
    program.fields.iter().find(|field| field.name == name).unwrap()
}

fn value<'p>(program: &'p Program, name: &str) -> &'p Expr {
    match &field(program, name).kind {
        FieldKind::Trait(value) => value,
        FieldKind::Audience { condition, .. } => condition,
        FieldKind::Status { .. } | FieldKind::Experiment(..) | FieldKind::Sequence(..) => {
            panic!("a status has no single value")
        }
    }
}

fn type_of(text: &str) -> String {
    let program = right(&format!("trait x of workspace = {text}"));
    field(&program, "x").typed.to_string()
}

#[test]
fn the_growth_engine_has_a_meaning() {
    let (program, said) = analyzed(&[UPSELL]);
    assert_eq!(said, [""; 0]);
    assert_eq!(program.entities.len(), 6);
    assert_eq!(program.syncs.len(), 2);
    let hidden: Vec<_> = program.fields.iter().filter(|field| field.hidden).map(|field| field.name.as_str()).collect();
    assert_eq!(hidden, ["sync__stage__email", "sync__stage__filter"]);
    assert_eq!(field(&program, "sync__stage__email").labels, ["contact"]);
}

#[test]
fn types_follow_the_language() {
    for (text, expected) in [
        ("seats_used / seats_limit", "float?"),
        ("seats_used / 2", "float"),
        ("seats_used * 2", "int"),
        ("revenue + 1.125", "decimal(14, 3)"),
        ("revenue * 0.25", "decimal(14, 4)"),
        ("revenue * seats_used", "decimal(18, 2)"),
        ("revenue * float(2)", "float"),
        ("now - created_at", "duration"),
        ("(now - created_at) / 1 day", "float?"),
        ("created_at + 1 month", "timestamp"),
        ("date(created_at) + 3 days", "date"),
        ("trial_ends - 3 days", "timestamp?"),
        ("coalesce(trial_ends, now)", "timestamp"),
        ("owner.email", "text?"),
        ("owner is null", "bool"),
        ("case { 1 when seats_used > 3; 2.5 otherwise }", "decimal(18, 1)"),
        ("case { plan when seats_used > 3; free otherwise }", "enum(free, starter, pro)"),
        ("count(users)", "int"),
        ("sum(seats_used from workspace)", "int"),
        ("avg(seats_used from workspace)", "float?"),
        ("max(at from owner.logins)", "timestamp?"),
        ("last(owner.logins).device", "text?"),
        ("rank(seats_used desc per plan)", "int"),
        ("percent_rank(trial_ends)", "float?"),
        ("ntile(4, seats_used)", "int"),
        ("round(revenue)", "int"),
        ("round(revenue, 1)", "decimal(12, 1)"),
        ("25%", "decimal(2, 2)"),
        ("anniversary(created_at, 1 year)", "timestamp?"),
    ] {
        assert_eq!(type_of(text), expected, "{text}");
    }
}

#[test]
fn months_clamp_once() {
    let program = right("trait x of workspace = created_at + 1 month + 1 month - 1 year");
    let ExprKind::Op(Op::Subtract, operands) = &value(&program, "x").kind else { panic!("another shape") };
    assert_eq!(operands.last().unwrap().kind, ExprKind::Literal(Literal::Months(10)));
}

#[test]
fn a_date_opposite_an_instant_is_midnight() {
    let program = right("audience x of workspace where created_at >= @2026-01-15");
    let ExprKind::Op(Op::GreaterEqual, operands) = &value(&program, "x").kind else { panic!("another shape") };
    assert_eq!(operands.last().unwrap().kind, ExprKind::Literal(Literal::Timestamp(1_768_435_200_000_000)));
}

#[test]
fn all_is_none_of_the_others() {
    let program = right("audience x of workspace where all(consent from users where email != '')");
    let ExprKind::Aggregate(aggregate) = &value(&program, "x").kind else { panic!("another shape") };
    assert_eq!(aggregate.op, AggregateOp::None);
    assert!(matches!(&aggregate.set.condition.as_ref().unwrap().kind, ExprKind::Op(Op::And, both) if both.len() == 2));
}

#[test]
fn equalities_tie_a_set() {
    let program = right(
        "audience x of workspace where any(sheets.exclusions where workspace_id = workspace.id and reason = 'vip')",
    );
    let ExprKind::Aggregate(aggregate) = &value(&program, "x").kind else { panic!("another shape") };
    assert_eq!(aggregate.set.ties.len(), 1);
    assert!(matches!(&aggregate.set.condition.as_ref().unwrap().kind, ExprKind::Op(Op::Equal, _)));
}

#[test]
fn a_set_of_its_own_entity_reads_the_outer_row_by_name() {
    let program = right("trait x of workspace = count(workspace as other where other.owner_id = workspace.owner_id)");
    let ExprKind::Aggregate(aggregate) = &value(&program, "x").kind else { panic!("another shape") };
    assert_eq!(aggregate.set.ties.len(), 1);
}

#[test]
fn a_link_that_bears_the_name_of_the_outer_row_is_the_same_row() {
    right("audience x of workspace where any(users where workspace.seats_used > 3)");
    right("audience x of workspace where any(users as u where none(workspace.users where email = u.email))");
    right("audience x of user where any(logins as l where none(user.logins where at within 1 day after l.at))");
}

#[test]
fn opposite_an_enum_a_bare_name_is_its_value() {
    right("trait free of workspace = seats_used = 0\naudience x of workspace where plan = free and workspace.free");
    right(
        "status s of workspace { hot when seats_used > 3; cold otherwise }\naudience x of workspace where s in (hot)",
    );
    right("trait best of workspace = coalesce(plan, free)\naudience x of workspace where free = plan");
}

#[test]
fn fields_read_each_other_across_entities_and_files() {
    let (_, said) = analyzed(&[
        "audience x of workspace where owner.busy\ntrait rich of workspace = revenue > 10",
        EXAMPLE,
        "trait busy of user = workspace.rich",
    ]);
    // The example declares more than is used here.
    let said: Vec<_> = said.into_iter().filter(|said| !said.starts_with("unused-declaration: ")).collect();
    assert_eq!(said, [""; 0]);
}

#[test]
fn a_null_free_condition_makes_a_match_key() {
    for condition in
        ["owner.email is not null", "owner is not null", "owner.email = 'a' and seats_used > 2", "reachable"]
    {
        right(&format!(
            "audience reachable of workspace where owner.email is not null
             sync s from workspace where {condition} to crm.people {{
               match email = owner.email
               pick by seats_used desc
               leave keep
             }}"
        ));
    }
    right(
        "sync s from workspace to crm.people {\n match id = id\n set plan = plan\n leave set plan = 'gone', at = now\n}",
    );
}

#[test]
fn labels_flow_by_value_only() {
    let program = right(
        "trait a of user = concat('<', lower(email), '>')
         trait b of user = email = 'x'
         trait c of user = case { 'a' when email = 'x'; 'b' otherwise }
         trait d of workspace = max(a from users)
         trait e of workspace = count(users where email = 'x')",
    );
    let labels: Vec<_> = ["a", "b", "c", "d", "e"].iter().map(|name| field(&program, name).labels.len()).collect();
    assert_eq!(labels, [1, 0, 0, 1, 0]);
}

#[test]
fn long_chains_need_no_deep_stack() {
    let mut text = "trait t0 of workspace = seats_used\naudience a0 of workspace where t5000 > 3\n".to_owned();
    for n in 1..=5000 {
        text +=
            &format!("trait t{n} of workspace = t{} + 1\naudience a{n} of a{} where seats_used > {n}\n", n - 1, n - 1);
    }
    right(&text);
}

#[test]
fn a_query_is_a_source() {
    let program = right(
        "source paid as sql $$ select id, sum(x) as paid from app.invoices join app.lines using (id) group by id; $$ \
         { id text; paid int }\nentity payer from paid { key id }\naudience x of payer where paid > 3",
    );
    let source = program.sources.iter().find(|source| source.sql.is_some()).unwrap();
    assert_eq!(source.reads, ["app.invoices", "app.lines"]);
    let (program, said) = analyzed(&[
        "source app.logins { id text }",
        "source app.recent as sql $$ select id from APP.Logins $$ { id text }",
    ]);
    let reads: Vec<_> = program.sources.iter().flat_map(|source| &source.reads).collect();
    assert_eq!(reads, ["app.logins"], "{said:?}");
    assert!(source.sql.as_ref().unwrap().ends_with("group by id"));
}
