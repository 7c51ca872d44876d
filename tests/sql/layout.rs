//! What the text looks like, line by line. `PLGC_UPDATE=1` writes the models anew; the next run compares them.

use plgc::dialect;
use plgc::plan::rel::{
    Aggregate, Body, Compare, Constant, From, Item, Join, JoinKind, Parameter, Query, Scalar, Select, Sort, Step,
    Table, Window, WindowFunction,
};
use plgc::sql;
use plgc::types::Type;

fn column(alias: &str, name: &str) -> Scalar {
    Scalar::column(alias, name)
}

fn named(value: Scalar, name: &str) -> Item {
    Item::Named(value, name.to_owned())
}

fn from(table: Table, alias: &str) -> From {
    From { table, alias: alias.to_owned() }
}

fn step(name: &str, comments: &[&str], barrier: bool, select: Select) -> Step {
    let comments = comments.iter().map(|&it| it.to_owned()).collect();
    Step { name: name.to_owned(), comments, barrier, body: Body { selects: vec![select], order_by: Vec::new() } }
}

fn now() -> Scalar {
    Scalar::Parameter(Parameter::Now)
}

/// Which workspaces have an open opportunity.
fn opportunities() -> Step {
    let closed = vec![Scalar::text("Closed Won"), Scalar::text("Closed Lost")];
    let open = Scalar::In(Box::new(column("o", "stage")), closed, true);
    let flag = Scalar::Case(vec![(open, Scalar::int(1))], Some(Box::new(Scalar::int(0))));
    let select = Select {
        items: vec![
            named(column("o", "workspace_id"), "workspace_id"),
            named(Scalar::Aggregate(Aggregate::Max(Box::new(flag), Type::Int)), "any_open"),
        ],
        from: Some(from(Table::Source(vec!["salesforce".to_owned(), "opportunity".to_owned()]), "o")),
        filter: vec![
            Scalar::Not(Box::new(column("o", "is_deleted"))),
            column("o", "created_at").compare(Compare::LessEqual, Type::Timestamp, now()),
        ],
        group_by: vec![column("o", "workspace_id")],
        ..Select::default()
    };
    step("opportunities", &["workspace.opportunities (entities.plg:14)", "  sales_engaged"], false, select)
}

/// A status.
fn stage() -> Scalar {
    let grace = Scalar::Constant(Constant::Duration(14 * 86_400_000_000));
    let due = Scalar::Call("timestamp_add".to_owned(), vec![column("p", "since"), grace], Type::Timestamp);
    let overdue = due.compare(Compare::LessEqual, Type::Timestamp, now());
    let locked = Scalar::And(vec![column("w", "over_its_plan"), overdue, column("w", "not_yet_extended")]);
    Scalar::Case(
        vec![(locked, Scalar::text("locked")), (column("w", "over_its_plan"), Scalar::text("warned"))],
        Some(Box::new(Scalar::text("ok"))),
    )
}

/// A level.
fn level() -> Step {
    let by = Sort { by: column("w", "name"), kind: Type::Text, descending: true, nulls_first: false };
    let place = Window { function: WindowFunction::Rank, partition_by: vec![column("w", "plan")], order_by: vec![by] };
    let engaged = vec![column("o", "any_open").equals(Type::Int, Scalar::int(1)), Scalar::bool(false)];
    let join = |table, alias: &str, key: &str| Join {
        kind: JoinKind::Left,
        with: from(table, alias),
        on: vec![column(alias, key).equals(Type::Text, column("w", "id"))],
    };
    let select = Select {
        items: vec![
            Item::All("w".to_owned()),
            named(column("w", "order"), "order"),
            named(stage(), "stage"),
            named(Scalar::Coalesce(engaged), "engaged"),
            named(Scalar::Window(Box::new(place)), "place"),
        ],
        from: Some(from(Table::Source(vec!["app".to_owned(), "Workspaces".to_owned()]), "w")),
        joins: vec![
            join(Table::View("workspace__prev".to_owned()), "p", "id"),
            join(Table::Step("opportunities".to_owned()), "o", "workspace_id"),
        ],
        ..Select::default()
    };
    step("level_1", &[], true, select)
}

/// A model with what models have.
fn model() -> Query {
    let last = Select {
        comments: vec!["the columns of workspace".to_owned()],
        items: vec![named(column("l", "id"), "id"), named(column("l", "stage"), "stage")],
        from: Some(from(Table::Step("level_1".to_owned()), "l")),
        ..Select::default()
    };
    Query { steps: vec![opportunities(), level()], body: Body { selects: vec![last], order_by: Vec::new() } }
}

#[test]
fn a_model_reads_like_a_careful_persons() {
    let comments = ["entity workspace (entities.plg:1)".to_owned()];
    let written = |name: &str| {
        let dialect = dialect::find(name).unwrap();
        sql::create_table_as(&Table::Model("workspace".to_owned()), &comments, &model(), dialect)
    };
    if std::env::var_os("PLGC_UPDATE").is_some() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sql/");
        for name in ["postgres", "sqlite"] {
            std::fs::write(format!("{folder}layout.{name}.sql"), written(name) + "\n").unwrap();
        }
    }
    assert_eq!(written("postgres"), include_str!("layout.postgres.sql").trim_end());
    assert_eq!(written("sqlite"), include_str!("layout.sqlite.sql").trim_end());
}

#[test]
fn parentheses_stand_only_where_they_are_needed() {
    let dialect = dialect::find("postgres").unwrap();
    let text = |it: &Scalar| sql::doc::print(&[sql::scalar::scalar(it, dialect).doc]);
    let call = |name: &str, a: Scalar, b: Scalar| Scalar::Call(name.to_owned(), vec![a, b], Type::Int);
    let x = || column("t", "x");
    let sum = || call("int_add", x(), Scalar::int(-1));
    let less = || x().compare(Compare::Less, Type::Int, Scalar::int(3));
    let cases = [
        (call("int_subtract", sum(), sum()), "t.x + -1 - (t.x + -1)"),
        (call("int_multiply", sum(), x()), "(t.x + -1) * t.x"),
        (call("int_add", call("int_multiply", x(), x()), x()), "t.x * t.x + t.x"),
        (Scalar::Call("int_negate".to_owned(), vec![Scalar::int(-5)], Type::Int), "-(-5)"),
        (Scalar::Not(Box::new(less())), "NOT (t.x < 3)"),
        (Scalar::IsTrue(Box::new(less()), true), "(t.x < 3) IS NOT TRUE"),
        (Scalar::And(vec![Scalar::Or(vec![less(), less()]), less()]), "(t.x < 3 OR t.x < 3) AND t.x < 3"),
        (Scalar::Or(vec![Scalar::And(vec![less(), less()]), less()]), "(t.x < 3 AND t.x < 3) OR t.x < 3"),
        (Scalar::text("a").compare(Compare::Less, Type::Text, x()), "'a' COLLATE \"C\" < t.x"),
        (Scalar::Coalesce(vec![less(), Scalar::bool(false)]), "COALESCE(t.x < 3, FALSE)"),
        (Scalar::int(i64::MIN), "CAST('-9223372036854775808' AS BIGINT)"),
    ];
    for (scalar, expected) in cases {
        assert_eq!(text(&scalar), expected);
    }
}

#[test]
fn names_are_quoted_only_where_they_must_be() {
    let table = |parts: &[&str], name: &str| {
        sql::table(&Table::Source(parts.iter().map(|&it| it.to_owned()).collect()), dialect::find(name).unwrap())
    };
    assert_eq!(table(&["app", "users"], "postgres"), "app.users");
    assert_eq!(table(&["app", "user"], "postgres"), "app.\"user\"");
    assert_eq!(table(&["app", "user"], "sqlite"), "app__user");
    assert_eq!(table(&["Order"], "sqlite"), "\"Order\"");
    assert_eq!(table(&["a\"b", "1x"], "postgres"), "\"a\"\"b\".\"1x\"");
    for dialect in dialect::ALL {
        assert!(dialect.reserved.is_sorted(), "{}", dialect.name);
        assert_eq!(
            sql::table(&Table::Model("order".to_owned()), dialect),
            format!("plg{}order__:run", dialect.schema_separator)
        );
    }
}

#[test]
fn only_the_functions_that_are_used_are_set_up() {
    let postgres = dialect::find("postgres").unwrap();
    let found = sql::setup(postgres, ["SELECT plg_state.to_timestamp(x), plg_state.lower(y)"]);
    let names: Vec<&str> = found.iter().filter_map(|it| it.split(['(', ' ']).nth(4)).collect();
    assert_eq!(names, ["plg_state.lower", "plg_state.to_date", "plg_state.to_timestamp"]);
    assert!(sql::setup(postgres, ["SELECT 1"]).is_empty());
}
