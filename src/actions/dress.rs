//! A hub's own face: prepared, looked at, made public.

use crate::app::App;
use crate::db::faces::{self, FaceDraft};
use crate::db::hubs::Hub;
use crate::db::{DbConnection, DbError, hubs, log, members};
use crate::model::colour::{Accent, ColourError};
use crate::model::face::{self, Face, Links, Picture, PictureKind};
use crate::model::id::{AccountId, HubId};
use crate::model::log::LogKind;
use crate::model::problems::Problems;
use crate::wire::picture::{Drawn, PictureError, draw};

/// A face as somebody typed it.
#[derive(Debug, Clone, Default)]
pub struct FaceTyped {
    /// Accent colour.
    pub accent: String,
    /// What the banner shows.
    pub banner_alt: String,
    /// The words over the form.
    pub add_words: String,
    /// The links.
    pub links: Links,
}

impl FaceTyped {
    /// What a face would be typed as.
    pub fn of(draft: &FaceDraft) -> Self {
        Self {
            accent: draft.accent.clone(),
            banner_alt: draft.face.banner.as_ref().map_or_else(String::new, |b| b.alt.clone()),
            add_words: draft.face.add_words.clone(),
            links: draft.face.links.clone(),
        }
    }

    /// The same with an accent that can be read: the nearest that works, so that the form offers it.
    #[must_use]
    pub fn with_readable_accent(mut self) -> Self {
        if let Err(ColourError::TooPale { nearest, .. }) = Accent::parse(&self.accent) {
            self.accent = nearest;
        }
        self
    }
}

/// What becomes of a picture.
#[derive(Debug, Clone, Default)]
pub enum NewPicture {
    /// It stays as it is.
    #[default]
    AsBefore,
    /// There is none any more.
    None,
    /// It is this file.
    File(bytes::Bytes),
}

/// Why a face was not kept.
#[derive(Debug, thiserror::Error)]
pub enum DressError {
    /// Something was not accepted.
    #[error("{0}")]
    Problems(Problems),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// The face a hub has, or the one that is prepared for it.
pub fn find(connection: &mut DbConnection, hub: &Hub) -> Result<(FaceDraft, bool), DbError> {
    Ok(match faces::find_draft(connection, hub.id)? {
        Some(draft) => (draft, true),
        None => (FaceDraft { face: hub.face.clone(), accent: hub.accent.clone() }, false),
    })
}

/// Keeps what somebody prepares: nobody else sees it yet.
pub async fn prepare(
    app: &App,
    hub: HubId,
    typed: &FaceTyped,
    logo: NewPicture,
    banner: NewPicture,
) -> Result<(), DressError> {
    let mut problems = Problems::default();
    let accent = problems.take("accent", Accent::parse(&typed.accent));
    let links = Links {
        programme: link(&mut problems, "programme", &typed.links.programme),
        tickets: link(&mut problems, "tickets", &typed.links.tickets),
        conduct: link(&mut problems, "conduct", &typed.links.conduct),
        imprint: link(&mut problems, "imprint", &typed.links.imprint),
    };
    let logo = redraw(app, &mut problems, PictureKind::Logo, logo).await?;
    let banner = redraw(app, &mut problems, PictureKind::Banner, banner).await?;
    let Some(accent) = accent.filter(|_| problems.is_empty()) else {
        return Err(DressError::Problems(problems));
    };
    let (alt, add_words) = (face::alt(&typed.banner_alt), face::words(&typed.add_words));
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            // Of two who prepare it at once, the second begins with what the first kept.
            members::lock(tx, hub)?;
            let hub = hubs::find(tx.reading(), hub)?.ok_or(DbError::NotFound)?;
            let (mut draft, _) = find(tx.reading(), &hub)?;
            let face = Face { links, add_words, ..draft.face };
            draft = FaceDraft { face, accent: accent.light().to_string() };
            for (kind, redrawn) in [(PictureKind::Logo, &logo), (PictureKind::Banner, &banner)] {
                let place = draft.face.picture(kind);
                match redrawn {
                    Redrawn::AsBefore => {}
                    Redrawn::None => *place = None,
                    Redrawn::New(drawn) => {
                        let (width, height) = (drawn.width, drawn.height);
                        let name = drawn.name();
                        faces::insert_picture(tx, hub.id, &name, &drawn.bytes, now)?;
                        *place = Some(Picture { name, width, height, alt: String::new() });
                    }
                }
            }
            if let Some(banner) = &mut draft.face.banner {
                banner.alt = alt;
            }
            Ok(faces::update_draft(tx, hub.id, &draft, now)?)
        })
        .await
}

fn link(problems: &mut Problems, field: &'static str, typed: &str) -> String {
    problems.take(field, face::link(typed)).unwrap_or_default()
}

/// What becomes of a picture, once its file was read.
enum Redrawn {
    AsBefore,
    None,
    New(Drawn),
}

async fn redraw(
    app: &App,
    problems: &mut Problems,
    kind: PictureKind,
    picture: NewPicture,
) -> Result<Redrawn, DbError> {
    let bytes = match picture {
        NewPicture::AsBefore => return Ok(Redrawn::AsBefore),
        NewPicture::None => return Ok(Redrawn::None),
        NewPicture::File(bytes) => bytes,
    };
    // One at a time: each takes as much memory as everything else.
    let _turn = app.unpacking.acquire().await.map_err(|_closed| DbError::Closed)?;
    let drawn = tokio::task::spawn_blocking(move || draw(&bytes, kind)).await;
    let drawn = drawn.unwrap_or(Err(PictureError::Damaged));
    Ok(problems.take(kind.as_str(), drawn).map_or(Redrawn::AsBefore, Redrawn::New))
}

/// Makes public what is prepared. Nothing happens where nothing is.
pub async fn publish(app: &App, hub: HubId, by: AccountId) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            members::lock(tx, hub)?;
            let Some(draft) = faces::find_draft(tx.reading(), hub)? else { return Ok(()) };
            faces::publish(tx, hub, &draft, now)?;
            log::insert(tx, hub, Some(by), LogKind::HubChanged, "look", now)
        })
        .await
}

/// Throws away what is prepared.
pub async fn discard(app: &App, hub: HubId) -> Result<(), DbError> {
    app.db
        .write(move |tx| {
            members::lock(tx, hub)?;
            faces::delete_draft(tx, hub)
        })
        .await
}
