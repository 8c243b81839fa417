//! What waits or was listed comes by mail: at once, in digests, never too often; a link in it
//! decides about one post, once.

use backchannel::actions::moderate::{self, Decided};
use backchannel::model::id::{AccountId, HubId, PingId};
use backchannel::model::ping::Verdict;

use crate::harness::{Browser, PASSWORD, Page, Site, Topic, days, hours, minutes, seconds};

/// A mail's text part as it reads: soft line ends and escapes of quoted-printable undone.
fn text(mail: &str) -> String {
    let body = mail.replace("=\r\n", "").replace("\r\n", "\n");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// The paths of all links of one kind in a mail, once each.
fn links(site: &Site, mail: &str, path: &str) -> Vec<String> {
    let start = format!("{}{path}", site.base);
    let text = text(mail);
    let mut found: Vec<String> = Vec::new();
    for (at, _) in text.match_indices(&start) {
        let link = text[at..].split(|c: char| c.is_whitespace() || c == '"' || c == '>').next();
        let link = link.unwrap().strip_prefix(&site.base).unwrap().to_owned();
        if !found.contains(&link) {
            found.push(link);
        }
    }
    found
}

/// Mails to members so far: not those of accounts.
async fn digests(site: &Site) -> Vec<String> {
    let all = site.mails().await;
    all.into_iter().filter(|mail| mail.contains("List-Unsubscribe:")).collect()
}

async fn ping(topic: &Topic<'_>, n: usize) {
    let (url, title) = (format!("http://blog{n}.example/{n}"), format!("Post number {n}"));
    let sent = topic.ping(&[("url", &url), ("title", &title), ("excerpt", "Some words.")]).await;
    assert!(sent.is_stored(), "{sent:?}");
}

async fn choose(topic: &mut Topic<'_>, waiting: &str, listed: &str) {
    topic.organizer.open("/manage/sxsw/notifications").await.has_status(200);
    let chosen = [("waiting", waiting), ("listed", listed)];
    let saved = topic.organizer.submit("/manage/sxsw/notifications", &chosen).await;
    saved.redirects_to("/manage/sxsw/notifications");
}

/// Somebody again: a session lasts eight hours.
async fn sign_in(site: &Site, email: &str) -> Browser {
    let mut browser = site.browser();
    browser.open("/signin").await;
    browser.submit("/signin", &[("email", email), ("password", PASSWORD)]).await.has_status(303);
    browser
}

async fn operate(site: &Site, action: &str) {
    let mut operator = sign_in(site, "operator@example.org").await;
    operator.open("/operator").await;
    operator.submit(action, &[]).await.has_status(303);
}

async fn press(browser: &mut Browser, link: &str, verdict: &str) -> Page {
    browser.open(link).await.says("List it");
    browser.submit(link, &[("verdict", verdict)]).await
}

story! {
    async fn the_first_post_at_once_and_those_that_follow_in_one_mail(site) {
        let topic = site.hub("open", "all-wait").await;
        ping(&topic, 1).await;
        let mails = digests(site).await;
        assert_eq!(mails.len(), 1);
        let first = text(&mails[0]);
        assert!(first.contains("Subject: A post waits for you: SXSW 2003"), "{first}");
        assert!(first.contains("To: operator@example.org"));
        assert!(first.contains("Post number 1") && first.contains("Some words."));
        // Both halves say why.
        assert_eq!(first.matches("Why it waits: not a trusted blog yet, its page could not be read, every post waits here").count(), 2, "{first}");
        assert!(first.contains("multipart/alternative") && first.contains("<h1>Waiting for you</h1>"));
        assert!(!first.contains("<img") && !first.contains("src="), "nothing is fetched");
        for n in 2..=4 {
            ping(&topic, n).await;
            site.advance(minutes(2));
        }
        assert_eq!(digests(site).await.len(), 1, "the quarter of an hour is not over");
        site.advance(minutes(10));
        let mails = digests(site).await;
        assert_eq!(mails.len(), 2);
        let second = text(&mails[1]);
        assert!(second.contains("Subject: 3 posts wait for you: SXSW 2003"), "{second}");
        assert!(second.contains("Post number 4") && !second.contains("Post number 1"));
        site.advance(hours(3));
        assert_eq!(digests(site).await.len(), 2, "nothing came, nothing is told");
        ping(&topic, 5).await;
        assert_eq!(digests(site).await.len(), 3, "at once again");
    }

    async fn a_link_shows_on_get_acts_on_post_and_works_once(site) {
        let mut topic = site.hub("open", "all-wait").await;
        ping(&topic, 1).await;
        ping(&topic, 2).await;
        let mail = digests(site).await.remove(0);
        let found = links(site, &mail, "/m/");
        assert_eq!(found.len(), 2, "one for each post");
        let mut phone = site.browser();
        for _ in 0..3 {
            let page = phone.open(&found[0]).await;
            page.says("Post number 1").says("Not here");
            assert_eq!(page.header("x-robots-tag"), Some("noindex"));
            assert_eq!(page.header("cache-control"), Some("no-store"));
            assert_eq!(page.header("referrer-policy"), Some("same-origin"));
        }
        phone.head(&found[0]).await;
        topic.organizer.open("/manage/sxsw").await.says("2 posts to look at");
        press(&mut phone, &found[0], "list").await.says("is now listed");
        site.browser().open("/sxsw").await.says("Post number 1");
        phone.open(&found[0]).await.says("This was decided already").never_says("Post number 1");

        // Its verdict is noted as its member's; taking it back does not bring the link back.
        let by = site.app.db.read(|c| backchannel::db::queue::list_decided(c, backchannel::model::id::HubId(1), None, None, 9)).await.unwrap();
        assert_eq!(by.len(), 1);
        site.advance(minutes(1));
        let undo = topic.organizer.open("/manage/sxsw/decided").await.action_beside("Post number 1", "/verdict").replace("/verdict", "/undo");
        let (_, fields) = topic.organizer.open("/manage/sxsw/decided").await.form("/manage/sxsw/pings/");
        topic.organizer.post(&undo, &fields).await.redirects_to("/manage/sxsw/decided");
        phone.open(&found[0]).await.says("taken back since").never_says("Post number 1");

        // Somebody else was faster: nothing is overwritten.
        let page = phone.open(&found[1]).await;
        let (action, mut fields) = page.form("/m/");
        topic.decide("Post number 2", "spam").await;
        fields.push(("verdict".into(), "list".into()));
        phone.post(&action, &fields).await.says("set aside as spam");
        site.browser().open("/sxsw").await.never_says("Post number 2");
    }

    async fn a_verdict_by_mail_says_why_and_is_taken_back_at_once(site) {
        let mut topic = site.hub("open", "all-wait").await;
        ping(&topic, 1).await;
        let link = links(site, &digests(site).await.remove(0), "/m/").remove(0);
        let mut phone = site.browser();
        let page = phone.open(&link).await;
        page.says("every post waits here").says("not a trusted blog yet");
        let read = page.attributes("main a[rel]", "href");
        assert_eq!(read, ["http://blog1.example/1", "http://blog1.example/1"]);
        let done = phone.submit(&link, &[("verdict", "list")]).await;
        done.says("is now listed").says("Undo");
        let (action, mut fields) = done.form("/m/");
        let there = done.attributes("main a.btn", "href").remove(0);
        site.browser().open(&there).await.says("Post number 1");
        // The key is that verdict's and that link's alone, and stands in that answer only.
        phone.open(&link).await.says("This was decided already").never_says("name=\"key\"");
        fields.push(("verdict".into(), "undo".into()));
        for (field, other) in [("key", "aaaaaaaaaaaaaaaaaaaaaaaaaa"), ("event", "1"), ("event", ""), ("key", "")] {
            let mut forged = fields.clone();
            forged.retain(|(name, _)| name != field);
            forged.push((field.into(), other.into()));
            let is_forged = forged.iter().any(|(name, value)| name == field && !fields.contains(&(name.clone(), value.clone())));
            if is_forged {
                phone.post(&action, &forged).await.has_status(404);
            }
        }
        site.browser().open("/sxsw").await.says("Post number 1");
        site.advance(seconds(1));
        phone.post(&action, &fields).await.says("Taken back").says("waits again");
        site.browser().open("/sxsw").await.never_says("Post number 1");
        topic.organizer.open("/manage/sxsw").await.says("Post number 1");
        // The link stays used up, and what is decided anew on the desk stands.
        phone.open(&link).await.says("taken back since").never_says("Post number 1");
        topic.decide("Post number 1", "spam").await;
        phone.post(&action, &fields).await.says("This was decided already");
        topic.organizer.open("/manage/sxsw").await.says("Nothing to look at");

        // After a day, it is for the desk to say something else.
        ping(&topic, 2).await;
        site.advance(minutes(20));
        let link = links(site, &digests(site).await.pop().unwrap(), "/m/").remove(0);
        let done = press(&mut phone, &link, "not-here").await;
        let (action, mut fields) = done.form("/m/");
        fields.push(("verdict".into(), "undo".into()));
        site.advance(days(2));
        phone.post(&action, &fields).await.says("Too late for that");
    }

    async fn a_verdict_by_mail_names_what_it_trusts_and_bars(site) {
        let topic = site.hub("open", "all-wait").await;
        let mut phone = site.browser();
        for (url, trusts, bars, barred) in [
            ("http://notes.purl.example/1", "notes.purl.example", "all of purl.example", "Barred: all of purl.example, but for blogs you trust."),
            ("http://eve.example/1", "eve.example", "eve.example", "eve.example is barred."),
        ] {
            topic.ping(&[("url", url), ("title", "Buy this")]).await;
            site.advance(minutes(20));
            let link = links(site, &digests(site).await.pop().unwrap(), "/m/").remove(0);
            let page = phone.open(&link).await;
            let named = [format!("List it and trust {trusts}"), "Not here".into(), format!("Spam and bar {bars}")];
            assert_eq!(page.texts("main form button"), named);
            phone.submit(&link, &[("verdict", "spam")]).await.says("is now set aside as spam.").says(barred);
        }
        // What is barred already is named no more; what is listed bars nothing.
        topic.ping(&[("url", "http://ada.example/1"), ("title", "Ada")]).await;
        site.advance(minutes(20));
        let link = links(site, &digests(site).await.pop().unwrap(), "/m/").remove(0);
        press(&mut phone, &link, "list").await.says("is now listed.").never_says("arred");
        topic.ping(&[("url", "http://ada.example/2"), ("title", "Again")]).await;
        site.advance(minutes(20));
        let link = links(site, &digests(site).await.pop().unwrap(), "/m/").remove(0);
        assert_eq!(phone.open(&link).await.texts("main form button")[0], "List it");
    }

    async fn a_verdict_by_mail_is_taken_back_while_it_stands(site) {
        let topic = site.hub("open", "all-wait").await;
        ping(&topic, 1).await;
        let link = links(site, &digests(site).await.remove(0), "/m/").remove(0);
        // Given in the link's last minutes, it has its own day.
        site.advance(days(6) + hours(23));
        let mut phone = site.browser();
        let undo = |done: &Page| {
            let (action, mut fields) = done.form("/m/");
            fields.push(("verdict".into(), "undo".into()));
            (action, fields)
        };
        let (action, fields) = undo(&press(&mut phone, &link, "spam").await);
        site.advance(hours(2));
        phone.post(&action, &fields).await.says("Taken back").says("waits again");

        // What its sender took back since is none of the verdict's.
        let sent = topic.ping(&[("url", "http://ada.example/2"), ("title", "Two")]).await;
        site.advance(minutes(20));
        let link = links(site, &digests(site).await.pop().unwrap(), "/m/").remove(0);
        let (action, fields) = undo(&press(&mut phone, &link, "list").await);
        let (mut blogger, receipt) = (site.browser(), sent.receipt.unwrap());
        blogger.open(&receipt).await;
        blogger.submit(&format!("{receipt}/withdraw"), &[]).await.has_status(303);
        phone.post(&action, &fields).await.says("the post is removed").never_says("taken back since");
    }

    async fn a_verdict_that_stood_already_leaves_nothing_to_take_back(site) {
        let topic = site.hub("open", "all-wait").await;
        ping(&topic, 1).await;
        let (hub, post, by) = (HubId(1), PingId(1), AccountId(1));
        let decide = || moderate::decide(&site.app, hub, post, None, Verdict::Spam, by);
        assert!(matches!(decide().await.unwrap(), Decided::Done(_, Some(_))));
        assert!(matches!(decide().await.unwrap(), Decided::Done(_, None)));
    }

    async fn a_link_dies_with_time_with_its_member_and_when_it_is_touched(site) {
        let topic = site.hub("open", "all-wait").await;
        ping(&topic, 1).await;
        let link = links(site, &digests(site).await.remove(0), "/m/").remove(0);
        let mut phone = site.browser();
        let foreign = phone.post_from(&link, &[("verdict".into(), "list".into())], &[]).await;
        foreign.has_status(403);
        for at in [3, 20, 40, 60, 70] {
            let mut other = link.clone().into_bytes();
            other[at] = if other[at] == b'a' { b'b' } else { b'a' };
            phone.open(&String::from_utf8(other).unwrap()).await.has_status(404);
        }
        site.advance(days(7));
        phone.open(&link).await.says("This link is too old").never_says("Post number 1");
        ping(&topic, 2).await;
        let link = links(site, &digests(site).await.pop().unwrap(), "/m/").remove(0);
        let page = phone.open(&link).await;
        page.says("Post number 2");
        let (action, mut fields) = page.form("/m/");
        fields.push(("verdict".into(), "list".into()));
        let now = site.app.clock.now();
        let account = backchannel::model::id::AccountId(1);
        site.app.db.write(move |tx| backchannel::db::accounts::update_suspended(tx, account, true, now)).await.unwrap();
        phone.post(&action, &fields).await.has_status(404);
        phone.open(&link).await.has_status(404);
        site.browser().open("/sxsw").await.never_says("Post number 2");
        ping(&topic, 3).await;
        site.advance(minutes(20));
        assert_eq!(digests(site).await.len(), 2, "whoever is suspended is told nothing");
    }

    async fn one_click_ends_mails_without_a_cookie(site) {
        let mut topic = site.hub("open", "all-wait").await;
        ping(&topic, 1).await;
        let mail = digests(site).await.remove(0);
        assert!(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{mail}");
        let out = links(site, &mail, "/unsubscribe/").remove(0);
        assert!(mail.contains(&format!("List-Unsubscribe: <{}{out}>\r\n", site.base)), "{mail}");
        let mut program = site.browser();
        program.open(&out).await.says("Stop these mails?").says("posts that wait");
        topic.organizer.open("/manage/sxsw/notifications").await;
        let one_click = [("List-Unsubscribe".to_owned(), "One-Click".to_owned())];
        let done = site.browser().post_from(&out, &one_click, &[]).await;
        done.has_status(200).says("No more of these mails");
        assert_eq!(done.header("set-cookie"), None);
        site.advance(minutes(20));
        ping(&topic, 2).await;
        assert_eq!(digests(site).await.len(), 1);
        let page = topic.organizer.open("/manage/sxsw/notifications").await;
        assert_eq!(page.attributes("input[checked]", "value"), ["off", "off"]);
        choose(&mut topic, "digest", "off").await;
        site.advance(minutes(20));
        ping(&topic, 3).await;
        let mails = digests(site).await;
        assert_eq!(mails.len(), 2);
        assert!(!mails[1].contains("Post number 2"), "what came meanwhile is on the desk");
        program.open("/unsubscribe/nonsense").await.has_status(404);
    }

    async fn listed_posts_are_told_each_or_in_the_morning(site) {
        let mut topic = site.hub("open", "at-once").await;
        ping(&topic, 1).await;
        assert_eq!(digests(site).await.len(), 0, "off, unless somebody wants it");
        choose(&mut topic, "digest", "each").await;
        site.advance(seconds(1));
        ping(&topic, 2).await;
        let mails = digests(site).await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].contains("Subject: A new post is listed: SXSW 2003"), "{}", mails[0]);
        assert!(!mails[0].contains("Post number 1"));
        assert_eq!(links(site, &mails[0], "/p/").len(), 1);
        assert_eq!(links(site, &mails[0], "/m/").len(), 0);
        ping(&topic, 3).await;
        ping(&topic, 4).await;
        site.advance(minutes(16));
        let mails = digests(site).await;
        assert_eq!(mails.len(), 2);
        assert!(mails[1].contains("2 new posts are listed"), "{}", mails[1]);

        // Half past two in the afternoon in UTC is half past eight in Austin.
        choose(&mut topic, "digest", "daily").await;
        site.advance(seconds(1));
        ping(&topic, 5).await;
        site.advance(hours(12));
        ping(&topic, 6).await;
        assert_eq!(digests(site).await.len(), 2);
        site.advance(hours(10));
        assert_eq!(digests(site).await.len(), 2, "not yet eight o’clock");
        site.advance(hours(2));
        let mails = digests(site).await;
        assert_eq!(mails.len(), 3);
        assert!(mails[2].contains("2 new posts are listed"), "{}", mails[2]);
        site.advance(days(1));
        assert_eq!(digests(site).await.len(), 3, "a day without posts is a day without mail");
        ping(&topic, 7).await;
        site.advance(days(1));
        assert_eq!(digests(site).await.len(), 4);
    }

    async fn who_was_suspended_is_told_again_when_they_are_let_in(site) {
        let _operator = site.operator().await;
        let mut ada = site.organizer("ada@example.org").await;
        ada.open("/manage/new").await;
        ada.submit("/manage/new", &[("title", "SXSW 2003"), ("slug", "sxsw")]).await;
        let mut topic = site.category(ada, "keynotes", "open", "at-once").await;
        choose(&mut topic, "off", "daily").await;
        operate(site, "/operator/hubs/sxsw/suspend").await;
        site.advance(days(2));
        assert_eq!(digests(site).await.len(), 0);
        operate(site, "/operator/hubs/sxsw/restore").await;
        ping(&topic, 1).await;
        site.advance(days(1));
        assert_eq!(digests(site).await.len(), 1, "the daily mail goes on");

        let mut ada = sign_in(site, "ada@example.org").await;
        ada.open("/manage/sxsw/notifications").await;
        ada.submit("/manage/sxsw/notifications", &[("waiting", "digest"), ("listed", "off")]).await;
        site.advance(seconds(1));
        ada.open("/manage/sxsw/rules").await;
        let rule = [("kind", "phrase"), ("pattern", "number"), ("action", "wait"), ("reason", "x"), ("step", "make")];
        ada.submit("/manage/sxsw/rules", &rule).await.has_status(303);
        for (verb, n, mails) in [("suspend", 2, 1), ("restore", 3, 2)] {
            let mut operator = sign_in(site, "operator@example.org").await;
            let desk = operator.open("/operator").await;
            let action = desk.action_beside("ada@example.org · since", &format!("/{verb}"));
            operator.submit(&action, &[]).await.has_status(303);
            ping(&topic, n).await;
            site.advance(hours(1));
            assert_eq!(digests(site).await.len(), mails, "{verb}");
        }
        let last = digests(site).await.pop().unwrap();
        assert!(text(&last).contains("Post number 2"), "{}", text(&last));
    }

    async fn a_flood_of_an_hour_is_four_mails_and_a_day_has_twenty(site) {
        // 100,000 pings or these: a mail is written from what is new when it is due, and nothing
        // but a row of `jobs` that is there already comes of each further ping.
        let topic = site.hub("passphrase", "all-wait").await;
        for n in 0..59 {
            ping(&topic, n).await;
            site.settle().await;
            site.advance(seconds(50));
        }
        let mails = digests(site).await;
        assert!((3..=4).contains(&mails.len()), "{} mails", mails.len());
        for n in 100..220 {
            ping(&topic, n).await;
            site.settle().await;
            site.advance(minutes(8));
        }
        let mails = digests(site).await;
        assert_eq!(mails.len(), 20, "sixteen hours later");
        site.advance(hours(9));
        let mails = digests(site).await;
        assert!(mails.len() > 20, "the next day begins");
        assert!(text(&mails[20]).contains("more wait."), "{}", text(&mails[20]));
    }

    async fn each_member_has_their_own_choice(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let mut other = site.organizer("bea@example.org").await;
        other.open("/manage/sxsw/notifications").await.has_status(404);
        let now = site.app.clock.now();
        site.app.db.write(move |tx| {
            use backchannel::model::{account::Role, id::{AccountId, HubId}};
            backchannel::db::members::insert(tx, HubId(1), AccountId(2), Role::Moderator, now)
        }).await.unwrap();
        other.open("/manage/sxsw/notifications").await.has_status(200).says("bea@example.org");
        choose(&mut topic, "off", "off").await;
        site.advance(seconds(1));
        ping(&topic, 1).await;
        let mails = digests(site).await;
        assert_eq!(mails.len(), 1, "a moderator is told by default");
        assert!(mails[0].contains("To: bea@example.org"));
        let link = links(site, &mails[0], "/m/").remove(0);
        press(&mut site.browser(), &link, "not-here").await.says("marked “not here”");
        topic.organizer.open("/manage/sxsw").await.says("Nothing to look at");
    }
}
