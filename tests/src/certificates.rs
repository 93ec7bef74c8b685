//! A certificate authority of one test and a server certificate from it, made by `openssl`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::scratch::Scratch;

/// PEM files of one server.
pub struct Certificates {
    scratch: Scratch,
}

impl Certificates {
    /// Makes them for localhost and 127.0.0.1.
    pub fn make() -> Self {
        Self::make_for("DNS:localhost,IP:127.0.0.1")
    }

    /// Makes them for these subject alternative names, in openssl's notation.
    ///
    /// # Panics
    /// When `openssl` is missing or fails.
    pub fn make_for(names: &str) -> Self {
        let scratch = Scratch::new();
        let days = "2";
        openssl(
            scratch.path(),
            &format!(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days {days} \
                 -keyout ca.key -out ca.pem -subj /CN=Ringway-test-CA"
            ),
        );
        openssl(
            scratch.path(),
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key \
             -out server.csr -subj /CN=localhost",
        );
        scratch.write("server.ext", format!("subjectAltName={names}\nbasicConstraints=CA:FALSE\n"));
        openssl(
            scratch.path(),
            &format!(
                "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days {days} \
                 -extfile server.ext -out server.pem"
            ),
        );
        Self { scratch }
    }

    /// The certificate of the authority.
    pub fn authority(&self) -> PathBuf {
        self.scratch.join("ca.pem")
    }

    /// The certificate of the server.
    pub fn certificate(&self) -> PathBuf {
        self.scratch.join("server.pem")
    }

    /// The private key of the server.
    pub fn key(&self) -> PathBuf {
        self.scratch.join("server.key")
    }
}

fn openssl(directory: &Path, arguments: &str) {
    let output = Command::new("openssl")
        .args(arguments.split_whitespace())
        .current_dir(directory)
        .output()
        .expect("openssl is installed (scripts/test tools)");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {complaint}");
}
