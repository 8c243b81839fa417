//! What was asked of the list of blogs, carried along.

use crate::model::blog::Trust;
use crate::model::id::BlogId;

/// Which blogs were shown when something was done to one of them.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Kept {
    standing: String,
    q: String,
    after: String,
}

impl Kept {
    /// Those that stood like this and had these words, after this one.
    pub fn of(standing: Option<Trust>, words: &str, after: Option<BlogId>) -> Self {
        Self {
            standing: standing.map(Trust::as_str).unwrap_or_default().to_owned(),
            q: words.to_owned(),
            after: after.map(|after| after.0.to_string()).unwrap_or_default(),
        }
    }

    /// As they stand in a form and behind the address.
    pub fn fields(self) -> Vec<(&'static str, String)> {
        let all = [("standing", self.standing), ("q", self.q), ("after", self.after)];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}
