//! Backchannel, started in this process as its own binary would start it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::{Context, anyhow, ensure};
use backchannel::actions::accounts::{self, AccountDraft};
use backchannel::actions::categories::{self, CategoryDraft};
use backchannel::actions::hubs::{self, HubDraft};
use backchannel::actions::keys::{self, KeysDraft};
use backchannel::app::App;
use backchannel::clock::Clock;
use backchannel::config::Config;
use backchannel::db::hubs::Switch;
use backchannel::limits::MAX_HOURLY;
use backchannel::model::id::HubId;
use backchannel::server::Server;
use clap::Parser;
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::filled::Filling;
use crate::postgres::Fresh;
use crate::visitor::ask;

/// The passphrase of categories that want one.
pub const PASSPHRASE: &str = "violet-crown";
/// What a ping that was taken in is answered with.
pub const STORED: &str =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<response>\n<error>0</error>\n</response>\n";

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    config: Config,
}

/// A running instance with a fresh database.
pub struct Product {
    /// Where it answers.
    pub address: SocketAddr,
    app: Arc<App>,
    data: TempDir,
    postgres: Option<Fresh>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<anyhow::Result<()>>,
}

/// What is other than in a fresh instance without limits.
#[derive(Default)]
struct Settings {
    /// The data directory; a new one without this.
    data: Option<TempDir>,
    /// A database on a server.
    postgres: Option<Fresh>,
    /// Whether rate limits hold.
    limited: bool,
    /// Whether pages on this machine are read.
    dials_loopback: bool,
}

impl Product {
    /// Starts it: SQLite, two workers, no limits, keep-alive as behind a proxy.
    pub fn start() -> anyhow::Result<Self> {
        Self::start_with(Settings::default())
    }

    /// The same with rate limits; on a PostgreSQL server, if one is named.
    pub fn start_limited(postgres: Option<&str>) -> anyhow::Result<Self> {
        let postgres = postgres.map(Fresh::make).transpose()?;
        Self::start_with(Settings { postgres, limited: true, ..Settings::default() })
    }

    /// The same as [`Self::start`], where much is listed already.
    pub fn start_filled(filling: Filling) -> anyhow::Result<Self> {
        Self::start_with(Settings { data: Some(filling.copy()?), ..Settings::default() })
    }

    /// The same as [`Self::start`], and it reads pages that are on this machine.
    pub fn start_reading_here() -> anyhow::Result<Self> {
        Self::start_with(Settings { dials_loopback: true, ..Settings::default() })
    }

    fn start_with(settings: Settings) -> anyhow::Result<Self> {
        let Settings { data, postgres, limited, dials_loopback } = settings;
        let data = data.map_or_else(tempfile::tempdir, Ok)?;
        let path = data.path().display();
        let database = match &postgres {
            Some(fresh) => fresh.url.clone(),
            None => format!("sqlite://{path}/backchannel.db"),
        };
        let data_directory = path.to_string();
        let mut config = Args::try_parse_from([
            "backchannel",
            "--listen=127.0.0.1:0",
            "--workers=2",
            "--trusted-proxies=127.0.0.1/32",
            "--secret-key=a load test has no secrets to keep",
            "--rate-limits",
            if limited { "on" } else { "off" },
            "--database",
            &database,
            "--data",
            &data_directory,
        ])?
        .config;
        config.unsafe_dial_loopback = dials_loopback;
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = Server::bind(config, Clock::system())?;
                tell.send((server.address(), Arc::clone(server.app())))?;
                let stopped = async {
                    let _dropped = stopped.await;
                };
                Ok(server.run(stopped).await?)
            })
        });
        let (address, app) = told.recv().context("backchannel did not start")?;
        Ok(Self { address, app, data, postgres, stop, thread })
    }

    /// Its SQLite file.
    pub fn file(&self) -> PathBuf {
        self.data.path().join("backchannel.db")
    }

    /// Opens a public hub.
    pub fn open_hub(&self, slug: &str) -> anyhow::Result<HubId> {
        run(async {
            let owner = AccountDraft {
                email: format!("{slug}@example.org"),
                name: "Ada".into(),
                password: "four or five ordinary words".into(),
            };
            let owner = accounts::add(&self.app, &owner, false).await.map_err(stringly)?;
            let find = move |c: &mut _| backchannel::db::accounts::find(c, owner);
            let (owner, _) = self.app.db.read(find).await?.context("the owner")?;
            let draft = HubDraft {
                title: "South by Southwest 2003".into(),
                slug: slug.into(),
                tagline: "What bloggers say about the conference".into(),
                language: "en".into(),
                time_zone: "America/Chicago".into(),
                ..HubDraft::default()
            };
            let hub = hubs::open(&self.app, &draft, &owner).await.map_err(stringly)?;
            hubs::switch(&self.app, hub, Switch::Approved, true).await?;
            Ok(hub)
        })
    }

    /// Opens a category; the path of its ping address, with the passphrase if it has one.
    pub fn open_category(
        &self,
        hub: HubId,
        slug: &str,
        ping: &str,
        listing: &str,
        link_back: &str,
    ) -> anyhow::Result<String> {
        let wants_passphrase = ping == "passphrase";
        let draft = CategoryDraft {
            title: format!("Keynotes {slug}"),
            slug: slug.into(),
            description: "Everything about the keynotes.".into(),
            ping: ping.into(),
            listing: listing.into(),
            link_back: link_back.into(),
            passphrase: if wants_passphrase { PASSPHRASE.into() } else { String::new() },
            ..CategoryDraft::default()
        };
        run(async {
            let find = move |c: &mut _| backchannel::db::hubs::find(c, hub);
            let row = self.app.db.read(find).await?.context("the hub")?;
            let saved = categories::open(&self.app, &row, &draft, None).await.map_err(stringly)?;
            let find = move |c: &mut _| backchannel::db::categories::find(c, hub, saved.id);
            let category = self.app.db.read(find).await?.context("the category")?;
            let number = category.number;
            Ok(if wants_passphrase {
                format!("/tb/{number}/{PASSPHRASE}")
            } else {
                format!("/tb/{number}")
            })
        })
    }

    /// Makes ping keys that open every category of a hub, with the largest quota: what stands behind
    /// the number in their ping addresses. What half of them bring is listed at once.
    pub fn make_keys(&self, hub: HubId, count: usize) -> anyhow::Result<Vec<String>> {
        run(async {
            let find = move |c: &mut _| backchannel::db::hubs::find(c, hub);
            let row = self.app.db.read(find).await?.context("the hub")?;
            let list = move |c: &mut _| backchannel::db::members::list(c, hub);
            let members = self.app.db.read(list).await?;
            let owner = members.first().context("the hub's owner")?.account;
            let mut made = Vec::new();
            for (lists_at_once, count) in [("on", count / 2), ("", count - count / 2)] {
                let names = (1..=count).map(|n| format!("Session {n}")).collect::<Vec<_>>();
                let draft = KeysDraft {
                    names: names.join("\n"),
                    lists_at_once: lists_at_once.into(),
                    hourly: MAX_HOURLY.to_string(),
                    ..KeysDraft::default()
                };
                made.extend(keys::make(&self.app, &row, &draft, owner).await.map_err(stringly)?);
            }
            Ok(made.iter().map(|made| made.key.secret().expose().clone()).collect())
        })
    }

    /// Sends a ping and waits for its answer.
    pub fn ping(&self, path: &str, body: &str) -> anyhow::Result<()> {
        let answer = ask(self.address, &ping_request(path, body))?;
        let (status, text) = (answer.status, answer.text());
        ensure!(text == STORED, "a ping was answered {status}: {text}");
        Ok(())
    }

    /// How many posts the lists of a hub hold.
    pub fn count_listed(&self, hub: HubId) -> anyhow::Result<u64> {
        run(async {
            let find = move |c: &mut _| backchannel::db::hubs::find(c, hub);
            let row = self.app.db.read(find).await?.context("the hub")?;
            Ok(u64::try_from(row.listed_count)?)
        })
    }

    /// Stops it in order; how many pings its database then holds.
    pub fn stop(self) -> anyhow::Result<u64> {
        drop(self.stop);
        self.thread.join().map_err(|_panic| anyhow!("backchannel panicked"))??;
        match &self.postgres {
            Some(fresh) => fresh.count_pings(),
            None => crate::control::count_rows(&self.data.path().join("backchannel.db"), "pings"),
        }
    }

    /// Stops it in order, and leaves its data directory.
    pub fn stop_for_data(self) -> anyhow::Result<TempDir> {
        drop(self.stop);
        self.thread.join().map_err(|_panic| anyhow!("backchannel panicked"))??;
        Ok(self.data)
    }
}

/// A ping as a blog's software sends it through a proxy.
pub fn ping_request(path: &str, body: &str) -> Vec<u8> {
    ping_request_from(Ipv4Addr::new(198, 51, 100, 7), path, body)
}

/// The same from another address.
pub fn ping_request_from(from: Ipv4Addr, path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: hubs.example.org\r\nUser-Agent: WordPress/2.7\r\n\
         X-Forwarded-For: {from}\r\nAccept: */*\r\n\
         Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The fields of the ping of this number: its own address, about 200 characters of excerpt.
pub fn ping_body(number: u64) -> String {
    let blog = number % 997;
    format!(
        "title=Live+from+the+keynote%2C+part+{number}%3A+%E2%80%9Csmall+pieces%E2%80%9D\
         &url=https%3A%2F%2Fweblog-{blog}.example%2F2003%2F03%2F11%2Fkeynote-{number}%2F\
         &excerpt=The+room+was+full+half+an+hour+before+it+began%2C+and+the+network+held+for+all+of\
         +eleven+minutes.+What+was+said+about+weblogs+%26amp%3B+journalism+deserves+more+than+the\
         +notes+I+took+on+my+knees%2C+so+here+%E2%80%A6\
         &blog_name=Notes+from+row+{blog}"
    )
}

fn run<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

fn stringly(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("{error}")
}
