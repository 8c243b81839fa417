//! Databases in which much is listed already.
//!
//! Hubs and categories are opened by the product; posts come by SQL, as if they had been listed
//! over ninety days: pinging in a million takes minutes. A filled file is kept under `target/tmp`,
//! by the migrations it was made with, and each measurement has a copy of it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, ensure};
use backchannel::config::DatabaseUrl;
use backchannel::db::backup;
use backchannel::model::id::HubId;
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::fill::{Listed, fill};
use crate::product::Product;

/// The hub that is measured.
pub const HUB: &str = "sxsw";
/// Its id: it is the first that is opened.
pub const HUB_ID: HubId = HubId(1);
/// Where its pings go: its first category, which lists at once.
pub const PING: &str = "/sxsw/keynotes";
/// Posts of each other hub.
const POSTS_ELSEWHERE: u64 = 20;

/// How much is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filling {
    /// Hubs, with the one that is measured.
    pub hubs: u64,
    /// Categories of that one.
    pub categories: u64,
    /// Posts of that one.
    pub posts: u64,
}

impl Filling {
    /// So many posts in one category.
    pub const fn of(posts: u64) -> Self {
        Self { hubs: 1, categories: 1, posts }
    }

    /// A directory with a copy of the filled file, as a data directory has it.
    pub fn copy(self) -> anyhow::Result<TempDir> {
        let kept = self.file()?;
        if !kept.exists() {
            let begun = Instant::now();
            eprintln!("filling {self:?}, once");
            self.make(&kept).with_context(|| format!("{self:?}"))?;
            eprintln!("filled in {:.1} s: {}", begun.elapsed().as_secs_f64(), kept.display());
        }
        let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let file = data.path().join("backchannel.db");
        std::fs::copy(&kept, &file)?;
        // Else the first COMMIT waits until a gigabyte is on the disk.
        File::open(file)?.sync_all()?;
        Ok(data)
    }

    /// Where the filled file is kept. Other tables, or another way to fill them, are another file.
    fn file(self) -> anyhow::Result<PathBuf> {
        let mut made_with = Sha256::new_with_prefix(include_bytes!("fill.rs"));
        let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
        let mut folders = std::fs::read_dir(migrations)?.collect::<Result<Vec<_>, _>>()?;
        folders.sort_by_key(std::fs::DirEntry::file_name);
        for folder in folders {
            made_with.update(std::fs::read(folder.path().join("up.sql"))?);
        }
        let made_with = data_encoding::HEXLOWER.encode(&made_with.finalize()[..6]);
        let Self { hubs, categories, posts } = self;
        let name = format!("filled-{made_with}-{hubs}-{categories}-{posts}.db");
        Ok(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }

    fn make(self, kept: &Path) -> anyhow::Result<()> {
        let product = Product::start()?;
        let mut opened = Vec::new();
        for number in 0..self.hubs {
            let slug = if number == 0 { HUB.to_owned() } else { format!("hub-{number}") };
            let hub = product.open_hub(&slug)?;
            let categories = if number == 0 { self.categories } else { 1 };
            for number in 0..categories {
                let slug =
                    if number == 0 { "keynotes".to_owned() } else { format!("room-{number}") };
                product.open_category(hub, &slug, "open", "at-once", "off")?;
            }
            let posts = if number == 0 { self.posts } else { POSTS_ELSEWHERE };
            opened.push(Listed { hub, categories, posts });
        }
        let data = product.stop_for_data()?;
        let fresh = data.path().join("backchannel.db");
        // Connections of its pool end a little later: what they left is in the file from here on.
        SqliteConnection::establish(&fresh.display().to_string())?
            .batch_execute("PRAGMA busy_timeout = 5000; PRAGMA wal_checkpoint(TRUNCATE);")?;
        // Whoever ends this program meanwhile leaves no half of a file under its name.
        let part = kept.with_extension("part");
        std::fs::copy(fresh, &part)?;
        fill(&part, &opened)?;
        let (counts, wrong) = backup::tally(&DatabaseUrl::Sqlite(part.clone()))?;
        ensure!(wrong.is_empty(), "{wrong:?}");
        eprintln!("{counts}");
        Ok(std::fs::rename(&part, kept)?)
    }
}
