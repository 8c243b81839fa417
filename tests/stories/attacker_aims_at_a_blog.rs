//! Somebody has thousands of pings name one blog, so that we visit it instead of them.

use std::net::Ipv4Addr;
use std::time::Duration;

use crate::harness::process::databases;
use crate::harness::{Blog, Database, Site, Topic, hours};

/// Pings that are sent.
const PINGS: usize = 10_000;
/// Jobs that may wait (`security.md` T6).
const JOBS: usize = 5_000;
/// At once, as from many machines.
const AT_ONCE: usize = 32;

#[tokio::test]
async fn ten_thousand_pings_that_name_one_blog_are_sixty_visits_an_hour() {
    for database in databases() {
        aim(database).await;
    }
}

async fn aim(database: Database) {
    let site = Site::start_with(database, |config| {
        config.unsafe_dial_loopback = true;
        config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let mut topic = site.hub("passphrase", "at-once").await;
    let victim = Blog::start();

    // Each from an address of its own, and each knows the passphrase. No page has the link.
    let stored = send(&topic, &victim, 0..JOBS).await;
    assert_eq!(stored, JOBS);
    let started = site.app.clock.now();
    backchannel::worker::run_due(&site.app).await.unwrap();

    // The backlog is full: a claim, which is nothing without its page, is to come again later; a
    // TrackBack is stored without.
    assert_eq!(send(&topic, &victim, JOBS..PINGS).await, 0);
    let organizer = std::mem::replace(&mut topic.organizer, site.browser());
    let panels = site.category(organizer, "panels", "open", "all-wait").await;
    let honest = Blog::start();
    let refused = panels.mention(&honest.url("/1"), &format!("{}/sxsw/panels", site.base)).await;
    assert_eq!(
        refused.has_status(429).body,
        "There are too many pages to read just now: please try again later.\n"
    );
    assert!(panels.ping(&[("url", &honest.url("/2"))]).await.is_stored());

    // Two hours of reading as fast as it may.
    let mut visits = Vec::new();
    while site.app.clock.now() < started.plus(hours(2)) {
        backchannel::worker::run_due(&site.app).await.unwrap();
        let now = site.app.clock.now();
        visits.resize(victim.asked().len(), now);
        let next = site.app.db.read(backchannel::db::jobs::next_due).await.unwrap().unwrap();
        site.advance(Duration::from_micros(next.micros().abs_diff(now.micros()).max(1)));
    }
    for first in &visits {
        let hour = visits.iter().filter(|at| *at >= first && **at < first.plus(hours(1)));
        assert!(hour.count() <= 60);
    }
    assert!(visits.len() >= 115, "the allowance is used: {}", visits.len());
    println!("{PINGS} pings, {} visits in two hours", visits.len());
}

/// Sends these mentions, and says how many were stored; the rest is asked to come again.
async fn send(topic: &Topic<'_>, victim: &Blog, which: std::ops::Range<usize>) -> usize {
    let mut senders = tokio::task::JoinSet::new();
    for sender in 0..AT_ONCE {
        let mine: Vec<_> = which
            .clone()
            .skip(sender)
            .step_by(AT_ONCE)
            .map(|i| {
                let from = Ipv4Addr::from_bits(0x0c00_0000 + (u32::try_from(i).unwrap() << 8));
                (from.to_string(), victim.url(&format!("/{i}")))
            })
            .collect();
        let (mut browser, target) = (topic.site.browser(), topic.page());
        senders.spawn(async move {
            let mut stored = 0;
            for (from, source) in mine {
                let fields = [("source".to_owned(), source), ("target".into(), target.clone())];
                let headers = [("x-forwarded-for", from.as_str())];
                let answer =
                    browser.post_from("/webmention?key=violet-crown", &fields, &headers).await;
                match answer.status {
                    201 => stored += 1,
                    429 => assert!(answer.header("retry-after").is_some()),
                    other => panic!("{other}: {}", answer.body),
                }
            }
            stored
        });
    }
    senders.join_all().await.into_iter().sum()
}
