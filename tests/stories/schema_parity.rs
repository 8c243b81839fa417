//! The two trees of migrations make the same tables.

use std::collections::BTreeSet;
use std::path::Path;

use backchannel::config::DatabaseUrl;
use backchannel::db::migrations;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::harness::Database;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// `table.column type null?`, unique keys and foreign keys, as sorted lines. What is unique for some
/// rows only is an index, and not compared. On SQLite the id of what belongs to a hub is the row's
/// number, too; on PostgreSQL its key is the hub and the id alone.
const SQLITE: &[&str] = &[
    "SELECT m.name || '.' || c.name || ' ' || c.type || CASE WHEN c.\"notnull\" THEN ' not null' ELSE '' END AS line
     FROM sqlite_master m JOIN pragma_table_info(m.name) c
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'",
    "SELECT m.name || ' unique ' || (SELECT group_concat(name) FROM (SELECT i.name FROM pragma_index_info(l.name) i ORDER BY i.name)) AS line
     FROM sqlite_master m JOIN pragma_index_list(m.name) l
     WHERE m.type = 'table' AND l.\"unique\" AND NOT l.partial AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'",
    "SELECT m.name || ' unique ' || group_concat(c.name) AS line FROM sqlite_master m JOIN pragma_table_info(m.name) c
     WHERE m.type = 'table' AND c.pk > 0 AND c.type = 'INTEGER' AND m.name NOT LIKE 'sqlite_%'
        AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name) l WHERE l.\"unique\" AND NOT l.partial
            AND (SELECT group_concat(name) FROM (SELECT i.name FROM pragma_index_info(l.name) i ORDER BY i.name)) = 'hub_id,' || c.name)
     GROUP BY m.name",
    "SELECT line || ' on delete ' || lower(act) AS line FROM (
        SELECT m.name || ' (' || (SELECT group_concat(\"from\") FROM (SELECT g.\"from\" FROM pragma_foreign_key_list(m.name) g WHERE g.id = f.id ORDER BY g.\"from\")) || ') -> ' || f.\"table\" AS line, f.on_delete AS act
        FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND f.seq = 0)",
];
const POSTGRES: &[&str] = &[
    "SELECT table_name || '.' || column_name || ' ' || upper(data_type) || CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' END AS line
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'",
    "SELECT c.relname || ' unique ' || (SELECT string_agg(a.attname, ',' ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)) AS line
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.connamespace = 'public'::regnamespace AND k.contype IN ('u', 'p') AND c.relname NOT LIKE '\\_\\_%'",
    "SELECT c.relname || ' (' || (SELECT string_agg(a.attname, ',' ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)) || ') -> ' || f.relname || ' on delete ' ||
        CASE k.confdeltype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'a' THEN 'no action' ELSE 'other' END AS line
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid WHERE k.connamespace = 'public'::regnamespace AND k.contype = 'f'",
];

fn lines<C>(connection: &mut C, queries: &[&str]) -> BTreeSet<String>
where
    C: diesel::connection::LoadConnection,
    Line: QueryableByName<C::Backend>,
    diesel::query_builder::SqlQuery: for<'a> diesel::query_dsl::LoadQuery<'a, C, Line>,
{
    queries
        .iter()
        .flat_map(|query| diesel::sql_query(*query).load::<Line>(connection).unwrap())
        .map(|row| row.line)
        // The index of words is tables of its own on SQLite, and an index on PostgreSQL.
        .filter(|line| !line.starts_with("ping_words_index"))
        .map(|line| line.replace(" INTEGER", " BIGINT").replace(" BLOB", " BYTEA"))
        .collect()
}

#[test]
fn both_databases_have_the_same_tables_columns_and_keys() {
    let Some(postgres) = Database::postgres() else { return };
    let sqlite = Database::sqlite();
    let DatabaseUrl::Sqlite(path) = &sqlite.url else { panic!("not a file") };
    let DatabaseUrl::Postgres(url) = &postgres.url else { panic!("not a server") };
    let mut file = SqliteConnection::establish(&path.display().to_string()).unwrap();
    let mut server = PgConnection::establish(url.expose()).unwrap();
    let on_sqlite = lines(&mut file, SQLITE);
    let on_postgres = lines(&mut server, POSTGRES);
    assert!(on_sqlite.len() > 150, "{}", on_sqlite.len());
    let only_sqlite: Vec<_> = on_sqlite.difference(&on_postgres).collect();
    let only_postgres: Vec<_> = on_postgres.difference(&on_sqlite).collect();
    assert!(
        only_sqlite.is_empty() && only_postgres.is_empty(),
        "only on SQLite: {only_sqlite:#?}\nonly on PostgreSQL: {only_postgres:#?}"
    );
}

#[test]
fn both_trees_have_the_same_migrations_and_each_can_be_taken_back() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = |tree: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(root.join(tree)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    let databases = std::iter::once(Database::sqlite()).chain(Database::postgres());
    for database in databases {
        for _ in names("sqlite") {
            migrations::revert_last(&database.url).unwrap();
        }
        assert!(migrations::steps(&database.url).unwrap().iter().all(|step| !step.applied));
        assert_eq!(migrations::run_pending(&database.url).unwrap().len(), names("sqlite").len());
        assert!(migrations::run_pending(&database.url).unwrap().is_empty(), "twice does nothing");
    }
}

/// The columns of a migration that have one of several names, with these.
fn names_allowed(sql: &str) -> Vec<(&str, BTreeSet<&str>)> {
    let checks = sql.lines().filter_map(|line| Some(line.split_once("CHECK (")?.1));
    let columns = checks.map(|check| {
        let column = check.split(' ').next().unwrap_or_default();
        (column, check.split('\'').skip(1).step_by(2).collect())
    });
    columns.filter(|(_, names): &(_, BTreeSet<_>)| !names.is_empty()).collect()
}

#[test]
fn both_trees_allow_the_same_names_and_sqlite_makes_no_table_of_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut columns = 0;
    for entry in std::fs::read_dir(root.join("sqlite")).unwrap() {
        let path = Path::new(&entry.unwrap().file_name()).join("up.sql");
        let [sqlite, postgres] = ["sqlite", "postgres"]
            .map(|tree| std::fs::read_to_string(root.join(tree).join(&path)).unwrap());
        let allowed = names_allowed(&sqlite);
        assert_eq!(allowed, names_allowed(&postgres), "{path:?}");
        columns += allowed.len();
        let mut checks = sqlite.lines().filter(|line| line.contains("CHECK ("));
        assert!(checks.all(|line| !line.contains(" IN (")), "{path:?}: see migrations/README.md");
    }
    assert!(columns > 20, "{columns} were found");
}
