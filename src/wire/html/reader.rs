//! Keeps what matters of a page while it goes by.

use super::Question;
use super::head::Head;
use super::json_ld::JsonLd;
use super::links::Links;
use super::microformats::{self, Microformats};
use super::open_elements::{self, OpenElements};
use super::prose::{Prose, Span};
use super::rels::Rels;
use super::tag::Tag;
use url::Url;

/// Most headings that are kept: only to tell a post's name from its site's in `<title>`.
const MAX_HEADINGS: usize = 12;

/// What a page has said up to now.
pub(super) struct Reader<'q> {
    pub(super) question: &'q Question<'q>,
    /// What relative links are relative to.
    pub(super) base: Url,
    pub(super) prose: Prose,
    pub(super) head: Head,
    pub(super) json_ld: JsonLd,
    pub(super) links: Links,
    pub(super) rels: Rels,
    pub(super) microformats: Microformats,
    /// The first headings.
    pub(super) headings: Vec<Span>,
    open: OpenElements<Note>,
    /// How many `<template>` are open: what is in them is not part of the page.
    templates: usize,
    /// In a drawing, whose texts are labels and descriptions.
    in_svg: bool,
}

/// What is to be done when an element ends.
#[derive(Debug, Default)]
pub(super) struct Note {
    /// Where its text begins.
    start: usize,
    marks: Vec<Mark>,
    /// Its microformats: what it is, and whose.
    pub(super) microformats: microformats::Marks,
}

/// A span that ends with its element.
#[derive(Debug)]
enum Mark {
    /// The link's text.
    Link,
    Heading,
    /// The text of a link with `rel`, by its number.
    Rel(usize),
}

impl<'q> Reader<'q> {
    pub(super) fn new(question: &'q Question<'q>, base: Url, bytes: usize) -> Self {
        Self {
            question,
            base,
            prose: Prose::with_capacity(bytes),
            head: Head::default(),
            json_ld: JsonLd::default(),
            links: Links::default(),
            rels: Rels::default(),
            microformats: Microformats::default(),
            headings: Vec::new(),
            open: OpenElements::new(),
            templates: 0,
            in_svg: false,
        }
    }

    /// A start tag. False once there are too many links.
    pub(super) fn start(&mut self, tag: &Tag<'_>) -> bool {
        self.head.end_title();
        if tag.name == "template" && tag.is_html {
            self.templates += 1;
        }
        if self.templates > 0 {
            return true;
        }
        let kept = self.open.kept_at_start(tag.name);
        self.close(kept);
        self.in_svg = tag.is_svg;
        match tag.name {
            "br" => self.prose.line_break(),
            name if open_elements::is_block(name) => self.prose.block(),
            _ => {}
        }
        self.head.start(tag, &self.base);
        self.json_ld.start(tag);
        let note = self.note(tag);
        // A picture's text stands inside it, as far as links and properties are concerned.
        if tag.name == "img"
            && let Some(alt) = tag.attribute("alt")
        {
            self.prose.push(&alt);
        }
        let ended = if is_kept(tag) { self.open.open(tag.name, note) } else { Some(note) };
        if let Some(note) = ended {
            self.ended(note);
        }
        !self.links.are_too_many()
    }

    /// What begins with this tag.
    fn note(&mut self, tag: &Tag<'_>) -> Note {
        let start = self.prose.here();
        let mut marks = Vec::new();
        if self.links.start(tag, &self.base, self.question, &self.prose) {
            marks.push(Mark::Link);
        }
        marks.extend(self.rels.start(tag, &self.base).map(Mark::Rel));
        if matches!(tag.name, "h1" | "h2" | "h3") && self.headings.len() < MAX_HEADINGS {
            marks.push(Mark::Heading);
        }
        let microformats = self.microformats.start(tag, &self.base, start, &mut self.open);
        Note { start, marks, microformats }
    }

    /// An end tag.
    pub(super) fn end(&mut self, name: &str) {
        self.head.end_title();
        match name {
            "script" => self.json_ld.end(),
            "template" => self.templates = self.templates.saturating_sub(1),
            "svg" => self.in_svg = false,
            _ => {}
        }
        if self.templates == 0 {
            let kept = self.open.kept_at_end(name);
            self.close(kept);
            if open_elements::is_block(name) {
                self.prose.block();
            }
            self.links.paragraph_may_have_ended(&self.prose);
        }
    }

    /// Visible text.
    pub(super) fn text(&mut self, text: &str) {
        if self.templates == 0 && !self.in_svg {
            self.links.paragraph_may_have_ended(&self.prose);
            self.prose.push(text);
        }
    }

    /// Text of `<title>` or `<textarea>`, entities not decoded.
    pub(super) fn title_text(&mut self, text: &str) {
        self.head.title_text(text);
    }

    /// Text of `<script>`.
    pub(super) fn script_text(&mut self, text: &str) {
        self.json_ld.text(text);
    }

    /// The page ends.
    pub(super) fn finish(&mut self) {
        self.json_ld.end();
        self.close(0);
        self.prose.block();
        self.links.paragraph_may_have_ended(&self.prose);
    }

    fn close(&mut self, kept: usize) {
        while let Some(note) = self.open.close_to(kept) {
            self.ended(note);
        }
    }

    fn ended(&mut self, note: Note) {
        let span = Span { start: note.start, end: self.prose.here() };
        for mark in note.marks {
            match mark {
                Mark::Link => self.links.text_ended(span),
                Mark::Heading => self.headings.push(span),
                Mark::Rel(number) => self.rels.text_ended(number, span),
            }
        }
        self.microformats.end(note.microformats, span, &self.prose, &self.base, &mut self.open);
    }
}

/// Whether to wait for the end tag: not of what has no content, and not of what has no markup
/// in it, whose end nobody asks for.
fn is_kept(tag: &Tag<'_>) -> bool {
    tag.has_content
        && !matches!(tag.name, "script" | "style" | "title" | "textarea" | "noscript" | "iframe")
}
