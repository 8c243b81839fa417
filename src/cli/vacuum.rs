//! `backchannel vacuum`

use crate::config::DatabaseConfig;
use crate::db::vacuum;

/// Write the database anew, so that its files hold what it holds, and nothing of what was deleted.
///
/// The server overwrites what is deleted within the hour by itself. This does the rest at once: pages
/// that were rearranged, and rows that PostgreSQL still keeps. It needs room for a second copy, and
/// nobody else can write meanwhile: a large database is best left to its nights. Backups that were
/// made before are not reached.
#[derive(Debug, clap::Args)]
pub struct Vacuum {
    #[command(flatten)]
    database: DatabaseConfig,
}

impl Vacuum {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        vacuum::rewrite(&self.database.url())?;
        println!("The database was written anew.");
        Ok(())
    }
}
