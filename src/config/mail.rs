//! Outgoing mail.

use lettre::message::Mailbox;

use super::http::parse_secret;
use crate::secret::Secret;

/// Outgoing mail.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Mail")]
pub struct MailConfig {
    /// `smtps://USER:PASSWORD@HOST` or `smtp://HOST:25` or `smtp://…?tls=required`. Without it,
    /// mail is written into the data directory's `mail` folder.
    #[arg(long, env = "SMTP_URL", value_name = "URL", hide_env_values = true,
          value_parser = parse_secret)]
    pub smtp_url: Option<Secret<String>>,

    /// Who mail comes from.
    #[arg(
        long,
        env = "MAIL_FROM",
        value_name = "ADDRESS",
        default_value = "Backchannel <backchannel@localhost>"
    )]
    pub mail_from: Mailbox,
}
