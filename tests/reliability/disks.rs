//! R3: the disk is full. Pings are put off, pages are read on, nothing that was answered is lost, and
//! it goes on by itself as soon as there is room.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::Duration;

use backchannel::config::DatabaseUrl;
use backchannel::db::migrations;

use super::client::{Over, Seen, get, send_until};
use super::world::{Cluster, On, World, done, look_through, serve, until};
use crate::harness::Database;
use crate::harness::senders::open_hub;

/// A file system of its own, in memory, and no larger than it is said to be.
struct Small {
    at: PathBuf,
}

impl Small {
    fn mounted_on(at: &Path, size: &str) -> Self {
        let options = format!("size={size},mode=777");
        done(Command::new("mount").args(["-t", "tmpfs", "-o", &options, "small"]).arg(at));
        Self { at: at.to_owned() }
    }

    fn ballast(&self) -> PathBuf {
        self.at.join("ballast")
    }

    /// Fills what is free.
    fn fill(&self) {
        let mut file = File::create(self.ballast()).unwrap();
        for piece in [1 << 20, 1 << 12, 1] {
            while file.write_all(&vec![0; piece]).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Lazily: whoever still ends there has it for as long.
        let _gone = Command::new("umount").arg("-l").arg(&self.at).output();
    }
}

/// Fills the disk while eight clients ping, and makes room again.
pub fn fill_it(_world: &World, on: On) -> String {
    let data = tempfile::tempdir().unwrap();
    let (disk, database, cluster);
    match on {
        On::Sqlite => {
            disk = Small::mounted_on(data.path(), "24m");
            cluster = None;
            let url = DatabaseUrl::Sqlite(data.path().join("backchannel.db"));
            database = Database::elsewhere(url, data);
        }
        On::Postgres => {
            let place = tempfile::tempdir().unwrap();
            disk = Small::mounted_on(place.path(), "160m");
            let server = Cluster::start_in(place).unwrap();
            database = Database::elsewhere(server.make_database(), data);
            cluster = Some(server);
        }
    }
    migrations::run_pending(&database.url).unwrap();
    open_hub(&database);
    let mut server = serve(&database);
    let (seen, over) = (Seen::default(), Over::default());
    let mut healed = Duration::ZERO;
    std::thread::scope(|scope| {
        let sending = over.when_dropped();
        scope.spawn(|| {
            send_until(server.address, 8, "full", &seen, &over, Duration::from_millis(2))
        });
        let patience = Duration::from_secs(60);
        until("the first pings", patience, || seen.count_taken() >= 30);
        disk.fill();
        until("the full disk", patience, || seen.put_off.load(Ordering::SeqCst) >= 50);
        for page in ["/", "/sxsw", "/sxsw/all", "/sxsw/rss", "/healthz"] {
            let read = get(server.address, page).unwrap();
            assert_eq!(read.status, 200, "{page} cannot be read: {}", read.text);
        }
        let before = seen.count_taken();
        disk.make_room();
        healed = until("the room", patience, || seen.count_taken() >= before + 30);
        drop(sending);
    });
    seen.had_clear_answers();
    assert!(server.is_up(), "it ended");
    assert!(server.log().contains("the disk is full"), "the log does not say so");
    let counted = server.metric("pings_total{outcome=\"failed\"}");
    assert!(counted >= 50.0, "{counted} are counted");
    server.stop();
    let taken = seen.taken.lock().unwrap();
    let held = look_through(&database, &taken);
    assert!(held.lost.is_empty() && held.doubled.is_empty(), "{held:?}");
    drop((server, cluster));
    format!(
        "{} answered, {} put off in their protocol's words, pages and feeds read on, **0 lost**; \
         went on by itself {} ms after there was room",
        taken.len(),
        seen.put_off.load(Ordering::SeqCst),
        healed.as_millis()
    )
}
