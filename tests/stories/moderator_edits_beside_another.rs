//! Two who edit the same post: the slower is told, sees both texts, and loses nothing.

use crate::harness::Page;

const OWN: [(&str, &str); 2] = [("title", "Mine"), ("excerpt", "My own words")];

/// The fields of a form with these filled in.
fn filled(page: &Page, action: &str, typed: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
    let (action, mut fields) = page.form(action);
    fields.retain(|(name, _)| typed.iter().all(|(this, _)| this != name));
    fields.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    (action, fields)
}

story! {
    async fn the_slower_is_told_and_loses_nothing(site) {
        let mut topic = site.hub("open", "all-wait").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "TITLE"), ("excerpt", "Hers")]).await;
        let path = topic.organizer.open("/manage/sxsw").await.attributes("[data-edit]", "href").remove(0);
        let opened = topic.organizer.open(&path).await;
        let (action, slow) = filled(&opened, &path, &OWN);
        let (_, fast) = filled(&opened, &path, &[("title", "Theirs"), ("excerpt", "Their words")]);
        topic.organizer.post(&action, &fast).await.redirects_to("/manage/sxsw");

        let told = topic.organizer.post(&action, &slow).await;
        told.has_status(409).says("Somebody changed this post since you opened it.").says("Theirs").says("Their words");
        assert_eq!(told.attributes("#title", "value"), ["Mine"]);
        assert_eq!(told.one_text("#excerpt"), "My own words");
        topic.organizer.open("/manage/sxsw").await.says("Theirs").never_says("Mine");

        // Having seen both, they may.
        topic.organizer.post(&action, &told.form(&path).1).await.redirects_to("/manage/sxsw");
        topic.organizer.open("/manage/sxsw").await.says("Mine").never_says("Theirs");
        // The same twice is no conflict: a double press loses nothing either.
        topic.organizer.post(&action, &slow).await.redirects_to("/manage/sxsw");

        // Nor does going back to the original lose what nobody has seen.
        let edited = topic.organizer.open(&path).await;
        let (original, stale) = edited.form(&path.replace("/edit", "/original"));
        let (_, newer) = filled(&edited, &path, &[("title", "Newer")]);
        topic.organizer.post(&action, &newer).await.redirects_to("/manage/sxsw");
        topic.organizer.post(&original, &stale).await.has_status(409).says("Look at it, then choose again.");
        topic.organizer.open("/manage/sxsw").await.says("Newer");
        topic.organizer.open(&path).await;
        topic.organizer.submit(&original, &[]).await.redirects_to("/manage/sxsw");
        topic.organizer.open("/manage/sxsw").await.says("TITLE").never_says("Newer");
    }

    async fn what_the_sender_changed_meanwhile_is_seen_first(site) {
        let mut topic = site.hub("open", "all-wait").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "Before")]).await;
        let path = topic.organizer.open("/manage/sxsw").await.attributes("[data-edit]", "href").remove(0);
        topic.organizer.open(&path).await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "After")]).await;
        topic.organizer.submit(&path, &OWN).await.has_status(409).says("After");
        topic.organizer.submit(&path, &[]).await.redirects_to("/manage/sxsw");
        topic.organizer.open("/manage/sxsw").await.says("Mine");
    }

    async fn what_comes_back_with_a_problem_is_still_about_what_it_showed(site) {
        let mut topic = site.hub("open", "all-wait").await;
        topic.ping(&[("url", "http://ada.example/1"), ("title", "TITLE"), ("excerpt", "Hers")]).await;
        let path = topic.organizer.open("/manage/sxsw").await.attributes("[data-edit]", "href").remove(0);
        let opened = topic.organizer.open(&path).await;
        let (action, empty) = filled(&opened, &path, &[("title", "")]);
        let (_, fast) = filled(&opened, &path, &[("title", "Theirs"), ("excerpt", "Their words")]);
        topic.organizer.post(&action, &fast).await.redirects_to("/manage/sxsw");
        let told = topic.organizer.post(&action, &empty).await;
        told.has_status(422).says("Give the post a title.").never_says("Theirs");
        // Theirs were never seen: the mended form asks first, and then it may.
        let told = topic.organizer.post(&action, &filled(&told, &path, &OWN).1).await;
        told.has_status(409).says("Theirs").says("Their words");
        topic.organizer.open("/manage/sxsw").await.says("Theirs").never_says("Mine");
        topic.organizer.post(&action, &told.form(&path).1).await.redirects_to("/manage/sxsw");
        topic.organizer.open("/manage/sxsw").await.says("Mine");
    }
}
