//! From signing in to an address that can be pinged.

use crate::harness::PASSWORD;

journey! {
    async fn from_signing_in_to_a_ping_address(site, window) {
        site.operator().await;
        window.signs_in("operator@example.org", PASSWORD).await;
        window.presses("Open a hub").await;
        window.types("#title", "Café Déjà Vu’s 2nd").await;
        if window.has_scripts() {
            window.until("document.querySelector('#slug').value === 'cafe-deja-vus-2nd'").await;
        } else {
            window.types("#slug", "cafe-deja-vus-2nd").await;
        }
        window.presses("Open the hub").await;
        window.is_at("/manage/cafe-deja-vus-2nd/categories").await;
        window.presses("Open a category").await;
        window.types("#title", "Keynotes").await;
        window.types("#slug", "keynotes").await;
        window.clicks("input[name=ping][value=open]").await;
        window.clicks("main button.btn").await;
        window.says("Keynotes is ready").await;
        let address = window.text_of(".copy code").await;
        assert!(address.starts_with(&format!("{}/tb/", site.base)), "{address}");
        let buttons = window.finds("return document.querySelectorAll('.copy button').length").await;
        if window.has_scripts() {
            assert_eq!(buttons, 2, "one for each address");
            window.clicks(".copy button").await;
            window.until("/^(Copied|Selected) the ping address$/.test(document.querySelector('.copy button').textContent)").await;
        } else {
            assert_eq!(buttons, 0);
        }

        window.presses("Look at its page").await;
        window.says("Nothing is listed here yet").await;
        window.open("/").await;
        window.says("Café Déjà Vu’s 2nd").await;
    }
}
