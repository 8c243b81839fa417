//! WebSub: `POST /websub` (W3C Recommendation, section 5.1).

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};

use super::text;
use crate::actions::websub::{self, Asking, SubscribeError};
use crate::app::App;
use crate::db::DbError;
use crate::web::error::{PageError, words_for};
use crate::web::extract::{client, read_body};
use crate::web::respond;
use crate::wire::websub::{MAX_BODY, RequestError, parse};

/// How long a request's body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(9);

/// Why a request was refused.
enum Refusal {
    Body(PageError),
    Request(RequestError),
    Subscribe(SubscribeError),
}

/// `POST /websub`
pub async fn receive(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    match take_in(&app, &request, payload).await {
        // 5.1: 202, since the callback is asked later.
        Ok(()) => text(StatusCode::ACCEPTED)
            .body("The request is taken in, and your callback will be asked to confirm it.\n"),
        Err(refusal) => refuse(&app, &refusal),
    }
}

async fn take_in(
    app: &web::Data<App>,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<(), Refusal> {
    let body = tokio::time::timeout(BODY_WITHIN, read_body(payload, MAX_BODY)).await;
    let body = body.unwrap_or(Err(PageError::TimedOut)).map_err(Refusal::Body)?;
    let content_type =
        request.headers().get(header::CONTENT_TYPE).map(header::HeaderValue::as_bytes);
    let asked = parse(content_type, &body).map_err(Refusal::Request)?;
    let asking = Asking { request: asked, sender: client(app, request) };
    let app = app.clone().into_inner();
    websub::receive(&app, asking).await.map_err(Refusal::Subscribe)
}

/// 5.1: a 4xx or 5xx, and the reason as plain text.
fn refuse(app: &App, refusal: &Refusal) -> HttpResponse {
    let (status, sentence, wait) = match refusal {
        Refusal::Body(PageError::TooLarge) | Refusal::Request(RequestError::TooLarge) => {
            (StatusCode::PAYLOAD_TOO_LARGE, RequestError::TooLarge.to_string(), None)
        }
        Refusal::Body(error) => {
            let sentence = "The request was cut off on its way: please send it again.";
            (error.status_code(), sentence.to_owned(), None)
        }
        Refusal::Request(error @ RequestError::NotAForm) => {
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, error.to_string(), None)
        }
        Refusal::Request(error) => (StatusCode::BAD_REQUEST, error.to_string(), None),
        Refusal::Subscribe(error) => why_not(app, error),
    };
    let mut response = text(status);
    if let Some(wait) = wait {
        response.insert_header((header::RETRY_AFTER, wait.as_secs().max(1)));
    }
    response.body(sentence + "\n")
}

fn why_not(app: &App, error: &SubscribeError) -> (StatusCode, String, Option<Duration>) {
    let (status, wait) = match error {
        SubscribeError::NoTopic => (StatusCode::NOT_FOUND, None),
        SubscribeError::Callback(_)
        | SubscribeError::LongCallback
        | SubscribeError::OwnCallback => (StatusCode::BAD_REQUEST, None),
        SubscribeError::TooOften(too_often) => {
            app.metrics.limited(too_often.limit.as_str());
            let wait = too_often.retry_after;
            let sentence = format!("That was often. Please try again in {}.", words_for(wait));
            return (StatusCode::TOO_MANY_REQUESTS, sentence, Some(wait));
        }
        SubscribeError::FullTopic | SubscribeError::FullDomain => {
            (StatusCode::TOO_MANY_REQUESTS, Some(Duration::from_secs(86_400)))
        }
        SubscribeError::Unanswered => {
            (StatusCode::TOO_MANY_REQUESTS, Some(Duration::from_secs(3_600)))
        }
        SubscribeError::Backlog => {
            (StatusCode::SERVICE_UNAVAILABLE, Some(Duration::from_secs(3_600)))
        }
        SubscribeError::Database(error) => {
            if !matches!(error, DbError::Busy | DbError::Closed) {
                tracing::error!(%error, "a request for a subscription was not stored");
            }
            let sentence = "This site is busy: please try again in a minute.".to_owned();
            let wait = Some(Duration::from_secs(60));
            return (StatusCode::SERVICE_UNAVAILABLE, sentence, wait);
        }
    };
    (status, error.to_string(), wait)
}

/// `GET /websub`: for whoever opens the endpoint in a browser.
pub async fn show() -> HttpResponse {
    respond::see_other("/help/readers#websub")
}
