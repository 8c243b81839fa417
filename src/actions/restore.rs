//! Bringing a hub here that was taken home elsewhere: its ids and permalinks included.
//!
//! All of the archive is looked at before anything is written. Then the hub is made, which nobody
//! sees, its posts are added in batches, and it is shown. Whoever begins again after it broke off
//! goes on; whoever brings a hub that is here changes nothing.

mod begin;
mod check;
mod document;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::app::App;
use crate::db::accounts::Account;
use crate::db::archive::{self, BlogRow, Post};
use crate::db::slugs::{self, Holder};
use crate::db::{DbError, categories, hubs, kept_away, websub};
use crate::model::face::{Face, Picture, PictureKind};
use crate::model::id::{CategoryId, HubId};
use crate::model::slug::{Slug, SlugError};
use crate::secret::HasherBusy;
use crate::wire::archive::{ArchiveError, Reader};
use crate::wire::picture::{self, Drawn, MAX_BYTES, PictureError};
use check::Seen;
use document::{Head, Part};

/// The document's name in the archive.
const DOCUMENT: &str = "data/hub.json";
/// How many batches may wait to be written.
const BATCHES: usize = 4;

/// Why a hub is not brought here. Nothing was written, unless it says so.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    File(#[from] std::io::Error),
    /// The archive is none that is read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The document is none.
    #[error("data/hub.json cannot be read: {0}")]
    Document(#[from] serde_json::Error),
    /// A picture is none.
    #[error("the picture {0} cannot be read: {1}")]
    Picture(String, #[source] PictureError),
    /// The name is none that a hub can have.
    #[error("the hub cannot be called {0}: {1}")]
    Slug(String, #[source] SlugError),
    /// Another hub has or had the name.
    #[error("another hub has or had the name {0} here: bring it under another one, with --as NAME")]
    Taken(String),
    /// Its posts are here, in a hub that is called otherwise.
    #[error(
        "{0} posts of it are here already, in another hub: a post’s permalink leads to one post"
    )]
    Here(i64),
    /// Too many passwords are hashed just now.
    #[error(transparent)]
    Hasher(#[from] HasherBusy),
    /// The database failed. What was brought so far is not seen; begin again, and it goes on.
    #[error("{0}: begin again, and it goes on from there")]
    Database(#[from] DbError),
}

/// What became of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The hub's name in addresses here.
    pub slug: String,
    /// Whether the hub was here, whole: nothing was changed.
    pub was_here: bool,
    /// Posts that are new here.
    pub new: u64,
    /// Posts that were here, or that who wrote them keeps away from the hub here.
    pub known: u64,
    /// What is new here in place of secrets, and what could not be had: a sentence each.
    pub notes: Vec<String>,
}

/// Brings a hub here, for its owner. `told` is called with what must not be lost as soon as it holds,
/// and now and then with how many posts were looked at.
pub async fn restore(
    app: &Arc<App>,
    file: &Path,
    name: Option<&str>,
    owner: &Account,
    mut told: impl FnMut(Told<'_>),
) -> Result<Report, RestoreError> {
    let (seen, pictures) = look(file).await?;
    let head = seen.head.ok_or(ArchiveError::Missing(DOCUMENT.to_owned()))?;
    let wanted = name.unwrap_or(&head.hub.row.slug).to_owned();
    let slug = Slug::for_hub(&wanted).map_err(|error| RestoreError::Slug(wanted, error))?;
    let found = find(app, &head, &slug, &seen.ids).await?;
    let mut report = Report { slug: slug.as_str().to_owned(), ..Report::default() };
    let hub = match found {
        Found::Whole => {
            report.was_here = true;
            report.known = u64::try_from(seen.ids.len()).unwrap_or(0);
            return Ok(report);
        }
        Found::Begun(hub) => hub,
        Found::Nothing => {
            let (hub, notes) = begin::begin(app, &head, pictures, &slug, owner).await?;
            notes.iter().for_each(|note| told(Told::Note(note)));
            report.notes = notes;
            hub
        }
    };
    add(app, file, hub, &mut report, &mut told).await?;
    let (now, blogs) = (app.clock.now(), seen.blogs);
    let tells_others = !app.config.websub.websub_hubs.is_empty();
    for some in blogs.chunks(document::AT_ONCE) {
        let some = some.to_vec();
        app.db.write(move |tx| archive::update_blogs(tx, hub, &some)).await?;
    }
    app.db
        .write(move |tx| {
            archive::finish(tx, hub, &head.hub, &head.categories, now)?;
            websub::update_pushed(tx, hub, tells_others)
        })
        .await?;
    Ok(report)
}

/// What is said while it goes on.
#[derive(Debug)]
pub enum Told<'a> {
    /// Something that must not be lost.
    Note(&'a str),
    /// So many posts were looked at.
    Posts(u64),
}

/// Looks at all of an archive, and draws its pictures.
async fn look(file: &Path) -> Result<(Seen, Vec<(String, Drawn)>), RestoreError> {
    let path = file.to_owned();
    let looked = tokio::task::spawn_blocking(move || {
        let mut archive = Reader::open(BufReader::new(File::open(path)?))?;
        let mut seen = Seen::default();
        document::read(archive.entry(DOCUMENT)?, &mut |part| seen.take(part))?;
        let face = seen.head.as_ref().and_then(|head| Face::from_json(&head.hub.row.face));
        let mut pictures = Vec::new();
        let Face { logo, banner, .. } = face.unwrap_or_default();
        for (kind, picture) in [(PictureKind::Logo, logo), (PictureKind::Banner, banner)] {
            if let Some(picture) = picture {
                pictures.push((picture.name.clone(), draw(&mut archive, kind, &picture)?));
            }
        }
        Ok((seen, pictures))
    });
    looked.await.unwrap_or_else(|_panicked| Err(DbError::Panicked.into()))
}

/// A picture of the archive. What we wrote ourselves stays as it is, so that it keeps its name; all
/// else is written anew.
fn draw(
    archive: &mut Reader<BufReader<File>>,
    kind: PictureKind,
    picture: &Picture,
) -> Result<Drawn, RestoreError> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(0) + 1;
    archive
        .entry(&format!("data/pictures/{}", picture.name))?
        .take(limit)
        .read_to_end(&mut bytes)?;
    let drawn = match picture::as_written(&bytes, kind) {
        Some(drawn) => Ok(drawn),
        None => picture::draw(&bytes, kind),
    };
    drawn.map_err(|error| RestoreError::Picture(picture.name.clone(), error))
}

/// What there is of a hub here.
enum Found {
    /// All of it.
    Whole,
    /// Some: it broke off.
    Begun(HubId),
    /// Nothing.
    Nothing,
}

async fn find(
    app: &App,
    head: &Head,
    slug: &Slug,
    ids: &std::collections::HashSet<Vec<u8>>,
) -> Result<Found, RestoreError> {
    let (wanted, created_at) = (slug.as_str().to_owned(), head.hub.row.created_at);
    let found = app
        .db
        .read(move |c| {
            let id = match slugs::find_hub(c, &wanted)? {
                Some(Holder::Of(id)) => id,
                Some(Holder::Gone) => return Ok(Err(wanted)),
                None => return Ok(Ok(Found::Nothing)),
            };
            // Two hubs were not opened in the same microsecond.
            let is_it = hubs::find(c, id)?.is_some_and(|hub| hub.created_at.micros() == created_at);
            if !is_it {
                return Ok(Err(wanted));
            }
            Ok::<_, DbError>(Ok(match archive::find_restoration(c, id)? {
                Some(None) => Found::Begun(id),
                Some(Some(_)) | None => Found::Whole,
            }))
        })
        .await?
        .map_err(RestoreError::Taken)?;
    let own = match found {
        Found::Begun(hub) => Some(hub),
        Found::Nothing => None,
        Found::Whole => return Ok(found),
    };
    let ids: Vec<Vec<u8>> = ids.iter().cloned().collect();
    let mut taken = 0;
    for some in ids.chunks(500) {
        let some = some.to_vec();
        taken += app.db.read(move |c| archive::count_taken(c, &some, own)).await?;
    }
    if taken > 0 { Err(RestoreError::Here(taken)) } else { Ok(found) }
}

/// Adds the blogs and the posts that are not here yet.
async fn add(
    app: &App,
    file: &Path,
    hub: HubId,
    report: &mut Report,
    told: &mut impl FnMut(Told<'_>),
) -> Result<(), RestoreError> {
    let all = app.db.read(move |c| categories::list(c, hub)).await?;
    let ids: Vec<(String, CategoryId)> = all.into_iter().map(|c| (c.slug, c.id)).collect();
    let (to, mut parts) = mpsc::channel(BATCHES);
    let path = file.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        let mut archive = Reader::open(BufReader::new(File::open(path)?))?;
        document::read(archive.entry(DOCUMENT)?, &mut |part| {
            to.blocking_send(part).map_err(|_gone| "nobody reads on".to_owned())
        })?;
        Ok::<_, RestoreError>(())
    });
    while let Some(part) = parts.recv().await {
        match part {
            Part::Head(_) => {}
            Part::Blogs(blogs) => add_blogs(app, hub, blogs).await?,
            Part::Posts(posts) => {
                let count = u64::try_from(posts.len()).unwrap_or(0);
                let new = add_posts(app, hub, &ids, posts).await?;
                report.new += new;
                report.known += count - new;
                told(Told::Posts(report.new + report.known));
            }
        }
    }
    reading.await.unwrap_or_else(|_panicked| Err(DbError::Panicked.into()))
}

async fn add_blogs(app: &App, hub: HubId, blogs: Vec<BlogRow>) -> Result<(), DbError> {
    app.db.write(move |tx| archive::insert_blogs(tx, hub, &blogs)).await
}

/// How many of them are new. What is kept away from the hub here stays away.
async fn add_posts(
    app: &App,
    hub: HubId,
    categories: &[(String, CategoryId)],
    posts: Vec<Post>,
) -> Result<u64, DbError> {
    let now = app.clock.now();
    let away = app.db.read(move |c| kept_away::list(c, hub)).await?;
    let id = |post: &Post| {
        let found = categories.iter().find(|(slug, _)| *slug == post.category);
        found.map(|(_, id)| *id).ok_or(DbError::NotFound)
    };
    let posts: Vec<(CategoryId, Post)> = posts
        .into_iter()
        .filter(|post| !away.contains(&app.kept_away_hash(hub, &post.row.url_hash)))
        .map(|post| Ok((id(&post)?, post)))
        .collect::<Result<_, DbError>>()?;
    app.db
        .write(move |tx| {
            // Before any row of a blog, as whoever lists does: all wait in one order.
            hubs::touch_quietly(tx, hub, now)?;
            let mut new = 0;
            for (category, post) in &posts {
                new += u64::from(archive::insert_post(tx, hub, *category, post, now)?);
            }
            Ok(new)
        })
        .await
}
