//! Two hubs, every address, every role: what is not one's own is not there, and what a role may
//! not do, nobody of that role does. (`security.md`, T27 and T28)

mod addresses;
mod frames;

use std::collections::BTreeMap;
use std::fmt::Write;

use backchannel::actions::resolve::{Found, find_category};
use backchannel::db::forwarding;

use crate::harness::{Browser, PASSWORD, Site, Topic, everything};
use addresses::{Address, Who, addresses};

/// Who asks, in the order of the columns.
const ROLES: [&str; 7] =
    ["nobody", "stranger", "other hub", "moderator", "organizer", "owner", "operator"];

/// Fields with which forms are understood, so that it is the role or the hub that decides. Where
/// an address answers 400 or 422 to a stranger, its form wants another one here.
const FIELDS: [(&str, &str); 8] = [
    ("verdict", "list"),
    ("seen", "pending"),
    ("choice", "accept"),
    ("role", "moderator"),
    ("direction", "up"),
    ("readers", "public"),
    ("title", "One"),
    ("confirm", "sxsw"),
];

fn may(role: &str, who: Who) -> bool {
    match who {
        Who::Everybody | Who::Senders => true,
        Who::SignedIn => role != "nobody",
        Who::Moderator => ["moderator", "organizer", "owner"].contains(&role),
        Who::Organizer => ["organizer", "owner"].contains(&role),
        Who::Owner => role == "owner",
        Who::Operator => role == "operator",
    }
}

/// Two hubs and their people. `/sxsw` has one of everything that an address names.
struct World {
    people: BTreeMap<&'static str, Browser>,
    names: Vec<(&'static str, String)>,
}

impl World {
    async fn of(site: &Site) -> Self {
        let mut owner = site.organizer("owner@example.org").await;
        owner.open("/manage/new").await;
        owner.submit("/manage/new", &[("title", "SXSW 2003"), ("slug", "sxsw")]).await;
        let mut topic = site.category(owner, "keynotes", "open", "at-once").await;
        let things = things(site, &mut topic).await;
        let sent = topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        let number = topic.ping_url.rsplit('/').next().unwrap().to_owned();
        let mut owner = topic.organizer;
        let mut reader = site.browser();
        let post =
            reader.open("/sxsw").await.attributes("article .meta a[href^='/p/']", "href").remove(0);
        reader.open(&format!("{post}/report")).await;
        reader.submit(&post, &[("reason", "spam")]).await.says("Thank you");
        owner.open("/manage/sxsw/feeds").await;
        owner
            .submit(
                "/manage/sxsw/feeds",
                &[("url", "http://ada.example/feed.xml"), ("category", "keynotes")],
            )
            .await
            .has_status(303);
        let mut second = site.browser();
        second.open("/signin").await;
        let form = [("email", "owner@example.org"), ("password", PASSWORD)];
        second.submit("/signin", &form).await.has_status(303);
        let mut people = BTreeMap::from([
            ("nobody", site.browser()),
            ("stranger", site.organizer("stranger@example.org").await),
        ]);
        for role in ["moderator", "organizer"] {
            let link = invitation(&mut owner, role).await;
            let mut member = site.organizer(&format!("{role}@example.org")).await;
            member.open(&link).await;
            member.submit("/invite/", &[]).await.redirects_to("/manage/sxsw");
            people.insert(role, member);
        }
        invitation(&mut owner, "organizer").await;
        let mut other = site.organizer("other@example.org").await;
        other.open("/manage/new").await;
        other.submit("/manage/new", &[("title", "Boats"), ("slug", "boats")]).await;
        other.open("/manage/boats/new-category").await;
        // Of the same name as the other hub's: it is the hub that decides, not the category.
        let keynotes =
            [("title", "Keynotes"), ("slug", "keynotes"), ("ping", "open"), ("listing", "at-once")];
        other.submit("/manage/boats/categories", &keynotes).await.says("Keynotes is ready");
        people.extend([
            ("owner", owner),
            ("other hub", other),
            ("operator", site.operator().await),
        ]);
        let id = post.rsplit('/').next().unwrap().to_owned();
        let mut names = vec![("number", number), ("ping", id.clone()), ("id", id)];
        names.extend(things);
        let mut world = Self { people, names };
        world.find_names(sent.receipt.unwrap()).await;
        world
    }

    /// What stands for the placeholders of addresses: things of `/sxsw`.
    async fn find_names(&mut self, receipt: String) {
        let members = self.people.get_mut("owner").unwrap().open("/manage/sxsw/members").await;
        let part = |path: &str, nth: usize| path.split('/').nth(nth).unwrap().to_owned();
        let account = part(&members.action_beside("moderator@example.org", "/remove"), 4);
        let invitation = part(&members.action_beside("By a link", "/revoke"), 4);
        let fixed = [
            ("hub", "sxsw"),
            ("category", "keynotes"),
            ("kind", "read-feed"),
            ("verb", "suspend"),
            ("name", "keynotes"),
            ("slash", ""),
            // Of what the two hubs of this world have, the first of its kind is `/sxsw`'s.
            ("blog", "1"),
            ("feed", "1"),
            ("report", "1"),
            ("subject", "1"),
        ];
        self.names.extend(fixed.map(|(name, value)| (name, value.to_owned())));
        let receipt = receipt.rsplit('/').next().unwrap().to_owned();
        let own = self.people.get_mut("owner").unwrap().open("/account").await;
        let session = own.attributes("form[action$='/end']", "action").first().map(|a| part(a, 3));
        self.names.extend([("account", account), ("invitation", invitation), ("receipt", receipt)]);
        self.names.push(("session", session.expect("the owner signed in twice")));
    }

    /// An address of `/sxsw`. On desks each thing that an address names must be there: of one that
    /// is not, 404 says nothing.
    fn fill(&self, path: &str) -> String {
        // Jobs are named by the row of their hub.
        let mut rest = path.strip_prefix("/operator/jobs/{hub}").unwrap_or(path);
        let mut filled = if rest == path { String::new() } else { "/operator/jobs/1".to_owned() };
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let mut depth = 1;
            let end = after.find(|c| {
                depth += i32::from(c == '{') - i32::from(c == '}');
                depth == 0
            });
            let (inside, left) = after.split_at(end.unwrap());
            let name = inside.split(':').next().unwrap();
            let known = self.names.iter().find(|(this, _)| *this == name);
            let is_public = ["/manage", "/operator", "/account", "categories/", "keys/"]
                .iter()
                .all(|desk| !path.starts_with(desk));
            assert!(known.is_some() || is_public, "{path}: this world has no {name}");
            let value = match (name, known) {
                ("verb", _) if path.contains("blogs/") => "trust",
                (_, Some((_, value))) => value,
                (_, None) => "1",
            };
            filled.push_str(value);
            rest = &left[1..];
        }
        filled + rest
    }

    async fn get(&mut self, role: &str, path: &str) -> String {
        let page = self.people.get_mut(role).unwrap().open(path).await;
        in_a_word(page.status, page.header("location"))
    }

    /// Posts a form that our page sent, with whatever fields any address wants.
    async fn post(&mut self, role: &str, path: &str) -> String {
        let browser = self.people.get_mut(role).unwrap();
        let from =
            if role == "nobody" { ("/signin", "/signin") } else { ("/account", "/account/name") };
        let (_, mut fields) = browser.open(from.0).await.form(from.1);
        fields.retain(|(name, _)| name == "csrf");
        fields.extend(FIELDS.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let account = self.names.iter().find(|(name, _)| *name == "account");
        fields.push(("member".to_owned(), account.unwrap().1.clone()));
        let page = browser.post(path, &fields).await;
        in_a_word(page.status, page.header("location"))
    }
}

/// A ping key, a rule, an address to forward to, and a verdict on many: made by an organizer.
async fn things(site: &Site, topic: &mut Topic<'_>) -> Vec<(&'static str, String)> {
    let part = |path: &str, nth: usize| path.split('/').nth(nth).unwrap().to_owned();
    let mut made = Vec::new();
    let owner = &mut topic.organizer;
    owner.open("/manage/sxsw/keys").await;
    owner.submit("/manage/sxsw/keys", &[("names", "Ada")]).await.says("Ada");
    let keys = owner.open("/manage/sxsw/keys").await;
    made.push(("key", part(&keys.attributes("form[action$=revoke]", "action")[0], 4)));
    owner.open("/manage/sxsw/new-category").await;
    let panels =
        [("title", "Panels"), ("slug", "panels"), ("ping", "open"), ("listing", "at-once")];
    owner.submit("/manage/sxsw/categories", &panels).await.says("Panels is ready");
    owner.open("/manage/sxsw/rules").await;
    let rule = [
        ("kind", "domain"),
        ("pattern", "evil.example"),
        ("action", "wait"),
        ("reason", "spam"),
        ("step", "make"),
    ];
    owner.submit("/manage/sxsw/rules", &rule).await.has_status(303);
    let rules = owner.open("/manage/sxsw/rules").await;
    made.push(("rule", part(&rules.attributes("form[action$=remove]", "action")[0], 4)));
    let Found::Here(gate) =
        site.app.db.read(|c| find_category(c, "sxsw", "keynotes")).await.unwrap()
    else {
        panic!("sxsw/keynotes is there");
    };
    let (hub, category, now) = (gate.hub.id, gate.category.id, site.app.clock.now());
    // Nothing is dialled in this world, and so no address could be typed in.
    let url = "http://elsewhere.example/tb/1";
    site.app
        .db
        .write(move |tx| forwarding::insert_address(tx, hub, category, url, now))
        .await
        .unwrap();
    let desk = "/manage/sxsw/categories/keynotes/forwarding";
    let forwarding = owner.open(desk).await;
    made.push(("address", part(&forwarding.attributes("form[action$=remove]", "action")[0], 6)));
    topic.ping(&[("url", "http://evil.example/1"), ("title", "Waits")]).await;
    let owner = &mut topic.organizer;
    let queue = owner.open("/manage/sxsw").await;
    let (action, mut fields) = queue.form("/manage/sxsw/bulk");
    let ping = part(&queue.action_beside("Waits", "/verdict"), 4);
    fields.extend([("ping".to_owned(), ping), ("verdict".to_owned(), "not-here".to_owned())]);
    let done = owner.post(&action, &fields).await;
    let bulk = done.header("location").and_then(|to| to.split("bulk=").nth(1));
    let bulk = bulk.and_then(|to| to.split(['&', '#']).next());
    made.push(("bulk", bulk.expect("a verdict on many").to_owned()));
    made
}

/// The link of an invitation into `/sxsw`.
async fn invitation(owner: &mut Browser, role: &str) -> String {
    owner.open("/manage/sxsw/members").await;
    let page = owner.submit("/manage/sxsw/invitations", &[("role", role)]).await;
    let link = page.one_text(".copy code");
    link[link.find("/invite/").expect("a link")..].to_owned()
}

fn in_a_word(status: u16, location: Option<&str>) -> String {
    match location {
        Some(location) if location.starts_with("/signin") => "sign in".to_owned(),
        Some(_) | None => status.to_string(),
    }
}

/// Each address with what each role meets there. Who may write is asked to in
/// `what_a_role_may_do_it_does`.
async fn matrix(world: &mut World, all: &[Address]) -> String {
    let mut told = format!("{:<58}", "");
    for role in ROLES {
        write!(told, "{role:<11}").unwrap();
    }
    let mut open = String::new();
    for address in all {
        let path = world.fill(address.path);
        for (method, is_there) in [("GET", address.gets), ("POST", address.posts)] {
            if !is_there {
                continue;
            }
            let name = format!("{method:<5}{}", address.path);
            if matches!(address.who, Who::Everybody | Who::Senders) {
                write!(open, "\n{name}").unwrap();
                continue;
            }
            write!(told, "\n{name:<58}").unwrap();
            for role in ROLES {
                let met = meets(world, role, method, &path, address.who).await;
                write!(told, "{met:<11}").unwrap();
            }
        }
    }
    let lines: Vec<&str> = told.lines().map(str::trim_end).collect();
    format!("{}\n\nFor everybody, and for software that pings:\n{open}\n", lines.join("\n"))
}

async fn meets(world: &mut World, role: &str, method: &str, path: &str, who: Who) -> String {
    let allowed = may(role, who);
    let met = match (method, allowed) {
        ("POST", true) => return "may".to_owned(),
        ("POST", false) => world.post(role, path).await,
        _ => world.get(role, path).await,
    };
    let expected = match (allowed, role) {
        (true, _) => "200",
        (false, "nobody") => "sign in",
        (false, _) => "404",
    };
    assert_eq!(met, expected, "{method} {path} as {role}, and {who:?} may");
    met
}

/// Sends every form that this is the least role for. What ends a thing comes after what is done
/// with it.
async fn does_all(site: &Site, mut role: &'static str, least: Who) {
    let mut world = World::of(site).await;
    site.settle().await;
    let all = addresses().into_iter();
    let mut writes: Vec<_> = all.filter(|it| it.posts && it.who == least).collect();
    let ends = [
        "/revoke",
        "/remove",
        "/close",
        "/reopen",
        "/freeze",
        "/unfreeze",
        "/hand-over",
        "/leave",
        "/delete",
    ];
    writes.sort_by_key(|address| {
        let place = ends.iter().position(|end| address.path.ends_with(end));
        (place, address.path)
    });
    assert!(writes.len() > 1, "{least:?} has nothing to write");
    for address in writes {
        let path = world.fill(address.path);
        let met = world.post(role, &path).await;
        let refused = ["404", "403", "405", "409", "sign in"].contains(&met.as_str());
        assert!(!refused && !met.starts_with('5'), "POST {path} as {role}: {met}, and they may");
        if path.ends_with("/hand-over") {
            role = "moderator";
        }
    }
}

story! {
    async fn what_a_role_may_not_do_it_does_not(site) {
        let all = addresses();
        let mut world = World::of(site).await;
        site.settle().await;
        let before = everything(site);
        let told = matrix(&mut world, &all).await;
        assert_eq!(everything(site), before, "something was changed by somebody who may not");
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("roles", told);
        });
    }

    async fn what_a_moderator_may_do_they_do(site) {
        does_all(site, "moderator", Who::Moderator).await;
    }

    async fn what_an_organizer_may_do_they_do(site) {
        does_all(site, "organizer", Who::Organizer).await;
    }

    async fn what_an_owner_may_do_they_do(site) {
        does_all(site, "owner", Who::Owner).await;
    }

    async fn things_of_another_hub_are_not_there(site) {
        let mut world = World::of(site).await;
        site.settle().await;
        let before = everything(site);
        for address in addresses() {
            let Some(rest) = address.path.strip_prefix("/manage/{hub}/") else { continue };
            if !rest.contains('{') {
                continue;
            }
            // Categories of the name that both hubs have are `/boats`' own.
            let is_category = rest.matches('{').count() == 1
                && (rest.contains("{category}") || rest.contains("{name}"));
            let rest = world.fill(rest);
            let rest = if is_category { rest.replace("keynotes", "panels") } else { rest };
            let path = format!("/manage/boats/{rest}");
            if address.gets {
                assert_eq!(world.get("other hub", &path).await, "404", "GET {path}");
            }
            if address.posts {
                assert_eq!(world.post("other hub", &path).await, "404", "POST {path}");
            }
        }
        // Things that a form names, and not its address.
        let ping = world.fill("{ping}");
        let account = world.fill("{account}");
        let other = world.people.get_mut("other hub").unwrap();
        for (path, name, value) in [
            ("/manage/boats/bulk", "ping", &ping),
            ("/manage/boats/hand-over", "member", &account),
        ] {
            let (_, mut fields) = other.open("/account").await.form("/account/name");
            fields.retain(|(name, _)| name == "csrf");
            fields.extend([(name, value.as_str()), ("verdict", "spam"), ("confirm", "boats")].map(|(n, v)| (n.to_owned(), v.to_owned())));
            other.post(path, &fields).await;
        }
        let session = world.fill("/account/sessions/{session}/end");
        assert_eq!(world.post("other hub", &session).await, "404");
        assert_eq!(everything(site), before, "something of another hub was changed");
    }

    async fn a_form_without_its_token_does_nothing(site) {
        let mut world = World::of(site).await;
        site.settle().await;
        let before = everything(site);
        let base = site.base.clone();
        for address in addresses() {
            if !address.posts || address.who == Who::Senders {
                continue;
            }
            let path = world.fill(address.path);
            let role = if address.who == Who::Operator { "operator" } else { "owner" };
            let browser = world.people.get_mut(role).unwrap();
            let (_, fields) = browser.open("/account").await.form("/account/name");
            let own = [("origin", base.as_str()), ("sec-fetch-site", "same-origin")];
            let page = browser.post_from(&path, &[], &own).await;
            assert_eq!(page.status, 403, "{path} without a token");
            let cross = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
            let page = browser.post_from(&path, &fields, &cross).await;
            assert_eq!(page.status, 403, "{path} from another site");
        }
        assert_eq!(everything(site), before, "a forged form did something");
    }
}
