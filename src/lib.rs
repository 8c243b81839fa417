#![doc = include_str!("ARCHITECTURE.md")]

#[cfg(not(any(feature = "libpq-bundled", feature = "libpq-tls", feature = "libpq-system")))]
compile_error!("choose one of the features libpq-bundled, libpq-tls and libpq-system");

// 0 foundations
pub mod clock;
pub mod config;
pub mod metrics;
pub mod secret;
pub mod telemetry;
// 1 vocabulary
pub mod model;
pub mod wire;
// 2 adapters
pub mod db;
pub mod fetch;
pub mod limits;
pub mod mail;
pub mod pages_cache;
// (what the adapters are put together in)
pub mod app;
// 3 actions
pub mod actions;
// 4 doors
mod web;
pub mod worker;
// 5 assembly
pub mod cli;
pub mod server;
