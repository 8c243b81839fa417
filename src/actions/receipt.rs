//! Receipts: what became of one sender's ping.

use crate::app::{App, Gate, Receipt};
use crate::db::pings::Ping;
use crate::db::{DbError, categories, hubs, pings};

/// A receipt's ping, and where it was sent.
#[derive(Debug)]
pub struct ReceiptOf {
    /// The receipt.
    pub receipt: Receipt,
    /// The ping.
    pub ping: Ping,
    /// Its category and hub.
    pub gate: Gate,
}

/// The ping of a receipt; `None` where the token is not one of ours or the ping is gone.
pub async fn read(app: &App, token: &str) -> Result<Option<ReceiptOf>, DbError> {
    let Some(receipt) = Receipt::parse(token, &app.secrets) else { return Ok(None) };
    app.db
        .read(move |connection| {
            let Some((hub, ping)) = pings::find_public(connection, receipt.ping)? else {
                return Ok(None);
            };
            let ping = pings::find(connection, hub, ping)?;
            let hub = hubs::find(connection, hub)?;
            let (Some(ping), Some(hub)) = (ping, hub) else { return Ok(None) };
            let category = categories::find(connection, hub.id, ping.category_id)?;
            Ok(category.map(|category| ReceiptOf { receipt, ping, gate: Gate { hub, category } }))
        })
        .await
}
