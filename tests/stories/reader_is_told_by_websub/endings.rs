//! What ends a subscription.

use backchannel::db::websub;
use backchannel::model::id::HubId;

use super::*;

const HUB: HubId = HubId(1);

/// How many subscriptions there are.
async fn count(site: &Site, reader: &Reader) -> i64 {
    let topic = reader.topic.clone();
    let callback = reader.callback();
    let read = move |c: &mut _| websub::find_of_callback(c, HUB, &topic, &callback);
    i64::from(site.app.db.read(read).await.unwrap().is_some())
}

/// The subscription, as a job reads it before it goes to its callback.
async fn as_read(site: &Site, reader: &Reader) -> websub::Subscription {
    let (topic, callback) = (reader.topic.clone(), reader.callback());
    let read = move |c: &mut _| {
        let id = websub::find_of_callback(c, HUB, &topic, &callback)?.unwrap();
        websub::find(c, HUB, id)
    };
    site.app.db.read(read).await.unwrap().unwrap()
}

story! { with blogs:
    async fn a_callback_that_did_not_ask_is_not_sent_anything(site) {
        let topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        let elsewhere = reader.server.publish("/echo", Answer::echo());
        for no in [
            Answer::of(200, "text/plain", "not the challenge"),
            Answer::of(200, "text/plain", ""),
            Answer::of(404, "text/plain", "who are you?"),
            Answer::of(302, "text/plain", "").with("Location", &elsewhere),
        ] {
            reader.server.publish("/callback", no.at_any_query());
            reader.subscribe(site, &[]).await;
            assert_eq!(count(site, &reader).await, 0, "nothing is kept");
        }
        assert_eq!(reader.questions("subscribe").len(), 4, "a redirect is not followed");
        ping(&topic, 1).await;
        site.settle().await;
        assert!(reader.delivered().is_empty());
    }

    async fn a_server_that_is_away_is_asked_again_a_few_times(site) {
        let _topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        let fields = [
            ("hub.mode", "subscribe"),
            ("hub.topic", reader.topic.as_str()),
            ("hub.callback", "http://127.0.0.1:9/nobody"),
        ];
        site.settle().await;
        let jobs = || site.app.db.read(|c| backchannel::db::jobs::count(c, 100));
        let none = jobs().await.unwrap();
        send(site, &fields).await.has_status(202);
        for (wait, left) in [(minutes(0), 1), (minutes(1), 1), (minutes(9), 1), (minutes(2), 0)] {
            site.advance(wait);
            site.settle().await;
            assert_eq!(jobs().await.unwrap(), none + left, "after {wait:?}");
        }
    }

    async fn a_request_that_comes_while_its_callback_is_asked_is_not_lost(site) {
        let topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        reader.subscribe(site, &[]).await;
        reader.ask(site, "unsubscribe", &[]).await.has_status(202);
        let asked = as_read(site, &reader).await;
        site.advance(seconds(1));
        reader.ask(site, "subscribe", &[]).await.has_status(202);
        // And now the callback's yes to the end arrives.
        site.app.db.write(move |tx| websub::end_as_asked(tx, HUB, &asked)).await.unwrap();
        site.settle().await;
        assert_eq!(reader.questions("subscribe").len(), 2);
        ping(&topic, 1).await;
        site.settle().await;
        assert_eq!(reader.delivered().len(), 1);

        // The same where a delivery is answered with 410.
        site.advance(seconds(1));
        reader.ask(site, "subscribe", &[]).await.has_status(202);
        let id = as_read(site, &reader).await.id;
        site.app.db.write(move |tx| websub::end(tx, HUB, id)).await.unwrap();
        assert_eq!(as_read(site, &reader).await.expires_at, None);
        site.settle().await;
        assert!(as_read(site, &reader).await.expires_at.is_some());
        site.app.db.write(move |tx| websub::end(tx, HUB, id)).await.unwrap();
        assert_eq!(count(site, &reader).await, 0);
    }

    async fn a_feed_that_is_finished_is_pushed_once_more(site) {
        let mut topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/keynotes/atom");
        reader.subscribe(site, &[]).await;
        topic.organizer.open("/manage/sxsw/settings").await.says("readers may stop asking");
        topic.organizer.submit("/manage/sxsw/close", &[]).await.redirects_to("/manage/sxsw/settings");
        site.settle().await;
        let sent = reader.delivered();
        assert_eq!(sent.len(), 1);
        is_the_feed(site, &reader, &sent[0]).await;
        assert!(String::from_utf8_lossy(&sent[0].body).contains("<fh:complete/>"));
    }

    async fn a_subscription_runs_out_and_is_forgotten(site) {
        let topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        reader.subscribe(site, &[("hub.lease_seconds", "1")]).await;
        let asked = reader.questions("subscribe");
        assert_eq!(asked[0].field("hub.lease_seconds").as_deref(), Some("300"), "five minutes at least");
        site.advance(minutes(6));
        ping(&topic, 1).await;
        site.settle().await;
        assert!(reader.delivered().is_empty());
        assert_eq!(count(site, &reader).await, 1);
        backchannel::actions::prune::run(&site.app).await.unwrap();
        assert_eq!(count(site, &reader).await, 0);
    }

    async fn a_subscriber_that_is_away_is_tried_again_and_410_ends_it(site) {
        let topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        reader.subscribe(site, &[]).await;
        reader.server.publish(CALLBACK, Answer::of(503, "text/plain", "x").with("Retry-After", "240"));
        ping(&topic, 1).await;
        site.settle().await;
        assert_eq!(reader.delivered().len(), 1);
        site.advance(minutes(2));
        ping(&topic, 2).await;
        site.settle().await;
        assert_eq!(reader.delivered().len(), 1, "four minutes were asked for");
        reader.server.publish(CALLBACK, Answer::of(204, "text/plain", ""));
        site.advance(minutes(3));
        site.settle().await;
        let sent = reader.delivered();
        assert_eq!(sent.len(), 2, "and then what the feed says now is sent, once");
        is_the_feed(site, &reader, &sent[1]).await;
        assert!(String::from_utf8_lossy(&sent[1].body).contains("Post 2"));

        reader.server.publish(CALLBACK, Answer::of(410, "text/plain", "no more"));
        ping(&topic, 3).await;
        site.settle().await;
        assert_eq!(reader.delivered().len(), 3);
        assert_eq!(count(site, &reader).await, 0);
    }

    async fn a_subscriber_that_fails_for_a_week_is_dropped(site) {
        let mut topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        reader.subscribe(site, &[("hub.lease_seconds", "99999999")]).await;
        assert_eq!(reader.questions("subscribe")[0].field("hub.lease_seconds").as_deref(), Some("2592000"));
        reader.server.publish(CALLBACK, Answer::of(500, "text/plain", "x"));
        ping(&topic, 1).await;
        site.settle().await;
        topic.organizer.open("/operator/jobs").await.has_status(200).says("2 jobs wait");
        for (wait, tries) in [(minutes(1), 2), (minutes(10), 3), (hours(2), 4), (days(1), 5), (days(2), 5)] {
            site.advance(wait);
            site.settle().await;
            assert_eq!(reader.delivered().len(), tries, "after {wait:?}");
        }
        assert_eq!(count(site, &reader).await, 1, "it is tried again with the next change");
        ping(&topic, 2).await;
        site.settle().await;
        assert_eq!(reader.delivered().len(), 6);
        site.advance(days(5));
        site.settle().await;
        assert_eq!(count(site, &reader).await, 0);
    }

    async fn a_feed_that_is_locked_is_no_topic_and_its_subscribers_are_told(site) {
        let topic = site.hub("open", "at-once").await;
        let mut topic = site.category(topic.organizer, "panels", "open", "at-once").await;
        let panels = Reader::of(site, "/sxsw/panels/rss");
        let all = Reader::of(site, "/sxsw/rss");
        panels.subscribe(site, &[]).await;
        all.subscribe(site, &[]).await;
        topic.organizer.sets_readers("panels", "password").await;
        site.settle().await;
        assert!(panels.delivered().is_empty() && all.delivered().is_empty());
        let told = panels.questions("denied");
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].field("hub.topic").as_deref(), Some(panels.topic.as_str()));
        assert!(told[0].field("hub.reason").unwrap().contains("not public"));
        assert_eq!(count(site, &panels).await, 0);

        // Locked, deleted and never there are one and the same.
        let nowhere = Reader::of(site, "/sxsw/nowhere/rss");
        let unknown = nowhere.ask(site, "subscribe", &[]).await;
        let locked = panels.ask(site, "subscribe", &[]).await;
        assert_eq!((locked.status, &locked.body), (404, &unknown.body));
        let keyed = Reader::of(site, "/sxsw/panels/rss?key=abc");
        assert_eq!(keyed.ask(site, "subscribe", &[]).await.body, unknown.body);

        // The key's own feed names no hub.
        let readers = topic.organizer.open("/manage/sxsw/readers").await;
        let feeds = readers.texts("code").into_iter().find(|text| text.contains("?key=")).unwrap();
        let feed = topic.organizer.open(feeds.strip_prefix(&site.base).unwrap()).await;
        feed.has_status(200);
        assert!(!feed.body.contains("/websub") && !feed.header("link").unwrap().contains("hub"));

        // Public again, it can be subscribed to again, and does not begin by itself.
        topic.organizer.sets_readers("panels", "public").await;
        site.settle().await;
        assert!(panels.delivered().is_empty());
        panels.subscribe(site, &[]).await;
        ping(&topic, 2).await;
        site.settle().await;
        assert_eq!(panels.delivered().len(), 1);
        assert!(!all.delivered().is_empty(), "the hub’s own feed was public all the time");
    }

    async fn a_feed_that_was_locked_before_it_was_sent_is_not_sent(site) {
        let mut topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        reader.subscribe(site, &[]).await;
        reader.server.publish(CALLBACK, Answer::of(503, "text/plain", "x"));
        ping(&topic, 1).await;
        site.settle().await;
        topic.organizer.sets_readers("-", "password").await;
        site.advance(minutes(2));
        site.settle().await;
        assert_eq!(reader.delivered().len(), 1, "the second try would have told what is locked");
        assert_eq!(reader.questions("denied").len(), 1);
        assert_eq!(count(site, &reader).await, 0);
    }

    async fn a_category_that_is_deleted_tells_its_subscribers_and_a_suspended_hub_is_silent(site) {
        let topic = site.hub("open", "at-once").await;
        let mut topic = site.category(topic.organizer, "panels", "open", "at-once").await;
        let (panels, all) = (Reader::of(site, "/sxsw/panels/rss"), Reader::of(site, "/sxsw/rss"));
        panels.subscribe(site, &[]).await;
        all.subscribe(site, &[]).await;
        let page = topic.organizer.open("/manage/sxsw/categories/panels").await;
        let delete = page.attributes("form[action$=delete]", "action").remove(0);
        topic.organizer.submit(&delete, &[("confirm", "panels")]).await.has_status(303);
        site.settle().await;
        assert_eq!(panels.questions("denied").len(), 1);
        assert_eq!(count(site, &panels).await, 0);

        topic.organizer.open("/operator").await;
        topic.organizer.submit("/operator/hubs/sxsw/suspend", &[]).await.has_status(303);
        site.settle().await;
        let before = all.delivered().len();
        let other = Reader::of(site, "/sxsw/rss");
        other.ask(site, "subscribe", &[]).await.has_status(404);
        site.settle().await;
        assert_eq!(all.delivered().len(), before);
        assert!(all.questions("denied").is_empty(), "it may come back");
        topic.organizer.open("/operator").await;
        topic.organizer.submit("/operator/hubs/sxsw/restore", &[]).await.has_status(303);
        topic.ping_at("/sxsw/keynotes", &[("url", "http://ada.example/1")]).await;
        site.settle().await;
        let sent = all.delivered();
        assert_eq!(sent.len(), before + 1);
        is_the_feed(site, &all, &sent[before]).await;
    }

    async fn a_renamed_feed_is_still_pushed_to_those_who_subscribed(site) {
        let mut topic = site.hub("open", "at-once").await;
        let reader = Reader::of(site, "/sxsw/keynotes/rss");
        reader.subscribe(site, &[]).await;
        topic.organizer.open("/manage/sxsw/settings").await;
        let (_, mut fields) = topic.organizer.open("/manage/sxsw/settings").await.form("/manage/sxsw/settings");
        fields.iter_mut().filter(|(name, _)| name == "slug").for_each(|(_, value)| *value = "sxsw-2003".into());
        topic.organizer.post("/manage/sxsw/settings", &fields).await.has_status(303);
        site.settle().await;
        let sent = reader.delivered();
        assert_eq!(sent.len(), 1);
        let links = sent[0].header("link").unwrap();
        assert!(links.contains(&format!("<{}>; rel=\"self\"", reader.topic)), "{links}");
        site.advance(seconds(10));
        reader.subscribe(site, &[]).await;
        assert_eq!(count(site, &reader).await, 1, "it can be renewed under its old name");
    }
}
