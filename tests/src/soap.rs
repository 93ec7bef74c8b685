//! The SOAP service of `examples/soap`, as its README starts it.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::poll;
use crate::port::Port;
use crate::process::Process;

/// A running service.
pub struct SoapService {
    port: Port,
    _process: Process,
}

impl SoapService {
    /// Starts it on a port of its own.
    ///
    /// # Panics
    /// When the Python that has its libraries is not there.
    pub fn start() -> Self {
        let port = Port::reserve();
        let mut command = Command::new(python());
        command.arg(folder().join("service.py")).arg(port.addr().port().to_string());
        let mut process = Process::start("the SOAP service", &mut command);
        poll::until_true("the SOAP service to listen", || {
            assert!(process.ended().is_none(), "it ended: {}", process.stderr());
            TcpStream::connect(port.addr()).is_ok()
        });
        Self { port, _process: process }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.port.addr()
    }

    /// What a SOAP library gets from it: the JSON that `tests/oracles/soap_client.py` prints.
    pub fn asked_by_a_library(&self) -> serde_json::Value {
        let mut command = Command::new(python());
        command.arg(workspace().join("tests/oracles/soap_client.py"));
        command.arg(format!("http://{}/?wsdl", self.addr())).env("NO_PROXY", "127.0.0.1");
        let output = command.output().expect("python runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{complaint}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

/// `examples/soap`
pub fn folder() -> PathBuf {
    workspace().join("examples/soap")
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace")
}

fn python() -> PathBuf {
    let python = workspace().join("target/tools/soap-venv/bin/python");
    assert!(python.exists(), "{} is missing: run `scripts/test tools`", python.display());
    python
}
