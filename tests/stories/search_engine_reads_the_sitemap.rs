//! A search engine reads the sitemap: what may be indexed stands there, and nothing else.

use backchannel::actions::read_sitemap::{Part, Sitemap, sitemap};
use backchannel::wire::sitemap::Entry;

use crate::harness::{Browser, Site, Topic, minutes};

async fn list(topic: &Topic<'_>, url: &str, title: &str) -> String {
    let sent = topic.ping(&[("url", url), ("title", title), ("blog_name", "Ada")]).await;
    assert!(sent.is_stored(), "{}", sent.body);
    topic.site.advance(minutes(1));
    sent.receipt.unwrap()
}

/// What is there whatever hubs there are.
const HELP: [&str; 4] = ["/help", "/help/bloggers", "/help/organizers", "/help/readers"];

/// The paths in the sitemap, without those of the help.
async fn listed(site: &Site) -> Vec<String> {
    let map = site.browser().open("/sitemap.xml").await;
    assert_eq!(map.has_status(200).header("content-type"), Some("application/xml; charset=utf-8"));
    let parts = map.body.split("<loc>").skip(1);
    let addresses = parts.map(|part| part.split_once("</loc>").unwrap().0);
    let paths = addresses.map(|address| address.strip_prefix(&site.base).unwrap().to_owned());
    let (help, others): (Vec<_>, Vec<_>) = paths.partition(|path| path.starts_with("/help"));
    assert_eq!(help, HELP);
    others
}

async fn open_hub(organizer: &mut Browser, slug: &str) {
    organizer.open("/manage/new").await;
    organizer.submit("/manage/new", &[("title", slug), ("slug", slug)]).await.has_status(303);
}

/// What a list names, as paths.
async fn part(site: &Site, part: Part, most: i64) -> Option<(bool, Vec<String>)> {
    let addresses = site.app.addresses.clone();
    let read =
        site.app.db.read(move |c| sitemap(c, &addresses, None, &part, most)).await.unwrap()?;
    let (is_index, entries) = match read {
        Sitemap::Lists(entries) => (true, entries),
        Sitemap::Pages(entries) => (false, entries),
    };
    let path = |entry: Entry| entry.address.strip_prefix(&site.base).unwrap().to_owned();
    Some((is_index, entries.into_iter().map(path).collect()))
}

story! {
    async fn more_than_one_list_takes_is_several_lists(site) {
        let topic = site.hub("open", "at-once").await;
        for n in 0..5 {
            list(&topic, &format!("http://ada.example/{n}"), &format!("Post {n}")).await;
        }
        let (is_index, all) = part(site, Part::All, 100).await.unwrap();
        assert!(!is_index && all.len() == 5 + 4 + HELP.len(), "{all:?}");
        let (is_index, lists) = part(site, Part::All, 2).await.unwrap();
        assert!(is_index);
        let posts = |nth| Part::Posts("sxsw".to_owned(), nth);
        let parts = [Part::Hubs, posts(1), posts(2), posts(3)];
        assert_eq!(lists, parts.clone().map(|part| part.path()));
        let mut named = Vec::new();
        for one in parts {
            let (is_index, entries) = part(site, one, 2).await.unwrap();
            assert!(!is_index);
            named.extend(entries);
        }
        assert_eq!(named, all, "each page is in one of them");
        assert_eq!(part(site, posts(4), 2).await, None);
        // The door has the same lists.
        site.browser().open(&posts(1).path()).await.has_status(200).says("/p/");
        site.browser().open(&Part::Hubs.path()).await.has_status(200).says("/help/readers");
    }

    async fn only_what_may_be_indexed_stands_there(site) {
        let robots = site.browser().open("/robots.txt").await;
        robots.says(&format!("Sitemap: {}/sitemap.xml", site.base)).says("Disallow: /*/*/live$");
        assert_eq!(listed(site).await, Vec::<String>::new(), "nothing to index");

        let mut topic = site.hub("open", "at-once").await;
        open_hub(&mut topic.organizer, "canary-empty").await;
        assert_eq!(listed(site).await, Vec::<String>::new(), "empty hubs ask not to be indexed");

        let receipt = list(&topic, "http://ada.example/1", "For all").await;
        let permalink = site.browser().open("/sxsw").await.attributes("article .meta a[href^='/p/']", "href").remove(0);
        let all = ["/", "/sxsw", "/sxsw/-/people", "/sxsw/keynotes", permalink.as_str()];
        assert_eq!(listed(site).await, all);
        for path in all {
            let page = site.browser().open(path).await;
            assert_eq!(page.has_status(200).attributes("meta[name=robots]", "content"), Vec::<String>::new(), "{path}");
        }

        // Waiting posts, empty categories, and what not everybody may read.
        let waits = site.category(topic.organizer, "canary-waits", "open", "all-wait").await;
        list(&waits, "http://eve.example/1", "Waiting").await;
        let mut apart = site.category(waits.organizer, "canary-apart", "open", "at-once").await;
        list(&apart, "http://eve.example/2", "For few").await;
        assert_eq!(listed(site).await.len(), 7);
        for readers in ["unlisted", "password"] {
            apart.organizer.sets_readers("canary-apart", readers).await;
            assert_eq!(listed(site).await, all, "{readers}");
        }
        for readers in ["unlisted", "password"] {
            apart.organizer.sets_readers("-", readers).await;
            assert_eq!(listed(site).await, Vec::<String>::new(), "{readers}");
        }
        apart.organizer.sets_readers("-", "public").await;
        for (verb, back) in [("suspend", "restore"), ("unapprove", "approve")] {
            let desk = apart.organizer.open("/operator").await;
            assert!(desk.body.contains(&format!("/operator/hubs/sxsw/{verb}")), "{}", desk.body);
            apart.organizer.submit(&format!("/operator/hubs/sxsw/{verb}"), &[]).await;
            assert_eq!(listed(site).await, Vec::<String>::new(), "{verb}");
            apart.organizer.open("/operator").await;
            apart.organizer.submit(&format!("/operator/hubs/sxsw/{back}"), &[]).await;
        }
        assert_eq!(listed(site).await, all);

        let mut sender = site.browser();
        sender.open(&receipt).await;
        sender.submit(&format!("{receipt}/withdraw"), &[]).await;
        assert_eq!(listed(site).await, Vec::<String>::new(), "taken back");
        for odd in ["?part=x", "?hub=sxsw&part=2", "?hub=sxsw&part=1", "?hub=canary-empty&part=1", "?hub=sxsw&part=x"] {
            site.browser().open(&format!("/sitemap.xml{odd}")).await.has_status(404);
        }
    }

    async fn a_permalink_says_what_it_is_and_what_stands_beside_it(site) {
        let topic = site.hub("open", "at-once").await;
        let waiting = site.category(topic.organizer, "apart", "open", "at-once").await;
        let topic = Topic { organizer: waiting.organizer, ..topic };
        for (n, title) in ["First", "Second & \"last\"", "Third"].into_iter().enumerate() {
            list(&topic, &format!("http://ada.example/{n}"), title).await;
        }
        let sent = topic.ping_at(&waiting.ping_url, &[("url", "http://ada.example/9"), ("title", "Elsewhere")]).await;
        assert!(sent.is_stored());
        let hub = site.browser().open("/sxsw/keynotes").await;
        assert_eq!(hub.attributes("meta[property='og:title']", "content"), ["keynotes"]);
        assert_eq!(hub.attributes("meta[property='og:url']", "content"), [format!("{}/sxsw/keynotes", site.base)]);
        let permalinks = hub.attributes("article .meta a[href^='/p/']", "href");
        let page = site.browser().open(&permalinks[1]).await;
        let canonical = format!("{}{}", site.base, permalinks[1]);
        assert_eq!(page.attributes("link[rel=canonical]", "href"), [canonical.as_str()]);
        for (property, content) in [
            ("og:type", "article"),
            ("og:title", "Second & \"last\""),
            ("og:description", "A post from Ada"),
            ("og:url", canonical.as_str()),
            ("og:site_name", "SXSW 2003"),
            ("article:published_time", "2003-03-11T14:01:00Z"),
        ] {
            assert_eq!(page.attributes(&format!("meta[property='{property}']"), "content"), [content]);
        }
        assert_eq!(page.texts(".h-entry .p-name"), ["Second & \"last\""]);
        assert_eq!(page.attributes(".h-entry .u-url", "href"), [canonical.as_str()]);
        assert_eq!(page.texts(".beside a"), ["Third", "First"]);
        assert_eq!(page.attributes(".beside a", "rel"), ["prev", "next"]);
        let newest = site.browser().open(&permalinks[0]).await;
        assert_eq!(newest.texts(".beside a"), ["Second & \"last\""]);
        newest.never_says("Elsewhere");
    }
}
