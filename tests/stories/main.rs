//! The product's stories, told on SQLite and on PostgreSQL. Read `tests/README.md` first.

#[macro_use]
mod harness;

mod architecture;
mod blogger_sends_a_trackback;
mod organizer_opens_a_hub;
mod schema_parity;
