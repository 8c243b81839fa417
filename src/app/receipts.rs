//! Receipts: the unguessable name of one sender's ping.
//!
//! A receipt is the ping's public id with a keyed hash: nothing is stored for it, and whoever
//! reads the database cannot make one.

use crate::model::id::{PublicId, decode, encode};
use crate::secret::{SecretKey, same};

/// What a receipt was given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptKind {
    /// The ping that brought the post.
    First,
    /// A later ping of the same post: it shows, and may not withdraw.
    Again,
}

/// A receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The ping.
    pub ping: PublicId,
    /// What it was given for.
    pub kind: ReceiptKind,
}

/// Bytes of the keyed hash: 80 bits are not guessed over a network.
const HASH: usize = 10;

impl ReceiptKind {
    const fn byte(self) -> u8 {
        match self {
            Self::First => 1,
            Self::Again => 2,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::First),
            2 => Some(Self::Again),
            _ => None,
        }
    }
}

impl Receipt {
    /// The token in the receipt's address: 44 base32 characters.
    pub fn token(self, secrets: &SecretKey) -> String {
        let kind = [self.kind.byte()];
        let hash = secrets.sign("receipt", &[self.ping.as_bytes(), &kind]);
        encode(&[self.ping.as_bytes().as_slice(), &kind, &hash[..HASH]].concat())
    }

    /// Reads a token; `None` where it was not made by this instance.
    pub fn parse(token: &str, secrets: &SecretKey) -> Option<Self> {
        let bytes = decode(token)?;
        let (ping, rest) = bytes.split_at_checked(16)?;
        let (kind, hash) = rest.split_at_checked(1)?;
        let expected = secrets.sign("receipt", &[ping, kind]);
        let kind = ReceiptKind::from_byte(*kind.first()?)?;
        let ping = PublicId::from_bytes(ping.try_into().ok()?);
        same(hash, &expected[..HASH]).then_some(Self { ping, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_read_back_and_cannot_be_forged() {
        let secrets = SecretKey::random();
        let receipt = Receipt { ping: PublicId::new(1, [9; 10]), kind: ReceiptKind::First };
        let token = receipt.token(&secrets);
        assert_eq!(token.len(), 44);
        assert_eq!(Receipt::parse(&token, &secrets), Some(receipt));
        assert_eq!(Receipt::parse(&token, &SecretKey::random()), None);
        let again = Receipt { kind: ReceiptKind::Again, ..receipt }.token(&secrets);
        assert_ne!(again, token);
        let swapped = format!("{}{}", &again[..28], &token[28..]);
        assert_eq!(Receipt::parse(&swapped, &secrets), None);
        for bad in ["", "x", &token[1..], "é"] {
            assert_eq!(Receipt::parse(bad, &secrets), None);
        }
    }
}
