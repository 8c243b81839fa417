//! The badge "Listed at …", as SVG: a picture that loads nothing and runs nothing.
//!
//! Nobody knows which font a reader has. So the text is measured with a table of widths, and told
//! to be as wide as that: what was guessed wrong is squeezed a little, and never runs out.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use super::xml;
use crate::model::colour::{Accent, Colour};
use crate::model::theme::Theme;

/// `Content-Type` of what is written here.
pub const CONTENT_TYPE: &str = "image/svg+xml";
/// How high a badge is, in CSS pixels.
pub const HEIGHT: u32 = 28;
/// How wide a name may be.
const MOST: u32 = 230;
/// The same in thousandths of a pixel, as names are measured.
const ROOM: u32 = MOST * 1_000;
/// What a long category leaves of it for its hub.
const FEWEST: u32 = 90_000;
/// Where the name begins, after the mark and the words before it.
const BEFORE: u32 = 86;
/// What is left free after it.
const AFTER: u32 = 10;
/// Size of the name's letters.
const SIZE: u32 = 13;

/// Between the names of a hub and of its category.
const BETWEEN: &str = " · ";

/// What a hub, or a category of one, is called on other people's pages: `SXSW 2003 · Keynotes`.
pub fn name(hub: &str, category: Option<&str>) -> String {
    category.map_or_else(|| hub.to_owned(), |category| format!("{hub}{BETWEEN}{category}"))
}

/// What a badge with this name says.
pub fn says(name: &str) -> String {
    format!("Listed at {name}")
}

/// A badge, measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// The name as it stands there: whole, or shortened.
    name: String,
    /// The whole of it.
    full: String,
    text_width: u32,
    /// How wide it is, in CSS pixels.
    pub width: u32,
}

impl Badge {
    /// The badge of a hub, or of a category of it. Where there is not room for both names, the
    /// hub's is shortened first: what tells a category's badge from its hub's is the category.
    pub fn of(hub: &str, category: Option<&str>) -> Self {
        let full = name(hub, category);
        let shown = match category.filter(|_| width_of(&full) > ROOM) {
            Some(category) => {
                let fewest = width_of(hub).min(FEWEST) + width_of(BETWEEN);
                let category = shortened(category, ROOM.saturating_sub(fewest));
                let room = ROOM.saturating_sub(width_of(&format!("{BETWEEN}{category}")));
                name(&shortened(hub, room), Some(&category))
            }
            None => shortened(&full, ROOM),
        };
        let text_width = width_of(&shown).div_ceil(1_000).max(1);
        let width = BEFORE + text_width + AFTER;
        Self { name: shown, full, text_width, width }
    }

    /// The picture.
    pub fn to_svg(&self, accent: Accent, theme: Theme) -> String {
        let Self { width, text_width, .. } = self;
        let (label, name) = (xml::content(&says(&self.full)), xml::content(&self.name));
        let direction = if is_right_to_left(&self.name) { " direction=\"rtl\"" } else { "" };
        let middle = BEFORE * 2 + text_width;
        let (middle, half) = (middle / 2, if middle % 2 == 1 { ".5" } else { "" });
        let inner = width - 1;
        let style = style(accent, theme);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{HEIGHT}\" \
             viewBox=\"0 0 {width} {HEIGHT}\" role=\"img\" aria-labelledby=\"t\">\
             <title id=\"t\">{label}</title><style>{style}</style>\
             <rect class=\"g\" x=\".5\" y=\".5\" width=\"{inner}\" height=\"27\" rx=\"5\"/>\
             <path class=\"a\" d=\"M5 0h21v28H5a5 5 0 0 1-5-5V5a5 5 0 0 1 5-5z\"/>\
             <path class=\"m\" d=\"M18.5 8.5v4a2.5 2.5 0 0 1-2.5 2.5H8m3.5-4L8 15l3.5 4\"/>\
             <g font-family=\"Helvetica Neue,Helvetica,Arial,Liberation Sans,sans-serif\">\
             <text class=\"l\" x=\"34\" y=\"18\" font-size=\"12\" textLength=\"46\" \
             lengthAdjust=\"spacingAndGlyphs\">Listed at</text>\
             <text class=\"t\" x=\"{middle}{half}\" y=\"18.5\" font-size=\"{SIZE}\" \
             font-weight=\"700\" text-anchor=\"middle\" textLength=\"{text_width}\" \
             lengthAdjust=\"spacingAndGlyphs\"{direction}>{name}</text></g></svg>\n"
        )
    }
}

/// The style block of a badge: colours alone, made of checked ones.
pub fn style(accent: Accent, theme: Theme) -> String {
    let (on_light, on_dark) = accent.on_accent();
    let light = colours(["#fbfaf6", "#cfc7b6", "#5f5a50", "#1c1a16"], accent.light(), on_light);
    let dark = colours(["#1d1b18", "#4a463e", "#a59f92", "#ece7dc"], accent.dark(), on_dark);
    let fixed = ".m{fill:none;stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round}";
    let contrast = "@media (forced-colors:active){.g{fill:Canvas;stroke:CanvasText}\
                    .l,.t{fill:CanvasText}.a{fill:CanvasText}.m{stroke:Canvas}}";
    match theme {
        Theme::Light => format!("{fixed}{light}{contrast}"),
        Theme::Dark => format!("{fixed}{dark}{contrast}"),
        Theme::System => {
            format!("{fixed}{light}@media (prefers-color-scheme:dark){{{dark}}}{contrast}")
        }
    }
}

/// The ground, its rule, the words before the name, and the name; then the mark's ground, and the
/// mark. Who wants more contrast has the ink for all of it.
fn colours([ground, rule, muted, ink]: [&str; 4], accent: Colour, on_accent: Colour) -> String {
    format!(
        ".g{{fill:{ground};stroke:{rule}}}.l{{fill:{muted}}}.t{{fill:{ink}}}\
         .a{{fill:{accent}}}.m{{stroke:{on_accent}}}\
         @media (prefers-contrast:more){{.g{{stroke:{ink}}}.l{{fill:{ink}}}}}"
    )
}

/// `name`, or as much of it as there is room for, in thousandths of a pixel.
fn shortened(name: &str, room: u32) -> String {
    if width_of(name) <= room {
        return name.to_owned();
    }
    let ellipsis = width_of("…");
    let mut used = 0;
    let fits = |grapheme: &&str| {
        used += grapheme_width(grapheme);
        used + ellipsis <= room
    };
    let cut: String = name.graphemes(true).take_while(fits).collect();
    format!("{}…", cut.trim_end_matches(|c: char| c.is_whitespace() || c == '·'))
}

/// How wide a text is in bold letters of [`SIZE`], in thousandths of a pixel.
fn width_of(text: &str) -> u32 {
    text.graphemes(true).map(grapheme_width).sum()
}

/// Of what is drawn as one, the first character decides: a flag, a family, a letter with its marks.
fn grapheme_width(grapheme: &str) -> u32 {
    let is_emoji = grapheme.chars().any(|c| c == '\u{fe0f}' || c >= '\u{1f000}');
    let units = if is_emoji { 1_300 } else { grapheme.chars().map(units).sum() };
    units * SIZE
}

/// Widths of `!` to `~` in Helvetica Bold, in thousandths of its size; Arial and Liberation Sans
/// have the same.
#[rustfmt::skip]
const LATIN: [u16; 94] = [
    333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975,
    722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611,
    333, 278, 333, 584, 556, 333,
    556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889,
    611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500,
    389, 280, 389, 584,
];

/// How wide a character is, in thousandths of its size: by the table, else what is usual in its
/// script, and rather too wide.
fn units(c: char) -> u32 {
    let base = c.nfd().next().unwrap_or(c);
    if let Some(width) = (base as usize).checked_sub(0x21).and_then(|at| LATIN.get(at)) {
        return u32::from(*width);
    }
    match base {
        c if is_combining_mark(c) || c.is_control() => 0,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => 0,
        ' ' | '\u{a0}' | '\u{b7}' | '‘' | '’' => 278,
        '“' | '”' => 500,
        '–' => 556,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' => 520,
        // Half-width forms, then all that is as wide as it is high.
        '\u{ff61}'..='\u{ffdc}' => 500,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{ffff}' | '\u{20000}'..='\u{3ffff}' => 1_000,
        '…' | '—' => 1_000,
        '\u{370}'..='\u{52f}' if base.is_uppercase() => 760,
        '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{52f}' => 640,
        _ => 800,
    }
}

/// Whether its first letter belongs to a script that is written from right to left.
fn is_right_to_left(text: &str) -> bool {
    let first = text.chars().find(|c| c.is_alphabetic());
    first.is_some_and(
        |c| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_as_wide_as_it_looks_and_never_wider_than_there_is_room() {
        for (name, from, to) in [
            ("SXSW 2003", 70, 72),
            ("i", 3, 5),
            ("W", 12, 13),
            ("日本語", 39, 39),
            ("é", 7, 8),
            ("e\u{301}", 7, 8),
            ("👩‍👩‍👧", 16, 18),
            ("🇯🇵", 16, 18),
        ] {
            let badge = Badge::of(name, None);
            assert!((from..=to).contains(&badge.text_width), "{name}: {}", badge.text_width);
            assert_eq!(badge.name, name);
        }
        let long = "مؤتمر المواقع الصغيرة ".repeat(12);
        for name in ["Donaudampfschifffahrt".repeat(10), "日本".repeat(60), "🎉".repeat(60), long]
        {
            let badge = Badge::of(&name, None);
            assert!(badge.text_width <= MOST && badge.text_width > MOST - 30, "{badge:?}");
            assert!(badge.name.ends_with('…'), "{badge:?}");
        }
    }

    #[test]
    fn a_long_hub_gives_way_to_its_category() {
        let hub = "The Very Long International Conference on Small Things";
        for (category, from, to) in [
            ("Keynotes", "The Very Long", "… · Keynotes"),
            ("مؤتمر المواقع", "The Very Long", "… · مؤتمر المواقع"),
            ("What was said in the hallway, and later on the pier", "The Very", "…"),
        ] {
            let badge = Badge::of(hub, Some(category));
            let is_it = badge.name.starts_with(from) && badge.name.ends_with(to);
            assert!(is_it && badge.text_width <= MOST, "{badge:?}");
        }
        assert_eq!(Badge::of("SXSW", Some("Keynotes")).name, "SXSW · Keynotes");
    }

    #[test]
    fn a_badge_is_well_formed_whatever_its_name() {
        for name in
            ["5 < 6 & \"q\" ]]>", "</text><script>alert(1)</script>", "", "\u{1}\u{fffe}", "مؤتمر"]
        {
            for theme in Theme::ALL {
                let svg = Badge::of(name, None).to_svg(Accent::DEFAULT, *theme);
                let mut reader = quick_xml::Reader::from_str(&svg);
                let mut elements = Vec::new();
                loop {
                    match reader.read_event().unwrap() {
                        quick_xml::events::Event::Eof => break,
                        quick_xml::events::Event::Start(it)
                        | quick_xml::events::Event::Empty(it) => {
                            elements.push(it.name().as_ref().to_owned());
                        }
                        _ => {}
                    }
                }
                assert_eq!(elements.len(), 9, "{svg}");
                assert!(!elements.iter().any(|name| name == "script"));
            }
        }
        let arabic = Badge::of("مؤتمر", None).to_svg(Accent::DEFAULT, Theme::System);
        assert!(arabic.contains("direction=\"rtl\""));
    }
}
