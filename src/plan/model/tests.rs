#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use super::models;
use crate::dialect;
use crate::plan::rel::Table;
use crate::program::*;
use crate::source::{Sources, Span};
use crate::sql;
use crate::types::{Type, Typed};

/// A program in the making, by hand.
#[derive(Default)]
struct Hand(Program);

fn typed(text: &str) -> Typed {
    let (name, nullable) = text.strip_suffix('?').map_or((text, false), |it| (it, true));
    let kind = match name {
        "text" => Type::Text,
        "int" => Type::Int,
        "float" => Type::Float,
        "bool" => Type::Bool,
        "timestamp" => Type::Timestamp,
        "decimal" => Type::Decimal { precision: 12, scale: 2 },
        other => Type::Enum(other.split('|').map(str::to_owned).collect()),
    };
    Typed { kind, nullable }
}

fn e(typed: Typed, kind: ExprKind) -> Expr {
    Expr { typed, span: Span::default(), kind }
}

fn op(op: Op, operands: Vec<Expr>) -> Expr {
    e(Type::Bool.required(), ExprKind::Op(op, operands))
}

fn text(it: &str) -> Expr {
    e(Type::Text.required(), ExprKind::Literal(Literal::Text(it.to_owned())))
}

fn int(it: i64) -> Expr {
    e(Type::Int.required(), ExprKind::Literal(Literal::Int(it)))
}

fn now() -> Expr {
    e(Type::Timestamp.required(), ExprKind::Now)
}

fn ago(days: i64) -> Expr {
    let days = e(Type::Duration.required(), ExprKind::Literal(Literal::Duration(days * 86_400_000_000)));
    e(Type::Timestamp.required(), ExprKind::Op(Op::Subtract, vec![now(), days]))
}

impl Hand {
    fn source(&mut self, name: &str, columns: &str) -> SourceId {
        let column = |it: &str| {
            let (name, kind) = it.trim().split_once(' ').unwrap();
            Column {
                name: name.to_owned(),
                doc: None,
                typed: typed(kind.trim()),
                labels: vec![],
                span: Span::default(),
            }
        };
        self.0.sources.push(Source {
            name: name.split('.').map(str::to_owned).collect(),
            doc: None,
            span: Span::default(),
            sql: None,
            reads: vec![],
            columns: columns.split(',').map(column).collect(),
            fresh: None,
        });
        SourceId(self.0.sources.len() as u32 - 1)
    }

    fn entity(&mut self, name: &str, source: SourceId, at: Option<&str>) -> EntityId {
        let at = at.map(|at| self.id(source, at));
        self.0.entities.push(Entity {
            name: name.to_owned(),
            doc: None,
            span: Span::default(),
            source,
            condition: None,
            key: ColumnId(0),
            unique: vec![],
            at,
            loses: 0.1,
        });
        EntityId(self.0.entities.len() as u32 - 1)
    }

    fn id(&self, source: SourceId, column: &str) -> ColumnId {
        ColumnId(self.0.source(source).columns.iter().position(|it| it.name == column).unwrap() as u32)
    }

    fn col(&self, over: RowsOf, row: u32, column: &str) -> Expr {
        self.path(over, row, &[], column)
    }

    fn path(&self, over: RowsOf, row: u32, path: &[LinkId], column: &str) -> Expr {
        let over = path.last().map_or(over, |link| RowsOf::Entity(self.0.link(*link).to));
        let source = match over {
            RowsOf::Entity(it) => self.0.entity(it).source,
            RowsOf::Source(it) => it,
        };
        let what = self.id(source, column);
        let mut typed = self.0.source(source).columns[what.0 as usize].typed.clone();
        typed.nullable |= !path.is_empty();
        e(typed, ExprKind::Read { row: RowId(row), path: path.to_vec(), what: What::Column(what) })
    }

    fn field(&self, row: u32, path: &[LinkId], field: FieldId) -> Expr {
        let typed = self.0.field(field).typed.clone();
        e(typed, ExprKind::Read { row: RowId(row), path: path.to_vec(), what: What::Field(field) })
    }

    fn link(&mut self, name: &str, from: EntityId, on: &str, to: EntityId, equals: &str, reverse: &str) -> LinkId {
        let on = self.id(self.0.entity(from).source, on);
        let equals = self.id(self.0.entity(to).source, equals);
        let reverse = (!reverse.is_empty()).then(|| reverse.to_owned());
        self.0.links.push(Link {
            name: name.to_owned(),
            span: Span::default(),
            from,
            to,
            by: LinkBy::Columns { on, equals, reverse },
        });
        LinkId(self.0.links.len() as u32 - 1)
    }

    fn agg(
        &self,
        aggregate: AggregateOp,
        over: RowsOf,
        row: u32,
        tie: (Expr, Expr),
        condition: Option<Expr>,
        value: Option<Expr>,
    ) -> Expr {
        let typed = match aggregate {
            AggregateOp::Any | AggregateOp::None => Type::Bool.required(),
            AggregateOp::Count | AggregateOp::CountDistinct => Type::Int.required(),
            AggregateOp::Avg | AggregateOp::Median | AggregateOp::Percentile(_) => Type::Float.optional(),
            _ => value.as_ref().map_or(Type::Int.optional(), |it| Typed { nullable: true, ..it.typed.clone() }),
        };
        let set = Set {
            row: RowId(row),
            over,
            ties: vec![Tie { inner: tie.0, outer: tie.1 }],
            condition,
            span: Span::default(),
        };
        e(typed, ExprKind::Aggregate(Box::new(Aggregate { op: aggregate, set, value, order: vec![] })))
    }

    fn add(&mut self, entity: EntityId, name: &str, typed: Typed, kind: FieldKind) -> FieldId {
        self.0.fields.push(Field {
            entity,
            name: name.to_owned(),
            doc: None,
            span: Span::default(),
            typed,
            kind,
            hidden: false,
            labels: vec![],
        });
        FieldId(self.0.fields.len() as u32 - 1)
    }

    fn value(&mut self, entity: EntityId, name: &str, expr: Expr) -> FieldId {
        self.add(entity, name, expr.typed.clone(), FieldKind::Trait(expr))
    }

    fn audience(&mut self, entity: EntityId, name: &str, base: Option<FieldId>, condition: Expr) -> FieldId {
        let kind = FieldKind::Audience { base, condition, until: None, was: None };
        self.add(entity, name, Type::Bool.required(), kind)
    }

    fn sql(&self, engine: &str) -> String {
        let dialect = dialect::find(engine).unwrap();
        let mut out = String::new();
        for model in models(&self.0, &Sources::default()) {
            let table = Table::Model(model.name.clone());
            out += &sql::create_table_as(&table, &model.comments, &model.query, dialect);
            out += ";\n\n";
        }
        out
    }
}

#[test]
fn look() {
    let mut p = Hand::default();
    let workspaces = p.source(
        "app.workspaces",
        "id text, plan free|starter|pro, seats_used int, seats_limit int, owner_id text?, extension_until timestamp?",
    );
    let users = p.source("app.users", "id text, email text?, created_at timestamp");
    let opportunity = p.source("salesforce.opportunity", "id text, workspace_id text?, stage text?, amount decimal?");
    let emails = p.source("hubspot.email_event", "id text, type text, recipient text, created timestamp");
    let exclusions = p.source("sheets.exclusions", "workspace_id text?, reason text?");
    let workspace = p.entity("workspace", workspaces, None);
    let user = p.entity("user", users, None);
    let opp = p.entity("opportunity", opportunity, None);
    let mail = p.entity("billing_email", emails, Some("created"));
    let owner = p.link("owner", workspace, "owner_id", user, "id", "");
    p.link("workspace", opp, "workspace_id", workspace, "id", "opportunities");
    p.link("user", mail, "recipient", user, "email", "billing_emails");
    let w = RowsOf::Entity(workspace);
    let (o, m, x) = (RowsOf::Entity(opp), RowsOf::Entity(mail), RowsOf::Source(exclusions));
    let id = || p.col(w, 0, "id");
    let self_serve = op(Op::In, vec![p.col(w, 0, "plan"), text("free"), text("starter")]);
    let usage = e(
        Type::Float.optional(),
        ExprKind::Op(Op::Divide, vec![p.col(w, 0, "seats_used"), p.col(w, 0, "seats_limit")]),
    );
    let extended = op(Op::Greater, vec![p.col(w, 0, "extension_until"), now()]);
    let closed = op(Op::Not, vec![op(Op::In, vec![p.col(o, 7, "stage"), text("Closed Won"), text("Closed Lost")])]);
    let tie = || (p.col(o, 7, "workspace_id"), id());
    let engaged = p.agg(AggregateOp::Any, o, 7, tie(), Some(closed), None);
    let total = p.agg(AggregateOp::Sum, o, 7, tie(), None, Some(p.col(o, 7, "amount")));
    let average = p.agg(AggregateOp::Avg, o, 7, tie(), None, Some(p.col(o, 7, "amount")));
    let median = p.agg(AggregateOp::Median, o, 7, tie(), None, Some(p.col(o, 7, "amount")));
    let usual = p.agg(AggregateOp::Mode, o, 7, tie(), None, Some(p.col(o, 7, "stage")));
    let excluded = p.agg(AggregateOp::Any, x, 3, (p.col(x, 3, "workspace_id"), id()), None, None);
    let mtie = || (p.col(m, 4, "recipient"), p.path(w, 0, &[owner], "email"));
    let reply = op(Op::Equal, vec![p.col(m, 4, "type"), text("REPLY")]);
    let replied = p.agg(AggregateOp::First, m, 4, mtie(), Some(reply.clone()), Some(p.col(m, 4, "created")));
    let recent = op(Op::Greater, vec![p.col(m, 4, "created"), ago(7)]);
    let last = p.agg(AggregateOp::Last, m, 4, mtie(), Some(recent.clone()), Some(p.col(m, 4, "type")));
    let mails = p.agg(AggregateOp::Count, m, 4, mtie(), Some(recent), None);
    let over = op(Op::Greater, vec![p.col(w, 0, "seats_used"), p.col(w, 0, "seats_limit")]);
    let self_serve = p.value(workspace, "self_serve", self_serve);
    let usage = p.value(workspace, "usage", usage);
    let extended = p.value(workspace, "extended", extended);
    let engaged = p.value(workspace, "sales_engaged", engaged);
    p.value(workspace, "pipeline", total);
    p.value(workspace, "average", average);
    p.value(workspace, "median", median);
    p.value(workspace, "usual_stage", usual);
    let excluded = p.value(workspace, "excluded", excluded);
    p.value(workspace, "replied_at", replied);
    p.value(workspace, "last_mail", last);
    p.value(workspace, "mails", mails);
    let over = op(Op::And, vec![p.field(0, &[], self_serve), over]);
    let overage = p.audience(workspace, "overage", None, over);
    let not = |it| op(Op::Not, vec![p.field(0, &[], it)]);
    let marketable = op(Op::And, vec![not(engaged), not(excluded)]);
    let marketable = p.audience(workspace, "marketable", Some(overage), marketable);
    let since = e(Type::Timestamp.optional(), ExprKind::Read { row: OUTER, path: vec![], what: What::Since(overage) });
    let late = p.agg(
        AggregateOp::Any,
        m,
        4,
        (p.col(m, 4, "recipient"), p.path(w, 0, &[owner], "email")),
        Some(op(Op::And, vec![op(Op::Greater, vec![p.col(m, 4, "created"), since]), reply])),
        None,
    );
    p.value(workspace, "late_mail", late);
    let rank = Window {
        op: WindowOp::Rank,
        order: Order { by: p.field(0, &[], usage), descending: true },
        per: vec![p.col(w, 0, "plan")],
        among: Some(marketable),
    };
    p.value(workspace, "place", e(Type::Int.optional(), ExprKind::Window(Box::new(rank))));
    let _ = (extended, int(1));
    println!("{}", p.sql("postgres"));
    println!("{}", p.sql("sqlite"));
}

#[test]
fn look2() {
    let mut p = Hand::default();
    let workspaces = p.source("app.workspaces", "id text, owner_id text?");
    let users = p.source("app.users", "id text, workspace_id text?, email text?");
    let adds = p.source("app.cart_adds", "id text, user_id text?, at timestamp, amount int");
    let orders = p.source("app.orders", "id text, user_id text?, at timestamp");
    let workspace = p.entity("workspace", workspaces, None);
    let user = p.entity("user", users, None);
    let add = p.entity("cart_add", adds, Some("at"));
    let order = p.entity("order", orders, Some("at"));
    let owner = p.link("owner", workspace, "owner_id", user, "id", "");
    let of_workspace = p.link("workspace", user, "workspace_id", workspace, "id", "users");
    let adder = p.link("user", add, "user_id", user, "id", "cart_adds");
    p.link("user", order, "user_id", user, "id", "orders");
    let (w, u, a, o) = (RowsOf::Entity(workspace), RowsOf::Entity(user), RowsOf::Entity(add), RowsOf::Entity(order));
    let day = |it: Expr| {
        let days = e(Type::Duration.required(), ExprKind::Literal(Literal::Duration(86_400_000_000)));
        e(Type::Timestamp.required(), ExprKind::Op(Op::Add, vec![it, days]))
    };
    let near = op(
        Op::And,
        vec![
            op(Op::Less, vec![p.col(a, 1, "at"), p.col(o, 2, "at")]),
            op(Op::LessEqual, vec![p.col(o, 2, "at"), day(p.col(a, 1, "at"))]),
        ],
    );
    let ordered =
        p.agg(AggregateOp::None, o, 2, (p.col(o, 2, "user_id"), p.path(a, 1, &[adder], "id")), Some(near), None);
    let left =
        p.agg(AggregateOp::Count, a, 1, (p.col(a, 1, "user_id"), p.col(u, 0, "id")), Some(ordered.clone()), None);
    p.value(user, "abandoned", left);
    let previous = e(Type::Int.optional(), ExprKind::Previous(Box::new(p.col(a, 1, "amount"))));
    let grew = op(Op::Greater, vec![p.col(a, 1, "amount"), previous]);
    let grew = p.agg(AggregateOp::Any, a, 1, (p.col(a, 1, "user_id"), p.col(u, 0, "id")), Some(grew), None);
    let grew = p.value(user, "grew", grew);
    let latest = p.agg(AggregateOp::Last, a, 1, (p.col(a, 1, "user_id"), p.col(u, 0, "id")), None, None);
    let ExprKind::Aggregate(latest) = latest.kind else { return };
    p.0.links.push(Link { name: "latest".into(), span: Span::default(), from: user, to: add, by: LinkBy::Row(latest) });
    let latest = LinkId(p.0.links.len() as u32 - 1);
    let amount = p.path(u, 0, &[latest], "amount");
    p.value(user, "latest_amount", amount);
    let amount = p.path(w, 0, &[owner, latest], "amount");
    p.value(workspace, "owner_latest_amount", amount);
    let growing = p.agg(
        AggregateOp::Any,
        u,
        1,
        (p.col(u, 1, "workspace_id"), p.col(w, 0, "id")),
        Some(p.field(1, &[], grew)),
        None,
    );
    let growing = p.audience(workspace, "growing", None, growing);
    let mut at = p.field(0, &[of_workspace], growing);
    at.typed.nullable = true;
    let not = op(Op::Not, vec![at]);
    p.audience(user, "lonely", None, not);
    println!("{}", p.sql("postgres"));
}
