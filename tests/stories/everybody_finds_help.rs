//! Everybody finds help: the pages hold together, and whatever they lead to is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::harness::{Browser, Page, Site};

const HELP: [&str; 4] = ["/help", "/help/bloggers", "/help/organizers", "/help/readers"];

/// Where the help is named outside of itself.
const ELSEWHERE: &[&str] = &[
    "/",
    "/sxsw",
    "/sxsw/keynotes",
    "/sxsw/keynotes/add",
    "/sxsw/-/people",
    "/nowhere",
    "/manage",
    "/manage/new",
    "/manage/sxsw",
    "/manage/sxsw/decided",
    "/manage/sxsw/reports",
    "/manage/sxsw/blogs",
    "/manage/sxsw/rules",
    "/manage/sxsw/log",
    "/manage/sxsw/categories",
    "/manage/sxsw/new-category",
    "/manage/sxsw/categories/keynotes",
    "/manage/sxsw/keys",
    "/manage/sxsw/categories/keynotes/forwarding",
    "/manage/sxsw/feeds",
    "/manage/sxsw/members",
    "/manage/sxsw/notifications",
    "/manage/sxsw/settings",
    "/manage/sxsw/about",
    "/manage/sxsw/readers",
    "/account",
    "/operator",
];

/// Every address within this site that a page leads to.
fn links(page: &Page) -> BTreeSet<String> {
    page.attributes("a[href]", "href").into_iter().filter(|to| to.starts_with(['/', '#'])).collect()
}

/// Opens each address once, and sees that its heading is there.
async fn lead_somewhere(
    browser: &mut Browser,
    from: &str,
    links: BTreeSet<String>,
    seen: &mut BTreeMap<String, Page>,
) {
    for link in links {
        let (path, id) = link.split_once('#').unwrap_or((&link, ""));
        let path = if path.is_empty() { from } else { path };
        if !seen.contains_key(path) {
            seen.insert(path.to_owned(), browser.open(path).await);
        }
        let page = &seen[path];
        assert!(matches!(page.status, 200 | 303), "{from} leads to {link}: {}", page.status);
        if !id.is_empty() {
            let ids = page.attributes("[id]", "id");
            assert!(ids.iter().any(|there| there == id), "{from} leads to {link}: no such heading");
        }
    }
}

/// Width and height of a WebP file, as the browser will find them.
fn size(webp: &[u8]) -> (u32, u32) {
    let (from, lossy) = match &webp[12..16] {
        b"VP8 " => (26, true),
        b"VP8L" => (21, false),
        other => panic!("{other:?}"),
    };
    let bits = u32::from_le_bytes(webp[from..from + 4].try_into().unwrap());
    if lossy {
        (bits & 0x3fff, bits >> 16)
    } else {
        ((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1)
    }
}

async fn pictures_are_there(site: &Site, path: &str, page: &Page) -> usize {
    let sources = page.attributes("picture img", "src");
    let [width, height] = ["width", "height"].map(|side| page.attributes("picture img", side));
    assert!(page.attributes("picture img", "alt").iter().all(|alt| alt.len() > 40), "{path}");
    for ((source, width), height) in sources.iter().zip(width).zip(height) {
        let picture = site.browser().open_with(source, &[("accept-encoding", "br, gzip")]).await;
        assert_eq!(picture.has_status(200).header("content-type"), Some("image/webp"), "{source}");
        assert_eq!(picture.header("content-encoding"), None, "{source}: it is small already");
        let (wide, high) = size(&picture.bytes);
        let shown = (width.parse::<u32>().unwrap(), height.parse::<u32>().unwrap());
        assert_eq!((wide / 2, high / 2), shown, "{source}");
        assert!(shown.0 <= 645, "{source} is wider than the column");
    }
    for dark in page.attributes("picture source", "srcset") {
        let bytes = site.browser().open(&dark).await.has_status(200).bytes.clone();
        let light = dark.replace("-dark.", ".");
        assert!(sources.iter().any(|source| source.split('.').next() == light.split('.').next()));
        assert!(bytes.len() > 1_000, "{dark}");
    }
    sources.len()
}

story! {
    async fn whatever_help_leads_to_is_there(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        let sent = topic.ping(&[("url", "http://ada.example/1"), ("title", "First")]).await;
        let mut seen = BTreeMap::new();
        let mut pictures = 0;
        for path in HELP {
            let page = site.browser().open(path).await;
            page.has_status(200);
            pictures += pictures_are_there(site, path, &page).await;
            let links = links(&page);
            assert!(links.len() > 10, "{path}: {links:?}");
            seen.insert(path.to_owned(), page);
            lead_somewhere(&mut topic.organizer, path, links, &mut seen).await;
        }
        assert_eq!(pictures, 11, "each picture stands on one page");

        let of_help = |page: &Page| links(page).into_iter().filter(|to| to.starts_with("/help")).collect();
        let receipt = sent.receipt.unwrap();
        for path in ELSEWHERE.iter().copied().chain([receipt.as_str()]) {
            let page = topic.organizer.open(path).await;
            let found: BTreeSet<String> = of_help(&page);
            assert!(!found.is_empty(), "{path} leads to no help");
            lead_somewhere(&mut topic.organizer, path, found, &mut seen).await;
        }
        let receipt = site.browser().open(&receipt).await;
        let advice = receipt.attributes(".steps a", "href");
        assert_eq!(advice, ["/help/bloggers#waiting"]);
        let desk = topic.organizer.open("/manage/sxsw/rules").await;
        assert!(links(&desk).contains("/help/organizers#rules"));
    }

    async fn what_software_names_is_there(site) {
        for (endpoint, help) in [
            ("/webmention", "/help/bloggers#webmention"),
            ("/xmlrpc", "/help/bloggers#pingback"),
            ("/websub", "/help/readers#websub"),
        ] {
            site.browser().open(endpoint).await.redirects_to(help);
        }
        let front = site.browser().open("/help").await;
        for named in ["fetching", "kept"] {
            assert!(front.attributes("[id]", "id").iter().any(|id| id == named), "{named}");
        }
    }

    async fn a_page_that_is_asked_for_again_keeps_its_style(site) {
        for path in HELP {
            let first = site.browser().open(path).await;
            let policy = first.header("content-security-policy").unwrap();
            assert!(policy.contains("style-src 'self'") && policy.contains("img-src 'self'"));
            let again = [("if-none-match", first.header("etag").unwrap())];
            let same = site.browser().open_with(path, &again).await;
            same.has_status(304);
            // What a 304 says takes the place of what the browser kept (RFC 9111, 3.2).
            assert!(same.header("content-security-policy").is_none_or(|now| now == policy), "{path}");
        }
    }
}
