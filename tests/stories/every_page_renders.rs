//! Every page, empty and full, with the titles that break layouts: it answers, and its HTML holds
//! together for people, browsers and screen readers.

use std::collections::BTreeSet;

use scraper::{Html, Selector};

use crate::harness::{Page, minutes};

const ARABIC: &str = "ملاحظات طويلة جداً من المؤتمر عن المواقع الصغيرة التي تبقى حية بعد أن تختفي المنصات الكبيرة وعن الناس الذين يكتبون كل صباح قبل القهوة وعن الروابط القديمة التي لا تزال تعمل رغم كل شيء";
const JAPANESE: &str = "小さなウェブサイトを長く続けるためのとても長い覚え書き、朝の珈琲の前に書いたもの、古いリンクがまだ生きていることについて、そして会場の廊下で出会った人たちと交わした終わらない会話の記録とその続き";

/// What must hold on every page of ours.
#[track_caller]
fn holds_together(path: &str, page: &Page) {
    let html = Html::parse_document(&page.body);
    let all = |selector: &str| {
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector).map(|element| element.value().clone()).collect::<Vec<_>>()
    };
    assert_eq!(all("h1").len(), 1, "{path}: one headline");
    assert_eq!(all("main#main").len(), 1, "{path}: one main part, to skip to");
    assert_eq!(all("html[lang]").len(), 1, "{path}");
    assert!(!page.one_text("title").is_empty(), "{path}");
    for sign in ["{{", "{%", "%}", "Some(", "[redacted]"] {
        assert!(!page.body.contains(sign), "{path} holds {sign}");
    }
    let ids: Vec<String> =
        all("[id]").iter().filter_map(|e| e.attr("id").map(str::to_owned)).collect();
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "{path}: an id stands twice: {ids:?}");
    for attribute in ["for", "aria-describedby"] {
        for element in all(&format!("[{attribute}]")) {
            for id in element.attr(attribute).unwrap().split_whitespace() {
                assert!(unique.contains(&id.to_owned()), "{path}: {attribute}={id} leads nowhere");
            }
        }
    }
    let labelled: BTreeSet<String> =
        all("label[for]").iter().filter_map(|e| e.attr("for").map(str::to_owned)).collect();
    for input in
        all("input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea, select")
    {
        let id = input.attr("id").unwrap_or_default().to_owned();
        assert!(labelled.contains(&id), "{path}: {id:?} has no label");
    }
    for element in all("link[rel=stylesheet], link[rel=icon], script, img, iframe") {
        let from = element.attr("src").or(element.attr("href")).unwrap();
        assert!(from.starts_with('/') && !from.starts_with("//"), "{path}: {from} is not ours");
    }
    for image in all("img") {
        let said = ["width", "height", "alt"].map(|attribute| image.attr(attribute));
        assert!(said.iter().all(Option::is_some), "{path}: {image:?}");
    }
    for form in all("form[method=post]") {
        assert!(form.attr("action").is_some_and(|action| action.starts_with('/')), "{path}");
    }
    assert_eq!(
        all("form[method=post]").len(),
        all("form[method=post] input[name=csrf]").len(),
        "{path}: each form has its token"
    );
    for button in page.texts("button, a") {
        assert!(!button.is_empty(), "{path}: a button or link says nothing");
    }
}

story! {
    async fn empty_and_full(site) {
        let mut topic = site.hub("passphrase", "all-wait").await;
        topic.organizer.open("/manage/sxsw/settings").await;
        topic.organizer.submit("/manage/sxsw/settings", &[("on_topics", "on")]).await.has_status(303);
        let desk = ["/manage", "/manage/new", "/manage/sxsw", "/manage/sxsw/decided",
            "/manage/sxsw/decided?state=spam", "/manage/sxsw/reports", "/manage/sxsw/settings",
            "/manage/sxsw/blogs", "/manage/sxsw/rules", "/operator/rules",
            "/manage/sxsw/categories", "/manage/sxsw/new-category", "/manage/sxsw/notifications",
            "/manage/sxsw/categories/keynotes", "/manage/sxsw?category=keynotes", "/manage/sxsw/members",
            "/manage/sxsw?reason=new-blog", "/manage/sxsw/log", "/manage/sxsw/log?kind=verdicts",
            "/manage/sxsw/categories/keynotes/forwarding", "/manage/sxsw/keys", "/manage/sxsw/readers", "/manage/sxsw/about", "/manage/sxsw/name", "/manage/sxsw/numbers", "/manage/sxsw/programme",
            "/account", "/account/delete", "/operator", "/operator/invitations"];
        let public = ["/", "/sxsw", "/sxsw/keynotes", "/sxsw/keynotes/add", "/sxsw/-/add", "/sxsw/-/talks", "/sxsw/-/people", "/sxsw/-/people?by=newest", "/sxsw/-/stats", "/sxsw/-/wall", "/sxsw/keynotes/-/wall?at=3&dark", "/sxsw/-/embed", "/sxsw/keynotes/-/embed?theme=dark&count=7", "/embed/sxsw", "/embed/sxsw/keynotes?theme=light", "/topics", "/topics/keynotes",
            "/help", "/help/bloggers", "/help/organizers", "/help/readers",
            "/signin", "/signup", "/reset", "/sxsw/keynotes/add?post=http://ada.example/0"];
        for path in desk {
            let page = topic.organizer.open(path).await;
            page.has_status(200);
            holds_together(path, &page);
        }
        for path in public {
            let page = site.browser().open(path).await;
            page.has_status(200);
            holds_together(path, &page);
        }

        let word = "Donaudampfschifffahrts".repeat(10);
        let titles = [ARABIC, JAPANESE, word.as_str(), "5 < 6 & \"quotes\"", "🎉", "x"];
        let mut receipt = String::new();
        for n in 0..45 {
            let url = format!("http://blog{n}.example/{n}");
            let title = format!("{} {n}", titles[n % titles.len()]);
            let sent = topic.ping(&[("url", &url), ("title", &title), ("excerpt", ARABIC), ("blog_name", JAPANESE)]).await;
            assert!(sent.is_stored(), "{sent:?}");
            receipt = sent.receipt.unwrap();
            site.advance(minutes(7));
            if n % 3 == 0 {
                let verdict = ["list", "list", "not-here", "spam"][(n / 3) % 4];
                let page = topic.organizer.open("/manage/sxsw").await;
                let action = page.action_beside(&title, "/verdict");
                topic.organizer.submit(&action, &[("verdict", verdict)]).await;
            }
        }
        let schedule = format!("title,url,speakers,start,id\n\"{ARABIC}\",https://talks.example/1,{JAPANESE},2003-03-08 10:00,t1\n{word},,,,t2\n");
        topic.organizer.open("/manage/sxsw/programme").await;
        let one = [("arrangement", "one"), ("category", "keynotes"), ("address", "")];
        let read = topic.organizer.submit_files("/manage/sxsw/programme", &one, &[("file", schedule.as_bytes())]).await;
        read.has_status(303);
        holds_together("a schedule", &topic.organizer.open("/manage/sxsw/programme").await);
        topic.organizer.submit("/manage/sxsw/programme/import", &[]).await.has_status(303);
        for path in desk {
            let page = topic.organizer.open(path).await;
            page.has_status(200);
            holds_together(path, &page);
        }
        let edit = topic.organizer.open("/manage/sxsw").await.attributes("[data-edit]", "href").remove(0);
        holds_together(&edit, &topic.organizer.open(&edit).await);
        let permalink = site.browser().open("/sxsw").await.attributes("article .meta a[href^='/p/']", "href").remove(0);
        let report = format!("{permalink}/report");
        for path in public.iter().copied().chain([receipt.as_str(), &permalink, &report, "/nowhere", "/p/none", "/sxsw/-/talks/t1", "/sxsw/-/talks/none", "/embed/sxsw/-/talks/t1"]) {
            let page = site.browser().open(path).await;
            holds_together(path, &page);
        }
        let hub = site.browser().open("/sxsw").await;
        assert!(hub.texts("article h3").iter().any(|title| title.starts_with(ARABIC)));
        assert!(hub.attributes("article h3", "dir").iter().all(|dir| dir == "auto"));
    }
}
