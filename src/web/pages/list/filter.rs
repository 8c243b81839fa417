//! Some of a list: the search field, the filters that are set, and the addresses of both.

use actix_web::HttpRequest;

use super::Asked;
use super::narrow::Narrow;
use super::rows::rel;
use crate::actions::read_page::ListPage;
use crate::db::DbConnection;
use crate::db::categories::Category;
use crate::db::listed::{self, Listed, ViewNames};
use crate::model::category::Readers;
use crate::model::id::HubId;
use crate::model::slug::Slug;
use crate::model::view::View;
use crate::web::error::{Missing, PageError};
use crate::web::pages::face::Tab;
use crate::web::pages::people::site_of;
use crate::web::view::{number, plural};

/// The view that a request asks for.
pub fn view_of(request: &HttpRequest) -> Result<View, PageError> {
    let fields: Vec<(String, String)> =
        url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
    View::parse(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .map_err(PageError::BadRequest)
}

/// Whether a query is as a list's form sends it: with empty fields, or a field for each category.
pub fn is_of_form(query: &str) -> bool {
    let mut seen = Vec::new();
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, value)| match &*name {
        "but" => true,
        "q" | "in" | "not" | "blog" | "lang" | "day" => {
            let is_again = seen.contains(&name);
            seen.push(name);
            is_again || value.trim().is_empty()
        }
        _ => false,
    })
}

/// Sees to it that a view of a hub names categories as they are called today: `Moved` to its path
/// with these names, `Gone` where those that it shows have been deleted.
pub fn check_names(
    connection: &mut DbConnection,
    hub: HubId,
    view: &View,
    path: impl Fn(&View) -> String,
) -> Result<(), PageError> {
    match listed::find_view_names(connection, hub, view)? {
        ViewNames::Today => Ok(()),
        ViewNames::Former(today) => Err(PageError::Moved(path(&today))),
        ViewNames::Gone => Err(PageError::Gone(Missing::Category)),
    }
}

/// The address of a view of a page.
pub fn path_of(page: &str, view: &View) -> String {
    if view.is_everything() { page.to_owned() } else { format!("{page}?{}", view.to_query()) }
}

/// A view as it is in any one category, which shows its own posts whatever the view names.
pub fn in_any(view: &View) -> View {
    view.dropping("in").dropping("not")
}

/// The tabs beside a view: each leads to what it shows there, and says no number, which would be
/// that of all posts.
pub fn narrow_tabs(tabs: &mut [Tab], view: &View) {
    let inside = in_any(view);
    if let Some(everything) = tabs.first_mut() {
        everything.is_current = everything.is_current && *view == inside;
    }
    if inside.is_everything() {
        return;
    }
    for tab in tabs {
        tab.path = path_of(&tab.path, &inside);
        tab.count.clear();
        tab.is_of_view = true;
    }
}

/// What a view of a hub's categories shows, as a heading, with these posts in it.
pub fn title(view: &View, categories: &[Category], posts: &[Listed]) -> String {
    // What is not public is called what whoever asked calls it.
    let title_of = |slug: &Slug| {
        let mut public = categories.iter().filter(|c| c.readers == Readers::Public);
        let known = public.find(|category| category.slug == slug.as_str());
        known.map_or_else(|| slug.as_str().to_owned(), |category| category.title.clone())
    };
    // The name that its posts have here, and no other that the hub may know.
    view.title(title_of, posts.first().map(|post| post.blog_name.as_str()))
}

/// The field to search in.
#[derive(Debug)]
pub struct SearchField {
    /// The page of the list.
    pub path: String,
    /// What is searched for now.
    pub typed: String,
    /// What it says while it is empty.
    pub label: &'static str,
    /// The filter that stays, and has no field to change it: the blog.
    pub blog: Option<String>,
    /// What else the list can be narrowed by, where there is anything.
    pub narrow: Option<Narrow>,
}

impl SearchField {
    /// The field on a page; none where there is nothing to find.
    pub fn of(page: &ListPage, here: &str, view: &View) -> Option<Self> {
        let listed = page.category.as_ref().map_or(page.hub.listed_count, |c| c.listed_count);
        (listed > 0 || !view.is_everything()).then(|| Self {
            path: here.to_owned(),
            typed: view.search.as_ref().map(|s| s.text().to_owned()).unwrap_or_default(),
            label: if page.category.is_some() { "Search this category" } else { "Search this hub" },
            blog: view.blog.clone(),
            narrow: Narrow::of(page, here, view),
        })
    }
}

/// A filter that is set.
#[derive(Debug)]
pub struct Chip {
    /// What it lets through.
    pub says: String,
    /// The same list without it.
    pub path: String,
}

/// What is shown of a list.
#[derive(Debug)]
pub struct Filtered {
    /// In words.
    pub heading: String,
    /// `7 posts`; empty where that would have to be counted.
    pub count: String,
    /// Its parts.
    pub chips: Vec<Chip>,
    /// Whether words were searched for.
    pub is_search: bool,
    /// Whether a language was asked for.
    pub is_by_language: bool,
    /// The same search in the whole hub, from a category.
    pub in_hub: Option<String>,
    /// What is not there, in a sentence.
    pub nothing: String,
    /// Where somebody looks for a post of theirs; only where a blog was asked for.
    pub arrived: Option<String>,
    /// The names that no category here has.
    pub unknown: Vec<Unknown>,
    /// The blog itself, where one was asked for and has posts here.
    pub site: Option<SiteLink>,
}

/// A name that no category has which the list could name.
#[derive(Debug)]
pub struct Unknown {
    /// As it was asked for.
    pub name: String,
    /// The same list without it.
    pub path: String,
}

/// The names of a view of a hub that none of its public categories has. What is locked or unlisted
/// is as what is not there.
fn unknown(page: &ListPage, here: &str, view: &View) -> Vec<Unknown> {
    let is_known = |slug: &Slug| {
        let mut public = page.categories.iter().filter(|c| c.readers == Readers::Public);
        public.any(|category| category.slug == slug.as_str())
    };
    let named = view.categories.iter().chain(&view.without);
    let unknown = named.filter(|slug| !is_known(slug)).map(|slug| Unknown {
        name: slug.as_str().to_owned(),
        path: path_of(here, &view.without_name(slug)),
    });
    unknown.collect()
}

/// How many posts a view of some of a hub's categories shows, where it asks for nothing else: their
/// counters know.
fn in_categories(page: &ListPage, view: &View) -> Option<i64> {
    let is_all = in_any(view).is_everything();
    if page.category.is_some() || !is_all {
        return None;
    }
    let is_in = |slugs: &[Slug], this: &Category| slugs.iter().any(|s| s.as_str() == this.slug);
    let shown = page.categories.iter().filter(|this| {
        let is_named = view.categories.is_empty() || is_in(&view.categories, this);
        this.readers == Readers::Public && is_named && !is_in(&view.without, this)
    });
    Some(shown.map(|category| category.listed_count).sum())
}

/// Where a blog is.
#[derive(Debug)]
pub struct SiteLink {
    /// Its key: its host, and its path on hosts that many share.
    pub name: String,
    /// Its address.
    pub url: String,
    /// As for its posts.
    pub rel: &'static str,
}

impl SiteLink {
    /// The blog of a post.
    fn of(post: &Listed) -> Option<Self> {
        let (name, url) = (post.blog_key.clone(), site_of(&post.url, &post.blog_key));
        (!url.is_empty()).then(|| Self { name, url, rel: rel(post.blog_approved_at.is_some()) })
    }
}

impl Filtered {
    /// What is shown; `None` where it is everything.
    pub fn of(page: &ListPage, here: &str, asked: &Asked) -> Option<Self> {
        let view = &asked.view;
        if view.is_everything() {
            return None;
        }
        let title_of = |view: &View| title(view, &page.categories, &page.posts);
        let chips = view.fields().into_iter().map(|(field, _)| {
            let without = view.dropping(field);
            let mut only = view.clone();
            for (other, _) in without.fields() {
                only = only.dropping(other);
            }
            let says = title_of(&only);
            let says = says.strip_prefix("Posts ").unwrap_or(&says).to_owned();
            Chip { says, path: path_of(here, &without) }
        });
        let heading = title_of(view);
        let says = heading.strip_prefix("Posts ").unwrap_or(&heading);
        let arrived = || match &page.category {
            Some(_) => format!("{here}#arrived"),
            None => format!("{here}/-/add#arrived"),
        };
        let known = in_categories(page, view);
        let is_whole = asked.after.is_none() && page.older.is_none();
        let count = i64::try_from(page.posts.len()).unwrap_or(i64::MAX);
        let in_hub = || path_of(&page.hub.path(), &in_any(view));
        Some(Self {
            nothing: format!("No post {says} is listed here."),
            arrived: view.blog.as_ref().map(|_| arrived()),
            unknown: unknown(page, here, view),
            site: view.blog.as_ref().and_then(|_| SiteLink::of(page.posts.first()?)),
            count: if let Some(count) = known.filter(|count| *count > 0) {
                format!("{} {}", number(count), plural(count, "post", "posts"))
            } else if is_whole && count > 0 {
                format!("{count} {}", plural(count, "post", "posts"))
            } else {
                String::new()
            },
            chips: chips.collect(),
            is_search: view.search.is_some(),
            is_by_language: view.language.is_some(),
            in_hub: page.category.as_ref().map(|_| in_hub()),
            heading,
        })
    }
}
