//! Whether a document holds together, and everything in it could be a hub's: before any is written.

mod talks;

use std::collections::HashSet;

use jiff::tz::TimeZone;

use super::document::{Head, Part};
use crate::db::archive::{BlogRow, Category, FeedRow, HubRow, Post, PostRow, RuleRow};
use crate::model::category::{LinkBack, ListingPolicy, PingPolicy, Readers, UnprovedPolicy};
use crate::model::colour::Accent;
use crate::model::contact::Contact;
use crate::model::face::Face;
use crate::model::hub::{MAX_ABOUT, MAX_CATEGORIES, MAX_FEEDS};
use crate::model::job::FollowedBy;
use crate::model::ping::{CameBy, HeldFor, PingState, ReadingOutcome};
use crate::model::rule::{MAX_RULES, Pattern, RuleAction, RuleKind};
use crate::model::slug::Slug;
use crate::model::talk::are_links;
use crate::model::web_url::{Hosts, WebUrl};

/// The longest text that is no page, in characters: twice what any form takes.
const MAX_TEXT: usize = 8_000;
/// The kinds of events that the history of a post has.
const EVENTS: [&str; 6] = ["updated", "decided", "undone", "verified", "withdrawn", "edited"];

/// What was seen of a document.
#[derive(Debug, Default)]
pub struct Seen {
    /// What stands before the lists.
    pub head: Option<Head>,
    /// The ids of its posts.
    pub ids: HashSet<Vec<u8>>,
    /// Its blogs.
    pub blogs: Vec<BlogRow>,
    categories: HashSet<String>,
    talks: HashSet<String>,
    keys: HashSet<String>,
    posts: HashSet<(String, Vec<u8>)>,
}

impl Seen {
    /// Looks at one part more; what is wrong with it, in words.
    pub fn take(&mut self, part: Part) -> Result<(), String> {
        match part {
            Part::Head(head) => {
                self.categories = categories(&head.categories)?;
                hub(&head)?;
                if i64::try_from(head.rules.len()).is_ok_and(|rules| rules > MAX_RULES) {
                    return Err(format!("it has more than {MAX_RULES} rules"));
                }
                head.rules.iter().try_for_each(rule)?;
                self.talks = talks::check(&head, &self.categories)?;
                self.head = Some(*head);
            }
            Part::Blogs(all) => {
                for blog in all {
                    if !self.keys.insert(blog.key.clone()) {
                        return Err(format!("the blog {} stands there twice", blog.key));
                    }
                    text("the name of a blog", &blog.name)?;
                    text("the key of a blog", &blog.key)?;
                    link("the feed of a blog", blog.feed_url.as_deref().unwrap_or_default())?;
                    self.blogs.push(blog);
                }
            }
            Part::Posts(all) => all.iter().try_for_each(|one| self.post(one))?,
        }
        Ok(())
    }

    fn post(&mut self, post: &Post) -> Result<(), String> {
        let row = &post.row;
        if !self.categories.contains(&post.category) {
            return Err(format!("a post is in a category that is not there: {}", post.category));
        }
        let identity = (post.category.clone(), row.url_hash.clone());
        if !self.ids.insert(row.public_id.clone()) || !self.posts.insert(identity) {
            return Err("a post stands there twice".to_owned());
        }
        states(row)?;
        link("the address of a post", &row.url)?;
        for one in [&row.title, &row.excerpt, &row.blog_name, &row.blog_key, &row.remark] {
            text("a text of a post", one)?;
        }
        for one in [&row.sent_title, &row.sent_excerpt].into_iter().flatten() {
            text("a text of a post", one)?;
        }
        if let Some(page) = &post.page {
            one_of::<ReadingOutcome>("outcome", &page.outcome, ReadingOutcome::parse)?;
            link("the feed of a page", &page.feed_url)?;
            let texts = [&page.title, &page.excerpt, &page.author, &page.language, &page.blog_name];
            let more = [&page.title_from, &page.excerpt_from, &page.link_text];
            for one in texts.into_iter().chain(more).chain(&page.problem) {
                text("a text of a page", one)?;
            }
        }
        talks::check_filed(&post.talks, &self.talks)?;
        if !are_links(&post.links) {
            return Err("the pages that a post links to are not 16 digits each".to_owned());
        }
        for event in &post.history {
            if !EVENTS.contains(&event.kind.as_str()) {
                return Err(format!("there is no event {}", event.kind));
            }
            text("what is noted of an event", event.detail.as_deref().unwrap_or_default())?;
            one_of("state", &event.from_state, PingState::parse)?;
            one_of("state", &event.to_state, PingState::parse)?;
        }
        Ok(())
    }
}

fn states(row: &PostRow) -> Result<(), String> {
    let state = one_of("state", &row.state, PingState::parse)?;
    one_of("way", &row.came_by, CameBy::parse)?;
    if let Some(held) = &row.held_for {
        one_of("reason to wait", held, HeldFor::parse)?;
    }
    if state == PingState::Listed && row.listed_at.is_none() {
        return Err("a post is listed, and does not say since when".to_owned());
    }
    if row.url.is_empty() && (row.purged_at.is_none() || state == PingState::Listed) {
        return Err("a post has no address".to_owned());
    }
    Ok(())
}

fn hub(head: &Head) -> Result<(), String> {
    let HubRow { title, tagline, description, place, accent, time_zone, contact, .. } =
        &head.hub.row;
    let HubRow { language, closing_words, .. } = &head.hub.row;
    for one in [title, tagline, description, place, contact, language, closing_words] {
        text("a text of the hub", one)?;
    }
    if let Some(series) = &head.hub.series {
        name("a series", &series.slug)?;
        text("the title of the series", &series.title)?;
    }
    one_of("kind of readers", &head.hub.row.readers, Readers::parse)?;
    link("the hub’s own page", &head.hub.row.link)?;
    Accent::parse(accent).map_err(|error| format!("the accent: {error}"))?;
    TimeZone::get(time_zone).map_err(|_unknown| format!("there is no time zone {time_zone}"))?;
    if !contact.is_empty() {
        Contact::parse(contact).map_err(|error| format!("the contact: {error}"))?;
    }
    for day in [&head.hub.row.starts_on, &head.hub.row.ends_on].into_iter().flatten() {
        day.parse::<jiff::civil::Date>().map_err(|_unreadable| format!("{day} is no day"))?;
    }
    let face = Face::from_json(&head.hub.row.face).ok_or("the hub’s face cannot be read")?;
    face.links.iter().try_for_each(|(_, to)| link("a link of the hub", to))?;
    text("the words over the form", &face.add_words)?;
    if let Some(about) = &head.hub.about
        && about.markdown.chars().count() > MAX_ABOUT
    {
        return Err("the about page is too long".to_owned());
    }
    if head.hub.row.frozen_at.is_some() && head.hub.row.closed_at.is_none() {
        return Err("the hub is frozen, and not closed".to_owned());
    }
    for slug in &head.hub.gone_categories {
        Slug::for_category(slug).map_err(|_no_name| format!("a category was not called {slug}"))?;
    }
    let gone = head.hub.gone_categories.iter();
    let gone: HashSet<&String> = gone.chain(names_of(&head.categories)).collect();
    let all = head.hub.gone_categories.len() + names_of(&head.categories).count();
    if gone.len() < all {
        return Err("a name of a category stands there twice".to_owned());
    }
    Ok(())
}

/// A name in addresses that is written as such names are.
fn name(what: &str, slug: &str) -> Result<(), String> {
    match Slug::for_series(slug) {
        Ok(parsed) if parsed.as_str() == slug => Ok(()),
        _ => Err(format!("{what} cannot be called {}", short(slug))),
    }
}

fn names_of(all: &[Category]) -> impl Iterator<Item = &String> {
    all.iter()
        .flat_map(|category| std::iter::once(&category.row.slug).chain(&category.former_slugs))
}

fn categories(all: &[Category]) -> Result<HashSet<String>, String> {
    if i64::try_from(all.len()).unwrap_or(i64::MAX) > MAX_CATEGORIES {
        return Err(format!("a hub has at most {MAX_CATEGORIES} categories"));
    }
    if all.iter().filter(|category| category.row.is_default).count() > 1 {
        return Err("two categories say that posts without one belong to them".to_owned());
    }
    let numbers: HashSet<i64> = all.iter().map(|category| category.row.number).collect();
    if numbers.len() < all.len()
        || numbers.iter().any(|number| !(1..10_i64.pow(15)).contains(number))
    {
        return Err("a category’s number is not a number of its own".to_owned());
    }
    // The desk's own limit: each is a server that is asked from then on.
    let feeds: usize = all.iter().map(|category| category.feeds.len()).sum();
    if i64::try_from(feeds).is_ok_and(|feeds| feeds > MAX_FEEDS) {
        return Err(format!("it follows more than {MAX_FEEDS} feeds"));
    }
    for Category { row, former_slugs, feeds, .. } in all {
        for slug in std::iter::once(&row.slug).chain(former_slugs) {
            match Slug::for_category(slug) {
                Ok(parsed) if parsed.as_str() == slug => {}
                _ => return Err(format!("a category cannot be called {slug}")),
            }
        }
        text("a text of a category", &row.title)?;
        text("a text of a category", &row.description)?;
        one_of("policy", &row.ping_policy, PingPolicy::parse)?;
        one_of("policy", &row.listing_policy, ListingPolicy::parse)?;
        one_of("policy", &row.unproved_policy, UnprovedPolicy::parse)?;
        one_of("policy", &row.link_back, LinkBack::parse)?;
        one_of("kind of readers", &row.readers, Readers::parse)?;
        feeds.iter().try_for_each(feed)?;
    }
    Ok(all.iter().map(|category| category.row.slug.clone()).collect())
}

fn feed(row: &FeedRow) -> Result<(), String> {
    one_of("follower of a feed", &row.followed_by, FollowedBy::parse)?;
    text("a text of a feed", &row.title)?;
    text("a text of a feed", &row.tag)?;
    link("the address of a feed", &row.url)
}

fn rule(row: &RuleRow) -> Result<(), String> {
    let kind = one_of("kind of rule", &row.kind, RuleKind::parse)?;
    one_of("action of a rule", &row.action, RuleAction::parse)?;
    text("the reason of a rule", &row.reason)?;
    Pattern::parse(kind, &row.pattern).map_err(|error| format!("a rule: {error}"))?;
    Ok(())
}

fn one_of<T>(what: &str, name: &str, parse: fn(&str) -> Option<T>) -> Result<T, String> {
    parse(name).ok_or_else(|| format!("there is no {what} called {}", short(name)))
}

fn text(what: &str, text: &str) -> Result<(), String> {
    if text.chars().count() > MAX_TEXT {
        return Err(format!("{what} is too long: {}", short(text)));
    }
    if text.contains('\0') {
        return Err(format!("{what} has characters that no text has: {}", short(text)));
    }
    Ok(())
}

/// An address where pages link to, or nothing.
fn link(what: &str, to: &str) -> Result<(), String> {
    match WebUrl::parse_on(to, Hosts::AlsoLoopback) {
        _ if to.is_empty() => Ok(()),
        Ok(_) => Ok(()),
        Err(_) => Err(format!("{what} is none that can be linked to: {}", short(to))),
    }
}

fn short(text: &str) -> String {
    crate::model::text::cut(text, 80)
}
