//! The absolute addresses that are handed out: always made from the public URL, never from a
//! request's Host header (`security.md` T18).

use url::Url;

use super::id::PublicId;

/// Makes absolute addresses.
#[derive(Debug, Clone)]
pub struct Addresses {
    base: Url,
    /// Without the slash at its end.
    text: String,
}

impl Addresses {
    /// Addresses under this public URL.
    pub fn new(base: Url) -> Self {
        let text = base.as_str().trim_end_matches('/').to_owned();
        Self { base, text }
    }

    /// The public URL.
    pub const fn base(&self) -> &Url {
        &self.base
    }

    /// The public URL as text, without a slash at its end.
    pub fn home(&self) -> &str {
        &self.text
    }

    /// Host and port, as people say it.
    pub fn host(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        self.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Whether cookies can be kept to encrypted connections.
    pub fn is_https(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// These addresses under a hub's own name; the same, where it has none and `root` is empty.
    #[must_use]
    pub fn under(&self, root: &str) -> Self {
        Url::parse(root).map_or_else(|_no_home| self.clone(), Self::new)
    }

    /// An absolute address of a path, which begins with a slash; one that is absolute already (that
    /// of a page under a hub's own name) stays as it is.
    pub fn path(&self, path: &str) -> String {
        if path.starts_with('/') { format!("{}{path}", self.text) } else { path.to_owned() }
    }

    /// A category's ping address, without a passphrase. It never holds a `?`: three old senders
    /// would then use GET.
    pub fn ping(&self, number: i64) -> String {
        format!("{}/tb/{number}", self.text)
    }

    /// A listed ping's permalink.
    pub fn permalink(&self, id: PublicId) -> String {
        format!("{}/p/{id}", self.text)
    }

    /// What other sites ask about one of our pages, to show it as more than a link.
    pub fn oembed(&self, page: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("url", page).append_pair("format", "json");
        format!("{}/oembed?{}", self.text, query.finish())
    }

    /// Where Webmentions go.
    pub fn webmention(&self) -> String {
        format!("{}/webmention", self.text)
    }

    /// Where Pingbacks go.
    pub fn pingback(&self) -> String {
        format!("{}/xmlrpc", self.text)
    }

    /// Where feeds are subscribed to, to be pushed.
    pub fn websub(&self) -> String {
        format!("{}/websub", self.text)
    }

    /// A receipt.
    pub fn receipt(&self, token: &str) -> String {
        format!("{}/r/{token}", self.text)
    }
}
