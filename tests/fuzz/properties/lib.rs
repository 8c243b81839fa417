//! What holds of each reader and writer, whatever bytes it is given.
//!
//! A surface has a module, whose `check` panics where something does not hold. libFuzzer calls it
//! from `fuzz_targets/`, and `cargo test` from `tests/stories/fuzzed_input.rs`. `README.md` says
//! what each one asks.

pub mod address_judge;
pub mod feed;
pub mod feed_round_trip;
pub mod markdown;
pub mod moving_in;
pub mod opml;
pub mod page;
pub mod schedule;
pub mod text;
pub mod trackback_answer;
pub mod trackback_form;
pub mod url_identity;
pub mod webmention;
pub mod websub;
pub mod xml_rpc;

mod foreign;
mod input;
mod line;

/// Panics where something does not hold of an input.
pub type Check = fn(&[u8]);

/// All surfaces, by the names of their targets and of their folders in `corpus/`.
pub const ALL: &[(&str, Check)] = &[
    ("address_judge", address_judge::check),
    ("feed", feed::check),
    ("feed_round_trip", feed_round_trip::check),
    ("markdown", markdown::check),
    ("moving_in", moving_in::check),
    ("opml", opml::check),
    ("page", page::check),
    ("schedule", schedule::check),
    ("text", text::check),
    ("trackback_answer", trackback_answer::check),
    ("trackback_form", trackback_form::check),
    ("url_identity", url_identity::check),
    ("webmention", webmention::check),
    ("websub", websub::check),
    ("xml_rpc", xml_rpc::check),
];
