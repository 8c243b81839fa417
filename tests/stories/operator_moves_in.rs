//! An operator moves the pings of an old blog into a category, from the command line.

use std::path::Path;

use backchannel::actions::import::{Report, import as move_in};
use backchannel::actions::resolve::{Found, find_category};
use backchannel::wire::moving_in::{Format, Items};

use crate::harness::process::{databases, ok, run, secret_file, serve};
use crate::harness::{Answer, Blog, Browser, Database, PASSWORD, Site};

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/moving_in");
    folder.join(name).display().to_string()
}

/// A hub in Austin with a category that takes no pings by itself.
fn open_hub(database: &Database) {
    let password = secret_file(database, "password", PASSWORD);
    ok(&run(database, &["account", "add", "ada@example.org", "--password-file", &password]));
    ok(&run(database, &["hub", "add", "sxsw", "--title", "SXSW", "--owner", "ada@example.org"]));
    let category = "category add sxsw/old --title Old --ping closed --listing all-wait";
    ok(&run(database, &category.split(' ').collect::<Vec<_>>()));
}

fn import(database: &Database, file: &str, more: &[&str]) -> String {
    let args = [&["import", file, "--category", "sxsw/old"], more].concat();
    ok(&run(database, &args))
}

fn policy(database: &Database) -> String {
    ok(&run(database, &["category", "show", "sxsw/old"]))
}

#[tokio::test]
async fn a_movable_type_export_becomes_listed_posts_with_their_dates() {
    for database in databases() {
        open_hub(&database);
        let file = fixture("movable-type.txt");
        let dry = import(&database, &file, &["--dry-run"]);
        assert!(policy(&database).contains(" 0 listed"), "a dry run writes nothing");
        let first = import(&database, &file, &[]);
        assert_eq!(dry.replace("would be listed", "listed"), first);
        insta::assert_snapshot!("movable_type_report", first);
        assert!(policy(&database).contains(" 2 listed"));
        let again = import(&database, &file, &[]);
        assert!(again.starts_with("       0  listed\n       7  left out\n"), "{again}");
        assert!(policy(&database).contains(" 2 listed"), "twice changes nothing");

        let server = serve(&database, &[], 2);
        let mut reader = Browser::new(&server.base);
        let page = reader.open("/sxsw/old").await;
        page.says("How RSS works").says("Ada & Co").says("Café society").says("Brûlé");
        page.says("What the panel said, and what it did not.").never_says("The same post again");
        let feed = reader.open("/sxsw/old/rss").await.body;
        let dates: Vec<_> = feed.matches("<pubDate>").collect();
        assert_eq!(dates.len(), 2, "{feed}");
        for date in ["Wed, 12 Mar 2003 16:30:00 GMT", "Tue, 11 Mar 2003 16:09:12 GMT"] {
            assert!(feed.contains(date), "{date} in {feed}");
        }
    }
}

#[tokio::test]
async fn a_wordpress_export_brings_its_approved_trackbacks_and_pingbacks() {
    for database in databases() {
        open_hub(&database);
        let file = fixture("wordpress.xml");
        let report = import(&database, &file, &[]);
        insta::assert_snapshot!("wordpress_report", report);
        let again = import(&database, &file, &["--format", "wxr"]);
        assert!(again.starts_with("       0  listed\n"), "{again}");

        let server = serve(&database, &[], 2);
        let mut reader = Browser::new(&server.base);
        let page = reader.open("/sxsw/old").await;
        page.says("How RSS works").says("Grüße aus Köln").says("koeln.example");
        page.never_says("Pills").never_says("Grace");
        let feed = reader.open("/sxsw/old/rss").await.body;
        assert!(feed.contains("Wed, 01 Jun 2005 10:00:00 GMT"), "{feed}");
    }
}

#[tokio::test]
async fn half_a_file_is_listed_as_far_as_it_goes_and_said_to_be_half() {
    let database = Database::sqlite();
    open_hub(&database);
    let whole = std::fs::read_to_string(fixture("wordpress.xml")).unwrap();
    let half = whole.split_once("<wp:comment_id>3").unwrap().0;
    let path = database.data.path().join("half.xml");
    std::fs::write(&path, half).unwrap();
    let path = path.display().to_string();
    let done = run(&database, &["import", &path, "--category", "sxsw/old"]);
    assert_eq!(done.status.code(), Some(1));
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(said.contains("was read only up to line 39"), "{said}");
    assert!(policy(&database).contains(" 2 listed"));

    std::fs::write(&path, "Dear diary: this is no export.").unwrap();
    let done = run(&database, &["import", &path, "--category", "sxsw/old"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("--format mt or wxr"));
}

/// Moves one trackback of a WordPress export for each of these titles and addresses in.
async fn move_in_some(site: &Site, pings: &[(&str, &str)]) -> Report {
    let comments: String = pings
        .iter()
        .map(|(title, url)| format!(
            "<wp:comment><wp:comment_author>Old</wp:comment_author><wp:comment_author_url>{url}</wp:comment_author_url><wp:comment_date_gmt>2003-03-11 09:00:00</wp:comment_date_gmt><wp:comment_content><![CDATA[<strong>{title}</strong>]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved><wp:comment_type>trackback</wp:comment_type></wp:comment>"
        ))
        .collect();
    let file = format!("<rss><channel><item>{comments}</item></channel></rss>");
    let found = site.app.db.read(|c| find_category(c, "sxsw", "keynotes")).await.unwrap();
    let Found::Here(gate) = found else { panic!("sxsw/keynotes is there") };
    move_in(&site.app, &gate, Items::of(Format::Wxr, file.as_bytes()), false, |_| {}).await.unwrap()
}

story! { with blogs:
    async fn what_moves_in_is_held_to_the_hubs_rules_and_goes_no_further(site) {
        let mut topic = site.hub("open", "at-once").await;
        let elsewhere = Blog::start();
        let address = elsewhere.publish("/tb/1", Answer::of(200, "text/xml", "<response><error>0</error></response>"));
        let desk = "/manage/sxsw/categories/keynotes/forwarding";
        topic.organizer.open(desk).await;
        topic.organizer.submit(desk, &[("url", &address)]).await.has_status(303);
        topic.ping(&[("url", "http://spam.example/1"), ("title", "Pills"), ("blog_name", "Pills")]).await;
        let decided = topic.organizer.open("/manage/sxsw/decided?state=listed").await;
        let pills = decided.action_beside("Pills", "/verdict");
        topic.organizer.submit(&pills, &[("verdict", "spam")]).await.has_status(303);
        let rule = [("kind", "phrase"), ("pattern", "casino"), ("action", "refuse"), ("reason", "ads"), ("step", "make")];
        topic.organizer.open("/manage/sxsw/rules").await;
        topic.organizer.submit("/manage/sxsw/rules", &rule).await.has_status(303);
        topic.ping(&[("url", "http://ada.example/today"), ("title", "Today"), ("blog_name", "Ada")]).await;
        site.settle().await;
        let before = elsewhere.asked().len();

        let report = move_in_some(site, &[
            ("From then", "http://ada.example/2003"),
            ("More pills", "http://spam.example/2003"),
            ("A casino", "http://grace.example/2003"),
            ("Today, again", "http://ada.example/today"),
            ("Ours", &format!("{}/sxsw/keynotes", site.base)),
        ]).await;
        assert_eq!((report.seen, report.listed, report.left_out.len()), (5, 1, 4), "{report:?}");
        site.settle().await;
        assert_eq!(elsewhere.asked().len(), before, "nothing is passed on, and no page is read");
        let page = site.browser().open("/sxsw").await;
        page.says("From then").says("Today").never_says("casino").never_says("pills");
        topic.organizer.open("/manage/sxsw/blogs").await.says("Ada").never_says("Old");
        assert!(page.body.find("Today") < page.body.find("From then"), "what is new stays first");
    }
}
