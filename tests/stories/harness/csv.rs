//! Reads CSV as RFC 4180 has it, and nothing else.

/// The rows of a table. Every row ends, and has as many fields as the first.
#[track_caller]
pub fn read_csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut signs = text.chars().peekable();
    let mut is_quoted = false;
    while let Some(sign) = signs.next() {
        match sign {
            '"' if is_quoted && signs.peek() == Some(&'"') => field.extend(signs.next()),
            '"' if is_quoted => is_quoted = false,
            sign if is_quoted => field.push(sign),
            '"' => {
                assert!(field.is_empty(), "a quote within a field: {text}");
                is_quoted = true;
            }
            ',' => row.push(std::mem::take(&mut field)),
            '\r' => {
                assert_eq!(signs.next(), Some('\n'), "{text}");
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            '\n' => panic!("a line that ends otherwise: {text}"),
            sign => field.push(sign),
        }
    }
    assert!(row.is_empty() && field.is_empty() && !is_quoted, "the last row does not end: {text}");
    let wide = rows.first().map_or(0, Vec::len);
    assert!(rows.iter().all(|row: &Vec<String>| row.len() == wide), "{text}");
    rows
}
