//! The mails that are sent: one struct each, its text in `templates/mail`.

use askama::Template;

/// A mail that can be sent: a subject, and a text.
///
/// A subject is fixed words and at most a hub's title: it never holds what a visitor typed
/// (`security.md` T16).
pub trait Message: Template {
    /// The subject line.
    fn subject(&self) -> &str;

    /// The same as HTML: its paragraphs, unless the mail has a page of its own.
    fn html(&self, text: &str) -> askama::Result<String> {
        Letter::of(text).render()
    }

    /// Where one click ends mails of this kind (RFC 8058), for those that nobody asked for one by
    /// one.
    fn unsubscribe(&self) -> Option<&str> {
        None
    }
}

/// A mail's text as HTML: paragraphs, and links where a line is an address.
#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Letter<'a> {
    paragraphs: Vec<Paragraph<'a>>,
}

struct Paragraph<'a> {
    text: &'a str,
    is_link: bool,
}

impl<'a> Letter<'a> {
    fn of(text: &'a str) -> Self {
        let paragraphs = text.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
        let is_link = |text: &str| {
            (text.starts_with("https://") || text.starts_with("http://"))
                && !text.contains(char::is_whitespace)
        };
        Self {
            paragraphs: paragraphs.map(|text| Paragraph { text, is_link: is_link(text) }).collect(),
        }
    }
}

/// A name or title that strangers chose, without anything that a mail program makes a link of: a
/// mail in our name says nothing in theirs.
pub fn no_link(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '.' | '@' if rest.peek().is_some_and(|next| next.is_alphanumeric()) => safe.push(' '),
            ':' if rest.peek() == Some(&'/') => safe.push(' '),
            '/' => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// Finishes a sign-up.
#[derive(Debug, Template)]
#[template(path = "mail/sign_up.txt")]
pub struct SignUpMail<'a> {
    /// Where to choose a password.
    pub link: &'a str,
    /// The instance.
    pub site: &'a str,
}

impl Message for SignUpMail<'_> {
    fn subject(&self) -> &str {
        "Finish opening your Backchannel account"
    }
}

/// Somebody signed up with an address that has an account.
#[derive(Debug, Template)]
#[template(path = "mail/already_here.txt")]
pub struct AlreadyHereMail<'a> {
    /// Where to sign in.
    pub sign_in: &'a str,
    /// Where to get a new password.
    pub reset: &'a str,
    /// The invitation that they came by.
    pub invitation: Option<String>,
    /// The instance.
    pub site: &'a str,
}

impl Message for AlreadyHereMail<'_> {
    fn subject(&self) -> &str {
        "You already have a Backchannel account"
    }
}

/// Sets a new password.
#[derive(Debug, Template)]
#[template(path = "mail/reset.txt")]
pub struct ResetMail<'a> {
    /// Where to choose a password.
    pub link: &'a str,
    /// The instance.
    pub site: &'a str,
}

impl Message for ResetMail<'_> {
    fn subject(&self) -> &str {
        "Choose a new Backchannel password"
    }
}

/// Somebody is invited: into a hub, or to the instance.
#[derive(Debug, Template)]
#[template(path = "mail/invitation.txt")]
pub struct InvitationMail {
    /// Where to accept.
    pub link: String,
    /// The instance.
    pub site: String,
    /// Who invites.
    pub by: String,
    /// The hub's title; empty: to the instance.
    pub hub: String,
    /// The role there.
    pub role: &'static str,
}

impl Message for InvitationMail {
    fn subject(&self) -> &'static str {
        if self.hub.is_empty() {
            "You are invited to Backchannel"
        } else {
            "You are invited to help run a hub on Backchannel"
        }
    }
}

/// What is new in a hub, for one of its members.
#[derive(Debug, Template)]
#[template(path = "mail/digest.txt")]
pub struct DigestMail {
    /// The subject line.
    pub subject: String,
    /// The hub's title.
    pub hub: String,
    /// Posts that wait, the oldest first.
    pub waiting: Vec<MailedPost>,
    /// How many more wait since the last mail, in words; empty where there are none.
    pub waiting_more: String,
    /// Posts that were listed, the oldest first.
    pub listed: Vec<MailedPost>,
    /// How many more were listed, in words.
    pub listed_more: String,
    /// The hub's queue.
    pub queue: String,
    /// The hub's page.
    pub page: String,
    /// Where to choose what is mailed.
    pub settings: String,
    /// Where one click ends such mails.
    pub unsubscribe: String,
    /// The instance.
    pub site: String,
}

/// A post in a mail.
#[derive(Debug)]
pub struct MailedPost {
    /// Its title.
    pub title: String,
    /// Its first words.
    pub excerpt: String,
    /// The blog's name, with its host.
    pub blog: String,
    /// Its category.
    pub category: String,
    /// When it came or was listed.
    pub at: String,
    /// Why it waits, as the queue says it; empty for a listed one.
    pub why: String,
    /// Where to decide about it, or to read on.
    pub link: String,
}

#[derive(Template)]
#[template(path = "mail/digest.html")]
struct DigestHtml<'a> {
    mail: &'a DigestMail,
}

impl Message for DigestMail {
    fn subject(&self) -> &str {
        &self.subject
    }

    fn html(&self, _text: &str) -> askama::Result<String> {
        DigestHtml { mail: self }.render()
    }

    fn unsubscribe(&self) -> Option<&str> {
        Some(&self.unsubscribe)
    }
}
