//! The command line: one file per noun.

mod account;
mod backup;
mod category;
mod doctor;
mod hub;
mod import;
mod instance;
mod migrate;
mod ping;
mod posts;
mod programme;
mod seed;
mod serve;
mod talks;
mod vacuum;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Topic hubs: posts from everyone's blogs, by topic.
///
/// Without a command the server starts: `backchannel` is `backchannel serve`.
#[derive(Debug, Parser)]
#[command(name = "backchannel", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

// A command without a line of its own here is described by its struct.
#[derive(Debug, Subcommand)]
enum Command {
    Serve(Box<serve::Serve>),
    /// Accounts: add, list, show, reset, remove.
    #[command(subcommand)]
    Account(account::Account),
    /// Hubs: add, list, show, name, programme, freeze, unfreeze, remove, export, import.
    #[command(subcommand)]
    Hub(hub::Hub),
    /// Categories: add, list, show, remove.
    #[command(subcommand)]
    Category(category::Category),
    Ping(ping::Ping),
    Import(import::Import),
    Seed(seed::Seed),
    Migrate(migrate::Migrate),
    Vacuum(vacuum::Vacuum),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Doctor(doctor::Doctor),
}

const NAMES: [&str; 13] = [
    "serve", "account", "hub", "category", "ping", "import", "seed", "migrate", "vacuum", "backup",
    "restore", "doctor", "help",
];

/// Runs the program with its arguments.
pub fn run() -> ExitCode {
    let cli = Cli::parse_from(with_command(std::env::args_os().collect()));
    let done = match cli.command {
        Command::Serve(serve) => serve.run(),
        Command::Account(account) => account.run(),
        Command::Hub(hub) => hub.run(),
        Command::Category(category) => category.run(),
        Command::Ping(ping) => return ping.run(),
        Command::Import(import) => import.run(),
        Command::Seed(seed) => seed.run(),
        Command::Migrate(migrate) => migrate.run(),
        Command::Vacuum(vacuum) => vacuum.run(),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Doctor(doctor) => return doctor.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("backchannel: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes, each said once: some repeat what caused them.
fn sentence(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if !said.contains(&cause) {
            if !said.is_empty() {
                said.push_str(": ");
            }
            said.push_str(&cause);
        }
    }
    said
}

/// Puts `serve` in where no command is named.
fn with_command(mut args: Vec<OsString>) -> Vec<OsString> {
    let first = args.get(1).and_then(|arg| arg.to_str());
    let asks = matches!(first, Some("-h" | "--help" | "-V" | "--version"));
    if !asks
        && !first.is_some_and(|first| NAMES.contains(&first))
        && first.is_none_or(|f| f.starts_with('-'))
    {
        args.insert(1.min(args.len()), "serve".into());
    }
    args
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
        for command in Cli::command().get_subcommands() {
            assert!(NAMES.contains(&command.get_name()), "{}", command.get_name());
        }
    }

    #[test]
    fn without_a_command_the_server_starts() {
        let args = |list: &[&str]| -> Vec<String> {
            let list = list.iter().map(Into::into).collect();
            with_command(list).into_iter().map(|arg| arg.into_string().unwrap()).collect()
        };
        assert_eq!(args(&["b"]), ["b", "serve"]);
        assert_eq!(args(&["b", "--demo"]), ["b", "serve", "--demo"]);
        assert_eq!(args(&["b", "hub", "list"]), ["b", "hub", "list"]);
        assert_eq!(args(&["b", "--help"]), ["b", "--help"]);
        assert_eq!(args(&["b", "hbu"]), ["b", "hbu"], "a typo is not a server");
    }
}
