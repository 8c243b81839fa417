//! R4: another process holds the lock that writers need.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::client::{Over, Seen, get, nobody_put_off, percentile, send_until};
use super::world::{On, Sql, World, look_through, serve};

/// Holds the lock for one second while sixteen clients ping, then for ten while fifty do; one reads.
pub fn hold_it(world: &World, on: On) -> String {
    let database = world.open_hub(on);
    let mut server = serve(&database);
    let hold = |clients: usize, held: Duration, round: &str| {
        let (seen, over) = (Seen::default(), Over::default());
        let (mut read, mut back) = (Vec::new(), Duration::ZERO);
        std::thread::scope(|scope| {
            let sending = over.when_dropped();
            let mut other = Sql::to(&database);
            other.tell(match on {
                On::Sqlite => "BEGIN IMMEDIATE",
                On::Postgres => "BEGIN; LOCK TABLE pings IN EXCLUSIVE MODE",
            });
            scope.spawn(|| {
                send_until(server.address, clients, round, &seen, &over, Duration::from_millis(50))
            });
            let begun = Instant::now();
            while begun.elapsed() < held {
                let page = get(server.address, "/sxsw/all").unwrap();
                assert_eq!(page.status, 200, "readers wait for writers");
                read.push(page.took);
                std::thread::sleep(Duration::from_millis(10));
            }
            other.tell("COMMIT");
            let (taken, free) = (seen.count_taken(), Instant::now());
            super::world::until("the next pings", Duration::from_secs(60), || {
                seen.count_taken() >= taken + clients
            });
            back = free.elapsed();
            drop(sending);
        });
        (seen, percentile(&mut read, 99.0), back)
    };
    let short =
        nobody_put_off(|trial| hold(16, Duration::from_secs(1), &format!("short-{trial}")).0);
    let (long, readers, back) = hold(50, Duration::from_secs(10), "long");
    long.had_clear_answers();
    let put_off = long.put_off.load(Ordering::SeqCst);
    assert!(put_off > 0, "ten seconds are longer than any sender waits");
    let slowest = long.percentile(100.0);
    assert!(slowest < 10_000.0, "an answer took {slowest:.0} ms");
    assert!(server.is_up(), "it ended");
    let queue = server.metric("writes_waiting");
    server.stop();
    let both = [&short.taken[..], &long.taken.lock().unwrap()].concat();
    let held = look_through(&database, &both);
    assert!(held.lost.is_empty() && held.doubled.is_empty(), "{held:?}");
    format!(
        "1 s: {} taken in, {}, slowest {:.0} ms. 10 s: {put_off} put off, slowest answer {slowest:.0} ms, \
         as many as there are clients taken in within {:.0} ms of its end; readers meanwhile p99 {readers:.0} ms; **0 lost**; {queue} left in the queue",
        short.seen.count_taken(),
        short.nobody(),
        short.seen.percentile(100.0),
        back.as_secs_f64() * 1_000.0,
    )
}
