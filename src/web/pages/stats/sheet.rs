//! Numbers to take away: the tables of a hub as CSV.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderName};

use crate::actions::numbers::{Desk, Series};
use crate::app::App;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::model::ping::{CameBy, Outcome};
use crate::pages_cache::Rendered;
use crate::web::respond;
use crate::web::view::Zone;
use crate::wire::csv::Csv;

/// A table, ready to be sent.
pub type Sheet = String;

/// Posts over time: when each bar begins and ends, and how many were listed then. All bars, also
/// those of nothing.
pub fn activity_csv(series: Option<&Series>, zone: &Zone) -> Sheet {
    over_time(&["posts"], &series.into_iter().collect::<Vec<_>>(), zone)
}

/// Posts in each category; for members also who may read it.
pub fn categories_csv(categories: &[Category], for_members: bool) -> Sheet {
    let readers = |name| for_members.then_some(name);
    let columns = ["category", "title"].into_iter().chain(readers("readers")).chain(["posts"]);
    let mut table = Csv::with_columns(columns);
    for category in categories {
        let posts = category.listed_count.to_string();
        let names = [category.slug.as_str(), &category.title].into_iter();
        table.row(names.chain(readers(category.readers.as_str())).chain([posts.as_str()]));
    }
    table.finish()
}

/// What became of pings, by when they came.
pub fn outcomes_csv(desk: &Desk, zone: &Zone) -> Sheet {
    let names: Vec<&str> = desk.outcomes.iter().map(|(outcome, _)| column(*outcome)).collect();
    let series: Vec<&Series> = desk.outcomes.iter().map(|(_, series)| series).collect();
    over_time(&names, &series, zone)
}

const fn column(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Waiting => "waiting",
        Outcome::NotHere => "not-here",
        outcome => outcome.as_str(),
    }
}

/// Which way pings came, and when.
pub fn ways_csv(desk: &Desk, zone: &Zone) -> Sheet {
    let names: Vec<&str> = desk.ways.iter().map(|(way, _)| CameBy::as_str(*way)).collect();
    let series: Vec<&Series> = desk.ways.iter().map(|(_, series)| series).collect();
    over_time(&names, &series, zone)
}

/// Posts that were refused in the last days and not taken in since, by reason.
pub fn refused_csv(desk: &Desk) -> Sheet {
    let mut table = Csv::with_columns(["reason", "posts"]);
    for (reason, count) in &desk.refused {
        table.row([reason.as_str(), &count.to_string()]);
    }
    table.finish()
}

fn over_time(names: &[&str], all: &[&Series], zone: &Zone) -> Sheet {
    let mut table = Csv::with_columns(["from", "until"].into_iter().chain(names.iter().copied()));
    let Some(first) = all.first() else { return table.finish() };
    for (at, (from, until)) in first.bars.each().enumerate() {
        let counts: Vec<String> = all.iter().map(|series| series.counts[at].to_string()).collect();
        let times = [zone.iso(from), zone.iso(until)];
        table.row(times.iter().chain(&counts).map(String::as_str));
    }
    table.finish()
}

/// A table that everybody may have who may read its hub.
pub fn public(app: &App, hub: &Hub, name: &str, table: Sheet) -> Rendered {
    let page = Rendered::new(table, Csv::TYPE, respond::REVALIDATE, Some(hub.public_changed_at));
    page.with_header(header::CONTENT_DISPOSITION, &attached(hub, name))
        .with_header(HeaderName::from_static("x-robots-tag"), "noindex")
        .with_defaults(respond::default_headers(app.addresses.is_https()))
}

/// A table for a hub's members.
pub fn private(hub: &Hub, name: &str, table: Sheet) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, Csv::TYPE))
        .insert_header((header::CONTENT_DISPOSITION, attached(hub, name)))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(table)
}

/// Slugs are letters, digits and hyphens: nothing to quote.
fn attached(hub: &Hub, name: &str) -> String {
    format!("attachment; filename=\"{}-{name}.csv\"", hub.slug)
}
