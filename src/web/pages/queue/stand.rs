//! Where on the desk somebody is.

use crate::db::categories::Category;
use crate::db::queue::Filter;
use crate::model::id::PublicId;
use crate::model::ping::WaitReason;

/// Where on the desk somebody is: the page, its filters, the place in its list. Links and forms
/// carry it along, so that a verdict leads back to where it was given.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Stand {
    /// `decided`, or empty for the queue.
    pub page: String,
    /// A category's slug.
    pub category: String,
    /// Why posts wait.
    pub reason: String,
    /// The state of decided posts.
    pub state: String,
    /// The last post of the page before.
    pub place: String,
}

impl Stand {
    /// The address of this place on the desk of the hub, with more behind the `?`.
    pub fn path(&self, hub: &str, more: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let own = [
            ("category", &self.category),
            ("reason", &self.reason),
            ("state", &self.state),
            ("place", &self.place),
        ];
        for (name, value) in own.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        query.extend_pairs(more);
        let page = if self.page == "decided" { "/decided" } else { "" };
        match query.finish() {
            query if query.is_empty() => format!("/manage/{hub}{page}"),
            query => format!("/manage/{hub}{page}?{query}"),
        }
    }

    /// The same after something was done, at the post that comes next: what was done is said above
    /// it. Where nothing comes after, it is said on top, where the page begins.
    pub fn path_at(&self, hub: &str, did: (&str, &str), next: Option<&str>) -> String {
        match next {
            Some(next) => self.path(hub, &[did, ("at", next)]) + "#notice",
            None => self.path(hub, &[did]),
        }
    }

    /// Which waiting posts its filters let through.
    pub fn filter(&self, categories: &[Category]) -> Filter {
        let category = categories.iter().find(|this| this.slug == self.category);
        Filter { category: category.map(|this| this.id), reason: WaitReason::parse(&self.reason) }
    }

    /// The place after a post.
    pub fn after(&self, last: PublicId) -> Self {
        Self { place: last.to_string(), ..self.clone() }
    }

    /// The same filters, from the beginning.
    pub fn first(&self) -> Self {
        Self { place: String::new(), ..self.clone() }
    }
}
