//! Real nginx as the upstream.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;

use crate::certificates::Certificates;
use crate::poll;
use crate::port::Port;
use crate::process::Process;
use crate::scratch::Scratch;

/// One nginx with one server block.
pub struct Nginx {
    scratch: Scratch,
    port: Port,
    process: Process,
}

impl Nginx {
    /// Runs nginx with these directives inside `server { }`.
    pub fn start(server: &str) -> Self {
        Self::start_listening("", server)
    }

    /// The same behind TLS.
    pub fn start_tls(certificates: &Certificates, server: &str) -> Self {
        let tls = format!(
            "ssl_certificate {}; ssl_certificate_key {};\n{server}",
            certificates.certificate().display(),
            certificates.key().display()
        );
        Self::start_listening("ssl", &tls)
    }

    fn start_listening(listen: &str, server: &str) -> Self {
        let (scratch, port) = (Scratch::new(), Port::reserve());
        fs::create_dir(scratch.join("root")).expect("the scratch directory is writable");
        let conf = scratch.write("nginx.conf", configuration(port.addr(), listen, server));
        let mut command = Command::new("nginx");
        command.env("PATH", search_path()).arg("-p").arg(scratch.path()).arg("-c").arg(conf);
        // Errors before the configuration is read go here instead of to /var/log.
        command.arg("-e").arg("stderr");
        let mut process = Process::start("nginx (scripts/test tools installs it)", &mut command);
        poll::until_true("nginx to listen", || {
            assert!(process.ended().is_none(), "nginx ended: {}", process.stderr());
            TcpStream::connect(port.addr()).is_ok()
        });
        Self { scratch, port, process }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.port.addr()
    }

    /// The address with a path behind it, as an integration URI has it.
    pub fn uri(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr())
    }

    /// Puts a file under the document root.
    pub fn put(&self, name: &str, contents: &[u8]) -> PathBuf {
        self.scratch.write(&format!("root/{name}"), contents)
    }

    /// What nginx complained of.
    pub fn complaints(&self) -> String {
        self.process.stderr()
    }
}

/// Debian keeps nginx where an ordinary user's PATH does not look.
fn search_path() -> String {
    format!("{}:/usr/sbin:/usr/local/sbin", std::env::var("PATH").unwrap_or_default())
}

fn configuration(addr: SocketAddr, listen: &str, server: &str) -> String {
    format!(
        "daemon off;
master_process off;
worker_processes 1;
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_max_body_size 0;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_requests 100000;
    server {{
        listen {addr} {listen};
        server_name localhost;
        root root;
        {server}
    }}
}}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curl::curl;

    #[test]
    fn curl_reaches_nginx_plain_and_over_tls() {
        let plain = Nginx::start("location /echo { return 200 '$request_method $request_uri'; }");
        plain.put("file", b"contents");
        let answer = curl(&["-X", "PUT", &plain.uri("/echo?x=1")]);
        assert_eq!((answer.exit, answer.status, answer.body.as_str()), (0, 200, "PUT /echo?x=1"));
        assert_eq!(curl(&[&plain.uri("/file")]).body, "contents");
        assert_eq!(plain.complaints(), "");

        let certificates = Certificates::make();
        let secure = Nginx::start_tls(&certificates, "location / { return 200 $scheme; }");
        let url = format!("https://localhost:{}/", secure.addr().port());
        let authority = certificates.authority();
        let trusted = curl(&["--cacert", authority.to_str().expect("a UTF-8 path"), &url]);
        assert_eq!((trusted.exit, trusted.body.as_str()), (0, "https"), "{trusted:?}");
        assert_eq!(curl(&[&url]).exit, 60);
    }
}
