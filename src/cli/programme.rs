//! `backchannel hub programme`

use std::path::PathBuf;

use anyhow::{Context, anyhow};

use super::instance::{Instance, hub_named, read_secret_file};
use crate::actions::programme::{self as actions, Choice, fetch};
use crate::app::App;
use crate::limits::AddressBlock;
use crate::model::talk::Arrangement;

/// Where the talks go.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Arrange {
    /// Into categories that are called like their tracks.
    Tracks,
    /// All into one category: name it with --category.
    One,
    /// Each is a category of its own.
    Categories,
}

impl Arrange {
    const fn arrangement(self) -> Arrangement {
        match self {
            Self::Tracks => Arrangement::Tracks,
            Self::One => Arrangement::One,
            Self::Categories => Arrangement::Categories,
        }
    }
}

/// Take the talks of a hub over from a schedule.
#[derive(Debug, clap::Args)]
pub struct Programme {
    /// The hub's name in addresses.
    hub: String,
    /// The schedule: a file, or its address on the web.
    #[arg(value_name = "FILE|URL")]
    schedule: String,
    /// Where the talks go.
    #[arg(long, value_enum, default_value = "tracks")]
    arrange: Arrange,
    /// The category that all talks go into, by its name in addresses.
    #[arg(long, value_name = "SLUG", default_value = "", hide_default_value = true)]
    category: String,
    /// A file whose first line is the posting passphrase of categories that are opened.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Only say what would change.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    instance: Instance,
}

impl Programme {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        let passphrase = match &self.passphrase_file {
            Some(file) => read_secret_file(file)?,
            None => String::new(),
        };
        let Self { hub, schedule, arrange, category, dry_run, instance, .. } = self;
        instance.run(|app| async move {
            let hub = hub_named(&app, &hub).await?;
            let (address, file) = read(&app, &schedule).await?;
            let choice = Choice { address, arrangement: arrange.arrangement(), category };
            if dry_run {
                let plan = actions::look(&app, &hub, choice, file).await;
                let plan = plan.map_err(|error| anyhow!("{error}"))?;
                print(plan.added, plan.changed(), plan.gone.len(), plan.categories.len(), true);
                return Ok(());
            }
            let prepared = actions::prepare(&app, &hub, choice, file).await;
            prepared.map_err(|error| anyhow!("{error}"))?;
            let done = actions::apply(&app, &hub, &passphrase, None).await;
            let done = done.map_err(|error| anyhow!("{error}"))?;
            print(done.added, done.changed, done.gone, done.categories, false);
            println!("{:>6}  posts filed anew", done.filed);
            Ok(())
        })
    }
}

/// The schedule's address, if it has one, and what it says.
async fn read(app: &App, schedule: &str) -> anyhow::Result<(String, Vec<u8>)> {
    if schedule.starts_with("http://") || schedule.starts_with("https://") {
        let fetched = fetch(app, schedule, AddressBlock::EVERYBODY).await;
        return fetched.map_err(|problem| anyhow!("{problem}"));
    }
    let file = std::fs::read(schedule).with_context(|| format!("cannot read {schedule}"))?;
    Ok((String::new(), file))
}

fn print(added: usize, changed: usize, gone: usize, categories: usize, dry_run: bool) {
    let would = if dry_run { "would be " } else { "" };
    println!("{added:>6}  talks {would}new");
    println!("{changed:>6}  talks {would}changed");
    println!("{gone:>6}  talks {would}gone");
    println!("{categories:>6}  categories {would}opened");
}
