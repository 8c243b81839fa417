//! What the page that searches knows: the posts that it searches.

use jiff::tz::TimeZone;

use super::files::SEARCH_INDEX;
use super::{Parcel, ROWS, TakeHomeError};
use crate::app::App;
use crate::db::archive::{self, Post};
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::model::id::PublicId;
use crate::model::language::Language;

/// A post as the page that searches knows it.
#[derive(serde::Serialize)]
struct Found<'a> {
    id: String,
    title: &'a str,
    text: &'a str,
    url: &'a str,
    blog: &'a str,
    key: &'a str,
    #[serde(rename = "in")]
    category: &'a str,
    lang: &'a str,
    day: String,
    on: String,
    at: String,
}

/// The posts that the page searches, the newest first: a script, since a page in a folder may read
/// nothing else.
pub async fn write(
    app: &App,
    hub: &Hub,
    public: &[Category],
    parcel: &mut Parcel,
) -> Result<(), TakeHomeError> {
    let titles: std::collections::BTreeMap<&str, &str> =
        public.iter().map(|c| (c.slug.as_str(), c.title.as_str())).collect();
    let titles = script_json(&titles);
    parcel.begin(SEARCH_INDEX)?;
    parcel.write(
        format!("globalThis.backchannel = {{ categories: {titles}, posts: [\n").as_bytes(),
    )?;
    let zone = TimeZone::get(&hub.time_zone).unwrap_or(TimeZone::UTC);
    let mut languages = std::collections::BTreeMap::new();
    let (id, mut after) = (hub.id, 0);
    loop {
        let rows = app.db.read(move |c| archive::list_posts(c, id, after, ROWS)).await?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        for (_, post) in &rows {
            let Some(found) = found(post, public, &zone) else { continue };
            if let Some(language) = Language::parse(found.lang) {
                languages.insert(language.as_str().to_owned(), language.name().to_owned());
            }
            parcel.write(format!("{},\n", script_json(&found)).as_bytes())?;
        }
        parcel.step(0).await?;
    }
    let languages = script_json(&languages);
    let sorted = "posts.sort((a, b) => a.at < b.at ? 1 : a.at > b.at ? -1 : 0)";
    let end = format!("], languages: {languages} }};\nglobalThis.backchannel.{sorted};\n");
    parcel.write(end.as_bytes())?;
    parcel.step(1).await
}

fn found<'a>(post: &'a Post, public: &[Category], zone: &TimeZone) -> Option<Found<'a>> {
    let is_public = post.row.state == "listed" && post.row.hidden_at.is_none();
    let listed_at = post.row.listed_at.filter(|_| is_public)?;
    if !public.iter().any(|category| category.slug == post.category) {
        return None;
    }
    let at = crate::clock::Timestamp::from_micros(listed_at).to_jiff();
    let there = at.to_zoned(zone.clone());
    let id: [u8; 16] = post.row.public_id.clone().try_into().ok()?;
    Some(Found {
        id: PublicId::from_bytes(id).to_string(),
        title: &post.row.title,
        text: &post.row.excerpt,
        url: &post.row.url,
        blog: &post.row.blog_name,
        key: &post.row.blog_key,
        category: &post.category,
        lang: post.page.as_ref().map_or("", |page| page.language.as_str()),
        day: there.strftime("%Y-%m-%d").to_string(),
        on: there.strftime("%-d %B %Y, %H:%M").to_string(),
        at: at.to_string(),
    })
}

/// JSON that may stand in a script of a page.
fn script_json(value: &impl serde::Serialize) -> String {
    // Strings and lists only: there is nothing that could not be written.
    serde_json::to_string(value).unwrap_or_default().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_post_ends_the_script() {
        assert_eq!(script_json(&"</script>"), "\"\\u003c/script>\"");
    }
}
