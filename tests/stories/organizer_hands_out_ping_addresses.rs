//! Ping keys: a personal ping address for each speaker, printed, used, and taken away.

use backchannel::model::id::HubId;

use crate::harness::{Blog, Browser, Page, days, hours};

const KEYS: &str = "/manage/sxsw/keys";

/// Makes keys, and gives back the sheet.
async fn make(organizer: &mut Browser, fields: &[(&str, &str)]) -> Page {
    organizer.open(KEYS).await;
    organizer.submit(KEYS, fields).await.has_status(200).clone()
}

story! { with blogs:
    async fn a_speaker_pings_with_an_address_of_their_own(site) {
        let mut topic = site.hub("passphrase", "new-blog-waits").await;
        let sheet = make(&mut topic.organizer, &[("names", "Ada Lovelace\n\n Grace Hopper "), ("hourly", "2")]).await;
        sheet.says("2 ping addresses").says("Ada Lovelace").says("Grace Hopper").says("Wrote about keynotes ?");
        let addresses = sheet.texts(".card code");
        assert_eq!(addresses.len(), 2);
        assert_eq!(sheet.attributes(".card svg", "role"), ["img", "img"]);
        let (ada, grace) = (&addresses[0], &addresses[1]);
        let key = ada.rsplit('/').next().unwrap();
        assert_eq!(key.len(), 27);
        // Shown once.
        topic.organizer.open(KEYS).await
            .says("Ada Lovelace").says("Not used yet").says("at most 2 an hour")
            .never_says(key);

        // The first post of a new blog waits, as with the passphrase; the next are listed at once.
        assert!(topic.ping_at(ada, &[("url", "http://ada.example/1"), ("title", "First")]).await.is_stored());
        site.browser().open("/sxsw/keynotes").await.never_says("First");
        topic.decide("First", "list").await.redirects_to("/manage/sxsw");
        let upper = ada.replace(key, &key.to_uppercase());
        assert!(topic.ping_at(&upper, &[("url", "http://ada.example/2"), ("title", "Second")]).await.is_stored());
        site.browser().open("/sxsw/keynotes").await.says("Second");
        topic.organizer.open(KEYS).await.says("2 posts, the last on 11 March 2003, 08:00");

        // The same post with the same key takes newer texts; with the passphrase it does not.
        site.advance(hours(1));
        topic.ping_at(ada, &[("url", "http://ada.example/2"), ("title", "Second, mended")]).await;
        site.browser().open("/sxsw/keynotes").await.says("Second, mended");
        topic.ping(&[("url", "http://ada.example/2"), ("title", "Second, spoilt")]).await;
        topic.ping_at(grace, &[("url", "http://ada.example/2"), ("title", "Second, spoilt")]).await;
        site.browser().open("/sxsw/keynotes").await.says("Second, mended").never_says("spoilt");

        // Its own quota, whatever address it comes from; nobody else's is touched.
        assert!(topic.ping_at(ada, &[("url", "http://ada.example/3")]).await.is_stored());
        let often = topic.ping_at(ada, &[("url", "http://ada.example/4")]).await;
        assert_eq!(often.status, 429);
        assert!(often.retry_after.is_some());
        assert!(topic.ping(&[("url", "http://ada.example/5")]).await.is_stored());

        // Taken away: it says so, and its posts stay.
        let revoke = topic.organizer.open(KEYS).await.action_beside("Ada Lovelace", "/revoke");
        topic.organizer.submit(&revoke, &[]).await.redirects_to(KEYS);
        topic.organizer.open(KEYS).await.says("revoked on 11 March 2003");
        let gone = topic.ping_at(ada, &[("url", "http://ada.example/6")]).await;
        assert!(gone.message().contains("This personal ping address does not work any more"), "{}", gone.body);
        site.browser().open("/sxsw/keynotes").await.says("Second, mended");
        // One that was never used leaves nothing behind.
        let revoke = topic.organizer.open(KEYS).await.action_beside("Grace Hopper", "/revoke");
        topic.organizer.submit(&revoke, &[]).await;
        topic.organizer.open(KEYS).await.never_says("Grace");
    }

    async fn a_key_may_list_at_once_run_out_and_open_one_category_only(site) {
        let topic = site.hub("passphrase", "all-wait").await;
        let keynotes = topic.page();
        let mut panels = site.category(topic.organizer, "panels", "open", "all-wait").await;
        let wanted = [
            ("names", "Track one"), ("category", "keynotes"), ("lists_at_once", "on"),
            ("expires_at", "2003-03-11T11:00"),
        ];
        let sheet = make(&mut panels.organizer, &wanted).await;
        sheet.says("1 ping address").says("Works until 11 March 2003, 11:00 CST.");
        let address = sheet.one_text(".card code");
        let key = address.rsplit('/').next().unwrap().to_owned();
        assert!(panels.ping_at(&address, &[("url", "http://ada.example/1"), ("title", "At once")]).await.is_stored());
        site.browser().open("/sxsw/keynotes").await.says("At once").never_says(&key);
        let elsewhere = format!("{}/{key}", panels.ping_url);
        let other = panels.ping_at(&elsewhere, &[("url", "http://ada.example/2")]).await;
        assert!(other.message().contains("belongs to another category"), "{}", other.body);

        // By Webmention: listed once its page was read. And on a receipt, in the passphrase's place.
        let ada = Blog::start();
        let source = ada.post("/mention", "Mentioned", &keynotes);
        panels.mention_at(&format!("/webmention?key={key}"), &source, &keynotes).await.has_status(201);
        site.browser().open("/sxsw/keynotes").await.never_says("Mentioned");
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("Mentioned");
        let late = ada.post("/late", "Late", &keynotes);
        let receipt = panels.receipt_of(&panels.mention(&late, &keynotes).await);
        let mut blogger = site.browser();
        blogger.open(&receipt).await;
        blogger.submit(&format!("{receipt}/passphrase"), &[("passphrase", &key)]).await.redirects_to(&receipt);
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("Late");

        site.advance(hours(3));
        let over = panels.ping_at(&address, &[("url", "http://ada.example/3")]).await;
        assert!(over.message().contains("does not work any more"), "{}", over.body);
        panels.organizer.open(KEYS).await.says("ran out on 11 March 2003, 11:00");
    }

    async fn a_year_after_its_end_a_key_is_forgotten_that_is_on_no_post(site) {
        let topic = site.hub("passphrase", "all-wait").await;
        let mut topic = site.category(topic.organizer, "panels", "passphrase", "all-wait").await;
        let wanted = [("names", "Ada\nGrace\nMary"), ("expires_at", "2003-03-11T11:00")];
        let sheet = make(&mut topic.organizer, &wanted).await;
        // Each may ping both categories.
        let addresses = sheet.texts(".card code");
        let (ada_keynotes, grace_panels) = (&addresses[0], &addresses[3]);
        for address in [ada_keynotes, grace_panels] {
            let post = [("url", "http://ada.example/1"), ("title", "First")];
            assert!(topic.ping_at(address, &post).await.is_stored());
        }
        make(&mut topic.organizer, &[("names", "Barbara")]).await;
        // Grace's post goes with its category.
        topic.organizer.open("/manage/sxsw/categories/panels").await;
        topic.organizer.submit("/manage/sxsw/categories/panels/delete", &[("confirm", "panels")]).await;
        for (later, names) in [(days(365), "Barbara, Mary, Grace, Ada"), (days(1), "Barbara, Ada")] {
            site.advance(later);
            backchannel::actions::prune::run(&site.app).await.unwrap();
            let keys = site.app.db.read(|c| backchannel::db::keys::list(c, HubId(1))).await.unwrap();
            let of: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
            assert_eq!(of.join(", "), names);
        }
    }

    async fn what_cannot_be_a_key_is_said_beside_its_field(site) {
        let mut topic = site.hub("open", "at-once").await;
        topic.organizer.open(KEYS).await.says("Make ping addresses");
        for (fields, sentence) in [
            ([("names", " "), ("hourly", "")], "Write at least one name"),
            ([("names", "Ada"), ("hourly", "601")], "Write a number from 1 to 600."),
            ([("names", "Ada"), ("expires_at", "2003-03-11T07:00")], "This moment is over."),
            ([("names", "Ada"), ("category", "nowhere")], "Choose a category of this hub."),
        ] {
            topic.organizer.open(KEYS).await;
            topic.organizer.submit(KEYS, &fields).await.has_status(422).says(sentence);
        }
        let many: Vec<String> = (0..101).map(|i| format!("Speaker {i}")).collect();
        topic.organizer.open(KEYS).await;
        topic.organizer.submit(KEYS, &[("names", &many.join("\n"))]).await.has_status(422).says("at most 100");
    }

    async fn a_quota_is_what_it_says(site) {
        let mut topic = site.hub("open", "at-once").await;
        let sheet = make(&mut topic.organizer, &[("names", "Ada"), ("hourly", "35"), ("category", "keynotes")]).await;
        let address = sheet.one_text(".card code");
        for n in 0..36 {
            let sent = topic.ping_at(&address, &[("url", &format!("http://ada.example/{n}"))]).await;
            assert_eq!(sent.is_stored(), n < 35, "{n}: {sent:?}");
        }
    }

    async fn a_phone_that_is_held_to_a_card_finds_the_form(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        let sheet = make(&mut topic.organizer, &[("names", "Ada"), ("category", "keynotes")]).await;
        let address = sheet.one_text(".card code");
        let path = address.strip_prefix(&site.base).unwrap();
        let mut phone = site.browser();
        phone.open(path).await.redirects_to("/sxsw/keynotes/add");
        phone.open("/sxsw/keynotes/add").await.says("This browser has your personal ping address until you close it.");
        site.advance(crate::harness::seconds(4));
        let post = [("url", "http://ada.example/1"), ("title", "From the phone")];
        phone.submit("/sxsw/keynotes/add", &post).await.has_status(303);
        site.browser().open("/sxsw/keynotes").await.says("From the phone");
        topic.organizer.open(KEYS).await.says("1 post");
        phone.open("/sxsw/keynotes/add").await;
        phone.submit("/sxsw/keynotes/add", &[("step", "forget")]).await.says("Posting passphrase");
        site.browser().open(&format!("{path}x")).await.redirects_to("/sxsw/keynotes");
    }

    async fn a_sheet_has_an_end(site) {
        let topic = site.hub("open", "at-once").await;
        let mut topic = site.category(topic.organizer, "panels", "open", "at-once").await;
        topic = site.category(topic.organizer, "parties", "open", "at-once").await;
        let names: Vec<String> = (0..70).map(|n| format!("Speaker {n}")).collect();
        topic.organizer.open(KEYS).await;
        let all = topic.organizer.submit(KEYS, &[("names", &names.join("\n")), ("category", "")]).await;
        all.has_status(422).says("A sheet has at most 200 cards");
        topic.organizer.open(KEYS).await.never_says("Speaker 1 ");
        let one = topic.organizer.submit(KEYS, &[("names", &names.join("\n")), ("category", "panels")]).await;
        assert_eq!(one.has_status(200).texts(".card").len(), 70);
    }
}
