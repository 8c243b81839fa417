//! The text of a page, once, and places in it.

use crate::model::text;

/// Most bytes of a span that are looked at: an excerpt of four-byte characters several times
/// over, so that white space in it does not matter.
const MAX_SPAN: usize = 16 * 1024;

/// What is visible of a page, without its markup.
///
/// Blocks are parted by blanks; white space is else as it stood in the page.
#[derive(Debug, Default)]
pub(super) struct Prose {
    text: String,
    /// Where the current paragraph begins.
    paragraph: usize,
    /// How often paragraphs have ended, so that it can be told whether this one still runs.
    paragraphs: usize,
    /// Where the last `<br>` stood.
    line_break: Option<usize>,
}

/// A part of the text, by bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Prose {
    /// Room for all the text of a page of this length, so that it is never copied.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ..Self::default() }
    }

    /// Adds text, entities decoded.
    ///
    /// Past its capacity, the text is full: it is shorter than the page, but for characters that
    /// take more room in UTF-8.
    pub(super) fn push(&mut self, text: &str) {
        if self.text.len() + text.len() <= self.text.capacity() {
            self.text.push_str(text);
        }
    }

    /// Where the text ends by now.
    pub(super) fn here(&self) -> usize {
        self.text.len()
    }

    /// A block begins or ends.
    pub(super) fn block(&mut self) {
        self.part();
        self.paragraph = self.here();
        self.paragraphs += 1;
        self.line_break = None;
    }

    /// A `<br>`: two with nothing between them end a paragraph, as in posts of old.
    pub(super) fn line_break(&mut self) {
        let is_second = self.line_break.is_some_and(|at| self.text[at..].trim().is_empty());
        self.part();
        if is_second {
            self.block();
        }
        self.line_break = Some(self.here());
    }

    fn part(&mut self) {
        if !self.text.ends_with(char::is_whitespace) {
            self.push(" ");
        }
    }

    /// Where the current paragraph begins, and its number.
    pub(super) fn paragraph(&self) -> (usize, usize) {
        (self.paragraph, self.paragraphs)
    }

    /// The beginning of a span, as it stood in the page.
    pub(super) fn raw(&self, span: Span) -> &str {
        let (start, end) = (self.text.ceil_char_boundary(span.start), span.end);
        head(self.text.get(start..end).unwrap_or_default(), MAX_SPAN).trim_start()
    }

    /// A span as one tidy line of at most `max_chars` characters, unless it is empty.
    pub(super) fn line(&self, span: Span, max_chars: usize) -> Option<String> {
        line(self.raw(span), max_chars)
    }
}

/// `text`, which has no markup, as one tidy line of at most `max_chars` characters, unless it
/// is empty.
pub(super) fn line(text: &str, max_chars: usize) -> Option<String> {
    let line = text::cut(&text::tidy(head(text, MAX_SPAN)), max_chars);
    (!line.is_empty()).then_some(line)
}

/// The beginning of `text`, at most so many bytes.
pub(super) fn head(text: &str, max_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(max_bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_double_breaks_end_paragraphs() {
        let mut prose = Prose::with_capacity(100);
        prose.push("one");
        prose.block();
        assert_eq!(prose.paragraph(), (4, 1));
        prose.push("two");
        prose.line_break();
        prose.push(" still two");
        prose.line_break();
        prose.push("\n ");
        assert_eq!(prose.paragraph(), (4, 1));
        prose.line_break();
        assert_eq!(prose.paragraph().1, 2);
        let all = Span { start: 0, end: prose.here() };
        assert_eq!(prose.line(all, 50).as_deref(), Some("one two still two"));
        assert_eq!(prose.line(all, 7).as_deref(), Some("one two"));
        assert_eq!(prose.line(Span { start: 3, end: 4 }, 50), None);
        assert_eq!(prose.line(Span { start: 90, end: 99 }, 50), None);
    }

    #[test]
    fn it_never_grows_past_its_capacity() {
        let mut prose = Prose::with_capacity(8);
        for _ in 0..10 {
            prose.push("four");
            prose.block();
        }
        assert!(prose.here() <= 8);
    }
}
