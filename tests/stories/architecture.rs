//! The layers hold: a module imports only from the layers before its own, and modules of one layer
//! do not import each other (`src/ARCHITECTURE.md`).

use std::path::{Path, PathBuf};

/// Modules by layer, outermost names only.
const LAYERS: &[&[&str]] = &[
    &["clock", "config", "secret", "metrics", "telemetry"],
    &["model"],
    &["wire"],
    &["pages_cache", "limits", "fetch", "mail", "db"],
    &["app"],
    &["actions"],
    &["web", "worker"],
    &["server"],
    &["cli"],
];

/// Who may import whom within a layer, with the reason.
const WITHIN: &[(&str, &str)] = &[
    ("config", "secret"), // a configured secret is a secret
    ("metrics", "metrics"),
    ("telemetry", "config"), // what to log is configured
];

fn rank(module: &str) -> usize {
    LAYERS
        .iter()
        .position(|layer| layer.contains(&module))
        .unwrap_or_else(|| panic!("{module} has no layer"))
}

/// Every breach in a source of the module `of`.
fn breaches(of: &str, source: &str) -> Vec<String> {
    let code: String = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    code.match_indices("crate::")
        .map(|(at, _)| {
            let rest = &code[at + "crate::".len()..];
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
        })
        .filter(|module| {
            !module.is_empty() && *module != of && module.starts_with(char::is_lowercase)
        })
        .filter(|module| {
            let (mine, theirs) = (rank(of), rank(module));
            theirs > mine || theirs == mine && !WITHIN.contains(&(of, module))
        })
        .map(|module| format!("{of} imports {module}"))
        .collect()
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The outermost module of a source, and what it says.
fn modules() -> Vec<(String, PathBuf, String)> {
    let root = src();
    sources(&root)
        .into_iter()
        .filter(|path| !path.ends_with("lib.rs") && !path.ends_with("main.rs"))
        .map(|path| {
            let inside = path.strip_prefix(&root).unwrap();
            let first = inside.iter().next().unwrap().to_string_lossy().into_owned();
            let module = first.trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            (module, path, text)
        })
        .collect()
}

#[test]
fn modules_import_only_from_the_layers_before_their_own() {
    let all: Vec<String> =
        modules().iter().flat_map(|(module, _, text)| breaches(module, text)).collect();
    assert_eq!(all, Vec::<String>::new());
}

#[test]
fn a_planted_breach_is_found() {
    assert_eq!(breaches("model", "use crate::web::routes;"), ["model imports web"]);
    assert_eq!(breaches("fetch", "let x = crate::db::health::check;"), ["fetch imports db"]);
    assert!(breaches("web", "use crate::actions::resolve;").is_empty());
}

#[test]
fn actions_do_not_import_each_other_but_for_taking_pings_in() {
    for path in sources(&src().join("actions")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for line in text
            .lines()
            .filter(|line| line.contains("super::") || line.contains("crate::actions::"))
        {
            // A room of its own within an action may name what stands beside it.
            let is_room = path.parent().is_some_and(|parent| !parent.ends_with("actions"))
                && !line.contains("crate::actions::");
            let allowed = line.contains("super::*") || line.contains("receive_ping") || is_room;
            assert!(allowed, "{}: {line}", path.display());
        }
    }
}

#[test]
fn only_the_database_names_diesel() {
    for (module, path, text) in modules() {
        assert!(module == "db" || !text.contains("diesel::"), "{}", path.display());
    }
}

#[test]
fn nothing_is_put_into_a_page_unescaped() {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut stack = vec![templates];
    while let Some(directory) = stack.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                stack.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for forbidden in
                ["|safe", "| safe", "escape none", " style=\"", "onclick", "javascript:"]
            {
                assert!(!text.contains(forbidden), "{} has {forbidden}", path.display());
            }
        }
    }
}
