//! `backchannel seed`, and `serve --demo`: a lively event hub and a standing topic hub.
//!
//! Everything goes the way real things go: accounts are opened, pings are received and looked at,
//! on a clock that is moved through the days.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

use super::instance::Instance;
use super::posts::{DemoHub, DemoLook, DemoPost, DemoVerdict, HUBS, LANGUAGES, STANDING_FIRST_DAY};
use super::talks::DemoTalk;
use crate::actions::accounts::{self, AccountDraft};
use crate::actions::categories::{self, CategoryDraft};
use crate::actions::dress::{self, FaceTyped, NewPicture};
use crate::actions::hubs::{self, HubDraft};
use crate::actions::moderate;
use crate::actions::programme::{self, Choice};
use crate::actions::receive_ping::{Incoming, receive};
use crate::actions::resolve::{Found, PingAddress, find_gate, find_hub};
use crate::app::App;
use crate::clock::{Clock, Timestamp};
use crate::config::{Config, RateLimits};
use crate::db::hubs::Switch;
use crate::db::readings::{self, Reading};
use crate::db::{DbError, accounts as account_rows, blogs, hubs as hub_rows, jobs, pings, talks};
use crate::limits::AddressBlock;
use crate::model::email::Email;
use crate::model::face::Links;
use crate::model::id::{AccountId, HubId, PingId};
use crate::model::ping::{CameBy, Verdict};
use crate::model::talk::{Arrangement, join_links};
use crate::model::web_url::WebUrl;
use crate::secret::{Secret, random_token};
use crate::wire::csv::Csv;

/// The address of the demonstration's organizer.
const ORGANIZER: &str = "organizer@backchannel.example";

/// Fill a database with a lively event hub and a standing topic hub.
///
/// An account `organizer@backchannel.example` owns them; its password is printed once. Days are
/// moved so that the event ended yesterday.
#[derive(Debug, clap::Args)]
pub struct Seed {
    #[command(flatten)]
    instance: Instance,
}

/// The account that owns the demonstration.
#[derive(Debug)]
pub struct DemoAccount {
    /// Its address.
    pub email: &'static str,
    /// Its password, random.
    pub password: Secret<String>,
}

impl Seed {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        let now = Clock::system().now();
        let account = self.instance.run_at(Clock::fixed(now), |app| async move {
            if is_filled(&app).await? {
                bail!("this database has the demonstration already");
            }
            fill(&app, now).await
        })?;
        println!("organizer: {} with the password {}", account.email, account.password.expose());
        Ok(())
    }
}

/// Fills a database for `serve --demo`; nothing where the demonstration is there already. One that
/// was interrupted is finished: pings and verdicts may come twice.
pub async fn demo(config: &Config) -> anyhow::Result<Option<DemoAccount>> {
    let now = Clock::system().now();
    let mut config = config.clone();
    config.http.rate_limits = RateLimits::Off;
    let bound = config.http.address.listen;
    let app = Arc::new(App::open(config, Clock::fixed(now), bound)?);
    let filled = if is_filled(&app).await? { None } else { Some(fill(&app, now).await?) };
    app.db.close().await;
    Ok(filled)
}

/// Whether the last post of the last hub is there. A database with hubs of its own is not filled.
async fn is_filled(app: &Arc<App>) -> anyhow::Result<bool> {
    let hubs = app.db.read(|c| hub_rows::list_all(c, 0, i64::MAX)).await?;
    if hubs.iter().any(|hub| !HUBS.iter().any(|demo| demo.slug == hub.slug)) {
        bail!("there are hubs here already: the demonstration wants a database of its own");
    }
    let Some((hub, post)) = HUBS.last().and_then(|hub| Some((hub, hub.posts.last()?))) else {
        return Ok(true);
    };
    let address = PingAddress::Slugs(hub.slug.into(), post.category.into());
    let Some(gate) = find_gate(app, address).await? else { return Ok(false) };
    let hash = *WebUrl::parse(post.url)?.identity().as_bytes();
    let (hub, category) = (gate.hub.id, gate.category.id);
    let found = app.db.read(move |c| pings::find_by_url(c, hub, category, &hash)).await?;
    Ok(found.is_some())
}

async fn fill(app: &Arc<App>, now: Timestamp) -> anyhow::Result<DemoAccount> {
    let email = Email::parse(ORGANIZER)?;
    let password = Secret::new(random_token().expose()[..24].to_owned());
    let found = app.db.read(move |c| account_rows::find_by_email(c, &email)).await?;
    let owner = match found {
        // An earlier filling was interrupted, and its password was never shown.
        Some((account, _)) => {
            let hash = app.hasher.hash(password.clone()).await?;
            let id = account.id;
            app.db.write(move |tx| account_rows::update_password(tx, id, &hash, now)).await?;
            id
        }
        None => {
            let draft = AccountDraft {
                email: ORGANIZER.into(),
                name: "Demo organizer".into(),
                password: password.expose().clone(),
            };
            accounts::add(app, &draft, false).await.map_err(|error| anyhow!("{error}"))?
        }
    };
    for hub in HUBS {
        fill_hub(app, hub, owner, now).await.with_context(|| format!("hub {}", hub.slug))?;
    }
    Ok(DemoAccount { email: ORGANIZER, password })
}

async fn fill_hub(
    app: &Arc<App>,
    hub: &DemoHub,
    owner: AccountId,
    now: Timestamp,
) -> anyhow::Result<()> {
    let zone = TimeZone::get(hub.time_zone)?;
    let first: Date = hub.starts_on.unwrap_or(STANDING_FIRST_DAY).parse()?;
    let last = match hub.ends_on {
        Some(day) => day.parse()?,
        None => last_day(hub, first)?,
    };
    let yesterday = now.to_jiff().to_zoned(zone.clone()).date().yesterday()?;
    let shift = last.until(yesterday)?;
    let first = first.checked_add(shift)?;
    let at = |minutes: i32| moment(first, &zone, minutes);

    app.clock.set(at(-7 * 24 * 60)?);
    let days = |day: Option<&str>| -> anyhow::Result<String> {
        Ok(match day {
            Some(day) => day.parse::<Date>()?.checked_add(shift)?.to_string(),
            None => String::new(),
        })
    };
    let (starts_on, ends_on) = (days(hub.starts_on)?, days(hub.ends_on)?);
    let id = open_hub(app, hub, owner, starts_on, ends_on).await?;
    if let Some(look) = &hub.look {
        put_on(app, id, hub.accent, look, owner).await?;
    }
    if !hub.talks.is_empty() {
        announce(app, id, hub.talks, &at, owner).await.context("the programme")?;
    }
    for (number, post) in hub.posts.iter().enumerate() {
        app.clock.set(at(post.minutes)?);
        send(app, hub, post, owner, number).await.with_context(|| post.title.to_owned())?;
        let count = number + 1;
        if count % 25 == 0 || count == hub.posts.len() {
            eprintln!("demonstration: {count} of {} posts of {}", hub.posts.len(), hub.title);
        }
    }
    app.clock.set(now);
    // These blogs are invented: there is no page to read.
    let (slug, posts) = (hub.slug, hub.posts);
    if let Found::Here(hub) = app.db.read(move |c| find_hub(c, slug)).await? {
        app.db.write(move |tx| jobs::delete_all(tx, hub.id)).await?;
        name_feeds(app, hub.id, posts, now).await?;
    }
    Ok(())
}

/// Most blogs have a feed, which their pages would name if there were any.
async fn name_feeds(
    app: &Arc<App>,
    hub: HubId,
    posts: &'static [DemoPost],
    now: Timestamp,
) -> anyhow::Result<()> {
    let mut keys = BTreeSet::new();
    for post in posts {
        keys.insert(WebUrl::parse(post.url)?.blog_key());
    }
    app.db
        .write(move |tx| {
            for (_, key) in keys.iter().enumerate().filter(|(at, _)| at % 4 != 3) {
                blogs::update_feed(tx, hub, key, &format!("https://{key}/feed.xml"), now)?;
            }
            Ok::<_, DbError>(())
        })
        .await?;
    Ok(())
}

fn last_day(hub: &DemoHub, first: Date) -> anyhow::Result<Date> {
    let minutes = hub.posts.iter().map(|post| post.minutes).max().unwrap_or(0);
    Ok(first.checked_add((i64::from(minutes) / (24 * 60)).days())?)
}

fn moment(first: Date, zone: &TimeZone, minutes: i32) -> anyhow::Result<Timestamp> {
    let midnight = first.to_zoned(zone.clone())?;
    let at = midnight.checked_add(Span::new().minutes(minutes))?;
    Ok(Timestamp::from_micros(at.timestamp().as_microsecond()))
}

async fn open_hub(
    app: &Arc<App>,
    hub: &DemoHub,
    owner: AccountId,
    starts_on: String,
    ends_on: String,
) -> anyhow::Result<HubId> {
    let draft = HubDraft {
        title: hub.title.into(),
        slug: hub.slug.into(),
        tagline: hub.tagline.into(),
        description: hub.description.into(),
        starts_on,
        ends_on,
        place: hub.place.into(),
        link: hub.link.into(),
        accent: hub.accent.into(),
        language: hub.language.into(),
        time_zone: hub.time_zone.into(),
        on_topics: "on".into(),
        contact: String::new(),
    };
    let account = app.db.read(move |c| account_rows::find(c, owner)).await?;
    let (account, _) = account.context("the organizer's account")?;
    let slug = hub.slug;
    let id = match app.db.read(move |c| find_hub(c, slug)).await? {
        Found::Here(hub) => hub.id,
        _ => hubs::open(app, &draft, &account).await.map_err(|error| anyhow!("{error}"))?,
    };
    hubs::switch(app, id, Switch::Approved, true).await?;
    for category in hub.categories {
        let address = PingAddress::Slugs(hub.slug.into(), category.slug.into());
        if find_gate(app, address).await?.is_some() {
            continue;
        }
        let draft = CategoryDraft {
            title: category.title.into(),
            slug: category.slug.into(),
            description: category.description.into(),
            ping: if category.passphrase.is_some() { "passphrase" } else { "open" }.into(),
            listing: "new-blog-waits".into(),
            passphrase: category.passphrase.unwrap_or_default().into(),
            ..CategoryDraft::default()
        };
        let hub = app.db.read(move |c| crate::db::hubs::find(c, id)).await?;
        let hub = hub.ok_or_else(|| anyhow!("the hub is gone"))?;
        categories::open(app, &hub, &draft, None).await.map_err(|error| anyhow!("{error}"))?;
    }
    Ok(id)
}

async fn put_on(
    app: &Arc<App>,
    hub: HubId,
    accent: &str,
    look: &DemoLook,
    owner: AccountId,
) -> anyhow::Result<()> {
    let typed = FaceTyped {
        accent: accent.into(),
        banner_alt: look.banner_alt.into(),
        add_words: look.add_words.into(),
        links: Links {
            programme: look.programme.into(),
            tickets: look.tickets.into(),
            conduct: look.conduct.into(),
            imprint: look.imprint.into(),
        },
    };
    let file = |bytes: &'static [u8]| NewPicture::File(bytes.into());
    let (logo, banner) = (file(look.logo), file(look.banner));
    dress::prepare(app, hub, &typed, logo, banner).await.map_err(|error| anyhow!("{error}"))?;
    Ok(dress::publish(app, hub, owner).await?)
}

/// Imports the programme, as the event's own schedule would be.
async fn announce(
    app: &Arc<App>,
    hub: HubId,
    all: &[DemoTalk],
    at: &impl Fn(i32) -> anyhow::Result<Timestamp>,
    owner: AccountId,
) -> anyhow::Result<()> {
    let mut schedule =
        Csv::with_columns(["title", "url", "speakers", "room", "track", "id", "start", "end"]);
    for talk in all {
        let (start, end) = (at(talk.minutes)?, at(talk.minutes + talk.length)?);
        let [start, end] = [start, end].map(|at| at.to_jiff().to_string());
        let address = talk.address();
        schedule.row([
            talk.title,
            &address,
            talk.speakers,
            talk.room,
            talk.track,
            talk.code,
            &start,
            &end,
        ]);
    }
    let found = app.db.read(move |c| hub_rows::find(c, hub)).await?;
    let hub = found.context("the hub")?;
    let (arrangement, category) = (Arrangement::Tracks, String::new());
    let choice = Choice { address: String::new(), arrangement, category };
    let prepared = programme::prepare(app, &hub, choice, schedule.finish().into_bytes()).await;
    prepared.map_err(|error| anyhow!("{error}"))?;
    let done = programme::apply(app, &hub, "", Some(owner)).await;
    done.map_err(|error| anyhow!("{error}"))?;
    Ok(())
}

async fn send(
    app: &Arc<App>,
    of: &DemoHub,
    post: &DemoPost,
    owner: AccountId,
    number: usize,
) -> anyhow::Result<()> {
    let address = PingAddress::Slugs(of.slug.into(), post.category.into());
    let gate = find_gate(app, address).await?.context("its category")?;
    let category = of.categories.iter().find(|category| category.slug == post.category);
    // Each post comes from an address of its own, in the block kept for documentation.
    let sender = u8::try_from(number % 250).unwrap_or(0);
    let came_by = if number % 9 == 4 { CameBy::Form } else { CameBy::Trackback };
    let incoming = Incoming {
        title: Some(as_html(post.title)),
        excerpt: Some(if post.verdict == DemoVerdict::Spam {
            post.excerpt.into()
        } else {
            as_html(post.excerpt)
        }),
        blog_name: Some(as_html(post.blog_name)),
        passphrase: category.and_then(|c| c.passphrase).map(|p| Secret::new(p.to_owned())),
        ..Incoming::of(Some(post.url.into()), came_by, AddressBlock::of([192, 0, 2, sender].into()))
    };
    let received = receive(app, &gate, incoming).await.map_err(|error| anyhow!("{error}"))?;
    let id = received.receipt.ping;
    let found = app.db.read(move |c| pings::find_public(c, id)).await?;
    let (hub, ping) = found.context("the ping")?;
    if let Some((_, language)) = LANGUAGES.iter().find(|(blog, _)| *blog == post.blog_name) {
        keep_language(app, hub, ping, language).await?;
    }
    let about = of.talks.iter().filter(|talk| talk.posts.contains(&post.url));
    let pages: Result<Vec<WebUrl>, _> = about.map(|talk| WebUrl::parse(&talk.address())).collect();
    let (links, now) = (join_links(&pages?), app.clock.now());
    if !links.is_empty() {
        app.db.write(move |tx| talks::keep_links(tx, hub, ping, &links, now)).await?;
    }
    let verdict = match post.verdict {
        DemoVerdict::Listed => Verdict::List,
        DemoVerdict::NotHere => Verdict::NotHere,
        DemoVerdict::Spam => Verdict::Spam,
        DemoVerdict::Waiting => return Ok(()),
    };
    app.clock.advance(Duration::from_secs(60 + u64::from(sender) * 3));
    moderate::decide(app, hub, ping, None, verdict, owner).await?;
    Ok(())
}

/// Keeps what the page of a post says of its language, as its reading would: nobody can read the
/// page of a blog that is invented.
async fn keep_language(
    app: &App,
    hub: HubId,
    ping: PingId,
    language: &'static str,
) -> anyhow::Result<()> {
    let keep = app.db.write(move |tx| {
        let before = readings::find(tx.reading(), hub, ping)?;
        let before = before.unwrap_or_else(|| Reading::unread(ping));
        readings::upsert(tx, hub, &Reading { language: language.to_owned(), ..before })
    });
    Ok(keep.await?)
}

/// Blogs send HTML: what is text here is escaped as their software would.
fn as_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
