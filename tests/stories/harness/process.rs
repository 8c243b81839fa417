//! The program itself as a process, with a database of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use super::Database;

/// The program, with this database and nothing else from the environment.
pub fn backchannel(database: &Database) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backchannel"));
    command
        .env_clear()
        .env("DATA", database.data.path())
        .env("SECRET_KEY", "a key for stories, long enough for it")
        .env(
            "DATABASE_URL",
            match &database.url {
                backchannel::config::DatabaseUrl::Sqlite(path) => {
                    format!("sqlite://{}", path.display())
                }
                backchannel::config::DatabaseUrl::Postgres(url) => url.expose().clone(),
            },
        );
    command
}

pub fn run(database: &Database, args: &[&str]) -> Output {
    backchannel(database).args(args).output().unwrap()
}

#[track_caller]
pub fn ok(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

pub fn secret_file(database: &Database, name: &str, secret: &str) -> String {
    let path = database.data.path().join(name);
    std::fs::write(&path, format!("{secret}\n")).unwrap();
    path.display().to_string()
}

/// A started server and its first lines.
pub struct Served {
    pub child: Child,
    pub base: String,
    pub lines: Vec<String>,
}

pub fn serve(database: &Database, args: &[&str], lines: usize) -> Served {
    serve_at(database, "127.0.0.1:0", args, lines)
}

/// A server at an address: one that was stopped comes back where it was.
pub fn serve_at(database: &Database, address: &str, args: &[&str], lines: usize) -> Served {
    let mut child = backchannel(database)
        .args(["--listen", address])
        .args(args)
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(database.data.path().join("log")).unwrap())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let lines: Vec<String> = out.lines().take(lines).map(Result::unwrap).collect();
    let base = lines[0].rsplit(' ').next().unwrap().to_owned();
    Served { child, base, lines }
}

impl Served {
    pub fn signal(&mut self, name: &str) -> i32 {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Where the story ended early; else it has ended already.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

pub fn databases() -> Vec<Database> {
    std::iter::once(Database::sqlite()).chain(Database::postgres()).collect()
}
