//! What a schedule would change, in words.

use crate::actions::programme::{Plan, Planned, Preview};
use crate::model::problems::Problems;
use crate::web::view::{number, plural};

/// What a schedule that is kept would change, in words.
#[derive(Debug)]
pub struct PlanPart {
    /// `200 talks: 12 new, 3 changed, 1 gone`.
    pub sentence: String,
    /// Whether there is anything to do.
    pub is_empty: bool,
    /// Titles of categories that it would open.
    pub categories: Vec<String>,
    /// Talks that have no page of their own, in a sentence; empty where all have one.
    pub without_page: String,
    /// Talks that have no time, in a sentence; empty where all have one.
    pub without_time: String,
    /// What is new, changed and gone, the first few of each: a heading, and titles.
    pub named: Vec<(&'static str, Vec<String>)>,
}

/// Talks of each kind that are named before they are imported.
const NAMED: usize = 12;

impl PlanPart {
    fn of(plan: Plan) -> Self {
        let count = |n: usize| number(i64::try_from(n).unwrap_or(i64::MAX));
        let all = plan.changes.len() + plan.same;
        let parts = [(plan.added, "new"), (plan.changed(), "changed"), (plan.gone.len(), "gone")];
        let parts = parts.iter().filter(|(n, _)| *n > 0);
        let parts: Vec<String> = parts.map(|(n, what)| format!("{} {what}", count(*n))).collect();
        let talks = plural(i64::try_from(all).unwrap_or(i64::MAX), "talk", "talks");
        let changes = if parts.is_empty() { "nothing new".to_owned() } else { parts.join(", ") };
        let title = |planned: &Planned| planned.texts.title.clone();
        let (new, changed): (Vec<_>, Vec<_>) =
            plan.changes.iter().partition(|planned| planned.talk.is_none());
        let titles = |all: Vec<&Planned>| -> Vec<String> {
            all.into_iter().take(NAMED).map(title).collect()
        };
        let gone: Vec<String> = plan.gone_titles.iter().take(NAMED).cloned().collect();
        let named = [("New", titles(new)), ("Changed", titles(changed)), ("Gone", gone)];
        let named = named.into_iter().filter(|(_, titles): &(_, Vec<String>)| !titles.is_empty());
        Self {
            sentence: format!("{} {talks}: {changes}.", count(all)),
            is_empty: plan.is_empty(),
            named: named.collect(),
            without_page: match plan.without_page {
                0 => String::new(),
                1 => {
                    "One talk has no page of its own: posts about it are filed by hand.".to_owned()
                }
                n => format!(
                    "{} talks have no page of their own: posts about them are filed by hand.",
                    count(n)
                ),
            },
            without_time: match plan.without_time {
                0 => String::new(),
                1 => "One talk has no time, or none that can be read: it stands at the end."
                    .to_owned(),
                n => format!(
                    "{} talks have no time, or none that can be read: they stand at the end.",
                    count(n)
                ),
            },
            categories: plan.categories,
        }
    }
}

/// What would be done; why nothing can be is noted.
pub fn plan_of(found: Option<Preview>, problems: &mut Problems) -> Option<PlanPart> {
    match found?.plan? {
        Ok(plan) => Some(PlanPart::of(plan)),
        Err(wrong) => {
            for (field, sentence) in wrong.iter() {
                problems.add(field, sentence);
            }
            None
        }
    }
}
