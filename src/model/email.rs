//! E-mail addresses of accounts.

/// An e-mail address that a mail can be sent to, and the key under which it is unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

/// What is wrong with an address, in a sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This does not look like an e-mail address: write it like ada@example.org.")]
pub struct EmailError;

impl Email {
    /// Reads an address of at most 254 bytes (RFC 5321) with a dot in its domain.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError)?;
        let odd = |c: char| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c);
        if text.len() > 254 || local.is_empty() || local.contains('@') || text.contains(odd) {
            return Err(EmailError);
        }
        let labels_ok = domain.split('.').all(|label| !label.is_empty() && label.len() <= 63);
        if !domain.contains('.') || !labels_ok {
            return Err(EmailError);
        }
        text.parse::<lettre::Address>().map_err(|_refused| EmailError)?;
        Ok(Self(text.to_owned()))
    }

    /// The address as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes two addresses the same account: lower case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_can_get_mail_are_taken_and_others_not() {
        for good in ["ada@example.org", " Ada.L+hub@Mail.Example.org ", "å@example.org"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@localhost",
            "a b@example.org",
            "a@b@c.org",
            "a@example..org",
            "a@example.org\r\nBcc: x@y.org",
            "<a@example.org>",
            "a,b@example.org",
        ] {
            assert_eq!(Email::parse(bad), Err(EmailError), "{bad}");
        }
        assert_eq!(Email::parse("Ada@Example.org").unwrap().key(), "ada@example.org");
    }
}
