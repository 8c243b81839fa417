//! `backchannel hub export` and `backchannel hub import`

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};

use crate::actions::restore::{self, Told};
use crate::actions::take_home;
use crate::app::App;
use crate::cli::instance::{Instance, hub_named};
use crate::db::accounts::{self, Account};
use crate::model::email::Email;
use crate::server;

/// Write a hub to a ZIP file: its site, to be read from a folder, and its data.
///
/// The data hold also what is not public, and no secrets: README.txt in the file says more. An
/// existing file is replaced, once the new one is whole.
///
/// Exit code 0: the file is whole. 1: it is not there, and the reason is printed.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// The hub's name in addresses.
    hub: String,
    /// The file to write.
    file: PathBuf,
    #[command(flatten)]
    instance: Instance,
}

/// Bring a hub here from a ZIP file that was taken home from another instance.
///
/// All of the file is looked at before anything is written. The hub is approved at once, with its
/// posts, dates and permalinks. Nobody is mailed, no page is read, nothing is forwarded; feeds are
/// followed on after an hour. Passphrases cannot be brought: each category that had one is given
/// another, which is printed once. Nobody sees the hub before all of it is here; if this breaks off,
/// run it again. The same file twice changes nothing.
///
/// Exit code 0: the hub is here. 1: it is not, or not all of it, and the reason is printed.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The file.
    file: PathBuf,
    /// Another name in addresses, where its own is taken here.
    #[arg(long = "as", value_name = "SLUG")]
    name: Option<String>,
    /// The address of the account that owns it here. Without this, the only operator does.
    #[arg(long, value_name = "EMAIL")]
    owner: Option<String>,
    #[command(flatten)]
    instance: Instance,
}

impl Export {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        let (wanted, file) = (self.hub, self.file);
        self.instance.run(|app| async move {
            server::prepare(&app);
            let hub = hub_named(&app, &wanted).await?;
            let mut pieces =
                take_home::begin(&app, &hub, None).await.map_err(|error| anyhow!("{error}"))?;
            let part = beside(&file);
            let named = || format!("cannot write {}", file.display());
            let mut written = File::create(&part).with_context(named)?;
            let mut bytes = 0;
            while let Some(piece) = pieces.recv().await {
                let done = match piece {
                    Ok(piece) => {
                        bytes += piece.len();
                        written.write_all(&piece).with_context(named)
                    }
                    Err(error) => Err(anyhow!("{error}")),
                };
                if let Err(error) = done {
                    // What there is of it is of no use.
                    let _gone = std::fs::remove_file(&part);
                    return Err(error);
                }
            }
            written.sync_all().with_context(named)?;
            std::fs::rename(&part, &file).with_context(named)?;
            println!("{}\t{bytes} bytes", file.display());
            Ok(())
        })
    }
}

/// Where a file is written until it is whole.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

impl Import {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        let (file, name, owner) = (self.file, self.name, self.owner);
        self.instance.run(|app| async move {
            let owner = owner_of(&app, owner.as_deref()).await?;
            let told = |told: Told<'_>| match told {
                Told::Note(note) => println!("{note}"),
                Told::Posts(posts) if posts.is_multiple_of(1_000) => eprintln!("{posts} posts"),
                Told::Posts(_) => {}
            };
            let done = restore::restore(&app, &file, name.as_deref(), &owner, told).await;
            let report =
                done.with_context(|| format!("{} was not brought here", file.display()))?;
            if report.was_here {
                println!("The hub is here already: nothing was changed.");
            }
            println!("{:>8}  posts are new", report.new);
            println!("{:>8}  were here", report.known);
            println!("{}", app.addresses.path(&format!("/{}", report.slug)));
            Ok(())
        })
    }
}

async fn owner_of(app: &App, wanted: Option<&str>) -> anyhow::Result<Account> {
    if let Some(wanted) = wanted {
        let email = Email::parse(wanted)?;
        let found = app.db.read(move |c| accounts::find_by_email(c, &email)).await?;
        let Some((account, _)) = found else {
            bail!("there is no account {wanted}: open it first (`backchannel account add`)");
        };
        return Ok(account);
    }
    let all = app.db.read(|c| accounts::list(c, 0, i64::MAX)).await?;
    let mut operators = all.into_iter().filter(|account| account.is_operator);
    match (operators.next(), operators.next()) {
        (Some(only), None) => Ok(only),
        _ => bail!("say who owns it here: --owner EMAIL"),
    }
}
