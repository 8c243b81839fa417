//! A real server on a real socket, on a clock that is moved by hand, and the people who use it.

mod blog;
mod browser;
mod csv;
mod databases;
mod everything;
pub mod process;
pub mod schedules;
pub mod senders;
mod site;
mod written;

pub use blog::{Answer, Asked, Blog, post};
pub use browser::{Browser, Page, http};
pub use csv::read_csv;
pub use databases::Database;
pub use everything::{everything, file_of};
pub use site::{PASSWORD, Site, Topic, days, hours, link_in, minutes, seconds};

/// Tells a story on SQLite and on PostgreSQL.
///
/// Without a PostgreSQL server (`TEST_POSTGRES_URL`) the second telling says so and ends; with
/// `CI=true` that is a failure.
macro_rules! story {
    ($(async fn $name:ident($site:ident) $body:block)*) => {$(
        async fn $name($site: &crate::harness::Site) $body

        // A module and a function may share a name: the story, and its two tellings.
        mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                let site = crate::harness::Site::start(crate::harness::Database::sqlite()).await;
                super::$name(&site).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let Some(database) = crate::harness::Database::postgres() else { return };
                let site = crate::harness::Site::start(database).await;
                super::$name(&site).await;
            }
        }
    )*};
    // The same on a site that reads blogs on this machine (`serve --unsafe-dial-loopback`).
    (with blogs: $(async fn $name:ident($site:ident) $body:block)*) => {$(
        async fn $name($site: &crate::harness::Site) $body

        mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                let database = crate::harness::Database::sqlite();
                let site = crate::harness::Site::that_reads_blogs(database).await;
                super::$name(&site).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                let Some(database) = crate::harness::Database::postgres() else { return };
                let site = crate::harness::Site::that_reads_blogs(database).await;
                super::$name(&site).await;
            }
        }
    )*};
}
