//! Many who ping a server that runs as a process, and what it holds afterwards.

use super::browser::http;
use super::process::{ok, run, secret_file};
use super::{Database, PASSWORD};

/// Opens `/sxsw` with the category `/sxsw/all`, which lists at once.
pub fn open_hub(database: &Database) {
    open_hub_with(database, &["--ping", "open", "--listing", "at-once"]);
}

/// The same with a category of another kind.
pub fn open_hub_with(database: &Database, policy: &[&str]) {
    let password = secret_file(database, "password", PASSWORD);
    ok(&run(database, &["account", "add", "ada@example.org", "--password-file", &password]));
    ok(&run(database, &["hub", "add", "sxsw", "--title", "SXSW", "--owner", "ada@example.org"]));
    let category = ["category", "add", "sxsw/all", "--title", "All"];
    ok(&run(database, &[&category[..], policy].concat()));
}

/// Sends pings to `/sxsw/all`.
#[derive(Debug, Clone)]
pub struct Sender {
    client: reqwest::Client,
    to: String,
}

impl Sender {
    /// To the server at this address.
    pub fn to(base: &str) -> Self {
        Self { client: http(), to: format!("{base}/sxsw/all/trackback") }
    }

    /// Sends a ping: whether it was taken in, or `None` where nothing was answered.
    pub async fn ping(&self, url: &str) -> Option<bool> {
        let fields = [("url", url), ("title", url)];
        let form =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(&self.to).body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.send().await.ok()?.text().await.ok()?;
        Some(answer.contains("<error>0</error>"))
    }
}

/// How many of each there are, as the doctor says, who finds nothing wrong.
pub fn holds(database: &Database) -> String {
    let said = ok(&run(database, &["doctor"]));
    assert!(said.contains("All is well."), "{said}");
    said.lines().find(|line| line.starts_with("holds")).unwrap().to_owned()
}

/// How many pings a database has.
pub fn count_pings(database: &Database) -> usize {
    let says = holds(database);
    let (_, count) = says.split_once("pings ").unwrap();
    count.split(' ').next().unwrap().parse().unwrap()
}

/// All of these were taken in before: sent again they are no new ones.
pub async fn are_all_there(database: &Database, base: &str, urls: &[String]) {
    let (before, sender) = (count_pings(database), Sender::to(base));
    for url in urls {
        assert_eq!(sender.ping(url).await, Some(true), "{url}");
    }
    assert_eq!(count_pings(database), before, "each is there, once");
}
