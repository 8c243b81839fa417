//! `backchannel ping`: it finds where to ping, sends, and says by its exit code what came of it.

use std::process::Output;

use crate::harness::process::{backchannel, ok};
use crate::harness::{Answer, Blog, Database, Topic};

/// Runs `backchannel ping` for this post.
async fn ping(target: &str, more: &[&str]) -> Output {
    let database = Database::sqlite();
    let mut command = backchannel(&database);
    command
        .args(["ping", target, "--url", "http://ada.example/1", "--title", "One & two"])
        .args(more);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

async fn every_way(topic: &Topic<'_>) {
    let bare = topic.ping_url.strip_suffix("/violet-crown").unwrap();
    // A page names its address without the passphrase: the reason is printed.
    let refused = ping(&topic.page(), &[]).await;
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(
        said(&refused).starts_with("refused: This TrackBack item is protected by a passphrase.")
    );
    let dry = ok(&ping(&topic.page(), &["--dry-run"]).await);
    assert!(dry.starts_with(&format!("would send to {bare}\n")), "{dry}");
    assert!(dry.contains("url=http%3A%2F%2Fada.example%2F1&title=One+%26+two"), "{dry}");
    // A ping address is meant as it was typed, though it leads browsers to the page.
    for address in [
        topic.ping_url.clone(),
        format!("{}/trackback/violet-crown", topic.page()),
        format!(
            "{}/tb?tb_id={}&pass=violet-crown",
            topic.site.base,
            bare.rsplit('/').next().unwrap()
        ),
    ] {
        let dry = ok(&ping(&address, &["--dry-run"]).await);
        assert!(dry.starts_with(&format!("would send to {address}\n")), "{dry}");
    }
    topic.site.browser().open("/sxsw/keynotes").await.says("Nothing is listed here yet");
    let sent = ok(&ping(&topic.ping_url, &[]).await);
    assert!(sent.starts_with("taken in\nreceipt http"), "{sent}");
    topic.site.browser().open("/sxsw/keynotes").await.says("One & two");
}

async fn somebody_elses_pages(blog: &Blog) {
    let xml = "<?xml version=\"1.0\"?><response><error>1</error><message>Need a Source URL</message></response>";
    let tb = blog.publish("/mt-tb.cgi/5", Answer::of(200, "text/xml", xml));
    let php = blog.publish("/tb.php", Answer::html(xml));
    let rdf = |ping: &str| {
        format!(
            "<!-- <rdf:RDF><rdf:Description rdf:about=\"{0}\" dc:identifier=\"{0}\" trackback:ping=\"{ping}\" /></rdf:RDF> -->",
            blog.url("/post")
        )
    };
    let page = blog.publish("/post", Answer::html(rdf(&tb)));
    let linked = blog.publish("/linked", Answer::html("<link rel=trackback href=/mt-tb.cgi/5>"));
    let header = Answer::html("<p>x").with("Link", "</mt-tb.cgi/5>; rel=\"trackback\"");
    let header = blog.publish("/header", header);
    for address in [&page, &format!("{page}#comments"), &linked, &header, &tb] {
        let dry = ok(&ping(address, &["--dry-run"]).await);
        assert!(dry.starts_with(&format!("would send to {tb}\n")), "{address}: {dry}");
    }
    let dry = ok(&ping(&php, &["--dry-run"]).await);
    assert!(dry.starts_with(&format!("would send to {php}\n")), "{dry}");
    let refused = ping(&linked, &[]).await;
    assert_eq!(
        (refused.status.code(), said(&refused).trim()),
        (Some(1), "refused: Need a Source URL")
    );

    let mute = blog.publish("/mute", Answer::html("<p>No TrackBack here"));
    for (address, more, code) in [
        (mute.as_str(), &[][..], 3),
        (&blog.url("/nothing"), &[], 3),
        (&mute, &["--direct"], 4),
        ("http://127.0.0.1:1/", &[], 4),
        ("http://127.0.0.1:1/", &["--direct"], 4),
        ("not an address", &[], 2),
        (&mute, &["--no-such-flag"], 2),
    ] {
        let output = ping(address, more).await;
        assert_eq!(output.status.code(), Some(code), "{address} {more:?}: {}", said(&output));
    }
}

story! {
    async fn a_script_pings_by_page_or_by_ping_address(site) {
        every_way(&site.hub("passphrase", "at-once").await).await;
    }
}

#[tokio::test]
async fn somebody_elses_page_says_where_to_ping() {
    somebody_elses_pages(&Blog::start()).await;
}

#[tokio::test]
async fn the_help_names_every_exit_code() {
    let database = Database::sqlite();
    let help = ok(&backchannel(&database).args(["ping", "--help"]).output().unwrap());
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for code in [
        "Exit code 0",
        "1: it was refused",
        "2: the command line",
        "3: there is no ping address",
        "4: a server",
    ] {
        assert!(help.contains(code), "{code}: {help}");
    }
}
