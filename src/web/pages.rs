//! Pages: one file per family, with page struct, handler and form together.

pub mod account;
pub mod add;
pub mod categories;
pub mod face;
pub mod feeds;
pub mod forwarding;
pub mod help;
pub mod home;
pub mod hub_settings;
pub mod jobs;
pub mod list;
pub mod manage;
pub mod operator;
pub mod post;
pub mod queue;
pub mod receipt;
pub mod reports;
pub mod sign_in;
pub mod sign_up;
