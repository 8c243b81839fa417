//! Style, script, icon and pictures, under addresses that change with their content.

use std::sync::LazyLock;

use actix_web::http::header::{CROSS_ORIGIN_RESOURCE_POLICY, HeaderName};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use super::{pictures, respond};
use crate::clock::Timestamp;
use crate::pages_cache::Rendered;

/// Assets have no date to be asked about, so no time matters.
const NEVER: Timestamp = Timestamp::from_micros(0);

/// A file that is served as it is.
#[derive(Debug)]
pub struct Asset {
    /// Its address.
    pub path: String,
    rendered: Rendered,
}

impl Asset {
    /// A file that is small already, and is not compressed.
    pub fn dense(
        stem: &str,
        ending: &str,
        content_type: &'static str,
        bytes: &'static [u8],
    ) -> Self {
        let Self { path, rendered } = Self::new(stem, ending, content_type, bytes);
        Self { path, rendered: rendered.dense() }
    }

    fn new(stem: &str, ending: &str, content_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let hash = Sha256::digest(&bytes);
        let hash = data_encoding::HEXLOWER.encode(&hash[..5]);
        let forever = "public, max-age=31536000, immutable";
        let rendered = Rendered::new(bytes, content_type, forever, None)
            .lasting()
            // A page of ours in a frame with `sandbox` is of no origin, and needs its style.
            .with_header(CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin");
        Self { path: format!("/assets/{stem}.{hash}.{ending}"), rendered }
    }
}

/// The style sheet, without comments and line ends.
pub static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let css = squeeze(include_str!("../../static/style.css"));
    Asset::new("style", "css", "text/css; charset=utf-8", css)
});

/// The script.
pub static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| script("app", include_str!("../../static/app.js")));

/// The keys of the queue.
pub static KEYS: LazyLock<Asset> =
    LazyLock::new(|| script("keys", include_str!("../../static/keys.js")));

/// The line that says what was listed since a list was opened.
pub static WATCH: LazyLock<Asset> =
    LazyLock::new(|| script("watch", include_str!("../../static/watch.js")));

/// How far a download is.
pub static TAKE_HOME: LazyLock<Asset> =
    LazyLock::new(|| script("take-home", include_str!("../../static/take-home.js")));

/// The wall that turns by itself.
pub static WALL: LazyLock<Asset> =
    LazyLock::new(|| script("wall", include_str!("../../static/wall.js")));

/// The frame that follows what is chosen for it.
pub static FRAME: LazyLock<Asset> =
    LazyLock::new(|| script("frame", include_str!("../../static/frame.js")));

/// The icon.
pub static ICON: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("icon", "svg", "image/svg+xml", include_str!("../../static/icon.svg"))
});

/// What is shown of a page elsewhere, beside its title.
pub static CARD: LazyLock<Asset> = LazyLock::new(|| {
    let png: &'static [u8] = include_bytes!("../../static/card.png");
    let card = Asset::new("card", "png", "image/png", png);
    // Shown on other sites: that is what it is for.
    let elsewhere = HeaderName::from_static("cross-origin-resource-policy");
    Asset { rendered: card.rendered.with_header(elsewhere, "cross-origin"), ..card }
});

/// A script without indents and the comments that have a line to themselves. None has text of
/// several lines.
fn script(stem: &str, js: &str) -> Asset {
    let lines = js.lines().map(str::trim_start);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    let js = lines.collect::<Vec<_>>().join("\n");
    Asset::new(stem, "js", "text/javascript; charset=utf-8", js)
}

/// Comments out, lines joined: the rest of the style sheet is written tight.
fn squeeze(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, comment)) = rest.split_once("/*") {
        out.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// `GET /assets/{name}`
pub async fn show(request: HttpRequest) -> HttpResponse {
    let all = [&*STYLE, &*SCRIPT, &*KEYS, &*WATCH, &*TAKE_HOME, &*WALL, &*FRAME, &*ICON, &*CARD];
    let asset = all.into_iter().chain(pictures::files()).find(|asset| asset.path == request.path());
    match asset {
        Some(asset) => respond::rendered(&request, &asset.rendered, NEVER),
        None => HttpResponse::NotFound().finish(),
    }
}

/// `GET /favicon.ico`
pub async fn show_favicon(request: HttpRequest) -> HttpResponse {
    respond::rendered(&request, &ICON.rendered, NEVER)
}
