//! A running site, and the arrangements every story begins with.

use std::sync::Arc;
use std::time::Duration;

use backchannel::app::{App, Outside};
use backchannel::clock::{Clock, Timestamp};
use backchannel::config::{Config, SignUp};
use backchannel::fetch::Resolver;
use backchannel::mail::Mail;
use backchannel::server::{Server, listen};
use clap::Parser;
use tokio::sync::oneshot;

use super::{Browser, Database};

/// The day all stories begin: Tuesday 11 March 2003, 14:00 UTC.
const MORNING: i64 = 1_047_391_200_000_000;

/// The password of everybody in these stories.
pub const PASSWORD: &str = "four or five ordinary words";

/// A running site.
pub struct Site {
    /// The instance.
    pub app: Arc<App>,
    /// Its address, without a slash at the end.
    pub base: String,
    address: std::net::SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
    // Dropped last: the server must be gone before its database.
    _database: Database,
}

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    config: Config,
}

impl Site {
    /// Starts a site with open sign-up.
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, |_| {}).await
    }

    /// Starts a site that reads blogs on this machine.
    pub async fn that_reads_blogs(database: Database) -> Self {
        Self::start_with(database, |config| config.unsafe_dial_loopback = true).await
    }

    /// Starts a site, its configuration changed.
    pub async fn start_with(database: Database, change: impl FnOnce(&mut Config)) -> Self {
        Self::start_asking(database, Resolver::system(), change).await
    }

    /// The same, where somebody else answers for names.
    pub async fn start_asking(
        database: Database,
        resolver: Resolver,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = Args::parse_from(["backchannel"]).config;
        config.http.address.listen = ([127, 0, 0, 1], 0).into();
        config.http.workers = Some(1);
        config.database.database = Some(database.url.clone());
        config.database.data = database.data.path().to_owned();
        config.database.secret_key =
            Some("a key for stories, long enough for it".to_owned().into());
        config.accounts.sign_up = Some(SignUp::Open);
        change(&mut config);
        let clock = Clock::fixed(Timestamp::from_micros(MORNING));
        let (tell_app, app) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let (listener, address) = listen(config.http.address.listen).unwrap();
                let mail = if config.mail.smtp_url.is_some() {
                    Mail::new(&config.mail, config.database.data.join("mail"), &clock).unwrap()
                } else {
                    Mail::memory(&config.mail, &clock)
                };
                let outside = Outside { mail, resolver };
                let app = Arc::new(App::with_outside(config, clock, address, outside).unwrap());
                tell_app.send((Arc::clone(&app), address)).ok().unwrap();
                let server = Server::around(app, listener, address);
                let stopped = async {
                    let _dropped = stopped.await;
                };
                server.run(stopped).await.unwrap();
            });
        });
        let (app, address) = app.await.unwrap();
        let base = app.addresses.home().to_owned();
        Self { app, base, address, stop: Some(stop), thread: Some(thread), _database: database }
    }

    /// Where it listens, whatever its public address is.
    pub fn listens_at(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Moves the clock.
    pub fn advance(&self, by: Duration) {
        self.app.clock.advance(by);
    }

    /// Waits until mail that is under way has left, and does every job that is due within the
    /// next half minute, moving the clock as far as it takes: a site is read every two seconds only.
    pub async fn settle(&self) {
        assert!(self.app.background.drain(Duration::from_secs(10)).await, "something hangs");
        for _ in 0..15 {
            backchannel::worker::run_due(&self.app).await.unwrap();
            let next = self.app.db.read(backchannel::db::jobs::next_due).await.unwrap();
            let soon = self.app.clock.now().plus(Duration::from_secs(30));
            match next {
                Some(next) if next <= soon => self.advance(Duration::from_secs(2)),
                _ => return,
            }
        }
    }

    /// Mails sent so far, oldest first.
    pub async fn mails(&self) -> Vec<String> {
        self.settle().await;
        self.app.mail.sent()
    }

    /// The last mail with a link that begins like this.
    pub async fn mail_with(&self, path: &str) -> String {
        let mails = self.mails().await;
        let found = mails.into_iter().rev().find(|mail| mail.replace("=\r\n", "").contains(path));
        found.unwrap_or_else(|| panic!("no mail leads to {path}"))
    }

    /// Somebody's browser, without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    /// Somebody's browser at a hub's own name, such as `talks.example`: what it dials is this site.
    pub fn browser_at(&self, host: &str) -> Browser {
        let port = self.address.port();
        Browser::at(&self.listens_at(), &format!("http://{host}:{port}"))
    }

    /// A signed-in operator: made by the set-up link, as at the first start.
    pub async fn operator(&self) -> Browser {
        let link = backchannel::actions::accounts::set_up_link(&self.app).await.unwrap().unwrap();
        let mut browser = self.browser();
        browser.open(link.strip_prefix(&self.base).unwrap()).await;
        let form = [("email", "operator@example.org"), ("name", "Op"), ("password", PASSWORD)];
        browser.submit("/signup/", &form).await.redirects_to("/manage");
        browser
    }

    /// A signed-in organizer: signed up by mail.
    pub async fn organizer(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        browser.open("/signup").await;
        browser.submit("/signup", &[("email", email)]).await.says("Check your mail");
        let mail = self.mail_with("/signup/").await;
        browser.open(&link_in(&mail, "/signup/")).await;
        browser
            .submit("/signup/", &[("name", "Ada"), ("password", PASSWORD)])
            .await
            .redirects_to("/manage");
        browser
    }

    /// A public hub with one category, as an operator opens it: `/sxsw/keynotes`.
    pub async fn hub(&self, ping: &str, listing: &str) -> Topic<'_> {
        let mut organizer = self.operator().await;
        organizer.open("/manage/new").await;
        let hub = [("title", "SXSW 2003"), ("slug", "sxsw"), ("time_zone", "America/Chicago")];
        organizer.submit("/manage/new", &hub).await.redirects_to("/manage/sxsw/categories");
        self.category(organizer, "keynotes", ping, listing).await
    }

    /// A further category of `/sxsw`.
    pub async fn category(
        &self,
        mut organizer: Browser,
        slug: &str,
        ping: &str,
        listing: &str,
    ) -> Topic<'_> {
        organizer.open("/manage/sxsw/new-category").await;
        let passphrase = if ping == "passphrase" { "violet-crown" } else { "" };
        let category = [
            ("title", slug),
            ("slug", slug),
            ("ping", ping),
            ("listing", listing),
            ("passphrase", passphrase),
        ];
        let saved = organizer.submit("/manage/sxsw/categories", &category).await;
        let ping_url = saved.one_text(".copy code");
        Topic { site: self, organizer, ping_url }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            panic!("the server did not stop in order");
        }
    }
}

/// The path of a link in a mail.
pub fn link_in(mail: &str, path: &str) -> String {
    let mail = mail.replace("=\r\n", "");
    let at = mail.find(path).expect("a link");
    mail[at..].split_whitespace().next().unwrap().to_owned()
}

/// A category that can be pinged, and its organizer.
pub struct Topic<'a> {
    /// The site.
    pub site: &'a Site,
    /// Its organizer, signed in.
    pub organizer: Browser,
    /// Its ping address, with the passphrase if it has one.
    pub ping_url: String,
}

/// The answer to a ping.
#[derive(Debug)]
pub struct Ping {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// The receipt's path, where there is one.
    pub receipt: Option<String>,
    /// `Retry-After`.
    pub retry_after: Option<String>,
}

impl Ping {
    /// Whether the answer was `<error>0</error>`.
    pub fn is_stored(&self) -> bool {
        self.body.contains("<error>0</error>")
    }

    /// The refusal's message.
    pub fn message(&self) -> &str {
        let after = self.body.split_once("<message>").map_or("", |(_, after)| after);
        after.split_once("</message>").map_or("", |(message, _)| message)
    }
}

impl Topic<'_> {
    /// Sends a ping with these fields, as `curl -d` would.
    pub async fn ping(&self, fields: &[(&str, &str)]) -> Ping {
        self.ping_at(&self.ping_url, fields).await
    }

    /// Sends a ping to another address.
    pub async fn ping_at(&self, url: &str, fields: &[(&str, &str)]) -> Ping {
        let body: String =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = "application/x-www-form-urlencoded";
        self.ping_raw(url, &[("content-type", form)], body.into_bytes()).await
    }

    /// Sends any bytes.
    pub async fn ping_raw(&self, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Ping {
        let response = self.site.browser().post_raw(url, headers, body).await;
        let link = response.header("link").unwrap_or_default().to_owned();
        let receipt = link.strip_prefix('<').and_then(|link| link.split_once('>'));
        Ping {
            status: response.status,
            receipt: receipt
                .and_then(|(url, _)| url.strip_prefix(&self.site.base))
                .map(str::to_owned),
            retry_after: response.header("retry-after").map(str::to_owned),
            body: response.body,
        }
    }

    /// The category's page, as posts link to it.
    pub fn page(&self) -> String {
        format!("{}/sxsw/keynotes", self.site.base)
    }

    /// Sends a Webmention, as every sender does.
    pub async fn mention(&self, source: &str, target: &str) -> Page {
        self.mention_at("/webmention", source, target).await
    }

    /// Sends a Webmention to another endpoint.
    pub async fn mention_at(&self, endpoint: &str, source: &str, target: &str) -> Page {
        let fields = [("source".to_owned(), source.to_owned()), ("target".into(), target.into())];
        self.site.browser().post_from(endpoint, &fields, &[]).await
    }

    /// Calls a method by XML-RPC, with these strings.
    pub async fn call(&self, method: &str, params: &[&str]) -> Page {
        let params: String = params
            .iter()
            .map(|param| format!("<param><value><string>{param}</string></value></param>"))
            .collect();
        let body = format!(
            "<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName>\
             <params>{params}</params></methodCall>"
        );
        let headers = [("content-type", "text/xml")];
        self.site.browser().post_raw("/xmlrpc", &headers, body.into_bytes()).await
    }

    /// The path of the receipt in a 201's `Location`.
    pub fn receipt_of(&self, created: &Page) -> String {
        let location = created.has_status(201).header("location").unwrap();
        location.strip_prefix(&self.site.base).unwrap().to_owned()
    }

    /// Puts a verdict on the waiting ping of this title, by its button in the queue.
    pub async fn decide(&mut self, title: &str, verdict: &str) -> Page {
        let queue = self.organizer.open("/manage/sxsw").await;
        let action = queue.action_beside(title, "/verdict");
        self.organizer.submit(&action, &[("verdict", verdict)]).await
    }
}

use super::Page;

/// So many seconds.
pub const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// So many minutes.
pub const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

/// So many hours.
pub const fn hours(n: u64) -> Duration {
    Duration::from_secs(n * 3_600)
}

/// So many days.
pub const fn days(n: u64) -> Duration {
    Duration::from_secs(n * 86_400)
}
