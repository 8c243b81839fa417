//! Formats that go over the line: requests in, answers and feeds out. Pure: bytes to values and
//! back (`wire-formats.md`).

pub mod discovery;
pub mod events;
pub mod foreign_xml;
pub mod html;
pub mod moving_in;
pub mod pingback;
pub mod rss;
pub mod syndication;
pub mod trackback;
pub mod webmention;
pub mod xml;
