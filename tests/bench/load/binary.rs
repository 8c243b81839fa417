//! The real binary, in a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, ensure};

use crate::product::PASSPHRASE;

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

/// Opens a hub, `sxsw`, with one category, `keynotes`, which lists at once and reads no pages; who
/// may ping it is said by `ping`.
pub fn open_hub(data: &Path, ping: &str) -> anyhow::Result<()> {
    let file = |name: &str, line: &str| {
        let path = data.join(name);
        std::fs::write(&path, format!("{line}\n"))?;
        anyhow::Ok(path.display().to_string())
    };
    let password = file("password", "four or five ordinary words")?;
    let passphrase = file("passphrase", PASSPHRASE)?;
    let account = ["account", "add", "ada@example.org", "--password-file", &password];
    let hub = ["hub", "add", "sxsw", "--title", "SXSW 2003", "--owner", "ada@example.org"];
    let category = ["category", "add", "sxsw/keynotes", "--title", "Keynotes", "--ping", ping];
    let mut category = category.to_vec();
    category.extend(["--listing", "at-once", "--link-back", "off"]);
    if ping == "passphrase" {
        category.extend(["--passphrase-file", &passphrase]);
    }
    for args in [&account[..], &hub, &category] {
        let done = Command::new(env!("CARGO_BIN_EXE_backchannel"))
            .args(args)
            .env("DATA", data)
            .env("DATABASE_URL", format!("sqlite://{}/backchannel.db", data.display()))
            .output()?;
        ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(())
}

/// Resident memory of a process, in MiB.
pub fn resident(process: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1_024.0)
}
