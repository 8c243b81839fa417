//! Feeds in three formats: what they say, their pages, validators, names that change, OPML.

use serde_json::Value;

use crate::harness::{Page, Topic, minutes, seconds};

const FORMATS: [(&str, &str); 3] = [
    ("rss", "application/rss+xml; charset=utf-8"),
    ("atom", "application/atom+xml; charset=utf-8"),
    ("feed.json", "application/feed+json"),
];

async fn list(topic: &Topic<'_>, n: usize) {
    let url = format!("http://ada.example/{n}?a=1&b=2");
    let title = format!("Post {n}");
    let excerpt = format!("It is post {n}, & <short>.");
    let fields = [
        ("url", url.as_str()),
        ("title", &title),
        ("excerpt", &excerpt),
        ("blog_name", "Ada & Co"),
    ];
    assert!(topic.ping(&fields).await.is_stored());
    topic.site.advance(minutes(1));
}

fn atom(page: &Page) -> atom_syndication::Feed {
    atom_syndication::Feed::read_from(page.body.as_bytes()).unwrap()
}

fn json(page: &Page) -> Value {
    serde_json::from_str(&page.body).unwrap()
}

fn link<'a>(links: &'a [atom_syndication::Link], rel: &str) -> Option<&'a str> {
    links.iter().find(|link| link.rel == rel).map(|link| link.href.as_str())
}

/// The titles in a feed of any format, and where its next page is.
fn titles(page: &Page) -> (Vec<String>, Option<String>) {
    match page.header("content-type").unwrap().split(';').next().unwrap() {
        "application/rss+xml" => {
            let channel = rss::Channel::read_from(page.body.as_bytes()).unwrap();
            let titles = channel.items.iter().map(|item| item.title().unwrap().to_owned());
            let links = &channel.atom_ext().unwrap().links;
            let next = links.iter().find(|link| link.rel == "next").map(|link| link.href.clone());
            (titles.collect(), next)
        }
        "application/atom+xml" => {
            let feed = atom(page);
            let titles = feed.entries.iter().map(|entry| entry.title.value.clone());
            (titles.collect(), link(&feed.links, "next").map(str::to_owned))
        }
        _ => {
            let feed = json(page);
            let titles = feed["items"].as_array().unwrap().iter();
            let titles = titles.map(|item| item["title"].as_str().unwrap().to_owned());
            (titles.collect(), feed["next_url"].as_str().map(str::to_owned))
        }
    }
}

fn path(page: &str) -> &str {
    page.find("/sxsw").map_or(page, |at| &page[at..])
}

story! {
    async fn a_page_offers_its_feed_in_three_formats(site) {
        let topic = site.hub("open", "at-once").await;
        list(&topic, 1).await;
        let mut reader = site.browser();
        for page in ["/sxsw", "/sxsw/keynotes"] {
            let shown = reader.open(page).await;
            assert_eq!(shown.texts("#subscribe .formats a"), ["RSS", "Atom", "JSON"]);
            let offered = shown.attributes("link[rel=alternate]:not([type*=oembed])", "href");
            assert_eq!(offered, shown.attributes("#subscribe .formats a", "href"));
            for (address, (format, content_type)) in offered.iter().zip(FORMATS) {
                assert_eq!(*address, format!("{page}/{format}"));
                let feed = reader.open(address).await;
                assert_eq!(feed.has_status(200).header("content-type"), Some(content_type));
                let own = format!("<{0}/websub>; rel=\"hub\", <{0}{address}>; rel=\"self\"", site.base);
                assert_eq!(feed.header("link"), Some(own.as_str()));
                assert_eq!(feed.header("set-cookie"), None);
                assert_eq!(feed.header("access-control-allow-origin"), Some("*"));
                assert_eq!(titles(&feed), (vec!["Post 1".to_owned()], None));
            }
        }
    }

    async fn each_format_says_the_same_of_a_post(site) {
        let topic = site.hub("open", "at-once").await;
        list(&topic, 1).await;
        let mut reader = site.browser();
        let permalink = reader.open("/sxsw").await.attributes("article .meta a[href^='/p/']", "href").remove(0);
        let (permalink, post) = (format!("{}{permalink}", site.base), "http://ada.example/1?a=1&b=2");
        let then = "2003-03-11T14:00:00";

        let feed = atom(&reader.open("/sxsw/keynotes/atom").await);
        assert_eq!(feed.lang.as_deref(), Some("en"));
        assert!(feed.id.starts_with("tag:127.0.0.1,2003-03-11:category/"), "{}", feed.id);
        assert_eq!(link(&feed.links, "self"), Some(format!("{}/sxsw/keynotes/atom", site.base).as_str()));
        assert_eq!(link(&feed.links, "alternate"), Some(format!("{}/sxsw/keynotes", site.base).as_str()));
        let entry = &feed.entries[0];
        let id = permalink.rsplit('/').next().unwrap();
        assert_eq!(entry.id, format!("tag:127.0.0.1,2003-03-11:p/{id}"));
        assert_eq!((link(&entry.links, "alternate"), link(&entry.links, "via")), (Some(post), Some(permalink.as_str())));
        assert_eq!(entry.authors[0].name, "Ada & Co");
        assert_eq!(entry.summary.as_ref().unwrap().value, "It is post 1, & .");
        assert_eq!(entry.categories[0].term, "keynotes");
        assert!(entry.published.unwrap().to_rfc3339().starts_with(then));
        assert!(entry.updated.to_rfc3339().starts_with(then));

        let feed = json(&reader.open("/sxsw/keynotes/feed.json").await);
        assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
        assert_eq!(feed["feed_url"], format!("{}/sxsw/keynotes/feed.json", site.base));
        assert_eq!((&feed["language"], &feed["expired"]), (&"en".into(), &Value::Null));
        let item = &feed["items"][0];
        assert_eq!((&item["url"], &item["external_url"]), (&permalink.into(), &post.into()));
        assert_eq!(item["content_text"], "It is post 1, & .");
        assert_eq!(item["authors"][0]["name"], "Ada & Co");
        assert_eq!((&item["date_published"], &item["date_modified"]), (&format!("{then}Z").into(), &format!("{then}Z").into()));
        assert_eq!(item["id"], entry.id);
    }

    async fn a_post_is_updated_when_what_it_shows_changed_and_at_no_other_time(site) {
        let mut topic = site.hub("open", "all-wait").await;
        list(&topic, 1).await;
        topic.decide("Post 1", "list").await;
        site.advance(minutes(10));
        let mut reader = site.browser();
        let before = atom(&reader.open("/sxsw/atom").await).entries.remove(0);
        assert_eq!(before.published.unwrap(), before.updated);

        // Its category gets another title, and another post is listed: nothing changed about it.
        topic.organizer.open("/manage/sxsw/categories/keynotes").await;
        let renamed = [("title", "Keynotes and talks"), ("slug", "talks")];
        topic.organizer.submit("/manage/sxsw/categories/keynotes", &renamed).await.redirects_to("/manage/sxsw/categories");
        list(&topic, 2).await;
        topic.decide("Post 2", "list").await;
        site.advance(minutes(10));
        let same = atom(&reader.open("/sxsw/atom").await).entries.remove(1);
        assert_eq!((same.id, same.updated), (before.id.clone(), before.updated));

        let decided = topic.organizer.open("/manage/sxsw/decided").await;
        let oldest = decided.attributes("[data-edit]", "href").pop().unwrap();
        topic.organizer.open(&oldest).await.says("ada.example/1");
        let edit = oldest.split('?').next().unwrap();
        topic.organizer.submit(edit, &[("title", "Edited")]).await.has_status(303);
        let feed = atom(&reader.open("/sxsw/atom").await);
        let edited = feed.entries.iter().find(|entry| entry.title.value == "Edited").unwrap();
        assert_eq!((&edited.id, edited.published), (&before.id, before.published));
        assert!(edited.updated > before.updated);
    }

    async fn older_posts_are_on_the_next_page_of_a_feed(site) {
        let topic = site.hub("open", "at-once").await;
        for n in 0..60 {
            list(&topic, n).await;
            site.advance(minutes(60));
        }
        let mut reader = site.browser();
        for (format, _) in FORMATS {
            let first = reader.open(&format!("/sxsw/{format}")).await;
            let (newest, next) = titles(&first);
            assert_eq!((newest.len(), newest[0].as_str()), (50, "Post 59"));
            let next = path(&next.unwrap()).to_owned();
            assert!(next.starts_with(&format!("/sxsw/{format}?before=")), "{next}");
            let second = reader.open(&next).await;
            let (older, none) = titles(&second);
            assert_eq!((older.len(), older[0].as_str(), none), (10, "Post 9", None));
            let tag = second.header("etag").unwrap().to_owned();
            reader.open_with(&next, &[("if-none-match", &tag)]).await.has_status(304);
            let own = format!("<{}{next}>; rel=\"self\"", site.base);
            assert_eq!(second.header("link"), Some(own.as_str()));
            assert_ne!(second.header("etag"), first.header("etag"));
            reader.open(&format!("/sxsw/{format}?before=nonsense")).await.has_status(404);
        }
        let next = link(&atom(&reader.open("/sxsw/atom").await).links, "next").unwrap().to_owned();
        let second = atom(&reader.open(path(&next)).await);
        assert_eq!(link(&second.links, "first").map(path), Some("/sxsw/atom"));
        // Paging survives new arrivals.
        list(&topic, 60).await;
        assert_eq!(titles(&reader.open(path(&next)).await).0[0], "Post 9");
    }

    async fn a_closed_hub_says_that_its_feeds_are_complete(site) {
        let mut topic = site.hub("open", "at-once").await;
        list(&topic, 1).await;
        let mut reader = site.browser();
        let feeds = ["/sxsw/rss", "/sxsw/atom", "/sxsw/keynotes/rss", "/sxsw/keynotes/atom"];
        for feed in feeds {
            assert!(!reader.open(feed).await.body.contains("<fh:complete/>"));
        }
        let date = reader.open(feeds[2]).await.header("last-modified").unwrap().to_owned();
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/close", &[]).await.redirects_to("/manage/sxsw/settings");
        site.advance(minutes(1));
        for feed in feeds {
            assert!(reader.open(feed).await.body.contains("<fh:complete/>"), "{feed}");
        }
        // It may open again: JSON Feed has no word for that, and “expired” would be untrue.
        assert_eq!(json(&reader.open("/sxsw/keynotes/feed.json").await)["expired"], Value::Null);
        reader.open_with(feeds[2], &[("if-modified-since", &date)]).await.has_status(200);
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/reopen", &[]).await;
        assert!(!reader.open("/sxsw/rss").await.body.contains("<fh:complete/>"));
    }

    async fn a_closed_hub_has_all_its_posts_in_one_document(site) {
        let mut topic = site.hub("open", "at-once").await;
        for n in 0..60 {
            list(&topic, n).await;
            site.advance(minutes(1));
        }
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/close", &[]).await.has_status(303);
        for (format, _) in FORMATS {
            let whole = site.browser().open(&format!("/sxsw/{format}")).await;
            let (posts, next) = titles(&whole);
            assert_eq!((posts.len(), next), (60, None), "{format}");
            assert_eq!(whole.body.contains("<fh:complete/>"), format != "feed.json", "{format}");
        }
    }

    async fn each_validator_is_enough_and_the_tag_wins(site) {
        let topic = site.hub("open", "at-once").await;
        list(&topic, 1).await;
        let mut reader = site.browser();
        for (format, content_type) in FORMATS {
            let address = format!("/sxsw/{format}");
            // The second answer comes from the cache, and says the same.
            let feed = reader.open(&address).await;
            let kept = reader.open(&address).await;
            let without_date = |page: &Page| {
                let mut headers = page.headers.clone();
                headers.retain(|(name, _)| name != "date");
                headers.sort();
                headers
            };
            assert_eq!((&kept.body, without_date(&kept)), (&feed.body, without_date(&feed)));
            assert_eq!(feed.header("x-content-type-options"), Some("nosniff"));
            let head = reader.head(&address).await;
            assert_eq!(without_date(&head), without_date(&feed));
            assert_eq!((head.status, head.bytes.len()), (200, 0));

            let tag = feed.header("etag").unwrap().to_owned();
            let weak = format!("W/{tag}");
            let several = format!("\"x\", {tag}");
            let date = feed.header("last-modified").unwrap().to_owned();
            let older = "Tue, 11 Mar 2003 13:59:59 GMT";
            for (headers, status) in [
                (vec![("if-none-match", tag.as_str())], 304),
                (vec![("if-none-match", &weak)], 304),
                (vec![("if-none-match", &several)], 304),
                (vec![("if-none-match", "*")], 304),
                (vec![("if-modified-since", &date)], 304),
                (vec![("if-modified-since", older)], 200),
                (vec![("if-modified-since", "last week")], 200),
                (vec![("if-none-match", "\"x\""), ("if-modified-since", &date)], 200),
                (vec![("if-none-match", &tag), ("if-modified-since", older)], 304),
            ] {
                let answer = reader.open_with(&address, &headers).await;
                assert_eq!(answer.status, status, "{address} {headers:?}");
                for name in ["etag", "cache-control", "vary", "last-modified"] {
                    assert_eq!(answer.header(name), feed.header(name), "{name}");
                }
                assert_eq!(answer.bytes.is_empty(), status == 304);
                assert_eq!(answer.header("content-type"), (status == 200).then_some(content_type));
            }
            // Each encoding is another representation: its tag fits no other.
            let packed = reader.open_with(&address, &[("accept-encoding", "gzip")]).await;
            assert_eq!(packed.header("content-encoding"), Some("gzip"));
            let own = packed.header("etag").unwrap().to_owned();
            assert_ne!(own, tag);
            for (tag, status) in [(&own, 304), (&tag, 200)] {
                let headers = [("accept-encoding", "gzip"), ("if-none-match", tag.as_str())];
                reader.open_with(&address, &headers).await.has_status(status);
            }
            reader.open_with(&address, &[("if-none-match", &own)]).await.has_status(200);
        }
    }

    async fn two_changes_in_one_second_are_two(site) {
        let topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        let mut reader = site.browser();
        let date = "Tue, 11 Mar 2003 14:00:00 GMT";
        for (format, _) in FORMATS {
            let address = format!("/sxsw/{format}");
            let first = reader.open(&address).await;
            assert_eq!(first.header("last-modified"), None, "its second is not over");
            let headers = [("if-modified-since", date)];
            reader.open_with(&address, &headers).await.has_status(200);
        }
        let before = reader.open("/sxsw/atom").await.header("etag").unwrap().to_owned();
        topic.ping(&[("url", "http://ada.example/2"), ("title", "Two")]).await;
        reader.open_with("/sxsw/atom", &[("if-none-match", &before)]).await.has_status(200).says("Two");
        site.advance(seconds(2));
        assert_eq!(reader.open("/sxsw/atom").await.header("last-modified"), None, "a write may be under way");
        site.advance(seconds(10));
        assert_eq!(reader.open("/sxsw/atom").await.header("last-modified"), Some(date));
    }

    async fn a_renamed_category_takes_its_readers_along_and_a_deleted_one_says_so(site) {
        let mut topic = site.hub("open", "at-once").await;
        list(&topic, 1).await;
        let edit = "/manage/sxsw/categories/keynotes";
        let mut reader = site.browser();
        let before = atom(&reader.open("/sxsw/keynotes/atom").await);
        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("slug", "talks")]).await.redirects_to("/manage/sxsw/categories");
        for (format, _) in FORMATS {
            for query in ["", "?before=aaaaaaaaaaaaaaaaaaaaaaaaaa", "?key=k&q=a%20b"] {
                let moved = reader.open(&format!("/sxsw/keynotes/{format}{query}")).await;
                assert_eq!(moved.has_status(301).header("location"), Some(format!("/sxsw/talks/{format}{query}").as_str()));
            }
            reader.open(&format!("/sxsw/nothing/{format}")).await.has_status(404);
        }
        let after = atom(&reader.open("/sxsw/talks/atom").await);
        assert_eq!((&after.id, &after.entries[0].id), (&before.id, &before.entries[0].id));

        let edit = "/manage/sxsw/categories/talks";
        topic.organizer.open(edit).await;
        topic.organizer.submit(&format!("{edit}/delete"), &[("confirm", "talks")]).await.redirects_to("/manage/sxsw/categories");
        for (format, _) in FORMATS {
            for name in ["keynotes", "talks"] {
                reader.open(&format!("/sxsw/{name}/{format}")).await.has_status(410);
            }
        }
    }

    async fn a_views_feed_is_a_feed_of_its_own(site) {
        let topic = site.hub("open", "at-once").await;
        list(&topic, 1).await;
        let mut topic = site.category(topic.organizer, "panels", "open", "at-once").await;
        list(&topic, 2).await;
        let mut reader = site.browser();
        let mut ids = std::collections::BTreeMap::new();
        for view in ["", "?q=post", "?q=short", "?in=keynotes", "?not=keynotes", "?q=post&in=keynotes", "?day=2003-03-11", "?blog=ada.example"] {
            let page = format!("{}/sxsw{view}", site.base);
            let feed = atom(&reader.open(&format!("/sxsw/atom{view}")).await);
            assert_eq!(link(&feed.links, "alternate"), Some(page.as_str()));
            let rss = reader.open(&format!("/sxsw/rss{view}")).await;
            assert_eq!(rss::Channel::read_from(rss.body.as_bytes()).unwrap().link(), page);
            assert_eq!(json(&reader.open(&format!("/sxsw/feed.json{view}")).await)["home_page_url"], page);
            reader.open(path(&page)).await.has_status(200);
            assert_eq!(ids.insert(feed.id, view), None, "{view}");
        }
        let inside = atom(&reader.open("/sxsw/panels/atom?q=post").await);
        assert_eq!(ids.insert(inside.id, "panels"), None);

        // Its categories get other names: it is the same feed still.
        site.advance(minutes(2));
        let rename = async |organizer: &mut crate::harness::Browser, from: &str, to: &str| {
            let edit = format!("/manage/sxsw/categories/{from}");
            organizer.open(&edit).await;
            organizer.submit(&edit, &[("slug", to)]).await.redirects_to("/manage/sxsw/categories");
        };
        rename(&mut topic.organizer, "keynotes", "talks").await;
        for (old, new) in [
            ("/sxsw?in=keynotes", "/sxsw?in=talks"),
            ("/sxsw?in=panels,keynotes,nothing", "/sxsw?in=nothing,panels,talks"),
            ("/sxsw?q=post&not=keynotes", "/sxsw?q=post&not=talks"),
            ("/sxsw/rss?in=keynotes", "/sxsw/rss?in=talks"),
            ("/sxsw/feed.json?not=keynotes", "/sxsw/feed.json?not=talks"),
        ] {
            let moved = reader.open(old).await;
            assert_eq!(moved.has_status(301).header("location"), Some(new), "{old}");
            reader.open(new).await.has_status(200);
        }
        let id = atom(&reader.open("/sxsw/atom?in=talks").await).id;
        assert_eq!(ids.get(&id), Some(&"?in=keynotes"));

        // The name of what is not public is told to nobody.
        let readers = "/manage/sxsw/readers";
        topic.organizer.open(readers).await;
        topic.organizer.submit(&format!("{readers}/panels"), &[("readers", "unlisted")]).await.redirects_to(readers);
        rename(&mut topic.organizer, "panels", "rooms").await;
        reader.open("/sxsw?in=panels").await.has_status(404);
        reader.open("/sxsw/rss?in=panels").await.has_status(404);
        let moved = reader.open("/sxsw/rss?in=keynotes,panels").await;
        assert_eq!(moved.has_status(301).header("location"), Some("/sxsw/rss?in=panels,talks"));
        let feed = atom(&reader.open("/sxsw/atom?in=panels,talks").await);
        assert!(feed.id.contains("panels"), "and no number: {}", feed.id);

        let edit = "/manage/sxsw/categories/talks";
        topic.organizer.open(edit).await;
        topic.organizer.submit(&format!("{edit}/delete"), &[("confirm", "talks")]).await.redirects_to("/manage/sxsw/categories");
        for name in ["keynotes", "talks"] {
            reader.open(&format!("/sxsw?in={name}")).await.has_status(410);
            reader.open(&format!("/sxsw/rss?in={name}")).await.has_status(410);
            reader.open(&format!("/sxsw/rss?not={name}")).await.has_status(200);
        }
        reader.open("/sxsw?in=nothing").await.has_status(404);
    }

    async fn all_feeds_of_a_hub_are_one_file(site) {
        let topic = site.hub("open", "at-once").await;
        let topic = site.category(topic.organizer, "panels", "open", "at-once").await;
        let mut topic = site.category(topic.organizer, "secret", "open", "at-once").await;
        let readers = "/manage/sxsw/readers";
        topic.organizer.open(readers).await;
        topic.organizer.submit(&format!("{readers}/secret"), &[("readers", "unlisted")]).await.redirects_to(readers);
        let mut reader = site.browser();
        let offered = reader.open("/sxsw").await.attributes("#subscribe a[href$='/opml']", "href");
        assert_eq!(offered, ["/sxsw/opml"]);
        let list = reader.open("/sxsw/opml").await;
        assert_eq!(list.header("content-type"), Some("application/xml; charset=utf-8"));
        assert_eq!(list.header("content-disposition"), Some("attachment; filename=\"sxsw.opml\""));
        let outlines = list.attributes("outline", "xmlurl");
        let expected = ["/sxsw/rss", "/sxsw/keynotes/rss", "/sxsw/panels/rss"];
        assert_eq!(outlines, expected.map(|path| format!("{}{path}", site.base)));
        for outline in &outlines {
            reader.open(path(outline)).await.has_status(200);
        }
        let tag = list.header("etag").unwrap().to_owned();
        reader.open_with("/sxsw/opml", &[("if-none-match", &tag)]).await.has_status(304);
        reader.open("/nothing/opml").await.has_status(404);
    }

    async fn what_is_locked_is_read_with_its_key_only(site) {
        let mut topic = site.hub("open", "at-once").await;
        for n in 0..51 {
            list(&topic, n).await;
        }
        let readers = "/manage/sxsw/readers";
        topic.organizer.open(readers).await;
        let locked = [("readers", "password"), ("password", "tell nobody")];
        topic.organizer.submit(&format!("{readers}/-"), &locked).await.redirects_to(readers);
        let mut stranger = site.browser();
        let mut reader = site.browser();
        reader.open("/sxsw").await;
        reader.submit("/sxsw/-/read", &[("password", "tell nobody")]).await.redirects_to("/sxsw");
        for page in ["/sxsw", "/sxsw/keynotes"] {
            let offered = reader.open(page).await.attributes("#subscribe .formats a", "href");
            for (address, (format, _)) in offered.iter().zip(FORMATS) {
                assert!(address.starts_with(&format!("{page}/{format}?key=")), "{address}");
                stranger.open(&format!("{page}/{format}")).await.has_status(404);
                stranger.open(&format!("{page}/{format}?key=wrong")).await.has_status(404);
                let feed = stranger.open(address).await;
                assert_eq!(feed.has_status(200).header("cache-control"), Some("private, no-cache"));
                assert_eq!(feed.header("access-control-allow-origin"), None);
                let (_, next) = titles(&feed);
                let next = next.unwrap();
                let next = path(&next);
                assert!(next.contains("&key="), "{next}");
                let older = stranger.open(next).await;
                assert_eq!(titles(&older).0, ["Post 0"]);
                let without = next.split("&key=").next().unwrap();
                stranger.open(without).await.has_status(404);
            }
        }
        stranger.open("/sxsw/opml").await.has_status(404);
        let opml = reader.open("/sxsw").await.attributes("#subscribe a[href*='/opml']", "href").remove(0);
        let list = stranger.open(&opml).await;
        for outline in list.has_status(200).attributes("outline", "xmlurl") {
            stranger.open(path(&outline)).await.has_status(200);
        }
        // Suspended, it shows nothing in any format.
        let mut operator = site.browser();
        std::mem::swap(&mut operator, &mut topic.organizer);
        operator.open(readers).await;
        operator.submit(&format!("{readers}/-"), &[("readers", "public")]).await.redirects_to(readers);
        operator.open("/operator").await;
        let suspend = operator.open("/operator").await.action_beside("SXSW 2003", "/suspend");
        operator.submit(&suspend, &[]).await;
        for address in ["/sxsw/rss", "/sxsw/atom", "/sxsw/keynotes/feed.json", "/sxsw/opml"] {
            let gone = stranger.open(address).await;
            assert!(gone.status >= 400, "{address}: {}", gone.status);
            gone.never_says("Post 1");
        }
    }
}
