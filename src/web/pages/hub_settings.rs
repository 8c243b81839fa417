//! A hub's settings: its texts, closing it, deleting it.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::manage::{DeskFace, DeskTab, HubDesk};
use super::sign_in::Nothing;
use crate::actions::hubs::{self, HubDraft, HubError};
use crate::app::App;
use crate::model::problems::Problems;
use crate::web::error::PageError;
use crate::web::extract::{Checked, Done, HubScope, Visit};
use crate::web::respond;

/// The form of a hub's texts, with the time zones to choose from.
#[derive(Debug)]
pub struct HubForm {
    /// What was typed.
    pub draft: HubDraft,
    /// All IANA time zones.
    pub time_zones: Vec<String>,
    /// Whether nobody has chosen a time zone yet: a script may choose the browser’s.
    pub guesses_zone: bool,
    /// Whether there is no such hub yet. Where there is, its colour is chosen with its look.
    pub is_new: bool,
}

impl HubForm {
    /// The form, filled in.
    pub fn of(draft: HubDraft) -> Self {
        let mut time_zones: Vec<String> = jiff::tz::db()
            .available()
            .map(|name| name.to_string())
            .filter(|name| name == "UTC" || name.contains('/') && !name.starts_with("Etc/"))
            .collect();
        time_zones.sort_unstable();
        Self { draft, time_zones, guesses_zone: false, is_new: false }
    }

    /// The form of a hub that is not there yet.
    #[must_use]
    pub fn of_new(self) -> Self {
        Self { guesses_zone: true, is_new: true, ..self }
    }

    /// What the time zone is for, and what UTC is.
    pub fn zone_hint(&self) -> &'static str {
        if self.draft.time_zone == "UTC" {
            "The hub’s clock: days, hours and times on its pages go by it. UTC is London’s time in winter: choose the city that is nearest."
        } else {
            "The hub’s clock: days, hours and times on its pages go by it."
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/manage/settings.html")]
struct SettingsView {
    desk: DeskFace,
    hub: HubDesk,
    csrf: String,
    host: String,
    form: HubForm,
    problems: Problems,
    notice: &'static str,
    is_closed: bool,
    is_frozen: bool,
    may_delete: bool,
    slug: String,
    posts: i64,
}

/// `GET /manage/{hub}/settings`
pub async fn show(
    app: web::Data<App>,
    scope: HubScope,
    query: web::Query<Done>,
    visit: Visit,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    let notice = match query.done.as_str() {
        "saved" => "Saved. The hub’s pages show it already.",
        "closed" => "The hub is closed: it takes no more posts.",
        "reopened" => "The hub is open again.",
        "unfrozen" => "The hub is as it was before it was frozen.",
        _ => "",
    };
    let draft = HubDraft::of(&scope.hub);
    page(&app, &scope, &visit, draft, Problems::default(), notice).await
}

async fn page(
    app: &App,
    scope: &HubScope,
    visit: &Visit,
    draft: HubDraft,
    problems: Problems,
    notice: &'static str,
) -> Result<HttpResponse, PageError> {
    let view = SettingsView {
        desk: DeskFace::of(&scope.account, visit),
        hub: HubDesk::read(app, scope, DeskTab::Settings).await?,
        csrf: visit.csrf.clone(),
        host: app.addresses.host(),
        form: HubForm::of(draft),
        problems,
        notice,
        is_closed: scope.hub.closed_at.is_some(),
        is_frozen: scope.hub.frozen_at.is_some(),
        may_delete: scope.may_delete().is_ok(),
        slug: scope.hub.slug.clone(),
        posts: scope.hub.listed_count,
    };
    respond::form_page(&view.problems, &view, visit)
}

/// `POST /manage/{hub}/settings`
pub async fn update(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<HubDraft>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    // Its colour is chosen with its look.
    let draft = HubDraft { accent: scope.hub.accent.clone(), ..form.0 };
    match hubs::edit(&app, scope.hub.id, &draft, scope.account.id).await {
        Ok(slug) => {
            Ok(respond::see_other(&format!("/manage/{}/settings?done=saved", slug.as_str())))
        }
        Err(HubError::Problems(problems)) => page(&app, &scope, &visit, draft, problems, "").await,
        Err(HubError::Database(error)) => Err(error.into()),
    }
}

/// `POST /manage/{hub}/close`
pub async fn close(
    app: web::Data<App>,
    scope: HubScope,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    hubs::close(&app, scope.hub.id, true, scope.account.id).await?;
    Ok(respond::see_other(&format!("/manage/{}/settings?done=closed", scope.hub.slug)))
}

/// `POST /manage/{hub}/reopen`
pub async fn reopen(
    app: web::Data<App>,
    scope: HubScope,
    _form: Checked<Nothing>,
) -> Result<HttpResponse, PageError> {
    scope.may_change()?;
    hubs::close(&app, scope.hub.id, false, scope.account.id).await?;
    Ok(respond::see_other(&format!("/manage/{}/settings?done=reopened", scope.hub.slug)))
}

/// A name typed in to confirm.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct ConfirmForm {
    /// The name.
    pub confirm: String,
}

/// `POST /manage/{hub}/delete`
pub async fn delete(
    app: web::Data<App>,
    scope: HubScope,
    visit: Visit,
    form: Checked<ConfirmForm>,
) -> Result<HttpResponse, PageError> {
    scope.may_delete()?;
    match hubs::delete(&app, &scope.hub, &form.0.confirm).await {
        Ok(()) => Ok(respond::see_other("/manage?done=deleted")),
        Err(HubError::Problems(problems)) => {
            let draft = HubDraft::of(&scope.hub);
            page(&app, &scope, &visit, draft, problems, "").await
        }
        Err(HubError::Database(error)) => Err(error.into()),
    }
}
