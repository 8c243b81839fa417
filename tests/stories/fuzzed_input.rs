//! Whatever is sent, what `tests/fuzz` asks of each reader and writer holds: of each input that was
//! kept, and of as many inputs that are made of them by the same dice each time.
//!
//! This is the short run. The long one, with libFuzzer, is `tests/fuzz/run`.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

#[path = "../fuzz/properties/lib.rs"]
mod properties;

/// Inputs that are made for each surface.
const MADE: u32 = 400;

/// The longest that an input grows to, in bytes: what takes longer is libFuzzer's.
const LONGEST: usize = 16 * 1024;

/// A change of an input.
#[derive(Debug, Clone)]
enum Change {
    Flip(Index, u8),
    Put(Index, Vec<u8>),
    Drop(Index, Index),
    Repeat(Index, Index, u8),
    /// The end of another input behind the beginning of this one.
    Join(Index, Index, Index),
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz")
}

fn names_in(folder: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(fuzz().join(folder)).unwrap();
    let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    entries.map(|entry| name(entry.unwrap())).collect()
}

/// The inputs that were kept, in an order that is the same everywhere.
fn kept(surface: &str) -> Vec<(String, Vec<u8>)> {
    let folder = format!("corpus/{surface}");
    let read = |name: String| {
        let bytes = std::fs::read(fuzz().join(&folder).join(&name)).unwrap();
        (name, bytes)
    };
    names_in(&folder).into_iter().map(read).collect()
}

/// The words of a dictionary of libFuzzer's, without their names.
fn words(surface: &str) -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(fuzz().join(format!("dictionaries/{surface}.dict")));
    let text = text.unwrap_or_default();
    let quoted = text.lines().filter_map(|line| line.split_once('"')?.1.strip_suffix('"'));
    quoted.map(unescaped).collect()
}

fn unescaped(word: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = word.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'\\', [b'x', high, low, after @ ..]) => {
                let hex = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
                rest = after;
            }
            (b'\\', [escaped, after @ ..]) => {
                bytes.push(*escaped);
                rest = after;
            }
            _ => bytes.push(*first),
        }
    }
    bytes
}

fn changes(words: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<Change>> {
    let any_index = any::<Index>;
    let words = if words.is_empty() { vec![Vec::new()] } else { words };
    let piece = prop_oneof![
        2 => prop::sample::select(words),
        1 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 1..4),
    ];
    let change = prop_oneof![
        3 => (any_index(), any::<u8>()).prop_map(|(at, byte)| Change::Flip(at, byte)),
        4 => (any_index(), piece).prop_map(|(at, bytes)| Change::Put(at, bytes)),
        2 => (any_index(), any_index()).prop_map(|(from, to)| Change::Drop(from, to)),
        1 => (any_index(), any_index(), 2_u8..40)
            .prop_map(|(from, to, times)| Change::Repeat(from, to, times)),
        1 => (any_index(), any_index(), any_index())
            .prop_map(|(other, to, from)| Change::Join(other, to, from)),
    ];
    prop::collection::vec(change, 1..8)
}

fn changed(input: &[u8], changes: &[Change], all: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut input = input.to_vec();
    for change in changes {
        // There is a place behind the last byte, too.
        let place = |index: &Index, of: &[u8]| index.index(of.len() + 1);
        let part = |one: &Index, other: &Index| {
            let (one, other) = (place(one, &input), place(other, &input));
            one.min(other)..one.max(other)
        };
        match change {
            Change::Flip(at, byte) => {
                let at = place(at, &input);
                input.splice(at..input.len().min(at + 1), [*byte]);
            }
            Change::Put(at, bytes) => {
                let at = place(at, &input);
                input.splice(at..at, bytes.iter().copied());
            }
            Change::Drop(from, to) => {
                let part = part(from, to);
                input.drain(part);
            }
            Change::Repeat(from, to, times) => {
                let part = part(from, to);
                let repeated = input[part.clone()].repeat(usize::from(*times));
                input.splice(part, repeated);
            }
            Change::Join(other, to, from) => {
                let other = &all[other.index(all.len())].1;
                input.truncate(place(to, &input));
                input.extend(&other[place(from, other)..]);
            }
        }
        input.truncate(LONGEST);
    }
    input
}

/// Holds what is asked of a surface to each input. What fails is printed, and belongs into its
/// corpus.
fn holds(surface: &str) {
    let (_, check) = properties::ALL.iter().find(|(name, _)| *name == surface).unwrap();
    let kept = kept(surface);
    assert!(!kept.is_empty());
    for (name, input) in &kept {
        let checked = std::panic::catch_unwind(|| check(input));
        assert!(checked.is_ok(), "tests/fuzz/corpus/{surface}/{name}");
    }
    let config = ProptestConfig { cases: MADE, failure_persistence: None, ..Default::default() };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let made = (any::<Index>(), changes(words(surface)))
        .prop_map(|(which, changes)| changed(&kept[which.index(kept.len())].1, &changes, &kept));
    let made = made.prop_map(Input);
    let result = runner.run(&made, |Input(input)| {
        check(&input);
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{surface}: {failure}");
    }
    // Not `println!`, which the test's harness keeps to itself.
    let said = format!("fuzzed {surface}: {} inputs kept, {MADE} made\n", kept.len());
    std::io::stderr().write_all(said.as_bytes()).unwrap();
}

/// An input that is printed as one can write it.
struct Input(Vec<u8>);

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// A test for each surface, so that they run beside each other.
macro_rules! surfaces {
    ($($surface:ident)*) => {
        $(#[test]
        fn $surface() {
            holds(stringify!($surface));
        })*

        #[test]
        fn no_surface_is_left_out() {
            let all: BTreeSet<String> =
                properties::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
            let told: BTreeSet<String> =
                [$(stringify!($surface)),*].iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(told, all);
            assert_eq!(names_in("corpus"), all);
            let targets = names_in("fuzz_targets");
            let targets: BTreeSet<String> =
                targets.iter().map(|file| file.trim_end_matches(".rs").to_owned()).collect();
            assert_eq!(targets, all);
            let manifest = std::fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
            let readme = std::fs::read_to_string(fuzz().join("README.md")).unwrap();
            for name in all {
                assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
                assert!(readme.contains(&format!("| `{name}` |")), "{name}");
            }
        }
    };
}

surfaces! {
    address_judge feed feed_round_trip markdown moving_in opml page schedule text
    trackback_answer trackback_form url_identity webmention websub xml_rpc
}
