//! `examples/soap`: JSON clients, the built binary, and a SOAP service that checks what it gets.

use std::fs;

use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use ringway_tests::port::Port;
use ringway_tests::response::Response;
use ringway_tests::soap::{SoapService, folder};
use ringway_tests::upstream::{Received, Step, Upstream, response_bytes};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const XML: (&str, &str) = ("Content-Type", "text/xml; charset=utf-8");

/// The example, its service at another address.
fn gateway(authority: &str) -> Gateway {
    let text = fs::read_to_string(folder().join("openapi.yaml")).expect("the example is there");
    assert_eq!(text.matches("127.0.0.1:9001").count(), 3, "the service of each method");
    Launch::text("openapi.yaml", &text.replace("127.0.0.1:9001", authority)).start()
}

fn add(gateway: &Gateway, pet: &Value) -> Response {
    gateway.request("POST", "/dev/pets", &[JSON], pet.to_string().as_bytes())
}

#[track_caller]
fn check(response: &Response, status: u16, expect: &Value) {
    assert_eq!((response.status, &response.json()), (status, expect), "{}", response.text());
    assert_eq!(response.header("Content-Type"), Some("application/json"));
}

#[test]
fn the_service_is_one_that_a_soap_library_can_use() {
    let answers = SoapService::start().asked_by_a_library();
    assert_eq!(answers["first"]["name"], "Rex");
    assert_eq!(answers["found"][0]["id"], 2);
    assert_eq!(answers["added"]["name"], "<&>]]>\"' é");
    assert_eq!(answers["fault"], json!(["soap11env:Client.NotFound", "no pet <99>"]));
}

#[test]
fn answers_become_json_with_one_none_and_several_elements() {
    let service = SoapService::start();
    let gateway = gateway(&service.addr().to_string());
    let rex = json!({"id": 1, "name": "Rex", "price": 120.5, "tags": ["dog", "black & white"]});
    let mia = json!({"id": 2, "name": "Mia \"the <cat>\"", "price": 80, "tags": ["cat"]});
    check(&gateway.get("/dev/pets/1"), 200, &rex);
    check(&gateway.get("/dev/pets"), 200, &json!([rex, mia]));
    check(&gateway.get("/dev/pets?text=%3Ccat%3E"), 200, &json!([mia]));
    check(&gateway.get("/dev/pets?text=none"), 200, &json!([]));
}

#[test]
fn hostile_texts_arrive_as_texts() {
    let service = SoapService::start();
    let gateway = gateway(&service.addr().to_string());
    for text in [
        "<",
        "&",
        "]]>",
        "<![CDATA[x]]>",
        "&amp;&#0;&x;",
        "</name><name>two</name><price>0</price><name>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
        "--><?xml version='1.0'?><!--",
        "\"'$ringway.parseXml('<a')#set($x = 1)\\",
        "  leading and trailing  ",
        "é \u{85}\u{2028}\u{1f600}\u{fffd}",
    ] {
        let sent = json!({"name": text, "price": 1.5, "tags": [text, "b"]});
        let response = add(&gateway, &sent);
        let id = response.json()["id"].clone();
        let expect = json!({"id": id, "name": text, "price": 1.5, "tags": [text, "b"]});
        check(&response, 200, &expect);
        check(&gateway.get(&format!("/dev/pets/{id}")), 200, &expect);
    }
    let bare = add(&gateway, &json!({"name": "bare", "price": 0}));
    assert_eq!((bare.status, &bare.json()["tags"]), (200, &json!([])), "{bare:?}");
    let path = gateway.get("/dev/pets/1%3C%2Fid%3E%3Cid%3E2");
    assert_eq!(path.status, 400, "{path:?}");
    let message = path.json()["message"].to_string();
    // The service ends its sentence where the text of the client begins to look like a tag.
    assert!(message.ends_with("Element '{urn:example:pets}id': '1\""), "{message}");
}

#[test]
fn what_xml_cannot_hold_is_refused_before_the_service_is_called() {
    let service = Upstream::start(|_: &Received| vec![Step::Send(response_bytes(200, &[], b""))]);
    let gateway = gateway(&service.addr().to_string());
    for control in ['\0', '\u{1}', '\u{8}', '\u{b}', '\u{1b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
        let text = format!("a{control}b");
        let refused = json!({"message": "Invalid request body"});
        check(&add(&gateway, &json!({"name": text, "price": 1})), 400, &refused);
        check(&add(&gateway, &json!({"name": "a", "price": 1, "tags": [text]})), 400, &refused);
    }
    let failed = json!({"message": "Internal server error"});
    check(&gateway.get("/dev/pets/%01"), 500, &failed);
    check(&gateway.get("/dev/pets?text=%EF%BF%BE"), 500, &failed);
    assert_eq!(service.request_count(), 0);
}

#[test]
fn faults_are_errors_with_their_text() {
    let service = SoapService::start();
    let gateway = gateway(&service.addr().to_string());
    check(&gateway.get("/dev/pets/99"), 404, &json!({"message": "no pet <99>"}));
    let fire = json!({"message": "the stable is on fire & nobody answers"});
    check(&gateway.get("/dev/pets/13"), 502, &fire);
    let invalid = gateway.get("/dev/pets/one");
    assert_eq!(invalid.status, 400);
    assert!(invalid.json()["message"].to_string().contains("'one' is not a valid value"));
}

#[test]
fn what_is_no_soap_is_an_error_and_a_service_that_is_down_one_too() {
    let answers: &[(u16, &str, u16, &str)] = &[
        (404, "<html>", 503, "The service is not available"),
        (503, "busy", 503, "The service is not available"),
        (500, "<html><p>Oops</html>", 500, "Internal server error"),
        (500, "<!DOCTYPE html><html/>", 500, "Internal server error"),
        (200, "{\"json\": true}", 500, "Internal server error"),
        (200, "", 500, "Internal server error"),
        (200, "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", 500, "Internal server error"),
        (200, "<?xml version='1.0' encoding='UTF-16'?><a/>", 500, "Internal server error"),
    ];
    for &(answer, body, status, message) in answers {
        let service = Upstream::start(move |_: &Received| {
            vec![Step::Send(response_bytes(answer, &[XML], body.as_bytes()))]
        });
        let gateway = gateway(&service.addr().to_string());
        check(&gateway.get("/dev/pets/1"), status, &json!({"message": message}));
        assert_eq!(service.request_count(), 1);
    }
    let nobody = Port::reserve();
    let down = gateway(&nobody.addr().to_string()).get("/dev/pets/1");
    assert_eq!(down.status, 504, "{down:?}");
    assert!(down.json()["message"].is_string());
}

#[test]
fn what_is_wrong_with_an_answer_is_written_with_its_place() {
    let service = Upstream::start(|_: &Received| {
        vec![Step::Send(response_bytes(200, &[XML], "<a>\n é<b></a>".as_bytes()))]
    });
    let gateway = gateway(&service.addr().to_string());
    assert_eq!(gateway.get("/dev/pets/1").status, 500);
    poll::until_true("the cause to be written", || {
        let stderr = gateway.stderr();
        stderr.contains("parseXml: expected `</b>`, but `</a>` was found (XML line 2, column 6)")
            && stderr.contains("$ringway.parseXml($input.body)")
            && stderr.contains("at line 1, column 16")
    });
}
