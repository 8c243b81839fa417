//! A receipt: what became of one sender's ping, and what its sender can do about it.

mod again;
mod live;
mod steps;
mod understood;

pub use live::show as live;
pub use steps::why_unreadable;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::add::form_at;
use super::embed::BadgePart;
use super::face::HubFace;
use super::post::came_by_words;
use super::sign_in::Nothing;
use crate::actions::follow::{self, FollowError, Follower};
use crate::actions::receipt::{self, ReceiptError, ReceiptOf, SentAgain};
use crate::app::{App, ReceiptKind};
use crate::db::prune::{ASIDE_DAYS, UNVERIFIED_DAYS, WAITING_DAYS};
use crate::model::category::{PingPolicy, Readers, UnprovedPolicy};
use crate::model::ping::{PingState, ReadingOutcome, Resent};
use crate::model::text;
use crate::web::error::{Missing, PageError, words_for};
use crate::web::extract::{Checked, Visit, client};
use crate::web::respond;
use crate::web::view::{Zone, iso};
use again::{Correct, again_words, correct, known_address};
use steps::{StepsPart, is_over, steps};
use understood::{Understood, understood, understood_json};

#[derive(Debug, Template)]
#[template(path = "pages/hub/receipt.html")]
struct ReceiptView {
    hub: HubFace,
    /// Where posts are added; of one that was sent again, where this one is looked up.
    add: String,
    /// Where posts are added.
    another: String,
    category: String,
    category_path: String,
    here: String,
    /// Where it is taken back.
    withdraw: String,
    /// Where its steps are told as they happen.
    live: String,
    csrf: String,
    headline: &'static str,
    post_title: String,
    post_url: String,
    blog_name: String,
    came: String,
    is_again: bool,
    steps: StepsPart,
    permalink: Option<String>,
    /// What its author may show, where it is listed.
    badge: Option<BadgePart>,
    kept: String,
    notice: String,
    problem: String,
    /// What is wrong with the passphrase that was typed.
    wrong_passphrase: String,
    may_check: bool,
    may_withdraw: bool,
    may_send_again: bool,
    wants_passphrase: bool,
    passphrase_public: bool,
    /// What the ping changed that this receipt is of, where the post was here before.
    again: &'static str,
    /// How it is corrected while it waits.
    correct: Option<Correct>,
    /// The blog's feed, where it can be followed.
    feed: String,
    understood: Option<Understood>,
}

/// The longest title above a receipt, in characters: what is stored stands further down.
const MAX_LEDE: usize = 120;

/// What may stand behind a `?`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    done: String,
    again: String,
}

/// `GET /r/{receipt}`
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    query: Option<web::Query<Query>>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let query = query.map(web::Query::into_inner).unwrap_or_default();
    let Some(found) = receipt::read(&app, &token).await? else {
        return Err(match receipt::is_over(&app, &token) {
            true if query.done == "withdraw" => PageError::Gone(Missing::TakenBack),
            true => PageError::Gone(Missing::Receipt),
            false => PageError::NotFound(Missing::Receipt),
        });
    };
    if wants_json(&request) {
        return Ok(json(&app, &found));
    }
    let notice = match query.done.as_str() {
        "check" => &read_again_words(&app, &found),
        "passphrase" => "The passphrase is right.",
        "withdraw" => "Your post was taken back.",
        "again" => "Your post was sent in again.",
        "follow" => "Your blog is followed: such posts will come here by themselves.",
        _ => "",
    };
    let resent = Resent::parse(&query.again);
    let told = Told { notice: notice.to_owned(), resent, ..Told::default() };
    page(&app, &found, &token, &visit, told)
}

/// What is said on a receipt beside how its post stands.
#[derive(Debug, Default)]
struct Told {
    /// What was done.
    notice: String,
    /// What could not be done.
    problem: String,
    /// What the last ping changed.
    resent: Option<Resent>,
}

/// When the page is read again.
fn read_again_words(app: &App, found: &ReceiptOf) -> String {
    match found.next_reading {
        Some(at) if at > app.clock.now().plus(std::time::Duration::from_secs(5)) => {
            let zone = Zone::of(&found.gate.hub);
            format!("Your page will be read again on {}.", zone.moment_zoned(at))
        }
        Some(_) => "Your page is read again in a moment.".to_owned(),
        None => "Your page was read again.".to_owned(),
    }
}

fn page(
    app: &App,
    found: &ReceiptOf,
    token: &str,
    visit: &Visit,
    told: Told,
) -> Result<HttpResponse, PageError> {
    let mut view = ReceiptView::of(app, found, token);
    view.csrf.clone_from(&visit.csrf);
    view.again = again_words(told.resent, shown_state(found));
    view.notice = told.notice;
    let status =
        if told.problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    view.problem = told.problem;
    respond::private_page(status, &view, Some(&view.hub.accent), visit)
}

impl ReceiptView {
    fn of(app: &App, found: &ReceiptOf, token: &str) -> Self {
        let (ping, gate) = (&found.ping, &found.gate);
        let zone = Zone::of(&gate.hub);
        // Whoever holds a receipt need not know what the category is called.
        let is_secret = gate.is_secret();
        let path = if is_secret {
            "/help/bloggers".to_owned()
        } else {
            gate.hub.category_path(&gate.category.slug)
        };
        let beside = |what: &str| if is_secret { path.clone() } else { format!("{path}/{what}") };
        // Whoever sent a post again may be anybody: they see what "Did my post arrive?" would say.
        let is_again = found.receipt.kind == ReceiptKind::Again;
        let own = |text: &String| if is_again { String::new() } else { text.clone() };
        let state = shown_state(found);
        let is_frozen = gate.hub.frozen_at.is_some();
        let is_listed = ping.is_public() && gate.hub.suspended_at.is_none();
        let lives = !is_again && matches!(ping.state, PingState::Pending | PingState::Listed);
        let reading = found.reading.as_ref();
        let is_claim = ping.came_by.is_a_claim();
        let feed = reading.map(|reading| reading.feed_url.clone()).unwrap_or_default();
        let correcting = correct(found, &path, app.clock.now());
        let steps = StepsPart { steps: if is_again { Vec::new() } else { steps(app, found) } };
        Self {
            hub: if gate.hub.readers == Readers::Password {
                HubFace::of_locked()
            } else {
                HubFace::of(&gate.hub)
            },
            another: beside("add"),
            add: match is_again {
                true if !is_secret => form_at(&beside("add"), "post", &known_address(&ping.url)),
                _ => beside("add"),
            },
            category: if is_secret {
                "A category that is not public".to_owned()
            } else {
                gate.category.title.clone()
            },
            category_path: path,
            here: format!("/r/{token}"),
            withdraw: format!("/r/{token}/withdraw"),
            live: format!("/r/{token}/live?seen={}", live::seen(found, &steps)),
            csrf: String::new(),
            headline: match state {
                PingState::Removed if is_over(found) => "Your post was not listed here",
                PingState::Pending if is_frozen => "Your post was not looked at",
                state => headline(state, ping.unverified && !is_again),
            },
            post_title: if ping.title == ping.url {
                String::new()
            } else {
                text::shorten_at_word(&own(&ping.title), MAX_LEDE)
            },
            post_url: own(&ping.url),
            blog_name: text::shorten_at_word(&own(&ping.blog_name), MAX_LEDE / 2),
            came: if is_again {
                "This post had arrived before".to_owned()
            } else {
                format!(
                    "sent {} on {}",
                    came_by_words(ping.came_by),
                    zone.moment_zoned(ping.received_at)
                )
            },
            is_again,
            steps,
            permalink: (is_listed && !found.gate.is_secret())
                .then(|| format!("/p/{}", ping.public_id)),
            badge: is_listed.then(|| BadgePart::of_public(gate, &app.addresses)).flatten(),
            kept: match found.is_kept_away {
                true => "Its texts are deleted; this page remains.".to_owned(),
                false => kept(state, ping.unverified),
            },
            notice: String::new(),
            problem: String::new(),
            wrong_passphrase: String::new(),
            may_check: lives && !is_frozen && (reading.is_some() || found.next_reading.is_some()),
            may_withdraw: lives,
            may_send_again: !is_again
                && found.was_withdrawn
                && found.gate.takes_posts(app.clock.now()),
            wants_passphrase: lives
                && !is_frozen
                && is_claim
                && !ping.proved
                && ping.state == PingState::Pending
                && gate.category.ping_policy == PingPolicy::Passphrase,
            passphrase_public: lives && reading.is_some_and(|reading| reading.passphrase_public),
            feed: if lives
                && is_listed
                && !is_frozen
                && reading.is_some_and(|r| r.outcome == ReadingOutcome::Linked)
                && may_follow(found)
            {
                feed
            } else {
                String::new()
            },
            understood: understood(found),
            again: "",
            correct: if is_again { None } else { correcting },
        }
    }
}

/// Whether a feed of this blog would bring anything: not without the passphrase, where the category
/// refuses what comes without.
fn may_follow(found: &ReceiptOf) -> bool {
    let category = &found.gate.category;
    found.ping.proved
        || category.ping_policy != PingPolicy::Passphrase
        || category.unproved_policy == UnprovedPolicy::Wait && !found.gate.is_secret()
}

/// The state its holder is told.
fn shown_state(found: &ReceiptOf) -> PingState {
    match found.ping.state {
        state if found.receipt.kind == ReceiptKind::First => state,
        PingState::Listed => PingState::Listed,
        PingState::Pending | PingState::Spam | PingState::Rejected | PingState::Removed => {
            PingState::Pending
        }
    }
}

const fn headline(state: PingState, unverified: bool) -> &'static str {
    match state {
        PingState::Pending if unverified => "Your post is stored",
        PingState::Pending => "Your post is waiting for a look",
        PingState::Listed => "Your post is listed",
        PingState::Rejected => "Your post was not listed here",
        PingState::Spam => "Your post was set aside",
        PingState::Removed => "Your post is not listed any more",
    }
}

fn kept(state: PingState, unverified: bool) -> String {
    match state {
        PingState::Pending if unverified => {
            format!(
                "A post whose page cannot be read, or does not link here, is kept for {UNVERIFIED_DAYS} days."
            )
        }
        PingState::Pending => {
            format!("A post that waits is kept for {WAITING_DAYS} days.")
        }
        PingState::Listed => "It is kept for as long as it is listed.".to_owned(),
        PingState::Rejected | PingState::Spam | PingState::Removed => {
            format!("Its texts are deleted after {ASIDE_DAYS} days; this page remains.")
        }
    }
}

fn wants_json(request: &HttpRequest) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepts.is_some_and(|accepts| {
        accepts.contains("application/json") && !accepts.contains("text/html")
    })
}

/// The receipt for programs.
fn json(app: &App, found: &ReceiptOf) -> HttpResponse {
    let is_again = found.receipt.kind == ReceiptKind::Again;
    let ping = &found.ping;
    let is_shown =
        ping.is_public() && !found.gate.is_secret() && found.gate.hub.suspended_at.is_none();
    let addresses = app.addresses.under(found.gate.hub.root());
    let permalink = is_shown.then(|| addresses.permalink(ping.public_id));
    let page = found.reading.as_ref().filter(|_| !is_again).map(|reading| {
        serde_json::json!({
            "outcome": reading.outcome.as_str(),
            "problem": reading.problem,
            "read_at": reading.read_at.map(iso),
            "title": reading.title,
            "title_from": reading.title_from,
            "excerpt": reading.excerpt,
            "excerpt_from": reading.excerpt_from,
            "link_text": reading.link_text,
        })
    });
    let next = found.next_reading.filter(|_| !is_again).map(iso);
    let body = serde_json::json!({
        "state": shown_state(found).as_str(),
        "sent_by": if is_again { None } else { Some(ping.came_by.as_str()) },
        "source": if is_again { None } else { Some(&ping.url) },
        "target": steps::target(app, &found.gate),
        "received_at": if is_again { None } else { Some(iso(ping.received_at)) },
        "needs_link": !is_again && ping.unverified,
        "page": page,
        "next_reading_at": next,
        "permalink": permalink,
        "understood": understood_json(found),
    });
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(format!("{body:#}\n"))
}

fn failed(error: ReceiptError) -> PageError {
    match error {
        ReceiptError::NotFound => PageError::NotFound(Missing::Receipt),
        ReceiptError::TooOften(too_often) => too_often.into(),
        ReceiptError::WrongPassphrase => PageError::BadRequest("This is not the passphrase."),
        ReceiptError::Busy => PageError::Busy,
        ReceiptError::Database(error) => error.into(),
    }
}

/// `POST /r/{receipt}/check`
pub async fn check(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    receipt::check_again(&app, &token, client(&app, &request)).await.map_err(failed)?;
    Ok(respond::see_other(&format!("/r/{token}?done=check")))
}

/// `POST /r/{receipt}/withdraw`
pub async fn withdraw(
    app: web::Data<App>,
    token: web::Path<String>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    let left = receipt::withdraw(&app, &token).await.map_err(failed)?;
    // Of what nobody saw no receipt is left; where it was, it can be sent again.
    let add = left
        .filter(|gate| !gate.is_secret())
        .map(|gate| format!("{}/add?done=withdraw", gate.hub.category_path(&gate.category.slug)));
    Ok(respond::see_other(&add.unwrap_or_else(|| format!("/r/{token}?done=withdraw"))))
}

/// `POST /r/{receipt}/again`
pub async fn send_again(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    visit: Visit,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    match receipt::send_again(&app, &token, client(&app, &request)).await.map_err(failed)? {
        SentAgain::Done => Ok(respond::see_other(&format!("/r/{token}?done=again"))),
        SentAgain::Closed => {
            let problem = "Nothing was sent: this category takes no posts now.".to_owned();
            with_problem(&app, &token, &visit, problem).await
        }
        // How it stands is on its receipt.
        SentAgain::Nothing => Ok(respond::see_other(&format!("/r/{token}"))),
    }
}

/// A passphrase that comes after its post.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct PassphraseForm {
    passphrase: String,
}

/// `POST /r/{receipt}/passphrase`
pub async fn prove(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
    visit: Visit,
    form: Checked<PassphraseForm>,
) -> Result<HttpResponse, PageError> {
    let from = client(&app, &request);
    let problem = match receipt::prove(&app, &token, &form.0.passphrase, from).await {
        Ok(()) => return Ok(respond::see_other(&format!("/r/{token}?done=passphrase"))),
        Err(ReceiptError::WrongPassphrase) => {
            "This is not the passphrase of this category. Check it with the organizers.".to_owned()
        }
        Err(ReceiptError::TooOften(too_often)) => format!(
            "Too many wrong passphrases came from your network. Wait {}, then try again.",
            words_for(too_often.retry_after)
        ),
        Err(error) => return Err(failed(error)),
    };
    let found = receipt::read(&app, &token).await?.ok_or(PageError::NotFound(Missing::Receipt))?;
    let mut view = ReceiptView::of(&app, &found, &token);
    view.csrf.clone_from(&visit.csrf);
    if view.wants_passphrase {
        view.wrong_passphrase = problem;
    } else {
        view.problem = problem;
    }
    let accent = view.hub.accent.clone();
    respond::private_page(StatusCode::UNPROCESSABLE_ENTITY, &view, Some(&accent), &visit)
}

async fn with_problem(
    app: &App,
    token: &str,
    visit: &Visit,
    problem: String,
) -> Result<HttpResponse, PageError> {
    let found = receipt::read(app, token).await?.ok_or(PageError::NotFound(Missing::Receipt))?;
    page(app, &found, token, visit, Told { problem, ..Told::default() })
}

/// Which of a blog's posts are to come by themselves.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct FollowForm {
    tag: String,
}

/// `POST /r/{receipt}/follow`
pub async fn follow(
    app: web::Data<App>,
    token: web::Path<String>,
    visit: Visit,
    form: Checked<FollowForm>,
) -> Result<HttpResponse, PageError> {
    let found = receipt::read(&app, &token).await?.ok_or(PageError::NotFound(Missing::Receipt))?;
    let view = ReceiptView::of(&app, &found, &token);
    if view.feed.is_empty() {
        return Err(PageError::NotFound(Missing::Receipt));
    }
    let (hub, category) = (found.gate.hub.id, found.gate.category.id);
    // Whoever's feed it names: only posts of the blog that was verified are taken from it.
    let by = Follower::Blogger { blog_key: found.ping.blog_key.clone(), proved: found.ping.proved };
    match follow::follow(&app, hub, category, &view.feed, &form.0.tag, by).await {
        Ok(_) => Ok(respond::see_other(&format!("/r/{token}?done=follow"))),
        Err(FollowError::Already) => {
            let problem = "Your blog is followed here already.".to_owned();
            with_problem(&app, &token, &visit, problem).await
        }
        Err(FollowError::Database(error)) => Err(error.into()),
        Err(error) => with_problem(&app, &token, &visit, error.to_string()).await,
    }
}
