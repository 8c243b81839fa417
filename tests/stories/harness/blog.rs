//! Blogs: real servers on real sockets, whose pages change while a story goes on.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// What a blog answers at one address.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    any_query: bool,
    echoes: bool,
}

impl Answer {
    /// A page.
    pub fn html(body: impl Into<String>) -> Self {
        Self::of(200, "text/html; charset=utf-8", body.into())
    }

    /// A feed.
    pub fn feed(body: impl Into<String>) -> Self {
        Self::of(200, "application/rss+xml; charset=utf-8", body.into())
    }

    /// Anything.
    pub fn of(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        let body = body.into().into_bytes();
        let headers = vec![("Content-Type".into(), content_type.into())];
        Self { status, headers, body, any_query: false, echoes: false }
    }

    /// What a subscriber to a feed answers: yes, whatever is asked (the challenge, as it came).
    pub fn echo() -> Self {
        Self { echoes: true, ..Self::of(200, "text/plain", "").at_any_query() }
    }

    /// The same, whatever stands behind the path's question mark.
    pub fn at_any_query(self) -> Self {
        Self { any_query: true, ..self }
    }

    /// With one header more.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// What somebody asked a blog for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The path.
    pub path: String,
    /// The whole head.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Asked {
    /// A field behind the question mark.
    pub fn field(&self, name: &str) -> Option<String> {
        let (_, query) = self.path.split_once('?')?;
        let mut fields = url::form_urlencoded::parse(query.as_bytes());
        fields.find(|(this, _)| this == name).map(|(_, value)| value.into_owned())
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(this, _)| this.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

#[derive(Default)]
struct Shared {
    pages: BTreeMap<String, Answer>,
    asked: Vec<Asked>,
    stops: bool,
}

/// A blog on this machine.
pub struct Blog {
    /// Its address, without a slash at the end.
    pub base: String,
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    thread: Option<JoinHandle<()>>,
}

impl Blog {
    /// Starts a blog without pages.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared: Arc<Mutex<Shared>> = Arc::default();
        let serving = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.lock().unwrap().stops {
                    return;
                }
                let serving = Arc::clone(&serving);
                std::thread::spawn(move || serve(stream.unwrap(), &serving));
            }
        });
        Self { base: format!("http://{address}"), address, shared, thread: Some(thread) }
    }

    /// The address of one of its pages.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Publishes something, or changes it.
    pub fn publish(&self, path: &str, answer: Answer) -> String {
        self.shared.lock().unwrap().pages.insert(path.to_owned(), answer);
        self.url(path)
    }

    /// Publishes a post with a title that links somewhere.
    pub fn post(&self, path: &str, title: &str, link: &str) -> String {
        self.publish(path, Answer::html(post(title, link)))
    }

    /// What was asked of it so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.lock().unwrap().asked.clone()
    }
}

/// The page of a post, as a static site generator writes it.
pub fn post(title: &str, link: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><title>{title} | Ada’s blog</title>\
         <meta property=\"og:site_name\" content=\"Ada’s blog\">\
         <link rel=alternate type=\"application/rss+xml\" href=\"/feed.xml\"></head>\
         <body><article class=\"h-entry\"><h1 class=\"p-name\">{title}</h1>\
         <div class=\"e-content\"><p>What was said about <a href=\"{link}\">the talk</a>, \
         and by whom.</p></div></article></body></html>"
    )
}

fn serve(mut stream: TcpStream, shared: &Mutex<Shared>) {
    let mut head = Vec::new();
    let mut byte = [0; 1];
    while !head.ends_with(b"\r\n\r\n") && head.len() < 16_384 {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split_whitespace().nth(1).unwrap_or("/").to_owned();
    let mut asked = Asked { path, head, body: Vec::new() };
    let length = asked.header("content-length").and_then(|length| length.parse().ok());
    asked.body.resize(length.unwrap_or(0), 0);
    if stream.read_exact(&mut asked.body).is_err() {
        return;
    }
    let challenge = asked.field("hub.challenge");
    let mut shared = shared.lock().unwrap();
    let bare = asked.path.split('?').next().unwrap_or_default();
    let at_any_query = || shared.pages.get(bare).filter(|answer| answer.any_query);
    let missing = Answer::of(404, "text/html", "Nothing here");
    let found = shared.pages.get(&asked.path).or_else(at_any_query).cloned();
    let mut answer = found.unwrap_or(missing);
    if answer.echoes {
        answer.body = challenge.unwrap_or_default().into_bytes();
    }
    shared.asked.push(asked);
    drop(shared);
    let mut response = format!("HTTP/1.1 {} x\r\n", answer.status);
    for (name, value) in &answer.headers {
        response += &format!("{name}: {value}\r\n");
    }
    response += &format!("Content-Length: {}\r\nConnection: close\r\n\r\n", answer.body.len());
    // Whoever asked may have seen enough.
    let _gone = stream.write_all(response.as_bytes()).and_then(|()| stream.write_all(&answer.body));
}

impl Drop for Blog {
    fn drop(&mut self) {
        self.shared.lock().unwrap().stops = true;
        // Wakes it up, so that it sees that it is to stop.
        let _woken = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}
