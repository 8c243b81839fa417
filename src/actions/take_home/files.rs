//! Where each address of a hub is in the folder that it is taken home in.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};

use crate::model::id::PublicId;
use crate::model::own_name::inward;
use crate::wire::offline::Lead;

/// The page that searches, and the posts it searches.
pub const SEARCH: &str = "-/search/index.html";
/// See there.
pub const SEARCH_INDEX: &str = "-/search/index.js";
/// See there.
pub const SEARCH_SCRIPT: &str = "-/search/search.js";

/// The tables beside the numbers of a hub.
const TABLES: [&str; 3] = ["activity.csv", "event.csv", "categories.csv"];

/// The addresses of a hub that everybody may read, as files.
#[derive(Debug)]
pub struct Files {
    /// The instance's address, without a slash at its end.
    pub home: String,
    /// The hub's name in addresses.
    pub hub: String,
    /// Where its pages are, if it uses a name of its own.
    pub own_home: Option<String>,
    /// The names of its public categories.
    pub categories: HashSet<String>,
    /// Those of the talks that stand in its programme.
    pub talks: HashSet<String>,
    /// The names of its pictures.
    pub pictures: HashSet<String>,
    /// The ids of what is listed in them.
    pub posts: HashSet<PublicId>,
    /// Addresses of files that pages lead to, or load.
    wanted: RefCell<BTreeSet<String>>,
}

/// A page of several: its file is numbered.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// Its address, without what stands behind the `?`.
    pub path: &'a str,
    /// Which it is: the first is 1.
    pub page: usize,
    /// Its file.
    pub file: &'a str,
}

impl Files {
    /// None is wanted yet.
    pub fn new(home: String, hub: String, own_home: Option<String>) -> Self {
        let (categories, talks, pictures, posts) = Default::default();
        let wanted = RefCell::default();
        Self { home, hub, own_home, categories, talks, pictures, posts, wanted }
    }

    /// Addresses of files that pages led to since it was asked last.
    pub fn take_wanted(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.wanted.borrow_mut())
    }

    /// Where an address leads from a page.
    pub fn lead(&self, at: At<'_>, address: &str) -> Lead {
        if address.starts_with('#') {
            return Lead::File(address.to_owned());
        }
        let Some(local) = self.inside(address) else { return Lead::Away(address.to_owned()) };
        let (rest, fragment) = split(&local, '#');
        let (path, query) = split(rest, '?');
        match self.file(at, path, query) {
            Some(file) => {
                let (file, query) = split(&file, '?');
                let to = relative(at.file, file);
                let join = |mark: char, part: &str| match part {
                    "" => String::new(),
                    part => format!("{mark}{part}"),
                };
                Lead::File(format!("{to}{}{}", join('?', query), join('#', fragment)))
            }
            None => Lead::Away(self.outside(address, &local)),
        }
    }

    /// The path of this site that an address stands for, with what stands behind it; `None` where
    /// it is neither this site's nor under the hub's own name.
    pub fn inside(&self, address: &str) -> Option<String> {
        if let Some(rest) = self.under_own_name(address) {
            let (path, more) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
            return Some(format!("{}{more}", inward(&self.hub, path)));
        }
        match address.strip_prefix(&self.home).unwrap_or(address) {
            "" => Some("/".to_owned()),
            local if local.starts_with('/') && !local.starts_with("//") => Some(local.to_owned()),
            _ => None,
        }
    }

    /// What stands behind the hub's own name in an address.
    fn under_own_name<'a>(&self, address: &'a str) -> Option<&'a str> {
        let rest = address.strip_prefix(self.own_home.as_deref()?)?;
        (rest.is_empty() || rest.starts_with(['/', '?', '#'])).then_some(rest)
    }

    /// Where an address that has no file leads: to the hub's own name, where its pages are there,
    /// and to this site.
    fn outside(&self, address: &str, local: &str) -> String {
        let Some(own_home) = &self.own_home else { return format!("{}{local}", self.home) };
        if self.under_own_name(address).is_some() {
            return address.to_owned();
        }
        let of_hub = local.strip_prefix('/').and_then(|path| path.strip_prefix(&self.hub));
        match of_hub {
            Some(rest) if rest.is_empty() || rest.starts_with(['/', '?', '#']) => {
                format!("{own_home}{rest}")
            }
            // Under a hub's own name, the way to the site's first page.
            _ if local == "/hubs" => format!("{}/", self.home),
            _ => format!("{}{local}", self.home),
        }
    }

    /// The file of an address, from the folder's root; what is searched for stands behind a `?`.
    fn file(&self, at: At<'_>, path: &str, query: &str) -> Option<String> {
        let search = |name: &str| Some(format!("-/search/{name}"));
        match path {
            "/-/search/index.js" => return search("index.js"),
            "/-/search/search.js" => return search("search.js"),
            _ => {}
        }
        let mut parts = path.strip_prefix('/')?.split('/');
        let (first, second) = (parts.next()?, parts.next());
        let rest: Vec<&str> = parts.collect();
        if first == "assets" {
            return self.want(path, format!("-/assets/{}", second?));
        }
        if first == "p" && query.is_empty() && rest.is_empty() {
            let id = PublicId::parse(second?)?;
            return self.posts.contains(&id).then(|| format!("p/{id}.html"));
        }
        if first != self.hub {
            return None;
        }
        match (second, rest.as_slice()) {
            (None, []) => self.list(at, path, query, ""),
            (Some("-"), [name]) => self.of_hub(at, path, query, name),
            // An about page may lead to pictures that are there no more.
            (Some("-"), ["picture", name]) if self.pictures.contains(*name) => {
                self.want(path, format!("-/picture/{name}"))
            }
            (Some("-"), ["stats", name]) if TABLES.contains(name) => {
                self.want(path, format!("-/stats/{name}"))
            }
            (Some("-"), ["talks", talk]) if self.talks.contains(*talk) => {
                self.talk(at, path, query, talk)
            }
            (Some("-"), ["talks", talk, feed_of]) if self.talks.contains(*talk) => {
                self.want(path, format!("-/talks/{talk}/{}", feed(feed_of)?))
            }
            (Some("-"), ["people", "opml"]) => self.want(path, "-/people/people.opml".to_owned()),
            (Some("opml"), []) => self.want(path, "hub.opml".to_owned()),
            (Some(name), []) if feed(name).is_some() && query.is_empty() => {
                self.want(path, feed(name)?.to_owned())
            }
            (Some(name), []) if self.categories.contains(name) => {
                self.list(at, path, query, &format!("{name}/"))
            }
            (Some(name), [feed_of]) if self.categories.contains(name) && query.is_empty() => {
                self.want(path, format!("{name}/{}", feed(feed_of)?))
            }
            _ => None,
        }
    }

    /// A page of posts: as it is, the one after this, or some of them.
    fn list(&self, at: At<'_>, path: &str, query: &str, folder: &str) -> Option<String> {
        if query.is_empty() {
            return Some(format!("{folder}index.html"));
        }
        if query.starts_with("before=") {
            return (at.path == path).then(|| format!("{folder}page-{}.html", at.page + 1));
        }
        let of = match folder.strip_suffix('/') {
            Some(category) => format!("&in={category}"),
            None => String::new(),
        };
        Some(format!("{SEARCH}?{query}{of}"))
    }

    fn of_hub(&self, at: At<'_>, path: &str, query: &str, name: &str) -> Option<String> {
        match (name, query) {
            ("people" | "about" | "stats", "") => Some(format!("-/{name}/index.html")),
            ("talks", "") if !self.talks.is_empty() => Some("-/talks/index.html".to_owned()),
            ("people", query) if at.path == path && query.starts_with("name=") => {
                Some(format!("-/people/page-{}.html", at.page + 1))
            }
            _ => None,
        }
    }

    /// The page of a talk: as it is, or the one after this.
    fn talk(&self, at: At<'_>, path: &str, query: &str, talk: &str) -> Option<String> {
        match query {
            "" => Some(format!("-/talks/{talk}/index.html")),
            older if at.path == path && older.starts_with("before=") => {
                Some(format!("-/talks/{talk}/page-{}.html", at.page + 1))
            }
            _ => None,
        }
    }

    fn want(&self, path: &str, file: String) -> Option<String> {
        self.wanted.borrow_mut().insert(path.to_owned());
        Some(file)
    }

    /// What a search form of this address asks for beside what is typed.
    pub fn asks(&self, action: &str) -> Vec<(String, String)> {
        let path = self.inside(action).unwrap_or_default();
        let category = path.strip_prefix(&format!("/{}/", self.hub));
        let category = category.filter(|category| self.categories.contains(*category));
        category.map(|category| ("in".to_owned(), category.to_owned())).into_iter().collect()
    }

    /// The file of an address that [`Self::take_wanted`] gave.
    pub fn wanted_file(&self, path: &str) -> Option<String> {
        self.file(At { path: "", page: 0, file: "" }, path, "")
    }
}

/// The file of a feed, by the last part of its address.
fn feed(segment: &str) -> Option<&'static str> {
    match segment {
        "rss" => Some("rss.xml"),
        "atom" => Some("atom.xml"),
        "feed.json" => Some("feed.json"),
        _ => None,
    }
}

fn split(text: &str, at: char) -> (&str, &str) {
    text.split_once(at).unwrap_or((text, ""))
}

/// The way from one file of the folder to another.
pub fn relative(from: &str, to: &str) -> String {
    let up = "../".repeat(from.matches('/').count());
    format!("{up}{to}")
}

#[cfg(test)]
mod tests;
