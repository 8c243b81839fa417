//! The pool of connections.

use std::time::Duration;

use diesel::connection::SimpleConnection;

use super::connection::{self, DbConnection, Use};
use super::error::DbError;
use crate::config::DatabaseUrl;

/// Opens connections by the scheme of the address.
pub struct Manager {
    url: DatabaseUrl,
}

impl r2d2::ManageConnection for Manager {
    type Connection = DbConnection;
    type Error = DbError;

    fn connect(&self) -> Result<DbConnection, DbError> {
        let purpose = if self.url.is_postgres() { Use::Write } else { Use::Read };
        connection::open(&self.url, purpose)
    }

    fn is_valid(&self, connection: &mut DbConnection) -> Result<(), DbError> {
        Ok(connection.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, connection: &mut DbConnection) -> bool {
        use diesel::connection::{Connection, TransactionManager};
        // A thread that panics gives back a connection in the middle of something.
        std::thread::panicking()
            || <DbConnection as Connection>::TransactionManager::is_broken_transaction_manager(
                connection,
            )
    }
}

/// A pool of `size` connections. A file needs no test before each use; a server does.
pub fn open(url: &DatabaseUrl, size: u32) -> Result<r2d2::Pool<Manager>, DbError> {
    let pool = r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .test_on_check_out(url.is_postgres())
        .connection_timeout(super::WRITE_PATIENCE)
        .idle_timeout(Some(Duration::from_secs(600)))
        .build(Manager { url: url.clone() })?;
    Ok(pool)
}
