//! A receipt: what became of one sender's ping.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::face::HubFace;
use super::post::came_by_words;
use crate::actions::receipt::{ReceiptOf, read};
use crate::app::{App, ReceiptKind};
use crate::db::prune::{ASIDE_DAYS, WAITING_DAYS};
use crate::model::ping::PingState;
use crate::web::error::{Missing, PageError};
use crate::web::extract::Visit;
use crate::web::respond;
use crate::web::view::Zone;

/// One step of a ping's life.
#[derive(Debug)]
struct Step {
    class: &'static str,
    mark: &'static str,
    title: &'static str,
    at: String,
    sentence: String,
}

#[derive(Debug, Template)]
#[template(path = "pages/hub/receipt.html")]
struct ReceiptView {
    hub: HubFace,
    add: String,
    rss: String,
    category: String,
    category_path: String,
    headline: &'static str,
    post_title: String,
    post_url: String,
    blog_name: String,
    came: String,
    is_again: bool,
    steps: Vec<Step>,
    permalink: Option<String>,
    kept: String,
}

/// `GET /r/{receipt}`
pub async fn show(
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let found = read(&app, &token).await?.ok_or(PageError::NotFound(Missing::Receipt))?;
    let view = ReceiptView::of(&found);
    respond::private_page(StatusCode::OK, &view, Some(&view.hub.accent), &Visit::without_form())
}

impl ReceiptView {
    fn of(found: &ReceiptOf) -> Self {
        let (ping, gate) = (&found.ping, &found.gate);
        let zone = Zone::of(&gate.hub);
        let path = format!("/{}/{}", gate.hub.slug, gate.category.slug);
        // Whoever sent a post again may be anybody: they see what "Did my post arrive?" would say.
        let is_again = found.receipt.kind == ReceiptKind::Again;
        let own = |text: &String| if is_again { String::new() } else { text.clone() };
        let state = match ping.state {
            state if !is_again => state,
            PingState::Listed => PingState::Listed,
            PingState::Pending | PingState::Spam | PingState::Rejected | PingState::Removed => {
                PingState::Pending
            }
        };
        let is_listed = ping.state == PingState::Listed && gate.hub.suspended_at.is_none();
        Self {
            hub: HubFace::of(&gate.hub),
            add: format!("{path}/add"),
            rss: format!("{path}/rss"),
            category: gate.category.title.clone(),
            category_path: path,
            headline: headline(state),
            post_title: own(&ping.title),
            post_url: own(&ping.url),
            blog_name: own(&ping.blog_name),
            came: if is_again {
                "sent again".to_owned()
            } else {
                format!(
                    "sent {} on {}",
                    came_by_words(ping.came_by),
                    zone.moment_zoned(ping.received_at)
                )
            },
            is_again,
            steps: if is_again { Vec::new() } else { steps(found, &zone) },
            permalink: is_listed.then(|| format!("/p/{}", ping.public_id)),
            kept: kept(state),
        }
    }
}

const fn headline(state: PingState) -> &'static str {
    match state {
        PingState::Pending => "Your post is waiting for a look",
        PingState::Listed => "Your post is listed",
        PingState::Rejected => "Your post was not listed here",
        PingState::Spam => "Your post was set aside",
        PingState::Removed => "Your post is not listed any more",
    }
}

fn kept(state: PingState) -> String {
    match state {
        PingState::Pending => {
            format!("A post that waits is kept for {WAITING_DAYS} days.")
        }
        PingState::Listed => "It is kept for as long as it is listed.".to_owned(),
        PingState::Rejected | PingState::Spam | PingState::Removed => {
            format!("Its texts are deleted after {ASIDE_DAYS} days; this page remains.")
        }
    }
}

fn steps(found: &ReceiptOf, zone: &Zone) -> Vec<Step> {
    let ping = &found.ping;
    let received = Step {
        class: "done",
        mark: "✓",
        title: "Received",
        at: zone.seconds(ping.received_at),
        sentence: if ping.proved {
            "The passphrase was right. Your post is stored.".to_owned()
        } else {
            "Your post is stored.".to_owned()
        },
    };
    let decided = ping.decided_at.map(|at| zone.moment(at)).unwrap_or_default();
    let step = |class, mark, title, at: &str, sentence: &str| Step {
        class,
        mark,
        title,
        at: at.to_owned(),
        sentence: sentence.to_owned(),
    };
    let looked = step("done", "✓", "Looked at by an organizer", &decided, "");
    let mut steps = vec![received];
    match ping.state {
        PingState::Pending => {
            steps.push(step(
                "now",
                "…",
                "Waiting for an organizer",
                "",
                "The organizers of this hub look at posts before they are listed.",
            ));
            steps.push(step("", "", "Listed", "", ""));
        }
        PingState::Listed => {
            if ping.decided_at.is_some() {
                steps.push(looked);
            }
            let since = ping.listed_at.map(|at| zone.moment(at)).unwrap_or_default();
            steps.push(step("done", "✓", "Listed", &since, "It is on the hub's pages and in its feeds."));
        }
        PingState::Rejected => steps.push(step(
            "no",
            "✕",
            "Not here",
            &decided,
            "An organizer found that it does not fit this category. Your blog has no disadvantage from this.",
        )),
        PingState::Spam => steps.push(step(
            "no",
            "✕",
            "Set aside as spam",
            &decided,
            "An organizer took it for advertising. If that is wrong, write to the organizers.",
        )),
        PingState::Removed => steps.push(step(
            "no",
            "✕",
            "Not listed any more",
            &decided,
            "It was taken back, or nobody looked at it in time.",
        )),
    }
    steps
}
