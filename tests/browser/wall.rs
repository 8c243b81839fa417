//! The wall hangs in a hall with nobody at its keyboard: it turns by itself, and goes on after a
//! network that was away and a server that was started again.

use serde_json::json;

use crate::chromium::Chromium;
use crate::harness::process::{Served, ok, run, secret_file, serve, serve_at};
use crate::harness::{Browser, Database};
use crate::window::Window;

const PASSWORD: &str = "a long enough password";
/// The title of the post that is shown.
const SHOWN: &str = "document.querySelector('article:not([hidden]) h2')?.textContent";

/// A hall: a server of its own at an address that stays, and an organizer.
struct Hall {
    server: Served,
    database: Database,
    organizer: Browser,
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
        let server = serve(&database, &[], 1);
        let mut organizer = Browser::new(&server.base);
        organizer.open("/signin").await;
        let fields = [("email", "ada@example.org"), ("password", PASSWORD)];
        organizer.submit("/signin", &fields).await.has_status(303);
        Self { server, database, organizer }
    }

    /// A post is sent, and an organizer lists it.
    async fn lists(&mut self, title: &str) {
        let url = format!("http://{}.example/1", title.to_lowercase());
        let post = [("url".to_owned(), url), ("title".to_owned(), title.to_owned())];
        let sent = Browser::new(&self.server.base).post_from("/sxsw/keynotes", &post, &[]).await;
        assert!(sent.body.contains("<error>0</error>"), "{}", sent.body);
        let queue = self.organizer.open("/manage/sxsw").await;
        let action = queue.action_beside(title, "/verdict");
        self.organizer.submit(&action, &[("verdict", "list")]).await.has_status(303);
    }

    fn stops(&mut self) {
        self.server.signal("-KILL");
    }

    fn begins_again(&mut self) {
        let address = self.server.base.strip_prefix("http://").unwrap().to_owned();
        self.server = serve_at(&self.database, &address, &[], 1);
    }
}

/// Two posts are listed, and the wall shows one after the other.
async fn turns(scripts: bool) -> Option<(Hall, Window)> {
    let chromium = Chromium::start().await?;
    let mut hall = Hall::opens().await;
    hall.lists("Anchor").await;
    hall.lists("Buoy").await;
    let window = Window::new(chromium, &hall.server.base);
    if !scripts {
        window.without_javascript().await;
    }
    window.open("/sxsw/-/wall").await;
    shows(&window, "Buoy").await;
    shows(&window, "Anchor").await;
    Some((hall, window))
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
    let Some((mut hall, window)) = turns(true).await else { return };
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
    let Some((mut hall, window)) = turns(false).await else { return };
    window.until("location.search === '?at=1'").await;
    hall.lists("Current").await;
    shows(&window, "Current").await;
}
