//! A post that is sent again: what that changed, and how a post that waits is corrected by it.

use crate::actions::receipt::ReceiptOf;
use crate::clock::Timestamp;
use crate::db::pings::PingTexts;
use crate::model::ping::{CameBy, PingState, Resent};
use crate::model::web_url::{Hosts, WebUrl};
use crate::web::pages::add::filled;

/// What a ping changed of a post that was here before, for a sender who may be anybody.
pub const fn again_words(resent: Option<Resent>, shown: PingState) -> &'static str {
    match (resent, shown) {
        (Some(Resent::Corrected), _) => {
            "What you sent now stands in the place of what was sent before. What you left out is as it was."
        }
        (Some(Resent::ReadAgain), _) => {
            "Its page is read once more, at most every ten minutes: what it says now is what counts."
        }
        (Some(Resent::Kept), PingState::Listed) => {
            "Nothing was changed: what is listed stays as it is."
        }
        (Some(Resent::Kept), _) => {
            "Nothing was changed. A post that waits is corrected by whoever sent it: with the posting passphrase, or, where there is none, from the same network."
        }
        (None, _) => "",
    }
}

/// What whoever sent a post again knows of its address: what tells it from others, and not how it
/// was written the first time.
pub fn known_address(url: &str) -> String {
    WebUrl::parse_on(url, Hosts::AlsoLoopback).map(|url| url.normalised()).unwrap_or_default()
}

/// How a post is corrected.
#[derive(Debug)]
pub struct Correct {
    /// What to do.
    pub sentence: &'static str,
    /// The form with the post in it; empty where that would change nothing.
    pub form: String,
}

/// How its sender corrects a post that waits.
pub fn correct(found: &ReceiptOf, category_path: &str, now: Timestamp) -> Option<Correct> {
    let (ping, gate) = (&found.ping, &found.gate);
    let is_over = gate.hub.suspended_at.is_some() || gate.hub.frozen_at.is_some();
    if ping.state != PingState::Pending || is_over {
        return None;
    }
    if ping.came_by.is_a_claim() {
        let sentence = "Something wrong in it? Change your post, then press “Check again”: title and first words are taken from your page.";
        return Some(Correct { sentence, form: String::new() });
    }
    // What was verified by its page is corrected there, also later; this comes in as a ping.
    if !gate.takes_posts(now) {
        return None;
    }
    // A blog pings from its own server: nobody who fills in a form is there.
    let is_elsewhere = ping.came_by == CameBy::Trackback && !ping.proved;
    let sentence = if ping.key_id.is_some() {
        "Something wrong in it? Send the same post again by your personal ping address, while it waits: what comes then stands in its place."
    } else if ping.proved {
        "Something wrong in it? Send the same post again with the passphrase, while it waits: what comes then stands in its place."
    } else if is_elsewhere {
        "Something wrong in it? Send the same post again from the same place as before (your blog), while it waits: what comes then stands in its place."
    } else {
        "Something wrong in it? Send the same post again from where you are, while it waits: what comes then stands in its place."
    };
    let form = match gate.is_secret() || is_elsewhere {
        true => String::new(),
        false => form_with(category_path, &ping.url, ping.sent()),
    };
    Some(Correct { sentence, form })
}

/// What an address may take of a post, encoded: servers and browsers between here and there take no
/// more for sure. What does not fit beside what stands before it is left out, the first words
/// first, and what a ping leaves out stays.
const MOST: usize = 6_000;

/// The form of a category with a post in it.
fn form_with(category_path: &str, url: &str, texts: PingTexts) -> String {
    let mut query = filled("url", url);
    for (name, text) in
        [("title", texts.title), ("blog_name", texts.blog_name), ("excerpt", texts.excerpt)]
    {
        let more = filled(name, &text);
        if !text.is_empty() && text != url && query.len() + 1 + more.len() <= MOST {
            query = format!("{query}&{more}");
        }
    }
    format!("{category_path}/add?{query}")
}
