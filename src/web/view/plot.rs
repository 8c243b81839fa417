//! Plots: bars over time, drawn as SVG. Across they are measured in hundredths of the width and
//! upwards in the size of the letters, so that they fit any screen and any size of text.

mod words;

use super::{Zone, number};
use crate::actions::numbers::Series;
use crate::clock::Timestamp;
use crate::model::bars::{Bars, Step};
use words::{Noun, PINGS, POSTS, column, count_of, description, every, name};

/// Height of the highest bar, in hundredths of an em: `static/style.css` knows it too.
const FULL: i64 = 1_000;
/// The same in a row of a table.
const LOW: i64 = 200;
/// Height of the lowest bar that is not nothing.
const LEAST: i64 = 30;
/// How much of a bar's place is left empty beside it.
const GAP: f64 = 0.2;
/// The most times that are written under a plot.
const TICKS: usize = 4;

/// A bar, in hundredths of the width and in em.
#[derive(Debug)]
pub struct Bar {
    /// Left edge.
    pub x: String,
    /// Width.
    pub width: String,
    /// Upper edge.
    pub y: String,
    /// Height.
    pub height: String,
    /// What it shows, in words.
    pub words: String,
}

/// A time that is written under a plot.
#[derive(Debug)]
pub struct Tick {
    /// Where, in hundredths of the width.
    pub x: String,
    /// The time.
    pub text: String,
    /// Whether it is left out where there is no room.
    pub is_spare: bool,
}

/// A line of a plot's numbers.
#[derive(Debug)]
pub struct Line {
    /// From when on.
    pub from: String,
    /// The same for machines.
    pub from_iso: String,
    /// How many, in each column.
    pub counts: Vec<String>,
}

/// A plot of one thing over time.
#[derive(Debug)]
pub struct Plot {
    /// Its name on the page.
    pub id: &'static str,
    /// What it shows.
    pub title: String,
    /// The same at length, for those who cannot see it.
    pub description: String,
    /// How long a bar lasts, and by which clock.
    pub caption: String,
    /// The numbers beside the upper line, the one in the middle, and the lowest.
    pub scale: [String; 3],
    /// Its bars, without those of nothing.
    pub bars: Vec<Bar>,
    /// The times under it.
    pub ticks: Vec<Tick>,
    /// What the first column of its numbers is called.
    pub column: String,
    /// Its numbers, without the times of nothing.
    pub lines: Vec<Line>,
    /// Its numbers, to take away.
    pub csv: String,
}

impl Plot {
    /// The plot of when posts were listed. `title` says what of.
    pub fn of(id: &'static str, title: &str, series: &Series, zone: &Zone, csv: String) -> Self {
        let most = series.counts.iter().copied().max().unwrap_or(0);
        let top = top(most);
        Self {
            id,
            title: title.to_owned(),
            description: description(series, POSTS, zone),
            caption: format!("Posts {}, by the clock of {}", every(series.bars.step), zone.name()),
            scale: [top, top / 2, 0].map(number),
            bars: bars(series, POSTS, zone, (top, FULL)),
            ticks: ticks(&series.bars, zone),
            column: column(series.bars.step),
            lines: lines(&[series], zone),
            csv,
        }
    }
}

/// A row of a table with a small plot in it, on the same scale as its neighbours.
#[derive(Debug)]
pub struct Row {
    /// Its name on the page.
    pub id: String,
    /// What it counts.
    pub title: &'static str,
    /// How many.
    pub count: String,
    /// When, in words.
    pub description: String,
    /// Over time.
    pub bars: Vec<Bar>,
}

/// Several plots one under the other, which share their bars.
#[derive(Debug)]
pub struct Rows {
    /// How long a bar lasts, and by which clock.
    pub caption: String,
    /// The plots.
    pub rows: Vec<Row>,
    /// What the first column of their numbers is called.
    pub column: String,
    /// Their numbers, without the times of nothing.
    pub lines: Vec<Line>,
    /// Their numbers, to take away.
    pub csv: String,
}

impl Rows {
    /// The plots of some series over the same time; `id` and a number name them on the page.
    pub fn of(id: &str, all: &[(&'static str, &Series)], zone: &Zone, csv: String) -> Self {
        let most = all.iter().flat_map(|(_, series)| &series.counts).copied().max().unwrap_or(0);
        let row = |(at, (title, series)): (usize, &(&'static str, &Series))| Row {
            id: format!("{id}-{at}"),
            title,
            count: number(series.sum()),
            description: description(series, PINGS, zone),
            bars: bars(series, PINGS, zone, (most, LOW)),
        };
        let step = all.first().map(|(_, series)| series.bars.step);
        let series: Vec<&Series> = all.iter().map(|(_, series)| *series).collect();
        Self {
            caption: step.map_or_else(String::new, |step| {
                format!("A bar {}, by the clock of {}; all on one scale", every(step), zone.name())
            }),
            rows: all.iter().enumerate().map(row).collect(),
            column: step.map(column).unwrap_or_default(),
            lines: lines(&series, zone),
            csv,
        }
    }
}

/// A round number that is not under the highest, with a whole half.
fn top(most: i64) -> i64 {
    let mut unit = 1;
    loop {
        if let Some(top) = [2, 4, 6, 8, 10].map(|digit| digit * unit).iter().find(|n| **n >= most) {
            return *top;
        }
        unit *= 10;
    }
}

/// Hundredths of an em.
fn em(hundredths: i64) -> String {
    format!("{}.{:02}em", hundredths / 100, hundredths % 100)
}

#[expect(clippy::cast_precision_loss, reason = "places among a few dozen bars")]
fn percent(place: f64, count: usize) -> String {
    format!("{:.2}%", place * 100.0 / count.max(1) as f64)
}

#[expect(clippy::cast_precision_loss, reason = "places among a few dozen bars")]
fn bars(series: &Series, noun: Noun, zone: &Zone, (top, full): (i64, i64)) -> Vec<Bar> {
    let count = series.bars.count();
    let all = series.bars.each().zip(&series.counts).enumerate();
    all.filter(|(_, (_, this))| **this > 0)
        .map(|(at, ((from, _), this))| {
            let height = (this * full / top.max(1)).max(LEAST);
            Bar {
                x: percent(at as f64 + GAP / 2.0, count),
                width: percent(1.0 - GAP, count),
                y: em(full - height),
                height: em(height),
                words: format!("{}: {}", name(from, series.bars.step, zone), count_of(*this, noun)),
            }
        })
        .collect()
}

/// A few of the times at which bars begin: midnights, where bars are shorter than a day.
#[expect(clippy::cast_precision_loss, reason = "places among a few dozen bars")]
fn ticks(bars: &Bars, zone: &Zone) -> Vec<Tick> {
    let count = bars.count();
    let is_one_day = count <= 25 && bars.step == Step::Hour;
    let is_tick = |at: Timestamp| match bars.step {
        Step::Hour if is_one_day => zone.written(at, "%M") == "00",
        Step::Hour | Step::ThreeHours | Step::SixHours => zone.time(at) == "00:00",
        _ => true,
    };
    let format = match bars.step {
        Step::Hour if is_one_day => "%H:%M",
        Step::Month => "%b %Y",
        Step::Years(_) => "%Y",
        _ => "%-d %b",
    };
    let places: Vec<(usize, Timestamp)> = bars
        .each()
        .enumerate()
        .map(|(place, (from, _))| (place, from))
        .filter(|(_, from)| is_tick(*from))
        .collect();
    let stride = places.len().div_ceil(TICKS).max(1);
    let ticks = places.into_iter().step_by(stride).enumerate();
    ticks
        // One at the very end would be cut off.
        .filter(|(_, (place, _))| place * 100 / count.max(1) < 88)
        .map(|(at, (place, from))| Tick {
            x: percent(place as f64, count),
            text: zone.written(from, format),
            is_spare: at % 2 == 1,
        })
        .collect()
}

/// The numbers of several series over the same time.
fn lines(all: &[&Series], zone: &Zone) -> Vec<Line> {
    let Some(first) = all.first() else { return Vec::new() };
    let line = |(at, (from, _)): (usize, (Timestamp, Timestamp))| {
        let counts = || all.iter().map(|series| series.counts[at]);
        counts().any(|count| count > 0).then(|| Line {
            from: name(from, first.bars.step, zone),
            from_iso: zone.iso(from),
            counts: counts().map(number).collect(),
        })
    };
    first.bars.each().enumerate().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    #[test]
    fn the_scale_is_round_and_halves() {
        for (most, round) in
            [(0, 2), (1, 2), (2, 2), (3, 4), (9, 10), (11, 20), (61, 80), (999, 1_000)]
        {
            assert_eq!(top(most), round, "{most}");
        }
        assert_eq!([em(0), em(12), em(1_000)], ["0.00em", "0.12em", "10.00em"]);
    }

    fn plot(first: &str, last: &str) -> Plot {
        let zone = TimeZone::get("America/Chicago").unwrap();
        let bars = Bars::of_days(first.parse().unwrap(), last.parse().unwrap(), &zone);
        let mut counts = vec![0; bars.count()];
        (counts[0], counts[1]) = (1, 3);
        let series = Series { bars, counts };
        Plot::of("p", "Posts", &series, &Zone::named("America/Chicago"), String::new())
    }

    fn texts(plot: &Plot) -> Vec<&str> {
        plot.ticks.iter().map(|tick| tick.text.as_str()).collect()
    }

    #[test]
    fn a_plot_says_what_it_shows() {
        let day = plot("2003-03-11", "2003-03-11");
        assert_eq!(texts(&day), ["00:00", "06:00", "12:00", "18:00"]);
        assert_eq!(day.caption, "Posts for each hour, by the clock of America/Chicago");
        assert_eq!(
            day.description,
            "4 posts; the busiest hour: 11 March 2003, 01:00 CST, with 3 posts."
        );
        assert_eq!(day.bars.len(), 2);
        assert_eq!(day.bars[1].words, "11 March 2003, 01:00 CST: 3 posts");
        assert_eq!((day.bars[1].y.as_str(), day.bars[1].height.as_str()), ("2.50em", "7.50em"));
        assert_eq!(day.lines[1].from_iso, "2003-03-11T01:00:00-06:00");
        assert_eq!(texts(&plot("2003-03-11", "2003-03-15")), ["11 Mar", "13 Mar", "15 Mar"]);
        assert_eq!(
            texts(&plot("2003-03-01", "2003-04-15")),
            ["1 Mar", "13 Mar", "25 Mar", "6 Apr"]
        );
        assert_eq!(texts(&plot("2003-03-01", "2005-04-15")).first(), Some(&"Mar 2003"));
        assert_eq!(texts(&plot("2003-03-01", "2026-04-15")), ["2003", "2009", "2015", "2021"]);
    }
}
