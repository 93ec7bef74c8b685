//! Whom a TLS client of the benchmark trusts, and with what it speaks. Knows no sockets.
//!
//! One version and one cipher suite, so that every server does the same work: TLS 1.3 with
//! AES-256-GCM. No session is resumed: a new connection is a full handshake.

use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, version};

/// The one cipher suite, as reports name it.
pub const CIPHER_SUITE: &str = "TLS 1.3, AES-256-GCM";

/// A client that accepts certain certificates.
#[derive(Clone, Debug)]
pub struct Trust {
    config: Arc<ClientConfig>,
}

impl Trust {
    /// Of the certificates in a PEM file: authorities, or self-signed servers.
    pub fn from_file(path: &Path) -> io::Result<Self> {
        let named = |why: String| invalid(format!("{}: {why}", path.display()));
        let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
        let found: Vec<_> = found.map_err(|error| named(error.to_string()))?;
        if found.is_empty() {
            return Err(named("holds no certificate in PEM form".to_owned()));
        }
        Self::of(found).map_err(|error| named(error.to_string()))
    }

    /// Of these.
    pub fn of(certificates: Vec<CertificateDer<'static>>) -> io::Result<Self> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates {
            roots.add(certificate).map_err(|error| invalid(error.to_string()))?;
        }
        let provider = CryptoProvider {
            cipher_suites: vec![aws_lc_rs::cipher_suite::TLS13_AES_256_GCM_SHA384],
            ..aws_lc_rs::default_provider()
        };
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&version::TLS13])
            .map_err(|error| invalid(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        Ok(Self { config: Arc::new(config) })
    }

    /// The client's half of a new connection.
    pub(crate) fn connection(&self, server: IpAddr) -> io::Result<ClientConnection> {
        let name = ServerName::IpAddress(server.into());
        ClientConnection::new(Arc::clone(&self.config), name).map_err(io::Error::other)
    }
}

fn invalid(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_named() {
        for path in ["/nonexistent/ca.pem", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
            let error = Trust::from_file(Path::new(path)).unwrap_err().to_string();
            assert!(error.contains(path), "{error}");
        }
    }
}
