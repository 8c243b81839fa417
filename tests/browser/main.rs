//! The product in a real browser: Debian's Chromium. Read `tests/README.md` first.
//!
//! Told on SQLite only: what the browser is given does not depend on the database, and
//! `tests/stories` holds that.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a story that cannot go on fails")]

#[path = "../stories"]
#[expect(dead_code, unused_imports, unused_macros, reason = "the stories use all of it")]
mod stories {
    #[path = "roles_hold_everywhere/addresses.rs"]
    pub mod addresses;
    pub mod harness;
}
use stories::{addresses, harness};

#[macro_use]
mod chromium;
mod journeys;
mod looks;
mod pages;
mod taken_home;
mod town;
mod wall;
mod window;
