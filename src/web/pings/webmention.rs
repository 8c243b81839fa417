//! Webmention: `POST /webmention` (W3C Recommendation, section 3.2).

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};

use super::{claim_words, receipt_path, text};
use crate::actions::claims::{self, Claim, ClaimError};
use crate::actions::receive_ping::{ReceiveError, Received};
use crate::app::{App, ReceiptKind};
use crate::model::ping::CameBy;
use crate::secret::Secret;
use crate::web::error::PageError;
use crate::web::extract::{client, read_body};
use crate::web::respond;
use crate::wire::webmention::{self, MAX_BODY, MentionError};

/// How long a mention's body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(9);

/// What is said where a mention did not arrive whole.
pub const CUT_OFF: &str = "The webmention was cut off on its way: please send it again.";

/// What may stand behind the `?`: the passphrase of the category that is mentioned.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct Query {
    key: Option<String>,
}

/// Why a mention was refused.
#[derive(Debug)]
enum Refusal {
    Body(PageError),
    Mention(MentionError),
    Claim(ClaimError),
}

/// `POST /webmention`
pub async fn receive(
    app: web::Data<App>,
    request: HttpRequest,
    query: Option<web::Query<Query>>,
    payload: web::Payload,
) -> HttpResponse {
    let key = query.and_then(|query| query.into_inner().key).filter(|key| !key.is_empty());
    match take_in(&app, &request, key, payload).await {
        Ok(received) => created(&app, &received),
        Err(refusal) => refuse(&app, &refusal),
    }
}

async fn take_in(
    app: &App,
    request: &HttpRequest,
    key: Option<String>,
    payload: web::Payload,
) -> Result<Received, Refusal> {
    let body = tokio::time::timeout(BODY_WITHIN, read_body(payload, MAX_BODY)).await;
    let body = body.unwrap_or(Err(PageError::TimedOut)).map_err(Refusal::Body)?;
    let content_type =
        request.headers().get(header::CONTENT_TYPE).map(header::HeaderValue::as_bytes);
    let mention = webmention::parse(content_type, &body).map_err(Refusal::Mention)?;
    let claim = Claim {
        source: mention.source,
        target: mention.target,
        key: key.map(Secret::new),
        vouch: mention.vouch,
        came_by: CameBy::Webmention,
        sender: client(app, request),
    };
    claims::receive(app, claim).await.map_err(Refusal::Claim)
}

/// 201: verification is asynchronous, and its progress stands on the receipt (section 3.2).
fn created(app: &App, received: &Received) -> HttpResponse {
    app.metrics.ping(match received.receipt.kind {
        ReceiptKind::First => "webmention",
        ReceiptKind::Again => "again",
    });
    let receipt = app.addresses.path(&receipt_path(app, received));
    let what = match received.receipt.kind {
        ReceiptKind::First => "is stored, and will be read",
        ReceiptKind::Again => "was here before, and its page is read again",
    };
    text(StatusCode::CREATED)
        .insert_header((header::LOCATION, receipt.as_str()))
        .body(format!("Your post {what}. How it stands: {receipt}\n"))
}

fn refuse(app: &App, refusal: &Refusal) -> HttpResponse {
    let (status, sentence, wait) = match refusal {
        Refusal::Body(PageError::TooLarge) | Refusal::Mention(MentionError::TooLarge) => {
            (StatusCode::PAYLOAD_TOO_LARGE, MentionError::TooLarge.to_string(), None)
        }
        Refusal::Body(error) => (error.status_code(), CUT_OFF.to_owned(), None),
        Refusal::Mention(error @ MentionError::NotAForm) => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, error.to_string(), None)
        }
        Refusal::Mention(error) => (StatusCode::BAD_REQUEST, error.to_string(), None),
        Refusal::Claim(error) => {
            let (sentence, wait) = claim_words(app, error);
            (status(error), sentence, wait)
        }
    };
    app.metrics.ping("webmention-refused");
    let mut response = text(status);
    if let Some(wait) = wait {
        response.insert_header((header::RETRY_AFTER, respond::retry_after(wait)));
    }
    response.body(sentence + "\n")
}

const fn status(error: &ClaimError) -> StatusCode {
    match error {
        ClaimError::Receive(
            ReceiveError::TooOften(_) | ReceiveError::Full | ReceiveError::Backlog,
        ) => StatusCode::TOO_MANY_REQUESTS,
        ClaimError::Receive(ReceiveError::Banned | ReceiveError::KeptAway) => StatusCode::FORBIDDEN,
        ClaimError::Receive(ReceiveError::Busy | ReceiveError::Database(_)) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        ClaimError::NoTarget
        | ClaimError::WhichCategory(_)
        | ClaimError::NoCategory
        | ClaimError::Receive(
            ReceiveError::Url(_)
            | ReceiveError::OwnPage
            | ReceiveError::Closed(_)
            | ReceiveError::Suspended
            | ReceiveError::NoPassphrase
            | ReceiveError::WrongPassphrase
            | ReceiveError::KeyOver,
        ) => StatusCode::BAD_REQUEST,
    }
}

/// `GET /webmention`: for whoever opens the endpoint in a browser.
pub async fn show() -> HttpResponse {
    respond::see_other("/help/bloggers#webmention")
}
