use tokio::sync::mpsc::{Receiver, channel};

use super::*;
use crate::model::id::{HubId, PingId, PublicId};
use crate::wire::events;

/// Nothing was told.
const NONE: [i64; 0] = [];

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_047_391_200_000_000 + seconds * 1_000_000)
}

fn hub() -> Hub {
    Hub {
        id: HubId(1),
        slug: "sxsw".into(),
        title: "SXSW".into(),
        talk_count: 0,
        tagline: String::new(),
        description: String::new(),
        starts_on: None,
        ends_on: None,
        place: String::new(),
        link: String::new(),
        accent: String::new(),
        language: "en".into(),
        time_zone: "UTC".into(),
        listed_count: 0,
        blog_count: 0,
        last_listed_at: None,
        revision: 1,
        approved_at: None,
        suspended_at: None,
        closed_at: None,
        readers: Readers::Public,
        reading_hash: None,
        feed_epoch: 0,
        created_at: at(0),
        edited_at: at(0),
        changed_at: at(0),
        public_changed_at: at(0),
        on_topics: false,
        contact: String::new(),
        frozen_at: None,
        closing_words: String::new(),
        face: crate::model::face::Face::default(),
        own_home: None,
    }
}

fn category(id: i64, readers: Readers) -> Category {
    use crate::model::category::{LinkBack, ListingPolicy, PingPolicy, UnprovedPolicy};
    Category {
        id: CategoryId(id),
        hub_id: HubId(1),
        number: id,
        slug: format!("c{id}"),
        title: format!("Category {id}"),
        description: String::new(),
        position: id,
        ping_policy: PingPolicy::Open,
        listing_policy: ListingPolicy::AtOnce,
        passphrase_hash: None,
        unproved_policy: UnprovedPolicy::Wait,
        link_back: LinkBack::Counts,
        is_default: false,
        readers,
        reading_hash: None,
        feed_epoch: 0,
        opens_at: None,
        closes_at: None,
        old_passphrase_hash: None,
        old_passphrase_until: None,
        takes_get: false,
        listed_count: 0,
        blog_count: 0,
        last_listed_at: Some(at(0)),
        closed_at: None,
        created_at: at(0),
        changed_at: at(0),
    }
}

/// Post `number`, listed at that second.
fn post(number: i64, category: i64) -> Listed {
    let millis = u64::try_from(number).unwrap();
    Listed {
        id: PingId(number),
        public_id: PublicId::new(millis, [1; 10]),
        category_id: CategoryId(category),
        url: format!("http://ada.example/{number}"),
        title: format!("Post {number}."),
        excerpt: String::new(),
        blog_name: "Ada".into(),
        blog_key: "ada.example".into(),
        language: None,
        feed_url: None,
        listed_at: Some(at(number)),
        blog_approved_at: None,
    }
}

fn mark(number: i64) -> Mark {
    Mark { at: at(number), id: post(number, 1).public_id }
}

/// The hub, with these posts, newest first, of the public first category.
fn seen(numbers: impl IntoIterator<Item = i64>) -> Seen {
    Seen {
        posts: numbers.into_iter().map(|number| post(number, 1)).collect(),
        apart: Vec::new(),
        categories: vec![category(1, Readers::Public), category(2, Readers::Unlisted)],
        hub: hub(),
    }
}

fn room(numbers: impl IntoIterator<Item = i64>) -> Room {
    let mut room = Room::default();
    room.update(seen(numbers));
    room
}

fn enter(room: &mut Room, category: Option<i64>, after: Option<Mark>) -> Receiver<Bytes> {
    let (events, told) = channel(2);
    let (category, until) = (category.map(CategoryId), Duration::from_secs(60));
    room.enter(Listener { category, lock: None, after, until, events });
    told
}

/// The numbers of the posts that were told, in order; `-1` for "load the page again".
fn told(listener: &mut Receiver<Bytes>) -> Vec<i64> {
    let mut all = String::new();
    while let Ok(bytes) = listener.try_recv() {
        all.push_str(std::str::from_utf8(&bytes).unwrap());
    }
    all.split("\n\n")
        .filter(|event| !event.is_empty())
        .map(|event| match event.split_once("Post ") {
            Some((_, rest)) => rest.split_once('.').unwrap().0.parse().unwrap(),
            None => -1,
        })
        .collect()
}

#[test]
fn who_comes_in_is_told_what_they_missed_and_then_what_is_new() {
    let mut room = room([3, 2, 1]);
    let mut new = enter(&mut room, None, None);
    let mut back = enter(&mut room, None, Some(mark(1)));
    let mut from_empty = enter(&mut room, None, Some(Mark::BEGINNING));
    assert_eq!(told(&mut new), NONE);
    assert_eq!(told(&mut back), [2, 3]);
    assert_eq!(told(&mut from_empty), [1, 2, 3]);
    room.update(seen([5, 4, 3, 2, 1]));
    room.update(seen([5, 4, 3, 2, 1]));
    for listener in [&mut new, &mut back, &mut from_empty] {
        assert_eq!(told(listener), [4, 5]);
    }
}

#[test]
fn a_post_that_was_overtaken_is_told_and_whoever_comes_back_misses_none_and_hears_none_twice() {
    let mut room = room([1]);
    let mut here = enter(&mut room, None, None);
    room.update(seen([23, 1]));
    room.update(seen([23, 22, 1]));
    assert_eq!(told(&mut here), [23, 22], "22 was committed after 23");
    assert_eq!(told(&mut enter(&mut room, None, Some(mark(23)))), [22]);
    assert_eq!(told(&mut enter(&mut room, None, Some(mark(22)))), NONE);
}

#[test]
fn a_new_room_tells_what_may_have_overtaken_what_a_reader_knows() {
    // Nobody knows whether 28 was there when 30 was told.
    let mut room = room([31, 30, 28, 5]);
    assert_eq!(told(&mut enter(&mut room, None, Some(mark(30)))), [28, 31]);
    // What this room told stands in the order in which it was told.
    room.update(seen([33, 31, 30, 28, 5]));
    room.update(seen([34, 33, 31, 30, 28, 5]));
    assert_eq!(told(&mut enter(&mut room, None, Some(mark(34)))), [28, 30, 31]);
    room.update(seen([60, 34, 33, 31]));
    assert_eq!(told(&mut enter(&mut room, None, Some(mark(60)))), NONE);
}

#[test]
fn what_left_the_lists_is_not_told_again_nor_is_what_came_back_to_its_old_place() {
    let mut room = room([100, 50, 1]);
    let mut here = enter(&mut room, None, None);
    room.update(seen([100, 1]));
    room.update(seen([100, 50, 1]));
    room.update(seen([1]));
    assert_eq!(told(&mut here), NONE);
    // The one they know of is gone: what may have overtaken it is told.
    room.update(seen([101, 1]));
    assert_eq!(told(&mut here), [101]);
    assert_eq!(told(&mut enter(&mut room, None, Some(mark(100)))), [101]);
    assert_eq!(told(&mut enter(&mut room, None, Some(mark(50)))), [101]);
}

#[test]
fn who_missed_too_much_loads_the_page_and_a_quiet_category_is_not_too_much() {
    let mut busy = seen((50..=100).rev());
    busy.hub.last_listed_at = Some(at(100));
    busy.categories[0].last_listed_at = Some(at(100));
    busy.categories[1].last_listed_at = Some(at(7));
    let mut room = Room::default();
    room.update(busy);
    assert_eq!(told(&mut enter(&mut room, None, Some(mark(40)))), [-1]);
    assert_eq!(told(&mut enter(&mut room, Some(1), Some(mark(40)))), [-1]);
    assert_eq!(told(&mut enter(&mut room, Some(2), Some(mark(7)))), NONE);
    let mut here = enter(&mut room, None, None);
    let mut quiet = enter(&mut room, Some(2), None);
    let mut flood = seen((150..=200).rev());
    flood.hub.last_listed_at = Some(at(200));
    room.update(flood);
    assert_eq!(told(&mut here), [-1], "more than can be told at once");
    assert_eq!(told(&mut quiet), NONE);
}

#[test]
fn who_comes_back_with_much_to_read_is_told_to_load_the_page() {
    let mut room = Room::default();
    let mut now = seen((1..=45).rev());
    for post in &mut now.posts {
        post.url = format!("http://ada.example/{}", "x".repeat(1_000));
    }
    room.update(now);
    assert_eq!(told(&mut enter(&mut room, None, Some(mark(1)))), [-1]);
    assert_eq!(told(&mut enter(&mut room, None, Some(mark(44)))).last(), Some(&45));
}

#[test]
fn nothing_of_a_category_apart_is_in_the_hubs_stream() {
    let mut room = room([1]);
    let mut hub = enter(&mut room, None, None);
    let mut apart = enter(&mut room, Some(2), None);
    let mut now = seen([1]);
    now.apart.push(post(2, 2));
    room.update(now);
    assert_eq!(told(&mut hub), NONE);
    assert_eq!(told(&mut apart), [2]);
    assert_eq!(told(&mut enter(&mut room, None, Some(Mark::BEGINNING))), [1]);
    // One that was read while its category was public, and is not any more.
    room.update(Seen { posts: vec![post(3, 2), post(1, 1)], ..seen([]) });
    assert_eq!(told(&mut hub), NONE);
}

#[test]
fn what_is_listed_apart_says_nothing_to_the_hub_however_much_it_is() {
    let mut room = Room::default();
    let first = |newest| {
        let mut now = seen([60, 59]);
        now.hub.last_listed_at = Some(at(60));
        now.apart = (100..=newest).rev().take(51).map(|number| post(number, 2)).collect();
        now.categories[1].last_listed_at = Some(at(newest));
        now
    };
    room.update(first(160));
    let mut here = enter(&mut room, None, None);
    let mut apart = enter(&mut room, Some(2), None);
    for unknown in [mark(58), Mark { at: at(58), ..Mark::BEGINNING }] {
        assert_eq!(told(&mut enter(&mut room, None, Some(unknown))), [59, 60], "no reload");
    }
    room.update(first(260));
    assert_eq!(told(&mut here), NONE);
    assert_eq!(told(&mut apart), [-1]);

    // Where the page is to be loaded again, the place to go on from is one of theirs.
    let mut room = Room::default();
    let mut now = seen((50..=100).rev());
    now.hub.last_listed_at = Some(at(100));
    now.apart = vec![post(120, 2)];
    room.update(now);
    let mut behind = enter(&mut room, None, Some(mark(40)));
    let reload = behind.try_recv().unwrap();
    assert_eq!(reload, events::reload(&mark(100).to_string()));
}

#[test]
fn who_may_not_read_any_more_and_who_does_not_take_what_they_are_told_is_sent_away() {
    let mut room = room([1]);
    let mut reader = enter(&mut room, Some(2), None);
    let mut slow = enter(&mut room, Some(1), None);
    let mut locked = seen([2, 1]);
    locked.categories[1].readers = Readers::Password;
    room.update(locked);
    assert!(reader.is_closed(), "its page asks for a password now");
    assert_eq!(told(&mut reader), NONE);
    room.update(seen([3, 2, 1]));
    room.update(seen([4, 3, 2, 1]));
    assert!(slow.is_closed(), "two looks fit, and the third did not");
    assert_eq!(told(&mut slow), [2, 3]);
    assert!(room.is_empty());
}

#[test]
fn everybody_hears_that_the_line_holds_until_their_time_is_over() {
    let mut room = room([]);
    let mut here = enter(&mut room, None, None);
    room.beat(Duration::from_secs(25));
    assert_eq!(here.try_recv().unwrap(), STILL_HERE.as_bytes());
    room.beat(Duration::from_secs(60));
    assert!(here.is_closed());
    assert!(room.is_empty());
}
