//! nginx's configuration, as its own documentation recommends for speed: kept-alive upstream
//! connections, a cache in memory, no limit of requests a connection. Response buffering stays at
//! its defaults, which is what its documentation has for large bodies too.

use super::config::Site;
use crate::run::Scenario;
use crate::run::definition::{THROTTLE_BURST, THROTTLE_RATE, TIMEOUT_MS, mock_body};

/// Without a master process: the same worker loop, in the process that is measured and ended.
pub(super) fn configuration(site: &Site<'_>) -> String {
    let Site { http, https, upstream, identity, .. } = site;
    let log = site.log.map_or_else(
        || "off".to_owned(),
        |log| format!("{} combined buffer=64k flush=1s", log.display()),
    );
    let (certificate, key) = (identity.certificate.display(), identity.key.display());
    let body = mock_body();
    let (large, silent) = (Scenario::LargeBody.upstream_path(), Scenario::Timeout.upstream_path());
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
    limit_req_zone $http_x_api_key zone=keys:1m rate={THROTTLE_RATE}r/s;
    limit_req_status 429;
    upstream backend {{
        server {upstream};
        keepalive 1024;
        keepalive_requests 1000000000;
        keepalive_timeout 600s;
    }}
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    server {{
        listen {http} reuseport backlog=4096;
        listen {https} ssl reuseport backlog=4096;
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        ssl_protocols TLSv1.3;
        location = /bench/mock {{ return 200 '{body}'; }}
        location = /bench/cached {{
            proxy_cache bench;
            proxy_cache_valid 200 1h;
            proxy_pass http://backend/;
        }}
        location = /bench/proxy {{ proxy_pass http://backend/; }}
        location = /bench/full-path {{ proxy_pass http://backend/; }}
        location = /bench/large-body {{ proxy_pass http://backend{large}; }}
        location = /bench/throttle {{
            limit_req zone=keys burst={THROTTLE_BURST} nodelay;
            proxy_pass http://backend/;
        }}
        location = /bench/silent {{
            proxy_read_timeout {TIMEOUT_MS}ms;
            proxy_pass http://backend{silent};
        }}
    }}
}}
"#
    )
}
