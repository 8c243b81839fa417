//! Movable Type's export: entries that end with `--------`, in sections that end with `-----`.

use std::io::BufRead;

use jiff::civil::DateTime;

use super::lines::{Line, Lines};
use super::{Item, LeftOut, Reason, When, push_within};

const SECTION_END: &str = "-----";
const ENTRY_END: &str = "--------";

/// The pings of a Movable Type export.
#[derive(Debug)]
pub struct MovableType<R> {
    lines: Lines<R>,
    at: At,
}

/// Where in the file the next line stands.
#[derive(Debug)]
enum At {
    /// Among the lines about an entry, each with its key.
    Entry,
    /// Where a section begins.
    Section,
    /// In a section that is none of ours.
    Elsewhere,
    /// In a ping.
    Ping(Box<Draft>),
    /// After the end.
    End,
}

/// A ping as far as it was read.
#[derive(Debug, Default)]
struct Draft {
    line: u64,
    title: Option<String>,
    url: Option<String>,
    address: Option<String>,
    blog_name: Option<String>,
    date: Option<String>,
    excerpt: String,
    in_excerpt: bool,
    too_long: bool,
}

impl<R: BufRead> MovableType<R> {
    /// Reads `from`.
    pub const fn new(from: R) -> Self {
        Self { lines: Lines::new(from), at: At::Entry }
    }

    /// Takes one line, and says what ended with it.
    fn take(&mut self, line: Line) -> Option<Result<Item, LeftOut>> {
        let text = match line {
            Line::Text(text) => text,
            Line::TooLong => {
                match &mut self.at {
                    At::Ping(draft) => draft.too_long = true,
                    At::Section => self.at = At::Elsewhere,
                    At::Entry | At::Elsewhere | At::End => {}
                }
                return None;
            }
        };
        let line = text.trim_end();
        if line == SECTION_END || line == ENTRY_END {
            let next = if line == ENTRY_END { At::Entry } else { At::Section };
            return match std::mem::replace(&mut self.at, next) {
                At::Ping(draft) => Some(draft.finish()),
                At::Entry | At::Section | At::Elsewhere | At::End => None,
            };
        }
        match &mut self.at {
            At::Section if line == "PING:" => {
                let line = self.lines.number();
                self.at = At::Ping(Box::new(Draft { line, ..Draft::default() }));
            }
            At::Section if !line.is_empty() => self.at = At::Elsewhere,
            At::Ping(draft) => draft.take(&text),
            At::Entry | At::Section | At::Elsewhere | At::End => {}
        }
        None
    }

    /// Ends, and says so where the file ends in the middle of a section.
    fn end(&mut self) -> Option<Result<Item, LeftOut>> {
        match std::mem::replace(&mut self.at, At::End) {
            At::Ping(draft) => Some(Err(LeftOut { line: draft.line, reason: Reason::CutOff })),
            At::Elsewhere => {
                Some(Err(LeftOut { line: self.lines.number(), reason: Reason::CutOff }))
            }
            At::Entry | At::Section | At::End => None,
        }
    }
}

impl<R: BufRead> Iterator for MovableType<R> {
    type Item = Result<Item, LeftOut>;

    fn next(&mut self) -> Option<Self::Item> {
        while !matches!(self.at, At::End) {
            let line = match self.lines.next() {
                Ok(Some(line)) => line,
                Ok(None) => return self.end(),
                Err(_) => {
                    self.at = At::End;
                    let line = self.lines.number();
                    return Some(Err(LeftOut { line, reason: Reason::Unreadable }));
                }
            };
            if let Some(done) = self.take(line) {
                return Some(done);
            }
        }
        None
    }
}

impl Draft {
    fn take(&mut self, line: &str) {
        if !self.in_excerpt && self.take_field(line) {
            return;
        }
        self.in_excerpt = true;
        // What does not fit would be cut away later.
        let _fits = push_within(&mut self.excerpt, line) && push_within(&mut self.excerpt, "\n");
    }

    /// Whether the line is one of a ping's fields. Each comes once: what looks like one a second
    /// time is the excerpt.
    fn take_field(&mut self, line: &str) -> bool {
        let Some((key, value)) = line.split_once(':') else { return false };
        let field = match key {
            "TITLE" => &mut self.title,
            "URL" => &mut self.url,
            "IP" => &mut self.address,
            "BLOG NAME" => &mut self.blog_name,
            "DATE" => &mut self.date,
            _ => return false,
        };
        let is_first = field.is_none();
        if is_first {
            *field = Some(value.trim().to_owned());
        }
        is_first
    }

    fn finish(self) -> Result<Item, LeftOut> {
        let left_out = |reason| LeftOut { line: self.line, reason };
        if self.too_long {
            return Err(left_out(Reason::TooLong));
        }
        let url = self.url.filter(|url| !url.is_empty()).ok_or(left_out(Reason::NoAddress))?;
        let at = self.date.as_deref().and_then(date).ok_or(left_out(Reason::NoDate))?;
        Ok(Item {
            line: self.line,
            url,
            title: self.title.unwrap_or_default(),
            excerpt: self.excerpt,
            blog_name: self.blog_name.unwrap_or_default(),
            at: When::Local(at),
        })
    }
}

/// `08/05/2002 04:09:12 PM`, or the same with 24 hours.
fn date(text: &str) -> Option<DateTime> {
    ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S"]
        .iter()
        .find_map(|format| DateTime::strptime(format, text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(file: &str) -> Vec<Result<Item, LeftOut>> {
        MovableType::new(file.as_bytes()).collect()
    }

    fn ping(fields: &str) -> String {
        format!("TITLE: An entry\n-----\nBODY:\nPING:\n-----\nPING:\n{fields}-----\n--------\n")
    }

    const DATE: &str = "DATE: 08/05/2002 04:09:12 PM\n";

    #[test]
    fn a_ping_has_five_fields_and_an_excerpt() {
        let file = ping(
            "TITLE: One: two\nURL: http://ada.example/1\nIP: 192.0.2.1\nBLOG NAME: Ada\nDATE: 08/05/2002 04:09:12 PM\nURL: not that\nand more\n",
        );
        let at = When::Local(jiff::civil::date(2002, 8, 5).at(16, 9, 12, 0));
        let item = Item {
            line: 6,
            url: "http://ada.example/1".into(),
            title: "One: two".into(),
            excerpt: "and more\n".into(),
            blog_name: "Ada".into(),
            at,
        };
        let excerpt = "URL: not that\nand more\n".into();
        assert_eq!(read(&file), [Ok(Item { excerpt, ..item })]);
    }

    #[test]
    fn dates_have_twelve_hours_or_twenty_four() {
        for (text, hour) in [
            ("08/05/2002 04:09:12 PM", Some(16)),
            ("08/05/2002 12:09:12 AM", Some(0)),
            ("08/05/2002 16:09:12", Some(16)),
            ("8/5/2002 4:09:12 pm", Some(16)),
            ("13/05/2002 04:09:12 PM", None),
            ("2002-08-05", None),
            ("", None),
        ] {
            assert_eq!(date(text).map(|date| date.hour()), hour, "{text}");
        }
    }

    #[test]
    fn what_is_no_ping_is_left_out_with_its_line() {
        let long = format!("URL: http://a.example/\n{DATE}{}\n", "x".repeat(70_000));
        for (fields, reason) in [
            (DATE, Reason::NoAddress),
            ("URL: http://ada.example/1\n", Reason::NoDate),
            ("URL: http://ada.example/1\nDATE: yesterday\n", Reason::NoDate),
            (&long, Reason::TooLong),
        ] {
            assert_eq!(read(&ping(fields)), [Err(LeftOut { line: 6, reason })], "{reason}");
        }
    }

    #[test]
    fn half_a_file_says_so() {
        let whole = ping(&format!("URL: http://ada.example/1\n{DATE}"));
        let half = &whole[..whole.find("DATE").unwrap()];
        assert_eq!(read(half), [Err(LeftOut { line: 6, reason: Reason::CutOff })]);
        let body = "TITLE: x\n-----\nBODY:\nhalf a bo";
        assert_eq!(read(body), [Err(LeftOut { line: 4, reason: Reason::CutOff })]);
        assert_eq!(read(""), []);
    }

    proptest! {
        #[test]
        fn reading_never_panics(file in "(PING:|-----|--------|URL: x|DATE: 1/1|\\PC{0,5}|\n){0,40}") {
            for _ in MovableType::new(file.as_bytes()) {}
        }
    }
}
