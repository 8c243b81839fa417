//! Where the data are.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::http::parse_secret;
use crate::secret::Secret;

/// Where the data are.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Data")]
pub struct DatabaseConfig {
    /// `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/NAME`. Default: `backchannel.db` in the
    /// data directory.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database: Option<DatabaseUrl>,

    /// Directory for the database, the secret key and, without SMTP, for mail.
    #[arg(long, env = "DATA", value_name = "DIR", default_value = "data")]
    pub data: PathBuf,

    /// Signs forms, receipts and sender hashes; at least 32 characters. With SQLite it is
    /// generated into the data directory; with PostgreSQL it is required.
    #[arg(long, env = "SECRET_KEY", value_name = "KEY", hide_env_values = true,
          value_parser = parse_secret)]
    pub secret_key: Option<Secret<String>>,

    /// Connections kept for reading (SQLite), or for everything (PostgreSQL, where a quarter of
    /// them, from 4 on, is kept for pages).
    #[arg(long, env = "DATABASE_CONNECTIONS", value_name = "N", default_value = "4",
          value_parser = clap::value_parser!(u16).range(1..=64))]
    pub database_connections: u16,

    /// When SQLite's commits reach the disk. No flag, no variable: `tests/reliability` alone sets it,
    /// to show that its count of syncs can fail.
    #[arg(skip)]
    pub durability: Durability,
}

/// When a commit to SQLite is on the disk, and not only with the operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// When it is done: `synchronous=FULL`.
    #[default]
    AtOnce,
    /// When the journal is emptied: `synchronous=NORMAL`. A power cut takes answered pings with it.
    AtCheckpoints,
}

impl DatabaseConfig {
    /// The database's address.
    pub fn url(&self) -> DatabaseUrl {
        self.database
            .clone()
            .unwrap_or_else(|| DatabaseUrl::Sqlite(self.data.join("backchannel.db")))
    }
}

/// A database's address. Its `Display` leaves the password out.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server, with everything libpq takes in a URL.
    Postgres(Secret<String>),
}

impl DatabaseUrl {
    /// Whether this is a file that is not there yet.
    pub fn is_missing(&self) -> bool {
        match self {
            Self::Sqlite(path) => std::fs::metadata(path).map_or(true, |file| file.len() == 0),
            Self::Postgres(_) => false,
        }
    }

    /// Whether this is a PostgreSQL server.
    pub const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(Secret::new(text.to_owned())));
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() && !path.contains([':', '?']) => {
                Ok(Self::Sqlite(PathBuf::from(path)))
            }
            _ => {
                Err("write sqlite://data/backchannel.db (a file) or postgres://user@host/name"
                    .into())
            }
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => match url::Url::parse(url.expose()) {
                Ok(url) => write!(f, "postgres://{}{}", url.host_str().unwrap_or(""), url.path()),
                Err(_) => f.write_str("postgres://…"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_printed_without_its_password() {
        let url: DatabaseUrl = "postgres://me:hush@db.example/hubs?password=hush".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://db.example/hubs");
        assert!(!format!("{url:?}").contains("hush"));
    }

    #[test]
    fn other_databases_are_refused_with_the_two_that_work() {
        let error = "mysql://x/y".parse::<DatabaseUrl>().unwrap_err();
        assert!(error.contains("sqlite://") && error.contains("postgres://"));
    }
}
