//! A hub in numbers: when its posts were listed, and in which categories; for its members also
//! what became of all that came.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::clock::Timestamp;
use crate::db::categories::{self, Category};
use crate::db::hubs::Hub;
use crate::db::listed::{count_between, find_first, sum_hours};
use crate::db::outcomes::{self, Tally};
use crate::db::{DbConnection, DbError, refusals, rules};
use crate::model::bars::Bars;
use crate::model::category::Readers;
use crate::model::id::CategoryId;
use crate::model::ping::{CameBy, Outcome, RefusalReason};

/// Bars, and how much each of them holds.
#[derive(Debug, Clone)]
pub struct Series {
    /// Which time each is of.
    pub bars: Bars,
    /// How much, bar by bar.
    pub counts: Vec<i64>,
}

impl Series {
    fn empty(bars: Bars) -> Self {
        Self { counts: vec![0; bars.count()], bars }
    }

    fn add(&mut self, at: Timestamp, count: i64) {
        if let Some(place) = self.bars.find(at) {
            self.counts[place] += count;
        }
    }

    /// All bars together.
    pub fn sum(&self) -> i64 {
        self.counts.iter().sum()
    }
}

/// When and where posts were listed.
#[derive(Debug, Clone)]
pub struct Activity {
    /// The categories that are told of, in order.
    pub categories: Vec<Category>,
    /// When the first of the posts was listed.
    pub first_at: Option<Timestamp>,
    /// From the day of the first post to that of the newest; nothing where there is none.
    pub whole: Option<Series>,
    /// Over the days of the event, where it has some and posts were listed on them.
    pub event: Option<Series>,
}

impl Activity {
    /// How many posts are listed.
    pub fn posts(&self) -> i64 {
        self.categories.iter().map(|category| category.listed_count).sum()
    }
}

/// Reads when the posts of a hub's public categories were listed: what everybody may know who reads
/// the hub's page.
pub fn public(connection: &mut DbConnection, hub: &Hub) -> Result<Activity, DbError> {
    let mut shown = categories::list(connection, hub.id)?;
    shown.retain(|category| category.readers == Readers::Public);
    activity(connection, hub, shown)
}

/// The same of all categories, for the hub's members.
pub fn for_members(connection: &mut DbConnection, hub: &Hub) -> Result<Activity, DbError> {
    let all = categories::list(connection, hub.id)?;
    activity(connection, hub, all)
}

fn activity(
    connection: &mut DbConnection,
    hub: &Hub,
    categories: Vec<Category>,
) -> Result<Activity, DbError> {
    let zone = zone_of(hub);
    let ids: Vec<CategoryId> = categories.iter().map(|category| category.id).collect();
    let mut first = None;
    for id in &ids {
        let of_category = find_first(connection, hub.id, *id)?;
        first = [first, of_category].into_iter().flatten().min();
    }
    let newest = categories.iter().filter_map(|category| category.last_listed_at).max();
    let Some((first, newest)) = first.zip(newest) else {
        return Ok(Activity { categories, first_at: None, whole: None, event: None });
    };
    let hours = sum_hours(connection, hub.id, &ids)?;
    let mut of = |bars: Bars| -> Result<Series, DbError> {
        let mut series = Series::empty(bars);
        for (hour, count) in &hours {
            series.add(start_of(*hour), *count);
        }
        for edge in series.bars.clone().between_hours() {
            split(connection, hub, &ids, &hours, edge, &mut series)?;
        }
        Ok(series)
    };
    let whole = of(Bars::between(first, newest, &zone))?;
    let event = match days_of(hub) {
        Some((from, to)) => Some(of(Bars::of_event(from, to, &zone))?),
        None => None,
    };
    let event = event.filter(|event| event.sum() > 0);
    Ok(Activity { categories, first_at: Some(first), whole: Some(whole), event })
}

/// Gives the posts of an hour that lies on both sides of an edge to the bars that they are of: the
/// whole hour was given to the bar in which it began.
fn split(
    connection: &mut DbConnection,
    hub: &Hub,
    categories: &[CategoryId],
    hours: &[(i64, i64)],
    edge: Timestamp,
    series: &mut Series,
) -> Result<(), DbError> {
    let hour = edge.hours();
    if hours.binary_search_by_key(&hour, |(this, _)| *this).is_err() {
        return Ok(());
    }
    let later = count_between(connection, hub.id, categories, edge, start_of(hour + 1))?;
    series.add(start_of(hour), -later);
    series.add(edge, later);
    Ok(())
}

const fn start_of(hour: i64) -> Timestamp {
    Timestamp::from_micros(hour * 3_600_000_000)
}

fn zone_of(hub: &Hub) -> TimeZone {
    TimeZone::get(&hub.time_zone).unwrap_or(TimeZone::UTC)
}

fn days_of(hub: &Hub) -> Option<(Date, Date)> {
    let day = |text: &Option<String>| text.as_deref()?.parse().ok();
    day(&hub.starts_on).zip(day(&hub.ends_on))
}

/// What became of the pings of a hub.
#[derive(Debug, Clone)]
pub struct Desk {
    /// How many were counted.
    pub counted: i64,
    /// Whether there are older ones that were not.
    pub is_cut: bool,
    /// By what became of them: those that there are, by when they came.
    pub outcomes: Vec<(Outcome, Series)>,
    /// By the way they came.
    pub ways: Vec<(CameBy, Series)>,
    /// Posts that were refused in the last days and not taken in since, by reason.
    pub refused: Vec<(RefusalReason, i64)>,
    /// Pings that the hub's rules refused since they were made.
    pub refused_by_rules: i64,
}

/// Reads what became of the pings of a hub, of all categories.
pub fn desk(connection: &mut DbConnection, hub: &Hub) -> Result<Desk, DbError> {
    let tallies = outcomes::count(connection, hub.id)?;
    let counted = tallies.iter().map(|tally| tally.ping_count).sum();
    let times = || tallies.iter().map(Tally::came_at);
    let bars = times().min().zip(times().max());
    let bars = bars.map(|(first, last)| Bars::between(first, last, &zone_of(hub)));
    let of = |is_its: &dyn Fn(&Tally) -> bool| -> Option<Series> {
        let mut series = Series::empty(bars.clone()?);
        for tally in tallies.iter().filter(|tally| is_its(tally)) {
            series.add(tally.came_at(), tally.ping_count);
        }
        Some(series).filter(|series| series.sum() > 0)
    };
    let outcomes = Outcome::ALL.iter();
    let outcomes = outcomes.filter_map(|this| Some((*this, of(&|tally| tally.outcome == *this)?)));
    let ways = CameBy::ALL.iter();
    let ways = ways.filter_map(|this| Some((*this, of(&|tally| tally.came_by == *this)?)));
    Ok(Desk {
        counted,
        is_cut: counted >= outcomes::MOST,
        outcomes: outcomes.collect(),
        ways: ways.collect(),
        refused: refusals::count_by_reason(connection, hub.id)?,
        refused_by_rules: rules::sum_refused(connection, hub.id)?,
    })
}
