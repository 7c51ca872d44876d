//! Takes declarations over a handful of tables, gives the statements of their models: what is scanned, joined and
//! grouped how often, where a third value is paid for, and which entity is built first.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::models;
use crate::diagnostics::Diagnostics;
use crate::dialect;
use crate::plan::Model;
use crate::plan::rel::Table;
use crate::program::{self, Options};
use crate::source::Sources;
use crate::sql;
use crate::syntax;

const TABLES: &str = "
source app.workspaces { id text; plan enum(free, starter, pro); seats_used int; seats_limit int; owner_id text?; extension_until timestamp? }
source app.users { id text; workspace_id text?; email text?; consent bool? }
source app.adds { id text; user_id text?; happened timestamp; amount int? }
source app.mails { id text; type text; recipient text?; created timestamp }
source crm.opportunities { id text; workspace_id text?; stage text? }
source sheets.exclusions { workspace_id text?; reason text? }
entity workspace from app.workspaces { key id
  link owner -> user on owner_id }
entity user from app.users { key id
  unique email
  link workspace -> workspace on workspace_id as users }
entity opportunity from crm.opportunities { key id
  link workspace -> workspace on workspace_id as opportunities }
event add from app.adds { key id
  at happened
  link user -> user on user_id as adds }
event mail from app.mails { key id
  at created
  link user -> user on recipient = email as mails }
";

fn lowered(fields: &str) -> Vec<Model> {
    let mut sources = Sources::default();
    sources.add("t.plg", format!("{TABLES}{fields}")).unwrap();
    let mut diagnostics = Diagnostics::default();
    let files: Vec<_> = sources.files().iter().map(|file| syntax::parse(file, &mut diagnostics)).collect();
    let program = program::analyze(&files, &sources, &Options::default(), &mut diagnostics);
    let errors: Vec<String> = diagnostics
        .finish()
        .iter()
        .filter(|it| crate::diagnostics::is_error(&***it))
        .map(|it| format!("{it} {:?}", crate::diagnostics::place(&**it, &sources)))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let mut models = models(&program, &sources);
    models.retain(|model| !model.keys_only);
    models
}

/// The statements that build a program's models, on one line each, without comments.
fn built(fields: &str) -> Vec<String> {
    let dialect = dialect::find("postgres").unwrap();
    lowered(fields)
        .iter()
        .map(|model| {
            let sql = sql::create_table_as(&Table::Model(model.name.clone()), &[], &model.query, dialect);
            let lines = sql.lines().filter(|line| !line.trim_start().starts_with("--"));
            lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ").replace("( ", "(").replace(" )", ")")
        })
        .collect()
}

fn built_one(fields: &str) -> String {
    let all = built(fields);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.into_iter().next().unwrap()
}

fn has(sql: &str, part: &str) {
    assert!(sql.contains(part), "no `{part}` in\n{sql}");
}

fn has_not(sql: &str, part: &str) {
    assert!(!sql.contains(part), "`{part}` in\n{sql}");
}

#[test]
fn aggregates_of_one_set_share_one_scan_and_one_join() {
    let sql = built_one(
        "trait engaged of workspace = any(opportunities where stage not in ('Won', 'Lost'))
         trait deals of workspace = count(opportunities)
         trait none_open of workspace = none(opportunities where stage not in ('Won', 'Lost'))",
    );
    assert_eq!(sql.matches("FROM crm.opportunities").count(), 1, "{sql}");
    assert_eq!(sql.matches("JOIN").count(), 1, "{sql}");
    has(&sql, "MAX(CASE WHEN (o.stage IN ('Won', 'Lost')) IS NOT TRUE THEN 1 END) AS any_engaged");
    has(&sql, "o.any_engaged IS NOT NULL AS engaged");
    has(&sql, "o.any_engaged IS NULL AS none_open");
    has(&sql, "COALESCE(o.count_deals, 0) AS deals");
}

#[test]
fn a_condition_that_all_share_filters_the_scan() {
    let sql = built_one("trait engaged of workspace = any(opportunities where stage = 'Open')");
    has(&sql, "WHERE o.stage = 'Open' GROUP BY o.workspace_id");
}

#[test]
fn a_field_stands_at_the_level_after_what_it_reads() {
    let sql = built_one(
        "audience small of overage where not engaged
         audience overage of workspace where seats_used > seats_limit
         trait engaged of workspace = any(opportunities)",
    );
    has(&sql, "level_2 AS (SELECT l.*, l.overage AND NOT l.engaged AS small FROM level_1 AS l OFFSET 0)");
    has(
        &sql,
        "SELECT l.id, l.plan, l.seats_used, l.seats_limit, l.owner_id, l.extension_until, l.small, l.overage, l.engaged, CASE",
    );
    has(
        &sql,
        "CASE WHEN l.overage THEN COALESCE(p.overage__since, :now) END AS overage__since FROM level_2 AS l LEFT JOIN plg.workspace__prev AS p ON p.id = l.id",
    );
}

#[test]
fn the_parent_run_is_joined_where_it_is_first_needed() {
    // `lasting` needs it at level 1 and comes after `old`, which needs it at level 2.
    let sql = built_one(
        "audience old of overage where overage.since < now - 5 days
         audience overage of workspace where seats_used > seats_limit
         audience lasting of workspace where seats_used > seats_limit until seats_used < 5",
    );
    has(&sql, "LEFT JOIN plg.workspace__prev AS p ON p.id = w.id OFFSET 0");
    has(&sql, "p.overage__since AS was_overage__since");
    has(
        &sql,
        "(SELECT l.*, CASE WHEN l.overage THEN COALESCE(l.was_overage__since, :now) END AS overage__since FROM level_1 AS l OFFSET 0)",
    );
    has(&sql, "CASE WHEN l.lasting THEN COALESCE(l.was_lasting__since, :now) END AS lasting__since FROM level_3 AS l");

    // Nothing needs it before level 2, and nothing is carried to there.
    let sql = built_one(
        "audience old of overage where overage.since < now - 5 days
         audience overage of workspace where seats_used > seats_limit",
    );
    has(&sql, "CASE WHEN l.overage THEN COALESCE(p.overage__since, :now) END AS overage__since");
    has(&sql, "FROM level_1 AS l LEFT JOIN plg.workspace__prev AS p ON p.id = l.id OFFSET 0");
    has(&sql, "COALESCE(l.was_old__since, :now)");
}

#[test]
fn the_third_value_is_paid_for_where_it_would_leak() {
    let sql = built_one(
        "trait extended of workspace = extension_until > now
         trait not_extended of workspace = not extension_until > now
         trait paid of workspace = plan != free
         trait owner_other of workspace = owner.email != 'a'
         audience vip of workspace where extension_until > now and plan = pro",
    );
    has(&sql, "COALESCE(w.extension_until > :now, FALSE) AS extended");
    has(&sql, "(w.extension_until > :now) IS NOT TRUE AS not_extended");
    has(&sql, "w.plan <> 'free' AS paid");
    has(&sql, "owner.email IS DISTINCT FROM 'a' AS owner_other");
    has(&sql, "COALESCE(w.extension_until > :now AND w.plan = 'pro', FALSE) AS vip");
}

#[test]
fn an_event_is_counted_once_and_only_if_it_has_happened() {
    let sql = built_one("trait adds_made of user = count(adds)");
    has(&sql, "SELECT DISTINCT a.id, a.user_id FROM app.adds AS a WHERE a.happened <= :now");
    let sql = built_one("trait first_add of user = first(happened from adds)");
    has_not(&sql, "DISTINCT");
    has(&sql, "MIN(a.happened)");
}

#[test]
fn a_set_that_reads_the_row_is_grouped_by_the_row() {
    let sql = built_one(
        "audience overage of workspace where seats_used > seats_limit
         trait answered of workspace = any(owner.mails where created > workspace.overage.since)",
    );
    has(&sql, "FROM app.mails AS m JOIN level_2 AS l ON l.owner__email = m.recipient");
    has(&sql, "GROUP BY l.id");
    has(&sql, "LEFT JOIN mails AS m ON m.id = l.id");
}

#[test]
fn a_nested_set_has_the_inner_row_as_its_frame() {
    let sql = built_one("trait left of user = count(adds as a where none(user.mails where created > a.happened))");
    has(&sql, "GROUP BY l.user__id, l.id");
    assert_eq!(sql.matches("SELECT 1 FROM").count(), 0, "{sql}");
}

#[test]
fn previous_sees_all_rows_of_the_set() {
    let sql = built_one("trait grew of user = any(adds where amount > previous(amount))");
    has(&sql, "LAG(l.amount) OVER (PARTITION BY l.user_id ORDER BY l.happened ASC NULLS LAST");
    has(&sql, "WHERE l.amount > l.previous_grew GROUP BY l.user_id");
}

#[test]
fn entities_that_need_each_other_take_the_fewest_passes() {
    let all = lowered(
        "audience active of user where any(adds)
         trait active_users of workspace = count(users where active)
         audience alive of workspace where active_users > 0
         trait colleagues of user = workspace.active_users",
    );
    let names: Vec<(&str, bool)> = all.iter().map(|it| (it.name.as_str(), it.last)).collect();
    assert_eq!(names, [("user__pass_1", false), ("workspace", true), ("user", true)]);
    let columns: Vec<Vec<&str>> =
        all.iter().map(|it| it.columns.iter().map(|column| column.name.as_str()).collect()).collect();
    assert_eq!(
        columns,
        [
            vec!["id", "workspace_id", "email", "consent", "active", "active__since"],
            vec![
                "id",
                "plan",
                "seats_used",
                "seats_limit",
                "owner_id",
                "extension_until",
                "active_users",
                "alive",
                "alive__since"
            ],
            vec!["id", "workspace_id", "email", "consent", "active", "active__since", "colleagues"],
        ]
    );
    let sql = built(
        "audience active of user where any(adds)
         trait active_users of workspace = count(users where active)
         trait colleagues of user = workspace.active_users",
    );
    has(
        sql.last().unwrap(),
        "FROM plg.user__pass_1__:run AS u LEFT JOIN plg.workspace__:run AS workspace ON workspace.id = u.workspace_id",
    );
    has_not(sql.last().unwrap(), "app.adds");
}

#[test]
fn memory_is_read_of_the_parent_run_only_where_it_is_needed() {
    has_not(&built_one("trait big of workspace = seats_limit > 10"), "__prev");
    let sql = built_one(
        "audience big of workspace where seats_limit > 10 until seats_limit < 5
         status size of workspace { large when seats_limit > 100 until seats_limit < 50
           small otherwise }",
    );
    has(&sql, "LEFT JOIN plg.workspace__prev AS p ON p.id = w.id");
    has(&sql, "COALESCE((w.seats_limit > 10 OR p.big) AND w.seats_limit >= 5, FALSE) AS big");
    has(&sql, "(w.seats_limit > 100 OR p.size = 'large') AND w.seats_limit >= 50");
    has(&sql, "CASE WHEN l.size = l.was_size THEN l.was_size__since ELSE :now END AS size__since");
}

#[test]
fn a_place_is_among_those_that_have_one() {
    let sql = built_one(
        "audience big of workspace where seats_limit > 10
         trait place of workspace = rank(seats_used desc per plan among big)
         trait share of workspace = percent_rank(owner.email)",
    );
    has(
        &sql,
        "CASE WHEN l.big THEN RANK() OVER (PARTITION BY l.plan, l.big ORDER BY l.seats_used DESC NULLS LAST) END AS place",
    );
    has(&sql, "CASE WHEN owner.email IS NOT NULL THEN PERCENT_RANK() OVER (");
}

#[test]
fn a_link_to_one_row_shares_the_scan_of_its_set() {
    let sql = built_one(
        "link latest of user = last(adds)
         trait latest_amount of user = latest.amount
         trait latest_at of user = latest.happened
         trait has_one of user = latest is not null",
    );
    assert_eq!(sql.matches("FROM app.adds").count(), 1, "{sql}");
    assert_eq!(sql.matches("ROW_NUMBER()").count(), 1, "{sql}");
    has(&sql, "a.any_row IS NOT NULL AS has_one");
}

#[test]
fn the_same_program_gives_the_same_plan() {
    let fields = "trait a of user = count(adds)
                  trait b of user = median(amount from adds)
                  audience c of user where a > 1 and workspace.plan = pro";
    assert_eq!(built(fields), built(fields));
}
