//! Tries of passwords and passphrases: counted in this process, and, where several may share the
//! database, for all of them together.
//!
//! On PostgreSQL whoever tries at three instances has what one of them gives. What is refused here is
//! refused without asking the database.

use std::time::Duration;

use super::App;
use crate::config::RateLimits;
use crate::db::DbError;
use crate::db::attempts::{self, Allowance};
use crate::limits::{AddressBlock, FAILURES_LAST, Limit, TooOften, delay_after};

impl App {
    /// Takes one of `block`'s allowance for `limit`, at whichever instance it is asked for.
    pub async fn take_shared(
        &self,
        limit: Limit,
        block: AddressBlock,
    ) -> Result<Result<(), TooOften>, DbError> {
        if let Err(too_often) = self.limits.take(limit, block) {
            return Ok(Err(too_often));
        }
        let Some((period, burst)) = limit.shared_allowance().filter(|_| self.shares_attempts())
        else {
            return Ok(Ok(()));
        };
        let of = limit.subject().to_be_bytes();
        let key =
            self.secrets.sign("attempts", &[limit.as_str().as_bytes(), block.as_bytes(), &of]);
        let (allowance, now) = (Allowance { period, burst }, self.clock.now());
        let wait =
            self.db.write_lightly(move |tx| attempts::take(tx, &key, allowance, now)).await?;
        Ok(wait.map_or(Ok(()), |retry_after| Err(TooOften { limit, retry_after })))
    }

    /// How long whoever signs in under this key still has to wait after wrong passwords, if at all.
    pub async fn sign_in_delay(&self, key: [u8; 32]) -> Result<Option<Duration>, DbError> {
        if !self.shares_attempts() {
            return Ok(self.backoff.delay(&key));
        }
        let found = self.db.read(move |c| attempts::find_failures(c, &key)).await?;
        let now = self.clock.now();
        Ok(found.and_then(|(count, last)| delay_after(count, now.since(last))))
    }

    /// One more wrong password under this key.
    pub async fn sign_in_failed(&self, key: [u8; 32]) -> Result<(), DbError> {
        if !self.shares_attempts() {
            self.backoff.failed(key);
            return Ok(());
        }
        let now = self.clock.now();
        let since = now.minus(FAILURES_LAST);
        self.db.write_lightly(move |tx| attempts::note_failure(tx, &key, since, now)).await
    }

    /// The right password.
    pub async fn sign_in_succeeded(&self, key: [u8; 32]) -> Result<(), DbError> {
        if !self.shares_attempts() {
            self.backoff.succeeded(&key);
            return Ok(());
        }
        self.db.write_lightly(move |tx| attempts::forget(tx, &key)).await
    }

    /// Whether tries are counted in the database.
    pub fn shares_attempts(&self) -> bool {
        self.config.http.rate_limits == RateLimits::On && self.config.database.url().is_postgres()
    }
}
