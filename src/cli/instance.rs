//! An instance for a command: the same data and addresses as the server's.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use clap::Parser;

use crate::actions::resolve::{Found, find_hub};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{AddressConfig, Config, DatabaseConfig, RateLimits};
use crate::db::hubs::Hub;

/// Which instance a command is about: set these as the server has them.
#[derive(Debug, clap::Args)]
pub struct Instance {
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    address: AddressConfig,
}

/// The settings a command does not ask for, at their defaults and from the environment.
#[derive(Debug, Parser)]
struct Rest {
    #[command(flatten)]
    config: Config,
}

impl Instance {
    /// The configuration of this instance.
    pub fn config(&self) -> anyhow::Result<Config> {
        let mut config = Rest::try_parse_from(["backchannel"])?.config;
        config.database = self.database.clone();
        config.http.address = self.address.clone();
        // Whoever may run this command may do as they please.
        config.http.rate_limits = RateLimits::Off;
        Ok(config)
    }

    /// Opens the instance with this clock and runs `work` in it.
    pub fn run_at<T, F: Future<Output = anyhow::Result<T>>>(
        &self,
        clock: Clock,
        work: impl FnOnce(Arc<App>) -> F,
    ) -> anyhow::Result<T> {
        let config = self.config()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let bound = config.http.address.listen;
            let app = Arc::new(App::open(config, clock, bound)?);
            let done = work(Arc::clone(&app)).await;
            app.db.close().await;
            done
        })
    }

    /// Opens the instance and runs `work` in it.
    pub fn run<T, F: Future<Output = anyhow::Result<T>>>(
        &self,
        work: impl FnOnce(Arc<App>) -> F,
    ) -> anyhow::Result<T> {
        self.run_at(Clock::system(), work)
    }
}

/// A secret from a file: its first line, so that an editor's line end does no harm.
pub fn read_secret_file(path: &Path) -> anyhow::Result<String> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// The hub of a slug, today's or a former one.
pub async fn hub_named(app: &App, slug: &str) -> anyhow::Result<Hub> {
    let wanted = slug.to_owned();
    match app.db.read(move |c| find_hub(c, &wanted)).await? {
        Found::Here(hub) | Found::Moved(hub) => Ok(hub),
        Found::Gone => Err(anyhow!("the hub {slug} was deleted")),
        Found::Unknown => Err(anyhow!("there is no hub {slug}: see `backchannel hub list`")),
    }
}
