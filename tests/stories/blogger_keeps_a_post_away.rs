//! Whoever writes a post has it removed from a hub and kept away from it, by showing that the page is
//! theirs; and lets it come again in the same way.

use backchannel::actions::import::{Why, import};
use backchannel::actions::resolve::{Found, find_category};
use backchannel::db::{hubs, kept_away};
use backchannel::model::web_url::{Hosts, WebUrl};
use backchannel::wire::moving_in::{Format, Items};

use crate::harness::{Answer, Blog, Browser, Page, Site, everything, minutes, post};

const PAGE: &str = "/sxsw/-/keep-away";

/// The page about a post, with its code in the post's head.
async fn put_the_line_in(browser: &mut Browser, blog: &Blog, path: &str) {
    let asked = browser.open(&format!("{PAGE}?post={}", blog.url(path))).await;
    let line = asked.has_status(200).one_text(".copy code");
    let page =
        post("Mine", "http://elsewhere.example/").replace("</head>", &format!("{line}</head>"));
    blog.publish(path, Answer::html(page));
}

async fn wish(site: &Site, browser: &mut Browser, blog: &Blog, path: &str, wish: &str) -> Page {
    // A site is read every two seconds.
    site.advance(minutes(1));
    browser.open(&format!("{PAGE}?post={}", blog.url(path))).await.has_status(200);
    browser.submit(PAGE, &[("wish", wish)]).await
}

story! { with blogs:
    async fn it_leaves_all_categories_and_is_not_taken_in_again(site) {
        let topic = site.hub("open", "at-once").await;
        let mut topic = site.category(topic.organizer, "music", "open", "all-wait").await;
        let keynotes = format!("{}/sxsw/keynotes", site.base);
        let ada = Blog::start();
        let url = ada.publish("/mine", Answer::html("<p>nothing</p>"));
        let fields = [("url", url.as_str()), ("title", "Zanzibar canary"), ("excerpt", "Words of a canary")];
        let receipt = topic.ping_at(&keynotes, &fields).await.receipt.unwrap();
        assert!(topic.ping(&fields).await.is_stored());
        let mut other = site.browser();
        let permalink = other.open("/sxsw").await.says("Zanzibar").attributes("main a[href^=\"/p/\"]", "href").remove(0);

        // Nobody else's post: the line must be there, this browser's, in that page.
        let mut blogger = site.browser();
        let report = blogger.open(&format!("{permalink}/report")).await;
        assert!(report.attributes("main a", "href").iter().any(|to| to.starts_with(PAGE)));
        wish(site, &mut blogger, &ada, "/mine", "away").await.has_status(422).says("the line was not there");
        site.browser().open("/sxsw").await.says("Zanzibar");
        put_the_line_in(&mut blogger, &ada, "/mine").await;
        wish(site, &mut other, &ada, "/mine", "away").await.has_status(422).says("the line was not there");
        wish(site, &mut blogger, &ada, "/mine", "away").await.redirects_to(PAGE);
        blogger.open(&format!("{PAGE}?done=away")).await.says("It is not in this hub any more");

        site.browser().open("/sxsw").await.never_says("Zanzibar");
        site.browser().open(&permalink).await.has_status(404);
        topic.organizer.open("/manage/sxsw").await.never_says("Zanzibar");
        topic.organizer.open("/manage/sxsw/log").await.says("A blogger").says("had a post removed and kept away").never_says("Zanzibar");
        site.browser().open(&receipt).await.says("keeps it away from this hub").never_says("Zanzibar");
        let all = format!("{:?}", everything(site));
        assert!(!all.contains("Zanzibar") && !all.contains("canary"), "its texts are gone");
        assert!(!all.contains(&url), "and its address");

        // By whatever way, from whomever.
        let again = topic.ping_at(&keynotes, &fields).await;
        assert_eq!(again.status, 403);
        assert!(again.message().contains("keeps it away from this hub"), "{again:?}");
        assert!(!topic.ping(&fields).await.is_stored());
        topic.mention(&url, &keynotes).await.has_status(403).says("keeps it away");
        topic.call("pingback.ping", &[&url, &keynotes]).await.says("keeps it away");
        site.browser().open(&format!("/sxsw/keynotes/add?post={url}")).await.says("It is kept away");
        let feed = format!("<rss version=\"2.0\"><channel><title>Ada</title><item><title>Mine</title><link>{url}</link><category>x</category></item></channel></rss>");
        let feed = ada.publish("/feed.xml", Answer::feed(feed));
        topic.organizer.open("/manage/sxsw/feeds").await;
        topic.organizer.submit("/manage/sxsw/feeds", &[("category", "keynotes"), ("url", &feed), ("tag", "x")]).await.has_status(303);
        site.settle().await;
        site.browser().open("/sxsw").await.never_says("Mine");

        let export = format!("TITLE: x\nDATE: 03/10/2003 08:15:00 AM\n-----\nPING:\nTITLE: Mine\nURL: {url}\nIP: 192.0.2.7\nBLOG NAME: Ada\nDATE: 03/10/2003 09:00:00 AM\nWords\n-----\n--------\n");
        let Found::Here(gate) = site.app.db.read(|c| find_category(c, "sxsw", "keynotes")).await.unwrap() else {
            panic!("sxsw/keynotes is there");
        };
        let items = Items::of(Format::MovableType, export.as_bytes());
        let report = import(&site.app, &gate, items, false, |_| {}).await.unwrap();
        assert!(report.listed == 0 && report.left_out.contains_key(&Why::KeptAway), "{report:?}");

        // The same proof lets it come again; nobody else's does.
        wish(site, &mut other, &ada, "/mine", "again").await.has_status(422);
        wish(site, &mut blogger, &ada, "/mine", "again").await.redirects_to(PAGE);
        site.browser().open(&receipt).await.has_status(410);
        assert!(topic.ping_at(&keynotes, &fields).await.is_stored());
        site.browser().open("/sxsw").await.says("Zanzibar");
        topic.organizer.open("/manage/sxsw/log").await.says("lets a post come again");
    }

    async fn one_that_was_on_its_way_goes_when_it_is_asked_for_again(site) {
        let topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let url = ada.publish("/mine", Answer::html("<p>nothing</p>"));
        let fields = [("url", url.as_str()), ("title", "Zanzibar")];
        assert!(topic.ping(&fields).await.is_stored());
        let mut blogger = site.browser();
        put_the_line_in(&mut blogger, &ada, "/mine").await;
        wish(site, &mut blogger, &ada, "/mine", "away").await.redirects_to(PAGE);
        // As if another process had not heard of it yet.
        let Found::Here(gate) = site.app.db.read(|c| find_category(c, "sxsw", "keynotes")).await.unwrap() else {
            panic!("sxsw/keynotes is there");
        };
        let (hub, now) = (gate.hub.id, site.app.clock.now());
        let identity = WebUrl::parse_on(&url, Hosts::AlsoLoopback).unwrap().identity();
        let hash = site.app.kept_away_hash(hub, identity.as_bytes());
        let forget = site.app.db.write(move |tx| {
            kept_away::delete(tx, hub, &hash)?;
            hubs::touch(tx, hub, now)
        });
        forget.await.unwrap();
        assert!(topic.ping(&fields).await.is_stored());
        site.browser().open("/sxsw").await.says("Zanzibar");
        wish(site, &mut blogger, &ada, "/mine", "away").await.redirects_to(PAGE);
        site.browser().open("/sxsw").await.never_says("Zanzibar");
        assert!(!topic.ping(&fields).await.is_stored());
        // What is listed at once is looked up, whatever was known a moment ago.
        let other = ada.publish("/other", Answer::html("<p>nothing</p>"));
        let identity = WebUrl::parse_on(&other, Hosts::AlsoLoopback).unwrap().identity();
        let hash = site.app.kept_away_hash(hub, identity.as_bytes());
        let keep = site.app.db.write(move |tx| kept_away::insert(tx, hub, &hash, now));
        assert!(keep.await.unwrap());
        assert_eq!(topic.ping(&[("url", &other), ("title", "Quagga")]).await.status, 403);
        site.browser().open("/sxsw").await.never_says("Quagga");
    }

    async fn a_page_that_is_gone_needs_no_line_and_a_verdict_stays(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let ada = Blog::start();
        let url = ada.publish("/mine", Answer::html("<p>nothing</p>"));
        let fields = [("url", url.as_str()), ("title", "Buy this")];
        assert!(topic.ping(&fields).await.is_stored());
        topic.decide("Buy this", "not-here").await.redirects_to("/manage/sxsw");
        ada.publish("/mine", Answer::of(410, "text/html", "gone"));
        let mut blogger = site.browser();
        wish(site, &mut blogger, &ada, "/mine", "away").await.redirects_to(PAGE);
        wish(site, &mut blogger, &ada, "/mine", "again").await.has_status(422).says("Your page says that it is gone");
        put_the_line_in(&mut blogger, &ada, "/mine").await;
        wish(site, &mut blogger, &ada, "/mine", "again").await.redirects_to(PAGE);
        // What the organizers said stands: whoever keeps a post away and lets it come again has no second try.
        topic.ping(&fields).await;
        topic.organizer.open("/manage/sxsw").await.says("Nothing to look at");
        // A post that was never here can be kept away, too.
        ada.publish("/other", Answer::of(410, "text/html", "gone"));
        wish(site, &mut blogger, &ada, "/other", "away").await.redirects_to(PAGE);
        assert!(!topic.ping(&[("url", &ada.url("/other")), ("title", "Other")]).await.is_stored());
    }

    async fn a_redirect_to_somebody_elses_page_proves_nothing(site) {
        let topic = site.hub("open", "at-once").await;
        let (ada, eve) = (Blog::start(), Blog::start());
        let url = ada.publish("/mine", Answer::of(302, "text/html", "").with("Location", &eve.url("/line")));
        assert!(topic.ping(&[("url", &url), ("title", "Mine")]).await.is_stored());
        let mut thief = site.browser();
        let line = thief.open(&format!("{PAGE}?post={url}")).await.one_text(".copy code");
        eve.publish("/line", Answer::html(format!("<html><head>{line}</head></html>")));
        wish(site, &mut thief, &ada, "/mine", "away").await.has_status(422);
        // Nor does it prove that the page is gone.
        eve.publish("/line", Answer::of(410, "text/html", "gone"));
        wish(site, &mut thief, &ada, "/mine", "away").await.has_status(422);
        site.browser().open("/sxsw").await.says("Mine");
        let mut browser = site.browser();
        browser.open(&format!("{PAGE}?post=mailto:x@example.org")).await.has_status(422);
        browser.open(&format!("{PAGE}?post={}/sxsw", site.base)).await.has_status(422).says("a page of this hub");
    }

    async fn what_is_locked_is_asked_for_its_password_and_a_frozen_hub_lets_posts_go(site) {
        let mut topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let url = ada.publish("/mine", Answer::html("<p>nothing</p>"));
        assert!(topic.ping(&[("url", &url), ("title", "Mine")]).await.is_stored());
        topic.organizer.open("/manage/sxsw/freeze").await;
        topic.organizer.submit("/manage/sxsw/freeze", &[("words", "")]).await.has_status(303);
        let mut blogger = site.browser();
        put_the_line_in(&mut blogger, &ada, "/mine").await;
        wish(site, &mut blogger, &ada, "/mine", "away").await.redirects_to(PAGE);
        site.browser().open("/sxsw").await.never_says("Mine");
        topic.organizer.sets_readers("-", "password").await;
        site.browser().open(&format!("{PAGE}?post={url}")).await.has_status(403).never_says("backchannel-");
    }
}
