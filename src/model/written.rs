//! How moments, ids and hashes are written in the document that a hub is taken home in: for
//! `#[serde(with = …)]`, on columns as the tables hold them.

use serde::{Deserialize, Deserializer, Serializer};

/// A moment, in microseconds since 1970: as RFC 3339, in UTC.
pub mod moment {
    use super::{Deserialize, Deserializer, Serializer, parse_moment, write_moment};

    /// Writes it.
    pub fn serialize<S: Serializer>(micros: &i64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&write_moment(*micros))
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
        parse_moment(&String::deserialize(from)?)
    }
}

/// The same, where there may be none.
pub mod moment_or_none {
    use super::{Deserialize, Deserializer, Serializer, parse_moment, write_moment};

    /// Writes it.
    pub fn serialize<S: Serializer>(micros: &Option<i64>, to: S) -> Result<S::Ok, S::Error> {
        match micros {
            Some(micros) => to.serialize_some(&write_moment(*micros)),
            None => to.serialize_none(),
        }
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| parse_moment(&text)).transpose()
    }
}

/// A ping's public id: as it stands in its permalink.
pub mod public_id {
    use super::{Deserialize, Deserializer, Serializer};
    use crate::model::id::{PublicId, encode};
    use serde::de::Error as _;

    /// Writes it.
    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&encode(bytes))
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        let id = PublicId::parse(&text).ok_or_else(|| D::Error::custom("not the id of a post"))?;
        Ok(id.as_bytes().to_vec())
    }
}

/// The hash of a post's address: 64 hexadecimal digits.
pub mod hash {
    use super::Deserializer;
    pub use super::hex::serialize;
    use serde::de::Error as _;

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let bytes = super::hex::deserialize(from).ok().filter(|bytes| bytes.len() == 32);
        bytes.ok_or_else(|| D::Error::custom("not a hash of 64 hexadecimal digits"))
    }
}

/// Bytes: two hexadecimal digits each.
pub mod hex {
    use super::{Deserialize, Deserializer, Serializer};
    use data_encoding::HEXLOWER;
    use serde::de::Error as _;

    /// Writes them.
    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&HEXLOWER.encode(bytes))
    }

    /// Reads them.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = HEXLOWER.decode(text.as_bytes());
        bytes.map_err(|_other| D::Error::custom("not hexadecimal digits"))
    }
}

fn write_moment(micros: i64) -> String {
    crate::clock::Timestamp::from_micros(micros).to_jiff().to_string()
}

fn parse_moment<E: serde::de::Error>(text: &str) -> Result<i64, E> {
    let moment: Result<jiff::Timestamp, _> = text.parse();
    moment.map(jiff::Timestamp::as_microsecond).map_err(|_unreadable| E::custom("not a moment"))
}

/// JSON within JSON: a column that holds some.
pub mod json {
    use super::{Deserialize, Deserializer, Serializer};
    use serde::Serialize as _;
    use serde::ser::Error as _;
    use serde_json::Value;

    /// Writes it.
    pub fn serialize<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
        let value: Value = serde_json::from_str(text).map_err(S::Error::custom)?;
        value.serialize(to)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        Ok(Value::deserialize(from)?.to_string())
    }
}

#[cfg(test)]
mod tests {
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Row {
        #[serde(with = "super::moment")]
        at: i64,
        #[serde(default, with = "super::moment_or_none")]
        until: Option<i64>,
        #[serde(with = "super::public_id")]
        id: Vec<u8>,
        #[serde(with = "super::hash")]
        hash: Vec<u8>,
    }

    #[test]
    fn what_was_written_is_read_to_the_microsecond() {
        let row =
            Row { at: 1_047_400_496_000_007, until: Some(0), id: vec![7; 16], hash: vec![255; 32] };
        let json = serde_json::to_string(&row).unwrap();
        assert!(json.contains("\"2003-03-11T16:34:56.000007Z\""), "{json}");
        assert_eq!(serde_json::from_str::<Row>(&json).unwrap(), row);
        for wrong in [
            json.replace("2003-03-11T", "yesterday "),
            json.replace("ffff", "gggg"),
            json.replace("a4dqobyh", "!"),
        ] {
            assert!(serde_json::from_str::<Row>(&wrong).is_err(), "{wrong}");
        }
    }
}
