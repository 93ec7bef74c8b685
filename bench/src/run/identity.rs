//! The certificate that every server under test answers TLS with, made for the run: P-256, signed
//! by itself, for this machine's loopback address.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rcgen::{CertifiedKey, generate_simple_self_signed};

use crate::trust::Trust;

/// Certificate and key as files, and a client that accepts them.
pub(crate) struct Identity {
    /// PEM.
    pub(crate) certificate: PathBuf,
    /// PEM.
    pub(crate) key: PathBuf,
    /// Both in one file, as HAProxy wants them.
    pub(crate) both: PathBuf,
    pub(crate) trust: Trust,
}

impl Identity {
    /// Makes one and writes its files into `folder`.
    pub(crate) fn write(folder: &Path) -> io::Result<Self> {
        let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(names).map_err(io::Error::other)?;
        let (cert_pem, key_pem) = (cert.pem(), signing_key.serialize_pem());
        let written = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).map(|()| path)
        };
        Ok(Self {
            certificate: written("cert.pem", &cert_pem)?,
            key: written("key.pem", &key_pem)?,
            both: written("both.pem", &(cert_pem.clone() + &key_pem))?,
            trust: Trust::of(vec![cert.der().clone()])?,
        })
    }
}
