//! A post on the desk, and what a moderator should know about it.

use crate::clock::Timestamp;
use crate::db::categories::Category;
use crate::db::keys::{self, Key};
use crate::db::pings::Ping;
use crate::db::readings::Reading;
use crate::db::verdicts::Newest;
use crate::db::{DbConnection, DbError};
use crate::model::blog::{Trust, barred_with};
use crate::model::id::{HubId, PingId};
use crate::model::ping::{CameBy, PingState, ReadingOutcome, WaitReason};
use crate::web::pages::post::came_by_words;
use crate::web::view::{Avatar, Zone, iso};

/// Something a moderator should know about a ping.
#[derive(Debug)]
pub struct Chip {
    pub class: &'static str,
    pub text: String,
}

/// What the posts of one page are shown with.
#[derive(Debug)]
pub struct Around {
    pub categories: Vec<Category>,
    pub readings: Vec<Reading>,
    pub reasons: Vec<(PingId, WaitReason)>,
    pub newest: Vec<Newest>,
    /// The ping keys of the hub, where one brought any of the posts.
    pub keys: Vec<Key>,
    /// How the blogs stand that are not new.
    pub trust: Vec<(String, Trust)>,
    pub by_blog: Vec<(String, i64)>,
    pub by_sender: Vec<(Vec<u8>, i64)>,
    pub zone: Zone,
    pub now: Timestamp,
    /// Since when the hub is frozen.
    pub frozen_at: Option<Timestamp>,
}

impl Around {
    fn trust_of(&self, ping: &Ping) -> Trust {
        let found = self.trust.iter().find(|(key, _)| *key == ping.blog_key);
        found.map_or(Trust::New, |(_, trust)| *trust)
    }

    /// Whose ping key brought a post.
    fn key_of(&self, ping: &Ping) -> Option<&str> {
        let key = self.keys.iter().find(|key| Some(key.id) == ping.key_id)?;
        Some(&key.name)
    }

    /// Whether a verdict can be taken back: what was decided before the hub was frozen stays.
    fn can_undo(&self, newest: &Newest) -> bool {
        newest.can_be_undone(self.now) && self.frozen_at.is_none_or(|at| newest.happened_at >= at)
    }
}

/// The ping keys of a hub, where one brought any of these posts.
pub fn keys_of(c: &mut DbConnection, hub: HubId, pings: &[Ping]) -> Result<Vec<Key>, DbError> {
    if pings.iter().any(|ping| ping.key_id.is_some()) { keys::list(c, hub) } else { Ok(Vec::new()) }
}

/// A post in the queue, or a decided one.
#[derive(Debug)]
pub struct QueueRow {
    pub id: String,
    pub url: String,
    pub title: String,
    pub excerpt: String,
    pub blog_name: String,
    pub host: String,
    pub avatar: Avatar,
    pub time: String,
    pub time_iso: String,
    pub category: String,
    pub came_by: &'static str,
    pub chips: Vec<Chip>,
    pub state: &'static str,
    /// Its state and which texts these are.
    pub seen: String,
    /// The blog that listing this makes a trusted one; empty where it is one.
    pub trusts: String,
    /// What taking this for spam bars, in words; empty where it is barred.
    pub bars: String,
    /// How many posts of its blog wait; zero where it is the only one.
    pub of_blog: i64,
    pub blog_key: String,
    /// How many posts from its sender's address wait; zero where it is the only one.
    pub of_sender: i64,
    /// What the sender wrote, where somebody edited it.
    pub sent: Option<(String, String)>,
    /// Who decided, and when.
    pub decided: String,
    pub can_undo: bool,
    /// The verdict that can be taken back.
    pub event: i64,
    /// When this was shown, in microseconds.
    pub until: i64,
    pub is_listed: bool,
    pub is_spam: bool,
    pub is_rejected: bool,
    pub is_purged: bool,
    /// Whether its hub is: it can be taken off the lists, and nothing else.
    pub is_frozen: bool,
}

impl QueueRow {
    /// A post, and what is known around it.
    pub fn of(ping: Ping, around: &Around) -> Self {
        let category = around.categories.iter().find(|category| category.id == ping.category_id);
        let host = url::Url::parse(&ping.url).ok().and_then(|u| u.host_str().map(str::to_owned));
        let newest = around.newest.iter().find(|newest| newest.ping_id == ping.id);
        let trust = around.trust_of(&ping);
        let of_blog = around.by_blog.iter().find(|(key, _)| *key == ping.blog_key);
        let of_sender = around.by_sender.iter().find(|(hash, _)| *hash == ping.sender_hash);
        let several = |count: Option<i64>| count.filter(|count| *count > 1).unwrap_or_default();
        Self {
            id: ping.public_id.to_string(),
            chips: chips(&ping, around),
            host: host.unwrap_or_default(),
            avatar: Avatar::of(&ping.blog_name),
            time: around.zone.moment(ping.received_at),
            time_iso: iso(ping.received_at),
            category: category.map(|category| category.title.clone()).unwrap_or_default(),
            came_by: came_by_words(ping.came_by),
            state: state_words(ping.state),
            seen: format!("{}:{}", ping.state.as_str(), ping.fingerprint()),
            event: newest.map(|newest| newest.id).unwrap_or_default(),
            until: around.now.micros(),
            trusts: trusts(trust, &ping.blog_key),
            bars: bars(trust, &ping.blog_key),
            of_blog: several(of_blog.map(|(_, count)| *count)),
            of_sender: several(of_sender.map(|(_, count)| *count)),
            sent: ping.edited_at.map(|_| (ping.sent().title, ping.sent().excerpt)),
            decided: newest.map(|newest| decided_words(newest, &around.zone)).unwrap_or_default(),
            can_undo: newest.is_some_and(|newest| around.can_undo(newest)),
            is_frozen: around.frozen_at.is_some(),
            is_listed: ping.state == PingState::Listed,
            is_spam: ping.state == PingState::Spam,
            is_rejected: ping.state == PingState::Rejected,
            is_purged: ping.purged_at.is_some(),
            blog_key: ping.blog_key,
            url: ping.url,
            title: ping.title,
            excerpt: ping.excerpt,
            blog_name: ping.blog_name,
        }
    }
}

fn decided_words(newest: &Newest, zone: &Zone) -> String {
    let at = zone.moment(newest.happened_at);
    match (newest.kind.as_str(), newest.actor.as_deref()) {
        ("decided", Some(name)) => format!("decided by {name}, {at}"),
        ("undone", Some(name)) => format!("put back by {name}, {at}"),
        ("withdrawn", _) => format!("taken back by its sender, {at}"),
        ("verified", _) => format!("by what its page says, {at}"),
        _ => at,
    }
}

const fn reason_class(reason: WaitReason) -> &'static str {
    match reason {
        WaitReason::OtherTitle | WaitReason::Unreadable | WaitReason::Rule | WaitReason::Flood => {
            "minus"
        }
        WaitReason::NewBlog
        | WaitReason::NoPassphrase
        | WaitReason::NoLink
        | WaitReason::Unread => "wait",
        WaitReason::AllWait => "",
    }
}

fn chips(ping: &Ping, around: &Around) -> Vec<Chip> {
    let mut chips = Vec::new();
    let mut chip = |class, text: String| chips.push(Chip { class, text });
    let is_barred = around.trust_of(ping) == Trust::Barred;
    if is_barred && ping.remark != "barred blog" {
        chip("minus", "barred blog".to_owned());
    }
    for (_, reason) in around.reasons.iter().filter(|(id, _)| *id == ping.id) {
        if is_barred && *reason == WaitReason::NewBlog {
            continue;
        }
        chip(reason_class(*reason), reason.as_words().to_owned());
    }
    if !ping.remark.is_empty() && !ping.is_public() {
        chip("minus", ping.remark.clone());
    }
    match around.key_of(ping) {
        Some(name) => chip("plus", format!("by the ping address of {name}")),
        None if ping.proved => chip("plus", "with the passphrase".to_owned()),
        None => {}
    }
    if ping.forwarded {
        chip("", "passed on by another site".to_owned());
    }
    let reading = around.readings.iter().find(|reading| reading.ping_id == ping.id);
    for (class, text) in reading.map(|reading| page_chips(ping, reading)).unwrap_or_default() {
        chip(class, text.to_owned());
    }
    let links = ping.excerpt.matches("http://").count() + ping.excerpt.matches("https://").count();
    if links >= 2 {
        chip("minus", format!("{links} links in the excerpt"));
    }
    if ping.title == ping.blog_name {
        chip("minus", "title and blog name are the same".to_owned());
    }
    if ping.edited_at.is_some() {
        chip("", "edited".to_owned());
    }
    chips
}

/// What the reading of its page says about a ping, beside the reasons why it waits.
fn page_chips(ping: &Ping, reading: &Reading) -> Vec<(&'static str, &'static str)> {
    let mut chips = Vec::new();
    match reading.outcome {
        ReadingOutcome::Linked => chips.push(("plus", "its page links here")),
        ReadingOutcome::Gone => chips.push(("minus", "its page is gone")),
        ReadingOutcome::Unread | ReadingOutcome::Unlinked | ReadingOutcome::Failed => {}
    }
    let was_read = matches!(reading.outcome, ReadingOutcome::Linked | ReadingOutcome::Unlinked);
    if was_read
        && reading.title_matches
        && !ping.came_by.is_a_claim()
        && ping.came_by != CameBy::Feed
    {
        chips.push(("plus", "the title is its page’s"));
    }
    if reading.vouched {
        chips.push(("plus", "a trusted blog vouches for it"));
    }
    if ping.hidden_at.is_some() {
        chips.push(("minus", "not shown: its page cannot be read"));
    }
    chips
}

/// A listed post whose page says something else now.
#[derive(Debug)]
pub struct Revised {
    pub id: String,
    pub url: String,
    pub title: String,
    pub new_title: String,
    pub excerpt: String,
    pub new_excerpt: String,
    pub blog_name: String,
    /// The blog's name there, where it is another one.
    pub new_blog_name: String,
    /// Which texts these are.
    pub seen: String,
    pub since: String,
}

impl Revised {
    /// A post and the reading that differs from it.
    pub fn of(ping: Ping, reading: Reading, zone: &Zone) -> Self {
        Self {
            id: ping.public_id.to_string(),
            seen: reading.fingerprint(),
            new_blog_name: if reading.blog_name == ping.blog_name {
                String::new()
            } else {
                reading.blog_name.clone()
            },
            since: reading.revision_at.map(|at| zone.moment(at)).unwrap_or_default(),
            url: ping.url,
            title: ping.title,
            new_title: reading.title,
            excerpt: ping.excerpt,
            new_excerpt: reading.excerpt,
            blog_name: ping.blog_name,
        }
    }
}

/// What is trusted with a blog once a post of it is listed; empty where it is trusted.
pub fn trusts(trust: Trust, blog_key: &str) -> String {
    if trust == Trust::Trusted { String::new() } else { blog_key.to_owned() }
}

/// What taking a post of a blog for spam bars; empty where it is barred.
pub fn bars(trust: Trust, blog_key: &str) -> String {
    if trust == Trust::Barred { String::new() } else { barred_with(blog_key) }
}

/// What a state is called on the desk.
pub const fn state_words(state: PingState) -> &'static str {
    match state {
        PingState::Pending => "waiting",
        PingState::Listed => "listed",
        PingState::Spam => "spam",
        PingState::Rejected => "not here",
        PingState::Removed => "removed",
    }
}
