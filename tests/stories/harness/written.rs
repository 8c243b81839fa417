//! The pages that the stories meet, written down for `tests/pages/check`.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::json;

use super::Page;

/// Where to: a folder in `WRITE_PAGES_TO`. Without it nothing is written.
static FOLDER: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let folder = PathBuf::from(std::env::var_os("WRITE_PAGES_TO")?);
    std::fs::create_dir_all(&folder).unwrap();
    Some(folder)
});

/// A page without what is another in each telling of a story: digits, and long words as tokens are.
fn lasting(body: &str) -> impl Iterator<Item = &str> {
    body.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
        .filter(|word| word.len() < 16 && !word.starts_with(|c: char| c.is_ascii_digit()))
}

/// Writes a page down, once for each text.
pub fn write(method: &str, path: &str, page: &Page) {
    let Some(folder) = &*FOLDER else { return };
    let is_page = page.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    if !is_page || page.body.is_empty() || page.header("content-encoding").is_some() {
        return;
    }
    let mut hasher = DefaultHasher::new();
    lasting(&page.body).for_each(|word| word.hash(&mut hasher));
    let Page { status, headers, body, .. } = page;
    let said = json!({
        "method": method, "path": path, "status": status, "headers": headers, "body": body,
    });
    std::fs::write(folder.join(format!("{:016x}.json", hasher.finish())), said.to_string())
        .unwrap();
}
