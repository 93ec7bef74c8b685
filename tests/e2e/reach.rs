//! What integrations cannot reach, however it is spelled: link-local and metadata addresses, the
//! unspecified address, the admin port.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};

use ringway_tests::api::{Api, http, http_proxy, mapped, parameter};
use ringway_tests::gateway::{Gateway, Launch, pretty};
use ringway_tests::upstream::{Step, Upstream, response_bytes};
use serde_json::{Map, Value, json};

/// Spellings in the variables of one stage, which are a hundred.
const SLOTS: usize = 50;

/// A host as a URI has it, without and with what stands around a stage variable.
struct Spelling {
    host: String,
    is_v6: bool,
    port: u16,
}

impl Spelling {
    fn uri(&self, host: &str) -> String {
        match self.is_v6 {
            true => format!("http://[{host}]:{}/", self.port),
            false => format!("http://{host}:{}/", self.port),
        }
    }
}

/// As inet_aton(3) reads them, and in addresses of IPv6.
fn spellings(ip: [u8; 4], port: u16, all: &mut Vec<Spelling>) {
    let number = u32::from(Ipv4Addr::from(ip));
    let [a, b, c, d] = ip.map(u32::from);
    let (last_two, last_three) = (number & 0xffff, number & 0xff_ffff);
    type Form = fn(u32) -> String;
    let forms: [Form; 4] = [
        |part| part.to_string(),
        |part| format!("0x{part:x}"),
        |part| format!("0X{part:02X}"),
        |part| format!("0{part:03o}"),
    ];
    let mut hosts = vec![format!("{a}.0x{b:x}.0{c:o}.{d}"), format!("0x{a:x}.{b}.{c}.0{d:o}")];
    for form in forms {
        let [a, b, c, d] = [a, b, c, d].map(form);
        hosts.push(format!("{a}.{b}.{c}.{d}"));
        hosts.push(format!("{a}.{b}.{}", form(last_two)));
        hosts.push(format!("{a}.{}", form(last_three)));
        hosts.push(form(number));
    }
    all.extend(hosts.into_iter().map(|host| Spelling { host, is_v6: false, port }));
    let (high, low) = (number >> 16, last_two);
    let dotted = Ipv4Addr::from(ip);
    let hosts = [
        format!("::ffff:{dotted}"),
        format!("::ffff:{high:x}:{low:x}"),
        format!("0:0:0:0:0:FFFF:{high:04X}:{low:04X}"),
        format!("::ffff:0:{dotted}"),
        format!("64:ff9b::{dotted}"),
        format!("64:ff9b:1::{high:x}:{low:x}"),
        format!("2002:{high:x}:{low:x}::1"),
    ];
    all.extend(hosts.into_iter().map(|host| Spelling { host, is_v6: true, port }));
}

fn all_spellings(canary: u16, admin: u16) -> Vec<Spelling> {
    let mut all = Vec::new();
    for special in [
        [169, 254, 169, 254],
        [169, 254, 170, 2],
        [0, 0, 0, 0],
        [0, 0, 0, 1],
        [100, 100, 100, 200],
        [192, 0, 0, 192],
        [168, 63, 129, 16],
    ] {
        spellings(special, canary, &mut all);
    }
    spellings([127, 0, 0, 1], admin, &mut all);
    spellings([127, 9, 9, 9], admin, &mut all);
    let v6 = ["fe80::1", "fe80:0::a9fe:a9fe", "fd00:ec2::254", "FD00:0EC2::0254", "fd20:ce::254"];
    all.extend(v6.map(|host| Spelling { host: host.into(), is_v6: true, port: canary }));
    all.push(Spelling { host: "::1".into(), is_v6: true, port: admin });
    all.push(Spelling { host: "localhost".into(), is_v6: false, port: admin });
    all
}

/// A launch with a document that may name its ports, each stage with its variables.
fn launch(api: impl FnOnce(SocketAddr) -> (Api, Vec<Value>)) -> Launch {
    let launch = Launch::settings(&json!({}), &Api::new());
    let (api, stages) = api(launch.admin_addr());
    let stages = stages.into_iter().enumerate();
    let stages = stages
        .map(|(ix, variables)| json!({"stageName": format!("s{ix}"), "variables": variables}));
    let apis = json!({"apis": [{"openapi": "openapi.json", "stages": stages.collect::<Vec<_>>()}]});
    launch.beside("ringway.json", pretty(&apis)).beside("openapi.json", pretty(&api.to_value()))
}

#[test]
fn no_spelling_of_a_forbidden_address_is_reached() {
    let (canary, behind) = (Upstream::ok(), Upstream::ok());
    let mut spelled = Vec::new();
    let launch = launch(|admin| {
        spelled = all_spellings(canary.addr().port(), admin.port());
        let mut api = Api::new();
        for (ix, spelling) in spelled.iter().enumerate() {
            let uri = spelling.uri(&spelling.host);
            api = api.route("GET", &format!("/literal{ix}"), http_proxy(uri));
        }
        let mut stages = vec![Map::new(); spelled.len().div_ceil(SLOTS)];
        for (ix, spelling) in spelled.iter().enumerate() {
            let (stage, slot) = (&mut stages[ix / SLOTS], ix % SLOTS);
            let kind = if spelling.is_v6 { "six" } else { "four" };
            stage.insert(format!("{kind}{slot}"), spelling.host.clone().into());
            stage.insert(format!("port{slot}"), spelling.port.to_string().into());
        }
        // A stage has a variable for one of the two.
        for slot in 0..SLOTS {
            let port = format!("${{stageVariables.port{slot}}}");
            let four = format!("http://${{stageVariables.four{slot}}}:{port}/");
            let six = format!("http://[${{stageVariables.six{slot}}}]:{port}/");
            api = api.route("GET", &format!("/four{slot}"), http_proxy(four));
            api = api.route("GET", &format!("/six{slot}"), http_proxy(six));
        }
        let operation = parameter(http("GET", behind.uri("/{p}")), "query", "host", false);
        let host = "method.request.querystring.host";
        api = api.route(
            "GET",
            "/mapped",
            mapped(
                operation,
                &[
                    ("path.p", host),
                    ("header.Host", host),
                    ("header.X-Forwarded-Host", host),
                    ("querystring.url", host),
                ],
            ),
        );
        (api, stages.into_iter().map(Value::Object).collect())
    });
    assert!(spelled.len() >= 200, "{} spellings", spelled.len());
    let gateway = launch.start();
    let mut reached = String::new();
    for (ix, spelling) in spelled.iter().enumerate() {
        let (stage, slot) = (ix / SLOTS, ix % SLOTS);
        let variable = if spelling.is_v6 { "six" } else { "four" };
        for target in [format!("/s0/literal{ix}"), format!("/s{stage}/{variable}{slot}")] {
            let response = gateway.get(&target);
            if response.status != 500 {
                let _ = writeln!(reached, "{target} {}: {response:?}", spelling.host);
            }
        }
        let response = gateway.get(&format!("/s0/mapped?host={}:{}", spelling.host, spelling.port));
        assert_eq!(response.status, 200, "{response:?}");
    }
    assert_eq!(reached, "");
    assert_eq!(canary.connection_count(), 0);
    assert_eq!(behind.request_count(), spelled.len());
    let forbidden = gateway.metrics().sum("ringway_upstream_forbidden_total", &[]);
    // Of names that are two addresses both are counted.
    assert!(forbidden >= 2.0 * spelled.len() as f64, "{forbidden} of {}", spelled.len());
    assert!(gateway.stderr().contains("is not one that integrations may call (--allow-upstream)"));
}

#[test]
fn an_operator_allows_what_a_definition_names() {
    let canary = Upstream::ok();
    let launch = launch(|admin| {
        let port = canary.addr().port();
        let api = Api::new()
            .route("GET", "/literal", http_proxy(format!("http://0.0.0.0:{port}/")))
            .route("GET", "/variable", http_proxy(format!("http://${{stageVariables.h}}:{port}/")))
            .route("GET", "/admin", http_proxy(format!("http://{admin}/health/live")));
        (api, vec![json!({"h": "0.0.0.0"})])
    });
    let gateway = launch.arg("--allow-upstream").arg("0.0.0.0/8,127.0.0.1").start();
    assert_eq!(gateway.get("/s0/literal").status, 200);
    assert_eq!(canary.request_count(), 1);
    assert_eq!(gateway.get("/s0/variable").status, 500);
    assert_eq!(canary.request_count(), 1);
    assert_eq!(gateway.get("/s0/admin").status, 200);
}

#[test]
fn back_ends_on_loopback_are_called() {
    let upstream = Upstream::ok();
    let launch = launch(|_| {
        let port = upstream.addr().port();
        let api = Api::new().route("GET", "/literal", http_proxy(upstream.uri("/"))).route(
            "GET",
            "/variable",
            http_proxy(format!("http://${{stageVariables.h}}:{port}/")),
        );
        (api, vec![json!({"h": "127.1"})])
    });
    let gateway = launch.start();
    assert_eq!(gateway.get("/s0/literal").status, 200);
    assert_eq!(gateway.get("/s0/variable").status, 200);
}

fn redirecting(gateway: impl FnOnce(&Upstream) -> Gateway) -> (Upstream, u16) {
    let canary = Upstream::ok();
    let location = canary.uri("/");
    let upstream = Upstream::start(move |_| {
        vec![Step::Send(response_bytes(307, &[("Location", &*location)], b""))]
    });
    let status = gateway(&upstream).get("/dev/away").status;
    assert_eq!(upstream.request_count(), 1);
    (canary, status)
}

#[test]
fn no_redirect_is_followed() {
    for proxied in [true, false] {
        let (canary, status) = redirecting(|upstream| {
            let uri = upstream.uri("/");
            let operation = if proxied { http_proxy(uri) } else { http("GET", uri) };
            Launch::openapi(&Api::new().route("GET", "/away", operation)).start()
        });
        assert_eq!(status, if proxied { 307 } else { 200 });
        assert_eq!(canary.connection_count(), 0);
    }
}
