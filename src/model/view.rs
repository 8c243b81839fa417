//! Views: a hub's or category's posts, as they are, or some of them.

use jiff::civil::Date;

use super::id::PublicId;
use super::language::Language;
use super::slug::Slug;
use super::web_url::{Hosts, WebUrl};
use super::words::Search;
use crate::clock::Timestamp;

/// The most categories that a view names.
pub const MAX_CATEGORIES: usize = 50;

/// Which posts of a list are shown: those for which everything here holds. Nothing set is the list
/// as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// `q`: with these words.
    pub search: Option<Search>,
    /// `in`: of these categories, each once, in order.
    pub categories: Vec<Slug>,
    /// `not`: of any category but these.
    pub without: Vec<Slug>,
    /// `blog`: the key of the blog they are from.
    pub blog: Option<String>,
    /// `lang`: whose page says that it is in this language.
    pub language: Option<Language>,
    /// `day`: listed on this day, in the hub's time zone.
    pub day: Option<Date>,
}

impl View {
    /// Reads the fields of an address that are a view's; others, and empty ones, are none of its
    /// business. With `but`, a form's categories are those that are left out. `Err` is a sentence
    /// for whoever typed it.
    pub fn parse<'a>(
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, &'static str> {
        let (mut view, mut is_turned) = (Self::default(), false);
        for (name, value) in fields {
            if value.trim().is_empty() {
                continue;
            }
            match name {
                "q" => view.search = Search::parse(value),
                "in" => add_slugs(&mut view.categories, value)?,
                "not" => add_slugs(&mut view.without, value)?,
                "but" => is_turned = true,
                "blog" => view.blog = Some(blog_key(value)?),
                "lang" => {
                    let language = Language::parse(value.trim());
                    view.language =
                        Some(language.ok_or("Write a language tag, such as en, de or pt-BR.")?);
                }
                "day" => {
                    let day = value.trim().parse();
                    view.day =
                        Some(day.map_err(|_unreadable| "Write a day as 2026-10-08, for example.")?);
                }
                _ => {}
            }
        }
        if is_turned {
            std::mem::swap(&mut view.categories, &mut view.without);
        }
        Ok(view)
    }

    /// Whether it is the list as it is.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// What [`View::parse`] reads, without a `?`: the same for the same view.
    pub fn to_query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.fields());
        // A comma is itself in a query, and is read better so.
        query.finish().replace("%2C", ",")
    }

    /// Its fields, as a form or address has them.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let list = |slugs: &[Slug]| {
            let names: Vec<&str> = slugs.iter().map(Slug::as_str).collect();
            names.join(",")
        };
        [
            ("q", self.search.as_ref().map(|search| search.text().to_owned()).unwrap_or_default()),
            ("in", list(&self.categories)),
            ("not", list(&self.without)),
            ("blog", self.blog.clone().unwrap_or_default()),
            ("lang", self.language.as_ref().map(|l| l.as_str().to_owned()).unwrap_or_default()),
            ("day", self.day.map(|day| day.to_string()).unwrap_or_default()),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
    }

    /// The same without one of its fields.
    #[must_use]
    pub fn dropping(&self, field: &str) -> Self {
        let mut view = self.clone();
        match field {
            "q" => view.search = None,
            "in" => view.categories.clear(),
            "not" => view.without.clear(),
            "blog" => view.blog = None,
            "lang" => view.language = None,
            "day" => view.day = None,
            _ => {}
        }
        view
    }

    /// The same without naming this category.
    #[must_use]
    pub fn without_name(&self, name: &Slug) -> Self {
        let mut view = self.clone();
        view.categories.retain(|slug| slug != name);
        view.without.retain(|slug| slug != name);
        view
    }

    /// The same with other names of its categories.
    #[must_use]
    pub fn renaming(&self, name: impl Fn(&Slug) -> Slug) -> Self {
        let renamed = |slugs: &[Slug]| {
            let mut slugs: Vec<Slug> = slugs.iter().map(&name).collect();
            slugs.sort_unstable();
            slugs.dedup();
            slugs
        };
        let (categories, without) = (renamed(&self.categories), renamed(&self.without));
        Self { categories, without, ..self.clone() }
    }

    /// What it shows, as a heading: `Posts about “rss” in Keynotes, Tuesday 11 March 2003`.
    /// `category` is what a category is called, `blog` what the blog is.
    pub fn title(&self, category: impl Fn(&Slug) -> String, blog: Option<&str>) -> String {
        let mut title = "Posts".to_owned();
        if let Some(search) = &self.search {
            title.push_str(&format!(" about “{}”", search.text()));
        }
        if let Some(key) = &self.blog {
            title.push_str(&format!(" from {}", blog.unwrap_or(key)));
        }
        if let Some(language) = &self.language {
            title.push_str(&format!(" in {}", language.name()));
        }
        if !self.categories.is_empty() {
            title.push_str(&format!(" in {}", joined(&self.categories, "or", &category)));
        }
        match (self.without.is_empty(), self.categories.is_empty()) {
            (true, _) => {}
            (false, true) => {
                let without = joined(&self.without, "and", &category);
                title.push_str(&format!(" from all categories except {without}"));
            }
            (false, false) => {
                let without = joined(&self.without, "or", &category);
                title.push_str(&format!(" but not in {without}"));
            }
        }
        if let Some(day) = self.day {
            let before = if title == "Posts" { " of " } else { ", " };
            title.push_str(&format!("{before}{}", day.strftime("%A %-d %B %Y")));
        }
        title
    }
}

/// `Keynotes`, `Keynotes and Panels`, `Keynotes, Panels and Film`.
fn joined(slugs: &[Slug], word: &str, category: impl Fn(&Slug) -> String) -> String {
    let names: Vec<String> = slugs.iter().map(category).collect();
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => {
            format!("{} {word} {last}", before.join(", "))
        }
        _ => names.concat(),
    }
}

fn add_slugs(slugs: &mut Vec<Slug>, names: &str) -> Result<(), &'static str> {
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let slug = Slug::for_category(name);
        slugs.push(slug.map_err(|_none| "Name categories as their addresses do.")?);
    }
    slugs.sort_unstable();
    slugs.dedup();
    if slugs.len() > MAX_CATEGORIES {
        Err("Name fifty categories at most: no hub has more.")
    } else {
        Ok(())
    }
}

/// The key of a blog by its key, its host or any address on it. `Err` is a sentence for whoever typed
/// it.
pub fn blog_key(typed: &str) -> Result<String, &'static str> {
    let typed = typed.trim();
    let has_scheme = typed.starts_with("http://") || typed.starts_with("https://");
    let url = if has_scheme { typed.to_owned() } else { format!("http://{typed}") };
    let url = WebUrl::parse_on(&url, Hosts::AlsoLoopback)
        .map_err(|_none| "Name a blog by its address.")?;
    Ok(url.blog_key())
}

/// A place in a list, as an address has it: after this post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// When it was listed. Without it the post itself says so, while it is listed.
    pub listed_at: Option<Timestamp>,
    /// The post.
    pub id: PublicId,
}

impl After {
    /// Reads what its `Display` wrote, or a post's id alone.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((listed_at, id)) = text.split_once('-') else {
            return Some(Self { listed_at: None, id: PublicId::parse(text)? });
        };
        let micros: i64 = listed_at.parse().ok().filter(|micros| (0..1 << 53).contains(micros))?;
        let listed_at = Some(Timestamp::from_micros(micros));
        Some(Self { listed_at, id: PublicId::parse(id)? })
    }
}

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.listed_at {
            Some(listed_at) => write!(f, "{}-{}", listed_at.micros(), self.id),
            None => write!(f, "{}", self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(query: &str) -> Result<View, &'static str> {
        let fields: Vec<(String, String)> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        View::parse(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    #[test]
    fn a_view_has_one_address() {
        for (typed, query) in [
            ("", ""),
            ("q=&day=&in=&before=x&key=y", ""),
            ("q=+RSS++feeds+", "q=RSS+feeds"),
            ("q=%00", ""),
            ("in=panels,keynotes&in=panels", "in=keynotes,panels"),
            ("day=2003-03-11&q=a%26b", "q=a%26b&day=2003-03-11"),
            ("blog=WWW.Ada.example", "blog=ada.example"),
            ("blog=https://www.ada.example/2003/post", "blog=ada.example"),
            ("blog=medium.com/@ada", "blog=medium.com%2F%40ada"),
            ("lang=PT-br&not=Film", "not=film&lang=pt-br"),
            ("q=&in=film&in=porto&but=1&day=&lang=", "not=film,porto"),
            ("but=1", ""),
        ] {
            let view = view(typed).unwrap();
            assert_eq!(view.to_query(), query, "{typed}");
            assert_eq!(self::view(query).unwrap(), view, "{typed}");
            assert_eq!(view.is_everything(), query.is_empty());
        }
        for typed in ["day=today", "day=2003-02-30", "lang=german", "in=a/b", "blog=%22", "blog=x"]
        {
            assert!(view(typed).is_err(), "{typed}");
        }
        let many: Vec<String> = (0..60).map(|n| format!("c{n}")).collect();
        assert!(view(&format!("in={}", many.join(","))).is_err());
    }

    #[test]
    fn a_view_says_what_it_shows() {
        for (query, title) in [
            ("", "Posts"),
            (
                "q=rss&in=keynotes&day=2003-03-11",
                "Posts about “rss” in KEYNOTES, Tuesday 11 March 2003",
            ),
            ("day=2003-03-11", "Posts of Tuesday 11 March 2003"),
            ("blog=ada.example&lang=de", "Posts from Ada’s in German"),
            ("not=a,b", "Posts from all categories except A and B"),
            ("in=a,b,c&not=d", "Posts in A, B or C but not in D"),
        ] {
            let title_of = |slug: &Slug| slug.as_str().to_uppercase();
            assert_eq!(view(query).unwrap().title(title_of, Some("Ada’s")), title);
        }
    }

    #[test]
    fn a_place_is_read_as_it_was_written_and_in_its_older_form() {
        let id = PublicId::new(1_000, [7; 10]);
        let place = After { listed_at: Some(Timestamp::from_micros(1_047_391_200_000_000)), id };
        assert_eq!(After::parse(&place.to_string()), Some(place));
        assert_eq!(After::parse(&id.to_string()), Some(After { listed_at: None, id }));
        for text in ["", "-", "x", &format!("-1-{id}"), &format!("9999999999999999999-{id}"), "1-x"]
        {
            assert_eq!(After::parse(text), None, "{text}");
        }
    }
}
