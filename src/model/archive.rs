//! The document that a hub is taken home in.

/// What it calls itself.
pub const FORMAT: &str = "backchannel-hub";
/// Which version of it this program writes, and the newest that it reads. A field that may be missing
/// makes no new version; anything else does.
pub const VERSION: u64 = 1;
