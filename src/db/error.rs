//! What can go wrong with the database, as far as callers care.

use diesel::result::{DatabaseErrorKind, Error};

/// What went wrong. Each keeps its source; none carries a bound value.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Somebody else holds the lock, or too many writes are waiting: try again.
    #[error("the database is busy")]
    Busy,
    /// A unique key is taken.
    #[error("a unique value is taken already")]
    Taken,
    /// The row does not exist, or not in this hub.
    #[error("there is no such row")]
    NotFound,
    /// The disk or the database's own limit is full.
    #[error("the disk is full")]
    Full,
    /// The database cannot be reached.
    #[error("cannot reach the database: {0}")]
    Unreachable(#[source] ConnectFailed),
    /// The directory of the SQLite file cannot be made.
    #[error("cannot make the directory {path}: {source}")]
    Directory {
        /// The directory.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The tables could not be brought up to date.
    #[error("cannot bring the tables up to date: {0}")]
    Migration(String),
    /// A query failed.
    #[error("a query failed: {0}")]
    Query(#[source] Error),
    /// The code of a query panicked; its transaction was taken back.
    #[error("a query panicked")]
    Panicked,
    /// The server is stopping.
    #[error("the database is closed")]
    Closed,
}

/// Why no connection could be made.
#[derive(Debug, thiserror::Error)]
pub enum ConnectFailed {
    /// What the database said.
    #[error("{0}")]
    Connection(#[from] ConnectionError),
    /// All connections were in use for too long.
    #[error("{0}")]
    Pool(#[from] r2d2::Error),
}

use diesel::ConnectionError;

impl From<ConnectionError> for DbError {
    fn from(error: ConnectionError) -> Self {
        Self::Unreachable(error.into())
    }
}

impl From<r2d2::Error> for DbError {
    fn from(error: r2d2::Error) -> Self {
        // A time-out with nothing wrong behind it: all connections are in use.
        if error.to_string().ends_with("timed out waiting for connection") {
            Self::Busy
        } else {
            Self::Unreachable(error.into())
        }
    }
}

impl From<Error> for DbError {
    fn from(error: Error) -> Self {
        let Error::DatabaseError(kind, information) = &error else {
            return match error {
                Error::NotFound => Self::NotFound,
                other => Self::Query(other),
            };
        };
        match kind {
            DatabaseErrorKind::UniqueViolation => Self::Taken,
            DatabaseErrorKind::SerializationFailure => Self::Busy,
            _ => {
                let said = information.message();
                // SQLite has no kinds for these; PostgreSQL's lock_timeout is its own sentence.
                let busy = ["database is locked", "lock timeout", "statement timeout", "deadlock"];
                if busy.iter().any(|sign| said.contains(sign)) {
                    Self::Busy
                } else if said.contains("disk is full") || said.contains("No space left") {
                    Self::Full
                } else {
                    Self::Query(error)
                }
            }
        }
    }
}
