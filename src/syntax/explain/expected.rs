//! Takes the rules that could have gone on where a piece stopped making sense and says them in words. No rule's name is
//! ever shown.

use crate::syntax::grammar::Rule;

/// The words for clauses of a step; where most can stand, one stands for all.
const CLAUSES: &[&str] = &["`via`", "`due`", "`when`", "`otherwise`", "`until`", "`during`", "`late`"];

/// The rules that could have gone on, in words; each once, in the order of the table.
pub(super) fn expected(positives: &[Rule]) -> Vec<String> {
    let mut all = Vec::new();
    for (words, rules) in EXPECTED {
        if positives.iter().any(|rule| rules.contains(rule)) {
            all.push((*words).to_owned());
        }
    }
    if all.is_empty() {
        all.push("something else".to_owned());
    }
    let has = |words: &str| all.iter().any(|it: &String| it == words);
    let (value, operator, step) = (has("a value"), has("an operator"), has("`via`"));
    if value {
        all.retain(|words| !matches!(words.as_str(), "a name" | "a text" | "a path" | "`null`"));
    }
    if operator {
        all.retain(|words| !matches!(words.as_str(), "`within`" | "`in`"));
    }
    if step {
        let at = all.iter().position(|words| CLAUSES.contains(&words.as_str())).unwrap_or_default();
        all.retain(|words| !CLAUSES.contains(&words.as_str()));
        all.insert(at.min(all.len()), "a clause such as `due`".to_owned());
    }
    all
}

const EXPECTED: &[(&str, &[Rule])] = &[
    ("a name", &[Rule::name, Rule::part, Rule::plain, Rule::quoted, Rule::word]),
    (
        "a value",
        &[
            Rule::expr,
            Rule::sum,
            Rule::not,
            Rule::minus,
            Rule::case_,
            Rule::duration,
            Rule::business,
            Rule::percent,
            Rule::number,
            Rule::instant,
            Rule::null,
            Rule::boolean,
            Rule::call,
            Rule::group,
            Rule::order,
            Rule::assign,
            Rule::kw_case,
            Rule::kw_null,
            Rule::kw_true,
            Rule::kw_false,
        ],
    ),
    ("a text", &[Rule::text]),
    ("a path", &[Rule::path, Rule::set]),
    ("a type", &[Rule::type_]),
    ("a query between `$$`", &[Rule::sql]),
    ("`new` or `all`", &[Rule::who]),
    ("a time such as `09:00`", &[Rule::time, Rule::until_time]),
    ("a table", &[Rule::table]),
    ("a key", &[Rule::key_of]),
    ("a cell", &[Rule::cell]),
    ("keys in braces: `{ w1 }`", &[Rule::keys]),
    ("`|`", &[Rule::pipe]),
    ("`)`", &[Rule::close]),
    ("`=`", &[Rule::equals]),
    ("`->`", &[Rule::arrow]),
    ("`<=`", &[Rule::at_most]),
    ("`:`", &[Rule::colon]),
    ("`-`", &[Rule::dash]),
    ("`..`", &[Rule::range]),
    ("`never`", &[Rule::kw_never]),
    ("`because`", &[Rule::kw_because]),
    ("`day` or `days`", &[Rule::days]),
    ("`of`", &[Rule::of, Rule::kw_of]),
    ("`where`", &[Rule::where_, Rule::kw_where]),
    ("`via`", &[Rule::via, Rule::kw_via]),
    ("`due`", &[Rule::due, Rule::kw_due]),
    ("`when`", &[Rule::when, Rule::kw_when]),
    ("`otherwise`", &[Rule::otherwise, Rule::kw_otherwise]),
    ("`until`", &[Rule::until, Rule::kw_until]),
    ("`during`", &[Rule::during, Rule::kw_during]),
    ("`late`", &[Rule::late, Rule::kw_late]),
    ("`after`", &[Rule::again_after]),
    ("`at most`", &[Rule::at_times, Rule::kw_most]),
    ("`always`", &[Rule::kw_always]),
    ("`at`", &[Rule::kw_at]),
    ("`every`", &[Rule::kw_every]),
    ("`from`", &[Rule::kw_from]),
    ("`to`", &[Rule::kw_to]),
    ("`on`", &[Rule::kw_on]),
    ("`by`", &[Rule::by, Rule::kw_by]),
    ("`per`", &[Rule::per, Rule::kw_per]),
    ("`within`", &[Rule::kw_within]),
    ("`as`", &[Rule::alias, Rule::as_sql, Rule::kw_as]),
    ("`sql`", &[Rule::kw_sql]),
    ("`null`", &[Rule::kw_null]),
    ("`in`", &[Rule::kw_in]),
    ("an operator", &[Rule::infix, Rule::arithmetic, Rule::is_null, Rule::among_list, Rule::within]),
    ("the end of the line", &[Rule::EOI]),
];
