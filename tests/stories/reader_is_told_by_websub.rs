//! Feeds push themselves: W3C WebSub, as the hub of our own feeds. The cases by number are those of
//! the test suite websub.rocks, for hubs.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::harness::{Answer, Blog, Page, Site, Topic, days, hours, minutes, seconds};

mod bounds;
mod endings;
mod other_hubs;
mod topics;
mod views;

/// Where deliveries go.
const CALLBACK: &str = "/callback?reader=7";

/// What somebody sends to the hub.
async fn send(site: &Site, fields: &[(&str, &str)]) -> Page {
    let fields: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    site.browser().post_from("/websub", &fields, &[]).await
}

/// A reader's own server, and the feed it subscribes to.
struct Reader {
    server: Blog,
    topic: String,
}

impl Reader {
    /// A reader of this feed that says yes to what is asked.
    fn of(site: &Site, feed: &str) -> Self {
        let server = Blog::start();
        server.publish("/callback", Answer::echo());
        Self { server, topic: format!("{}{feed}", site.base) }
    }

    fn callback(&self) -> String {
        self.server.url(CALLBACK)
    }

    async fn ask(&self, site: &Site, mode: &str, more: &[(&str, &str)]) -> Page {
        let callback = self.callback();
        let three = [("hub.mode", mode), ("hub.topic", &self.topic), ("hub.callback", &callback)];
        send(site, &[&three, more].concat()).await
    }

    /// Subscribes, and waits until it is asked back.
    async fn subscribe(&self, site: &Site, more: &[(&str, &str)]) {
        self.ask(site, "subscribe", more).await.has_status(202);
        site.settle().await;
    }

    /// What it was asked and told: modes, with the query.
    fn questions(&self, mode: &str) -> Vec<crate::harness::Asked> {
        let asked = self.server.asked().into_iter();
        asked.filter(|asked| asked.field("hub.mode").as_deref() == Some(mode)).collect()
    }

    /// What was delivered to it.
    fn delivered(&self) -> Vec<crate::harness::Asked> {
        let asked = self.server.asked().into_iter();
        asked.filter(|asked| asked.head.starts_with("POST ")).collect()
    }
}

async fn ping(topic: &Topic<'_>, n: usize) {
    let (url, title) = (format!("http://ada.example/{n}"), format!("Post {n}"));
    assert!(topic.ping(&[("url", &url), ("title", &title)]).await.is_stored());
}

/// What is delivered must be the feed to the byte, by the rules of section 7.
async fn is_the_feed(site: &Site, reader: &Reader, sent: &crate::harness::Asked) {
    let path = reader.topic.strip_prefix(&site.base).unwrap();
    let feed = site.browser().open(path).await;
    feed.has_status(200);
    assert_eq!(sent.path, CALLBACK);
    assert_eq!(sent.body, feed.bytes, "{}", String::from_utf8_lossy(&sent.body));
    assert_eq!(sent.header("content-type"), feed.header("content-type"));
    let links = sent.header("link").unwrap();
    assert_eq!(
        links,
        format!("<{}/websub>; rel=\"hub\", <{}>; rel=\"self\"", site.base, reader.topic)
    );
}

story! { with blogs:
    // "This subscriber will include only the parameters hub.mode, hub.topic and hub.callback. The
    // hub should deliver notifications with no signature."
    async fn websub_rocks_100_a_typical_subscriber(site) {
        let topic = site.hub("open", "at-once").await;
        ping(&topic, 1).await;
        let feed = site.browser().open("/sxsw/keynotes/rss").await;
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        let hub = format!("{}/websub", site.base);
        assert_eq!(
            feed.header("link"),
            Some(format!("<{hub}>; rel=\"hub\", <{}>; rel=\"self\"", reader.topic).as_str()),
        );
        let channel = rss::Channel::read_from(feed.body.as_bytes()).unwrap();
        let links: Vec<_> = channel.atom_ext().unwrap().links().iter().map(|l| (l.rel.as_str(), l.href.as_str())).collect();
        assert_eq!(links, [("self", reader.topic.as_str()), ("hub", hub.as_str())]);

        let taken_in = reader.ask(site, "subscribe", &[]).await;
        taken_in.has_status(202);
        assert_eq!(taken_in.header("content-type"), Some("text/plain; charset=utf-8"));
        assert!(reader.server.asked().is_empty(), "the callback is asked later");
        site.settle().await;
        let asked = reader.questions("subscribe");
        assert_eq!(asked.len(), 1);
        assert!(asked[0].path.starts_with("/callback?reader=7&hub.mode=subscribe&"), "{}", asked[0].path);
        assert_eq!(asked[0].field("hub.topic").as_deref(), Some(reader.topic.as_str()));
        assert_eq!(asked[0].field("hub.lease_seconds").as_deref(), Some("864000"), "ten days");
        assert!(asked[0].field("hub.challenge").unwrap().len() > 40);
        assert!(asked[0].header("user-agent").unwrap().starts_with("Backchannel/"));
        assert!(reader.delivered().is_empty(), "nothing changed since");

        ping(&topic, 2).await;
        site.settle().await;
        let sent = reader.delivered();
        assert_eq!(sent.len(), 1);
        is_the_feed(site, &reader, &sent[0]).await;
        assert!(String::from_utf8_lossy(&sent[0].body).contains("Post 2"));
        assert_eq!(sent[0].header("x-hub-signature"), None);
    }

    async fn what_the_page_of_a_post_says_later_is_delivered_too(site) {
        let topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        ada.publish("/1", Answer::of(503, "text/plain", "Later"));
        let readers = ["/sxsw/keynotes/rss", "/sxsw/atom"].map(|feed| Reader::of(site, feed));
        for reader in &readers {
            reader.subscribe(site, &[]).await;
        }
        assert!(topic.ping(&[("url", &ada.url("/1")), ("title", "Notizen")]).await.is_stored());
        site.settle().await;
        for reader in &readers {
            is_the_feed(site, reader, &reader.delivered()[0]).await;
        }
        let page = "<html lang=de><title>Notizen</title><link rel=alternate type='application/rss+xml' href='/feed'>";
        ada.publish("/1", Answer::html(page));
        site.advance(minutes(1));
        site.settle().await;
        for reader in &readers {
            let sent = reader.delivered();
            assert_eq!(sent.len(), 2, "{}", reader.topic);
            is_the_feed(site, reader, &sent[1]).await;
            assert!(String::from_utf8_lossy(&sent[1].body).contains(&ada.url("/feed")));
        }
    }

    // "… and hub.secret. The hub should deliver notifications with a signature computed using this
    // secret."
    async fn websub_rocks_101_a_subscriber_with_a_secret(site) {
        let topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        let secret = "dünn & \"violet\" ";
        reader.subscribe(site, &[("hub.secret", secret)]).await;
        ping(&topic, 1).await;
        site.settle().await;
        let sent = reader.delivered();
        assert_eq!(sent.len(), 1);
        is_the_feed(site, &reader, &sent[0]).await;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(&sent[0].body);
        let hex = data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes());
        assert_eq!(sent[0].header("x-hub-signature"), Some(format!("sha256={hex}").as_str()));

        // Who asks for another secret is asked back first.
        reader.server.publish("/callback", Answer::html("no").at_any_query());
        reader.subscribe(site, &[("hub.secret", "another")]).await;
        ping(&topic, 2).await;
        site.settle().await;
        let sent = reader.delivered();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(&sent[1].body);
        let hex = data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes());
        assert_eq!(sent[1].header("x-hub-signature"), Some(format!("sha256={hex}").as_str()));
    }

    // "This subscriber will include some additional parameters in the request, which must be
    // ignored by the hub if the hub doesn't recognize them."
    async fn websub_rocks_102_a_subscriber_sends_additional_parameters(site) {
        let topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/rss");
        reader.subscribe(site, &[("foo", "bar"), ("hub.foo", "hub.bar")]).await;
        ping(&topic, 1).await;
        site.settle().await;
        let sent = reader.delivered();
        assert_eq!(sent.len(), 1);
        is_the_feed(site, &reader, &sent[0]).await;
    }

    // "The hub must allow a subscription to be re-activated, and must update the previous
    // subscription based on the topic+callback pair, rather than creating a new subscription."
    async fn websub_rocks_103_a_subscriber_subscribes_again_before_the_end(site) {
        let topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        reader.subscribe(site, &[("hub.lease_seconds", "3600"), ("hub.secret", "first")]).await;
        site.advance(minutes(50));
        reader.subscribe(site, &[("hub.lease_seconds", "7200")]).await;
        let asked = reader.questions("subscribe");
        assert_eq!(asked.len(), 2);
        assert_ne!(asked[0].field("hub.challenge"), asked[1].field("hub.challenge"));
        assert_eq!(asked[1].field("hub.lease_seconds").as_deref(), Some("7200"));
        site.advance(minutes(60));
        ping(&topic, 1).await;
        site.settle().await;
        let sent = reader.delivered();
        assert_eq!(sent.len(), 1, "one subscription, and it holds longer");
        assert_eq!(sent[0].header("x-hub-signature"), None, "the secret is the new request's");
    }

    // "This test will first subscribe to a topic, and will then send an unsubscription request. …
    // a notification is not received when a new post is published."
    async fn websub_rocks_104_a_subscriber_unsubscribes(site) {
        let topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        reader.subscribe(site, &[]).await;
        // Not for anybody who only says so: the callback is asked.
        reader.server.publish("/callback", Answer::html("no").at_any_query());
        reader.ask(site, "unsubscribe", &[]).await.has_status(202);
        site.settle().await;
        reader.server.publish("/callback", Answer::echo());
        ping(&topic, 1).await;
        site.settle().await;
        assert_eq!(reader.delivered().len(), 1);

        reader.ask(site, "unsubscribe", &[]).await.has_status(202);
        site.settle().await;
        let asked = reader.questions("unsubscribe");
        assert_eq!(asked.len(), 2);
        assert_eq!(asked[1].field("hub.topic").as_deref(), Some(reader.topic.as_str()));
        assert_eq!(asked[1].field("hub.lease_seconds"), None);
        ping(&topic, 2).await;
        site.settle().await;
        assert_eq!(reader.delivered().len(), 1);
        // Once more: there is nothing to end, and nobody is asked.
        reader.ask(site, "unsubscribe", &[]).await.has_status(202);
        site.settle().await;
        assert_eq!(reader.questions("unsubscribe").len(), 2);
    }

    // "The content at the topic URL of this test is plaintext." It is for hubs that push other
    // people's pages: ours pushes its own feeds, of which none is plain text, and says so.
    async fn websub_rocks_105_a_plain_text_topic_elsewhere_is_refused_in_plain_text(site) {
        let _topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/rss");
        let elsewhere = reader.server.publish("/notes.txt", Answer::of(200, "text/plain", "Notes"));
        let callback = reader.callback();
        let fields = [("hub.mode", "subscribe"), ("hub.topic", &elsewhere), ("hub.callback", &callback)];
        let refused = send(site, &fields).await;
        refused.has_status(404).says("hub.topic is not the address of a public feed of this site");
        assert_eq!(refused.header("content-type"), Some("text/plain; charset=utf-8"));
        site.settle().await;
        assert!(reader.server.asked().is_empty());
    }

    // "The content at the topic URL of this test is JSON."
    async fn websub_rocks_106_a_json_topic(site) {
        let topic = site.hub("open", "at-once").await;
        for feed in ["/sxsw/keynotes/feed.json", "/sxsw/keynotes/atom"] {
            let reader = Reader::of(site, feed);
            site.browser().open(feed).await.has_status(200);
            reader.subscribe(site, &[]).await;
            ping(&topic, feed.len()).await;
            site.settle().await;
            let sent = reader.delivered();
            assert_eq!(sent.len(), 1);
            is_the_feed(site, &reader, &sent[0]).await;
        }
    }

    async fn what_changes_between_a_request_and_its_yes_is_delivered(site) {
        let topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        // Nobody else has subscribed: the change makes no job.
        reader.ask(site, "subscribe", &[]).await.has_status(202);
        ping(&topic, 1).await;
        site.settle().await;
        let sent = reader.delivered();
        assert_eq!(sent.len(), 1);
        is_the_feed(site, &reader, &sent[0]).await;
        assert!(String::from_utf8_lossy(&sent[0].body).contains("Post 1"));
        // Renewed, it is not sent what it has.
        reader.subscribe(site, &[]).await;
        assert_eq!(reader.delivered().len(), 1);
    }

    async fn two_changes_in_a_row_are_one_delivery_and_what_is_not_in_a_feed_is_none(site) {
        let mut topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/rss");
        reader.subscribe(site, &[]).await;
        ping(&topic, 1).await;
        ping(&topic, 2).await;
        site.settle().await;
        let sent = reader.delivered();
        assert_eq!(sent.len(), 1);
        let body = String::from_utf8_lossy(&sent[0].body).into_owned();
        assert!(body.contains("Post 1") && body.contains("Post 2"), "{body}");

        // A key of the hub moves its revision, and stands in no feed.
        topic.organizer.open("/manage/sxsw/keys").await;
        topic.organizer.submit("/manage/sxsw/keys", &[("names", "Ada"), ("hourly", "60")]).await.has_status(200);
        site.settle().await;
        assert_eq!(reader.delivered().len(), 1);

        // What is taken off the list is pushed too.
        let page = topic.organizer.open("/manage/sxsw/decided?state=listed").await;
        let action = page.action_beside("Post 2", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "spam")]).await;
        site.settle().await;
        let sent = reader.delivered();
        assert_eq!(sent.len(), 2);
        is_the_feed(site, &reader, &sent[1]).await;
        assert!(!String::from_utf8_lossy(&sent[1].body).contains("Post 2"));
    }

    async fn without_a_subscription_a_change_makes_no_job(site) {
        let topic = site.hub("open", "at-once").await;
        site.settle().await;
        let jobs = || site.app.db.read(|c| backchannel::db::jobs::count(c, 100));
        let before = jobs().await.unwrap();
        site.app.db.write(|tx| {
            let now = backchannel::clock::Timestamp::from_micros(0);
            backchannel::db::hubs::touch(tx, backchannel::model::id::HubId(1), now)
        }).await.unwrap();
        assert_eq!(jobs().await.unwrap(), before);

        // And none again, once the last one has gone.
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        reader.subscribe(site, &[]).await;
        reader.ask(site, "unsubscribe", &[]).await.has_status(202);
        site.settle().await;
        ping(&topic, 1).await;
        site.settle().await;
        let before = jobs().await.unwrap();
        ping(&topic, 2).await;
        assert_eq!(jobs().await.unwrap(), before + 1, "the page of the post is read, and that is all");
    }
}
