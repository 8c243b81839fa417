//! A post links to a category: Webmention (W3C Recommendation, section 3.2).

use crate::harness::{Answer, Blog, days, hours, minutes, post};

story! { with blogs:
    async fn a_mention_is_stored_its_page_read_and_the_post_listed_by_its_own_words(site) {
        let mut topic = site.hub("open", "new-blog-waits").await;
        let ada = Blog::start();
        let source = ada.post("/keynote", "Notes on the keynote", &topic.page());
        let created = topic.mention(&source, &topic.page()).await;
        let receipt = topic.receipt_of(&created);
        let mut reader = site.browser();
        reader.open(&receipt).await.says("Your post is stored").says("Reading your page");
        // Nobody sees a claim before it is verified.
        topic.organizer.open("/manage/sxsw").await.says("Nothing to look at").never_says("keynote</a>");

        site.settle().await;
        reader.open(&receipt).await
            .says("Page read, link found")
            .says("What was said about the talk, and by whom.")
            .says("The title was taken from the h-entry's p-name")
            .says("Waiting for an organizer");
        topic.organizer.open("/manage/sxsw").await.says("Notes on the keynote").says("its page links here");
        topic.decide("Notes on the keynote", "list").await.redirects_to("/manage/sxsw");
        site.browser().open("/sxsw/keynotes").await.says("Notes on the keynote").says("Ada’s blog");
        reader.open(&receipt).await.says("Your post is listed");

        // The blog is trusted now: its next post is listed when its page was read.
        let second = ada.post("/panel", "Notes on a panel", &topic.page());
        topic.mention(&second, &topic.page()).await.has_status(201);
        site.browser().open("/sxsw/keynotes").await.never_says("Notes on a panel");
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("Notes on a panel");

        let head = &ada.asked()[0].head;
        assert!(head.contains("user-agent: Backchannel/"), "{head}");
        assert!(head.contains("/help#fetching; ping "), "{head}");
        assert!(head.contains("accept-encoding: identity"), "{head}");
    }

    async fn a_page_without_the_link_is_never_seen_and_says_so_to_its_sender(site) {
        let mut topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let commented = format!("<p>{}</p><!-- <a href='{}'>x</a> -->", topic.page(), topic.page());
        let source = ada.publish("/shy", Answer::html(commented));
        let receipt = topic.receipt_of(&topic.mention(&source, &topic.page()).await);
        site.settle().await;
        let mut reader = site.browser();
        reader.open(&receipt).await
            .says("No link to this category on your page")
            .says(&format!("Put a link to {} into your post", topic.page()));
        topic.organizer.open("/manage/sxsw").await.says("Nothing to look at");
        site.browser().open("/sxsw/keynotes").await.never_says("/shy");

        // Mended, and checked again: at most every ten minutes.
        ada.post("/shy", "Not shy any more", &topic.page());
        reader.open(&receipt).await;
        reader.submit(&format!("{receipt}/check"), &[]).await.redirects_to(&receipt);
        site.settle().await;
        reader.open(&receipt).await.says("No link to this category").says("It is read again on 11 March 2003, 08:10 CST.");
        assert_eq!(ada.asked().len(), 1);
        site.advance(minutes(10));
        site.settle().await;
        reader.open(&receipt).await.says("Your post is listed");
        site.browser().open("/sxsw/keynotes").await.says("Not shy any more");
    }

    async fn without_the_passphrase_it_waits_and_the_receipt_takes_it_later(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        let ada = Blog::start();
        let source = ada.post("/1", "Without a word", &topic.page());
        let receipt = topic.receipt_of(&topic.mention(&source, &topic.page()).await);
        site.settle().await;
        topic.organizer.open("/manage/sxsw").await.says("Without a word");
        let mut blogger = site.browser();
        blogger.open(&receipt).await.says("It came without the passphrase");
        let prove = format!("{receipt}/passphrase");
        blogger.submit(&prove, &[("passphrase", "violet clown")]).await
            .has_status(422).says("This is not the passphrase of this category.");
        blogger.submit(&prove, &[("passphrase", "Violet Crown")]).await.redirects_to(&receipt);
        topic.organizer.open("/manage/sxsw").await.says("with the passphrase");

        // With the key on the endpoint nobody waits.
        let source = ada.post("/2", "With the word", &topic.page());
        topic.mention_at("/webmention?key=violet-crown", &source, &topic.page()).await.has_status(201);
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("With the word").never_says("violet");
        let wrong = topic.mention_at("/webmention?key=violet-clown", &source, &topic.page()).await;
        assert_eq!(wrong.has_status(400).body, "The passphrase is not right: check it with the organizers.\n");
    }

    async fn a_passphrase_in_the_target_is_taken_and_its_sender_warned(site) {
        let topic = site.hub("passphrase", "at-once").await;
        let ada = Blog::start();
        let target = topic.ping_url.clone();
        let source = ada.post("/open-secret", "Open secret", &target);
        let receipt = topic.receipt_of(&topic.mention(&source, &target).await);
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("Open secret").never_says("violet");
        site.browser().open(&receipt).await.says("where everybody can read it").never_says("violet");
    }

    async fn a_category_may_refuse_what_comes_without_its_passphrase(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        let edit = "/manage/sxsw/categories/keynotes";
        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("unproved", "refuse")]).await.redirects_to("/manage/sxsw/categories");
        let ada = Blog::start();
        let source = ada.post("/1", "Without a word", &topic.page());
        let refused = topic.mention(&source, &topic.page()).await;
        refused.has_status(400);
        assert!(refused.body.starts_with("This category takes posts with its passphrase only"), "{}", refused.body);
        let fault = topic.call("pingback.ping", &[&source, &topic.page()]).await;
        assert!(fault.body.contains("<int>49</int>"), "{}", fault.body);
        let path = format!("/sxsw/keynotes/add?post={source}");
        site.browser().open(&path).await.says("The passphrase was missing").says("with its passphrase only");
    }

    async fn what_cannot_be_a_mention_is_refused_with_the_reason(site) {
        let topic = site.hub("open", "at-once").await;
        let mut answers = String::new();
        let page = topic.page();
        for (source, target) in [
            ("http://ada.example/1", "http://elsewhere.example/sxsw/keynotes"),
            ("http://ada.example/1", &format!("{}/sxsw/nothing", site.base)),
            ("http://ada.example/1", &format!("{}/help", site.base)),
            ("ftp://ada.example/1", &page),
            ("javascript:alert(1)", &page),
            ("http://10.0.0.1/", &page),
            ("http://169.254.169.254/latest", &page),
            (&page, &page),
            (&format!("{}/sxsw", site.base), &page),
            ("", &page),
            ("http://ada.example/1", ""),
        ] {
            let refused = topic.mention(source, target).await;
            refused.has_status(400);
            assert_eq!(refused.header("content-type"), Some("text/plain; charset=utf-8"));
            answers += &format!("{source} → {target}\n  {}", refused.body).replace(&site.base, "(us)");
        }
        let json = topic.site.browser()
            .post_raw("/webmention", &[("content-type", "application/json")], b"{}".to_vec()).await;
        json.has_status(415);
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("webmention_refusals", answers);
        });
    }

    async fn a_hubs_page_stands_for_its_only_category_or_for_the_one_that_was_chosen(site) {
        let mut topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let hub = format!("{}/sxsw", site.base);
        let source = ada.post("/hub", "To the hub", &hub);
        topic.mention(&source, &hub).await.has_status(201);
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("To the hub");
        let organizer = std::mem::replace(&mut topic.organizer, site.browser());
        let panels = site.category(organizer, "panels", "open", "at-once").await;
        let which = panels.mention(&ada.url("/other"), &hub).await;
        assert_eq!(
            which.has_status(400).body.replace(&site.base, ""),
            "Link to one category of the hub instead of the hub: /sxsw/keynotes /sxsw/panels\n"
        );

        // The organizer chooses, and thinks again.
        let mut organizer = panels.organizer;
        for (chosen, path) in [("panels", "/a"), ("keynotes", "/b")] {
            let edit = format!("/manage/sxsw/categories/{chosen}");
            organizer.open(&edit).await;
            organizer.submit(&edit, &[("is_default", "on")]).await.redirects_to("/manage/sxsw/categories");
            let source = ada.post(path, &format!("For {chosen}"), &hub);
            topic.mention(&source, &hub).await.has_status(201);
            site.settle().await;
            site.browser().open(&format!("/sxsw/{chosen}")).await.says(&format!("For {chosen}"));
        }
        site.browser().open("/sxsw/panels").await.says("For panels").never_says("For keynotes");
        let edit = "/manage/sxsw/categories/panels";
        assert!(!organizer.open(edit).await.body.contains("name=\"is_default\" value=\"on\" checked"));
    }

    async fn a_listed_page_that_says_it_is_gone_leaves_and_one_without_the_link_an_hour_later(site) {
        let topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let gone = ada.post("/gone", "Soon gone", &topic.page());
        let meta = ada.post("/meta", "Gone by meta", &topic.page());
        let unlinked = ada.post("/unlinked", "Soon without a link", &topic.page());
        let mut receipts = Vec::new();
        for source in [&gone, &meta, &unlinked] {
            receipts.push(topic.receipt_of(&topic.mention(source, &topic.page()).await));
            site.settle().await;
        }
        site.browser().open("/sxsw/keynotes").await.says("3 posts");

        ada.publish("/gone", Answer::of(410, "text/html", "gone"));
        ada.publish("/meta", Answer::html("<meta http-equiv='Status' content='410 Gone'>"));
        ada.post("/unlinked", "Soon without a link", "http://elsewhere.example/");
        site.advance(minutes(11));
        // A stranger's mention has them read again, and unpublishes nothing by itself.
        for source in [&gone, &meta, &unlinked] {
            topic.mention(source, &topic.page()).await.has_status(201);
        }
        site.browser().open("/sxsw/keynotes").await.says("3 posts");
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("Soon without a link").never_says("Soon gone").never_says("Gone by meta");
        site.advance(hours(1));
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.never_says("Soon without a link");
        site.browser().open(&receipts[2]).await.says("Not listed any more");
    }

    async fn a_page_that_fails_is_tried_four_times_then_hidden_and_comes_back(site) {
        let topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let source = ada.post("/flaky", "Flaky server", &topic.page());
        let receipt = topic.receipt_of(&topic.mention(&source, &topic.page()).await);
        site.settle().await;
        ada.publish("/flaky", Answer::of(500, "text/html", "oh no"));
        site.advance(days(1));
        site.settle().await;
        for wait in [minutes(1), minutes(10), hours(2)] {
            site.browser().open("/sxsw/keynotes").await.says("Flaky server");
            site.advance(wait);
            site.settle().await;
        }
        site.browser().open(&receipt).await.says("The page was answered with the status 500: something is wrong at the server.").says("It is tried again on");
        site.advance(days(1));
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.never_says("Flaky server").says("Nothing is listed here yet");
        site.browser().open(&receipt).await.says("Not shown for now");
        ada.publish("/flaky", Answer::html(post("Flaky server", &topic.page())));
        site.advance(days(7));
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("Flaky server").says("1 post");
    }

    async fn a_page_that_shuts_us_out_is_left_alone(site) {
        let topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let source = ada.post("/shut", "Shut", &topic.page());
        ada.publish("/shut", Answer::of(403, "text/html", "go away"));
        let receipt = topic.receipt_of(&topic.mention(&source, &topic.page()).await);
        for _ in 0..3 {
            site.settle().await;
            site.advance(days(2));
        }
        assert_eq!(ada.asked().len(), 1);
        site.browser().open(&receipt).await.says("The page was answered with the status 403: the server did not let us in.")
            .says("It is not tried again by itself");

        // A listed page is hidden as any that cannot be read, and then left alone.
        let source = ada.post("/later", "Shut later", &topic.page());
        topic.mention(&source, &topic.page()).await.has_status(201);
        site.settle().await;
        ada.publish("/later", Answer::of(403, "text/html", "go away"));
        for _ in 0..6 {
            site.advance(days(1));
            site.settle().await;
        }
        site.browser().open("/sxsw/keynotes").await.never_says("Shut later");
        let asked = ada.asked().len();
        site.advance(days(30));
        site.settle().await;
        assert_eq!(ada.asked().len(), asked);
    }

    async fn a_swapped_page_shows_what_was_approved_until_the_change_is(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mallory = Blog::start();
        let source = mallory.post("/nice", "A nice post", &topic.page());
        topic.mention(&source, &topic.page()).await.has_status(201);
        site.settle().await;
        mallory.post("/nice", "Cheap pills", &topic.page());
        for _ in 0..20 {
            site.advance(minutes(11));
            topic.mention(&source, &topic.page()).await.has_status(201);
            site.settle().await;
            site.browser().open("/sxsw/keynotes").await.says("A nice post").never_says("Cheap pills");
        }
        let queue = topic.organizer.open("/manage/sxsw").await;
        queue.says("Changed since they were listed").says("Cheap pills");
        let action = queue.action_beside("A nice post", "/revision");
        // It changes once more while the queue is looked at: nobody shows what nobody saw.
        mallory.post("/nice", "Cheaper pills", &topic.page());
        site.advance(minutes(11));
        topic.mention(&source, &topic.page()).await.has_status(201);
        site.settle().await;
        topic.organizer.submit(&action, &[("choice", "accept")]).await
            .has_status(400).says("The page has changed once more since you looked");
        topic.organizer.open("/manage/sxsw").await.says("Cheaper pills");
        topic.organizer.submit(&action, &[("choice", "keep")]).await.redirects_to("/manage/sxsw");
        site.browser().open("/sxsw/keynotes").await.says("A nice post");
        // What was declined is not asked about again and again.
        site.advance(minutes(11));
        topic.mention(&source, &topic.page()).await.has_status(201);
        site.settle().await;
        topic.organizer.open("/manage/sxsw").await.never_says("Cheaper pills");

        // What a trusted blog changes is shown at once.
        topic.organizer.open("/manage/sxsw/decided?state=listed").await;
        mallory.post("/nice", "A nicer post", &topic.page());
        site.advance(minutes(11));
        topic.mention(&source, &topic.page()).await.has_status(201);
        site.settle().await;
        let queue = topic.organizer.open("/manage/sxsw").await;
        let action = queue.action_beside("A nice post", "/revision");
        topic.organizer.submit(&action, &[("choice", "accept")]).await.redirects_to("/manage/sxsw");
        site.browser().open("/sxsw/keynotes").await.says("A nicer post");
    }

    async fn its_sender_can_take_it_back_and_it_stays_away(site) {
        let topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let source = ada.post("/oops", "Oops", &topic.page());
        let receipt = topic.receipt_of(&topic.mention(&source, &topic.page()).await);
        site.settle().await;
        let mut blogger = site.browser();
        blogger.open(&receipt).await.says("Your post is listed");
        blogger.submit(&format!("{receipt}/withdraw"), &[]).await.redirects_to(&receipt);
        site.browser().open("/sxsw/keynotes").await.never_says("Oops");
        site.advance(minutes(11));
        let again = topic.receipt_of(&topic.mention(&source, &topic.page()).await);
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.never_says("Oops");
        // Who sends it again may be anybody, and cannot withdraw.
        let mut stranger = site.browser();
        stranger.open(&again).await.says("This post had arrived before").never_says("Take my post back");
    }

    async fn whoever_owns_the_page_finds_the_way_to_its_receipt(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let ada = Blog::start();
        let source = ada.post("/mine", "Mine", &topic.page());
        topic.mention(&source, &topic.page()).await.has_status(201);
        site.settle().await;
        topic.decide("Mine", "not-here").await;
        let path = format!("/sxsw/keynotes/add?post={source}");
        let mut owner = site.browser();
        owner.open("/sxsw/keynotes/add").await.never_says("It is waiting");
        assert!(!owner.cookies.contains_key("backchannel-proof"), "only where there is a code");
        let page = owner.open(&path).await;
        page.says("It is waiting").never_says("Not here</b>").says("it knows the line until 18 March 2003");
        let cookie = page.header("set-cookie").unwrap();
        assert!(cookie.starts_with("backchannel-proof="), "{cookie}");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"] {
            assert!(cookie.contains(part), "{part}: {cookie}");
        }
        let meta = page.one_text(".notice .copy code");
        assert!(meta.starts_with("<meta name=\"backchannel\" content=\"backchannel-"), "{meta}");
        let body = post("Mine", &topic.page()).replace("</head>", &format!("{meta}</head>"));
        ada.publish("/mine", Answer::html(body));
        site.advance(minutes(11));
        owner.submit("/sxsw/keynotes/add/prove", &[]).await.has_status(303);
        site.settle().await;
        // Days later, after its browser was closed in between.
        site.advance(days(6));
        owner.cookies.remove("backchannel-visit");
        let receipt = owner.open(&path).await;
        receipt.says("It is your page.");
        let link = receipt.attributes(".notice a", "href").pop().unwrap();
        owner.open(&link).await.says("Your post was not listed here");

        // After a week the line is no longer good, though it may stand there and a browser may keep
        // its cookie; nor is it under another date.
        site.advance(days(1));
        let over = owner.cookies["backchannel-proof"].clone();
        let mut late = site.browser();
        late.cookies.insert("backchannel-proof".into(), over.clone());
        late.open(&path).await.never_says("It is your page").never_says("/r/");
        let (at, rest) = over.split_once('-').unwrap();
        let later = at.parse::<i64>().unwrap() + 86_400;
        for forged in [format!("{later}-{rest}"), format!("{}-{rest}", later * 2), rest.to_owned(), "-".to_owned()] {
            let mut forger = site.browser();
            forger.cookies.insert("backchannel-proof".into(), forged);
            forger.open(&path).await.says("It is waiting").never_says("It is your page").never_says("/r/");
        }

        // The code proves nothing for those who look on, nor does one that stands in a comment.
        let mut mallory = site.browser();
        let asked = mallory.open(&path).await;
        asked.never_says("It is your page").never_says("/r/");
        let planted = asked.one_text(".notice .copy code");
        assert_ne!(planted, meta);
        let escaped = planted.replace('<', "&lt;");
        let body = post("Mine", &topic.page()).replace("</article>", &format!("{escaped} {}</article>", &planted[33..]));
        ada.publish("/mine", Answer::html(body));
        site.advance(minutes(11));
        mallory.submit("/sxsw/keynotes/add/prove", &[]).await.has_status(303);
        site.settle().await;
        mallory.open(&path).await.never_says("It is your page").never_says("/r/");
    }

    async fn nobody_keeps_somebody_elses_post_away(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        let ada = Blog::start();
        let source = ada.post("/ada", "By Ada", &topic.page());
        // Mallory is first, and takes it back.
        let first = topic.receipt_of(&topic.mention(&source, &topic.page()).await);
        let mut mallory = site.browser();
        mallory.open(&first).await;
        mallory.submit(&format!("{first}/withdraw"), &[]).await.redirects_to("/sxsw/keynotes/add");
        mallory.open("/sxsw/keynotes/add?done=withdraw").await.says("You took your post back. Nothing of it is kept.");
        mallory.open(&first).await.has_status(410).says("This post is not kept here any more");
        // Ada's own is a first one all the same, and listed.
        topic.mention_at("/webmention?key=violet-crown", &source, &topic.page()).await.has_status(201);
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("By Ada");

        // Of what was listed a note is kept; whoever proves that the page is theirs undoes it.
        let source = ada.post("/second", "Second", &topic.page());
        let sent = topic.mention_at("/webmention?key=violet-crown", &source, &topic.page()).await;
        let receipt = topic.receipt_of(&sent);
        site.settle().await;
        mallory.open(&receipt).await;
        mallory.submit(&format!("{receipt}/withdraw"), &[]).await.redirects_to(&receipt);
        site.browser().open("/sxsw/keynotes").await.never_says("Second");
        topic.mention_at("/webmention?key=violet-crown", &source, &topic.page()).await.has_status(201);
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.never_says("Second");
        let mut owner = site.browser();
        let path = format!("/sxsw/keynotes/add?post={source}");
        let meta = owner.open(&path).await.one_text(".notice .copy code");
        let body = post("Second", &topic.page()).replace("</head>", &format!("{meta}</head>"));
        ada.publish("/second", Answer::html(body));
        site.advance(minutes(11));
        owner.submit("/sxsw/keynotes/add/prove", &[]).await.has_status(303);
        site.settle().await;
        let link = owner.open(&path).await.attributes(".notice a", "href").pop().unwrap();
        owner.open(&link).await.says("Sent in again, it waits for an organizer");
        owner.submit(&format!("{link}/again"), &[]).await.redirects_to(&link);
        topic.organizer.open("/manage/sxsw").await.says("Second");
        topic.decide("Second", "list").await;
        site.browser().open("/sxsw/keynotes").await.says("Second");
    }

    async fn a_stranger_who_asks_again_and_again_hides_nothing(site) {
        let topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let source = ada.post("/up", "Up and down", &topic.page());
        topic.mention(&source, &topic.page()).await.has_status(201);
        site.settle().await;
        ada.publish("/up", Answer::of(503, "text/html", "down"));
        // For the better part of an hour its server is down, and somebody has it read all the time.
        for _ in 0..6 {
            site.advance(minutes(11));
            topic.mention(&source, &topic.page()).await.has_status(201);
            site.settle().await;
        }
        site.browser().open("/sxsw/keynotes").await.says("Up and down");
        // A day later it is still down: now it is hidden; and a page that does not link here any
        // more, since its domain was sold, does not bring it back.
        for _ in 0..3 {
            site.advance(hours(12));
            site.settle().await;
        }
        site.browser().open("/sxsw/keynotes").await.never_says("Up and down");
        ada.publish("/up", Answer::html("<title>Buy this domain</title>"));
        for _ in 0..8 {
            site.advance(days(1));
            site.settle().await;
            site.browser().open("/sxsw/keynotes").await.never_says("Up and down").never_says("Buy");
        }
    }

    async fn a_passphrase_typed_after_the_page_was_read_lists_the_post(site) {
        let topic = site.hub("passphrase", "at-once").await;
        let ada = Blog::start();
        let source = ada.post("/1", "Proved later", &topic.page());
        let receipt = topic.receipt_of(&topic.mention(&source, &topic.page()).await);
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.never_says("Proved later");
        let mut blogger = site.browser();
        blogger.open(&receipt).await.says("It came without the passphrase");
        blogger.submit(&format!("{receipt}/passphrase"), &[("passphrase", "violet-crown")]).await.redirects_to(&receipt);
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("Proved later");
    }

    async fn what_a_deleted_category_left_to_do_is_not_done_to_others(site) {
        let mut topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let source = ada.post("/1", "Old", &topic.page());
        topic.mention(&source, &topic.page()).await.has_status(201);
        site.settle().await;
        let edit = "/manage/sxsw/categories/keynotes";
        topic.organizer.open(edit).await;
        topic.organizer.submit(&format!("{edit}/delete"), &[("confirm", "keynotes")]).await.redirects_to("/manage/sxsw/categories");
        let organizer = std::mem::replace(&mut topic.organizer, site.browser());
        let panels = site.category(organizer, "panels", "open", "at-once").await;
        let page = format!("{}/sxsw/panels", site.base);
        let source = ada.post("/2", "New", &page);
        panels.mention(&source, &page).await.has_status(201);
        site.settle().await;
        site.browser().open("/sxsw/panels").await.says("New");
    }

    async fn a_receipt_speaks_to_programs_and_tells_each_step_as_it_happens(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let ada = Blog::start();
        let source = ada.post("/1", "Live", &topic.page());
        let receipt = topic.receipt_of(&topic.mention(&source, &topic.page()).await);
        let accept = [("accept", "application/json")];
        let json = |page: crate::harness::Page| -> serde_json::Value {
            serde_json::from_str(&page.body).unwrap()
        };
        let before = json(site.browser().open_with(&receipt, &accept).await);
        assert_eq!((&before["state"], &before["needs_link"]), (&"pending".into(), &true.into()));

        let mut stream = events(&format!("{}{receipt}/live", site.base)).await;
        // Whoever says nothing of what they see is told how it stands.
        assert!(next_event(&mut stream).await.starts_with("event: steps"));
        // The page was written before its reading, and listens after that.
        let live = site.browser().open(&receipt).await.attributes("[data-live]", "data-live").remove(0);
        site.settle().await;
        let mut late = events(&format!("{}{live}", site.base)).await;
        assert!(next_event(&mut late).await.contains("Page read, link found"));
        assert!(next_event(&mut stream).await.contains("Page read, link found"));
        topic.decide("Live", "list").await;
        assert!(next_event(&mut stream).await.starts_with("event: state"));
        let after = json(site.browser().open_with(&receipt, &accept).await);
        assert_eq!(after["state"], "listed");
        assert_eq!(after["page"]["outcome"], "linked");
        assert_eq!(after["page"]["title"], "Live");
        assert!(after["permalink"].as_str().unwrap().contains("/p/"), "{after}");
    }

    async fn a_receipt_tells_what_happened_before_it_listened_and_that_its_post_is_gone(site) {
        let topic = site.hub("open", "all-wait").await;
        let ada = Blog::start();
        let source = ada.post("/1", "Gone", &topic.page());
        let receipt = topic.receipt_of(&topic.mention(&source, &topic.page()).await);
        site.settle().await;
        let mut sender = site.browser();
        let page = sender.open(&receipt).await;
        let live = page.attributes("[data-live]", "data-live").remove(0);
        let mut stream = events(&format!("{}{live}", site.base)).await;
        sender.submit(&format!("{receipt}/withdraw"), &[]).await.redirects_to("/sxsw/keynotes/add");
        // What stands on the page already is not said once more.
        assert!(next_event(&mut stream).await.starts_with("event: state"));
    }

    async fn every_verdict_wakes_an_open_receipt(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let ada = Blog::start();
        let mut streams = Vec::new();
        for (path, title) in [("/1", "Alone"), ("/2", "Together")] {
            let source = ada.post(path, title, &topic.page());
            let receipt = topic.receipt_of(&topic.mention(&source, &topic.page()).await);
            site.settle().await;
            let page = site.browser().open(&receipt).await;
            let live = page.attributes("[data-live]", "data-live").remove(0);
            streams.push(events(&format!("{}{live}", site.base)).await);
        }
        let [alone, together] = &mut streams[..] else { panic!("two of them") };
        // From here on the clock stands still: nobody looks by themselves, so that each is told.
        for verdict in ["list", "remove", "list", "not-here", "spam"] {
            let decided = if verdict == "list" && topic.organizer.open("/manage/sxsw").await.text().contains("Alone") { "" } else { "/decided" };
            let page = topic.organizer.open(&format!("/manage/sxsw{decided}")).await;
            let action = page.action_beside("Alone", "/verdict");
            topic.organizer.submit(&action, &[("verdict", verdict)]).await.has_status(303);
            assert!(next_event(alone).await.starts_with("event: state"), "{verdict}");
        }
        let action = topic.organizer.open("/manage/sxsw/decided").await.action_beside("Alone", "/undo");
        topic.organizer.submit(&action, &[]).await.has_status(303);
        assert!(next_event(alone).await.starts_with("event: state"));
        // One verdict on many, and taking that back.
        let queue = topic.organizer.open("/manage/sxsw").await;
        let ping = queue.action_beside("Together", "/verdict").split('/').nth(4).unwrap().to_owned();
        let (action, mut fields) = queue.form("/manage/sxsw/bulk");
        fields.extend([("ping".into(), ping), ("verdict".into(), "list".into())]);
        let done = topic.organizer.post(&action, &fields).await.header("location").unwrap().to_owned();
        assert!(next_event(together).await.starts_with("event: state"));
        topic.organizer.open(&done).await;
        topic.organizer.submit("/manage/sxsw/bulk/", &[]).await.has_status(303);
        assert!(next_event(together).await.starts_with("event: state"));
        // A category that is deleted takes its posts with it.
        let edit = "/manage/sxsw/categories/keynotes";
        topic.organizer.open(edit).await;
        topic.organizer.submit(&format!("{edit}/delete"), &[("confirm", "keynotes")]).await.has_status(303);
        assert!(next_event(together).await.starts_with("event: state"));
    }

    async fn a_vouch_of_a_trusted_blog_is_a_plus(site) {
        let mut topic = site.hub("open", "new-blog-waits").await;
        let ada = Blog::start();
        let known = ada.post("/known", "Known", &topic.page());
        topic.mention(&known, &topic.page()).await.has_status(201);
        site.settle().await;
        topic.decide("Known", "list").await;

        let bob = Blog::start();
        let source = bob.post("/new", "By a newcomer", &topic.page());
        let vouch = ada.post("/friends", "My friends", &bob.url("/"));
        let fields = [
            ("source".to_owned(), source),
            ("target".to_owned(), topic.page()),
            ("vouch".to_owned(), vouch),
        ];
        site.advance(minutes(1));
        site.browser().post_from("/webmention", &fields, &[]).await.has_status(201);
        site.settle().await;
        topic.organizer.open("/manage/sxsw").await.says("By a newcomer").says("a trusted blog vouches for it");
    }

    async fn listed_pages_are_read_again_after_one_seven_and_thirty_days(site) {
        let topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let source = ada.post("/1", "Steady", &topic.page());
        topic.mention(&source, &topic.page()).await.has_status(201);
        site.settle().await;
        for day in 1..=40 {
            site.advance(days(1));
            site.settle().await;
            let expected = 1 + [1, 7, 30].iter().filter(|&&d| d <= day).count();
            assert_eq!(ada.asked().len(), expected, "on day {day}");
        }
    }
}

/// A stream of server-sent events.
async fn events(url: &str) -> reqwest::Response {
    let response = crate::harness::http().get(url).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response
}

/// The next event that is not a comment.
async fn next_event(stream: &mut reqwest::Response) -> String {
    loop {
        let chunk = tokio::time::timeout(std::time::Duration::from_secs(20), stream.chunk()).await;
        let chunk = chunk.expect("somebody is told").unwrap().expect("the stream goes on");
        let text = String::from_utf8_lossy(&chunk).into_owned();
        if text.starts_with("event: ") {
            return text;
        }
    }
}
