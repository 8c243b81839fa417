//! `backchannel backup` and `backchannel restore`

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::config::{DatabaseConfig, DatabaseUrl};
use crate::db::backup::{copy, look, restore};

/// Copy the database into a file, as it is at one moment, and look at the copy.
///
/// The server goes on meanwhile, and nobody waits. With PostgreSQL, whose own program makes copies,
/// this says which to run, and looks at what it wrote once it is there.
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// The file. It must not be there yet.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    database: DatabaseConfig,
}

impl Backup {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        let Self { file, database } = self;
        let url = database.url();
        if url.is_postgres() {
            return look_at_dump(&url, &file);
        }
        if url.is_missing() {
            bail!("there is no database at {url} yet");
        }
        let counts = copy(&url, &file)?;
        let bytes = std::fs::metadata(&file)?.len();
        println!("{}\t{bytes} bytes, whole: {counts}", file.display());
        let key = database.data.join("secret.key");
        if key.exists() {
            println!("Keep {} with it: without that, receipts and sessions end.", key.display());
        }
        Ok(())
    }
}

/// Bring a copy of the database back that `backchannel backup` wrote. Stop the server first.
///
/// The copy is looked at before anything is changed. The database that is there stays beside it under
/// another name. With PostgreSQL this says which program to run.
#[derive(Debug, clap::Args)]
pub struct Restore {
    /// The copy.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Put it in the place of the database that is there.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    database: DatabaseConfig,
}

impl Restore {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        let url = self.database.url();
        let DatabaseUrl::Sqlite(database) = &url else {
            bail!(
                "PostgreSQL brings its own copies back. Stop the servers, make an empty database, and \
                 run:\n  pg_restore --exit-on-error --no-owner --dbname={} {}\nThen look at it: \
                 backchannel doctor",
                without_password(&url),
                quoted(&self.file)
            );
        };
        let counts = look(&self.file)?;
        if !url.is_missing() && !self.replace {
            bail!(
                "there is a database at {url}: with --replace the copy takes its place, and it stays \
                 beside it"
            );
        }
        if let Some(folder) = database.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        if let Some(former) = restore(&self.file, database)? {
            println!("What was there is now {}.", former.display());
        }
        println!("{}\tbrought back: {counts}", database.display());
        Ok(())
    }
}

/// Looks at what `pg_dump` wrote, or says how to run it.
fn look_at_dump(url: &DatabaseUrl, file: &Path) -> anyhow::Result<()> {
    if !file.exists() {
        bail!(
            "PostgreSQL makes its own copies. Run this, then the same command again, which looks at \
             the copy:\n  pg_dump --format=custom --file={} --dbname={}",
            quoted(file),
            without_password(url)
        );
    }
    // To the end: of a copy that was cut off the list of contents is there all the same.
    let reading = Command::new("pg_restore")
        .arg("--file=/dev/null")
        .arg(file)
        .stdin(Stdio::null())
        .output()
        .context("pg_restore cannot be run: it comes with PostgreSQL’s client programs")?;
    if !reading.status.success() {
        let says = String::from_utf8_lossy(&reading.stderr);
        bail!("{} is not whole: {}", file.display(), says.lines().next().unwrap_or_default());
    }
    let list = Command::new("pg_restore").arg("--list").arg(file).output()?;
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    let has = |table: &str| list.contains(&format!("TABLE DATA public {table} "));
    if let Some(missing) = ["hubs", "categories", "pings", "accounts"].iter().find(|it| !has(it)) {
        bail!("{} has no table {missing}: it is no copy of Backchannel’s", file.display());
    }
    let tables = list.matches("TABLE DATA public ").count();
    let bytes = std::fs::metadata(file)?.len();
    println!("{}\t{bytes} bytes, whole: {tables} tables", file.display());
    Ok(())
}

/// A database's address for a command line: the password comes from `PGPASSWORD` or `~/.pgpass`.
fn without_password(url: &DatabaseUrl) -> String {
    let DatabaseUrl::Postgres(secret) = url else { return url.to_string() };
    match url::Url::parse(secret.expose()) {
        Ok(mut url) => {
            let _no_host = url.set_password(None);
            let rest = url.query_pairs().into_owned().filter(|(name, _)| name != "password");
            let rest: Vec<(String, String)> = rest.collect();
            url.set_query(None);
            if !rest.is_empty() {
                url.query_pairs_mut().extend_pairs(rest);
            }
            quoted(Path::new(url.as_str()))
        }
        Err(_) => "…".to_owned(),
    }
}

/// As a shell takes it for one word.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_run_holds_no_password_and_is_one_word() {
        for (url, says) in [
            (
                "postgres://me:hush@db.example:5433/hubs?password=hush",
                "postgres://me@db.example:5433/hubs",
            ),
            (
                "postgres://me:hush@db.example/hubs?sslmode=require",
                "'postgres://me@db.example/hubs?sslmode=require'",
            ),
        ] {
            let url: DatabaseUrl = url.parse().unwrap();
            assert_eq!(without_password(&url), says);
        }
        assert_eq!(quoted(Path::new("my backup's.dump")), r"'my backup'\''s.dump'");
    }
}
