//! Transactions, one within the other. Takes a connection, and at the end whether what was done counts; an inner one is a
//! savepoint of the outer. An engine's word for the beginning is in its [`super::Driver`], and whether it has savepoints: where it has none, what fails
//! in the inner one takes back the outer.

use super::{Engine, EngineError};

/// Begins a transaction; within another one, a part of it that can be taken back alone.
pub async fn begin(engine: &mut dyn Engine) -> Result<(), EngineError> {
    let depth = *engine.depth();
    if depth == 0 {
        engine.execute(engine.driver().begin).await?;
    } else if engine.driver().has_savepoints {
        engine.execute(&format!("SAVEPOINT {}", name(depth))).await?;
    }
    *engine.depth() = depth + 1;
    Ok(())
}

/// Ends the transaction that began last. What failed is taken back; its own error is then the one to tell. `told` tells that the
/// end itself fails.
pub async fn end<T, E>(
    engine: &mut dyn Engine,
    done: Result<T, E>,
    told: impl FnOnce(EngineError) -> E,
) -> Result<T, E> {
    let depth = engine.depth().saturating_sub(1);
    *engine.depth() = depth;
    if depth > 0 && !engine.driver().has_savepoints {
        return done;
    }
    match done {
        Ok(done) => {
            let sql = if depth == 0 { "COMMIT".to_owned() } else { format!("RELEASE SAVEPOINT {}", name(depth)) };
            engine.execute(&sql).await.map(|_| done).map_err(told)
        }
        Err(error) => {
            let back = format!("ROLLBACK TO SAVEPOINT {0}; RELEASE SAVEPOINT {0}", name(depth));
            // The connection may be gone, or the engine has taken all back itself: the first error says why.
            let _ = engine.execute(if depth == 0 { "ROLLBACK" } else { &back }).await;
            Err(error)
        }
    }
}

/// Executes statements that count all together, or not at all.
pub async fn execute(engine: &mut dyn Engine, sql: &str) -> Result<(), EngineError> {
    begin(engine).await?;
    let done = engine.execute(sql).await;
    end(engine, done, |error| error).await.map(|_| ())
}

fn name(depth: u32) -> String {
    format!("plgc_{depth}")
}
