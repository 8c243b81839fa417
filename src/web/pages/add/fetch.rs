//! "Fetch my post": the form, filled in with what stands on the post's page. Nothing is stored.

use actix_web::HttpResponse;

use super::AddForm;
use super::desk::{Desk, Parts};
use super::problem::of_address;
use crate::actions::preview::{self, PreviewError};
use crate::model::problems::Problems;
use crate::model::web_url::WebUrlError;
use crate::web::error::{PageError, words_for};

/// Reads the post's page and fills in what stands there. Where nothing does that is no mistake: the
/// rest can be typed.
pub async fn fetch(desk: Desk<'_>, mut form: AddForm) -> Result<HttpResponse, PageError> {
    let mut problems = Problems::default();
    let mut parts = Parts { is_fetched: true, ..Parts::default() };
    match preview::preview(desk.app, desk.gate, &form.url, desk.from).await {
        Ok(seen) => {
            form.url = seen.url;
            if [&seen.title, &seen.excerpt, &seen.blog_name].iter().all(|text| text.is_empty()) {
                parts.nothing_found = Some(String::new());
            } else {
                parts.seen = seen.notes;
            }
            let fill = |field: &mut String, seen: String| {
                // What somebody typed is never lost.
                if field.trim().is_empty() {
                    *field = seen;
                }
            };
            fill(&mut form.title, seen.title);
            fill(&mut form.excerpt, seen.excerpt);
            fill(&mut form.blog_name, seen.blog_name);
        }
        Err(PreviewError::Url(WebUrlError::Missing)) => {
            problems.add("url", "Type the address of your post first.");
        }
        Err(PreviewError::Url(error)) => problems.add("url", of_address(error)),
        Err(error @ PreviewError::OwnPage) => problems.add("url", error),
        Err(PreviewError::TooOften(too_often)) => {
            let wait = words_for(too_often.retry_after);
            parts.nothing_found = Some(format!("That was often: no page is read for {wait}."));
        }
        Err(
            error @ (PreviewError::Unreadable(_)
            | PreviewError::Later
            | PreviewError::Status(_)
            | PreviewError::Database(_)),
        ) => parts.nothing_found = Some(error.to_string()),
    }
    desk.back(form, problems, parts).await
}
