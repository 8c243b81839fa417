//! Lines of a file, in memory for one.

use std::io::{BufRead, Read};

use encoding_rs::WINDOWS_1252;

use super::MAX_TEXT;

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// As text: UTF-8 where the bytes are, else windows-1252.
    Text(String),
    /// One of more than [`MAX_TEXT`] bytes, passed over.
    TooLong,
}

/// The lines of a file.
#[derive(Debug)]
pub(super) struct Lines<R> {
    from: R,
    buffer: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn new(from: R) -> Self {
        Self { from, buffer: Vec::new(), number: 0 }
    }

    /// The number of the line read last, from 1.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// The next line; `None` at the end.
    pub(super) fn next(&mut self) -> std::io::Result<Option<Line>> {
        self.buffer.clear();
        let most = u64::try_from(MAX_TEXT).unwrap_or(u64::MAX).saturating_add(1);
        if self.from.by_ref().take(most).read_until(b'\n', &mut self.buffer)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if self.buffer.len() > MAX_TEXT {
            if !self.buffer.ends_with(b"\n") {
                self.from.skip_until(b'\n')?;
            }
            return Ok(Some(Line::TooLong));
        }
        let line = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        Ok(Some(Line::Text(match std::str::from_utf8(line) {
            Ok(text) => text.to_owned(),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(line).0.into_owned(),
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_read_in_the_charset_it_is_in() {
        let mut lines = Lines::new(&b"\xEF\xBB\xBFa\r\ncaf\xE9 \x93\ncaf\xC3\xA9"[..]);
        for text in ["a", "café “", "café"] {
            assert_eq!(lines.next().unwrap(), Some(Line::Text(text.to_owned())));
        }
        assert_eq!(lines.next().unwrap(), None);
        assert_eq!(lines.number(), 3);
    }

    #[test]
    fn an_endless_line_takes_no_more_memory_than_a_long_one() {
        let endless = std::io::BufReader::new(std::io::repeat(b'x').take(50_000_000));
        let mut lines = Lines::new(endless.chain(&b"\nb"[..]));
        assert_eq!(lines.next().unwrap(), Some(Line::TooLong));
        assert!(lines.buffer.capacity() <= 4 * MAX_TEXT, "{}", lines.buffer.capacity());
        assert_eq!(lines.next().unwrap(), Some(Line::Text("b".to_owned())));
    }
}
