//! A post is sent in by the form, waits, and is listed.

use crate::harness::seconds;

journey! {
    async fn from_the_form_to_the_list(site, window) {
        let mut topic = site.hub("open", "all-wait").await;
        window.open("/sxsw").await;
        window.presses("Add your post").await;
        window.is_at("/sxsw/keynotes/add").await;
        window.types("#url", "http://ada.example/on-loops").await;
        window.types("#title", "On loops").await;
        window.types("#excerpt", "Everybody wrote about loops.").await;
        window.types("#blog_name", "Ada").await;
        // Nobody types as fast as a program does.
        site.advance(seconds(8));
        window.presses("Add my post").await;
        window.until("location.pathname.startsWith('/r/')").await;
        window.says("waiting for a look").await;
        let receipt = window.path().await;

        topic.decide("On loops", "list").await.redirects_to("/manage/sxsw");
        if !window.has_scripts() {
            window.open(&receipt).await;
        }
        // With JavaScript the receipt is told.
        window.says("Look at it").await;
        window.presses("Look at it").await;
        window.until("location.pathname.startsWith('/p/')").await;
        window.says("Everybody wrote about loops.").await;
        window.open("/sxsw/keynotes").await;
        assert_eq!(window.text_of("article h3").await, "On loops");

        // What is wrong is said, beside what was typed.
        window.open("/sxsw/keynotes/add").await;
        window.may_be_refused().await;
        window.types("#url", "ftp://ada.example/").await;
        window.types("#title", "On files").await;
        site.advance(seconds(8));
        window.presses("Add my post").await;
        window.says("Not sent yet.").await;
        assert_eq!(window.finds("return document.querySelector('#title').value").await, "On files");
        assert_eq!(window.finds("return document.querySelector('#url').getAttribute('aria-invalid')").await, "true");
    }
}
