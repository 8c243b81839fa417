//! TLS: whose certificate is believed.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn certificate(&self, name: &str) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate.der().clone(), PrivateKeyDer::try_from(key.serialize_der()).unwrap())
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        roots
    }
}

/// A server with this certificate that answers with the name it was asked for (SNI), and with
/// how it was greeted.
async fn secure_server(
    (certificate, key): (CertificateDer<'static>, PrivateKeyDer<'static>),
) -> SocketAddr {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(mut tls) = acceptor.accept(socket).await else { continue };
            let session = tls.get_ref().1;
            let seen = format!("{:?} {:?}", session.server_name(), session.handshake_kind());
            let mut head = [0; 1_024];
            let _read = tls.read(&mut head).await;
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n{seen}");
            let _sent = tls.write_all(answer.as_bytes()).await;
            let _closed = tls.shutdown().await;
        }
    });
    address
}

/// A fetcher that trusts `roots`, for which every name is at `address`.
fn trusting(roots: RootCertStore, address: SocketAddr) -> Fetcher {
    let resolver = Resolver::scripted(move |_name| Some(vec![address]));
    let setup = setup(Dial::UnsafeLoopback, resolver);
    dialling(Dialer::trusting(roots, setup, &clock()).unwrap())
}

#[tokio::test]
async fn the_certificate_is_for_the_name_and_the_name_is_asked_for() {
    let authority = Authority::new();
    let address = secure_server(authority.certificate("ada.example")).await;
    let fetcher = trusting(authority.roots(), address);
    for _ in 0..2 {
        let fetched = fetcher.get(&Get::page(&url("https://ada.example./"))).await.unwrap();
        let seen = String::from_utf8(fetched.body).unwrap();
        assert_eq!(seen, r#"Some("ada.example") Some(Full)"#, "no session is resumed");
    }
    let error = fetcher.get(&Get::page(&url("https://bob.example/"))).await.unwrap_err();
    assert!(matches!(error, FetchError::Tls(_)), "another's certificate: {error:?}");
}

#[tokio::test]
async fn a_certificate_of_nobodys_is_not_believed() {
    let address = secure_server(Authority::new().certificate("ada.example")).await;
    let ada = url("https://ada.example/");
    let other_roots = trusting(Authority::new().roots(), address);
    let resolver = Resolver::scripted(move |_name| Some(vec![address]));
    let built_in = fetcher(setup(Dial::UnsafeLoopback, resolver));
    for fetcher in [other_roots, built_in] {
        let error = fetcher.get(&Get::page(&ada)).await.unwrap_err();
        assert!(matches!(error, FetchError::Tls(_)), "{error:?}");
    }
}
