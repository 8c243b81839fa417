use proptest::prelude::*;

use super::*;
use crate::model::talk::Arrangement;

fn programme() -> Programme {
    Programme {
        address: String::new(),
        arrangement: Arrangement::Tracks,
        category: String::new(),
        draft: None,
        imported_at: None,
    }
}

/// Sessions that have much in common: few keys, pages, titles, times, rooms and tracks.
fn sessions() -> impl Strategy<Value = Vec<Session>> {
    let session = (0..12_usize, 0..5_usize, 0..3_usize, 0..3_i64, 0..2_usize, 0..2_usize);
    proptest::collection::vec(session, 0..12).prop_map(|drawn| {
        let mut keys = HashSet::new();
        let session =
            |(key, page, title, start, room, track): (usize, usize, usize, i64, usize, usize)| {
                Session {
                    // A schedule's keys are each one session's, or missing.
                    key: if key > 5 && keys.insert(key) {
                        format!("k{key}")
                    } else {
                        String::new()
                    },
                    title: format!("Title {title}"),
                    address: if page == 0 {
                        String::new()
                    } else {
                        format!("https://talks.example/{page}")
                    },
                    room: format!("Room {room}"),
                    track: format!("Track {track}"),
                    starts_at: Some(Timestamp::from_micros(start)),
                    ..Session::default()
                }
            };
        drawn.into_iter().map(session).collect()
    })
}

/// What a hub has after a plan was carried out.
fn carried_out(plan: &Plan, talks: &[Talk]) -> Vec<Talk> {
    let mut talks: Vec<Talk> =
        talks.iter().filter(|talk| !plan.gone.contains(&talk.id)).cloned().collect();
    let base = talks.iter().map(|talk| talk.category_id.0).max().unwrap_or(0) + 1;
    for planned in &plan.changes {
        let next = talks.iter().map(|talk| talk.id.0).max().unwrap_or(0) + 1;
        let id = planned.talk.unwrap_or(TalkId(next));
        let category_id = match planned.into {
            Into::Category(id) => id,
            Into::New(at) => CategoryId(base + i64::try_from(at).unwrap()),
        };
        let texts = planned.texts.clone();
        talks.retain(|talk| talk.id != id);
        talks.push(Talk {
            id,
            category_id,
            slug: planned.slug.clone(),
            key: texts.key,
            title: texts.title,
            address: texts.address,
            address_key: texts.address_key,
            speakers: texts.speakers,
            room: texts.room,
            track: texts.track,
            starts_at: texts.starts_at,
            ends_at: texts.ends_at,
            is_category: texts.is_category,
            gone_at: None,
            listed_count: 0,
        });
    }
    talks.sort_by_key(|talk| talk.id);
    talks
}

proptest! {
    #[test]
    fn the_same_schedule_twice_changes_nothing(first in sessions(), second in sessions()) {
        let mut talks = Vec::new();
        for schedule in [&first, &second] {
            let plan = Plan::of(schedule, &talks, &[], &programme(), Hosts::Public);
            talks = carried_out(&plan, &talks);
            prop_assert_eq!(talks.len(), schedule.len());
            let again = Plan::of(schedule, &talks, &[], &programme(), Hosts::Public);
            prop_assert!(again.is_empty(), "{:?}", again);
            prop_assert_eq!(again.same, schedule.len());
        }
    }
}
