//! A TrackBack's `url` proves nothing about its sender: trust is earned by the page.

use crate::harness::{Answer, Blog, minutes, post, seconds};

story! { with blogs:
    async fn a_trusted_blogs_name_lists_nothing_but_what_stands_on_its_page(site) {
        let mut topic = site.hub("open", "new-blog-waits").await;
        let ada = Blog::start();
        let first = ada.post("/1", "On the keynote", "http://elsewhere.example/");
        assert!(topic.ping(&[("url", &first), ("title", "On the keynote")]).await.is_stored());
        site.settle().await;
        topic.organizer.open("/manage/sxsw").await.says("the title is its page’s").says("its page does not link here");
        topic.decide("On the keynote", "list").await;

        // The attacker sends Ada's next post under a title of their own.
        let second = ada.post("/2", "On the panel", "http://elsewhere.example/");
        let forged = [("url", second.as_str()), ("title", "Cheap pills"), ("excerpt", "Buy now")];
        assert!(topic.ping(&forged).await.is_stored());
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.never_says("Cheap pills");
        topic.organizer.open("/manage/sxsw").await.says("Cheap pills").says("its page has another title");

        // Hers, honestly sent, is listed when it was read, with the words of the page.
        let third = ada.post("/3", "On the party", "http://elsewhere.example/");
        let honest = [("url", third.as_str()), ("title", "On the party"), ("excerpt", "Buy now")];
        assert!(topic.ping(&honest).await.is_stored());
        site.browser().open("/sxsw/keynotes").await.never_says("On the party");
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("On the party").never_says("Buy now");

        // A redirect on the trusted site leads to a page of somebody else.
        let mallory = Blog::start();
        let evil = mallory.post("/evil", "Evil", "http://elsewhere.example/");
        let open_redirect = ada.publish("/go", Answer::of(302, "text/html", "").with("Location", &evil));
        assert!(topic.ping(&[("url", &open_redirect), ("title", "Evil")]).await.is_stored());
        site.settle().await;
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.never_says("Evil");
    }

    async fn where_the_link_is_required_nobody_sees_a_ping_without_it(site) {
        let mut topic = site.hub("open", "at-once").await;
        let edit = "/manage/sxsw/categories/keynotes";
        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("link_back", "required")]).await.redirects_to("/manage/sxsw/categories");
        let ada = Blog::start();
        let source = ada.post("/1", "Without a link", "http://elsewhere.example/");
        let ping = topic.ping(&[("url", &source), ("title", "Without a link")]).await;
        assert!(ping.is_stored());
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.never_says("Without a link");
        topic.organizer.open("/manage/sxsw").await.says("Nothing to look at");
        let receipt = ping.receipt.unwrap();
        let mut blogger = site.browser();
        blogger.open(&receipt).await.says("Put a link to");
        ada.publish("/1", Answer::html(post("Without a link", &topic.page())));
        site.advance(minutes(11));
        blogger.submit(&format!("{receipt}/check"), &[]).await.redirects_to(&receipt);
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("Without a link");
    }

    async fn where_links_are_off_no_page_is_read(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let edit = "/manage/sxsw/categories/keynotes";
        topic.organizer.open(edit).await;
        topic.organizer.submit(edit, &[("link_back", "off")]).await.redirects_to("/manage/sxsw/categories");
        let ada = Blog::start();
        assert!(topic.ping(&[("url", &ada.url("/1")), ("title", "Unread")]).await.is_stored());
        site.settle().await;
        assert!(ada.asked().is_empty());
        topic.organizer.open("/manage/sxsw").await.says("Unread");
    }

    async fn the_form_is_filled_in_from_the_page_and_nothing_is_sent(site) {
        let mut topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let source = ada.post("/1", "From my page", &topic.page());
        let mut blogger = site.browser();
        let add = "/sxsw/keynotes/add";
        blogger.open(add).await.says("Fetch my post");
        let filled = blogger.submit(add, &[("url", &source), ("blog_name", "My own name"), ("step", "fetch")]).await;
        filled.has_status(200).says("The title was taken from the h-entry's p-name").says("It links to this category.");
        assert_eq!(filled.attributes("#title", "value"), ["From my page"]);
        assert_eq!(filled.attributes("#blog_name", "value"), ["My own name"], "what was typed stays");
        topic.organizer.open("/manage/sxsw").await.says("Nothing to look at");
        site.browser().open("/sxsw/keynotes").await.says("Nothing is listed here yet");
        site.advance(seconds(5));
        blogger.submit(add, &[]).await.has_status(303);
        site.browser().open("/sxsw/keynotes").await.says("From my page").says("My own name");

        blogger.open(add).await;
        site.advance(seconds(2));
        blogger.submit(add, &[("url", &ada.url("/nothing")), ("step", "fetch")]).await
            .has_status(200).never_says("Not sent yet").says("Nothing was found to fill in. You can type the rest and add the post all the same.")
            .says("The page was answered with the status 404: there is no page at this address.");
        // A page that says nothing is no mistake either, and no address is none to read.
        ada.publish("/empty", Answer::html("<p></p>"));
        site.advance(seconds(2));
        blogger.submit(add, &[("url", &ada.url("/empty")), ("title", "Typed"), ("step", "fetch")]).await
            .has_status(200).says("Nothing was found to fill in.").never_says("This is what we would take");
        blogger.submit(add, &[("url", " "), ("title", "Typed"), ("step", "fetch")]).await
            .has_status(422).says("Type the address of your post first.").never_says("Not sent yet");
        site.advance(seconds(5));
        let typed = [("url", ada.url("/empty")), ("title", "Typed all the same".to_owned())];
        blogger.submit(add, &typed.each_ref().map(|(name, value)| (*name, value.as_str()))).await.has_status(303);
    }
}
