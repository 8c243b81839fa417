//! What an operator can set: one struct per concern, each variable and its default on its field.
//!
//! Every setting is a flag and an environment variable; the flag wins.

mod accounts;
mod database;
mod http;
mod logs;
mod mail;
mod websub;

pub use accounts::{AccountsConfig, NewHubs, SignUp};
pub use database::{DatabaseConfig, DatabaseUrl, Durability};
pub use http::{AddressConfig, HttpConfig, RateLimits};
pub use logs::{LogFormat, LogsConfig};
pub use mail::MailConfig;
pub use websub::WebsubConfig;

use std::path::Path;

use crate::secret::{Secret, SecretKey, random_token};

/// Everything an operator can set for a server.
#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// Addresses, proxies and limits.
    #[command(flatten)]
    pub http: HttpConfig,
    /// Where the data are.
    #[command(flatten)]
    pub database: DatabaseConfig,
    /// Outgoing mail.
    #[command(flatten)]
    pub mail: MailConfig,
    /// Other hubs that are told of changes.
    #[command(flatten)]
    pub websub: WebsubConfig,
    /// Who may have an account and a hub.
    #[command(flatten)]
    pub accounts: AccountsConfig,
    /// What is logged.
    #[command(flatten)]
    pub logs: LogsConfig,
    /// Whether pages on this machine are read where strangers name them. No flag, no variable:
    /// `serve --unsafe-dial-loopback` alone sets it, for tests and demonstrations.
    #[arg(skip)]
    pub unsafe_dial_loopback: bool,
}

/// Why the server cannot start as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// PostgreSQL may serve many instances, so their common key must be given.
    #[error(
        "SECRET_KEY is not set. With PostgreSQL it must be: all instances need the same one. \
         Make one with `openssl rand -hex 32` and keep it."
    )]
    SecretKeyMissing,
    /// A key somebody could guess.
    #[error(
        "SECRET_KEY is too short: it needs at least 32 characters. Make one with `openssl rand -hex 32`."
    )]
    SecretKeyTooShort,
    /// The data directory cannot be used.
    #[error("cannot use the data directory {path}: {source}")]
    DataDirectory {
        /// The directory or file in question.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl Config {
    /// The key that signs sessions' form tokens, receipts and sender hashes: `SECRET_KEY`, or,
    /// with SQLite, one that is generated into the data directory on first use.
    pub fn secret_key(&self) -> Result<SecretKey, ConfigError> {
        let text = match &self.database.secret_key {
            Some(key) => key.clone(),
            None if self.database.url().is_postgres() => return Err(ConfigError::SecretKeyMissing),
            None => generated_key(&self.database.data)?,
        };
        SecretKey::from_text(text.expose()).ok_or(ConfigError::SecretKeyTooShort)
    }

    /// Whether [`Config::secret_key`] will have a key, without making one.
    pub fn check_secret_key(&self) -> Result<(), ConfigError> {
        match &self.database.secret_key {
            Some(key) if SecretKey::from_text(key.expose()).is_none() => {
                Err(ConfigError::SecretKeyTooShort)
            }
            None if self.database.url().is_postgres() => Err(ConfigError::SecretKeyMissing),
            _ => Ok(()),
        }
    }

    /// Whether anybody may open an account: as set, else only where mail can be sent.
    pub fn sign_up_is_open(&self) -> bool {
        match self.accounts.sign_up {
            Some(sign_up) => sign_up == SignUp::Open,
            None => self.mail.smtp_url.is_some(),
        }
    }
}

fn generated_key(data: &Path) -> Result<Secret<String>, ConfigError> {
    let path = data.join("secret.key");
    let failed = |source| ConfigError::DataDirectory { path: path.display().to_string(), source };
    std::fs::create_dir_all(data).map_err(failed)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&path) {
        Ok(mut file) => {
            let key = random_token();
            std::io::Write::write_all(&mut file, key.expose().as_bytes()).map_err(failed)?;
            file.sync_all().map_err(failed)?;
            Ok(key)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            std::fs::read_to_string(&path).map(Secret::new).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Args {
        #[command(flatten)]
        config: Config,
    }

    fn config(args: &[&str]) -> Config {
        let args = std::iter::once("backchannel").chain(args.iter().copied());
        <Args as clap::Parser>::parse_from(args).config
    }

    #[test]
    fn the_defaults_run_on_loopback_with_sqlite_in_data() {
        let config = config(&[]);
        assert_eq!(config.http.address.listen.to_string(), "127.0.0.1:8080");
        assert!(!config.database.url().is_postgres());
        assert!(!config.sign_up_is_open());
    }

    #[test]
    fn the_generated_key_stays_the_same_and_postgresql_wants_one() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().display().to_string();
        let config_one = config(&["--data", &path]);
        let first = config_one.secret_key().unwrap().sign("x", &[]);
        assert_eq!(config_one.secret_key().unwrap().sign("x", &[]), first);

        let config_two = config(&["--data", &path, "--database", "postgres://h/d"]);
        assert!(matches!(config_two.secret_key(), Err(ConfigError::SecretKeyMissing)));
    }
}
