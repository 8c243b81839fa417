//! How things look on pages: times, numbers, plurals, avatars.

pub mod plot;
mod qr;

pub use qr::QrCode;

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::app::Closed;
use crate::clock::Timestamp;
use crate::db::hubs::Hub;
use crate::model::colour::Accent;
use crate::model::language::Language;
use crate::wire::discovery;

/// A time zone to show times in.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of this IANA name; UTC where there is none of that name.
    pub fn named(name: &str) -> Self {
        Self(TimeZone::get(name).unwrap_or(TimeZone::UTC))
    }

    /// A hub's zone.
    pub fn of(hub: &Hub) -> Self {
        Self::named(&hub.time_zone)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// A time as a pattern of `strftime` has it.
    pub fn written(&self, at: Timestamp, pattern: &str) -> String {
        self.local(at).strftime(pattern).to_string()
    }

    /// `2003-03-11T16:40:00-06:00`: the time there, for machines.
    pub fn iso(&self, at: Timestamp) -> String {
        self.written(at, "%Y-%m-%dT%H:%M:%S%:z")
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.to_jiff().to_zoned(self.0.clone())
    }

    /// `Tuesday 11 March 2003`: the heading over a day's posts.
    pub fn day(&self, at: Timestamp) -> String {
        self.local(at).strftime("%A %-d %B %Y").to_string()
    }

    /// The day it is there.
    pub fn civil(&self, at: Timestamp) -> Date {
        self.local(at).date()
    }

    /// When a day begins there; none beyond the calendar.
    pub fn midnight(&self, day: jiff::civil::Date) -> Option<Timestamp> {
        let midnight = day.to_zoned(self.0.clone()).ok()?;
        Some(Timestamp::from_micros(midnight.timestamp().as_microsecond()))
    }

    /// `11 March 2003`: where the hour does not matter.
    pub fn date(&self, at: Timestamp) -> String {
        self.local(at).strftime("%-d %B %Y").to_string()
    }

    /// `16:40`.
    pub fn time(&self, at: Timestamp) -> String {
        self.local(at).strftime("%H:%M").to_string()
    }

    /// `16:40:12`.
    pub fn seconds(&self, at: Timestamp) -> String {
        self.local(at).strftime("%H:%M:%S").to_string()
    }

    /// `11 March 2003, 16:40`.
    pub fn moment(&self, at: Timestamp) -> String {
        self.local(at).strftime("%-d %B %Y, %H:%M").to_string()
    }

    /// `11 March 2003, 16:40 CST`: where the reader may be anywhere.
    pub fn moment_zoned(&self, at: Timestamp) -> String {
        self.local(at).strftime("%-d %B %Y, %H:%M %Z").to_string()
    }
}

/// Since when a category takes no pings, or from when on it does, as a sentence.
pub fn closed_sentence(closed: &Closed) -> String {
    let moment = Zone::named(&closed.time_zone).moment_zoned(closed.at);
    if closed.is_over {
        let said = closing_sentence(&closed.words);
        format!("The category has been closed since {moment}, and takes no more posts.{said}")
    } else {
        format!("The category opens on {moment}, and takes no posts before.")
    }
}

/// What the organizers of a hub that is frozen say about it, after another sentence; nothing where
/// they say nothing.
pub fn closing_sentence(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(" The organizers say: “{words}”") }
}

/// The machine-readable time of a `<time>`.
pub fn iso(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `1284` as `1,284`.
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if n < 0 { format!("−{text}") } else { text }
}

/// `post` or `posts`.
pub fn plural<'a>(n: i64, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

/// `11–15 March 2003 · Austin, Texas`: the line over a hub's title.
pub fn dates_and_place(hub: &Hub) -> String {
    let date =
        |text: &Option<String>| text.as_deref().and_then(|t| t.parse::<jiff::civil::Date>().ok());
    let dates = match (date(&hub.starts_on), date(&hub.ends_on)) {
        (Some(first), Some(last)) if first == last => first.strftime("%-d %B %Y").to_string(),
        (Some(first), Some(last)) => {
            let from = if first.year() != last.year() {
                first.strftime("%-d %B %Y").to_string()
            } else if first.month() != last.month() {
                first.strftime("%-d %B").to_string()
            } else {
                first.strftime("%-d").to_string()
            };
            format!("{from}–{}", last.strftime("%-d %B %Y"))
        }
        _ => String::new(),
    };
    match (dates.is_empty(), hub.place.is_empty()) {
        (false, false) => format!("{dates} · {}", hub.place),
        (false, true) => dates,
        (true, _) => hub.place.clone(),
    }
}

/// A letter instead of a picture: the first one of a blog's name, and one of six tints.
#[derive(Debug, Clone)]
pub struct Avatar {
    /// One grapheme.
    pub letter: String,
    /// A class of the style sheet, `t0` to `t5`.
    pub tint: &'static str,
}

impl Avatar {
    /// The avatar of a blog: the same on every page.
    pub fn of(blog_name: &str) -> Self {
        use unicode_segmentation::UnicodeSegmentation;
        let letter = blog_name
            .graphemes(true)
            .find(|g| g.chars().any(char::is_alphanumeric))
            .unwrap_or("·")
            .to_owned();
        let tints = ["t0", "t1", "t2", "t3", "t4", "t5"];
        let hash = Sha256::digest(blog_name.as_bytes());
        Self { letter, tint: tints[usize::from(hash[0]) % tints.len()] }
    }
}

/// The style block with a hub's accent. Built from checked colours only, so it is safe as it is.
#[derive(Debug, Clone)]
pub struct AccentCss(String);

impl AccentCss {
    /// The block of this accent.
    pub fn of(accent: &str) -> Self {
        let accent = Accent::parse(accent).unwrap_or(Accent::DEFAULT);
        let (on_light, on_dark) = accent.on_accent();
        Self(format!(
            ":root{{--accent:light-dark({},{});--on-accent:light-dark({on_light},{on_dark})}}",
            accent.light(),
            accent.dark(),
        ))
    }

    /// The block's source for a Content-Security-Policy.
    pub fn csp_source(&self) -> String {
        style_source(&self.0)
    }
}

/// The `dir` of a text in a language: that of the language where it is known to be written from right
/// to left, else that of the text's first letter. Pages often name the language of their template.
pub fn dir_of(language: &str) -> &'static str {
    match Language::parse(language) {
        Some(language) if language.is_right_to_left() => "rtl",
        _ => "auto",
    }
}

/// The source of a style block of ours for a Content-Security-Policy.
pub fn style_source(css: &str) -> String {
    let hash = Sha256::digest(css.as_bytes());
    format!("'sha256-{}'", data_encoding::BASE64.encode(&hash))
}

impl std::fmt::Display for AccentCss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for AccentCss {}

/// The RDF block of a category page, escaped by [`discovery::rdf_block`].
#[derive(Debug)]
pub struct RdfBlock(String);

impl RdfBlock {
    /// The block of a category.
    pub fn of(page: &str, ping: &str, title: &str) -> Self {
        Self(discovery::rdf_block(page, ping, title))
    }
}

impl std::fmt::Display for RdfBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for RdfBlock {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_absolute_and_in_the_hubs_zone() {
        let at = Timestamp::from_micros(1_047_422_400_000_000);
        let austin = Zone::named("America/Chicago");
        assert_eq!(austin.moment(at), "11 March 2003, 16:40");
        assert_eq!(austin.moment_zoned(at), "11 March 2003, 16:40 CST");
        assert_eq!(austin.day(at), "Tuesday 11 March 2003");
        assert_eq!(Zone::named("Nowhere/Else").time(at), "22:40");
        assert_eq!(iso(at), "2003-03-11T22:40:00Z");
    }

    #[test]
    fn numbers_have_commas_and_things_their_plurals() {
        assert_eq!(number(1_284), "1,284");
        assert_eq!(number(1_000_000), "1,000,000");
        assert_eq!(number(12), "12");
        assert_eq!((plural(1, "post", "posts"), plural(0, "post", "posts")), ("post", "posts"));
    }

    #[test]
    fn an_avatar_is_a_letter_in_any_script() {
        assert_eq!(Avatar::of("“paper kite”").letter, "p");
        assert_eq!(Avatar::of("東京日記").letter, "東");
        assert_eq!(Avatar::of("!!!").letter, "·");
    }
}
