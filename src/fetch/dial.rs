//! From an address to a connection: resolve once, judge every answer, dial a judged one.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::{FetchError, Phase, Refusal, Setup, address};
use crate::clock::Clock;

/// How many of a name's addresses are tried.
const TRIES: usize = 3;

/// Which addresses may be dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dial {
    /// Addresses of the public internet, on ports 80 and 443: whatever strangers name.
    PublicOnly,
    /// These and loopback, on any port: tests and demonstrations only. Names are still judged.
    UnsafeLoopback,
    /// All: what the command line's own user typed.
    Anywhere,
}

/// A connection, plain or secure.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// What a judged address is handed to.
pub(super) enum Wire {
    /// The network.
    Tcp,
    /// A list of what was to be dialled, and whom is dialled instead, if anybody.
    #[cfg(test)]
    Recorder(Arc<std::sync::Mutex<Vec<SocketAddr>>>, Option<SocketAddr>),
}

/// Makes connections, to addresses that it judged.
pub(super) struct Dialer {
    pub(super) setup: Setup,
    pub(super) wire: Wire,
    pub(super) clock: Clock,
    tls: TlsConnector,
}

impl Dialer {
    /// A dialer that trusts the roots of the browsers' programme, as compiled in: an image
    /// without certificates works, and no file of the machine adds to them.
    pub(super) fn new(setup: Setup, clock: &Clock) -> Result<Self, rustls::Error> {
        let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        Self::trusting(roots, setup, clock)
    }

    pub(super) fn trusting(
        roots: rustls::RootCertStore,
        setup: Setup,
        clock: &Clock,
    ) -> Result<Self, rustls::Error> {
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = ClientConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Nothing is carried from one visit to the next.
        tls.resumption = Resumption::disabled();
        let tls = TlsConnector::from(Arc::new(tls));
        Ok(Self { setup, wire: Wire::Tcp, tls, clock: clock.clone() })
    }

    /// Refuses the hub's own name.
    pub(super) fn check_name(&self, url: &Url) -> Result<(), Refusal> {
        match url.domain() {
            Some(name) if self.setup.own.is_name(name) => Err(Refusal::Own),
            _ => Ok(()),
        }
    }

    /// A connection to the server of an address that [`address::checked`] passed.
    pub(super) async fn open(&self, url: &Url) -> Result<Box<dyn Stream>, FetchError> {
        let limits = &self.setup.limits;
        let judged = timeout(limits.dns, self.judged(url))
            .await
            .map_err(|_elapsed| FetchError::TooSlow(Phase::Dns))??;
        timeout(limits.connect, self.connect(url, &judged))
            .await
            .map_err(|_elapsed| FetchError::TooSlow(Phase::Connect))?
    }

    /// The addresses to dial: all that the name has, if all of them will do.
    pub(super) async fn judged(&self, url: &Url) -> Result<Vec<SocketAddr>, FetchError> {
        let now = self.clock.monotonic();
        let setup = &self.setup;
        let (answers, own) =
            tokio::join!(self.resolve(url), setup.own.addresses(&setup.resolver, now));
        let answers = answers?;
        for answer in &answers {
            address::check_address(*answer, setup.dial)?;
            if setup.own.is_address(*answer, &own) {
                return Err(Refusal::Own.into());
            }
        }
        Ok(answers)
    }

    /// What the name answers, this once. An address that is written out is its own answer.
    async fn resolve(&self, url: &Url) -> Result<Vec<SocketAddr>, FetchError> {
        let port = url.port_or_known_default().ok_or(Refusal::Scheme)?;
        let answers = match url.host().ok_or(Refusal::Name)? {
            Host::Ipv4(ip) => Ok(vec![(ip, port).into()]),
            Host::Ipv6(ip) => Ok(vec![(ip, port).into()]),
            Host::Domain(name) if self.setup.dial == Dial::PublicOnly => {
                self.setup.resolver.absolute(name, port).await
            }
            Host::Domain(name) => self.setup.resolver.local(name, port).await,
        };
        let answers = answers.map_err(FetchError::NoSuchName)?;
        if answers.is_empty() {
            return Err(FetchError::NoSuchName(io::ErrorKind::NotFound.into()));
        }
        let canonical = |a: SocketAddr| SocketAddr::new(a.ip().to_canonical(), a.port());
        Ok(answers.into_iter().map(canonical).collect())
    }

    /// Tries the first few addresses, each with its share of the time.
    async fn connect(
        &self,
        url: &Url,
        judged: &[SocketAddr],
    ) -> Result<Box<dyn Stream>, FetchError> {
        let tries = u32::try_from(judged.len().clamp(1, TRIES)).unwrap_or(1);
        let share = self.setup.limits.connect / tries;
        let mut last = FetchError::TooSlow(Phase::Connect);
        for address in judged.iter().take(TRIES) {
            last = match timeout(share, self.wire.dial(*address)).await {
                Ok(Ok(stream)) => return self.secure(url, stream).await,
                Ok(Err(error)) => FetchError::Unreachable(error),
                Err(_elapsed) => FetchError::TooSlow(Phase::Connect),
            };
        }
        Err(last)
    }

    /// TLS for the address' name, where its scheme wants it.
    async fn secure(&self, url: &Url, tcp: TcpStream) -> Result<Box<dyn Stream>, FetchError> {
        if url.scheme() != "https" {
            return Ok(Box::new(tcp));
        }
        let name = match url.host().ok_or(Refusal::Name)? {
            Host::Domain(name) => {
                ServerName::try_from(name.to_owned()).map_err(|_no_name| Refusal::Name)?
            }
            Host::Ipv4(ip) => ServerName::from(std::net::IpAddr::from(ip)),
            Host::Ipv6(ip) => ServerName::from(std::net::IpAddr::from(ip)),
        };
        let tls = self.tls.connect(name, tcp).await.map_err(FetchError::Tls)?;
        Ok(Box::new(tls))
    }
}

impl Wire {
    #[expect(clippy::disallowed_methods, reason = "this is the place that dials out")]
    async fn dial(&self, address: SocketAddr) -> io::Result<TcpStream> {
        match self {
            Self::Tcp => TcpStream::connect(address).await,
            #[cfg(test)]
            Self::Recorder(dialled, instead) => {
                dialled.lock().unwrap().push(address);
                let address = instead.ok_or(io::ErrorKind::ConnectionRefused)?;
                TcpStream::connect(address).await
            }
        }
    }
}
