//! The link that is looked for.

use super::prose::{Prose, Span, head, line};
use super::rels;
use super::tag::Tag;
use super::{Link, MAX_LED_TO, MAX_LINKS, Question};
use crate::model::ping::MAX_EXCERPT;
use crate::model::web_url;
use url::Url;

/// Text before the link that a long paragraph keeps, in bytes: the link shall be in the excerpt.
const BEFORE_LINK: usize = 300;

/// Counts links, and keeps the first to the target.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) count: usize,
    /// Where links lead that readers follow.
    pub(super) leads_to: Vec<Url>,
    found: Option<Found>,
}

#[derive(Debug)]
struct Found {
    element: String,
    attribute: &'static str,
    rel: Vec<String>,
    /// Where the linked text begins and ends.
    text: Span,
    /// The paragraph it is in; the end is not known until it ends.
    paragraph: Span,
    paragraph_number: usize,
    paragraph_ended: bool,
}

impl Links {
    /// Looks at the addresses of a tag. True if one of them is the link, the first time.
    pub(super) fn start(
        &mut self,
        tag: &Tag<'_>,
        base: &Url,
        question: &Question<'_>,
        prose: &Prose,
    ) -> bool {
        self.paragraph_may_have_ended(prose);
        let linked = addresses(tag.name)
            .iter()
            .find(|attribute| self.leads_to_target(tag, attribute, base, question));
        let (Some(&attribute), None) = (linked, &self.found) else {
            return false;
        };
        let (start, paragraph_number) = prose.paragraph();
        let here = prose.here();
        self.found = Some(Found {
            element: head(tag.name, 64).to_owned(),
            attribute,
            rel: rels::values(tag).collect(),
            text: Span { start: here, end: here },
            paragraph: Span { start, end: here },
            paragraph_number,
            paragraph_ended: false,
        });
        true
    }

    fn leads_to_target(
        &mut self,
        tag: &Tag<'_>,
        attribute: &str,
        base: &Url,
        question: &Question<'_>,
    ) -> bool {
        let Some(value) = tag.attribute(attribute) else {
            return false;
        };
        let is_followed = attribute == "href" && matches!(tag.name, "a" | "area");
        let mut leads = |address: &str| {
            self.count += 1;
            let url = Some(address).filter(|_| self.count <= MAX_LINKS);
            let Some(url) = url.and_then(|address| resolved(address, base)) else { return false };
            let is_target = (question.is_target)(&url);
            if is_followed && self.leads_to.len() < MAX_LED_TO {
                self.leads_to.push(url);
            }
            is_target
        };
        match attribute {
            "srcset" | "imagesrcset" => candidates(&value).any(leads),
            "ping" => value.split_ascii_whitespace().any(leads),
            _ => leads(&value),
        }
    }

    pub(super) const fn are_too_many(&self) -> bool {
        self.count > MAX_LINKS
    }

    /// The link's element ends. Where there are blocks in it, it is its own paragraph.
    pub(super) fn text_ended(&mut self, span: Span) {
        if let Some(found) = &mut self.found {
            found.text = span;
            found.paragraph.end = found.paragraph.end.max(span.end);
        }
    }

    /// To be asked after whatever may end a paragraph, and before the next one has text.
    pub(super) fn paragraph_may_have_ended(&mut self, prose: &Prose) {
        if let Some(found) = &mut self.found
            && !found.paragraph_ended
        {
            found.paragraph.end = prose.here();
            found.paragraph_ended = prose.paragraph().1 != found.paragraph_number;
        }
    }

    /// The link, once the page has ended.
    pub(super) fn found(&self, prose: &Prose) -> Option<Link> {
        self.found.as_ref().map(|found| Link {
            element: found.element.clone(),
            attribute: found.attribute,
            rel: found.rel.clone(),
            text: prose.line(found.text, MAX_EXCERPT).unwrap_or_default(),
            paragraph: found.paragraph_text(prose),
        })
    }
}

impl Found {
    /// The paragraph; of a long one, what stands round the link.
    fn paragraph_text(&self, prose: &Prose) -> Option<String> {
        let Span { start, end } = self.paragraph;
        let up_to_link = prose.line(Span { start, end: self.text.end }, 2 * MAX_EXCERPT);
        let before = self.text.start.saturating_sub(start);
        if before <= BEFORE_LINK
            || up_to_link.is_none_or(|text| text.chars().nth(MAX_EXCERPT).is_none())
        {
            return prose.line(self.paragraph, MAX_EXCERPT);
        }
        let text = prose.raw(Span { start: self.text.start - BEFORE_LINK, end });
        let from = text.find(char::is_whitespace).unwrap_or(0);
        line(&format!("…{}", text[from..].trim_start()), MAX_EXCERPT)
    }
}

/// The attributes of an element that hold addresses. `<base>` links to nothing.
fn addresses(element: &str) -> &'static [&'static str] {
    match element {
        "base" => &[],
        "a" | "area" => &["href", "ping", "xlink:href"],
        "link" => &["href", "imagesrcset"],
        "img" => &["src", "srcset", "longdesc"],
        "source" => &["src", "srcset"],
        "video" => &["src", "poster"],
        "audio" | "track" | "embed" | "script" => &["src"],
        "iframe" | "frame" => &["src", "longdesc"],
        "object" => &["data"],
        "blockquote" | "q" | "ins" | "del" => &["cite"],
        "form" => &["action"],
        "button" => &["formaction"],
        "input" => &["src", "formaction"],
        "image" | "use" => &["href", "xlink:href"],
        "body" | "table" | "td" | "th" => &["background"],
        _ => &[],
    }
}

/// The addresses of a `srcset` (HTML, "parse a srcset attribute").
fn candidates(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = value;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (address, after) = rest.split_at(end);
        let bare = address.trim_end_matches(',');
        rest = match bare.len() == address.len() {
            true => after.split_once(',').map_or("", |(_, next)| next),
            false => after,
        };
        (!bare.is_empty()).then_some(bare)
    })
}

/// `address` as a browser would follow it from `base`; only on the web.
pub(super) fn resolved(address: &str, base: &Url) -> Option<Url> {
    let address = address.trim();
    if address.len() > web_url::MAX_BYTES {
        return None;
    }
    base.join(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_srcset_is_split_as_in_browsers() {
        for (value, addresses) in [
            ("a.png", &["a.png"][..]),
            ("a.png 1x, b.png 2x", &["a.png", "b.png"]),
            ("a.png, b.png 2x,c.png", &["a.png", "b.png", "c.png"]),
            (" , a,b.png 100w , c.png", &["a,b.png", "c.png"]),
            ("a.png 1x", &["a.png"]),
            (",,", &[]),
            ("", &[]),
        ] {
            let found: Vec<&str> = candidates(value).collect();
            assert_eq!(found, addresses, "{value:?}");
        }
    }
}
