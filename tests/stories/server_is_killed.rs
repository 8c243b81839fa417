//! The server is killed while it takes pings in: whatever it answered with success is there
//! afterwards, once.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tokio::task::LocalSet;

use crate::harness::process::{Served, databases, serve};
use crate::harness::senders::{Sender, are_all_there, count_pings, open_hub};

/// How often it is killed, each time a little later. `KILLS=20` is the long form.
#[expect(clippy::disallowed_methods, reason = "how long a story is, is said where it is run")]
fn kills() -> usize {
    std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(3)
}

/// What became of what was sent, and the server until it is killed.
struct Round {
    server: RefCell<Served>,
    taken: RefCell<Vec<String>>,
    sent: Cell<usize>,
    /// When so many were taken in, the server is killed.
    enough: usize,
}

/// Sends one ping after the other until nobody answers.
async fn send(round: Rc<Round>, name: String) {
    let sender = Sender::to(&round.server.borrow().base);
    for n in 0.. {
        let url = format!("http://{name}.example/{n}");
        round.sent.set(round.sent.get() + 1);
        match sender.ping(&url).await {
            Some(is_taken) => assert!(is_taken, "{url} was refused"),
            None => return,
        }
        round.taken.borrow_mut().push(url);
        // Others are under way just now.
        if round.taken.borrow().len() == round.enough {
            round.server.borrow_mut().child.kill().unwrap();
        }
    }
}

#[tokio::test]
async fn what_was_answered_with_success_is_there_after_each_kill() {
    for database in databases() {
        open_hub(&database);
        let (mut taken, mut sent) = (Vec::new(), 0);
        for kill in 0..kills() {
            let round = Rc::new(Round {
                server: RefCell::new(serve(&database, &["--rate-limits", "off"], 1)),
                taken: RefCell::default(),
                sent: Cell::new(0),
                enough: 60 + 17 * kill,
            });
            let clients = LocalSet::new();
            let name = |client| format!("of-{client}-in-{kill}");
            let send = |client| clients.spawn_local(send(Rc::clone(&round), name(client)));
            let senders: Vec<_> = (0..8).map(send).collect();
            let all = async {
                for sender in senders {
                    sender.await.unwrap();
                }
            };
            clients.run_until(all).await;
            taken.append(&mut round.taken.borrow_mut());
            sent += round.sent.get();
        }
        let server = serve(&database, &["--rate-limits", "off"], 1);
        let there = count_pings(&database);
        println!("{} kills: {} answered, {there} there, {sent} sent", kills(), taken.len());
        assert!(taken.len() >= 60 * kills() && taken.len() <= there && there <= sent);
        are_all_there(&database, &server.base, &taken).await;
    }
}
