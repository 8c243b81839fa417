//! Mail by a real SMTP server: Python's `aiosmtpd`, on loopback. It is there, refuses, or is down.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::harness::{Database, Site, hours, minutes};

const SERVER: &str = "
import asyncio, email, email.policy, sys
from aiosmtpd.smtp import SMTP
class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if sys.argv[2] == 'refuses':
            return '550 no such mailbox'
        if sys.argv[2] == 'relays nothing':
            return '554 5.7.1 <x@example.org>: Relay access denied'
        envelope.rcpt_tos.append(address)
        return '250 OK'
    async def handle_DATA(self, server, session, envelope):
        print(envelope.content.decode(), flush=True)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        print('RECIPIENTS ' + ' '.join(envelope.rcpt_tos))
        print('NAMES ' + ' '.join(mail.keys()))
        print('SUBJECT ' + mail['Subject'])
        print('PARTS ' + ' '.join(part.get_content_type() for part in mail.walk()))
        print('TEXT ' + repr(mail.get_body(('plain',)).get_content()))
        print('END', flush=True)
        return '250 OK'
async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), loop=loop), '127.0.0.1', int(sys.argv[1]))
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
asyncio.run(main())
";

struct Smtp {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    port: u16,
}

impl Drop for Smtp {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A server at any port that takes mail.
fn start() -> Option<Smtp> {
    start_at(0, "takes")
}

impl Smtp {
    /// The next mail, with what Python's `email` says of it behind it.
    fn next(&mut self) -> Received {
        let lines: Vec<String> =
            self.lines.by_ref().map(Result::unwrap).take_while(|line| line != "END").collect();
        let of = |name: &str| {
            let said = lines.iter().rev().find_map(|line| line.strip_prefix(name));
            said.unwrap().trim().to_owned()
        };
        Received {
            recipients: of("RECIPIENTS "),
            names: of("NAMES "),
            subject: of("SUBJECT "),
            parts: of("PARTS "),
            text: of("TEXT "),
        }
    }
}

/// A mail that arrived.
struct Received {
    recipients: String,
    names: String,
    subject: String,
    parts: String,
    text: String,
}

/// A server, where Python has `aiosmtpd`; with `CI=true` it must.
#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
fn start_at(port: u16, habit: &str) -> Option<Smtp> {
    let mut child = Command::new("python3")
        .args(["-c", SERVER, &port.to_string(), habit])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut lines = BufReader::new(child.stdout.take()?).lines();
    let port = lines.next().and_then(Result::ok).and_then(|line| line.parse().ok());
    let Some(port) = port else {
        let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!in_ci, "Python has no aiosmtpd: in CI mail must leave by a real SMTP server");
        eprintln!("Python has no aiosmtpd: mail was not sent by SMTP");
        return None;
    };
    Some(Smtp { child, lines, port })
}

#[tokio::test]
async fn a_forgotten_password_comes_by_mail() {
    let Some(mut smtp) = start() else { return };
    let url = format!("smtp://127.0.0.1:{}", smtp.port);
    let site = Site::start_with(Database::sqlite(), |config| {
        config.mail.smtp_url = Some(url.into());
    })
    .await;
    let _operator = site.operator().await;
    let mut browser = site.browser();
    browser.open("/reset").await;
    browser.submit("/reset", &[("email", "operator@example.org")]).await.says("Check your mail");
    site.settle().await;
    let mail: Vec<String> =
        smtp.lines.by_ref().map(Result::unwrap).take_while(|line| line != "END").collect();
    let headers: Vec<&str> = mail
        .iter()
        .take_while(|line| !line.is_empty())
        .filter_map(|l| l.split(':').next())
        .collect();
    for name in ["From", "To", "Subject", "Date", "Message-ID"] {
        assert!(headers.contains(&name), "{name} is not in {headers:?}");
    }
    let mail = mail.join("\r\n");
    assert!(mail.contains("To: operator@example.org"), "{mail}");
    let link = crate::harness::link_in(&mail, "/reset/");
    browser.open(&link).await.says("Choose a new password");
}

#[tokio::test]
async fn a_dead_mail_server_is_counted_and_nobody_waits_for_it() {
    let site = Site::start_with(Database::sqlite(), |config| {
        config.mail.smtp_url = Some("smtp://127.0.0.1:1".to_owned().into());
    })
    .await;
    let _operator = site.operator().await;
    let mut browser = site.browser();
    browser.open("/reset").await;
    browser.submit("/reset", &[("email", "operator@example.org")]).await.says("Check your mail");
    site.settle().await;
    let metrics = browser.open("/metrics").await.body;
    assert!(metrics.contains("mails_total{outcome=\"failed\"} 1"), "{metrics}");
}

/// The header names of a digest, in their order.
const DIGEST: &str = "From To Subject Date Message-ID Auto-Submitted List-Unsubscribe \
    List-Unsubscribe-Post MIME-Version Content-Type";

#[tokio::test]
async fn what_bloggers_type_makes_no_header_and_no_recipient() {
    let Some(mut smtp) = start() else { return };
    let url = format!("smtp://127.0.0.1:{}", smtp.port);
    let site = Site::start_with(Database::sqlite(), |config| {
        config.mail.smtp_url = Some(url.into());
    })
    .await;
    let mut topic = site.hub("passphrase", "all-wait").await;
    topic.organizer.open("/manage/sxsw/settings").await;
    let title = "Hub\r\nBcc: eve@example.org";
    topic.organizer.submit("/manage/sxsw/settings", &[("title", title)]).await;
    let ends = [
        "\r\nBcc: eve@example.org",
        "\nBcc: eve@example.org",
        "\rBcc: eve@example.org",
        "\r\n\r\nBcc: eve@example.org",
        "\r\n.\r\nMAIL FROM:<eve@example.org>\r\nRCPT TO:<eve@example.org>",
        "%0d%0aBcc:eve@example.org",
        "%250d%250aBcc:eve@example.org",
        "=0D=0ABcc: eve@example.org",
        "=?utf-8?q?=0D=0ABcc:_eve@example.org?=",
        "\u{2028}Bcc: eve@example.org",
        "\u{85}Bcc: eve@example.org",
        "\u{b}Bcc: eve@example.org",
        "\0\r\n Bcc: eve@example.org",
    ];
    let variants: Vec<(&str, &str)> = ["title", "excerpt", "blog_name", "url"]
        .into_iter()
        .flat_map(|field| ends.map(|end| (field, end)))
        .collect();
    assert!(variants.len() >= 50);
    let mut shown = 0;
    for (chunk, some) in variants.chunks(13).enumerate() {
        for (n, (field, end)) in some.iter().enumerate() {
            let url = format!("http://blog{n}.example/{chunk}");
            let mut fields = vec![("url", url), ("title", format!("Post {chunk}-{n}"))];
            match fields.iter_mut().find(|(name, _)| name == field) {
                Some((_, value)) => value.push_str(end),
                None => fields.push((field, format!("Words{end}"))),
            }
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            // Some are no addresses at all.
            shown += usize::from(topic.ping(&fields).await.is_stored());
        }
        site.advance(minutes(16));
        site.settle().await;
        let mail = smtp.next();
        assert_eq!(
            mail.names.split_whitespace().collect::<Vec<_>>(),
            DIGEST.split_whitespace().collect::<Vec<_>>()
        );
        assert_eq!(mail.recipients, "operator@example.org");
        assert!(mail.subject.ends_with(": Hub Bcc: eve@example.org"), "{}", mail.subject);
        assert_eq!(mail.parts, "multipart/alternative text/plain text/html");
        assert!(!mail.text.contains("\\nBcc"), "no line of ours begins with it: {}", mail.text);
    }
    assert!(shown >= 39, "{shown}");
}

#[tokio::test]
async fn after_an_outage_there_is_one_mail_and_nothing_is_lost() {
    let Some(first) = start() else { return };
    let port = first.port;
    drop(first);
    let site = Site::start_with(Database::sqlite(), |config| {
        config.mail.smtp_url = Some(format!("smtp://127.0.0.1:{port}").into());
    })
    .await;
    let topic = site.hub("open", "all-wait").await;
    for n in 0..8 {
        let (url, title) = (format!("http://blog{n}.example/"), format!("Post {n}."));
        let sent = topic.ping(&[("url", &url), ("title", &title)]).await;
        assert!(sent.is_stored(), "pings are taken in as ever");
        site.settle().await;
        site.advance(minutes(30));
    }
    let metrics = site.browser().open("/metrics").await.body;
    assert!(metrics.contains("mails_total{outcome=\"failed\"} 8"), "backs off: {metrics}");
    let Some(mut smtp) = start_at(port, "takes") else { return };
    site.advance(minutes(15));
    site.settle().await;
    let mail = smtp.next();
    assert!(mail.subject.starts_with("8 posts wait for you"), "{}", mail.subject);
    for n in 0..8 {
        assert!(mail.text.contains(&format!("Post {n}.")), "{}", mail.text);
    }
    site.advance(hours(1));
    site.settle().await;
    let metrics = site.browser().open("/metrics").await.body;
    assert!(metrics.contains("mails_total{outcome=\"sent\"} 1"), "{metrics}");
    assert!(!metrics.contains("bounced"), "an outage is no bounce");
}

#[tokio::test]
async fn a_server_that_does_not_know_us_stops_nobodys_mail() {
    let Some(smtp) = start_at(0, "relays nothing") else { return };
    let port = smtp.port;
    let site = Site::start_with(Database::sqlite(), |config| {
        config.mail.smtp_url = Some(format!("smtp://127.0.0.1:{port}").into());
    })
    .await;
    let mut topic = site.hub("open", "all-wait").await;
    for n in 0..5 {
        let url = format!("http://blog{n}.example/");
        assert!(topic.ping(&[("url", &url), ("title", "One")]).await.is_stored());
        site.settle().await;
        site.advance(minutes(30));
    }
    let metrics = site.browser().open("/metrics").await.body;
    assert!(!metrics.contains("bounced"), "the mailbox is not at fault: {metrics}");
    topic.organizer.open("/manage/sxsw").await.never_says("came back");

    // An invitation that does not leave is not lost.
    topic.organizer.open("/manage/sxsw/members").await;
    let form = [("role", "organizer"), ("email", "carol@example.org")];
    let made = topic.organizer.submit("/manage/sxsw/invitations", &form).await;
    made.has_status(200).says("The mail could not be sent");
    let link = made.one_text(".copy code");
    site.browser().open(&link[link.find("/invite/").unwrap()..]).await.says("carol@example.org");

    drop(smtp);
    let Some(mut smtp) = start_at(port, "takes") else { return };
    site.advance(minutes(15));
    site.settle().await;
    assert!(smtp.next().subject.starts_with("5 posts wait"), "mended, and it goes on by itself");
}

#[tokio::test]
async fn three_mails_that_come_back_are_the_last_until_their_member_says_so() {
    let Some(smtp) = start_at(0, "refuses") else { return };
    let url = format!("smtp://127.0.0.1:{}", smtp.port);
    let site = Site::start_with(Database::sqlite(), |config| {
        config.mail.smtp_url = Some(url.into());
    })
    .await;
    let mut topic = site.hub("open", "all-wait").await;
    let bounced = async |times: usize| {
        let metrics = site.browser().open("/metrics").await.body;
        let line = format!("mails_total{{outcome=\"bounced\"}} {times}");
        assert!(metrics.contains(&line), "{line} is not in {metrics}");
    };
    for n in 0..6 {
        let (url, title) = (format!("http://blog{n}.example/"), format!("Post {n}."));
        assert!(topic.ping(&[("url", &url), ("title", &title)]).await.is_stored());
        site.settle().await;
        site.advance(minutes(61));
    }
    bounced(3).await;
    let page = topic.organizer.open("/manage/sxsw/notifications").await;
    page.says("Three mails to operator@example.org came back");
    topic.organizer.open("/manage/sxsw").await.says("Mails to you came back");
    topic.organizer.open("/manage/sxsw/notifications").await;
    let again = "/manage/sxsw/notifications/resume";
    topic.organizer.submit(again, &[]).await.redirects_to("/manage/sxsw/notifications");
    topic.organizer.open("/manage/sxsw/notifications").await.never_says("came back");
    site.advance(minutes(61));
    site.settle().await;
    bounced(4).await;
}
