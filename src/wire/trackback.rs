//! TrackBack: reading a ping and its answer, writing both.
//!
//! After the TrackBack 1.0 to 1.2 specifications and what their senders do in fact; see
//! `tests/fixtures/trackback/` for examples of both.

mod answer;
mod charset;
mod discovery;
mod form;
mod listing;

pub use answer::{Answer, AnswerError, Answered, CONTENT_TYPE, MAX_ANSWER, read_answer};
pub use charset::{Charset, CharsetSource, MAX_LABEL};
pub(super) use charset::{by_label as encoding_by_label, parameter as charset_parameter};
pub use discovery::discover;
pub use form::{
    FORM_TYPE, FORWARDED_FIELD, FORWARDED_HEADER, MAX_BODY, MAX_PAIRS, OutgoingPing, ParseError,
    Ping, encode, parse, parse_query,
};
pub use listing::{Listing, ListingItem, MAX_LISTED, listing};
