//! A blogger's software sends a TrackBack ping: what is answered, stored and shown.

use crate::harness::{Page, minutes};

/// What is sent, where to, with which headers and body.
type Case<'a> = (&'a str, String, Vec<(&'a str, &'a str)>, Vec<u8>);

/// The titles on a page, newest first.
fn titles(page: &Page) -> Vec<String> {
    page.texts("article.ping h3")
}

story! {
    async fn a_ping_is_looked_at_listed_and_seen_on_both_pages_and_in_both_feeds(site) {
        let mut topic = site.hub("passphrase", "new-blog-waits").await;
        let ping = topic.ping(&[("url", "http://papier.example/notes"), ("title", "Notes &amp; more"),
            ("excerpt", "<p>Live notes,</p> typed with thumbs&#8230;"), ("blog_name", "paper kite")]).await;
        assert_eq!((ping.status, ping.body.as_str()), (200, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<response>\n<error>0</error>\n</response>\n"));
        let receipt = ping.receipt.clone().unwrap();
        let mut blogger = site.browser();
        blogger.open(&receipt).await.says("Your post is waiting for a look").says("paper kite");
        for path in ["/", "/sxsw", "/sxsw/keynotes", "/sxsw/rss", "/sxsw/keynotes/rss"] {
            blogger.open(path).await.has_status(200).never_says("paper kite");
        }

        topic.decide("Notes & more", "list").await;
        for path in ["/", "/sxsw", "/sxsw/keynotes"] {
            let page = blogger.open(path).await;
            assert_eq!(titles(&page), ["Notes & more"], "{path}");
            page.says("Live notes, typed with thumbs…").says("paper kite");
            assert_eq!(page.attributes("article.ping h3 a", "href"), ["http://papier.example/notes"]);
            assert_eq!(page.attributes("article.ping h3 a", "rel"), ["ugc"], "approved by a moderator");
        }
        for path in ["/sxsw/rss", "/sxsw/keynotes/rss"] {
            let feed = rss::Channel::read_from(blogger.open(path).await.body.as_bytes()).unwrap();
            assert_eq!(feed.items[0].title(), Some("Notes & more"), "{path}");
            assert_eq!(feed.items[0].link(), Some("http://papier.example/notes"));
        }
        blogger.open(&receipt).await.says("Your post is listed");
    }

    async fn every_address_form_takes_a_ping(site) {
        let topic = site.hub("passphrase", "at-once").await;
        let number = topic.ping_url.split('/').nth(4).unwrap();
        let base = &site.base;
        for (n, address) in [
            format!("{base}/tb/{number}/violet-crown"),
            format!("{base}/tb/{number}/VIOLET%20CROWN/"),
            format!("{base}/tb?tb_id={number}&pass=violet-crown"),
            format!("{base}/sxsw/keynotes/trackback/violet-crown"),
            format!("{base}/sxsw/keynotes/trackback/violet-crown/"),
            format!("{base}/SXSW/Keynotes/trackback/violet-crown"),
            format!("{base}/sxsw/keynotes?pass=violet-crown"),
        ].iter().enumerate() {
            let url = format!("http://ada.example/{n}");
            assert!(topic.ping_at(address, &[("url", &url)]).await.is_stored(), "{address}");
        }
        let in_form = topic.ping_at(&format!("{base}/sxsw/keynotes"),
            &[("url", "http://ada.example/form"), ("pass", "violet-crown")]).await;
        assert!(in_form.is_stored(), "{in_form:?}");
        assert_eq!(titles(&site.browser().open("/sxsw").await).len(), 8);
    }

    async fn the_same_post_is_there_once(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        let first = topic.ping(&[("url", "http://ada.example/post"), ("title", "Tpyo"), ("excerpt", "kept words")]).await;
        topic.ping(&[("url", "http://ada.example/post")]).await;
        topic.organizer.open("/manage/sxsw").await.says("Tpyo").says("kept words");
        site.advance(minutes(5));
        let again = topic.ping(&[("url", "https://www.Ada.example:443/post/?utm_source=x#top"), ("title", "Typo")]).await;
        assert!(first.is_stored() && again.is_stored());
        let mut blogger = site.browser();
        blogger.open(&again.receipt.unwrap()).await.says("This post had arrived before")
            .never_says("Typo").never_says("kept words");
        topic.organizer.open("/manage/sxsw").await.says("1 post to look at").says("Typo").never_says("Tpyo");
        topic.decide("Typo", "list").await;

        // Listed: neither a stranger nor a friend changes it any more by pinging.
        assert!(topic.ping(&[("url", "http://ada.example/post"), ("title", "Buy watches")]).await.is_stored());
        blogger.open("/sxsw").await.says("Typo").never_says("watches");

        // Set aside: it stays so, and the sender is told nothing new.
        topic.organizer.open("/manage/sxsw/decided").await;
        let action = topic.organizer.open("/manage/sxsw/decided").await.action_beside("Typo", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "spam")]).await;
        assert!(topic.ping(&[("url", "http://ada.example/post"), ("title", "Typo")]).await.is_stored());
        blogger.open("/sxsw").await.never_says("Typo");
        topic.organizer.open("/manage/sxsw").await.says("Nothing to look at");
    }

    async fn sixty_four_senders_of_the_same_post_make_one(site) {
        let topic = site.hub("passphrase", "at-once").await;
        let mut raced = Vec::new();
        // Sixty at once is what one address may send with the passphrase. A slow machine puts some off:
        // then they race for another post, when the limit lets them.
        loop {
            let title = format!("Raced {}", raced.len());
            let body = format!("url=http://ada.example/raced/{}&title={title}", raced.len());
            raced.insert(0, title);
            let mut senders = tokio::task::JoinSet::new();
            for _ in 0..64 {
                let (mut browser, url) = (site.browser(), topic.ping_url.clone());
                let body = body.clone().into_bytes();
                senders.spawn(async move { browser.post_raw(&url, &[], body).await.body });
            }
            let answers = senders.join_all().await;
            let count = |words| answers.iter().filter(|body| body.contains(words)).count();
            let (stored, busy) = (count("<error>0</error>"), count("The hub is busy."));
            assert!(stored > 0 && stored + busy == 60, "{answers:?}");
            if stored == 60 {
                break;
            }
            assert!(raced.len() < 5, "somebody was put off each time");
            site.advance(minutes(10));
        }
        let page = site.browser().open("/sxsw").await;
        assert_eq!(titles(&page), raced);
        assert_eq!(page.texts(".pulse b")[..2], [raced.len().to_string(), "1".to_owned()]);
    }

    async fn the_address_is_shown_as_it_was_sent(site) {
        let topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", " www.ada.example/Post?b=2&amp;a=1#there "), ("title", "x")]).await;
        let page = site.browser().open("/sxsw").await;
        assert_eq!(page.attributes("article.ping h3 a", "href"), ["http://www.ada.example/Post?b=2&a=1#there"]);
        assert_eq!(page.attributes("article.ping h3 a", "rel"), ["ugc nofollow"]);
    }

    async fn what_is_missing_is_made_up_from_what_came(site) {
        let topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", "http://www.ada.example/1"), ("excerpt", "One two three four five six")]).await;
        topic.ping(&[("url", "http://www.ada.example/2")]).await;
        let page = site.browser().open("/sxsw").await;
        assert_eq!(titles(&page), ["http://www.ada.example/2", "One two three four five"]);
        assert_eq!(page.texts(".blog"), ["ada.example", "ada.example"]);
    }

    async fn each_refusal_says_what_to_do(site) {
        let topic = site.hub("passphrase", "at-once").await;
        let number = topic.ping_url.split('/').nth(4).unwrap().to_owned();
        let bare = format!("{}/tb/{number}", site.base);
        let full = topic.ping_url.clone();
        let form = ("content-type", "application/x-www-form-urlencoded");
        let mut many = String::from("url=http://ada.example/many");
        for n in 0..10_000 {
            many.push_str(&format!("&f{n}=1"));
        }
        let cases: Vec<Case> = vec![
            ("no url", full.clone(), vec![form], b"title=x".to_vec()),
            ("an empty body", full.clone(), vec![], vec![]),
            ("a javascript url", full.clone(), vec![form], b"url=javascript:alert(1)".to_vec()),
            ("a url inside a network", full.clone(), vec![form], b"url=http://127.0.0.1/x".to_vec()),
            ("a url with a password", full.clone(), vec![form], b"url=http://a:b@ada.example/".to_vec()),
            ("a url of 3,000 bytes", full.clone(), vec![form], format!("url=http://ada.example/{}", "x".repeat(3_000)).into_bytes()),
            ("10,000 fields", full.clone(), vec![form], many.into_bytes()),
            ("25 fields", full.clone(), vec![form], format!("url=http://ada.example/25{}", "&a=1".repeat(24)).into_bytes()),
            ("a charset of 50 letters", full.clone(), vec![form], format!("url=http://ada.example/50&charset={}", "x".repeat(50)).into_bytes()),
            ("what is no address", full.clone(), vec![form], b"url=http://%5B".to_vec()),
            ("33 KB", full.clone(), vec![form], format!("url=http://ada.example/&excerpt={}", "x".repeat(33_000)).into_bytes()),
            ("an encoding that is refused", full.clone(), vec![("content-type", "application/x-www-form-urlencoded; charset=utf-16")], b"url=http://ada.example/16".to_vec()),
            ("a multipart body", full.clone(), vec![("content-type", "multipart/form-data; boundary=x")], b"--x\r\n\r\n".to_vec()),
            ("no passphrase", bare.clone(), vec![form], b"url=http://ada.example/nopass".to_vec()),
            ("a wrong passphrase", format!("{bare}/violet-clown"), vec![form], b"url=http://ada.example/wrong".to_vec()),
            ("what cannot be a passphrase", format!("{bare}/%3Cscript%3E"), vec![form], b"url=http://ada.example/odd".to_vec()),
            ("an unknown category", format!("{}/tb/1", site.base), vec![form], b"url=http://ada.example/".to_vec()),
            ("an unknown hub", format!("{}/nowhere/at-all", site.base), vec![form], b"url=http://ada.example/".to_vec()),
        ];
        let mut answers = String::new();
        for (name, address, headers, body) in cases {
            let answer = topic.ping_raw(&address, &headers, body).await;
            assert!(!answer.is_stored(), "{name}");
            assert_eq!(answer.body.matches("<message>").count(), 1, "{name}: {}", answer.body);
            answers.push_str(&format!("{name}: {}\n  {}\n", answer.status, answer.message()));
        }
        let own = format!("url={}/sxsw", "https://hubs.example");
        assert!(topic.ping_raw(&full, &[form], own.into_bytes()).await.is_stored(), "another site");
        let page = site.browser().open("/sxsw").await;
        assert_eq!(titles(&page).len(), 1, "nothing else was stored");
        let get = site.browser().open(&format!("/tb/{number}?url=http://ada.example/get")).await;
        answers.push_str(&format!("a ping by GET: {}\n  {}\n", get.status, get.body.lines().nth(3).unwrap()));
        let mut topic = topic;
        let settings = "/manage/sxsw/categories/keynotes";
        topic.organizer.open(settings).await;
        topic.organizer.submit(settings, &[("takes_get", "on")]).await.has_status(303);
        let mut add = |name: &str, answer: &crate::harness::Page| {
            let message = answer.body.split_once("<message>").unwrap().1.split_once('<').unwrap().0;
            answers.push_str(&format!("{name}: {}\n  {message}\n", answer.status));
        };
        let get = site.browser().open(&format!("/tb/{number}?url=http://ada.example/get")).await;
        add("a ping by GET, where they are taken, without the passphrase", &get);
        let get = site.browser().open(&format!("/tb/{number}/violet-crown?url=")).await;
        add("a ping by GET without an address", &get);
        let ahead = [("sec-purpose", "prefetch")];
        let get = site.browser().open_with(&format!("/tb/{number}/violet-crown?url=http://ada.example/get"), &ahead).await;
        add("a browser that looks ahead", &get);
        for _ in 0..17 {
            topic.ping_at(&format!("{bare}/violet-clown"), &[("url", "http://ada.example/w")]).await;
        }
        let wrong = site.browser().post_raw(&format!("{bare}/violet-clowns"), &[form], b"url=http://ada.example/w".to_vec()).await;
        add("the twenty-first wrong passphrase of an hour", &wrong);
        topic.organizer.open(settings).await;
        topic.organizer.submit(settings, &[("ping", "open")]).await.has_status(303);
        for n in 0..6 {
            topic.ping_at(&bare, &[("url", &format!("http://ada.example/often/{n}"))]).await;
        }
        let often = site.browser().post_raw(&bare, &[form], b"url=http://ada.example/often".to_vec()).await;
        add("a sixth ping at once", &often);
        site.advance(crate::harness::hours(1));
        topic.organizer.open(settings).await;
        topic.organizer.submit(settings, &[("ping", "closed")]).await.has_status(303);
        let closed = site.browser().post_raw(&bare, &[form], b"url=http://ada.example/closed".to_vec()).await;
        add("a closed category", &closed);
        topic.organizer.open("/operator").await;
        topic.organizer.submit("/operator/hubs/sxsw/suspend", &[]).await.has_status(303);
        let suspended = site.browser().post_raw(&bare, &[form], b"url=http://ada.example/suspended".to_vec()).await;
        add("a suspended hub", &suspended);
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("trackback_refusals", answers);
        });
    }

    async fn odd_bytes_are_stored_as_the_text_they_mean(site) {
        let topic = site.hub("open", "at-once").await;
        let form = "application/x-www-form-urlencoded";
        let rows: Vec<(Option<String>, &[u8], &str)> = vec![
            (None, b"title=caf%C3%A9", "café"),
            (None, b"title=caf%E9", "café"),
            (Some(format!("{form}; charset=ISO-8859-1")), b"title=caf%E9", "café"),
            (Some(format!("{form};charset=\"shift_jis\"")), b"title=%93%FA%96%7B", "日本"),
            (Some(format!("{form}; charset=utf-8")), b"charset=euc-jp&title=%C6%FC%CB%DC", "日本"),
            (Some(form.to_owned()), b"title=%EF%BB%BFBOM", "BOM"),
            (Some(form.to_owned()), b"title=nul%00byte", "nulbyte"),
            (Some(form.to_owned()), b"title=50%25+off+100%", "50% off 100%"),
            (Some(form.to_owned()), b"title=%E2%80%AEevil", "evil"),
            (Some(form.to_owned()), b"title=first&title=second", "first"),
            (Some(form.to_owned()), b"title=%3Cscript%3Ealert(1)%3C/script%3Ebold", "bold"),
            (Some(form.to_owned()), b"title=use+%26lt;canvas%26gt;", "use <canvas>"),
            (Some(form.to_owned()), b"title=%2BADw-script%2BAD4-", "+ADw-script+AD4-"),
        ];
        for (n, (content_type, body, title)) in rows.into_iter().enumerate() {
            let mut bytes = format!("url=http://ada.example/{n}&").into_bytes();
            bytes.extend_from_slice(body);
            let headers: Vec<(&str, &str)> =
                content_type.iter().map(|value| ("content-type", value.as_str())).collect();
            let answer = topic.ping_raw(&topic.ping_url, &headers, bytes).await;
            assert!(answer.is_stored(), "{title}: {}", answer.body);
            site.advance(minutes(3));
            let page = site.browser().open("/sxsw/keynotes").await;
            assert_eq!(titles(&page)[0], title);
            let feed = rss::Channel::read_from(site.browser().open("/sxsw/rss").await.body.as_bytes());
            assert_eq!(feed.unwrap().items[0].title(), Some(title));
        }
    }

    async fn the_old_listing_shows_what_is_listed(site) {
        let topic = site.hub("open", "at-once").await;
        for n in 0..17 {
            let url = format!("http://ada.example/{n}");
            let title = format!("Post <{n}>");
            let fields = [("url", url.as_str()), ("title", title.as_str()), ("excerpt", "a & b")];
            assert!(topic.ping(&fields[..if n == 16 { 2 } else { 3 }]).await.is_stored());
            site.advance(minutes(10));
        }
        let listing = site.browser().open("/sxsw/keynotes?__mode=rss").await;
        assert_eq!(listing.header("content-type"), Some("text/xml; charset=utf-8"));
        assert_eq!(listing.body.matches("<item>").count(), 15);
        let number = topic.ping_url.rsplit('/').next().unwrap();
        let short = site.browser().open(&format!("/tb/{number}?__mode=rss")).await;
        assert_eq!(short.body, listing.body);
        let start: String = listing.body.lines().take(18).collect::<Vec<_>>().join("\n").replace(&site.base, "http://hub");
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("trackback_listing", start);
        });
        site.browser().open(&format!("/tb/{number}")).await.redirects_to("/sxsw/keynotes");
    }

    async fn a_category_page_can_be_discovered(site) {
        let topic = site.hub("passphrase", "at-once").await;
        let page = site.browser().open("/sxsw/keynotes").await;
        let ping = topic.ping_url.strip_suffix("/violet-crown").unwrap();
        assert_eq!(page.body.matches("<rdf:RDF").count(), 1);
        assert!(page.body.contains(&format!("trackback:ping=\"{ping}\"")), "{}", page.body);
        assert!(page.body.contains(&format!("dc:identifier=\"{}/sxsw/keynotes\"", site.base)));
        assert!(page.body.contains(&format!("<link rel=\"trackback\" href=\"{ping}\">")));
        page.never_says("violet");
        site.browser().open("/sxsw").await.never_says("rdf:RDF");
    }

    async fn did_my_post_arrive(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        let bare = topic.ping_url.strip_suffix("/violet-crown").unwrap().to_owned();
        let ask = |post: &'static str| async move {
            let path = format!("/sxsw/keynotes/add?post={post}");
            site.browser().open(&path).await
        };
        ask("http://ada.example/never").await.says("It is not in this category").says("or it was taken back");
        topic.ping_at(&bare, &[("url", "http://ada.example/a")]).await;
        ask("http://ada.example/a").await.says("The passphrase was missing");
        topic.ping_at(&format!("{bare}/wrong-phrase"), &[("url", "http://ada.example/a")]).await;
        ask("https://ada.example/a/").await.says("The passphrase was wrong");
        topic.ping(&[("url", "http://ada.example/a"), ("title", "Mine")]).await;
        ask("http://ada.example/a").await.says("It is waiting");
        topic.decide("Mine", "spam").await;
        ask("http://ada.example/a").await.says("It is waiting").never_says("spam");
        topic.ping(&[("url", "http://bob.example/b"), ("title", "Other")]).await;
        topic.decide("Other", "not-here").await;
        ask("http://bob.example/b").await.says("It is waiting");
        topic.ping(&[("url", "http://bob.example/c"), ("title", "Good")]).await;
        topic.decide("Good", "list").await;
        ask("http://bob.example/c").await.says("It is listed");
        ask("javascript:x").await.says("This is no address of a post");
    }

    async fn the_form_takes_a_post_and_loses_nothing_that_was_typed(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        let mut blogger = site.browser();
        blogger.open("/sxsw/keynotes").await;
        blogger.open("/sxsw/keynotes/add").await;
        let typed = [("url", "http://ada.example/form"), ("title", "By <hand>"),
            ("excerpt", "first words"), ("blog_name", "Ada"), ("passphrase", "wrong-one")];
        site.advance(crate::harness::seconds(20));
        let page = blogger.submit("/sxsw/keynotes/add", &typed).await;
        page.has_status(422).says("This is not the passphrase of this category");
        assert_eq!(page.attributes("#title", "value"), ["By <hand>"]);
        assert_eq!(page.texts("#excerpt"), ["first words"]);
        let sent = blogger.submit("/sxsw/keynotes/add", &[("passphrase", "Violet Crown")]).await;
        let receipt = sent.header("location").unwrap().to_owned();
        blogger.open(&receipt).await.says("Your post is waiting for a look");
        topic.organizer.open("/manage/sxsw").await.says("By").says("by the form");
    }
}
