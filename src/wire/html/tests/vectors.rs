//! The microformats test suite (microformats/tests, CC0), as far as it concerns what is read
//! here: names, summaries, authors and addresses of items, and `rel`.

use super::*;
use microformats::{Kind, Property};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const SUITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/microformats");

/// Vectors that do not pass, each with the reason.
const FAILING: &[(&str, &str)] = &[];

/// How many vectors there are, and items in them: so that none is compared with nothing.
const COUNT: usize = 34;
const ITEMS: usize = 81;

fn vectors() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(SUITE)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                None => folders.push(path),
                Some(ending) if ending == "html" => found.push(path),
                Some(_) => {}
            }
        }
    }
    found.sort();
    found
}

/// An item: its kind, and its values in their order.
type Item = (Kind, BTreeMap<&'static str, Vec<String>>);

/// What is compared: items in any order, since JSON keeps none; and addresses by `rel`.
#[derive(Debug, Default, PartialEq)]
struct Compared {
    items: Vec<String>,
    rels: BTreeMap<String, BTreeSet<String>>,
    /// The text of the first link to each address.
    texts: BTreeMap<String, String>,
}

fn tidy(text: &str) -> String {
    crate::model::text::tidy(text)
}

fn address(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), String::from)
}

fn read_here(html: &str) -> Compared {
    let url = Url::parse("http://example.com/").unwrap();
    let question = Question { url: &url, charset: None, is_target: &is_target };
    let mut reader = reader::Reader::new(&question, base::of(html, &url), html.len());
    assert_eq!(walk::walk(html, &mut reader), None);
    let mut compared = Compared::default();
    let items = &reader.microformats;
    for (number, item) in items.items.iter().enumerate() {
        let texts = |property| -> Vec<String> {
            items.texts(number, property, &reader.prose, 1_000).collect()
        };
        let named: Vec<String> = items.name(number, &reader.prose, 1_000).into_iter().collect();
        let mut names = texts(Property::Name);
        if names.is_empty() {
            names = named;
        }
        let values = BTreeMap::from([
            ("name", names),
            ("summary", texts(Property::Summary)),
            ("author", texts(Property::Author)),
            ("url", items.urls(number)),
        ]);
        compared.items.push(format!("{:?}", (item.kind, values)));
    }
    for rel in &reader.rels.0 {
        for value in &rel.values {
            compared.rels.entry(value.clone()).or_default().insert(rel.url.to_string());
        }
        let text = reader.prose.line(rel.text, 1_000).unwrap_or_default();
        compared.texts.entry(rel.url.to_string()).or_insert(text);
    }
    compared.items.sort();
    compared
}

fn expected(json: &Value) -> Compared {
    let mut compared = Compared::default();
    collect(&json["items"], &mut compared.items);
    compared.items.sort();
    for (rel, urls) in json["rels"].as_object().unwrap() {
        let urls = urls.as_array().unwrap().iter().map(|url| address(url.as_str().unwrap()));
        compared.rels.insert(rel.clone(), urls.collect());
    }
    for (url, link) in json["rel-urls"].as_object().unwrap() {
        compared.texts.insert(address(url), tidy(link["text"].as_str().unwrap_or_default()));
    }
    compared
}

/// All items in `value`, wherever they are nested.
fn collect(value: &Value, items: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, items)),
        Value::Object(object) => {
            if let (Some(types), Some(_)) = (object.get("type"), object.get("properties")) {
                items.push(format!("{:?}", item(types, value)));
            }
            object.values().for_each(|value| collect(value, items));
        }
        _ => {}
    }
}

fn item(types: &Value, value: &Value) -> Item {
    let kinds = types.as_array().unwrap().iter().map(|kind| match kind.as_str().unwrap() {
        "h-entry" => Kind::Entry,
        "h-card" => Kind::Card,
        "h-feed" => Kind::Feed,
        "h-cite" => Kind::Cite,
        _ => Kind::Other,
    });
    let texts = |name: &str| -> Vec<String> {
        let values = value["properties"][name].as_array().cloned().unwrap_or_default();
        values
            .iter()
            .map(|value| value.as_str().or_else(|| value["value"].as_str()).unwrap().to_owned())
            .collect()
    };
    let tidied = |name| texts(name).iter().map(|text| tidy(text)).collect();
    let urls = texts("url").iter().map(|url| address(url)).collect();
    let values = BTreeMap::from([
        ("name", tidied("name")),
        ("summary", tidied("summary")),
        ("author", tidied("author")),
        ("url", urls),
    ]);
    (kinds.min().unwrap(), values)
}

fn name(path: &Path) -> String {
    path.with_extension("").strip_prefix(SUITE).unwrap().to_string_lossy().into_owned()
}

#[test]
fn the_suite_passes_but_for_what_is_listed() {
    let vectors = vectors();
    assert_eq!(vectors.len(), COUNT);
    let mut failing = Vec::new();
    let mut items = 0;
    for path in &vectors {
        let html = std::fs::read_to_string(path).unwrap();
        let json = std::fs::read_to_string(path.with_extension("json")).unwrap();
        let (read, expected) = (read_here(&html), expected(&serde_json::from_str(&json).unwrap()));
        items += expected.items.len();
        if read != expected {
            println!("{}\nread     {read:#?}\nexpected {expected:#?}", name(path));
            failing.push(name(path));
        }
    }
    let listed: Vec<&str> = FAILING.iter().map(|(name, _)| *name).collect();
    assert_eq!(failing, listed);
    assert_eq!(items, ITEMS);
}
