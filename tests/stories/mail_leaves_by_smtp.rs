//! Mail by a real SMTP server: Python's `aiosmtpd`, on loopback.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::harness::{Database, Site};

const SERVER: &str = "
import asyncio, sys
from aiosmtpd.smtp import SMTP
class Handler:
    async def handle_DATA(self, server, session, envelope):
        print(envelope.content.decode(), flush=True)
        print('END', flush=True)
        return '250 OK'
async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), loop=loop), '127.0.0.1', 0)
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

/// A server, where Python has `aiosmtpd`; with `CI=true` it must.
#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
fn start() -> Option<Smtp> {
    let mut child = Command::new("python3")
        .args(["-c", SERVER])
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
