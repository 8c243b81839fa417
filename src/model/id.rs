//! Row ids, one type per table, and the public ids that stand in addresses.

use data_encoding::{BASE32_NOPAD, Specification};

/// A row's id, as the tables' `BIGINT` columns hold it.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);
    )*};
}

ids! {
    /// An account.
    AccountId,
    /// A hub: the tenant. Every query about what belongs to a hub takes it first.
    HubId,
    /// A category of a hub.
    CategoryId,
    /// A ping in a category.
    PingId,
    /// A blog, as one hub knows it.
    BlogId,
    /// A report about a listed ping.
    ReportId,
    /// A feed that is followed.
    FeedId,
    /// A ping key of a hub.
    KeyId,
    /// An open invitation.
    InvitationId,
    /// A verdict on many pings at once.
    BulkId,
    /// A line of a hub's log.
    LogId,
    /// A rule of a hub or of the operator.
    RuleId,
    /// A TrackBack address that a category passes its posts on to.
    ForwardAddressId,
    /// A post that is passed on to one address.
    ForwardId,
    /// A WebSub subscription to a feed.
    SubscriptionId,
    /// Another WebSub hub that is told of a feed's changes.
    AnnouncementId,
    /// A series of hubs.
    SeriesId,
    /// A talk of a hub's programme.
    TalkId,
    /// A download of a whole hub.
    ExportId,
}

/// A ping's public name: a UUIDv7, written as 26 lower-case base32 characters in `/p/{id}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicId([u8; 16]);

impl PublicId {
    /// A fresh id for a thing made at `millis` since 1970: ids sort by age.
    pub fn new(millis: u64, random: [u8; 10]) -> Self {
        Self(*uuid::Builder::from_unix_timestamp_millis(millis, &random).as_uuid().as_bytes())
    }

    /// The id of these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The sixteen bytes that the database holds.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// How many letters and digits it has in an address.
    pub const LETTERS: usize = 26;

    /// Reads what [`PublicId`]'s `Display` wrote; upper case is accepted.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = decode(text)?;
        Some(Self(bytes.try_into().ok()?))
    }
}

impl std::fmt::Display for PublicId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

/// Bytes as lower-case base32 without padding: safe in addresses, readable aloud.
pub fn encode(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes).to_lowercase()
}

/// Reads [`encode`]'s output, in either case; `None` for anything else.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > 128 || !text.is_ascii() {
        return None;
    }
    BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).ok()
}

/// Lower-case letters and digits without look-alikes (no `0 o 1 l i`), for what people type.
pub fn unambiguous(random: &[u8]) -> String {
    let mut letters = Specification::new();
    letters.symbols.push_str("23456789abcdefghjkmnpqrstuvwxyz_");
    match letters.encoding() {
        Ok(alphabet) => alphabet.encode(random).replace('_', "z"),
        Err(_) => encode(random),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_id_survives_its_address_and_sorts_by_age() {
        let older = PublicId::new(1_000, [7; 10]);
        let newer = PublicId::new(2_000, [0; 10]);
        assert!(older.as_bytes() < newer.as_bytes());
        assert_eq!(older.to_string().len(), PublicId::LETTERS);
        assert_eq!(PublicId::parse(&older.to_string()), Some(older));
        assert_eq!(PublicId::parse(&older.to_string().to_uppercase()), Some(older));
    }

    #[test]
    fn what_is_no_public_id_is_none() {
        for text in ["", "x", "0000000000000000000000000!", "é", &"a".repeat(500)] {
            assert_eq!(PublicId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn typed_words_have_no_look_alikes() {
        let word = unambiguous(&[255; 10]);
        assert_eq!(word.len(), 16);
        assert!(!word.contains(['0', 'o', '1', 'l', 'i', '_']), "{word}");
    }
}
