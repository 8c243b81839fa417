//! A category passes its posts on to other sites, once, and nothing goes in a circle.

use crate::harness::{Answer, Blog, Browser, Database, PASSWORD, Page, Site, hours, minutes};

const DESK: &str = "/manage/sxsw/categories/keynotes/forwarding";
const TAKEN: &str = "<?xml version=\"1.0\"?><response><error>0</error></response>";

fn answer(status: u16, body: &str) -> Answer {
    Answer::of(status, "text/xml", body)
}

/// Adds an address: the page has other forms too.
async fn add(organizer: &mut Browser, address: &str) -> Page {
    let page = organizer.open(DESK).await;
    let csrf = page.attributes("input[name=csrf]", "value").remove(0);
    organizer.post(DESK, &[("csrf".to_owned(), csrf), ("url".into(), address.into())]).await
}

/// What was sent to an address of a blog.
fn sent(blog: &Blog, path: &str) -> Vec<String> {
    let asked = blog.asked().into_iter().filter(|asked| asked.path == path);
    asked.map(|asked| asked.head.to_ascii_lowercase()).collect()
}

story! { with blogs:
    async fn a_listed_post_is_passed_on_once_and_the_address_keeps_its_secret(site) {
        let mut topic = site.hub("open", "at-once").await;
        let blog = Blog::start();
        let address = blog.publish("/tb/1/violet-secret", answer(200, TAKEN));
        topic.ping(&[("url", "http://ada.example/before"), ("title", "Before")]).await;
        topic.organizer.open(DESK).await.says("Posts are not passed on yet");
        add(&mut topic.organizer, &address).await.has_status(303);
        topic.organizer.open(DESK).await.says("/tb/…").never_says("violet-secret");
        add(&mut topic.organizer, &address).await.has_status(422).says("already");

        topic.ping(&[("url", "http://ada.example/1"), ("title", "Grüße"), ("blog_name", "Ada")]).await;
        site.settle().await;
        let heads = sent(&blog, "/tb/1/violet-secret");
        assert_eq!(heads.len(), 1, "what was listed before is not passed on: {heads:?}");
        for header in ["post ", "content-type: application/x-www-form-urlencoded; charset=utf-8",
            "user-agent: backchannel/", "x-backchannel-forwarded: 1"] {
            assert!(heads[0].contains(header), "{header} in {}", heads[0]);
        }
        topic.organizer.open(DESK).await.says("1 post passed on").says("taken in there").says("Grüße")
            .never_says("violet-secret");

        // Off the list and on it again: it is there already.
        let page = topic.organizer.open("/manage/sxsw/decided?state=listed").await;
        let action = page.action_beside("Grüße", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "not-here")]).await;
        topic.organizer.open("/manage/sxsw/decided").await;
        topic.organizer.submit(&action, &[("verdict", "list")]).await;
        site.settle().await;
        assert_eq!(sent(&blog, "/tb/1/violet-secret").len(), 1);
    }

    async fn a_refusal_is_kept_and_silence_is_tried_again(site) {
        let mut topic = site.hub("open", "at-once").await;
        let blog = Blog::start();
        let no = "<response><error>1</error><message>Not violet-secret &amp; not you</message></response>";
        let refuses = blog.publish("/tb/1/violet-secret", answer(200, no));
        let breaks = blog.publish("/broken/1/x", answer(503, "x").with("Retry-After", "3600"));
        for address in [&refuses, &breaks] {
            add(&mut topic.organizer, address).await.has_status(303);
        }
        topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        site.settle().await;
        topic.organizer.open(DESK).await.says("1 refused there").says("Not … & not you")
            .says("The status was 503.").says("is sent again").never_says("violet-secret");
        site.advance(minutes(30));
        site.settle().await;
        assert_eq!(sent(&blog, "/broken/1/x").len(), 1, "an hour was asked for");
        for wait in [2, 2, 3, 25, 100] {
            site.advance(hours(wait));
            site.settle().await;
        }
        assert_eq!(sent(&blog, "/broken/1/x").len(), 5, "the first time and four more");
        assert_eq!(sent(&blog, "/tb/1/violet-secret").len(), 1);
        let mut organizer = site.browser();
        organizer.open("/signin").await;
        let form = [("email", "operator@example.org"), ("password", PASSWORD)];
        organizer.submit("/signin", &form).await.has_status(303);
        organizer.open(DESK).await.says("1 not sent");
    }

    async fn what_left_the_list_before_it_could_be_sent_is_not_sent(site) {
        let mut topic = site.hub("open", "at-once").await;
        let blog = Blog::start();
        let address = blog.publish("/tb/1/x", answer(503, "x"));
        add(&mut topic.organizer, &address).await.has_status(303);
        topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        site.settle().await;
        assert_eq!(sent(&blog, "/tb/1/x").len(), 1);
        blog.publish("/tb/1/x", answer(200, TAKEN));
        let decided = "/manage/sxsw/decided";
        let listed = format!("{decided}?state=listed");
        let action = topic.organizer.open(&listed).await.action_beside("One", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "spam")]).await;
        site.advance(minutes(2));
        site.settle().await;
        assert_eq!(sent(&blog, "/tb/1/x").len(), 1, "it is off the list");
        topic.organizer.open(decided).await;
        topic.organizer.submit(&action, &[("verdict", "list")]).await;
        site.settle().await;
        site.advance(minutes(20));
        site.settle().await;
        assert_eq!(sent(&blog, "/tb/1/x").len(), 2, "once, when it is listed again");
    }

    async fn what_only_some_may_read_is_passed_on_to_nobody(site) {
        let mut topic = site.hub("open", "at-once").await;
        let blog = Blog::start();
        let address = blog.publish("/tb/1/x", answer(503, "x"));
        add(&mut topic.organizer, &address).await.has_status(303);
        topic.ping(&[("url", "http://ada.example/1"), ("title", "Before")]).await;
        site.settle().await;
        assert_eq!(sent(&blog, "/tb/1/x").len(), 1);
        let readers = "/manage/sxsw/readers/keynotes";
        topic.organizer.open("/manage/sxsw/readers").await;
        topic.organizer.submit(readers, &[("readers", "password"), ("password", "tell nobody")]).await.has_status(303);
        topic.ping(&[("url", "http://ada.example/2"), ("title", "After")]).await;
        for _ in 0..3 {
            site.settle().await;
            site.advance(hours(1));
        }
        assert_eq!(sent(&blog, "/tb/1/x").len(), 1, "neither what is new nor what was to be sent again");
        topic.organizer.open(DESK).await.says("Readers need a password: it was not sent.")
            .says("While that is so, nothing is passed on.");
        add(&mut topic.organizer, &blog.url("/tb/2")).await.has_status(422).says("Readers need a password here");
    }

    async fn a_suspended_hub_passes_nothing_on(site) {
        let mut topic = site.hub("open", "at-once").await;
        let blog = Blog::start();
        let address = blog.publish("/tb/1/x", answer(503, "x"));
        add(&mut topic.organizer, &address).await.has_status(303);
        topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        site.settle().await;
        blog.publish("/tb/1/x", answer(200, TAKEN));
        for (verb, times) in [("suspend", 1), ("restore", 2)] {
            topic.organizer.open("/operator").await;
            topic.organizer.submit(&format!("/operator/hubs/sxsw/{verb}"), &[]).await.has_status(303);
            site.advance(hours(2));
            site.settle().await;
            assert_eq!(sent(&blog, "/tb/1/x").len(), times, "{verb}");
        }
    }

    async fn a_strangers_mark_keeps_nobodys_post_from_being_passed_on(site) {
        let mut topic = site.hub("open", "at-once").await;
        let blog = Blog::start();
        let address = blog.publish("/tb/1/x", answer(200, TAKEN));
        add(&mut topic.organizer, &address).await.has_status(303);
        let ping = [("url", "http://ada.example/1"), ("title", "One")];
        topic.ping(&[ping[0], ping[1], ("backchannel_forwarded", "1")]).await;
        site.settle().await;
        assert_eq!(sent(&blog, "/tb/1/x").len(), 0);
        for _ in 0..2 {
            topic.ping(&ping).await;
            site.settle().await;
            assert_eq!(sent(&blog, "/tb/1/x").len(), 1, "its author's own ping, and once");
        }
    }

    async fn our_own_addresses_and_more_than_twenty_are_refused(site) {
        let mut topic = site.hub("open", "at-once").await;
        let port = site.base.rsplit(':').next().unwrap();
        for own in [topic.ping_url.clone(), format!("http://localhost:{port}/tb/1"), format!("http://[::1]:{port}/tb/1")] {
            add(&mut topic.organizer, &own).await.has_status(422);
        }
        let blog = Blog::start();
        for n in 0..21 {
            let page = add(&mut topic.organizer, &blog.url(&format!("/tb/{n}"))).await;
            page.has_status(if n < 20 { 303 } else { 422 });
        }
        let page = topic.organizer.open(DESK).await;
        let remove = page.attributes("form[action$=remove]", "action").remove(0);
        topic.organizer.submit(&remove, &[]).await.has_status(303);
        let csrf = page.attributes("input[name=csrf]", "value").remove(0);
        topic.organizer.post(&remove, &[("csrf".to_owned(), csrf)]).await.has_status(404);
    }
}

story! {
    async fn nothing_inside_is_ever_connected_to(site) {
        let mut topic = site.hub("open", "at-once").await;
        let sink = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        sink.set_nonblocking(true).unwrap();
        let port = sink.local_addr().unwrap().port();
        for address in [
            format!("http://127.0.0.1:{port}/tb/1"),
            format!("http://localhost:{port}/tb/1"),
            format!("http://[::ffff:127.0.0.1]:{port}/tb/1"),
            format!("http://2130706433:{port}/tb/1"),
            format!("http://user:pw@127.0.0.1:{port}/"),
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "http://10.0.0.1/tb/1".to_owned(),
            "http://intranet/tb/1".to_owned(),
            "http://inside.invalid/tb/1".to_owned(),
        ] {
            add(&mut topic.organizer, &address).await.has_status(422);
        }
        topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        site.settle().await;
        assert_eq!(sink.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    }
}

async fn two_hubs_that_forward_to_each_other(databases: [Database; 2]) {
    let [a, b] = databases;
    let (a, b) = (Site::that_reads_blogs(a).await, Site::that_reads_blogs(b).await);
    let mut at_a = a.hub("open", "at-once").await;
    let mut at_b = b.hub("open", "at-once").await;
    for (from, to) in [(&mut at_a, b.base.clone()), (&mut at_b, a.base.clone())] {
        let address = format!("{to}/sxsw/keynotes/trackback");
        add(&mut from.organizer, &address).await.has_status(303);
    }
    let ping = [("url", "http://ada.example/1"), ("title", "Round and round")];
    assert!(at_a.ping(&ping).await.is_stored());
    for _ in 0..3 {
        for site in [&a, &b] {
            site.settle().await;
            site.advance(minutes(20));
        }
    }
    for site in [&a, &b] {
        let page = site.browser().open("/sxsw/keynotes").await;
        assert_eq!(page.texts("article.ping h3"), ["Round and round"]);
    }
    at_a.organizer.open(DESK).await.says("1 post passed on");
    at_b.organizer.open(DESK).await.says("0 posts passed on").never_says("Last results");
}

#[tokio::test]
async fn two_hubs_that_forward_to_each_other_on_sqlite() {
    two_hubs_that_forward_to_each_other([Database::sqlite(), Database::sqlite()]).await;
}

#[tokio::test]
async fn two_hubs_that_forward_to_each_other_on_postgres() {
    let (Some(a), Some(b)) = (Database::postgres(), Database::postgres()) else { return };
    two_hubs_that_forward_to_each_other([a, b]).await;
}
