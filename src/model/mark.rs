//! A place in what is told live: the post that was told last.

use super::id::PublicId;
use crate::clock::Timestamp;

/// The last post that somebody knows of. It stands in addresses and as the id of events, and says
/// nothing that the post's own page does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// When it was listed.
    pub at: Timestamp,
    /// Which it is.
    pub id: PublicId,
}

impl Mark {
    /// Before all posts: what somebody knows who was shown an empty page.
    pub const BEGINNING: Self =
        Self { at: Timestamp::from_micros(0), id: PublicId::from_bytes([0; 16]) };

    /// Reads what [`Mark`]'s `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('-')?;
        let at = at.parse().ok().filter(|at: &i64| *at >= 0)?;
        Some(Self { at: Timestamp::from_micros(at), id: PublicId::parse(id)? })
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.at.micros(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_survives_its_address() {
        let mark = Mark {
            at: Timestamp::from_micros(1_047_391_200_000_001),
            id: PublicId::new(1_000, [7; 10]),
        };
        for mark in [mark, Mark::BEGINNING] {
            assert_eq!(Mark::parse(&mark.to_string()), Some(mark));
        }
        for text in
            ["", "-", "1", "1-", "x-aaaaaaaaaaaaaaaaaaaaaaaaaa", "-1-aaaaaaaaaaaaaaaaaaaaaaaaaa"]
        {
            assert_eq!(Mark::parse(text), None, "{text}");
        }
    }
}
