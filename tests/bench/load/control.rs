//! The limits: the least that a server of the same framework can do.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::http::header::{CONTENT_ENCODING, HeaderName, HeaderValue};
use actix_web::http::{KeepAlive, StatusCode};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::{Context, anyhow, ensure};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};

use crate::product::STORED;

/// A running bare server.
pub struct Control {
    /// Where it answers.
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<anyhow::Result<()>>,
}

impl Control {
    /// Starts a server whose app is made by `app`, with the settings of `src/server.rs`.
    fn start(
        configure: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    ) -> anyhow::Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || App::new().configure(configure.clone()))
                    .keep_alive(KeepAlive::Timeout(Duration::from_secs(5)))
                    .tcp_nodelay(true)
                    .client_request_timeout(Duration::from_secs(5))
                    .client_disconnect_timeout(Duration::from_secs(1))
                    .max_connections(1_000)
                    .workers(2)
                    .shutdown_timeout(10)
                    .disable_signals()
                    .listen(listener)?
                    .run();
                let handle = server.handle();
                let serving = tokio::spawn(server);
                let _dropped = stopped.await;
                handle.stop(true).await;
                Ok(serving.await??)
            })
        });
        Ok(Self { address, stop, thread })
    }

    /// Stops it in order.
    pub fn stop(self) -> anyhow::Result<()> {
        drop(self.stop);
        self.thread.join().map_err(|_panic| anyhow!("the control panicked"))?
    }
}

/// An answer that is the same each time.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Bytes,
}

/// A server that always answers this.
pub fn read(fixture: Fixture) -> anyhow::Result<Control> {
    async fn answer(fixture: web::Data<Fixture>) -> HttpResponse {
        let mut response = HttpResponse::build(fixture.status);
        for (name, value) in &fixture.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        if fixture.body.is_empty() {
            response.finish()
        } else {
            response.body(fixture.body.clone())
        }
    }
    let fixture = web::Data::new(fixture);
    Control::start(move |config| {
        config.app_data(fixture.clone()).default_service(web::to(answer));
    })
}

diesel::table! {
    pings (id) {
        id -> BigInt,
        url -> Text,
        title -> Text,
        excerpt -> Text,
        blog_name -> Text,
    }
}

/// A server that reads the texts of the fifty newest rows of a file of ours by their key with each
/// request, joined to nothing, makes nothing of them, and compresses this page.
pub fn compress_anew(file: &Path, page: String) -> anyhow::Result<Control> {
    struct Least {
        file: Mutex<SqliteConnection>,
        page: String,
    }
    async fn answer(least: web::Data<Least>) -> actix_web::Result<HttpResponse> {
        let made = web::block(move || -> anyhow::Result<Vec<u8>> {
            let mut file = least.file.lock().map_err(|_poisoned| anyhow!("another panicked"))?;
            type Row = (i64, String, String, String, String);
            let rows: Vec<Row> = pings::table.order(pings::id.desc()).limit(50).load(&mut *file)?;
            ensure!(rows.len() == 50, "{} rows", rows.len());
            // As in `src/pages_cache.rs`.
            let level = flate2::Compression::new(5);
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
            encoder.write_all(least.page.as_bytes())?;
            Ok(encoder.finish()?)
        });
        let made = made.await?.map_err(actix_web::error::ErrorInternalServerError)?;
        Ok(HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header((CONTENT_ENCODING, "gzip"))
            .body(made))
    }
    let mut connection = SqliteConnection::establish(&file.display().to_string())?;
    connection.batch_execute(PRAGMAS)?;
    let least = web::Data::new(Least { file: Mutex::new(connection), page });
    Control::start(move |config| {
        config.app_data(least.clone()).default_service(web::to(answer));
    })
}

/// The same as in `src/db/connection.rs`.
const PRAGMAS: &str = "
    PRAGMA busy_timeout = 2500;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA secure_delete = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8000;
";
const TABLE: &str = "CREATE TABLE rows (
    id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE,
    url TEXT NOT NULL, title TEXT NOT NULL, excerpt TEXT NOT NULL)";
diesel::table! {
    rows (id) {
        id -> BigInt,
        hash -> Binary,
        url -> Text,
        title -> Text,
        excerpt -> Text,
    }
}

/// The most inserts in one commit, as in `src/db/writer.rs`.
const GROUP: usize = 256;
/// The most inserts that wait, as there.
const QUEUE: usize = 1_000;

struct Row {
    body: Bytes,
    answer: oneshot::Sender<()>,
}

/// A server that stores what it is sent, in groups, and answers after COMMIT.
pub struct Inserts {
    /// The server.
    pub server: Control,
    path: PathBuf,
    _data: TempDir,
    writer: JoinHandle<anyhow::Result<()>>,
}

impl Inserts {
    /// Starts it with a fresh file.
    pub fn start() -> anyhow::Result<Self> {
        async fn insert(
            rows: web::Data<mpsc::Sender<Row>>,
            body: Bytes,
        ) -> actix_web::Result<HttpResponse> {
            let (answer, committed) = oneshot::channel();
            rows.try_send(Row { body, answer })
                .map_err(actix_web::error::ErrorServiceUnavailable)?;
            committed.await.map_err(actix_web::error::ErrorInternalServerError)?;
            Ok(HttpResponse::Ok().content_type("text/xml; charset=utf-8").body(STORED))
        }
        let data = tempfile::tempdir()?;
        let path = data.path().join("rows.db");
        let mut connection = SqliteConnection::establish(&path.display().to_string())?;
        connection.batch_execute(PRAGMAS)?;
        connection.batch_execute(TABLE)?;
        let (sender, receiver) = mpsc::channel(QUEUE);
        let writer = std::thread::spawn(move || write(connection, receiver));
        let sender = web::Data::new(sender);
        let server = Control::start(move |config| {
            config.app_data(sender.clone()).default_service(web::to(insert));
        })?;
        Ok(Self { server, path, _data: data, writer })
    }

    /// Stops it; how many rows it then holds.
    pub fn stop(self) -> anyhow::Result<u64> {
        self.server.stop()?;
        self.writer.join().map_err(|_panic| anyhow!("the control's writer panicked"))??;
        count_rows(&self.path, "rows")
    }
}

fn write(mut connection: SqliteConnection, mut rows: mpsc::Receiver<Row>) -> anyhow::Result<()> {
    while let Some(first) = rows.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = rows.try_recv()
        {
            group.push(next);
        }
        connection.immediate_transaction(|connection| {
            group.iter().try_for_each(|row| insert(connection, &row.body))
        })?;
        for row in group {
            let _gone = row.answer.send(());
        }
    }
    Ok(())
}

/// Nothing is parsed: the body's bytes are laid into the columns as they come.
fn insert(connection: &mut SqliteConnection, body: &[u8]) -> anyhow::Result<()> {
    let body = std::str::from_utf8(body)?;
    let (url, rest) = body.split_at_checked(70).context("a short body")?;
    let (title, excerpt) = rest.split_at_checked(50).context("a short body")?;
    let hash: [u8; 32] = rand::random();
    use rows::dsl;
    let columns = (dsl::hash.eq(hash.as_slice()), dsl::url.eq(url), dsl::title.eq(title));
    diesel::insert_into(rows::table)
        .values((columns, dsl::excerpt.eq(excerpt)))
        .execute(connection)?;
    Ok(())
}

/// How many rows a table of an SQLite file holds.
pub fn count_rows(path: &Path, table: &str) -> anyhow::Result<u64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let mut connection = SqliteConnection::establish(&path.display().to_string())?;
    let count: Count = diesel::sql_query(format!("SELECT count(*) AS n FROM {table}"))
        .get_result(&mut connection)?;
    Ok(u64::try_from(count.n)?)
}
