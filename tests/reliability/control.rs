//! The program with a promise taken out of it. It is this test's own executable, called again: the
//! real one has no such switch.

use std::process::{Command, ExitCode};

use backchannel::clock::Clock;
use backchannel::config::{Config, Durability};
use backchannel::server::Server as Bound;
use backchannel::telemetry;
use clap::Parser;

use super::world::{Server, serve_with};
use crate::harness::Database;
use crate::harness::process::backchannel;

/// The first argument of a control.
pub const NAME: &str = "serve-weakly";

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    config: Config,
}

/// Serves with `synchronous=NORMAL`.
pub fn run(arguments: impl Iterator<Item = String>) -> ExitCode {
    let mut config = Args::parse_from(arguments).config;
    config.database.durability = Durability::AtCheckpoints;
    telemetry::start(&config.logs);
    actix_web::rt::System::new().block_on(async {
        let server = Bound::bind(config, Clock::system()).unwrap();
        println!("Backchannel is at {}", server.app().addresses.home());
        tracing::info!(listening = %server.address(), "started");
        let mut stop =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).unwrap();
        let stopped = async move {
            stop.recv().await;
        };
        server.run(stopped).await.unwrap();
    });
    ExitCode::SUCCESS
}

/// Starts it under another program.
pub fn serve_weakly(under: &[&str], database: &Database) -> Server {
    let mut command = Command::new(under[0]);
    command.args(&under[1..]).arg(std::env::current_exe().unwrap()).arg(NAME);
    for (name, value) in backchannel(database).get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    serve_with(command, database, &[])
}
