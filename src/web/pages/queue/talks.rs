//! Which talks a post is about, by hand.

use actix_web::{HttpResponse, web};

use super::stand::Stand;
use super::verdict::find;
use crate::actions::about_talk;
use crate::app::App;
use crate::db::talks;
use crate::db::{DbConnection, DbError};
use crate::model::id::{HubId, PingId, TalkId};
use crate::web::error::PageError;
use crate::web::extract::{Checked, HubScope};
use crate::web::respond;

/// A talk, as the form names it.
#[derive(Debug)]
pub struct Choice {
    /// Its row.
    pub id: i64,
    /// Its title.
    pub title: String,
}

/// The talks that a post is filed under, and those that it may be filed under.
#[derive(Debug, Default)]
pub struct TalksPart {
    /// Where it stands.
    pub filed: Vec<Choice>,
    /// Where it does not.
    pub others: Vec<Choice>,
}

impl TalksPart {
    /// Those of a hub; none where it has no programme.
    pub fn read(connection: &mut DbConnection, hub: HubId, ping: PingId) -> Result<Self, DbError> {
        let choices = talks::list_choices(connection, hub, ping)?;
        let (filed, others): (Vec<_>, Vec<_>) = choices.into_iter().partition(|(.., is)| *is);
        let choices = |talks: Vec<(TalkId, String, bool)>| {
            talks.into_iter().map(|(id, title, _)| Choice { id: id.0, title }).collect()
        };
        Ok(Self { filed: choices(filed), others: choices(others) })
    }

    /// Whether the hub has any talks.
    pub const fn is_empty(&self) -> bool {
        self.filed.is_empty() && self.others.is_empty()
    }
}

/// What was pressed, and where to go back to.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Form {
    #[serde(default)]
    talk: String,
    /// `off`, to take the post away from the talk.
    #[serde(default)]
    verb: String,
    #[serde(flatten)]
    stand: Stand,
}

/// `POST /manage/{hub}/pings/{id}/talks`
pub async fn update(
    app: web::Data<App>,
    scope: HubScope,
    names: web::Path<(String, String)>,
    form: Checked<Form>,
) -> Result<HttpResponse, PageError> {
    let Form { talk, verb, stand } = form.0;
    let ping = find(&app, &scope, &names.1).await?;
    if let Ok(talk) = talk.parse() {
        let filed = (TalkId(talk), verb != "off");
        about_talk::file(&app, scope.hub.id, ping, filed, scope.account.id).await?;
    }
    let edit =
        format!("/manage/{}/pings/{}/edit{}#talks", scope.hub.slug, names.1, stand.as_query());
    Ok(respond::see_other(&edit))
}
