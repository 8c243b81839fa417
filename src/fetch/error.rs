//! Why nothing was read, and what of it strangers hear.

use super::{Refusal, TooBusy};

/// What strangers hear where nothing was read at all, whatever the cause.
pub const UNREADABLE: &str = "The address could not be read.";

/// What whoever sent an address hears where nothing was read: all causes together and never apart,
/// so that nobody learns by us what stands in a network (`security.md` T7).
pub fn nothing_came(host: &str) -> String {
    format!(
        "Nothing that can be read came from {host}. Is the name right, and does its server answer everybody, within a few seconds, with a valid certificate?"
    )
}

/// What the status of an answer means that is no page, as a sentence. It was read, from a public
/// address on a web port: its sender may hear of it.
pub fn answered(status: u16) -> String {
    let means = match status {
        300..=399 => "it leads elsewhere, and does not say where",
        401 | 403 => "the server did not let us in",
        404 => "there is no page at this address",
        429 => "the server wants to be asked less often",
        451 => "the server may not show it",
        500..=599 => "something is wrong at the server",
        _ => "the server has no page for us",
    };
    format!("The page was answered with the status {status}: {means}.")
}

/// Why nothing was read.
///
/// `Display` and sources are for the log and the organizer; strangers get
/// [`FetchError::outward`].
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address, or one that it leads to, may not be dialled.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The name has no address, or nobody knows it.
    #[error("the name has no address")]
    NoSuchName(#[source] std::io::Error),
    /// Nobody took the connection.
    #[error("the server could not be reached")]
    Unreachable(#[source] std::io::Error),
    /// No TLS: a certificate that is not trusted, or for another name, or no TLS at all.
    #[error("no secure connection")]
    Tls(#[source] std::io::Error),
    /// The connection broke, what came back is not HTTP, or its head is larger than
    /// [`Limits::head`](super::Limits::head).
    #[error("the answer could not be read")]
    Broken(#[source] hyper::Error),
    /// It took too long.
    #[error("it took too long: {0}")]
    TooSlow(Phase),
    /// More than [`Limits::redirects`](super::Limits::redirects), perhaps in a circle.
    #[error("too many redirects")]
    TooManyRedirects,
    /// A redirect to something that is no address.
    #[error("a redirect to something that is no address")]
    BadRedirect,
    /// A page was wanted, or a feed, and this content type came.
    #[error("the content type is {0}")]
    NotAPage(String),
    /// It came compressed, though it was asked for plain: small bombs grow large.
    #[error("the answer is compressed, though it was asked for plain")]
    Encoded,
    /// The destination, or everybody, was visited often enough for now. Nothing was dialled for
    /// the hop that was refused.
    #[error(transparent)]
    TooBusy(#[from] TooBusy),
    /// The answer to a form was larger than what is read of one.
    #[error("the answer is larger than 64 KB")]
    TooLarge,
    /// The TLS library cannot be set up.
    #[error("TLS cannot be set up")]
    Setup(#[from] rustls::Error),
}

/// What was waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The name's address.
    Dns,
    /// The connection, with TLS.
    Connect,
    /// The head of the answer.
    FirstByte,
    /// Everything together: a body that drips, or redirects that each take their time.
    Total,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Dns => "the name's address did not come",
            Self::Connect => "the connection was not made",
            Self::FirstByte => "no answer began",
            Self::Total => "the answer did not end",
        })
    }
}

impl FetchError {
    /// What a stranger may hear: fixed words, without the address.
    ///
    /// Refused, unknown, closed, filtered, silent and speaking something else are one and the
    /// same, so that nobody scans ports or maps a network by asking us (`security.md` T7). What
    /// is told apart was *read*, from a public address on a web port.
    pub const fn outward(&self) -> &'static str {
        match self {
            Self::Refused(_)
            | Self::NoSuchName(_)
            | Self::Unreachable(_)
            | Self::Tls(_)
            | Self::Broken(_)
            | Self::TooSlow(_)
            | Self::Setup(_) => UNREADABLE,
            Self::TooManyRedirects | Self::BadRedirect => {
                "The address leads on and on: send the one where the page is in the end."
            }
            Self::NotAPage(_) => {
                "What the address answers is not a page that can be read, but a picture, a film or another file."
            }
            Self::Encoded => "The page came compressed, though it was asked for plain.",
            Self::TooBusy(_) => "The address will be read later.",
            Self::TooLarge => "The answer is too large.",
        }
    }

    /// Whether trying again later may help. After the others the address itself must change.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::NoSuchName(_)
            | Self::Unreachable(_)
            | Self::Tls(_)
            | Self::Broken(_)
            | Self::TooSlow(_)
            | Self::TooBusy(_) => true,
            Self::Refused(_)
            | Self::TooManyRedirects
            | Self::BadRedirect
            | Self::NotAPage(_)
            | Self::Encoded
            | Self::TooLarge
            | Self::Setup(_) => false,
        }
    }
}
