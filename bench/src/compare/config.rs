//! The configurations of the peers, as their own documentation recommends for speed: kept-alive
//! upstream connections, a cache in memory, no limit of requests a connection.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::run::definition::mock_body;

/// Memory as a folder; the ordinary temporary one where there is none.
const MEMORY: &str = "/dev/shm";

/// Configurations, caches and logs of the peers; gone when dropped.
pub(super) struct PeerFolder {
    path: PathBuf,
    upstream: SocketAddr,
    access_log: bool,
}

impl PeerFolder {
    pub(super) fn create(upstream: SocketAddr, access_log: bool) -> io::Result<Self> {
        let memory = Path::new(MEMORY);
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let name = format!("ringway-bench-peers-{}-{}", std::process::id(), upstream.port());
        let path = parent.join(name);
        fs::create_dir(&path)?;
        Ok(Self { path, upstream, access_log })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes nginx's configuration for `listen`; says where it is.
    pub(super) fn nginx(&self, listen: SocketAddr) -> io::Result<PathBuf> {
        self.write("nginx.conf", &nginx(listen, self.upstream, self.access_log))
    }

    /// Writes HAProxy's configuration for `listen`; says where it is.
    pub(super) fn haproxy(&self, listen: SocketAddr) -> io::Result<PathBuf> {
        self.write("haproxy.cfg", &haproxy(listen, self.upstream))
    }

    fn write(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.path.join(name);
        fs::write(&path, text)?;
        Ok(path)
    }
}

impl Drop for PeerFolder {
    fn drop(&mut self) {
        // What cannot be removed is left.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Without a master process: the same worker loop, in the process that is measured and ended.
fn nginx(listen: SocketAddr, upstream: SocketAddr, access_log: bool) -> String {
    let log = if access_log { "access.log combined buffer=64k flush=1s" } else { "off" };
    let body = mock_body();
    format!(
        r#"daemon off;
master_process off;
worker_processes 1;
pid nginx.pid;
error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
    access_log {log};
    default_type application/json;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    tcp_nodelay on;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    proxy_cache_path cache keys_zone=bench:10m max_size=256m inactive=1h use_temp_path=off;
    upstream backend {{
        server {upstream};
        keepalive 1024;
        keepalive_requests 1000000000;
        keepalive_timeout 600s;
    }}
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    server {{
        listen {listen} reuseport backlog=4096;
        location = /bench/mock {{ return 200 '{body}'; }}
        location = /bench/cached {{
            proxy_cache bench;
            proxy_cache_valid 200 1h;
            proxy_pass http://backend/;
        }}
        location = /bench/proxy {{ proxy_pass http://backend/; }}
        location = /bench/full-path {{ proxy_pass http://backend/; }}
    }}
}}
"#
    )
}

fn haproxy(listen: SocketAddr, upstream: SocketAddr) -> String {
    let body = mock_body();
    format!(
        r#"global
    nbthread 1
    maxconn 8192
cache bench
    total-max-size 64
    max-object-size 65536
    max-age 3600
defaults
    mode http
    timeout connect 5s
    timeout client 600s
    timeout server 600s
    timeout http-keep-alive 600s
    option http-keep-alive
    http-reuse always
frontend bench
    bind {listen} backlog 4096
    acl mock path /bench/mock
    http-request return status 200 content-type application/json string '{body}' if mock
    use_backend cached if {{ path /bench/cached }}
    default_backend proxy
backend proxy
    http-request set-path /
    server upstream {upstream}
backend cached
    http-request set-path /
    http-request cache-use bench
    http-response cache-store bench
    server upstream {upstream}
"#
    )
}
