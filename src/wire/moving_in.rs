//! Files that other systems export, read for the pings in them: one item at a time, in memory that
//! does not grow with the file.

mod bounded;
mod lines;
mod movable_type;
mod wxr;

use std::io::BufRead;

use jiff::civil::DateTime;

pub use movable_type::MovableType;
pub use wxr::Wxr;

/// The longest line of a Movable Type export, and the longest text of a WordPress comment, that is
/// read, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;

/// Which system wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A Movable Type export: `TITLE: …` lines, `-----` between sections.
    MovableType,
    /// A WordPress export: WXR, which is RSS with comments.
    Wxr,
}

impl Format {
    /// The format of a file that begins with these bytes; `None` where it looks like neither.
    pub fn guess(first: &[u8]) -> Option<Self> {
        let first = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first).trim_ascii_start();
        if first.starts_with(b"<") {
            return Some(Self::Wxr);
        }
        let (key, _) = first.split_at(first.iter().position(|byte| *byte == b':')?);
        let is_key = |byte: &u8| byte.is_ascii_uppercase() || *byte == b' ';
        (!key.is_empty() && key.iter().all(is_key)).then_some(Self::MovableType)
    }
}

/// When a ping came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// By the clock on the wall of whoever exported.
    Local(DateTime),
    /// In UTC.
    Utc(DateTime),
}

/// A ping as the file has it: texts may hold HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The line it begins in, from 1.
    pub line: u64,
    /// The post's address.
    pub url: String,
    /// Its title, or empty.
    pub title: String,
    /// Its first words, or empty.
    pub excerpt: String,
    /// The blog's name, or empty.
    pub blog_name: String,
    /// When it came.
    pub at: When,
}

/// Something in the file that is no item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// The line it begins in, from 1.
    pub line: u64,
    /// Why it is left out.
    pub reason: Reason,
}

/// Why something is left out. The words follow a number: “3 without an address”.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Reason {
    /// A comment that somebody typed.
    #[error("comments of readers, which are no pings")]
    Comment,
    /// Nobody has looked at it.
    #[error("waiting for approval in WordPress")]
    Waiting,
    /// Set aside as spam.
    #[error("marked as spam in WordPress")]
    Spam,
    /// Thrown away.
    #[error("in the trash of WordPress")]
    Trash,
    /// No address.
    #[error("without an address")]
    NoAddress,
    /// No date, or none that can be read.
    #[error("without a date that can be read")]
    NoDate,
    /// A line or text of more than [`MAX_TEXT`].
    #[error("with more than 64 KiB in one line or text")]
    TooLong,
    /// The file ends in the middle of something. Reading ends here.
    #[error("cut off: the file ends in the middle")]
    CutOff,
    /// A document type, which can hide anything. Reading ends here.
    #[error("document type, which no export has")]
    Doctype,
    /// Elements in elements in elements. Reading ends here.
    #[error("nested deeper than 32 elements")]
    TooDeep,
    /// One tag or text of more than 16 MiB. Reading ends here.
    #[error("tag or text of more than 16 MiB")]
    Endless,
    /// Not XML, or not in UTF-8. Reading ends here.
    #[error("place that is not well-formed XML in UTF-8")]
    Malformed,
    /// The disk failed. Reading ends here.
    #[error("place that could not be read from the disk")]
    Unreadable,
}

impl Reason {
    /// Whether nothing after it was read.
    pub const fn ends_reading(self) -> bool {
        match self {
            Self::CutOff
            | Self::Doctype
            | Self::TooDeep
            | Self::Endless
            | Self::Malformed
            | Self::Unreadable => true,
            Self::Comment
            | Self::Waiting
            | Self::Spam
            | Self::Trash
            | Self::NoAddress
            | Self::NoDate
            | Self::TooLong => false,
        }
    }
}

/// What a file of either format holds, in its order.
#[derive(Debug)]
pub enum Items<R> {
    /// Of a Movable Type export.
    MovableType(MovableType<R>),
    /// Of a WordPress export.
    Wxr(Box<Wxr<R>>),
}

impl<R: BufRead> Items<R> {
    /// Reads `from` as a file of this format.
    pub fn of(format: Format, from: R) -> Self {
        match format {
            Format::MovableType => Self::MovableType(MovableType::new(from)),
            Format::Wxr => Self::Wxr(Box::new(Wxr::new(from))),
        }
    }
}

impl<R: BufRead> Iterator for Items<R> {
    type Item = Result<Item, LeftOut>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::MovableType(items) => items.next(),
            Self::Wxr(items) => items.next(),
        }
    }
}

/// Adds `more` to a text that stays within [`MAX_TEXT`]; says whether it fitted.
fn push_within(text: &mut String, more: &str) -> bool {
    let fits = text.len() + more.len() <= MAX_TEXT;
    if fits {
        text.push_str(more);
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_first_bytes() {
        for (first, format) in [
            (&b"AUTHOR: Ada\nTITLE: x"[..], Some(Format::MovableType)),
            (b"\xEF\xBB\xBFTITLE: x", Some(Format::MovableType)),
            (b"\n\nALLOW COMMENTS: 1", Some(Format::MovableType)),
            (b"<?xml version=\"1.0\"?>", Some(Format::Wxr)),
            (b"\xEF\xBB\xBF \n<rss>", Some(Format::Wxr)),
            (b"\xFF\xFE<\0", None),
            (b"Dear diary: today", None),
            (b": x", None),
            (b"", None),
        ] {
            assert_eq!(Format::guess(first), format, "{first:?}");
        }
    }
}
