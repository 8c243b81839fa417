//! Formats that go over the line: requests in, answers and feeds out. Pure: bytes to values and
//! back (`wire-formats.md`).

pub mod discovery;
pub mod rss;
pub mod trackback;
pub mod xml;
