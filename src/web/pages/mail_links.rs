//! Where the links in mails to members lead: one post to decide about, and the way out.
//!
//! Nobody need be signed in: the link itself says who acts. It shows on GET and acts on POST only,
//! so that mail programs which look at links change nothing.

mod undo;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use self::undo::UndoKey;
use super::queue::notice::barred_words;
use super::queue::{bars, state_words, trusts};
use crate::actions::moderate::{self, Decided, Seen};
use crate::actions::notify::{self, Linked, OpenPing};
use crate::app::{App, Gate, PingLink, UnsubscribeLink};
use crate::db::hubs::Hub;
use crate::model::mail::MailKind;
use crate::model::ping::{PingState, Verdict, WaitReason};
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Checked, Visit};
use crate::web::respond;
use crate::web::view::{Avatar, Zone, iso};

/// The post, while it waits for its verdict.
#[derive(Debug)]
struct OpenPost {
    url: String,
    host: String,
    title: String,
    excerpt: String,
    blog_name: String,
    avatar: Avatar,
    category: String,
    /// Why it waits, in words.
    reasons: Vec<&'static str>,
    time: String,
    time_iso: String,
    /// Which texts these are.
    texts: String,
    /// What is trusted with it once it is listed; empty where it is trusted.
    trusts: String,
    /// What spam bars; empty where it is barred.
    bars: String,
}

impl OpenPost {
    fn of(open: OpenPing) -> Self {
        let OpenPing { hub, category, ping, reasons, trust } = open;
        let host = url::Url::parse(&ping.url).ok().and_then(|u| u.host_str().map(str::to_owned));
        Self {
            host: host.unwrap_or_default(),
            avatar: Avatar::of(&ping.blog_name),
            category: category.title,
            reasons: reasons.into_iter().map(WaitReason::as_words).collect(),
            time: Zone::of(&hub).moment(ping.received_at),
            time_iso: iso(ping.received_at),
            texts: ping.fingerprint(),
            trusts: trusts(trust, &ping.blog_key),
            bars: bars(trust, &ping.blog_key),
            url: ping.url,
            title: ping.title,
            excerpt: ping.excerpt,
            blog_name: ping.blog_name,
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/mailed_post.html")]
struct MailedPostView {
    csrf: String,
    here: String,
    hub: String,
    desk_path: String,
    headline: &'static str,
    sentence: String,
    post: Option<OpenPost>,
    /// Where the post is to be seen now: what was listed just now.
    listed_path: String,
    /// What takes the verdict back that was given just now, unless it stood already.
    undo: Option<UndoKey>,
}

impl MailedPostView {
    fn of(hub: &Hub, token: &str, visit: &Visit) -> Self {
        Self {
            csrf: visit.csrf.clone(),
            here: format!("/m/{token}"),
            hub: hub.title.clone(),
            desk_path: format!("/manage/{}", hub.slug),
            headline: "Look at this post",
            sentence: String::new(),
            post: None,
            listed_path: String::new(),
            undo: None,
        }
    }

    /// The hub was frozen since: nobody decides any more.
    fn frozen(mut self) -> Self {
        self.headline = "This hub is frozen";
        self.sentence = "It stays as it is, and nothing that waited is decided any more.".into();
        self
    }

    /// The link is used up, or somebody was faster.
    fn decided(mut self, state: PingState) -> Self {
        self.headline = "This was decided already";
        self.sentence = match state {
            PingState::Pending => {
                "The verdict was taken back since. Sign in to decide anew.".into()
            }
            state => format!("By this link or by somebody else: the post is {}.", words(state)),
        };
        self
    }
}

const fn words(state: PingState) -> &'static str {
    match state {
        PingState::Listed => "listed",
        PingState::Spam => "set aside as spam",
        PingState::Rejected => "marked “not here”",
        PingState::Pending | PingState::Removed => state_words(state),
    }
}

/// `GET /m/{token}`
pub async fn show(
    app: web::Data<App>,
    token: web::Path<String>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let (_, linked) = open(&app, &token).await?;
    let view = match linked {
        Linked::Open(open) if open.hub.frozen_at.is_some() => {
            MailedPostView::of(&open.hub, &token, &visit).frozen()
        }
        Linked::Open(open) => {
            let view = MailedPostView::of(&open.hub, &token, &visit);
            MailedPostView { post: Some(OpenPost::of(*open)), ..view }
        }
        Linked::Decided(hub, state) => MailedPostView::of(&hub, &token, &visit).decided(state),
        Linked::Expired(hub) => expired(&hub, &token, &visit),
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

fn expired(hub: &Hub, token: &str, visit: &Visit) -> MailedPostView {
    MailedPostView {
        headline: "This link is too old",
        sentence: "Links in mails work for seven days. Sign in to see what waits.".into(),
        ..MailedPostView::of(hub, token, visit)
    }
}

async fn open(app: &App, token: &str) -> Result<(PingLink, Linked), PageError> {
    let missing = PageError::NotFound(Missing::MailLink);
    let Some(link) = PingLink::parse(token, &app.secrets) else { return Err(missing) };
    match notify::open_link(app, link).await? {
        Some(linked) => Ok((link, linked)),
        None => Err(missing),
    }
}

/// The button that was pressed.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct VerdictForm {
    verdict: String,
    /// Which texts were shown.
    texts: String,
    #[serde(flatten)]
    undo: UndoKey,
}

/// `POST /m/{token}`
pub async fn decide(
    app: web::Data<App>,
    token: web::Path<String>,
    visit: Visit,
    form: Checked<VerdictForm>,
) -> Result<HttpResponse, PageError> {
    if form.0.verdict == "undo" {
        let view = undo::take_back(&app, &token, &visit, &form.0.undo).await?;
        return respond::private_page(StatusCode::OK, &view, None, &visit);
    }
    let verdict = Verdict::parse(&form.0.verdict)
        .ok_or(PageError::BadRequest("Go back and press one of the three buttons."))?;
    let (link, linked) = open(&app, &token).await?;
    let view = match linked {
        Linked::Open(open) => {
            let by = link.member;
            let seen = Seen { state: link.seen, texts: form.0.texts };
            let (hub, id) = (open.hub.id, open.ping.id);
            match moderate::decide(&app, hub, id, Some(seen), verdict, by).await? {
                Decided::Done(_, event) => {
                    done(&app, *open, verdict, event, (&token, &visit)).await?
                }
                Decided::Stale(ping) => {
                    MailedPostView::of(&open.hub, &token, &visit).decided(ping.state)
                }
                Decided::Frozen => MailedPostView::of(&open.hub, &token, &visit).frozen(),
            }
        }
        Linked::Decided(hub, state) => MailedPostView::of(&hub, &token, &visit).decided(state),
        Linked::Expired(hub) => expired(&hub, &token, &visit),
    };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

/// What a verdict did, by the event of this number.
async fn done(
    app: &App,
    open: OpenPing,
    verdict: Verdict,
    event: Option<i64>,
    (token, visit): (&str, &Visit),
) -> Result<MailedPostView, PageError> {
    let OpenPing { hub, category, ping, .. } = open;
    let (id, state, key) = (hub.id, verdict.state(), ping.blog_key);
    let barred = app.db.read(move |c| barred_words(c, id, state, &key)).await?;
    let view = MailedPostView::of(&hub, token, visit);
    let is_shown = verdict == Verdict::List && !(Gate { hub, category }).is_secret();
    Ok(MailedPostView {
        headline: "Done",
        sentence: format!("“{}” is now {}.{barred}", ping.title, words(state)),
        undo: event.map(|event| UndoKey::of(app, token, event.to_string())),
        listed_path: if is_shown { format!("/p/{}", ping.public_id) } else { String::new() },
        ..view
    })
}

#[derive(Debug, Template)]
#[template(path = "pages/unsubscribe.html")]
struct UnsubscribeView {
    here: String,
    hub: String,
    settings_path: String,
    what: &'static str,
    is_done: bool,
}

/// `GET /unsubscribe/{token}`
pub async fn ask(app: web::Data<App>, token: web::Path<String>) -> Result<HttpResponse, PageError> {
    let link = parse(&app, &token)?;
    let hub = notify::find_unsubscribe(&app, link).await?;
    unsubscribe_page(&token, link, hub, false)
}

/// `POST /unsubscribe/{token}`: by a mail program's button (RFC 8058) or by the page's own. There
/// is no cookie and no form of ours to check: whoever holds the address may end the mails, and can
/// do nothing else with it.
pub async fn unsubscribe(
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let link = parse(&app, &token)?;
    let hub = notify::unsubscribe(&app, link).await?;
    unsubscribe_page(&token, link, hub, true)
}

fn parse(app: &App, token: &str) -> Result<UnsubscribeLink, PageError> {
    let link = UnsubscribeLink::parse(token, &app.secrets);
    link.ok_or(PageError::NotFound(Missing::MailLink))
}

fn unsubscribe_page(
    token: &str,
    link: UnsubscribeLink,
    hub: Option<Hub>,
    is_done: bool,
) -> Result<HttpResponse, PageError> {
    let hub = hub.ok_or(PageError::NotFound(Missing::MailLink))?;
    let view = UnsubscribeView {
        here: format!("/unsubscribe/{token}"),
        what: match link.kind {
            MailKind::Waiting => "posts that wait",
            MailKind::Listed => "posts that were listed",
            MailKind::Both => "its posts",
        },
        settings_path: format!("/manage/{}/notifications", hub.slug),
        hub: hub.title,
        is_done,
    };
    respond::private_page(StatusCode::OK, &view, None, &Visit::without_form())
}
