//! Values of JSON that are read if they are of the right kind and passed over if not: the
//! specification asks readers to be lenient, and one odd member should not lose the feed.

use crate::wire::syndication::MAX_ITEMS;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// A string, a number as a string, or nothing.
///
/// JSON Feed 1.1, "Items", has readers turn an `id` that is a number into a string.
#[derive(Default)]
pub(super) struct Text(pub Option<String>);

impl Text {
    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// The first [`MAX_ITEMS`] of an array, or nothing.
pub(super) struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        value.deserialize_any(TextVisitor)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        value.deserialize_any(ListVisitor(PhantomData))
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(Some(text.to_owned())))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
        Ok(Text(Some(number.to_string())))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
        Ok(Text(Some(number.to_string())))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
        Ok(Text(Some(number.to_string())))
    }
    fn visit_bool<E>(self, _: bool) -> Result<Text, E> {
        Ok(Text(None))
    }
    fn visit_unit<E>(self) -> Result<Text, E> {
        Ok(Text(None))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Text, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Text, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array")
    }
    fn visit_str<E>(self, _: &str) -> Result<List<T>, E> {
        Ok(List::default())
    }
    fn visit_unit<E>(self) -> Result<List<T>, E> {
        Ok(List::default())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<List<T>, A::Error> {
        let mut list = Vec::new();
        while list.len() < MAX_ITEMS
            && let Some(element) = array.next_element()?
        {
            list.push(element);
        }
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(List(list))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_values_are_passed_over() {
        for (json, text) in [
            ("\"a\\u0062\"", Some("ab")),
            ("7", Some("7")),
            ("-7", Some("-7")),
            ("7.5", Some("7.5")),
            ("null", None),
            ("true", None),
            ("[1,[2,{}]]", None),
            ("{\"a\":{\"b\":[]}}", None),
        ] {
            assert_eq!(serde_json::from_str::<Text>(json).unwrap().as_str(), text, "{json}");
        }
        for (json, count) in [("[1,\"2\",null]", 3), ("null", 0), ("\"x\"", 0), ("[]", 0)] {
            assert_eq!(serde_json::from_str::<List<Text>>(json).unwrap().0.len(), count, "{json}");
        }
        let long = format!("[{}0]", "0,".repeat(MAX_ITEMS));
        assert_eq!(serde_json::from_str::<List<Text>>(&long).unwrap().0.len(), MAX_ITEMS);
        assert!(serde_json::from_str::<List<Text>>("{}").is_err());
    }
}
