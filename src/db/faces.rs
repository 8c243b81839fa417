//! Hubs' own faces: what is prepared, what is public, and their pictures.

use diesel::prelude::*;

use super::connection::on_backend;
use super::schema::{hub_face_drafts, hub_pictures, hubs};
use super::{DbConnection, DbError, Tx, instance};
use crate::clock::Timestamp;
use crate::model::face::Face;
use crate::model::id::HubId;

/// A face that organizers prepare.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = hub_face_drafts)]
pub struct FaceDraft {
    /// Pictures, links and words.
    pub face: Face,
    /// Accent colour, `#rrggbb`.
    pub accent: String,
}

/// The face that is prepared for a hub, where there is one.
pub fn find_draft(connection: &mut DbConnection, hub: HubId) -> Result<Option<FaceDraft>, DbError> {
    Ok(hub_face_drafts::table
        .find(hub.0)
        .select(FaceDraft::as_select())
        .first(connection)
        .optional()?)
}

/// Keeps what is prepared. Pictures of a former draft go.
pub fn update_draft(
    tx: &mut Tx<'_>,
    hub: HubId,
    draft: &FaceDraft,
    now: Timestamp,
) -> Result<(), DbError> {
    let values = (
        hub_face_drafts::face.eq(draft.face.to_json()),
        hub_face_drafts::accent.eq(&draft.accent),
        hub_face_drafts::changed_at.eq(now.micros()),
    );
    on_backend!(tx.connection => |connection| {
        diesel::insert_into(hub_face_drafts::table)
            .values((hub_face_drafts::hub_id.eq(hub.0), values.clone()))
            .on_conflict(hub_face_drafts::hub_id)
            .do_update()
            .set(values.clone())
            .execute(connection)?
    });
    forget_pictures(tx, hub)
}

/// Throws away what is prepared, with its pictures.
pub fn delete_draft(tx: &mut Tx<'_>, hub: HubId) -> Result<(), DbError> {
    diesel::delete(hub_face_drafts::table.find(hub.0)).execute(tx.connection)?;
    forget_pictures(tx, hub)
}

/// Makes a face public: the hub's pages and feeds are rendered anew.
pub fn publish(
    tx: &mut Tx<'_>,
    hub: HubId,
    draft: &FaceDraft,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(hubs::table.find(hub.0))
        .set((
            hubs::face.eq(draft.face.to_json()),
            hubs::accent.eq(&draft.accent),
            hubs::edited_at.eq(now.micros()),
        ))
        .execute(tx.connection)?;
    super::hubs::touch(tx, hub, now)?;
    instance::touch(tx)?;
    delete_draft(tx, hub)
}

/// Keeps a picture under its name.
pub fn insert_picture(
    tx: &mut Tx<'_>,
    hub: HubId,
    name: &str,
    bytes: &[u8],
    now: Timestamp,
) -> Result<(), DbError> {
    on_backend!(tx.connection => |connection| {
        diesel::insert_into(hub_pictures::table)
            .values((
                hub_pictures::hub_id.eq(hub.0),
                hub_pictures::name.eq(name),
                hub_pictures::bytes.eq(bytes),
                hub_pictures::created_at.eq(now.micros()),
            ))
            .on_conflict_do_nothing()
            .execute(connection)?
    });
    Ok(())
}

/// The file of a picture.
pub fn find_picture(
    connection: &mut DbConnection,
    hub: HubId,
    name: &str,
) -> Result<Option<Vec<u8>>, DbError> {
    Ok(hub_pictures::table
        .find((hub.0, name))
        .select(hub_pictures::bytes)
        .first(connection)
        .optional()?)
}

/// Deletes the pictures that neither the hub's face nor what is prepared shows.
fn forget_pictures(tx: &mut Tx<'_>, hub: HubId) -> Result<(), DbError> {
    let public = super::hubs::find(tx.reading(), hub)?.map(|hub| hub.face).unwrap_or_default();
    let draft = find_draft(tx.reading(), hub)?.map(|draft| draft.face).unwrap_or_default();
    let shown: Vec<&str> = public.pictures().chain(draft.pictures()).collect();
    diesel::delete(
        hub_pictures::table
            .filter(hub_pictures::hub_id.eq(hub.0))
            .filter(hub_pictures::name.ne_all(shown)),
    )
    .execute(tx.connection)?;
    Ok(())
}
