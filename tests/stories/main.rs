//! The product's stories, told on SQLite and on PostgreSQL. Read `tests/README.md` first.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a story that cannot go on fails")]

#[macro_use]
mod harness;

mod architecture;
mod attacker_aims_at_a_blog;
mod attacker_aims_at_the_intranet;
mod attacker_holds_connections;
mod blog_pings_back;
mod blogger_fills_in_the_form;
mod blogger_finds_the_way;
mod blogger_pings_by_get;
mod blogger_pings_from_a_script;
mod blogger_sends_a_trackback;
mod blogger_sends_a_webmention;
mod blogger_shows_a_badge;
mod category_opens_and_closes;
mod every_page_renders;
mod everybody_finds_help;
mod forger_borrows_a_name;
mod mail_leaves_by_smtp;
mod member_is_told_by_mail;
mod moderator_edits_beside_another;
mod moderator_looks_at_the_queue;
mod moderator_works_through_the_queue;
mod operator_invites_people;
mod operator_moves_in;
mod operator_runs_the_cli;
mod operator_runs_the_instance;
mod organizer_answers_reports;
mod organizer_decides_who_reads;
mod organizer_embeds_a_hub;
mod organizer_finds_the_way_on_the_desk;
mod organizer_forwards_posts;
mod organizer_gives_a_contact;
mod organizer_hands_out_ping_addresses;
mod organizer_invites_others;
mod organizer_is_told_what_happened;
mod organizer_looks_at_the_numbers;
mod organizer_makes_a_rule;
mod organizer_opens_a_hub;
mod organizer_writes_about;
mod reader_finds_the_way;
mod reader_follows_a_topic;
mod reader_follows_feeds;
mod reader_is_told_by_websub;
mod reader_looks_at_the_numbers;
mod reader_loses_the_way;
mod reader_meets_people;
mod reader_searches;
mod reader_sits_on_bad_wifi;
mod reader_subscribes;
mod reader_watches_live;
mod roles_hold_everywhere;
mod schema_parity;
mod search_engine_reads_the_sitemap;
mod somebody_deletes_their_account;
mod somebody_signs_in;
mod spammer_is_stopped;
mod trackback_fixtures;
mod trackback_quirks;
mod wall_hangs_in_the_hall;
mod worker_is_killed;
mod worker_meets_a_poisoned_job;
