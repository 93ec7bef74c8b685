//! The server's certificate: read from PEM files, or made up for local use.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::failure::Failure;

/// A configuration from a certificate chain and its key.
///
/// # Errors
/// A file that cannot be read or holds nothing of its kind, a key that is not the certificate's.
pub(crate) fn from_files(cert: &Path, key: &Path) -> Result<Arc<ServerConfig>, Failure> {
    let unreadable = |what: &str, path: &Path, error: &pem::Error| {
        Failure::new(format!("cannot read the {what} {}: {}", path.display(), reason(error)))
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable("certificate", cert, &error))?;
    if chain.is_empty() {
        return Err(unreadable("certificate", cert, &pem::Error::NoItemsFound));
    }
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| unreadable("private key", key, &error))?;
    config(chain, private).map_err(|error| {
        let (cert, key) = (cert.display(), key.display());
        Failure::new(format!("the certificate {cert} with the key {key} cannot be used: {error}"))
    })
}

fn reason(error: &pem::Error) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound => "the file holds none in PEM form".into(),
        other => other.to_string(),
    }
}

/// A configuration with a fresh certificate for `localhost`, the execute-api names below
/// `suffixes`, and `listening`.
///
/// # Errors
/// A suffix that cannot stand in a certificate.
pub(crate) fn self_signed(
    suffixes: &[String],
    listening: IpAddr,
) -> Result<Arc<ServerConfig>, Failure> {
    let failed = |reason: String| Failure::new(format!("cannot make a certificate: {reason}"));
    let made = rcgen::generate_simple_self_signed(names(suffixes, listening))
        .map_err(|error| failed(error.to_string()))?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    config(vec![made.cert.der().clone()], key.into()).map_err(|error| failed(error.to_string()))
}

fn names(suffixes: &[String], listening: IpAddr) -> Vec<String> {
    let mut names: Vec<String> =
        ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into_iter().collect();
    if !listening.is_unspecified() && !listening.is_loopback() {
        names.push(listening.to_string());
    }
    for suffix in suffixes {
        names.push(format!("*.execute-api.{suffix}"));
        if !names.contains(suffix) {
            names.push(suffix.clone());
        }
    }
    names
}

fn config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Tickets resume sessions on any worker without memory shared between them.
    config.ticketer = aws_lc_rs::Ticketer::new()?;
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_pair_of_files_is_loaded() {
        let scratch = Scratch::new();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let cert = scratch.write("cert.pem", made.cert.pem());
        let key = scratch.write("key.pem", made.signing_key.serialize_pem());
        let config = from_files(&cert, &key).unwrap();
        assert_eq!(config.alpn_protocols, [b"http/1.1".to_vec()]);
    }

    #[test]
    fn what_is_wrong_with_files_is_said() {
        let scratch = Scratch::new();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let cert = scratch.write("cert.pem", made.cert.pem());
        let key = scratch.write("key.pem", made.signing_key.serialize_pem());
        let stranger = scratch.write("other.pem", other.signing_key.serialize_pem());
        let check = |cert: &Path, key: &Path, expect: &str| {
            let error = from_files(cert, key).unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };
        check(&scratch.path().join("none.pem"), &key, "No such file or directory");
        check(&key, &key, "cannot read the certificate");
        check(&cert, &cert, "cannot read the private key");
        check(&cert, &stranger, "cannot be used");
    }

    #[test]
    fn a_made_up_certificate_covers_the_names_in_use() {
        let suffixes = ["localhost".to_owned(), "api.example.com".to_owned()];
        self_signed(&suffixes, IpAddr::from([127, 0, 0, 1])).unwrap();
        let names = names(&suffixes, IpAddr::from([10, 0, 0, 1]));
        let expect = [
            "localhost",
            "127.0.0.1",
            "::1",
            "10.0.0.1",
            "*.execute-api.localhost",
            "*.execute-api.api.example.com",
            "api.example.com",
        ];
        assert_eq!(names, expect);
    }
}
