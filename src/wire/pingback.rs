//! XML-RPC calls that announce posts: `pingback.ping` and the `weblogUpdates` pings, in and out.
//!
//! After Pingback 1.0, the XML-RPC specification and the Specification for Fault Code
//! Interoperability, and after what clients send in fact.

mod answer;
mod call;
#[cfg(test)]
mod tests;

pub use answer::{Answer, CONTENT_TYPE, Fault};

use crate::model::text;
use crate::wire::foreign_xml::{self, EncodingRefused};
use call::{MethodCall, Param};

/// Largest body of a call, in bytes (security.md T13, T15).
pub const MAX_BODY: usize = 64 * 1024;

/// Deepest nesting of elements in a call; a string in an array in a struct has 12.
pub const MAX_DEPTH: usize = 32;

/// Longest address in a call, in bytes.
pub const MAX_URL: usize = 2_048;

/// Longest name of a blog that is taken over, in characters.
pub const MAX_NAME: usize = 255;

/// A call that is understood. Addresses are spelt as they were sent, not empty, and of at most
/// [`MAX_URL`] bytes; nothing else about them is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// `pingback.ping(source, target)`: one page says that it links to another (Pingback §3).
    Pingback {
        /// The page that links.
        source: String,
        /// The page that is linked to.
        target: String,
    },
    /// `weblogUpdates.ping(name, url)`: a blog says that it has something new.
    WeblogPing {
        /// What the blog is called: plain text of at most [`MAX_NAME`] characters.
        name: String,
        /// The blog's address.
        url: String,
    },
    /// `weblogUpdates.extendedPing(name, url, check, feed)`.
    ExtendedPing {
        /// What the blog is called: plain text of at most [`MAX_NAME`] characters.
        name: String,
        /// The blog's address.
        url: String,
        /// The page to look for changes at; WordPress leaves this parameter out.
        check: Option<String>,
        /// The blog's feed.
        feed: String,
    },
}

/// Why a call is not understood; the text is the fault's string and repeats no input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No XML, or cut off.
    #[error("The call is not well-formed XML: send an XML-RPC methodCall.")]
    NotWellFormed,
    /// UTF-16, UTF-7, NULs, or an encoding that browsers refuse too.
    #[error("The call is in an encoding that is not read here: send it in UTF-8.")]
    Encoding,
    /// XML, but no `methodCall` with one name and at most one list of parameters.
    #[error("That is not an XML-RPC call: send a methodCall with methodName and params.")]
    NotACall,
    /// A DOCTYPE, which calls have no use for and attacks on XML readers have.
    #[error("The call has a DOCTYPE: send it without one.")]
    Doctype,
    /// More than [`MAX_BODY`].
    #[error("The call is larger than 64 KiB: send one ping per call.")]
    TooLarge,
    /// More than [`MAX_DEPTH`].
    #[error("The call nests its elements deeper than 32 levels: send plain strings.")]
    TooDeep,
    /// Any other method, `system.multicall` too: it would get many calls past one limit.
    #[error(
        "Only pingback.ping, weblogUpdates.ping and weblogUpdates.extendedPing can be called here."
    )]
    UnknownMethod,
    /// Too few or too many parameters, or one that is no string or empty.
    #[error(
        "The parameters do not fit: send strings, pingback.ping(source, target), weblogUpdates.ping(name, url) or weblogUpdates.extendedPing(name, url, check, feed)."
    )]
    BadParams,
    /// An address of more than [`MAX_URL`].
    #[error(
        "An address is longer than 2,048 bytes: send the post's permalink without extra parameters."
    )]
    UrlTooLong,
}

impl CallError {
    /// The fault's code (Specification for Fault Code Interoperability, version 20010516).
    pub const fn code(self) -> i32 {
        match self {
            Self::NotWellFormed => -32_700,
            Self::Encoding => -32_701,
            Self::NotACall | Self::Doctype | Self::TooLarge | Self::TooDeep => -32_600,
            Self::UnknownMethod => -32_601,
            Self::BadParams | Self::UrlTooLong => -32_602,
        }
    }
}

impl From<EncodingRefused> for CallError {
    fn from(_: EncodingRefused) -> Self {
        Self::Encoding
    }
}

/// Reads a call.
///
/// Tolerated are any Content-Type (a client that says it sends a form sends XML), a missing
/// declaration, a byte order mark, `&` that is not escaped, entities of HTML, CDATA, and values
/// with or without `<string>`. The time is linear in the body, and nothing is ever fetched.
///
/// # Errors
/// [`CallError`], to be answered with [`Answer::NotUnderstood`].
pub fn parse(content_type: Option<&[u8]>, body: &[u8]) -> Result<Call, CallError> {
    if body.len() > MAX_BODY {
        return Err(CallError::TooLarge);
    }
    let MethodCall { name, params } = call::read(&foreign_xml::decode(content_type, body)?)?;
    match (name.trim(), params.as_slice()) {
        ("pingback.ping", [source, target]) => {
            Ok(Call::Pingback { source: address(source)?, target: address(target)? })
        }
        // weblogs.com took two parameters more: the page to check and a category.
        ("weblogUpdates.ping", [name, url] | [name, url, _] | [name, url, _, _]) => {
            Ok(Call::WeblogPing { name: blog_name(name)?, url: address(url)? })
        }
        ("weblogUpdates.extendedPing", [name, url, feed]) => Ok(Call::ExtendedPing {
            name: blog_name(name)?,
            url: address(url)?,
            check: None,
            feed: address(feed)?,
        }),
        // A fifth parameter are tags, separated by `|`.
        ("weblogUpdates.extendedPing", [name, url, check, feed] | [name, url, check, feed, _]) => {
            Ok(Call::ExtendedPing {
                name: blog_name(name)?,
                url: address(url)?,
                check: Some(address(check)?),
                feed: address(feed)?,
            })
        }
        ("pingback.ping" | "weblogUpdates.ping" | "weblogUpdates.extendedPing", _) => {
            Err(CallError::BadParams)
        }
        _ => Err(CallError::UnknownMethod),
    }
}

fn address(param: &Param) -> Result<String, CallError> {
    match param {
        Param::Text(text) if text.trim().is_empty() => Err(CallError::BadParams),
        Param::Text(text) if text.trim().len() > MAX_URL => Err(CallError::UrlTooLong),
        Param::Text(text) => Ok(text.trim().to_owned()),
        Param::Other => Err(CallError::BadParams),
    }
}

fn blog_name(param: &Param) -> Result<String, CallError> {
    match param {
        Param::Text(name) => Ok(text::cut(&text::plain(name), MAX_NAME)),
        Param::Other => Err(CallError::BadParams),
    }
}
