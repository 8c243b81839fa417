//! The site: every page of a hub that everybody may read, as a file.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::files::{At, Files, SEARCH, SEARCH_SCRIPT, relative};
use super::{Parcel, ROWS, TakeHomeError, search_index};
use crate::app::{Answered, App, Ask};
use crate::db::archive;
use crate::db::categories::{self, Category};
use crate::db::hubs::Hub;
use crate::db::talks::{self, Talk};
use crate::model::category::Readers;
use crate::model::id::PublicId;
use crate::wire::offline::{Offline, rewrite};
use crate::wire::xml;

/// What stands in the folder's root, for whoever opens it.
const READ_ME: &str = include_str!("read_me.txt");
/// The script of the page that searches.
const SCRIPT: &str = include_str!("../../../static/search.js");

/// What is needed for each page.
struct Site {
    ask: Ask,
    files: Files,
    note: String,
}

/// Writes the site.
pub async fn write(app: &Arc<App>, hub: &Hub, parcel: &mut Parcel) -> Result<(), TakeHomeError> {
    let home = app.addresses.home();
    let read_me =
        READ_ME.replace("{page}", &app.addresses.path(&hub.path())).replace("{title}", &hub.title);
    parcel.file("README.txt", read_me.as_bytes()).await?;
    if hub.readers == Readers::Password || hub.suspended_at.is_some() {
        return parcel.file("index.html", include_bytes!("locked.html")).await;
    }
    let id = hub.id;
    let all = app.db.read(move |c| categories::list(c, id)).await?;
    let public: Vec<Category> =
        all.into_iter().filter(|category| category.readers == Readers::Public).collect();
    let mut files = Files::new(home.to_owned(), hub.slug.clone(), hub.own_home.clone());
    files.categories = public.iter().map(|category| category.slug.clone()).collect();
    let talks = app.db.read(move |c| talks::list_public(c, id)).await?;
    files.talks = talks.iter().map(|talk| talk.slug.clone()).collect();
    files.pictures = hub.face.pictures().map(str::to_owned).collect();
    let posts = list_public(app, hub).await?;
    files.posts = posts.iter().copied().collect::<HashSet<_>>();
    let inside = app.inside.get().ok_or_else(|| TakeHomeError::Page(hub.slug.clone()))?;
    let ask = (inside.open)(Arc::clone(app)).await;
    let mut site = Site { ask, files, note: note(app, hub) };
    site.files.posts = site.posts(posts, parcel).await?;
    let path = format!("/{}", hub.slug);
    if !site.pages(&path, "", parcel).await? {
        return Err(TakeHomeError::Page(path));
    }
    for category in &public {
        let folder = format!("{}/", category.slug);
        site.pages(&format!("/{}/{}", hub.slug, category.slug), &folder, parcel).await?;
    }
    site.pages(&format!("/{}/-/people", hub.slug), "-/people/", parcel).await?;
    site.programme(hub, &talks, parcel).await?;
    site.single(hub, parcel).await?;
    let answer = (inside.search_page)(hub, &public);
    let answer = answer.ok_or_else(|| TakeHomeError::Page(SEARCH.to_owned()))?;
    site.page(&answer, At { path: "/-/search", page: 1, file: SEARCH }, parcel).await?;
    parcel.file(SEARCH_SCRIPT, SCRIPT.as_bytes()).await?;
    search_index::write(app, hub, &public, parcel).await?;
    site.wanted(parcel).await
}

/// What is listed where everybody may read it, in the order it came.
async fn list_public(app: &App, hub: &Hub) -> Result<Vec<PublicId>, TakeHomeError> {
    let (id, mut after, mut all) = (hub.id, 0, Vec::new());
    loop {
        let rows = app.db.read(move |c| archive::list_public(c, id, after, ROWS)).await?;
        let Some((last, _)) = rows.last() else { return Ok(all) };
        after = *last;
        all.extend(rows.into_iter().map(|(_, id)| id));
    }
}

/// What the foot of each page says: from where it is, and as of when.
fn note(app: &App, hub: &Hub) -> String {
    let page = xml::attribute(&app.addresses.path(&hub.path()));
    let zone = TimeZone::get(&hub.time_zone).unwrap_or(TimeZone::UTC);
    let day = hub.public_changed_at.to_jiff().to_zoned(zone).strftime("%-d %B %Y").to_string();
    format!(" · A copy of <a href=\"{page}\">{page}</a>, as it was on {day}")
}

impl Site {
    /// What everybody gets at a path; `None` where nothing is.
    async fn asked(&self, path: &str) -> Result<Option<Answered>, TakeHomeError> {
        let answer = (self.ask)(path.to_owned()).await;
        answer.map_err(|_unanswered| TakeHomeError::Page(path.to_owned()))
    }

    /// A page and those after it, to the last. Says whether there is such a page: a category may be
    /// deleted while this goes on.
    async fn pages(
        &self,
        path: &str,
        folder: &str,
        parcel: &mut Parcel,
    ) -> Result<bool, TakeHomeError> {
        let (mut address, mut page) = (path.to_owned(), 1);
        loop {
            let Some(answer) = self.asked(&address).await? else { return Ok(page > 1) };
            let file = match page {
                1 => format!("{folder}index.html"),
                page => format!("{folder}page-{page}.html"),
            };
            self.page(&answer, At { path, page, file: &file }, parcel).await?;
            match next_in(&answer.body) {
                Some(next) => {
                    (address, page) = (self.files.inside(&next).unwrap_or(next), page + 1);
                }
                None => return Ok(true),
            }
        }
    }

    /// The programme, and each talk's pages.
    async fn programme(
        &self,
        hub: &Hub,
        all: &[Talk],
        parcel: &mut Parcel,
    ) -> Result<(), TakeHomeError> {
        if all.is_empty() {
            return Ok(());
        }
        self.pages(&format!("/{}/-/talks", hub.slug), "-/talks/", parcel).await?;
        for talk in all {
            let folder = format!("-/talks/{}/", talk.slug);
            let path = format!("/{}/-/talks/{}", hub.slug, talk.slug);
            self.pages(&path, &folder, parcel).await?;
        }
        Ok(())
    }

    /// The pages of the hub that are one.
    async fn single(&self, hub: &Hub, parcel: &mut Parcel) -> Result<(), TakeHomeError> {
        for name in ["about", "stats"] {
            let (path, file) = (format!("/{}/-/{name}", hub.slug), format!("-/{name}/index.html"));
            let at = At { path: &path, page: 1, file: &file };
            // A hub need not have an about page.
            if let Some(answer) = self.asked(&path).await? {
                self.page(&answer, at, parcel).await?;
            }
        }
        Ok(())
    }

    /// Each post's own page: those that are there. They come before the lists, which lead to them.
    async fn posts(
        &self,
        all: Vec<PublicId>,
        parcel: &mut Parcel,
    ) -> Result<HashSet<PublicId>, TakeHomeError> {
        let mut there = HashSet::new();
        for post in all {
            let (path, file) = (format!("/p/{post}"), format!("p/{post}.html"));
            // One that was taken off the lists meanwhile is not there any more.
            if let Some(answer) = self.asked(&path).await? {
                self.page(&answer, At { path: &path, page: 1, file: &file }, parcel).await?;
                there.insert(post);
            }
        }
        Ok(there)
    }

    /// A page, made to be read from a folder.
    async fn page(
        &self,
        answer: &Answered,
        at: At<'_>,
        parcel: &mut Parcel,
    ) -> Result<(), TakeHomeError> {
        let failed = || TakeHomeError::Page(at.path.to_owned());
        let html = std::str::from_utf8(&answer.body).map_err(|_not_text| failed())?;
        let lead = |address: &str| self.files.lead(at, address);
        let asks = |action: &str| self.files.asks(action);
        let search = relative(at.file, SEARCH);
        let page = Offline {
            policy: &answer.policy,
            note: &self.note,
            search: &search,
            lead: &lead,
            asks: &asks,
        };
        let html = rewrite(html, &page).map_err(|_broken| failed())?;
        parcel.file(at.file, html.as_bytes()).await
    }

    /// The files that pages lead to, or load. What is there no more, or never was, is left out: an
    /// about page may lead anywhere, and a download takes its time.
    async fn wanted(&self, parcel: &mut Parcel) -> Result<(), TakeHomeError> {
        let wanted: BTreeSet<String> = self.files.take_wanted();
        for path in wanted {
            let file = self.files.wanted_file(&path);
            if let (Some(file), Some(answer)) = (file, self.asked(&path).await?) {
                parcel.file(&file, &answer.body).await?;
            }
        }
        Ok(())
    }
}

/// Where the page after this one is.
fn next_in(html: &[u8]) -> Option<String> {
    let html = std::str::from_utf8(html).ok()?;
    let (before, _) = html.split_once("\" rel=\"next\">")?;
    let (_, address) = before.rsplit_once("href=\"")?;
    Some(htmlize::unescape(address).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_where_the_page_says() {
        let html = r#"<a href="/x">x</a><nav><a class="ghost" href="/sxsw/-/people?name=a&#38;after=b" rel="next">More"#;
        assert_eq!(next_in(html.as_bytes()).unwrap(), "/sxsw/-/people?name=a&after=b");
        assert_eq!(next_in(br#"<a href="/p/x" rel="next"><bdi>"#).unwrap(), "/p/x");
        assert_eq!(next_in(b"<p>"), None);
    }
}
