//! Chromium and its driver: one of each for each window, and gone with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Tells a story in a fresh Chromium, if there is one: `journey! { async fn name(site, window) … }`
/// tells it with JavaScript and without.
macro_rules! journey {
    ($(async fn $name:ident($site:ident, $window:ident) $body:block)*) => {$(
        async fn $name($site: &crate::harness::Site, $window: &crate::window::Window) $body

        mod $name {
            async fn told(scripts: bool) {
                let Some(chromium) = crate::chromium::Chromium::start().await else { return };
                let database = crate::harness::Database::sqlite();
                let site = crate::harness::Site::start(database).await;
                let window = crate::window::Window::new(chromium, &site.base);
                if !scripts {
                    window.without_javascript().await;
                }
                super::$name(&site, &window).await;
                window.was_quiet().await;
            }

            #[tokio::test]
            async fn with_javascript() {
                told(true).await;
            }

            #[tokio::test]
            async fn without_javascript() {
                told(false).await;
            }
        }
    )*};
}

/// What Chromium is started with: nothing that dials out by itself.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// The drivers that are started until one has a port.
const DRIVERS: usize = 10;

/// A running Chromium.
pub struct Chromium {
    /// Its `WebDriver` session.
    pub client: Client,
    session: String,
    address: String,
    driver: Child,
    // The driver writes a few lines: they must lead somewhere.
    _says: BufReader<ChildStdout>,
    // Dropped last: the profile goes when nobody writes to it any more.
    _profile: TempDir,
}

impl Chromium {
    /// Starts one. Nothing where there is none; with `CI=true` that is a failure.
    pub async fn start() -> Option<Self> {
        let Some((driver, says, port)) = driver() else {
            assert!(!in_ci(), "chromedriver is not installed: in CI the browser must be there");
            eprintln!("chromedriver (Debian: chromium-driver) is not installed: this was not told");
            return None;
        };
        let address = format!("127.0.0.1:{port}");
        let profile = tempfile::tempdir().unwrap();
        let mut args: Vec<String> = FLAGS.map(str::to_owned).into();
        args.push(format!("--user-data-dir={}", profile.path().display()));
        let capabilities = json!({
            "goog:chromeOptions": { "args": args },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://{address}"))
            .await
            .expect("Chromium starts");
        let session = client.session_id().await.unwrap().unwrap();
        Some(Self { client, session, address, driver, _says: says, _profile: profile })
    }
}

impl Drop for Chromium {
    /// Ends the session, which ends the browser, and then the driver: also of a story that failed.
    fn drop(&mut self) {
        let request = format!(
            "DELETE /session/{} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.session, self.address
        );
        if let Ok(mut stream) = std::net::TcpStream::connect(&self.address) {
            let _bounded = stream.set_read_timeout(Some(std::time::Duration::from_secs(10)));
            let _asked = stream.write_all(request.as_bytes());
            // It answers when the browser has ended, and may leave the line open.
            let _answered = stream.read(&mut [0; 1_024]);
        }
        let _ended = self.driver.kill();
        let _reaped = self.driver.wait();
    }
}

/// A driver on a free port, which it names.
///
/// It takes one that is free on `[::1]`, then the same on 127.0.0.1, and ends where that is somebody's, as
/// the port of one of the servers that other stories start beside it: then another is started.
fn driver() -> Option<(Child, BufReader<ChildStdout>, u16)> {
    let mut said = String::new();
    for _ in 0..DRIVERS {
        let driver = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).spawn();
        let mut driver = driver.ok()?;
        let mut says = BufReader::new(driver.stdout.take().unwrap());
        let mut line = String::new();
        while says.read_line(&mut line).unwrap() > 0 {
            if let Some((_, port)) = line.rsplit_once("successfully on port ") {
                let port = port.trim().trim_end_matches('.').parse().unwrap();
                return Some((driver, says, port));
            }
            said.push_str(&line);
            line.clear();
        }
        let ended = driver.wait().unwrap();
        said.push_str(&format!("it ended: {ended}\n"));
    }
    panic!("chromedriver does not say where it listens, {DRIVERS} times:\n{said}");
}

/// Whether what is missing is a failure.
#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
pub fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|ci| ci == "true")
}
