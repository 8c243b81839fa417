//! Links in what is no HTML: plain text and JSON (Webmention §3.2.2).

use super::{MAX_BODY, MAX_LINKS, Question, charset};
use crate::model::web_url;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;
use url::Url;

/// Whether a page in plain text has the address in it that is looked for.
///
/// An address ends where white space, a quote or a bracket does; a full stop or the like behind
/// it may be the sentence's or its own.
pub fn link_in_text(body: &[u8], question: &Question<'_>) -> bool {
    let text = charset::decode(&body[..body.len().min(MAX_BODY)], question.charset);
    text.match_indices("://").take(MAX_LINKS).any(|(at, _)| {
        let Some(start) = ["https", "http"].iter().find_map(|scheme| {
            let start = at.checked_sub(scheme.len())?;
            text.get(start..at).filter(|found| found.eq_ignore_ascii_case(scheme)).map(|_| start)
        }) else {
            return false;
        };
        let rest = &text[start..text.floor_char_boundary(start + web_url::MAX_BYTES)];
        let is_end = |c: char| c.is_whitespace() || c.is_control() || "<>\"'`[]{}|\\^".contains(c);
        let address = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        let bare = address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '*', '_', '…']);
        [address, bare].iter().any(|address| is_target(address, question))
    })
}

/// Whether a JSON document has the address in it that is looked for, as the whole of a string
/// that is a value.
///
/// A document that is no JSON any more further on has it all the same.
pub fn link_in_json(body: &[u8], question: &Question<'_>) -> bool {
    let kept = &body[..body.len().min(MAX_BODY)];
    let json = kept.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(kept);
    let search = Search { question, left: Cell::new(MAX_LINKS), found: Cell::new(false) };
    // Of 128 levels, `serde_json` says it is nested too deeply.
    let _ = serde_json::Deserializer::from_slice(json).deserialize_any(&search);
    search.found.get()
}

fn is_target(address: &str, question: &Question<'_>) -> bool {
    address.len() <= web_url::MAX_BYTES
        && Url::parse(address).is_ok_and(|url| (question.is_target)(&url))
}

/// Goes through a document, keeping nothing of it; an error is how it ends early.
struct Search<'a> {
    question: &'a Question<'a>,
    left: Cell<usize>,
    found: Cell<bool>,
}

/// A value within the document.
struct Within<'s, 'a>(&'s Search<'a>);

impl<'de> serde::de::DeserializeSeed<'de> for Within<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self.0)
    }
}

impl<'de> Visitor<'de> for &Search<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if !text.starts_with("http") {
            return Ok(());
        }
        self.found.set(is_target(text, self.question));
        self.left.set(self.left.get().saturating_sub(1));
        match self.found.get() || self.left.get() == 0 {
            true => Err(E::custom("the search is over")),
            false => Ok(()),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<serde::de::IgnoredAny>()?.is_some() {
            map.next_value_seed(Within(self))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Within(self))?.is_some() {}
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
}
