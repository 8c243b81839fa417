//! `backchannel serve`

use std::io::Write;

use tokio::signal::unix::{SignalKind, signal};

use super::seed::{self, DemoAccount};
use crate::actions::accounts::set_up_link;
use crate::clock::Clock;
use crate::config::{Config, RateLimits};
use crate::server::Server;
use crate::telemetry;

/// Start the server.
///
/// The first line printed is its address. While there is no operator the second is a link that makes
/// the operator's account, once. Logs go to standard error. SIGTERM and Ctrl+C stop it in
/// order: what is under way is finished, nothing is lost.
#[derive(Debug, clap::Args)]
pub struct Serve {
    #[command(flatten)]
    config: Config,
    /// Fill an empty database with a lively demonstration hub first.
    #[arg(long)]
    demo: bool,
    /// UNSAFE: read pages on this machine, on any port, where strangers name them. For tests and
    /// demonstrations only; it cannot be set in any other way.
    #[arg(long)]
    unsafe_dial_loopback: bool,
}

impl Serve {
    /// Runs the command.
    pub fn run(self) -> anyhow::Result<()> {
        telemetry::start(&self.config.logs);
        actix_web::rt::System::new().block_on(self.serve())
    }

    async fn serve(mut self) -> anyhow::Result<()> {
        self.config.unsafe_dial_loopback = self.unsafe_dial_loopback;
        let demo = if self.demo { seed::demo(&self.config).await? } else { None };
        let server = Server::bind(self.config, Clock::system())?;
        let app = std::sync::Arc::clone(server.app());
        let mut lines = format!("Backchannel is at {}\n", app.addresses.home());
        if let Some(link) = set_up_link(&app).await? {
            lines += &format!("Make the operator's account, and open the first hub: {link}\n");
        }
        if let Some(DemoAccount { email, password }) = demo {
            let password = password.expose();
            lines +=
                &format!("The demonstration's organizer: {email} with the password {password}\n");
        }
        // A script may read the address and close the pipe: that stops no server.
        let _closed = std::io::stdout().lock().write_all(lines.as_bytes());
        let (listening, database) = (server.address(), app.config.database.url());
        tracing::info!(%listening, %database, mail = app.mail.describe(), "started");
        if app.config.http.rate_limits == RateLimits::Off {
            tracing::warn!("rate limits are off: this is for load tests only");
        }
        if !app.addresses.is_https() {
            tracing::warn!(
                "the public address is http: cookies are not kept to encrypted connections"
            );
        }
        server.run(stopped()).await?;
        Ok(())
    }
}

/// Waits for SIGTERM or Ctrl+C.
async fn stopped() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            // Without the signal there is still Ctrl+C.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
