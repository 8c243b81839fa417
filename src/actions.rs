//! What the product does, as verbs. They know [`crate::app::App`], and nothing of HTTP.

pub mod accounts;
pub mod arrived;
pub mod categories;
pub mod claims;
pub mod follow;
pub mod forward;
pub mod hubs;
pub mod invite;
pub mod keys;
pub mod manage_members;
pub mod moderate;
pub mod notify;
pub mod operate;
pub mod preview;
pub mod prune;
pub mod read_page;
pub mod readers;
pub mod receipt;
pub mod receive_ping;
pub mod report;
pub mod resolve;
pub mod rules;
pub mod sign_in;
pub mod trust;
pub mod verify_ping;
pub mod watch_changes;
