//! R4: another process holds the lock that writers need.

use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::client::{Over, Seen, get, percentile, send_until};
use super::world::{On, Sql, World, look_through, serve};

/// Sixteen clients ping for a second; then somebody holds the lock for one while they do, then for
/// ten while fifty do. One reads.
pub fn hold_it(world: &World, on: On) -> String {
    let database = world.open_hub(on);
    let mut server = serve(&database);
    let hold = |clients: usize, held: Duration, round: &str| {
        let (seen, over) = (Seen::default(), Over::default());
        let mut read = Vec::new();
        std::thread::scope(|scope| {
            let sending = over.when_dropped();
            let mut other = Sql::to(&database);
            other.tell(match on {
                _ if round == "alone" => "BEGIN",
                On::Sqlite => "BEGIN IMMEDIATE",
                On::Postgres => "BEGIN; LOCK TABLE pings IN EXCLUSIVE MODE",
            });
            scope.spawn(|| {
                send_until(server.address, clients, round, &seen, &over, Duration::from_millis(50))
            });
            let begun = std::time::Instant::now();
            while begun.elapsed() < held {
                let page = get(server.address, "/sxsw/all").unwrap();
                assert_eq!(page.status, 200, "readers wait for writers");
                read.push(page.took);
                std::thread::sleep(Duration::from_millis(10));
            }
            other.tell("COMMIT");
            let taken = seen.count_taken();
            super::world::until("the next pings", Duration::from_secs(60), || {
                seen.count_taken() >= taken + clients
            });
            drop(sending);
        });
        seen.had_clear_answers();
        (seen, percentile(&mut read, 99.0))
    };
    let (alone, _) = hold(16, Duration::from_secs(1), "alone");
    let (short, _) = hold(16, Duration::from_secs(1), "short");
    let nobody = short.put_off_unlike(&alone);
    let (long, readers) = hold(50, Duration::from_secs(10), "long");
    let put_off = long.put_off.load(Ordering::SeqCst);
    assert!(put_off > 0, "ten seconds are longer than any sender waits");
    let slowest = long.percentile(100.0);
    assert!(slowest < 10_000.0, "an answer took {slowest:.0} ms");
    assert!(server.is_up(), "it ended");
    let queue = server.metric("writes_waiting");
    server.stop();
    let both: Vec<String> = [&alone.taken, &short.taken, &long.taken]
        .map(Mutex::lock)
        .map(|l| l.unwrap().clone())
        .concat();
    let held = look_through(&database, &both);
    assert!(held.lost.is_empty() && held.doubled.is_empty(), "{held:?}");
    format!(
        "1 s: {} taken in, {nobody}, slowest {:.0} ms (without the lock {:.0} ms). 10 s: {put_off} put off, slowest answer {slowest:.0} ms; \
         readers meanwhile p99 {readers:.0} ms; **0 lost**; {queue} left in the queue",
        short.count_taken(),
        short.percentile(100.0),
        alone.percentile(100.0),
    )
}
