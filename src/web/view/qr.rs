//! QR codes, drawn by the server.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel};

/// A QR code as an inline SVG: one path, in the colour of the text round it.
#[derive(Debug)]
pub struct QrCode {
    /// Modules on each side, the quiet zone included.
    side: usize,
    /// The dark modules, as SVG path data.
    path: String,
}

/// Light modules on each side (ISO/IEC 18004: four).
const QUIET: usize = 4;

impl QrCode {
    /// The code of an address. What does not fit in the largest code (2,331 bytes) is an empty
    /// one.
    pub fn of(address: &str) -> Self {
        let Ok(code) = qrcode::QrCode::with_error_correction_level(address, EcLevel::M) else {
            return Self { side: 2 * QUIET, path: String::new() };
        };
        let (width, colors) = (code.width(), code.to_colors());
        let mut path = String::new();
        for (y, row) in colors.chunks(width).enumerate() {
            let mut x = 0;
            while x < width {
                let run = row[x..].iter().take_while(|color| **color == Color::Dark).count();
                if run > 0 {
                    // Writing into a string does not fail.
                    let _written = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
                }
                x += run.max(1);
            }
        }
        Self { side: width + 2 * QUIET, path }
    }
}

/// Digits and letters of our own only: safe as it is.
impl std::fmt::Display for QrCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { side, path } = self;
        write!(
            f,
            "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"QR code of this address\" shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\"/><path d=\"{path}\"/></svg>"
        )
    }
}

impl askama::filters::HtmlSafe for QrCode {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_zone_and_nothing_of_the_text() {
        let svg = QrCode::of("https://hub.example/tb/1234567/<script>").to_string();
        // Version 3 is 29 modules wide.
        assert!(svg.starts_with("<svg class=\"qr\" viewBox=\"0 0 37 37\""), "{svg}");
        assert!(svg.contains("M4 4h7v1h-7z"), "the first finder pattern: {svg}");
        assert!(!svg.contains("script"));
        assert!(QrCode::of(&"x".repeat(5_000)).to_string().contains("d=\"\""));
    }
}
