//! How our own types are read from columns.
//!
//! Writing needs nothing: queries bind `.as_str()`, `.0` and `.micros()`.

use diesel::backend::Backend;
use diesel::deserialize::{FromSql, Queryable, Result};
use diesel::sql_types::{BigInt, Binary, Text};

use crate::clock::Timestamp;
use crate::model::account::{LinkPurpose, Role};
use crate::model::category::{LinkBack, ListingPolicy, PingPolicy, Readers, UnprovedPolicy};
use crate::model::face::Face;
use crate::model::forward::ForwardOutcome;
use crate::model::id::{
    AccountId, AnnouncementId, BlogId, BulkId, CategoryId, ExportId, FeedId, ForwardAddressId,
    ForwardId, HubId, InvitationId, KeyId, LogId, PingId, PublicId, ReportId, RuleId, SeriesId,
    SubscriptionId, TalkId,
};
use crate::model::job::{FollowedBy, JobKind};
use crate::model::log::LogKind;
use crate::model::mail::{ListedMail, WaitingMail};
use crate::model::own_name::ProvedBy;
use crate::model::ping::{
    CameBy, HeldFor, Outcome, PingState, ReadingOutcome, RefusalReason, ReportReason,
};
use crate::model::rule::{RuleAction, RuleKind};
use crate::model::talk::{Arrangement, Filed};
use crate::model::websub::{Asked, FeedFormat};
use crate::secret::Secret;

/// Reads a type of ours from a column by way of a plain type, on every backend.
macro_rules! column {
    ($($ty:ty: $sql:ty as $plain:ty => $read:expr;)*) => {$(
        impl<DB: Backend> FromSql<$sql, DB> for $ty
        where
            $plain: FromSql<$sql, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> Result<Self> {
                let plain = <$plain as FromSql<$sql, DB>>::from_sql(bytes)?;
                let read: fn($plain) -> Option<$ty> = $read;
                read(plain).ok_or_else(|| concat!("not a ", stringify!($ty)).into())
            }
        }

        impl<DB: Backend> Queryable<$sql, DB> for $ty
        where
            Self: FromSql<$sql, DB>,
        {
            type Row = Self;

            fn build(row: Self) -> Result<Self> {
                Ok(row)
            }
        }
    )*};
}

column! {
    Timestamp: BigInt as i64 => |micros| Some(Timestamp::from_micros(micros));
    AccountId: BigInt as i64 => |id| Some(AccountId(id));
    HubId: BigInt as i64 => |id| Some(HubId(id));
    CategoryId: BigInt as i64 => |id| Some(CategoryId(id));
    PingId: BigInt as i64 => |id| Some(PingId(id));
    TalkId: BigInt as i64 => |id| Some(TalkId(id));
    BlogId: BigInt as i64 => |id| Some(BlogId(id));
    ReportId: BigInt as i64 => |id| Some(ReportId(id));
    FeedId: BigInt as i64 => |id| Some(FeedId(id));
    KeyId: BigInt as i64 => |id| Some(KeyId(id));
    InvitationId: BigInt as i64 => |id| Some(InvitationId(id));
    BulkId: BigInt as i64 => |id| Some(BulkId(id));
    LogId: BigInt as i64 => |id| Some(LogId(id));
    RuleId: BigInt as i64 => |id| Some(RuleId(id));
    ForwardAddressId: BigInt as i64 => |id| Some(ForwardAddressId(id));
    ForwardId: BigInt as i64 => |id| Some(ForwardId(id));
    SubscriptionId: BigInt as i64 => |id| Some(SubscriptionId(id));
    SeriesId: BigInt as i64 => |id| Some(SeriesId(id));
    AnnouncementId: BigInt as i64 => |id| Some(AnnouncementId(id));
    ExportId: BigInt as i64 => |id| Some(ExportId(id));
    PublicId: Binary as Vec<u8> => |bytes| bytes.try_into().ok().map(PublicId::from_bytes);
    Face: Text as String => |text| Face::from_json(&text);
    Role: Text as String => |text| Role::parse(&text);
    LinkPurpose: Text as String => |text| LinkPurpose::parse(&text);
    PingPolicy: Text as String => |text| PingPolicy::parse(&text);
    ListingPolicy: Text as String => |text| ListingPolicy::parse(&text);
    UnprovedPolicy: Text as String => |text| UnprovedPolicy::parse(&text);
    Readers: Text as String => |text| Readers::parse(&text);
    LinkBack: Text as String => |text| LinkBack::parse(&text);
    JobKind: Text as String => |text| JobKind::parse(&text);
    ProvedBy: Text as String => |text| ProvedBy::parse(&text);
    ForwardOutcome: Text as String => |text| ForwardOutcome::parse(&text);
    Secret<String>: Text as String => |text| Some(Secret::new(text));
    Secret<Vec<u8>>: Binary as Vec<u8> => |bytes| Some(Secret::new(bytes));
    Asked: Text as String => |text| Asked::parse(&text);
    FeedFormat: Text as String => |text| FeedFormat::parse(&text);
    FollowedBy: Text as String => |text| FollowedBy::parse(&text);
    ReadingOutcome: Text as String => |text| ReadingOutcome::parse(&text);
    PingState: Text as String => |text| PingState::parse(&text);
    CameBy: Text as String => |text| CameBy::parse(&text);
    Outcome: Text as String => |text| Outcome::parse(&text);
    HeldFor: Text as String => |text| HeldFor::parse(&text);
    LogKind: Text as String => |text| LogKind::parse(&text);
    RefusalReason: Text as String => |text| RefusalReason::parse(&text);
    RuleKind: Text as String => |text| RuleKind::parse(&text);
    RuleAction: Text as String => |text| RuleAction::parse(&text);
    Arrangement: Text as String => |text| Arrangement::parse(&text);
    Filed: Text as String => |text| Filed::parse(&text);
    WaitingMail: Text as String => |text| WaitingMail::parse(&text);
    ListedMail: Text as String => |text| ListedMail::parse(&text);
    ReportReason: Text as String => |text| ReportReason::parse(&text);
}
