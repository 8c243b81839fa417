//! A hub with a face of its own, which is in a series and has another one prepared.

use crate::harness::Browser;

/// Stripes, so that what is cut or stretched can be seen.
fn png(width: u32, height: u32) -> Vec<u8> {
    let stripe = |x: u32, y: u32| match (x / 16 + y / 16) % 2 {
        0 => image::Rgb([15, 95, 115]),
        _ => image::Rgb([243, 230, 207]),
    };
    let mut file = std::io::Cursor::new(Vec::new());
    let written = image::RgbImage::from_fn(width, height, stripe)
        .write_to(&mut file, image::ImageFormat::Png);
    written.expect("a picture");
    file.into_inner()
}

/// Dresses `/word`.
pub async fn dressed(operator: &mut Browser) {
    const LOOK: &str = "/manage/word/look";
    let fields = [
        ("accent", "#005a3c"),
        ("banner_alt", "Stripes"),
        ("programme", "https://word.example/programme"),
        ("tickets", "https://word.example/tickets"),
        ("conduct", "https://word.example/conduct"),
        ("imprint", "https://word.example/imprint"),
        ("add_words", "Say it in your own words."),
    ];
    let files = [("logo", png(300, 200)), ("banner", png(1_600, 400))];
    let files = [(files[0].0, files[0].1.as_slice()), (files[1].0, files[1].1.as_slice())];
    operator.open(LOOK).await;
    operator.submit_files(LOOK, &fields, &files).await.has_status(303);
    operator.open(LOOK).await;
    operator.submit(&format!("{LOOK}/publish"), &[]).await.has_status(303);
    operator.open(LOOK).await;
    operator.submit(LOOK, &[("accent", "#7a1f4f")]).await.has_status(303);
    operator.open("/manage/word/next").await;
    operator.submit("/manage/word/series", &[("series", "Words")]).await.has_status(303);
}
