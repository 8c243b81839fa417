//! All that is kept about an account, for its owner.

mod lists;

use diesel::prelude::*;
use serde::{Serialize, Serializer};

use super::schema::{accounts, sent_mails};
use super::{DbConnection, DbError};
use crate::clock::Timestamp;
use crate::model::id::{AccountId, PublicId};

/// Each part of an account's data: its name, the columns that refer to the account, and what it is.
///
/// Whatever refers to an account stands here: `tests/stories/person_asks_what_is_kept.rs` looks.
pub const PARTS: [(&str, &[&str], &str); 14] = [
    (
        "account",
        &[],
        "The account itself. Of its password only a hash is kept, which is left out here.",
    ),
    (
        "sessions",
        &["sessions.account_id"],
        "Browsers that are signed in. Their secrets are kept as hashes, which are left out.",
    ),
    (
        "links",
        &["one_use_links.account_id", "one_use_links.email"],
        "Links that were mailed to you and are not used up.",
    ),
    ("memberships", &["hub_members.account_id"], "Hubs you help to run."),
    (
        "mail_settings",
        &["member_mails.account_id"],
        "What each hub tells you by mail, where you chose, and how far it has.",
    ),
    ("mails_sent", &["sent_mails.account_id"], "When mails about hubs were sent to you lately."),
    (
        "invitations_sent",
        &["invitations.invited_by"],
        "Open invitations that you made. Whom you invited is left out: it is about them.",
    ),
    (
        "invitations_received",
        &["invitations.email"],
        "Open invitations that were mailed to your address.",
    ),
    ("decisions", &["ping_events.actor_id"], "What you decided about posts, and which you edited."),
    (
        "decisions_on_many",
        &["bulk_verdicts.actor_id"],
        "What you decided about many posts at once.",
    ),
    (
        "log",
        &["hub_events.actor_id"],
        "What hubs' logs say that you did. Where a line is about other people, what it says of them is left out.",
    ),
    (
        "reports_handled",
        &["reports.handled_by"],
        "Readers' reports that you dealt with. What they say is left out: it is about others.",
    ),
    ("rules_made", &["rules.author_id"], "Rules that you made."),
    ("hubs_taken_home", &["hub_exports.account_id"], "Hubs that you downloaded as a whole."),
];

/// All that is kept about an account, in the order of [`PARTS`].
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "PARTS says what each is")]
pub struct AccountData {
    pub account: OwnAccount,
    pub sessions: Vec<OwnSession>,
    pub links: Vec<OwnLink>,
    pub memberships: Vec<Membership>,
    pub mail_settings: Vec<MailSetting>,
    pub mails_sent: Vec<SentMail>,
    pub invitations_sent: Vec<OwnInvitation>,
    pub invitations_received: Vec<OwnInvitation>,
    pub decisions: Vec<Decision>,
    pub decisions_on_many: Vec<BulkDecision>,
    pub log: Vec<LogLine>,
    pub reports_handled: Vec<HandledReport>,
    pub rules_made: Vec<MadeRule>,
    pub hubs_taken_home: Vec<TakenHome>,
}

/// The account itself.
#[derive(Debug, Serialize, Queryable)]
#[expect(missing_docs, reason = "the columns' own names")]
pub struct OwnAccount {
    pub email: String,
    pub name: String,
    pub is_operator: bool,
    #[serde(serialize_with = "iso_or_null")]
    pub suspended_at: Option<Timestamp>,
    #[serde(serialize_with = "iso")]
    pub created_at: Timestamp,
    #[serde(serialize_with = "iso")]
    pub changed_at: Timestamp,
}

/// A browser that is signed in.
#[derive(Debug, Serialize, Queryable)]
#[expect(missing_docs, reason = "the columns' own names")]
pub struct OwnSession {
    pub browser: String,
    pub remembered: bool,
    #[serde(serialize_with = "iso")]
    pub created_at: Timestamp,
    #[serde(serialize_with = "iso")]
    pub last_seen_at: Timestamp,
    #[serde(serialize_with = "iso")]
    pub expires_at: Timestamp,
}

/// A link that was mailed.
#[derive(Debug, Serialize, Queryable)]
#[expect(missing_docs, reason = "the columns' own names")]
pub struct OwnLink {
    pub purpose: String,
    pub email: Option<String>,
    #[serde(serialize_with = "iso")]
    pub created_at: Timestamp,
    #[serde(serialize_with = "iso")]
    pub expires_at: Timestamp,
}

/// A hub that the account helps to run.
#[derive(Debug, Serialize, Queryable)]
#[expect(missing_docs, reason = "the columns' own names")]
pub struct Membership {
    pub hub: String,
    pub role: String,
    #[serde(serialize_with = "iso")]
    pub since: Timestamp,
}

/// What a hub tells by mail.
#[derive(Debug, Serialize, Queryable)]
#[expect(missing_docs, reason = "the columns' own names")]
pub struct MailSetting {
    pub hub: String,
    pub waiting: String,
    pub listed: String,
    #[serde(serialize_with = "iso")]
    pub waiting_through_at: Timestamp,
    #[serde(serialize_with = "iso")]
    pub listed_through_at: Timestamp,
    #[serde(serialize_with = "iso_or_null")]
    pub not_before_at: Option<Timestamp>,
    pub retries: i64,
    pub bounces: i64,
}

/// A mail about hubs.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the column's own name")]
pub struct SentMail {
    #[serde(serialize_with = "iso")]
    pub sent_at: Timestamp,
}

/// An open invitation; without a hub it is to the instance.
#[derive(Debug, Serialize, Queryable)]
#[expect(missing_docs, reason = "the columns' own names")]
pub struct OwnInvitation {
    pub hub: Option<String>,
    pub role: Option<String>,
    #[serde(serialize_with = "iso")]
    pub created_at: Timestamp,
    #[serde(serialize_with = "iso")]
    pub expires_at: Timestamp,
}

/// What was decided about a post.
#[derive(Debug, Serialize, Queryable)]
#[expect(missing_docs, reason = "the columns' own names")]
pub struct Decision {
    pub hub: String,
    #[serde(serialize_with = "written")]
    pub post: PublicId,
    pub kind: String,
    pub from_state: String,
    pub to_state: String,
    #[serde(serialize_with = "iso")]
    pub happened_at: Timestamp,
}

/// What was decided about many posts.
#[derive(Debug, Serialize, Queryable)]
#[expect(missing_docs, reason = "the columns' own names")]
pub struct BulkDecision {
    pub hub: String,
    pub to_state: String,
    pub posts: i64,
    #[serde(serialize_with = "iso")]
    pub decided_at: Timestamp,
    #[serde(serialize_with = "iso_or_null")]
    pub undone_at: Option<Timestamp>,
}

/// A line of a hub's log.
#[derive(Debug, Serialize, Queryable)]
#[expect(missing_docs, reason = "the columns' own names")]
pub struct LogLine {
    pub hub: String,
    pub kind: String,
    pub detail: String,
    #[serde(serialize_with = "iso")]
    pub happened_at: Timestamp,
}

/// A report that was dealt with.
#[derive(Debug, Serialize, Queryable)]
#[expect(missing_docs, reason = "the columns' own names")]
pub struct HandledReport {
    pub hub: String,
    #[serde(serialize_with = "iso_or_null")]
    pub handled_at: Option<Timestamp>,
}

/// A rule that was made; without a hub it is the operator's, for all hubs.
#[derive(Debug, Serialize, Queryable)]
#[expect(missing_docs, reason = "the columns' own names")]
pub struct MadeRule {
    pub hub: Option<String>,
    pub kind: String,
    pub pattern: String,
    pub action: String,
    pub reason: String,
    #[serde(serialize_with = "iso")]
    pub created_at: Timestamp,
    #[serde(serialize_with = "iso_or_null")]
    pub expires_at: Option<Timestamp>,
}

/// A hub that was downloaded as a whole.
#[derive(Debug, Serialize, Queryable)]
#[expect(missing_docs, reason = "the columns' own names")]
pub struct TakenHome {
    pub hub: String,
    #[serde(serialize_with = "iso")]
    pub started_at: Timestamp,
    #[serde(serialize_with = "iso_or_null")]
    pub ended_at: Option<Timestamp>,
}

fn written<S: Serializer>(what: &impl std::fmt::Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(what)
}

fn iso<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&at.to_jiff())
}

fn iso_or_null<S: Serializer>(at: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.to_jiff().to_string()).serialize(to)
}

/// Reads all that is kept about an account; `None` where it is gone.
pub fn find(connection: &mut DbConnection, id: AccountId) -> Result<Option<AccountData>, DbError> {
    let account: Option<(String, OwnAccount)> = accounts::table
        .find(id.0)
        .select((
            accounts::email_key,
            (
                accounts::email,
                accounts::name,
                accounts::is_operator,
                accounts::suspended_at,
                accounts::created_at,
                accounts::changed_at,
            ),
        ))
        .first(connection)
        .optional()?;
    let Some((key, account)) = account else { return Ok(None) };
    let sent: Vec<Timestamp> = sent_mails::table
        .filter(sent_mails::account_id.eq(id.0))
        .select(sent_mails::sent_at)
        .order(sent_mails::id)
        .load(connection)?;
    Ok(Some(AccountData {
        account,
        sessions: lists::list_sessions(connection, id)?,
        links: lists::list_links(connection, id, &key)?,
        memberships: lists::list_memberships(connection, id)?,
        mail_settings: lists::list_mail_settings(connection, id)?,
        mails_sent: sent.into_iter().map(|sent_at| SentMail { sent_at }).collect(),
        invitations_sent: lists::list_invitations_sent(connection, id)?,
        invitations_received: lists::list_invitations_received(connection, &key)?,
        decisions: lists::list_decisions(connection, id)?,
        decisions_on_many: lists::list_bulk_decisions(connection, id)?,
        log: lists::list_log(connection, id)?,
        reports_handled: lists::list_reports(connection, id)?,
        rules_made: lists::list_rules(connection, id)?,
        hubs_taken_home: lists::list_exports(connection, id)?,
    }))
}
