//! Mapping templates (aws-facts 150, 158, 159, 183 to 187, 190, 200 to 213), MOCK and HTTP.

use ringway_tests::api::{Api, http, integration, mapped, mock, response_headers};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::raw::Client;
use ringway_tests::response::Response;
use ringway_tests::upstream::{Received, Step, Upstream, json_response, response_bytes};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn serving(method: &str, operation: Value) -> Gateway {
    Launch::openapi(&Api::new().route(method, "/pets/{id}", operation)).start()
}

fn request_template(operation: Value, template: &str) -> Value {
    integration(operation, json!({"requestTemplates": {"application/json": template}}))
}

fn response_template(operation: Value, template: &str) -> Value {
    let templates = json!({"responseTemplates": {"application/json": template}});
    integration(operation, json!({"responses": {"default": templates}}))
}

/// The names of some pets.
const PETS: &str = "#foreach($pet in $input.path('$.pets'))$pet.name#if($foreach.hasNext),#end#end";

/// Answers with the body it got.
fn parrot() -> Upstream {
    Upstream::start(|received: &Received| {
        vec![Step::Send(response_bytes(200, &[JSON], &received.body))]
    })
}

fn internal_error(response: &Response) {
    assert_eq!(
        (response.status, response.text().as_str()),
        (500, r#"{"message": "Internal server error"}"#)
    );
    assert_eq!(response.header("x-amzn-ErrorType"), Some("InternalServerErrorException"));
}

#[test]
fn a_mock_renders_both_templates_and_never_shows_the_body() {
    let operation = mock(
        r#"{"id": $input.params().path.id, "q": "$input.params('q')", "body": $input.json('$')}"#,
    );
    let operation = request_template(
        operation,
        r#"{"statusCode": #if($input.json('$.ok') == "true")200#{else}404#end}"#,
    );
    let operation = integration(operation, json!({"responses": {"404": {"statusCode": "404"}}}));
    let gateway = serving("POST", operation);
    let response = gateway.request("POST", "/dev/pets/42?q=a+b", &[JSON], br#"{"ok": true}"#);
    assert_eq!(response.text(), r#"{"id": 42, "q": "a b", "body": {}}"#);
    assert_eq!(response.header("Content-Type"), Some("application/json"));
    let response = gateway.request("POST", "/dev/pets/42", &[JSON], br#"{"ok": false}"#);
    assert_eq!((response.status, response.text().as_str()), (404, ""));
}

#[test]
fn overrides_of_the_request_template_reach_the_response() {
    let request = "#set($context.responseOverride.status = 444)\
                   #set($context.responseOverride.header.foo = \"bar\")\
                   #set($context.responseOverride.header['X-Own'] = \"set\")\
                   {\"statusCode\": 200}";
    let operation =
        response_headers(mock("$context.responseOverride.header.foo"), &[("X-Own", "'mapped'")]);
    let gateway = serving("GET", request_template(operation, request));
    let response = gateway.get("/dev/pets/1");
    assert_eq!((response.status, response.text().as_str()), (444, "bar"));
    assert_eq!(response.header("foo"), Some("bar"));
    assert_eq!(response.header_all("X-Own"), ["set"]);
}

#[test]
fn a_request_template_makes_the_body_of_the_call() {
    let upstream = parrot();
    let operation = request_template(
        http("POST", upstream.uri("/x")),
        r#"{"name": $input.json('$.pet.name'), "id": "$input.params('id')"}"#,
    );
    let gateway = serving("POST", operation);
    let mut connection = gateway.client();
    for name in ["Rex", "Ada"] {
        let body = format!(r#"{{"pet": {{"name": "{name}"}}}}"#);
        let response = connection.exchange("POST", "/dev/pets/7", &[JSON], body.as_bytes());
        let expect = format!(r#"{{"name": "{name}", "id": "7"}}"#);
        assert_eq!((response.status, response.text()), (200, expect.clone()));
        let received = upstream.last();
        assert_eq!(received.header("Content-Length"), Some(expect.len().to_string().as_str()));
        assert_eq!(received.header("Content-Type"), Some("application/json"));
    }
}

#[test]
fn a_large_chunked_body_is_read_whole() {
    let upstream = parrot();
    let operation =
        request_template(http("POST", upstream.uri("/x")), "$input.json('$.text').length()");
    let gateway = serving("POST", operation);
    let body = format!(r#"{{"text": "{}"}}"#, "x".repeat(300_000));
    let mut chunked =
        b"POST /dev/pets/7 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for piece in body.as_bytes().chunks(7_001) {
        chunked.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        chunked.extend_from_slice(piece);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let mut connection = Client::connect(gateway.http());
    connection.send(chunked);
    assert_eq!(connection.response().text(), "300002");
    assert_eq!(connection.get("/dev/pets/7").status, 403);
}

#[test]
fn a_response_template_is_chosen_by_the_back_ends_type_and_reads_its_body() {
    let upstream = Upstream::start(|received: &Received| {
        let content_type = if received.path() == "/xml" { "text/xml" } else { "application/json" };
        let body = br#"{"pets": [{"name": "Rex"}, {"name": "Ada"}]}"#;
        vec![Step::Send(response_bytes(200, &[("Content-Type", content_type)], body))]
    });
    let templates = json!({"responses": {"default": {"responseTemplates": {
        "application/json": PETS,
        "text/xml": "<a>$input.body.length()</a>",
    }}}});
    let route = |path: &str| integration(http("GET", upstream.uri(path)), templates.clone());
    let api = Api::new().route("GET", "/json", route("/json")).route("GET", "/xml", route("/xml"));
    let gateway = Launch::openapi(&api).start();
    let mut connection = gateway.client();
    assert_eq!(connection.get("/dev/json").text(), "Rex,Ada");
    let response = connection.get("/dev/xml");
    assert_eq!(response.text(), "<a>44</a>");
    assert_eq!(response.header("Content-Type"), Some("text/xml"));
    assert_eq!(upstream.connection_count(), 1, "a body that was read frees its connection");
}

#[test]
fn request_overrides_change_the_call() {
    let upstream = parrot();
    let operation = mapped(
        http("POST", upstream.uri("/{p}/x?k={k}")),
        &[
            ("path.p", "'mapped'"),
            ("path.k", "'kept'"),
            ("querystring.q", "'mapped'"),
            ("header.X-A", "'mapped'"),
        ],
    );
    let operation = request_template(
        operation,
        "#set($o = $context.requestOverride)#set($o.path.p = 'a/b')\
         #set($o.querystring.q = '1&2')#set($o.querystring['n'] = 'new')\
         #set($o.header['X-A'] = 'set')#set($o.header['User-Agent'] = 'own')body",
    );
    let response = serving("POST", operation).request("POST", "/dev/pets/7", &[JSON], b"{}");
    assert_eq!((response.status, response.text().as_str()), (200, "body"));
    let received = upstream.last();
    assert_eq!(received.target, "/a%2Fb/x?k=kept&q=1%262&n=new");
    assert_eq!(received.header_all("X-A"), ["set"]);
    assert_eq!(received.header_all("User-Agent"), ["own"]);
}

#[test]
fn parameters_are_mapped_from_both_bodies() {
    let upstream = Upstream::start(|_| vec![Step::Send(json_response(200, r#"{"n": {"id": 5}}"#))]);
    let operation = mapped(
        http("POST", upstream.uri("/x")),
        &[
            ("header.X-Name", "method.request.body.petstore.pets[0].name"),
            ("querystring.all", "method.request.body"),
            ("header.X-None", "method.request.body.none"),
        ],
    );
    let operation = response_headers(operation, &[("X-Id", "integration.response.body.n.id")]);
    let gateway = serving("POST", operation);
    let body = br#"{"petstore":{"pets":[{"name":"Rex"}]}}"#;
    let response = gateway.request("POST", "/dev/pets/7", &[JSON], body);
    assert_eq!((response.status, response.text().as_str()), (200, r#"{"n": {"id": 5}}"#));
    assert_eq!(response.header("X-Id"), Some("5"));
    let received = upstream.last();
    assert_eq!(received.header("X-Name"), Some("Rex"));
    assert_eq!(received.header("X-None"), None);
    assert_eq!(received.body, body);
    assert_eq!(received.query_all("all").len(), 1);
    let response = gateway.request("POST", "/dev/pets/7", &[JSON], b"{\"broken");
    assert_eq!(
        (response.status, response.text().as_str()),
        (400, r#"{"message": "Invalid JSON in request body"}"#)
    );
    let upstream = Upstream::start(|_| vec![Step::Send(json_response(200, "{broken"))]);
    let operation = response_headers(
        http("GET", upstream.uri("/x")),
        &[("X-Id", "integration.response.body.id")],
    );
    internal_error(&serving("GET", operation).get("/dev/pets/7"));
}

#[test]
fn a_template_that_fails_is_a_500_and_says_where() {
    let operation = mock("a\n $input.params('id').substring(9)");
    let gateway = serving("GET", operation);
    internal_error(&gateway.get("/dev/pets/7"));
    ringway_tests::poll::until_true("the cause to be written", || {
        let stderr = gateway.stderr();
        stderr.contains("line 2, column 2") && stderr.contains("$input.params('id').substring(9)")
    });
}

#[test]
fn a_template_that_does_not_parse_is_refused_with_line_and_column() {
    let operation = mock("a\n#if($x");
    let refusal = Launch::openapi(&Api::new().route("GET", "/pets", operation)).fail();
    let text = refusal.stderr.as_str();
    assert!(text.contains("Invalid mapping template") && text.contains("line 2"), "{text}");
}

#[test]
fn a_back_end_that_breaks_off_under_a_template_is_an_error_the_client_is_told() {
    let upstream = Upstream::start(|_| {
        let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec();
        vec![Step::Send(cut), Step::Close]
    });
    let operation = response_template(http("GET", upstream.uri("/x")), "$input.body");
    assert_eq!(serving("GET", operation).get("/dev/pets/7").status, 504);
}
