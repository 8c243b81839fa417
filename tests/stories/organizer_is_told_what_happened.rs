//! What the desk says where something was not done, was taken back, or reaches further than one
//! thing.

use crate::harness::minutes;

const READERS: &str = "/manage/sxsw/readers";

story! {
    async fn a_reading_password_is_never_dropped_without_a_word(site) {
        let mut topic = site.hub("open", "at-once").await;
        let path = format!("{READERS}/keynotes");
        let chosen = "input[name='readers'][checked]";
        let organizer = &mut topic.organizer;
        organizer.open(READERS).await;
        for typed in ["", "short"] {
            let page = organizer.submit(&path, &[("readers", "password"), ("password", typed)]).await;
            page.has_status(422).says("Not saved yet, for keynotes");
            assert!(page.one_text("title").starts_with("Error: "));
            assert_eq!(page.attributes(chosen, "value"), ["public", "password"], "the choice stays");
        }
        let page = organizer.submit(&path, &[("readers", "public"), ("password", "tell nobody")]).await;
        page.has_status(422).says("You typed a reading password, but chose “Whoever may read the hub”");
        site.browser().open("/sxsw/keynotes").await.has_status(200);
        let saved = organizer.submit(&path, &[("readers", "password"), ("password", "tell nobody")]).await;
        let back = saved.redirects_to(READERS).header("location").unwrap().to_owned();
        assert!(back.ends_with("#of-keynotes"), "{back}");
        let page = organizer.open(&back).await;
        assert_eq!(page.texts("section[aria-labelledby='of-keynotes'] .notice"), ["Saved. It holds from now on."]);
        site.browser().open("/sxsw/keynotes").await.has_status(403);
        organizer.open("/manage/sxsw/categories").await.says("behind a reading password");
        organizer.open("/manage/sxsw/new-category").await;
        let panels = [("title", "Panels"), ("slug", "panels"), ("ping", "open"), ("listing", "at-once")];
        organizer.submit("/manage/sxsw/categories", &panels).await.says("Panels is ready");
        organizer.open("/manage/sxsw/keys").await;
        organizer.submit("/manage/sxsw/keys", &[("names", "Ada")]).await
            .says("Not on the sheet: 1 category that not everybody may know of.");
    }

    async fn a_spam_button_names_all_that_it_bars(site) {
        let mut topic = site.hub("open", "all-wait").await;
        for (title, url) in [("Sub", "http://c.blog.example/1"), ("Alone", "http://alone.example/1")] {
            topic.ping(&[("url", url), ("title", title)]).await;
            site.advance(minutes(3));
        }
        let queue = topic.organizer.open("/manage/sxsw").await;
        queue.says("and bar all of blog.example").says("and bar alone.example");
        let back = topic.decide("Sub", "spam").await.header("location").unwrap().to_owned();
        topic.organizer.open(&back).await.says("Sub is now: spam. Barred: all of blog.example, but for blogs you trust.");
        let blogs = topic.organizer.open("/manage/sxsw/blogs").await;
        blogs.says(": all of blog.example, but for blogs you trust").says("Blogs whose first posts still wait");
    }

    async fn the_queue_goes_on_at_the_next_post(site) {
        let mut topic = site.hub("open", "all-wait").await;
        topic.organizer.open("/manage/sxsw").await.says("Nothing has come yet.");
        for n in 1..=3 {
            let (url, title) = (format!("http://blog{n}.example/"), format!("Post {n}"));
            topic.ping(&[("url", &url), ("title", &title)]).await;
            site.advance(minutes(3));
        }
        let back = topic.decide("Post 2", "not-here").await;
        let back = back.redirects_to("/manage/sxsw").header("location").unwrap().to_owned();
        assert!(back.ends_with("#notice"), "{back}");
        let page = topic.organizer.open(&back).await;
        let order = page.texts("main h2, #notice b");
        assert_eq!(order, ["Post 1", "Post 2", "Post 3"], "above the next");
        let undo = page.attributes("form[data-undo]", "action").remove(0);
        let undone = topic.organizer.submit(&undo, &[]).await.header("location").unwrap().to_owned();
        topic.organizer.open(&undone).await.says("Post 2 waits again.");
        let back = topic.decide("Post 3", "list").await.header("location").unwrap().to_owned();
        assert!(!back.contains('#'), "nothing comes after the last: {back}");
    }

    async fn whoever_was_invited_is_told_what_they_are(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        topic.organizer.open("/manage/sxsw/categories").await
            .says("‹your passphrase›").says("Set a new one").never_says("/passphrase<");
        topic.organizer.open("/manage/sxsw/members").await;
        let page = topic.organizer.submit("/manage/sxsw/invitations", &[("role", "moderator")]).await;
        let link = page.one_text(".copy code");
        let link = link[link.find("/invite/").unwrap()..].to_owned();
        let mut bob = site.organizer("bob@example.org").await;
        bob.open(&link).await;
        let joined = bob.submit("/invite/", &[]).await;
        let joined = joined.redirects_to("/manage/sxsw").header("location").unwrap().to_owned();
        bob.open(&joined).await.says("You are now a moderator of");
        let refused = bob.open("/manage/sxsw/settings").await;
        refused.has_status(404).says("Only organizers of this hub change this.").says("Your hubs");
    }

    async fn all_that_is_wrong_with_a_new_hub_is_said_at_once(site) {
        let mut topic = site.hub("open", "at-once").await;
        let organizer = &mut topic.organizer;
        organizer.open("/manage/new").await;
        let bad = [("title", "Boats"), ("slug", "sxsw"), ("accent", "#ffff00")];
        let page = organizer.submit("/manage/new", &bad).await;
        page.has_status(422).says("Another hub has or had this name").says("too pale");
        let good = [("slug", "boats"), ("link", "harbour.example")];
        organizer.submit("/manage/new", &good).await.redirects_to("/manage/boats/categories");
        organizer.open("/manage/sxsw/settings").await;
        organizer.submit("/manage/sxsw/close", &[]).await.has_status(303);
        let page = site.browser().open("/sxsw/-/add").await;
        page.says("The hub has been closed since").says("Back to the hub").never_says("Which category");
    }
}
