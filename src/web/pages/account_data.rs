//! All that is kept about an account, as one download for its owner.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::app::App;
use crate::db::account_data::{self, AccountData, PARTS};
use crate::web::error::{Missing, PageError};
use crate::web::extract::SignedIn;

/// The file: what it is, and what is kept.
#[derive(Debug, Serialize)]
struct File {
    about: About,
    #[serde(flatten)]
    data: AccountData,
}

#[derive(Debug, Serialize)]
struct About {
    what: &'static str,
    site: String,
    made_at: String,
    times: &'static str,
    parts: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    name: &'static str,
    what: &'static str,
    /// Where in the database it refers to the account.
    columns: &'static [&'static str],
}

/// `GET /account/data`
pub async fn show(app: web::Data<App>, signed_in: SignedIn) -> Result<HttpResponse, PageError> {
    let id = signed_in.0.account.id;
    // A moderator may have decided about thousands of posts.
    let data = app.db.read_in_turn(move |c| account_data::find(c, id)).await?;
    let data = data.ok_or(PageError::NotFound(Missing::Page))?;
    let parts = PARTS.iter().map(|(name, columns, what)| Part { name, what, columns });
    let about = About {
        what: "All that this site keeps about your account. Hubs are named by their addresses here, posts by the end of theirs (/p/…).",
        site: app.addresses.home().to_owned(),
        made_at: app.clock.now().to_jiff().to_string(),
        times: "UTC",
        parts: parts.collect(),
    };
    // What holds texts, numbers and lists of them can be written.
    let body = serde_json::to_string_pretty(&File { about, data }).unwrap_or_default();
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"backchannel-account.json\"",
        ))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .body(body + "\n"))
}
