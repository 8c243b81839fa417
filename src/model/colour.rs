//! A hub's accent colour, and whether it can be read.

use std::sync::LazyLock;

/// Paper and ink of the two schemes: the same values as `--paper` in `static/style.css`.
const LIGHT_PAPER: Colour = Colour { r: 0xfb, g: 0xfa, b: 0xf6 };
const DARK_PAPER: Colour = Colour { r: 0x15, g: 0x14, b: 0x12 };

/// How much light each value of a channel is, 0 to 1 (WCAG 2.2): a page tries dozens of shades for its
/// hub's colour.
static LINEAR: LazyLock<[f64; 256]> = LazyLock::new(|| {
    std::array::from_fn(|value| {
        let c = value as f64 / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    })
});

/// The least contrast of text on its ground (WCAG 2.2, 1.4.3).
const LEAST_CONTRAST: f64 = 4.5;

/// An opaque sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    r: u8,
    g: u8,
    b: u8,
}

/// What is wrong with an accent colour.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ColourError {
    /// Not `#rrggbb`.
    #[error("Write the colour as # and six digits, such as #a4341f.")]
    Malformed,
    /// Cannot be read on paper.
    #[error(
        "This colour is too pale to read on paper ({contrast:.1} to 1; 4.5 to 1 is needed). The nearest one that works is {nearest}."
    )]
    TooPale {
        /// The contrast it has.
        contrast: f64,
        /// The nearest shade with enough.
        nearest: String,
    },
}

/// An accent that was checked: readable as text and as a button in light and in dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent(Colour);

impl Colour {
    /// Reads `#rrggbb` or `#rgb`, with or without the `#`.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.trim().trim_start_matches('#');
        let digit = |at: usize| hex.get(at..=at).and_then(|c| u8::from_str_radix(c, 16).ok());
        let byte = |at: usize| Some(digit(at)? * 16 + digit(at + 1)?);
        match hex.len() {
            3 => Some(Self { r: digit(0)? * 17, g: digit(1)? * 17, b: digit(2)? * 17 }),
            6 => Some(Self { r: byte(0)?, g: byte(2)?, b: byte(4)? }),
            _ => None,
        }
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |c: u8| LINEAR[usize::from(c)];
        0.2126 * linear(self.r) + 0.7152 * linear(self.g) + 0.0722 * linear(self.b)
    }

    /// Contrast ratio, 1 to 21 (WCAG 2.2).
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour mixed with `share` (0 to 1) of another.
    fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| {
            let value = f64::from(a) + (f64::from(b) - f64::from(a)) * share;
            // Between two bytes, so it is one.
            value.round() as u8
        };
        Self { r: mix(self.r, other.r), g: mix(self.g, other.g), b: mix(self.b, other.b) }
    }

    /// The nearest mixture with `other` that has enough contrast on `ground`.
    fn readable_on(self, ground: Self, other: Self) -> Self {
        (0..=100u8)
            .map(|percent| self.mixed(other, f64::from(percent) / 100.0))
            .find(|colour| colour.contrast(ground) >= LEAST_CONTRAST)
            .unwrap_or(other)
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }
}

const BLACK: Colour = Colour { r: 0, g: 0, b: 0 };
const WHITE: Colour = Colour { r: 255, g: 255, b: 255 };

impl Accent {
    /// The accent of a hub that did not choose one: the red of a printed programme.
    pub const DEFAULT: Self = Self(Colour { r: 0xa4, g: 0x34, b: 0x1f });

    /// Reads and checks an accent: it must be readable as text on light paper.
    pub fn parse(text: &str) -> Result<Self, ColourError> {
        let colour = Colour::parse(text).ok_or(ColourError::Malformed)?;
        let contrast = colour.contrast(LIGHT_PAPER);
        if contrast >= LEAST_CONTRAST {
            return Ok(Self(colour));
        }
        let nearest = colour.readable_on(LIGHT_PAPER, BLACK).to_string();
        Err(ColourError::TooPale { contrast, nearest })
    }

    /// The colour on light paper.
    pub const fn light(self) -> Colour {
        self.0
    }

    /// The same accent, made light enough for dark paper.
    pub fn dark(self) -> Colour {
        self.0.readable_on(DARK_PAPER, WHITE)
    }

    /// What is written on a button of this accent, in light and in dark.
    pub fn on_accent(self) -> (Colour, Colour) {
        let dark_ink = self.dark().mixed(BLACK, 0.88);
        (WHITE, dark_ink.readable_on(self.dark(), BLACK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_both_lengths() {
        assert_eq!(Colour::parse("#A4341F").unwrap().to_string(), "#a4341f");
        assert_eq!(Colour::parse("f00").unwrap().to_string(), "#ff0000");
        for bad in ["", "#12", "red", "#12345g", "#1234567", "#+12345", "日本"] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_pale_accent_is_refused_with_one_that_works() {
        let Err(ColourError::TooPale { contrast, nearest }) = Accent::parse("#ffee00") else {
            panic!("yellow on paper cannot be read");
        };
        assert!(contrast < 1.5);
        assert!(Accent::parse(&nearest).is_ok(), "{nearest}");
    }

    #[test]
    fn every_accepted_accent_can_be_read_in_light_and_dark_and_on_its_button() {
        for hex in ["#a4341f", "#000000", "#0000ff", "#7a3e6d", "#00695c", "#5b6d3a", "#1d4ed8"] {
            let accent = Accent::parse(hex).unwrap();
            assert!(accent.dark().contrast(DARK_PAPER) >= 4.5, "{hex} in the dark");
            let (light, dark) = accent.on_accent();
            assert!(light.contrast(accent.light()) >= 4.5, "{hex} on a button");
            assert!(dark.contrast(accent.dark()) >= 4.5, "{hex} on a dark button");
        }
    }
}
