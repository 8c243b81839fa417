//! Making the hub, which nobody sees yet.

use super::RestoreError;
use super::document::Head;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::accounts::Account;
use crate::db::archive::{self, Given};
use crate::db::{DbError, Tx, categories, faces, series};
use crate::model::category::Readers;
use crate::model::face::Face;
use crate::model::id::{AccountId, HubId, unambiguous};
use crate::model::slug::Slug;
use crate::secret::{HasherBusy, Secret, random_bytes};
use crate::wire::picture::Drawn;

/// A hub that is about to be made.
struct New {
    head: Head,
    slug: Slug,
    reading_hash: Option<String>,
    given: Vec<Given>,
    pictures: Vec<(String, Drawn)>,
    owner: AccountId,
}

/// Makes the hub, and says what is new in place of what could not be brought.
pub async fn begin(
    app: &App,
    head: &Head,
    pictures: Vec<(String, Drawn)>,
    slug: &Slug,
    owner: &Account,
) -> Result<(HubId, Vec<String>), RestoreError> {
    let mut head = head.clone();
    head.hub.row.face = with_pictures(&head.hub.row.face, &pictures);
    let mut notes = Vec::new();
    let is_locked = |readers: &str| readers == Readers::Password.as_str();
    let mut reading_hash = None;
    if is_locked(&head.hub.row.readers) {
        let (word, hash) = secret(app).await?;
        notes.push(format!("The hub’s reading password is now: {word}"));
        reading_hash = Some(hash);
    }
    let mut given = Vec::new();
    for category in &head.categories {
        let title = &category.row.title;
        let number = category.row.number;
        let mut one = Given { number, passphrase_hash: None, reading_hash: None };
        if category.has_passphrase {
            let (word, hash) = secret(app).await?;
            notes.push(format!("The posting passphrase of “{title}” is now: {word}"));
            one.passphrase_hash = Some(hash);
        }
        if is_locked(&category.row.readers) {
            let (word, hash) = secret(app).await?;
            notes.push(format!("The reading password of “{title}” is now: {word}"));
            one.reading_hash = Some(hash);
        }
        given.push(one);
    }
    let (slug, owner, now) = (slug.clone(), owner.id, app.clock.now());
    let name = slug.as_str().to_owned();
    let new = New { head, slug, reading_hash, given, pictures, owner };
    let made = app.db.write(move |tx| make(tx, &new, now)).await;
    let (id, more) = made.map_err(|error| match error {
        // Somebody was faster.
        DbError::Taken => RestoreError::Taken(name),
        error => error.into(),
    })?;
    notes.extend(more);
    Ok((id, notes))
}

/// The face of a hub with its pictures as they were drawn.
fn with_pictures(face: &str, pictures: &[(String, Drawn)]) -> String {
    if pictures.is_empty() {
        return face.to_owned();
    }
    let mut face = Face::from_json(face).unwrap_or_default();
    for picture in [&mut face.logo, &mut face.banner].into_iter().flatten() {
        if let Some((_, drawn)) = pictures.iter().find(|(name, _)| *name == picture.name) {
            (picture.name, picture.width, picture.height) =
                (drawn.name(), drawn.width, drawn.height);
        }
    }
    face.to_json()
}

fn make(tx: &mut Tx<'_>, new: &New, now: Timestamp) -> Result<(HubId, Vec<String>), DbError> {
    let hub = &new.head.hub;
    let hash = new.reading_hash.as_deref();
    let (id, left_out) = archive::insert_hub(tx, hub, &new.slug, hash, new.owner, now)?;
    let left_out = left_out.into_iter().map(|name| {
        format!("The former name “{name}” is another hub’s here, or kept for a page: it does not lead to this one.")
    });
    let mut notes: Vec<String> = left_out.collect();
    for (category, given) in new.head.categories.iter().zip(&new.given) {
        let mut given = given.clone();
        if !categories::take_number(tx, id, given.number)? {
            given.number = categories::give_number(tx, id)?;
            let (title, number) = (&category.row.title, given.number);
            notes.push(format!("The number of “{title}” is another category’s here, or was: its short ping address is now /tb/{number}"));
        }
        archive::insert_category(tx, id, category, &given, now)?;
    }
    archive::insert_rest(tx, id, &new.head.rules)?;
    archive::insert_programme(tx, id, new.head.programme.as_ref(), &new.head.talks)?;
    notes.extend(join_series(tx, id, new, now)?);
    for (_, drawn) in &new.pictures {
        faces::insert_picture(tx, id, &drawn.name(), &drawn.bytes, now)?;
    }
    Ok((id, notes))
}

/// Puts the hub into its series: one that its owner organizes another hub of, as whoever joins one by
/// hand does, or a new one where nobody has that name here. What is said where it is left out.
fn join_series(
    tx: &mut Tx<'_>,
    hub: HubId,
    new: &New,
    now: Timestamp,
) -> Result<Option<String>, DbError> {
    let Some(wanted) = &new.head.hub.series else { return Ok(None) };
    let Ok(slug) = Slug::for_series(&wanted.slug) else { return Ok(None) };
    let into = match series::find(tx.reading(), slug.as_str())? {
        None => series::open(tx, hub, &slug, &wanted.title, now)?,
        Some(there) if there.title.is_empty() => {
            let name = &wanted.slug;
            return Ok(Some(format!(
                "A series here was called “{name}” once, and its name is kept: the hub is in no series."
            )));
        }
        Some(there) => {
            let may = series::list_joinable(tx.reading(), hub, new.owner)?;
            if !may.iter().any(|one| one.id == there.id) {
                return Ok(Some(format!(
                    "The series “{}” is other hubs’ here, and its owner organizes none of them: the hub is in no series.",
                    there.title
                )));
            }
            there.id
        }
    };
    series::insert_hub(tx, hub, into, now)?;
    Ok(None)
}

/// A word in place of one that was not said, and its hash.
async fn secret(app: &App) -> Result<(String, String), HasherBusy> {
    let word = unambiguous(&random_bytes::<8>());
    let hash = app.hasher.hash(Secret::new(word.clone())).await?;
    Ok((word, hash))
}
