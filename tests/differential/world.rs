//! The sources and entities that random programs are about: people in teams, what they did, and a plain table. Column
//! names differ everywhere, so that a bare name has one meaning.

/// A type, as far as the generator needs it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Int,
    Decimal,
    Float,
    Bool,
    Text,
    /// An enum, by its place among those known.
    Enum(usize),
    Date,
    Timestamp,
    Duration,
    Json,
}

/// The values of the enums that columns have.
pub const ENUMS: [&[&str]; 2] = [&["pro", "free", "starter"], &["open", "click", "on hold"]];

/// The types of values that fields have.
pub const KINDS: [Kind; 10] = [
    Kind::Int,
    Kind::Decimal,
    Kind::Float,
    Kind::Bool,
    Kind::Text,
    Kind::Enum(0),
    Kind::Enum(1),
    Kind::Date,
    Kind::Timestamp,
    Kind::Duration,
];

/// A column: its name, its type as it is written, how its values are made.
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub written: &'static str,
    pub values: Values,
}

/// How the values of a column are made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Of its type.
    Any,
    /// A key of its own.
    Key,
    /// The key of another, by its place in [`shapes`].
    Of(usize),
    /// The mail of a person.
    Mail,
    /// A float whose sums are exact.
    Quarter,
}

/// An entity, an event or a source.
pub struct Shape {
    pub name: &'static str,
    pub source: &'static str,
    pub columns: Vec<Column>,
    /// Name, and where it leads.
    pub links: Vec<(String, usize)>,
    /// Name, and of what it is a set.
    pub reverse: Vec<(&'static str, usize)>,
    pub event: bool,
    /// The lines in its block.
    pub items: &'static str,
    /// Conditions that it may have.
    pub conditions: &'static [&'static str],
}

pub const TEAM: usize = 0;
pub const PERSON: usize = 1;
pub const HIT: usize = 2;
pub const DEAL: usize = 3;
pub const NOTE: usize = 4;

fn column(name: &'static str, kind: Kind, written: &'static str, values: Values) -> Column {
    Column { name, kind, written, values }
}

fn team() -> Shape {
    use Kind::{Bool, Date, Decimal, Enum, Float, Int, Text, Timestamp};
    let columns = vec![
        column("t_id", Text, "text", Values::Key),
        column("t_tier", Enum(0), "enum(pro, free, starter)?", Values::Any),
        column("t_size", Int, "int?", Values::Any),
        column("t_budget", Decimal, "decimal(10, 2)?", Values::Any),
        column("t_score", Float, "float?", Values::Quarter),
        column("t_open", Bool, "bool?", Values::Any),
        column("t_born", Date, "date?", Values::Any),
        column("t_seen", Timestamp, "timestamp?", Values::Any),
        column("t_name", Text, "text?", Values::Any),
        column("t_lead", Int, "int?", Values::Of(PERSON)),
    ];
    Shape {
        name: "team",
        source: "app.teams",
        columns,
        links: vec![("lead".to_owned(), PERSON)],
        reverse: vec![("members", PERSON), ("deals", DEAL)],
        event: false,
        items: "key t_id\n  link lead -> person on t_lead as led",
        conditions: &["not t_open", "t_size is null or t_size != 3", "t_tier in (pro, free)", "lower(t_name) != 'a'"],
    }
}

fn person() -> Shape {
    use Kind::{Bool, Date, Decimal, Enum, Float, Int, Json, Text, Timestamp};
    let columns = vec![
        column("p_id", Int, "int", Values::Key),
        column("p_team", Text, "text?", Values::Of(TEAM)),
        column("p_boss", Int, "int?", Values::Of(PERSON)),
        column("p_mail", Text, "text?", Values::Mail),
        column("p_n", Int, "int", Values::Any),
        column("p_m", Int, "int?", Values::Any),
        column("p_rank", Decimal, "decimal(8, 3)?", Values::Any),
        column("p_odd", Float, "float?", Values::Any),
        column("p_flag", Bool, "bool?", Values::Any),
        column("p_ok", Bool, "bool", Values::Any),
        column("p_word", Text, "text?", Values::Any),
        column("p_name", Text, "text", Values::Any),
        column("p_tier", Enum(0), "enum(pro, free, starter)?", Values::Any),
        column("p_day", Date, "date?", Values::Any),
        column("p_at", Timestamp, "timestamp?", Values::Any),
        column("p_made", Timestamp, "timestamp", Values::Any),
        column("p_json", Json, "json?", Values::Any),
    ];
    Shape {
        name: "person",
        source: "app.people",
        columns,
        links: vec![("crew".to_owned(), TEAM), ("chief".to_owned(), PERSON)],
        reverse: vec![("reports", PERSON), ("hits", HIT), ("mails", HIT), ("led", TEAM)],
        event: false,
        items: "key p_id\n  unique p_mail\n  link crew -> team on p_team as members\n  link chief -> person on p_boss as reports",
        conditions: &["p_flag is null or p_ok", "p_n != p_m", "p_word not in ('a', '')", "p_day < @2026-01-10"],
    }
}

fn events() -> [Shape; 2] {
    use Kind::{Bool, Date, Decimal, Enum, Float, Int, Text, Timestamp};
    let hit = vec![
        column("h_id", Text, "text", Values::Key),
        column("h_at", Timestamp, "timestamp", Values::Any),
        column("h_who", Int, "int?", Values::Of(PERSON)),
        column("h_mail", Text, "text?", Values::Mail),
        column("h_kind", Enum(1), "enum(open, click, \"on hold\")?", Values::Any),
        column("h_size", Int, "int?", Values::Any),
        column("h_worth", Decimal, "decimal(10, 2)?", Values::Any),
        column("h_label", Text, "text?", Values::Any),
        column("h_share", Float, "float?", Values::Quarter),
        column("h_on", Bool, "bool?", Values::Any),
    ];
    let deal = vec![
        column("d_id", Int, "int", Values::Key),
        column("d_day", Date, "date", Values::Any),
        column("d_team", Text, "text?", Values::Of(TEAM)),
        column("d_n", Int, "int?", Values::Any),
        column("d_tier", Enum(0), "enum(pro, free, starter)?", Values::Any),
        column("d_end", Timestamp, "timestamp?", Values::Any),
    ];
    [
        Shape {
            name: "hit",
            source: "app.hits",
            columns: hit,
            links: vec![("actor".to_owned(), PERSON), ("reader".to_owned(), PERSON)],
            reverse: Vec::new(),
            event: true,
            items: "key h_id\n  at h_at\n  link actor -> person on h_who as hits\n  link reader -> person on h_mail = p_mail as mails",
            conditions: &["h_kind != click", "h_size > 0 or h_on", "not (h_label = 'A')"],
        },
        Shape {
            name: "deal",
            source: "app.deals",
            columns: deal,
            links: vec![("buyer".to_owned(), TEAM)],
            reverse: Vec::new(),
            event: true,
            items: "key d_id\n  at d_day\n  link buyer -> team on d_team as deals",
            conditions: &["d_n is not null", "d_tier != pro"],
        },
    ]
}

/// Everything, each at its place.
pub fn shapes() -> Vec<Shape> {
    use Kind::{Date, Int, Text};
    let [hit, deal] = events();
    let columns = vec![
        column("n_who", Int, "int?", Values::Of(PERSON)),
        column("n_word", Text, "text?", Values::Any),
        column("n_n", Int, "int?", Values::Any),
        column("n_day", Date, "date?", Values::Any),
    ];
    let note = Shape {
        name: "app.notes",
        source: "app.notes",
        columns,
        links: Vec::new(),
        reverse: Vec::new(),
        event: false,
        items: "",
        conditions: &[],
    };
    vec![team(), person(), hit, deal, note]
}
