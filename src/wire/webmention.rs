//! A webmention as its sender put it, and what the sender reads where it is refused.
//!
//! W3C Webmention §3.2.1. Whether the target is ours is asked elsewhere: nothing here knows
//! our addresses.

#[cfg(test)]
mod tests;

use url::Url;

/// Largest body of a webmention, in bytes (security.md T15).
pub const MAX_BODY: usize = 32 * 1024;

/// Most fields of a webmention, known and unknown ones together.
pub const MAX_PAIRS: usize = 20;

/// Longest address in one, in bytes.
pub const MAX_URL: usize = 2_048;

/// A request to be told of: one page says that it links to another.
///
/// All three are http or https addresses of at most [`MAX_URL`] bytes, spelt as they were sent
/// but for white space round them: the link in the source is looked for in the sender's spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The page that links.
    pub source: String,
    /// The page that is linked to.
    pub target: String,
    /// A page that vouches for the source (Vouch extension); one that is no address counts as
    /// not sent, since it only ever speaks in the sender's favour.
    pub vouch: Option<String>,
}

/// Why a webmention is refused, as plain text for its sender; status 400 (§3.2.3), 413 for
/// [`MentionError::TooLarge`] and 415 for [`MentionError::NotAForm`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MentionError {
    /// More than [`MAX_BODY`].
    #[error("The webmention is larger than 32 KiB: send only source and target.")]
    TooLarge,
    /// More than [`MAX_PAIRS`].
    #[error("The webmention has more than 20 fields: send only source and target.")]
    TooManyPairs,
    /// JSON, XML or `multipart/form-data`.
    #[error("Send the webmention as application/x-www-form-urlencoded with source and target.")]
    NotAForm,
    /// No `source`, or an empty one.
    #[error("The source is missing: send the address of your post in the source field.")]
    NoSource,
    /// No `target`, or an empty one.
    #[error("The target is missing: send the address your post links to in the target field.")]
    NoTarget,
    /// A source of more than [`MAX_URL`].
    #[error(
        "The source is longer than 2,048 bytes: send the post's permalink without extra parameters."
    )]
    SourceTooLong,
    /// A target of more than [`MAX_URL`].
    #[error("The target is longer than 2,048 bytes: send the address of one of our pages.")]
    TargetTooLong,
    /// A source of another scheme, or that is no address.
    #[error(
        "The source is not a web address: send the full address of your post, beginning with https:// or http://."
    )]
    BadSource,
    /// A target of another scheme, or that is no address.
    #[error(
        "The target is not a web address: send the full address your post links to, beginning with https:// or http://."
    )]
    BadTarget,
    /// Both name the same page.
    #[error("Source and target are the same page: send your own post as the source.")]
    SamePage,
}

/// Reads the body of a webmention.
///
/// Of a repeated field the first counts, unknown ones are passed over, and a missing or unusual
/// Content-Type is no reason to refuse what is a form.
///
/// # Errors
/// [`MentionError`], the first that applies.
pub fn parse(content_type: Option<&[u8]>, body: &[u8]) -> Result<Mention, MentionError> {
    if body.len() > MAX_BODY {
        return Err(MentionError::TooLarge);
    }
    if content_type.is_some_and(is_other_format) {
        return Err(MentionError::NotAForm);
    }
    let fields = Fields::split(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body))?;
    let source = required(fields.source, MentionError::NoSource)?;
    let target = required(fields.target, MentionError::NoTarget)?;
    // §3.2.1: "The receiver MUST check that source and target are valid URLs and are of schemes
    // that are supported by the receiver."
    let from = address(&source, MentionError::SourceTooLong, MentionError::BadSource)?;
    let to = address(&target, MentionError::TargetTooLong, MentionError::BadTarget)?;
    // §3.2.1: "The receiver MUST reject the request if the source URL is the same as the target
    // URL." A fragment names a place in a page, not another page.
    if from == to {
        return Err(MentionError::SamePage);
    }
    let vouch = fields.vouch.map(|vouch| vouch.trim().to_owned());
    let vouch = vouch.filter(|vouch| address(vouch, (), ()).is_ok());
    Ok(Mention { source, target, vouch })
}

/// Whether a body of this type cannot be a form, however it is read.
pub(super) fn is_other_format(content_type: &[u8]) -> bool {
    let end = content_type.iter().position(|b| *b == b';').unwrap_or(content_type.len());
    let kind = content_type[..end].trim_ascii().to_ascii_lowercase();
    kind.starts_with(b"multipart/")
        || [&b"/json"[..], b"+json", b"/xml", b"+xml"].iter().any(|end| kind.ends_with(end))
}

/// The known fields as they were sent: the first of each name.
#[derive(Default)]
struct Fields {
    source: Option<String>,
    target: Option<String>,
    vouch: Option<String>,
}

impl Fields {
    /// URL Standard §5.1, which is UTF-8 always: addresses on the wire are ASCII.
    fn split(body: &[u8]) -> Result<Self, MentionError> {
        let mut fields = Self::default();
        for (count, (name, value)) in url::form_urlencoded::parse(body).enumerate() {
            if count == MAX_PAIRS {
                return Err(MentionError::TooManyPairs);
            }
            let field = match &*name {
                "source" => &mut fields.source,
                "target" => &mut fields.target,
                "vouch" => &mut fields.vouch,
                _ => continue,
            };
            field.get_or_insert_with(|| value.into_owned());
        }
        Ok(fields)
    }
}

fn required(field: Option<String>, missing: MentionError) -> Result<String, MentionError> {
    let value = field.unwrap_or_default();
    let value = value.trim();
    if value.is_empty() { Err(missing) } else { Ok(value.to_owned()) }
}

/// `raw` as an http or https address with a host, without its fragment.
///
/// U+FFFD stands where bytes were no UTF-8: such an address names no page.
fn address<E>(raw: &str, too_long: E, bad: E) -> Result<Url, E> {
    if raw.len() > MAX_URL {
        return Err(too_long);
    }
    match Url::parse(raw) {
        Ok(mut url) if matches!(url.scheme(), "http" | "https") && !raw.contains('\u{FFFD}') => {
            url.set_fragment(None);
            Ok(url)
        }
        _ => Err(bad),
    }
}
