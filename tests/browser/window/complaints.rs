//! What the browser complains of.

use serde_json::{Value, json};

use super::{Command, Window};

impl Window {
    /// What has been logged since it was last asked for.
    async fn log(&self, of: &str) -> Vec<Value> {
        let answer = self.client().issue_cmd(Command("se/log", json!({ "type": of }))).await;
        answer.unwrap().as_array().cloned().unwrap_or_default()
    }

    /// What the browser complains of, and what it asked for elsewhere, since it was last asked.
    pub async fn complaints(&self) -> Vec<String> {
        let mistakes = self.mistakes.borrow().clone();
        let mut complaints = Vec::new();
        for line in self.log("browser").await {
            let says = line["message"].as_str().unwrap_or_default();
            let is_mistake = says.contains("the server responded with a status of 4")
                && mistakes.iter().any(|mistake| says.starts_with(mistake.as_str()));
            if !is_mistake && line["level"] != "DEBUG" && line["level"] != "INFO" {
                complaints.push(format!("the console says: {says}"));
            }
        }
        for line in self.log("performance").await {
            let event: Value = serde_json::from_str(line["message"].as_str().unwrap()).unwrap();
            let event = &event["message"];
            let asked = ["Network.requestWillBeSent", "Network.webSocketCreated"]
                .contains(&event["method"].as_str().unwrap_or_default());
            let url = event["params"]["request"]["url"].as_str();
            let url = url.or(event["params"]["url"].as_str()).unwrap_or_default();
            let is_ours = url.strip_prefix(&self.base).is_some_and(|rest| rest.starts_with('/'));
            // Its own pages (`chrome:`) are on this machine.
            let is_here = url.starts_with("data:") || url.starts_with("chrome");
            if asked && !is_ours && !is_here {
                complaints.push(format!("it asked another host: {url}"));
            }
        }
        complaints
    }

    /// Nothing was complained of: no error, nothing that the page's policy stopped, no request to
    /// another host.
    pub async fn was_quiet(&self) {
        let complaints = self.complaints().await;
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }
}
