//! How many posts are listed before anything is measured.

use std::fmt;
use std::str::FromStr;

/// So many posts: `10k`, `1M`, or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rows(pub u64);

impl FromStr for Rows {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (digits, times) = match text.strip_suffix(['k', 'K']) {
            Some(digits) => (digits, 1_000),
            None => text.strip_suffix('M').map_or((text, 1), |digits| (digits, 1_000_000)),
        };
        let count = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(times));
        count.filter(|count| *count >= 100).map(Self).ok_or_else(|| "write 10k, 1M or 10M".into())
    }
}

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            n if n.is_multiple_of(1_000_000) => write!(f, "{}M", n / 1_000_000),
            n if n.is_multiple_of(1_000) => write!(f, "{}k", n / 1_000),
            n => n.fmt(f),
        }
    }
}
