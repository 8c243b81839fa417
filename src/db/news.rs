//! Instances on one PostgreSQL tell each other what their commits changed, by LISTEN and NOTIFY.
//!
//! One thread with a connection of its own does both, so that no ping waits for it: a NOTIFY inside
//! the transactions would have them commit one after the other. It makes things quick and nothing
//! else: what is not heard is found by a look each second (`actions::watch_changes`), behind a pooler
//! that takes LISTEN away just as while the connection is broken.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};

use super::OnNews;
use super::connection::{self, DbConnection, Use};
use super::error::DbError;
use super::tx::{Touched, TouchedHub};
use crate::config::DatabaseUrl;
use crate::model::id::{HubId, PingId};

/// How often what others said is looked for: that asks a socket, and not the server.
const LOOK: Duration = Duration::from_millis(25);
/// How long a broken connection is left alone.
const PAUSE: Duration = Duration::from_secs(1);
/// The most bytes of one message; PostgreSQL takes 7,999.
const MAX_MESSAGE: usize = 7_900;

/// What others are to be told.
#[derive(Clone)]
pub struct News {
    queue: Sender<Touched>,
}

impl News {
    /// Starts telling and listening; `on_news` is told what other instances did.
    pub fn start(url: DatabaseUrl, on_news: OnNews) -> Result<Self, DbError> {
        let (queue, told) = mpsc::channel();
        let mut thread = Thread { url, told, on_news };
        std::thread::Builder::new()
            .name("news".into())
            .spawn(move || thread.run())
            .map_err(|source| DbError::Directory { path: "(news thread)".into(), source })?;
        Ok(Self { queue })
    }

    /// Has the others told what a commit changed.
    pub fn tell(&self, touched: Touched) {
        // The thread ends with the last who could tell it anything.
        let _told = self.queue.send(touched);
    }
}

struct Thread {
    url: DatabaseUrl,
    told: Receiver<Touched>,
    on_news: OnNews,
}

/// A connection that listens, and its number at the server.
struct Listening {
    connection: PgConnection,
    process: i32,
}

impl Thread {
    fn run(&mut self) {
        let (mut listening, mut was_told) = (None, false);
        loop {
            let mut words = Vec::new();
            match self.told.recv_timeout(LOOK) {
                Ok(touched) => {
                    // What came meanwhile goes along.
                    for touched in std::iter::once(touched).chain(self.told.try_iter()) {
                        words.extend(write(&touched));
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            match self.exchange(&mut listening, &words) {
                Ok(()) => was_told = false,
                Err(error) => {
                    // What was to be told is found by the others' next look.
                    if !std::mem::replace(&mut was_told, true) {
                        tracing::warn!(%error, "other instances hear of changes a second later");
                    }
                    listening = None;
                    std::thread::sleep(PAUSE);
                }
            }
        }
    }

    /// Tells what there is to tell, and hears what was said.
    fn exchange(&self, listening: &mut Option<Listening>, words: &[String]) -> Result<(), DbError> {
        let listening = match listening {
            Some(listening) => listening,
            None => listening.insert(listen(&self.url)?),
        };
        for message in messages(words) {
            let notify = diesel::sql_query("SELECT pg_notify('backchannel', $1)");
            notify.bind::<Text, _>(message).execute(&mut listening.connection)?;
        }
        let own = listening.process;
        let mut heard = Touched::default();
        for news in listening.connection.notifications_iter() {
            let news = news?;
            if news.process_id != own {
                read(&news.payload, &mut heard);
            }
        }
        if !heard.is_nothing() {
            (self.on_news)(&heard);
        }
        Ok(())
    }
}

fn listen(url: &DatabaseUrl) -> Result<Listening, DbError> {
    #[derive(QueryableByName)]
    struct Process {
        #[diesel(sql_type = Integer)]
        process: i32,
    }
    let DbConnection::Postgres(mut connection) = connection::open(url, Use::Read)? else {
        return Err(DbError::Closed);
    };
    diesel::sql_query("LISTEN backchannel").execute(&mut connection)?;
    let found: Process =
        diesel::sql_query("SELECT pg_backend_pid() AS process").get_result(&mut connection)?;
    Ok(Listening { connection, process: found.process })
}

/// A change as words: `h7:12` is revision 12 of hub 7, `i3` the instance's third, `p5` the fifth ping.
/// (Who has something to do is not said: the others look for it each second.)
fn write(touched: &Touched) -> Vec<String> {
    let hubs = touched.hubs.iter().map(|hub| format!("h{}:{}", hub.id.0, hub.revision));
    let instance = touched.instance.iter().map(|revision| format!("i{revision}"));
    let pings = touched.pings.iter().map(|ping| format!("p{}", ping.0));
    hubs.chain(instance).chain(pings).collect()
}

/// Puts words into as few messages as hold them, each word once.
fn messages(words: &[String]) -> Vec<String> {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.dedup();
    let mut messages: Vec<String> = Vec::new();
    for word in words {
        match messages.last_mut() {
            Some(last) if last.len() + 1 + word.len() <= MAX_MESSAGE => {
                last.push(' ');
                last.push_str(word);
            }
            _ => messages.push(word.to_owned()),
        }
    }
    messages
}

/// Adds what a message says; words of a newer version's are passed over.
fn read(message: &str, into: &mut Touched) {
    for word in message.split(' ') {
        let Some((kind, rest)) = word.split_at_checked(1) else { continue };
        match kind {
            "h" => {
                let pair = rest.split_once(':');
                let pair = pair.and_then(|(hub, at)| Some((hub.parse().ok()?, at.parse().ok()?)));
                into.hubs.extend(pair.map(|(hub, revision)| touched(hub, revision)));
            }
            "i" => into.instance = rest.parse().ok().max(into.instance),
            "p" => into.pings.extend(rest.parse().ok().map(PingId)),
            _ => {}
        }
    }
}

/// What changed in it is not said.
const fn touched(hub: i64, revision: i64) -> TouchedHub {
    TouchedHub { id: HubId(hub), revision, only_lists: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_what_is_heard() {
        let touched = Touched {
            hubs: vec![touched(7, 12), touched(8, 1)],
            instance: Some(3),
            pings: vec![PingId(5)],
            jobs: true,
        };
        let messages = messages(&write(&touched));
        assert_eq!(messages, ["h7:12 h8:1 i3 p5"]);
        let mut heard = Touched::default();
        messages.iter().for_each(|message| read(message, &mut heard));
        assert_eq!(
            (heard.hubs, heard.instance, heard.pings),
            (touched.hubs, Some(3), touched.pings)
        );
    }

    #[test]
    fn many_changes_are_told_in_messages_that_postgresql_takes() {
        let pings = (0..5_000).map(|n| PingId(1_000_000 + n)).collect();
        let touched = Touched { pings, ..Touched::default() };
        let messages = messages(&write(&touched));
        assert!(messages.len() > 1 && messages.iter().all(|message| message.len() < 8_000));
        let mut heard = Touched::default();
        messages.iter().for_each(|message| read(message, &mut heard));
        assert_eq!(heard.pings.len(), 5_000);
    }

    #[test]
    fn what_nobody_understands_is_passed_over() {
        let mut heard = Touched::default();
        read("x9 h h1 h1:x h:2 i p é \u{1F600}", &mut heard);
        assert!(heard.is_nothing());
    }
}
