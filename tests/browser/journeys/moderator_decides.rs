//! The queue: with keys, with a mouse, and with a thumb.

use serde_json::json;

use crate::harness::{PASSWORD, Topic, minutes};
use crate::window::Window;

const QUEUE: &str = "/manage/sxsw";

async fn waiting(topic: &Topic<'_>) {
    for n in 1..=4 {
        let (url, title) = (format!("http://blog{n}.example/"), format!("Post number {n}"));
        let sent = topic.ping(&[("url", &url), ("title", &title)]).await;
        assert!(sent.is_stored(), "{sent:?}");
        topic.site.advance(minutes(1));
    }
}

/// The posts that wait, as the page shows them.
async fn shows(window: &Window, numbers: &[u32]) {
    let titles: Vec<String> = numbers.iter().map(|n| format!("Post number {n}")).collect();
    let titles = json!(titles.join("|"));
    window
        .until(&format!(
            "document.readyState === 'complete' && \
             [...document.querySelectorAll('[data-ping] h2')].map(h => h.textContent).join('|') === {titles}"
        ))
        .await;
}

async fn with_keys(window: &Window) {
    window.key("j").await;
    window.key("j").await;
    window.until("document.activeElement.textContent.includes('Post number 2')").await;
    window.key("l").await;
    shows(window, &[1, 3, 4]).await;
    // The next post stands where this one stood.
    window.until("document.activeElement.textContent.includes('Post number 3')").await;
    window.key("u").await;
    shows(window, &[1, 2, 3, 4]).await;
    window.key("k").await;
    window.key("x").await;
    window.says("1 selected").await;
    // What is ticked is decided about, wherever the next key finds us.
    window.key("j").await;
    window.key("n").await;
    shows(window, &[2, 3, 4]).await;
    // Letters that are typed are letters.
    window.key("j").await;
    window.key("e").await;
    window.says("The sender’s").await;
    window.types("#title", "Post number 2, just so").await;
    window.clicks("main button.btn").await;
    window.is_at(QUEUE).await;
    window.says("Post number 2, just so").await;
}

async fn with_a_mouse(window: &Window) {
    window.clicks("[data-ping]:nth-of-type(2) .acts button[value=list]").await;
    shows(window, &[1, 3, 4]).await;
    window.clicks("[data-undo] button").await;
    shows(window, &[1, 2, 3, 4]).await;
    window.clicks("[data-ping] .pick").await;
    window.clicks("#bulk button[value=not-here]").await;
    shows(window, &[2, 3, 4]).await;
}

async fn with_a_thumb(window: &Window) {
    window.touches("[data-ping]:nth-of-type(2) .acts button[value=list]").await;
    shows(window, &[1, 3, 4]).await;
    window.touches("[data-undo] button").await;
    shows(window, &[1, 2, 3, 4]).await;
    window.touches("[data-ping] .pick").await;
    // The bar comes to the thumb, and lies over nothing that it decides about.
    window
        .until("document.querySelector('#bulk').getBoundingClientRect().bottom <= innerHeight + 1")
        .await;
    window.touches("#bulk button[value=spam]").await;
    shows(window, &[2, 3, 4]).await;
}

journey! {
    async fn with_keys_or_a_mouse(site, window) {
        let topic = site.hub("open", "all-wait").await;
        waiting(&topic).await;
        window.is_wide(1280).await;
        window.signs_in("operator@example.org", PASSWORD).await;
        window.open(QUEUE).await;
        shows(window, &[1, 2, 3, 4]).await;
        if window.has_scripts() {
            with_keys(window).await;
        } else {
            with_a_mouse(window).await;
        }
    }

    async fn with_thumb(site, window) {
        let topic = site.hub("open", "all-wait").await;
        waiting(&topic).await;
        window.is_wide(360).await;
        window.signs_in("operator@example.org", PASSWORD).await;
        window.open(QUEUE).await;
        shows(window, &[1, 2, 3, 4]).await;
        with_a_thumb(window).await;
    }
}
