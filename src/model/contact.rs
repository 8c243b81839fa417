//! How everybody can reach a hub's organizers: what they say themselves, and nothing else.

use super::email::Email;
use super::web_url::{WebUrl, as_typed};

/// An e-mail address, or a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contact {
    /// An e-mail address that everybody may see.
    Mail(Email),
    /// A page that says more, or has a form.
    Page(WebUrl),
}

/// What is wrong with a contact, in a sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Write an e-mail address such as team@example.org, or the address of a page.")]
pub struct ContactError;

impl Contact {
    /// Reads what somebody typed, or what [`Contact::as_str`] gave: what has an `@` before its
    /// first slash is an e-mail address, with or without `mailto:`; all else is a page, with or
    /// without its scheme.
    pub fn parse(typed: &str) -> Result<Self, ContactError> {
        let typed = typed.trim();
        let mail = match typed.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &typed[7..],
            _ => typed,
        };
        if mail.split(['/', '?', '#']).next().unwrap_or_default().contains('@') {
            return Email::parse(mail).map(Self::Mail).map_err(|_odd| ContactError);
        }
        WebUrl::parse(&as_typed(typed)).map(Self::Page).map_err(|_odd| ContactError)
    }

    /// As it is kept, and as it is typed.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Mail(email) => email.as_str(),
            Self::Page(page) => page.as_str(),
        }
    }

    /// Where a link to it leads. Of an e-mail address only what cannot end it stays as it is
    /// (RFC 6068, 2).
    pub fn href(&self) -> String {
        let email = match self {
            Self::Mail(email) => email.as_str(),
            Self::Page(page) => return page.as_str().to_owned(),
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@.-_+~".contains(&byte);
        let written = |byte: u8| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        };
        format!("mailto:{}", email.bytes().map(written).collect::<String>())
    }

    /// It in words: the e-mail address, or the page without its scheme.
    pub fn words(&self) -> &str {
        let text = self.as_str();
        match self {
            Self::Mail(_) => text,
            Self::Page(_) => {
                text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches('/')
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_either_kind_is_told_apart_and_read_back() {
        for (typed, kept, href, words) in [
            (
                " Team@Example.org ",
                "Team@Example.org",
                "mailto:Team@Example.org",
                "Team@Example.org",
            ),
            (
                "MAILTO:a+b@example.org",
                "a+b@example.org",
                "mailto:a+b@example.org",
                "a+b@example.org",
            ),
            (
                "a&b%c@example.org",
                "a&b%c@example.org",
                "mailto:a%26b%25c@example.org",
                "a&b%c@example.org",
            ),
            (
                "harbour.example",
                "https://harbour.example/",
                "https://harbour.example/",
                "harbour.example",
            ),
            (
                "social.example/@team",
                "https://social.example/@team",
                "https://social.example/@team",
                "social.example/@team",
            ),
            (
                "http://x.example/a?b=c@d",
                "http://x.example/a?b=c@d",
                "http://x.example/a?b=c@d",
                "x.example/a?b=c@d",
            ),
        ] {
            let contact = Contact::parse(typed).unwrap();
            assert_eq!((contact.as_str(), contact.words()), (kept, words), "{typed}");
            assert_eq!(contact.href(), href, "{typed}");
            assert_eq!(Contact::parse(contact.as_str()), Ok(contact), "{typed}");
        }
    }

    #[test]
    fn what_is_neither_is_refused() {
        for bad in [
            "ada@",
            "@team",
            "call us",
            "javascript:alert(1)",
            "a@b@example.org",
            "a b@example.org",
            "mailto:",
            "team@example.org?cc=x@example.org",
            "tel:123",
        ] {
            assert_eq!(Contact::parse(bad), Err(ContactError), "{bad}");
        }
    }
}
