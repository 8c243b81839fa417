//! A site with some of everything that pages show, arranged through the product.

mod around;
mod dressed;

use std::collections::BTreeMap;

use around::{helper, hubs, machines, mails};
use dressed::dressed;

use crate::harness::{Answer, Blog, Browser, PASSWORD, Page, Site, Topic, link_in, minutes};

/// Titles that break layouts.
const TITLES: [&str; 5] = [
    "ملاحظات طويلة جداً من المؤتمر عن المواقع الصغيرة التي تبقى حية بعد أن تختفي المنصات الكبيرة وعن الناس الذين يكتبون كل صباح",
    "小さなウェブサイトを長く続けるためのとても長い覚え書き、朝の珈琲の前に書いたもの、古いリンクがまだ生きていることについて",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftshauptversammlungsprotokollführerstellvertretungsausschussmitgliedsausweiskontrollbeamtenanwärterprüfungsvorbereitungskurs",
    "5 < 6 & \"quotes\"",
    "🎉",
];

/// The site's people, and where its things are.
pub struct Town {
    /// Who runs all hubs, and is the operator.
    pub operator: Browser,
    /// Who is signed in, and has no hub.
    pub newcomer: Browser,
    /// Who looks at the queue of `/sxsw`, and changes nothing else there.
    pub moderator: Browser,
    /// Paths by name, for `{name}` in [`crate::pages`].
    pub names: BTreeMap<&'static str, String>,
    /// Whose feed is followed, and where posts are passed on to.
    _elsewhere: Blog,
}

impl Town {
    /// Builds it on an empty site that reads blogs on this machine, and does not limit how often
    /// anybody does anything.
    pub async fn of(site: &Site) -> Self {
        let mut names = BTreeMap::new();
        let mut topic = site.hub("passphrase", "all-wait").await;
        let elsewhere = Blog::start();
        passed_on(&mut topic.organizer, &elsewhere).await;
        queue(&mut topic, &mut names).await;
        let mut corridor = site.category(topic.organizer, "corridor", "open", "at-once").await;
        pages_that_change(&corridor, &elsewhere, &mut names).await;
        posts(&corridor, 200).await;
        corridor.organizer = signed_in(site).await;
        let list = site.browser().open("/sxsw").await;
        for (name, title) in [("arabic", TITLES[0]), ("japanese", TITLES[1]), ("word", TITLES[2])] {
            names.insert(name, permalink(&list, title));
        }
        let post = &names["word"];
        let mut reader = site.browser();
        reader.open(&format!("{post}/report")).await;
        reader.submit(post, &[("reason", "abuse"), ("note", TITLES[2])]).await.says("Thank you");
        things(site, &mut corridor, &mut names).await;
        followed(&mut corridor.organizer, &elsewhere).await;
        let mut operator = corridor.organizer;
        let moderator = helper(site, &mut operator).await;
        programme(&mut operator).await;
        hubs(site, &mut operator).await;
        dressed(&mut operator).await;
        machines(site, &mut operator).await;
        mails(site, &mut names).await;
        let newcomer = site.organizer("newcomer@example.org").await;
        Self { operator, newcomer, moderator, names, _elsewhere: elsewhere }
    }
}

/// The newest listed post whose title begins like this.
fn permalink(list: &Page, title: &str) -> String {
    let links = list.attributes("article .meta a[href^='/p/']", "href");
    let mut rows = list.texts("article h3").into_iter().zip(links);
    rows.find(|(shown, _)| shown.starts_with(title)).expect("such a post").1
}

/// The operator, some days later.
async fn signed_in(site: &Site) -> Browser {
    let mut browser = site.browser();
    browser.open("/signin").await;
    let form = [("email", "operator@example.org"), ("password", PASSWORD)];
    browser.submit("/signin", &form).await.redirects_to("/manage");
    browser
}

/// So many posts, over two days.
async fn posts(topic: &Topic<'_>, count: usize) {
    for n in 0..count {
        let title = format!("{} {n}", TITLES[n % TITLES.len()]);
        let (url, excerpt) =
            (format!("http://blog{}.example/{n}", n % 31), TITLES[n % 3].repeat(2));
        let blog = TITLES[(n + 1) % 4];
        let fields =
            [("url", url.as_str()), ("title", &title), ("excerpt", &excerpt), ("blog_name", blog)];
        let sent = topic.ping(&fields).await;
        assert!(sent.is_stored(), "{sent:?}");
        topic.site.advance(minutes(15));
    }
}

/// What is listed in `/sxsw/keynotes` is passed on from here on.
async fn passed_on(desk: &mut Browser, elsewhere: &Blog) {
    let taken = "<?xml version=\"1.0\"?><response><error>0</error></response>";
    let answer = Answer::of(200, "text/xml", taken);
    let address = elsewhere.publish("/cgi-bin/mt-tb.cgi/1234567/two-words", answer);
    let forwarding = "/manage/sxsw/categories/keynotes/forwarding";
    desk.open(forwarding).await;
    desk.submit(forwarding, &[("url", &address)]).await.has_status(303);
}

/// The feed of a blog whose name is long is followed.
async fn followed(desk: &mut Browser, elsewhere: &Blog) {
    let feed = format!(
        "<rss version=\"2.0\"><channel><title>{}</title><link>{}</link>\
         <description>x</description></channel></rss>",
        TITLES[2],
        elsewhere.url("/")
    );
    let feed = elsewhere.publish("/feed.xml", Answer::feed(feed));
    desk.open("/manage/sxsw/feeds").await;
    let followed = [("url", feed.as_str()), ("category", "corridor")];
    desk.submit("/manage/sxsw/feeds", &followed).await.has_status(303);
}

/// Posts that wait, and one with each verdict; a receipt of each kind.
async fn queue(topic: &mut Topic<'_>, names: &mut BTreeMap<&'static str, String>) {
    // In letters that a mail needs no code for.
    let plain = topic.ping(&[("url", "http://plain.example/"), ("title", "Plain words")]).await;
    assert!(plain.is_stored(), "{plain:?}");
    let waiting = topic.site.mail_with("/m/").await;
    names.insert("mailed", link_in(&waiting, "/m/"));
    // It stands in a header, between < and >.
    let stop = link_in(&waiting, "/unsubscribe/");
    names.insert("stop", stop.trim_end_matches('>').to_owned());
    let kinds = [
        ("listed", "list"),
        ("withdrawn", "list"),
        ("removed", "list"),
        ("not_here", "not-here"),
        ("spam", "spam"),
        ("waits", ""),
    ];
    for (name, verdict) in kinds {
        let (url, title) =
            (format!("http://{name}.example/").replace('_', "-"), format!("{} {name}", TITLES[2]));
        let sent = topic.ping(&[("url", &url), ("title", &title), ("excerpt", TITLES[0])]).await;
        names.insert(name, sent.receipt.expect("a receipt"));
        topic.site.advance(minutes(1));
        if !verdict.is_empty() {
            topic.decide(&title, verdict).await.redirects_to("/manage/sxsw");
        }
    }
    leave(topic, names).await;
    posts(topic, 24).await;
    // Their blogs are trusted now: what they send later hangs on the wall, too.
    for n in 20..23 {
        let title = format!("{} {n}", TITLES[n % TITLES.len()]);
        topic.decide(&title, "list").await.redirects_to("/manage/sxsw");
    }
    let claim = topic.mention("http://mention.example/", &topic.page()).await;
    names.insert("claim", topic.receipt_of(&claim));
    let queue = topic.organizer.open("/manage/sxsw").await;
    names.insert("edit", queue.attributes("[data-edit]", "href").remove(0));
}

/// A listed page that says something else now, and one that cannot be read: days later it is hidden.
async fn pages_that_change(
    topic: &Topic<'_>,
    blog: &Blog,
    names: &mut BTreeMap<&'static str, String>,
) {
    let target = format!("{}/sxsw/corridor", topic.site.base);
    for name in ["changed", "hidden"] {
        let (path, title) = (format!("/{name}"), format!("{} {name}", TITLES[2]));
        let source = blog.post(&path, &title, &target);
        let claim = topic.mention(&source, &target).await;
        names.insert(name, topic.receipt_of(&claim));
        topic.site.settle().await;
        match name {
            "hidden" => drop(blog.publish(&path, Answer::of(503, "text/plain", "Later"))),
            _ => drop(blog.post(&path, TITLES[0], &target)),
        }
        // It is read at most every ten minutes.
        topic.site.advance(minutes(11));
        topic.mention(&source, &target).await.has_status(201);
        topic.site.settle().await;
    }
}

/// Of what was listed, one post is taken back by its sender, and one is taken down.
async fn leave(topic: &mut Topic<'_>, names: &mut BTreeMap<&'static str, String>) {
    let removed = format!("{} removed", TITLES[2]);
    let list = topic.site.browser().open("/sxsw/keynotes").await;
    names.insert("removed", permalink(&list, &removed));
    let listed = topic.organizer.open("/manage/sxsw/decided?state=listed").await;
    let action = listed.action_beside(&removed, "/verdict");
    topic.organizer.submit(&action, &[("verdict", "remove")]).await.has_status(303);
    let receipt = &names["withdrawn"];
    let mut sender = topic.site.browser();
    sender.open(receipt).await;
    sender.submit(&format!("{receipt}/withdraw"), &[]).await.redirects_to(receipt);
}

/// One of everything on the desk, a locked category, and one that is gone.
async fn things(site: &Site, topic: &mut Topic<'_>, names: &mut BTreeMap<&'static str, String>) {
    let desk = &mut topic.organizer;
    desk.open("/manage/sxsw/settings").await;
    let words = [
        ("tagline", TITLES[1]),
        ("starts_on", "2003-03-07"),
        ("ends_on", "2003-03-11"),
        ("place", TITLES[0]),
    ];
    desk.submit("/manage/sxsw/settings", &words).await.has_status(303);
    desk.open("/manage/sxsw/about").await;
    let about = "# About\n\nWho runs it.\n\n- one\n- two\n\n> quoted\n\n```\nsome code\n```\n";
    desk.submit("/manage/sxsw/about", &[("about", about)]).await.has_status(303);
    desk.open("/manage/sxsw/keys").await;
    desk.submit(
        "/manage/sxsw/keys",
        &[("names", &TITLES.map(|t| t.chars().take(80).collect::<String>()).join("\n"))],
    )
    .await
    .has_status(200);
    desk.open("/manage/sxsw/members").await;
    let invited = desk
        .submit("/manage/sxsw/invitations", &[("role", "moderator")])
        .await
        .one_text(".copy code");
    names.insert("invitation", link_in(&invited, "/invite/"));
    for slug in ["backroom", "gone"] {
        desk.open("/manage/sxsw/new-category").await;
        let category =
            [("title", TITLES[1]), ("slug", slug), ("ping", "open"), ("listing", "at-once")];
        desk.submit("/manage/sxsw/categories", &category).await.has_status(200);
    }
    desk.open("/manage/sxsw/categories/gone").await;
    desk.submit("/manage/sxsw/categories/gone/delete", &[("confirm", "gone")])
        .await
        .has_status(303);
    desk.open("/manage/sxsw/readers").await;
    let locked = [("readers", "password"), ("password", "tell nobody")];
    desk.submit("/manage/sxsw/readers/backroom", &locked).await.has_status(303);
    site.settle().await;
    let blogs = desk.open("/manage/sxsw/blogs").await.attributes("main a[href*='/blogs/']", "href");
    names.insert("blog", blogs.into_iter().next().expect("a blog"));
}

/// Talks in `/sxsw/corridor`: one whose title is long, one in Arabic, and one without a time.
async fn programme(desk: &mut Browser) {
    let schedule = format!(
        "title,url,speakers,room,start,end,id\n\
         \"{}\",https://talks.example/1,\"Ada Lovelace, Grace Hopper\",Ballroom A,2003-03-08 10:00,2003-03-08 10:45,t1\n\
         \"{}\",https://talks.example/2,{},,2003-03-09 10:00,,t2\nLater,https://talks.example/3,,,,,t3\n",
        TITLES[2], TITLES[0], TITLES[1]
    );
    let path = "/manage/sxsw/programme";
    desk.open(path).await;
    let fields = [("arrangement", "one"), ("category", "corridor"), ("address", "")];
    desk.submit_files(path, &fields, &[("file", schedule.as_bytes())]).await.has_status(303);
    desk.open(path).await;
    desk.submit(&format!("{path}/import"), &[]).await.redirects_to(path);
}
