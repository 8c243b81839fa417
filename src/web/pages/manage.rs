//! The organizer's desk: one's hubs, and opening one.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::hub_settings::HubForm;
use crate::actions::hubs::{self, HubDraft, HubError};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::accounts::Account;
use crate::db::hubs::Hub;
use crate::db::{DbError, categories, member_mails, members, reports};
use crate::model::freezing::unfreezes_until;
use crate::model::problems::Problems;
use crate::web::error::PageError;
use crate::web::extract::{Checked, Done, HubScope, SignedIn, Visit};
use crate::web::respond;
use crate::web::view::{Zone, number, plural};

/// What all pages behind a sign-in have on top.
#[derive(Debug)]
pub struct DeskFace {
    /// What the person is called.
    pub name: String,
    /// Whether the operator's desk is theirs.
    pub is_operator: bool,
    /// For the sign-out button.
    pub csrf: String,
}

impl DeskFace {
    /// The face for this account.
    pub fn of(account: &Account, visit: &Visit) -> Self {
        Self {
            name: account.name.clone(),
            is_operator: account.is_operator,
            csrf: visit.csrf.clone(),
        }
    }
}

/// What all pages of one hub's desk have on top: its name and the tabs with their counts.
#[derive(Debug)]
pub struct HubDesk {
    /// The hub's title.
    pub title: String,
    /// Its public page.
    pub path: String,
    /// Its desk.
    pub desk_path: String,
    /// How many posts wait.
    pub waiting: i64,
    /// How many reports are open.
    pub reports: i64,
    /// How many categories there are.
    pub categories: i64,
    /// Which tab is shown.
    pub tab: DeskTab,
    /// Whether settings and categories may be changed.
    pub may_change: bool,
    /// What the organizer should know about the hub's standing.
    pub standing: String,
}

/// The tabs of a hub's desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskTab {
    /// What waits.
    Queue,
    /// What was decided.
    Decided,
    /// What readers reported.
    Reports,
    /// Categories and passphrases.
    Categories,
    /// Talks, and where they come from.
    Programme,
    /// Ping keys.
    Keys,
    /// Blogs, and how they stand.
    Blogs,
    /// Rules and bans.
    Rules,
    /// Feeds that are followed.
    Feeds,
    /// Who helps to run the hub.
    Members,
    /// The hub's texts and switches.
    Settings,
    /// Its pictures, colour, links and words.
    Look,
    /// Everything of it, as one download.
    TakeHome,
    /// Who did what.
    Log,
    /// What came, and what became of it.
    Numbers,
    /// What is told by mail.
    Notifications,
}

impl HubDesk {
    /// Reads the counts of a hub's desk.
    pub async fn read(app: &App, scope: &HubScope, tab: DeskTab) -> Result<Self, DbError> {
        let hub = scope.hub.id;
        let account = scope.account.id;
        let (waiting, open, count, is_stopped) = app
            .db
            .read(move |c| {
                let waiting = crate::db::hubs::count_waiting(c, hub)?;
                let open = reports::count_open(c, hub)?;
                let is_stopped = member_mails::is_stopped(c, account)?;
                Ok::<_, DbError>((waiting, open, categories::count(c, hub)?, is_stopped))
            })
            .await?;
        Ok(Self {
            title: scope.hub.title.clone(),
            path: format!("/{}", scope.hub.slug),
            desk_path: format!("/manage/{}", scope.hub.slug),
            waiting: if scope.hub.frozen_at.is_some() { 0 } else { waiting },
            reports: open,
            categories: count,
            may_change: scope.may_change().is_ok(),
            standing: match standing(&scope.hub, app.clock.now()) {
                standing if !standing.is_empty() => standing,
                _ if is_stopped && tab != DeskTab::Notifications => {
                    "Mails to you came back, so that no more are sent: see “E-mail”.".to_owned()
                }
                nothing => nothing,
            },
            tab,
        })
    }

    /// The heading of the help for organizers that is about this tab.
    pub const fn help(&self) -> &'static str {
        match self.tab {
            DeskTab::Queue | DeskTab::Decided => "queue",
            DeskTab::Reports => "reports",
            DeskTab::Categories => "categories",
            DeskTab::Programme => "programme",
            DeskTab::Keys => "keys",
            DeskTab::Blogs => "trust",
            DeskTab::Rules => "rules",
            DeskTab::Feeds => "feeds",
            DeskTab::Members => "members",
            DeskTab::Settings => "settings",
            DeskTab::Look => "look",
            DeskTab::TakeHome => "take-home",
            DeskTab::Log => "log",
            DeskTab::Numbers => "numbers",
            DeskTab::Notifications => "mail",
        }
    }

    fn is(&self, tab: &DeskTab) -> bool {
        self.tab == *tab
    }

    /// Whether the queue's tab is shown.
    pub fn is_queue(&self) -> bool {
        self.is(&DeskTab::Queue)
    }

    /// Whether the tab of decided posts is shown.
    pub fn is_decided(&self) -> bool {
        self.is(&DeskTab::Decided)
    }

    /// Whether the reports' tab is shown.
    pub fn is_reports(&self) -> bool {
        self.is(&DeskTab::Reports)
    }

    /// Whether the categories' tab is shown.
    pub fn is_categories(&self) -> bool {
        self.is(&DeskTab::Categories)
    }

    /// Whether the programme's tab is shown.
    pub fn is_programme(&self) -> bool {
        self.is(&DeskTab::Programme)
    }

    /// Whether the tab of ping keys is shown.
    pub fn is_keys(&self) -> bool {
        self.is(&DeskTab::Keys)
    }

    /// Whether the tab of followed feeds is shown.
    pub fn is_feeds(&self) -> bool {
        self.is(&DeskTab::Feeds)
    }

    /// Whether the members' tab is shown.
    pub fn is_members(&self) -> bool {
        self.is(&DeskTab::Members)
    }

    /// Whether the tab of the log is shown.
    pub fn is_log(&self) -> bool {
        self.is(&DeskTab::Log)
    }

    /// Whether the blogs' tab is shown.
    pub fn is_blogs(&self) -> bool {
        self.is(&DeskTab::Blogs)
    }

    /// Whether the rules' tab is shown.
    pub fn is_rules(&self) -> bool {
        self.is(&DeskTab::Rules)
    }

    /// Whether the settings' tab is shown.
    pub fn is_settings(&self) -> bool {
        self.is(&DeskTab::Settings)
    }

    /// Whether the tab of its look is shown.
    pub fn is_look(&self) -> bool {
        self.is(&DeskTab::Look)
    }

    /// Whether the tab of taking it home is shown.
    pub fn is_take_home(&self) -> bool {
        self.is(&DeskTab::TakeHome)
    }

    /// Whether the tab of numbers is shown.
    pub fn is_numbers(&self) -> bool {
        self.is(&DeskTab::Numbers)
    }

    /// Whether the tab of mail is shown.
    pub fn is_notifications(&self) -> bool {
        self.is(&DeskTab::Notifications)
    }
}

fn standing(hub: &Hub, now: Timestamp) -> String {
    match hub.frozen_at.filter(|_| hub.suspended_at.is_none()) {
        Some(at) => frozen_standing(hub, at, now),
        None => unfrozen_standing(hub).to_owned(),
    }
}

/// What holds in a hub that is frozen, and until when that can be taken back.
fn frozen_standing(hub: &Hub, at: Timestamp, now: Timestamp) -> String {
    let (zone, until) = (Zone::of(hub), unfreezes_until(at));
    let frozen = format!(
        "This hub was frozen on {}: it stays as it is, to be read. Posts can still be removed.",
        zone.date(at)
    );
    if now < until {
        format!(
            "{frozen} Until {} organizers can take that back, under “Settings”.",
            zone.moment_zoned(until)
        )
    } else {
        format!("{frozen} That is final.")
    }
}

const fn unfrozen_standing(hub: &Hub) -> &'static str {
    if hub.suspended_at.is_some() {
        "The operator of this site has suspended this hub: nobody sees it, and it takes no posts."
    } else if hub.closed_at.is_some() {
        "This hub is closed: it is readable, and takes no more posts, whatever its categories and ping addresses say. Under “Settings” it can be opened again."
    } else if hub.approved_at.is_none() {
        "The operator of this site has not approved this hub yet. It works, but it is not on the first page, and search engines are asked to leave it alone."
    } else {
        ""
    }
}

/// A hub in one's list.
#[derive(Debug)]
struct HubRow {
    title: String,
    desk_path: String,
    path: String,
    posts: String,
    posts_word: &'static str,
    waiting: i64,
    /// How many reports are open, in words; empty where none is.
    reports: String,
    standing: &'static str,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/hubs.html")]
struct HubsView {
    desk: DeskFace,
    hubs: Vec<HubRow>,
    notice: &'static str,
}

/// `GET /manage`
pub async fn show(
    app: web::Data<App>,
    signed_in: SignedIn,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let account = signed_in.0.account;
    let id = account.id;
    let hubs = app
        .db
        .read(move |c| {
            let mut rows = Vec::new();
            for (hub, _) in members::list_hubs(c, id)? {
                let waiting = crate::db::hubs::count_waiting(c, hub.id)?;
                let open = reports::count_open(c, hub.id)?;
                rows.push((hub, waiting, open));
            }
            Ok::<_, DbError>(rows)
        })
        .await?;
    let rows = hubs.into_iter().map(|(hub, waiting, open)| HubRow {
        desk_path: format!("/manage/{}", hub.slug),
        path: format!("/{}", hub.slug),
        posts: number(hub.listed_count),
        posts_word: plural(hub.listed_count, "post", "posts"),
        waiting: if hub.frozen_at.is_some() { 0 } else { waiting },
        reports: match open {
            0 => String::new(),
            open => format!("{} {}", number(open), plural(open, "report", "reports")),
        },
        standing: short_standing(&hub),
        title: hub.title,
    });
    let notice = match query.done.as_str() {
        "deleted" => "The hub is deleted.",
        "left" => "You have left the hub.",
        _ => "",
    };
    let view = HubsView { desk: DeskFace::of(&account, &visit), hubs: rows.collect(), notice };
    respond::private_page(StatusCode::OK, &view, None, &visit)
}

/// A hub's standing in a word or two.
pub const fn short_standing(hub: &Hub) -> &'static str {
    if hub.suspended_at.is_some() {
        "suspended"
    } else if hub.frozen_at.is_some() {
        "frozen"
    } else if hub.closed_at.is_some() {
        "closed"
    } else if hub.approved_at.is_none() {
        "not approved yet"
    } else {
        ""
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/new_hub.html")]
struct NewHubView {
    desk: DeskFace,
    csrf: String,
    host: String,
    form: HubForm,
    problems: Problems,
}

/// `GET /manage/new`
pub async fn new_hub(
    app: web::Data<App>,
    signed_in: SignedIn,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let draft = HubDraft {
        accent: crate::model::colour::Accent::DEFAULT.light().to_string(),
        language: "en".to_owned(),
        time_zone: "UTC".to_owned(),
        ..HubDraft::default()
    };
    let form = HubForm::of(draft).of_new();
    new_hub_page(&app, &signed_in.0.account, &visit, form, Problems::default())
}

fn new_hub_page(
    app: &App,
    account: &Account,
    visit: &Visit,
    form: HubForm,
    problems: Problems,
) -> Result<HttpResponse, PageError> {
    let view = NewHubView {
        desk: DeskFace::of(account, visit),
        csrf: visit.csrf.clone(),
        host: app.addresses.host(),
        form,
        problems,
    };
    respond::form_page(&view.problems, &view, visit)
}

/// `POST /manage/new`
pub async fn create_hub(
    app: web::Data<App>,
    signed_in: SignedIn,
    visit: Visit,
    form: Checked<HubDraft>,
) -> Result<HttpResponse, PageError> {
    let (account, draft) = (signed_in.0.account, form.0);
    match hubs::open(&app, &draft, &account).await {
        Ok(_) => {
            let slug = draft.slug.trim().to_ascii_lowercase();
            Ok(respond::see_other(&format!("/manage/{slug}/categories?done=opened")))
        }
        Err(HubError::Problems(problems)) => {
            let form = HubForm { is_new: true, ..HubForm::of(draft.with_readable_accent()) };
            new_hub_page(&app, &account, &visit, form, problems)
        }
        Err(HubError::Database(error)) => Err(error.into()),
    }
}
