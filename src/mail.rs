//! Mail: one struct per message, and the ways it can leave.

pub mod messages;
mod transport;

pub use messages::Message;
pub use transport::{Mail, MailError};
