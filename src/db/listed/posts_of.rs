//! Whose posts are read.

use super::apart;
use crate::db::categories::Category;
use crate::db::{DbConnection, DbError};
use crate::model::category::Readers;
use crate::model::id::{CategoryId, HubId};

/// Whose posts are read: those of a hub's category, or of all of its categories that are public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostsOf {
    /// The hub.
    pub(super) hub: HubId,
    /// The category.
    pub(super) category: Option<CategoryId>,
    /// Without a category: those of the hub whose posts stand on their own pages only.
    pub(super) apart: Vec<i64>,
}

impl PostsOf {
    /// Where the hub's categories have been read: `all` of them, for the posts of whatever is missing
    /// there would be shown.
    pub fn among(hub: HubId, all: &[Category], category: Option<CategoryId>) -> Self {
        let apart = all.iter().filter(|it| category.is_none() && it.readers != Readers::Public);
        Self { hub, category, apart: apart.map(|it| it.id.0).collect() }
    }

    /// Where they have not.
    pub fn find(
        connection: &mut DbConnection,
        hub: HubId,
        category: Option<CategoryId>,
    ) -> Result<Self, DbError> {
        let apart = if category.is_none() { apart(connection, hub)? } else { Vec::new() };
        Ok(Self { hub, category, apart })
    }
}
