//! Nothing of ours can be framed by another site but the pages that are made for it.

use super::World;
use super::addresses::addresses;

/// The addresses that any site may frame.
const FRAMED: [&str; 3] =
    ["/embed/{hub}", "/embed/{hub}/{category}", "/embed/{hub}/-/talks/{talk}"];

story! {
    async fn nothing_is_framed_but_what_is_made_for_it(site) {
        let mut world = World::of(site).await;
        site.settle().await;
        let mut seen = 0;
        for address in addresses() {
            // Streams never end.
            if address.path.ends_with("/live") {
                continue;
            }
            let path = world.fill(address.path);
            let mut pages = Vec::new();
            for role in ["nobody", "owner", "operator"] {
                let browser = world.people.get_mut(role).unwrap();
                pages.push(browser.open(&path).await);
                pages.push(browser.open(&format!("{path}?theme=dark")).await);
                if address.posts {
                    pages.push(browser.post_from(&path, &[], &[]).await);
                }
            }
            for page in pages {
                let is_made_for_it = FRAMED.contains(&address.path) && page.status != 405;
                let policy = page.header("content-security-policy").unwrap_or_default();
                let ancestors = policy.split(';').find_map(|it| it.trim().strip_prefix("frame-ancestors "));
                let expected = if is_made_for_it { ("*", None) } else { ("'none'", Some("DENY")) };
                let met = (ancestors.unwrap_or_default(), page.header("x-frame-options"));
                assert_eq!(met, expected, "{path}: {} {policy}", page.status);
                seen += usize::from(is_made_for_it);
            }
        }
        assert_eq!(seen, 18, "each of them, for everybody");
    }
}
