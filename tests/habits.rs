//! What people write out of habit: each has one mistake, whose help is the one beside it, and none once that is applied.
//! The programs continue `docs/example.plg`.

mod memory;
mod sequence;

use plgc::diagnostics::{Diagnostics, is_error};
use plgc::dialect;
use plgc::program::Options;
use plgc::source::Sources;

/// The help of each error of a program, after its message.
fn said(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    sources.add("example.plg", include_str!("../docs/example.plg")).expect("room");
    sources.add("habit.plg", text).expect("room");
    let mut diags = Diagnostics::default();
    plgc::compile(&sources, &Options::default(), dialect::ALL[0], &mut diags);
    let found = diags.finish();
    let errors = found.iter().filter(|it| is_error(it.as_ref()));
    errors.map(|it| it.help().map_or_else(|| format!("no help: {it}"), |help| help.to_string())).collect()
}

/// What is written, what is said to do, and the program after that.
type Habit = (&'static str, &'static str, &'static str);

const HABITS: &[Habit] = &[
    // Values.
    (
        "trait a of workspace = name || ' ' || plan",
        "write `concat(name, ' ', plan)`",
        "trait a of workspace = concat(name, ' ', text(plan))",
    ),
    (
        "audience a of workspace where plan = free || seats_used > 3",
        "write `or`",
        "audience a of workspace where plan = free or seats_used > 3",
    ),
    (
        "trait a of workspace = name || owner_id",
        "write `concat(name, owner_id)` for the text of both, or `or` between conditions",
        "trait a of workspace = concat(name, owner_id)",
    ),
    (
        "trait a of workspace = cast(seats_used as varchar)",
        "write `text(seats_used)`",
        "trait a of workspace = text(seats_used)",
    ),
    ("trait a of workspace = seats_used::text", "write `text(seats_used)`", "trait a of workspace = text(seats_used)"),
    (
        "trait a of workspace = owner_id ?? 'none'",
        "write `coalesce(a, b)`",
        "trait a of workspace = coalesce(owner_id, 'none')",
    ),
    (
        "trait a of user = count(distinct device from logins)",
        "write `count_distinct(x from SET)`",
        "trait a of user = count_distinct(device from logins)",
    ),
    (
        "trait a of workspace = pick(email from users order by email)",
        "write `by` alone",
        "trait a of workspace = pick(email from users by email)",
    ),
    (
        "trait lo of workspace = case { low when seats_used < 3; 'high' otherwise }",
        "write `'low'`, if the text is meant",
        "trait lo of workspace = case { 'low' when seats_used < 3; 'high' otherwise }",
    ),
    (
        "trait a of workspace = case { 'low' when seats_used < 3; 'high' else }",
        "write `otherwise` in place of `else`",
        "trait a of workspace = case { 'low' when seats_used < 3; 'high' otherwise }",
    ),
    (
        "trait a of workspace = rank(seats_used desc among seats_used > 2)",
        "declare the condition as an audience, and write its name behind `among`",
        "audience large of workspace where seats_used > 2\ntrait a of workspace = rank(seats_used desc among large)",
    ),
    // Conditions.
    (
        "audience a of user where consent is true",
        "write `consent` in place of `consent is true`",
        "audience a of user where consent",
    ),
    (
        "audience a of user where consent is false",
        "write `not consent` in place of `consent is false`",
        "audience a of user where not consent",
    ),
    (
        "audience a of user where any(logins) is not true",
        "remove `is not true`, and write `not` before the condition",
        "audience a of user where not any(logins)",
    ),
    ("audience a of user where email is 'x'", "write `=` in place of `is`", "audience a of user where email = 'x'"),
    (
        "audience a of user where email is not 'x'",
        "write `!=` in place of `is not`",
        "audience a of user where email != 'x'",
    ),
    (
        "audience a of workspace where not null(owner_id)",
        "write `owner_id is not null`",
        "audience a of workspace where owner_id is not null",
    ),
    (
        "audience a of workspace where plan in free, pro",
        "write the list in parentheses: `in (free, pro)`",
        "audience a of workspace where plan in (free, pro)",
    ),
    (
        "audience a of workspace where seats_used in 3..5",
        "write `3 <= seats_used and seats_used <= 5`",
        "audience a of workspace where 3 <= seats_used and seats_used <= 5",
    ),
    ("audience a of workspace where seats_used => 3", "write `>=`", "audience a of workspace where seats_used >= 3"),
    (
        "audience a of workspace where seats_used / seats_limit > 80 %",
        "write `%` at the number: `80%`",
        "audience a of workspace where seats_used / seats_limit > 80%",
    ),
    (
        "audience a of user where email = abc@example.com",
        "write a text in quotes: `'abc@example.com'`",
        "audience a of user where email = 'abc@example.com'",
    ),
    // Time.
    (
        "audience a of workspace where created_at within 3day",
        "write `3 days`",
        "audience a of workspace where created_at within 3 days",
    ),
    (
        "audience a of workspace where created_at within 2 wks",
        "write `weeks`",
        "audience a of workspace where created_at within 2 weeks",
    ),
    (
        "audience a of workspace where created_at > 7 days ago",
        "write `now - 7 days` in place of `7 days ago`",
        "audience a of workspace where created_at > now - 7 days",
    ),
    (
        "audience a of workspace where created_at > @2026-1-1",
        "write `@2026-01-01`",
        "audience a of workspace where created_at > @2026-01-01",
    ),
    (
        "audience a of workspace where created_at > @2026-01-01 09:00",
        "write `@2026-01-01T09:00Z`, which is in UTC",
        "audience a of workspace where created_at > @2026-01-01T09:00Z",
    ),
    // Heads.
    (
        "audience a where seats_used > 3",
        "name the entity before `where`, as in `of workspace`",
        "audience a of workspace where seats_used > 3",
    ),
    ("trait a = seats_used", "name the entity before `=`, as in `of workspace`", "trait a of workspace = seats_used"),
    ("trait a from workspace = seats_used", "write `of` in place of `from`", "trait a of workspace = seats_used"),
    (
        "trait a: int of workspace = seats_used",
        "remove `: int`: the type is the value's",
        "trait a of workspace = seats_used",
    ),
    (
        "audience a of workspace = seats_used > 3",
        "write `where` in place of `=`",
        "audience a of workspace where seats_used > 3",
    ),
    ("let big := 3", "write `=` in place of `:=`", "let big = 3"),
    // Policies.
    (
        "policy p of workspace { }",
        "write `: never to DESTINATION where CONDITION` behind the entity",
        "policy p of workspace: never to crm where seats_used > 3",
    ),
    (
        "policy p of workspace never to crm where seats_used > 3",
        "write `:` before `never`",
        "policy p of workspace: never to crm where seats_used > 3",
    ),
    (
        "policy p of workspace: never crm where seats_used > 3",
        "write `to` before `crm`",
        "policy p of workspace: never to crm where seats_used > 3",
    ),
    (
        "policy p of workspace: to crm where seats_used > 3",
        "write `never` before `to`",
        "policy p of workspace: never to crm where seats_used > 3",
    ),
    (
        "policy p of workspace: never to crm when seats_used > 3",
        "write `where` in place of `when`",
        "policy p of workspace: never to crm where seats_used > 3",
    ),
    (
        "policy p of workspace: never to crm unless plan = pro",
        "write `where not` in place of `unless`",
        "policy p of workspace: never to crm where not plan = pro",
    ),
    (
        "policy p of workspace: never to crm",
        "add `where`, and the condition under which nothing goes there",
        "policy p of workspace: never to crm where seats_used > 3",
    ),
    (
        "policy p of workspace: never to crm.accounts where seats_used > 3",
        "remove `.accounts`: a policy is about all that goes to a destination",
        "policy p of workspace: never to crm where seats_used > 3",
    ),
    (
        "destination flags = jsonl\npolicy p of workspace: never to crm and flags where seats_used > 3",
        "write `,` in place of `and`",
        "destination flags = jsonl\npolicy p of workspace: never to crm, flags where seats_used > 3",
    ),
    (
        "policy p of workspace: never to crm where plan = pro\nsync s from workspace to crm.s { match id = id; exempt p; leave keep }",
        "add `because '…'`, with the reason between the quotes",
        "policy p of workspace: never to crm where plan = pro\nsync s from workspace to crm.s { match id = id; exempt p because 'sales asked'; leave keep }",
    ),
    (
        "policy p of workspace: never to crm where plan = pro\nsync s from workspace to crm.s { match id = id; exempt p 'sales asked'; leave keep }",
        "write `because` before `'sales asked'`",
        "policy p of workspace: never to crm where plan = pro\nsync s from workspace to crm.s { match id = id; exempt p because 'sales asked'; leave keep }",
    ),
    // Columns and items.
    ("source a.b { text name }", "write the name first: `name text`", "source a.b { name text }"),
    (
        "source a.b { name text not null }",
        "remove `not null`: a column whose type has no `?` is never null",
        "source a.b { name text }",
    ),
    (
        "source a.b { name text null }",
        "write `?` at the end of the type, in place of `null`",
        "source a.b { name text? }",
    ),
    ("source a.b { name: text }", "remove `:`: the type follows the name", "source a.b { name text }"),
    (
        "status s of workspace {\n big: seats_used > 3\n small otherwise\n}",
        "write `when` in place of `:`",
        "status s of workspace {\n big when seats_used > 3\n small otherwise\n}",
    ),
    (
        "status s of workspace {\n big when seats_used > 3\n small else\n}",
        "write `otherwise` in place of `else`",
        "status s of workspace {\n big when seats_used > 3\n small otherwise\n}",
    ),
    (
        "status s of workspace {\n big when seats_used > 3\n small otherwize\n}",
        "write `otherwise` in place of `otherwize`",
        "status s of workspace {\n big when seats_used > 3\n small otherwise\n}",
    ),
    (
        "event e from app.logins { key id, user_id; at at }",
        "write one column: in a source `as sql`, both can be one, as in `id || '-' || user_id as pair`",
        "source app.pairs as sql $$ select id || '-' || user_id as pair, at from app.logins $$ { pair text; at timestamp }\n\
         event e from app.pairs { key pair; at at }",
    ),
    (
        "event e from app.logins { key id; at at; link u -> user on user_id = user.id }",
        "write the column alone: `= id`",
        "event e from app.logins { key id; at at; link u -> user on user_id = id }",
    ),
    (
        "event e from app.logins { key id; at at; link u to user on user_id }",
        "write `->` in place of `to`",
        "event e from app.logins { key id; at at; link u -> user on user_id }",
    ),
    (
        "experiment e of workspace { arms a, b }",
        "write each arm with its share: `a 50%`",
        "experiment e of workspace { arms a 50%, b 50% }",
    ),
    // Syncs.
    (
        "sync s from workspace to crm.x { match id = id; set plan = free; leave delete }",
        "write `'free'`, if the text is meant",
        "sync s from workspace to crm.x { match id = id; set plan = 'free'; leave delete }",
    ),
    (
        "sync s from workspace to crm.x { match id = id; set plan = plan; leave set plan = gone }",
        "write `'gone'`, if the text is meant",
        "sync s from workspace to crm.x { match id = id; set plan = plan; leave set plan = 'gone' }",
    ),
    (
        "sync s from workspace to crm.x { match id = id; set n = seats_used; leave set n = 14 * 2 }",
        "write the value itself, such as `28` or `'gone'`, or `null` or `now`",
        "sync s from workspace to crm.x { match id = id; set n = seats_used; leave set n = 28 }",
    ),
    (
        "sync s from workspace to crm.x { match id = id; set plan: plan; leave delete }",
        "write `=` in place of `:`",
        "sync s from workspace to crm.x { match id = id; set plan = plan; leave delete }",
    ),
    (
        "sync s from workspace to crm.x { match id = id; set plan = plan; leave delete; guard deletes < 10% }",
        "write `<=` in place of `<`",
        "sync s from workspace to crm.x { match id = id; set plan = plan; leave delete; guard deletes <= 10% }",
    ),
    (
        "sync s from workspace to crm.x { match id = id; leave }",
        "write `leave delete`, `leave clear`, `leave keep` or `leave set field = value`",
        "sync s from workspace to crm.x { match id = id; leave delete }",
    ),
    (
        "sync s from workspace -> crm.x { match id = id; leave delete }",
        "write `to` in place of `->`",
        "sync s from workspace to crm.x { match id = id; leave delete }",
    ),
    // Funnels.
    (
        "funnel f of workspace { step a = created_at; step b = trial_ends within 7 days }",
        "write the window before `=`: `step b within 7 days = trial_ends`",
        "funnel f of workspace { step a = created_at; step b within 7 days = trial_ends }",
    ),
    (
        "funnel f was e of workspace { step a = created_at; step b = trial_ends }",
        "remove `was` and the name behind it: a funnel remembers nothing",
        "funnel f of workspace { step a = created_at; step b = trial_ends }",
    ),
    (
        "audience a of workspace where plan = pro\nfunnel f of workspace { step a = a; step b = trial_ends }",
        "say since when: `a.since`",
        "audience a of workspace where plan = pro\nfunnel f of workspace { step a = a.since; step b = trial_ends }",
    ),
    (
        "funnel f of workspace { step a = created_at; step b = a + 3 days }",
        "write what it reads: `created_at`",
        "funnel f of workspace { step a = created_at; step b = created_at + 3 days }",
    ),
    (
        "funnel f of workspace { step a = created_at; step b = first(at from owner.logins where at > a) }",
        "write what it reads: `workspace.created_at`",
        "funnel f of workspace { step a = created_at; step b = first(at from owner.logins where at > workspace.created_at) }",
    ),
    // Tests.
    (
        "test x at @2026-01-15 {\n expect workspace\n | id |\n}",
        "write the name as a text: `'x'`",
        "test 'x' at @2026-01-15 {\n expect workspace\n | id |\n}",
    ),
    (
        "test 'x' at 2026-01-15 {\n expect workspace\n | id |\n}",
        "write `@2026-01-15`",
        "test 'x' at @2026-01-15 {\n expect workspace\n | id |\n}",
    ),
    (
        "audience a of workspace where plan = pro\ntest 'x' at @2026-01-15 {\n expect a = (w1, w2)\n}",
        "write the keys in braces: `{ w1, w2 }`",
        "audience a of workspace where plan = pro\ntest 'x' at @2026-01-15 {\n expect a = { w1, w2 }\n}",
    ),
    (
        "test 'x' at @2026-01-15 {\n given app.workspaces\n  id,plan\n  w1,free\n expect workspace\n | id |\n}",
        "write a table with a line for each row: `| id | plan |`, and below it `| w1 | free |`",
        "test 'x' at @2026-01-15 {\n given app.workspaces\n | id | plan |\n | w1 | free |\n expect workspace\n | id |\n}",
    ),
];

#[test]
fn each_habit_has_one_help_which_mends_it() {
    let mut surprises = Vec::new();
    for (written, help, mended) in HABITS.iter().chain(sequence::HABITS).chain(memory::HABITS) {
        let found = said(written);
        if found != [*help] {
            surprises.push(format!("{written}\n   says {found:?}"));
        }
        let found = said(mended);
        if !found.is_empty() {
            surprises.push(format!("{mended}\n   says {found:?}"));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}
