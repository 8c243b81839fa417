//! What needs an instance: to take a ping in, and to render pages and feeds, with a database and
//! without a socket.

use std::sync::Arc;

use actix_web::rt::{System, SystemRunner};
use anyhow::{Context, anyhow};
use backchannel::actions::accounts::{self, AccountDraft};
use backchannel::actions::categories::{self, CategoryDraft};
use backchannel::actions::hubs::{self, HubDraft};
use backchannel::actions::receive_ping::{Incoming, receive};
use backchannel::actions::resolve::{PingAddress, find_gate};
use backchannel::app::{App, Gate};
use backchannel::clock::Clock;
use backchannel::config::Config;
use backchannel::limits::AddressBlock;
use backchannel::model::ping::CameBy;
use backchannel::pages_cache::Rendered;
use backchannel::server::{listen, prepare};
use bytes::Bytes;
use clap::Parser;
use criterion::{BatchSize, Criterion};
use tempfile::TempDir;

/// Posts that are listed before anything is measured: more than a page has.
const POSTS: u64 = 200;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    config: Config,
}

/// An instance with one hub and one category, `sxsw/keynotes`, which lists at once.
struct Instance {
    app: Arc<App>,
    gate: Arc<Gate>,
    sent: u64,
    _data: TempDir,
}

impl Instance {
    async fn open() -> anyhow::Result<Self> {
        let data = tempfile::tempdir()?;
        let path = data.path().display().to_string();
        let args = ["backchannel", "--listen=127.0.0.1:0", "--rate-limits=off", "--data", &path];
        let config = Args::try_parse_from(args)?.config;
        let (_listener, bound) = listen(config.http.address.listen)?;
        let app = Arc::new(App::open(config, Clock::system(), bound)?);
        prepare(&app);
        let owner = AccountDraft {
            email: "ada@example.org".into(),
            name: "Ada".into(),
            password: "four or five ordinary words".into(),
        };
        let owner = accounts::add(&app, &owner, false).await.map_err(stringly)?;
        let find = move |c: &mut _| backchannel::db::accounts::find(c, owner);
        let (owner, _) = app.db.read(find).await?.context("the owner")?;
        let draft = HubDraft {
            title: "South by Southwest 2003".into(),
            slug: "sxsw".into(),
            language: "en".into(),
            time_zone: "America/Chicago".into(),
            ..HubDraft::default()
        };
        let hub = hubs::open(&app, &draft, &owner).await.map_err(stringly)?;
        let find = move |c: &mut _| backchannel::db::hubs::find(c, hub);
        let hub = app.db.read(find).await?.context("the hub")?;
        let draft = CategoryDraft {
            title: "Keynotes".into(),
            slug: "keynotes".into(),
            ping: "open".into(),
            listing: "at-once".into(),
            link_back: "off".into(),
            ..CategoryDraft::default()
        };
        categories::open(&app, &hub, &draft, None).await.map_err(stringly)?;
        let address = PingAddress::Slugs("sxsw".into(), "keynotes".into());
        let gate = find_gate(&app, address).await?.context("the category")?;
        let mut instance = Self { app, gate, sent: 0, _data: data };
        for _ in 0..POSTS {
            instance.take_in().await?;
        }
        Ok(instance)
    }

    /// Another post each time; answered after COMMIT.
    async fn take_in(&mut self) -> anyhow::Result<()> {
        self.sent += 1;
        let (n, blog) = (self.sent, self.sent % 97);
        let url = format!("https://weblog-{blog}.example/2003/03/11/keynote-{n}/");
        let text = |text: &str| Some(text.to_owned());
        let incoming = Incoming {
            title: Some(format!("Live from the keynote, part {n}: “small pieces”")),
            excerpt: text("The room was full half an hour before it began, and so here …"),
            blog_name: Some(format!("Notes from row {blog}")),
            ..Incoming::of(Some(url), CameBy::Trackback, AddressBlock::EVERYBODY)
        };
        receive(&self.app, &self.gate, incoming).await?;
        Ok(())
    }
}

/// All of it.
pub fn measure(criterion: &mut Criterion) -> anyhow::Result<()> {
    let system = System::new();
    let mut instance = system.block_on(Instance::open())?;
    measure_pages(criterion, &system, &instance)?;
    // Last: it lists a few thousand posts more.
    let mut failed = None;
    criterion.benchmark_group("ping").bench_function("take in and list, one by one", |b| {
        b.iter(|| {
            if let Err(error) = system.block_on(instance.take_in()) {
                failed.get_or_insert(error);
            }
        });
    });
    system.block_on(instance.app.db.close());
    failed.map_or(Ok(()), Err)
}

/// A hub's page and feeds: read from the database and rendered each time, as behind the cache.
fn measure_pages(
    criterion: &mut Criterion,
    system: &SystemRunner,
    instance: &Instance,
) -> anyhow::Result<()> {
    let inside = instance.app.inside.get().context("the doors")?;
    let ask = system.block_on((inside.open)(Arc::clone(&instance.app)));
    let hub = instance.gate.hub.id;
    let mut group = criterion.benchmark_group("read and render 50 posts");
    let mut page = Bytes::new();
    let pages = [
        ("page", "/sxsw"),
        ("RSS", "/sxsw/rss"),
        ("Atom", "/sxsw/atom"),
        ("JSON", "/sxsw/feed.json"),
    ];
    for (name, path) in pages {
        let answer = || {
            // As after a commit: nothing that is kept is served.
            instance.app.generations.hub_changed(hub, 0);
            system.block_on(ask(path.into())).ok().flatten()
        };
        let body = answer().with_context(|| format!("no {path}"))?.body;
        group.bench_function(name, |b| b.iter(answer));
        if page.is_empty() {
            page = body.into();
        }
    }
    group.finish();
    let fresh = || Rendered::new(page.clone(), "text/html", "no-cache", None);
    criterion.bench_function("compress a page of 50 posts", |b| {
        b.iter_batched(fresh, |page| page.gzip(), BatchSize::SmallInput);
    });
    Ok(())
}

fn stringly(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("{error}")
}
