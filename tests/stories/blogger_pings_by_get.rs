//! Pings by GET, as TrackBack 1.0 had them; what a receipt says of how a ping was understood; and
//! "Take my post back" for each way a post comes.

use crate::harness::{Blog, Browser, Page, Topic, days, minutes, seconds};

/// Changes the settings of `/sxsw/keynotes`.
async fn change(topic: &mut Topic<'_>, fields: &[(&str, &str)]) {
    let path = "/manage/sxsw/categories/keynotes";
    topic.organizer.open(path).await;
    topic.organizer.submit(path, fields).await.has_status(303);
}

/// The receipt that an answer names, as a program reads it.
async fn receipt(browser: &mut Browser, path: &str) -> serde_json::Value {
    let page = browser.open_with(path, &[("accept", "application/json")]).await;
    serde_json::from_str(&page.has_status(200).body).unwrap()
}

fn receipt_path(answer: &Page, base: &str) -> String {
    let link = answer.header("link").unwrap();
    let address = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
    address.strip_prefix(base).unwrap().to_owned()
}

#[track_caller]
fn is_taken_in(answer: &Page) {
    assert!(answer.body.contains("<error>0</error>"), "{}", answer.body);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-robots-tag"), Some("noindex"));
}

#[track_caller]
fn is_refused(answer: &Page, words: &str) {
    assert!(
        answer.body.contains("<error>1</error>") && answer.body.contains(words),
        "{}",
        answer.body
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-robots-tag"), Some("noindex"));
}

story! {
    async fn a_ping_by_get_is_taken_in_where_the_category_says_so(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        let number = topic.ping_url.split('/').nth(4).unwrap().to_owned();
        let ping = format!("/tb/{number}/violet-crown?url=http%3A%2F%2Fb2.example%2F1&title=D%E9j%E0+vu&blog_name=%C9vo");
        let mut blog = site.browser();
        is_refused(&blog.open(&ping).await, "Trackback pings must use HTTP POST");
        change(&mut topic, &[("takes_get", "on")]).await;

        // Looking ahead, pictures on strangers' pages, strangers' links and HEAD do nothing.
        for header in [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch"), ("x-moz", "prefetch"),
            ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("sec-fetch-dest", "image")] {
            is_refused(&blog.open_with(&ping, &[header]).await, "Trackback pings must use HTTP POST");
        }
        blog.head(&ping).await.has_status(200);
        site.browser().open("/sxsw/keynotes").await.says("Nothing is listed here yet");

        let first = blog.open(&ping).await;
        is_taken_in(&first);
        site.browser().open("/sxsw/keynotes").await.says("Déjà vu").says("Évo");
        let found = receipt(&mut blog, &receipt_path(&first, &site.base)).await;
        assert_eq!(found["understood"]["method"], "GET");
        assert_eq!(found["understood"]["charset_from"], "fallback");
        is_taken_in(&blog.open(&ping).await);
        assert_eq!(site.browser().open("/sxsw/keynotes").await.texts("article.ping").len(), 1, "once");

        // Every shape of address; the same passphrase, the same rules.
        for (n, address) in [
            format!("/tb?tb_id={number}&pass=violet-crown&"),
            "/sxsw/keynotes?pass=violet-crown&".to_owned(),
            "/sxsw/keynotes/trackback/violet-crown?".to_owned(),
            format!("/tb/{number}?charset=koi8-r&pass=violet-crown&"),
        ].iter().enumerate() {
            is_taken_in(&blog.open(&format!("{address}url=http://ada.example/{n}&title=%F0%D2%C9")).await);
        }
        site.browser().open("/sxsw/keynotes").await.says("При");
        is_refused(&blog.open(&format!("/tb/{number}?url=http://ada.example/no")).await, "protected by a passphrase");
        is_refused(&blog.open(&format!("/tb/{number}/violet-clown?url=http://ada.example/no")).await, "not right");
        is_refused(&blog.open(&format!("/tb/{number}/violet-crown?url=")).await, "Need a Source URL");
        is_refused(&blog.open("/tb/1?url=http://ada.example/").await, "Invalid TrackBack ID");
        is_refused(&blog.open("/sxsw/nothing?url=http://ada.example/").await, "Invalid TrackBack ID");
        change(&mut topic, &[("ping", "closed")]).await;
        is_refused(&blog.open(&format!("{ping}2")).await, "has been closed since");
    }

    async fn pings_by_get_have_the_limits_of_others(site) {
        let mut topic = site.hub("open", "at-once").await;
        change(&mut topic, &[("takes_get", "on")]).await;
        let path = topic.ping_url.strip_prefix(&site.base).unwrap().to_owned();
        let mut blog = site.browser();
        for n in 0..5 {
            is_taken_in(&blog.open(&format!("{path}?url=http://ada.example/{n}")).await);
        }
        let answer = blog.open(&format!("{path}?url=http://ada.example/6")).await;
        is_refused(answer.has_status(429), "You are pinging trackbacks too quickly.");
        assert!(answer.header("retry-after").is_some());
        assert_eq!(topic.ping(&[("url", "http://ada.example/7")]).await.status, 429, "one allowance");
    }

    async fn a_receipt_says_how_the_ping_was_understood_until_its_text_goes(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        let body = b"url=+www.ada.example/x&title=%3Cb%3ECaf%E9%3C/b%3E+%26amp%3B+bar%00&blog_name=".to_vec();
        let form = "application/x-www-form-urlencoded; charset=ISO-8859-1";
        let sent = topic.ping_raw(&topic.ping_url, &[("content-type", form)], body).await;
        let path = sent.receipt.unwrap();
        let mut blogger = site.browser();
        let page = blogger.open(&path).await;
        page.says("How it was understood")
            .says("It came by POST and was read as windows-1252: its header Content-Type says so.")
            .says("It came as <b>Café</b> &amp; bar[U+0000]").says("Café & bar")
            .says("(did not come: made from the rest)");
        let found = receipt(&mut blogger, &path).await;
        let understood = &found["understood"];
        assert_eq!(understood["url"]["came"], " www.ada.example/x");
        assert_eq!(understood["url"]["stored"], "http://www.ada.example/x");
        assert_eq!(understood["title"]["came"], "<b>Café</b> &amp; bar\0");
        assert_eq!(understood["title"]["stored"], "Café & bar");
        assert_eq!(understood["blog_name"]["came"], serde_json::Value::Null);
        assert_eq!(understood["excerpt"]["stored"], "");

        // Sent again with something better: the receipt has it, and keeps what did not come again.
        let better = [("url", "http://www.ada.example/x"), ("excerpt", "Hello &amp; welcome")];
        let again = topic.ping(&better).await.receipt.unwrap();
        let found = receipt(&mut blogger, &path).await;
        assert_eq!(found["understood"]["excerpt"]["came"], "Hello &amp; welcome");
        assert_eq!(found["understood"]["title"]["came"], "<b>Café</b> &amp; bar\0");
        assert_eq!(receipt(&mut blogger, &again).await["understood"], serde_json::Value::Null, "strangers may send again");
        blogger.open(&again).await.never_says("How it was understood");

        topic.decide("Café & bar", "spam").await;
        site.advance(days(15));
        backchannel::actions::prune::run(&site.app).await.unwrap();
        blogger.open(&path).await.never_says("How it was understood").never_says("bar");
        assert_eq!(receipt(&mut blogger, &path).await["understood"], serde_json::Value::Null);
    }
}

story! { with blogs:
    async fn whichever_way_a_post_came_its_sender_takes_it_back(site) {
        let mut topic = site.hub("open", "at-once").await;
        change(&mut topic, &[("takes_get", "on")]).await;
        let ada = Blog::start();
        let page = topic.page();
        let post = |path: &str| ada.post(path, &format!("Post {path}"), &page);
        let path = topic.ping_url.strip_prefix(&site.base).unwrap().to_owned();
        let mut blogger = site.browser();
        let by_post = topic.ping(&[("url", &post("/1")), ("title", "Post /1")]).await.receipt.unwrap();
        let by_get = blogger.open(&format!("{path}?url={}&title=Post+/2", post("/2"))).await;
        let by_get = receipt_path(&by_get, &site.base);
        blogger.open("/sxsw/keynotes/add").await;
        site.advance(seconds(9));
        let form = [("url", post("/3")), ("title", "Post /3".to_owned())];
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let by_form = blogger.submit("/sxsw/keynotes/add", &form).await.header("location").unwrap().to_owned();
        let by_mention = topic.receipt_of(&topic.mention(&post("/4"), &page).await);
        let answer = topic.call("pingback.ping", &[&post("/5"), &page]).await.body;
        let at = answer.find("/r/").unwrap();
        let by_pingback = answer[at..].split(|c: char| !c.is_alphanumeric() && c != '/').next().unwrap().to_owned();
        site.settle().await;
        assert_eq!(site.browser().open("/sxsw/keynotes").await.texts("article.ping").len(), 5);
        for (n, receipt) in [by_post, by_get, by_form, by_mention, by_pingback].iter().enumerate() {
            let listed = blogger.open(receipt).await;
            listed.says("Your post is listed").says("Take my post back");
            assert_eq!(listed.body.contains("How it was understood"), n < 3, "{receipt}");
            blogger.submit(&format!("{receipt}/withdraw"), &[]).await.has_status(303);
            blogger.open(receipt).await.says("Your post is not listed any more").never_says("Take my post back");
            assert_eq!(site.browser().open("/sxsw/keynotes").await.texts("article.ping").len(), 4 - n);
            site.advance(minutes(1));
        }
    }
}
