//! A window of Chromium: what somebody does in it, and what must hold whatever they do.

mod complaints;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::chromium::Chromium;
use crate::harness::Browser;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A window.
pub struct Window {
    chromium: Chromium,
    base: String,
    /// Addresses that were opened and answered with an error, as they should.
    mistakes: RefCell<Vec<String>>,
    scripts: Cell<bool>,
}

/// An expression that is true where the page says this, and is there.
fn says(words: &str) -> String {
    let words = json!(words.split_whitespace().collect::<Vec<_>>().join(" "));
    format!(
        "document.readyState === 'complete' && \
         document.body.innerText.replace(/\\s+/g, ' ').includes({words})"
    )
}

/// A command that only Chromium knows: where it goes below the session, and what it says.
#[derive(Debug)]
struct Command(&'static str, Value);

impl WebDriverCompatibleCommand for Command {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &url::Url) -> (hyper::Method, Option<String>) {
        (hyper::Method::POST, Some(self.1.to_string()))
    }
}

impl Window {
    /// A window onto the site at this address.
    pub fn new(chromium: Chromium, base: &str) -> Self {
        let base = base.to_owned();
        Self { chromium, base, mistakes: RefCell::default(), scripts: Cell::new(true) }
    }

    fn client(&self) -> &Client {
        &self.chromium.client
    }

    /// Opens a page of the site.
    pub async fn open(&self, path: &str) {
        self.client().goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    /// Opens a page that answers with an error.
    pub async fn open_mistake(&self, path: &str) {
        self.mistakes.borrow_mut().push(format!("{}{path}", self.base));
        self.open(path).await;
    }

    /// What is sent from here on may be refused.
    pub async fn may_be_refused(&self) {
        let here = self.client().current_url().await.unwrap();
        self.mistakes.borrow_mut().push(here.into());
    }

    /// The path of the page it is on.
    pub async fn path(&self) -> String {
        self.client().current_url().await.unwrap().path().to_owned()
    }

    /// Speaks Chromium's own protocol.
    pub async fn cdp(&self, command: &str, params: Value) -> Value {
        let body = json!({ "cmd": command, "params": params });
        let answer = self.client().issue_cmd(Command("goog/cdp/execute", body)).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Whether pages' scripts run.
    pub fn has_scripts(&self) -> bool {
        self.scripts.get()
    }

    /// From here on no page's script runs.
    pub async fn without_javascript(&self) {
        self.scripts.set(false);
        self.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    }

    /// A phone of this width, touched; else a screen of this width.
    pub async fn is_wide(&self, width: u32) {
        let is_phone = width < 600;
        let height = if is_phone { 740 } else { 900 };
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone,
        });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
        let touch = json!({ "enabled": is_phone, "maxTouchPoints": 1 });
        self.cdp("Emulation.setTouchEmulationEnabled", touch).await;
    }

    /// Somebody whose system wants this: media type, and features with their values.
    pub async fn prefers(&self, media: &str, features: &[(&str, &str)]) {
        let features: Vec<Value> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        let wanted = json!({ "media": media, "features": features });
        self.cdp("Emulation.setEmulatedMedia", wanted).await;
    }

    /// Somebody whose browser is set to letters of this size, where 16 is usual.
    pub async fn reads_at(&self, size: u32) {
        let sizes = json!({ "fontSizes": { "standard": size, "fixed": size * 13 / 16 } });
        self.cdp("Page.setFontSizes", sizes).await;
    }

    /// Has the cookies of this browser, and no others.
    pub async fn is_signed_in_as(&self, browser: Option<&Browser>) {
        self.cdp("Network.clearBrowserCookies", json!({})).await;
        for (name, value) in browser.iter().flat_map(|browser| &browser.cookies) {
            let cookie = json!({ "name": name, "value": value, "url": self.base });
            self.cdp("Network.setCookie", cookie).await;
        }
    }

    /// Signs in by the form.
    pub async fn signs_in(&self, email: &str, password: &str) {
        self.open("/signin").await;
        self.types("#email", email).await;
        self.types("#password", password).await;
        self.clicks("main button.btn").await;
        self.is_at("/manage").await;
    }

    /// What a script in the page finds.
    pub async fn finds(&self, script: &str) -> Value {
        self.finds_with(script, vec![]).await
    }

    /// The same, with arguments.
    pub async fn finds_with(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client().execute(script, arguments).await.unwrap_or_else(|error| {
            let head: String = script.chars().take(200).collect();
            panic!("{head}: {error}")
        })
    }

    /// What a script in the page promises.
    pub async fn awaits(&self, script: &str) -> Value {
        self.client().execute_async(script, vec![]).await.unwrap()
    }

    /// Waits until this expression is true in the page, through pages that come and go; false where
    /// it never is.
    async fn comes_to(&self, expression: &str) -> bool {
        let script = format!("return !!({expression})");
        let met = async {
            let mut again = tokio::time::interval(Duration::from_millis(20));
            while !self.client().execute(&script, vec![]).await.is_ok_and(|met| met == json!(true))
            {
                again.tick().await;
            }
        };
        tokio::time::timeout(PATIENCE, met).await.is_ok()
    }

    /// Waits until this expression is true in the page.
    pub async fn until(&self, expression: &str) {
        if !self.comes_to(expression).await {
            panic!("never: {expression}, at {}:\n{}", self.path().await, self.text().await);
        }
    }

    /// Waits until it is on this page.
    pub async fn is_at(&self, path: &str) {
        self.until(&format!(
            "location.pathname === {} && document.readyState === 'complete'",
            json!(path)
        ))
        .await;
    }

    /// Waits until the page says this.
    pub async fn says(&self, words: &str) {
        self.until(&says(words)).await;
    }

    /// Waits until the page says this; false where it never does.
    pub async fn comes_to_say(&self, words: &str) -> bool {
        self.comes_to(&says(words)).await
    }

    /// What people read on the page.
    pub async fn text(&self) -> String {
        let text = self.finds("return document.body.innerText").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// What a selector finds; waits for it.
    pub async fn one(&self, selector: &str) -> Element {
        self.until(&format!("document.querySelector({})", json!(selector))).await;
        self.client().find(Locator::Css(selector)).await.unwrap()
    }

    /// The text of what a selector finds.
    pub async fn text_of(&self, selector: &str) -> String {
        self.one(selector).await.text().await.unwrap()
    }

    /// Clicks it, and waits for where it leads.
    pub async fn clicks(&self, selector: &str) {
        self.one(selector).await.click().await.unwrap();
    }

    /// Clicks the link or button that reads like this.
    pub async fn presses(&self, words: &str) {
        let xpath = format!("//*[self::a or self::button][normalize-space() = '{words}']");
        let found = self.client().wait().at_most(PATIENCE).for_element(Locator::XPath(&xpath));
        found.await.unwrap().click().await.unwrap();
    }

    /// Types into a field, in place of what stands there.
    pub async fn types(&self, selector: &str, text: &str) {
        let field = self.one(selector).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses a key.
    pub async fn key(&self, key: &str) {
        let (code, text) = if key == "Tab" { (9, None) } else { (0, Some(key)) };
        let mut event = json!({ "type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": code });
        if let Some(text) = text {
            event["type"] = json!("keyDown");
            event["text"] = json!(text);
        }
        self.cdp("Input.dispatchKeyEvent", event).await;
        self.cdp("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key })).await;
    }

    /// Touches it with a finger: it must be where fingers are, and nothing must lie over it.
    pub async fn touches(&self, selector: &str) {
        self.one(selector).await;
        let script = "const target = document.querySelector(arguments[0]); \
            target.scrollIntoView({ block: 'center', behavior: 'instant' }); \
            const box = target.getBoundingClientRect(); \
            return [box.x + box.width / 2, box.y + box.height / 2, box.width, box.height]";
        let found = self.finds_with(script, vec![json!(selector)]).await;
        let at = |n: usize| found[n].as_f64().unwrap();
        assert!(at(2) >= 44.0 && at(3) >= 44.0, "{selector} is too small for a thumb: {found}");
        let point = json!({ "x": at(0), "y": at(1) });
        let begin = json!({ "type": "touchStart", "touchPoints": [point] });
        self.cdp("Input.dispatchTouchEvent", begin).await;
        let end = json!({ "type": "touchEnd", "touchPoints": [] });
        self.cdp("Input.dispatchTouchEvent", end).await;
    }
}
