//! `backchannel import`

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};

use super::category::find;
use super::instance::Instance;
use crate::actions::import::{self as actions, Report};
use crate::wire::moving_in::{Format, Items};

/// Move in: list the pings of a Movable Type or WordPress export in a category.
///
/// They keep their dates; those of Movable Type are read in the hub's time zone. No blog is
/// trusted for having been listed elsewhere: its next post waits where new blogs wait. No page is
/// read, and nothing is forwarded. A post that the category has already stays as it is, so the
/// same file twice changes nothing. At the end it says what was left out, and why.
///
/// Exit code 0: the file was read to its end. 1: it was not, and the reason is printed; what stood
/// before that place is listed.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// The exported file.
    file: PathBuf,
    /// The category, by its hub's and its own name in addresses.
    #[arg(long, value_name = "HUB/SLUG")]
    category: String,
    /// Which system exported it. Without this, the file's first bytes decide.
    #[arg(long, value_enum)]
    format: Option<FileFormat>,
    /// Only say what would be listed and what left out.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    instance: Instance,
}

/// Which system exported a file.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum FileFormat {
    /// Movable Type: entries with PING: blocks.
    Mt,
    /// WordPress: WXR, with trackback and pingback comments.
    Wxr,
}

impl Import {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        let path = self.file.display().to_string();
        let file = File::open(&self.file).with_context(|| format!("cannot read {path}"))?;
        let mut file = BufReader::new(file);
        let first = file.fill_buf().with_context(|| format!("cannot read {path}"))?;
        let format = match self.format {
            Some(FileFormat::Mt) => Format::MovableType,
            Some(FileFormat::Wxr) => Format::Wxr,
            None => Format::guess(first).ok_or_else(|| {
                anyhow!("{path} looks like no export: name its format with --format mt or wxr")
            })?,
        };
        let dry_run = self.dry_run;
        let report = self.instance.run(|app| async move {
            let gate = find(&app, &self.category).await?;
            let items = Items::of(format, file);
            Ok(actions::import(&app, &gate, items, dry_run, print_progress).await?)
        })?;
        print_report(&report, dry_run);
        if let Some((reason, at)) = report.stopped() {
            bail!("{path} was read only up to line {}: {reason}", at.first_line);
        }
        Ok(())
    }
}

fn print_progress(report: &Report) {
    eprintln!("{} read, {} new", report.seen, report.listed);
}

fn print_report(report: &Report, dry_run: bool) {
    println!("{:>8}  {}", report.listed, if dry_run { "would be listed" } else { "listed" });
    let left_out: u64 = report.left_out.values().map(|tally| tally.count).sum();
    println!("{left_out:>8}  left out");
    for (why, tally) in &report.left_out {
        println!("{:>8}  {why} (the first in line {})", tally.count, tally.first_line);
    }
}
