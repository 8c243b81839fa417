//! Whole pages: what is a link, what is taken, and what costs too much.

mod bombs;
mod fixtures;
mod links;
mod taken;
mod vectors;

use super::*;

const TARGET: &str = "https://hub.example/sxsw/keynotes";

fn is_target(url: &Url) -> bool {
    url.as_str() == TARGET
}

/// Reads a page at this address.
fn read_at(url: &str, html: &[u8]) -> Page {
    let url = Url::parse(url).unwrap();
    read(html, &Question { url: &url, charset: None, is_target: &is_target })
}

fn page(html: &str) -> Page {
    read_at("https://ada.example/2026/post", html.as_bytes())
}

fn text(taken: &Option<Taken>) -> &str {
    taken.as_ref().map_or("", |taken| taken.text.as_str())
}
