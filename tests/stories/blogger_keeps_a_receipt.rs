//! A receipt that is opened later: it says how the post came, why it is not there any more, and
//! takes nothing that the category does not.

use crate::harness::days;

const SETTINGS: &str = "/manage/sxsw/settings";
const EDIT: &str = "/manage/sxsw/categories/keynotes";

story! {
    async fn why_a_post_is_not_there_any_more_is_said_as_it_was(site) {
        let mut topic = site.hub("open", "all-wait").await;
        let mut receipts = Vec::new();
        for (n, title) in ["Removed", "Taken back", "Forgotten"].iter().enumerate() {
            let url = format!("http://blog{n}.example/1");
            receipts.push(topic.ping(&[("url", &url), ("title", title)]).await.receipt.unwrap());
        }
        topic.decide("Removed", "list").await;
        topic.decide("Taken back", "list").await;
        let decided = topic.organizer.open("/manage/sxsw/decided").await;
        let action = decided.action_beside("Removed", "/verdict");
        topic.organizer.submit(&action, &[("verdict", "remove")]).await.has_status(303);
        let mut blogger = site.browser();
        blogger.open(&receipts[1]).await;
        blogger.submit(&format!("{}/withdraw", receipts[1]), &[]).await.redirects_to(&receipts[1]);
        let outcome = ["Your post is not listed any more", "Not listed any more"];
        for (receipt, why) in [(&receipts[0], "An organizer removed it."), (&receipts[1], "It was taken back.")] {
            blogger.open(receipt).await.says(outcome[0]).says(outcome[1]).says(why).never_says("in time");
        }

        // Texts go, and with them who it was; what waited for too long was never listed.
        site.advance(days(91));
        backchannel::actions::prune::run(&site.app).await.unwrap();
        for receipt in &receipts[..2] {
            blogger.open(receipt).await.says(outcome[1]).says("It was taken back, or removed by an organizer")
                .never_says("in time").never_says("Send it in again");
        }
        blogger.open(&receipts[2]).await.says("Your post was not listed here").says("Nobody looked at it in time.")
            .never_says("any more").never_says("removed by");
    }

    async fn what_was_taken_back_is_sent_in_again_only_where_posts_are_taken(site) {
        let mut topic = site.hub("open", "at-once").await;
        let receipt = topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await.receipt.unwrap();
        let (mut blogger, again) = (site.browser(), format!("{receipt}/again"));
        blogger.open(&receipt).await;
        blogger.submit(&format!("{receipt}/withdraw"), &[]).await.redirects_to(&receipt);
        let (action, fields) = blogger.open(&receipt).await.says("Send it in again").form(&again);

        // The page was open while the hub was closed, and then the category.
        topic.organizer.open(SETTINGS).await;
        topic.organizer.submit("/manage/sxsw/close", &[]).await.has_status(303);
        for is_hub_closed in [true, false] {
            let refused = blogger.post(&action, &fields).await;
            refused.has_status(422).says("Nothing was sent: this category takes no posts now.")
                .says("Not listed any more").never_says("sent in again");
            blogger.open(&receipt).await.never_says("Send it in again");
            topic.organizer.open("/manage/sxsw").await.says("Nothing to look at");
            if is_hub_closed {
                topic.organizer.open(SETTINGS).await;
                topic.organizer.submit("/manage/sxsw/reopen", &[]).await.has_status(303);
                topic.organizer.open(EDIT).await;
                topic.organizer.submit(EDIT, &[("ping", "closed")]).await.has_status(303);
            }
        }
        topic.organizer.open(EDIT).await;
        topic.organizer.submit(EDIT, &[("ping", "open")]).await.has_status(303);
        let sent = blogger.post(&action, &fields).await.header("location").unwrap().to_owned();
        blogger.open(&sent).await.says("Your post was sent in again.").says("Your post is waiting for a look");
        topic.organizer.open("/manage/sxsw").await.says("1 post to look at");

        // Pressed once more when somebody had decided: nothing is sent, and nothing is said to be.
        topic.decide("One", "not-here").await;
        let nothing = blogger.post(&action, &fields).await;
        assert_eq!(nothing.has_status(303).header("location"), Some(receipt.as_str()));
        blogger.open(&receipt).await.says("Your post was not listed here").never_says("sent in again");
    }

    async fn a_receipt_says_that_a_personal_address_brought_it(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        let keys = "/manage/sxsw/keys";
        topic.organizer.open(keys).await;
        let sheet = topic.organizer.submit(keys, &[("names", "Ada"), ("category", "keynotes")]).await;
        let address = sheet.one_text(".card code");
        let by_key = topic.ping_at(&address, &[("url", "http://ada.example/1")]).await.receipt.unwrap();
        let personal = "It came by a personal ping address. Your post is stored.";
        let passphrase = "The passphrase was right.";
        site.browser().open(&by_key).await.says(personal).never_says(passphrase);
        let by_word = topic.ping(&[("url", "http://bob.example/1")]).await.receipt.unwrap();
        site.browser().open(&by_word).await.says(passphrase).never_says(personal);
    }
}
