//! Formats that go over the line: requests in, answers and feeds out. Pure: bytes to values and
//! back (`wire-formats.md`).

pub mod archive;
pub mod atom;
pub mod badge;
pub mod csv;
pub mod discovery;
pub mod events;
pub mod feed;
pub mod foreign_xml;
pub mod html;
pub mod json_feed;
pub mod markdown;
pub mod moving_in;
pub mod oembed;
pub mod offline;
pub mod opml;
pub mod picture;
pub mod pingback;
pub mod rss;
pub mod schedule;
pub mod sitemap;
pub mod syndication;
pub mod trackback;
pub mod webmention;
pub mod websub;
pub mod xml;
