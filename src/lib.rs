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
// What is behind `not(fuzzing)` is no part of what `tests/fuzz` instruments: it takes a quarter of an
// hour to build, and no stranger's bytes are read there first.
// 2 adapters
#[cfg(not(fuzzing))]
pub mod db;
pub mod fetch;
#[cfg(not(fuzzing))]
pub mod limits;
#[cfg(not(fuzzing))]
pub mod mail;
#[cfg(not(fuzzing))]
pub mod pages_cache;
// (what the adapters are put together in)
#[cfg(not(fuzzing))]
pub mod app;
// 3 actions
#[cfg(not(fuzzing))]
pub mod actions;
// 4 doors
#[cfg(not(fuzzing))]
mod web;
#[cfg(not(fuzzing))]
pub mod worker;
// 5 assembly
#[cfg(not(fuzzing))]
pub mod cli;
#[cfg(not(fuzzing))]
pub mod server;
