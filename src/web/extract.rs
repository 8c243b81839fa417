//! What a request proves: where it comes from, who sent it, that a form is ours.

mod checked;
mod client;
mod scope;
mod session;

pub use checked::{Checked, Visit, is_empty, read_body};
pub use client::client;
pub use scope::{HubScope, Operator};
pub use session::{
    CookieNames, SignedIn, browser_of, cookie, device_cookie, find as find_session, session_cookie,
    signed_out_cookie,
};
