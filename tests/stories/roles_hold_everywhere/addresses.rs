//! Who may use which address. `src/web/routes.rs` says which there are.

use Who::*;

/// Who may use an address, at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Readers and bloggers, and visitors' forms.
    Everybody,
    /// Software that pings: by POST from anywhere, without a token, and blind to cookies.
    Senders,
    /// Whoever is signed in.
    SignedIn,
    /// Any member of the hub.
    Moderator,
    /// Organizers and owners of the hub.
    Organizer,
    /// Owners of the hub.
    Owner,
    /// Operators of the instance.
    Operator,
}

/// One line for each address of `src/web/routes.rs`, as it stands there.
pub const ADDRESSES: &[(Who, &str)] = &[
    (Everybody, "/healthz"),
    (Everybody, "/readyz"),
    (Everybody, "/metrics"),
    (Everybody, "/-/ask"),
    (Everybody, "/robots.txt"),
    (Everybody, "/sitemap.xml"),
    (Everybody, "/favicon.ico"),
    (Everybody, "/assets/{name}"),
    (Senders, "/webmention"),
    (Senders, "/xmlrpc"),
    (Senders, "/websub"),
    (Senders, "/tb{slash:/?}"),
    (Senders, "/tb/{number:[0-9]{1,15}}{slash:/?}"),
    (Senders, "/tb/{number:[0-9]{1,15}}/{passphrase}{slash:/?}"),
    (Senders, "/{hub}/{category}/trackback{slash:/?}"),
    (Senders, "/{hub}/{category}/trackback/{passphrase}{slash:/?}"),
    (Senders, "/{hub}/{category}"),
    (Senders, "/{hub}/{category}/"),
    (Everybody, "/"),
    (Everybody, "/hubs"),
    (Everybody, "/help"),
    (Everybody, "/topics"),
    (Everybody, "/topics/{topic}"),
    (Everybody, "/topics/{topic}/rss"),
    (Everybody, "/topics/{topic}/atom"),
    (Everybody, "/topics/{topic}/feed.json"),
    (Everybody, "/series/{series}"),
    (Everybody, "/series/{series}/latest{rest:(/.*)?}"),
    (Everybody, "/help/bloggers"),
    (Everybody, "/privacy"),
    (Everybody, "/help/organizers"),
    (Everybody, "/help/readers"),
    (Everybody, "/p/{id}"),
    (Everybody, "/p/{id}/report"),
    (Everybody, "/r/{receipt}"),
    (Everybody, "/r/{receipt}/live"),
    (Everybody, "/r/{receipt}/check"),
    (Everybody, "/r/{receipt}/withdraw"),
    (Everybody, "/r/{receipt}/passphrase"),
    (Everybody, "/r/{receipt}/follow"),
    (Everybody, "/r/{receipt}/again"),
    (Everybody, "/{hub}/-/enter"),
    (Everybody, "/{hub}/{category}/-/enter"),
    (Everybody, "/{hub}/-/read"),
    (Everybody, "/{hub}/{category}/-/read"),
    (Everybody, "/m/{token}"),
    (Senders, "/unsubscribe/{token}"),
    (Everybody, "/{hub}"),
    (Everybody, "/{hub}/rss"),
    (Everybody, "/{hub}/atom"),
    (Everybody, "/{hub}/feed.json"),
    (Everybody, "/{hub}/opml"),
    (Everybody, "/{hub}/-/add"),
    (Everybody, "/{hub}/-/live"),
    (Everybody, "/{hub}/-/about"),
    (Everybody, "/{hub}/-/keep-away"),
    (Everybody, "/{hub}/-/people"),
    (Everybody, "/{hub}/-/people/opml"),
    (Everybody, "/{hub}/-/picture/{name}"),
    (Everybody, "/{hub}/-/talks"),
    (Everybody, "/{hub}/-/talks/{talk}"),
    (Everybody, "/{hub}/-/talks/{talk}/rss"),
    (Everybody, "/{hub}/-/talks/{talk}/atom"),
    (Everybody, "/{hub}/-/talks/{talk}/feed.json"),
    (Everybody, "/{hub}/-/stats"),
    (Everybody, "/{hub}/-/stats/activity.csv"),
    (Everybody, "/{hub}/-/stats/event.csv"),
    (Everybody, "/{hub}/-/stats/categories.csv"),
    (Everybody, "/{hub}/-/wall"),
    (Everybody, "/{hub}/{category}/-/wall"),
    (Everybody, "/{hub}/-/embed"),
    (Everybody, "/{hub}/{category}/-/embed"),
    (Everybody, "/embed/{hub}"),
    (Everybody, "/embed/{hub}/{category}"),
    (Everybody, "/embed/{hub}/-/talks/{talk}"),
    (Everybody, "/badge/{hub}.svg"),
    (Everybody, "/badge/{hub}/{category}.svg"),
    (Everybody, "/oembed"),
    (Everybody, "/{hub}/{category}/rss"),
    (Everybody, "/{hub}/{category}/atom"),
    (Everybody, "/{hub}/{category}/feed.json"),
    (Everybody, "/{hub}/{category}/live"),
    (Everybody, "/{hub}/{category}/add"),
    (Everybody, "/{hub}/{category}/add/prove"),
    (Everybody, "/signin"),
    (Everybody, "/signout"),
    (Everybody, "/signup"),
    (Everybody, "/signup/{token}"),
    (Everybody, "/reset"),
    (Everybody, "/reset/{token}"),
    (Everybody, "/invite/{token}"),
    (Everybody, "/invite/{token}/signup"),
    (SignedIn, "/account"),
    (SignedIn, "/account/data"),
    (SignedIn, "/account/name"),
    (SignedIn, "/account/password"),
    (SignedIn, "/account/signout-everywhere"),
    (SignedIn, "/account/sessions/{session}/end"),
    (SignedIn, "/account/delete"),
    (SignedIn, "/manage"),
    (SignedIn, "/manage/new"),
    (Moderator, "/manage/{hub}"),
    (Moderator, "/manage/{hub}/decided"),
    (Moderator, "/manage/{hub}/pings/{ping}/verdict"),
    (Moderator, "/manage/{hub}/pings/{ping}/undo"),
    (Moderator, "/manage/{hub}/pings/{ping}/revision"),
    (Moderator, "/manage/{hub}/pings/{ping}/edit"),
    (Moderator, "/manage/{hub}/pings/{ping}/original"),
    (Moderator, "/manage/{hub}/pings/{ping}/talks"),
    (Moderator, "/manage/{hub}/bulk"),
    (Moderator, "/manage/{hub}/bulk/{bulk}/undo"),
    (Moderator, "/manage/{hub}/log"),
    (Moderator, "/manage/{hub}/numbers"),
    (Moderator, "/manage/{hub}/numbers/activity.csv"),
    (Moderator, "/manage/{hub}/numbers/event.csv"),
    (Moderator, "/manage/{hub}/numbers/categories.csv"),
    (Moderator, "/manage/{hub}/numbers/outcomes.csv"),
    (Moderator, "/manage/{hub}/numbers/refused.csv"),
    (Moderator, "/manage/{hub}/numbers/ways.csv"),
    (Moderator, "/manage/{hub}/blogs"),
    (Moderator, "/manage/{hub}/blogs/{blog}"),
    (Moderator, "/manage/{hub}/blogs/{blog}/{verb}"),
    (Moderator, "/manage/{hub}/notifications"),
    (Moderator, "/manage/{hub}/notifications/resume"),
    (Moderator, "/manage/{hub}/reports"),
    (Moderator, "/manage/{hub}/reports/{report}/dismiss"),
    (Moderator, "/manage/{hub}/members"),
    (Moderator, "/manage/{hub}/leave"),
    (Organizer, "/manage/{hub}/members/{account}/role"),
    (Organizer, "/manage/{hub}/members/{account}/remove"),
    (Organizer, "/manage/{hub}/invitations"),
    (Organizer, "/manage/{hub}/invitations/{invitation}/revoke"),
    (Organizer, "/manage/{hub}/freeze"),
    (Organizer, "/manage/{hub}/unfreeze"),
    (Organizer, "/manage/{hub}/feeds"),
    (Organizer, "/manage/{hub}/feeds/{feed}/remove"),
    (Organizer, "/manage/{hub}/keys"),
    (Organizer, "/manage/{hub}/keys/{key}/revoke"),
    (Organizer, "/manage/{hub}/readers"),
    (Organizer, "/manage/{hub}/readers/{name}"),
    (Organizer, "/manage/{hub}/readers/{name}/feed"),
    (Organizer, "/manage/{hub}/rules"),
    (Organizer, "/manage/{hub}/rules/{rule}/remove"),
    (Organizer, "/manage/{hub}/categories/{category}/forwarding"),
    (Organizer, "/manage/{hub}/categories/{category}/forwarding/{address}/remove"),
    (Organizer, "/manage/{hub}/settings"),
    (Organizer, "/manage/{hub}/about"),
    (Organizer, "/manage/{hub}/programme"),
    (Organizer, "/manage/{hub}/programme/again"),
    (Organizer, "/manage/{hub}/programme/import"),
    (Organizer, "/manage/{hub}/programme/discard"),
    (Organizer, "/manage/{hub}/programme/remove"),
    (Organizer, "/manage/{hub}/take-home"),
    (Organizer, "/manage/{hub}/take-home/progress"),
    (Organizer, "/manage/{hub}/look"),
    (Organizer, "/manage/{hub}/look/preview"),
    (Organizer, "/manage/{hub}/look/publish"),
    (Organizer, "/manage/{hub}/look/discard"),
    (Organizer, "/manage/{hub}/next"),
    (Organizer, "/manage/{hub}/series"),
    (Organizer, "/manage/{hub}/series/join"),
    (Organizer, "/manage/{hub}/series/leave"),
    (Organizer, "/manage/{hub}/name"),
    (Organizer, "/manage/{hub}/name/check"),
    (Organizer, "/manage/{hub}/name/use"),
    (Organizer, "/manage/{hub}/name/stop"),
    (Organizer, "/manage/{hub}/name/forget"),
    (Organizer, "/manage/{hub}/close"),
    (Organizer, "/manage/{hub}/reopen"),
    (Organizer, "/manage/{hub}/categories"),
    (Organizer, "/manage/{hub}/new-category"),
    (Organizer, "/manage/{hub}/categories/{category}"),
    (Organizer, "/manage/{hub}/categories/{category}/move"),
    (Organizer, "/manage/{hub}/categories/{category}/delete"),
    (Owner, "/manage/{hub}/hand-over"),
    (Owner, "/manage/{hub}/delete"),
    (Operator, "/operator"),
    (Operator, "/operator/rules"),
    (Operator, "/operator/rules/{rule}/remove"),
    (Operator, "/operator/invitations"),
    (Operator, "/operator/invitations/{invitation}/revoke"),
    (Operator, "/operator/jobs"),
    (Operator, "/operator/jobs/{hub}/{kind}/{subject}/{verb}"),
    (Operator, "/operator/hubs/{hub}/{verb}"),
    (Operator, "/operator/reports/{hub}/{report}/dismiss"),
    (Operator, "/operator/accounts/{account}/{verb}"),
];

/// An address that the server has.
#[derive(Debug, Clone, Copy)]
pub struct Address {
    /// As it stands in `src/web/routes.rs`.
    pub path: &'static str,
    /// Who may use it.
    pub who: Who,
    /// Whether it is read.
    pub gets: bool,
    /// Whether it is written to.
    pub posts: bool,
}

/// Every address of `src/web/routes.rs`, and who may use it. Fails where the two lists differ, and
/// says which line is wanted.
pub fn addresses() -> Vec<Address> {
    let source = std::fs::read_to_string("src/web/routes.rs").unwrap();
    let found = named_in(&source);
    let scopes = source.matches(".service(scope(").count();
    assert_eq!(
        found.len(),
        source.matches(".service(").count() - scopes,
        "an address in src/web/routes.rs is written in a way this test cannot read: use reads(…), writes(…), both(…) or ping(…) with the path first"
    );
    assert!(
        !source.contains(".route(\""),
        "src/web/routes.rs uses .route(\"…: this test reads services"
    );
    let unknown: Vec<String> = found
        .iter()
        .filter(|(path, ..)| ADDRESSES.iter().all(|(_, known)| known != path))
        .map(|(path, ..)| format!("    ({:?}, {path:?}),", guess(path)))
        .collect();
    assert!(
        unknown.is_empty(),
        "src/web/routes.rs has addresses of which nobody has said who may use them. Add to ADDRESSES in {}, each with whoever may at least (the names are a guess):\n{}\nThen run this test with INSTA_UPDATE=always and look at the new lines of tests/snapshots/roles.snap.",
        file!(),
        unknown.join("\n")
    );
    ADDRESSES
        .iter()
        .map(|(who, path)| {
            let (_, gets, posts) =
                found.iter().find(|(this, ..)| this == path).unwrap_or_else(|| {
                    panic!(
                        "{path} is gone from src/web/routes.rs: take its line out of {}",
                        file!()
                    )
                });
            Address { path, who: *who, gets: *gets, posts: *posts }
        })
        .collect()
}

fn guess(path: &str) -> Who {
    match path {
        _ if path.starts_with("/manage/{hub}") => Organizer,
        _ if path.starts_with("/operator") => Operator,
        _ if path.starts_with("/account") || path.starts_with("/manage") => SignedIn,
        _ => Everybody,
    }
}

/// Path, whether it is read, whether it is written to: of each `reads("…")` and its like. A scope's
/// addresses stand in the function that it is configured by, without what they begin with.
fn named_in(source: &str) -> Vec<(String, bool, bool)> {
    let scope_of = |function: &str| {
        let configured = source.split_once(&format!("\").configure({function})"));
        configured
            .and_then(|(before, _)| before.rsplit_once("scope(\""))
            .map_or("", |(_, path)| path)
    };
    let functions = source.split("\nfn ").flat_map(|some| some.split("\npub fn "));
    let functions = functions.filter_map(|function| {
        let (name, _) = function.split_once("(config: &mut ServiceConfig)")?;
        let places = source.matches(&format!(".configure({name})")).count();
        assert!(places == 1 || name == "routes", "{name} is configured {places} times");
        Some((scope_of(name), function))
    });
    let whole = functions.flat_map(|(scope, function)| {
        let relative = relative_in(function).into_iter();
        relative.map(move |(path, gets, posts)| (format!("{scope}{path}"), gets, posts))
    });
    whole.collect()
}

fn relative_in(source: &str) -> Vec<(String, bool, bool)> {
    let kinds = [
        ("reads", true, false),
        ("writes", false, true),
        ("both", true, true),
        ("ping", true, true),
    ];
    let mut found = Vec::new();
    for (kind, gets, posts) in kinds {
        let call = format!("{kind}(");
        for (at, _) in source.match_indices(&call) {
            let rest = source[at + call.len()..].trim_start();
            if let Some((path, _)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
                found.push((path.to_owned(), gets, posts));
            }
        }
    }
    found
}
