//! The links in mails to members: they act without a sign-in, and nothing is stored for them.
//!
//! Like a receipt, each is what it is for with a keyed hash: whoever reads the database cannot
//! make one.

use crate::clock::Timestamp;
use crate::model::id::{AccountId, HubId, PublicId, decode, encode};
use crate::model::mail::MailKind;
use crate::model::ping::PingState;
use crate::secret::{SecretKey, same};

/// Bytes of the keyed hash: whoever has it may act as a member.
const HASH: usize = 16;

/// Lets one member decide about one ping, once.
///
/// That it works once needs no row: it is for a ping in the state that the mail showed, and using
/// it moves the ping out of that state (`actions/notify.rs` says when it is dead).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PingLink {
    /// The ping.
    pub ping: PublicId,
    /// Who decides.
    pub member: AccountId,
    /// The state that the mail showed.
    pub seen: PingState,
    /// When the mail was written.
    pub issued_at: Timestamp,
}

impl PingLink {
    /// The token in its address.
    pub fn token(self, secrets: &SecretKey) -> String {
        let mut body = self.ping.as_bytes().to_vec();
        body.extend(self.member.0.to_be_bytes());
        body.extend(self.issued_at.micros().to_be_bytes());
        let state = PingState::ALL.iter().position(|state| *state == self.seen);
        body.push(state.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX));
        sealed("mailed ping", body, secrets)
    }

    /// Reads a token; `None` where it was not made by this instance.
    pub fn parse(token: &str, secrets: &SecretKey) -> Option<Self> {
        let body = opened("mailed ping", token, secrets)?;
        let (ping, rest) = body.split_first_chunk::<16>()?;
        let (member, rest) = rest.split_first_chunk::<8>()?;
        let (issued_at, rest) = rest.split_first_chunk::<8>()?;
        let [state] = rest else { return None };
        Some(Self {
            ping: PublicId::from_bytes(*ping),
            member: AccountId(i64::from_be_bytes(*member)),
            seen: *PingState::ALL.get(usize::from(*state))?,
            issued_at: Timestamp::from_micros(i64::from_be_bytes(*issued_at)),
        })
    }
}

/// Ends mails of one kind to one member of one hub (RFC 8058). It works for as long as they are a
/// member: whoever wants no mail must not find that the way out has expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnsubscribeLink {
    /// The hub.
    pub hub: HubId,
    /// The member.
    pub member: AccountId,
    /// Which mails.
    pub kind: MailKind,
}

impl UnsubscribeLink {
    /// The token in its address.
    pub fn token(self, secrets: &SecretKey) -> String {
        let mut body = self.hub.0.to_be_bytes().to_vec();
        body.extend(self.member.0.to_be_bytes());
        body.push(self.kind.byte());
        sealed("unsubscribe", body, secrets)
    }

    /// Reads a token; `None` where it was not made by this instance.
    pub fn parse(token: &str, secrets: &SecretKey) -> Option<Self> {
        let body = opened("unsubscribe", token, secrets)?;
        let (hub, rest) = body.split_first_chunk::<8>()?;
        let (member, rest) = rest.split_first_chunk::<8>()?;
        let [kind] = rest else { return None };
        Some(Self {
            hub: HubId(i64::from_be_bytes(*hub)),
            member: AccountId(i64::from_be_bytes(*member)),
            kind: MailKind::from_byte(*kind)?,
        })
    }
}

fn sealed(purpose: &str, mut body: Vec<u8>, secrets: &SecretKey) -> String {
    let hash = secrets.sign(purpose, &[&body]);
    body.extend(&hash[..HASH]);
    encode(&body)
}

fn opened(purpose: &str, token: &str, secrets: &SecretKey) -> Option<Vec<u8>> {
    let bytes = decode(token)?;
    let (body, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH)?)?;
    same(hash, &secrets.sign(purpose, &[body])[..HASH]).then(|| body.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_back_and_cannot_be_forged_or_used_for_another_purpose() {
        let secrets = SecretKey::random();
        let link = PingLink {
            ping: PublicId::new(1, [9; 10]),
            member: AccountId(7),
            seen: PingState::Pending,
            issued_at: Timestamp::from_micros(1_047_391_200_000_000),
        };
        let out = UnsubscribeLink { hub: HubId(3), member: AccountId(7), kind: MailKind::Both };
        let (link_token, out_token) = (link.token(&secrets), out.token(&secrets));
        assert_eq!(PingLink::parse(&link_token, &secrets), Some(link));
        assert_eq!(UnsubscribeLink::parse(&out_token, &secrets), Some(out));
        assert_eq!(PingLink::parse(&link_token, &SecretKey::random()), None);
        assert_eq!(PingLink::parse(&out_token, &secrets), None);
        assert_eq!(UnsubscribeLink::parse(&link_token, &secrets), None);
        for at in 0..link_token.len() {
            let mut forged = link_token.clone().into_bytes();
            forged[at] = if forged[at] == b'a' { b'b' } else { b'a' };
            let forged = String::from_utf8(forged).unwrap();
            assert_ne!(PingLink::parse(&forged, &secrets).is_some(), forged != link_token, "{at}");
        }
        for bad in ["", "x", &link_token[1..], "é"] {
            assert_eq!(PingLink::parse(bad, &secrets), None);
        }
    }
}
