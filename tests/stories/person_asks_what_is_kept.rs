//! What is kept of a person: on a page that the code's own numbers fill in, in one download, and,
//! once it is deleted, nowhere.

use std::collections::BTreeMap;
use std::path::Path;

use backchannel::actions::prune;
use backchannel::config::DatabaseUrl;
use backchannel::db::prune::{
    ASIDE_DAYS, HISTORY_DAYS, REFUSED_DAYS, SENDER_DAYS, UNVERIFIED_DAYS, WAITING_DAYS,
};
use backchannel::db::vacuum;
use serde_json::Value;

use crate::harness::{Browser, Database, PASSWORD, Site, everything, hours, link_in};

/// Each column that refers to an account, as the migrations say it.
fn references() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let mut steps: Vec<_> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    steps.sort();
    let mut found = Vec::new();
    for step in steps {
        let Ok(text) = std::fs::read_to_string(step.join("up.sql")) else { continue };
        let mut table = String::new();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            if let (Some("CREATE" | "ALTER"), Some("TABLE"), Some(name)) =
                (words.next(), words.next(), words.next())
            {
                name.clone_into(&mut table);
            }
            if line.contains("REFERENCES accounts") {
                let column = match line.split_once("ADD COLUMN ") {
                    Some((_, rest)) => rest.split_whitespace().next(),
                    None => line.split_whitespace().next(),
                };
                found.push(format!("{table}.{}", column.unwrap()));
            }
        }
    }
    found
}

/// Makes a moderator who does a little of everything.
async fn busy_person(site: &Site, email: &str, name: &str) -> Browser {
    let mut topic = site.hub("open", "all-wait").await;
    for n in 1..=4 {
        let url = format!("http://blog{n}.example/{n}");
        topic.ping(&[("url", &url), ("title", &format!("Title{n}"))]).await;
    }
    topic.organizer.open("/manage/sxsw/members").await;
    topic
        .organizer
        .submit("/manage/sxsw/invitations", &[("role", "organizer"), ("email", email)])
        .await;
    let mail = site.mail_with("/invite/").await;
    site.advance(hours(1));
    // Another one, which stays open.
    topic.organizer.open("/operator/invitations").await;
    topic
        .organizer
        .submit("/operator/invitations", &[("email", email)])
        .await
        .redirects_to("/operator/invitations");
    let mut person = site.browser();
    person.headers.push((
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
    ));
    person.open(&link_in(&mail, "/invite/")).await;
    person
        .submit("/invite/", &[("name", name), ("password", PASSWORD)])
        .await
        .redirects_to("/manage/sxsw");
    let action = person.open("/manage/sxsw").await.action_beside("Title1", "/verdict");
    person.submit(&action, &[("verdict", "list")]).await.has_status(303);
    let page = person.open("/manage/sxsw").await;
    let id = page.attributes("input[name=ping]", "value").remove(0);
    person
        .submit("/manage/sxsw/bulk", &[("verdict", "not-here"), ("ping", &id)])
        .await
        .has_status(303);
    person.open("/manage/sxsw/rules").await;
    person
        .submit(
            "/manage/sxsw/rules",
            &[
                ("kind", "phrase"),
                ("pattern", "casino"),
                ("action", "wait"),
                ("reason", "they flood us"),
                ("step", "make"),
            ],
        )
        .await;
    person.open("/manage/sxsw/notifications").await;
    person
        .submit("/manage/sxsw/notifications", &[("waiting", "digest"), ("listed", "each")])
        .await
        .has_status(303);
    person.open("/manage/sxsw/take-home").await;
    person.submit("/manage/sxsw/take-home", &[]).await.has_status(200);
    topic.ping(&[("url", "http://blog5.example/5"), ("title", "Title5")]).await;
    person.open("/manage/sxsw/members").await;
    person
        .submit(
            "/manage/sxsw/invitations",
            &[("role", "moderator"), ("email", "somebody-else@example.org")],
        )
        .await;
    let permalink =
        site.browser().open("/sxsw").await.attributes("main a[href^=\"/p/\"]", "href").remove(0);
    let mut reader = site.browser();
    reader.open(&format!("{permalink}/report")).await;
    reader
        .submit(
            &format!("{permalink}/report"),
            &[("reason", "abuse"), ("note", "A note of a reader")],
        )
        .await;
    let dismiss = person.open("/manage/sxsw/reports").await.form("/manage/sxsw/reports/");
    person.post(&dismiss.0, &dismiss.1).await.has_status(303);
    site.advance(hours(1));
    person.open("/reset").await;
    person.submit("/reset", &[("email", email)]).await;
    site.settle().await;
    person
}

/// Looks for words in all that a database holds, and, on SQLite, in the bytes of its files.
fn find_left(site: &Site, words: &[&str]) -> Vec<String> {
    let mut text = format!("{:?}", everything(site)).to_lowercase();
    if let DatabaseUrl::Sqlite(path) = site.app.config.database.url() {
        for ending in ["", "-wal", "-journal"] {
            let name = format!("{}{ending}", path.file_name().unwrap().to_string_lossy());
            let bytes = std::fs::read(path.with_file_name(name)).unwrap_or_default();
            text += &String::from_utf8_lossy(&bytes).to_lowercase();
        }
    }
    let hex = |word: &str| word.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let is_there = |word: &&&str| text.contains(**word) || text.contains(&hex(word));
    words.iter().filter(is_there).map(|word| (*word).to_owned()).collect()
}

story! {
    async fn an_account_is_one_download(site) {
        let mut person = busy_person(site, "Busy-4711@Example.org", "Busy Bee").await;
        person.open("/account").await.says("Download my data");
        let file = person.open("/account/data").await;
        assert_eq!(file.has_status(200).header("content-type"), Some("application/json"));
        assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"backchannel-account.json\""));
        assert_eq!(file.header("cache-control"), Some("no-store"));
        let data: BTreeMap<String, Value> = serde_json::from_str(&file.body).unwrap();
        // All of their own, each part with something in it, and explained.
        let parts = data["about"]["parts"].as_array().unwrap().clone();
        for part in &parts {
            let name = part["name"].as_str().unwrap();
            let held = &data[name];
            assert!(held.as_object().is_some_and(|held| !held.is_empty()) || held.as_array().is_some_and(|held| !held.is_empty()), "{name}: {held}");
        }
        assert_eq!(data.len(), parts.len() + 1, "each part is explained");
        assert_eq!(data["account"]["email"], "Busy-4711@Example.org");
        assert_eq!(data["sessions"][0]["browser"], "Firefox on Linux");
        assert_eq!(data["memberships"][0]["hub"], "sxsw");
        assert_eq!(data["memberships"][0]["role"], "organizer");
        // Nothing that refers to an account is left out.
        let columns: Vec<&str> =
            parts.iter().flat_map(|part| part["columns"].as_array().unwrap()).map(|column| column.as_str().unwrap()).collect();
        let references = references();
        assert!(references.len() >= 9, "{references:?}");
        for reference in references {
            assert!(columns.contains(&reference.as_str()), "{reference} refers to accounts: put it into db/account_data.rs");
        }
        // None of others', and no secret.
        for other in ["somebody-else", "operator@example.org", "A note of a reader", "argon2", "token", "password_hash", "Title1"] {
            assert!(!file.body.contains(other), "{other}");
        }
        site.browser().open("/account/data").await.redirects_to("/signin");
    }

    async fn the_page_says_what_the_code_does(site) {
        let page = site.browser().open("/privacy").await;
        page.has_status(200).says("What this site keeps of you").says("Whoever runs this site has not said here");
        let rows: BTreeMap<String, String> =
            page.texts(".kept tbody th").into_iter().zip(page.texts(".kept tbody td")).collect();
        let says = |what: &str, long: &str| {
            let found: Vec<_> = rows.iter().filter(|(row, _)| row.contains(what)).collect();
            assert!(found.len() == 1 && found[0].1.contains(long), "{what}: {found:?}");
        };
        says("Posts that wait", &format!("{WAITING_DAYS} days"));
        says("whose page does not link here", &format!("{UNVERIFIED_DAYS} days"));
        says("What was set aside", &format!("{ASIDE_DAYS} days"));
        says("Refused pings", &format!("{REFUSED_DAYS} days"));
        says("Senders’ network addresses", &format!("{SENDER_DAYS} days"));
        says("Who decided what", &format!("{HISTORY_DAYS} days"));
        says("Invitations:", "7 days");
        says("Sessions:", "8 hours; “stay signed in”: 30 days, or 7 days without use");
        says("backchannel-device", "365 days");
        // One process counts them in its memory.
        if site.app.config.database.url().is_postgres() {
            says("Tries of passwords and passphrases", "1 day");
        } else {
            assert!(!page.body.contains("Tries of passwords and passphrases"));
        }
        // Each cookie that somebody is given stands there.
        let mut person = site.organizer("ada@example.org").await;
        person.open("/manage").await;
        let named = page.texts(".kept code");
        for cookie in person.cookies.keys() {
            assert!(named.contains(cookie), "{cookie}: {named:?}");
        }
        // From every page's foot, and from the help.
        for from in ["/", "/help", "/privacy", "/signin"] {
            assert!(site.browser().open(from).await.attributes("footer a", "href").contains(&"/privacy".to_owned()), "{from}");
        }
        for link in page.attributes("main a", "href") {
            let (path, id) = link.split_once('#').unwrap_or((&link, ""));
            let there = if path.is_empty() { page.attributes("[id]", "id") } else { person.open(path).await.has_status(200).attributes("[id]", "id") };
            assert!(id.is_empty() || there.contains(&id.to_owned()), "{link}");
        }
    }

    async fn what_is_deleted_is_nowhere(site) {
        let email = "canary-4711@Example.org";
        let mut person = busy_person(site, email, "Zanzibar Zebu").await;
        let canaries = ["canary-4711", "zanzibar", "quagmire", "oryx.example", "wombat"];
        let mut owner = site.browser();
        owner.open("/signin").await;
        owner.submit("/signin", &[("email", "operator@example.org"), ("password", PASSWORD)]).await.redirects_to("/manage");
        owner.open("/manage/new").await;
        owner.submit("/manage/new", &[("title", "Wombat"), ("slug", "w-hub")]).await;
        owner.open("/manage/w-hub/new-category").await;
        let category = [("title", "all"), ("slug", "all"), ("ping", "open"), ("listing", "at-once")];
        owner.submit("/manage/w-hub/categories", &category).await;
        let fields = [("url".to_owned(), "http://oryx.example/1".to_owned()), ("title".into(), "Quagmire".into()), ("excerpt".into(), "quagmire and wombat".into()), ("blog_name".into(), "Oryx".into())];
        site.browser().post_from("/w-hub/all/trackback", &fields, &[]).await.has_status(200);
        site.browser().open("/w-hub").await.says("Quagmire");
        assert_eq!(find_left(site, &canaries), canaries, "the test looks where they are");

        person.open("/account/delete").await;
        person.submit("/account/delete", &[("old_password", PASSWORD), ("confirm", email)]).await.redirects_to("/signin");
        owner.open("/manage/w-hub/settings").await;
        owner.submit("/manage/w-hub/delete", &[("confirm", "w-hub")]).await.redirects_to("/manage");
        // What the server does by itself within the hour, and what its operator's command does then.
        prune::run(&site.app).await.unwrap();
        prune::empty_journal(&site.app).await.unwrap();
        vacuum::rewrite(&site.app.config.database.url()).unwrap();
        assert_eq!(find_left(site, &canaries), Vec::<String>::new());
        // All else is there, and goes on.
        site.browser().open("/sxsw").await.says("Title1");
        owner.open("/manage/sxsw/log").await.says("deleted account");
    }
}

#[tokio::test]
async fn whoever_runs_the_site_says_how_they_are_reached() {
    let contact = |config: &mut backchannel::config::Config| {
        config.accounts.operator_contact = Some("us@hubs.example".to_owned());
    };
    let site = Site::start_with(Database::sqlite(), contact).await;
    let page = site.browser().open("/privacy").await;
    assert!(page.attributes("main a", "href").contains(&"mailto:us@hubs.example".to_owned()));
}
