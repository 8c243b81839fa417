//! A browser without JavaScript: it keeps cookies, and fills in the forms of the page it is on.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use scraper::{ElementRef, Html, Selector};

/// One client for all: making one reads the certificates of the machine. It keeps no connection,
/// so that no story meets another's.
#[expect(clippy::disallowed_methods, reason = "a browser dials")]
static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .build()
        .unwrap()
});

/// What browsers dial with, for what they do not do.
pub fn http() -> reqwest::Client {
    HTTP.clone()
}

/// A browser.
pub struct Browser {
    http: reqwest::Client,
    base: String,
    /// Under which name it is there, if that is not where it dials.
    home: Option<String>,
    /// Its cookies.
    pub cookies: BTreeMap<String, String>,
    page: Page,
    /// Further headers of every request.
    pub headers: Vec<(&'static str, String)>,
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub body: String,
    /// The body, as bytes.
    pub bytes: Vec<u8>,
}

impl Browser {
    /// A fresh browser. Redirects are not followed: stories say where they lead.
    pub fn new(base: &str) -> Self {
        Self {
            http: HTTP.clone(),
            base: base.to_owned(),
            home: None,
            cookies: BTreeMap::new(),
            page: Page::default(),
            headers: Vec::new(),
        }
    }

    /// A fresh browser that dials `base`, where it takes `home` to be.
    pub fn at(base: &str, home: &str) -> Self {
        let host = home.split_once("://").unwrap().1.to_owned();
        let headers = vec![("host", host)];
        Self { home: Some(home.to_owned()), headers, ..Self::new(base) }
    }

    /// Opens a page of the site.
    pub async fn open(&mut self, path: &str) -> Page {
        self.open_with(path, &[]).await
    }

    /// Opens a page with these headers.
    pub async fn open_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Page {
        let url = self.url(path);
        let mut request = self.http.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    /// `HEAD`.
    pub async fn head(&mut self, path: &str) -> Page {
        let url = self.url(path);
        let request = self.http.head(url);
        self.send(request).await
    }

    /// Sends the form of the page it is on whose action begins like this: its fields as they
    /// stand there, these ones filled in.
    pub async fn submit(&mut self, action: &str, fields: &[(&str, &str)]) -> Page {
        let (action, values) = self.filled(action, fields);
        self.post(&action, &values).await
    }

    /// The form of the page it is on, with these fields filled in.
    fn filled(&self, action: &str, fields: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
        let (action, mut values) = self.page.form(action);
        for (name, value) in fields {
            values.retain(|(this, _)| this != name);
            values.push(((*name).to_owned(), (*value).to_owned()));
        }
        (action, values)
    }

    /// Sends the form of the page it is on as [`Self::submit`] does, with files: names of fields,
    /// and what the files say.
    pub async fn submit_files(
        &mut self,
        action: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Page {
        const BOUNDARY: &str = "7d03135102b8";
        let (action, mut values) = self.filled(action, fields);
        values.retain(|(name, _)| !files.iter().any(|(file, _)| file == name));
        let mut body = Vec::new();
        for (name, value) in &values {
            let head =
                format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(format!("{head}{value}\r\n").as_bytes());
        }
        for (name, bytes) in files {
            let head = format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"x\"\r\n\
                 content-type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let request = self
            .http
            .post(self.url(&action))
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .header("origin", self.origin())
            .header("sec-fetch-site", "same-origin")
            .body(body);
        self.send(request).await
    }

    /// Says who may read `/sxsw` (`-`) or a category of it: where a reading password is asked for,
    /// it is "tell nobody".
    pub async fn sets_readers(&mut self, what: &str, readers: &str) {
        let page = "/manage/sxsw/readers";
        self.open(page).await;
        let password = if readers == "password" { "tell nobody" } else { "" };
        let fields = [("readers", readers), ("password", password)];
        self.submit(&format!("{page}/{what}"), &fields).await.redirects_to(page);
    }

    /// Posts these fields, with the headers of a page of the site.
    pub async fn post(&mut self, path: &str, fields: &[(String, String)]) -> Page {
        let origin = self.origin();
        self.post_from(path, fields, &[("origin", &origin), ("sec-fetch-site", "same-origin")])
            .await
    }

    /// Posts these fields from anywhere.
    pub async fn post_from(
        &mut self,
        path: &str,
        fields: &[(String, String)],
        headers: &[(&str, &str)],
    ) -> Page {
        let body: String =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = self
            .http
            .post(self.url(path))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    /// Posts any bytes to any address.
    pub async fn post_raw(&mut self, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Page {
        let mut request = self.http.post(self.url(url)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    fn origin(&self) -> String {
        self.home.as_ref().unwrap_or(&self.base).clone()
    }

    fn url(&self, path: &str) -> String {
        let at_home = self.home.as_deref().and_then(|home| path.strip_prefix(home));
        match at_home.unwrap_or(path) {
            path if path.starts_with('/') || path.is_empty() => format!("{}{path}", self.base),
            path => path.to_owned(),
        }
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Page {
        if !self.cookies.is_empty() {
            let cookies: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", cookies.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let request = request.build().unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = self.http.execute(request).await.unwrap();
        let status = response.status().as_u16();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let bytes = response.bytes().await.unwrap().to_vec();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        for (_, cookie) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = cookie.split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let page = Page { status, headers, body, bytes };
        super::written::write(method.as_str(), &path, &page);
        if !(300..400).contains(&status) {
            self.page = page.clone();
        }
        page
    }
}

impl Page {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(this, _)| this == name).map(|(_, value)| value.as_str())
    }

    /// The answer has this status.
    #[track_caller]
    pub fn has_status(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// The page says this, as people read it.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.text().contains(words), "{words:?} is not in:\n{}", self.text());
        self
    }

    /// The page does not say this anywhere, in text or code.
    #[track_caller]
    pub fn never_says(&self, words: &str) -> &Self {
        assert!(!self.body.contains(words), "{words:?} is in:\n{}", self.body);
        self
    }

    /// The answer leads here.
    #[track_caller]
    pub fn redirects_to(&self, path: &str) -> &Self {
        let location = self.header("location").unwrap_or_default();
        assert!(self.status == 303 || self.status == 301, "{} {}", self.status, self.body);
        let without = |marks: &[char]| location.split(marks).next() == Some(path);
        assert!(without(&['?']) || without(&['?', '#']), "{location} is not {path}");
        self
    }

    /// What people read.
    pub fn text(&self) -> String {
        let html = Html::parse_document(&self.body);
        let text: Vec<&str> = html.root_element().text().collect();
        text.join(" ").split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".")
    }

    /// The texts of what a selector finds.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector)
            .map(|found| found.text().collect::<String>().trim().to_owned())
            .collect()
    }

    /// The text of the first thing a selector finds.
    #[track_caller]
    pub fn one_text(&self, selector: &str) -> String {
        self.texts(selector)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("nothing is {selector} in:\n{}", self.body))
    }

    /// An attribute of everything a selector finds.
    pub fn attributes(&self, selector: &str, attribute: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector)
            .filter_map(|found| found.value().attr(attribute).map(str::to_owned))
            .collect()
    }

    /// The action of the form in the article that holds this title.
    #[track_caller]
    pub fn action_beside(&self, title: &str, ending: &str) -> String {
        let html = Html::parse_document(&self.body);
        let (article, form) = (select("article, li"), select("form"));
        html.select(&article)
            .filter(|article| article.text().collect::<String>().contains(title))
            .flat_map(|article| article.select(&form).collect::<Vec<_>>())
            .filter_map(|form| form.value().attr("action"))
            .find(|action| action.ends_with(ending))
            .unwrap_or_else(|| panic!("no form for {title:?} in:\n{}", self.text()))
            .to_owned()
    }

    /// The first form whose action begins like this: its action, and its fields as they stand.
    #[track_caller]
    pub fn form(&self, action: &str) -> (String, Vec<(String, String)>) {
        let html = Html::parse_document(&self.body);
        let forms = select("form");
        let that = |fits: fn(&str, &str) -> bool| {
            html.select(&forms).find(|form| {
                form.value().attr("method") == Some("post")
                    && form.value().attr("action").is_some_and(|this| fits(this, action))
            })
        };
        let form = that(|this, action| this == action)
            .or_else(|| that(|this, action| this.starts_with(action)))
            .unwrap_or_else(|| panic!("no form for {action} in:\n{}", self.body));
        let fields = form.select(&select("input, textarea, select")).filter_map(field).collect();
        (form.value().attr("action").unwrap().to_owned(), fields)
    }
}

fn select(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}

fn field(element: ElementRef<'_>) -> Option<(String, String)> {
    let value = element.value();
    let name = value.attr("name")?.to_owned();
    let text = match (value.name(), value.attr("type")) {
        ("input", Some("radio" | "checkbox")) => {
            value.attr("checked")?;
            value.attr("value").unwrap_or("on").to_owned()
        }
        ("textarea", _) => element.text().collect(),
        ("select", _) => {
            // Without a choice browsers send the first.
            let chosen = element.select(&select("option[selected]")).next();
            let chosen = chosen.or_else(|| element.select(&select("option")).next())?;
            let text = || chosen.text().collect();
            chosen.value().attr("value").map_or_else(text, str::to_owned)
        }
        _ => value.attr("value").unwrap_or_default().to_owned(),
    };
    Some((name, text))
}
