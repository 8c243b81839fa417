//! Counters and gauges for `/metrics`, in Prometheus' text format.
//!
//! Labels come from enums and fixed words only, so that no visitor can add a series.

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Label, Level, Metadata, Recorder, Unit};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

static METADATA: Metadata<'static> = Metadata::new("backchannel", Level::INFO, None);

/// What kind of address was asked for: the label of the request counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Public pages.
    Page,
    /// Feeds.
    Feed,
    /// Ping addresses.
    Ping,
    /// Pages behind a sign-in, and their forms.
    Desk,
    /// Style, script, icons.
    Asset,
    /// Health and metrics.
    Ops,
}

const DOORS: [(Door, &str); 6] = [
    (Door::Page, "page"),
    (Door::Feed, "feed"),
    (Door::Ping, "ping"),
    (Door::Desk, "desk"),
    (Door::Asset, "asset"),
    (Door::Ops, "ops"),
];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// All counters of one running application.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    requests: Vec<[Counter; 5]>,
    /// Seconds from a ping's arrival to its answer.
    pub ping_seconds: Histogram,
    /// Writes handed to the writer and not yet committed.
    pub writes_waiting: Gauge,
    /// Jobs that are to be done.
    pub jobs_waiting: Gauge,
    /// Writes per commit.
    pub writes_per_commit: Histogram,
    /// Pages and feeds served from the cache.
    pub cache_hits: Counter,
    /// Pages and feeds that had to be rendered.
    pub cache_misses: Counter,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let recorder = builder().build_recorder();
        let handle = recorder.handle();
        describe(&recorder);
        let requests = DOORS
            .iter()
            .map(|(_, door)| {
                CLASSES.map(|class| {
                    let labels = vec![Label::new("door", *door), Label::new("status", class)];
                    let key = Key::from_parts("http_requests_total", labels);
                    recorder.register_counter(&key, &METADATA)
                })
            })
            .collect();
        let counter = |name| recorder.register_counter(&Key::from_name(name), &METADATA);
        let histogram = |name| recorder.register_histogram(&Key::from_name(name), &METADATA);
        Self {
            requests,
            ping_seconds: histogram("ping_seconds"),
            writes_per_commit: histogram("writes_per_commit"),
            jobs_waiting: recorder.register_gauge(&Key::from_name("jobs_waiting"), &METADATA),
            writes_waiting: recorder.register_gauge(&Key::from_name("writes_waiting"), &METADATA),
            cache_hits: counter("cache_hits_total"),
            cache_misses: counter("cache_misses_total"),
            recorder,
            handle,
        }
    }
}

impl Metrics {
    /// Counts a request that was answered with `status`.
    pub fn request(&self, door: Door, status: u16) {
        let class = usize::from((status / 100).clamp(1, 5) - 1);
        let row = DOORS.iter().position(|(this, _)| *this == door).unwrap_or(0);
        self.requests[row][class].increment(1);
    }

    /// Counts a ping by what became of it; `outcome` is a fixed word.
    pub fn ping(&self, outcome: &'static str) {
        self.count("pings_total", "outcome", outcome);
    }

    /// Counts a refusal by a rate limit; `limit` is a fixed word.
    pub fn limited(&self, limit: &'static str) {
        self.count("limited_total", "limit", limit);
    }

    /// Counts a mail by what became of it; `outcome` is a fixed word.
    pub fn mail(&self, outcome: &'static str) {
        self.count("mails_total", "outcome", outcome);
    }

    /// Counts a job by what it does and how it ended; both are fixed words.
    pub fn job(&self, kind: &'static str, outcome: &'static str) {
        let labels = vec![Label::new("kind", kind), Label::new("outcome", outcome)];
        let key = Key::from_parts("jobs_total", labels);
        self.recorder.register_counter(&key, &METADATA).increment(1);
    }

    /// Counts a panic of our own code by what it ended: a fixed word.
    pub fn panic(&self, ended: &'static str) {
        self.count("panics_total", "ended", ended);
    }

    /// Counts a page or feed of others that was fetched, by what came of it: a fixed word.
    pub fn fetch(&self, outcome: &'static str) {
        self.count("fetches_total", "outcome", outcome);
    }

    /// Counts a message to a subscriber or another hub, by what came of it: a fixed word.
    pub fn push(&self, outcome: &'static str) {
        self.count("pushes_total", "outcome", outcome);
    }

    fn count(&self, name: &'static str, label: &'static str, value: &'static str) {
        let key = Key::from_parts(name, vec![Label::new(label, value)]);
        self.recorder.register_counter(&key, &METADATA).increment(1);
    }

    /// Everything, as Prometheus reads it.
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }
}

fn builder() -> PrometheusBuilder {
    let seconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.8];
    let sizes = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
    let plain = PrometheusBuilder::new;
    // Buckets are refused only when there are none.
    plain()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &seconds)
        .and_then(|b| b.set_buckets_for_metric(Matcher::Suffix("_per_commit".into()), &sizes))
        .unwrap_or_else(|_no_buckets| plain())
}

fn describe(recorder: &PrometheusRecorder) {
    let counters = [
        ("http_requests_total", "Requests answered, by kind of address and class of status."),
        ("pings_total", "Pings, by what became of them."),
        ("limited_total", "Requests refused by a rate limit."),
        ("mails_total", "Mails, by what became of them."),
        ("jobs_total", "Jobs that ended, by what they do and how they ended."),
        ("panics_total", "Panics of our own code, by what they ended."),
        ("fetches_total", "Pages and feeds of others that were fetched, by what came of it."),
        ("pushes_total", "Messages to subscribers of feeds, by what came of them."),
        ("cache_hits_total", "Pages and feeds served from the cache."),
        ("cache_misses_total", "Pages and feeds that had to be rendered."),
    ];
    for (name, what) in counters {
        recorder.describe_counter(KeyName::from_const_str(name), Some(Unit::Count), what.into());
    }
    let ping = "Seconds from a ping's arrival to its answer.";
    recorder.describe_histogram(KeyName::from_const_str("ping_seconds"), None, ping.into());
    let commit = "Writes that shared one commit.";
    recorder.describe_histogram(KeyName::from_const_str("writes_per_commit"), None, commit.into());
    let waiting = "Writes not yet committed.";
    recorder.describe_gauge(KeyName::from_const_str("writes_waiting"), None, waiting.into());
    let jobs = "Jobs to be done but for feeds to be pushed, counted to 5,000 at most.";
    recorder.describe_gauge(KeyName::from_const_str("jobs_waiting"), None, jobs.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_rendered() {
        let metrics = Metrics::default();
        metrics.request(Door::Feed, 304);
        metrics.ping("stored");
        let text = metrics.render();
        assert!(text.contains("http_requests_total{door=\"feed\",status=\"3xx\"} 1"), "{text}");
        assert!(text.contains("pings_total{outcome=\"stored\"} 1"), "{text}");
    }
}
