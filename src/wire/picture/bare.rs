//! Whether a file of a picture holds nothing but its pixels.

/// Whether these are the chunks of a PNG that has pixels only, to the end of the file.
pub fn is_png(mut chunks: &[u8]) -> bool {
    while let [a, b, c, d, kind @ ..] = chunks {
        let length = u32::from_be_bytes([*a, *b, *c, *d]);
        let Some((kind, rest)) = kind.split_at_checked(4) else { return false };
        let after = usize::try_from(length).ok().and_then(|length| length.checked_add(4));
        let Some(rest) = after.and_then(|after| rest.get(after..)) else { return false };
        match kind {
            b"IEND" => return rest.is_empty(),
            b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" => chunks = rest,
            _ => return false,
        }
    }
    false
}

/// Whether these are the segments of a JPEG that has pixels only, to the end of the file.
pub fn is_jpeg(mut segments: &[u8]) -> bool {
    while let [0xff, kind, high, low, rest @ ..] = segments {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(after) = length.checked_sub(2).and_then(|length| rest.get(length..)) else {
            return false;
        };
        match kind {
            // The header's own words, tables, and the frame.
            0xe0 if length == 16 => segments = after,
            0xdb | 0xc0 | 0xc4 => segments = after,
            0xda => {
                let mark = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7);
                let end = after.windows(2).position(mark);
                return end.is_some_and(|end| after[end..] == [0xff, 0xd9]);
            }
            _ => return false,
        }
    }
    false
}
