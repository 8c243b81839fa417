//! Picks the best of what a page says of itself.
//!
//! Stock themes of the commonest blog software mark a post as an h-entry without a single
//! property, so the sources further down the list are the rule, not the exception.

use super::head::Head;
use super::microformats::{Item, Kind, Microformats, Property};
use super::prose::Prose;
use super::reader::Reader;
use super::site_name::{self, Hints, Parted};
use super::{Page, Source, Taken, dates, language};
use crate::clock::Timestamp;
use crate::model::ping::{MAX_EXCERPT, MAX_TITLE};
use crate::model::text;
use std::collections::HashSet;

/// The page that a reader has read.
pub(super) fn page(reader: &Reader<'_>) -> Page {
    let chooser = Chooser::new(reader);
    let head = &reader.head;
    let link = reader.links.found(&reader.prose);
    let mut page = Page {
        title: chooser.title(),
        excerpt: chooser.excerpt(),
        author: chooser.author(),
        blog_name: chooser.blog_name(),
        published: chooser.published(),
        language: chooser.language(),
        feeds: head.feeds.clone(),
        proofs: head.proofs.clone(),
        canonical: head.canonical.clone(),
        gone: head.gone,
        cut_short: None,
        links: reader.links.count.min(super::MAX_LINKS),
        leads_to: reader.links.leads_to.clone(),
        link,
    };
    if page.excerpt.is_none() {
        let paragraph = page.link.as_ref().and_then(|link| link.paragraph.clone());
        page.excerpt = taken(paragraph, Source::LinkParagraph);
    }
    page
}

/// What a reader has read, and what several answers need.
struct Chooser<'a> {
    head: &'a Head,
    microformats: &'a Microformats,
    prose: &'a Prose,
    reader: &'a Reader<'a>,
    /// The h-entry that the page is.
    entry: Option<usize>,
    /// Names of the site that it gives itself.
    sites: Vec<Taken>,
    /// `<title>`, in two if it is clear where.
    title: Option<Result<Parted, String>>,
}

impl<'a> Chooser<'a> {
    fn new(reader: &'a Reader<'a>) -> Self {
        let mut chooser = Self {
            head: &reader.head,
            microformats: &reader.microformats,
            prose: &reader.prose,
            reader,
            entry: None,
            sites: Vec::new(),
            title: None,
        };
        chooser.entry = chooser.entry();
        chooser.sites = chooser.sites();
        chooser.title = chooser.parted_title();
        chooser
    }

    /// The h-entry whose `u-url` is the page, else the first.
    fn entry(&self) -> Option<usize> {
        let entries = || self.items(|item| item.kind == Kind::Entry && !item.is_property);
        let is_page =
            |entry: &usize| self.microformats.urls(*entry).iter().any(|url| self.is_page(url));
        entries().find(is_page).or_else(|| entries().next())
    }

    fn is_page(&self, url: &str) -> bool {
        let bare = |url: &str| url.split('#').next().unwrap_or_default().to_owned();
        bare(url) == bare(self.reader.question.url.as_str())
    }

    fn items(&self, which: impl Fn(&Item) -> bool) -> impl Iterator<Item = usize> {
        let items = self.microformats.items.iter().enumerate();
        items.filter(move |(_, item)| which(item)).map(|(number, _)| number)
    }

    /// The first text of a property that an item names itself.
    fn text_of(&self, item: Option<usize>, property: Property, max_chars: usize) -> Option<String> {
        self.microformats.texts(item?, property, self.prose, max_chars).next()
    }

    fn title(&self) -> Option<Taken> {
        let sites: Vec<String> = self.sites.iter().map(|site| site.text.clone()).collect();
        let bare = |title: String| site_name::without(&title, &sites).unwrap_or(title);
        let article = self.reader.json_ld.article.as_ref();
        let headline = article.and_then(|article| plain(article.headline.as_ref(), MAX_TITLE));
        let page_title = self.title.as_ref().map(|title| match title {
            Ok(parted) => parted.post.clone(),
            Err(whole) => whole.clone(),
        });
        taken(self.text_of(self.entry, Property::Name, MAX_TITLE), Source::EntryName)
            .or_else(|| taken(self.head.og_title.clone().map(bare), Source::OpenGraphTitle))
            .or_else(|| taken(headline.map(bare), Source::JsonLdHeadline))
            .or_else(|| taken(page_title, Source::PageTitle))
            .map(|taken| Taken { text: text::cut(&taken.text, MAX_TITLE), ..taken })
    }

    fn excerpt(&self) -> Option<Taken> {
        let of_entry = |property| self.text_of(self.entry, property, MAX_EXCERPT);
        let article = self.reader.json_ld.article.as_ref();
        let described =
            article.and_then(|article| plain(article.description.as_ref(), MAX_EXCERPT));
        taken(of_entry(Property::Summary), Source::EntrySummary)
            .or_else(|| taken(of_entry(Property::Content), Source::EntryContent))
            .or_else(|| taken(self.head.og_description.clone(), Source::OpenGraphDescription))
            .or_else(|| taken(described, Source::JsonLdDescription))
            .or_else(|| taken(self.head.description.clone(), Source::MetaDescription))
    }

    fn author(&self) -> Option<Taken> {
        let feed = self.entry.and_then(|entry| self.microformats.items[entry].parent);
        let of_entry = self
            .text_of(self.entry, Property::Author, MAX_TITLE)
            .or_else(|| self.text_of(feed, Property::Author, MAX_TITLE));
        let article = self.reader.json_ld.article.as_ref();
        let of_article = article.and_then(|article| plain(article.author.as_ref(), MAX_TITLE));
        let linked = self.reader.rels.of("author");
        taken(of_entry, Source::EntryAuthor)
            .or_else(|| {
                taken(of_article.filter(|author| !is_address(author)), Source::JsonLdAuthor)
            })
            .or_else(|| taken(self.head.author.clone(), Source::MetaAuthor))
            .or_else(|| {
                let mut texts = linked.filter_map(|rel| self.prose.line(rel.text, MAX_TITLE));
                // Some themes have it on the site's name.
                taken(texts.find(|text| !self.is_site(text)), Source::RelAuthor)
            })
    }

    /// Where the site names itself, best first.
    fn sites(&self) -> Vec<Taken> {
        let feed = self
            .items(|item| item.kind == Kind::Feed && item.parent.is_none())
            .find_map(|feed| self.text_of(Some(feed), Property::Name, MAX_TITLE));
        let owner = self.pages_of_owner();
        let card = self
            .items(|item| item.kind == Kind::Card && item.parent.is_none())
            .filter(|card| self.microformats.urls(*card).iter().any(|url| owner.contains(url)))
            .find_map(|card| self.microformats.name(card, self.prose, MAX_TITLE));
        let feeds = self.head.feeds.iter().filter_map(|feed| feed.title.as_deref());
        let feed_link = feeds.filter_map(site_name::of_feed).next();
        [
            taken(self.head.og_site_name.clone(), Source::OpenGraphSiteName),
            taken(feed, Source::FeedName),
            taken(card, Source::CardName),
            taken(feed_link, Source::FeedLink),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The front page, and pages that are `rel="me"`: an h-card with one of these addresses is
    /// the site's owner.
    fn pages_of_owner(&self) -> HashSet<String> {
        let front = self.reader.question.url.join("/").ok();
        let me = self.reader.rels.of("me").map(|rel| rel.url.to_string());
        front.map(String::from).into_iter().chain(me).collect()
    }

    fn parted_title(&self) -> Option<Result<Parted, String>> {
        let title = self.head.title()?;
        let sites: Vec<String> = self.sites.iter().map(|site| site.text.clone()).collect();
        let mut headings: Vec<String> =
            self.text_of(self.entry, Property::Name, MAX_TITLE).into_iter().collect();
        headings.extend(self.head.og_title.clone());
        let spans = self.reader.headings.iter();
        headings.extend(spans.filter_map(|span| self.prose.line(*span, MAX_TITLE)));
        let host = self.reader.question.url.host_str().unwrap_or_default();
        let hints = Hints { sites: &sites, headings: &headings, host };
        Some(site_name::part(&title, &hints).ok_or(title))
    }

    fn blog_name(&self) -> Option<Taken> {
        let of_title = match &self.title {
            Some(Ok(parted)) => taken(Some(parted.site.clone()), Source::PageTitleSite),
            _ => None,
        };
        let mut names: Vec<&Taken> = self.sites.iter().chain(&of_title).collect();
        names.sort_by_key(|name| name.from);
        names.first().map(|&name| name.clone())
    }

    fn is_site(&self, name: &str) -> bool {
        let parted = self.title.as_ref().and_then(|title| title.as_ref().ok());
        let sites = self.sites.iter().map(|site| site.text.as_str());
        sites.chain(parted.map(|parted| parted.site.as_str())).any(|site| site == name)
    }

    fn published(&self) -> Option<Timestamp> {
        let article = self.reader.json_ld.article.as_ref();
        let of_entry = self.text_of(self.entry, Property::Published, MAX_TITLE);
        [
            of_entry.as_ref(),
            article.and_then(|article| article.published.as_ref()),
            self.head.published.as_ref(),
            self.head.item_published.as_ref(),
            self.head.first_time.as_ref(),
        ]
        .into_iter()
        .flatten()
        .find_map(|date| dates::parse(date))
    }

    fn language(&self) -> Option<String> {
        let article = self.reader.json_ld.article.as_ref();
        let of_article = article.and_then(|article| article.language.as_deref());
        self.head.language().or_else(|| language::tag(of_article?))
    }
}

fn taken(text: Option<String>, from: Source) -> Option<Taken> {
    text.filter(|text| !text.is_empty()).map(|text| Taken { text, from })
}

/// A string of JSON-LD: software writes it as it keeps it, with entities and markup or not.
fn plain(raw: Option<&String>, max_chars: usize) -> Option<String> {
    let line = text::cut(&text::plain(raw?), max_chars);
    (!line.is_empty()).then_some(line)
}

/// Some authors of JSON-LD are the address of their page.
fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}
