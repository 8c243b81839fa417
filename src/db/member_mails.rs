//! What members of a hub are told by mail, and how far they were told.

use diesel::prelude::*;

use super::connection::on_backend;
use super::schema::{accounts, hub_members, member_mails, sent_mails};
use super::{DbConnection, DbError, Tx};
use crate::clock::Timestamp;
use crate::model::id::{AccountId, HubId};
use crate::model::mail::{ListedMail, MAX_BOUNCES, MailChoice, WaitingMail};

/// How a member of a hub stands with mail.
#[derive(Debug, Clone)]
pub struct MemberMail {
    /// The member.
    pub account: AccountId,
    /// Where mail goes.
    pub email: String,
    /// What was chosen.
    pub choice: MailChoice,
    /// Up to when posts that wait were told.
    pub waiting_through: Timestamp,
    /// Up to when listed posts were told.
    pub listed_through: Timestamp,
    /// No mail goes out before.
    pub not_before: Option<Timestamp>,
    /// How often the last mail could not be sent, and may be later.
    pub retries: i64,
    /// How many mails of this hub in a row came back.
    pub bounces: i64,
}

type Stored = (WaitingMail, ListedMail, Timestamp, Timestamp, Option<Timestamp>, i64, i64);
type Row = (AccountId, String, Timestamp, Option<Stored>);

impl MemberMail {
    /// Who never chose has the defaults, and was told of nothing since they came.
    fn of((account, email, joined, stored): Row) -> Self {
        let default = MailChoice::default();
        let before = joined.minus(std::time::Duration::from_micros(1));
        let unknown = (default.waiting, default.listed, before, before, None, 0, 0);
        let (waiting, listed, waiting_through, listed_through, not_before, retries, bounces) =
            stored.unwrap_or(unknown);
        let choice = MailChoice { waiting, listed };
        Self {
            account,
            email,
            choice,
            waiting_through,
            listed_through,
            not_before,
            retries,
            bounces,
        }
    }
}

/// The members of a hub whose account is not suspended; one, or all.
fn load(
    connection: &mut DbConnection,
    hub: HubId,
    account: Option<AccountId>,
) -> Result<Vec<MemberMail>, DbError> {
    let mine = member_mails::hub_id
        .eq(hub_members::hub_id)
        .and(member_mails::account_id.eq(hub_members::account_id));
    let mut query = hub_members::table
        .inner_join(accounts::table)
        .left_join(member_mails::table.on(mine))
        .filter(hub_members::hub_id.eq(hub.0).and(accounts::suspended_at.is_null()))
        .select((
            hub_members::account_id,
            accounts::email,
            hub_members::created_at,
            (
                member_mails::waiting,
                member_mails::listed,
                member_mails::waiting_through_at,
                member_mails::listed_through_at,
                member_mails::not_before_at,
                member_mails::retries,
                member_mails::bounces,
            )
                .nullable(),
        ))
        .order(hub_members::account_id)
        .into_boxed();
    if let Some(account) = account {
        query = query.filter(hub_members::account_id.eq(account.0));
    }
    let rows: Vec<Row> = query.load(connection)?;
    Ok(rows.into_iter().map(MemberMail::of).collect())
}

/// How a member stands with mail; `None` for whoever is none, or may not sign in.
pub fn find(
    connection: &mut DbConnection,
    hub: HubId,
    account: AccountId,
) -> Result<Option<MemberMail>, DbError> {
    Ok(load(connection, hub, Some(account))?.pop())
}

/// All members of a hub that mail can go to.
pub fn list(connection: &mut DbConnection, hub: HubId) -> Result<Vec<MemberMail>, DbError> {
    load(connection, hub, None)
}

/// Whether anybody of a hub wants to be told what waits.
pub fn wants_waiting(connection: &mut DbConnection, hub: HubId) -> Result<bool, DbError> {
    let members = list(connection, hub)?;
    Ok(members.iter().any(|member| member.choice.waiting == WaitingMail::Digest))
}

/// Whether anybody of a hub wants to be told of posts that are listed.
pub fn wants_listed(connection: &mut DbConnection, hub: HubId) -> Result<bool, DbError> {
    let one: Option<i64> = member_mails::table
        .filter(member_mails::hub_id.eq(hub.0))
        .filter(member_mails::listed.ne(ListedMail::Off.as_str()))
        .select(member_mails::account_id)
        .first(connection)
        .optional()?;
    Ok(one.is_some())
}

/// Writes down what a member was told. What they chose stays: they may have chosen anew meanwhile.
pub fn upsert_told(tx: &mut Tx<'_>, hub: HubId, mail: &MemberMail) -> Result<(), DbError> {
    let told = (
        member_mails::waiting_through_at.eq(mail.waiting_through.micros()),
        member_mails::listed_through_at.eq(mail.listed_through.micros()),
        member_mails::not_before_at.eq(mail.not_before.map(Timestamp::micros)),
        member_mails::retries.eq(mail.retries),
        member_mails::bounces.eq(mail.bounces),
    );
    on_backend!(tx.connection => |connection| {
        diesel::insert_into(member_mails::table)
            .values((key(hub, mail.account), chosen(mail.choice), told))
            .on_conflict((member_mails::hub_id, member_mails::account_id))
            .do_update()
            .set(told)
            .execute(connection)?
    });
    Ok(())
}

/// Writes down what a member chose, and from when on.
pub fn upsert_choice(tx: &mut Tx<'_>, hub: HubId, mail: &MemberMail) -> Result<(), DbError> {
    let through = (
        member_mails::waiting_through_at.eq(mail.waiting_through.micros()),
        member_mails::listed_through_at.eq(mail.listed_through.micros()),
    );
    on_backend!(tx.connection => |connection| {
        diesel::insert_into(member_mails::table)
            .values((key(hub, mail.account), chosen(mail.choice), through))
            .on_conflict((member_mails::hub_id, member_mails::account_id))
            .do_update()
            .set((chosen(mail.choice), through))
            .execute(connection)?
    });
    Ok(())
}

type Key =
    (diesel::dsl::Eq<member_mails::hub_id, i64>, diesel::dsl::Eq<member_mails::account_id, i64>);

fn key(hub: HubId, account: AccountId) -> Key {
    (member_mails::hub_id.eq(hub.0), member_mails::account_id.eq(account.0))
}

type Chosen = (
    diesel::dsl::Eq<member_mails::waiting, &'static str>,
    diesel::dsl::Eq<member_mails::listed, &'static str>,
);

fn chosen(choice: MailChoice) -> Chosen {
    (
        member_mails::waiting.eq(choice.waiting.as_str()),
        member_mails::listed.eq(choice.listed.as_str()),
    )
}

/// Whether so many mails to a person came back that no more are sent, whatever the hub.
pub fn is_stopped(connection: &mut DbConnection, account: AccountId) -> Result<bool, DbError> {
    let worst: Option<i64> = member_mails::table
        .filter(member_mails::account_id.eq(account.0))
        .filter(member_mails::bounces.gt(0))
        .select(diesel::dsl::max(member_mails::bounces))
        .first(connection)?;
    Ok(worst.is_some_and(|bounces| bounces >= MAX_BOUNCES))
}

/// Forgets that mails to a person came back: one arrived, or they ask for mail again.
pub fn forget_bounces(tx: &mut Tx<'_>, account: AccountId) -> Result<(), DbError> {
    diesel::update(member_mails::table.filter(member_mails::account_id.eq(account.0)))
        .set(member_mails::bounces.eq(0))
        .execute(tx.connection)?;
    Ok(())
}

/// Takes a place among the mails of a person's day, of which there are `most` in a `day`: the
/// place, or when the next one is free.
pub fn take_place(
    tx: &mut Tx<'_>,
    account: AccountId,
    most: i64,
    day: std::time::Duration,
    now: Timestamp,
) -> Result<Result<i64, Timestamp>, DbError> {
    if let DbConnection::Postgres(connection) = tx.connection {
        // Two hubs may mail one person at the same moment: they count one after the other.
        diesel::sql_query("SELECT 1 FROM accounts WHERE id = $1 FOR UPDATE")
            .bind::<diesel::sql_types::BigInt, _>(account.0)
            .execute(connection)?;
    }
    let sent: Vec<Timestamp> = sent_mails::table
        .filter(sent_mails::account_id.eq(account.0))
        .filter(sent_mails::sent_at.gt(now.minus(day).micros()))
        .select(sent_mails::sent_at)
        .order(sent_mails::sent_at.desc())
        .limit(most)
        .load(tx.connection)?;
    let is_full = i64::try_from(sent.len()).unwrap_or(most) >= most;
    if let Some(oldest) = sent.last().filter(|_| is_full) {
        return Ok(Err(oldest.plus(day)));
    }
    let place = diesel::insert_into(sent_mails::table)
        .values((sent_mails::account_id.eq(account.0), sent_mails::sent_at.eq(now.micros())))
        .returning(sent_mails::id)
        .get_result(tx.connection)?;
    Ok(Ok(place))
}

/// Gives a place back: that mail did not leave.
pub fn give_place_back(tx: &mut Tx<'_>, place: i64) -> Result<(), DbError> {
    diesel::delete(sent_mails::table.find(place)).execute(tx.connection)?;
    Ok(())
}
