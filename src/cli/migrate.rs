//! `backchannel migrate`

use crate::config::DatabaseConfig;
use crate::db::migrations;

/// Bring the database's tables up to date.
///
/// The server does it by itself at its start, under a lock, so that instances that start together
/// do it once.
#[derive(Debug, clap::Args)]
pub struct Migrate {
    #[command(flatten)]
    database: DatabaseConfig,
    /// Only say what has been run and what has not.
    #[arg(long, conflicts_with = "revert")]
    list: bool,
    /// Take the newest migration back. What only it could hold is lost.
    #[arg(long)]
    revert: bool,
}

impl Migrate {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        let url = &self.database.url();
        if self.revert {
            println!("reverted {}", migrations::revert_last(url)?);
        } else if !self.list {
            for name in migrations::run_pending(url)? {
                println!("ran {name}");
            }
        }
        for step in migrations::steps(url)? {
            println!("{}  {}", if step.applied { "done   " } else { "pending" }, step.name);
        }
        Ok(())
    }
}
