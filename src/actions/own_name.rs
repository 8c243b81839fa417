//! A hub's own name: asked for, proved, used, given up.
//!
//! A name is proved by a record beside it in the DNS, or by a file on the server that has it. That
//! it leads here proves nothing: names are left behind in the DNS that lead to a machine, and
//! whoever came first would have them. So the file is asked for of others only: an address of
//! ours is not read. The last who proves a name has it. Nobody looks again later: a DNS that does not
//! answer takes no hub down, and whoever gets the name next proves it in their turn.

use std::time::Duration;

use url::Url;

use crate::app::App;
use crate::db::hubs::Hub;
use crate::db::own_names::{self as rows, NameRow};
use crate::db::{DbConnection, DbError, Tx, hubs, log, members};
use crate::fetch::{FetchError, Get};
use crate::limits::{AddressBlock, Limit, TooOften};
use crate::model::id::{AccountId, HubId, encode};
use crate::model::log::LogKind;
use crate::model::own_name::{OwnName, OwnNameError, ProvedBy};

/// How long a check may take: somebody waits for it.
const PATIENCE: Duration = Duration::from_secs(7);
/// The most names that a hub may have proved: who needs more gives one up.
const MAX_NAMES: usize = 10;

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum NameError {
    /// The name will not do.
    #[error(transparent)]
    Name(#[from] OwnNameError),
    /// The hub has ten.
    #[error("A hub has at most ten names: forget one of them first.")]
    TooMany,
    /// It was not asked for, or is not proved.
    #[error("This name is not proved to be yours, or not any more: check it again.")]
    NotProved,
    /// It is in use.
    #[error("This name is in use: stop using it first.")]
    Used,
    /// Another hub has it.
    #[error("{0} has this name: take it back there first, with `hub name {0} --none`")]
    OfOther(String),
    /// Neither way proves it: what was found, for the record and the file.
    #[error("{record} {file}")]
    NoProof {
        /// What is wrong with the record.
        record: String,
        /// What is wrong with the file.
        file: String,
    },
    /// Too often.
    #[error("that was often")]
    TooOften(TooOften),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// What has to stand in the record or the file: another for each hub and each name.
pub fn token(app: &App, hub: HubId, name: &OwnName) -> String {
    let parts: [&[u8]; 2] = [&hub.0.to_be_bytes(), name.as_str().as_bytes()];
    format!("backchannel-{}", encode(&app.secrets.sign("own-name", &parts)[..16]))
}

/// Notes the name that somebody typed. Nothing is public by that.
pub async fn ask(app: &App, hub: HubId, typed: &str) -> Result<OwnName, NameError> {
    let name = OwnName::parse(typed, app.addresses.base())?;
    let (asked, now) = (name.clone(), app.clock.now());
    app.db
        .write(move |tx| {
            members::lock(tx, hub)?;
            let there = rows::list(tx.reading(), hub)?;
            let others = there.iter().filter(|row| row.host != asked.as_str());
            if others.filter(|row| row.proved_at.is_some()).count() >= MAX_NAMES {
                return Err(NameError::TooMany);
            }
            Ok(rows::ask(tx, hub, &asked, now)?)
        })
        .await?;
    Ok(name)
}

/// Looks now whether a name that was asked for is the hub's.
pub async fn check(
    app: &App,
    hub: HubId,
    name: &OwnName,
    by: AccountId,
    from: AddressBlock,
) -> Result<ProvedBy, NameError> {
    app.limits.take(Limit::Preview, from).map_err(NameError::TooOften)?;
    let wanted = token(app, hub, name);
    let (record, file) = tokio::join!(
        tokio::time::timeout(PATIENCE, look_at_record(app, name, &wanted)),
        tokio::time::timeout(PATIENCE, look_at_file(app, name, &wanted)),
    );
    let late = |_| Err("took too long to answer".to_owned());
    let proof = match (record.unwrap_or_else(late), file.unwrap_or_else(late)) {
        (Ok(()), _) => ProvedBy::Record,
        (Err(_), Ok(())) => ProvedBy::File,
        (Err(record), Err(file)) => {
            return Err(NameError::NoProof {
                record: format!("The record {} {record}.", name.record()),
                file: format!("The file {} {file}.", name.file()),
            });
        }
    };
    let (name, now) = (name.clone(), app.clock.now());
    app.db.write(move |tx| prove(tx, hub, &name, proof, Some(by), now)).await?;
    Ok(proof)
}

/// Notes that a name is a hub's, and tells whoever had it.
fn prove(
    tx: &mut Tx<'_>,
    hub: HubId,
    name: &OwnName,
    proof: ProvedBy,
    by: Option<AccountId>,
    now: crate::clock::Timestamp,
) -> Result<(), DbError> {
    members::lock(tx, hub)?;
    if let Some(before) = rows::prove(tx, hub, name, proof, now)? {
        let lost = format!("the name {name} was proved by another hub");
        log::insert(tx, before, None, LogKind::HubChanged, &lost, now)?;
    }
    let how = match proof {
        ProvedBy::Record => "by a record",
        ProvedBy::File => "by a file",
        ProvedBy::Operator => "by the operator’s word",
    };
    let detail = format!("the name {name} is proved {how}");
    log::insert(tx, hub, by, LogKind::HubChanged, &detail, now)
}

async fn look_at_record(app: &App, name: &OwnName, wanted: &str) -> Result<(), String> {
    match app.fetcher.texts(&name.record()).await {
        Ok(texts) if texts.iter().any(|text| text.trim() == wanted) => Ok(()),
        Ok(texts) if texts.is_empty() => Err("is not there (yet)".to_owned()),
        Ok(_) => Err("says something else".to_owned()),
        Err(error) => {
            tracing::debug!(%error, "nobody answered for a name");
            Err("could not be asked for just now".to_owned())
        }
    }
}

async fn look_at_file(app: &App, name: &OwnName, wanted: &str) -> Result<(), String> {
    let url = Url::parse(&name.file()).map_err(|_no_address| "cannot be asked for".to_owned())?;
    let fetched = match app.fetcher.get(&Get::page(&url)).await {
        Ok(fetched) => fetched,
        Err(FetchError::TooBusy(_)) => return Err("was asked for a moment ago".to_owned()),
        // What leads here reads like what does not answer (`security.md` T7).
        Err(_unread) => return Err("could not be read".to_owned()),
    };
    if fetched.url.host_str() != Some(name.as_str()) {
        return Err("leads to another name".to_owned());
    }
    if fetched.status != 200 {
        return Err(format!("was answered with the status {}", fetched.status));
    }
    let text = String::from_utf8_lossy(&fetched.body);
    match text.lines().any(|line| line.trim() == wanted) {
        true => Ok(()),
        false => Err("says something else".to_owned()),
    }
}

/// Puts a hub under a name that is proved to be its own.
pub async fn begin(
    app: &App,
    hub: HubId,
    name: &OwnName,
    by: Option<AccountId>,
) -> Result<(), NameError> {
    let (home, name, now) = (name.home(&app.addresses), name.clone(), app.clock.now());
    app.db
        .write(move |tx| {
            members::lock(tx, hub)?;
            if !rows::is_proved(tx.reading(), hub, &name)? {
                return Err(NameError::NotProved);
            }
            rows::use_home(tx, hub, Some(&home), now)?;
            let detail = format!("own name {name}");
            Ok(log::insert(tx, hub, by, LogKind::HubChanged, &detail, now)?)
        })
        .await
}

/// Brings a hub back to this site's address. The name stays its own: links to it go on counting.
pub async fn stop(app: &App, hub: HubId, by: Option<AccountId>) -> Result<(), DbError> {
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            members::lock(tx, hub)?;
            let used = hubs::find(tx.reading(), hub)?.and_then(|hub| hub.own_home);
            if used.is_none() {
                return Ok(());
            }
            rows::use_home(tx, hub, None, now)?;
            log::insert(tx, hub, by, LogKind::HubChanged, "no own name", now)
        })
        .await
}

/// Forgets a name that a hub asked for or proved.
pub async fn forget(app: &App, hub: HubId, name: &OwnName, by: AccountId) -> Result<(), NameError> {
    let (name, now) = (name.clone(), app.clock.now());
    app.db
        .write(move |tx| {
            members::lock(tx, hub)?;
            let row = hubs::find(tx.reading(), hub)?.ok_or(DbError::NotFound)?;
            if used_by(&row).as_ref() == Some(&name) {
                return Err(NameError::Used);
            }
            rows::delete(tx, hub, &name)?;
            let detail = format!("the name {name} is forgotten");
            Ok(log::insert(tx, hub, Some(by), LogKind::HubChanged, &detail, now)?)
        })
        .await
}

/// Puts a hub under a name by the operator's word.
///
/// One that is another hub's is taken from nobody: it is taken back there first.
pub async fn set(app: &App, hub: HubId, typed: &str) -> Result<OwnName, NameError> {
    let name = ask(app, hub, typed).await?;
    let (proved, now) = (name.clone(), app.clock.now());
    let looked_for = name.clone();
    let owner = app.db.read(move |c| rows::find_owner(c, &looked_for)).await?;
    if let Some(owner) = owner.filter(|owner| *owner != hub) {
        let other = app.db.read(move |c| hubs::find(c, owner)).await?;
        return Err(NameError::OfOther(other.map(|other| other.slug).unwrap_or_default()));
    }
    app.db.write(move |tx| prove(tx, hub, &proved, ProvedBy::Operator, None, now)).await?;
    begin(app, hub, &name, None).await?;
    Ok(name)
}

/// The name that a hub uses.
pub fn used_by(hub: &Hub) -> Option<OwnName> {
    hub.own_home.as_deref().and_then(OwnName::of_home)
}

/// The names of a hub as its desk shows them, and whether another hub is known to have one that
/// this one only asked for.
pub fn list(connection: &mut DbConnection, hub: HubId) -> Result<Vec<(NameRow, bool)>, DbError> {
    let mut names = Vec::new();
    for row in rows::list(connection, hub)? {
        let is_of_other = match OwnName::of_home(&format!("http://{}", row.host)) {
            Some(name) if row.proved_at.is_none() => rows::is_of_other(connection, hub, &name)?,
            _ => false,
        };
        names.push((row, is_of_other));
    }
    Ok(names)
}

/// Has all hubs with a name of their own stand where this site's scheme and port are today.
pub async fn follow_site(app: &App) -> Result<(), DbError> {
    let homes = app.db.read(rows::list_homes).await?;
    let now = app.clock.now();
    for (hub, home) in homes {
        let todays = OwnName::of_home(&home).map(|name| name.home(&app.addresses));
        if todays.as_ref().is_some_and(|todays| *todays != home) {
            app.db.write(move |tx| rows::use_home(tx, hub, todays.as_deref(), now)).await?;
        }
    }
    Ok(())
}
