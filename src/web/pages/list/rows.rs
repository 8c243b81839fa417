//! Posts as rows under their days.

use crate::db::listed::Listed;
use crate::model::language::Language;
use crate::model::ping::LISTED_EXCERPT;
use crate::model::text;
use crate::model::view::View;
use crate::model::words::Marked;
use crate::web::pages::talks::TalkLink;
use crate::web::view::{Avatar, Zone, iso};

use super::filter::path_of;

/// A post in a list.
#[derive(Debug)]
pub struct PostRow {
    /// The post.
    pub url: String,
    /// `ugc`, and `nofollow` until a moderator approved the blog.
    pub rel: &'static str,
    /// Its title.
    pub title: Marked,
    /// Its first words, shortened; may be empty.
    pub excerpt: Marked,
    /// The language of both, where its page names one; else empty.
    pub language: String,
    /// What that language is called, where it is not the list's.
    pub language_name: String,
    /// The list's posts in that language, where it has a list.
    pub language_path: String,
    /// Whose blog it is from.
    pub blog_name: Marked,
    /// The list's posts from that blog; empty where there is no list to narrow.
    pub blog_path: String,
    /// A letter instead of a picture.
    pub avatar: Avatar,
    /// `16:40`.
    pub time: String,
    /// The same for machines.
    pub time_iso: String,
    /// Its permalink.
    pub permalink: String,
    /// The category's title, where the list holds several.
    pub category: String,
    /// The category's page.
    pub category_path: String,
    /// The talks that it is about.
    pub talks: Vec<TalkLink>,
}

/// The posts of one day.
#[derive(Debug)]
pub struct Day {
    /// `Tuesday 11 March 2003`.
    pub heading: String,
    /// The list's posts of that day; empty where there is no list to narrow.
    pub path: String,
    /// Its posts.
    pub posts: Vec<PostRow>,
}

/// `rel` of a link to a listed post (`product.md`, rule 4).
pub const fn rel(blog_is_approved: bool) -> &'static str {
    if blog_is_approved { "ugc" } else { "ugc nofollow" }
}

/// The language that a page named, as an attribute has it; empty where it is none.
pub fn language_of(named: &str) -> String {
    Language::parse(named).map(|language| language.as_str().to_owned()).unwrap_or_default()
}

/// The list that posts stand in.
#[derive(Debug)]
pub struct Within<'a> {
    /// Its page; empty where it has none that can be narrowed.
    pub path: &'a str,
    /// The language that its posts are in, unless they say otherwise.
    pub language: &'a str,
    /// What is shown of it.
    pub view: &'a View,
    /// The talks that its posts are about; none where that is not said.
    pub talks: &'a [TalkLink],
}

impl Within<'_> {
    fn narrowed(&self, view: View) -> String {
        if self.path.is_empty() { String::new() } else { path_of(self.path, &view) }
    }

    fn row(&self, post: &Listed) -> PostRow {
        let search = self.view.search.as_ref();
        let excerpt = match search {
            Some(search) => search.around(&post.excerpt, LISTED_EXCERPT),
            None => text::shorten(&post.excerpt, LISTED_EXCERPT),
        };
        let marked = |text: &str| match search {
            Some(search) => search.mark(text),
            None => Marked::plain(text.to_owned()),
        };
        let language = post.language.as_deref().and_then(Language::parse);
        let own = Language::parse(self.language);
        let other = language
            .as_ref()
            .filter(|language| own.as_ref().is_none_or(|own| own.primary() != language.primary()));
        let blog = Some(post.blog_key.clone()).filter(|key| !key.is_empty());
        PostRow {
            url: post.url.clone(),
            rel: rel(post.blog_approved_at.is_some()),
            title: marked(&post.title),
            excerpt: marked(&excerpt),
            language_name: other.map(|language| language.name().to_owned()).unwrap_or_default(),
            language_path: self.narrowed(View { language: other.cloned(), ..self.view.clone() }),
            language: language.map(|language| language.as_str().to_owned()).unwrap_or_default(),
            blog_name: marked(&post.blog_name),
            blog_path: self.narrowed(View { blog, ..self.view.clone() }),
            avatar: Avatar::of(&post.blog_name),
            time: String::new(),
            time_iso: String::new(),
            permalink: format!("/p/{}", post.public_id),
            category: String::new(),
            category_path: String::new(),
            talks: self.talks.iter().filter(|talk| talk.ping == post.id).cloned().collect(),
        }
    }
}

/// Posts as rows under their days, in the hub's time zone. `category` names a post's category.
pub fn days<'a>(
    posts: &[Listed],
    zone: &Zone,
    within: &Within<'_>,
    category: impl Fn(&Listed) -> Option<(&'a str, String)>,
) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    let mut last = None;
    for post in posts {
        let Some(listed_at) = post.listed_at else { continue };
        let (category, category_path) =
            category(post).map_or_else(Default::default, |(title, path)| (title.to_owned(), path));
        let (time, time_iso) = (zone.time(listed_at), iso(listed_at));
        let row = PostRow { time, time_iso, category, category_path, ..within.row(post) };
        let date = Some(zone.civil(listed_at));
        match days.last_mut().filter(|_| date == last) {
            Some(day) => day.posts.push(row),
            None => {
                let day = date.filter(|_| within.view.day.is_none());
                let path = day.map(|_| within.narrowed(View { day, ..within.view.clone() }));
                let (heading, path) = (zone.day(listed_at), path.unwrap_or_default());
                days.push(Day { heading, path, posts: vec![row] });
            }
        }
        last = date;
    }
    days
}
