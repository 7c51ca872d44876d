//! What tests start and stop: a throw-away PostgreSQL server, a receiver of webhooks, a program compiled by hand.

pub mod banners;
pub mod child;
pub mod project;
pub mod receiver;
pub mod server;

use std::future::Future;

/// Waits for something that the library does later.
pub fn wait<T>(later: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(later)
}
