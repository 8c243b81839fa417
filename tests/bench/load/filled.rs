//! Databases in which much is listed already.
//!
//! Hubs and categories are opened by the product; posts come by SQL, as if they had been listed
//! over ninety days: pinging in a million takes minutes. A filled file is kept under `target/tmp`,
//! by the migrations it was made with, and each measurement has a copy of it.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, ensure};
use backchannel::clock::Clock;
use backchannel::config::DatabaseUrl;
use backchannel::db::backup;
use backchannel::model::id::HubId;
use backchannel::model::web_url::WebUrl;
use backchannel::model::words;
use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::product::Product;

/// The hub that is measured.
pub const HUB: &str = "sxsw";
/// Its id: it is the first that is opened.
pub const HUB_ID: HubId = HubId(1);
/// Where its pings go: its first category, which lists at once.
pub const PING: &str = "/sxsw/keynotes";
/// Posts of each other hub.
const POSTS_ELSEWHERE: u64 = 20;
/// Posts of one blog.
const POSTS_OF_A_BLOG: u64 = 20;
/// Over how many days the posts were listed.
const DAYS: i64 = 90;

/// How much is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filling {
    /// Hubs, with the one that is measured.
    pub hubs: u64,
    /// Categories of that one.
    pub categories: u64,
    /// Posts of that one.
    pub posts: u64,
}

diesel::define_sql_function! {
    /// The identity of a post, by its address.
    fn identity_of(url: diesel::sql_types::Text) -> diesel::sql_types::Binary;
}
diesel::define_sql_function! {
    /// The words that a post is found by.
    fn words_of(title: diesel::sql_types::Text, excerpt: diesel::sql_types::Text, blog_name: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

impl Filling {
    /// So many posts in one category.
    pub const fn of(posts: u64) -> Self {
        Self { hubs: 1, categories: 1, posts }
    }

    /// A directory with a copy of the filled file, as a data directory has it.
    pub fn copy(self) -> anyhow::Result<TempDir> {
        let kept = self.file()?;
        if !kept.exists() {
            let begun = Instant::now();
            eprintln!("filling {self:?}, once");
            self.make(&kept).with_context(|| format!("{self:?}"))?;
            eprintln!("filled in {:.1} s: {}", begun.elapsed().as_secs_f64(), kept.display());
        }
        let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        std::fs::copy(&kept, data.path().join("backchannel.db"))?;
        Ok(data)
    }

    /// Where the filled file is kept. Other tables, or another way to fill them, are another file.
    fn file(self) -> anyhow::Result<PathBuf> {
        let mut made_with = Sha256::new_with_prefix(include_bytes!("filled.rs"));
        let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
        let mut folders = std::fs::read_dir(migrations)?.collect::<Result<Vec<_>, _>>()?;
        folders.sort_by_key(std::fs::DirEntry::file_name);
        for folder in folders {
            made_with.update(std::fs::read(folder.path().join("up.sql"))?);
        }
        let made_with = data_encoding::HEXLOWER.encode(&made_with.finalize()[..6]);
        let Self { hubs, categories, posts } = self;
        let name = format!("filled-{made_with}-{hubs}-{categories}-{posts}.db");
        Ok(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }

    fn make(self, kept: &Path) -> anyhow::Result<()> {
        let product = Product::start()?;
        let mut opened = Vec::new();
        for number in 0..self.hubs {
            let slug = if number == 0 { HUB.to_owned() } else { format!("hub-{number}") };
            let hub = product.open_hub(&slug)?;
            let categories = if number == 0 { self.categories } else { 1 };
            for number in 0..categories {
                let slug =
                    if number == 0 { "keynotes".to_owned() } else { format!("room-{number}") };
                product.open_category(hub, &slug, "open", "at-once", "off")?;
            }
            let posts = if number == 0 { self.posts } else { POSTS_ELSEWHERE };
            opened.push((hub.0, categories, posts));
        }
        let data = product.stop_for_data()?;
        let fresh = data.path().join("backchannel.db");
        // Connections of its pool end a little later: what they left is in the file from here on.
        SqliteConnection::establish(&fresh.display().to_string())?
            .batch_execute("PRAGMA busy_timeout = 5000; PRAGMA wal_checkpoint(TRUNCATE);")?;
        // Whoever ends this program meanwhile leaves no half of a file under its name.
        let part = kept.with_extension("part");
        std::fs::copy(fresh, &part)?;
        fill(&part, &opened)?;
        let (counts, wrong) = backup::tally(&DatabaseUrl::Sqlite(part.clone()))?;
        ensure!(wrong.is_empty(), "{wrong:?}");
        eprintln!("{counts}");
        Ok(std::fs::rename(&part, kept)?)
    }
}

/// Lists posts in hubs: their ids, how many categories they have, and how many posts they get.
fn fill(file: &Path, hubs: &[(i64, u64, u64)]) -> anyhow::Result<()> {
    let mut connection = SqliteConnection::establish(&file.display().to_string())?;
    identity_of_utils::register_impl(&mut connection, |url: String| {
        let url = WebUrl::parse(&url).map(|url| url.identity().as_bytes().to_vec());
        // An empty one is refused twice: it would be no identity of its own.
        url.unwrap_or_default()
    })?;
    words_of_utils::register_impl(
        &mut connection,
        |title: String, excerpt: String, name: String| {
            let found = words::index(&[&title, &excerpt, &name]);
            found.into_iter().collect::<Vec<_>>().join(" ")
        },
    )?;
    // If it is cut off, it is made anew: nothing here need survive.
    connection.batch_execute(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; \
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -1000000; BEGIN;",
    )?;
    let now = Clock::system().now().micros();
    for (hub, categories, posts) in hubs {
        connection.batch_execute(&blogs_of(*hub, *posts, now))?;
        let posts = posts_of(&mut connection, *hub, *categories, *posts, now)?;
        connection.batch_execute(&posts)?;
    }
    connection.batch_execute(COUNTERS)?;
    // As the server would: its readers open the file while it is in WAL.
    connection.batch_execute("COMMIT; PRAGMA journal_mode = WAL;")?;
    Ok(())
}

fn blogs_in(posts: u64) -> u64 {
    posts.div_ceil(POSTS_OF_A_BLOG)
}

fn blogs_of(hub: i64, posts: u64, now: i64) -> String {
    let blogs = blogs_in(posts);
    format!(
        "INSERT INTO blogs (hub_id, key, name, sort_name, created_at) \
         WITH RECURSIVE numbers (n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {blogs}) \
         SELECT {hub}, 'weblog-' || n || '.example', 'Notes from row ' || n, 'notes from row ' || n, {now} \
         FROM numbers"
    )
}

fn posts_of(
    connection: &mut SqliteConnection,
    hub: i64,
    categories: u64,
    posts: u64,
    now: i64,
) -> anyhow::Result<String> {
    #[derive(QueryableByName)]
    struct First {
        #[diesel(sql_type = BigInt)]
        id: i64,
    }
    let mut first = |table: &str| {
        let sql = format!("SELECT min(id) AS id FROM {table} WHERE hub_id = {hub}");
        diesel::sql_query(sql).get_result::<First>(connection).map(|first| first.id)
    };
    let (category, blog) = (first("categories")?, first("blogs")?);
    let blogs = blogs_in(posts);
    let apart = DAYS * 86_400_000_000 / i64::try_from(posts)?;
    // A public id begins with the milliseconds, as those of the product do.
    Ok(format!(
        "INSERT INTO pings (hub_id, category_id, public_id, url, url_hash, blog_id, blog_key, \
            blog_name, title, excerpt, state, came_by, proved, sender_hash, received_at, listed_at) \
         WITH RECURSIVE numbers (n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {posts}), \
         posts AS (SELECT n, n % {blogs} AS blog, {now} - ({posts} - n) * {apart} AS at, \
            'weblog-' || (n % {blogs}) || '.example' AS host FROM numbers), \
         addressed AS (SELECT *, 'https://' || host || '/2002/03/filled-' || n || '/' AS url FROM posts) \
         SELECT {hub}, {category} + n % {categories}, \
            unhex(printf('%012x7%s8%s', at / 1000, substr(hex(randomblob(2)), 1, 3), substr(hex(randomblob(8)), 1, 15))), \
            url, identity_of(url), {blog} + blog, host, 'Notes from row ' || blog, \
            'Live from the keynote, part ' || n || ': “small pieces”', \
            'The room was full half an hour before it began, and the network held for all of eleven minutes. \
What was said about weblogs & journalism deserves more than the notes I took on my knees, so here …', \
            'listed', 'trackback', FALSE, x'', at, at FROM addressed"
    ))
}

/// What the product counts one by one where a post is listed (`src/db/listed.rs`).
const COUNTERS: &str = "
    INSERT INTO category_blogs (hub_id, category_id, blog_id, listed_count)
        SELECT hub_id, category_id, blog_id, count(*) FROM pings GROUP BY 1, 2, 3;
    INSERT INTO listed_hours (hub_id, category_id, hour, listed_count)
        SELECT hub_id, category_id, listed_at / 3600000000, count(*) FROM pings GROUP BY 1, 2, 3;
    INSERT INTO ping_words (ping_id, hub_id, words)
        SELECT id, hub_id, words_of(title, excerpt, blog_name) || ' _h' || hub_id || ' _c' || category_id
        FROM pings;
    UPDATE blogs SET (listed_count, first_listed_at, last_listed_at) =
        (SELECT count(*), min(listed_at), max(listed_at) FROM pings
         WHERE pings.hub_id = blogs.hub_id AND pings.blog_id = blogs.id);
    UPDATE categories SET (listed_count, blog_count) =
        (SELECT coalesce(sum(listed_count), 0), count(*) FROM category_blogs
         WHERE category_blogs.hub_id = categories.hub_id AND category_blogs.category_id = categories.id);
    UPDATE categories SET (last_listed_at, changed_at) =
        (SELECT max(listed_at), max(listed_at) FROM pings
         WHERE pings.hub_id = categories.hub_id AND pings.category_id = categories.id AND state = 'listed' AND hidden_at IS NULL);
    UPDATE hubs SET (listed_count, last_listed_at) =
        (SELECT sum(listed_count), max(last_listed_at) FROM categories WHERE categories.hub_id = hubs.id);
    UPDATE hubs SET blog_count = (SELECT count(*) FROM blogs WHERE blogs.hub_id = hubs.id);
";
