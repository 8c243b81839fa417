//! One mail to one member: whether it is time, what it says, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::{BETWEEN_MAILS, SETTLED, next_daily, next_morning};
use crate::app::{App, PingLink, UnsubscribeLink};
use crate::clock::Timestamp;
use crate::db::categories::{self, Category};
use crate::db::hubs::Hub;
use crate::db::jobs::{self, Claimed};
use crate::db::member_mails::{self, MemberMail};
use crate::db::pings::Ping;
use crate::db::{DbConnection, DbError, Tx, hubs, queue};
use crate::mail::MailError;
use crate::mail::messages::{DigestMail, MailedPost};
use crate::model::id::{AccountId, HubId, PingId};
use crate::model::mail::{ListedMail, MAX_BOUNCES, MailKind, WaitingMail};
use crate::model::ping::{LISTED_EXCERPT, PingState, WaitReason};
use crate::model::text;

/// Posts of each kind that one mail shows; the rest is a number.
const SHOWN: i64 = 20;
/// Mails to one person in a day, of all their hubs together (`security.md` T33).
const MAILS_A_DAY: i64 = 20;
const DAY: Duration = Duration::from_secs(86_400);
/// When a mail is tried again that could not be sent, in seconds: a server that is back is found
/// within a quarter of an hour (R14).
const RETRIES: [u64; 3] = [60, 300, 900];
/// When a mail is tried again that came back.
const AFTER_BOUNCE: Duration = Duration::from_secs(3_600);

/// What a mail is made of.
#[derive(Debug)]
struct News {
    hub: Hub,
    categories: Vec<Category>,
    member: MemberMail,
    waiting: (Vec<Ping>, i64),
    /// Why those wait that are shown.
    reasons: Vec<(PingId, WaitReason)>,
    listed: (Vec<Ping>, i64),
    /// Up to when listed posts are told by this mail.
    listed_through: Timestamp,
    /// Up to when everything else is.
    through: Timestamp,
}

/// What there is to do for a member.
#[derive(Debug)]
enum Look {
    /// Nothing: they want no mail, or may have none.
    Nobody,
    /// Nothing before then.
    Later(Timestamp),
    /// There is nothing new.
    Nothing(Box<News>),
    /// There is something.
    News(Box<News>),
}

impl Look {
    fn read(
        connection: &mut DbConnection,
        hub: HubId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Self, DbError> {
        let row = hubs::find(connection, hub)?;
        let row = row.filter(|hub| hub.suspended_at.is_none() && hub.frozen_at.is_none());
        let member = member_mails::find(connection, hub, account)?;
        let (Some(row), Some(member)) = (row, member) else { return Ok(Self::Nobody) };
        if member_mails::is_stopped(connection, account)? {
            return Ok(Self::Nobody);
        }
        if let Some(at) = member.not_before.filter(|at| *at > now) {
            return Ok(Self::Later(at));
        }
        let news = News::read(connection, row, member, now.minus(SETTLED))?;
        let is_new = news.waiting.1 + news.listed.1 > 0;
        Ok(if is_new { Self::News(Box::new(news)) } else { Self::Nothing(Box::new(news)) })
    }
}

impl News {
    fn read(
        connection: &mut DbConnection,
        hub: Hub,
        member: MemberMail,
        through: Timestamp,
    ) -> Result<Self, DbError> {
        let waiting = match member.choice.waiting {
            WaitingMail::Off => (Vec::new(), 0),
            WaitingMail::Digest => {
                let after = member.waiting_through;
                queue::list_new_waiting(connection, hub.id, after, through, SHOWN)?
            }
        };
        let ids: Vec<PingId> = waiting.0.iter().map(|ping| ping.id).collect();
        let reasons = if ids.is_empty() {
            Vec::new()
        } else {
            queue::list_reasons(connection, hub.id, &ids)?
        };
        let tells_listed = match member.choice.listed {
            ListedMail::Off => false,
            ListedMail::Each => true,
            ListedMail::Daily => next_morning(&hub, member.listed_through) <= through,
        };
        let listed = if tells_listed {
            queue::list_new_listed(connection, hub.id, member.listed_through, through, SHOWN)?
        } else {
            (Vec::new(), 0)
        };
        let listed_through = if tells_listed { through } else { member.listed_through };
        let categories = categories::list(connection, hub.id)?;
        Ok(Self { hub, categories, member, waiting, reasons, listed, listed_through, through })
    }

    /// The member, once they were told all this.
    fn told(&self) -> MemberMail {
        MemberMail {
            waiting_through: self.through.max(self.member.waiting_through),
            listed_through: self.listed_through,
            ..self.member.clone()
        }
    }

    fn kind(&self) -> MailKind {
        match (self.waiting.1 > 0, self.listed.1 > 0) {
            (true, false) => MailKind::Waiting,
            (false, true) => MailKind::Listed,
            (true, true) | (false, false) => MailKind::Both,
        }
    }
}

/// Mails a member what is new, if it is time. A process that is killed between sending and noting
/// it sends once more: twice is better than never.
pub async fn send(app: &Arc<App>, job: Claimed) -> Result<(), DbError> {
    let (hub, account, now) = (job.key.hub, AccountId(job.key.subject), app.clock.now());
    let look = app.db.read(move |c| Look::read(c, hub, account, now)).await?;
    let news = match look {
        Look::Nobody => return app.db.write(move |tx| jobs::finish(tx, &job, None)).await,
        Look::Later(at) => return app.db.write(move |tx| jobs::finish(tx, &job, Some(at))).await,
        Look::Nothing(news) => return app.db.write(move |tx| rest(tx, &job, &news)).await,
        Look::News(news) => news,
    };
    let member = news.member.clone();
    let place = app.db.write(move |tx| take_place(tx, &job, member, now)).await?;
    let Some(place) = place else { return Ok(()) };
    let mail = compose(app, &news, now);
    let sent = app.mail.send(&news.member.email, &mail).await;
    match &sent {
        Ok(()) => app.metrics.mail("sent"),
        Err(error) => {
            app.metrics.mail(if error.is_bounce() { "bounced" } else { "failed" });
            tracing::warn!(%error, hub = hub.0, account = account.0, "a digest was not sent");
        }
    }
    let now = app.clock.now();
    app.db.write(move |tx| end(tx, &job, &news, place, sent.as_ref(), now)).await
}

/// Ends a job that found nothing to tell.
fn rest(tx: &mut Tx<'_>, job: &Claimed, news: &News) -> Result<(), DbError> {
    let told = news.told();
    if told.choice.listed == ListedMail::Daily && told.listed_through != news.member.listed_through
    {
        member_mails::upsert_told(tx, job.key.hub, &told)?;
    }
    jobs::finish(tx, job, next_daily(&told, &news.hub))
}

/// A place among the person's mails of the day; else the job waits for one. Taken before the mail
/// leaves, so that nothing that goes wrong makes more of them.
fn take_place(
    tx: &mut Tx<'_>,
    job: &Claimed,
    member: MemberMail,
    now: Timestamp,
) -> Result<Option<i64>, DbError> {
    if !jobs::is_held(tx, job)? {
        return Ok(None);
    }
    match member_mails::take_place(tx, member.account, MAILS_A_DAY, DAY, now)? {
        Ok(place) => Ok(Some(place)),
        Err(free_at) => {
            let later = MemberMail { not_before: Some(free_at), ..member };
            member_mails::upsert_told(tx, job.key.hub, &later)?;
            jobs::finish(tx, job, Some(free_at))?;
            Ok(None)
        }
    }
}

/// Notes what came of a mail. It is looked again after a quarter of an hour: what came meanwhile
/// goes into one mail.
fn end(
    tx: &mut Tx<'_>,
    job: &Claimed,
    news: &News,
    place: i64,
    sent: Result<&(), &MailError>,
    now: Timestamp,
) -> Result<(), DbError> {
    let before = &news.member;
    let (mail, next) = match sent {
        Ok(()) => {
            member_mails::forget_bounces(tx, before.account)?;
            let next = now.plus(BETWEEN_MAILS);
            (MemberMail { retries: 0, bounces: 0, ..news.told() }, Some(next))
        }
        Err(error) if error.is_bounce() => {
            let bounces = before.bounces + 1;
            let next = (bounces < MAX_BOUNCES).then(|| now.plus(AFTER_BOUNCE));
            (MemberMail { retries: 0, bounces, ..before.clone() }, next)
        }
        Err(_may_pass) => {
            member_mails::give_place_back(tx, place)?;
            let tried = usize::try_from(before.retries).unwrap_or(usize::MAX);
            let wait = RETRIES.get(tried).or(RETRIES.last()).copied().unwrap_or_default();
            let next = now.plus(Duration::from_secs(wait));
            (MemberMail { retries: before.retries + 1, ..before.clone() }, Some(next))
        }
    };
    member_mails::upsert_told(tx, job.key.hub, &MemberMail { not_before: next, ..mail })?;
    jobs::finish(tx, job, next)
}

fn compose(app: &App, news: &News, now: Timestamp) -> DigestMail {
    let (hub, member) = (&news.hub, news.member.account);
    let out = UnsubscribeLink { hub: hub.id, member, kind: news.kind() };
    let waiting = news.waiting.0.iter().map(|ping| {
        let seen = PingState::Pending;
        let link = PingLink { ping: ping.public_id, member, seen, issued_at: now };
        let link = app.addresses.path(&format!("/m/{}", link.token(&app.secrets)));
        MailedPost { why: why(news, ping.id), ..post(news, ping, ping.received_at, link) }
    });
    let addresses = app.addresses.under(hub.root());
    let listed = news.listed.0.iter().map(|ping| {
        let at = ping.listed_at.unwrap_or(ping.received_at);
        post(news, ping, at, addresses.permalink(ping.public_id))
    });
    DigestMail {
        subject: subject(news),
        waiting: waiting.collect(),
        waiting_more: more(&news.waiting, "waits", "wait"),
        listed: listed.collect(),
        listed_more: more(&news.listed, "was listed", "were listed"),
        queue: app.addresses.path(&format!("/manage/{}", hub.slug)),
        page: app.addresses.path(&hub.path()),
        settings: app.addresses.path(&format!("/manage/{}/notifications", hub.slug)),
        unsubscribe: app.addresses.path(&format!("/unsubscribe/{}", out.token(&app.secrets))),
        site: app.addresses.host(),
        hub: hub.title.clone(),
    }
}

/// Fixed words, numbers and the hub's title (`security.md` T16).
fn subject(news: &News) -> String {
    let title = &news.hub.title;
    match (news.waiting.1, news.listed.1) {
        (0, 1) => format!("A new post is listed: {title}"),
        (0, listed) => format!("{listed} new posts are listed: {title}"),
        (1, _) => format!("A post waits for you: {title}"),
        (waiting, _) => format!("{waiting} posts wait for you: {title}"),
    }
}

/// How many there are beside those that are shown.
fn more((shown, all): &(Vec<Ping>, i64), one: &str, many: &str) -> String {
    match all - i64::try_from(shown.len()).unwrap_or(*all) {
        ..=0 => String::new(),
        1 => format!("One more {one}."),
        more => format!("{more} more {many}."),
    }
}

/// Why a post waits: each reason once, and there are few.
fn why(news: &News, ping: PingId) -> String {
    let reasons = news.reasons.iter().filter(|(id, _)| *id == ping);
    reasons.map(|(_, reason)| reason.as_words()).collect::<Vec<_>>().join(", ")
}

fn post(news: &News, ping: &Ping, at: Timestamp, link: String) -> MailedPost {
    let category = news.categories.iter().find(|category| category.id == ping.category_id);
    let url = url::Url::parse(&ping.url).ok();
    let host = url.as_ref().and_then(|url| url.host_str()).unwrap_or_default();
    let zone = TimeZone::get(&news.hub.time_zone).unwrap_or(TimeZone::UTC);
    let at = at.to_jiff().to_zoned(zone).strftime("%-d %B %Y, %H:%M").to_string();
    MailedPost {
        title: ping.title.clone(),
        excerpt: text::cut(&ping.excerpt, LISTED_EXCERPT),
        blog: match ping.blog_name == host {
            true => host.to_owned(),
            false => format!("{} ({host})", ping.blog_name),
        },
        category: category.map(|category| category.title.clone()).unwrap_or_default(),
        at,
        why: String::new(),
        link,
    }
}
