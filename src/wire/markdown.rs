//! Markdown (`CommonMark`) as a list of parts that a template can put into a page, each text escaped
//! as everywhere.
//!
//! Nothing of it is HTML: raw HTML is text, pictures are their descriptions, and links lead to
//! `http`, `https` and `mailto` only. Elements nest to [`MAX_DEPTH`]; what would go deeper stands
//! where it is, without its element. Each element that is opened is closed.

mod links;

use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag};

use links::link;

/// How deep quotations and lists, and how deep emphases, may nest.
pub const MAX_DEPTH: usize = 8;

/// An element of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// `p`
    Paragraph,
    /// `h2` to `h6`: a page has its own `h1`.
    Heading(u8),
    /// `blockquote`
    Quote,
    /// `ul`
    List,
    /// `ol`
    Numbers,
    /// `li`
    Item,
    /// `pre`
    Block,
    /// `code`
    Code,
    /// `em`
    Emphasis,
    /// `strong`
    Strong,
    /// `a`
    Link,
}

impl Element {
    /// Its name in HTML.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paragraph => "p",
            Self::Heading(2) => "h2",
            Self::Heading(3) => "h3",
            Self::Heading(4) => "h4",
            Self::Heading(5) => "h5",
            Self::Heading(_) => "h6",
            Self::Quote => "blockquote",
            Self::List => "ul",
            Self::Numbers => "ol",
            Self::Item => "li",
            Self::Block => "pre",
            Self::Code => "code",
            Self::Emphasis => "em",
            Self::Strong => "strong",
            Self::Link => "a",
        }
    }

    /// Whether it has words that run as their own first letter says, whatever runs around it. Code
    /// runs as it is.
    pub const fn has_direction(self) -> bool {
        matches!(self, Self::Paragraph | Self::Heading(_) | Self::Quote | Self::Item)
    }

    const fn is_container(self) -> bool {
        matches!(self, Self::Quote | Self::List | Self::Numbers)
    }

    const fn is_emphasis(self) -> bool {
        matches!(self, Self::Emphasis | Self::Strong)
    }
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// An element begins.
    Open(Element),
    /// A numbered list begins, with this number.
    OpenNumbers(u64),
    /// A link begins, to this address.
    OpenLink(String),
    /// An element ends.
    Close(Element),
    /// Text.
    Text(String),
    /// A new line.
    Break,
    /// A line across.
    Rule,
}

/// Reads a text.
///
/// ```
/// use backchannel::wire::markdown::{Element, Part, parts};
/// let expected = [
///     Part::Open(Element::Paragraph),
///     Part::Text("<b>".into()),
///     Part::Close(Element::Paragraph),
/// ];
/// assert_eq!(parts("<b>"), expected);
/// ```
pub fn parts(markdown: &str) -> Vec<Part> {
    let (mut reading, markdown) = (Reading::default(), shallow(markdown));
    for event in Parser::new_ext(&markdown, Options::empty()) {
        reading.take(event);
    }
    while !reading.open.is_empty() {
        reading.close();
    }
    lifted(reading.parts)
}

/// The same with its highest headings as `h2`, whichever they were typed as: a page leaves out no
/// level under its own title.
fn lifted(mut parts: Vec<Part>) -> Vec<Part> {
    let level = |part: &Part| match part {
        Part::Open(Element::Heading(level)) => Some(*level),
        _ => None,
    };
    let Some(highest) = parts.iter().filter_map(level).min() else { return parts };
    for part in &mut parts {
        if let Part::Open(Element::Heading(level)) | Part::Close(Element::Heading(level)) = part {
            *level = *level + 2 - highest;
        }
    }
    parts
}

/// Marks of quotations and of list items that a line may begin with.
const MAX_MARKS: usize = 4 * MAX_DEPTH;

/// The same without the marks that stand behind others by the hundred: the parser looks at each of
/// them for each line that follows.
fn shallow(markdown: &str) -> String {
    let mut shallow = String::with_capacity(markdown.len());
    for line in markdown.split_inclusive('\n') {
        let mut rest = line;
        for _ in 0..MAX_MARKS {
            let Some(behind) = behind_mark(rest) else { break };
            rest = behind;
        }
        shallow.push_str(&line[..line.len() - rest.len()]);
        while let Some(behind) = behind_mark(rest) {
            rest = behind;
        }
        shallow.push_str(rest);
    }
    shallow
}

/// What stands behind the mark with which a line begins: `>`, or `-`, `1.` and the like with a
/// blank.
fn behind_mark(line: &str) -> Option<&str> {
    let line = line.trim_start_matches([' ', '\t']);
    if let Some(rest) = line.strip_prefix('>') {
        return Some(rest);
    }
    let rest = line.strip_prefix(['-', '*', '+']).or_else(|| {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        (1..=9).contains(&(line.len() - rest.len())).then(|| rest.strip_prefix(['.', ')']))?
    })?;
    rest.starts_with([' ', '\t']).then_some(rest)
}

/// The first paragraph of a text, as plain text; may be empty.
pub fn first_paragraph(parts: &[Part]) -> String {
    let inside = parts.iter().skip_while(|part| **part != Part::Open(Element::Paragraph));
    let inside = inside.take_while(|part| **part != Part::Close(Element::Paragraph));
    let texts = inside.filter_map(|part| match part {
        Part::Text(text) => Some(text.as_str()),
        Part::Break => Some(" "),
        _ => None,
    });
    texts.collect()
}

#[derive(Debug, Default)]
struct Reading {
    parts: Vec<Part>,
    /// What is open; `None` for what stands there without its element.
    open: Vec<Option<Element>>,
    containers: usize,
    emphases: usize,
}

impl Reading {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(_) => self.close(),
            Event::Text(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.text(&text),
            Event::Code(text) => {
                self.parts.push(Part::Open(Element::Code));
                self.text(&text);
                self.parts.push(Part::Close(Element::Code));
            }
            Event::SoftBreak => self.text("\n"),
            Event::HardBreak => self.parts.push(Part::Break),
            Event::Rule => self.parts.push(Part::Rule),
            Event::TaskListMarker(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Part::Text(before)) => before.push_str(text),
            _ if text.is_empty() => {}
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.open(Element::Paragraph),
            Tag::Heading { level, .. } => self.open(Element::Heading(shifted(level))),
            Tag::BlockQuote(_) => self.open(Element::Quote),
            Tag::CodeBlock(_) => self.open(Element::Block),
            Tag::List(None) => self.open(Element::List),
            Tag::List(Some(1)) => self.open(Element::Numbers),
            Tag::List(Some(first)) if self.containers < MAX_DEPTH => {
                self.parts.push(Part::OpenNumbers(first));
                self.open.push(Some(Element::Numbers));
                self.containers += 1;
            }
            Tag::Item if self.open.last().is_some_and(Option::is_some) => self.open(Element::Item),
            Tag::Emphasis => self.open(Element::Emphasis),
            Tag::Strong => self.open(Element::Strong),
            Tag::Link { link_type, dest_url, .. } => {
                self.open_link(link_type == LinkType::Email, &dest_url);
            }
            // An item of a list that is not there stands on a line of its own.
            Tag::Item => {
                self.parts.push(Part::Break);
                self.open.push(None);
            }
            // Pictures, and what was not asked for.
            _ => self.open.push(None),
        }
    }

    fn open(&mut self, element: Element) {
        let depth = match element {
            _ if element.is_container() => &mut self.containers,
            _ if element.is_emphasis() => &mut self.emphases,
            _ => &mut 0,
        };
        if *depth >= MAX_DEPTH {
            self.open.push(None);
            return;
        }
        *depth += 1;
        self.parts.push(Part::Open(element));
        self.open.push(Some(element));
    }

    /// A link in a link, which an address in a link's text would be, is its text: HTML has none.
    fn open_link(&mut self, is_mail: bool, address: &str) {
        let is_inside = self.open.contains(&Some(Element::Link));
        match link(is_mail, address).filter(|_| !is_inside) {
            Some(address) => {
                self.parts.push(Part::OpenLink(address));
                self.open.push(Some(Element::Link));
            }
            None => self.open.push(None),
        }
    }

    fn close(&mut self) {
        let Some(Some(element)) = self.open.pop() else { return };
        if element.is_container() {
            self.containers -= 1;
        } else if element.is_emphasis() {
            self.emphases -= 1;
        }
        self.parts.push(Part::Close(element));
    }
}

const fn shifted(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 2,
        HeadingLevel::H2 => 3,
        HeadingLevel::H3 => 4,
        HeadingLevel::H4 => 5,
        HeadingLevel::H5 => 6,
        // There is no `h7`: it is an `h6`, unless all are lifted.
        HeadingLevel::H6 => 7,
    }
}

#[cfg(test)]
mod tests;
