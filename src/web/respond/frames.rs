//! Pages in frames: the few that other sites may frame, and the one of ours that frames them.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{HttpResponse, ResponseError};
use askama::Template;

use super::{HTML, REVALIDATE, default_headers, page_csp, public_page};
use crate::app::App;
use crate::pages_cache::Rendered;
use crate::web::error::PageError;
use crate::web::view::AccentCss;

/// The policy of a page that any site may frame: it shows text in our style, and nothing else. It
/// has no script and no form, so that nobody can be made to press anything that matters.
fn framed_csp(accent: Option<&AccentCss>) -> String {
    let accent = accent.map(AccentCss::csp_source).unwrap_or_default();
    format!(
        "default-src 'none'; style-src 'self' {accent}; form-action 'none'; base-uri 'none'; \
         frame-ancestors *"
    )
}

/// Whether an answer says that any site may frame it.
pub fn may_be_framed(headers: &HeaderMap) -> bool {
    let policy = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|it| it.to_str().ok());
    policy.is_some_and(|policy| policy.ends_with("frame-ancestors *"))
}

/// Renders a page that any site may frame, to be kept.
pub fn framed_page(
    app: &App,
    template: &impl Template,
    accent: &AccentCss,
) -> Result<Rendered, PageError> {
    let body = template.render().map_err(PageError::Template)?;
    let page = Rendered::new(body, HTML, REVALIDATE, None)
        .with_header(header::CONTENT_SECURITY_POLICY, &framed_csp(Some(accent)))
        .with_header(header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin")
        .with_header(HeaderName::from_static("x-robots-tag"), "noindex");
    let defaults = default_headers(app.addresses.is_https());
    Ok(page.with_defaults(defaults.filter(|(name, _)| name != header::X_FRAME_OPTIONS)))
}

/// What stands in a frame instead of such a page.
pub fn framed_refusal(
    status: StatusCode,
    template: &impl Template,
) -> Result<HttpResponse, PageError> {
    let body = template.render().map_err(PageError::Template)?;
    Ok(HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, HTML))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_SECURITY_POLICY, framed_csp(None)))
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"))
        .body(body))
}

/// The same for an error, which stays with the answer: the log names its cause, and a header says
/// when to come again.
pub fn framed_error(error: PageError, template: &impl Template) -> Result<HttpResponse, PageError> {
    let (head, body) = framed_refusal(error.status_code(), template)?.into_parts();
    let mut answer = HttpResponse::from_error(error);
    *answer.headers_mut() = head.headers().clone();
    Ok(answer.set_body(body))
}

/// Renders a public page that shows another page of ours in a frame, to be kept.
pub fn framing_page(
    app: &App,
    template: &impl Template,
    accent: &AccentCss,
) -> Result<Rendered, PageError> {
    let page = public_page(app, template, Some(accent), None)?;
    let policy = format!("{}; frame-src 'self'", page_csp(Some(accent)));
    Ok(page.with_header(header::CONTENT_SECURITY_POLICY, &policy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Template)]
    #[template(source = "busy", ext = "txt")]
    struct Busy;

    #[test]
    fn an_error_in_a_frame_is_known_to_who_logs_it() {
        let answer = framed_error(PageError::Busy, &Busy).unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            answer.error().is_some() && !answer.headers().contains_key(header::X_FRAME_OPTIONS)
        );
        assert!(answer.headers().contains_key(header::CONTENT_SECURITY_POLICY));
    }
}
