//! What stands in the tables of a warehouse that nothing was loaded into: every value is of the declared type, and none is missing
//! where none may be. Takes a source and counts its rows; stops the run at the first column that is otherwise. What the language
//! promises (conditions are true or false, no row is in neither an audience nor its negation) rests on it.

use super::RunError;
use super::outcome::counted;
use super::session::{Run, Session};
use super::sources::wrong;
use crate::engine::{literals, quote};
use crate::manifest::{Column, Source};
use crate::types::Type;

/// Values that are shown of those that do not fit.
const SHOWN: usize = 5;

/// Columns that one statement looks at: engines bound what a select may list.
const AT_ONCE: usize = 500;

/// What may be wrong with a column.
struct Look<'a> {
    column: &'a Column,
    /// A condition on the row `s`.
    condition: String,
    /// Whether it is that there is no value.
    missing: bool,
}

/// Looks at every value of a source. Gives how many rows there are.
pub async fn check(session: &mut Session<'_>, source: &Source, run: &Run) -> Result<i64, RunError> {
    let table = run.bind(&source.table, session.driver);
    let step = format!("reading source `{}`", source.name);
    let looks: Vec<Look<'_>> = source.columns.iter().flat_map(|column| looks(session, column)).collect();
    let mut rows = None;
    for looks in looks.chunks(AT_ONCE).chain(looks.is_empty().then_some(&[][..])) {
        let each = looks.iter().map(|look| format!(", COUNT(CASE WHEN {} THEN 1 END)", look.condition));
        let sql = format!("SELECT COUNT(*){} FROM {table} AS s", each.collect::<String>());
        let found = session.rows(&step, &sql, &vec![Type::Int; looks.len() + 1]).await?;
        let found = found.into_iter().next().unwrap_or_default();
        rows = rows.or(found.first().map(|it| it.int()));
        let bad = looks.iter().zip(found.iter().skip(1)).find(|(_, count)| count.int() > 0);
        if let Some((look, count)) = bad {
            return Err(misfit(session, source, &table, look, count.int().unsigned_abs()).await?);
        }
    }
    Ok(rows.unwrap_or_default())
}

fn looks<'a>(session: &Session<'_>, column: &'a Column) -> Vec<Look<'a>> {
    let name = format!("s.{}", quote(&column.name));
    let misfit = match &column.typed.kind {
        Type::Enum(values) => Some(format!("{name} NOT IN ({})", literals(values))),
        kind => (session.driver.misfit)(kind, &name),
    };
    let misfit = misfit.map(|condition| Look { column, condition, missing: false });
    let missing = Look { column, condition: format!("{name} IS NULL"), missing: true };
    misfit.into_iter().chain((!column.typed.nullable).then_some(missing)).collect()
}

/// The mistake, with some of the values.
async fn misfit(
    session: &mut Session<'_>,
    source: &Source,
    table: &str,
    look: &Look<'_>,
    count: u64,
) -> Result<RunError, RunError> {
    let Look { column, condition, missing } = look;
    let (name, kind) = (&column.name, &column.typed.kind);
    if *missing {
        let what = format!("column `{name}` is declared {kind}, and is null in {}", counted(count, "row"));
        return Ok(wrong(source, what, &format!("declare it `{kind}?` if it may be null, or mend the rows")));
    }
    let value = format!("CAST(s.{} AS TEXT)", quote(name));
    let sql = format!("SELECT DISTINCT {value} FROM {table} AS s WHERE {condition} ORDER BY 1 LIMIT {SHOWN}");
    let rows = session.rows(&format!("reading source `{}`", source.name), &sql, &[Type::Text]).await?;
    let others: Vec<String> =
        rows.into_iter().flatten().filter_map(|it| it.text()).map(|it| format!("`{it}`")).collect();
    let what = format!("column `{name}` is {kind}, and has {}", others.join(", "));
    Ok(match kind {
        Type::Enum(_) => wrong(source, what, "add the value to the enum, or mend the rows"),
        _ => wrong(source, what, "mend the rows, or convert the column with a source `as sql`"),
    })
}
