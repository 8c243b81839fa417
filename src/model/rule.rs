//! Rules and bans: an address block, a domain or a phrase, and what becomes of pings they match.
//!
//! Everything is compared literally (`security.md` T22): nets by their bits, domains by whole
//! labels, phrases by whole words. There are no regular expressions.

mod phrase;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use ipnet::IpNet;

use super::id::RuleId;
use super::named;
use super::text;
use super::web_url::WebUrl;
use crate::clock::Timestamp;

pub use phrase::folded;

/// The most rules a hub may have, and as many again for all hubs.
pub const MAX_RULES: i64 = 200;
/// The longest phrase and the longest reason, in characters.
const MAX_PHRASE: usize = 100;
/// The reason's.
pub const MAX_REASON: usize = 255;
/// An address changes hands: a ban of one ends after 90 days, if nobody says otherwise
/// (`security.md`, "IP privacy").
pub const ADDRESS_DAYS: u32 = 90;
/// The widest nets that can be banned: a /8, and a registry's smallest block of IPv6.
const WIDEST: (u8, u8) = (8, 19);
/// What one subscriber has in IPv6.
const SUBSCRIBER: u8 = 64;

named! {
    /// What a rule looks at.
    RuleKind {
        /// Where a ping came from.
        Address = "address",
        /// Where its post is.
        Domain = "domain",
        /// What it says.
        Phrase = "phrase",
    }
}

named! {
    /// What becomes of a ping that a rule matches.
    RuleAction {
        /// It is not taken in, and its sender is told.
        Refuse = "refuse",
        /// It is set aside as spam.
        SetAside = "set-aside",
        /// It waits for a moderator, whoever sent it.
        Wait = "wait",
    }
}

impl RuleAction {
    const fn severity(self) -> u8 {
        match self {
            Self::Wait => 0,
            Self::SetAside => 1,
            Self::Refuse => 2,
        }
    }
}

/// What a rule matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// A net; an IPv6 address stands for its /64.
    Address(IpNet),
    /// A domain and everything below it.
    Domain(String),
    /// Words, folded: see [`folded`].
    Phrase(String),
}

/// Why a pattern cannot be a rule's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// No address and no net.
    #[error("Type an address such as 192.0.2.7, or a net such as 192.0.2.0/24 or 2001:db8:1::/48.")]
    NoNet,
    /// A net of half the internet.
    #[error("This net is too wide: /8 is the widest for IPv4, /19 for IPv6.")]
    TooWide,
    /// No name.
    #[error("Type a domain such as example.org, without a path.")]
    NoDomain,
    /// What many people share.
    #[error("This is not one site: many share it. Type the name before it, too.")]
    Shared,
    /// No letters.
    #[error("Type a word or a few, with at least two letters or digits.")]
    NoPhrase,
    /// Too many of them.
    #[error("This is longer than 100 characters: type the few words that matter.")]
    LongPhrase,
}

impl Pattern {
    /// Reads what an organizer typed, or what [`Pattern`]'s `Display` wrote.
    ///
    /// # Errors
    /// One sentence that says what to type.
    pub fn parse(kind: RuleKind, typed: &str) -> Result<Self, PatternError> {
        match kind {
            RuleKind::Address => net(typed.trim()).map(Self::Address),
            RuleKind::Domain => domain(typed.trim()).map(Self::Domain),
            RuleKind::Phrase => {
                let phrase = folded(&text::tidy(typed));
                if phrase.chars().count() > MAX_PHRASE {
                    return Err(PatternError::LongPhrase);
                }
                if phrase.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
                    return Err(PatternError::NoPhrase);
                }
                Ok(Self::Phrase(phrase))
            }
        }
    }

    /// What it looks at.
    pub const fn kind(&self) -> RuleKind {
        match self {
            Self::Address(_) => RuleKind::Address,
            Self::Domain(_) => RuleKind::Domain,
            Self::Phrase(_) => RuleKind::Phrase,
        }
    }

    /// Whether it matches where a ping came from.
    pub fn is_from(&self, sender: IpAddr) -> bool {
        matches!(self, Self::Address(net) if net.contains(&sender.to_canonical()))
    }

    /// Whether a host is this domain or below it, by whole labels.
    pub fn is_at(&self, host: &str) -> bool {
        let Self::Domain(domain) = self else { return false };
        host.strip_suffix(domain.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// Whether one of these [`folded`] texts has its words.
    pub fn is_said_in(&self, texts: &[String]) -> bool {
        matches!(self, Self::Phrase(phrase) if texts.iter().any(|text| phrase::is_in(phrase, text)))
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(net) if net.prefix_len() == net.max_prefix_len() => net.addr().fmt(f),
            Self::Address(net) => net.fmt(f),
            Self::Domain(text) | Self::Phrase(text) => f.write_str(text),
        }
    }
}

fn net(typed: &str) -> Result<IpNet, PatternError> {
    let net = match typed.parse::<IpNet>() {
        Ok(net) => net,
        Err(_) => typed.parse::<IpAddr>().map(IpNet::from).map_err(|_none| PatternError::NoNet)?,
    };
    // IPv4 in IPv6 clothes is IPv4.
    let (address, bits) = match net.addr().to_canonical() {
        IpAddr::V4(v4) if net.addr().is_ipv6() => {
            let bits = net.prefix_len().checked_sub(96).ok_or(PatternError::TooWide)?;
            (IpAddr::V4(v4), bits)
        }
        IpAddr::V4(v4) => (IpAddr::V4(v4), net.prefix_len()),
        IpAddr::V6(v6) => (IpAddr::V6(v6), net.prefix_len().min(SUBSCRIBER)),
    };
    if bits < if address.is_ipv4() { WIDEST.0 } else { WIDEST.1 } {
        return Err(PatternError::TooWide);
    }
    IpNet::new(address, bits).map(|net| net.trunc()).map_err(|_bits| PatternError::NoNet)
}

fn domain(typed: &str) -> Result<String, PatternError> {
    let typed = typed.strip_prefix("*.").unwrap_or(typed).trim_start_matches('.');
    let url = WebUrl::parse(typed).map_err(|_unreadable| PatternError::NoDomain)?;
    if url.as_url().path() != "/" || url.as_url().query().is_some() {
        return Err(PatternError::NoDomain);
    }
    // Nobody registers `co.uk` or `github.io` for themselves.
    psl::domain_str(url.host()).ok_or(PatternError::Shared)?;
    Ok(url.host().to_owned())
}

/// A rule in force.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its row.
    pub id: RuleId,
    /// What it matches.
    pub pattern: Pattern,
    /// What becomes of it.
    pub action: RuleAction,
    /// Until when it holds.
    pub expires_at: Option<Timestamp>,
}

impl Rule {
    /// What it says, for organizers who meet what it did.
    pub fn words(&self) -> String {
        match &self.pattern {
            // Where somebody sits is not told to everyone who looks at the queue.
            Pattern::Address(_) => "rule about its sender’s address".to_owned(),
            Pattern::Domain(domain) => format!("rule about {domain}"),
            Pattern::Phrase(phrase) => format!("rule about “{phrase}”"),
        }
    }
}

/// The rules of a hub and those for all hubs, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// These rules.
    pub const fn new(rules: Vec<Rule>) -> Self {
        Self(rules)
    }

    /// Memory they take, in bytes, about.
    pub const fn weight(&self) -> usize {
        self.0.len() * (size_of::<Rule>() + 48)
    }

    /// The strictest rule about where a ping came from and where its post is.
    pub fn at_the_door(&self, from: Option<IpAddr>, host: &str, now: Timestamp) -> Option<&Rule> {
        self.strictest(now, |pattern| {
            from.is_some_and(|from| pattern.is_from(from)) || pattern.is_at(host)
        })
    }

    /// The strictest rule about what a ping or its page says.
    pub fn about(&self, texts: &[&str], now: Timestamp) -> Option<&Rule> {
        if !self.0.iter().any(|rule| rule.pattern.kind() == RuleKind::Phrase) {
            return None;
        }
        let texts: Vec<String> = texts.iter().map(|text| folded(text)).collect();
        self.strictest(now, |pattern| pattern.is_said_in(&texts))
    }

    fn strictest(&self, now: Timestamp, matches: impl Fn(&Pattern) -> bool) -> Option<&Rule> {
        self.0
            .iter()
            .filter(|rule| rule.expires_at.is_none_or(|at| now < at) && matches(&rule.pattern))
            .max_by_key(|rule| rule.action.severity())
    }
}
