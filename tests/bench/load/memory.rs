//! Memory of the real binary at rest.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, ensure};

use crate::client::{Answer, ask};

/// A running server, which ends with this value. It would end earlier if nobody held the other end
/// of its standard output, where it prints more than one line.
pub struct Server {
    /// Where it answers.
    pub address: SocketAddr,
    process: Child,
    _out: BufReader<ChildStdout>,
}

impl Server {
    /// Starts the real binary on SQLite in this directory.
    pub fn start(data: &Path, args: &[&str]) -> anyhow::Result<Self> {
        let mut process = Command::new(env!("CARGO_BIN_EXE_backchannel"))
            .args(["serve", "--listen=127.0.0.1:0", "--workers=2"])
            .args(["--database", &format!("sqlite://{}/backchannel.db", data.display())])
            .args(["--data", &data.display().to_string()])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut out = BufReader::new(process.stdout.take().context("its standard output")?);
        let mut first_line = String::new();
        out.read_line(&mut first_line)?;
        let address = first_line.trim().rsplit("//").next().unwrap_or_default();
        let address = address.trim_end_matches('/').parse().with_context(|| first_line.clone())?;
        Ok(Self { address, process, _out: out })
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself: then there is nothing to end.
        let _ended = self.process.kill();
        let _ended = self.process.wait();
    }
}

/// Resident memory in MiB at two moments.
pub fn measure() -> anyhow::Result<Vec<(&'static str, f64)>> {
    let data = tempfile::tempdir()?;
    let server = Server::start(data.path(), &[])?;
    let page = ask(server.address, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    ensure!(page.status == 200, "{page:?}");
    let at_rest = resident(server.id())?;
    sign_in(server.address)?;
    let after_sign_in = resident(server.id())?;
    Ok(vec![("after its first page", at_rest), ("after one sign-in", after_sign_in)])
}

/// A sign-in that fails, after a password was hashed.
fn sign_in(address: SocketAddr) -> anyhow::Result<()> {
    let form = ask(address, b"GET /signin HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let cookie = form.header("set-cookie")?.split(';').next().unwrap_or_default().to_owned();
    let token = csrf(&form).with_context(|| format!("no token in {}", form.text()))?;
    let body = format!("csrf={token}&email=nobody%40example.org&password=whatever+it+may+be&next=");
    let request = format!(
        "POST /signin HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
         Sec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = ask(address, request.as_bytes())?;
    ensure!(answer.status == 422, "{answer:?}");
    ensure!(answer.text().contains("do not go together"), "{}", answer.text());
    Ok(())
}

fn csrf(form: &Answer) -> Option<String> {
    let text = form.text();
    let (_, after) = text.split_once("name=\"csrf\"")?;
    let (_, value) = after.split_once("value=\"")?;
    value.split('"').next().map(str::to_owned)
}

/// Resident memory of a process, in MiB.
pub fn resident(process: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1_024.0)
}
