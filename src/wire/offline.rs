//! A page of ours, made to be read from a folder, with no server behind it.

use lol_html::html_content::{ContentType, Element};
use lol_html::{Settings, doc_comments, element, rewrite_str};

use super::html::decoded_attribute;

/// What is done to a page.
pub struct Offline<'a> {
    /// The policy that its server would have sent with it.
    pub policy: &'a str,
    /// What stands at the end of its foot, as HTML.
    pub note: &'a str,
    /// Where an address leads from this page: to a file beside it, or away.
    pub lead: &'a dyn Fn(&str) -> Lead,
    /// The page that searches, by its path from this one.
    pub search: &'a str,
    /// What a search form that goes to this address asks for beside what is typed: names, and values.
    pub asks: &'a dyn Fn(&str) -> Vec<(String, String)>,
}

/// Where an address leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lead {
    /// To a file of the folder, by its path from the page.
    File(String),
    /// Away, by its whole address: a link, and nothing that is loaded.
    Away(String),
}

impl std::fmt::Debug for Offline<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offline").field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// The policy of a page in a folder: as its server's, with nothing to connect to. A browser may not
/// count the files of a folder as one site.
pub fn policy_of(policy: &str) -> String {
    let style = policy.split(';').map(str::trim).find(|part| part.starts_with("style-src "));
    let hashes: Vec<&str> = style
        .into_iter()
        .flat_map(|style| style.split(' '))
        .filter(|s| s.starts_with("'sha"))
        .collect();
    format!(
        "default-src 'none'; script-src 'self' file:; img-src 'self' file:; \
         style-src 'self' file: {}; form-action 'self' file:; base-uri 'none'",
        hashes.join(" ")
    )
}

/// Makes a page be read from a folder: what only its server can do is left out (`data-online`), its
/// addresses lead to the files beside it or away, and nothing is loaded from anywhere else.
pub fn rewrite(html: &str, page: &Offline<'_>) -> Result<String, lol_html::errors::RewritingError> {
    let policy = format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">",
        policy_of(page.policy)
    );
    let handlers = vec![
        element!("meta[charset]", |meta| {
            meta.after(&format!("\n{policy}"), ContentType::Html);
            Ok(())
        }),
        element!("[data-online]", |element| {
            element.remove();
            Ok(())
        }),
        element!("link[href]", |link| {
            link_to(link, page);
            Ok(())
        }),
        element!("script[src]", |script| {
            load(script, "src", page);
            Ok(())
        }),
        element!("img[src]", |image| {
            load(image, "src", page);
            Ok(())
        }),
        element!("source", |source| {
            source.remove();
            Ok(())
        }),
        element!("a[href]", |link| {
            follow(link, "href", page);
            Ok(())
        }),
        element!("form", |form| {
            ask(form, page);
            Ok(())
        }),
        element!("footer", |footer| {
            footer.append(page.note, ContentType::Html);
            Ok(())
        }),
    ];
    let settings = handlers.into_iter().fold(Settings::new(), |settings, handler| {
        settings.append_element_content_handler(handler)
    });
    let settings = settings.append_document_content_handler(doc_comments!(|comment| {
        comment.remove();
        Ok(())
    }));
    rewrite_str(html, settings)
}

fn address(element: &Element<'_, '_>, name: &str) -> Option<String> {
    decoded_attribute(&element.get_attribute(name)?)
}

fn set(element: &mut Element<'_, '_>, name: &str, value: &str) {
    // It can fail for names only.
    let _set = element.set_attribute(name, &value.replace('&', "&amp;"));
}

/// Something that is loaded: from the folder, or not at all.
fn load(element: &mut Element<'_, '_>, name: &str, page: &Offline<'_>) {
    match address(element, name).map(|address| (page.lead)(&address)) {
        Some(Lead::File(path)) => set(element, name, &path),
        _ => element.remove(),
    }
}

fn follow(element: &mut Element<'_, '_>, name: &str, page: &Offline<'_>) {
    match address(element, name).map(|address| (page.lead)(&address)) {
        Some(Lead::File(to) | Lead::Away(to)) => set(element, name, &to),
        None => element.remove_attribute(name),
    }
}

/// What a page names in its head: its own whole address, and files. Where it is pinged is nothing
/// for a page that nobody can ping.
fn link_to(link: &mut Element<'_, '_>, page: &Offline<'_>) {
    let rel = link.get_attribute("rel").unwrap_or_default();
    if rel == "canonical" {
        return;
    }
    let is_file = matches!(rel.as_str(), "stylesheet" | "icon" | "alternate");
    if is_file { load(link, "href", page) } else { link.remove() }
}

/// A form that only its server understands is left out; what is searched for is asked of the page
/// that searches in the folder.
fn ask(form: &mut Element<'_, '_>, page: &Offline<'_>) {
    let is_search = form.get_attribute("role").as_deref() == Some("search");
    let Some(action) = address(form, "action").filter(|_| is_search) else {
        form.remove();
        return;
    };
    set(form, "action", page.search);
    for (name, value) in (page.asks)(&action) {
        let (name, value) = (super::xml::attribute(&name), super::xml::attribute(&value));
        let field = format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
        form.prepend(&field, ContentType::Html);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offline(html: &str) -> String {
        let lead = |address: &str| match address {
            "/hub" => Lead::File("../index.html".to_owned()),
            "/hub?q=a&in=b" => Lead::File("search.html?q=a&in=b".to_owned()),
            "/assets/style.css" => Lead::File("style.css".to_owned()),
            other if other.starts_with('/') => Lead::Away(format!("https://b.example{other}")),
            other => Lead::Away(other.to_owned()),
        };
        let asks = |_: &str| vec![("in".to_owned(), "cat".to_owned())];
        let policy = "script-src 'self'; style-src 'self' 'sha256-abc='; x";
        rewrite(
            html,
            &Offline { policy, note: " · kept", search: "search.html", lead: &lead, asks: &asks },
        )
        .unwrap()
    }

    #[test]
    fn addresses_lead_to_files_or_away_and_loads_stay_in_the_folder() {
        for (html, made) in [
            (r#"<a href="/hub">x</a>"#, r#"<a href="../index.html">x</a>"#),
            (r#"<a href="/hub?q=a&#38;in=b">x</a>"#, r#"<a href="search.html?q=a&amp;in=b">x</a>"#),
            (r#"<a href="/other">x</a>"#, r#"<a href="https://b.example/other">x</a>"#),
            (r#"<a href="https://ada.example/">x</a>"#, r#"<a href="https://ada.example/">x</a>"#),
            (
                r#"<link rel="stylesheet" href="/assets/style.css">"#,
                r#"<link rel="stylesheet" href="style.css">"#,
            ),
            (
                r#"<link rel="canonical" href="https://b.example/hub">"#,
                r#"<link rel="canonical" href="https://b.example/hub">"#,
            ),
            (r#"<link rel="webmention" href="/webmention">"#, ""),
            (r#"<script src="/assets/watch.js" defer></script>x"#, "x"),
            (r#"<img src="https://elsewhere.example/a.png">"#, ""),
            (r#"<p>a<span data-online>b <i>c</i></span>d"#, "<p>ad"),
            (r#"<!-- <rdf:RDF> -->x"#, "x"),
            (r#"<form method="post" action="/hub"><button>x</button></form>y"#, "y"),
            (
                r#"<form role="search" action="/hub/cat"><input name="q"></form>"#,
                r#"<form role="search" action="search.html"><input type="hidden" name="in" value="cat"><input name="q"></form>"#,
            ),
            ("<footer>ours</footer>", "<footer>ours · kept</footer>"),
        ] {
            assert_eq!(offline(html), made, "{html}");
        }
    }

    #[test]
    fn the_policy_allows_the_folder_and_the_page_s_own_style() {
        let made = offline("<meta charset=\"utf-8\"><p>");
        assert!(made.contains("http-equiv=\"Content-Security-Policy\""), "{made}");
        assert!(made.contains("style-src 'self' file: 'sha256-abc='"), "{made}");
        assert!(!made.contains("connect-src"), "{made}");
    }
}
