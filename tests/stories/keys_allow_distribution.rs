//! A PostgreSQL that distributes hubs over machines needs the hub in every unique key, and in every
//! foreign key between what is distributed.

use diesel::prelude::*;
use diesel::sql_types::Text;

use backchannel::config::DatabaseUrl;

use crate::harness::Database;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// What is small, and on every machine: accounts and what is theirs, hubs with their rules and series,
/// and what says which hub somebody means by a name, a number or a link. Keys among these, and to them,
/// are free.
const ON_EVERY_MACHINE: &[&str] = &[
    "accounts",
    "attempts",
    "category_numbers",
    "hub_names",
    "hub_slugs",
    "hubs",
    "instance_state",
    "invitations",
    "one_use_links",
    "rules",
    "sent_mails",
    "series",
    "sessions",
];

/// Unique keys, constraints and indexes, without `hub_id`.
const UNIQUE: &str = "
    SELECT c.relname || ' ' || coalesce(k.contype::text, 'i') || ' ('
        || (SELECT string_agg(a.attname, ',' ORDER BY a.attname) FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey)) || ')' AS line
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u')
    WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '\\_\\_%'
        AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
            AND a.attname = 'hub_id')
    ORDER BY 1";

/// Foreign keys that do not carry the hub on both sides.
const FOREIGN: &str = "
    SELECT c.relname || ' -> ' || f.relname AS line
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
    WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM unnest(k.conkey, k.confkey) AS pair (own, other)
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = pair.own
            JOIN pg_attribute b ON b.attrelid = f.oid AND b.attnum = pair.other
            WHERE a.attname = 'hub_id' AND b.attname = 'hub_id')
    ORDER BY 1";

/// All foreign keys.
const AWAY: &str = "
    SELECT DISTINCT c.relname || ' -> ' || f.relname AS line
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
    WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace ORDER BY 1";

const TABLES: &str = "
    SELECT c.relname::text AS line FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '\\_\\_%' ORDER BY 1";

#[test]
fn every_key_carries_its_hub() {
    let Some(database) = Database::postgres() else { return };
    let DatabaseUrl::Postgres(url) = &database.url else { unreachable!() };
    let mut server = PgConnection::establish(url.expose()).unwrap();
    let mut lines = |query| -> Vec<String> {
        let lines: Vec<Line> = diesel::sql_query(query).load(&mut server).unwrap();
        lines.into_iter().map(|row| row.line).collect()
    };
    let is_everywhere = |table: &str| ON_EVERY_MACHINE.contains(&table);
    let tables = lines(TABLES);
    let (everywhere, with_a_hub): (Vec<&String>, Vec<&String>) =
        tables.iter().partition(|table| is_everywhere(table));
    assert_eq!(everywhere, ON_EVERY_MACHINE, "a table has another name");
    assert!(with_a_hub.len() > 30, "{with_a_hub:?}");
    let mut unique = lines(UNIQUE);
    unique.retain(|line| !is_everywhere(line.split(' ').next().unwrap_or_default()));
    assert_eq!(unique, [""; 0], "unique without the hub");
    let mut foreign = lines(FOREIGN);
    // To what is on every machine anything may refer; it refers to nothing else.
    foreign.retain(|line| !line.split_once(" -> ").is_some_and(|(_, to)| is_everywhere(to)));
    assert_eq!(foreign, [""; 0], "refers without the hub");
    let mut away = lines(AWAY);
    away.retain(|line| {
        let (from, to) = line.split_once(" -> ").unwrap();
        is_everywhere(from) && !is_everywhere(to)
    });
    assert_eq!(away, [""; 0], "is on every machine, and refers to what is not");
}
