//! Who may read: pages that everybody may see, and pages behind a reading password.

mod anybody;
mod missing;
mod password;

pub use anybody::{ForAnybody, find_for_anybody, read_for_anybody};
pub use missing::missing_page;
pub use password::{let_in_category, let_in_hub, open_category, open_hub};

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::actions::resolve::{Found, find_category, find_hub};
use crate::app::{App, Gate, Lock};
use crate::db::categories::Category;
use crate::db::hubs::Hub;
use crate::db::{DbConnection, DbError, members};
use crate::model::category::Readers;
use crate::model::id::HubId;
use crate::pages_cache::{Rendered, Subject};
use crate::web::error::{Missing, PageError};
use crate::web::extract::{Visit, find_session};
use crate::web::{own_name, respond};
use missing::{gone_category, missing_category};
use password::{ask, ticket};

/// The names in the address of a hub's or category's page.
#[derive(Debug, Clone)]
pub struct Names {
    hub: String,
    category: Option<String>,
    /// What follows them in the address.
    rest: String,
}

impl Names {
    /// A hub's page.
    pub fn hub(hub: &str) -> Self {
        Self { hub: hub.to_owned(), category: None, rest: String::new() }
    }

    /// A category's page.
    pub fn category(hub: &str, category: &str) -> Self {
        Self { hub: hub.to_owned(), category: Some(category.to_owned()), rest: String::new() }
    }

    /// A further page of theirs: what follows the names in its address.
    #[must_use]
    pub fn with(mut self, rest: &str) -> Self {
        rest.clone_into(&mut self.rest);
        self
    }

    /// Whether it is a page of a category.
    pub const fn is_of_category(&self) -> bool {
        self.category.is_some()
    }

    const fn missing(&self) -> Missing {
        if self.category.is_some() { Missing::Category } else { Missing::Hub }
    }

    /// The page of what they name.
    pub fn path(&self) -> String {
        match &self.category {
            Some(category) => format!("/{}/{category}", self.hub),
            None => format!("/{}", self.hub),
        }
    }
}

/// Where the names of an address led.
#[derive(Debug)]
pub struct At {
    /// The hub.
    pub hub: Hub,
    /// The category, where one was named.
    pub category: Option<Category>,
    /// What stands before it.
    pub lock: Option<Lock>,
    /// Its page of today, where it was asked for by a former name.
    moved: Option<String>,
}

impl At {
    /// A hub or category that everybody may read, under its name of today.
    pub const fn open(hub: Hub, category: Option<Category>) -> Self {
        Self { hub, category, lock: None, moved: None }
    }

    /// Whether it may be told to those who did not ask for it: search engines, other hubs.
    pub fn is_public(&self) -> bool {
        let category = self.category.as_ref();
        self.hub.is_public() && category.is_none_or(|c| c.readers == Readers::Public)
    }

    /// Where it stands today, with what follows; the name of what is locked is kept nowhere.
    fn moved_to(&self, path: &str) -> HttpResponse {
        match self.lock {
            Some(_) => respond::moved_for_few(path),
            None => respond::moved(path),
        }
    }

    /// Its page.
    fn page(&self) -> String {
        match &self.category {
            Some(category) => self.hub.category_path(&category.slug),
            None => self.hub.path(),
        }
    }

    /// Whether its pages are under a name of its own, and it was asked for at this site's address.
    fn is_left(&self, request: &HttpRequest) -> bool {
        self.hub.own_home.is_some() && own_name::is_at_old_address(request)
    }

    /// Whether no such category is in a locked hub, which only those learn who know its password.
    const fn is_hub_instead(&self, names: &Names) -> bool {
        names.category.is_some() && self.category.is_none()
    }
}

/// What to look for: a hub that is there but locked must read as one that is not, unless the
/// reader may be asked for its password.
fn find(connection: &mut DbConnection, names: &Names) -> Result<Found<At>, DbError> {
    let (hub, hub_moved) = match find_hub(connection, &names.hub)? {
        Found::Here(hub) => (hub, false),
        Found::Moved(hub) => (hub, true),
        Found::Gone => return Ok(Found::Gone),
        Found::Unknown => return Ok(Found::Unknown),
    };
    let Some(category) = &names.category else {
        let moved = hub_moved.then(|| format!("/{}", hub.slug));
        return Ok(Found::Here(At { lock: Lock::of(&hub, None), hub, category: None, moved }));
    };
    let (gate, moved) = match find_category(connection, &hub.slug, category)? {
        Found::Here(gate) => (gate, hub_moved),
        Found::Moved(gate) => (gate, true),
        // Nothing of a locked hub is known outside: not even which categories it has not.
        unknown @ (Found::Gone | Found::Unknown) => {
            return Ok(match (Lock::of(&hub, None), unknown) {
                (Some(lock), _) => {
                    Found::Here(At { hub, category: None, lock: Some(lock), moved: None })
                }
                (None, Found::Gone) => Found::Gone,
                (None, _) => Found::Unknown,
            });
        }
    };
    let Gate { hub, category } = gate;
    let moved = moved.then(|| format!("/{}/{}", hub.slug, category.slug));
    let lock = Lock::of(&hub, Some(&category));
    Ok(Found::Here(At { hub, category: Some(category), lock, moved }))
}

/// Whether the browser that asks may read what is behind a lock: it knew the password, or belongs
/// to a member of the hub.
pub async fn may_read(
    app: &App,
    request: &HttpRequest,
    lock: Option<&Lock>,
) -> Result<bool, PageError> {
    let Some(lock) = lock else { return Ok(true) };
    let pass = request.cookie(&lock.cookie_name());
    let now = app.clock.now();
    if pass.is_some_and(|pass| lock.opens_with(pass.value(), now, &app.secrets)) {
        return Ok(true);
    }
    is_member(app, request, lock.hub).await
}

async fn is_member(app: &App, request: &HttpRequest, hub: HubId) -> Result<bool, PageError> {
    let Some(session) = find_session(request).await? else { return Ok(false) };
    let account = session.account.id;
    let role = app.db.read(move |c| members::find_role(c, hub, account)).await?;
    Ok(role.is_some())
}

/// The hub or category of a page, for whoever may read it; for others the page that asks for its
/// password, as an answer.
pub enum Entered {
    /// It is there, and may be read.
    In(Box<At>),
    /// Something else is to be answered.
    Answer(HttpResponse),
}

/// Finds what a page is about. `rest` is what follows the category in the page's own address.
pub async fn enter(
    app: &App,
    request: &HttpRequest,
    names: &Names,
    rest: &str,
    visit: &Visit,
) -> Result<Entered, PageError> {
    let at = look(app, names).await?;
    if !may_read(app, request, at.lock.as_ref()).await? {
        let rest = asked(request, rest);
        let answer = ask(request, names, &rest, visit, ("", StatusCode::FORBIDDEN))?;
        return Ok(Entered::Answer(answer));
    }
    if at.is_hub_instead(names) {
        return Err(PageError::NotFound(Missing::Category));
    }
    if at.hub.suspended_at.is_some() {
        return Err(PageError::Suspended);
    }
    if let Some(moved) = &at.moved {
        let path = asked(request, &format!("{moved}{rest}"));
        return Ok(Entered::Answer(at.moved_to(&path)));
    }
    if at.is_left(request) {
        let rest = asked(request, rest);
        return Ok(Entered::Answer(match &at.lock {
            // Under its own name nobody knows yet who may read it.
            Some(lock) => respond::see_other(&ticket(app, lock, &at.page(), &rest)),
            None => respond::moved_for_few(&format!("{}{rest}", at.page())),
        }));
    }
    Ok(Entered::In(Box::new(at)))
}

/// A path with what stands behind the `?` of a request, where a header can take it: nothing beyond
/// ASCII.
fn asked(request: &HttpRequest, path: &str) -> String {
    match request.query_string() {
        query if query.is_empty() || !query.is_ascii() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

async fn look(app: &App, names: &Names) -> Result<At, PageError> {
    let names = names.clone();
    app.db.read(move |connection| here(connection, &names)).await
}

fn here(connection: &mut DbConnection, names: &Names) -> Result<At, PageError> {
    let missing = names.missing();
    match find(connection, names)? {
        Found::Here(at) | Found::Moved(at) => Ok(at),
        Found::Gone => Err(PageError::Gone(missing)),
        Found::Unknown => Err(PageError::NotFound(missing)),
    }
}

/// Reads for a request: what stands behind a `?` may be anything, and take long.
async fn read_for<T: Send + 'static>(
    app: &App,
    request: &HttpRequest,
    read: impl FnOnce(&mut DbConnection) -> Result<T, PageError> + Send + 'static,
) -> Result<T, PageError> {
    if request.query_string().is_empty() {
        app.db.read(read).await
    } else {
        app.db.read_in_turn(read).await
    }
}

/// What `render` makes of a hub or category that everybody may read, kept for everybody under
/// `key`; `render` itself again, where it is not everybody's or has another name today.
async fn read_public<R>(
    app: &web::Data<App>,
    request: &HttpRequest,
    names: &Names,
    key: String,
    render: R,
) -> Result<Result<Arc<Rendered>, R>, PageError>
where
    R: FnOnce(&mut DbConnection, At) -> Result<Rendered, PageError> + Send + 'static,
{
    let (reader, names) = (app.clone(), names.clone());
    let is_old = own_name::is_at_old_address(request);
    let is_left = move |at: &At| is_old && at.hub.own_home.is_some();
    let is_private = move |at: &At| at.lock.is_some() || at.moved.is_some() || is_left(at);
    let read = move |connection: &mut DbConnection| {
        // Of whom the page was that was kept here last: where it is theirs, one look is enough.
        let before = reader.pages.subject(&key).map(|of| (of, reader.generations.of(of)));
        let mut at = here(connection, &names)?;
        let subject = Subject::Hub(at.hub.id);
        let generation = match before {
            Some((of, generation)) if of == subject => generation,
            _ if is_private(&at) => return Ok(Err(render)),
            _ => {
                let generation = reader.generations.of(subject);
                // Once more: it may have changed before the generation was asked for.
                at = here(connection, &names)?;
                generation
            }
        };
        if is_private(&at) {
            return Ok(Err(render));
        }
        if at.hub.suspended_at.is_some() {
            return Err(PageError::Suspended);
        }
        let page = Arc::new(render(connection, at)?);
        if page.is_kept {
            reader.pages.keep(key, subject, generation, Arc::clone(&page));
        }
        Ok(Ok(page))
    };
    read_for(app, request, read).await
}

/// Answers with what `render` makes of a hub or category: for everybody, or for whoever may read
/// it; others are asked for its password. Where there is no such category, the way to its hub.
pub async fn answer(
    app: &web::Data<App>,
    request: &HttpRequest,
    names: &Names,
    key: String,
    visit: &Visit,
    render: impl FnOnce(&mut DbConnection, At) -> Result<Rendered, PageError> + Send + 'static,
) -> Result<HttpResponse, PageError> {
    match answer_there(app, request, names, key, visit, render).await {
        Err(error) => Err(named(app, names, error).await?),
        answer => answer,
    }
}

/// What went wrong on a page of a category, with the name of its hub where that may be told.
async fn named(app: &App, names: &Names, error: PageError) -> Result<PageError, PageError> {
    match error {
        PageError::NotFound(Missing::Category) => missing_category(app, names).await,
        PageError::Gone(Missing::Category) => gone_category(app, names).await,
        error => Ok(error),
    }
}

/// [`enter`], for a page of a category: where there is none, the way to its hub.
pub async fn enter_category(
    app: &App,
    request: &HttpRequest,
    names: &Names,
    rest: &str,
    visit: &Visit,
) -> Result<Entered, PageError> {
    match enter(app, request, names, rest, visit).await {
        Err(error) => Err(named(app, names, error).await?),
        entered => entered,
    }
}

async fn answer_there(
    app: &web::Data<App>,
    request: &HttpRequest,
    names: &Names,
    key: String,
    visit: &Visit,
    render: impl FnOnce(&mut DbConnection, At) -> Result<Rendered, PageError> + Send + 'static,
) -> Result<HttpResponse, PageError> {
    let render = match read_public(app, request, names, key, render).await? {
        Ok(page) => return Ok(respond::rendered(request, &page, app.clock.now())),
        Err(render) => render,
    };
    match enter(app, request, names, &names.rest, visit).await? {
        Entered::Answer(answer) => Ok(answer),
        Entered::In(at) => {
            let page = read_for(app, request, move |connection| render(connection, *at)).await?;
            Ok(respond::rendered(request, &page, app.clock.now()))
        }
    }
}

/// A feed as it was asked for.
#[derive(Debug)]
pub struct AskedFeed {
    /// The hub or category it is of.
    pub names: Names,
    /// What follows their page in the feed's own address: the format, and what is behind a `?`.
    pub rest: String,
    /// The key in its address.
    pub key: Option<String>,
    /// What it is kept under, where everybody may read it.
    pub kept_as: String,
}

/// Answers with a feed: a feed reader cannot be asked for a password, so that a locked one has a
/// key in its address, and is not there without.
pub async fn answer_feed(
    app: &web::Data<App>,
    request: &HttpRequest,
    asked: AskedFeed,
    render: impl FnOnce(&mut DbConnection, At) -> Result<Rendered, PageError> + Send + 'static,
) -> Result<HttpResponse, PageError> {
    let AskedFeed { names, rest, key, kept_as } = asked;
    let render = match read_public(app, request, &names, kept_as, render).await? {
        Ok(page) => return Ok(respond::rendered(request, &page, app.clock.now())),
        Err(render) => render,
    };
    let at = look(app, &names).await?;
    if let Some(lock) = &at.lock {
        let has_key = key.is_some_and(|key| lock.opens_with_feed_key(&key, &app.secrets));
        if !has_key && !may_read(app, request, Some(lock)).await? || at.is_hub_instead(&names) {
            return Err(PageError::NotFound(names.missing()));
        }
    }
    if at.hub.suspended_at.is_some() {
        return Err(PageError::Suspended);
    }
    if let Some(moved) = &at.moved {
        return Ok(at.moved_to(&format!("{moved}{rest}")));
    }
    if at.is_left(request) {
        return Ok(at.moved_to(&format!("{}{rest}", at.page())));
    }
    let page = read_for(app, request, move |connection| render(connection, at)).await?;
    Ok(respond::rendered(request, &page, app.clock.now()))
}
