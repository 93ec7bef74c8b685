//! HAProxy's configuration, as its own documentation recommends for speed: one thread, upstream
//! connections shared by all clients, a cache in memory.

use super::config::Site;
use crate::run::Scenario;
use crate::run::definition::{THROTTLE_RATE, TIMEOUT_MS, mock_body};

/// The throttle counts what it admits, by API key, over a sliding second: HAProxy's counter of
/// requests would count the refused ones too, and admit nobody under a flood.
pub(super) fn configuration(site: &Site<'_>) -> String {
    let Site { http, https, upstream, identity, .. } = site;
    // To standard output, which the caller sends to a file: HAProxy opens none by itself.
    let (to, log) = match site.log {
        Some(_) => ("log stdout format raw local0", "log global\n    option httplog"),
        None => ("", ""),
    };
    let both = identity.both.display();
    let body = mock_body();
    let (large, silent) = (Scenario::LargeBody.upstream_path(), Scenario::Timeout.upstream_path());
    format!(
        r#"global
    nbthread 1
    maxconn 8192
    ssl-default-bind-options ssl-min-ver TLSv1.3
    {to}
cache bench
    total-max-size 64
    max-object-size 65536
    max-age 3600
defaults
    mode http
    {log}
    timeout connect 5s
    timeout client 600s
    timeout server 600s
    timeout http-keep-alive 600s
    option http-keep-alive
    http-reuse always
frontend bench
    bind {http} backlog 4096
    bind {https} backlog 4096 ssl crt {both}
    acl mock path /bench/mock
    acl throttle path /bench/throttle
    http-request return status 200 content-type application/json string '{body}' if mock
    http-request track-sc0 hdr(x-api-key) table keys if throttle
    http-request deny deny_status 429 if throttle {{ sc0_gpc0_rate(keys) ge {THROTTLE_RATE} }}
    http-request sc-inc-gpc0(0) if throttle
    use_backend cached if {{ path /bench/cached }}
    use_backend large if {{ path /bench/large-body }}
    use_backend silent if {{ path /bench/silent }}
    default_backend proxy
backend proxy
    http-request set-path /
    server upstream {upstream}
backend cached
    http-request set-path /
    http-request cache-use bench
    http-response cache-store bench
    server upstream {upstream}
backend large
    http-request set-path {large}
    server upstream {upstream}
backend silent
    timeout server {TIMEOUT_MS}ms
    http-request set-path {silent}
    server upstream {upstream}
backend keys
    stick-table type string len 64 size 1k expire 10s store gpc0,gpc0_rate(1s)
"#
    )
}
