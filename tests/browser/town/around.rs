//! What stands around `/sxsw`: other hubs, the operator's desk, people, and mails.

use std::collections::BTreeMap;

use backchannel::actions::resolve::{Found, find_hub};
use backchannel::db::jobs::{self, Claimed, JobKey};

use super::{TITLES, posts};
use crate::harness::{Browser, Site, Topic, link_in};

/// Somebody who was invited to help with `/sxsw`.
pub async fn helper(site: &Site, operator: &mut Browser) -> Browser {
    operator.open("/manage/sxsw/members").await;
    let invited = operator.submit("/manage/sxsw/invitations", &[("role", "moderator")]).await;
    let link = link_in(&invited.one_text(".copy code"), "/invite/");
    let mut moderator = site.organizer("moderator@example.org").await;
    moderator.open(&link).await;
    moderator.submit(&link, &[]).await.has_status(303);
    moderator
}

/// A rule of a hub and one of the site, an invitation to the site, and a job that was set aside.
pub async fn machines(site: &Site, operator: &mut Browser) {
    for rules in ["/manage/sxsw/rules", "/operator/rules"] {
        operator.open(rules).await;
        let rule = [
            ("kind", "phrase"),
            ("pattern", "replica watches"),
            ("action", "wait"),
            ("reason", TITLES[2]),
            ("step", "make"),
        ];
        operator.submit(rules, &rule).await.has_status(303);
    }
    operator.open("/operator/invitations").await;
    let email = "somebody.who.has.a.rather.long.name@department.of.names.example.org";
    operator.submit("/operator/invitations", &[("email", email)]).await.has_status(303);
    let Ok(Found::Here(hub)) = site.app.db.read(|c| find_hub(c, "sxsw")).await else {
        panic!("there is no such hub");
    };
    let now = site.app.clock.now();
    let job = Claimed { key: JobKey::push(hub.id), attempts: 0 };
    let failed = site.app.db.write(move |tx| {
        jobs::enqueue(tx, job.key, now, now)?;
        jobs::set_aside(tx, &job, TITLES[2], now)
    });
    failed.await.expect("it is set aside");
}

/// Hubs with nothing, one post, an endless name; one that is closed, one that is frozen, one that is suspended, and one
/// behind a reading password. Three have the topic “all”.
pub async fn hubs(site: &Site, operator: &mut Browser) {
    let word: String = TITLES[2].chars().take(100).collect();
    for (slug, title) in [
        ("bare", "Bare"),
        ("quiet", TITLES[3]),
        ("one", "مؤتمر"),
        ("word", &word),
        ("over", "Over"),
        ("still", "Still"),
        ("shut", "Shut"),
        ("door", "Door"),
    ] {
        operator.open("/manage/new").await;
        operator.submit("/manage/new", &[("title", title), ("slug", slug)]).await.has_status(303);
        if slug == "bare" {
            continue;
        }
        operator.open(&format!("/manage/{slug}/new-category")).await;
        let category = [
            ("title", "小さなウェブサイト"),
            ("slug", "all"),
            ("ping", "open"),
            ("listing", "at-once"),
        ];
        let saved = operator.submit(&format!("/manage/{slug}/categories"), &category).await;
        let ping_url = saved.one_text(".copy code");
        if slug != "quiet" {
            let topic = Topic { site, organizer: site.browser(), ping_url };
            posts(&topic, if slug == "over" { 7 } else { 1 }).await;
        }
    }
    for slug in ["one", "word", "over"] {
        let settings = format!("/manage/{slug}/settings");
        operator.open(&settings).await;
        operator.submit(&settings, &[("on_topics", "on")]).await.has_status(303);
    }
    operator.open("/manage/door/readers").await;
    let locked = [("readers", "password"), ("password", "tell nobody")];
    operator.submit("/manage/door/readers/-", &locked).await.has_status(303);
    operator.open("/manage/over/settings").await;
    operator.submit("/manage/over/close", &[]).await.has_status(303);
    operator.open("/manage/still/freeze").await;
    operator.submit("/manage/still/freeze", &[("words", TITLES[0])]).await.has_status(303);
    operator.open("/operator").await;
    operator.submit("/operator/hubs/shut/suspend", &[]).await.has_status(303);
}

/// The pages behind links in mails.
pub async fn mails(site: &Site, names: &mut BTreeMap<&'static str, String>) {
    for (path, email, name) in
        [("/signup", "grace@example.org", "signup"), ("/reset", "operator@example.org", "reset")]
    {
        let mut browser = site.browser();
        browser.open(path).await;
        browser.submit(path, &[("email", email)]).await.says("Check your mail");
        let link = format!("{path}/");
        names.insert(name, link_in(&site.mail_with(&link).await, &link));
    }
}
