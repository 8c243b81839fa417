//! When a form was handed out, signed: programs send it at once, or a week later.

use std::time::Duration;

use crate::app::App;
use crate::clock::Timestamp;
use crate::model::id::encode;
use crate::secret::same;

/// Nobody finds the field and types an address within this.
const TOO_FAST: Duration = Duration::from_secs(3);
/// How much of that a form is given that came filled in, in microseconds.
const HEAD_START: i64 = 2_500_000;
/// How long a form may lie open.
const TOO_OLD: Duration = Duration::from_secs(24 * 3_600);

/// How long a form was open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// As long as people need.
    Right,
    /// Shorter.
    TooFast,
    /// Longer than a day, or nobody knows.
    TooOld,
}

/// The stamp of a form that is handed out now, to the browser of this token. One that a bookmark
/// filled in only wants a button pressed: [`HEAD_START`] of its time is over.
pub fn now(app: &App, csrf: &str, is_filled: bool) -> String {
    let micros = app.clock.now().micros() - if is_filled { HEAD_START } else { 0 };
    written(app, csrf, Timestamp::from_micros(micros))
}

fn written(app: &App, csrf: &str, at: Timestamp) -> String {
    let micros = at.micros();
    let hash = app.secrets.sign("form-time", &[&micros.to_be_bytes(), csrf.as_bytes()]);
    format!("{micros}-{}", encode(&hash[..10]))
}

/// How long ago a form with this stamp was handed out.
pub fn age(app: &App, csrf: &str, stamp: &str) -> Age {
    let at = stamp.split_once('-').and_then(|(micros, _)| micros.parse().ok());
    let Some(at) = at.map(Timestamp::from_micros) else { return Age::TooOld };
    if !same(stamp.as_bytes(), written(app, csrf, at).as_bytes()) {
        return Age::TooOld;
    }
    match app.clock.now().since(at) {
        open if open < TOO_FAST => Age::TooFast,
        open if open > TOO_OLD => Age::TooOld,
        _ => Age::Right,
    }
}
