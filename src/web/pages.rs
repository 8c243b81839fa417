//! Pages: one file per family, with page struct, handler and form together.

pub mod account;
pub mod add;
pub mod categories;
pub mod face;
pub mod feeds;
pub mod help;
pub mod home;
pub mod hub_settings;
pub mod invitations;
pub mod invite;
pub mod jobs;
pub mod keys;
pub mod list;
pub mod log;
pub mod manage;
pub mod members;
pub mod operator;
pub mod post;
pub mod queue;
pub mod readers;
pub mod reading;
pub mod receipt;
pub mod reports;
pub mod sign_in;
pub mod sign_up;
