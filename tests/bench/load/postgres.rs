//! A fresh database on a PostgreSQL server, for one sample.

use anyhow::Context;
use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};

/// A database that is dropped with this.
pub struct Fresh {
    server: String,
    name: String,
    /// Its address.
    pub url: String,
}

impl Fresh {
    /// Makes one, without tables: whoever opens it makes them.
    pub fn make(server: &str) -> anyhow::Result<Self> {
        let name = format!("load_{}_{:08x}", std::process::id(), rand::random::<u32>());
        let mut url = url::Url::parse(server).context("the server's address")?;
        url.set_path(&name);
        PgConnection::establish(server)?.batch_execute(&format!("CREATE DATABASE {name}"))?;
        Ok(Self { server: server.to_owned(), name, url: url.into() })
    }

    /// How many pings it holds.
    pub fn count_pings(&self) -> anyhow::Result<u64> {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        let mut connection = PgConnection::establish(&self.url)?;
        let count: Count =
            diesel::sql_query("SELECT count(*) AS n FROM pings").get_result(&mut connection)?;
        Ok(u64::try_from(count.n)?)
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let dropped = PgConnection::establish(&self.server)
            .map_err(anyhow::Error::from)
            .and_then(|mut server| Ok(server.batch_execute(&drop)?));
        if let Err(error) = dropped {
            eprintln!("the database {} is left over: {error}", self.name);
        }
    }
}
