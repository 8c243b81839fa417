//! What people stumbled over who write and ping: the form, the receipt, and the look-up lead on.

use crate::harness::{Answer, Blog, Browser, Page, hours, minutes, seconds};

const ADD: &str = "/sxsw/keynotes/add";
const KEYS: &str = "/manage/sxsw/keys";

/// Sends the form it is on, a few seconds later.
async fn send(browser: &mut Browser, site: &crate::harness::Site, more: &[(&str, &str)]) -> Page {
    browser.open(ADD).await;
    site.advance(seconds(9));
    browser.submit(ADD, more).await
}

story! {
    async fn an_address_with_its_passphrase_opens_the_form_and_is_not_asked_again(site) {
        let topic = site.hub("passphrase", "at-once").await;
        let path = topic.ping_url.strip_prefix(&site.base).unwrap().to_owned();
        let mut phone = site.browser();
        let led = phone.open(&path).await;
        led.redirects_to(ADD);
        assert_eq!(led.header("location"), Some(ADD), "nothing of it in the address");
        let cookie = led.header("set-cookie").unwrap().to_lowercase();
        assert!(cookie.contains("httponly") && cookie.contains(&format!("path={ADD}")), "{cookie}");
        assert!(!cookie.contains("violet"), "{cookie}");
        assert_eq!(led.header("cache-control"), Some("no-store"));
        let form = phone.open(ADD).await;
        form.says("This browser knows the posting passphrase").says("Then it is asked for again.").never_says("violet");
        // One state: nowhere does it say that the passphrase is needed.
        assert_eq!(form.texts(".terms li")[0], "You need not type the posting passphrase");
        assert_eq!(form.texts("aside .beside-terms li"), form.texts(".terms li"));
        form.never_says("is needed to add a post");
        let sent = send(&mut phone, site, &[("url", "http://ada.example/1"), ("title", "From the slide")]).await;
        phone.open(sent.header("location").unwrap()).await.says("The passphrase was right.");

        // A wrong one leads to the page, and is a try; who only looks ahead shows nothing.
        let wrong = path.replace("crown", "clown");
        let mut guesser = site.browser();
        let page = guesser.open(&wrong).await;
        page.redirects_to("/sxsw/keynotes");
        assert_eq!(page.header("set-cookie"), None);
        for _ in 0..60 {
            guesser.open(&wrong).await.redirects_to("/sxsw/keynotes");
        }
        guesser.open(ADD).await.never_says("This browser knows");
        for header in [("sec-purpose", "prefetch"), ("sec-fetch-dest", "image")] {
            let page = site.browser().open_with(&path, &[header]).await;
            page.redirects_to("/sxsw/keynotes");
            assert_eq!(page.header("set-cookie"), None);
        }
        assert_eq!(site.browser().head(&path).await.header("set-cookie"), None);

        // What is locked is not there, whatever stands behind it.
        let mut topic = topic;
        topic.organizer.sets_readers("keynotes", "password").await;
        site.browser().open(&path).await.says("Invalid TrackBack ID");
    }

    async fn who_has_a_personal_address_is_told_what_holds_for_them(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        topic.organizer.open(KEYS).await;
        let wanted = [("names", "Ada"), ("category", "keynotes"), ("lists_at_once", "on")];
        let sheet = topic.organizer.submit(KEYS, &wanted).await;
        let address = sheet.one_text(".card code");
        let mut phone = site.browser();
        phone.open(address.strip_prefix(&site.base).unwrap()).await.redirects_to(ADD);
        let page = phone.open(ADD).await;
        page.says("This browser has your personal ping address until you close it.")
            .says("Then you are not known here until you open that address again.");
        assert_eq!(page.texts(".terms li"), ["You need not type the posting passphrase", "What you add is listed at once"]);
        // Taken away: the form asks, and says so at once.
        let revoke = topic.organizer.open(KEYS).await.action_beside("Ada", "/revoke");
        topic.organizer.submit(&revoke, &[]).await;
        let page = phone.open(ADD).await;
        page.never_says("your personal ping address until");
        assert_eq!(page.texts(".terms li")[0], "The posting passphrase is needed to add a post");
        assert_eq!(page.attributes("#passphrase", "type"), ["text"]);
    }

    async fn the_first_page_of_a_site_is_asked_about_once(site) {
        let topic = site.hub("open", "at-once").await;
        let mut blogger = site.browser();
        let page = send(&mut blogger, site, &[("url", "ada.example"), ("title", "My blog")]).await;
        page.has_status(422).says("This is the first page of a site, not a post.").says("Add it all the same");
        assert_eq!(page.attributes("#url", "value"), ["https://ada.example"]);
        // Another first page is another question; the same one was answered by pressing once more.
        blogger.submit(ADD, &[("url", "https://bob.example/")]).await.has_status(422).says("Add it all the same");
        blogger.submit(ADD, &[("url", "ada.example")]).await.has_status(422);
        blogger.submit(ADD, &[]).await.has_status(303);
        site.browser().open("/sxsw/keynotes").await.says("My blog");
        // A post of a blog whose posts stand behind the question mark is none; nor is a ping asked.
        send(&mut blogger, site, &[("url", "carol.example/?p=12"), ("title", "Twelve")]).await.has_status(303);
        assert!(topic.ping(&[("url", "http://dave.example/"), ("title", "Dave")]).await.is_stored());
    }

    async fn what_was_typed_goes_along_to_another_category(site) {
        let topic = site.hub("passphrase", "at-once").await;
        let mut music = site.category(topic.organizer, "music", "open", "at-once").await;
        let mut blogger = site.browser();
        let page = blogger.open(ADD).await;
        assert_eq!(page.texts("nav.tabs [aria-current]"), ["keynotes"]);
        assert_eq!(page.attributes("nav.tabs button", "formaction"), ["/sxsw/music/add"]);
        // The Enter key presses the first button of a form: it fetches, and moves nothing.
        assert_eq!(page.attributes("button[form=adding]", "value")[0], "enter");
        let (_, mut fields) = page.form(ADD);
        fields.retain(|(name, _)| !["url", "title", "passphrase"].contains(&name.as_str()));
        for (name, value) in [("url", "ada.example/song"), ("title", "A <song>"), ("passphrase", "violet-crown"), ("step", "move")] {
            fields.push((name.to_owned(), value.to_owned()));
        }
        let moved = blogger.post("/sxsw/music/add", &fields).await;
        moved.has_status(200).says("Add your post to music").never_says("violet").never_says("Not sent yet");
        assert_eq!(moved.attributes("#url", "value"), ["https://ada.example/song"]);
        assert_eq!(moved.attributes("#title", "value"), ["A <song>"]);
        site.advance(seconds(9));
        blogger.submit("/sxsw/music/add", &[]).await.has_status(303);
        site.browser().open("/sxsw/music").await.says("A <song>");

        // Where a category is closed, it goes on from there.
        let edit = "/manage/sxsw/categories/music";
        music.organizer.open(edit).await;
        music.organizer.submit(edit, &[("ping", "closed")]).await;
        let closed = blogger.post("/sxsw/music/add", &fields).await;
        closed.says("What you typed, so that it is not lost:");
        assert_eq!(closed.attributes("nav.tabs button", "formaction"), [ADD]);
        assert_eq!(closed.form("/sxsw/music/add").1.iter().find(|(name, _)| name == "title").unwrap().1, "A <song>");
        let choose = site.browser().open("/sxsw/-/add").await;
        assert_eq!(choose.texts("nav.tabs a"), ["Everything", "keynotes", "music"]);
        assert_eq!(choose.texts("nav.tabs [aria-current]"), ["Everything"]);
    }

    async fn a_post_that_is_sent_again_says_what_that_changed(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        let post = |title: &'static str| [("url", "http://www.ada.example/post?utm_source=a"), ("title", title)];
        let first = topic.ping(&post("Tpyo")).await.receipt.unwrap();
        let mut blogger = site.browser();
        let page = blogger.open(&first).await;
        page.says("Something wrong in it? Send the same post again with the passphrase");
        let form = page.attributes("main a[href*='/add?url=']", "href").remove(0);
        let filled = blogger.open(&form).await;
        assert_eq!(filled.attributes("#title", "value"), ["Tpyo"]);

        let again = topic.ping(&post("Typo")).await.receipt.unwrap();
        assert_ne!(again.split('?').next(), first.split('?').next());
        let page = blogger.open(&again).await;
        page.says("This post had arrived before").says("What you sent now stands in the place of what was sent before.")
            .never_says("This address is yours alone");
        let look_up = page.attributes("main a[href*='?post=']", "href").remove(0);
        assert_eq!(look_up, "/sxsw/keynotes/add?post=ada.example%2Fpost", "no more than its sender knows");
        blogger.open(&look_up).await.says("It is waiting");
        blogger.open(again.split('?').next().unwrap()).await.never_says("stands in the place");
        let same = topic.ping(&post("Typo")).await.receipt.unwrap();
        blogger.open(&same).await.says("stands in the place");

        // A verdict is nobody's business but the first sender's: it reads as before.
        topic.decide("Typo", "not-here").await;
        let aside = topic.ping(&post("Typos")).await.receipt.unwrap();
        let once_more = topic.ping(&post("Typos")).await.receipt.unwrap();
        for aside in [&aside, &once_more] {
            blogger.open(aside).await.says("Your post is waiting for a look").says("stands in the place");
        }
        let listed = topic.ping(&[("url", "http://ada.example/2"), ("title", "Two")]).await;
        assert!(listed.is_stored());
        topic.decide("Two", "list").await;
        let kept = topic.ping(&[("url", "http://ada.example/2"), ("title", "Too")]).await.receipt.unwrap();
        blogger.open(&kept).await.says("Nothing was changed: what is listed stays as it is.").says("Look at it");
        site.browser().open("/sxsw").await.says("Two").never_says("Too");
    }

    async fn a_correction_is_offered_where_it_would_be_taken(site) {
        let mut topic = site.hub("open", "all-wait").await;
        // A blog pings from its own server: the form would come from somewhere else.
        let by_blog = topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await.receipt.unwrap();
        let page = site.browser().open(&by_blog).await;
        page.says("Something wrong in it? Send the same post again from the same place as before (your blog)");
        assert!(page.attributes("main a[href*='/add?url=']", "href").is_empty());

        // An address that holds the post is no longer than what takes it everywhere.
        let mut blogger = site.browser();
        let (title, blog_name, excerpt) = ("Ж".repeat(200), "Я".repeat(200), "ю".repeat(600));
        let post = [("url", "http://bob.example/2"), ("title", &title), ("blog_name", &blog_name), ("excerpt", &excerpt)];
        let sent = send(&mut blogger, site, &post).await;
        let by_form = sent.header("location").unwrap().to_owned();
        let page = blogger.open(&by_form).await;
        page.says("Something wrong in it? Send the same post again from where you are");
        let form = page.attributes("main a[href*='/add?url=']", "href").remove(0);
        assert!(form.len() < 6_100, "{}", form.len());
        let filled = blogger.open(&form).await;
        assert_eq!(filled.attributes("#title", "value"), [title]);
        assert_eq!(filled.one_text("#excerpt"), "", "the first words give way first, and stay as they were");

        // Where nothing more is taken in, nothing is corrected by sending it.
        let edit = "/manage/sxsw/categories/keynotes";
        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("closes_at", "2003-03-11T12:00")]).await.has_status(303);
        site.advance(hours(5));
        for receipt in [by_blog, by_form] {
            blogger.open(&receipt).await.says("Your post is waiting for a look").never_says("Something wrong in it?");
        }
    }

    async fn a_removed_category_names_its_hub(site) {
        let mut topic = site.hub("open", "at-once").await;
        let receipt = topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await.receipt.unwrap();
        let edit = "/manage/sxsw/categories/keynotes";
        topic.organizer.open(edit).await;
        topic.organizer.submit(&format!("{edit}/delete"), &[("confirm", "keynotes")]).await.redirects_to("/manage/sxsw/categories");
        for path in ["/sxsw/keynotes", ADD] {
            let page = site.browser().open(path).await;
            page.has_status(410).says("This category is gone").says("The organizers of SXSW 2003 deleted it");
            assert!(page.attributes("main a", "href").contains(&"/sxsw".to_owned()));
        }
        site.browser().open(&receipt).await.has_status(410).says("its category was deleted");
        topic.organizer.sets_readers("-", "password").await;
        for path in ["/sxsw/keynotes", ADD] {
            site.browser().open(path).await.never_says("SXSW 2003");
        }
    }

    async fn a_post_is_looked_up_in_the_whole_hub(site) {
        let topic = site.hub("open", "at-once").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        let mut music = site.category(topic.organizer, "music", "open", "all-wait").await;
        music.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        music.ping(&[("url", "http://bob.example/2"), ("title", "Two")]).await;
        // One that did not take it in.
        let mut attic = site.category(music.organizer, "attic", "open", "all-wait").await;
        attic.organizer.open("/manage/sxsw/categories/attic").await;
        attic.organizer.submit("/manage/sxsw/categories/attic", &[("ping", "closed")]).await.has_status(303);
        assert!(!attic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await.is_stored());
        let backroom = site.category(attic.organizer, "backroom", "open", "all-wait").await;
        backroom.ping(&[("url", "http://carol.example/3"), ("title", "Three")]).await;
        music.organizer = backroom.organizer;
        music.organizer.sets_readers("backroom", "unlisted").await;

        let mut reader = site.browser();
        let hub = reader.open("/sxsw").await;
        assert_eq!(hub.attributes("#arrived form", "action"), ["/sxsw/-/add"]);
        let page = reader.open("/sxsw/-/add?post=ada.example/1").await;
        page.has_status(200).says("Did my post arrive?").says("It is listed").says("It is waiting").never_says("One");
        page.says("and was not taken in.");
        assert_eq!(page.texts(".notice h2 + p a"), ["keynotes", "music", "attic"]);
        // The answer, the field, and nothing to fill in; the code of each is another.
        assert!(page.texts("ul.rows").is_empty());
        let codes = page.texts(".notice .copy code");
        assert!(codes.len() == 2 && codes[0] != codes[1], "{codes:?}");
        assert!(reader.cookies.contains_key("backchannel-proof"));
        let prove = page.form("/sxsw/music/add/prove");
        reader.post(&prove.0, &prove.1).await.redirects_to("/sxsw/music/add");
        // What is not for everybody to know of is asked for on its own page only.
        reader.open("/sxsw/-/add?post=carol.example/3").await.says("It is not in this hub").never_says("backroom");
        reader.open("/sxsw/-/add?post=mailto:x@example.org").await.says("This is no address of a post");
        assert!(reader.open("/sxsw/-/add").await.header("set-cookie").is_none());

        // A category answers first, without the form, and leads to the others.
        let page = reader.open("/sxsw/keynotes/add?post=http://bob.example/2").await;
        page.says("It is not in this category").never_says("Add my post");
        assert!(page.attributes("main form", "method").iter().all(|method| method == "get"));
        // What was typed goes along to the form.
        let form = page.attributes("main a[href*='?url=']", "href");
        assert_eq!(form, [format!("{ADD}?url=http%3A%2F%2Fbob.example%2F2")]);
        let filled = reader.open(&form[0]).await;
        assert_eq!(filled.attributes("#url", "value"), ["http://bob.example/2"]);
        let whole = page.attributes(".notice a", "href").remove(0);
        let page = reader.open(&whole).await;
        page.says("It is waiting").says("music");
        // Also where the category is still to be chosen.
        let choose = page.attributes("main a[href*='?url=']", "href");
        assert_eq!(choose, ["/sxsw/-/add?url=http%3A%2F%2Fbob.example%2F2"]);
        let choices = reader.open(&choose[0]).await.attributes("ul.rows a", "href");
        assert_eq!(choices[0], form[0]);
        assert!(choices.iter().all(|choice| choice.ends_with("/add?url=http%3A%2F%2Fbob.example%2F2")), "{choices:?}");
        // A permalink leads to its own.
        let post = site.browser().open("/sxsw/keynotes").await.attributes("article a[href^='/p/']", "href").remove(0);
        let page = site.browser().open(&post).await;
        let mine = page.attributes("aside a[href*='?post=']", "href");
        assert_eq!(mine, ["/sxsw/keynotes/add?post=http%3A%2F%2Fada.example%2F1"]);
        let page = site.browser().open(&mine[0]).await;
        page.says("It is listed").says("Your blog takes no such line?");
        assert!(page.attributes(".notice a", "href").contains(&format!("{post}/report")));
        for _ in 0..60 {
            reader.open("/sxsw/-/add?post=ada.example/1").await;
        }
        reader.open("/sxsw/-/add?post=ada.example/1").await.has_status(429);
    }
}

story! {
    async fn addresses_of_feeds_and_of_other_hubs_are_typed_as_browsers_show_them(site) {
        let mut topic = site.hub("open", "at-once").await;
        let (feeds, forwarding) = ("/manage/sxsw/feeds", "/manage/sxsw/categories/keynotes/forwarding");
        for desk in [feeds, forwarding] {
            let page = topic.organizer.open(desk).await;
            assert_eq!(page.attributes("#url", "type"), ["text"]);
            assert_eq!(page.attributes("#url", "inputmode"), ["url"]);
            topic.organizer.submit(desk, &[("url", "mailto:ada@example.org")]).await.has_status(422)
                .says("Type an address on the web, of https:// or http://.");
            topic.organizer.submit(desk, &[("url", "ada.invalid/there")]).await;
        }
        topic.organizer.open(feeds).await.says("https://ada.invalid/there");
    }
}

story! { with blogs:
    async fn a_mention_that_comes_again_is_told_apart(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let ada = Blog::start();
        let source = ada.post("/1", "One", &topic.page());
        let first = topic.mention(&source, &topic.page()).await;
        assert!(first.has_status(201).body.contains("is stored, and will be read"), "{}", first.body);
        site.settle().await;
        let mut blogger = site.browser();
        blogger.open(&topic.receipt_of(&first)).await.says("Change your post, then press “Check again”");
        let again = topic.mention(&source, &topic.page()).await;
        assert!(again.has_status(201).body.contains("was here before, and its page is read again"), "{}", again.body);
        blogger.open(&topic.receipt_of(&again)).await.says("Its page is read once more");
        let fault = topic.call("pingback.ping", &[&source, &topic.page()]).await;
        assert!(fault.body.contains("<int>48</int>") && fault.body.contains("its page is read again"), "{}", fault.body);
        // A change of the page is what counts.
        ada.post("/1", "One, mended", &topic.page());
        site.advance(minutes(11));
        site.settle().await;
        topic.organizer.open("/manage/sxsw").await.says("One, mended");
    }

    async fn why_a_page_cannot_be_read_is_said_in_words(site) {
        let topic = site.hub("open", "all-wait").await;
        let ada = Blog::start();
        let shut = ada.publish("/shut", Answer::of(403, "text/html", "no"));
        let mut blogger = site.browser();
        blogger.open(ADD).await;
        blogger.submit(ADD, &[("url", &shut), ("step", "fetch")]).await
            .says("Nothing was found to fill in.").says("with the status 403: the server did not let us in.");
        topic.mention(&shut, &topic.page()).await.has_status(201);
        site.settle().await;
        let path = format!("{ADD}?looking=1&post={shut}");
        blogger.open(&path).await.says("with the status 403: the server did not let us in.");
        let picture = ada.publish("/picture", Answer::of(200, "image/png", "x"));
        let receipt = topic.receipt_of(&topic.mention(&picture, &topic.page()).await);
        site.settle().await;
        blogger.open(&receipt).await.says("but a picture, a film or another file");
    }
}
