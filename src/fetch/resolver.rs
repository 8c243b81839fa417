//! Who answers for names.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::txt;

/// Look-ups at the same time. One that is given up goes on in its thread for as long as the
/// system likes, and counts until then.
const LOOKUPS: usize = 16;

/// Answers for a name, for tests and demonstrations. Port 0 stands for the port that was asked
/// for; an empty answer is a name that nobody knows; `None` is a server that never answers.
pub type Script = Arc<dyn Fn(&str) -> Option<Vec<SocketAddr>> + Send + Sync>;

/// Who answers for names. Clones share the bound on look-ups.
#[derive(Clone)]
pub struct Resolver {
    source: Source,
    /// Who is asked for texts; `None` asks whom this machine asks.
    server: Option<SocketAddr>,
}

#[derive(Clone)]
enum Source {
    System(Arc<Semaphore>),
    Scripted(Script),
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.source {
            Source::System(_) => "Resolver::system",
            Source::Scripted(_) => "Resolver::scripted",
        })
    }
}

impl Resolver {
    /// The machine's own.
    pub fn system() -> Self {
        Self { source: Source::System(Arc::new(Semaphore::new(LOOKUPS))), server: None }
    }

    /// Answers that are made up.
    pub fn scripted(
        script: impl Fn(&str) -> Option<Vec<SocketAddr>> + Send + Sync + 'static,
    ) -> Self {
        Self { source: Source::Scripted(Arc::new(script)), server: None }
    }

    /// The same, where this server is asked for texts.
    #[must_use]
    pub const fn asking(mut self, server: SocketAddr) -> Self {
        self.server = Some(server);
        self
    }

    /// The texts of a name of the public DNS: none where there is no such name, or it has none.
    pub(super) async fn texts(&self, name: &str) -> io::Result<Vec<String>> {
        match self.server {
            Some(server) => txt::ask(&[server], name).await,
            None => txt::ask(&txt::servers().await, name).await,
        }
    }

    /// All addresses of a name of the public DNS. It is asked for with the root's dot: else the
    /// machine's search list would make names of the inside (`x.y.svc.cluster.local`) out of it.
    pub(super) async fn absolute(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        match &self.source {
            Source::System(lookups) => ask(lookups, format!("{name}."), port).await,
            Source::Scripted(script) => answer(script, name, port).await,
        }
    }

    /// All addresses of a name as this machine's user means it.
    pub(super) async fn local(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        match &self.source {
            Source::System(lookups) => ask(lookups, name.to_owned(), port).await,
            Source::Scripted(script) => answer(script, name, port).await,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place that dials out")]
async fn ask(lookups: &Arc<Semaphore>, name: String, port: u16) -> io::Result<Vec<SocketAddr>> {
    let permit = Arc::clone(lookups).acquire_owned().await.map_err(io::Error::other)?;
    let lookup = async move {
        let _until_it_ends = permit;
        Ok(tokio::net::lookup_host((name, port)).await?.collect())
    };
    // A task of its own, which is not cancelled with whoever waits for it: the permit stays with
    // the thread.
    tokio::spawn(lookup).await?
}

async fn answer(script: &Script, name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let Some(mut answers) = script(name) else {
        return std::future::pending().await;
    };
    for answer in &mut answers {
        if answer.port() == 0 {
            answer.set_port(port);
        }
    }
    Ok(answers)
}
