//! Calls to back ends.

use proptest::prelude::*;

use super::*;

const TRACE: &str = "X-Amzn-Trace-Id: Root=1-5f81d1a8-0123456789abcdef01234567\r\n";
const API: &str = "X-Amzn-Apigateway-Api-Id: a1b2c3d4e5\r\n";

fn http() -> HttpIntegration {
    let constant =
        format!("Accept: application/json\r\nUser-Agent: AmazonAPIGateway_a1b2c3d4e5\r\n{API}");
    let constant_head = constant.into_bytes().into();
    HttpIntegration { kind: HttpKind::Mapped, constant_head, ..proxy() }
}

/// Every field of aws-facts 131, with values of the recording.
const FULL_REQUEST: &str = "GET /dev/pets/7 HTTP/1.1\r\nHost: h\r\n\
    Accept: application/json\r\nAccept-Charset: UTF-8\r\nAccept-Encoding: br\r\n\
    Age: request_Age\r\nAuthorization: Unauthorized\r\nConnection: close\r\n\
    Content-Encoding: deflate\r\nContent-MD5: x\r\nContent-Type: application/json\r\n\
    Date: today\r\nExpect: x\r\n\
    Max-Forwards: 1\r\nPragma: cache\r\nProxy-Authenticate: x\r\nRange: bytes=500-999\r\n\
    Referer: https://example.com/\r\nServer: x\r\nTE: x\r\nTrailer: x\r\nUpgrade: x\r\n\
    User-Agent: localStack/0.0\r\nVia: x\r\nWarn: 299\r\nWWW-Authenticate: x\r\n\
    X-Amzn-Trace-Id: Root=1-client\r\nX-Api-Key: k\r\nx-CUSTOM: 1\r\nx-custom: 2\r\n\r\n";

#[test]
fn proxy_passes_the_clients_fields() {
    let expect = format!(
        "GET / HTTP/1.1\r\nHost: b.example:9000\r\nAccept: application/json\r\n\
         Accept-Charset: UTF-8\r\nAccept-Encoding: br\r\nAge: request_Age\r\n\
         Authorization: Unauthorized\r\nContent-Type: application/json\r\nDate: today\r\n\
         Pragma: cache\r\nRange: bytes=500-999\r\nReferer: https://example.com/\r\n\
         User-Agent: localStack/0.0\r\nWarn: 299\r\nX-Api-Key: k\r\nx-CUSTOM: 1\r\nx-custom: 2\r\n\
         {API}{TRACE}\r\n"
    );
    assert_eq!(called(&proxy(), FULL_REQUEST, BodyLength::None).expect("head"), expect);
}

#[test]
fn http_passes_none() {
    let head = "Host: b.example:9000\r\n";
    let own = "Accept: application/json\r\nUser-Agent: AmazonAPIGateway_a1b2c3d4e5\r\n";
    let expect = format!("GET / HTTP/1.1\r\n{head}{own}{API}{TRACE}\r\n");
    assert_eq!(called(&http(), FULL_REQUEST, BodyLength::None).expect("head"), expect);

    let post = HttpIntegration { method: UpstreamMethod::Fixed("POST".into()), ..http() };
    let json = "Content-Type: application/json\r\n";
    let expect =
        format!("POST / HTTP/1.1\r\n{head}{json}{own}{API}{TRACE}Content-Length: 26\r\n\r\n");
    let request = "PUT /dev/pets/7 HTTP/1.1\r\nHost: h\r\n\r\n";
    assert_eq!(called(&post, request, BodyLength::Length(26)).expect("head"), expect);

    let text = "PUT /dev/pets/7 HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n\r\n";
    let head = called(&http(), text, BodyLength::Chunked).expect("head");
    assert!(head.contains("\r\nContent-Type: text/plain\r\n"), "{head}");
    assert!(head.ends_with("Transfer-Encoding: chunked\r\n\r\n"), "{head}");
}

#[test]
fn connection_lists_fields_that_stay_behind() {
    let request = "GET /dev/pets/7 HTTP/1.1\r\nHost: h\r\nConnection: x-one\r\nX-One: 1\r\n\
                   X-Two: 2\r\nConnection: keep-alive, X-Three\r\nX-Three: 3\r\n\r\n";
    let head = called(&proxy(), request, BodyLength::None).expect("head");
    assert!(head.contains("X-Two: 2"), "{head}");
    assert!(!head.contains("X-One") && !head.contains("X-Three"), "{head}");
}

#[test]
fn mapped_fields_replace_the_clients() {
    let mapped = headers(&[
        ("User-Agent", "'Override-Agent'"),
        ("x-Custom", "method.request.querystring.q"),
        ("X-Api-Key", "method.request.header.none"),
        ("X-Resource", "context.resourceId"),
        ("Content-Type", "'text/csv'"),
        ("Upgrade", "'HTTP/2.0'"),
    ]);
    let integration = HttpIntegration { mapped_headers: mapped, ..proxy() };
    let request = FULL_REQUEST.replace("/pets/7", "/pets/7?q=a%20b");
    let head = called(&integration, request, BodyLength::None).expect("head");
    let count = |line: &str| head.matches(&format!("\r\n{line}\r\n")).count();
    assert_eq!(count("User-Agent: Override-Agent"), 1, "{head}");
    assert_eq!(count("x-Custom: a b"), 1, "{head}");
    assert_eq!(count("X-Api-Key: k"), 1, "an undefined mapping replaces nothing: {head}");
    assert_eq!(count("X-Resource: res1"), 1, "{head}");
    assert_eq!(count("Content-Type: text/csv"), 1, "{head}");
    assert_eq!(count("Upgrade: HTTP/2.0"), 1, "{head}");
    for name in ["user-agent", "x-custom", "content-type", "host"] {
        let lines =
            head.lines().filter(|line| line.to_lowercase().starts_with(&format!("{name}:")));
        assert_eq!(lines.count(), 1, "{name} in {head}");
    }
}

#[test]
fn host_may_be_mapped() {
    let host = |expression| {
        let mapped_headers = headers(&[("Host", expression)]);
        let head =
            called(&HttpIntegration { mapped_headers, ..proxy() }, FULL_REQUEST, BodyLength::None);
        let head = head.expect("head");
        let hosts: Vec<_> = head.lines().filter(|line| line.starts_with("Host:")).collect();
        hosts.join("|")
    };
    assert_eq!(host("method.request.header.Host"), "Host: h");
    assert_eq!(host("method.request.header.none"), "Host: b.example:9000");
}

#[test]
fn more_mappings_than_bits() {
    let names: Vec<String> = (0..140).map(|n| format!("x-{n}")).collect();
    let mappings: Vec<_> = names.iter().map(|name| (name.as_str(), "'mapped'")).collect();
    let sent: String =
        names.iter().rev().take(90).map(|name| format!("{name}: sent\r\n")).collect();
    let request = format!("GET /dev/pets/7 HTTP/1.1\r\nHost: h\r\n{sent}\r\n");
    let integration = HttpIntegration { mapped_headers: headers(&mappings), ..proxy() };
    let head = called(&integration, request, BodyLength::None).expect("head");
    assert_eq!(head.matches(": mapped\r\n").count(), 140);
    assert!(!head.contains(": sent"), "{head}");
}

#[test]
fn recorded_request_data_mapping() {
    // aws-facts 155.
    let mappings =
        [("qsVar", "method.request.querystring.testVar"), ("pathVar", "method.request.path.petId")];
    let integration = HttpIntegration {
        path: uri("/", &[]),
        query: uri("testVar={pathVar}&testQs={qsVar}", &mappings),
        mapped_query: queries(&[
            ("queryString", "method.request.querystring.testQueryString"),
            ("testQs", "method.request.querystring.testQueryString"),
            ("testEmptyQs", "method.request.header.emptyHeader"),
        ]),
        ..proxy()
    };
    assert_eq!(
        target(&integration, "foobar?testQueryString=foo&testVar=bar"),
        "/?testVar=foobar&testQs=bar&queryString=foo&testQs=foo&testQueryString=foo&testVar=bar"
    );
}

#[test]
fn queries_of_proxies() {
    let check = |query: &str, mapped: &[(&str, &str)], rest: &str, expect: &str| {
        let query = if query.is_empty() { Box::default() } else { uri(query, &[]) };
        let integration = HttpIntegration { query, mapped_query: queries(mapped), ..proxy() };
        assert_eq!(target(&integration, rest), expect);
    };
    check("", &[], "7", "/");
    check("", &[], "7?", "/");
    check("", &[], "7?a=%41&&b&", "/?a=%41&&b&");
    check("k=v", &[], "7?a=1", "/?k=v&a=1");
    check("", &[("n", "'a&b c'")], "7", "/?n=a%26b%20c");
    check("", &[("n", "method.request.querystring.none")], "7?a=1&&b", "/?a=1&&b");
    // The same name: the mapping's value, once.
    check("", &[("a", "method.request.querystring.a")], "7?x=0&a=1&a=2&%61=3", "/?a=3&x=0");
    check("", &[("%61", "method.request.querystring.b")], "7?a=1&b=2", "/?%61=2&b=2");
    check("", &[("a", "method.request.multivaluequerystring.a")], "7?a=1&a=2", "/?a=1&a=2");
    let http = HttpIntegration { kind: HttpKind::Mapped, ..proxy() };
    assert_eq!(target(&http, "7?a=1"), "/");
}

#[test]
fn paths() {
    let check = |expression: &str, rest: &str, expect: &str| {
        let integration =
            HttpIntegration { path: uri("/v1/{p}/x", &[("p", expression)]), ..proxy() };
        assert_eq!(target(&integration, rest), expect);
    };
    check("method.request.path.petId", "a%2Fb/c", "/v1/a%2Fb/c/x");
    check("method.request.header.X-Tag", "7", "/v1/a%2Fb%20c/x");
    check(
        "method.request.querystring.q",
        "7?q=..%2F..%2Fadmin%3Fx",
        "/v1/..%2F..%2Fadmin%3Fx/x?q=..%2F..%2Fadmin%3Fx",
    );
    // aws-facts 152.
    check("method.request.header.none", "7", "/v1/{p}/x");
}

#[test]
fn refused() {
    let cause = |integration: &HttpIntegration, request: &str| {
        let error = called(integration, request, BodyLength::None).expect_err("an error");
        assert_eq!(error.response_type, crate::error::ResponseType::ApiConfigurationError);
        error.cause.0
    };
    let forbidden = HttpIntegration { forbidden_header: true, ..proxy() };
    assert!(cause(&forbidden, FULL_REQUEST).contains("Content-Length"));
    assert!(cause(&proxy(), "").contains("without a request"));
    for encoded in ["%0d%0aX:%201", "%0a", "%00", "%1b", "%7f"] {
        let mapped_headers = headers(&[("x-q", "method.request.querystring.q")]);
        let integration = HttpIntegration { mapped_headers, ..proxy() };
        let request = format!("GET /dev/pets/7?q={encoded} HTTP/1.1\r\nHost: h\r\n\r\n");
        assert!(cause(&integration, &request).contains("control character"), "{encoded}");
    }
}

proptest! {
    /// Whatever a client sends and wherever it is mapped to, the head has the lines we wrote.
    #[test]
    fn no_line_can_be_injected(
        path in "([!-~&&[^#?]]|%0[ad]){0,12}",
        query in "(q=|&|%0[ad]|[!-~&&[^#]]){0,12}",
        tag in "[ -~\u{80}-\u{ff}]{0,12}",
    ) {
        let integration = HttpIntegration {
            path: uri("/{p}/{q}/{t}", &[
                ("p", "method.request.path.petId"),
                ("q", "method.request.querystring.q"),
                ("t", "method.request.header.x-tag"),
            ]),
            query: uri("p={p}&t={t}", &[
                ("p", "method.request.path.petId"),
                ("t", "method.request.header.x-tag"),
            ]),
            mapped_query: queries(&[
                ("mq", "method.request.multivaluequerystring.q"),
                ("mt", "method.request.multivalueheader.x-tag"),
            ]),
            mapped_headers: headers(&[
                ("h-p", "method.request.path.petId"),
                ("h-q", "method.request.multivaluequerystring.q"),
                ("h-t", "method.request.header.x-tag"),
            ]),
            ..proxy()
        };
        let request = format!(
            "GET /dev/pets/{path}?{query} HTTP/1.1\r\nHost: h\r\nX-Tag: {tag}\r\n\r\n"
        );
        let Ok(head) = called(&integration, request, BodyLength::None) else { return Ok(()) };
        let mut fields = Fields::new();
        let (read, len) = crate::http::parse_request(head.as_bytes(), &mut fields)
            .expect("a valid request")
            .expect("a complete head");
        prop_assert_eq!(len, head.len());
        let names = read.fields().map(|line| String::from_utf8_lossy(line.text()).into_owned());
        let names: Vec<_> = names.collect();
        let optional = ["h-q", "X-Tag"];
        let own = ["X-Amzn-Apigateway-Api-Id", "X-Amzn-Trace-Id"];
        let expect = [&["Host", "h-p", "h-t"][..], &own].concat();
        for name in &expect {
            prop_assert_eq!(names.iter().filter(|sent| *sent == name).count(), 1, "{}", head);
        }
        let known = |name: &str| expect.contains(&name) || optional.contains(&name);
        prop_assert!(names.iter().all(|name| known(name)));
        prop_assert!(!read.target().contains(&b'#'));
    }
}
