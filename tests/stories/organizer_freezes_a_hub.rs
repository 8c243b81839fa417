//! The end of a hub: it is closed for good with a sentence, stays as it is at all its addresses, and
//! for 30 days that can be taken back.

use backchannel::actions::freeze;
use backchannel::actions::hubs::close;
use backchannel::actions::resolve::{Found, find_hub};
use backchannel::db::{DbError, accounts};
use backchannel::model::email::Email;
use serde_json::Value;

use crate::harness::process::{databases, ok, run, secret_file};
use crate::harness::{Answer, Blog, PASSWORD, Page, Topic, days, hours};

async fn freeze(topic: &mut Topic<'_>, words: &str) -> Page {
    topic.organizer.open("/manage/sxsw/freeze").await.has_status(200);
    topic.organizer.submit("/manage/sxsw/freeze", &[("words", words)]).await
}

async fn ping(topic: &Topic<'_>, title: &str) -> String {
    let url = format!("http://{}.example/post", title.to_lowercase());
    let sent = topic.ping(&[("url", &url), ("title", title)]).await;
    assert!(sent.is_stored(), "{sent:?}");
    sent.receipt.unwrap()
}

story! {
    async fn it_asks_first_and_then_keeps_everything_as_it_is(site) {
        let mut topic = site.hub("open", "all-wait").await;
        ping(&topic, "Alpha").await;
        ping(&topic, "Gamma").await;
        topic.decide("Alpha", "list").await.redirects_to("/manage/sxsw");
        topic.decide("Gamma", "list").await.redirects_to("/manage/sxsw");
        let waits = ping(&topic, "Beta").await;
        let desk = topic.organizer.open("/manage/sxsw/settings").await;
        assert!(desk.attributes("main a", "href").contains(&"/manage/sxsw/freeze".to_owned()));
        topic.organizer.open("/manage/sxsw/freeze").await
            .says("1 post waits to be looked at. They are not lost").says("For 30 days it can be taken back")
            .says("is kept waiting for 90 days");
        freeze(&mut topic, &"ü".repeat(201)).await.has_status(422).says("Not frozen yet. Say it in 200 characters at most.");
        site.browser().open("/sxsw").await.never_says("Closed on");

        freeze(&mut topic, "Thank <b>you</b>, all!").await.redirects_to("/manage/sxsw/freeze");
        let mut reader = site.browser();
        let page = reader.open("/sxsw").await;
        page.says("Closed on 11 March 2003: kept for reading").says("Thank <b>you</b>, all!").says("Alpha").never_says("Add your post");
        assert!(page.body.contains("Thank &#60;b&#62;you"), "it is a text");
        reader.open("/sxsw/keynotes").await.says("The organizers say: “Thank <b>you</b>, all!”").says("Alpha");
        reader.open("/sxsw/-/add").await.says("takes no more posts. The organizers say");
        reader.open("/sxsw/keynotes/add").await.says("takes no posts now").says("Thank <b>you</b>");
        let answer = topic.ping(&[("url", "http://delta.example/"), ("title", "Delta")]).await;
        assert!(answer.message().contains("takes no more posts. The organizers say: “Thank &lt;b&gt;you"), "{answer:?}");
        topic.mention("http://delta.example/", &topic.page()).await.has_status(400).says("The organizers say");

        // Feeds are over; all addresses stay.
        for feed in ["/sxsw/feed.json", "/sxsw/keynotes/feed.json", "/sxsw/feed.json?q=alpha"] {
            let feed: Value = serde_json::from_str(&reader.open(feed).await.body).unwrap();
            assert_eq!(feed["expired"], true, "{feed}");
        }
        for feed in ["/sxsw/rss", "/sxsw/atom", "/sxsw/keynotes/rss", "/sxsw/keynotes/atom"] {
            assert!(reader.open(feed).await.body.contains("<fh:complete/>"), "{feed}");
        }
        let permalink = reader.open("/sxsw").await.attributes("main a[href^=\"/p/\"]", "href").remove(0);
        for path in [permalink.as_str(), "/sxsw?q=alpha", "/sxsw/-/people", "/sxsw/-/stats", "/sxsw/opml", "/sxsw/-/wall"] {
            reader.open(path).await.has_status(200);
        }
        reader.open(&permalink).await.says("kept for reading");
        // Who had the settings open before, and opens the hub again now, does not.
        let (hub, by) = site.app.db.read(|c| {
            let Found::Here(hub) = find_hub(c, "sxsw")? else { panic!("sxsw is there") };
            let email = Email::parse("operator@example.org").unwrap();
            Ok::<_, DbError>((hub.id, accounts::find_by_email(c, &email)?.unwrap().0.id))
        }).await.unwrap();
        close(&site.app, hub, false, by).await.unwrap();
        reader.open("/sxsw").await.says("Closed on");
        topic.organizer.open("/manage/sxsw/log").await.never_says("opened the hub again");

        // Out of the queue; its sender is told.
        topic.organizer.open("/manage").await.says("frozen").never_says("to look at");
        topic.organizer.open("/manage/sxsw").await.says("This hub is frozen").says("1 post waited then").never_says("Beta");
        reader.open(&waits).await.says("Your post was not looked at").says("The organizers say: “Thank").never_says("Check again");
        reader.open("/sxsw/keynotes/add?post=http://beta.example/post").await.says("nobody had looked at it");
        topic.organizer.open("/manage/sxsw/log").await.says("froze the hub");
    }

    async fn nothing_is_changed_but_what_must_go_goes(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let listed = ping(&topic, "Alpha").await;
        ping(&topic, "Gamma").await;
        let waits = topic.organizer.open("/manage/sxsw").await.action_beside("Gamma", "/verdict");
        topic.decide("Alpha", "list").await.redirects_to("/manage/sxsw");
        ping(&topic, "Beta").await;
        topic.decide("Beta", "list").await.redirects_to("/manage/sxsw");
        site.advance(hours(1));
        let too_late = topic.organizer.open("/manage/sxsw/decided").await.action_beside("Alpha", "/undo");
        freeze(&mut topic, "").await.redirects_to("/manage/sxsw/freeze");
        site.browser().open("/sxsw").await.says("It is over. Everything in it stays here to be read.");
        topic.organizer.open("/manage/sxsw/settings").await.says("This hub was frozen on 11 March 2003").never_says("Save");

        let (_, token) = topic.organizer.open("/manage/sxsw/freeze").await.form("/manage/sxsw/unfreeze");
        for path in ["settings", "categories", "categories/keynotes", "categories/keynotes/delete", "close", "reopen", "rules", "keys", "feeds", "about", "look", "look/publish", "bulk"] {
            let path = format!("/manage/sxsw/{path}");
            topic.organizer.post(&path, &token).await.has_status(409).says("This hub is frozen").says("Nothing was changed");
        }
        let mut verdict = token.clone();
        verdict.push(("verdict".to_owned(), "list".to_owned()));
        topic.organizer.post(&waits, &verdict).await.has_status(409);

        // What is listed can go, by its organizers and by whoever sent it; that can be undone, the same day.
        let action = topic.organizer.open("/manage/sxsw/decided").await.action_beside("Beta", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "remove")]).await.has_status(303);
        site.browser().open("/sxsw").await.never_says("Beta").says("Alpha");
        let undo = topic.organizer.open("/manage/sxsw/decided").await.action_beside("Beta", "/undo");
        topic.organizer.submit(&undo, &[]).await.has_status(303);
        site.browser().open("/sxsw").await.says("Beta");
        // What was decided before is not undone; what is refused is not offered.
        let desk = topic.organizer.open("/manage/sxsw/decided").await;
        assert_eq!(desk.attributes("form[action$='/undo'], [data-edit]", "class"), Vec::<String>::new());
        topic.organizer.post(&too_late, &token).await.has_status(409);
        let mut sender = site.browser();
        sender.open(&listed).await.has_status(200);
        sender.submit(&format!("{listed}/withdraw"), &[]).await.redirects_to(&listed);
        site.browser().open("/sxsw").await.never_says("Alpha");
        // And readers report.
        let permalink = sender.open("/sxsw").await.attributes("main a[href^=\"/p/\"]", "href").remove(0);
        sender.open(&format!("{permalink}/report")).await;
        sender.submit(&format!("{permalink}/report"), &[("reason", "abuse")]).await.says("Thank you");
        topic.organizer.open("/manage").await.says("1 report");
    }

    async fn within_thirty_days_it_is_as_it_was_and_then_it_is_final(site) {
        let mut topic = site.hub("open", "all-wait").await;
        site.settle().await;
        ping(&topic, "Beta").await;
        // Before anybody was told by mail.
        freeze(&mut topic, "").await.redirects_to("/manage/sxsw/freeze");
        site.advance(days(29));
        assert!(!site.mails().await.iter().any(|mail| mail.contains("Beta")), "no mails");
        topic.organizer.open("/signin").await;
        topic.organizer.submit("/signin", &[("email", "operator@example.org"), ("password", PASSWORD)]).await;
        topic.organizer.open("/manage/sxsw/freeze").await.says("Until 10 April 2003");
        topic.organizer.submit("/manage/sxsw/unfreeze", &[]).await.redirects_to("/manage/sxsw/settings");
        topic.organizer.open("/manage/sxsw").await.says("Beta").says("1 post to look at");
        site.mail_with("/m/").await;
        assert!(topic.ping(&[("url", "http://delta.example/"), ("title", "Delta")]).await.is_stored());
        site.browser().open("/sxsw").await.never_says("Closed on");

        // What was closed before stays closed.
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/close", &[]).await.has_status(303);
        site.advance(hours(1));
        freeze(&mut topic, "").await.redirects_to("/manage/sxsw/freeze");
        topic.organizer.open("/manage/sxsw/freeze").await;
        topic.organizer.submit("/manage/sxsw/unfreeze", &[]).await.redirects_to("/manage/sxsw/settings");
        topic.organizer.open("/manage/sxsw/settings").await.says("Open the hub again");
        site.browser().open("/sxsw").await.says("Closed on 9 April 2003").never_says("stays here to be read");

        freeze(&mut topic, "").await.redirects_to("/manage/sxsw/freeze");
        site.advance(days(31));
        topic.organizer.open("/signin").await;
        topic.organizer.submit("/signin", &[("email", "operator@example.org"), ("password", PASSWORD)]).await;
        topic.organizer.open("/manage/sxsw/freeze").await.says("that is final").never_says("Unfreeze");
        let (_, token) = topic.organizer.open("/account").await.form("/account/name");
        topic.organizer.post("/manage/sxsw/unfreeze", &token).await.has_status(400).says("that is final");
        // The operator still can.
        let hub = site.app.db.read(|c| backchannel::db::hubs::list_all(c, 0, 1)).await.unwrap().remove(0);
        freeze::unfreeze(&site.app, &hub, None).await.unwrap();
        topic.organizer.open("/manage/sxsw/log").await.says("The command line").says("took the freezing of the hub back");
        assert!(topic.ping(&[("url", "http://epsilon.example/"), ("title", "Epsilon")]).await.message().contains("closed"));
    }

    async fn whoever_may_not_read_it_is_not_told_that_it_is_over(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.organizer.sets_readers("-", "password").await;
        freeze(&mut topic, "The secret is out").await.redirects_to("/manage/sxsw/freeze");
        let mut reader = site.browser();
        for path in ["/sxsw", "/sxsw/keynotes", "/sxsw/feed.json", "/sxsw/-/add", "/"] {
            reader.open(path).await.never_says("The secret is out").never_says("Closed on");
        }
        let answer = topic.ping(&[("url", "http://delta.example/"), ("title", "Delta")]).await;
        assert!(!answer.body.contains("The secret is out"), "{answer:?}");
    }
}

#[tokio::test]
async fn the_operator_freezes_and_unfreezes_from_the_command_line() {
    for database in databases() {
        let password = secret_file(&database, "password", PASSWORD);
        ok(&run(&database, &["account", "add", "ada@example.org", "--password-file", &password]));
        ok(&run(
            &database,
            &["hub", "add", "sxsw", "--title", "SXSW", "--owner", "ada@example.org"],
        ));
        let category = [
            "category",
            "add",
            "sxsw/all",
            "--title",
            "All",
            "--ping",
            "open",
            "--listing",
            "at-once",
        ];
        let too_long = "x".repeat(201);
        assert!(!run(&database, &["hub", "freeze", "sxsw", "--words", &too_long]).status.success());
        assert_eq!(
            ok(&run(&database, &["hub", "freeze", "sxsw", "--words", "Thank you all!"])),
            "froze sxsw\n"
        );
        assert!(ok(&run(&database, &["hub", "list"])).contains("\tfrozen\t"));
        assert!(!run(&database, &["hub", "freeze", "sxsw"]).status.success(), "once");
        assert!(!run(&database, &category).status.success(), "it stays as it is");
        let talks = secret_file(&database, "talks.csv", "title,start\nHello,2003-03-08 10:00\n");
        for more in [&[][..], &["--dry-run"]] {
            let import = [&["hub", "programme", "sxsw", &talks], more].concat();
            let refused = run(&database, &import);
            let said = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(said.contains("This hub is frozen"), "{said}");
        }
        assert_eq!(ok(&run(&database, &["hub", "unfreeze", "sxsw"])), "unfroze sxsw\n");
        assert!(ok(&run(&database, &["hub", "list"])).contains("\topen\t"));
        ok(&run(&database, &category));
        ok(&run(&database, &["vacuum"]));
        assert!(ok(&run(&database, &["hub", "list"])).contains("\topen\t"));
    }
}

mod resting {
    use super::*;

    story! { with blogs:
        async fn nobodys_pages_and_feeds_are_read_until_it_is_taken_back(site) {
            let mut topic = site.hub("open", "at-once").await;
            let ada = Blog::start();
            let source = ada.post("/keynote", "Notes on the keynote", &topic.page());
            topic.mention(&source, &topic.page()).await.has_status(201);
            let feed = ada.publish("/feed.xml", Answer::feed("<rss version=\"2.0\"><channel><title>Ada</title></channel></rss>"));
            topic.organizer.open("/manage/sxsw/feeds").await;
            topic.organizer.submit("/manage/sxsw/feeds", &[("category", "keynotes"), ("url", &feed)]).await.has_status(303);
            site.settle().await;
            site.browser().open("/sxsw").await.says("Notes on the keynote");
            freeze(&mut topic, "").await.redirects_to("/manage/sxsw/freeze");
            let before = ada.asked().len();
            for _ in 0..3 {
                site.advance(days(1));
                site.settle().await;
            }
            assert_eq!(ada.asked().len(), before, "nothing is read");
            // Its page goes, and the post stays: the hub keeps what it has.
            ada.publish("/keynote", Answer::of(410, "text/html", "gone"));
            site.browser().open("/sxsw").await.says("Notes on the keynote");
            let hub = site.app.db.read(|c| backchannel::db::hubs::list_all(c, 0, 1)).await.unwrap().remove(0);
            freeze::unfreeze(&site.app, &hub, None).await.unwrap();
            site.settle().await;
            let asked = ada.asked().split_off(before);
            assert!(asked.iter().any(|asked| asked.path == "/keynote"), "{asked:?}");
            assert!(asked.iter().any(|asked| asked.path == "/feed.xml"), "{asked:?}");
            site.browser().open("/sxsw").await.never_says("Notes on the keynote");
        }
    }
}
