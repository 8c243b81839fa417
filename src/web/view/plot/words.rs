//! Plots in words.

use crate::actions::numbers::Series;
use crate::clock::Timestamp;
use crate::model::bars::Step;
use crate::web::view::{Zone, number, plural};

/// How often there is a bar, in words.
pub fn every(step: Step) -> String {
    match step {
        Step::Hour => "for each hour".to_owned(),
        Step::ThreeHours => "for every three hours".to_owned(),
        Step::SixHours => "for every six hours".to_owned(),
        Step::Day => "for each day".to_owned(),
        Step::Week => "for each week, from Monday on".to_owned(),
        Step::Month => "for each month".to_owned(),
        Step::Years(1) => "for each year".to_owned(),
        Step::Years(years) => format!("for every {years} years"),
    }
}

/// What a column of such times is called.
pub fn column(step: Step) -> String {
    match step {
        Step::Hour => "Hour from".to_owned(),
        Step::ThreeHours => "Three hours from".to_owned(),
        Step::SixHours => "Six hours from".to_owned(),
        Step::Day => "Day".to_owned(),
        Step::Week => "Week from".to_owned(),
        Step::Month => "Month".to_owned(),
        Step::Years(1) => "Year".to_owned(),
        Step::Years(years) => format!("{years} years from"),
    }
}

/// The time of a bar.
pub fn name(at: Timestamp, step: Step, zone: &Zone) -> String {
    match step {
        // The hour that comes twice has two names.
        Step::Hour => zone.moment_zoned(at),
        Step::ThreeHours | Step::SixHours => zone.moment(at),
        Step::Day => zone.day(at),
        Step::Week => zone.date(at),
        Step::Month => zone.written(at, "%B %Y"),
        Step::Years(_) => zone.written(at, "%Y"),
    }
}

/// What is counted: its singular and its plural.
pub type Noun = (&'static str, &'static str);
/// What is listed.
pub const POSTS: Noun = ("post", "posts");
/// What came, whatever became of it.
pub const PINGS: Noun = ("ping", "pings");

/// `3 posts`.
pub fn count_of(count: i64, (one, many): Noun) -> String {
    format!("{} {}", number(count), plural(count, one, many))
}

/// What a plot shows, in a sentence.
pub fn description(series: &Series, noun: Noun, zone: &Zone) -> String {
    let mut highest: Option<(i64, Timestamp)> = None;
    for ((from, _), count) in series.bars.each().zip(&series.counts) {
        if highest.is_none_or(|(most, _)| *count > most) {
            highest = Some((*count, from));
        }
    }
    let Some((most, from)) = highest else { return String::new() };
    let (step, all) = (series.bars.step, count_of(series.sum(), noun));
    let named = column(step);
    let named = named.strip_suffix(" from").unwrap_or(&named).to_lowercase();
    format!(
        "{all}; the busiest {named}: {}, with {}.",
        name(from, step, zone),
        count_of(most, noun)
    )
}
