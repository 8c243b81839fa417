//! WebSub: feeds that are pushed to whoever subscribed to them.

use std::time::Duration;

use super::named;
use super::slug::Slug;
use super::view::View;

/// Subscriptions to one feed that hold.
pub const MAX_OF_TOPIC: i64 = 1_000;
/// Subscriptions to the feeds of one hub that lead to one domain, whether they hold or were asked
/// for.
pub const MAX_OF_DOMAIN: i64 = 100;
/// Requests of one sender, and those that lead to one domain, whose callback has not answered yet:
/// as many as it is asked in an hour.
pub const MAX_ASKED: i64 = 60;
/// The same of everybody.
pub const MAX_ASKED_IN_ALL: i64 = 1_000;
/// Subscriptions to views of one hub: each is looked up anew with each change.
pub const MAX_OF_VIEWS: i64 = 200;
/// The longest address of a callback, in bytes: it stands in an index.
pub const MAX_CALLBACK: usize = 1_000;
/// The same of a feed.
pub const MAX_TOPIC: usize = 1_000;
/// A secret is shorter than this, in bytes (WebSub 5.1).
pub const SECRET_BELOW: usize = 200;
/// A callback that only fails for so long has its subscription ended.
pub const DEAD_AFTER: Duration = Duration::from_secs(7 * DAY);

/// How long after each try that failed the next one is: after the last there is none.
pub const AGAIN: [Duration; 4] = [
    Duration::from_secs(60),
    Duration::from_secs(600),
    Duration::from_secs(7_200),
    Duration::from_secs(DAY),
];

const DAY: u64 = 86_400;
/// The first part of the addresses of topics over hubs: no hub's name.
const TOPICS: &str = "topics";
const DEFAULT_LEASE: Duration = Duration::from_secs(10 * DAY);
const SHORTEST_LEASE: Duration = Duration::from_secs(5 * 60);
/// How long a subscription holds at most.
pub const LONGEST_LEASE: Duration = Duration::from_secs(30 * DAY);

named! {
    /// What a callback is asked or told.
    Asked {
        /// Whether it wants the feed.
        Subscribe = "subscribe",
        /// Whether it does not want the feed any more.
        Unsubscribe = "unsubscribe",
        /// That there is no such feed for it any more.
        Denied = "denied",
    }
}

named! {
    /// The format of a feed, by the last part of its address.
    FeedFormat {
        /// RSS 2.0.
        Rss = "rss",
        /// Atom 1.0.
        Atom = "atom",
        /// JSON Feed 1.1.
        Json = "feed.json",
    }
}

/// Whose feed an address is of, as names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publisher {
    /// A hub's.
    Hub(String),
    /// A category's: its hub's name, and its own.
    Category(String, String),
    /// That of a topic over hubs.
    Topic(Slug),
}

/// The address of one of our feeds, as names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Whose feed it is.
    pub of: Publisher,
    /// Which posts.
    pub view: View,
    /// The format.
    pub format: FeedFormat,
}

impl Topic {
    /// Reads the address of a feed under `home`, to the letter as the feed gives it itself: nothing
    /// but a view behind the `?`, so that the key of a locked feed never comes here.
    pub fn parse(text: &str, home: &str) -> Option<Self> {
        let path = text.strip_prefix(home)?.strip_prefix('/')?;
        if text.len() > MAX_TOPIC {
            return None;
        }
        let view = Self::view_of(text)?;
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let (page, format) = path.rsplit_once('/')?;
        let format = FeedFormat::parse(format)?;
        let slug = |text: &str| Slug::for_category(text).ok().filter(|slug| slug.as_str() == text);
        let name = |text: &str| slug(text).map(|slug| slug.as_str().to_owned());
        let of = match page.split_once('/') {
            Some((TOPICS, topic)) if view.is_everything() => Publisher::Topic(slug(topic)?),
            Some((TOPICS, _)) => return None,
            Some((hub, category)) => Publisher::Category(name(hub)?, name(category)?),
            None => Publisher::Hub(name(page)?),
        };
        Some(Self { of, view, format })
    }

    /// The view of which an address is the feed; `None` where it is not written as that feed writes
    /// it.
    pub fn view_of(address: &str) -> Option<View> {
        let Some((_, query)) = address.split_once('?') else { return Some(View::default()) };
        let fields: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
        let view = View::parse(fields.iter().map(|(name, value)| (&**name, &**value))).ok()?;
        (!view.is_everything() && view.to_query() == query).then_some(view)
    }
}

impl FeedFormat {
    /// The address of a page's feed in this format.
    pub fn feed_of(self, page: &str) -> String {
        format!("{page}/{}", self.as_str())
    }
}

/// How long a subscription holds for which so many seconds were asked: 10 days where nothing was
/// said, five minutes at least, 30 days at most.
pub fn lease(asked: Option<u64>) -> Duration {
    asked.map_or(DEFAULT_LEASE, |seconds| {
        Duration::from_secs(seconds).clamp(SHORTEST_LEASE, LONGEST_LEASE)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "https://hubs.example";

    #[test]
    fn a_topic_is_the_address_of_a_feed_to_the_letter() {
        let hub = |hub: &str| Publisher::Hub(hub.to_owned());
        let category = |name: &str| Publisher::Category("sxsw".to_owned(), name.to_owned());
        let topic = |name: &str| Publisher::Topic(Slug::for_category(name).unwrap());
        let of = |of: Publisher, format| Topic { of, view: View::default(), format };
        for (text, expected) in [
            ("/sxsw/rss", of(hub("sxsw"), FeedFormat::Rss)),
            ("/sxsw/atom", of(hub("sxsw"), FeedFormat::Atom)),
            ("/sxsw/feed.json", of(hub("sxsw"), FeedFormat::Json)),
            ("/sxsw/keynotes/rss", of(category("keynotes"), FeedFormat::Rss)),
            ("/sxsw/keynotes/feed.json", of(category("keynotes"), FeedFormat::Json)),
            ("/topics/keynotes/atom", of(topic("keynotes"), FeedFormat::Atom)),
        ] {
            assert_eq!(Topic::parse(&format!("{HOME}{text}"), HOME), Some(expected), "{text}");
        }
        let view =
            Topic::parse(&format!("{HOME}/sxsw/atom?q=long+pier&in=keynotes"), HOME).unwrap();
        assert_eq!((&view.of, view.format), (&hub("sxsw"), FeedFormat::Atom));
        assert_eq!(view.view.to_query(), "q=long+pier&in=keynotes");
    }

    #[test]
    fn everything_else_is_no_topic() {
        for text in [
            "",
            "https://hubs.example",
            "https://hubs.example/sxsw",
            "https://hubs.example/rss",
            "https://hubs.example/sxsw/",
            "https://hubs.example/sxsw/rss/",
            "https://hubs.example/sxsw/rss?",
            "https://hubs.example/sxsw/rss?key=abc",
            "https://hubs.example/sxsw/rss?q=pier&key=abc",
            "https://hubs.example/sxsw/rss?in=keynotes&q=pier",
            "https://hubs.example/sxsw/rss?q=pier&before=abc",
            "https://hubs.example/sxsw/rss?q=pier#top",
            "https://hubs.example/sxsw/rss#top",
            "https://hubs.example/sxsw/keynotes/more/rss",
            "https://hubs.example/topics/keynotes/rss?q=pier",
            "https://hubs.example/topics/keynotes/rss?before=abc",
            "https://hubs.example/topics/Keynotes/rss",
            "https://hubs.example/SXSW/rss",
            "https://hubs.example/sx%73w/rss",
            "https://hubs.example//rss",
            "https://hubs.example.org/sxsw/rss",
            "http://hubs.example/sxsw/rss",
            "https://hubs.example:8443/sxsw/rss",
            "https://hubs.example@evil.example/sxsw/rss",
        ] {
            assert_eq!(Topic::parse(text, HOME), None, "{text}");
        }
    }

    #[test]
    fn a_lease_is_neither_a_moment_nor_for_ever() {
        for (asked, seconds) in [
            (None, 864_000),
            (Some(0), 300),
            (Some(60), 300),
            (Some(3_600), 3_600),
            (Some(u64::MAX), 2_592_000),
        ] {
            assert_eq!(lease(asked).as_secs(), seconds, "{asked:?}");
        }
    }
}
