//! How an input is cut: so that a corpus can be read, and written by hand.

/// The first line, which is a header's value (an empty one: it was not sent), and what follows.
pub fn with_header(data: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let header = Some(&data[..end]).filter(|header| !header.is_empty());
    (header, data.get(end + 1..).unwrap_or_default())
}

/// Texts, parted by the byte FF, which no UTF-8 has.
pub fn texts(data: &[u8]) -> Vec<String> {
    data.split(|byte| *byte == 0xFF)
        .map(|text| String::from_utf8_lossy(text).into_owned())
        .collect()
}
