//! `backchannel hub`

mod archive;

use anyhow::{anyhow, bail};

use super::instance::{Instance, hub_named};
use super::programme::Programme;
use crate::actions::freeze as freezing;
use crate::actions::hubs::{self as actions, HubDraft};
use crate::actions::own_name;
use crate::app::App;
use crate::db::hubs::{self, Hub as Row, Switch};
use crate::db::{accounts, members};
use crate::model::email::Email;
use crate::model::freezing::CLOSING_WORDS;

/// Hubs: the pages of events and standing topics.
#[derive(Debug, clap::Subcommand)]
pub enum Hub {
    /// Open a hub. It is approved at once: whoever runs this command is the operator.
    ///
    /// Exit code 0: it is open, and its address is printed. 1: it is not, and the reason is printed.
    Add(Box<Add>),
    /// List all hubs.
    List(List),
    /// Show one hub.
    Show(Named),
    /// Put a hub under a name of its own, by the operator's word, or take it back.
    ///
    /// The name must lead here, and the proxy must have a certificate for it: see the README.
    Name(OwnName),
    /// Take the talks of a hub over from a schedule: of pretalx or frab, iCalendar, or CSV.
    ///
    /// The same schedule twice changes nothing. Posts stay where they are. Exit code 0: it is
    /// imported. 1: it is not, and the reason is printed.
    Programme(Programme),
    /// Close a hub for good: it stays as it is, out of the queue and the mails.
    Freeze(Freeze),
    /// Take freezing back, however long ago it was: it is as it was before.
    Unfreeze(Unfreeze),
    /// Delete a hub with everything in it. Its address is never given away again.
    Remove(Remove),
    Export(archive::Export),
    Import(archive::Import),
}

/// Open a hub.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// Its name in addresses: small letters, digits, hyphens.
    slug: String,
    /// Its title.
    #[arg(long)]
    title: String,
    /// The address of the account that owns it.
    #[arg(long, value_name = "EMAIL")]
    owner: String,
    /// One sentence under the title.
    #[arg(long, default_value = "")]
    tagline: String,
    /// The first day, such as 2026-10-08. A standing topic has none.
    #[arg(long, default_value = "", value_name = "DAY")]
    starts_on: String,
    /// The last day.
    #[arg(long, default_value = "", value_name = "DAY")]
    ends_on: String,
    /// Where it takes place.
    #[arg(long, default_value = "")]
    place: String,
    /// Accent colour, such as #a4341f.
    #[arg(long, default_value = "", value_name = "COLOUR")]
    accent: String,
    /// Language tag of its texts.
    #[arg(long, default_value = "en")]
    language: String,
    /// Time zone of its days, such as Europe/Lisbon.
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// Print {"page": …, "feed": …} instead of the address.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    instance: Instance,
}

/// All hubs.
#[derive(Debug, clap::Args)]
pub struct List {
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    instance: Instance,
}

/// One hub.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// Its name in addresses.
    slug: String,
    /// As one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    instance: Instance,
}

/// A hub's own name.
#[derive(Debug, clap::Args)]
pub struct OwnName {
    /// Its name in addresses.
    slug: String,
    /// The domain, such as talks.example.org. Without it the address of today is printed.
    #[arg(value_name = "DOMAIN", conflicts_with = "none")]
    name: Option<String>,
    /// Bring the hub back to this site's address.
    #[arg(long)]
    none: bool,
    #[command(flatten)]
    instance: Instance,
}

/// Freeze a hub.
#[derive(Debug, clap::Args)]
pub struct Freeze {
    /// Its name in addresses.
    slug: String,
    /// What its pages say about the end, and what answers pings: 200 characters at most.
    #[arg(long, value_name = "SENTENCE", default_value = CLOSING_WORDS)]
    words: String,
    #[command(flatten)]
    instance: Instance,
}

/// Take that back.
#[derive(Debug, clap::Args)]
pub struct Unfreeze {
    /// Its name in addresses.
    slug: String,
    #[command(flatten)]
    instance: Instance,
}

/// Delete a hub.
#[derive(Debug, clap::Args)]
pub struct Remove {
    /// Its name in addresses.
    slug: String,
    /// The name once more: nothing is deleted by a slip.
    #[arg(long, value_name = "SLUG")]
    confirm: String,
    #[command(flatten)]
    instance: Instance,
}

impl Hub {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Add(add) => add.run(),
            Self::List(list) => list.instance.run(|app| async move {
                let all = app.db.read(|c| hubs::list_all(c, 0, i64::MAX)).await?;
                for hub in all {
                    print_hub(&app, &hub, list.json);
                }
                Ok(())
            }),
            Self::Show(named) => named.instance.run(|app| async move {
                let hub = hub_named(&app, &named.slug).await?;
                print_hub(&app, &hub, named.json);
                let id = hub.id;
                if !named.json {
                    let owners = app.db.read(move |c| members::list_owner_emails(c, id)).await?;
                    println!("owned by {}", owners.join(", "));
                }
                Ok(())
            }),
            Self::Name(own) => own.run(),
            Self::Programme(programme) => programme.run(),
            Self::Export(export) => export.run(),
            Self::Import(import) => import.run(),
            Self::Freeze(freeze) => freeze.instance.run(|app| async move {
                let hub = hub_named(&app, &freeze.slug).await?;
                freezing::freeze(&app, hub.id, &freeze.words, None).await?;
                println!("froze {}", hub.slug);
                Ok(())
            }),
            Self::Unfreeze(unfreeze) => unfreeze.instance.run(|app| async move {
                let hub = hub_named(&app, &unfreeze.slug).await?;
                freezing::unfreeze(&app, &hub, None).await?;
                println!("unfroze {}", hub.slug);
                Ok(())
            }),
            Self::Remove(remove) => remove.instance.run(|app| async move {
                let hub = hub_named(&app, &remove.slug).await?;
                if remove.confirm != hub.slug {
                    bail!("type the name once more: --confirm {}", hub.slug);
                }
                let deleted = actions::delete(&app, &hub, &remove.confirm).await;
                deleted.map_err(|error| anyhow!("{error}"))?;
                println!("removed {}", hub.slug);
                Ok(())
            }),
        }
    }
}

impl Add {
    fn run(self) -> anyhow::Result<()> {
        let draft = HubDraft {
            title: self.title,
            slug: self.slug,
            tagline: self.tagline,
            starts_on: self.starts_on,
            ends_on: self.ends_on,
            place: self.place,
            accent: self.accent,
            language: self.language,
            time_zone: self.time_zone,
            ..HubDraft::default()
        };
        let (owner, json) = (self.owner, self.json);
        self.instance.run(|app| async move {
            let email = Email::parse(&owner)?;
            let found = app.db.read(move |c| accounts::find_by_email(c, &email)).await?;
            let Some((account, _)) = found else {
                bail!("there is no account {owner}: open it first (`backchannel account add`)");
            };
            let opened = actions::open(&app, &draft, &account).await;
            let hub = opened.map_err(|error| anyhow!("{error}"))?;
            actions::switch(&app, hub, Switch::Approved, true).await?;
            let page = app.addresses.path(&format!("/{}", draft.slug.trim().to_ascii_lowercase()));
            if json {
                println!("{}", serde_json::json!({"page": page, "feed": format!("{page}/rss")}));
            } else {
                println!("{page}");
            }
            Ok(())
        })
    }
}

impl OwnName {
    fn run(self) -> anyhow::Result<()> {
        let (slug, name, none) = (self.slug, self.name, self.none);
        self.instance.run(|app| async move {
            let hub = hub_named(&app, &slug).await?;
            if let Some(name) = name {
                own_name::set(&app, hub.id, &name).await.map_err(|error| anyhow!("{error}"))?;
            } else if none {
                own_name::stop(&app, hub.id, None).await?;
            }
            let hub = hub_named(&app, &slug).await?;
            println!("{}", app.addresses.path(&hub.path()));
            Ok(())
        })
    }
}

fn print_hub(app: &App, hub: &Row, json: bool) {
    let page = app.addresses.path(&hub.path());
    let standing = match (hub.suspended_at, hub.approved_at, hub.closed_at) {
        (Some(_), _, _) => "suspended",
        (None, None, _) => "not approved",
        (None, Some(_), Some(_)) if hub.frozen_at.is_some() => "frozen",
        (None, Some(_), Some(_)) => "closed",
        (None, Some(_), None) => "open",
    };
    if json {
        let row = serde_json::json!({
            "slug": hub.slug, "title": hub.title, "page": page, "standing": standing,
            "listed": hub.listed_count, "blogs": hub.blog_count,
        });
        println!("{row}");
    } else {
        println!("{}\t{}\t{standing}\t{} listed\t{page}", hub.slug, hub.title, hub.listed_count);
    }
}
