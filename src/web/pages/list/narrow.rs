//! The form that narrows a list by category, day and language: what is set, and what there is.

use jiff::civil::Date;

use crate::actions::read_page::{LANGUAGES, ListPage};
use crate::clock::Timestamp;
use crate::model::category::Readers;
use crate::model::language::Language;
use crate::model::slug::Slug;
use crate::model::view::View;
use crate::web::view::{Zone, number, plural};

/// What a list can be narrowed by.
#[derive(Debug)]
pub struct Narrow {
    /// `Narrow by category, day or language`: what there is.
    pub summary: String,
    /// Whether any of it is set.
    pub is_set: bool,
    /// The categories to tick: of a hub that has several.
    pub ticks: Vec<Tick>,
    /// Whether those that are ticked are left out.
    pub is_without: bool,
    /// The days to choose from, where there are several.
    pub days: Option<Days>,
    /// The languages to choose from.
    pub languages: Vec<Choice>,
    /// `9 posts name no language`; empty where each does.
    pub nameless: String,
    /// All posts of the list.
    pub all: String,
}

/// A category to tick.
#[derive(Debug)]
pub struct Tick {
    /// Its name in addresses.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Whether it is ticked.
    pub is_set: bool,
}

/// A language to choose.
#[derive(Debug)]
pub struct Choice {
    /// Its tag.
    pub tag: String,
    /// `Portuguese (7)`.
    pub says: String,
    /// Whether it is chosen.
    pub is_set: bool,
}

/// The days of a list, as a field for days has them.
#[derive(Debug)]
pub struct Days {
    /// The day that is chosen; may be empty.
    pub chosen: String,
    /// The first and the last on which anything was listed.
    pub first: String,
    /// See there.
    pub last: String,
}

impl Narrow {
    /// What there is on a page; none where that is nothing. Categories that are not public are not
    /// named.
    pub fn of(page: &ListPage, here: &str, view: &View) -> Option<Self> {
        let (ticks, days) = (ticks(page, view), days(page, view));
        let languages = languages(page, view);
        let there = [
            ("category", !ticks.is_empty()),
            ("day", days.is_some()),
            ("language", !languages.is_empty()),
        ];
        let there: Vec<&str> =
            there.into_iter().filter(|(_, is_there)| *is_there).map(|(what, _)| what).collect();
        let (last, before) = there.split_last()?;
        let or = if before.is_empty() { "" } else { " or " };
        Some(Self {
            summary: format!("Narrow by {}{or}{last}", before.join(", ")),
            is_set: !view.dropping("q").dropping("blog").is_everything(),
            ticks,
            is_without: view.categories.is_empty() && !view.without.is_empty(),
            days,
            nameless: if languages.is_empty() { String::new() } else { nameless(page) },
            languages,
            all: here.to_owned(),
        })
    }
}

fn ticks(page: &ListPage, view: &View) -> Vec<Tick> {
    let public: Vec<_> = page.categories.iter().filter(|c| c.readers == Readers::Public).collect();
    if page.category.is_some() || public.len() < 2 {
        return Vec::new();
    }
    let is_in = |slugs: &[Slug], name: &str| slugs.iter().any(|slug| slug.as_str() == name);
    let is_set = |name: &str| match view.categories.as_slice() {
        [] => is_in(&view.without, name),
        only => is_in(only, name) && !is_in(&view.without, name),
    };
    let tick = |(name, title): (&String, &String)| Tick {
        is_set: is_set(name),
        name: name.clone(),
        title: title.clone(),
    };
    public.into_iter().map(|category| tick((&category.slug, &category.title))).collect()
}

fn days(page: &ListPage, view: &View) -> Option<Days> {
    let zone = Zone::of(&page.hub);
    let newest = page.category.as_ref().map_or(page.hub.last_listed_at, |c| c.last_listed_at);
    let first = Timestamp::from_micros(page.first_hour? * 3_600_000_000);
    let (first, last) = (zone.civil(first), zone.civil(newest?));
    if first == last && view.day.is_none() {
        return None;
    }
    // The chosen day is within them, wherever it is.
    let written = |day: Date| day.to_string();
    Some(Days {
        chosen: view.day.map(written).unwrap_or_default(),
        first: written(view.day.map_or(first, |day| day.min(first))),
        last: written(view.day.map_or(last, |day| day.max(last))),
    })
}

fn languages(page: &ListPage, view: &View) -> Vec<Choice> {
    let there = page.languages.iter().filter_map(|(tag, posts)| {
        let language = Language::parse(tag)?;
        let says = format!("{} ({})", language.name(), number(*posts));
        Some(Choice { tag: tag.clone(), says, is_set: view.language.as_ref() == Some(&language) })
    });
    let mut choices: Vec<Choice> = there.collect();
    choices.sort_by(|a, b| a.says.cmp(&b.says));
    let is_chosen = choices.iter().any(|choice| choice.is_set);
    if let Some(language) = view.language.as_ref().filter(|_| !is_chosen) {
        let (tag, says) = (language.as_str().to_owned(), language.name().to_owned());
        choices.push(Choice { tag, says, is_set: true });
    }
    choices
}

/// How many posts of a list name no language, in words. Nothing where some languages are left out,
/// and their posts with them.
fn nameless(page: &ListPage) -> String {
    let listed = page.category.as_ref().map_or(page.hub.listed_count, |c| c.listed_count);
    let count = listed - page.languages.iter().map(|(_, posts)| posts).sum::<i64>();
    let is_cut = i64::try_from(page.languages.len()).is_ok_and(|shown| shown >= LANGUAGES);
    if is_cut || count < 1 {
        return String::new();
    }
    format!("{} {} no language", number(count), plural(count, "post names", "posts name"))
}
