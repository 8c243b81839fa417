//! R10: the server is asked to stop while fifty clients ping. What was sent is answered.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::client::{Over, Seen, send_until};
use super::world::{On, World, look_through, serve, until};

/// Stops and starts it, again and again.
pub fn stop_often(world: &World, on: On) -> String {
    let database = world.open_hub(on);
    let stops = world.of(5, 100);
    let seen = Seen::default();
    let mut slowest = Duration::ZERO;
    for stop in 0..stops {
        let mut server = serve(&database);
        let over = Over::default();
        std::thread::scope(|scope| {
            let sending = over.when_dropped();
            let round = format!("stop-{stop}");
            let (seen, over, to) = (&seen, &over, server.address);
            scope.spawn(move || send_until(to, 50, &round, seen, over, Duration::from_millis(1)));
            let enough = seen.count_taken() + 100;
            until("the pings", Duration::from_secs(60), || seen.count_taken() >= enough);
            let (code, took) = server.stop();
            drop(sending);
            assert_eq!(code, 0, "it did not end in order");
            slowest = slowest.max(took);
        });
    }
    seen.had_clear_answers();
    let broken = seen.broken.load(Ordering::SeqCst);
    assert_eq!(broken, 0, "of {} sent, {broken} got no answer", seen.count_answered() + broken);
    let taken = seen.taken.lock().unwrap();
    let held = look_through(&database, &taken);
    assert!(held.lost.is_empty() && held.doubled.is_empty(), "{held:?}");
    format!(
        "{stops} stops; {} sent and answered, 0 without an answer, **0 lost**; ended after {} ms at most",
        taken.len(),
        slowest.as_millis()
    )
}
