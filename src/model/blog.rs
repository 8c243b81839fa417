//! Blogs: what they are called where they did not say.

use super::web_url::WebUrl;

/// A blog's name: what the ping said, else its host.
pub fn name_or_host(name: &str, url: &WebUrl) -> String {
    if name.is_empty() { url.host().to_owned() } else { name.to_owned() }
}
