//! The parts of an account's data that are lists.

use diesel::prelude::*;

use super::{
    BulkDecision, Decision, HandledReport, LogLine, MadeRule, MailSetting, Membership,
    OwnInvitation, OwnLink, OwnSession, TakenHome,
};
use crate::db::schema::{
    bulk_verdicts, hub_events, hub_exports, hub_members, hubs, invitations, member_mails,
    one_use_links, ping_events, pings, reports, rules, sessions,
};
use crate::db::{DbConnection, DbError};
use crate::model::id::AccountId;
use crate::model::log::LogKind;

/// Whether an address, as it was typed, is the one of this key.
fn is_of(email: Option<&str>, key: &str) -> bool {
    email.is_some_and(|email| email.to_lowercase() == key)
}

pub(super) fn list_sessions(
    c: &mut DbConnection,
    id: AccountId,
) -> Result<Vec<OwnSession>, DbError> {
    Ok(sessions::table
        .filter(sessions::account_id.eq(id.0))
        .select((
            sessions::browser,
            sessions::remembered,
            sessions::created_at,
            sessions::last_seen_at,
            sessions::expires_at,
        ))
        .order(sessions::id)
        .load(c)?)
}

pub(super) fn list_links(
    c: &mut DbConnection,
    id: AccountId,
    key: &str,
) -> Result<Vec<OwnLink>, DbError> {
    let all: Vec<(Option<i64>, OwnLink)> = one_use_links::table
        .filter(one_use_links::account_id.eq(id.0).or(one_use_links::email.is_not_null()))
        .select((
            one_use_links::account_id,
            (
                one_use_links::purpose,
                one_use_links::email,
                one_use_links::created_at,
                one_use_links::expires_at,
            ),
        ))
        .order(one_use_links::id)
        .load(c)?;
    let own = |(of, link): &(Option<i64>, OwnLink)| {
        *of == Some(id.0) || is_of(link.email.as_deref(), key)
    };
    Ok(all.into_iter().filter(own).map(|(_, link)| link).collect())
}

pub(super) fn list_memberships(
    c: &mut DbConnection,
    id: AccountId,
) -> Result<Vec<Membership>, DbError> {
    Ok(hub_members::table
        .inner_join(hubs::table)
        .filter(hub_members::account_id.eq(id.0))
        .select((hubs::slug, hub_members::role, hub_members::created_at))
        .order(hubs::slug)
        .load(c)?)
}

pub(super) fn list_mail_settings(
    c: &mut DbConnection,
    id: AccountId,
) -> Result<Vec<MailSetting>, DbError> {
    Ok(member_mails::table
        .inner_join(hubs::table.on(hubs::id.eq(member_mails::hub_id)))
        .filter(member_mails::account_id.eq(id.0))
        .select((
            hubs::slug,
            member_mails::waiting,
            member_mails::listed,
            member_mails::waiting_through_at,
            member_mails::listed_through_at,
            member_mails::not_before_at,
            member_mails::retries,
            member_mails::bounces,
        ))
        .order(hubs::slug)
        .load(c)?)
}

pub(super) fn list_invitations_sent(
    c: &mut DbConnection,
    id: AccountId,
) -> Result<Vec<OwnInvitation>, DbError> {
    Ok(invitations::table
        .left_join(hubs::table.on(hubs::id.nullable().eq(invitations::hub_id)))
        .filter(invitations::invited_by.eq(id.0))
        .select((
            hubs::slug.nullable(),
            invitations::role,
            invitations::created_at,
            invitations::expires_at,
        ))
        .order(invitations::id)
        .load(c)?)
}

pub(super) fn list_invitations_received(
    c: &mut DbConnection,
    key: &str,
) -> Result<Vec<OwnInvitation>, DbError> {
    let all: Vec<(Option<String>, OwnInvitation)> = invitations::table
        .left_join(hubs::table.on(hubs::id.nullable().eq(invitations::hub_id)))
        .filter(invitations::email.is_not_null())
        .select((
            invitations::email,
            (
                hubs::slug.nullable(),
                invitations::role,
                invitations::created_at,
                invitations::expires_at,
            ),
        ))
        .order(invitations::id)
        .load(c)?;
    let own = all.into_iter().filter(|(email, _)| is_of(email.as_deref(), key));
    Ok(own.map(|(_, invitation)| invitation).collect())
}

pub(super) fn list_decisions(
    c: &mut DbConnection,
    id: AccountId,
) -> Result<Vec<Decision>, DbError> {
    Ok(ping_events::table
        .inner_join(pings::table)
        .inner_join(hubs::table.on(hubs::id.eq(ping_events::hub_id)))
        .filter(ping_events::actor_id.eq(id.0))
        .select((
            hubs::slug,
            pings::public_id,
            ping_events::kind,
            ping_events::from_state,
            ping_events::to_state,
            ping_events::happened_at,
        ))
        .order(ping_events::id)
        .load(c)?)
}

pub(super) fn list_bulk_decisions(
    c: &mut DbConnection,
    id: AccountId,
) -> Result<Vec<BulkDecision>, DbError> {
    Ok(bulk_verdicts::table
        .inner_join(hubs::table.on(hubs::id.eq(bulk_verdicts::hub_id)))
        .filter(bulk_verdicts::actor_id.eq(id.0))
        .select((
            hubs::slug,
            bulk_verdicts::to_state,
            bulk_verdicts::ping_count,
            bulk_verdicts::decided_at,
            bulk_verdicts::undone_at,
        ))
        .order(bulk_verdicts::id)
        .load(c)?)
}

pub(super) fn list_log(c: &mut DbConnection, id: AccountId) -> Result<Vec<LogLine>, DbError> {
    let mut all: Vec<LogLine> = hub_events::table
        .inner_join(hubs::table.on(hubs::id.eq(hub_events::hub_id)))
        .filter(hub_events::actor_id.eq(id.0))
        .select((hubs::slug, hub_events::kind, hub_events::detail, hub_events::happened_at))
        .order(hub_events::id)
        .load(c)?;
    let about_others = [LogKind::Member, LogKind::Blog].map(LogKind::as_str);
    for line in &mut all {
        if about_others.contains(&line.kind.as_str()) {
            line.detail.clear();
        }
    }
    Ok(all)
}

pub(super) fn list_reports(
    c: &mut DbConnection,
    id: AccountId,
) -> Result<Vec<HandledReport>, DbError> {
    Ok(reports::table
        .inner_join(hubs::table)
        .filter(reports::handled_by.eq(id.0))
        .select((hubs::slug, reports::handled_at))
        .order(reports::id)
        .load(c)?)
}

pub(super) fn list_rules(c: &mut DbConnection, id: AccountId) -> Result<Vec<MadeRule>, DbError> {
    Ok(rules::table
        .left_join(hubs::table.on(hubs::id.nullable().eq(rules::hub_id)))
        .filter(rules::author_id.eq(id.0))
        .select((
            hubs::slug.nullable(),
            rules::kind,
            rules::pattern,
            rules::action,
            rules::reason,
            rules::created_at,
            rules::expires_at,
        ))
        .order(rules::id)
        .load(c)?)
}

pub(super) fn list_exports(c: &mut DbConnection, id: AccountId) -> Result<Vec<TakenHome>, DbError> {
    Ok(hub_exports::table
        .inner_join(hubs::table.on(hubs::id.eq(hub_exports::hub_id)))
        .filter(hub_exports::account_id.eq(id.0))
        .select((hubs::slug, hub_exports::started_at, hub_exports::ended_at))
        .order(hub_exports::id)
        .load(c)?)
}
