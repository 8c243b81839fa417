//! What the link beside a mailed post leads to.

use std::time::Duration;

use crate::app::{App, PingLink};
use crate::db::categories::{self, Category};
use crate::db::hubs::{self, Hub};
use crate::db::pings::{self, Ping};
use crate::db::{DbConnection, DbError, member_mails, queue, trust};
use crate::model::blog::Trust;
use crate::model::ping::{PingState, WaitReason};

/// How long a link in a mail works.
const LASTS: Duration = Duration::from_secs(7 * 86_400);

/// A post that waits for the verdict of a link's owner.
#[derive(Debug)]
pub struct OpenPing {
    /// Its hub.
    pub hub: Hub,
    /// Its category.
    pub category: Category,
    /// The post.
    pub ping: Ping,
    /// Why it waits.
    pub reasons: Vec<WaitReason>,
    /// How its blog stands.
    pub trust: Trust,
}

/// What a link in a mail leads to.
#[derive(Debug)]
pub enum Linked {
    /// The post, which waits for the verdict of the link's owner.
    Open(Box<OpenPing>),
    /// Somebody decided: by this link, or faster. Nothing of the post is told any more.
    Decided(Hub, PingState),
    /// It is too old.
    Expired(Hub),
}

/// Looks behind a link; `None` where there is no such ping, or whoever it was made for is no
/// member any more or may not sign in.
pub async fn open_link(app: &App, link: PingLink) -> Result<Option<Linked>, DbError> {
    let now = app.clock.now();
    app.db
        .read(move |c| {
            let Some((hub, category, ping)) = find(c, link)? else { return Ok(None) };
            if now >= link.issued_at.plus(LASTS) {
                return Ok(Some(Linked::Expired(hub)));
            }
            // A verdict that was taken back brings the state back, and must not bring the link back.
            let used = ping.state != link.seen
                || pings::was_decided_since(c, hub.id, ping.id, link.issued_at)?;
            if used {
                return Ok(Some(Linked::Decided(hub, ping.state)));
            }
            let reasons = queue::list_reasons(c, hub.id, &[ping.id])?;
            let reasons = reasons.into_iter().map(|(_, reason)| reason).collect();
            let trust = trust::find(c, hub.id, &ping.blog_key)?;
            Ok(Some(Linked::Open(Box::new(OpenPing { hub, category, ping, reasons, trust }))))
        })
        .await
}

/// The post of a link that was used, for whoever used it and thinks again; `None` as for
/// [`open_link`]. How old the link is does not matter: how old its verdict is does.
pub async fn find_used(app: &App, link: PingLink) -> Result<Option<(Hub, Ping)>, DbError> {
    let found = app.db.read(move |c| find(c, link)).await?;
    Ok(found.map(|(hub, _, ping)| (hub, ping)))
}

fn find(
    connection: &mut DbConnection,
    link: PingLink,
) -> Result<Option<(Hub, Category, Ping)>, DbError> {
    let Some((hub, id)) = pings::find_public(connection, link.ping)? else { return Ok(None) };
    if member_mails::find(connection, hub, link.member)?.is_none() {
        return Ok(None);
    }
    let Some(ping) = pings::find(connection, hub, id)? else { return Ok(None) };
    if ping.purged_at.is_some() {
        return Ok(None);
    }
    let Some(category) = categories::find(connection, hub, ping.category_id)? else {
        return Ok(None);
    };
    Ok(hubs::find(connection, hub)?.map(|hub| (hub, category, ping)))
}
