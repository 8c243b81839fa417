//! `backchannel category`

use std::path::PathBuf;

use anyhow::{anyhow, bail};

use super::instance::{Instance, hub_named, read_secret_file};
use crate::actions::categories::{self as actions, CategoryDraft};
use crate::actions::resolve::{Found, find_category};
use crate::app::{App, Gate};
use crate::db::categories;

/// Categories: what bloggers ping.
#[derive(Debug, clap::Subcommand)]
pub enum Category {
    /// Open a category, and print its page, its ping address and its number.
    ///
    /// Exit code 0: it is open. 1: it is not, and the reason is printed.
    Add(Add),
    /// List the categories of a hub.
    List(List),
    /// Show one category.
    Show(Named),
    /// Delete a category with its pings.
    Remove(Remove),
}

/// Who may ping.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Ping {
    /// Everybody.
    Open,
    /// Whoever knows the passphrase.
    Passphrase,
    /// Nobody, for now.
    Closed,
}

/// When a post is listed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Listing {
    /// Without anybody looking.
    AtOnce,
    /// A new blog's first post waits. Later ones are listed once their page was read and their
    /// title matches: a ping does not prove its sender.
    NewBlogWaits,
    /// Every post waits for an organizer.
    AllWait,
}

/// What becomes of a Webmention or Pingback without the passphrase.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Unproved {
    /// It is verified, and waits for an organizer.
    Wait,
    /// It is refused.
    Refuse,
}

/// What a link from the post to the category means for TrackBack pings.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum LinkBack {
    /// Nothing.
    Off,
    /// Moderators see whether it is there.
    Counts,
    /// Without it nobody sees the ping.
    Required,
}

/// Open a category.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The hub's and the category's name in addresses: HUB/SLUG.
    #[arg(value_name = "HUB/SLUG")]
    name: String,
    /// Its title.
    #[arg(long)]
    title: String,
    /// Who may ping it.
    #[arg(long, value_enum)]
    ping: Ping,
    /// When a post is listed.
    #[arg(long, value_enum)]
    listing: Listing,
    /// What becomes of Webmentions and Pingbacks without the passphrase.
    #[arg(long, value_enum, default_value = "wait")]
    unproved: Unproved,
    /// What a link from the post to the category means for TrackBack pings.
    #[arg(long, value_enum, default_value = "counts")]
    link_back: LinkBack,
    /// Posts that link to the hub's own page belong here.
    #[arg(long)]
    default: bool,
    /// It takes no pings before, in the hub's time zone: "2026-10-08 09:00".
    #[arg(long, value_name = "TIME", default_value = "")]
    opens: String,
    /// It takes no pings from then on.
    #[arg(long, value_name = "TIME", default_value = "")]
    closes: String,
    /// Take pings by GET too, as software of 2002 sends them.
    #[arg(long)]
    get_pings: bool,
    /// One or two sentences.
    #[arg(long, default_value = "")]
    description: String,
    /// A file whose first line is the passphrase: 6 to 64 letters, digits, hyphens.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Print {"page": …, "ping": …, "number": …}. The ping address is without the passphrase.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    instance: Instance,
}

/// The categories of a hub.
#[derive(Debug, clap::Args)]
pub struct List {
    /// The hub's name in addresses.
    hub: String,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    instance: Instance,
}

/// One category.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// HUB/SLUG.
    #[arg(value_name = "HUB/SLUG")]
    name: String,
    /// As one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    instance: Instance,
}

/// Delete a category.
#[derive(Debug, clap::Args)]
pub struct Remove {
    /// HUB/SLUG.
    #[arg(value_name = "HUB/SLUG")]
    name: String,
    /// The category's slug once more: nothing is deleted by a slip.
    #[arg(long, value_name = "SLUG")]
    confirm: String,
    #[command(flatten)]
    instance: Instance,
}

impl Category {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Add(add) => add.run(),
            Self::List(list) => list.instance.run(|app| async move {
                let hub = hub_named(&app, &list.hub).await?;
                let id = hub.id;
                for category in app.db.read(move |c| categories::list(c, id)).await? {
                    print_category(&app, &Gate { hub: hub.clone(), category }, list.json);
                }
                Ok(())
            }),
            Self::Show(named) => named.instance.run(|app| async move {
                let gate = find(&app, &named.name).await?;
                print_category(&app, &gate, named.json);
                Ok(())
            }),
            Self::Remove(remove) => remove.instance.run(|app| async move {
                let gate = find(&app, &remove.name).await?;
                if remove.confirm != gate.category.slug {
                    bail!("type the name once more: --confirm {}", gate.category.slug);
                }
                if gate.hub.frozen_at.is_some() {
                    bail!("its hub is frozen: take that back first (`backchannel hub unfreeze`)");
                }
                let deleted =
                    actions::delete(&app, gate.hub.id, &gate.category, &remove.confirm, None).await;
                deleted.map_err(|error| anyhow!("{error}"))?;
                println!("removed {}/{}", gate.hub.slug, gate.category.slug);
                Ok(())
            }),
        }
    }
}

impl Add {
    fn run(self) -> anyhow::Result<()> {
        let (hub, slug) = split(&self.name)?;
        let (hub, slug) = (hub.to_owned(), slug.to_owned());
        let passphrase = match &self.passphrase_file {
            Some(path) => read_secret_file(path)?,
            None => String::new(),
        };
        let draft = CategoryDraft {
            title: self.title.clone(),
            slug: slug.clone(),
            description: self.description.clone(),
            ping: match self.ping {
                Ping::Open => "open",
                Ping::Passphrase => "passphrase",
                Ping::Closed => "closed",
            }
            .to_owned(),
            listing: match self.listing {
                Listing::AtOnce => "at-once",
                Listing::NewBlogWaits => "new-blog-waits",
                Listing::AllWait => "all-wait",
            }
            .to_owned(),
            unproved: match self.unproved {
                Unproved::Wait => "wait",
                Unproved::Refuse => "refuse",
            }
            .to_owned(),
            link_back: match self.link_back {
                LinkBack::Off => "off",
                LinkBack::Counts => "counts",
                LinkBack::Required => "required",
            }
            .to_owned(),
            is_default: if self.default { "on" } else { "" }.to_owned(),
            opens_at: self.opens.clone(),
            closes_at: self.closes.clone(),
            takes_get: if self.get_pings { "on" } else { "" }.to_owned(),
            passphrase,
            ..CategoryDraft::default()
        };
        self.instance.run(|app| async move {
            let found = hub_named(&app, &hub).await?;
            if found.frozen_at.is_some() {
                bail!("{hub} is frozen: take that back first (`backchannel hub unfreeze {hub}`)");
            }
            let opened = actions::open(&app, &found, &draft, None).await;
            opened.map_err(|error| anyhow!("{error}"))?;
            let gate = find(&app, &format!("{hub}/{slug}")).await?;
            print_category(&app, &gate, self.json);
            Ok(())
        })
    }
}

fn split(name: &str) -> anyhow::Result<(&str, &str)> {
    name.split_once('/').ok_or_else(|| anyhow!("write the category as HUB/SLUG, not {name}"))
}

/// The category of HUB/SLUG, today's or former names.
pub(super) async fn find(app: &App, name: &str) -> anyhow::Result<Gate> {
    let (hub, category) = split(name)?;
    let (hub, category) = (hub.to_owned(), category.to_owned());
    match app.db.read(move |c| find_category(c, &hub, &category)).await? {
        Found::Here(gate) | Found::Moved(gate) => Ok(gate),
        Found::Gone => Err(anyhow!("the category {name} was deleted")),
        Found::Unknown => {
            Err(anyhow!("there is no category {name}: see `backchannel category list`"))
        }
    }
}

fn print_category(app: &App, gate: &Gate, json: bool) {
    let page = app.addresses.path(&gate.hub.category_path(&gate.category.slug));
    let ping = app.addresses.under(gate.hub.root()).ping(gate.category.number);
    if json {
        let row = serde_json::json!({
            "page": page, "ping": ping, "number": gate.category.number,
        });
        println!("{row}");
    } else {
        println!("page    {page}");
        println!("ping    {ping}");
        println!("number  {}", gate.category.number);
        println!(
            "policy  {}, {}, {} listed",
            gate.category.ping_policy.as_str(),
            gate.category.listing_policy.as_str(),
            gate.category.listed_count
        );
    }
}
