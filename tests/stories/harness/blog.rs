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
        Self { status, headers: vec![("Content-Type".into(), content_type.into())], body }
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
    let mut shared = shared.lock().unwrap();
    shared.asked.push(Asked { path: path.clone(), head });
    let missing = Answer::of(404, "text/html", "Nothing here");
    let answer = shared.pages.get(&path).cloned().unwrap_or(missing);
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
