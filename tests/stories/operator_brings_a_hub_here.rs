//! An operator brings a hub here that was taken home elsewhere: the same as it was there, and nothing
//! of what somebody else made of the archive.

use std::path::Path;

use backchannel::actions::restore::{Report, RestoreError, restore};
use backchannel::db::accounts;
use backchannel::model::email::Email;
use serde_json::Value;

use crate::harness::process::{databases, ok, run};
use crate::harness::{Blog, Database, PASSWORD, Page, Site, Topic, everything, hours, minutes};
use crate::organizer_takes_a_hub_home::folder::{
    Folder, check_links, fits_schema, import_talks, pack, rich, take_home, text, unpack,
};

/// Brings an archive to a site, as its operator does.
pub async fn bring(
    site: &Site,
    archive: &[u8],
    name: Option<&str>,
) -> Result<Report, RestoreError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), archive).unwrap();
    bring_file(site, file.path(), name).await
}

async fn bring_file(site: &Site, file: &Path, name: Option<&str>) -> Result<Report, RestoreError> {
    bring_for(site, file, name, "operator@example.org").await
}

async fn bring_for(
    site: &Site,
    file: &Path,
    name: Option<&str>,
    owner: &str,
) -> Result<Report, RestoreError> {
    let email = Email::parse(owner).unwrap();
    let owner = site.app.db.read(move |c| accounts::find_by_email(c, &email)).await.unwrap();
    restore(&site.app, file, name, &owner.unwrap().0, |_| {}).await
}

/// What a page says, without the instance's address.
fn without(base: &str, page: &Page) -> String {
    let (_, host) = base.split_once("://").unwrap();
    page.body
        .replace(base, "https://instance.example")
        .replace(&host.replace(':', "%3A"), "instance.example")
}

async fn goes_round(from: Database, to: Database) {
    let (here, there) = (Site::that_reads_blogs(from).await, Site::that_reads_blogs(to).await);
    let mut topic = rich(&here).await;
    let mut operator = there.operator().await;
    there.advance(here.app.clock.now().since(there.app.clock.now()));
    let archive = take_home(&mut topic.organizer).await;
    let report = bring(&there, &archive, None).await.unwrap();
    assert_eq!((report.was_here, report.new, report.known), (false, 60, 0));
    assert_eq!(report.notes.len(), 2, "a passphrase and a reading password: {:?}", report.notes);
    let taken = take_home(&mut operator).await;
    let (before, after) = (unpack(&archive), unpack(&taken));
    let document = |folder: &Folder, base: &str| {
        text(folder, "data/hub.json").replace(base, "https://instance.example")
    };
    assert_eq!(document(&before, &here.base), document(&after, &there.base));
    for name in ["data/posts.csv", "data/posts.rss"] {
        let [one, other] = [(&before, &here), (&after, &there)]
            .map(|(folder, site)| text(folder, name).replace(&site.base, ""));
        assert_eq!(one, other, "{name}");
    }
    for (name, bytes) in before.iter().filter(|(name, _)| name.starts_with("data/pictures/")) {
        assert_eq!(Some(bytes), after.get(name));
    }
    // The pages are the same, but for whether robots may read them and what their scripts know.
    let (mut reader, mut other) = (here.browser(), there.browser());
    let id = before.keys().find(|name| name.starts_with("p/")).unwrap();
    let permalink = format!("/{}", id.strip_suffix(".html").unwrap());
    for path in [
        "/sxsw",
        "/sxsw/keynotes",
        "/sxsw/debates",
        "/sxsw/hidden",
        "/sxsw/-/people",
        "/sxsw/-/about",
        "/sxsw/-/talks",
        "/sxsw/-/talks/talk01",
        "/sxsw/-/talks/talk02",
        "/sxsw/-/stats",
        "/sxsw?lang=de",
        "/sxsw?q=cafe",
        "/sxsw/-/stats/activity.csv",
        &permalink,
    ] {
        let [one, two] = [reader.open(path).await, other.open(path).await];
        one.has_status(200);
        let [mut one, mut two] = [without(&here.base, &one), without(&there.base, &two)];
        for page in [&mut one, &mut two] {
            // The cursor of the live line holds the row's own number.
            *page = page
                .lines()
                .filter(|line| !line.contains("data-watch"))
                .collect::<Vec<_>>()
                .join("\n");
        }
        assert_eq!(one, two, "{path}");
    }
    other.open("/sxsw/panels").await.has_status(301);
    other.open("/sxsw/locked").await.has_status(403);
    // Nobody was mailed, and nothing but what was there before waits to be done.
    assert!(there.mails().await.is_empty());
    // Twice changes nothing.
    let rows = everything(&there);
    let again = bring(&there, &archive, None).await.unwrap();
    assert_eq!((again.was_here, again.new, again.known), (true, 0, 60));
    assert_eq!(rows, everything(&there));
    // And here it is as well.
    let rows = everything(&here);
    assert!(bring(&here, &archive, None).await.unwrap().was_here);
    let error = bring(&here, &archive, Some("other")).await.unwrap_err().to_string();
    assert!(error.contains("here already, in another hub"), "{error}");
    assert_eq!(rows, everything(&here));
}

#[tokio::test]
async fn a_hub_goes_from_sqlite_to_postgres_and_is_the_same() {
    let Some(to) = Database::postgres() else { return };
    goes_round(Database::sqlite(), to).await;
}

#[tokio::test]
async fn a_hub_goes_from_postgres_to_sqlite_and_is_the_same() {
    let Some(from) = Database::postgres() else { return };
    goes_round(from, Database::sqlite()).await;
}

/// The document of a folder, changed.
fn changed(folder: &Folder, change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    let mut document: serde_json::Value =
        serde_json::from_str(&text(folder, "data/hub.json")).unwrap();
    change(&mut document);
    // In the order of the document: the lists last.
    let head = ["format", "version", "instance", "hub", "categories", "rules"];
    let fields: Vec<String> = head
        .into_iter()
        .chain(["programme", "talks", "blogs", "posts"])
        .filter_map(|name| document.get(name).map(|value| format!("\"{name}\": {value}")))
        .collect();
    let mut folder = folder.clone();
    folder.insert("data/hub.json".to_owned(), format!("{{{}}}", fields.join(",")).into_bytes());
    pack(&folder)
}

async fn small(site: &Site) -> (Topic<'_>, Folder) {
    let mut topic = site.hub("open", "at-once").await;
    for number in 0..3 {
        let url = format!("https://ada.example/{number}");
        topic.ping(&[("url", &url), ("title", "One"), ("blog_name", "Ada")]).await;
    }
    let folder = unpack(&take_home(&mut topic.organizer).await);
    (topic, folder)
}

#[tokio::test]
async fn what_holds_not_together_is_refused_and_nothing_is_written() {
    let here = Site::start(Database::sqlite()).await;
    let (_topic, folder) = small(&here).await;
    for database in databases() {
        let there = Site::start(database).await;
        let _operator = there.operator().await;
        let rows = everything(&there);
        type Change = fn(&mut serde_json::Value);
        let changes: [(Change, &str); 19] = [
            (|d| d["version"] = 2.into(), "made by a newer Backchannel"),
            (|d| d["format"] = "other".into(), "does not say that it is a hub’s"),
            (|d| d["hub"]["slug"] = "api".into(), "kept for a page"),
            (|d| d["hub"]["time_zone"] = "Mars/Olympus".into(), "no time zone Mars/Olympus"),
            (|d| d["hub"]["link"] = "javascript:alert(1)".into(), "none that can be linked to"),
            (|d| d["hub"]["accent"] = "red".into(), "the accent"),
            (|d| d["hub"]["frozen_at"] = d["hub"]["created_at"].clone(), "frozen, and not closed"),
            (|d| d["categories"][0]["slug"] = "../x".into(), "cannot be called ../x"),
            (|d| d["categories"][0]["ping_policy"] = "anybody".into(), "no policy called anybody"),
            (|d| d["posts"][0]["url"] = "javascript:alert(1)".into(), "none that can be linked to"),
            (|d| d["posts"][0]["state"] = "famous".into(), "no state called famous"),
            (|d| d["posts"][0]["category"] = "other".into(), "a category that is not there"),
            (|d| d["posts"][1]["id"] = d["posts"][0]["id"].clone(), "a post stands there twice"),
            (|d| d["posts"][2]["title"] = 7.into(), "invalid type"),
            (|d| d["posts"][2]["listed_at"] = serde_json::Value::Null, "does not say since when"),
            (|d| drop(d.as_object_mut().unwrap().remove("posts")), "it has no posts"),
            (
                |d| d["hub"]["series"] = serde_json::json!({"slug": "A b", "title": ""}),
                "a series cannot be called",
            ),
            (
                |d| d["talks"] = serde_json::json!([talk("other")]),
                "a talk is in a category that is not there",
            ),
            (
                |d| d["posts"][0]["talks"] = serde_json::json!([{"slug": "x", "how": "link"}]),
                "filed under a talk that is not there",
            ),
        ];
        for (change, says) in changes {
            let error =
                bring(&there, &changed(&folder, change), None).await.unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        let whole = pack(&folder);
        let mut other = folder.clone();
        other.remove("data/hub.json");
        let error = bring(&there, &pack(&other), None).await.unwrap_err().to_string();
        assert!(error.contains("no data/hub.json"), "{error}");
        other.insert("data/hub.json".to_owned(), vec![b' '; 30_000_000]);
        let error = bring(&there, &pack(&other), None).await.unwrap_err().to_string();
        assert!(error.contains("unpacks to more than is read"), "{error}");
        let error = bring(&there, &whole[..whole.len() / 2], None).await.unwrap_err().to_string();
        assert!(error.contains("no ZIP archive, or it is cut off"), "{error}");
        let mut out = folder.clone();
        out.insert("../../etc/cron.d/x".to_owned(), b"x".to_vec());
        let error = bring(&there, &pack(&out), None).await.unwrap_err().to_string();
        assert!(error.contains("leads out of its folder"), "{error}");
        assert_eq!(rows, everything(&there), "nothing was written");
        // What it could have been; and as it was before there were talks, series and frozen hubs.
        let older = changed(&folder, |d| {
            let mut without = |at: &str, names: &[&str]| {
                let fields = d.pointer_mut(at).unwrap().as_object_mut().unwrap();
                names.iter().for_each(|name| drop(fields.remove(*name).unwrap()));
            };
            without("", &["programme", "talks"]);
            without("/hub", &["frozen_at", "closing_words", "series"]);
            without("/posts/0", &["talks", "links"]);
        });
        assert_eq!(bring(&there, &older, None).await.unwrap().new, 3);
        assert!(bring(&there, &whole, None).await.unwrap().was_here);
    }
}

fn talk(category: &str) -> Value {
    let empty = "";
    serde_json::json!({
        "category": category, "slug": "x", "key": empty, "title": "X", "address": empty,
        "speakers": empty, "room": empty, "track": empty, "is_category": false,
    })
}

#[tokio::test]
async fn a_frozen_hub_stays_frozen_and_is_opened_again_within_its_days() {
    let here = Site::start(Database::sqlite()).await;
    let (mut topic, _) = small(&here).await;
    topic.organizer.open("/manage/sxsw/freeze").await;
    let words = [("words", "Thank you, all!")];
    topic.organizer.submit("/manage/sxsw/freeze", &words).await.has_status(303);
    let archive = take_home(&mut topic.organizer).await;
    let folder = unpack(&archive);
    check_links(&folder);
    assert!(text(&folder, "index.html").contains("Thank you, all!"));
    let document: Value = serde_json::from_str(&text(&folder, "data/hub.json")).unwrap();
    fits_schema(&document, &serde_json::from_str(&text(&folder, "data/schema.json")).unwrap());
    assert_eq!(document["hub"]["frozen_at"], document["hub"]["closed_at"]);
    for database in databases() {
        let there = Site::start(database).await;
        there.advance(hours(20));
        let mut operator = there.operator().await;
        bring(&there, &archive, None).await.unwrap();
        let taken = unpack(&take_home(&mut operator).await);
        let taken: Value = serde_json::from_str(&text(&taken, "data/hub.json")).unwrap();
        assert_eq!(taken["hub"], document["hub"]);
        there.browser().open("/sxsw").await.says("Thank you, all!");
        let [one, two] = [&mut topic.organizer, &mut operator]
            .map(|organizer| async { organizer.open("/manage/sxsw/freeze").await.texts("main p") });
        assert_eq!(one.await, two.await, "until the same day");
        operator.submit("/manage/sxsw/unfreeze", &[]).await.has_status(303);
        there.browser().open("/sxsw").await.never_says("Thank you, all!");
    }
}

#[tokio::test]
async fn a_talk_that_is_announced_after_the_move_finds_its_posts() {
    let here = Site::that_reads_blogs(Database::sqlite()).await;
    let mut topic = here.hub("open", "at-once").await;
    let blog = Blog::start();
    let post = blog.post("/1", "On type", "https://talks.sxsw.example/sxsw/talk/TALK03/");
    let sent = topic.ping(&[("url", &post), ("title", "On type"), ("blog_name", "Ada’s")]).await;
    assert!(sent.is_stored(), "{}", sent.body);
    here.settle().await;
    let archive = take_home(&mut topic.organizer).await;
    for database in databases() {
        let there = Site::start(database).await;
        let mut operator = there.operator().await;
        bring(&there, &archive, None).await.unwrap();
        import_talks(&mut operator).await;
        let talk = there.browser().open("/sxsw/-/talks/talk03").await;
        assert_eq!(talk.texts("article h3"), ["On type"]);
    }
    let folder = unpack(&archive);
    let archive = changed(&folder, |d| d["posts"][0]["links"] = "12345678".into());
    let there = Site::start(Database::sqlite()).await;
    let _operator = there.operator().await;
    let refused = bring(&there, &archive, None).await.unwrap_err().to_string();
    assert!(refused.contains("not 16 digits each"), "{refused}");
}

#[tokio::test]
async fn a_hub_is_put_into_a_series_of_its_owner_and_into_nobody_else_s() {
    let here = Site::start(Database::sqlite()).await;
    let (mut topic, _) = small(&here).await;
    topic.organizer.open("/manage/sxsw/next").await;
    topic.organizer.submit("/manage/sxsw/series", &[("series", "SXSW")]).await.has_status(303);
    let folder = unpack(&take_home(&mut topic.organizer).await);
    let archive = changed(&folder, |d| d["hub"]["created_at"] = "2003-03-10T00:00:00Z".into());
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &archive).unwrap();
    for (owner, notes) in [("operator@example.org", 0), ("eve@example.org", 1)] {
        let there = Site::start(Database::sqlite()).await;
        let mut own = there.hub("open", "at-once").await;
        own.organizer.open("/manage/sxsw/next").await;
        own.organizer.submit("/manage/sxsw/series", &[("series", "SXSW")]).await.has_status(303);
        let _eve = there.organizer("eve@example.org").await;
        let report = bring_for(&there, file.path(), Some("sxsw-2003"), owner).await.unwrap();
        assert_eq!((report.new, report.notes.len()), (3, notes), "{:?}", report.notes);
        let series = there.browser().open("/series/sxsw").await;
        assert_eq!(series.body.contains("/sxsw-2003\""), notes == 0, "{}", series.body);
    }
}

#[tokio::test]
async fn a_name_that_is_taken_is_said_and_another_can_be_given() {
    let here = Site::start(Database::sqlite()).await;
    let (_topic, folder) = small(&here).await;
    let archive = pack(&folder);
    for database in databases() {
        let there = Site::start(database).await;
        let _own = there.hub("open", "at-once").await;
        there.advance(minutes(1));
        // Opened in the same microsecond of the stories' clock, it would be the same hub.
        let archive =
            changed(&unpack(&archive), |d| d["hub"]["created_at"] = "2003-03-10T00:00:00Z".into());
        let error = bring(&there, &archive, None).await.unwrap_err().to_string();
        assert!(error.contains("--as"), "{error}");
        let report = bring(&there, &archive, Some("sxsw-2003")).await.unwrap();
        assert_eq!((report.slug.as_str(), report.new), ("sxsw-2003", 3));
        let mut reader = there.browser();
        assert_eq!(reader.open("/sxsw-2003/keynotes").await.texts("article h3"), ["One"; 3]);
        let id = folder.keys().find(|name| name.starts_with("p/")).unwrap();
        reader
            .open(&format!("/{}", id.strip_suffix(".html").unwrap()))
            .await
            .has_status(200)
            .says("One");
        assert!(bring(&there, &archive, Some("sxsw-2003")).await.unwrap().was_here);
    }
}

#[tokio::test]
async fn the_number_of_a_category_is_nobody_else_s_also_when_it_is_gone() {
    let here = Site::start(Database::sqlite()).await;
    let (_topic, folder) = small(&here).await;
    let document: Value = serde_json::from_str(&text(&folder, "data/hub.json")).unwrap();
    let number = document["categories"][0]["number"].as_i64().unwrap();
    let archive = pack(&folder);
    // Other archives that say they have it.
    let claims = |day: &str| {
        changed(&unpack(&archive), |d| {
            d["hub"]["created_at"] = format!("{day}T00:00:00Z").into();
            // A post's permalink is one hub's.
            d["posts"] = Value::Array(Vec::new());
        })
    };
    for database in databases() {
        let there = Site::start(database).await;
        let mut operator = there.operator().await;
        let first = bring(&there, &archive, None).await.unwrap();
        assert!(first.notes.is_empty(), "it was free: {:?}", first.notes);
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let address = format!("/tb/{number}");
        let ping = async || {
            let body = b"url=https://bob.example/1".to_vec();
            there.browser().post_raw(&address, &form, body).await
        };
        assert!(ping().await.body.contains("<error>0"));
        let second = bring(&there, &claims("2003-03-10"), Some("second")).await.unwrap();
        assert!(second.notes[0].contains("now /tb/"), "{:?}", second.notes);
        operator.open("/manage/sxsw/settings").await;
        operator
            .submit("/manage/sxsw/delete", &[("confirm", "sxsw")])
            .await
            .redirects_to("/manage");
        let third = bring(&there, &claims("2003-03-11"), Some("third")).await.unwrap();
        assert!(third.notes[0].contains("or was"), "{:?}", third.notes);
        let answer = ping().await;
        assert!(!answer.body.contains("<error>0"), "it leads nowhere: {}", answer.body);
    }
}

#[tokio::test]
async fn what_broke_off_goes_on_where_it_was_and_nobody_saw_half_of_it() {
    let here = Site::start(Database::sqlite()).await;
    let (_topic, folder) = small(&here).await;
    for database in databases() {
        let there = Site::start(database).await;
        let mut operator = there.operator().await;
        // Its last post is another hub's by the time it comes to it: it breaks off in the middle.
        let wrong = changed(&folder, |d| {
            let mut more = d["posts"][0].clone();
            for number in 0..150_u32 {
                let id =
                    backchannel::model::id::encode(&[&number.to_be_bytes()[..], &[9; 12]].concat());
                let hash = format!("{number:064x}");
                more["id"] = id.into();
                more["url_hash"] = hash.into();
                d["posts"].as_array_mut().unwrap().push(more.clone());
            }
        });
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &wrong).unwrap();
        let email = Email::parse("operator@example.org").unwrap();
        let owner = there.app.db.read(move |c| accounts::find_by_email(c, &email)).await.unwrap();
        let owner = owner.unwrap().0;
        let (app, path) = (std::sync::Arc::clone(&there.app), file.path().to_owned());
        let (first, told) = tokio::sync::oneshot::channel();
        let mut first = Some(first);
        // Killed after the first batch: its future is dropped.
        let going = async move {
            let _never = restore(&app, &path, None, &owner, |_| {
                first.take().map(|first| first.send(()));
            })
            .await;
        };
        tokio::select! { () = going => {}, _ = told => {} }
        there.browser().open("/sxsw").await.never_says("One");
        operator.open("/operator").await;
        operator
            .submit("/operator/hubs/sxsw/restore", &[])
            .await
            .has_status(400)
            .says("not whole yet");
        there.browser().open("/sxsw").await.never_says("One");
        let report = bring_file(&there, file.path(), None).await.unwrap();
        assert_eq!(report.new + report.known, 153);
        assert_eq!(
            there.browser().open("/sxsw").await.has_status(200).one_text(".pulse span b"),
            "153"
        );
        assert!(bring_file(&there, file.path(), None).await.unwrap().was_here);
    }
}

#[tokio::test]
async fn the_command_line_does_the_same() {
    let here = Site::start(Database::sqlite()).await;
    let (mut topic, _) = small(&here).await;
    let downloaded = take_home(&mut topic.organizer).await;
    for database in databases() {
        let file = database.data.path().join("sxsw.zip").display().to_string();
        std::fs::write(&file, &downloaded).unwrap();
        let failed = run(&database, &["hub", "import", &file]);
        assert!(
            String::from_utf8_lossy(&failed.stderr).contains("say who owns it here: --owner EMAIL")
        );
        let password = crate::harness::process::secret_file(&database, "password", PASSWORD);
        ok(&run(&database, &["account", "add", "ada@example.org", "--password-file", &password]));
        let import = ["hub", "import", &file, "--owner", "ada@example.org"];
        let said = ok(&run(&database, &import));
        assert!(said.contains("       3  posts are new\n       0  were here\n"), "{said}");
        let again = ok(&run(&database, &import));
        assert!(
            again.contains("nothing was changed") && again.contains("       3  were here"),
            "{again}"
        );
        let out = database.data.path().join("again.zip").display().to_string();
        let said = ok(&run(&database, &["hub", "export", "sxsw", &out]));
        assert!(said.contains("again.zip\t"), "{said}");
        let folder = unpack(&std::fs::read(&out).unwrap());
        check_links(&folder);
        assert_eq!(
            folder.keys().collect::<Vec<_>>(),
            unpack(&downloaded).keys().collect::<Vec<_>>()
        );
        assert!(!Path::new(&format!("{out}.part")).exists());
        let failed = run(&database, &["hub", "export", "nothing", &out]);
        assert!(String::from_utf8_lossy(&failed.stderr).contains("there is no hub nothing"));
        let failed = run(&database, &["hub", "import", &password, "--owner", "ada@example.org"]);
        assert!(String::from_utf8_lossy(&failed.stderr).contains("no ZIP archive"));
    }
}
