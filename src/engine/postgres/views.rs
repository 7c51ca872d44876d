//! Replaces views on PostgreSQL, where a view can only get columns at its end, and none can be dropped that another view
//! reads. Takes views with their queries; changes no more than it must: rights, and what people made on a view, stay.

use super::{Engine, EngineError, Trouble, Type, literal, quote};
use crate::engine::transaction;

/// A view's name and its query.
type View = (String, String);

/// Replaces in place; else in place with the columns in their old order; else drops the views and makes them anew.
pub(super) async fn replace(engine: &mut dyn Engine, views: &[View], gone: &[String]) -> Result<(), EngineError> {
    let replace = views.iter().map(|(view, query)| format!("CREATE OR REPLACE VIEW {view} AS\n{query};\n"));
    match transaction::execute(engine, &replace.collect::<String>()).await {
        Err(error) if error.trouble == Trouble::ViewShape => {}
        done => return done,
    }
    transaction::begin(engine).await?;
    let kept = keep_order(engine, views).await;
    match transaction::end(engine, kept, |error| error).await {
        Err(error) if error.trouble == Trouble::ViewShape => {}
        done => return done,
    }
    transaction::begin(engine).await?;
    let made = anew(engine, views, gone).await;
    match transaction::end(engine, made, |error| error).await {
        Err(error) if error.trouble == Trouble::InUse => Err(readers(engine, views, gone).await?.unwrap_or(error)),
        done => done,
    }
}

/// Each view with the columns that it has, in their order, and then the new ones.
async fn keep_order(engine: &mut dyn Engine, views: &[View]) -> Result<(), EngineError> {
    for (view, query) in views {
        let found = engine.columns(&format!("(\n{query}\n)")).await?;
        let new: Vec<&str> = found.iter().map(|column| column.name.as_str()).collect();
        let old = columns(engine, view).await?;
        let added = new.iter().copied().filter(|name| !old.iter().any(|it| it == name));
        let order: Vec<&str> = old.iter().map(String::as_str).chain(added).collect();
        let query = if order == new {
            query.clone()
        } else {
            let items: Vec<String> = order.iter().map(|name| format!("  v.{}", quote(name))).collect();
            format!("SELECT\n{}\nFROM (\n{query}\n) AS v", items.join(",\n"))
        };
        if order.len() > new.len() {
            return Err(EngineError::new(Trouble::ViewShape, format!("a column of {view} is gone")));
        }
        engine.execute(&format!("CREATE OR REPLACE VIEW {view} AS\n{query}")).await?;
    }
    Ok(())
}

/// The columns that a view has, in their order; none where there is no such view.
async fn columns(engine: &mut dyn Engine, view: &str) -> Result<Vec<String>, EngineError> {
    let sql = format!(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass({}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        literal(view)
    );
    let rows = crate::engine::rows(engine, &sql, &[Type::Text]).await?;
    Ok(rows.into_iter().flatten().filter_map(|value| value.text()).collect())
}

async fn anew(engine: &mut dyn Engine, views: &[View], gone: &[String]) -> Result<(), EngineError> {
    // Views that go together may read each other.
    let old: Vec<&str> = gone.iter().chain(views.iter().map(|(view, _)| view)).map(String::as_str).collect();
    let drop = format!("DROP VIEW IF EXISTS {};\n", old.join(", "));
    let create = views.iter().map(|(view, query)| format!("CREATE VIEW {view} AS\n{query};\n"));
    engine.execute(&std::iter::once(drop).chain(create).collect::<String>()).await.map(|_| ())
}

/// Which views of others read these, as an error that names them.
async fn readers(engine: &mut dyn Engine, views: &[View], gone: &[String]) -> Result<Option<EngineError>, EngineError> {
    let own: Vec<String> = gone.iter().chain(views.iter().map(|(view, _)| view)).map(|it| literal(it)).collect();
    let own = own.iter().map(|name| format!("to_regclass({name})")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT DISTINCT w.ev_class::regclass::text, d.refobjid::regclass::text FROM pg_depend AS d \
         JOIN pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid \
         WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid IN ({own}) \
         AND COALESCE(w.ev_class NOT IN ({own}), TRUE) ORDER BY 1, 2"
    );
    let rows = crate::engine::rows(engine, &sql, &[Type::Text, Type::Text]).await?;
    let text = |row: &[super::Value], at: usize| row.get(at).and_then(super::Value::text).unwrap_or_default();
    let said: Vec<String> =
        rows.iter().map(|row| format!("view `{}` reads `{}`", text(row, 0), text(row, 1))).collect();
    Ok((!said.is_empty()).then(|| EngineError::new(Trouble::InUse, said.join(", "))))
}
