//! Lists posts by SQL, with all that the product keeps of them.

use std::path::Path;

use backchannel::clock::Clock;
use backchannel::model::id::HubId;
use backchannel::model::web_url::WebUrl;
use backchannel::model::words;
use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection};

/// Posts of one blog.
const POSTS_OF_A_BLOG: u64 = 20;
/// Over how many days the posts were listed.
const DAYS: i64 = 90;

/// What a hub gets.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    /// The hub.
    pub hub: HubId,
    /// How many categories it has.
    pub categories: u64,
    /// How many posts, to each category in turn.
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

/// Lists posts in hubs that have none.
pub fn fill(file: &Path, hubs: &[Listed]) -> anyhow::Result<()> {
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
    for Listed { hub, categories, posts } in hubs {
        connection.batch_execute(&blogs_of(hub.0, *posts, now))?;
        let posts = posts_of(&mut connection, hub.0, *categories, *posts, now)?;
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
