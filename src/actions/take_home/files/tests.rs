use super::*;

fn files(own_home: Option<&str>) -> Files {
    let own_home = own_home.map(str::to_owned);
    let mut files = Files::new("https://b.example".to_owned(), "sxsw".to_owned(), own_home);
    files.categories.insert("keynotes".to_owned());
    files.talks.insert("zn8fvb".to_owned());
    files.pictures.insert("a.png".to_owned());
    files
}

#[test]
fn pages_under_an_own_name_are_files_and_the_rest_leads_there() {
    let files = files(Some("https://talks.example"));
    let at = At { path: "/sxsw/keynotes", page: 1, file: "keynotes/index.html" };
    let file = |path: &str| Lead::File(path.to_owned());
    let away = |path: &str| Lead::Away(path.to_owned());
    for (address, lead) in [
        ("https://talks.example", file("../index.html")),
        ("https://talks.example/", file("../index.html")),
        ("https://talks.example?q=a", file("../-/search/index.html?q=a")),
        ("https://talks.example/keynotes?before=x", file("../keynotes/page-2.html")),
        ("https://talks.example/keynotes/rss", file("../keynotes/rss.xml")),
        ("https://talks.example/-/talks/zn8fvb", file("../-/talks/zn8fvb/index.html")),
        ("https://talks.example/-/picture/a.png", file("../-/picture/a.png")),
        ("/sxsw/-/picture/a.png", file("../-/picture/a.png")),
        // An about page may lead to what is there no more, or never was.
        ("/sxsw/-/picture/b.png", away("https://talks.example/-/picture/b.png")),
        ("/sxsw/-/stats/typo", away("https://talks.example/-/stats/typo")),
        ("/sxsw/keynotes", file("../keynotes/index.html")),
        ("https://talks.example/-/wall", away("https://talks.example/-/wall")),
        ("https://talks.example/p/x", away("https://talks.example/p/x")),
        ("https://talks.example.evil/x", away("https://talks.example.evil/x")),
        ("/sxsw/keynotes/add", away("https://talks.example/keynotes/add")),
        ("/sxsw?before=x", away("https://talks.example?before=x")),
        ("/hubs", away("https://b.example/")),
        ("/help/readers", away("https://b.example/help/readers")),
        ("/sxsw-2004", away("https://b.example/sxsw-2004")),
    ] {
        assert_eq!(files.lead(at, address), lead, "{address}");
    }
    let all: Vec<_> = files.take_wanted().into_iter().collect();
    assert_eq!(all, ["/sxsw/-/picture/a.png", "/sxsw/keynotes/rss"], "as they are asked here");
    let next = files.inside("https://talks.example/keynotes?before=x");
    assert_eq!(next.as_deref(), Some("/sxsw/keynotes?before=x"));
    assert_eq!(files.asks("https://talks.example/keynotes").len(), 1);
    assert!(files.asks("https://talks.example").is_empty());
}

#[test]
fn talks_have_pages_with_older_ones_and_feeds() {
    let files = files(None);
    let talk = "/sxsw/-/talks/zn8fvb";
    let at = At { path: talk, page: 1, file: "-/talks/zn8fvb/index.html" };
    for (address, to) in [
        ("/sxsw/-/talks", "../../../-/talks/index.html"),
        ("/sxsw/-/talks#day-2003-03-11", "../../../-/talks/index.html#day-2003-03-11"),
        ("/sxsw/-/talks/zn8fvb", "../../../-/talks/zn8fvb/index.html"),
        ("/sxsw/-/talks/zn8fvb?before=x", "../../../-/talks/zn8fvb/page-2.html"),
        ("/sxsw/-/talks/zn8fvb/atom", "../../../-/talks/zn8fvb/atom.xml"),
    ] {
        assert_eq!(files.lead(at, address), Lead::File(to.to_owned()), "{address}");
    }
    for away in ["/sxsw/-/talks/other", "/sxsw/-/talks/other/rss", "/embed/sxsw/-/talks/zn8fvb"] {
        assert_eq!(files.lead(at, away), Lead::Away(format!("https://b.example{away}")));
    }
    assert_eq!(files.wanted_file(&format!("{talk}/atom")).unwrap(), "-/talks/zn8fvb/atom.xml");
}

#[test]
fn each_address_has_its_file_and_what_is_not_public_has_none() {
    let mut files = files(None);
    let id = PublicId::from_bytes([7; 16]);
    files.posts.insert(id);
    let at = At { path: "/sxsw/keynotes", page: 2, file: "keynotes/page-2.html" };
    let file = |path: &str| Lead::File(path.to_owned());
    let away = |path: &str| Lead::Away(path.to_owned());
    for (address, lead) in [
        ("/sxsw", file("../index.html")),
        ("https://b.example/sxsw", file("../index.html")),
        ("/sxsw/keynotes#subscribe", file("../keynotes/index.html#subscribe")),
        ("/sxsw/keynotes?before=x", file("../keynotes/page-3.html")),
        ("/sxsw?before=x", away("https://b.example/sxsw?before=x")),
        ("/sxsw?blog=ada.example", file("../-/search/index.html?blog=ada.example")),
        ("/sxsw/keynotes?q=a", file("../-/search/index.html?q=a&in=keynotes")),
        ("/sxsw/secret", away("https://b.example/sxsw/secret")),
        ("/sxsw/secret/rss", away("https://b.example/sxsw/secret/rss")),
        ("/sxsw/rss", file("../rss.xml")),
        ("/sxsw/keynotes/feed.json", file("../keynotes/feed.json")),
        ("/sxsw/-/people", file("../-/people/index.html")),
        ("/sxsw/-/people/opml", file("../-/people/people.opml")),
        ("/sxsw/-/wall", away("https://b.example/sxsw/-/wall")),
        ("/assets/style.1.css", file("../-/assets/style.1.css")),
        ("/other", away("https://b.example/other")),
        ("/", away("https://b.example/")),
        ("https://b.example", away("https://b.example/")),
        ("//evil.example/x", away("//evil.example/x")),
        ("https://ada.example/sxsw", away("https://ada.example/sxsw")),
        ("mailto:ada@example.org", away("mailto:ada@example.org")),
        ("#main", file("#main")),
    ] {
        assert_eq!(files.lead(at, address), lead, "{address}");
    }
    assert_eq!(files.lead(at, &format!("/p/{id}")), file(&format!("../p/{id}.html")));
    let other = PublicId::from_bytes([8; 16]);
    assert!(matches!(files.lead(at, &format!("/p/{other}")), Lead::Away(_)));
    assert!(matches!(files.lead(at, &format!("/p/{id}/report")), Lead::Away(_)));
    let wanted: Vec<_> = files.take_wanted().into_iter().collect();
    let all =
        ["/assets/style.1.css", "/sxsw/-/people/opml", "/sxsw/keynotes/feed.json", "/sxsw/rss"];
    assert_eq!(wanted, all);
    assert_eq!(files.wanted_file("/sxsw/rss").unwrap(), "rss.xml");
    assert_eq!(files.asks("/sxsw/keynotes"), [("in".to_owned(), "keynotes".to_owned())]);
    assert!(files.asks("/sxsw").is_empty());
}
