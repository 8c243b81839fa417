//! The mails that are sent: one struct each, its text in `templates/mail`.

use askama::Template;

/// A mail that can be sent: a fixed subject, and a text.
///
/// A subject never holds what a visitor typed (`security.md` T16).
pub trait Message: Template {
    /// The subject line.
    fn subject(&self) -> &'static str;
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
    fn subject(&self) -> &'static str {
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
    /// The instance.
    pub site: &'a str,
}

impl Message for AlreadyHereMail<'_> {
    fn subject(&self) -> &'static str {
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
    fn subject(&self) -> &'static str {
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
