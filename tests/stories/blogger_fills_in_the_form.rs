//! The form for blogs that cannot ping: filled in by a bookmark, kept from programs, and nothing
//! that was typed is lost.

use crate::harness::{Browser, Page, days, seconds};

const ADD: &str = "/sxsw/keynotes/add";

/// A post, typed.
const TYPED: [(&str, &str); 4] = [
    ("url", "http://ada.example/form"),
    ("title", "By <hand>"),
    ("excerpt", "first words"),
    ("blog_name", "Ada"),
];

#[track_caller]
fn has_everything(page: &Page) {
    assert_eq!(page.attributes("#url", "value"), ["http://ada.example/form"]);
    assert_eq!(page.attributes("#title", "value"), ["By <hand>"]);
    assert_eq!(page.texts("#excerpt"), ["first words"]);
    assert_eq!(page.attributes("#blog_name", "value"), ["Ada"]);
}

/// Everything typed, and these fields.
async fn send(browser: &mut Browser, more: &[(&str, &str)]) -> Page {
    browser.submit(ADD, &[&TYPED[..], more].concat()).await
}

story! {
    async fn a_link_fills_the_form_in_and_stores_nothing(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut blogger = site.browser();
        let path = format!("{ADD}?url=http%3A%2F%2Fada.example%2Fform&title=By+%3Chand%3E&excerpt=first%20words&blog_name=Ada");
        let page = blogger.open(&path).await;
        page.has_status(200).says("Filled in from the page you came from.").never_says("<hand>");
        has_everything(&page);
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("x-robots-tag"), Some("noindex"));
        topic.organizer.open("/manage/sxsw").await.says("Nothing to look at");
        site.browser().open("/sxsw/keynotes").await.says("Nothing is listed here yet");
        site.advance(seconds(8));
        blogger.submit(ADD, &[]).await.has_status(303);
        site.browser().open("/sxsw/keynotes").await.says("By <hand>");

        // What is too long is cut, and what is half there is shown as far as it goes.
        let long = "%E3%81%82".repeat(1_200);
        let page = site.browser().open(&format!("{ADD}?url=ada.example/1&excerpt={long}")).await;
        let cut = page.one_text("#excerpt");
        assert!(cut.ends_with('…') && (990..=1_000).contains(&cut.chars().count()), "{cut}");
        site.browser().open(&format!("{ADD}?url=a&url=b")).await.has_status(200);
        site.browser().open(ADD).await.never_says("Filled in from");
    }

    async fn addresses_are_typed_as_browsers_show_them(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut blogger = site.browser();
        let form = blogger.open(ADD).await;
        for field in ["#url", "#post"] {
            assert_eq!(form.attributes(field, "type"), ["text"]);
            assert_eq!(form.attributes(field, "inputmode"), ["url"]);
            assert_eq!(form.attributes(field, "maxlength"), ["2048"]);
        }
        let most = |field| form.attributes(field, "maxlength");
        assert_eq!((most("#title"), most("#excerpt"), most("#blog_name")), (vec!["255".into()], vec!["1000".into()], vec!["255".into()]));
        site.advance(seconds(9));
        let typed = [("url", "Ada.example/shown#part"), ("title", "Shown")];
        blogger.submit(ADD, &typed).await.has_status(303);
        let page = site.browser().open("/sxsw/keynotes").await;
        assert_eq!(page.attributes("article.ping h3 a", "href"), ["https://ada.example/shown#part"]);
        for asked in ["ada.example/shown", "http://ada.example/shown", "https://ada.example/shown"] {
            site.browser().open(&format!("{ADD}?post={asked}")).await.says("It is listed").says("ada.example/shown");
        }
        // On the wire nothing was left out on purpose.
        assert!(topic.ping(&[("url", "bob.example/wire"), ("title", "Wire")]).await.is_stored());
        topic.organizer.open("/sxsw/keynotes").await.says("Wire");
        assert_eq!(site.browser().open("/sxsw/keynotes").await.attributes("article.ping h3 a", "href")[0], "http://bob.example/wire");

        // What is no address of the web stays as it was typed. More letters than are stored may stand
        // there, and may be changed.
        blogger.open(ADD).await;
        site.advance(seconds(9));
        let long = "🙂".repeat(200);
        let page = blogger.submit(ADD, &[("url", "ada@example.org"), ("title", &long)]).await;
        page.has_status(422).says("Not sent yet.");
        assert_eq!(page.attributes("#url", "value"), ["ada@example.org"]);
        assert_eq!(page.attributes("#title", "maxlength"), ["400"]);
        blogger.submit(ADD, &[("url", "ftp://ada.example/")]).await.has_status(422)
            .says("Only pages on the web can be listed").never_says("must begin with");
        site.browser().open(&format!("{ADD}?post=mailto:ada@example.org")).await.says("This is no address of a post");
    }

    async fn what_a_category_asks_for_stands_under_its_headline(site) {
        let mut topic = site.hub("passphrase", "new-blog-waits").await;
        let page = site.browser().open(ADD).await;
        let terms = ["The posting passphrase is needed to add a post", "The organizers look at the first post of a new blog"];
        assert_eq!(page.texts(".mast .terms li"), terms);
        assert_eq!(page.texts("aside .beside-terms li"), terms);
        topic.organizer.open("/manage/sxsw/categories/keynotes").await;
        topic.organizer.submit("/manage/sxsw/categories/keynotes", &[("ping", "closed")]).await.has_status(303);
        let page = site.browser().open(ADD).await;
        assert!(page.texts(".terms").is_empty(), "said once, in the notice");
    }

    async fn a_bookmark_leads_to_the_form(site) {
        site.hub("passphrase", "at-once").await;
        let page = site.browser().open(ADD).await;
        page.says("Ping keynotes").says("Drag this to your browser");
        let bookmark = page.attributes("a[data-drag]", "href").remove(0);
        assert!(bookmark.starts_with("javascript:"), "{bookmark}");
        assert!(bookmark.contains(&format!("u='{}{ADD}?url='", site.base)), "{bookmark}");
        for word in [" ", "\"", "%", "violet", "passphrase"] {
            assert!(!bookmark.contains(word), "{word:?} is in {bookmark}");
        }
        assert!(page.texts(".copy code").contains(&bookmark), "phones copy it");
        // Dragged, never run here: our own pages run nothing inline.
        assert!(page.header("content-security-policy").unwrap().contains("script-src 'self';"));
    }

    async fn programs_are_refused_and_people_lose_nothing(site) {
        site.hub("open", "at-once").await;
        let mut blogger = site.browser();
        blogger.open(ADD).await;
        let page = send(&mut blogger, &[]).await;
        page.has_status(422).says("That was faster than people type.");
        has_everything(&page);
        site.advance(seconds(4));
        let page = send(&mut blogger, &[("more", "http://pills.example/")]).await;
        page.has_status(422).says("A field that people cannot see was filled in");
        has_everything(&page);
        assert_eq!(page.attributes("#more", "value"), [""]);
        site.advance(days(2));
        let page = send(&mut blogger, &[]).await;
        page.has_status(422).says("This form was open for more than a day.");
        has_everything(&page);
        for stamp in ["", "1-x", "99999999999999999999-x", "1047391200000000-aaaaaaaaaaaaaaaa"] {
            let page = send(&mut blogger, &[("stamp", stamp)]).await;
            page.has_status(422).says("This form was open for more than a day.");
        }
        site.browser().open("/sxsw/keynotes").await.says("Nothing is listed here yet");
        site.advance(seconds(4));
        send(&mut blogger, &[]).await.has_status(303);
        site.browser().open("/sxsw/keynotes").await.says("By <hand>");
    }

    async fn the_passphrase_is_typed_once_a_session(site) {
        let mut topic = site.hub("passphrase", "at-once").await;
        let mut blogger = site.browser();
        blogger.open(ADD).await.never_says("This browser knows");
        site.advance(seconds(9));

        // Right, while something else is wrong: it is remembered, and not shown.
        let wrong = [("url", "no address"), ("passphrase", "Violet Crown")];
        let page = blogger.submit(ADD, &[&TYPED[1..], &wrong].concat()).await;
        page.has_status(422).says("This browser knows the posting passphrase").never_says("iolet");
        assert_eq!(page.attributes("input#passphrase", "value").len(), 0);
        assert_eq!(page.attributes("#url", "value"), ["no address"]);
        let cookie = page.header("set-cookie").unwrap();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/sxsw/keynotes/add"] {
            assert!(cookie.contains(part), "{part}: {cookie}");
        }
        assert!(!cookie.contains("Max-Age") && !cookie.contains("Expires"), "{cookie}");
        assert!(!cookie.to_lowercase().contains("violet"), "{cookie}");
        let sent = send(&mut blogger, &[]).await;
        let receipt = sent.has_status(303).header("location").unwrap().to_owned();
        blogger.open(&receipt).await.says("The passphrase was right.");
        blogger.open(ADD).await.says("This browser knows the posting passphrase");

        // Forgotten when asked to, and what was typed stays.
        let page = send(&mut blogger, &[("step", "forget")]).await;
        page.has_status(200).never_says("This browser knows");
        has_everything(&page);
        site.advance(seconds(9));
        let page = send(&mut blogger, &[]).await;
        page.has_status(422).says("Type the posting passphrase");
        has_everything(&page);

        // Another passphrase is asked for by itself; so is one of another category.
        send(&mut blogger, &[("passphrase", "violet-crown")]).await.has_status(303);
        blogger.open(ADD).await.says("This browser knows");
        topic.organizer.open("/manage/sxsw/categories/keynotes").await;
        topic.organizer.submit("/manage/sxsw/categories/keynotes", &[("passphrase", "amber-tower")]).await.has_status(200);
        blogger.open(ADD).await.never_says("This browser knows");
        site.advance(seconds(9));
        let second = [("url", "http://ada.example/second"), ("passphrase", "amber-tower")];
        blogger.submit(ADD, &second).await.has_status(303);
        let other = site.category(topic.organizer, "music", "passphrase", "at-once").await;
        blogger.open("/sxsw/music/add").await.never_says("This browser knows");
        drop(other);

        // A day is the end, also for browsers that bring their last session back; and a cookie that
        // was made up is none.
        let kept = blogger.cookies.clone();
        site.advance(days(1));
        blogger.open(ADD).await.never_says("This browser knows");
        let mut forger = site.browser();
        for (name, value) in kept {
            forger.cookies.insert(name, value.replace(['a', 'b', 'c', 'd'], "e"));
        }
        forger.open(ADD).await.never_says("This browser knows");
    }

    async fn a_category_that_closes_meanwhile_gives_back_what_was_typed(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut blogger = site.browser();
        blogger.open(ADD).await;
        site.advance(seconds(9));
        topic.organizer.open("/manage/sxsw/categories/keynotes").await;
        topic.organizer.submit("/manage/sxsw/categories/keynotes", &[("ping", "closed")]).await.has_status(303);
        let page = send(&mut blogger, &[]).await;
        page.has_status(422).says("takes no more posts").says("What you typed, so that it is not lost:")
            .says("http://ada.example/form").says("By <hand>").says("first words");
    }
}
