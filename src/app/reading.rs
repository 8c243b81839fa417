//! Reading passwords: what a browser or feed reader must know to read what is not public.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::model::category::Readers;
use crate::model::id::{HubId, encode};
use crate::secret::{SecretKey, same};

/// How long a browser is not asked again.
pub const READING_LASTS: Duration = Duration::from_secs(30 * 86_400);

/// What stands between a reader and a hub or category: a reading password, asked once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Whose members need no password.
    pub hub: HubId,
    /// PHC string of the password.
    pub phc: String,
    /// `hub` or `category`, and its id.
    scope: (&'static str, i64),
    feed_epoch: i64,
}

impl Lock {
    /// The lock of a category, its own or its hub's; of the hub, where none is named.
    pub fn of(hub: &Hub, category: Option<&Category>) -> Option<Self> {
        let locked = |readers, hash: &Option<String>| match (readers, hash) {
            (Readers::Password, Some(phc)) => Some(phc.clone()),
            // Without a hash nothing opens it: better shut than open.
            (Readers::Password, None) => Some(String::new()),
            (Readers::Public | Readers::Unlisted, _) => None,
        };
        let own = category.and_then(|category| {
            let phc = locked(category.readers, &category.reading_hash)?;
            Some((phc, ("category", category.id.0), category.feed_epoch))
        });
        let (phc, scope, feed_epoch) = own.or_else(|| {
            let phc = locked(hub.readers, &hub.reading_hash)?;
            Some((phc, ("hub", hub.id.0), hub.feed_epoch))
        })?;
        Some(Self { hub: hub.id, phc, scope, feed_epoch })
    }

    /// The cookie that holds a [`Lock::pass`].
    pub fn cookie_name(&self) -> String {
        format!("reading-{}-{}", self.scope.0, self.scope.1)
    }

    fn sign(&self, purpose: &str, last: &[u8], secrets: &SecretKey) -> String {
        let id = self.scope.1.to_be_bytes();
        encode(&secrets.sign(purpose, &[self.scope.0.as_bytes(), &id, last])[..20])
    }

    /// What a browser keeps that knew the password: until then, or until the password changes.
    pub fn pass(&self, until: Timestamp, secrets: &SecretKey) -> String {
        let signed = format!("{} {}", until.seconds(), self.phc);
        let hash = self.sign("reading", signed.as_bytes(), secrets);
        format!("{}.{hash}", until.seconds())
    }

    /// Whether this is a [`Lock::pass`] of ours that still holds.
    pub fn opens_with(&self, pass: &str, now: Timestamp, secrets: &SecretKey) -> bool {
        let until = pass.split_once('.').and_then(|(until, _)| until.parse::<i64>().ok());
        let Some(until) = until.filter(|until| *until > now.seconds()) else { return false };
        let Some(micros) = until.checked_mul(1_000_000) else { return false };
        let ours = self.pass(Timestamp::from_micros(micros), secrets);
        same(pass.as_bytes(), ours.as_bytes())
    }

    /// What stands in the secret address of its feeds, until another is made or the password
    /// changes.
    pub fn feed_key(&self, secrets: &SecretKey) -> String {
        let signed = format!("{} {}", self.feed_epoch, self.phc);
        self.sign("feed", signed.as_bytes(), secrets)
    }

    /// Whether this is its [`Lock::feed_key`].
    pub fn opens_with_feed_key(&self, key: &str, secrets: &SecretKey) -> bool {
        same(key.as_bytes(), self.feed_key(secrets).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(scope: (&'static str, i64), phc: &str, feed_epoch: i64) -> Lock {
        Lock { hub: HubId(1), phc: phc.to_owned(), scope, feed_epoch }
    }

    #[test]
    fn a_pass_opens_its_own_lock_until_it_runs_out_or_the_password_changes() {
        let secrets = SecretKey::random();
        let now = Timestamp::from_micros(1_000_000_000_000);
        let category = lock(("category", 7), "$phc", 0);
        let pass = category.pass(now.plus(READING_LASTS), &secrets);
        assert!(category.opens_with(&pass, now, &secrets));
        assert!(!category.opens_with(&pass, now.plus(READING_LASTS), &secrets));
        for other in [
            lock(("category", 8), "$phc", 0),
            lock(("hub", 7), "$phc", 0),
            lock(("category", 7), "$new", 0),
        ] {
            assert!(!other.opens_with(&pass, now, &secrets), "{other:?}");
        }
        let (until, hash) = pass.split_once('.').unwrap();
        let longer = format!("{}.{hash}", until.parse::<i64>().unwrap() + 1);
        for forged in
            ["", ".", "x.y", longer.as_str(), "9999999999999999999999.x", &pass[..pass.len() - 1]]
        {
            assert!(!category.opens_with(forged, now, &secrets), "{forged}");
        }
        assert!(!category.opens_with(&pass, now, &SecretKey::random()));
    }

    #[test]
    fn a_feed_key_is_revoked_by_the_next_one_and_opens_no_page() {
        let secrets = SecretKey::random();
        let now = Timestamp::from_micros(0);
        let before = lock(("hub", 7), "$phc", 0);
        let after = lock(("hub", 7), "$phc", 1);
        let key = before.feed_key(&secrets);
        assert!(before.opens_with_feed_key(&key, &secrets));
        assert!(!after.opens_with_feed_key(&key, &secrets));
        assert!(!before.opens_with(&key, now, &secrets));
    }
}
