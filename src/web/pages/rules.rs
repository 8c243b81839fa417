//! Rules and bans: of a hub, and the operator's for all hubs.

mod others;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::queue::state_words;
use super::sign_in::Nothing;
use crate::actions::rules::{self, RuleDraft, Trial};
use crate::app::App;
use crate::db::rules::RuleRow;
use crate::db::{DbError, rules as rows};
use crate::model::id::{HubId, RuleId};
use crate::model::problems::Problems;
use crate::model::rule::{RuleAction, RuleKind};
use crate::web::error::PageError;
use crate::web::extract::{Checked, Done, HubScope, Operator, Visit};
use crate::web::respond;
use crate::web::view::{Zone, number, plural};
use others::words;

/// A rule in the list.
#[derive(Debug)]
struct Row {
    id: i64,
    kind: &'static str,
    pattern: String,
    action: &'static str,
    reason: String,
    made: String,
    ends: String,
    is_over: bool,
    hits: String,
}

/// A ping that a rule would have hit.
#[derive(Debug)]
struct Example {
    title: String,
    blog_name: String,
    state: &'static str,
    at: String,
}

/// What a trial found.
#[derive(Debug)]
struct TrialFace {
    sentence: String,
    examples: Vec<Example>,
    more: String,
}

/// What both pages show.
#[derive(Debug)]
struct RulesFace {
    here: String,
    where_: &'static str,
    rows: Vec<Row>,
    draft: RuleDraft,
    trial: Option<TrialFace>,
    problems: Problems,
    notice: &'static str,
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/rules.html")]
struct HubView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    rules: RulesFace,
    /// What the operators' rules do here, beside the hub's: how many of each kind.
    others: Vec<String>,
}

#[derive(Debug, Template)]
#[template(path = "pages/operator_rules.html")]
struct OperatorView {
    desk: DeskFace,
    csrf: String,
    rules: RulesFace,
}

/// A rule as it was typed, and which button was pressed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct RuleForm {
    kind: String,
    pattern: String,
    action: String,
    reason: String,
    days: String,
    step: String,
}

impl RuleForm {
    fn draft(self) -> RuleDraft {
        let Self { kind, pattern, action, reason, days, step: _ } = self;
        RuleDraft { kind, pattern, action, reason, days }
    }
}

fn notice(query: &Done) -> &'static str {
    match query.done.as_str() {
        "made" => "The rule holds from now on. What came before stays where it is.",
        "removed" => "The rule is removed. What it set aside stays where it is.",
        _ => "",
    }
}

/// Whose rules: what the shared code needs to know of the two pages.
struct Whose {
    hub: Option<HubId>,
    here: String,
    zone: Zone,
}

impl Whose {
    fn of(scope: &HubScope) -> Self {
        let here = format!("/manage/{}/rules", scope.hub.slug);
        Self { hub: Some(scope.hub.id), here, zone: Zone::of(&scope.hub) }
    }

    fn everybody() -> Self {
        Self { hub: None, here: "/operator/rules".to_owned(), zone: Zone::named("UTC") }
    }
}

impl RulesFace {
    async fn read(app: &App, whose: &Whose) -> Result<Self, DbError> {
        let (hub, now) = (whose.hub, app.clock.now());
        let all = app.db.read(move |c| rows::list(c, hub)).await?;
        let row = |(rule, author): (RuleRow, Option<String>)| {
            let author = author.unwrap_or_else(|| "somebody who is gone".to_owned());
            let times = plural(rule.hit_count, "ping", "pings");
            let last = rule.last_hit_at.map(|at| format!(", last {}", whose.zone.moment(at)));
            Row {
                id: rule.id.0,
                kind: kind_words(rule.kind),
                action: action_words(rule.action),
                made: format!("made by {author}, {}", whose.zone.moment(rule.created_at)),
                ends: rule.expires_at.map(|at| whose.zone.moment(at)).unwrap_or_default(),
                is_over: rule.expires_at.is_some_and(|at| at <= now),
                hits: format!("{} {times}{}", number(rule.hit_count), last.unwrap_or_default()),
                pattern: rule.pattern,
                reason: rule.reason,
            }
        };
        Ok(Self {
            here: whose.here.clone(),
            where_: if hub.is_some() { "this hub" } else { "all hubs" },
            rows: all.into_iter().map(row).collect(),
            draft: RuleDraft {
                kind: "domain".into(),
                action: "set-aside".into(),
                ..RuleDraft::default()
            },
            trial: None,
            problems: Problems::default(),
            notice: "",
        })
    }
}

impl TrialFace {
    fn of(trial: Trial, zone: &Zone) -> Self {
        let count = |n: usize| number(i64::try_from(n).unwrap_or(i64::MAX));
        let sentence = if trial.is_too_wide {
            "Nobody can say what this net would have hit: senders’ addresses are kept as hashes only, and these are too many to compare. Up to /20 for IPv4 and /52 for IPv6 can be tried.".to_owned()
        } else {
            let whole = if trial.is_cut { "newest pings" } else { "pings" };
            format!(
                "It would have hit {} of the {} {whole} of the last 30 days.",
                count(trial.hits),
                count(trial.looked_at)
            )
        };
        let rest = trial.hits - trial.examples.len();
        let more = if rest > 0 { format!("And {} more.", count(rest)) } else { String::new() };
        let examples = trial.examples.into_iter().map(|ping| Example {
            title: ping.title,
            blog_name: ping.blog_name,
            state: state_words(ping.state),
            at: zone.moment(ping.received_at),
        });
        Self { sentence, examples: examples.collect(), more }
    }
}

const fn kind_words(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Address => "From the address",
        RuleKind::Domain => "Posts on",
        RuleKind::Phrase => "Posts that say",
    }
}

const fn action_words(action: RuleAction) -> &'static str {
    match action {
        RuleAction::Refuse => "refused",
        RuleAction::SetAside => "set aside as spam",
        RuleAction::Wait => "wait for a moderator",
    }
}

/// Tries or makes what was typed: the page to show, or nothing where the rule was made.
async fn act(
    app: &App,
    whose: &Whose,
    by: crate::model::id::AccountId,
    form: RuleForm,
) -> Result<Option<RulesFace>, PageError> {
    let makes = form.step == "make";
    let draft = form.draft();
    let mut face = RulesFace::read(app, whose).await?;
    match draft.check(app.clock.now()) {
        Err(problems) => face.problems = problems,
        Ok(rule) if makes => match rules::make(app, whose.hub, rule, by).await? {
            Ok(_made) => return Ok(None),
            Err(problems) => face.problems = problems,
        },
        Ok(rule) => {
            let trial = rules::try_out(app, whose.hub, &rule).await?;
            face.trial = Some(TrialFace::of(trial, &whose.zone));
        }
    }
    face.draft = draft;
    Ok(Some(face))
}

async fn hub_page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    rules: RulesFace,
) -> Result<HttpResponse, PageError> {
    let now = app.clock.now();
    let counts = app.db.read(move |c| rows::count_for_all(c, now)).await?;
    let view = HubView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::Rules).await?,
        csrf: visit.csrf.clone(),
        rules,
        others: counts.into_iter().map(|(action, count)| words(action, count)).collect(),
    };
    respond::private_page(status(&view.rules), &view, None, visit)
}

fn operator_page(
    operator: &Operator,
    visit: &Visit,
    rules: RulesFace,
) -> Result<HttpResponse, PageError> {
    let desk = DeskFace::of(&operator.0, visit);
    let view = OperatorView { desk, csrf: visit.csrf.clone(), rules };
    respond::private_page(status(&view.rules), &view, None, visit)
}

const fn status(face: &RulesFace) -> StatusCode {
    if face.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

/// `GET /manage/{hub}/rules`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let mut face = RulesFace::read(&app, &Whose::of(&scope)).await?;
    face.notice = notice(&query);
    hub_page(&app, &scope, &visit, face).await
}

/// `POST /manage/{hub}/rules`
pub async fn create(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<RuleForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let whose = Whose::of(&scope);
    match act(&app, &whose, scope.account.id, form.0).await? {
        Some(face) => hub_page(&app, &scope, &visit, face).await,
        None => Ok(respond::see_other(&format!("{}?done=made", whose.here))),
    }
}

/// `POST /manage/{hub}/rules/{rule}/remove`
pub async fn delete(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, i64)>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    rules::remove(&app, Some(scope.hub.id), RuleId(names.1), scope.account.id).await?;
    Ok(respond::see_other(&format!("/manage/{}/rules?done=removed", scope.hub.slug)))
}

/// `GET /operator/rules`
pub async fn show_all(
    app: web::Data<App>,
    operator: Operator,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    let mut face = RulesFace::read(&app, &Whose::everybody()).await?;
    face.notice = notice(&query);
    operator_page(&operator, &visit, face)
}

/// `POST /operator/rules`
pub async fn create_all(
    app: web::Data<App>,
    operator: Operator,
    visit: Visit,
    form: Checked<RuleForm>,
) -> Result<HttpResponse, PageError> {
    match act(&app, &Whose::everybody(), operator.0.id, form.0).await? {
        Some(face) => operator_page(&operator, &visit, face),
        None => Ok(respond::see_other("/operator/rules?done=made")),
    }
}

/// `POST /operator/rules/{rule}/remove`
pub async fn delete_all(
    app: web::Data<App>,
    operator: Operator,
    rule: web::Path<i64>,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    rules::remove(&app, None, RuleId(*rule), operator.0.id).await?;
    Ok(respond::see_other("/operator/rules?done=removed"))
}
