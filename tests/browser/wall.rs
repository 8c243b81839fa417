//! The wall hangs in a hall with nobody at its keyboard: it turns by itself, and goes on after a
//! network that was away and a server that was started again.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::json;

use crate::chromium::Chromium;
use crate::harness::process::{backchannel, ok, run, secret_file};
use crate::harness::{Browser, Database};
use crate::window::Window;

const PASSWORD: &str = "a long enough password";
/// The title of the post that is shown.
const SHOWN: &str = "document.querySelector('article:not([hidden]) h2')?.textContent";

/// A hall: a server of its own at an address that stays, and an organizer.
struct Hall {
    database: Database,
    address: String,
    server: Child,
    organizer: Browser,
}

/// Starts a server at an address; gives back the one that it has.
fn serve(database: &Database, address: &str) -> (Child, String) {
    let mut server = backchannel(database)
        .args(["serve", "--listen", address])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let base = line.trim().rsplit(' ').next().unwrap().trim_end_matches('/').to_owned();
    (server, base)
}

impl Hall {
    async fn opens() -> Self {
        let database = Database::sqlite();
        let password = secret_file(&database, "password", PASSWORD);
        ok(&run(&database, &["account", "add", "ada@example.org", "--password-file", &password]));
        let hub = ["hub", "add", "sxsw", "--title", "SXSW", "--owner", "ada@example.org"];
        ok(&run(&database, &hub));
        ok(&run(
            &database,
            &[
                "category",
                "add",
                "sxsw/keynotes",
                "--title",
                "Keynotes",
                "--ping",
                "open",
                "--listing",
                "new-blog-waits",
            ],
        ));
        let (server, base) = serve(&database, "127.0.0.1:0");
        let mut organizer = Browser::new(&base);
        organizer.open("/signin").await;
        let fields = [("email", "ada@example.org"), ("password", PASSWORD)];
        organizer.submit("/signin", &fields).await.has_status(303);
        let address = base.strip_prefix("http://").unwrap().to_owned();
        Self { database, address, server, organizer }
    }

    fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A post is sent, and an organizer lists it.
    async fn lists(&mut self, title: &str) {
        let url = format!("http://{}.example/1", title.to_lowercase());
        let post = [("url".to_owned(), url), ("title".to_owned(), title.to_owned())];
        let base = self.base();
        let sent = Browser::new(&base).post_from("/sxsw/keynotes", &post, &[]).await;
        assert!(sent.body.contains("<error>0</error>"), "{}", sent.body);
        let queue = self.organizer.open("/manage/sxsw").await;
        let action = queue.action_beside(title, "/verdict");
        self.organizer.submit(&action, &[("verdict", "list")]).await.has_status(303);
    }

    fn stops(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    fn begins_again(&mut self) {
        self.server = serve(&self.database, &self.address).0;
    }
}

impl Drop for Hall {
    fn drop(&mut self) {
        let _ended = self.server.kill();
        let _reaped = self.server.wait();
    }
}

async fn has_network(window: &Window, has: bool) {
    window.cdp("Network.enable", json!({})).await;
    let state = json!({
        "offline": !has, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
    });
    window.cdp("Network.emulateNetworkConditions", state).await;
}

async fn shows(window: &Window, title: &str) {
    window.until(&format!("{SHOWN} === {}", json!(title))).await;
}

#[tokio::test]
async fn it_turns_and_goes_on_without_anybody() {
    let Some(chromium) = Chromium::start().await else { return };
    let mut hall = Hall::opens().await;
    hall.lists("Anchor").await;
    hall.lists("Buoy").await;
    let window = Window::new(chromium, &hall.base());
    window.open("/sxsw/-/wall").await;
    shows(&window, "Buoy").await;
    shows(&window, "Anchor").await;
    // What is listed is shown at once.
    hall.lists("Current").await;
    shows(&window, "Current").await;

    has_network(&window, false).await;
    hall.lists("Drift").await;
    // It turns, with what it has.
    shows(&window, "Buoy").await;
    assert_eq!(window.finds("return document.querySelectorAll('article').length").await, 3);
    has_network(&window, true).await;
    shows(&window, "Drift").await;

    hall.stops();
    shows(&window, "Current").await;
    hall.begins_again();
    hall.lists("Ebb").await;
    shows(&window, "Ebb").await;
    assert_eq!(window.finds("return document.querySelectorAll('article').length").await, 5);
}

#[tokio::test]
async fn without_a_script_it_reloads_itself() {
    let Some(chromium) = Chromium::start().await else { return };
    let mut hall = Hall::opens().await;
    hall.lists("Anchor").await;
    hall.lists("Buoy").await;
    let window = Window::new(chromium, &hall.base());
    window.without_javascript().await;
    window.open("/sxsw/-/wall").await;
    shows(&window, "Buoy").await;
    shows(&window, "Anchor").await;
    window.until("location.search === '?at=1'").await;
    hall.lists("Current").await;
    shows(&window, "Current").await;
}
