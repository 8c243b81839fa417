//! Taking a hub home: one archive with its pages, to be read from a folder, and its data.
//!
//! The pages are those that everybody sees, rendered by the doors themselves; what not everybody may
//! read is in the data only. It is written and sent in pieces, on a thread of its own: nothing of it
//! is kept, and no transaction is open while somebody downloads it slowly.

mod data;
mod files;
mod search_index;
mod site;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, Sender};
use zip::result::ZipError;

use crate::app::{App, Turn};
use crate::db::hubs::Hub;
use crate::db::{DbError, archive, categories, exports, log};
use crate::model::category::Readers;
use crate::model::id::{AccountId, ExportId, HubId};
use crate::model::log::LogKind;
use crate::wire::archive::Writer;

/// How many rows are read at once.
const ROWS: i64 = 500;
/// How many pieces may wait for a slow reader.
const PIECES: usize = 16;
/// How many bytes a piece has, about.
const PIECE: usize = 64 * 1024;
/// How long a reader may take for a piece: two kilobytes a second are slow, and holds a turn.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is noted how far it is.
const NOTED_EACH: Duration = Duration::from_secs(1);

/// Why a hub is not taken home, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum TakeHomeError {
    /// The hub is taken home already, or too many others are.
    #[error("This hub, or too many others, are being taken home just now: try again in a while.")]
    Busy,
    /// Nobody reads on.
    #[error("the download was given up")]
    GivenUp,
    /// A page could not be rendered.
    #[error("the page {0} could not be rendered")]
    Page(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
    /// It could not be written.
    #[error("it could not be packed: {0}")]
    Packing(#[from] ZipError),
    /// It could not be started.
    #[error("it could not be started: {0}")]
    Start(#[from] std::io::Error),
}

impl TakeHomeError {
    /// What the desk says of it.
    fn sentence(&self) -> &'static str {
        match self {
            Self::GivenUp => "The download was given up.",
            _ => "Something went wrong here. Try again, and tell the operator if it stays so.",
        }
    }
}

/// A piece of the archive, or why there are no more.
pub type Piece = Result<Vec<u8>, TakeHomeError>;

/// How large a hub is to take home.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// How many files and posts it has, about.
    pub steps: i64,
    /// How many bytes it is packed, about.
    pub bytes: i64,
}

/// How large a hub is, about.
pub async fn size(app: &App, hub: &Hub) -> Result<Size, DbError> {
    let id = hub.id;
    let (all, public, count) = app
        .db
        .read(move |c| {
            let public = categories::list(c, id)?;
            let public: Vec<_> = public.iter().filter(|c| c.readers == Readers::Public).collect();
            let posts: i64 = public.iter().map(|category| category.listed_count).sum();
            let pages = public.iter().map(|category| category.listed_count / 50 + 5).sum::<i64>();
            Ok::<_, DbError>((archive::count_posts(c, id)?, posts, pages))
        })
        .await?;
    // A talk has its page and three feeds.
    let pages = count + public + public / 50 + hub.blog_count / 100 + 4 * hub.talk_count + 20;
    // Measured: a page packs to about 2 KB, and a post's data to about half of one.
    Ok(Size { steps: pages + all, bytes: 30_000 + pages * 2_200 + all * 500 })
}

/// Begins to take a hub home; `by` whom, unless the command line does. The pieces come as they are
/// asked for; whoever asks for no more ends it.
pub async fn begin(
    app: &Arc<App>,
    hub: &Hub,
    by: Option<AccountId>,
) -> Result<Receiver<Piece>, TakeHomeError> {
    let turn = app.taking_home.begin(hub.id).ok_or(TakeHomeError::Busy)?;
    let size = size(app, hub).await?;
    let (id, now) = (hub.id, app.clock.now());
    let export = app
        .db
        .write(move |tx| {
            log::insert(tx, id, by, LogKind::TakenHome, "", now)?;
            exports::insert(tx, id, by, size.steps, now)
        })
        .await?;
    let (to, pieces) = mpsc::channel(PIECES);
    let (app, hub) = (Arc::clone(app), hub.clone());
    let run = move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(take(app, hub, export, size, to, turn)),
        Err(error) => tracing::error!(%error, "a hub cannot be taken home"),
    };
    std::thread::Builder::new().name("take-home".to_owned()).spawn(run)?;
    Ok(pieces)
}

async fn take(
    app: Arc<App>,
    hub: Hub,
    export: ExportId,
    size: Size,
    to: Sender<Piece>,
    turn: Turn,
) {
    let id = hub.id;
    let mut parcel = Parcel::new(Arc::clone(&app), id, export, size.steps, to.clone());
    let done = fill(&app, &hub, &mut parcel).await;
    let done = match done {
        Ok(()) => parcel.finish().await,
        failed => failed,
    };
    let failed = done.as_ref().err().map(TakeHomeError::sentence).unwrap_or_default();
    let now = app.clock.now();
    let noted = app.db.write(move |tx| exports::finish(tx, id, export, failed, now)).await;
    if let Err(error) = noted {
        tracing::warn!(%error, "how a hub was taken home was not noted");
    }
    drop(turn);
    match done {
        Ok(()) | Err(TakeHomeError::GivenUp) => {}
        Err(error) => {
            tracing::error!(%error, "a hub was not taken home");
            // The reader is told by an answer that breaks off; it may be gone.
            let _gone = to.send(Err(error)).await;
        }
    }
}

async fn fill(app: &Arc<App>, hub: &Hub, parcel: &mut Parcel) -> Result<(), TakeHomeError> {
    site::write(app, hub, parcel).await?;
    data::write(app, hub, parcel).await
}

/// The archive on its way.
struct Parcel {
    app: Arc<App>,
    hub: HubId,
    export: ExportId,
    writer: Writer,
    to: Sender<Piece>,
    waiting: Vec<u8>,
    total: i64,
    done: i64,
    bytes: i64,
    noted: Duration,
}

impl Parcel {
    fn new(app: Arc<App>, hub: HubId, export: ExportId, total: i64, to: Sender<Piece>) -> Self {
        let noted = app.clock.monotonic();
        let (writer, waiting) = (Writer::default(), Vec::new());
        Self { app, hub, export, writer, to, waiting, total, done: 0, bytes: 0, noted }
    }

    /// A whole file.
    async fn file(&mut self, name: &str, bytes: &[u8]) -> Result<(), TakeHomeError> {
        self.begin(name)?;
        self.write(bytes)?;
        self.step(1).await
    }

    /// Begins a file that is written in parts.
    fn begin(&mut self, name: &str) -> Result<(), TakeHomeError> {
        Ok(self.writer.begin(name)?)
    }

    /// A part of it.
    fn write(&mut self, bytes: &[u8]) -> Result<(), TakeHomeError> {
        Ok(self.writer.write(bytes)?)
    }

    /// So many steps are done: what there is goes out.
    async fn step(&mut self, steps: usize) -> Result<(), TakeHomeError> {
        self.done += i64::try_from(steps).unwrap_or(0);
        self.waiting.append(&mut self.writer.take());
        if self.waiting.len() >= PIECE {
            self.send().await?;
        }
        let now = self.app.clock.monotonic();
        if now.saturating_sub(self.noted) >= NOTED_EACH {
            self.noted = now;
            self.note().await?;
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(), TakeHomeError> {
        let piece = std::mem::take(&mut self.waiting);
        self.bytes += i64::try_from(piece.len()).unwrap_or(0);
        let sent = tokio::time::timeout(PATIENCE, self.to.send(Ok(piece))).await;
        sent.map_err(|_elapsed| TakeHomeError::GivenUp)?.map_err(|_gone| TakeHomeError::GivenUp)
    }

    async fn note(&self) -> Result<(), DbError> {
        let (hub, export, now) = (self.hub, self.export, self.app.clock.now());
        // The total is a guess: it is not passed before the end.
        let (done, bytes) = (self.done.min(self.total - 1), self.bytes);
        self.app.db.write(move |tx| exports::update(tx, hub, export, done, bytes, now)).await
    }

    async fn finish(mut self) -> Result<(), TakeHomeError> {
        let writer = std::mem::take(&mut self.writer);
        self.waiting.extend(writer.finish()?);
        self.send().await?;
        let (hub, export, now) = (self.hub, self.export, self.app.clock.now());
        let (total, bytes) = (self.total, self.bytes);
        Ok(self.app.db.write(move |tx| exports::update(tx, hub, export, total, bytes, now)).await?)
    }
}
