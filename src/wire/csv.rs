//! Tables for spreadsheets: CSV as in RFC 4180, in UTF-8.

/// A table, row by row.
#[derive(Debug, Default)]
pub struct Csv(String);

impl Csv {
    /// `Content-Type` of such a table, whose first row holds the names of its columns.
    pub const TYPE: &'static str = "text/csv; charset=utf-8; header=present";

    /// A table with these columns.
    pub fn with_columns<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut table = Self::default();
        table.row(names);
        table
    }

    /// Adds a row.
    ///
    /// A field that a spreadsheet would take for a formula gets an apostrophe before it, which
    /// shows it as it is (OWASP, "CSV Injection").
    pub fn row<'a>(&mut self, fields: impl IntoIterator<Item = &'a str>) {
        let fields: Vec<String> = fields.into_iter().map(written).collect();
        self.0.push_str(&fields.join(","));
        self.0.push_str("\r\n");
    }

    /// The table.
    pub fn finish(self) -> String {
        self.0
    }
}

fn written(field: &str) -> String {
    let is_formula = field.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guarded = if is_formula { format!("'{field}") } else { field.to_owned() };
    if guarded.contains(['"', ',', '\r', '\n']) || guarded.trim() != guarded {
        return format!("\"{}\"", guarded.replace('"', "\"\""));
    }
    guarded
}

#[cfg(test)]
mod tests {
    use super::Csv;

    #[test]
    fn what_would_break_a_row_is_quoted() {
        let mut table = Csv::with_columns(["category", "posts"]);
        table.row(["Talks, “long” ones", "3"]);
        table.row(["Say \"hello\"", "1"]);
        table.row(["two\nlines", ""]);
        table.row(["日本語 ", "2"]);
        assert_eq!(
            table.finish(),
            "category,posts\r\n\"Talks, “long” ones\",3\r\n\"Say \"\"hello\"\"\",1\r\n\"two\nlines\",\r\n\"日本語 \",2\r\n"
        );
    }

    #[test]
    fn nothing_is_a_formula() {
        for (field, written) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            (" =1", "' =1"),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("2003-03-11T00:00:00-06:00", "2003-03-11T00:00:00-06:00"),
        ] {
            let mut table = Csv::default();
            table.row([field]);
            assert_eq!(table.finish(), format!("{written}\r\n"));
        }
    }
}
