//! A PostgreSQL that distributes hubs over machines needs the hub in every unique key, and in every
//! foreign key between what is distributed. What stands against that is listed here, and nothing else.

use diesel::prelude::*;
use diesel::sql_types::Text;

use backchannel::config::DatabaseUrl;

use crate::harness::Database;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// What belongs to no hub: small, and on every machine. Keys among these, and to them, are free.
const ON_EVERY_MACHINE: &[&str] = &[
    "accounts",
    "attempts",
    "instance_state",
    "one_use_links",
    "sent_mails",
    "series",
    "sessions",
];

/// Keys without the hub that an upgrade to such a database has to change: `id` becomes `(hub_id, id)`,
/// which is unique already; names that lead to a hub move into tables that are on every machine.
const TO_BE_CHANGED: &[&str] = &[
    "blogs p (id)",
    "bulk_verdicts p (id)",
    "categories p (id)",
    "categories u (number)",
    "followed_feeds p (id)",
    "forward_addresses p (id)",
    "forwards p (id)",
    "hub_events p (id)",
    "hub_exports p (id)",
    "hub_names i (host)",
    "hub_slugs p (slug)",
    "hubs u (slug)",
    "invitations p (id)",
    "invitations u (token_hash)",
    "ping_events p (id)",
    "ping_keys p (id)",
    "ping_words p (ping_id)",
    "pings p (id)",
    "reports p (id)",
    "rules p (id)",
    "talks p (id)",
    "websub_announcements p (id)",
    "websub_subscriptions p (id)",
];

/// Unique keys, constraints and indexes, without `hub_id`; in `hubs` that is its `id`.
const UNIQUE: &str = "
    SELECT c.relname || ' ' || coalesce(k.contype::text, 'i') || ' ('
        || (SELECT string_agg(a.attname, ',' ORDER BY a.attname) FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey)) || ')' AS line
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u')
    WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '\\_\\_%'
        AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
            AND a.attname = CASE c.relname WHEN 'hubs' THEN 'id' ELSE 'hub_id' END)
    ORDER BY 1";

/// Foreign keys that do not carry the hub on both sides.
const FOREIGN: &str = "
    SELECT c.relname || ' -> ' || f.relname AS line
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
    WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
            AND a.attname = 'hub_id')
    ORDER BY 1";

#[test]
fn every_key_carries_its_hub_but_for_those_that_are_named() {
    let Some(database) = Database::postgres() else { return };
    let DatabaseUrl::Postgres(url) = &database.url else { unreachable!() };
    let mut server = PgConnection::establish(url.expose()).unwrap();
    let mut lines = |query| -> Vec<String> {
        let lines: Vec<Line> = diesel::sql_query(query).load(&mut server).unwrap();
        lines.into_iter().map(|row| row.line).collect()
    };
    let is_everywhere = |table: &str| ON_EVERY_MACHINE.contains(&table);
    let mut unique = lines(UNIQUE);
    unique.retain(|line| !is_everywhere(line.split(' ').next().unwrap_or_default()));
    assert_eq!(unique, TO_BE_CHANGED, "unique without the hub");
    let mut foreign = lines(FOREIGN);
    foreign.retain(|line| !line.split_once(" -> ").is_some_and(|(_, to)| is_everywhere(to)));
    foreign.sort();
    foreign.dedup();
    // A link that opens an account may belong to an invitation, and a series remembers who left it.
    assert_eq!(
        foreign,
        ["one_use_links -> invitations", "series -> hubs"],
        "refers without the hub"
    );
}
