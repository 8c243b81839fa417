//! Whether the table of pages is complete: it has a line for each address that is a page.

use super::table::PAGES;
use crate::addresses::{Who, addresses};

/// What addresses end in that programs read, or that only lead on: nobody looks at those.
const FOR_PROGRAMS: [&str; 22] = [
    "/-/ask",
    "/-/enter",
    "/hubs",
    "/account/data",
    "/healthz",
    "/readyz",
    "/metrics",
    "/robots.txt",
    "/sitemap.xml",
    "/favicon.ico",
    "/assets/{name}",
    "/oembed",
    "/rss",
    "/atom",
    "/feed.json",
    "/opml",
    "/live",
    "/progress",
    ".csv",
    ".svg",
    "/picture/{name}",
    "/latest{rest:(/.*)?}",
];

/// What the names of [`crate::town::Town`] stand for.
const NAMED: [(&str, &[&str]); 8] = [
    ("/p/{id}", &["{arabic}", "{japanese}", "{word}", "{removed}"]),
    (
        "/r/{receipt}",
        &[
            "{waits}",
            "{listed}",
            "{withdrawn}",
            "{not_here}",
            "{spam}",
            "{claim}",
            "{hidden}",
            "{changed}",
        ],
    ),
    ("/signup/{token}", &["{signup}"]),
    ("/reset/{token}", &["{reset}"]),
    ("/invite/{token}", &["{invitation}"]),
    ("/m/{token}", &["{mailed}"]),
    ("/manage/{hub}/pings/{ping}/edit", &["{edit}"]),
    ("/manage/{hub}/blogs/{blog}", &["{blog}"]),
];

/// The path of a line, as far as the router looks at it.
fn path_of(line: &str) -> String {
    let path = line.split('?').next().unwrap_or_default();
    let named = |(shape, names): &(&str, &[&str])| {
        let rest = names.iter().find_map(|name| path.strip_prefix(name))?;
        Some(format!("{shape}{rest}"))
    };
    NAMED.iter().find_map(named).unwrap_or_else(|| path.to_owned())
}

/// How many parts of an address stand in a path to the letter; none where it is another's.
fn fit(address: &str, path: &str) -> Option<usize> {
    let (address, path): (Vec<&str>, Vec<&str>) =
        (address.split('/').collect(), path.split('/').collect());
    let fits = address.len() == path.len()
        && address.iter().zip(&path).all(|(of, part)| of.starts_with('{') || of == part);
    fits.then(|| address.iter().filter(|of| !of.starts_with('{')).count())
}

#[test]
fn every_address_that_is_a_page_has_a_line_in_the_table() {
    let all = addresses();
    let reads = || all.iter().filter(|address| address.gets);
    let looked_at: Vec<&str> = PAGES
        .iter()
        .map(|(_, line, ..)| path_of(line))
        .filter_map(|path| {
            let fitting = reads().filter_map(|of| Some((fit(of.path, &path)?, of.path)));
            fitting.max_by_key(|(fits, _)| *fits).map(|(_, of)| of)
        })
        .collect();
    let missing: Vec<&str> = reads()
        .filter(|address| address.who != Who::Senders)
        .map(|address| address.path)
        .filter(|path| !FOR_PROGRAMS.iter().any(|end| path.ends_with(end)))
        .filter(|path| !looked_at.contains(path))
        .collect();
    assert!(
        missing.is_empty(),
        "nobody looks at these pages: add a line for each to tests/browser/pages/table.rs: {missing:#?}"
    );
}
