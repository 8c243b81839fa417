//! How mail leaves: by SMTP, into a directory, or into memory for tests.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::response::Code;
use lettre::{AsyncTransport, Tokio1Executor};

use super::Message;
use crate::clock::Clock;
use crate::config::MailConfig;
use crate::secret::{Secret, random_token};

/// The longest that one mail takes, in all its commands: less than the lease of its job, so that a
/// slow server does not get it twice.
const SENDING_LASTS: Duration = Duration::from_secs(30);

/// The way mail leaves.
#[derive(Debug, Clone)]
pub struct Mail {
    from: Mailbox,
    clock: Clock,
    way: Way,
}

#[derive(Debug, Clone)]
enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Directory(PathBuf),
    Memory(Arc<Mutex<Vec<String>>>),
}

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// `SMTP_URL` cannot be read.
    #[error("SMTP_URL cannot be read: {0}")]
    Url(String),
    /// The address or the message is not one.
    #[error("the mail could not be written: {0}")]
    Message(String),
    /// The server did not take it.
    #[error("the mail server did not take it: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// The server takes too long.
    #[error("the mail server took longer than {} s", SENDING_LASTS.as_secs())]
    TooSlow,
    /// The directory cannot be written to.
    #[error("cannot write mail into {path}: {source}")]
    Directory {
        /// The file or directory.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl MailError {
    /// Whether the address is at fault: the server refuses the mailbox for good. What has to do
    /// with the connection, or with our own right to send (`554 5.7.1 Relay access denied`), is not.
    pub fn is_bounce(&self) -> bool {
        match self {
            Self::Message(_) => true,
            Self::Smtp(error) => error
                .status()
                .is_some_and(|code| error.is_permanent() && names_mailbox(code, &said(error))),
            Self::Url(_) | Self::Directory { .. } | Self::TooSlow => false,
        }
    }
}

/// What the server said, with what the library puts before it.
fn said(error: &lettre::transport::smtp::Error) -> String {
    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default()
}

/// Whether a permanent answer is about the mailbox: by its enhanced status code where there is one
/// (RFC 3463: 5.1.x addressing, 5.2.x mailbox), else 550, 551 and 553 (RFC 5321, 4.2.3).
fn names_mailbox(code: Code, said: &str) -> bool {
    let enhanced = said.split_whitespace().find_map(|word| {
        let mut parts = word.trim_matches(|c: char| !c.is_ascii_digit()).split('.');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("5"), Some(subject), Some(detail), None) => {
                detail.parse::<u16>().is_ok().then(|| subject.to_owned())
            }
            _ => None,
        }
    });
    match enhanced.as_deref() {
        Some(subject) => matches!(subject, "1" | "2"),
        None => matches!(u16::from(code), 550 | 551 | 553),
    }
}

/// Whether a password would leave this machine unencrypted.
fn is_open_secret(url: &Secret<String>) -> bool {
    let Ok(url) = url::Url::parse(url.expose()) else { return false };
    let has_tls = url.scheme() == "smtps"
        || url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
    let is_here = match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.starts_with("127."),
        None => false,
    };
    url.password().is_some() && !has_tls && !is_here
}

impl Mail {
    /// Mail by SMTP where it is configured, else into `directory`.
    pub fn new(config: &MailConfig, directory: PathBuf, clock: &Clock) -> Result<Self, MailError> {
        let way = match &config.smtp_url {
            None => Way::Directory(directory),
            Some(url) => {
                // The library's error repeats the URL, which holds a password.
                let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose())
                    .map_err(|_holds_the_password| {
                        MailError::Url("write smtps://user:password@host or smtp://host:25".into())
                    })?;
                if is_open_secret(url) {
                    return Err(MailError::Url("it holds a password that would travel unencrypted: write smtps://, or add ?tls=required".into()));
                }
                Way::Smtp(builder.timeout(Some(Duration::from_secs(10))).build())
            }
        };
        Ok(Self { from: config.mail_from.clone(), clock: clock.clone(), way })
    }

    /// Mail that stays in memory, for tests.
    pub fn memory(config: &MailConfig, clock: &Clock) -> Self {
        let way = Way::Memory(Arc::default());
        Self { from: config.mail_from.clone(), clock: clock.clone(), way }
    }

    /// Where mail goes, for the log: never a password.
    pub fn describe(&self) -> String {
        match &self.way {
            Way::Smtp(_) => "by SMTP".into(),
            Way::Directory(path) => format!("into {}", path.display()),
            Way::Memory(_) => "into memory".into(),
        }
    }

    /// Whether mail leaves this machine; else its operator passes it on.
    pub const fn leaves(&self) -> bool {
        !matches!(self.way, Way::Directory(_))
    }

    /// What was sent into memory, oldest first.
    pub fn sent(&self) -> Vec<String> {
        match &self.way {
            Way::Memory(sent) => {
                sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
            }
            Way::Smtp(_) | Way::Directory(_) => Vec::new(),
        }
    }

    /// Sends a mail to one address.
    pub async fn send(&self, to: &str, message: &impl Message) -> Result<(), MailError> {
        let failed = |error: &dyn std::fmt::Display| MailError::Message(error.to_string());
        let to: Mailbox = to.parse().map_err(|error| failed(&error))?;
        let text = message.render().map_err(|error| failed(&error))?;
        let html = message.html(&text).map_err(|error| failed(&error))?;
        let date: std::time::SystemTime = self.clock.now().to_jiff().into();
        let mut mail = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(message.subject())
            .date(date)
            .message_id(None);
        // No holiday answer comes back (RFC 3834).
        mail = mail.raw_header(value_of("Auto-Submitted", "auto-generated".to_owned()));
        if let Some(address) = message.unsubscribe() {
            for (name, value) in one_click(address) {
                mail = mail.raw_header(value_of(name, value));
            }
        }
        let mail = mail.multipart(MultiPart::alternative_plain_html(text, html));
        let mail = mail.map_err(|error| failed(&error))?;
        match &self.way {
            Way::Smtp(smtp) => {
                let sent = tokio::time::timeout(SENDING_LASTS, smtp.send(mail)).await;
                sent.map_err(|_elapsed| MailError::TooSlow)??;
            }
            Way::Directory(path) => self.write(path, &mail.formatted()).await?,
            Way::Memory(sent) => sent
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push(String::from_utf8_lossy(&mail.formatted()).into_owned()),
        }
        Ok(())
    }

    async fn write(&self, directory: &std::path::Path, mail: &[u8]) -> Result<(), MailError> {
        let token = random_token();
        let stamp = self.clock.now().to_jiff().strftime("%Y%m%d-%H%M%S").to_string();
        let path = directory.join(format!("{stamp}-{}.eml", &token.expose()[..8]));
        let failed = |source| MailError::Directory { path: path.display().to_string(), source };
        tokio::fs::create_dir_all(directory).await.map_err(failed)?;
        // Mails hold one-use links: only their owner reads them.
        let mut options = tokio::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(&path).await.map_err(failed)?;
        tokio::io::AsyncWriteExt::write_all(&mut file, mail).await.map_err(failed)?;
        tokio::io::AsyncWriteExt::flush(&mut file).await.map_err(failed)?;
        tracing::info!(file = %path.display(), "a mail was written: there is no SMTP");
        Ok(())
    }
}

/// The headers of a mail that nobody asked for by itself: a mail program shows a button for them
/// (RFC 8058).
fn one_click(address: &str) -> [(&'static str, String); 2] {
    [
        ("List-Unsubscribe", format!("<{address}>")),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
    ]
}

/// A header that is as it stands: our own address must not be folded or encoded.
fn value_of(name: &'static str, value: String) -> HeaderValue {
    let encoded = value.clone();
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value, encoded)
}
