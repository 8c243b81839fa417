//! What a request proves: where it comes from, who sent it, that a form is ours.

mod checked;
mod client;
mod scope;
mod session;
mod upload;

/// What was just done, behind the `?` of the page that is shown then; empty where nothing was.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Done {
    /// A word of that page's own.
    pub done: String,
}

pub use checked::{Checked, Visit, is_empty, read_body};
pub use client::client;
pub use scope::{HubScope, Operator};
pub use upload::Uploaded;

pub use session::{
    CookieNames, DEVICE_LASTS, SignedIn, browser_of, cookie, device_cookie, find as find_session,
    session_cookie, signed_out_cookie,
};
