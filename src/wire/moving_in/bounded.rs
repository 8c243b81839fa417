//! A reader that counts lines and does not give one event more than its share.

use std::io::{BufRead, Error, Read, Result};

/// The longest tag, text or comment that is passed over, in bytes: a post with its pictures in it
/// is one text.
pub(super) const MAX_EVENT: usize = 16 * 1024 * 1024;

/// Reads from another reader at most [`MAX_EVENT`] bytes between two calls of
/// [`Bounded::begin_event`].
#[derive(Debug)]
pub(super) struct Bounded<R> {
    from: R,
    left: usize,
    line: u64,
}

impl<R: BufRead> Bounded<R> {
    pub(super) const fn new(from: R) -> Self {
        Self { from, left: MAX_EVENT, line: 1 }
    }

    /// Gives the next event its share.
    pub(super) const fn begin_event(&mut self) {
        self.left = MAX_EVENT;
    }

    /// Whether the event took its share and was not done.
    pub(super) const fn is_used_up(&self) -> bool {
        self.left == 0
    }

    /// The line that is read, from 1.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.left == 0 {
            return Err(Error::other("one event is endless"));
        }
        let buffer = self.from.fill_buf()?;
        Ok(&buffer[..buffer.len().min(self.left)])
    }

    fn consume(&mut self, amount: usize) {
        // What is consumed is in the buffer: this reads nothing.
        if let Ok(buffer) = self.from.fill_buf() {
            let lines = buffer.iter().take(amount).filter(|byte| **byte == b'\n').count();
            self.line += u64::try_from(lines).unwrap_or(0);
        }
        self.left = self.left.saturating_sub(amount);
        self.from.consume(amount);
    }
}
