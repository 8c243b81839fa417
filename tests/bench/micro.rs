//! Micro: what each step of the work costs by itself. See `README.md`.
//!
//! What is small is measured by itself; what needs an instance is measured in one, in this process
//! and without a socket.

#[path = "micro/inside.rs"]
mod inside;
#[path = "micro/wire.rs"]
mod wire;

use criterion::Criterion;

/// The product's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    wire::measure(&mut criterion)?;
    inside::measure(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}
