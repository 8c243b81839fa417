//! The `backchannel` program: hands its arguments to [`backchannel::cli::run`].

use std::process::ExitCode;

/// Gives memory back: glibc's allocator keeps the 19 MiB that each argon2 hash takes for a moment.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    backchannel::cli::run()
}
