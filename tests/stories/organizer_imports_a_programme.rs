//! An organizer takes the talks over from the conference's own schedule, looks at what would change,
//! and takes them over again when the schedule changed.

use crate::harness::process::{databases, ok, run, secret_file};
use crate::harness::schedules::{Talk, frab, pretalx, talks};
use crate::harness::{Answer, Blog, Browser, PASSWORD, Page, hours, minutes};

const DESK: &str = "/manage/sxsw/programme";
/// Where a schedule is looked at that was read.
const LOOK: &str = "/manage/sxsw/programme#kept";

async fn choose(organizer: &mut Browser, file: &[u8], arrangement: &str) -> Page {
    organizer.open(DESK).await.has_status(200);
    organizer
        .submit_files(
            DESK,
            &[("arrangement", arrangement), ("address", ""), ("category", "keynotes")],
            &[("file", file)],
        )
        .await
}

async fn import(organizer: &mut Browser) -> Page {
    organizer.open(DESK).await.has_status(200);
    let fields = [("passphrase", "violet-crown")];
    let done = organizer.submit(&format!("{DESK}/import"), &fields).await;
    if done.status != 303 {
        return done;
    }
    let path = done.header("location").unwrap().to_owned();
    organizer.open(&path).await
}

/// The titles of the programme, in its order.
async fn titles(reader: &mut Browser) -> Vec<String> {
    reader.open("/sxsw/-/talks").await.has_status(200).texts(".talks h3")
}

story! {
    async fn two_hundred_sessions_of_pretalx_are_imported_twice(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut reader = site.browser();
        reader.open("/sxsw/-/talks").await.has_status(200).says("There is no programme here yet.");
        reader.open("/sxsw").await.never_says("Programme");
        let schedule = pretalx("https://talks.sxsw.example", &talks(200));
        choose(&mut topic.organizer, schedule.as_bytes(), "tracks").await.redirects_to(LOOK);
        let desk = topic.organizer.open(DESK).await;
        desk.says("200 talks: 200 new.").says("5 categories are opened").says("Design & type");
        // Looking changes nothing.
        reader.open("/sxsw/-/talks").await.says("There is no programme here yet.");
        import(&mut topic.organizer).await.says("Imported: 200 new, 0 changed, 0 gone.").says("200 talks");
        site.advance(minutes(1));
        let page = reader.open("/sxsw/-/talks").await;
        page.says("Saturday 8 March 2003").says("Ada 4, Grace 4").says("Ballroom A");
        assert_eq!(page.texts(".talks h3").len(), 200);
        assert_eq!(page.attributes("meta[name=robots]", "content"), ["noindex, follow"]);
        reader.open("/sxsw/web-standards").await.has_status(200).says("The posting passphrase is needed");
        let talk = reader.open("/sxsw/-/talks/talk04").await;
        talk.has_status(200).says("Type on screens, part 4").says("Saturday 8 March 2003, 09:30–10:15").says("Ada 4, Grace 4")
            .says("Nobody’s post about this talk is listed here yet.");
        assert_eq!(talk.attributes("dl a", "href"), ["https://talks.sxsw.example/sxsw/talk/TALK04/"]);
        topic.organizer.open("/manage/sxsw/log").await.says("programme (200 new, 0 changed, 0 gone)");

        // The same once more: nothing moves, no date and no tag.
        let (tag, date) = (page.header("etag").map(str::to_owned), page.header("last-modified").map(str::to_owned));
        site.advance(hours(3));
        choose(&mut topic.organizer, schedule.as_bytes(), "tracks").await.redirects_to(LOOK);
        topic.organizer.open(DESK).await.says("200 talks: nothing new.").never_says("is opened").never_says("are opened");
        import(&mut topic.organizer).await.says("Imported: 0 new, 0 changed, 0 gone.");
        let again = reader.open("/sxsw/-/talks").await;
        assert_eq!(again.header("etag").map(str::to_owned), tag);
        assert_eq!(again.header("last-modified").map(str::to_owned), date);
    }

    async fn two_hundred_sessions_of_frab_are_imported_and_change(site) {
        let mut topic = site.hub("open", "at-once").await;
        let mut reader = site.browser();
        let mut all = talks(200);
        choose(&mut topic.organizer, frab("https://talks.sxsw.example", &all).as_bytes(), "tracks").await.redirects_to(LOOK);
        import(&mut topic.organizer).await.says("Imported: 200 new");
        let talk = reader.open("/sxsw/-/talks/4").await;
        talk.says("Type on screens, part 4").says("Ada 4, Grace 4").says("In Law");
        choose(&mut topic.organizer, frab("https://talks.sxsw.example", &all).as_bytes(), "tracks").await.redirects_to(LOOK);
        topic.organizer.open(DESK).await.says("200 talks: nothing new.");

        // One has another title, one another time, one moved to another track, one is gone, one came.
        all[0].title = "Another title".to_owned();
        all[1].start.1 = 22;
        all[2].track = "Keynotes".to_owned();
        all.remove(10);
        all.push(Talk { n: 201, ..all[5].clone() });
        choose(&mut topic.organizer, frab("https://talks.sxsw.example", &all).as_bytes(), "tracks").await.redirects_to(LOOK);
        topic.organizer.open(DESK).await.says("200 talks: 1 new, 3 changed, 1 gone.");
        import(&mut topic.organizer).await.says("Imported: 1 new, 3 changed, 1 gone.");
        reader.open("/sxsw/-/talks/1").await.has_status(200).says("Another title");
        // The hub had a category of that name.
        reader.open("/sxsw/-/talks/3").await.says("In keynotes");
        reader.open("/sxsw/-/talks/11").await.has_status(404).says("has no talk of that name");
        assert_eq!(titles(&mut reader).await.len(), 200);
    }

    async fn a_schedule_is_looked_at_and_thrown_away(site) {
        let mut topic = site.hub("open", "at-once").await;
        for (file, wrong) in [
            ("Dear organizers,", "This is no schedule that can be read"),
            ("{\"schedule\": {\"conference\": {", "cut off or broken"),
            ("title,url\n", "There is no session in this schedule."),
        ] {
            choose(&mut topic.organizer, file.as_bytes(), "tracks").await.has_status(422).says(wrong);
        }
        topic.organizer.open(DESK).await;
        topic.organizer.submit(DESK, &[("address", "")]).await.has_status(422).says("Choose a file, or type the address");
        let heavy = vec![b'x'; 6 * 1024 * 1024];
        choose(&mut topic.organizer, &heavy, "tracks").await.has_status(413);
        choose(&mut topic.organizer, b"title,start\nHello,2003-03-08 10:00\n", "one").await.redirects_to(LOOK);
        topic.organizer.open(DESK).await.says("1 talk: 1 new.").says("One talk has no page of its own");
        topic.organizer.submit(&format!("{DESK}/discard"), &[]).await.redirects_to(DESK);
        topic.organizer.open(DESK).await.never_says("Read, not imported yet");
        choose(&mut topic.organizer, b"title,start\nHello,yesterday\n", "one").await.redirects_to(LOOK);
        topic.organizer.open(DESK).await.says("One talk has no time, or none that can be read");
        choose(&mut topic.organizer, b"title,start\nHello,2003-03-08 10:00\n", "one").await.redirects_to(LOOK);
        import(&mut topic.organizer).await.says("Imported: 1 new");
        site.browser().open("/sxsw/-/talks/hello").await.has_status(200).says("Saturday 8 March 2003, 10:00").says("In keynotes");
    }

    async fn sessions_become_categories_as_far_as_a_hub_has_room(site) {
        let mut topic = site.hub("open", "at-once").await;
        let base = "https://talks.sxsw.example";
        choose(&mut topic.organizer, pretalx(base, &talks(60)).as_bytes(), "categories").await.redirects_to(LOOK);
        topic.organizer.open(DESK).await.says("This would make 60 categories beside the 1 that there are, and a hub has at most 50.");
        let mut all = talks(3);
        choose(&mut topic.organizer, pretalx(base, &all).as_bytes(), "categories").await.redirects_to(LOOK);
        topic.organizer.open(DESK).await.says("3 categories are opened");
        topic.organizer.submit(&format!("{DESK}/import"), &[("passphrase", "")]).await.has_status(422).says("Choose a posting passphrase");
        import(&mut topic.organizer).await.says("Imported: 3 new");
        let path = "/sxsw/what-feeds-are-for-part-1";
        let mut reader = site.browser();
        reader.open(path).await.has_status(200).says("Ada 1, Grace 1").says("Sunday 9 March 2003, 09:00–09:45").says("Its own page");
        // What the organizers called it themselves, they go on calling it.
        all[0].title = "Feeds, and what they are for".to_owned();
        choose(&mut topic.organizer, pretalx(base, &all).as_bytes(), "categories").await.redirects_to(LOOK);
        topic.organizer.open(DESK).await.says("3 talks: 1 changed.").never_says("opened");
        import(&mut topic.organizer).await.says("0 new, 1 changed");
        assert_eq!(reader.open(path).await.texts("h1"), ["Feeds, and what they are for"]);
        // A session that goes leaves its category.
        all.remove(0);
        choose(&mut topic.organizer, pretalx(base, &all).as_bytes(), "categories").await.redirects_to(LOOK);
        import(&mut topic.organizer).await.says("0 new, 0 changed, 1 gone");
        reader.open(path).await.has_status(200).never_says("Ada 1");
    }
}

story! { with blogs:
    async fn a_schedule_is_read_where_it_stands_and_read_again(site) {
        let mut topic = site.hub("open", "at-once").await;
        let pretalx_site = Blog::start();
        let json = |all: &[Talk]| Answer::of(200, "application/json", pretalx("https://talks.sxsw.example", all));
        let address = pretalx_site.publish("/sxsw/schedule/export/schedule.json", json(&talks(20)));
        topic.organizer.open(DESK).await;
        topic.organizer.submit_files(DESK, &[("address", &address)], &[]).await.redirects_to(LOOK);
        topic.organizer.open(DESK).await.says("20 talks: 20 new.");
        import(&mut topic.organizer).await.says("Imported: 20 new").says(&address);
        pretalx_site.publish("/sxsw/schedule/export/schedule.json", json(&talks(21)));
        site.advance(minutes(5));
        topic.organizer.open(DESK).await;
        topic.organizer.submit(&format!("{DESK}/again"), &[]).await.redirects_to(LOOK);
        topic.organizer.open(DESK).await.says("21 talks: 1 new.");
        import(&mut topic.organizer).await.says("Imported: 1 new");
        // What answers with a page is said to be none.
        pretalx_site.publish("/sxsw/schedule/export/schedule.json", Answer::of(404, "text/html", "gone"));
        site.advance(minutes(5));
        topic.organizer.open(DESK).await;
        topic.organizer.submit(&format!("{DESK}/again"), &[]).await.has_status(422).says("404");
        assert_eq!(titles(&mut site.browser()).await.len(), 21);
    }
}

story! { with blogs:
    async fn a_programme_is_taken_away_and_its_posts_stay(site) {
        let mut topic = site.hub("open", "at-once").await;
        let (base, mut all) = ("https://talks.sxsw.example", talks(4));
        choose(&mut topic.organizer, pretalx(base, &all).as_bytes(), "one").await.redirects_to(LOOK);
        import(&mut topic.organizer).await.says("Imported: 4 new");
        let blog = Blog::start();
        for (path, talk) in [("/1", &all[0]), ("/2", &all[1])] {
            let post = blog.post(path, &talk.title, &format!("{base}{}", talk.path()));
            assert!(topic.ping(&[("url", &post), ("title", &talk.title)]).await.is_stored());
        }
        site.settle().await;
        let mut reader = site.browser();
        // Two are called off: one has posts, and stays until it is removed.
        all.drain(1..3);
        choose(&mut topic.organizer, pretalx(base, &all).as_bytes(), "one").await.redirects_to(LOOK);
        import(&mut topic.organizer).await.says("0 new, 0 changed, 2 gone").says("Gone from the schedule");
        reader.open("/sxsw/-/talks/talk02").await.has_status(200).says("No longer in the programme");
        let desk = topic.organizer.open(DESK).await;
        assert_eq!(desk.attributes("input[name=talk]", "value"), ["talk02"]);
        // One that is in the schedule is not removed singly.
        let remove = format!("{DESK}/remove");
        topic.organizer.submit(&remove, &[("talk", "talk01")]).await.has_status(303);
        reader.open("/sxsw/-/talks/talk01").await.has_status(200);
        topic.organizer.open(DESK).await;
        let removed = topic.organizer.submit(&remove, &[("talk", "talk02")]).await;
        let removed = topic.organizer.open(removed.header("location").unwrap()).await;
        removed.says("One talk is removed.").never_says("Gone from the schedule").says("2 talks");
        reader.open("/sxsw/-/talks/talk02").await.has_status(404);
        assert_eq!(reader.open("/sxsw/keynotes").await.texts("article h3").len(), 2, "posts stay");

        let removed = topic.organizer.submit(&remove, &[("talk", "")]).await;
        let removed = topic.organizer.open(removed.header("location").unwrap()).await;
        removed.says("2 talks are removed.").never_says("Read it again");
        reader.open("/sxsw/-/talks").await.says("There is no programme here yet.");
        reader.open("/sxsw").await.never_says("Programme");
        assert_eq!(reader.open("/sxsw/keynotes").await.texts("article h3").len(), 2);
        topic.organizer.open("/manage/sxsw/log").await.says("programme (1 talk removed)").says("programme (2 talks removed)");
        // What comes again finds its posts.
        choose(&mut topic.organizer, pretalx(base, &talks(4)).as_bytes(), "one").await.redirects_to(LOOK);
        import(&mut topic.organizer).await.says("Imported: 4 new, 0 changed, 0 gone. 2 posts about them were found.");
        assert_eq!(reader.open("/sxsw/-/talks/talk02").await.texts("article h3").len(), 1);
    }
}

#[tokio::test]
async fn an_operator_imports_from_the_command_line() {
    for database in databases() {
        let password = secret_file(&database, "password", PASSWORD);
        let passphrase = secret_file(&database, "passphrase", "Violet Crown");
        ok(&run(&database, &["account", "add", "ada@example.org", "--password-file", &password]));
        ok(&run(
            &database,
            &["hub", "add", "sxsw", "--title", "SXSW", "--owner", "ada@example.org"],
        ));
        let schedule = secret_file(
            &database,
            "schedule.xml",
            &frab("https://talks.example", &talks(12)).replace('\n', ""),
        );
        let import = ["hub", "programme", "sxsw", &schedule, "--passphrase-file", &passphrase];
        let without = run(&database, &import[..4]);
        assert_eq!(without.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&without.stderr).contains("Choose a posting passphrase"));
        let dry = ok(&run(&database, &[&import[..], &["--dry-run"]].concat()));
        assert!(
            dry.contains("12  talks would be new") && dry.contains("5  categories would be opened"),
            "{dry}"
        );
        let done = ok(&run(&database, &import));
        assert!(done.contains("12  talks new") && done.contains("0  talks gone"), "{done}");
        let again = ok(&run(&database, &import));
        assert!(again.contains(" 0  talks new") && again.contains(" 0  talks changed"), "{again}");
        let listed = ok(&run(&database, &["category", "list", "sxsw"]));
        assert!(listed.contains("/sxsw/web-standards"), "{listed}");
    }
}
