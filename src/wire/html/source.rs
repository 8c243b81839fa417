//! Where a text stood, in words that a blogger reads on a receipt.

/// Where on a page a text was found. The order is the order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// `p-name` of the h-entry, or `entry-title` of an older hentry.
    EntryName,
    /// `p-summary`, or `entry-summary`.
    EntrySummary,
    /// The text of `e-content`, or `entry-content`.
    EntryContent,
    /// `p-author` of the h-entry or of the h-feed it is in.
    EntryAuthor,
    /// `og:title`.
    OpenGraphTitle,
    /// `og:description`.
    OpenGraphDescription,
    /// `og:site_name`.
    OpenGraphSiteName,
    /// `headline` of a JSON-LD article.
    JsonLdHeadline,
    /// `description` of a JSON-LD article.
    JsonLdDescription,
    /// `author` of a JSON-LD article.
    JsonLdAuthor,
    /// `<meta name="description">`.
    MetaDescription,
    /// `<meta name="author">`.
    MetaAuthor,
    /// `<a rel="author">`.
    RelAuthor,
    /// `p-name` of the h-feed.
    FeedName,
    /// `p-name` of the page's h-card.
    CardName,
    /// `<title>`: the whole, or without the site's name.
    PageTitle,
    /// The site's name in `<title>`.
    PageTitleSite,
    /// The title of a feed that the page names.
    FeedLink,
    /// The paragraph round the link.
    LinkParagraph,
}

impl Source {
    /// The place as words that complete "taken from …".
    pub const fn as_words(self) -> &'static str {
        match self {
            Self::EntryName => "the h-entry's p-name",
            Self::EntrySummary => "the h-entry's p-summary",
            Self::EntryContent => "the h-entry's content",
            Self::EntryAuthor => "the h-entry's p-author",
            Self::OpenGraphTitle => "og:title",
            Self::OpenGraphDescription => "og:description",
            Self::OpenGraphSiteName => "og:site_name",
            Self::JsonLdHeadline => "the headline in the page's JSON-LD",
            Self::JsonLdDescription => "the description in the page's JSON-LD",
            Self::JsonLdAuthor => "the author in the page's JSON-LD",
            Self::MetaDescription => "the page's meta description",
            Self::MetaAuthor => "the page's meta author",
            Self::RelAuthor => "the link with rel=author",
            Self::FeedName => "the h-feed's p-name",
            Self::CardName => "the page's h-card",
            Self::PageTitle => "the page's title",
            Self::PageTitleSite => "the site's name in the page's title",
            Self::FeedLink => "the title of the page's feed",
            Self::LinkParagraph => "the paragraph round the link",
        }
    }
}

/// Why a page was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutShort {
    /// It is longer than [`MAX_BODY`](super::MAX_BODY).
    Bytes,
    /// It has more links than [`MAX_LINKS`](super::MAX_LINKS).
    Links,
    /// Its markup needs more memory than a page gets: elements nested by the thousand, or tags
    /// with as many attributes.
    Markup,
}

impl CutShort {
    /// The reason as a clause that completes "only its beginning was read, because …".
    pub const fn as_words(self) -> &'static str {
        match self {
            Self::Bytes => "the page is longer than 512 KiB",
            Self::Links => "the page has more than 5,000 links",
            Self::Markup => "the page's markup is nested too deeply",
        }
    }
}
