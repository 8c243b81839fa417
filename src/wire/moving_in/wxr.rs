//! WordPress eXtended RSS: items with `<wp:comment>`s, of which trackbacks and pingbacks are ours.

use std::io::BufRead;

use jiff::civil::DateTime;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};

use super::bounded::Bounded;
use super::{Item, LeftOut, Reason, When, push_within};

/// The deepest element that is read: an export has six.
const MAX_DEPTH: usize = 32;

/// The pings of a WordPress export.
pub struct Wxr<R> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    depth: usize,
    /// The comment that is read, and how deep it stands.
    comment: Option<(usize, Comment)>,
    /// Which of its fields is read.
    field: Option<Field>,
    is_over: bool,
}

impl<R> std::fmt::Debug for Wxr<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wxr").field("depth", &self.depth).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy)]
enum Field {
    Author,
    Url,
    DateGmt,
    Date,
    Content,
    Approved,
    Kind,
}

impl Field {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "wp:comment_author" => Self::Author,
            "wp:comment_author_url" => Self::Url,
            "wp:comment_date_gmt" => Self::DateGmt,
            "wp:comment_date" => Self::Date,
            "wp:comment_content" => Self::Content,
            "wp:comment_approved" => Self::Approved,
            "wp:comment_type" => Self::Kind,
            _ => return None,
        })
    }
}

/// A comment as far as it was read.
#[derive(Debug, Default)]
struct Comment {
    line: u64,
    author: String,
    url: String,
    date_gmt: String,
    date: String,
    content: String,
    approved: String,
    kind: String,
    too_long: bool,
}

impl<R: BufRead> Wxr<R> {
    /// Reads `from`.
    pub fn new(from: R) -> Self {
        let mut reader = Reader::from_reader(Bounded::new(from));
        reader.config_mut().allow_dangling_amp = true;
        Self { reader, buffer: Vec::new(), depth: 0, comment: None, field: None, is_over: false }
    }

    /// Reads one event; what ended with it, or why nothing more can be read.
    fn step(&mut self, buffer: &mut Vec<u8>) -> Result<Option<Result<Item, LeftOut>>, Reason> {
        self.reader.get_mut().begin_event();
        let event = match self.reader.read_event_into(buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(_)) => {
                let used_up = self.reader.get_ref().is_used_up();
                return Err(if used_up { Reason::Endless } else { Reason::Unreadable });
            }
            // Where the file ends, everything that is open is cut off.
            Err(quick_xml::Error::Syntax(_)) if is_at_end(self.reader.get_mut()) => {
                return Err(Reason::CutOff);
            }
            Err(_) => return Err(Reason::Malformed),
        };
        match event {
            Event::Start(element) => self.open(element.name().as_ref())?,
            Event::End(_) => return Ok(self.close()),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => self.text(&resolved(&reference)),
            Event::DocType(_) => return Err(Reason::Doctype),
            Event::Eof if self.depth > 0 => return Err(Reason::CutOff),
            Event::Eof => self.is_over = true,
            Event::Empty(_) | Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
        }
        Ok(None)
    }

    fn open(&mut self, name: &str) -> Result<(), Reason> {
        if self.depth == MAX_DEPTH {
            return Err(Reason::TooDeep);
        }
        self.depth += 1;
        match &self.comment {
            None if name == "wp:comment" => {
                let line = self.reader.get_ref().line();
                self.comment = Some((self.depth, Comment { line, ..Comment::default() }));
            }
            Some((depth, _)) if self.depth == depth + 1 => self.field = Field::named(name),
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let (Some((_, comment)), Some(field)) = (&mut self.comment, self.field) {
            comment.too_long |= !push_within(comment.field(field), text);
        }
    }

    fn close(&mut self) -> Option<Result<Item, LeftOut>> {
        let closed = self.depth;
        self.depth = self.depth.saturating_sub(1);
        let (depth, _) = self.comment.as_ref()?;
        if closed == depth + 1 {
            self.field = None;
        }
        if closed != *depth {
            return None;
        }
        self.comment.take().map(|(_, comment)| comment.finish())
    }
}

fn is_at_end(from: &mut impl BufRead) -> bool {
    from.fill_buf().is_ok_and(<[u8]>::is_empty)
}

/// What a reference stands for, or itself.
fn resolved(reference: &BytesRef<'_>) -> String {
    let name: &str = reference;
    match reference.resolve_char_ref() {
        Ok(Some(c)) => c.to_string(),
        Ok(None) | Err(_) => match resolve_predefined_entity(name) {
            Some(text) => text.to_owned(),
            None => format!("&{name};"),
        },
    }
}

impl<R: BufRead> Iterator for Wxr<R> {
    type Item = Result<Item, LeftOut>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            let stepped = self.step(&mut buffer);
            self.buffer = buffer;
            match stepped {
                Ok(Some(done)) => return Some(done),
                Ok(None) => {}
                Err(reason) => {
                    self.is_over = true;
                    let line = self.reader.get_ref().line();
                    return Some(Err(LeftOut { line, reason }));
                }
            }
        }
        None
    }
}

impl Comment {
    const fn field(&mut self, field: Field) -> &mut String {
        match field {
            Field::Author => &mut self.author,
            Field::Url => &mut self.url,
            Field::DateGmt => &mut self.date_gmt,
            Field::Date => &mut self.date,
            Field::Content => &mut self.content,
            Field::Approved => &mut self.approved,
            Field::Kind => &mut self.kind,
        }
    }

    fn finish(self) -> Result<Item, LeftOut> {
        let left_out = |reason| Err(LeftOut { line: self.line, reason });
        let is_pingback = match self.kind.trim() {
            "trackback" => false,
            "pingback" => true,
            _ => return left_out(Reason::Comment),
        };
        match self.approved.trim() {
            "1" => {}
            "spam" => return left_out(Reason::Spam),
            "trash" | "post-trashed" => return left_out(Reason::Trash),
            _ => return left_out(Reason::Waiting),
        }
        if self.too_long {
            return left_out(Reason::TooLong);
        }
        if self.url.trim().is_empty() {
            return left_out(Reason::NoAddress);
        }
        let Some(at) = self.at() else { return left_out(Reason::NoDate) };
        let (title, excerpt) = titled(&self.content);
        let (title, excerpt) = (title.to_owned(), excerpt.to_owned());
        let (line, url) = (self.line, self.url);
        Ok(if is_pingback && title.is_empty() {
            // A pingback brings no name: WordPress keeps the title of its page in the place of one.
            Item { line, url, title: self.author, excerpt, blog_name: String::new(), at }
        } else {
            Item { line, url, title, excerpt, blog_name: self.author, at }
        })
    }

    /// When it came. A comment without a time in UTC (`0000-00-00 00:00:00`) has a local one.
    fn at(&self) -> Option<When> {
        let read = |text: &str| DateTime::strptime("%Y-%m-%d %H:%M:%S", text.trim()).ok();
        read(&self.date_gmt).map(When::Utc).or_else(|| read(&self.date).map(When::Local))
    }
}

/// The title that WordPress puts before a trackback's excerpt, and the excerpt.
fn titled(content: &str) -> (&str, &str) {
    let content = content.trim();
    content
        .strip_prefix("<strong>")
        .and_then(|rest| rest.split_once("</strong>"))
        .map_or(("", content), |(title, excerpt)| (title.trim(), excerpt.trim()))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn read(file: &str) -> Vec<Result<Item, LeftOut>> {
        Wxr::new(file.as_bytes()).collect()
    }

    fn comment(kind: &str, approved: &str, content: &str) -> String {
        format!(
            "<rss><channel><item><title>x</title>\n<wp:comment><wp:comment_author><![CDATA[Ada & Co]]></wp:comment_author><wp:comment_author_url>http://ada.example/?a=1&amp;b=2</wp:comment_author_url><wp:comment_date_gmt>2003-03-11 09:00:00</wp:comment_date_gmt><wp:comment_content>{content}</wp:comment_content><wp:comment_approved>{approved}</wp:comment_approved><wp:comment_type>{kind}</wp:comment_type><wp:commentmeta><wp:comment_type>x</wp:comment_type></wp:commentmeta></wp:comment></item></channel></rss>"
        )
    }

    #[test]
    fn a_trackback_has_its_title_in_its_text() {
        let item = Item {
            line: 2,
            url: "http://ada.example/?a=1&b=2".into(),
            title: "One".into(),
            excerpt: "first <b>words</b>".into(),
            blog_name: "Ada & Co".into(),
            at: When::Utc(jiff::civil::date(2003, 3, 11).at(9, 0, 0, 0)),
        };
        let content = "<![CDATA[<strong>One</strong>\n\nfirst <b>words</b>]]>";
        assert_eq!(read(&comment("trackback", "1", content)), [Ok(item.clone())]);
        let pingback = Item {
            title: "Ada & Co".into(),
            excerpt: "[...] so [...]".into(),
            blog_name: String::new(),
            ..item
        };
        assert_eq!(read(&comment("pingback", "1", "[...] so [...]")), [Ok(pingback)]);
    }

    #[test]
    fn what_is_no_approved_ping_is_left_out() {
        let long = "x".repeat(70_000);
        for (kind, approved, content, reason) in [
            ("", "1", "x", Reason::Comment),
            ("comment", "1", "x", Reason::Comment),
            ("trackback", "0", "x", Reason::Waiting),
            ("pingback", "spam", "x", Reason::Spam),
            ("trackback", "trash", "x", Reason::Trash),
            ("trackback", "1", long.as_str(), Reason::TooLong),
        ] {
            let found = read(&comment(kind, approved, content));
            assert_eq!(found, [Err(LeftOut { line: 2, reason })], "{reason}");
        }
        let file = comment("trackback", "1", "x");
        let file = file.replace("http://ada.example/?a=1&amp;b=2", " ");
        assert_eq!(read(&file), [Err(LeftOut { line: 2, reason: Reason::NoAddress })]);
        let file = comment("trackback", "1", "x").replace("2003-03-11", "0000-00-00");
        assert_eq!(read(&file), [Err(LeftOut { line: 2, reason: Reason::NoDate })]);
    }

    #[test]
    fn hostile_files_end_the_reading() {
        let whole = comment("trackback", "1", "x");
        for (file, reason) in [
            ("<a>".repeat(1_000), Reason::TooDeep),
            ("<!DOCTYPE x [<!ENTITY a \"b\">]><rss/>".into(), Reason::Doctype),
            ("<rss><channel></rss>".into(), Reason::Malformed),
            ("<rss><chan".into(), Reason::CutOff),
            ("<rss><![CDATA[x".into(), Reason::CutOff),
            (whole[..whole.len() / 2].into(), Reason::CutOff),
        ] {
            let end = read(&file).pop();
            let found = end.map(|end| end.map_err(|left_out| left_out.reason));
            assert_eq!(found, Some(Err(reason)), "{file:.50}");
        }
        assert_eq!(read(""), []);
    }

    #[test]
    fn an_endless_text_is_not_kept() {
        let endless = std::io::BufReader::new(std::io::repeat(b'x').take(100_000_000));
        let file = (&b"<rss><![CDATA["[..]).chain(endless);
        let found: Vec<_> = Wxr::new(std::io::BufReader::new(file)).collect();
        assert_eq!(found, [Err(LeftOut { line: 1, reason: Reason::Endless })]);
    }
}
