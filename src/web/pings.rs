//! Ping addresses: they are called by software, ignore cookies, and never redirect a ping.

pub mod trackback;
