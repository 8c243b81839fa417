//! Reading the document of a hub, in parts: it may be large, and is never held whole. Of each part
//! only so much is read as one may have.

use std::cell::Cell;
use std::fmt;
use std::io::Read;
use std::rc::Rc;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::db::archive::{BlogRow, Category, Hub, Post, ProgrammeRow, RuleRow, Talk};
use crate::model::archive::{FORMAT, VERSION};

/// How many posts or blogs come at once.
pub const AT_ONCE: usize = 100;

/// The largest part that is not in a list, in bytes: fifty categories with all their feeds, or twenty
/// thousand talks, are some of these.
const MAX_PART: u64 = 32 * 1024 * 1024;
/// The largest post or blog, in bytes: with its texts, its page and its history.
const MAX_ELEMENT: u64 = 1024 * 1024;
/// The most posts, and the most blogs.
const MAX_ELEMENTS: usize = 1_000_000;

/// A reader that gives only so much until it is allowed more.
struct Metered<R> {
    from: R,
    left: Allowance,
}

/// How much may be read on. A little more may have been read ahead.
#[derive(Clone, Default)]
struct Allowance(Rc<Cell<u64>>);

impl Allowance {
    /// So many bytes from here.
    fn begin(&self, bytes: u64) {
        self.0.set(bytes);
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let left = self.left.0.get();
        if left == 0 {
            return Err(std::io::Error::other("a part of it is larger than any hub’s"));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(into.len());
        let read = self.from.read(&mut into[..most])?;
        self.left.begin(left - u64::try_from(read).unwrap_or(left));
        Ok(read)
    }
}

/// What stands before the lists.
#[derive(Debug, Clone)]
pub struct Head {
    /// The hub.
    pub hub: Hub,
    /// Its categories.
    pub categories: Vec<Category>,
    /// Its rules.
    pub rules: Vec<RuleRow>,
    /// What its talks are imported from.
    pub programme: Option<ProgrammeRow>,
    /// Its talks.
    pub talks: Vec<Talk>,
}

/// What was read of it so far.
#[derive(Default)]
struct HeadSoFar {
    hub: Option<Hub>,
    categories: Option<Vec<Category>>,
    rules: Option<Vec<RuleRow>>,
    programme: Option<ProgrammeRow>,
    talks: Vec<Talk>,
    /// Whether it was handed on.
    is_done: bool,
}

/// A part of the document, in order.
#[derive(Debug)]
pub enum Part {
    /// First.
    Head(Box<Head>),
    /// Then blogs.
    Blogs(Vec<BlogRow>),
    /// Then posts.
    Posts(Vec<Post>),
}

/// Reads a document and hands on its parts, until `take` says no.
pub fn read(
    from: impl Read,
    take: &mut dyn FnMut(Part) -> Result<(), String>,
) -> Result<(), serde_json::Error> {
    let left = Allowance::default();
    left.begin(MAX_PART);
    let from = Metered { from, left: left.clone() };
    let mut reader = serde_json::Deserializer::from_reader(std::io::BufReader::new(from));
    Document { take, left }.deserialize(&mut reader)?;
    reader.end()
}

struct Document<'a> {
    take: &'a mut dyn FnMut(Part) -> Result<(), String>,
    left: Allowance,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the document of a hub")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut head = HeadSoFar::default();
        let (mut is_ours, mut is_whole) = (false, false);
        while let Some(key) = map.next_key::<String>()? {
            self.left.begin(MAX_PART);
            match key.as_str() {
                "format" => is_ours = map.next_value::<String>()? == FORMAT,
                "version" => check_version::<A::Error>(map.next_value()?)?,
                "hub" => head.hub = Some(map.next_value()?),
                "categories" => head.categories = Some(map.next_value()?),
                "rules" => head.rules = Some(map.next_value()?),
                "programme" => head.programme = map.next_value()?,
                "talks" if head.is_done => {
                    return Err(A::Error::custom("its talks must stand before the lists"));
                }
                "talks" => head.talks = map.next_value()?,
                "blogs" | "posts" if !head.is_done && !is_ours => {
                    return Err(A::Error::custom("it does not say that it is a hub’s"));
                }
                "blogs" => {
                    head.hand_on(self.take)?;
                    map.next_value_seed(List {
                        part: Part::Blogs,
                        take: self.take,
                        left: &self.left,
                    })?;
                }
                "posts" => {
                    head.hand_on(self.take)?;
                    map.next_value_seed(List {
                        part: Part::Posts,
                        take: self.take,
                        left: &self.left,
                    })?;
                    is_whole = true;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if is_whole { Ok(()) } else { Err(A::Error::custom("it has no posts")) }
    }
}

fn check_version<E: serde::de::Error>(version: u64) -> Result<(), E> {
    match version {
        VERSION => Ok(()),
        newer if newer > VERSION => Err(E::custom(format!(
            "it was made by a newer Backchannel (version {newer} of the document; this program reads {VERSION}): bring this one up to date first"
        ))),
        other => Err(E::custom(format!("there is no version {other} of the document"))),
    }
}

impl HeadSoFar {
    /// Hands on what stands before the lists, once.
    fn hand_on<E: serde::de::Error>(
        &mut self,
        take: &mut dyn FnMut(Part) -> Result<(), String>,
    ) -> Result<(), E> {
        if std::mem::replace(&mut self.is_done, true) {
            return Ok(());
        }
        let missing = || E::custom("its hub, categories and rules must stand before the lists");
        let head = Head {
            hub: self.hub.take().ok_or_else(missing)?,
            categories: self.categories.take().ok_or_else(missing)?,
            rules: self.rules.take().ok_or_else(missing)?,
            programme: self.programme.take(),
            talks: std::mem::take(&mut self.talks),
        };
        take(Part::Head(Box::new(head))).map_err(E::custom)
    }
}

/// A list, some of it at once.
struct List<'a, T> {
    part: fn(Vec<T>) -> Part,
    take: &'a mut dyn FnMut(Part) -> Result<(), String>,
    left: &'a Allowance,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for List<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let (mut some, mut all) = (Vec::with_capacity(AT_ONCE), 0);
        self.left.begin(MAX_ELEMENT);
        while let Some(one) = list.next_element()? {
            self.left.begin(MAX_ELEMENT);
            all += 1;
            if all > MAX_ELEMENTS {
                return Err(A::Error::custom("a list in it has more than a million entries"));
            }
            some.push(one);
            if some.len() == AT_ONCE {
                (self.take)((self.part)(std::mem::take(&mut some))).map_err(A::Error::custom)?;
            }
        }
        if some.is_empty() {
            return Ok(());
        }
        (self.take)((self.part)(some)).map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_hub_s_document_is_refused_with_a_sentence() {
        for (text, says) in [
            ("", "EOF"),
            ("[]", "the document of a hub"),
            ("{}", "it has no posts"),
            (r#"{"version": 2}"#, "made by a newer Backchannel"),
            (r#"{"version": 0}"#, "there is no version 0"),
            (r#"{"version": -1}"#, "invalid value"),
            (r#"{"format": "other", "posts": []}"#, "does not say that it is a hub’s"),
            (r#"{"format": "backchannel-hub", "posts": []}"#, "must stand before the lists"),
            (r#"{"hub": {"slug": 7}}"#, "invalid type"),
        ] {
            let error = read(text.as_bytes(), &mut |_| Ok(())).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
        // A text that would fill the memory is not read to its end.
        let endless = std::io::repeat(b'x');
        let title = br#"{"format": "backchannel-hub", "hub": {"slug": ""#.chain(endless);
        let error = read(title, &mut |_| Ok(())).unwrap_err().to_string();
        assert!(error.contains("larger than any hub’s"), "{error}");
        let deep = "[".repeat(100_000);
        let deep = format!("{{\"x\": {deep}");
        assert!(read(deep.as_bytes(), &mut |_| Ok(())).is_err(), "and the stack holds");
    }
}
