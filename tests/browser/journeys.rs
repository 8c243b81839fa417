//! The five journeys, each with JavaScript and without.

mod blogger_pings_by_the_form;
mod moderator_decides;
mod organizer_opens_a_hub;
mod organizer_prints_the_sheet;
mod reader_subscribes;
