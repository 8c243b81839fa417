//! Every page and every state of it, however it is looked at: `pages/table.rs` has a line for each.

mod complete;
mod table;

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::chromium::Chromium;
use crate::harness::{Database, Site, seconds};
use crate::looks;
use crate::town::Town;
use crate::window::Window;
use table::{PAGES, Page, Step, Who};

/// What is wrong, and where: pages by problem, so that one mistake of a template is one paragraph.
type Problems = RefCell<BTreeMap<String, Vec<String>>>;

/// Takes one page after the other until there is none left.
async fn walk(
    window: &Window,
    site: &Site,
    town: &Town,
    pages: &RefCell<std::slice::Iter<'_, Page>>,
    found: &Problems,
) {
    let has_axe = looks::bring(window).await;
    loop {
        let Some((who, path, steps, words)) = pages.borrow_mut().next() else { return };
        let name = format!("{path} after {} steps", steps.len());
        window
            .is_signed_in_as(match who {
                Who::Stranger => None,
                Who::Newcomer => Some(&town.newcomer),
                Who::Moderator => Some(&town.moderator),
                Who::Operator => Some(&town.operator),
            })
            .await;
        window.is_wide(1280).await;
        window.prefers("", &[("prefers-reduced-motion", "reduce")]).await;
        window.reads_at(16).await;
        let path = town.names.iter().fold((*path).to_owned(), |path, (name, value)| {
            path.replace(&format!("{{{name}}}"), value)
        });
        window.open_mistake(&path).await;
        for step in *steps {
            match step {
                Step::Type(field, text) => window.types(field, text).await,
                Step::Press(target) => {
                    // As long as somebody takes who is no program.
                    site.advance(seconds(8));
                    window.clicks(target).await;
                }
                Step::Run(script) => drop(window.finds(script).await),
            }
        }
        let is_there = window.comes_to_say(words).await;
        window.may_be_refused().await;
        let mut problems = looks::problems(window, has_axe).await;
        if !is_there {
            let head: String = window.text().await.chars().take(400).collect();
            problems.push(("anyhow", format!("never says {words:?}, but {head:?}")));
        }
        problems.extend(window.complaints().await.into_iter().map(|says| ("anyhow", says)));
        let mut found = found.borrow_mut();
        for (look, problem) in problems {
            found.entry(problem).or_default().push(format!("{name}, {look}"));
        }
    }
}

fn is_empty(found: &Problems) {
    let found = found.borrow();
    let told: Vec<String> = found
        .iter()
        .map(|(problem, places)| {
            let first: Vec<&str> = places.iter().map(String::as_str).take(4).collect();
            format!("{problem}\n    {} times: {}", places.len(), first.join("; "))
        })
        .collect();
    assert!(told.is_empty(), "{} problems:\n{}", told.len(), told.join("\n"));
}

#[tokio::test]
async fn every_page_however_it_is_looked_at() {
    let Some(chromium) = Chromium::start().await else { return };
    let site = Site::start_with(Database::sqlite(), |config| {
        config.http.rate_limits = backchannel::config::RateLimits::Off;
        config.unsafe_dial_loopback = true;
    })
    .await;
    let town = Town::of(&site).await;
    let first = Window::new(chromium, &site.base);
    let second = Window::new(Chromium::start().await.unwrap(), &site.base);
    let (pages, found) = (RefCell::new(PAGES.iter()), Problems::default());
    tokio::join!(
        walk(&first, &site, &town, &pages, &found),
        walk(&second, &site, &town, &pages, &found)
    );
    is_empty(&found);
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_so_on_a_page_like_others() {
    let Some(chromium) = Chromium::start().await else { return };
    let site = Site::start(Database::sqlite()).await;
    site.hub("open", "at-once").await;
    let mut reader = site.browser();
    let mut is_refused = false;
    for _ in 0..1_000 {
        is_refused = reader.open("/sxsw?q=again").await.status == 429;
        if is_refused {
            break;
        }
    }
    assert!(is_refused, "a thousand searches are too many");
    let window = Window::new(chromium, &site.base);
    let has_axe = looks::bring(&window).await;
    window.open_mistake("/sxsw?q=again").await;
    window.says("Too often").await;
    let problems = looks::problems(&window, has_axe).await;
    assert_eq!(problems, [], "nothing is wrong");
    window.was_quiet().await;
}
