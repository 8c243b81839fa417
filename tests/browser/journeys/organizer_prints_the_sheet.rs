//! Personal ping addresses, on paper.

use data_encoding::BASE64;
use serde_json::json;

use crate::harness::PASSWORD;
use crate::window::Window;

/// How many pages of A4 this is.
async fn pages(window: &Window) -> usize {
    let paper = json!({ "paperWidth": 8.27, "paperHeight": 11.69, "printBackground": false });
    let printed = window.cdp("Page.printToPDF", paper).await;
    let pdf = BASE64.decode(printed["data"].as_str().unwrap().as_bytes()).unwrap();
    let pdf = String::from_utf8_lossy(&pdf);
    pdf.matches("/Type /Page\n").count()
}

async fn is_shown(window: &Window, selector: &str) -> bool {
    let script =
        "return [...document.querySelectorAll(arguments[0])].some(e => e.checkVisibility())";
    window.finds_with(script, vec![json!(selector)]).await == json!(true)
}

journey! {
    async fn personal_ping_addresses_on_paper(site, window) {
        site.hub("passphrase", "at-once").await;
        window.signs_in("operator@example.org", PASSWORD).await;
        window.open("/manage/sxsw/keys").await;
        let names: Vec<String> = (1..=40).map(|n| format!("Speaker {n}")).collect();
        window.types("#names", &names.join("\n")).await;
        window.presses("Make them").await;
        window.says("40 ping addresses").await;
        assert_eq!(is_shown(window, "[data-print]").await, window.has_scripts());

        let codes = "return [...document.querySelectorAll('.card')].every(card => \
            card.querySelector('svg.qr[role=img] path') && \
            card.querySelector('code').textContent.includes('/tb/'))";
        assert_eq!(window.finds(codes).await, json!(true), "each card has its code and its address");
        window.prefers("print", &[("prefers-color-scheme", "dark")]).await;
        for gone in [".site", ".mast", ".tabs", ".screen", "footer"] {
            assert!(!is_shown(window, gone).await, "{gone} is printed");
        }
        assert!(is_shown(window, ".card .qr").await);
        let inks = "const ink = getComputedStyle(document.querySelector('.card code')); \
            const sheet = getComputedStyle(document.querySelector('.sheet')); \
            return [ink.color, sheet.backgroundColor, ink.overflowWrap]";
        let wanted = json!(["rgb(0, 0, 0)", "rgb(255, 255, 255)", "anywhere"]);
        assert_eq!(window.finds(inks).await, wanted, "black on white, whatever the screen is like");
        // Eight a page, and none is cut in two.
        assert_eq!(pages(window).await, 5);
    }
}
