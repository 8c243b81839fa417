//! A job that fails again and again is set aside with its reason, and the others go on.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::harness::{Blog, Site, minutes};

/// Breaks a row as a failing disk would: no statement of ours can.
fn break_public_ids(site: &Site) {
    let (sqlite, postgres) = ("x'00'", "'\\x00'");
    match site.app.config.database.url() {
        backchannel::config::DatabaseUrl::Sqlite(path) => {
            SqliteConnection::establish(&path.display().to_string())
                .unwrap()
                .batch_execute(&format!("UPDATE pings SET public_id = {sqlite}"))
                .unwrap();
        }
        backchannel::config::DatabaseUrl::Postgres(url) => {
            PgConnection::establish(url.expose())
                .unwrap()
                .batch_execute(&format!("UPDATE pings SET public_id = {postgres}"))
                .unwrap();
        }
    }
}

story! { with blogs:
    async fn three_failures_set_it_aside_and_the_operator_sees_why(site) {
        let mut topic = site.hub("open", "at-once").await;
        let ada = Blog::start();
        let poisoned = ada.post("/poisoned", "Poisoned", &topic.page());
        topic.mention(&poisoned, &topic.page()).await.has_status(201);
        break_public_ids(site);
        site.settle().await;
        let good = ada.post("/good", "Good", &topic.page());
        topic.mention(&good, &topic.page()).await.has_status(201);
        site.settle().await;
        site.browser().open("/sxsw/keynotes").await.says("Good");
        let jobs = topic.organizer.open("/operator/jobs").await;
        // The other one is the good page, to be read again tomorrow.
        jobs.says("Every job went well, or is tried again.").says("2 jobs wait");
        for wait in [minutes(1), minutes(10)] {
            site.advance(wait);
            site.settle().await;
        }
        let jobs = topic.organizer.open("/operator/jobs").await;
        jobs.says("1 job waits").says("Reading the page of ping").says("tried 3 times").says("public_id");
        let metrics = site.browser().open("/metrics").await;
        assert!(metrics.body.contains("jobs_total{kind=\"verify-ping\",outcome=\"set-aside\"} 1"), "{}", metrics.body);

        topic.organizer.submit("/operator/jobs/", &[]).await.redirects_to("/operator/jobs");
        site.settle().await;
        let jobs = topic.organizer.open("/operator/jobs").await;
        jobs.says("2 jobs wait");
        let mut stranger = site.organizer("eve@example.org").await;
        stranger.open("/operator/jobs").await.has_status(404);
    }
}
