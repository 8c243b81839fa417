//! Text inside XML: escaped, on one line, with XML 1.0 characters only, never CDATA.
//!
//! Old clients read our XML by regular expression, so no reference is written where none is
//! needed: quotes stay as they are in content.

/// `value` as the content of an element: `&`, `<` and `>` escaped.
pub fn content(value: &str) -> String {
    escaped(value, false)
}

/// `value` as an attribute in double quotes: like [`content`], and `"` escaped.
pub fn attribute(value: &str) -> String {
    escaped(value, true)
}

/// An element that holds `text`, on a line of its own. `name` is ours.
pub fn element(name: &str, text: &str) -> String {
    ["<", name, ">", &content(text), "</", name, ">\n"].concat()
}

fn escaped(value: &str, in_attribute: bool) -> String {
    let mut xml = String::with_capacity(value.len() + value.len() / 8);
    let mut written = 0;
    for (at, c) in value.char_indices() {
        let instead = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' if in_attribute => "&quot;",
            '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => " ",
            c if is_allowed(c) => continue,
            _ => "",
        };
        xml.push_str(&value[written..at]);
        xml.push_str(instead);
        written = at + c.len_utf8();
    }
    xml.push_str(&value[written..]);
    xml
}

/// XML 1.0 production 2 (`Char`), without the control characters it discourages.
fn is_allowed(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_would_read_is_escaped_and_what_it_forbids_is_dropped() {
        for (value, in_content, in_attribute) in [
            ("a & b", "a &amp; b", "a &amp; b"),
            ("<b>\"x\"</b>", "&lt;b&gt;\"x\"&lt;/b&gt;", "&lt;b&gt;&quot;x&quot;&lt;/b&gt;"),
            ("it's", "it's", "it's"),
            ("]]>", "]]&gt;", "]]&gt;"),
            ("a\r\nb\tc\u{2028}d", "a  b c d", "a  b c d"),
            ("a\0\u{1}\u{7F}\u{9F}\u{FFFE}b", "ab", "ab"),
            ("日本 👩", "日本 👩", "日本 👩"),
        ] {
            assert_eq!(content(value), in_content);
            assert_eq!(attribute(value), in_attribute);
        }
    }
}
