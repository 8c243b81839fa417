//! The `backchannel` program: hands its arguments to [`backchannel::cli::run`].

use std::process::ExitCode;

fn main() -> ExitCode {
    backchannel::cli::run()
}
