//! All that a database holds, as text: to look for what must not be there, and to see that nothing
//! was changed.

use std::collections::BTreeMap;

use backchannel::config::DatabaseUrl;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::Site;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every row of every table, sorted, bytes as hexadecimal digits.
pub fn everything(site: &Site) -> BTreeMap<String, Vec<String>> {
    match site.app.config.database.url() {
        DatabaseUrl::Sqlite(path) => {
            let mut connection = SqliteConnection::establish(&path.display().to_string()).unwrap();
            let tables = "SELECT name AS line FROM sqlite_master WHERE type = 'table'";
            let tables = lines(diesel::sql_query(tables).load(&mut connection));
            let mut all = BTreeMap::new();
            for table in tables {
                let columns = format!(
                    "SELECT 'quote(\"' || name || '\")' AS line FROM pragma_table_info('{table}')"
                );
                let columns = lines(diesel::sql_query(columns).load(&mut connection));
                let row = columns.join(" || ', ' || ");
                let rows = format!("SELECT {row} AS line FROM \"{table}\" ORDER BY 1");
                all.insert(table, lines(diesel::sql_query(rows).load(&mut connection)));
            }
            all
        }
        DatabaseUrl::Postgres(url) => {
            let mut connection = PgConnection::establish(url.expose()).unwrap();
            let tables = "SELECT table_name::text AS line FROM information_schema.tables
                WHERE table_schema = 'public'";
            let tables = lines(diesel::sql_query(tables).load(&mut connection));
            let mut all = BTreeMap::new();
            for table in tables {
                let rows = format!("SELECT t::text AS line FROM \"{table}\" t ORDER BY 1");
                all.insert(table, lines(diesel::sql_query(rows).load(&mut connection)));
            }
            all
        }
    }
}

fn lines(found: QueryResult<Vec<Line>>) -> Vec<String> {
    found.unwrap().into_iter().map(|line| line.line).collect()
}

/// The bytes of an SQLite file after its journal was written back and free pages were given back;
/// nothing on PostgreSQL.
pub fn file_of(site: &Site) -> Vec<u8> {
    let DatabaseUrl::Sqlite(path) = site.app.config.database.url() else { return Vec::new() };
    let mut connection = SqliteConnection::establish(&path.display().to_string()).unwrap();
    connection
        .batch_execute("PRAGMA busy_timeout = 5000; PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
        .unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let journal =
        path.with_file_name(format!("{}-wal", path.file_name().unwrap().to_string_lossy()));
    bytes.extend(std::fs::read(journal).unwrap_or_default());
    bytes
}
