//! Connecting to an upstream: name, TCP, TLS, within one time limit.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use ringway_core::http::Fields;
use ringway_core::reach::Forbidden;
use ringway_core::snapshot::{Endpoint, Scheme};
use rustls::ClientConfig;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, SignatureScheme};

use super::Upstream;
use crate::socket::{Reader, Stream, Writer};
use crate::worker::Worker;
use crate::{timer, tls};

/// Why there is no connection.
#[derive(Debug)]
pub(crate) enum ConnectError {
    /// The name has no address (aws-facts 115: 500).
    Unresolved,
    /// Refused, unreachable, or the handshake failed.
    Network(io::Error),
    /// The time limit was reached.
    Elapsed,
    /// Integrations may not call this address.
    Forbidden(SocketAddr, Forbidden),
}

/// Client-side TLS, shared by all workers.
pub(crate) struct UpstreamTls {
    verified: Arc<ClientConfig>,
    unverified: Arc<ClientConfig>,
}

impl UpstreamTls {
    /// Trusts the system's certificates (`SSL_CERT_FILE`, `SSL_CERT_DIR`).
    ///
    /// # Errors
    /// When the crypto provider offers no safe protocol version.
    pub(crate) fn new() -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut roots = rustls::RootCertStore::empty();
        // A machine without certificates gets an empty store: every HTTPS upstream is refused.
        for certificate in rustls_native_certs::load_native_certs().certs {
            let _ = roots.add(certificate);
        }
        let builder = || {
            ClientConfig::builder_with_provider(Arc::clone(&provider))
                .with_safe_default_protocol_versions()
        };
        let verified = builder()?.with_root_certificates(roots).with_no_client_auth();
        let unverified = builder()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AcceptAny(Arc::clone(&provider))))
            .with_no_client_auth();
        Ok(Self { verified: Arc::new(verified), unverified: Arc::new(unverified) })
    }

    fn config(&self, endpoint: &Endpoint) -> Arc<ClientConfig> {
        Arc::clone(if endpoint.insecure_skip_verification {
            &self.unverified
        } else {
            &self.verified
        })
    }
}

/// `tlsConfig.insecureSkipVerification`: the customer asked for it by name.
#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

impl Upstream {
    /// A fresh connection within `limit`. Dropping the future is safe.
    pub(crate) async fn connect(
        worker: &Worker,
        endpoint: &Endpoint,
        limit: Duration,
    ) -> Result<Box<Self>, ConnectError> {
        // Boxed: connecting is rare, and must not enlarge every request's future.
        let mut establish = Box::pin(Self::establish(worker, endpoint));
        let connected = timer::or_drop(limit, establish.as_mut()).await;
        connected.unwrap_or(Err(ConnectError::Elapsed))
    }

    async fn establish(worker: &Worker, endpoint: &Endpoint) -> Result<Box<Self>, ConnectError> {
        let addresses = worker.resolver.resolve(&endpoint.host, &worker.clock).await;
        let addresses = addresses.map_err(|_| ConnectError::Unresolved)?;
        let stream = first_reachable(worker, endpoint, &addresses).await?;
        worker.counters.upstream_connects.add(1);
        let control = stream.control();
        let (reader, writer) = match endpoint.scheme {
            Scheme::Http => {
                let (reader, writer) = stream.split();
                (Reader::Plain(reader), Writer::Plain(writer))
            }
            Scheme::Https => {
                let name = ServerName::try_from(String::from(&*endpoint.host))
                    .map_err(|error| ConnectError::Network(io::Error::other(error)))?;
                let config = worker.process.upstream_tls.config(endpoint);
                tls::connect(stream, config, name).await.map_err(ConnectError::Network)?
            }
        };
        let buffer = worker.buffers.small();
        let fields = Fields::with_full_capacity();
        Ok(Box::new(Self { reader, writer, control, buffer, fields, reused: false }))
    }
}

/// The addresses are checked here, where they are connected to: whatever a name says another time
/// does not matter.
async fn first_reachable(
    worker: &Worker,
    endpoint: &Endpoint,
    addresses: &[IpAddr],
) -> Result<Stream, ConnectError> {
    let reach = &worker.process.outbound.reach;
    let mut refusal = ConnectError::Network(io::ErrorKind::AddrNotAvailable.into());
    for address in addresses {
        let address = SocketAddr::new(*address, endpoint.port);
        if let Err(why) = reach.check(address, endpoint.origin, is_of_this_machine) {
            worker.counters.upstream_forbidden.add(1);
            refusal = ConnectError::Forbidden(address, why);
            continue;
        }
        match Stream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => refusal = ConnectError::Network(error),
        }
    }
    Err(refusal)
}

/// Who calls an address of this machine has it too; nothing is sent to find out.
fn is_of_this_machine(ip: IpAddr) -> bool {
    let any = match ip {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let own = UdpSocket::bind((any, 0)).and_then(|socket| {
        socket.connect((ip, 9))?;
        socket.local_addr()
    });
    ip.is_loopback() || own.is_ok_and(|own| own.ip() == ip)
}
