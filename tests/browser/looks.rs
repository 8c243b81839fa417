//! How pages are looked at: on which screen, with which settings; and what must hold however.

use serde_json::{Value, json};

use crate::chromium::in_ci;
use crate::window::Window;

/// Somebody's screen and settings.
struct Look {
    name: &'static str,
    width: u32,
    /// Of letters, where 16 is usual.
    letters: u32,
    features: &'static [(&'static str, &'static str)],
}

impl Look {
    /// Whether things may stand elsewhere than in the look before: our own dark colours move nothing.
    fn moves_things(&self) -> bool {
        self.features != [DARK]
    }

    /// Which of axe-core's rules are asked: all where things stand elsewhere, else those of colours.
    /// Forced colours are the reader's, and letters that are twice as large change none of what
    /// they see.
    fn rules(&self) -> Option<&'static str> {
        let is_plain = self.letters == 16 && self.features.len() == 1;
        is_plain.then(|| if self.moves_things() { "all" } else { "colours" })
    }
}

const LIGHT: (&str, &str) = ("prefers-color-scheme", "light");
const DARK: (&str, &str) = ("prefers-color-scheme", "dark");
const FORCED: (&str, &str) = ("forced-colors", "active");
const STILL: (&str, &str) = ("prefers-reduced-motion", "reduce");

const fn look(
    name: &'static str,
    width: u32,
    letters: u32,
    features: &'static [(&'static str, &'static str)],
) -> Look {
    Look { name, width, letters, features }
}

/// All of them; "twice" is a browser whose letters are set to twice the usual size, which is what
/// 200 % of text is where the page itself is not made larger; in it nothing moves.
const LOOKS: [Look; 8] = [
    look("1280 light", 1280, 16, &[LIGHT]),
    look("1280 dark", 1280, 16, &[DARK]),
    look("1280 forced dark", 1280, 16, &[DARK, FORCED]),
    look("1280 twice", 1280, 32, &[LIGHT, STILL]),
    look("360 twice", 360, 32, &[LIGHT, STILL]),
    look("360 light", 360, 16, &[LIGHT]),
    look("360 dark", 360, 16, &[DARK]),
    look("360 forced light", 360, 16, &[LIGHT, FORCED]),
];

/// Gives every page that is opened from here on what looks at it. False where axe-core is missing,
/// and nothing of its rules is asked; with `CI=true` that is a failure.
pub async fn bring(window: &Window) -> bool {
    let axe = axe();
    if axe.is_none() {
        assert!(!in_ci(), "AXE names no axe.min.js: in CI its rules must be asked");
        eprintln!("AXE names no axe.min.js (npm install axe-core): its rules were not asked");
    }
    for source in [axe.as_deref(), Some(include_str!("looks.js"))].into_iter().flatten() {
        let script = json!({ "source": source });
        window.cdp("Page.addScriptToEvaluateOnNewDocument", script).await;
    }
    axe.is_some()
}

/// axe-core's text, from the file that `AXE` names or from where `.ci/run` puts it.
#[expect(clippy::disallowed_methods, reason = "only tests read this variable")]
fn axe() -> Option<String> {
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/target/axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(std::env::var("AXE").unwrap_or_else(|_| ours.to_owned())).ok()
}

/// What is wrong with the page, however it is looked at: nothing.
pub async fn problems(window: &Window, has_axe: bool) -> Vec<(&'static str, String)> {
    let mut problems = Vec::new();
    let mut before = (0, 0);
    window.finds("looks.still()").await;
    for (n, look) in LOOKS.iter().enumerate() {
        if look.width != before.0 {
            window.is_wide(look.width).await;
        }
        if look.letters != before.1 {
            window.reads_at(look.letters).await;
        }
        before = (look.width, look.letters);
        window.prefers("", look.features).await;
        if n == 0 {
            problems.extend(tabbed(window).await.into_iter().map(|says| ("by Tab", says)));
        }
        // Headlines grow with the window, too: sizes are held against those in the same.
        let letters = match look.name {
            "1280 light" | "1280 twice" => format!("looks.letters({})", look.letters),
            _ => "[]".to_owned(),
        };
        let moves = if look.features.contains(&STILL) { "looks.moves()" } else { "[]" };
        let all = look.moves_things();
        let stands = match all {
            true => format!("looks.wide({}), looks.clipped(), looks.rows()", look.width),
            false => "[]".to_owned(),
        };
        let script = format!(
            "looks.faded(); return [{stands}, looks.focused({all}), {moves}, {letters}].flat()"
        );
        let mut found = texts(&window.finds(&script).await);
        if let Some(which) = look.rules().filter(|_| has_axe) {
            let rules = format!(
                "looks.rules('{which}').then(arguments[0], e => arguments[0]([String(e)]))"
            );
            found.extend(texts(&window.awaits(&rules).await));
        }
        problems.extend(found.into_iter().map(|says| (look.name, says)));
    }
    problems
}

/// Goes through the page with the Tab key.
async fn tabbed(window: &Window) -> Vec<String> {
    let stops = window.finds("return looks.sets_out()").await.as_u64().unwrap();
    // A field for a date has several stops of its own.
    let fields =
        "return document.querySelectorAll('input[type=date],input[type=datetime-local]').length";
    let more = window.finds(fields).await.as_u64().unwrap();
    for _ in 0..=stops + 7 * more {
        window.key("Tab").await;
    }
    texts(&window.finds("return looks.came()").await)
}

fn texts(found: &Value) -> Vec<String> {
    let texts = found.as_array().into_iter().flatten();
    texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}
