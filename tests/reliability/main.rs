//! Whether what is promised holds while things fail: the server is killed, the disk is full, the
//! database goes away. Read `README.md` first.
//!
//! Each check is made on SQLite and on PostgreSQL, one at a time, with the program as a process. It
//! prints what it saw, as the line of a table. A control is the same check on a program without the
//! promise, or on one that breaks it: where it does *not* fail, it shows nothing, and that fails.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a check that cannot go on fails; it measures time, and reads how it is called"
)]

#[path = "../stories"]
#[expect(dead_code, unused_imports, unused_macros, reason = "the stories use all of it")]
mod stories {
    pub mod harness;
}
use stories::harness;

mod client;
mod connections;
mod control;
mod copies;
mod crowds;
mod disks;
mod kills;
mod locks;
mod machines;
mod migrations;
mod outside;
mod poison;
mod report;
mod slow;
mod stops;
mod syncs;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use report::{Made, Report, Table};
use world::{On, World, find_program, is_root};

/// One promise and how it is put to the test.
pub struct Check {
    /// As in the plan.
    id: &'static str,
    table: Table,
    /// What is done, and what must then be so.
    what: &'static str,
    on: &'static [On],
    run: fn(&World, On) -> String,
    needs: &'static [Need],
    /// Whether it is there to fail.
    is_control: bool,
}

/// What a check cannot be made without.
enum Need {
    /// A program.
    Program(&'static str),
    /// A file.
    File(&'static str),
    /// To be root: to mount a file system, and to answer on port 53.
    Root,
}

impl Check {
    /// What is missing here, if anything is.
    fn lacks(&self, world: &World, on: On) -> Option<String> {
        if !world.has(on) {
            return Some("initdb is missing".to_owned());
        }
        self.needs.iter().find_map(|need| match need {
            Need::Program(name) => {
                find_program(name).is_none().then(|| format!("{name} is missing"))
            }
            Need::File(path) => (!Path::new(path).exists()).then(|| format!("{path} is missing")),
            Need::Root => (!is_root()).then(|| "only root can do this".to_owned()),
        })
    }
}

const BOTH: &[On] = &[On::Sqlite, On::Postgres];

const CHECKS: &[Check] = &[
    Check {
        id: "R1",
        table: Table::Crash,
        what: "kill -9 while eight clients ping",
        on: BOTH,
        run: kills::kill_and_compare,
        needs: &[],
        is_control: false,
    },
    Check {
        id: "R1",
        table: Table::Crash,
        what: "the same behind a front that answers before the commit",
        on: BOTH,
        run: kills::answer_before_commit,
        needs: &[],
        is_control: true,
    },
    Check {
        id: "R2",
        table: Table::Crash,
        what: "each answer waits until the disk has the ping",
        on: BOTH,
        run: syncs::sync_each,
        needs: &[Need::Program("strace")],
        is_control: false,
    },
    Check {
        id: "R2",
        table: Table::Crash,
        what: "the same with `synchronous=NORMAL`, and `synchronous_commit=off`",
        on: BOTH,
        run: syncs::sync_seldom,
        needs: &[Need::Program("strace")],
        is_control: true,
    },
    Check {
        id: "R3",
        table: Table::Faults,
        what: "the disk is full while eight clients ping, then there is room",
        on: BOTH,
        run: disks::fill_it,
        needs: &[Need::Root],
        is_control: false,
    },
    Check {
        id: "R4",
        table: Table::Faults,
        what: "another process holds the lock for 1 s while sixteen clients ping, then for 10 s while fifty do",
        on: BOTH,
        run: locks::hold_it,
        needs: &[],
        is_control: false,
    },
    Check {
        id: "R5",
        table: Table::Faults,
        what: "`pg_ctl restart -m immediate`, again and again",
        on: &[On::Postgres],
        run: connections::restart_it,
        needs: &[],
        is_control: false,
    },
    Check {
        id: "R5",
        table: Table::Faults,
        what: "the connection to PostgreSQL is cut, and falls silent",
        on: &[On::Postgres],
        run: connections::cut_it_off,
        needs: &[],
        is_control: false,
    },
    Check {
        id: "R6",
        table: Table::Faults,
        what: "sockets that are slow in four ways: nothing, head, body, reading",
        on: BOTH,
        run: slow::hold_sockets,
        needs: &[],
        is_control: false,
    },
    Check {
        id: "R6",
        table: Table::Faults,
        what: "an answer larger than the kernel takes at once, and nobody reads it",
        on: &[On::Sqlite],
        run: slow::leave_it_unread,
        needs: &[],
        is_control: false,
    },
    Check {
        id: "R8",
        table: Table::Crash,
        what: "bringing the tables up to date is killed on its way, and begun twice at once",
        on: BOTH,
        run: migrations::break_off,
        needs: &[],
        is_control: false,
    },
    Check {
        id: "R10",
        table: Table::Crash,
        what: "SIGTERM while fifty clients ping",
        on: BOTH,
        run: stops::stop_often,
        needs: &[],
        is_control: false,
    },
    Check {
        id: "R9",
        table: Table::Crash,
        what: "the database is copied under load, and the copy brought back",
        on: BOTH,
        run: copies::copy_under_load,
        needs: &[],
        is_control: false,
    },
    Check {
        id: "R11",
        table: Table::Faults,
        what: "many posts from many addresses to many categories, with the limits on",
        on: BOTH,
        run: crowds::let_a_crowd_in,
        needs: &[],
        is_control: false,
    },
    Check {
        id: "R13",
        table: Table::Faults,
        what: "pages and rows that are poison for whoever does the jobs",
        on: BOTH,
        run: poison::poison_it,
        needs: &[],
        is_control: false,
    },
    Check {
        id: "R14",
        table: Table::Faults,
        what: "nobody answers for names, and the mail server is silent",
        on: BOTH,
        run: outside::lose_the_world,
        needs: &[Need::Root],
        is_control: false,
    },
    Check {
        id: "R16",
        table: Table::Faults,
        what: "the clock jumps: an hour, days, beyond 2038, and back",
        on: BOTH,
        run: outside::move_the_clock,
        needs: &[Need::File(outside::FAKETIME)],
        is_control: false,
    },
    Check {
        id: "R12",
        table: Table::Machines,
        what: "what one instance is told, the others know",
        on: &[On::Postgres],
        run: machines::know_of_each_other,
        needs: &[Need::Program("nginx")],
        is_control: false,
    },
    Check {
        id: "R12",
        table: Table::Machines,
        what: "guessing passwords at all of them",
        on: &[On::Postgres],
        run: machines::guess_everywhere,
        needs: &[Need::Program("nginx")],
        is_control: false,
    },
    Check {
        id: "R12",
        table: Table::Machines,
        what: "jobs of all of them",
        on: &[On::Postgres],
        run: machines::share_jobs,
        needs: &[Need::Program("nginx")],
        is_control: false,
    },
    Check {
        id: "R12",
        table: Table::Machines,
        what: "a rolling restart under load",
        on: &[On::Postgres],
        run: machines::restart_in_turn,
        needs: &[Need::Program("nginx")],
        is_control: false,
    },
];

/// How it is called.
struct Options {
    is_long: bool,
    writes: bool,
    /// Ids, tables or words of what a check does; all of them where there are none.
    only: Vec<String>,
}

impl Options {
    /// What `cargo test` hands to all test programs and means nothing here is passed over.
    fn read() -> Self {
        let mut options = Self { is_long: false, writes: false, only: Vec::new() };
        for argument in std::env::args().skip(1) {
            match argument.as_str() {
                "--long" => options.is_long = true,
                "--write" => options.writes = true,
                flag if flag.starts_with('-') => {}
                word => options.only.push(word.to_lowercase()),
            }
        }
        options
    }

    fn has(&self, check: &Check) -> bool {
        let names =
            [check.id.to_lowercase(), check.table.name().to_lowercase(), check.what.to_lowercase()];
        let is_named =
            |word: &String| names[0] == *word || names[1] == *word || names[2].contains(word);
        self.only.is_empty() || self.only.iter().any(is_named)
    }
}

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(control::NAME) {
        return control::run(std::env::args().skip(1));
    }
    let options = Options::read();
    let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    let chosen: Vec<&Check> = CHECKS.iter().filter(|check| options.has(check)).collect();
    if chosen.is_empty() {
        // `cargo test some_story` means one of the others.
        return ExitCode::SUCCESS;
    }
    let world = World::new(options.is_long);
    let mut report = Report::new(options.is_long);
    for check in chosen {
        for on in check.on {
            if let Some(lack) = check.lacks(&world, *on) {
                assert!(!in_ci, "{}: {lack}; in CI everything is checked", check.id);
                println!("not checked on {}: {}: {lack}", on.name(), check.id);
                continue;
            }
            let begun = Instant::now();
            let ran = catch_unwind(AssertUnwindSafe(|| (check.run)(&world, *on)));
            let figures = ran.map_err(|panic| report::said(&*panic));
            let made = Made { check, on: *on, figures, took: begun.elapsed() };
            println!("{made}");
            report.add(made);
        }
    }
    println!("\n{report}");
    if options.writes {
        report.write();
    }
    report.exit_code()
}
