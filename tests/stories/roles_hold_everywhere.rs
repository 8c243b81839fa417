//! Two hubs, every address, every role: what is not one's own is not there, and what a role may
//! not do, nobody of that role does. (`security.md`, T27 and T28)

mod addresses;

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::harness::{Browser, Site, everything};
use addresses::{Address, addresses};

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

/// Who asks, in the order of the columns.
const ROLES: [&str; 7] =
    ["nobody", "stranger", "other hub", "moderator", "organizer", "owner", "operator"];

/// Fields with which forms are understood, so that it is the role or the hub that decides. Where
/// an address answers 400 or 422 to a stranger, its form wants another one here.
const FIELDS: [(&str, &str); 6] = [
    ("verdict", "list"),
    ("seen", "pending"),
    ("choice", "accept"),
    ("role", "moderator"),
    ("direction", "up"),
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
        let topic = site.category(owner, "keynotes", "open", "at-once").await;
        let sent = topic.ping(&[("url", "http://ada.example/1"), ("title", "One")]).await;
        let number = topic.ping_url.rsplit('/').next().unwrap().to_owned();
        let mut owner = topic.organizer;
        let mut reader = site.browser();
        let post =
            reader.open("/sxsw").await.attributes("article .meta a[href^='/p/']", "href").remove(0);
        reader.open(&format!("{post}/report")).await;
        reader.submit(&post, &[("reason", "spam")]).await.says("Thank you");
        owner.open("/manage/sxsw/feeds").await;
        owner.submit("/manage/sxsw/feeds", &[("url", "http://ada.example/feed.xml")]).await;
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
        let sails =
            [("title", "Sails"), ("slug", "sails"), ("ping", "open"), ("listing", "at-once")];
        other.submit("/manage/boats/categories", &sails).await.says("Sails is ready");
        people.extend([
            ("owner", owner),
            ("other hub", other),
            ("operator", site.operator().await),
        ]);
        let id = post.rsplit('/').next().unwrap().to_owned();
        let mut world =
            Self { people, names: vec![("number", number), ("ping", id.clone()), ("id", id)] };
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
            ("slash", ""),
        ];
        self.names.extend(fixed.map(|(name, value)| (name, value.to_owned())));
        let receipt = receipt.rsplit('/').next().unwrap().to_owned();
        self.names.extend([("account", account), ("invitation", invitation), ("receipt", receipt)]);
    }

    /// An address of `/sxsw`. What has no name here is the first of its kind: its row is 1.
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
            filled.push_str(known.map_or("1", |(_, value)| value));
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
        let page = browser.post(path, &fields).await;
        in_a_word(page.status, page.header("location"))
    }
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

/// Each address with what each role meets there. Who may write is not asked to: that is told where
/// it is written what it does.
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

    async fn things_of_another_hub_are_not_there(site) {
        let mut world = World::of(site).await;
        site.settle().await;
        let before = everything(site);
        for address in addresses() {
            let Some(rest) = address.path.strip_prefix("/manage/{hub}/") else { continue };
            if !rest.contains('{') {
                continue;
            }
            let path = format!("/manage/boats/{}", world.fill(rest));
            if address.gets {
                assert_eq!(world.get("other hub", &path).await, "404", "GET {path}");
            }
            if address.posts {
                assert_eq!(world.post("other hub", &path).await, "404", "POST {path}");
            }
        }
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
