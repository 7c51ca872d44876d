//! What tests start and stop: a throw-away PostgreSQL server, a receiver of webhooks, a program compiled by hand.

pub mod banners;
pub mod child;
pub mod home;
pub mod project;
pub mod receiver;
pub mod server;

use std::future::Future;

use plgc::engine::{self, Driver};

/// Waits for something that the library does later.
pub fn wait<T>(later: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(later)
}

/// The engines that a test of every engine runs on: all of them, but not those that `$PLGC_TEST_WITHOUT` names, with commas between. Only
/// `tests/run` sets it, where it cannot have that engine, and its last line says so. A test of one engine has the engine in its
/// name (`…_on_postgres`), by which the script leaves it out.
pub fn drivers() -> Vec<&'static Driver> {
    let without = std::env::var("PLGC_TEST_WITHOUT").unwrap_or_default();
    let without: Vec<&str> = without.split(',').filter(|name| !name.is_empty()).collect();
    for name in &without {
        assert!(engine::find(name).is_some(), "$PLGC_TEST_WITHOUT names no engine: {name}");
    }
    engine::ALL.iter().copied().filter(|driver| !without.contains(&driver.name)).collect()
}

/// Their names.
pub fn engines() -> Vec<&'static str> {
    drivers().into_iter().map(|driver| driver.name).collect()
}
