//! The doors: HTTP in, HTTP out. They translate, and decide nothing.

mod assets;
mod badge;
mod canonical;
mod error;
mod events;
mod extract;
mod feeds;
mod held_payload;
mod inside;
mod middleware;
mod oembed;
mod ops;
mod own_name;
mod pages;
mod pictures;
mod pieces;
mod pings;
mod respond;
mod routes;
mod sitemap;
mod view;

pub use feeds::render_for_subscribers;
pub use inside::INSIDE;
pub use middleware::around;
pub use routes::{routes, unreadable_path, unreadable_query};
