//! Everybody finds help: the pages hold together, and whatever they lead to is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::harness::{Browser, Page, Site};

const HELP: [&str; 4] = ["/help", "/help/bloggers", "/help/organizers", "/help/readers"];

/// Where the help is wanted, and which part of it: outside of the footer, which every page has.
const WANTED: &[(&str, &str)] = &[
    ("/", "/help/bloggers"),
    ("/", "/help/organizers"),
    ("/", "/help/readers"),
    ("/sxsw", "/help/readers#subscribe"),
    ("/sxsw", "/help/readers#opml"),
    ("/sxsw?q=second", "/help/readers#view"),
    ("/sxsw/keynotes", "/help/readers#subscribe"),
    ("/sxsw/-/people", "/help/readers#people"),
    ("/sxsw/-/stats", "/help/readers#stats"),
    ("/sxsw/-/stats", "/help/readers#privacy"),
    ("/sxsw/-/embed", "/help/organizers#embed"),
    ("/sxsw/-/embed", "/help/bloggers#badge"),
    ("/topics", "/help/readers#topics"),
    ("/sxsw/backroom", "/help/readers#locked"),
    ("{post}", "/help/bloggers#not-mine"),
    ("{post}", "/help/bloggers#badge"),
    ("{post}/report", "/help/readers#report"),
    ("{waits}", "/help/bloggers#receipt"),
    ("{waits}", "/help/bloggers#waiting"),
    ("/sxsw/keynotes/add", "/help/bloggers"),
    ("/sxsw/keynotes/add", "/help/bloggers#wordpress"),
    ("/sxsw/keynotes/add", "/help/bloggers#movable-type"),
    ("/sxsw/keynotes/add", "/help/bloggers#static-site"),
    ("/sxsw/keynotes/add", "/help/bloggers#webmention"),
    ("/sxsw/keynotes/add", "/help/bloggers#bookmark"),
    ("/sxsw/keynotes/add", "/help/bloggers#waiting"),
    ("/sxsw/keynotes/add", "/help/bloggers#refused"),
    ("/nowhere", "/help"),
    ("/account", "/help/organizers"),
    ("/operator", "/help/organizers"),
    ("/manage", "/help/organizers"),
    ("/manage/new", "/help/organizers"),
    ("/manage/sxsw", "/help/organizers#queue"),
    ("/manage/sxsw/decided", "/help/organizers#queue"),
    ("/manage/sxsw/reports", "/help/organizers#reports"),
    ("/manage/sxsw/blogs", "/help/organizers#trust"),
    ("/manage/sxsw/rules", "/help/organizers#rules"),
    ("/manage/sxsw/log", "/help/organizers#log"),
    ("/manage/sxsw/numbers", "/help/organizers#numbers"),
    ("/manage/sxsw/categories", "/help/organizers#categories"),
    ("/manage/sxsw/new-category", "/help/organizers#policy"),
    ("/manage/sxsw/categories/keynotes", "/help/organizers#passphrase"),
    ("/manage/sxsw/categories/keynotes", "/help/organizers#hours"),
    ("/manage/sxsw/categories/keynotes", "/help/organizers#forwarding"),
    ("/manage/sxsw/categories/keynotes/forwarding", "/help/organizers#forwarding"),
    ("/manage/sxsw/keys", "/help/organizers#keys"),
    ("/manage/sxsw/feeds", "/help/organizers#feeds"),
    ("/manage/sxsw/members", "/help/organizers#members"),
    ("/manage/sxsw/notifications", "/help/organizers#mail"),
    ("/manage/sxsw/settings", "/help/organizers#settings"),
    ("/manage/sxsw/settings", "/help/organizers#wall"),
    ("/manage/sxsw/settings", "/help/organizers#embed"),
    ("/manage/sxsw/settings", "/help/organizers#readers"),
    ("/manage/sxsw/settings", "/help/organizers#close"),
    ("/manage/sxsw/about", "/help/organizers#about"),
    ("/manage/sxsw/readers", "/help/organizers#readers"),
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

/// Each heading that has an address stands in the page's table of contents. (The front page leads on
/// to the others, and has none.)
fn all_headings_are_listed(path: &str, page: &Page) {
    let listed = page.attributes(".toc a", "href");
    assert_eq!(listed.is_empty(), path == "/help", "{path}");
    for id in page.attributes(".help h2[id], .help h3[id]", "id") {
        let is_listed = listed.is_empty() || listed.contains(&format!("#{id}"));
        assert!(is_listed, "{path}: “#{id}” is not in the table of contents");
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
            all_headings_are_listed(path, &page);
            seen.insert(path.to_owned(), page);
            lead_somewhere(&mut topic.organizer, path, links, &mut seen).await;
        }
        assert_eq!(pictures, 12, "each picture stands on one page");

        let receipt = sent.receipt.unwrap();
        assert!(topic.ping(&[("url", "http://ada.example/2"), ("title", "Second")]).await.is_stored());
        topic.decide("Second", "list").await.has_status(303);
        let mut topic = site.category(topic.organizer, "backroom", "open", "at-once").await;
        topic.organizer.sets_readers("backroom", "password").await;
        let post = site.browser().open("/sxsw").await.attributes("article .meta a[href^='/p/']", "href").remove(0);
        for (path, part) in WANTED {
            let path = path.replace("{post}", &post).replace("{waits}", &receipt);
            let is_desk = ["/manage", "/account", "/operator"].iter().any(|desk| path.starts_with(desk));
            let page = if is_desk { topic.organizer.open(&path).await } else { site.browser().open(&path).await };
            let found = page.attributes(".wrap > :not(footer) a[href]", "href");
            assert!(found.iter().any(|to| to == part), "{path} does not lead to {part}, but to {found:?}");
            lead_somewhere(&mut topic.organizer, &path, BTreeSet::from([(*part).to_owned()]), &mut seen).await;
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
