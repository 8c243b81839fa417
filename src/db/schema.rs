//! The tables, as Diesel knows them: the same for both databases (`tests/stories/schema_parity.rs`
//! holds the two trees of migrations against each other).

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    instance_state (name) {
        name -> Text,
        number -> BigInt,
    }
}

table! {
    accounts (id) {
        id -> BigInt,
        email -> Text,
        email_key -> Text,
        name -> Text,
        password_hash -> Text,
        is_operator -> Bool,
        suspended_at -> Nullable<BigInt>,
        created_at -> BigInt,
        changed_at -> BigInt,
    }
}

table! {
    sessions (id) {
        id -> BigInt,
        account_id -> BigInt,
        token_hash -> Binary,
        remembered -> Bool,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        browser -> Text,
    }
}

table! {
    one_use_links (id) {
        id -> BigInt,
        token_hash -> Binary,
        purpose -> Text,
        account_id -> Nullable<BigInt>,
        email -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        invitation_id -> Nullable<BigInt>,
    }
}

table! {
    invitations (id) {
        id -> BigInt,
        hub_id -> Nullable<BigInt>,
        role -> Nullable<Text>,
        token_hash -> Binary,
        email -> Nullable<Text>,
        invited_by -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

table! {
    hubs (id) {
        id -> BigInt,
        slug -> Text,
        title -> Text,
        tagline -> Text,
        description -> Text,
        starts_on -> Nullable<Text>,
        ends_on -> Nullable<Text>,
        place -> Text,
        link -> Text,
        accent -> Text,
        language -> Text,
        time_zone -> Text,
        listed_count -> BigInt,
        blog_count -> BigInt,
        last_listed_at -> Nullable<BigInt>,
        revision -> BigInt,
        approved_at -> Nullable<BigInt>,
        suspended_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
        readers -> Text,
        reading_hash -> Nullable<Text>,
        feed_epoch -> BigInt,
        public_changed_at -> BigInt,
        created_at -> BigInt,
        edited_at -> BigInt,
        changed_at -> BigInt,
        pushed -> Bool,
        on_topics -> Bool,
        contact -> Text,
        face -> Text,
        own_home -> Nullable<Text>,
        talk_count -> BigInt,
        frozen_at -> Nullable<BigInt>,
        closing_words -> Text,
    }
}

table! {
    hub_names (hub_id, host) {
        hub_id -> BigInt,
        host -> Text,
        asked_at -> BigInt,
        proved_at -> Nullable<BigInt>,
        proved_by -> Nullable<Text>,
    }
}

table! {
    hub_face_drafts (hub_id) {
        hub_id -> BigInt,
        face -> Text,
        accent -> Text,
        changed_at -> BigInt,
    }
}

table! {
    hub_pictures (hub_id, name) {
        hub_id -> BigInt,
        name -> Text,
        bytes -> Binary,
        created_at -> BigInt,
    }
}

table! {
    series (id) {
        id -> BigInt,
        slug -> Text,
        title -> Text,
        changed_at -> BigInt,
        left_by -> Nullable<BigInt>,
    }
}

table! {
    series_hubs (hub_id) {
        hub_id -> BigInt,
        series_id -> BigInt,
    }
}

table! {
    hub_slugs (slug) {
        slug -> Text,
        hub_id -> Nullable<BigInt>,
        given_at -> BigInt,
    }
}

table! {
    hub_members (hub_id, account_id) {
        hub_id -> BigInt,
        account_id -> BigInt,
        role -> Text,
        created_at -> BigInt,
    }
}

table! {
    categories (id) {
        id -> BigInt,
        hub_id -> BigInt,
        number -> BigInt,
        slug -> Text,
        title -> Text,
        description -> Text,
        position -> BigInt,
        ping_policy -> Text,
        listing_policy -> Text,
        passphrase_hash -> Nullable<Text>,
        unproved_policy -> Text,
        link_back -> Text,
        is_default -> Bool,
        readers -> Text,
        reading_hash -> Nullable<Text>,
        feed_epoch -> BigInt,
        opens_at -> Nullable<BigInt>,
        closes_at -> Nullable<BigInt>,
        old_passphrase_hash -> Nullable<Text>,
        old_passphrase_until -> Nullable<BigInt>,
        takes_get -> Bool,
        listed_count -> BigInt,
        blog_count -> BigInt,
        last_listed_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
        created_at -> BigInt,
        changed_at -> BigInt,
    }
}

table! {
    category_numbers (number) {
        number -> BigInt,
        hub_id -> Nullable<BigInt>,
    }
}

table! {
    category_slugs (hub_id, slug) {
        hub_id -> BigInt,
        slug -> Text,
        category_id -> Nullable<BigInt>,
        given_at -> BigInt,
    }
}

table! {
    blogs (id) {
        id -> BigInt,
        hub_id -> BigInt,
        key -> Text,
        name -> Text,
        listed_count -> BigInt,
        approved_at -> Nullable<BigInt>,
        barred_at -> Nullable<BigInt>,
        set_by_hand -> Bool,
        feed_url -> Nullable<Text>,
        feed_read_at -> Nullable<BigInt>,
        created_at -> BigInt,
        first_listed_at -> Nullable<BigInt>,
        last_listed_at -> Nullable<BigInt>,
        sort_name -> Text,
    }
}

table! {
    about_pages (hub_id) {
        hub_id -> BigInt,
        markdown -> Text,
        changed_at -> BigInt,
    }
}

table! {
    category_blogs (hub_id, category_id, blog_id) {
        hub_id -> BigInt,
        category_id -> BigInt,
        blog_id -> BigInt,
        listed_count -> BigInt,
    }
}

table! {
    listed_hours (hub_id, category_id, hour) {
        hub_id -> BigInt,
        category_id -> BigInt,
        hour -> BigInt,
        listed_count -> BigInt,
    }
}

table! {
    category_languages (hub_id, category_id, language) {
        hub_id -> BigInt,
        category_id -> BigInt,
        language -> Text,
        listed_count -> BigInt,
    }
}

table! {
    pings (id) {
        id -> BigInt,
        hub_id -> BigInt,
        category_id -> BigInt,
        public_id -> Binary,
        url -> Text,
        url_hash -> Binary,
        blog_id -> Nullable<BigInt>,
        blog_key -> Text,
        blog_name -> Text,
        title -> Text,
        excerpt -> Text,
        state -> Text,
        came_by -> Text,
        proved -> Bool,
        key_id -> Nullable<BigInt>,
        sender_hash -> Binary,
        received_at -> BigInt,
        listed_at -> Nullable<BigInt>,
        decided_at -> Nullable<BigInt>,
        purged_at -> Nullable<BigInt>,
        unverified -> Bool,
        hidden_at -> Nullable<BigInt>,
        sent -> Nullable<Text>,
        sent_title -> Nullable<Text>,
        sent_excerpt -> Nullable<Text>,
        edited_at -> Nullable<BigInt>,
        held_for -> Nullable<Text>,
        remark -> Text,
        verified_at -> Nullable<BigInt>,
        forwarded -> Bool,
    }
}

table! {
    ping_events (id) {
        id -> BigInt,
        hub_id -> BigInt,
        ping_id -> BigInt,
        kind -> Text,
        from_state -> Text,
        to_state -> Text,
        actor_id -> Nullable<BigInt>,
        detail -> Nullable<Text>,
        happened_at -> BigInt,
    }
}

table! {
    bulk_verdicts (id) {
        id -> BigInt,
        hub_id -> BigInt,
        actor_id -> Nullable<BigInt>,
        to_state -> Text,
        ping_count -> BigInt,
        decided_at -> BigInt,
        undone_at -> Nullable<BigInt>,
    }
}

table! {
    bulk_verdict_pings (hub_id, bulk_id, ping_id) {
        hub_id -> BigInt,
        bulk_id -> BigInt,
        ping_id -> BigInt,
        event_id -> BigInt,
    }
}

table! {
    hub_events (id) {
        id -> BigInt,
        hub_id -> BigInt,
        actor_id -> Nullable<BigInt>,
        kind -> Text,
        ping_id -> Nullable<BigInt>,
        detail -> Text,
        happened_at -> BigInt,
    }
}

table! {
    refused_pings (hub_id, category_id, url_hash) {
        hub_id -> BigInt,
        category_id -> BigInt,
        url_hash -> Binary,
        reason -> Text,
        attempts -> BigInt,
        refused_at -> BigInt,
    }
}

table! {
    reports (id) {
        id -> BigInt,
        hub_id -> BigInt,
        ping_id -> BigInt,
        reason -> Text,
        note -> Text,
        created_at -> BigInt,
        handled_at -> Nullable<BigInt>,
        handled_by -> Nullable<BigInt>,
    }
}

table! {
    jobs (hub_id, kind, subject_id) {
        hub_id -> BigInt,
        kind -> Text,
        subject_id -> BigInt,
        run_at -> BigInt,
        attempts -> BigInt,
        leased_until -> Nullable<BigInt>,
        failed_at -> Nullable<BigInt>,
        problem -> Nullable<Text>,
        created_at -> BigInt,
    }
}

table! {
    page_readings (hub_id, ping_id) {
        hub_id -> BigInt,
        ping_id -> BigInt,
        outcome -> Text,
        problem -> Nullable<Text>,
        status -> Nullable<BigInt>,
        read_at -> Nullable<BigInt>,
        linked_at -> Nullable<BigInt>,
        unlinked_at -> Nullable<BigInt>,
        failures -> BigInt,
        failed_since -> Nullable<BigInt>,
        rechecks -> BigInt,
        title -> Text,
        title_from -> Text,
        excerpt -> Text,
        excerpt_from -> Text,
        author -> Text,
        blog_name -> Text,
        language -> Text,
        published_at -> Nullable<BigInt>,
        feed_url -> Text,
        link_text -> Text,
        title_matches -> Bool,
        proof -> Text,
        vouch -> Text,
        vouched -> Bool,
        passphrase_public -> Bool,
        revision_at -> Nullable<BigInt>,
    }
}

table! {
    programmes (hub_id) {
        hub_id -> BigInt,
        address -> Text,
        arrangement -> Text,
        category -> Text,
        draft -> Nullable<Binary>,
        drafted_at -> Nullable<BigInt>,
        imported_at -> Nullable<BigInt>,
    }
}

table! {
    talks (id) {
        id -> BigInt,
        hub_id -> BigInt,
        category_id -> BigInt,
        slug -> Text,
        key -> Text,
        title -> Text,
        address -> Text,
        address_key -> Binary,
        speakers -> Text,
        room -> Text,
        track -> Text,
        starts_at -> Nullable<BigInt>,
        ends_at -> Nullable<BigInt>,
        is_category -> Bool,
        gone_at -> Nullable<BigInt>,
        listed_count -> BigInt,
    }
}

table! {
    ping_talks (hub_id, ping_id, talk_id) {
        hub_id -> BigInt,
        ping_id -> BigInt,
        talk_id -> BigInt,
        how -> Text,
    }
}

table! {
    page_links (hub_id, ping_id) {
        hub_id -> BigInt,
        ping_id -> BigInt,
        links -> Binary,
    }
}

table! {
    ping_words (ping_id) {
        ping_id -> BigInt,
        hub_id -> BigInt,
        words -> Text,
    }
}

table! {
    followed_feeds (id) {
        id -> BigInt,
        hub_id -> BigInt,
        category_id -> BigInt,
        url -> Text,
        tag -> Text,
        title -> Text,
        blog_key -> Text,
        followed_by -> Text,
        proved -> Bool,
        etag -> Nullable<Text>,
        last_modified -> Nullable<Text>,
        read_at -> Nullable<BigInt>,
        failures -> BigInt,
        problem -> Nullable<Text>,
        taken_count -> BigInt,
        created_at -> BigInt,
    }
}

table! {
    ping_keys (id) {
        id -> BigInt,
        hub_id -> BigInt,
        category_id -> Nullable<BigInt>,
        name -> Text,
        key_hash -> Binary,
        ending -> Text,
        lists_at_once -> Bool,
        hourly -> BigInt,
        use_count -> BigInt,
        last_used_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        created_at -> BigInt,
        form -> Text,
    }
}

table! {
    forward_addresses (id) {
        id -> BigInt,
        hub_id -> BigInt,
        category_id -> BigInt,
        url -> Text,
        created_at -> BigInt,
    }
}

table! {
    member_mails (hub_id, account_id) {
        hub_id -> BigInt,
        account_id -> BigInt,
        waiting -> Text,
        listed -> Text,
        waiting_through_at -> BigInt,
        listed_through_at -> BigInt,
        not_before_at -> Nullable<BigInt>,
        retries -> BigInt,
        bounces -> BigInt,
    }
}

table! {
    rules (id) {
        id -> BigInt,
        hub_id -> Nullable<BigInt>,
        kind -> Text,
        pattern -> Text,
        action -> Text,
        reason -> Text,
        author_id -> Nullable<BigInt>,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        hit_count -> BigInt,
        last_hit_at -> Nullable<BigInt>,
    }
}

table! {
    sent_mails (id) {
        id -> BigInt,
        account_id -> BigInt,
        sent_at -> BigInt,
    }
}

table! {
    forwards (id) {
        id -> BigInt,
        hub_id -> BigInt,
        address_id -> BigInt,
        ping_id -> BigInt,
        outcome -> Text,
        tries -> BigInt,
        said -> Text,
        created_at -> BigInt,
        tried_at -> Nullable<BigInt>,
    }
}

table! {
    post_changes (hub_id, ping_id) {
        hub_id -> BigInt,
        ping_id -> BigInt,
        changed_at -> BigInt,
    }
}

table! {
    websub_subscriptions (id) {
        id -> BigInt,
        hub_id -> BigInt,
        category_id -> Nullable<BigInt>,
        format -> Text,
        topic -> Text,
        callback -> Text,
        callback_domain -> Text,
        secret -> Nullable<Binary>,
        expires_at -> Nullable<BigInt>,
        asked -> Nullable<Text>,
        asked_secret -> Nullable<Binary>,
        asked_lease -> BigInt,
        asked_at -> BigInt,
        asked_tries -> BigInt,
        delivered_print -> Nullable<Binary>,
        delivered_at -> Nullable<BigInt>,
        tries -> BigInt,
        failing_since_at -> Nullable<BigInt>,
        created_at -> BigInt,
        asked_print -> Nullable<Binary>,
        asked_by -> Nullable<Binary>,
        across -> Nullable<Text>,
    }
}

table! {
    websub_announcements (id) {
        id -> BigInt,
        hub_id -> BigInt,
        category_id -> Nullable<BigInt>,
        endpoint -> Text,
        told_print -> Nullable<Binary>,
        tries -> BigInt,
    }
}

table! {
    attempts (key) {
        key -> Binary,
        count -> BigInt,
        at -> BigInt,
    }
}

table! {
    hub_exports (id) {
        id -> BigInt,
        hub_id -> BigInt,
        account_id -> Nullable<BigInt>,
        total -> BigInt,
        done -> BigInt,
        bytes -> BigInt,
        started_at -> BigInt,
        moved_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        failed -> Text,
    }
}

table! {
    hub_restorations (hub_id) {
        hub_id -> BigInt,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

table! {
    kept_away (hub_id, post_hash) {
        hub_id -> BigInt,
        post_hash -> Binary,
        created_at -> BigInt,
    }
}

/// Joins two tables of hubs, in either direction, by the hub and the id: no post is ever found beside
/// another hub's category, and a database that distributes hubs over machines finds both on one.
macro_rules! joinable_in_hub {
    ($child:ident -> $parent:ident ($key:ident)) => {
        joinable_in_hub!($child joins $parent: $child, $key, $parent);
        joinable_in_hub!($parent joins $child: $child, $key, $parent);
    };
    ($left:ident joins $right:ident: $child:ident, $key:ident, $parent:ident) => {
        impl diesel::query_source::JoinTo<$right::table> for $left::table {
            type FromClause = $right::table;
            type OnClause = diesel::dsl::And<
                diesel::dsl::Eq<
                    diesel::dsl::Nullable<$child::hub_id>,
                    diesel::dsl::Nullable<$parent::hub_id>,
                >,
                diesel::dsl::Eq<
                    diesel::dsl::Nullable<$child::$key>,
                    diesel::dsl::Nullable<$parent::id>,
                >,
                diesel::sql_types::Nullable<diesel::sql_types::Bool>,
            >;

            fn join_target(right: $right::table) -> (Self::FromClause, Self::OnClause) {
                use diesel::{BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods};
                let hubs = $child::hub_id.nullable().eq($parent::hub_id.nullable());
                (right, hubs.and($child::$key.nullable().eq($parent::id.nullable())))
            }
        }
    };
}

joinable_in_hub!(pings -> categories (category_id));
joinable_in_hub!(pings -> blogs (blog_id));
joinable_in_hub!(ping_events -> pings (ping_id));
joinable_in_hub!(hub_events -> pings (ping_id));
joinable_in_hub!(reports -> pings (ping_id));
joinable_in_hub!(page_readings -> pings (ping_id));
joinable_in_hub!(ping_words -> pings (ping_id));
joinable_in_hub!(followed_feeds -> categories (category_id));
joinable_in_hub!(forward_addresses -> categories (category_id));
joinable_in_hub!(forwards -> forward_addresses (address_id));
joinable_in_hub!(forwards -> pings (ping_id));
joinable_in_hub!(talks -> categories (category_id));
joinable_in_hub!(ping_talks -> pings (ping_id));
joinable_in_hub!(ping_talks -> talks (talk_id));

joinable!(sessions -> accounts (account_id));
joinable!(invitations -> accounts (invited_by));
joinable!(hub_members -> accounts (account_id));
joinable!(hub_members -> hubs (hub_id));
joinable!(hub_names -> hubs (hub_id));
joinable!(hub_slugs -> hubs (hub_id));
joinable!(series_hubs -> hubs (hub_id));
joinable!(series_hubs -> series (series_id));
joinable!(categories -> hubs (hub_id));
joinable!(pings -> hubs (hub_id));
joinable!(ping_events -> accounts (actor_id));
joinable!(bulk_verdicts -> accounts (actor_id));
joinable!(hub_events -> accounts (actor_id));
joinable!(hub_exports -> accounts (account_id));
joinable!(reports -> hubs (hub_id));
joinable!(jobs -> hubs (hub_id));
joinable!(rules -> accounts (author_id));

allow_tables_to_appear_in_same_query!(
    accounts,
    sessions,
    one_use_links,
    invitations,
    hubs,
    hub_names,
    hub_slugs,
    hub_members,
    categories,
    category_numbers,
    category_slugs,
    blogs,
    about_pages,
    hub_face_drafts,
    hub_pictures,
    series,
    series_hubs,
    category_blogs,
    listed_hours,
    category_languages,
    pings,
    ping_events,
    bulk_verdicts,
    bulk_verdict_pings,
    hub_events,
    hub_exports,
    hub_restorations,
    refused_pings,
    reports,
    jobs,
    ping_words,
    page_readings,
    followed_feeds,
    ping_keys,
    rules,
    member_mails,
    sent_mails,
    forward_addresses,
    forwards,
    post_changes,
    websub_subscriptions,
    websub_announcements,
    programmes,
    talks,
    ping_talks,
    page_links,
    kept_away,
);
