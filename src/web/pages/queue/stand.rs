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
    /// `decided`, `reports`, or empty for the queue.
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
    /// Whether it is the queue.
    pub fn is_queue(&self) -> bool {
        !matches!(self.page.as_str(), "decided" | "reports")
    }

    /// This place as it stands behind the address of another page, which leads back here.
    pub fn as_query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let own = [("page", &self.page)].into_iter().chain(self.own());
        for (name, value) in own.filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        match query.finish() {
            query if query.is_empty() => query,
            query => format!("?{query}"),
        }
    }

    fn own(&self) -> [(&'static str, &String); 4] {
        [
            ("category", &self.category),
            ("reason", &self.reason),
            ("state", &self.state),
            ("place", &self.place),
        ]
    }

    /// The address of this place on the desk of the hub, with more behind the `?`.
    pub fn path(&self, hub: &str, more: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.own().into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        query.extend_pairs(more);
        let page = match self.page.as_str() {
            "decided" => "/decided",
            "reports" => "/reports",
            _ => "",
        };
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
