//! The only place that dials out.
//!
//! So far that is the command line's TrackBack client, to addresses its user typed. (Pages that
//! strangers name are not read yet; what reads them will judge every address first.)

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, LINK, USER_AGENT};

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The `Link` header, where there is one.
    pub link: Option<String>,
    /// The body, up to 64 KiB.
    pub body: Vec<u8>,
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The connection failed, or took more than 10 seconds.
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    /// The answer was too large.
    #[error("the answer is larger than 64 KB")]
    TooLarge,
}

/// Posts a form and reads the answer. Redirects are not followed: they would turn the POST into
/// a GET.
#[expect(clippy::disallowed_methods, reason = "this is the place that dials out")]
pub async fn post_form(
    url: url::Url,
    content_type: &str,
    body: String,
) -> Result<Answer, FetchError> {
    // A second installation is refused, and changes nothing.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(10))
        .build()?;
    let mut response = client
        .post(url)
        .header(USER_AGENT, concat!("backchannel/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, content_type)
        .body(body)
        .send()
        .await?;
    let status = response.status().as_u16();
    let link = response.headers().get(LINK).and_then(|value| value.to_str().ok());
    let link = link.map(str::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER {
            return Err(FetchError::TooLarge);
        }
    }
    Ok(Answer { status, link, body })
}
