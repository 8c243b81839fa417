//! Whether the talks of a document could be a hub's.

use std::collections::HashSet;

use super::super::document::Head;
use super::{link, name, one_of, text};
use crate::db::archive::FiledRow;
use crate::model::talk::{Arrangement, Filed, MAX_FILED};
use crate::wire::schedule::MAX_SESSIONS;

/// The programme and its talks: their names.
pub fn check(head: &Head, categories: &HashSet<String>) -> Result<HashSet<String>, String> {
    if let Some(programme) = &head.programme {
        one_of("arrangement", &programme.arrangement, Arrangement::parse)?;
        link("the address of the schedule", &programme.address)?;
        text("the category of the programme", &programme.category)?;
    }
    // What is gone is kept beside a whole schedule.
    if head.talks.len() > 4 * MAX_SESSIONS {
        return Err(format!("a hub has at most {} talks", 4 * MAX_SESSIONS));
    }
    let mut names = HashSet::new();
    for talk in &head.talks {
        let row = &talk.row;
        name("a talk", &row.slug)?;
        if !names.insert(row.slug.clone()) {
            return Err(format!("the talk {} stands there twice", row.slug));
        }
        if !categories.contains(&talk.category) {
            return Err(format!("a talk is in a category that is not there: {}", talk.category));
        }
        link("the page of a talk", &row.address)?;
        for one in [&row.key, &row.title, &row.speakers, &row.room, &row.track] {
            text("a text of a talk", one)?;
        }
    }
    Ok(names)
}

/// The talks that a post is filed under.
pub fn check_filed(all: &[FiledRow], talks: &HashSet<String>) -> Result<(), String> {
    let names: HashSet<&String> = all.iter().map(|filed| &filed.slug).collect();
    if names.len() < all.len() || all.len() > 4 * MAX_FILED {
        return Err("a post is filed under a talk twice, or under too many".to_owned());
    }
    for filed in all {
        one_of("way to file a post", &filed.how, Filed::parse)?;
        if !talks.contains(&filed.slug) {
            return Err(format!("a post is filed under a talk that is not there: {}", filed.slug));
        }
    }
    Ok(())
}
