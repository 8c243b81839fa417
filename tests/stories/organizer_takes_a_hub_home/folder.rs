//! A hub that was taken home: the archive as a folder, a hub that has some of everything to take, and
//! what holds of both.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use backchannel::db::own_names;
use backchannel::model::own_name::{OwnName, ProvedBy};
use scraper::{Html, Selector};
use serde_json::Value;

use crate::harness::schedules::{pretalx, talks};
use crate::harness::{Answer, Blog, Browser, Site, Topic, minutes};

/// The desk's page.
pub const HOME: &str = "/manage/sxsw/take-home";

/// The files of an archive, by their names.
pub type Folder = BTreeMap<String, Vec<u8>>;

pub fn png(width: u32, height: u32) -> Vec<u8> {
    let dot = |x: u32, y: u32| image::Rgb([x as u8, (x * y) as u8, y as u8]);
    let picture = image::RgbImage::from_fn(width, height, dot);
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

pub async fn take_home(organizer: &mut Browser) -> Vec<u8> {
    organizer.open(HOME).await.has_status(200);
    let page = organizer.submit(HOME, &[]).await;
    assert_eq!(
        page.has_status(200).header("content-type"),
        Some("application/zip"),
        "{}",
        page.body
    );
    assert_eq!(page.header("content-disposition"), Some("attachment; filename=\"sxsw.zip\""));
    assert_eq!(page.header("cache-control"), Some("no-store, no-transform"));
    page.bytes
}

pub fn unpack(archive: &[u8]) -> Folder {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut folder = Folder::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        folder.insert(entry.name().unwrap().into_owned(), bytes);
    }
    folder
}

pub fn pack(folder: &Folder) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in folder {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub fn text(folder: &Folder, name: &str) -> String {
    let bytes = folder.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", folder.keys()));
    String::from_utf8(bytes.clone()).unwrap()
}

pub fn page(folder: &Folder, name: &str) -> Html {
    Html::parse_document(&text(folder, name))
}

pub fn texts(html: &Html, selector: &str) -> Vec<String> {
    let found = Selector::parse(selector).unwrap();
    html.select(&found)
        .map(|element| element.text().collect::<String>().trim().to_owned())
        .collect()
}

pub fn attributes(html: &Html, selector: &str, name: &str) -> Vec<String> {
    let found = Selector::parse(selector).unwrap();
    html.select(&found).filter_map(|element| element.attr(name)).map(str::to_owned).collect()
}

/// Where an address leads from a file of the folder; `None` where it leads away.
pub fn resolve(from: &str, address: &str) -> Option<String> {
    let path = address.split(['?', '#']).next().unwrap();
    if path.contains(':') || path.starts_with("//") {
        return None;
    }
    assert!(!path.starts_with('/'), "{from} leads to the root: {address}");
    if path.is_empty() {
        return Some(from.to_owned());
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            ".." => assert!(parts.pop().is_some(), "{from} leads out of the folder: {address}"),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Every link within the folder leads to a file of it, and nothing is loaded from elsewhere.
pub fn check_links(folder: &Folder) {
    for name in folder.keys().filter(|name| name.ends_with(".html")) {
        let html = page(folder, name);
        let mut loads =
            attributes(&html, "script, img, iframe, source, audio, video, embed", "src");
        loads.extend(attributes(&html, "link:not([rel=canonical])", "href"));
        loads.extend(attributes(&html, "object", "data"));
        for load in loads {
            let file = resolve(name, &load).unwrap_or_else(|| panic!("{name} loads {load}"));
            assert!(folder.contains_key(&file), "{name} loads {file}");
        }
        let mut links = attributes(&html, "a", "href");
        links.extend(attributes(&html, "form", "action"));
        for link in links {
            if let Some(file) = resolve(name, &link) {
                assert!(folder.contains_key(&file), "{name} leads to {file}");
            }
        }
        assert!(
            attributes(&html, "[style], [srcset], base, [onload]", "style").is_empty(),
            "{name}"
        );
        let policies = attributes(&html, "meta[http-equiv='Content-Security-Policy']", "content");
        let is_plain = texts(&html, "title") == ["This hub is not public"];
        assert!(
            is_plain || policies.len() == 1 && policies[0].starts_with("default-src 'none'"),
            "{name}"
        );
        assert!(
            attributes(&html, "[data-online], form[method=post]", "class").is_empty(),
            "{name}"
        );
        assert!(!text(folder, name).contains("<!--"), "{name}");
    }
    for css in folder.keys().filter(|name| name.ends_with(".css")) {
        assert!(!text(folder, css).contains("url("), "{css}");
    }
}

/// A hub with all that a hub can have, and what not everybody may read.
pub async fn rich(site: &Site) -> Topic<'_> {
    let mut topic = site.hub("passphrase", "at-once").await;
    let blog = Blog::start();
    import_talks(&mut topic.organizer).await;
    let talk = format!("https://talks.sxsw.example{}", talks(4)[1].path());
    let german = format!(
        "<!doctype html><html lang=\"de\"><head><title>Grüße</title></head><body><p><a href=\"{talk}\">x</a></p></body></html>"
    );
    let german = blog.publish("/de", Answer::html(&german));
    assert!(
        topic.ping(&[("url", &german), ("title", "Grüße"), ("blog_name", "Ida")]).await.is_stored()
    );
    site.settle().await;
    for number in 0..53 {
        site.advance(minutes(7));
        let (url, title) =
            (format!("https://blog{}.example/{number}", number % 7), format!("Post < & {number}"));
        let name = format!("Blog {}", number % 7);
        let fields = [
            ("url", url.as_str()),
            ("title", &title),
            ("excerpt", "Café \"first\" words"),
            ("blog_name", &name),
        ];
        assert!(topic.ping(&fields).await.is_stored());
    }
    let organizer = std::mem::replace(&mut topic.organizer, site.browser());
    let mut panels = site.category(organizer, "panels", "open", "all-wait").await;
    for title in ["Wait", "Approve", "Refuse", "Junk"] {
        site.advance(minutes(1));
        let url = format!("https://{}.example/", title.to_lowercase());
        let fields =
            [("url", url.as_str()), ("title", title), ("excerpt", "=1+1"), ("blog_name", title)];
        assert!(panels.ping(&fields).await.is_stored());
    }
    for (title, verdict) in [("Approve", "list"), ("Refuse", "not-here"), ("Junk", "spam")] {
        panels.decide(title, verdict).await.has_status(303);
    }
    for (slug, readers) in [("hidden", "unlisted"), ("locked", "password")] {
        let organizer = std::mem::replace(&mut panels.organizer, site.browser());
        let mut one = site.category(organizer, slug, "open", "at-once").await;
        let url = format!("https://{slug}.example/");
        let fields = [("url", url.as_str()), ("title", slug), ("blog_name", slug)];
        let words = [fields[0], ("title", &*format!("Words of the {slug}")), fields[2]];
        assert!(one.ping(&words).await.is_stored());
        one.organizer.sets_readers(slug, readers).await;
        panels.organizer = one.organizer;
    }
    topic.organizer = panels.organizer;
    let newest = site.browser().open("/sxsw").await.attributes("article .meta a[title]", "href");
    file(&mut topic.organizer, &newest[0], true).await;
    file(&mut topic.organizer, &newest[1], true).await;
    file(&mut topic.organizer, &newest[1], false).await;
    dress(&mut topic.organizer).await;
    topic
}

/// Four talks, in `/sxsw/keynotes`.
pub async fn import_talks(organizer: &mut Browser) {
    let desk = "/manage/sxsw/programme";
    organizer.open(desk).await;
    let fields = [("arrangement", "one"), ("address", ""), ("category", "keynotes")];
    let schedule = pretalx("https://talks.sxsw.example", &talks(4));
    organizer.submit_files(desk, &fields, &[("file", schedule.as_bytes())]).await.has_status(303);
    organizer.open(desk).await;
    let passphrase = [("passphrase", "violet-crown")];
    organizer.submit(&format!("{desk}/import"), &passphrase).await.has_status(303);
}

/// Files a post under a talk by hand, or takes it away from all.
pub async fn file(organizer: &mut Browser, permalink: &str, is_about: bool) {
    let desk = format!("/manage/sxsw/pings/{}", permalink.trim_start_matches("/p/"));
    let edit = organizer.open(&format!("{desk}/edit")).await;
    let talk = edit.attributes("#talk option", "value").remove(0);
    let fields = [("talk", talk.as_str())];
    let fields = if is_about { &fields[..] } else { &[] };
    organizer.submit(&format!("{desk}/talks"), fields).await.has_status(303);
}

pub async fn dress(organizer: &mut Browser) {
    organizer.open("/manage/sxsw/next").await;
    organizer.submit("/manage/sxsw/series", &[("series", "SXSW")]).await.has_status(303);
    organizer.open("/manage/sxsw/about").await;
    let about = "# Who we are\n\n[The hidden one](https://elsewhere.example/)";
    organizer.submit("/manage/sxsw/about", &[("about", about)]).await.has_status(303);
    let (look, logo, banner) = ("/manage/sxsw/look", png(90, 90), png(800, 200));
    organizer.open(look).await;
    let fields = [
        ("accent", "#005a3c"),
        ("banner_alt", "The pier"),
        ("imprint", "https://sxsw.example/imprint"),
    ];
    organizer
        .submit_files(look, &fields, &[("logo", &logo), ("banner", &banner)])
        .await
        .has_status(303);
    organizer.open(look).await;
    organizer.submit("/manage/sxsw/look/publish", &[]).await.has_status(303);
    organizer.open("/manage/sxsw/rules").await;
    let rule = [
        ("kind", "domain"),
        ("pattern", "spam.example"),
        ("action", "refuse"),
        ("reason", "No"),
        ("days", ""),
        ("step", "make"),
    ];
    organizer.submit("/manage/sxsw/rules", &rule).await.has_status(303);
    let queue = organizer.open("/manage/sxsw").await;
    let edit =
        queue.attributes("a", "href").into_iter().find(|path| path.ends_with("/edit")).unwrap();
    organizer.open(&edit).await;
    organizer
        .submit(&edit, &[("title", "Waits, edited"), ("excerpt", "Better")])
        .await
        .has_status(303);
    // An old name of a category leads on.
    organizer.open("/manage/sxsw/categories/panels").await;
    let fields = [("slug", "debates"), ("title", "Debates")];
    organizer.submit("/manage/sxsw/categories/panels", &fields).await.has_status(303);
}

/// Puts the hub under a name of its own, as its operator may; where it is then.
pub async fn name_it(site: &Site) -> String {
    let (hub, now) = (hub_id(site).await, site.app.clock.now());
    let name = OwnName::parse("talks.example", site.app.addresses.base()).unwrap();
    let home = name.home(&site.app.addresses);
    let there = home.clone();
    site.app
        .db
        .write(move |tx| {
            own_names::prove(tx, hub, &name, ProvedBy::Operator, now)?;
            own_names::use_home(tx, hub, Some(&home), now)
        })
        .await
        .unwrap();
    there
}

pub async fn hub_id(site: &Site) -> backchannel::model::id::HubId {
    let all = site.app.db.read(|c| backchannel::db::hubs::list_all(c, 0, 1)).await.unwrap();
    all[0].id
}

/// Every field of a document is described, and everything that must be there is.
pub fn fits_schema(value: &serde_json::Value, schema: &serde_json::Value) {
    fn check<'a>(value: &Value, mut this: &'a Value, whole: &'a Value, at: &str) {
        if let Some(name) = this["$ref"].as_str() {
            this = &whole["$defs"][name.strip_prefix("#/$defs/").unwrap()];
        }
        if let Some(any) = this["anyOf"].as_array() {
            if !value.is_null() {
                check(value, &any[0], whole, at);
            }
            return;
        }
        if let Some(allowed) = this["enum"].as_array() {
            assert!(allowed.contains(value), "{at}: {value}");
        }
        if let (Some(fields), Some(known)) = (value.as_object(), this["properties"].as_object()) {
            for (name, field) in fields {
                let described =
                    known.get(name).unwrap_or_else(|| panic!("{at}/{name} is not described"));
                check(field, described, whole, &format!("{at}/{name}"));
            }
            for name in this["required"].as_array().into_iter().flatten() {
                assert!(fields.contains_key(name.as_str().unwrap()), "{at} has no {name}");
            }
        }
        if let (Some(items), true) = (value.as_array(), this["items"].is_object()) {
            items.iter().for_each(|item| check(item, &this["items"], whole, at));
        }
    }
    check(value, schema, schema, "");
}
