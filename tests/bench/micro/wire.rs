//! Bytes to values and back: pings, addresses, pages and feeds of others, our own feeds.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use backchannel::clock::Timestamp;
use backchannel::model::id::RuleId;
use backchannel::model::rule::{Pattern, Rule, RuleAction, RuleKind, Rules};
use backchannel::model::web_url::WebUrl;
use backchannel::model::words;
use backchannel::wire::feed::{Feed, FeedItem, Format};
use backchannel::wire::html::{self, Question};
use backchannel::wire::opml::{self, Outline};
use backchannel::wire::{syndication, trackback};
use criterion::Criterion;
use url::Url;

/// A ping as it mostly comes.
pub const PING: &str = "title=Live+from+the+keynote%3A+%E2%80%9Csmall+pieces%E2%80%9D\
    &url=https%3A%2F%2Fwww.weblog.example%2F2003%2F03%2F11%2Fkeynote%2F%3Futm_source%3Dfeed\
    &excerpt=The+room+was+full+half+an+hour+before+it+began%2C+and+the+network+held+for+all+of\
    +eleven+minutes.+What+was+said+about+weblogs+%26amp%3B+journalism+deserves+more+than+the\
    +notes+I+took+on+my+knees%2C+so+here+%E2%80%A6&blog_name=Notes+from+the+third+row";
const POST: &str = "https://www.weblog.example/2003/03/11/keynote/?utm_source=feed#comments";
const TITLE: &str = "Live from the keynote: “small pieces”";
const EXCERPT: &str = "The room was full half an hour before it began, and the network held for \
    all of eleven minutes. What was said about weblogs & journalism deserves more than the notes I \
    took on my knees, so here …";
const NAME: &str = "Notes from the third row";
/// Posts of a page or feed.
const POSTS: u32 = 50;
/// Rules of a hub: half of what it may have.
const RULES: u8 = 100;
/// Where the pages of `tests/fixtures/pages` link to.
const TARGET: &str = "https://hub.example/sxsw/keynotes";

/// All of it.
pub fn measure(criterion: &mut Criterion) -> anyhow::Result<()> {
    measure_pings(criterion);
    measure_rules(criterion)?;
    measure_writing(criterion);
    measure_pages(criterion)?;
    measure_feeds(criterion)
}

fn measure_pings(criterion: &mut Criterion) {
    let form = b"application/x-www-form-urlencoded; charset=utf-8";
    let mut group = criterion.benchmark_group("ping");
    group.bench_function("parse", |b| {
        b.iter(|| trackback::parse(Some(form), black_box(PING.as_bytes())));
    });
    group.bench_function("address, identity, blog", |b| {
        b.iter(|| WebUrl::parse(black_box(POST)).map(|url| (url.identity(), url.blog_key())));
    });
    group.bench_function("words to be found by", |b| {
        b.iter(|| words::index(black_box(&[TITLE, EXCERPT, NAME])));
    });
    group.finish();
}

/// A third of each kind; none of them matches, so that all are looked at.
fn measure_rules(criterion: &mut Criterion) -> anyhow::Result<()> {
    let rules = (0..RULES).map(|n| {
        let (kind, pattern) = match n % 3 {
            0 => (RuleKind::Address, format!("192.0.2.{n}")),
            1 => (RuleKind::Domain, format!("casino-{n}.example")),
            _ => (RuleKind::Phrase, format!("buy {n} pills now")),
        };
        let pattern = Pattern::parse(kind, &pattern)?;
        let (id, action) = (RuleId(i64::from(n)), RuleAction::SetAside);
        anyhow::Ok(Rule { id, pattern, action, expires_at: None })
    });
    let rules = Rules::new(rules.collect::<anyhow::Result<_>>()?);
    let sender = Some(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)));
    let now = Timestamp::from_micros(0);
    criterion.benchmark_group("ping").bench_function("judge by 100 rules", |b| {
        b.iter(|| {
            let at_the_door = rules.at_the_door(sender, black_box("weblog.example"), now);
            (at_the_door, rules.about(black_box(&[TITLE, EXCERPT, NAME]), now))
        });
    });
    Ok(())
}

fn measure_writing(criterion: &mut Criterion) {
    let listed_at = Timestamp::from_micros(1_047_391_200_000_000);
    let addresses: Vec<[String; 3]> = (0..POSTS)
        .map(|n| {
            [
                format!("tag:hubs.example.org,2003-03-11:p/{n}"),
                format!("https://weblog-{n}.example/2003/03/11/keynote/"),
                format!("https://hubs.example.org/p/{n}"),
            ]
        })
        .collect();
    let item = |[id, url, permalink]: &'static [String; 3]| FeedItem {
        id,
        title: TITLE,
        url,
        excerpt: EXCERPT,
        blog_name: NAME,
        source: None,
        category: "Keynotes",
        language: None,
        permalink,
        listed_at,
        changed_at: listed_at,
    };
    // Feeds borrow all they hold.
    let addresses: &'static [[String; 3]] = addresses.leak();
    let feed = Feed {
        id: "tag:hubs.example.org,2003-03-11:hub/1",
        title: "South by Southwest 2003",
        page: "https://hubs.example.org/sxsw",
        address: "https://hubs.example.org/sxsw/rss",
        first: None,
        next: Some("https://hubs.example.org/sxsw/rss?after=x"),
        hubs: &[],
        description: "What bloggers say about the conference",
        icon: None,
        language: "en",
        changed_at: listed_at,
        is_finished: false,
        is_expired: false,
        items: addresses.iter().map(item).collect(),
    };
    let mut group = criterion.benchmark_group("write 50 posts");
    for format in Format::ALL {
        group.bench_function(format.name(), |b| b.iter(|| format.write(black_box(&feed))));
    }
    group.bench_function("OPML", |b| {
        let outline = |[_, page, feed]: &'static [String; 3]| Outline {
            text: NAME,
            xml_url: feed,
            html_url: page,
        };
        b.iter(|| opml::to_xml("Blogs", black_box(addresses).iter().map(outline)));
    });
    group.finish();
}

/// Whether a page links here, and what it says of itself.
fn measure_pages(criterion: &mut Criterion) -> anyhow::Result<()> {
    let url = Url::parse("https://blog.example/a-post/")?;
    let is_target = |url: &Url| url.as_str() == TARGET;
    let question = Question { url: &url, charset: Some("utf-8"), is_target: &is_target };
    let mut group = criterion.benchmark_group("extract from a page");
    for file in fixtures("pages")? {
        let page = std::fs::read(&file)?;
        group.bench_function(name_of(&file), |b| {
            b.iter(|| html::read(black_box(&page), &question));
        });
    }
    group.finish();
    Ok(())
}

fn measure_feeds(criterion: &mut Criterion) -> anyhow::Result<()> {
    let url = Url::parse("https://blog.example/feed")?;
    let mut group = criterion.benchmark_group("parse a feed");
    for file in fixtures("feeds")? {
        let feed = std::fs::read(&file)?;
        group.bench_function(name_of(&file), |b| {
            b.iter(|| syndication::read(None, black_box(&feed), &url));
        });
    }
    group.finish();
    Ok(())
}

/// The files of a folder of `tests/fixtures`, by their names.
fn fixtures(folder: &str) -> anyhow::Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let entries = std::fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

fn name_of(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
