//! A post that is sent again: what that changed, and how a post that waits is corrected by it.

use crate::actions::receipt::ReceiptOf;
use crate::db::pings::PingTexts;
use crate::model::category::PingPolicy;
use crate::model::ping::{PingState, Resent};
use crate::model::web_url::{Hosts, WebUrl};

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

/// A form of ours with this address in it.
pub fn add_path(category_path: &str, field: &str, address: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair(field, address);
    format!("{category_path}/add?{}", query.finish())
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
pub fn correct(found: &ReceiptOf, category_path: &str) -> Option<Correct> {
    let (ping, gate) = (&found.ping, &found.gate);
    if ping.state != PingState::Pending || gate.hub.suspended_at.is_some() {
        return None;
    }
    if ping.came_by.is_a_claim() {
        let sentence = "Something wrong in it? Change your post, then press “Check again”: title and first words are taken from your page.";
        return Some(Correct { sentence, form: String::new() });
    }
    let sentence = match gate.category.ping_policy {
        PingPolicy::Closed => return None,
        PingPolicy::Open | PingPolicy::Passphrase if ping.key_id.is_some() => {
            "Something wrong in it? Send the same post again by your personal ping address, while it waits: what comes then stands in its place."
        }
        PingPolicy::Open | PingPolicy::Passphrase if ping.proved => {
            "Something wrong in it? Send the same post again with the passphrase, while it waits: what comes then stands in its place."
        }
        PingPolicy::Open | PingPolicy::Passphrase => {
            "Something wrong in it? Send the same post again from where you are, while it waits: what comes then stands in its place."
        }
    };
    let form = match gate.is_secret() {
        true => String::new(),
        false => category_path.to_owned() + &filled(&ping.url, ping.sent()),
    };
    Some(Correct { sentence, form })
}

/// What an address may take of first words, encoded: what does not fit is left out, and what a ping
/// leaves out stays.
const MOST: usize = 4_000;

/// The form of a category with a post in it, after the category's path.
fn filled(url: &str, texts: PingTexts) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("url", url);
    for (name, text) in
        [("title", texts.title), ("blog_name", texts.blog_name), ("excerpt", texts.excerpt)]
    {
        let length: usize =
            url::form_urlencoded::byte_serialize(text.as_bytes()).map(str::len).sum();
        if !text.is_empty() && text != url && length <= MOST {
            query.append_pair(name, &text);
        }
    }
    format!("/add?{}", query.finish())
}
