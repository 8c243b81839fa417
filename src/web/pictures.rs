//! The pictures of the help pages, as `tests/pictures/take` took them.

use std::sync::LazyLock;

use super::assets::Asset;

/// A picture of a page of ours.
#[derive(Debug)]
pub struct Picture {
    light: Asset,
    dark: Option<Asset>,
    /// How wide it is shown, at most, in CSS pixels: it has twice as many.
    pub width: u32,
    /// How high it is shown.
    pub height: u32,
}

impl Picture {
    fn new(name: &str, light: &'static [u8], dark: Option<&'static [u8]>) -> Self {
        let file = |name: &str, bytes| Asset::dense(name, "webp", "image/webp", bytes);
        let (width, height) = size(light);
        Self {
            light: file(name, light),
            dark: dark.map(|dark| file(&format!("{name}-dark"), dark)),
            width: width / 2,
            height: height / 2,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        &self.light.path
    }

    /// Where it is for those who like it dark; empty if it is the same for all.
    pub fn dark_path(&self) -> &str {
        self.dark.as_ref().map_or("", |dark| dark.path.as_str())
    }
}

/// Width and height in the head of a WebP file, lossy or lossless (RFC 9649, 2.5 to 3.3).
fn size(webp: &[u8]) -> (u32, u32) {
    let word = |at: usize| {
        let bytes = webp.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u32::from_le_bytes)
    };
    match webp.get(12..16) {
        Some(b"VP8 ") => (word(26) & 0x3fff, (word(26) >> 16) & 0x3fff),
        Some(b"VP8L") => ((word(21) & 0x3fff) + 1, ((word(21) >> 14) & 0x3fff) + 1),
        _ => (0, 0),
    }
}

/// Each of them.
#[derive(Debug)]
pub struct Pictures {
    /// A hub’s page.
    pub hub: Picture,
    /// What was found in a hub.
    pub view: Picture,
    /// A talk, and the posts about it.
    pub talk: Picture,
    /// A list while posts come in.
    pub live: Picture,
    /// “Add your post”.
    pub add: Picture,
    /// A receipt.
    pub receipt: Picture,
    /// Who may ping a category, and when posts are listed.
    pub policy: Picture,
    /// The ping address of a category that was just opened.
    pub address: Picture,
    /// A sheet of personal ping addresses.
    pub sheet: Picture,
    /// What waits, on a hub’s desk.
    pub queue: Picture,
    /// The same on a phone.
    pub phone: Picture,
    /// The wall.
    pub wall: Picture,
}

/// The pictures of the help pages.
pub static PICTURES: LazyLock<Pictures> = LazyLock::new(|| Pictures {
    hub: Picture::new(
        "hub",
        include_bytes!("../../static/help/hub.webp"),
        Some(include_bytes!("../../static/help/hub.dark.webp")),
    ),
    view: Picture::new(
        "view",
        include_bytes!("../../static/help/view.webp"),
        Some(include_bytes!("../../static/help/view.dark.webp")),
    ),
    talk: Picture::new(
        "talk",
        include_bytes!("../../static/help/talk.webp"),
        Some(include_bytes!("../../static/help/talk.dark.webp")),
    ),
    live: Picture::new(
        "live",
        include_bytes!("../../static/help/live.webp"),
        Some(include_bytes!("../../static/help/live.dark.webp")),
    ),
    add: Picture::new(
        "add",
        include_bytes!("../../static/help/add.webp"),
        Some(include_bytes!("../../static/help/add.dark.webp")),
    ),
    receipt: Picture::new(
        "receipt",
        include_bytes!("../../static/help/receipt.webp"),
        Some(include_bytes!("../../static/help/receipt.dark.webp")),
    ),
    policy: Picture::new(
        "policy",
        include_bytes!("../../static/help/policy.webp"),
        Some(include_bytes!("../../static/help/policy.dark.webp")),
    ),
    address: Picture::new(
        "address",
        include_bytes!("../../static/help/address.webp"),
        Some(include_bytes!("../../static/help/address.dark.webp")),
    ),
    sheet: Picture::new("sheet", include_bytes!("../../static/help/sheet.webp"), None),
    queue: Picture::new(
        "queue",
        include_bytes!("../../static/help/queue.webp"),
        Some(include_bytes!("../../static/help/queue.dark.webp")),
    ),
    phone: Picture::new(
        "phone",
        include_bytes!("../../static/help/phone.webp"),
        Some(include_bytes!("../../static/help/phone.dark.webp")),
    ),
    wall: Picture::new(
        "wall",
        include_bytes!("../../static/help/wall.webp"),
        Some(include_bytes!("../../static/help/wall.dark.webp")),
    ),
});

fn all() -> [&'static Picture; 12] {
    let Pictures { hub, view, talk, live, add, receipt, policy, address, sheet, .. } = &*PICTURES;
    let Pictures { queue, phone, wall, .. } = &*PICTURES;
    [hub, view, talk, live, add, receipt, policy, address, sheet, queue, phone, wall]
}

/// All their files.
pub fn files() -> impl Iterator<Item = &'static Asset> {
    all().into_iter().flat_map(|picture| std::iter::once(&picture.light).chain(&picture.dark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_there_in_a_size_that_is_shown_and_small() {
        for picture in all() {
            let name = picture.path();
            assert!(picture.width >= 300 && picture.height >= 150, "{name}");
        }
        for entry in std::fs::read_dir("static/help").unwrap() {
            let entry = entry.unwrap();
            assert!(entry.metadata().unwrap().len() <= 40_000, "{:?}", entry.path());
        }
        let files = std::fs::read_dir("static/help").unwrap().count();
        assert_eq!(files, super::files().count(), "each file is a picture of the help");
    }

    #[test]
    fn a_file_that_is_no_such_picture_has_no_size() {
        assert_eq!(size(b""), (0, 0));
        assert_eq!(size(b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), (0, 0));
        assert_eq!(size(b"RIFF\0\0\0\0WEBPVP8 "), (0, 0));
    }
}
