//! What the checks are made on: databases, the program under them, and a PostgreSQL server that may
//! be restarted.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use backchannel::config::DatabaseUrl;
use backchannel::db::migrations;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::harness::Database;
use crate::harness::process::{backchannel, ok, run};

/// Which database a check is made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum On {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

impl On {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// How much is done, and what with.
#[derive(Debug)]
pub struct World {
    /// The long form.
    pub is_long: bool,
    cluster: Option<Cluster>,
}

impl World {
    /// Without PostgreSQL's programs there is no half of it.
    pub fn new(is_long: bool) -> Self {
        Self { is_long, cluster: Cluster::start_in(tempfile::tempdir().unwrap()) }
    }

    /// Whether there is such a database.
    pub const fn has(&self, on: On) -> bool {
        matches!(on, On::Sqlite) || self.cluster.is_some()
    }

    /// The one or the other, by the form.
    pub const fn of<T: Copy>(&self, short: T, long: T) -> T {
        if self.is_long { long } else { short }
    }

    /// The server of all PostgreSQL databases.
    pub fn cluster(&self) -> &Cluster {
        self.cluster.as_ref().unwrap()
    }

    /// A fresh, migrated database with the hub `/sxsw` and its open category `/sxsw/all`.
    pub fn open_hub(&self, on: On) -> Database {
        let database = self.empty(on);
        migrations::run_pending(&database.url).unwrap();
        crate::harness::senders::open_hub(&database);
        database
    }

    /// A fresh database without tables.
    pub fn empty(&self, on: On) -> Database {
        let data = tempfile::tempdir().unwrap();
        let url = match on {
            On::Sqlite => DatabaseUrl::Sqlite(data.path().join("backchannel.db")),
            On::Postgres => self.cluster().make_database(),
        };
        Database::elsewhere(url, data)
    }
}

/// A PostgreSQL server of our own, which syncs as it is shipped, and may be stopped and cut off.
#[derive(Debug)]
pub struct Cluster {
    directory: tempfile::TempDir,
    port: u16,
    made: std::cell::Cell<u32>,
}

/// The user that PostgreSQL runs as, where we are root: it refuses to be that.
const NOBODY: &str = "65534";

impl Cluster {
    /// Makes one in a directory that is its own, where PostgreSQL's programs are there.
    pub fn start_in(directory: tempfile::TempDir) -> Option<Self> {
        find_program("initdb")?;
        let cluster = Self { directory, port: free_port(), made: 0.into() };
        if is_root() {
            done(Command::new("chown").args([NOBODY, &cluster.path("")]));
        }
        let data = cluster.path("data");
        done(
            as_nobody("initdb")
                .args(["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8"])
                .args(["--locale=C"]),
        );
        cluster.begin(&[]);
        Some(cluster)
    }

    /// A path in its directory, in which it may write.
    pub fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    fn settings(&self) -> String {
        let (port, sockets) = (self.port, self.path(""));
        format!(
            "-p {port} -k {sockets} -c listen_addresses=127.0.0.1 -c max_connections=200 -c wal_writer_delay=10s"
        )
    }

    /// Starts it, under the programs that are named first.
    fn begin(&self, under: &[&str]) {
        let (data, log, settings) = (self.path("data"), self.path("log"), self.settings());
        let mut command = match under.split_first() {
            None => as_nobody("pg_ctl"),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                let inner = as_nobody("pg_ctl");
                command.args(rest).arg(inner.get_program()).args(inner.get_args());
                command
            }
        };
        let arguments = ["-D", &data, "-l", &log, "-s", "-w", "-o", &settings, "start"];
        // What goes on running would hold our pipes.
        let quietly = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(quietly.status().unwrap().success(), "see {log}");
    }

    /// Stops it as a failing machine does.
    pub fn stop(&self) {
        done(as_nobody("pg_ctl").args(["-D", &self.path("data"), "-s", "-m", "immediate", "stop"]));
    }

    /// Starts it again.
    pub fn start_again(&self) {
        self.begin(&[]);
    }

    /// Starts it again, with what it asks of the kernel written into a file.
    pub fn start_traced(&self, calls: &str, file: &Path) {
        let file = file.display().to_string();
        self.begin(&["strace", "-D", "-f", "-y", "-e", &format!("trace={calls}"), "-o", &file]);
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// A database without tables.
    pub fn make_database(&self) -> DatabaseUrl {
        let number = self.made.replace(self.made.get() + 1);
        self.sql(&format!("CREATE DATABASE of_{number}"));
        format!("postgres://postgres@{}/of_{number}", self.address()).parse().unwrap()
    }

    /// Tells the server something.
    pub fn sql(&self, sql: &str) {
        let url = format!("postgres://postgres@{}/postgres", self.address());
        PgConnection::establish(&url).unwrap().batch_execute(sql).unwrap();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.path("data");
        let mut stop = as_nobody("pg_ctl");
        // It may be stopped already.
        let _stopped = stop.args(["-D", &data, "-s", "-m", "immediate", "stop"]).output();
    }
}

/// Where a program is: on the path, or where Debian keeps PostgreSQL's.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.extend(["/usr/sbin", "/sbin"].map(PathBuf::from));
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        places.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    places.into_iter().map(|place| place.join(name)).find(|program| program.is_file())
}

/// Whether we may do what only root does.
pub fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    status.lines().any(|line| line.starts_with("Uid:\t0\t0"))
}

fn as_nobody(program: &str) -> Command {
    let program = find_program(program).unwrap();
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/");
    command
}

/// Runs a command that must succeed.
#[track_caller]
pub fn done(command: &mut Command) -> Output {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// A port that nobody has.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server that runs as a process of its own.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start to its first line.
    pub was_ready_after: Duration,
    log: PathBuf,
}

/// What every server of these checks is told: load comes from one address.
const PLAIN: [&str; 2] = ["--rate-limits", "off"];

/// Starts the program on a database.
pub fn serve(database: &Database) -> Server {
    serve_with(backchannel(database), database, &[])
}

/// Starts it with further flags.
pub fn serve_flagged(database: &Database, flags: &[&str]) -> Server {
    serve_with(backchannel(database), database, flags)
}

/// Starts it under another program.
pub fn serve_under(under: &[&str], database: &Database, flags: &[&str]) -> Server {
    let program = backchannel(database);
    let mut command = Command::new(under[0]);
    command.args(&under[1..]).arg(program.get_program());
    for (name, value) in program.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    serve_with(command, database, flags)
}

/// Starts a command that becomes a server.
pub fn serve_with(mut command: Command, database: &Database, flags: &[&str]) -> Server {
    let begun = Instant::now();
    let log = database.data.path().join(format!("log-{}", free_port()));
    if !flags.contains(&"--listen") {
        command.args(["--listen", "127.0.0.1:0"]);
    }
    if !flags.contains(&"--rate-limits") {
        command.args(PLAIN);
    }
    let mut child = command
        .args(flags)
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let read = BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(read > 0, "it did not start: {}", std::fs::read_to_string(&log).unwrap());
    let was_ready_after = begun.elapsed();
    // The first line names the public address, which may be a proxy's; the log, where it listens.
    let listens_at = || {
        let said = std::fs::read_to_string(&log).unwrap();
        let (_, rest) = said.split_once("listening=")?;
        Some(rest.split_once(char::is_whitespace)?.0.parse().unwrap())
    };
    until("where it listens", Duration::from_secs(10), || listens_at().is_some());
    let address = listens_at().unwrap();
    Server { child, address, was_ready_after, log }
}

impl Server {
    /// The server's own process, where it runs under another.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as `kill -9` or a failing machine does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop. Its exit code, and how long that took.
    pub fn stop(&mut self) -> (i32, Duration) {
        let begun = Instant::now();
        self.tell("-TERM");
        let ended = self.child.wait().unwrap();
        (ended.code().unwrap_or(-1), begun.elapsed())
    }

    /// Sends a signal.
    pub fn tell(&self, signal: &str) {
        done(Command::new("kill").args([signal, &self.pid().to_string()]));
    }

    /// Whether it still runs.
    pub fn is_up(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// What it logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// A line of `/proc/PID/status`, in KiB: `VmRSS`.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// How many files and sockets it has open.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap().count()
    }

    /// The sum of a counter's series whose line begins so.
    pub fn metric(&self, line: &str) -> f64 {
        let metrics = super::client::get(self.address, "/metrics").unwrap();
        assert_eq!(metrics.status, 200, "{}", metrics.text);
        let metrics = metrics.text;
        let values = metrics.lines().filter(|found| found.starts_with(line));
        values
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .fold(0.0, |sum, value| sum + value)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Where the check ended early; else it has ended already.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Waits until something is so, at most so long; how long that took.
#[track_caller]
pub fn until(what: &str, at_most: Duration, mut is_so: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < at_most, "{what} did not come within {at_most:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    begun.elapsed()
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// A connection of our own to a database.
pub enum Sql {
    /// To a file.
    Sqlite(SqliteConnection),
    /// To a server.
    Postgres(PgConnection),
}

impl Sql {
    /// Opens one.
    pub fn to(database: &Database) -> Self {
        match &database.url {
            DatabaseUrl::Sqlite(path) => {
                let mut file = SqliteConnection::establish(&path.display().to_string()).unwrap();
                file.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
                Self::Sqlite(file)
            }
            DatabaseUrl::Postgres(url) => {
                Self::Postgres(PgConnection::establish(url.expose()).unwrap())
            }
        }
    }

    /// Tells it something.
    pub fn tell(&mut self, sql: &str) {
        match self {
            Self::Sqlite(file) => file.batch_execute(sql).unwrap(),
            Self::Postgres(server) => server.batch_execute(sql).unwrap(),
        }
    }

    /// Asks for lines: a text column called `line`.
    pub fn lines(&mut self, sql: &str) -> Vec<String> {
        let lines: Vec<Line> = match self {
            Self::Sqlite(file) => diesel::sql_query(sql).load(file).unwrap(),
            Self::Postgres(server) => diesel::sql_query(sql).load(server).unwrap(),
        };
        lines.into_iter().map(|line| line.line).collect()
    }

    /// Counts rows of `from`: a table, perhaps with a condition.
    pub fn count(&mut self, from: &str) -> i64 {
        let sql = format!("SELECT count(*) AS count FROM {from}");
        let found: Count = match self {
            Self::Sqlite(file) => diesel::sql_query(sql).get_result(file).unwrap(),
            Self::Postgres(server) => diesel::sql_query(sql).get_result(server).unwrap(),
        };
        found.count
    }
}

/// What is in a database that was answered, or was not.
#[derive(Debug, Default)]
pub struct Held {
    /// Pings in the database.
    pub there: usize,
    /// Pings that were answered with success and are not there.
    pub lost: Vec<String>,
    /// Pings that are there twice.
    pub doubled: Vec<String>,
}

/// Compares a database with what its senders were told. The doctor must find it whole.
#[track_caller]
pub fn look_through(database: &Database, taken: &[String]) -> Held {
    let said = ok(&run(database, &["doctor"]));
    assert!(said.contains("All is well."), "{said}");
    let mut times: HashMap<String, usize> = HashMap::new();
    for url in Sql::to(database).lines("SELECT url AS line FROM pings") {
        *times.entry(url).or_default() += 1;
    }
    let lost = taken.iter().filter(|url| !times.contains_key(*url)).cloned().collect();
    let doubled =
        times.iter().filter(|(_, times)| **times > 1).map(|(url, _)| url.clone()).collect();
    Held { there: times.values().sum(), lost, doubled }
}
