//! One who asks one thing after the other, and reads each answer at leisure.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::client::{BUFFER, read_head};

/// An answer that was read at leisure.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// All headers.
    pub headers: Vec<(String, String)>,
    /// The body, as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> anyhow::Result<&str> {
        self.find_header(name).with_context(|| format!("no {name} in {self:?}"))
    }

    fn find_header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(this, _)| this.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text, with its compression undone.
    pub fn text(&self) -> String {
        let mut plain = Vec::new();
        let read = match self.find_header("content-encoding") {
            Some("gzip") => flate2::read::GzDecoder::new(&self.body[..]).read_to_end(&mut plain),
            _ => return String::from_utf8_lossy(&self.body).into_owned(),
        };
        match read {
            Ok(_) => String::from_utf8_lossy(&plain).into_owned(),
            Err(error) => format!("compressed wrongly: {error}"),
        }
    }
}

/// A keep-alive connection on which one thing is asked after the other.
pub struct Visitor {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Visitor {
    /// Connects.
    pub fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Self { stream, buffer: vec![0; BUFFER] })
    }

    /// Sends a request and waits for its whole answer.
    pub fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request)?;
        let mut bytes = Vec::new();
        loop {
            let more = self.stream.read(&mut self.buffer)?;
            bytes.extend_from_slice(&self.buffer[..more]);
            if let Some(head) = read_head(&bytes)?
                && bytes.len() >= head.length + head.body
            {
                let text = String::from_utf8_lossy(&bytes[..head.length]).into_owned();
                let pairs = text.lines().skip(1).filter_map(|line| line.split_once(':'));
                let headers = pairs.map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
                let body = bytes[head.length..].to_vec();
                return Ok(Answer { status: head.status, headers: headers.collect(), body });
            }
            ensure!(more > 0, "the answer was cut off: {}", String::from_utf8_lossy(&bytes));
        }
    }
}

/// Sends one request on a connection of its own.
pub fn ask(address: SocketAddr, request: &[u8]) -> anyhow::Result<Answer> {
    Visitor::connect(address)?.ask(request)
}

/// A request for a page or feed as a browser sends it through a proxy; `headers` end in a new line
/// each.
pub fn get(path: &str, headers: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: hubs.example.org\r\nUser-Agent: load\r\n\
         X-Forwarded-For: 198.51.100.7\r\nAccept: */*\r\n{headers}\r\n"
    )
    .into_bytes()
}
