//! What other systems export: `wire::moving_in`.

use std::io::{BufRead, BufReader};

use backchannel::wire::moving_in::{Format, Item, Items, LeftOut, MAX_TEXT};

/// The most that one character of windows-1252 takes in UTF-8.
const WIDEST: usize = 3;

/// A file, read as either format. Limits hold, it is read in order and to an end; and it is the same
/// however it comes from the disk.
pub fn check(data: &[u8]) {
    let mark = b"\xEF\xBB\xBF";
    if !data.starts_with(mark) {
        assert_eq!(Format::guess(data), Format::guess(&[mark, data].concat()));
    }
    for format in [Format::MovableType, Format::Wxr] {
        let read = all(format, data);
        is_in_order(&read, data);
        if data.len() <= 4_096 {
            for capacity in [1, 7] {
                let slowly = all(format, BufReader::with_capacity(capacity, data));
                assert_eq!(slowly, read, "{format:?}, {capacity} bytes at once");
            }
        }
    }
}

fn all(format: Format, from: impl BufRead) -> Vec<Result<Item, LeftOut>> {
    let mut items = Items::of(format, from);
    let read: Vec<_> = items.by_ref().collect();
    assert_eq!(items.next(), None, "after its end there is nothing");
    read
}

fn is_in_order(read: &[Result<Item, LeftOut>], data: &[u8]) {
    let lines = data.iter().filter(|byte| **byte == b'\n').count() + 1;
    let mut before = 1;
    for (at, item) in read.iter().enumerate() {
        let line = match item {
            Ok(item) => {
                for text in [&item.url, &item.title, &item.excerpt, &item.blog_name] {
                    assert!(text.len() <= WIDEST * MAX_TEXT);
                }
                assert_ne!(item.url, "");
                item.line
            }
            Err(left_out) => {
                let is_last = at + 1 == read.len();
                assert!(is_last || !left_out.reason.ends_reading(), "{:?}", left_out.reason);
                assert_ne!(left_out.reason.to_string(), "");
                left_out.line
            }
        };
        assert!((before..=u64::try_from(lines).unwrap()).contains(&line), "{line} after {before}");
        before = line;
    }
}
