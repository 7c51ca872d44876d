//! Takes programs that are wrong and asserts what is said: one message for one mistake.

use super::*;

/// What is said of a program that continues the example.
fn said(text: &str) -> Vec<String> {
    let (_, said) = analyzed(&[EXAMPLE, text]);
    said.into_iter().filter(|said| !said.starts_with("unused-")).collect()
}

#[test]
fn one_mistake_gives_one_message() {
    for (text, expected) in [
        ("trait x of workspace = seat_used + 1 > 2 and foo(3)", "unknown-name unknown-function"),
        ("trait x of workspace = 1 + (nothing / 2)\naudience y of workspace where x > 3 and x = 'a'", "unknown-name"),
        ("audience x of workspace where plan = por", "unknown-value"),
        ("audience x of workspace where bar = baz", "unknown-name"),
        ("audience x of workspace where any(loginz where at > now and foo = 3)", "unknown-set"),
        ("entity t from app.teams { key id; link w -> workspace on w }\ntrait x of t = w.id", "unknown-source"),
        ("trait a of workspace = b + 1\ntrait b of workspace = c\ntrait c of workspace = a", "cyclic-fields"),
        ("audience a of b where true\naudience b of a where true", "cyclic-fields"),
        ("let a = b\nlet b = a", "cyclic-fields"),
        ("link a of workspace = last(a.logins)", "cyclic-fields"),
        ("trait a of user = workspace.b\ntrait b of workspace = count(users where a > 3)", "cyclic-fields"),
        ("audience x of workspace where any(users where seats_used > 3)", "unknown-name"),
        ("audience x of workspace where any(app.users where email = workspace.name or consent)", "untied-set"),
        ("audience x of workspace where any(app.users where email != workspace.name)", "untied-set"),
        ("trait x of workspace = count(logins)", "unknown-set"),
        ("trait x of nothing = 1\naudience y of nothing where x > 1", "unknown-base"),
        ("audience a of workspace where plan = 'free'", "incomparable"),
        ("trait x of workspace = created_at + 3", "bad-operands"),
        ("trait x of workspace = revenue * revenue", "decimal-overflow"),
        ("audience x of workspace where created_at within 30 days .. 60 days", "never-holds"),
        ("audience x of workspace where created_at within 60 days .. 30 days", ""),
        ("audience workspace of user where true", "duplicate-name"),
        ("trait Name of workspace = 1", "field-hides-column"),
        ("trait a__b of workspace = 1", "reserved-name"),
        ("audience a of workspace where seats_used > 3\naudience b of a where seats_used < 2", "always-empty"),
        (
            "audience a of workspace where seats_used > 3 and seats_used < 2\naudience b of a where plan = pro",
            "never-holds",
        ),
        ("audience a of workspace where plan not in (free, starter, pro)", "never-holds"),
    ] {
        let codes: Vec<_> = said(text).iter().map(|said| said.split_once(':').unwrap().0.to_owned()).collect();
        let mut codes = codes;
        codes.sort();
        let mut wanted: Vec<&str> = expected.split_whitespace().collect();
        wanted.sort_unstable();
        assert_eq!(codes, wanted, "{text}\n{}", said(text).join("\n"));
    }
}

#[test]
fn messages_say_what_to_do() {
    for (text, expected) in [
        (
            "audience x of workspace where seat_used > 3",
            "unknown-name: unknown name `seat_used` [seat_used] (write `seats_used`)",
        ),
        (
            "audience x of workspace where any(users where seats_used > 3)",
            "unknown-name: unknown name `seats_used` [seats_used] (write `workspace.seats_used` for the row outside the set)",
        ),
        (
            "audience x of workspace where plan = 'free'",
            "incomparable: enum(free, starter, pro) and text cannot be compared [plan] (write `free` without quotes)",
        ),
        (
            "trait x of workspace = users.email",
            "set-without-aggregate: `users` is a set of rows, not one [users] (read it through an aggregate: `max(email from users)`)",
        ),
        (
            "trait x of workspace = max(1, 2)",
            "aggregate-arguments: `max` reads a set, and none is named [max] \
             (write `max(x from set)`; of two values `greatest(a, b)`)",
        ),
        (
            "sync s from workspace to crm.people {\n match email = owner.email\n pick by id\n leave keep\n}",
            "nullable-match: the match key `owner.email` may be null [owner.email] \
             (add `where owner.email is not null` after `from workspace`)",
        ),
    ] {
        assert_eq!(said(text), [expected]);
    }
}
