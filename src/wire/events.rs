//! Server-sent events (HTML, 9.2): what is listed, as it is listed.

use std::time::Duration;

use serde::Serialize;

/// `Content-Type` of a stream of events.
pub const CONTENT_TYPE: &str = "text/event-stream";

/// A comment: keeps proxies from closing the stream, and finds out who has gone.
pub const STILL_HERE: &str = ": still here\n\n";

/// A post that was listed. All of it is text, and none is markup.
#[derive(Debug, Serialize)]
pub struct Post<'a> {
    /// Its permalink's id.
    pub id: String,
    /// Its title.
    pub title: &'a str,
    /// The post.
    pub url: &'a str,
    /// The blog's name.
    pub blog: &'a str,
    /// When it was listed, in UTC.
    pub listed: String,
    /// The title of its category.
    pub category: &'a str,
}

/// The event of one post, with the mark that a client gives back to hear what came after it.
pub fn post(mark: &str, post: &Post<'_>) -> String {
    // Texts and a number of no float: this cannot fail, and an empty event tells nothing.
    let data = serde_json::to_string(post).unwrap_or_default();
    format!("id: {mark}\ndata: {data}\n\n")
}

/// So much was listed that the page is to be loaded again.
pub fn reload(mark: &str) -> String {
    format!("id: {mark}\nevent: reload\ndata: more\n\n")
}

/// How long a client waits before it comes back.
pub fn retry(after: Duration) -> String {
    format!("retry: {}\n\n", after.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_of_data_whatever_a_title_holds() {
        let event = post(
            "7-x",
            &Post {
                id: "x".to_owned(),
                title: "a\nb\r\n\ndata: forged </script>",
                url: "http://ada.example/1",
                blog: "“Ada”",
                listed: "2003-03-11T14:00:00Z".to_owned(),
                category: "Keynotes",
            },
        );
        let lines: Vec<&str> = event.split('\n').collect();
        assert_eq!(lines.len(), 4, "{event}");
        assert_eq!(lines[0], "id: 7-x");
        let data: serde_json::Value =
            serde_json::from_str(lines[1].strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(data["title"], "a\nb\r\n\ndata: forged </script>");
        assert_eq!(data["blog"], "“Ada”");
        assert!(!event.contains('\r'));
    }

    #[test]
    fn a_client_is_told_when_to_come_back_in_milliseconds() {
        assert_eq!(retry(Duration::from_secs(5)), "retry: 5000\n\n");
    }
}
