//! Pictures that organizers upload: read, brought to size, and written anew.
//!
//! Nothing of what was sent is kept but its pixels: no place, no camera, no comment, no second
//! image behind the first. SVG is a program as much as a picture, and is refused.

mod bare;

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use sha2::{Digest, Sha256};

use crate::model::face::{PictureFormat, PictureKind};

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 5 * 1024 * 1024;
/// The most pixels: 24 megapixels, as phones take them.
pub const MAX_PIXELS: u64 = 24_000_000;
/// The longest side, in pixels: bringing to size goes over whole rows.
const MAX_SIDE: u32 = 12_000;
/// The most memory that its pixels take, in bytes: 24 megapixels of four.
const MAX_PIXEL_BYTES: u64 = 4 * MAX_PIXELS;
/// The most memory that a decoder takes beside them, in bytes.
const MAX_MEMORY: u64 = 160 * 1024 * 1024;
/// The quality of JPEG, of 100.
const QUALITY: u8 = 80;
/// How often as wide as high a banner is at least, and at most.
const BANNER_SHAPE: (u32, u32) = (2, 8);

/// How often as wide as high, or as high as wide, a logo is at most: it stands small beside a name.
const LOGO_SHAPE: u32 = 6;

/// A picture, written anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// How it is written.
    pub format: PictureFormat,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// More than [`MAX_BYTES`].
    #[error("This file has more than 5 MB: save the picture smaller.")]
    TooLarge,
    /// A drawing that can hold programs.
    #[error("SVG files are not taken: save the drawing as PNG.")]
    Svg,
    /// Of no format that is read.
    #[error("This file is no picture that can be read: choose a PNG, JPEG or WebP file.")]
    Unknown,
    /// More than [`MAX_PIXELS`], or of more bytes each than a page shows, or longer than any page.
    #[error(
        "This picture is too large to be read: save it with at most 24 megapixels of 8 bits, and 12,000 pixels on a side."
    )]
    TooManyPixels,
    /// Cut off, or damaged.
    #[error("This picture is damaged: save it once more, and choose that file.")]
    Damaged,
    /// A banner that is too high or too low to lie over a page.
    #[error("A banner is two to eight times as wide as high: cut this one to such a shape.")]
    Shape,
    /// A logo that is a line.
    #[error(
        "A logo is at most six times as wide as high, or as high as wide: cut this one to such a shape."
    )]
    LogoShape,
}

impl Drawn {
    /// Its name: what it shows is under it for ever.
    pub fn name(&self) -> String {
        let hash = Sha256::digest(&self.bytes);
        format!("{}.{}", data_encoding::HEXLOWER.encode(&hash[..16]), self.format.as_str())
    }
}

/// How large a picture may be on our pages, in pixels.
const fn room(kind: PictureKind) -> (u32, u32) {
    match kind {
        // Shown 26 and 64 high, on screens of up to four pixels for one.
        PictureKind::Logo => (256, 256),
        // As wide as a page, and not sharper: it is to be there at once.
        PictureKind::Banner => (1_280, 640),
    }
}

/// Reads a file that somebody sent, and writes it anew at the size of our pages. It takes up to a
/// second, and memory for its pixels, for the decoder, and for the pixels once more where they are
/// turned.
pub fn draw(bytes: &[u8], kind: PictureKind) -> Result<Drawn, PictureError> {
    if bytes.len() > MAX_BYTES {
        return Err(PictureError::TooLarge);
    }
    let picture = read(bytes)?;
    let (width, height) = (picture.width(), picture.height());
    match kind {
        PictureKind::Banner => {
            let fits = height * BANNER_SHAPE.0 <= width && width <= height * BANNER_SHAPE.1;
            if !fits {
                return Err(PictureError::Shape);
            }
        }
        PictureKind::Logo if width > height * LOGO_SHAPE || height > width * LOGO_SHAPE => {
            return Err(PictureError::LogoShape);
        }
        PictureKind::Logo => {}
    }
    let (width, height) = room(kind);
    let picture = match picture.width() > width || picture.height() > height {
        true => picture.resize(width, height, imageops::FilterType::Lanczos3),
        false => picture,
    };
    write(&picture)
}

/// A file that we wrote ourselves, as it is: it holds nothing but pixels, and keeps its name. `None`
/// where it may be another's.
pub fn as_written(bytes: &[u8], kind: PictureKind) -> Option<Drawn> {
    let format = match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', chunks @ ..]
            if bare::is_png(chunks) =>
        {
            PictureFormat::Png
        }
        [0xff, 0xd8, segments @ ..] if bare::is_jpeg(segments) => PictureFormat::Jpeg,
        _ => return None,
    };
    let picture = read(bytes).ok()?;
    let (width, height) = (picture.width(), picture.height());
    let (widest, highest) = room(kind);
    let fits = width <= widest && height <= highest && bytes.len() <= MAX_BYTES;
    fits.then(|| Drawn { format, width, height, bytes: bytes.to_vec() })
}

fn read(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|_unreadable| PictureError::Damaged)?;
    match reader.format() {
        Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) => {}
        _ if is_svg(bytes) => return Err(PictureError::Svg),
        _ => return Err(PictureError::Unknown),
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_damaged| PictureError::Damaged)?;
    let (width, height) = decoder.dimensions();
    let is_large = u64::from(width) * u64::from(height) > MAX_PIXELS
        || width.max(height) > MAX_SIDE
        || decoder.total_bytes() > MAX_PIXEL_BYTES;
    if is_large {
        return Err(PictureError::TooManyPixels);
    }
    // Cameras say in a note which side is up, and the notes are left out.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder);
    let mut picture = picture.map_err(|_damaged| PictureError::Damaged)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Whether a file that is no picture of dots is a drawing.
fn is_svg(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(2_048)]).to_ascii_lowercase();
    start.contains("<svg")
}

/// PNG where the page shows through, else the smaller of PNG and JPEG.
fn write(picture: &DynamicImage) -> Result<Drawn, PictureError> {
    let drawn =
        |format, bytes| Drawn { format, width: picture.width(), height: picture.height(), bytes };
    let rgba = picture.to_rgba8();
    let shows_through = rgba.pixels().any(|pixel| pixel.0[3] < 255);
    let mut png = Vec::new();
    let encoder =
        |to| PngEncoder::new_with_quality(to, CompressionType::Best, FilterType::Adaptive);
    let failed = |_error| PictureError::Damaged;
    if shows_through {
        rgba.write_with_encoder(encoder(&mut png)).map_err(failed)?;
        return Ok(drawn(PictureFormat::Png, png));
    }
    let rgb = picture.to_rgb8();
    rgb.write_with_encoder(encoder(&mut png)).map_err(failed)?;
    let mut jpeg = Vec::new();
    rgb.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY)).map_err(failed)?;
    Ok(match jpeg.len() < png.len() {
        true => drawn(PictureFormat::Jpeg, jpeg),
        false => drawn(PictureFormat::Png, png),
    })
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Rgb, Rgba};

    use super::*;

    fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// As a photograph: no two dots alike.
    fn photograph(width: u32, height: u32) -> DynamicImage {
        let dot = |x: u32, y: u32| {
            let noise = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503);
            Rgb([(noise >> 3) as u8, (x / 3) as u8, (noise >> 11) as u8])
        };
        DynamicImage::ImageRgb8(ImageBuffer::from_fn(width, height, dot))
    }

    fn flat(width: u32, height: u32, alpha: u8) -> DynamicImage {
        let dot = |x: u32, _| Rgba([200, 20, 20, if x < width / 2 { alpha } else { 255 }]);
        DynamicImage::ImageRgba8(ImageBuffer::from_fn(width, height, dot))
    }

    #[test]
    fn a_picture_is_brought_to_size_and_written_as_what_is_smaller() {
        let photo = file(&photograph(3_000, 1_000), ImageFormat::Jpeg);
        let banner = draw(&photo, PictureKind::Banner).unwrap();
        assert_eq!((banner.width, banner.height), (1_280, 427));
        assert_eq!(banner.format, PictureFormat::Jpeg);
        assert!(banner.bytes.starts_with(&[0xff, 0xd8]) && banner.name().ends_with(".jpg"));

        let logo = draw(&file(&flat(600, 300, 255), ImageFormat::Png), PictureKind::Logo).unwrap();
        assert_eq!((logo.width, logo.height, logo.format), (256, 128, PictureFormat::Png));
        let clear = draw(&file(&flat(64, 64, 10), ImageFormat::WebP), PictureKind::Logo).unwrap();
        assert_eq!((clear.width, clear.format), (64, PictureFormat::Png), "no larger than it was");
        assert_eq!(clear, draw(&clear.bytes, PictureKind::Logo).unwrap());
    }

    #[test]
    fn what_we_wrote_is_known_again_and_what_hides_anything_is_not() {
        for picture in [photograph(900, 300), flat(64, 20, 10), flat(64, 20, 255)] {
            let drawn = draw(&file(&picture, ImageFormat::Png), PictureKind::Banner).unwrap();
            assert_eq!(as_written(&drawn.bytes, PictureKind::Banner), Some(drawn.clone()));
            let behind = [&drawn.bytes[..], b"<script>"].concat();
            assert_eq!(as_written(&behind, PictureKind::Banner), None);
            assert_eq!(as_written(&drawn.bytes[..60], PictureKind::Banner), None);
        }
        let mut photo =
            draw(&file(&photograph(90, 30), ImageFormat::Png), PictureKind::Logo).unwrap().bytes;
        photo.splice(2..2, *b"\xff\xfe\x00\x0bsecret...");
        assert_eq!(as_written(&photo, PictureKind::Logo), None);
        let large = file(&photograph(900, 300), ImageFormat::Jpeg);
        assert_eq!(as_written(&large, PictureKind::Logo), None, "larger than any of ours");
    }

    #[test]
    fn nothing_is_kept_but_the_pixels() {
        let mut photo = file(&photograph(40, 20), ImageFormat::Jpeg);
        // A comment, a note of the place and which side is up, and another file behind.
        let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let comment = b"\xff\xfe\x00\x0bsecret...";
        let notes: Vec<u8> = [&exif[..], &comment[..]].concat();
        photo.splice(2..2, notes);
        photo.extend_from_slice(b"<script>alert(1)</script>");
        let drawn = draw(&photo, PictureKind::Logo).unwrap();
        assert_eq!((drawn.width, drawn.height), (20, 40), "turned as its note said");
        let text = String::from_utf8_lossy(&drawn.bytes);
        for nothing in ["secret", "Exif", "<script"] {
            assert!(!text.contains(nothing), "{nothing}");
        }
    }

    #[test]
    fn what_is_no_picture_is_refused_and_said_why() {
        let drawing = br#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>"#;
        let photo = file(&photograph(100, 50), ImageFormat::Png);
        for (bytes, problem) in [
            (&drawing[..], PictureError::Svg),
            (b"", PictureError::Unknown),
            (b"GIF89a", PictureError::Unknown),
            (b"<!doctype html><p>Hello", PictureError::Unknown),
            (&photo[..200], PictureError::Damaged),
            (&vec![0; MAX_BYTES + 1], PictureError::TooLarge),
        ] {
            assert_eq!(draw(bytes, PictureKind::Logo), Err(problem), "{problem}");
        }
        let tall = file(&photograph(100, 60), ImageFormat::Png);
        assert_eq!(draw(&tall, PictureKind::Banner), Err(PictureError::Shape));
        let line = file(&photograph(10, 100), ImageFormat::Png);
        assert_eq!(draw(&line, PictureKind::Logo), Err(PictureError::LogoShape));
    }

    #[test]
    fn a_small_file_of_many_pixels_is_not_read() {
        // Its head says 50,000 times 50,000.
        let mut bomb = file(&flat(2, 2, 255), ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
        let sum = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(draw(&bomb, PictureKind::Logo), Err(PictureError::TooManyPixels));
        let line = file(&flat(MAX_SIDE + 1, 1, 255), ImageFormat::Png);
        assert_eq!(draw(&line, PictureKind::Logo), Err(PictureError::TooManyPixels));
        // As many bytes as are read, and one pixel more of twice as many.
        let deep: ImageBuffer<Rgba<u16>, _> = ImageBuffer::new(4_000, 3_001);
        let deep = file(&DynamicImage::ImageRgba16(deep), ImageFormat::Png);
        assert_eq!(draw(&deep, PictureKind::Logo), Err(PictureError::TooManyPixels));
    }

    /// The check sum of a PNG's chunk.
    fn crc(bytes: &[u8]) -> u32 {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum()
    }
}
