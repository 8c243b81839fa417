//! The product's stories, told on SQLite and on PostgreSQL. Read `tests/README.md` first.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a story that cannot go on fails")]

#[macro_use]
mod harness;

mod architecture;
mod attacker_aims_at_a_blog;
mod attacker_aims_at_the_intranet;
mod attacker_holds_connections;
mod blog_pings_back;
mod blogger_sends_a_trackback;
mod blogger_sends_a_webmention;
mod every_page_renders;
mod forger_borrows_a_name;
mod mail_leaves_by_smtp;
mod moderator_looks_at_the_queue;
mod operator_runs_the_cli;
mod operator_runs_the_instance;
mod organizer_forwards_posts;
mod organizer_opens_a_hub;
mod reader_subscribes;
mod schema_parity;
mod somebody_signs_in;
mod spammer_is_stopped;
mod trackback_fixtures;
mod worker_is_killed;
mod worker_meets_a_poisoned_job;
