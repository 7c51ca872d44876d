//! What people write of sequences, channels and sending windows out of habit, as `super::HABITS`.

use super::Habit;

pub const HABITS: &[Habit] = &[
    // Again.
    (
        "sequence w of workspace {\n start all\n exit when done\n again 30 days\n step a\n}",
        "write `after` before it: `again after 30 days`",
        "sequence w of workspace {\n start all\n exit when done\n again after 30 days\n step a\n}",
    ),
    (
        "sequence w of workspace {\n start all\n again never\n step a\n}",
        "remove the line: a row enters once where `again` is not said",
        "sequence w of workspace {\n start all\n step a\n}",
    ),
    (
        "sequence w of workspace {\n start all\n exit when done\n again every 30 days\n step a\n}",
        "write `after` in place of `every`",
        "sequence w of workspace {\n start all\n exit when done\n again after 30 days\n step a\n}",
    ),
    (
        "sequence w of workspace {\n start all\n exit when done\n again at most 3 times\n step a\n}",
        "remove `times`: `at most` counts entries",
        "sequence w of workspace {\n start all\n exit when done\n again at most 3\n step a\n}",
    ),
    (
        "sequence w of workspace {\n start all\n exit when done\n again after 30 days, at most 3\n step a\n}",
        "remove `,`",
        "sequence w of workspace {\n start all\n exit when done\n again after 30 days at most 3\n step a\n}",
    ),
    // Steps.
    (
        "sequence w of workspace {\n start all\n step a due entered_at + 1 day if seats_used > 3\n}",
        "write `when` in place of `if`",
        "sequence w of workspace {\n start all\n step a due entered_at + 1 day when seats_used > 3\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step a after 3 days\n}",
        "write `due entered_at + 3 days`",
        "sequence w of workspace {\n start all\n step a due entered_at + 3 days\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step a due after 3 days\n}",
        "write `due entered_at + 3 days`",
        "sequence w of workspace {\n start all\n step a due entered_at + 3 days\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step a\n step b due 3 days after a\n}",
        "write `due a + 3 days`",
        "sequence w of workspace {\n start all\n step a\n step b due a + 3 days\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step a\n wait 3 days\n step b\n}",
        "remove it, and say of the next step from when on: `due entered_at + 3 days`",
        "sequence w of workspace {\n start all\n step a\n step b due entered_at + 3 days\n}",
    ),
    (
        "sequence w of workspace {\n start all\n branch b {\n step x when seats_used > 3\n step y else\n }\n}",
        "write `otherwise` in place of `else`",
        "sequence w of workspace {\n start all\n branch b {\n step x when seats_used > 3\n step y otherwise\n }\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step welcome\n step b when any(owner.logins where \"at\" > welcome)\n}",
        "write `workspace.w.welcome`: within an aggregate, bare names are its rows' own",
        "sequence w of workspace {\n start all\n step welcome\n step b when any(owner.logins where \"at\" > workspace.w.welcome)\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step welcome\n exit when any(owner.logins where at > welcome)\n}",
        "write `workspace.w.welcome`: within an aggregate, bare names are its rows' own",
        "sequence w of workspace {\n start all\n step welcome\n exit when any(owner.logins where at > workspace.w.welcome)\n}",
    ),
    (
        "sequence w of workspace {\n start all\n exit when done\n step hello\n step done\n}",
        "choose another name",
        "sequence w of workspace {\n start all\n exit when done\n step hello\n step over\n}",
    ),
    // Exits.
    (
        "sequence w of workspace {\n start all\n exit after 40 days\n step a\n}",
        "write `when entered_at + 40 days <= now` in place of `after 40 days`",
        "sequence w of workspace {\n start all\n exit when entered_at + 40 days <= now\n step a\n}",
    ),
    (
        "sequence w of workspace {\n start all\n exit done\n step a\n}",
        "write `when` before `done`",
        "sequence w of workspace {\n start all\n exit when done\n step a\n}",
    ),
    (
        "sequence w of workspace {\n start all\n exit when w.active and done\n step a\n}",
        "leave it out: `exit` decides it, and is asked of the open entry, and of a row that would enter",
        "sequence w of workspace {\n start all\n exit when done\n step a\n}",
    ),
    // Channels.
    (
        "channel mail of user { cap 1 per 48 hours }\nsequence w of workspace {\n start all\n step a via mail\n}",
        "write `via mail(owner)`",
        "channel mail of user { cap 1 per 48 hours }\nsequence w of workspace {\n start all\n step a via mail(owner)\n}",
    ),
    (
        "channel mail of user { cap 1 per 48 hours }\nsequence w of workspace {\n start all\n step a via mail(user)\n}",
        "write `via mail(owner)`",
        "channel mail of user { cap 1 per 48 hours }\nsequence w of workspace {\n start all\n step a via mail(owner)\n}",
    ),
    (
        "channel mail of user { cap 1 per 48 hours }\nsequence w of workspace {\n start all\n step a via mail.owner\n}",
        "write the path in parentheses: `via mail(owner)`",
        "channel mail of user { cap 1 per 48 hours }\nsequence w of workspace {\n start all\n step a via mail(owner)\n}",
    ),
    (
        "channel m of workspace {\n cap 1 in 24 hours\n}\nsequence w of workspace {\n start all\n step a via m\n}",
        "write `cap 1 per 24 hours`",
        "channel m of workspace {\n cap 1 per 24 hours\n}\nsequence w of workspace {\n start all\n step a via m\n}",
    ),
    (
        "channel m of workspace {\n cap 1 per day\n}\nsequence w of workspace {\n start all\n step a via m\n}",
        "write `1 day`",
        "channel m of workspace {\n cap 1 per 1 day\n}\nsequence w of workspace {\n start all\n step a via m\n}",
    ),
    (
        "channel m of workspace {\n cap 1/day\n}\nsequence w of workspace {\n start all\n step a via m\n}",
        "write `cap 1 per 1 day`",
        "channel m of workspace {\n cap 1 per 1 day\n}\nsequence w of workspace {\n start all\n step a via m\n}",
    ),
    (
        "channel m of workspace {\n cap 2 daily\n}\nsequence w of workspace {\n start all\n step a via m\n}",
        "write `cap 2 per 1 day`",
        "channel m of workspace {\n cap 2 per 1 day\n}\nsequence w of workspace {\n start all\n step a via m\n}",
    ),
    (
        "channel m of workspace {\n cap 2\n}\nsequence w of workspace {\n start all\n step a via m\n}",
        "say in which time: `cap 1 per 48 hours`",
        "channel m of workspace {\n cap 2 per 48 hours\n}\nsequence w of workspace {\n start all\n step a via m\n}",
    ),
    (
        "channel m of workspace {\n at most 2 times\n}\nsequence w of workspace {\n start all\n step a via m\n}",
        "write `cap 2 per 48 hours`",
        "channel m of workspace {\n cap 2 per 48 hours\n}\nsequence w of workspace {\n start all\n step a via m\n}",
    ),
    (
        "channel m of workspace {\n cap 1 per 1 day, 3 per 1 week\n}\nsequence w of workspace {\n start all\n step a via m\n}",
        "remove `, 3 per 1 week`: a channel has one cap",
        "channel m of workspace {\n cap 1 per 1 day\n}\nsequence w of workspace {\n start all\n step a via m\n}",
    ),
    (
        "channel m of workspace {\n cap 1 per 1 day\n cap 3 per 1 week\n}\nsequence w of workspace {\n start all\n step a via m\n}",
        "keep one of the two",
        "channel m of workspace {\n cap 3 per 1 week\n}\nsequence w of workspace {\n start all\n step a via m\n}",
    ),
    // Windows.
    (
        "sequence w of workspace {\n start all\n step a during mon-fri 9:00-17:00\n}",
        "write `during weekdays 09:00-17:00`",
        "sequence w of workspace {\n start all\n step a during weekdays 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step a during tuesday to thursday 09:00-17:00\n}",
        "write `during tuesday, wednesday, thursday 09:00-17:00`",
        "sequence w of workspace {\n start all\n step a during tuesday, wednesday, thursday 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step a during Monday 9:00-17:00 when seats_used > 3\n}",
        "write `during monday 09:00-17:00`",
        "sequence w of workspace {\n start all\n step a during monday 09:00-17:00 when seats_used > 3\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step a during Mon, Tue 09:00-17:00\n}",
        "write `monday, tuesday`",
        "sequence w of workspace {\n start all\n step a during monday, tuesday 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step a during weekdays\n}",
        "add its hours: `during weekdays 09:00-17:00`",
        "sequence w of workspace {\n start all\n step a during weekdays 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step a during 09:00-17:00\n}",
        "write `during daily 09:00-17:00`",
        "sequence w of workspace {\n start all\n step a during daily 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step a during weekdays 9am-5pm\n}",
        "write `during weekdays 09:00-17:00`",
        "sequence w of workspace {\n start all\n step a during weekdays 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step a during weekdays 09:00-17:00 Europe/Berlin\n}",
        "write `during weekdays 09:00-17:00 'Europe/Berlin'`",
        "sequence w of workspace {\n start all\n step a during weekdays 09:00-17:00 'Europe/Berlin'\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step a during daily 22:00-06:00\n}",
        "write the earlier time first; a window over midnight is a hold of the sequence for the rest of the day: `hold when hour(now) >= 6 and hour(now) < 22`",
        "sequence w of workspace {\n start all\n hold when hour(now) >= 6 and hour(now) < 22\n step a\n}",
    ),
    // Experiments and queries.
    (
        "experiment e of workspace { arms a 50%, b 50%; holdout 20% }",
        "name an arm that gets nothing, as in `arms held 20%, …`, or take a slice of a layer and leave the rest to nobody: `layer line 0%..80%`",
        "experiment e of workspace { arms a 50%, b 50%; layer line 0%..80% }",
    ),
    (
        "source a.b as sql 'select id from app.users where email = ''x''' { id text }",
        "write the query between `$$`: `$$ select id from app.users where email = 'x' $$`",
        "source a.b as sql $$ select id from app.users where email = 'x' $$ { id text }",
    ),
    (
        "source a.b as sql select id from app.users { id text }",
        "write the query between `$$`: `$$ select id from app.users $$`",
        "source a.b as sql $$ select id from app.users $$ { id text }",
    ),
];
