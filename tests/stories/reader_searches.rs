//! Readers look for posts: by words, blog, language, day and category, page by page.

use backchannel::actions::import::import as move_in;
use backchannel::actions::resolve::{Found, find_category};
use backchannel::config::DatabaseUrl;
use backchannel::db::DbError;
use backchannel::wire::moving_in::{Format, Items};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::harness::{
    Answer, Blog, Browser, Page, Site, Topic, days, everything, hours, minutes, post,
};

/// Lists a post, and gives back its receipt.
async fn list(topic: &Topic<'_>, host: &str, n: usize, title: &str, excerpt: &str) -> String {
    let url = format!("http://{host}.example/{n}");
    let fields =
        [("url", url.as_str()), ("title", title), ("excerpt", excerpt), ("blog_name", host)];
    let ping = topic.ping(&fields).await;
    assert!(ping.is_stored(), "{}", ping.body);
    topic.site.advance(minutes(1));
    ping.receipt.unwrap()
}

/// Takes a post back, as its sender.
async fn withdraw(site: &Site, receipt: &str) {
    let mut sender = site.browser();
    sender.open(receipt).await.has_status(200);
    sender.submit(&format!("{receipt}/withdraw"), &[]).await;
}

fn query(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

async fn search(reader: &mut Browser, q: &str) -> Page {
    let page = reader.open(&format!("/sxsw?{}", query(&[("q", q)]))).await;
    page.has_status(200);
    page
}

async fn found(reader: &mut Browser, q: &str) -> Vec<String> {
    search(reader, q).await.texts("article.ping h3")
}

/// Whether the index of SQLite says what the rows say; and how many rows there are.
fn words_kept(site: &Site) -> usize {
    if let DatabaseUrl::Sqlite(path) = site.app.config.database.url() {
        let mut connection = SqliteConnection::establish(&path.display().to_string()).unwrap();
        connection
            .batch_execute("PRAGMA busy_timeout = 5000; INSERT INTO ping_words_index (ping_words_index, rank) VALUES ('integrity-check', 1)")
            .unwrap();
    }
    everything(site)["ping_words"].len()
}

story! {
    async fn words_are_found_in_any_case_script_and_part(site) {
        let topic = site.hub("open", "at-once").await;
        for (n, (title, excerpt)) in [
            ("Café notes", "RSS and Atom, side by side"),
            ("Straßenbahn", "Über die Linie 5"),
            ("吾輩は猫である", "名前はまだ無い。"),
            ("كِتَاب جديد", "عن المدونات"),
            ("I don’t know", "Version 1.5 of C++"),
            ("پنجره‌ها", "می روم"),
            ("L’été à la plage", "L'université de Lyon et l’avion, par O'Reilly"),
        ].into_iter().enumerate() {
            list(&topic, "ada", n, title, excerpt).await;
        }
        let mut reader = site.browser();
        for (q, titles) in [
            ("cafe", &["Café notes"][..]),
            ("CAFÉ", &["Café notes"]),
            ("caf", &["Café notes"]),
            ("afé", &[]),
            ("rss atom", &["Café notes"]),
            ("atom  NOTES", &["Café notes"]),
            ("rss json", &[]),
            ("strassenbahn", &["Straßenbahn"]),
            ("uber linie", &["Straßenbahn"]),
            ("猫", &["吾輩は猫である"]),
            ("吾輩は", &["吾輩は猫である"]),
            ("名前 猫", &["吾輩は猫である"]),
            ("輩吾", &[]),
            ("كتاب", &["كِتَاب جديد"]),
            ("پنجره ها", &["پنجره‌ها"]),
            ("پنجره‌ها", &["پنجره‌ها"]),
            ("پنجرهها", &["پنجره‌ها"]),
            ("ها", &["پنجره‌ها"]),
            ("می‌روم", &["پنجره‌ها"]),
            ("dont", &["I don’t know"]),
            ("été", &["L’été à la plage"]),
            ("universite avion", &["L’été à la plage"]),
            ("l'avion reilly", &["L’été à la plage"]),
            ("oreilly", &["L’été à la plage"]),
            ("1.5", &["I don’t know"]),
            ("nothing", &[]),
        ] {
            assert_eq!(found(&mut reader, q).await, titles, "{q}");
        }
        assert_eq!(found(&mut reader, "ada").await.len(), 7, "the blog’s name counts");
        let page = search(&mut reader, "cafe rss").await;
        page.says("Posts about “cafe rss”").says("1 post");
        assert_eq!(page.texts("article mark"), ["Café", "RSS"]);
        assert_eq!(page.attributes("input[name=q]", "value"), ["cafe rss"]);
        assert_eq!(page.attributes("meta[name=robots]", "content"), ["noindex, follow"]);
        let feed = page.attributes("link[type='application/rss+xml']", "href").remove(0);
        assert_eq!(feed, "/sxsw/rss?q=cafe+rss");
        let feed = rss::Channel::read_from(reader.open(&feed).await.body.as_bytes()).unwrap();
        assert_eq!((feed.items.len(), feed.title()), (1, "SXSW 2003: Posts about “cafe rss”"));
        let nothing = search(&mut reader, "json").await;
        nothing.says("Try fewer words").says("See all posts");
        reader.open("/sxsw/keynotes?q=json").await.says("Look in the whole hub");
        let page = search(&mut reader, "ete avion").await;
        assert_eq!(page.texts("article mark"), ["été", "avion"]);
        assert_eq!(words_kept(site), 7);
    }

    async fn whatever_is_typed_is_only_words(site) {
        let topic = site.hub("open", "at-once").await;
        let title = "&lt;script&gt;alert(1)&lt;/script&gt; NEAR the end";
        list(&topic, "ada", 1, title, &format!("{}<b>needle</b> &amp; straw", "hay ".repeat(90))).await;
        let mut reader = site.browser();
        for q in [
            "\"", "*", "NEAR(alert end)", "words:alert", "%", "_", "c", "h_1 c_1", "_h1", "l_en", "'", "''::tsquery", "\\", "-alert",
            "^alert", "alert OR json", "alert AND end", "NOT json", "(", "{words}: alert", "\0", "a\0b", "\u{202e}x", "alert' | 'x",
            "' OR 1=1 --", "🦀",
        ] {
            let page = reader.open(&format!("/sxsw?{}", query(&[("q", q)]))).await;
            page.has_status(200);
            let is_everything = q == "\0";
            let hits = page.texts("article.ping h3").len();
            let has_all = ["NEAR(alert end)", "-alert", "^alert"].contains(&q) || is_everything;
            assert_eq!(hits, usize::from(has_all), "{q}");
        }
        for long in ["x".repeat(10_000), "a ".repeat(5_000), "あ".repeat(3_000)] {
            let page = search(&mut reader, &long).await;
            assert!(page.body.len() < 20_000, "{}", page.body.len());
        }
        let page = search(&mut reader, "script near needle straw").await;
        assert!(page.body.contains("&#60;<mark>script</mark>&#62;"), "{}", page.body);
        assert!(!page.body.contains("<script>alert"));
        assert_eq!(page.texts("article mark"), ["script", "script", "NEAR", "needle", "straw"]);
        assert!(page.one_text(".ex").starts_with("…hay"), "cut around what was found");
        for wrong in ["day=today", "day=2003-02-30", "lang=german", "in=a/b", "blog=%22"] {
            reader.open(&format!("/sxsw?{wrong}")).await.has_status(400);
            reader.open(&format!("/sxsw/rss?{wrong}")).await.has_status(400);
        }
        let none = reader.open("/sxsw?in=nothing").await;
        none.has_status(404).says("SXSW 2003 has no category “nothing”");
        assert!(none.attributes("main a", "href").contains(&"/sxsw".to_owned()));
    }

    async fn only_what_everybody_may_see_is_found(site) {
        let mut topic = site.hub("open", "at-once").await;
        list(&topic, "ada", 1, "Needle one", "").await;
        let mut panels = site.category(topic.organizer, "panels", "open", "at-once").await;
        list(&panels, "eve", 2, "Needle two", "").await;
        let mut waits = site.category(panels.organizer, "film", "open", "all-wait").await;
        list(&waits, "eve", 3, "Needle three", "").await;
        let mut reader = site.browser();
        assert_eq!(found(&mut reader, "needle").await, ["Needle two", "Needle one"]);

        // Waiting, listed, removed.
        waits.decide("Needle three", "list").await;
        assert_eq!(found(&mut reader, "needle").await.len(), 3);
        panels.organizer = waits.organizer;
        let page = panels.organizer.open("/manage/sxsw/decided").await;
        let remove = page.action_beside("Needle three", "/verdict");
        panels.organizer.submit(&remove, &[("verdict", "spam")]).await;
        assert_eq!(found(&mut reader, "needle").await.len(), 2);
        assert_eq!(words_kept(site), 2);

        for readers in ["unlisted", "password"] {
            panels.organizer.sets_readers("panels", readers).await;
            assert_eq!(found(&mut reader, "needle").await, ["Needle one"], "{readers}");
            for view in ["blog=eve.example", "q=two", "day=2003-03-11&q=two"] {
                let page = reader.open(&format!("/sxsw?{view}")).await;
                assert!(page.texts("article.ping").is_empty(), "{view}");
                page.never_says("Needle two");
                reader.open(&format!("/sxsw/rss?{view}")).await.never_says("Needle two");
            }
            // A category apart is not named in a view of its hub.
            reader.open("/sxsw?in=panels").await.has_status(404);
            reader.open("/sxsw/rss?in=panels").await.has_status(404);
            let named = reader.open("/sxsw?in=panels,keynotes").await;
            assert_eq!(named.texts("article.ping h3"), ["Needle one"]);
        }
        // Whoever may read a locked category may search in it.
        let locked = reader.open("/sxsw/panels?q=needle").await;
        locked.has_status(403).never_says("Needle two");
        let inside = panels.organizer.open("/sxsw/panels?q=needle").await;
        assert_eq!(inside.texts("article.ping h3"), ["Needle two"]);
        let feed = inside.attributes("link[type='application/rss+xml']", "href").remove(0);
        assert!(feed.starts_with("/sxsw/panels/rss?q=needle&key="), "{feed}");
        reader.open(&feed).await.has_status(200).says("Needle two");
        reader.open("/sxsw/panels/rss?q=needle").await.has_status(404);
        topic.organizer = panels.organizer;

        // A deleted category takes its words with it.
        topic.organizer.open("/manage/sxsw/categories/panels").await;
        topic.organizer.submit("/manage/sxsw/categories/panels/delete", &[("confirm", "panels")]).await.has_status(303);
        site.settle().await;
        assert_eq!(words_kept(site), 1);
    }

    async fn a_post_is_found_by_its_words_of_today(site) {
        let mut topic = site.hub("open", "at-once").await;
        list(&topic, "ada", 1, "Former words", "excerpt").await;
        let mut reader = site.browser();
        assert_eq!(found(&mut reader, "former").await.len(), 1);
        let listed = topic.organizer.open("/manage/sxsw/decided?state=listed").await;
        let path = listed.attributes("[data-edit]", "href").remove(0);
        let edit = path.split('?').next().unwrap().to_owned();
        topic.organizer.open(&path).await;
        topic.organizer.submit(&edit, &[("title", "Later words"), ("excerpt", "excerpt")]).await.has_status(303);
        assert_eq!(found(&mut reader, "former").await.len(), 0);
        assert_eq!(found(&mut reader, "later").await, ["Later words"]);
        // Back to the sender's.
        topic.organizer.open(&path).await;
        topic.organizer.submit(&edit.replace("/edit", "/original"), &[]).await.has_status(303);
        assert_eq!(found(&mut reader, "later").await.len(), 0);
        assert_eq!(found(&mut reader, "former").await.len(), 1);
        // The sender sends other words.
        list(&topic, "ada", 1, "Newest words", "").await;
        assert_eq!(found(&mut reader, "newest").await.len() + found(&mut reader, "former").await.len(), 1);
        assert_eq!(words_kept(site), 1);
    }

    async fn views_are_narrowed_and_widened_by_links(site) {
        let topic = site.hub("open", "at-once").await;
        list(&topic, "ada", 1, "RSS in the morning", "").await;
        let panels = site.category(topic.organizer, "panels", "open", "at-once").await;
        list(&panels, "bob", 2, "RSS on stage", "").await;
        site.advance(days(1));
        list(&panels, "ada", 3, "Atom the day after", "").await;
        let mut reader = site.browser();
        for (view, titles, heading) in [
            ("blog=ada.example", &["Atom the day after", "RSS in the morning"][..], "Posts from ada"),
            ("blog=http://www.ada.example/x&q=rss", &["RSS in the morning"], "Posts about “rss” from ada"),
            ("in=keynotes", &["RSS in the morning"], "Posts in keynotes"),
            ("in=panels,keynotes", &["Atom the day after", "RSS on stage", "RSS in the morning"], "Posts in keynotes or panels"),
            ("not=keynotes", &["Atom the day after", "RSS on stage"], "Posts from all categories except keynotes"),
            ("not=gone&q=rss", &["RSS on stage", "RSS in the morning"], "Posts about “rss” from all categories except gone"),
            ("day=2003-03-11", &["RSS on stage", "RSS in the morning"], "Posts of Tuesday 11 March 2003"),
            ("day=2003-03-11&in=panels", &["RSS on stage"], "Posts in panels, Tuesday 11 March 2003"),
            ("blog=nobody.example", &[], "Posts from nobody.example"),
        ] {
            let page = reader.open(&format!("/sxsw?{view}")).await;
            assert_eq!(page.texts("article.ping h3"), titles, "{view}");
            assert_eq!(page.one_text("h1"), heading);
            let feed = page.attributes("link[type='application/rss+xml']", "href").remove(0);
            let feed = reader.open(&feed).await;
            let items = rss::Channel::read_from(feed.body.as_bytes()).unwrap().items;
            let in_feed: Vec<&str> = items.iter().filter_map(|item| item.title()).collect();
            assert_eq!(in_feed, titles, "{view}");
        }
        let page = reader.open("/sxsw?q=rss&blog=ada.example&day=2003-03-11").await;
        assert_eq!(
            page.attributes(".filters a", "href"),
            ["/sxsw?blog=ada.example&day=2003-03-11", "/sxsw?q=rss&day=2003-03-11", "/sxsw?q=rss&blog=ada.example"]
        );
        assert_eq!(page.attributes("input[type=hidden]", "name"), ["blog"]);
        let list = reader.open("/sxsw").await;
        assert!(list.attributes(".meta a.blog", "href").contains(&"/sxsw?blog=ada.example".to_owned()));
        assert_eq!(list.attributes("h2.day a", "href"), ["/sxsw?day=2003-03-12", "/sxsw?day=2003-03-11"]);
        // A link within some of the posts keeps what was chosen.
        let some = reader.open("/sxsw?q=rss").await;
        assert_eq!(some.attributes(".meta a.blog", "href"), ["/sxsw?q=rss&blog=bob.example", "/sxsw?q=rss&blog=ada.example"]);
        assert_eq!(some.attributes("h2.day a", "href"), ["/sxsw?q=rss&day=2003-03-11"]);
        assert_eq!(some.attributes(".tabs a[aria-current]", "href"), ["/sxsw?q=rss"]);
        assert_eq!(list.attributes(".tabs a[aria-current]", "href"), ["/sxsw"]);
        assert_eq!(reader.open("/sxsw?not=keynotes").await.one_text(".lede"), "2 posts");
        reader.open("/sxsw?lang=pt").await.says("only where its page names one");
        // In a category its own posts only.
        for (asked, shown) in [
            ("?in=keynotes", ""),
            ("?blog=ada.example&in=keynotes&not=film", "?blog=ada.example"),
            ("?not=panels&before=1-aaaaaaaaaaaaaaaaaaaaaaaaaa", "?before=1-aaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ] {
            let moved = reader.open(&format!("/sxsw/panels{asked}")).await;
            assert_eq!(moved.has_status(301).header("location"), Some(&*format!("/sxsw/panels{shown}")));
        }
        let inside = reader.open("/sxsw/panels?blog=ada.example").await;
        assert_eq!(inside.texts("article.ping h3"), ["Atom the day after"]);
    }

    async fn a_form_narrows_a_list(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut reader = site.browser();
        assert!(reader.open("/sxsw").await.attributes("form.search", "action").is_empty(), "nothing to find");
        list(&topic, "ada", 1, "Ink on paper", "").await;
        let page = reader.open("/sxsw").await;
        assert!(page.texts(".narrow").is_empty(), "one category, one day, no language");
        let mut panels = site.category(topic.organizer, "panels", "open", "at-once").await;
        let mut apart = site.category(panels.organizer, "canary-apart", "open", "at-once").await;
        apart.organizer.sets_readers("canary-apart", "unlisted").await;
        topic.organizer = apart.organizer;
        apart.organizer = site.browser();
        assert_eq!(reader.open("/sxsw").await.one_text(".narrow summary"), "Narrow by category");
        site.advance(days(1));
        panels.organizer = site.browser();
        list(&panels, "bob", 2, "Ink on stage", "").await;
        site.advance(days(1));
        list(&apart, "eve", 3, "Ink apart", "").await;

        let page = reader.open("/sxsw").await;
        assert_eq!(page.one_text(".narrow summary"), "Narrow by category or day");
        assert!(page.attributes(".narrow", "open").is_empty());
        assert_eq!(page.attributes(".narrow [name=in]", "value"), ["keynotes", "panels"]);
        assert_eq!(page.attributes("#day", "min"), ["2003-03-11"]);
        assert_eq!(page.attributes("#day", "max"), ["2003-03-12"], "nothing is told of what is apart");
        page.never_says("canary");
        // As a browser sends it, without a script: the address says what was asked for.
        for (sent, shown) in [
            ("q=&in=panels&in=keynotes&but=&day=", "?in=keynotes,panels"),
            ("q=ink&in=panels&but=1&day=2003-03-11", "?q=ink&not=panels&day=2003-03-11"),
            ("q=+&but=&day=", ""),
            ("blog=ada.example&q=&but=1&day=2003-03-11", "?blog=ada.example&day=2003-03-11"),
        ] {
            let sent = reader.open(&format!("/sxsw?{sent}")).await;
            assert_eq!(sent.has_status(303).header("location"), Some(&*format!("/sxsw{shown}")));
        }
        let page = reader.open("/sxsw?q=ink&not=panels&day=2003-03-11").await;
        assert_eq!(page.texts("article.ping h3"), ["Ink on paper"]);
        assert_eq!(page.attributes(".narrow [name=in][checked]", "value"), ["panels"]);
        assert_eq!(page.attributes(".narrow [name=but][checked]", "value"), ["1"]);
        assert_eq!(page.attributes("#day", "value"), ["2003-03-11"]);
        assert_eq!(page.attributes("#q", "value"), ["ink"]);
        let feed = page.attributes("link[type='application/rss+xml']", "href").remove(0);
        assert_eq!(feed, "/sxsw/rss?q=ink&not=panels&day=2003-03-11");
        let both = reader.open("/sxsw?in=keynotes,panels&not=panels").await;
        assert_eq!(both.attributes(".narrow [name=in][checked]", "value"), ["keynotes"]);
        assert_eq!(both.attributes(".narrow [name=but][checked]", "value"), [""]);
        let beyond = reader.open("/sxsw?day=1999-12-31").await;
        assert_eq!(beyond.attributes("#day", "min"), ["1999-12-31"], "or it could not be sent");
        beyond.says("No post of Friday 31 December 1999 is listed here.");
        // A category has no categories.
        let inside = reader.open("/sxsw/canary-apart?day=2003-03-13").await;
        assert!(inside.attributes("[name=in], [name=but]", "name").is_empty());
        assert_eq!(inside.attributes("#day", "value"), ["2003-03-13"]);
        // All see the same page.
        let mut organizer = topic.organizer;
        assert_eq!(organizer.open("/sxsw").await.body, reader.open("/sxsw").await.body);
    }

    async fn what_nobody_has_is_said_with_a_way_on(site) {
        let topic = site.hub("open", "at-once").await;
        list(&topic, "ada", 1, "Needle", "").await;
        let mut apart = site.category(topic.organizer, "apart", "open", "at-once").await;
        apart.organizer.sets_readers("apart", "password").await;
        let mut reader = site.browser();
        for name in ["apart", "nothing"] {
            let without = reader.open(&format!("/sxsw?not={name}&q=needle")).await;
            let notice = format!("SXSW 2003 has no category “{name}”. Leave it out");
            assert_eq!(without.has_status(200).one_text(".notice"), notice);
            assert_eq!(without.attributes(".notice a", "href"), ["/sxsw?q=needle"]);
            assert_eq!(without.texts("article.ping h3"), ["Needle"]);
            let some = reader.open(&format!("/sxsw?in=keynotes,{name}")).await;
            assert_eq!(some.one_text(".notice"), notice);
            assert_eq!(some.attributes(".notice a", "href"), ["/sxsw?in=keynotes"]);
            let none = reader.open(&format!("/sxsw?in={name}")).await;
            none.has_status(404).says(&format!("SXSW 2003 has no category “{name}”."));
        }
        reader.open("/sxsw?in=b,a,c").await.has_status(404).says("SXSW 2003 has no category “a”, “b” or “c”.");
        let nobody = reader.open("/sxsw?blog=nobody.example").await;
        nobody.has_status(200).says("No post from nobody.example is listed here.");
        let ways = nobody.attributes(".empty a", "href");
        assert!(ways.contains(&"/sxsw/-/add#arrived".to_owned()), "{ways:?}");
        let wrong = reader.open("/sxsw?day=never").await;
        assert_eq!(wrong.has_status(400).attributes("main a", "href")[0], "/sxsw");
        let none = reader.open("/sxsw?before=aaaaaaaaaaaaaaaaaaaaaaaaaa").await;
        assert_eq!(none.has_status(404).attributes("main a", "href")[0], "/sxsw");
    }

    async fn paging_through_what_was_found_survives_arrivals_and_removals(site) {
        let topic = site.hub("passphrase", "at-once").await;
        let mut receipts = Vec::new();
        for n in 0..120 {
            receipts.push(list(&topic, "ada", n, &format!("Needle {n:03}"), "").await);
        }
        let mut reader = site.browser();
        let (mut next, mut seen) = (Some("/sxsw?q=needle".to_owned()), Vec::new());
        let mut arrived = 120;
        while let Some(path) = next {
            let page = reader.open(&path).await;
            seen.extend(page.texts("article.ping h3"));
            next = page.attributes("a[rel=next]", "href").pop();
            list(&topic, "ada", arrived, &format!("Needle {arrived:03}"), "").await;
            arrived += 1;
            // The last one seen is taken off: its place holds.
            if let Some(receipt) = receipts.get(120 - seen.len()) {
                withdraw(site, receipt).await;
            }
        }
        let all: Vec<String> = (0..120).rev().map(|n| format!("Needle {n:03}")).collect();
        assert_eq!(seen, all, "no gap and none twice");
    }

    async fn a_place_outlives_its_post(site) {
        let topic = site.hub("passphrase", "at-once").await;
        let mut receipts = Vec::new();
        for n in 0..60 {
            receipts.push(list(&topic, "ada", n, &format!("Post {n}"), "").await);
        }
        let mut reader = site.browser();
        let first = reader.open("/sxsw").await;
        let older = first.attributes("a[rel=next]", "href").remove(0);
        let titles = reader.open(&older).await.texts("article.ping h3");
        assert_eq!((titles.len(), titles[0].as_str()), (10, "Post 9"));
        let permalink = first.attributes(".meta a[href^='/p/']", "href").pop().unwrap();
        let id = permalink.trim_start_matches("/p/");
        assert!(older.ends_with(&format!("-{id}")), "{older}");
        reader.open(&format!("/sxsw?before={id}")).await.has_status(200);

        withdraw(site, &receipts[10]).await;
        assert_eq!(reader.open(&older).await.has_status(200).texts("article.ping h3"), titles);
        reader.open(&format!("/sxsw?before={id}")).await.has_status(404);

        // Nothing is further on: that is said, and how to get back.
        for (page, back) in [("/sxsw?", "/sxsw"), ("/sxsw?q=post&", "/sxsw?q=post"), ("/sxsw/keynotes?", "/sxsw/keynotes")] {
            let end = reader.open(&format!("{page}before=1-{id}")).await;
            end.has_status(200).says("There are no older posts").never_says("Nothing");
            assert!(end.attributes("main a", "href").contains(&back.to_owned()), "{page}");
        }
    }

    async fn words_of_many_posts_are_found_page_by_page(site) {
        let topic = site.hub("open", "at-once").await;
        let many = 2_050;
        let comments: String = (0..many)
            .map(|n| format!(
                "<wp:comment><wp:comment_author>Old</wp:comment_author><wp:comment_author_url>http://b{}.example/{n}</wp:comment_author_url><wp:comment_date_gmt>2003-03-10 09:00:00</wp:comment_date_gmt><wp:comment_content><![CDATA[<strong>Needle {n}</strong>{}]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved><wp:comment_type>trackback</wp:comment_type></wp:comment>",
                n % 7, if n < 3 { " seldom" } else { "" },
            ))
            .collect();
        let file = format!("<rss><channel><item>{comments}</item></channel></rss>");
        let found_here = site.app.db.read(|c| find_category(c, "sxsw", "keynotes")).await.unwrap();
        let Found::Here(gate) = found_here else { panic!("sxsw/keynotes is there") };
        let report = move_in(&site.app, &gate, Items::of(Format::Wxr, file.as_bytes()), false, |_| {}).await.unwrap();
        assert_eq!(report.listed, many, "{report:?}");
        drop(topic);
        let mut reader = site.browser();
        assert_eq!(found(&mut reader, "needle seldom").await, ["Needle 2", "Needle 1", "Needle 0"]);
        assert!(found(&mut reader, "needle nowhere").await.is_empty());
        let mut next = "/sxsw?q=needle".to_owned();
        for page in 0..3 {
            let shown = reader.open(&next).await;
            let first = many - 1 - page * 50;
            let titles: Vec<String> = (0..50).map(|n| format!("Needle {}", first - n)).collect();
            assert_eq!(shown.texts("article.ping h3"), titles);
            next = shown.attributes("a[rel=next]", "href").remove(0);
        }
        assert_eq!(found(&mut reader, "needle 2049").await, ["Needle 2049"]);
    }

    async fn searches_leave_half_of_the_connections_to_others(site) {
        let topic = site.hub("open", "at-once").await;
        list(&topic, "ada", 1, "Needle", "").await;
        let database = &site.app.config.database;
        // Four connections; three of them in which PostgreSQL writes, too.
        let turns = if database.url().is_postgres() { 1 } else { 2 };
        assert_eq!(database.database_connections, 4);
        let (go_on, wait) = std::sync::mpsc::channel::<()>();
        let wait = std::sync::Arc::new(std::sync::Mutex::new(wait));
        let (begun, mut have_begun) = tokio::sync::mpsc::unbounded_channel();
        for _ in 0..turns {
            let (wait, begun, db) = (wait.clone(), begun.clone(), site.app.db.clone());
            tokio::spawn(async move {
                let slow = db.read_in_turn(move |_| {
                    begun.send(()).unwrap();
                    wait.lock().unwrap().recv().unwrap();
                    Ok::<_, DbError>(())
                });
                slow.await.unwrap();
            });
        }
        for _ in 0..turns {
            have_begun.recv().await.unwrap();
        }
        let are_over = std::cell::Cell::new(false);
        let search = async {
            assert_eq!(found(&mut site.browser(), "needle").await, ["Needle"]);
            assert!(are_over.get(), "it waited for its turn");
        };
        // Pages and pings have the others.
        let others = async {
            site.browser().open("/sxsw").await.has_status(200);
            list(&topic, "ada", 2, "Another", "").await;
            site.browser().open("/sxsw").await.says("Another");
            are_over.set(true);
            (0..turns).for_each(|_| go_on.send(()).unwrap());
        };
        tokio::join!(search, others);
    }

    async fn searches_are_limited_and_never_kept(site) {
        let topic = site.hub("open", "at-once").await;
        list(&topic, "ada", 1, "Needle", "").await;
        let mut reader = site.browser();
        let before = reader.open("/sxsw").await;
        for n in 0..60 {
            reader.open(&format!("/sxsw?q=needle{n}")).await.has_status(200);
        }
        for path in ["/sxsw?q=one", "/sxsw/keynotes?day=2003-03-11", "/sxsw/rss?q=one", "/sxsw/keynotes/rss?blog=ada.example"] {
            let refused = reader.open(path).await;
            refused.has_status(429);
            assert!(refused.header("retry-after").is_some());
            let whole = path.split('?').next().unwrap();
            assert_eq!(refused.attributes("main a", "href")[..2], [path, whole], "it can be tried again");
            refused.says("Please wait 1 second.").says(&format!("Back to {whole}"));
        }
        // Pages that are kept are nobody's allowance.
        let after = reader.open("/sxsw").await;
        after.has_status(200);
        assert_eq!(before.body, after.body);
        reader.open("/sxsw/rss").await.has_status(200).says("Needle");
        site.advance(minutes(2));
        assert_eq!(found(&mut reader, "needle").await.len(), 1);
    }
}

story! { with blogs:
    async fn posts_are_found_by_the_language_of_their_pages(site) {
        let topic = site.hub("open", "at-once").await;
        let blog = Blog::start();
        for (path, tag, title) in [("/de", "de-AT", "Grüße"), ("/en", "en", "Greetings"), ("/pt", "pt-BR", "Saudações")] {
            let html = format!("<!doctype html><html lang=\"{tag}\"><head><title>{title}</title></head><body><p>x</p></body></html>");
            let url = blog.publish(path, Answer::html(html));
            assert!(topic.ping(&[("url", &url), ("title", title)]).await.is_stored());
            site.advance(minutes(10));
            site.settle().await;
        }
        let mut reader = site.browser();
        for (view, titles, heading) in [
            ("lang=de", &["Grüße"][..], "Posts in German"),
            ("lang=de-at", &["Grüße"], "Posts in de-at"),
            ("lang=DE-ch", &[], "Posts in de-ch"),
            ("lang=pt-br&q=saudacoes", &["Saudações"], "Posts about “saudacoes” in Brazilian Portuguese"),
            ("lang=en", &["Greetings"], "Posts in English"),
        ] {
            let page = reader.open(&format!("/sxsw?{view}")).await;
            assert_eq!(page.texts("article.ping h3"), titles, "{view}");
            assert_eq!(page.one_text("h1"), heading);
        }
        let list = reader.open("/sxsw").await;
        assert_eq!(list.attributes("article h3", "lang"), ["pt-br", "en", "de-at"]);
        let links: Vec<String> =
            list.attributes(".meta a", "href").into_iter().filter(|href| href.contains("lang=")).collect();
        assert_eq!(links, ["/sxsw?lang=pt-br", "/sxsw?lang=de-at"], "English is the hub’s own");
        let feed = reader.open("/sxsw/atom").await;
        let entries: Vec<&str> = feed.body.split("<entry").skip(1).filter_map(|entry| entry.split('>').next()).collect();
        assert_eq!(entries, [" xml:lang=\"pt-br\"", "", " xml:lang=\"de-at\""]);
        let feed: serde_json::Value = serde_json::from_str(&reader.open("/sxsw/feed.json").await.body).unwrap();
        let items: Vec<Option<&str>> = feed["items"].as_array().unwrap().iter().map(|item| item["language"].as_str()).collect();
        assert_eq!(items, [Some("pt-br"), None, Some("de-at")]);
        let permalink = list.attributes(".meta a[href^='/p/']", "href").remove(0);
        assert_eq!(reader.open(&permalink).await.attributes("h1", "lang"), ["pt-br"]);
        let people = reader.open("/sxsw/-/people").await;
        assert_eq!(people.attributes("article .ex bdi", "lang"), ["pt-br"]);
        assert_eq!(words_kept(site), 3);
    }

    async fn a_list_names_the_languages_it_has(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut apart = site.category(topic.organizer, "apart", "open", "at-once").await;
        apart.organizer.sets_readers("apart", "unlisted").await;
        topic.organizer = apart.organizer;
        apart.organizer = site.browser();
        let blog = Blog::start();
        let page = |tag: &str| Answer::html(format!("<!doctype html><html lang=\"{tag}\"><head><title>x</title></head><body><p>x</p></body></html>"));
        let mut receipts = Vec::new();
        for (topic, path, tag) in [(&topic, "/a", "pt"), (&topic, "/b", "pt-BR"), (&topic, "/c", "ja"), (&topic, "/d", ""), (&apart, "/e", "ar")] {
            let url = blog.publish(path, page(tag));
            receipts.push(topic.ping(&[("url", &url), ("title", path)]).await.receipt.unwrap());
            site.advance(minutes(10));
            site.settle().await;
        }
        let mut reader = site.browser();
        let languages = async |path: &str| site.browser().open(path).await.texts("#lang option");
        assert_eq!(languages("/sxsw").await, ["Any", "Japanese (1)", "Portuguese (2)"]);
        assert_eq!(languages("/sxsw/keynotes").await, ["Any", "Japanese (1)", "Portuguese (2)"]);
        assert_eq!(languages("/sxsw/apart").await, ["Any", "Arabic (1)"]);
        let nameless = reader.open("/sxsw").await.texts("#nameless");
        assert_eq!(nameless, ["1 post names no language"], "each post is in one of the numbers");
        assert!(reader.open("/sxsw/apart").await.texts("#nameless").is_empty());
        assert_eq!(languages("/sxsw?lang=cy").await, ["Any", "Japanese (1)", "Portuguese (2)", "Welsh"]);
        let chosen = reader.open("/sxsw?lang=pt").await;
        assert_eq!(chosen.attributes("#lang option[selected]", "value"), ["pt"]);
        assert_eq!(chosen.texts("article.ping h3"), ["/b", "/a"]);
        // A post leaves, a category becomes public, a page says something else.
        withdraw(site, &receipts[0]).await;
        assert_eq!(languages("/sxsw").await, ["Any", "Japanese (1)", "Portuguese (1)"]);
        topic.organizer.sets_readers("apart", "public").await;
        assert_eq!(languages("/sxsw").await, ["Any", "Arabic (1)", "Japanese (1)", "Portuguese (1)"]);
        blog.publish("/c", page("el"));
        site.advance(days(1));
        site.settle().await;
        assert_eq!(languages("/sxsw").await, ["Any", "Arabic (1)", "Greek (1)", "Portuguese (1)"]);
    }

    async fn a_hidden_post_is_not_found_until_it_is_back(site) {
        let topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let source = ada.post("/flaky", "Flaky server", &topic.page());
        topic.mention(&source, &topic.page()).await.has_status(201);
        site.settle().await;
        let mut reader = site.browser();
        assert_eq!(found(&mut reader, "flaky").await.len(), 1);
        ada.publish("/flaky", Answer::of(500, "text/html", "oh no"));
        for wait in [days(1), minutes(1), minutes(10), hours(2), days(1)] {
            site.advance(wait);
            site.settle().await;
        }
        assert_eq!(found(&mut reader, "flaky").await.len(), 0);
        assert_eq!(words_kept(site), 0);
        ada.publish("/flaky", Answer::html(post("Flaky server", &topic.page())));
        site.advance(days(7));
        site.settle().await;
        assert_eq!(found(&mut reader, "flaky").await.len(), 1);
    }
}
