//! Puts an instance on a socket: HTTP, upkeep, and an orderly stop.

use std::any::Any;
use std::future::Future;
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::http::KeepAlive;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::{HttpServer, web};
use tokio::sync::watch;

use crate::actions::{own_name, prune, rules, watch_changes, websub};
use crate::app::{App, MAX_SEATS, StartError};
use crate::clock::Clock;
use crate::config::Config;
use crate::limits::{Connections, MAX_CONNECTIONS};
use crate::web::{
    INSIDE, around, render_for_subscribers, routes, unreadable_path, unreadable_query,
};
use crate::worker;

/// How long a stopping server waits for requests that are under way.
const DRAIN: u64 = 10;

/// A server that is bound to its address, and does not answer yet.
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
    address: SocketAddr,
    works: bool,
}

impl Server {
    /// Binds the address and opens the data. The address is bound first: where none is configured
    /// it is the public one, and port 0 becomes a real port here.
    pub fn bind(config: Config, clock: Clock) -> Result<Self, StartError> {
        let (listener, address) = listen(config.http.address.listen)?;
        let app = App::open(config, clock, address)?;
        Ok(Self { works: true, ..Self::around(Arc::new(app), listener, address) })
    }

    /// The same, around an app that was opened with [`listen`]'s address. Jobs are left to the
    /// caller: stories have them done on their own clock.
    pub fn around(app: Arc<App>, listener: TcpListener, address: SocketAddr) -> Self {
        prepare(&app);
        Self { app, listener, address, works: false }
    }

    /// The instance.
    pub const fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` is over; then finishes what is under way, and closes the data.
    ///
    /// Must run inside an actix system ([`actix_web::rt::System`]).
    pub async fn run(self, stop: impl Future<Output = ()>) -> std::io::Result<()> {
        let app = Arc::clone(&self.app);
        // Second request heads on a kept-alive connection have no time-out of their own: without
        // a proxy in front, each connection serves one request (`security.md`, finding 1).
        let keep_alive = if app.config.http.trusted_proxies.is_empty() {
            KeepAlive::Disabled
        } else {
            KeepAlive::Timeout(Duration::from_secs(5))
        };
        let workers = app.config.http.workers.map_or_else(
            || std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
            usize::from,
        );
        let shared = web::Data::from(Arc::clone(&app));
        let connections =
            Connections::new(app.config.http.rate_limits, &app.config.http.trusted_proxies);
        let counted = Arc::clone(&app);
        let came_in: Arc<AtomicUsize> = Arc::default();
        let coming_in = Arc::clone(&came_in);
        let door = self.listener.try_clone()?;
        let server = HttpServer::new(move || {
            actix_web::App::new()
                .app_data(shared.clone())
                .app_data(unreadable_query())
                .app_data(unreadable_path())
                .wrap(from_fn(around))
                .configure(routes)
        })
        .on_connect(move |io, data| {
            coming_in.fetch_add(1, Ordering::Relaxed);
            enter(&counted, &connections, io, data);
        })
        .keep_alive(keep_alive)
        .tcp_nodelay(true)
        .client_request_timeout(Duration::from_secs(5))
        .client_disconnect_timeout(Duration::from_secs(1))
        .max_connections((MAX_CONNECTIONS + MAX_SEATS) / workers.max(1))
        .workers(workers)
        .shutdown_timeout(DRAIN)
        .disable_signals()
        .listen(self.listener)?
        .run();
        let handle = server.handle();
        let upkeep = tokio::spawn(upkeep(Arc::clone(&app)));
        let (stop_worker, stopping) = watch::channel(false);
        let working = self.works.then(|| tokio::spawn(work(Arc::clone(&app), stopping)));
        let serving = tokio::spawn(server);
        stop.await;
        tracing::info!("stopping: finishing what is under way");
        close_door(door, &came_in).await;
        app.stopping.cancel();
        // Nobody listens any more where there is no worker.
        let _told = stop_worker.send(true);
        handle.stop(true).await;
        if let Some(working) = working {
            // It catches the panics of its jobs, and has none of its own.
            let _ended = working.await;
        }
        let served = serving.await.unwrap_or_else(|gone| Err(std::io::Error::other(gone)));
        upkeep.abort();
        if !app.background.drain(Duration::from_secs(DRAIN)).await {
            tracing::warn!("some mail was still under way");
        }
        app.db.close().await;
        tracing::info!("stopped");
        served
    }
}

/// How long somebody may take nothing of an answer (on Linux). Then the kernel ends the connection, as it does
/// where nobody is there any more.
#[cfg(target_os = "linux")]
const UNREAD: Duration = Duration::from_secs(30);

/// Gives a new connection its place, or closes it: whoever holds so many sends nothing that is
/// waited for.
fn enter(app: &App, connections: &Connections, io: &dyn Any, data: &mut Extensions) {
    let Some(socket) = io.downcast_ref::<TcpStream>() else { return };
    let Ok(peer) = socket.peer_addr() else { return };
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(socket).set_tcp_user_timeout(Some(UNREAD)) {
        tracing::debug!(%error, "an answer that nobody reads is held as long as its connection is");
    }
    if let Some(place) = connections.enter(peer.ip()) {
        data.insert(place);
    } else {
        app.metrics.limited("connections");
        // Where this fails, the connection is closed already.
        let _closed = socket2::SockRef::from(socket).shutdown(Shutdown::Both);
    }
}

/// When nobody was led to a worker for so long, whoever came in before the door was closed is served:
/// actix drops the connections that wait for one when it stops, and what was sent on them would go
/// unanswered.
const LAST_COME: Duration = Duration::from_millis(200);

/// Lets nobody in any more, and waits until whoever came in is served.
///
/// The kernel drops whoever knocks, so that they try again a second later and find the next process
/// there, or that there is none. Where it cannot be told to (on Linux alone it can), whoever knocks
/// in this moment is sent away.
async fn close_door(door: TcpListener, came_in: &AtomicUsize) {
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(&door).attach_filter(&no_newcomers()) {
        tracing::debug!(%error, "whoever knocks while we stop is sent away");
    }
    // Ten times: where the kernel cannot be told, they go on coming.
    for _ in 0..10 {
        let before = came_in.load(Ordering::Relaxed);
        tokio::time::sleep(LAST_COME).await;
        if came_in.load(Ordering::Relaxed) == before {
            break;
        }
    }
    drop(door);
}

/// Drops the first packet of a connection, and lets all others through: the last one of a handshake,
/// too, since its client is connected already and sends.
///
/// In Linux' classic BPF (`Documentation/networking/filter.rst`), on a packet that begins with its TCP
/// header (RFC 9293, 3.1).
#[cfg(target_os = "linux")]
fn no_newcomers() -> [socket2::SockFilter; 4] {
    const LOAD_BYTE: u16 = 0x30;
    const JUMP_IF_SET: u16 = 0x45;
    const RETURN: u16 = 0x06;
    const FLAGS: u32 = 13;
    const SYN: u32 = 0x02;
    let instruction = socket2::SockFilter::new;
    [
        instruction(LOAD_BYTE, 0, 0, FLAGS),
        instruction(JUMP_IF_SET, 0, 1, SYN),
        instruction(RETURN, 0, 0, 0),
        instruction(RETURN, 0, 0, u32::MAX),
    ]
}

/// Does jobs until told to stop, beginning with those that a killed process left behind.
async fn work(app: Arc<App>, stop: watch::Receiver<bool>) {
    if let Err(error) = worker::recover(&app).await {
        tracing::warn!(%error, "jobs of a killed process wait until their leases run out");
    }
    worker::run(app, stop).await;
}

/// Binds an address.
pub fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Lets an instance render pages and feeds with nobody asking for them over HTTP.
pub fn prepare(app: &App) {
    // Whoever set it before set the same.
    let _set = app.feeds.set(render_for_subscribers);
    let _set = app.inside.set(INSIDE);
}
/// How often what was deleted is overwritten in SQLite's journal, too, in seconds: within the hour
/// that `/privacy` promises, also where it could not be once.
const EMPTY_JOURNAL_EVERY: u64 = 900;

/// What is done beside answering: changes of other processes each second, limits each minute,
/// what has had its time each hour.
async fn upkeep(app: Arc<App>) {
    if let Err(error) = own_name::follow_site(&app).await {
        tracing::warn!(%error, "hubs with a name of their own may be at another port than this site");
    }
    let mut last_look = None;
    let mut each_second = tokio::time::interval(Duration::from_secs(1));
    let mut seconds = 0_u64;
    loop {
        each_second.tick().await;
        match watch_changes::look(&app, last_look).await {
            Ok(at) => last_look = Some(at),
            Err(error) => tracing::warn!(%error, "changes by other processes cannot be seen"),
        }
        if seconds.is_multiple_of(60)
            && let Err(error) = websub::announce_all(&app).await
        {
            tracing::warn!(%error, "other hubs are not told of changes");
        }
        if seconds % 60 == 59 {
            app.limits.sweep();
            if let Err(error) = rules::write_hits(&app).await {
                tracing::warn!(%error, "what rules matched was not counted");
            }
        }
        if seconds.is_multiple_of(3_600)
            && let Err(error) = prune::run(&app).await
        {
            tracing::warn!(%error, "what has had its time was not deleted");
        }
        if seconds.is_multiple_of(EMPTY_JOURNAL_EVERY)
            && let Err(error) = prune::empty_journal(&app).await
        {
            tracing::warn!(%error, "the journal was not emptied");
        }
        seconds += 1;
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::TcpStream;
    use std::sync::atomic::AtomicBool;

    use socket2::SockRef;

    use super::*;

    /// Sixteen clients connect as fast as they can while the door closes, thirty times. A filter that
    /// drops all packets left one of 10,000 of them standing in a door that was closed already.
    #[test]
    fn whoever_is_connected_when_the_door_closes_comes_in() {
        for _ in 0..30 {
            let (door, address) = listen(([127, 0, 0, 1], 0).into()).unwrap();
            SockRef::from(&door).listen(4_096).unwrap();
            let (connected, closed) = (AtomicUsize::new(0), AtomicBool::new(false));
            std::thread::scope(|scope| {
                for _ in 0..16 {
                    scope.spawn(|| {
                        let mut held = Vec::new();
                        while !closed.load(Ordering::SeqCst) && held.len() < 200 {
                            let knock = Duration::from_millis(100);
                            if let Ok(client) = TcpStream::connect_timeout(&address, knock) {
                                connected.fetch_add(1, Ordering::SeqCst);
                                held.push(client);
                            }
                        }
                    });
                }
                while connected.load(Ordering::SeqCst) < 200 {
                    std::thread::yield_now();
                }
                SockRef::from(&door).attach_filter(&no_newcomers()).unwrap();
                closed.store(true, Ordering::SeqCst);
            });
            let came_in = std::iter::from_fn(|| door.accept().ok()).count();
            assert_eq!(came_in, connected.into_inner());
        }
    }
}
