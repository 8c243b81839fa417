//! An organizer takes the hub home: a site that opens from a folder, and the data beside it.

pub mod folder;

use std::collections::BTreeSet;

use backchannel::actions::take_home::begin;
use backchannel::db::hubs;
use folder::{
    Folder, HOME, attributes, check_links, fits_schema, hub_id, name_it, page, rich, take_home,
    text, texts, unpack,
};
use serde_json::Value;

use crate::harness::{Database, PASSWORD, Site, read_csv, seconds};
use crate::operator_brings_a_hub_here::bring;

story! { with blogs:
    async fn the_folder_is_a_site_of_its_own_and_complete(site) {
        let mut topic = rich(site).await;
        let archive = take_home(&mut topic.organizer).await;
        let folder = unpack(&archive);
        check_links(&folder);
        let mut reader = site.browser();

        // Pages: what is listed where everybody reads.
        let listed = reader.open("/sxsw").await.one_text(".pulse span b");
        assert_eq!(listed, "55");
        let posts = folder.keys().filter(|name| name.starts_with("p/")).count();
        assert_eq!(posts, 55, "each has its permalink");
        let lists = ["index.html", "page-2.html"];
        let rows: usize = lists.iter().map(|name| texts(&page(&folder, name), "article.ping h3").len()).sum();
        assert_eq!(rows, 55, "and stands on the hub’s pages");
        assert!(!folder.contains_key("page-3.html"));
        for name in [
            "keynotes/index.html", "keynotes/page-2.html", "debates/index.html", "-/people/index.html",
            "-/about/index.html", "-/stats/index.html", "-/stats/activity.csv", "-/search/index.html",
            "-/people/people.opml", "hub.opml", "rss.xml", "atom.xml", "feed.json", "keynotes/rss.xml",
            "debates/feed.json", "data/hub.json", "data/schema.json", "data/posts.csv", "data/posts.rss", "README.txt",
        ] {
            assert!(folder.contains_key(name) || name.ends_with("people.opml"), "{name}");
        }
        let pictures = folder.keys().filter(|name| name.starts_with("-/picture/")).count();
        assert_eq!(pictures, 2, "{:?}", folder.keys());
        assert_eq!(folder.keys().filter(|name| name.starts_with("data/pictures/")).count(), 2);
        let people = texts(&page(&folder, "-/people/index.html"), "article h2");
        assert_eq!(people, reader.open("/sxsw/-/people").await.texts("article h2"));

        // It says what the pages say, and offers nothing that needs a server.
        let live = reader.open("/sxsw/keynotes").await;
        let kept = page(&folder, "keynotes/index.html");
        assert_eq!(texts(&kept, "article h3"), live.texts("article h3"));
        assert_eq!(texts(&kept, "h1"), ["keynotes"]);
        assert_eq!(attributes(&kept, ".more a", "href"), ["../keynotes/page-2.html"]);
        let blog = attributes(&kept, "article a.blog", "href").remove(0);
        assert_eq!(blog, "../-/search/index.html?blog=blog3.example&in=keynotes");
        let whole = text(&folder, "keynotes/index.html");
        for nothing in ["Add your post", "Did my post arrive", "trackback", "webmention", "watch."] {
            assert!(!whole.contains(nothing), "{nothing}");
        }
        assert!(texts(&kept, "footer")[0].contains("as it was on 11 March 2003"), "{:?}", texts(&kept, "footer"));
        assert_eq!(attributes(&kept, "form.search input[type=hidden]", "value"), ["keynotes"]);

        // The programme, and each talk with what was written about it.
        let live = reader.open("/sxsw/-/talks").await;
        let programme = page(&folder, "-/talks/index.html");
        assert_eq!(texts(&programme, ".talks h3"), live.texts(".talks h3"));
        assert!(attributes(&programme, ".talks h3 a", "href").contains(&"../../-/talks/talk02/index.html".to_owned()));
        let talk = page(&folder, "-/talks/talk02/index.html");
        let live = reader.open("/sxsw/-/talks/talk02").await.texts("article h3");
        assert!(live.contains(&"Grüße".to_owned()) && live == texts(&talk, "article h3"), "{live:?}");
        let feeds = attributes(&talk, "link[rel=alternate]", "href");
        assert_eq!(feeds.iter().filter(|feed| feed.starts_with("../../../-/talks/talk02/")).count(), 3, "{feeds:?}");
        assert!(text(&folder, "-/talks/talk02/rss.xml").contains("Grüße"));
        let about = texts(&page(&folder, "keynotes/page-2.html"), "article .about a");
        assert_eq!(about.len(), 1, "where the post stands");

        // Nothing that not everybody may read is in the site.
        for (name, bytes) in folder.iter().filter(|(name, _)| !name.starts_with("data/")) {
            let text = String::from_utf8_lossy(bytes);
            for word in ["Words of the", "/hidden", "/locked", "Waits, edited", "refuse.example"] {
                assert!(!text.contains(word), "{word} in {name}");
            }
        }
        // The search has what is listed, and once.
        let index = text(&folder, "-/search/index.js");
        assert_eq!(index.matches("\"id\":").count(), 55);
        assert!(index.contains("Post \\u003c & "), "nothing ends the script");
    }

    async fn a_hub_under_its_own_name_is_the_same_site(site) {
        let mut topic = rich(site).await;
        let before = unpack(&take_home(&mut topic.organizer).await);
        let own = name_it(site).await;
        site.browser().open("/sxsw").await.has_status(301);
        let archive = take_home(&mut topic.organizer).await;
        let folder = unpack(&archive);
        check_links(&folder);
        // Some scripts are wanted by permalinks alone.
        let is_same = |name: &&String| !name.starts_with("-/assets/");
        let names = |folder: &Folder| folder.keys().filter(is_same).cloned().collect::<Vec<_>>();
        assert_eq!(names(&before), names(&folder), "all of it is in the folder");
        for name in names(&folder).iter().filter(|name| name.ends_with(".html")) {
            let links = attributes(&page(&folder, name), "a", "href");
            for link in links {
                assert!(!link.starts_with(&format!("{}/sxsw", site.base)), "{name} leads to the old address: {link}");
                let is_file = ["/keynotes", "/debates", "/p/", "/-/talks", "/-/people"].iter().any(|path| link == format!("{own}{path}"));
                assert!(!is_file, "{name} leads away to what is here: {link}");
            }
        }
        let front = page(&folder, "index.html");
        assert!(attributes(&front, "footer a", "href").contains(&own));
        assert!(attributes(&front, ".more a", "href").contains(&"page-2.html".to_owned()));
        assert_eq!(attributes(&front, "link[rel=canonical]", "href"), std::slice::from_ref(&own));
        assert!(text(&folder, "README.txt").contains(&own));
        assert!(text(&folder, "data/posts.rss").contains(&format!("<link>{own}</link>")));
        assert!(text(&folder, "data/posts.csv").contains(&format!("{own}/p/")));
        // Elsewhere the name must be proved again.
        let there = Site::start(Database::sqlite()).await;
        let _operator = there.operator().await;
        bring(&there, &archive, None).await.unwrap();
        there.browser().open("/sxsw").await.has_status(200);
    }

    async fn the_data_are_whole_and_hold_no_secret(site) {
        let mut topic = rich(site).await;
        let archive = take_home(&mut topic.organizer).await;
        assert_eq!(archive, take_home(&mut topic.organizer).await, "the same hub, the same bytes");
        let folder = unpack(&archive);
        let document: serde_json::Value = serde_json::from_str(&text(&folder, "data/hub.json")).unwrap();
        assert_eq!(document["format"], "backchannel-hub");
        assert_eq!(document["version"], 1);
        assert_eq!(document["instance"], site.base.as_str());
        let posts = document["posts"].as_array().unwrap();
        assert_eq!(posts.len(), 54 + 4 + 2);
        let states: BTreeSet<&str> = posts.iter().map(|post| post["state"].as_str().unwrap()).collect();
        assert_eq!(states, BTreeSet::from(["listed", "pending", "rejected", "spam"]));
        let edited = posts.iter().find(|post| post["title"] == "Waits, edited").unwrap();
        assert_eq!(edited["sent_title"], "Wait");
        let slugs: Vec<_> = document["categories"].as_array().unwrap().iter().map(|c| c["slug"].clone()).collect();
        assert_eq!(slugs, ["keynotes", "debates", "hidden", "locked"]);
        assert_eq!(document["categories"][1]["former_slugs"][0], "panels");
        assert_eq!(document["rules"][0]["pattern"], "spam.example");
        assert_eq!(document["hub"]["series"]["title"], "SXSW");
        assert_eq!(document["programme"]["arrangement"], "one");
        let talks = document["talks"].as_array().unwrap();
        assert_eq!(talks.len(), 4);
        assert!(talks.iter().all(|talk| talk["category"] == "keynotes" && talk["has_own_page"] == true), "{talks:?}");
        let filed: Vec<&Value> = posts.iter().flat_map(|post| post["talks"].as_array().unwrap()).collect();
        let how: BTreeSet<&str> = filed.iter().map(|filed| filed["how"].as_str().unwrap()).collect();
        assert_eq!((filed.len(), how), (3, BTreeSet::from(["hand", "link", "off"])));
        assert!(document["hub"]["about"]["markdown"].as_str().unwrap().starts_with("# Who we are"));
        fits_schema(&document, &serde_json::from_str(&text(&folder, "data/schema.json")).unwrap());

        let table = read_csv(&text(&folder, "data/posts.csv"));
        assert_eq!(table.len(), 1 + posts.len());
        assert!(table.iter().any(|row| row.contains(&"'=1+1".to_owned())), "nothing is a formula");
        let feed = text(&folder, "data/posts.rss");
        assert_eq!(feed.matches("<item>").count(), 55);
        assert!(rss::Channel::read_from(feed.as_bytes()).is_ok());
        let everything: String = folder.values().map(|bytes| String::from_utf8_lossy(bytes)).collect();
        for secret in ["violet-crown", "tell nobody", "$argon2", "operator@example.org", "sender_hash", PASSWORD] {
            assert!(!everything.contains(secret), "{secret}");
        }
    }

    async fn the_desk_says_what_it_is_and_how_far(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", "https://ada.example/1"), ("title", "One")]).await;
        let desk = topic.organizer.open(HOME).await;
        desk.says("The whole hub in one file").says("No secrets").says("Not yet.").says("of about 0.1 MB");
        take_home(&mut topic.organizer).await;
        let desk = topic.organizer.open(HOME).await;
        desk.never_says("Not yet.").says("by Op");
        assert!(desk.attributes("[data-taking]", "hidden").len() == 1, "none is under way");
        topic.organizer.open("/manage/sxsw/log").await.says("took the hub home");
        let progress = topic.organizer.open("/manage/sxsw/take-home/progress").await;
        assert!(progress.body.contains("\"running\":false"), "{}", progress.body);
        // A turn each: whoever comes while it runs is told.
        let turn = site.app.taking_home.begin(hub_id(site).await).unwrap();
        topic.organizer.open(HOME).await;
        topic.organizer.submit(HOME, &[]).await.has_status(503).says("being taken home just now");
        drop(turn);
        site.browser().open(HOME).await.has_status(303);
    }

    async fn whoever_gives_a_download_up_can_begin_again(site) {
        let mut topic = rich(site).await;
        let id = hub_id(site).await;
        let hub = site.app.db.read(move |c| hubs::find(c, id)).await.unwrap().unwrap();
        let pieces = begin(&site.app, &hub, None).await.unwrap();
        topic.organizer.open(HOME).await;
        topic.organizer.submit(HOME, &[]).await.has_status(503).says("are being taken home just now");
        drop(pieces);
        let is_noticed = async {
            while !topic.organizer.open(HOME).await.body.contains("The download was given up.") {}
        };
        tokio::time::timeout(seconds(180), is_noticed).await.expect("it is noticed at the next piece");
        let folder = unpack(&take_home(&mut topic.organizer).await);
        check_links(&folder);
    }

    async fn a_hub_that_is_not_public_has_no_site_and_all_its_data(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", "https://ada.example/1"), ("title", "Words of the first")]).await;
        topic.organizer.sets_readers("-", "password").await;
        topic.organizer.open(HOME).await.says("there is no site");
        let folder = unpack(&take_home(&mut topic.organizer).await);
        check_links(&folder);
        let names: Vec<&str> = folder.keys().map(String::as_str).collect();
        assert_eq!(names, ["README.txt", "data/hub.json", "data/posts.csv", "data/posts.rss", "data/schema.json", "index.html"]);
        assert!(text(&folder, "data/hub.json").contains("Words of the first"));
        assert!(!text(&folder, "data/posts.rss").contains("Words of the first"));
        // Unlisted, it is a site again: for whoever has the folder.
        topic.organizer.sets_readers("-", "unlisted").await;
        let folder = unpack(&take_home(&mut topic.organizer).await);
        assert!(text(&folder, "index.html").contains("Words of the first"));
        assert!(text(&folder, "index.html").contains("noindex"));
    }
}
