//! A database for each story: a copy of one that was migrated once.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use backchannel::config::DatabaseUrl;
use backchannel::db::migrations;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use tempfile::TempDir;

/// A migrated database that is deleted when it is dropped.
pub struct Database {
    /// Its address.
    pub url: DatabaseUrl,
    /// A directory for keys and mail (and, with SQLite, the file).
    pub data: TempDir,
    postgres: Option<String>,
}

static SQLITE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
static POSTGRES: OnceLock<Option<(String, String)>> = OnceLock::new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Database {
    /// A fresh SQLite file.
    pub fn sqlite() -> Self {
        let (_keep, template) = SQLITE.get_or_init(|| {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("template.db");
            migrations::run_pending(&DatabaseUrl::Sqlite(path.clone())).unwrap();
            (directory, path)
        });
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join("backchannel.db");
        std::fs::copy(template, &path).unwrap();
        Self::elsewhere(DatabaseUrl::Sqlite(path), data)
    }

    /// A database that whoever made it also takes away.
    pub const fn elsewhere(url: DatabaseUrl, data: TempDir) -> Self {
        Self { url, data, postgres: None }
    }

    /// A fresh PostgreSQL database, where there is a server.
    pub fn postgres() -> Option<Self> {
        let (server, template) = POSTGRES.get_or_init(postgres_template).as_ref()?;
        let name =
            format!("story_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::SeqCst));
        on_server(server, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Some(Self {
            url: with_name(server, &name).parse().unwrap(),
            data: tempfile::tempdir().unwrap(),
            postgres: Some(name),
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let (Some(name), Some(Some((server, _)))) = (&self.postgres, POSTGRES.get()) {
            on_server(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
fn postgres_template() -> Option<(String, String)> {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!in_ci, "TEST_POSTGRES_URL is not set: in CI the stories must run on PostgreSQL");
        eprintln!("TEST_POSTGRES_URL is not set: this story was not told on PostgreSQL");
        return None;
    };
    let name = format!("template_{}", std::process::id());
    on_server(&server, &format!("DROP DATABASE IF EXISTS {name}; "));
    on_server(&server, &format!("CREATE DATABASE {name}"));
    migrations::run_pending(&with_name(&server, &name).parse().unwrap()).unwrap();
    Some((server, name))
}

fn with_name(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(name);
    url.into()
}

fn on_server(server: &str, sql: &str) {
    PgConnection::establish(server).unwrap().batch_execute(sql).unwrap();
}
