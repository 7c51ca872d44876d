//! What people write of sending windows, delays, experiments, funnels, policies and tests out of habit, as `super::HABITS`.

use super::Habit;

pub const HABITS: &[Habit] = &[
    (
        "sequence w of workspace {\n start all\n step m\n step a during monday 09:00-10:00, sat 00:00-24:00\n}",
        "write `during monday 09:00-10:00` alone: a step has one window, of the same hours on all its days",
        "sequence w of workspace {\n start all\n step m\n step a during monday 09:00-10:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during mon-fri 09:00-10:00, sat 10:00-11:00\n}",
        "write `during weekdays 09:00-10:00` alone: a step has one window, of the same hours on all its days",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-10:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-25:00\n}",
        "write hours of a day, from `00:00` to `24:00`: `during weekdays 09:00-17:00`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:60-17:00\n}",
        "write hours of a day, from `00:00` to `24:00`: `during weekdays 09:00-17:00`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 9-5\n}",
        "write `during weekdays 09:00-17:00`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09.00-17.00\n}",
        "write `during weekdays 09:00-17:00`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 0900-1700\n}",
        "write `during weekdays 09:00-17:00`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 9:00 am - 5:30 pm\n}",
        "write `during weekdays 09:00-17:30`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:30\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays '09:00-17:00'\n}",
        "write `during weekdays 09:00-17:00`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during 9am-5pm weekdays\n}",
        "write `during weekdays 09:00-17:00`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00\n}",
        "add when it ends: `during weekdays 09:00-17:00`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 18:00\n}",
        "add when it ends: `during weekdays 18:00-24:00`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 18:00-24:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during business hours\n}",
        "add its hours: `during weekdays 09:00-17:00`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during not weekends 09:00-17:00\n}",
        "write `during weekdays 09:00-17:00`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-09:00\n}",
        "write a later end: `09:00-24:00`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-24:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00 Berlin\n}",
        "write `during weekdays 09:00-17:00 'Europe/Berlin'`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00 'Europe/Berlin'\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00 in 'Europe/Berlin'\n}",
        "write `during weekdays 09:00-17:00 'Europe/Berlin'`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00 'Europe/Berlin'\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00 'berlin'\n}",
        "write `'Europe/Berlin'`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00 'Europe/Berlin'\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00 UTC+1\n}",
        "write `during weekdays 09:00-17:00 'Etc/GMT-1'`",
        "sequence w of workspace {\n start all\n step m\n step a during weekdays 09:00-17:00 'Etc/GMT-1'\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a until 17:00\n}",
        "a time of a day is a window: write, in its place, `during daily 00:00-17:00`",
        "sequence w of workspace {\n start all\n step m\n step a during daily 00:00-17:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a due m + 3 days at 09:00\n}",
        "remove it, and say when in a day by `during daily 09:00-24:00`",
        "sequence w of workspace {\n start all\n step m\n step a due m + 3 days during daily 09:00-24:00\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a due + 3 days\n}",
        "write `entered_at` before `+`",
        "sequence w of workspace {\n start all\n step m\n step a due entered_at + 3 days\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a until after 3 days\n}",
        "write `until entered_at + 3 days`",
        "sequence w of workspace {\n start all\n step m\n step a until entered_at + 3 days\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a due m + 3 business dayz\n}",
        "write `days` in place of `dayz`",
        "sequence w of workspace {\n start all\n step m\n step a due m + 3 business days\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a due m + 3 working days\n}",
        "write `3 business days` in place of `3 working days`",
        "sequence w of workspace {\n start all\n step m\n step a due m + 3 business days\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a due m + 3 workdays\n}",
        "write `3 business days`",
        "sequence w of workspace {\n start all\n step m\n step a due m + 3 business days\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a due m + seats_used days\n}",
        "write `seats_used * 1 day` in place of `seats_used days`",
        "sequence w of workspace {\n start all\n step m\n step a due m + seats_used * 1 day\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a due m + 1 month 2 days\n}",
        "write `+` before `2 days`",
        "sequence w of workspace {\n start all\n step m\n step a due m + 1 month + 2 days\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a due m + 1 week and 2 days\n}",
        "write `+` in place of `and`: `+ 2 days`",
        "sequence w of workspace {\n start all\n step m\n step a due m + 1 week + 2 days\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a due 2026-03-01\n}",
        "write `@2026-03-01`",
        "sequence w of workspace {\n start all\n step m\n step a due @2026-03-01\n}",
    ),
    (
        "sequence w of workspace {\n start all\n step m\n step a when any(logins where at > now)\n}",
        "write `owner.logins`",
        "sequence w of workspace {\n start all\n step m\n step a when any(owner.logins where at > now)\n}",
    ),
    (
        "experiment e of workspace { a 50%, b 50% }",
        "write `arms` before `a`",
        "experiment e of workspace { arms a 50%, b 50% }",
    ),
    (
        "experiment e of workspace { variants a 50%, b 50% }",
        "write `arms` in place of `variants`",
        "experiment e of workspace { arms a 50%, b 50% }",
    ),
    (
        "experiment e of workspace { arms a: 50%, b 50% }",
        "remove `:`",
        "experiment e of workspace { arms a 50%, b 50% }",
    ),
    (
        "experiment e of workspace { arms a 50% b 50% }",
        "write a comma before `b`",
        "experiment e of workspace { arms a 50%, b 50% }",
    ),
    (
        "experiment e of workspace { arms a 50%, b 50%; rollout 20%, 60% }",
        "say from when on: `60% from @2026-03-15`",
        "experiment e of workspace { arms a 50%, b 50%; rollout 20%, 60% from @2026-03-15 }",
    ),
    (
        "experiment e of workspace { arms a 50%, b 50%; salt paywall }",
        "write the salt as a text: `'paywall'`",
        "experiment e of workspace { arms a 50%, b 50%; salt 'paywall' }",
    ),
    (
        "experiment e of workspace { arms a 50%, b 50% }\naudience x of workspace where e.a",
        "write `e = a`",
        "experiment e of workspace { arms a 50%, b 50% }\naudience x of workspace where e = a",
    ),
    (
        "experiment e of workspace { arms a 50%, b 50% }\naudience x of workspace where e.arm = a",
        "write `e` alone: it is the arm of the row",
        "experiment e of workspace { arms a 50%, b 50% }\naudience x of workspace where e = a",
    ),
    (
        "experiment e of workspace { arms a 50%, b 50% }\naudience x of workspace where enrolled_at > now",
        "say of what: `e.enrolled_at`",
        "experiment e of workspace { arms a 50%, b 50% }\naudience x of workspace where e.enrolled_at > now",
    ),
    (
        "funnel f of workspace { a = trial_ends }",
        "write `step` before `a`",
        "funnel f of workspace { step a = trial_ends }",
    ),
    (
        "funnel f of workspace { step a: trial_ends }",
        "write `=` in place of `:`",
        "funnel f of workspace { step a = trial_ends }",
    ),
    (
        "funnel f of workspace { step a trial_ends }",
        "write `=` before `trial_ends`",
        "funnel f of workspace { step a = trial_ends }",
    ),
    (
        "funnel f of workspace { step a = trial_ends; step b after a = trial_ends }",
        "remove `after a`: a step comes after the one before it",
        "funnel f of workspace { step a = trial_ends; step b = trial_ends }",
    ),
    (
        "funnel f of workspace { step a = trial_ends; step b within 7 days after a = trial_ends }",
        "remove `after a`: the time counts from the step before",
        "funnel f of workspace { step a = trial_ends; step b within 7 days = trial_ends }",
    ),
    (
        "funnel f of workspace where plan = free { step a = trial_ends }",
        "declare an audience with the condition, and write its name behind `of`",
        "audience free_ones of workspace where plan = free\nfunnel f of free_ones { step a = trial_ends }",
    ),
    (
        "sequence w of workspace {\n start all\n step a\n}\naudience x of w where plan = free",
        "name whom it is of, `workspace`, or an audience of who is in it: `audience NAME of workspace where w.active`",
        "sequence w of workspace {\n start all\n step a\n}\naudience x of workspace where plan = free",
    ),
    (
        "sequence w of workspace {\n start all\n step a\n}\nsync s from w.a to crm.tasks { set firing = id }",
        "give the field another name, or leave it out: the key of the firing is sent in any case",
        "sequence w of workspace {\n start all\n step a\n}\nsync s from w.a to crm.tasks { set workspace = id }",
    ),
    (
        "policy p of workspace: never to crm where plan = free\nsync s from workspace to crm.tasks { match id = id; leave keep; exempt from p because 'x' }",
        "remove `from`",
        "policy p of workspace: never to crm where plan = free\nsync s from workspace to crm.tasks { match id = id; leave keep; exempt p because 'x' }",
    ),
    (
        "policy p of workspace: only to crm where plan = pro",
        "write `never to`, and behind `where` the contrary of the condition: `where not (…)`",
        "policy p of workspace: never to crm where not (plan = pro)",
    ),
    (
        "trait t of workspace = count(users.logins)",
        "read each row's set on its own: `sum(count(logins) from users)`, or `any(users where any(logins where …))`",
        "trait t of workspace = sum(count(logins) from users)",
    ),
    ("trait t of user = max(logins.at)", "write `max(at from logins)`", "trait t of user = max(at from logins)"),
    (
        "status s of workspace { big when seats_used > 3; otherwise small }",
        "write `otherwise` behind the stage: `small otherwise`",
        "status s of workspace { big when seats_used > 3; small otherwise }",
    ),
    (
        "audience x of workspace where plan = free\ntest 't' at @2026-01-01 {\n given app.workspaces\n  | id | plan |\n  | w1 | free |\n expect x is { w1 }\n}",
        "write `=` in place of `is`",
        "audience x of workspace where plan = free\ntest 't' at @2026-01-01 {\n given app.workspaces\n  | id | plan |\n  | w1 | free |\n expect x = { w1 }\n}",
    ),
    (
        "audience x of workspace where plan = free\ntest 't' at @2026-01-01 {\n given app.workspaces\n  | id | plan |\n  | w1 | free |\n wait 3 days\n expect x = { w1 }\n}",
        "write `after` in place of `wait`",
        "audience x of workspace where plan = free\ntest 't' at @2026-01-01 {\n given app.workspaces\n  | id | plan |\n  | w1 | free |\n after 3 days\n expect x = { w1 }\n}",
    ),
];
