//! "Ping Keynotes": a bookmark that carries the page one reads to a category's form.
//!
//! It reads the page's address, title, selection and the name of its site, and opens our form with
//! them. It puts nothing into the page, and nothing is sent before somebody presses the button.

/// What the bookmark does, but for the address of the form. It holds no blank, no double quote and
/// no per cent sign, so that it is the same text as an address, in HTML and on a clipboard.
///
/// Characters are cut, not code units, and halves of characters dropped: `encodeURIComponent` stops
/// at them. All together stays below the 8 KB that servers take as an address.
const BEFORE: &str = "javascript:((d,w,c,u)=>{c=(s,n)=>encodeURIComponent([...String(s||'').trim()]\
    .slice(0,n).join('').replace(/[\\uD800-\\uDFFF]/gu,''));u='";
const AFTER: &str = "?url='+c(w.location.href,2000)+'&title='+c(d.title,200)\
    +'&excerpt='+c(w.getSelection(),300)\
    +'&blog_name='+c((d.querySelector('meta[property$=site_name]')||{}).content,100);\
    w.open(u)||(w.location.href=u)})(document,window)";

/// The bookmark of a form at this absolute address.
pub fn bookmarklet(add: &str) -> String {
    // Browsers undo per cent signs before they run it, and a quote would end the string.
    let add = add.replace('%', "%25").replace('\\', "\\\\").replace('\'', "\\x27");
    format!("{BEFORE}{add}{AFTER}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bookmark_is_one_address_whatever_ours_is() {
        let plain = bookmarklet("https://hubs.example.org/sxsw/keynotes/add");
        assert!(plain.starts_with("javascript:"));
        assert!(plain.contains("u='https://hubs.example.org/sxsw/keynotes/add?url='+c("));
        assert!(!plain.contains([' ', '"', '%', '<', '\n']), "{plain}");
        let odd = bookmarklet("https://x.example/a'%41/add");
        assert!(odd.contains("u='https://x.example/a\\x27%2541/add?url='"), "{odd}");
    }
}
