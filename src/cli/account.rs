//! `backchannel account`

use std::path::PathBuf;

use anyhow::{anyhow, bail};

use super::instance::{Instance, read_secret_file};
use crate::actions::accounts::{self as actions, AccountDraft};
use crate::app::App;
use crate::db::accounts;
use crate::model::email::Email;

/// Accounts of organizers and operators.
#[derive(Debug, clap::Subcommand)]
pub enum Account {
    /// Open an account.
    ///
    /// Exit code 0: it is open. 1: it is not, and the reason is printed.
    Add(Add),
    /// List all accounts.
    List(List),
    /// Show one account.
    Show(Named),
    /// Print a one-use link with which a new password can be chosen, for an hour.
    Reset(Named),
    /// Delete an account. One that owns a hub alone must hand it over or delete it first.
    Remove(Named),
}

/// Open an account.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The e-mail address to sign in with.
    email: String,
    /// A file whose first line is the password: at least 15 characters.
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
    /// What the person is called. Default: what stands before the @.
    #[arg(long)]
    name: Option<String>,
    /// Make it an operator's: it approves and suspends hubs and accounts.
    #[arg(long)]
    operator: bool,
    #[command(flatten)]
    instance: Instance,
}

/// All accounts.
#[derive(Debug, clap::Args)]
pub struct List {
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    instance: Instance,
}

/// One account.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// Its e-mail address.
    email: String,
    #[command(flatten)]
    instance: Instance,
}

impl Account {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Add(add) => add.run(),
            Self::List(list) => list.run(),
            Self::Show(named) => named.instance.run(|app| async move {
                let account = find(&app, &named.email).await?;
                print_account(&account, false);
                Ok(())
            }),
            Self::Reset(named) => named.instance.run(|app| async move {
                let account = find(&app, &named.email).await?;
                println!("{}", actions::reset_link(&app, account.id).await?);
                Ok(())
            }),
            Self::Remove(named) => named.instance.run(|app| async move {
                let account = find(&app, &named.email).await?;
                remove(&app, &account).await
            }),
        }
    }
}

impl Add {
    fn run(self) -> anyhow::Result<()> {
        let password = read_secret_file(&self.password_file)?;
        let name = self.name.clone();
        let name =
            name.unwrap_or_else(|| self.email.split('@').next().unwrap_or_default().to_owned());
        let draft = AccountDraft { email: self.email.clone(), name, password };
        self.instance.run(|app| async move {
            actions::add(&app, &draft, self.operator).await.map_err(|error| anyhow!("{error}"))?;
            println!("opened {}", self.email);
            Ok(())
        })
    }
}

impl List {
    fn run(self) -> anyhow::Result<()> {
        self.instance.run(|app| async move {
            let all = app.db.read(|c| accounts::list(c, 0, i64::MAX)).await?;
            for account in all {
                print_account(&account, self.json);
            }
            Ok(())
        })
    }
}

async fn find(app: &App, email: &str) -> anyhow::Result<accounts::Account> {
    let wanted = Email::parse(email)?;
    let found = app.db.read(move |c| accounts::find_by_email(c, &wanted)).await?;
    let found = found.map(|(account, _)| account);
    found.ok_or_else(|| anyhow!("there is no account {email}: see `backchannel account list`"))
}

async fn remove(app: &App, account: &accounts::Account) -> anyhow::Result<()> {
    let id = account.id;
    let alone = app.db.write(move |tx| accounts::delete(tx, id)).await?;
    if !alone.is_empty() {
        bail!(
            "{} is the only owner of {}: delete the hub first (`backchannel hub remove`)",
            account.email,
            alone.join(", ")
        );
    }
    println!("removed {}", account.email);
    Ok(())
}

fn print_account(account: &accounts::Account, json: bool) {
    let since = account.created_at.to_jiff().strftime("%Y-%m-%d").to_string();
    let standing = match (account.suspended_at.is_some(), account.is_operator) {
        (true, _) => "suspended",
        (false, true) => "operator",
        (false, false) => "organizer",
    };
    if json {
        let row = serde_json::json!({
            "email": account.email, "name": account.name, "standing": standing, "since": since,
        });
        println!("{row}");
    } else {
        println!("{}\t{}\t{standing}\tsince {since}", account.email, account.name);
    }
}
