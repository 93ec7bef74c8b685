//! Which method answers (aws-facts 120 to 124).

use ringway_tests::api::{Api, http_proxy, mapped, mock};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::upstream::Upstream;
use serde_json::json;

use crate::expect;

/// Every method answers with its own name.
fn named(routes: &[(&str, &str)]) -> Gateway {
    let api = routes.iter().fold(Api::new(), |api, (method, path)| {
        let body = json!({"route": format!("{method} {path}")}).to_string();
        api.route(method, path, mock(&body))
    });
    Launch::openapi(&api).start()
}

#[track_caller]
fn reaches(gateway: &Gateway, method: &str, target: &str, route: &str) {
    let response = gateway.request(method, target, &[], b"");
    assert_eq!(response.status, 200, "{method} {target}: {response:?}");
    assert_eq!(response.json()["route"], route, "{method} {target}");
}

#[track_caller]
fn reaches_nothing(gateway: &Gateway, method: &str, target: &str) {
    let response = gateway.request(method, target, &[], b"");
    let (error, message) = ("MissingAuthenticationTokenException", "Missing Authentication Token");
    expect::refusal(&response, 403, error, message);
}

#[test]
fn an_unknown_path_or_verb_is_a_missing_authentication_token() {
    let gateway = named(&[("GET", "/pets"), ("GET", "/pets/{id}/toys")]);
    reaches_nothing(&gateway, "GET", "/dev/dogs");
    reaches_nothing(&gateway, "GET", "/dev");
    reaches_nothing(&gateway, "GET", "/dev/");
    reaches_nothing(&gateway, "POST", "/dev/pets");
    reaches_nothing(&gateway, "GET", "/dev/pets/7");
    reaches_nothing(&gateway, "GET", "/dev/pets/7/toys/ball");
    reaches_nothing(&gateway, "PURGE", "/dev/pets");
    reaches_nothing(&gateway, "GET", "/dev/PETS");
    reaches(&gateway, "GET", "/dev/pets/7/toys", "GET /pets/{id}/toys");
}

#[test]
fn static_wins_over_parameter_wins_over_greedy() {
    let gateway = named(&[
        ("GET", "/pets/{proxy+}"),
        ("GET", "/pets/{id}"),
        ("GET", "/pets/search"),
        ("GET", "/pets/{id}/toys"),
    ]);
    reaches(&gateway, "GET", "/dev/pets/search", "GET /pets/search");
    reaches(&gateway, "GET", "/dev/pets/7", "GET /pets/{id}");
    reaches(&gateway, "GET", "/dev/pets/7/toys", "GET /pets/{id}/toys");
    reaches(&gateway, "GET", "/dev/pets/7/food", "GET /pets/{proxy+}");
    reaches(&gateway, "GET", "/dev/pets/search/toys", "GET /pets/{id}/toys");
}

#[test]
fn a_verb_wins_over_any_on_the_same_resource() {
    let gateway = named(&[("ANY", "/pets"), ("POST", "/pets")]);
    reaches(&gateway, "POST", "/dev/pets", "POST /pets");
    reaches(&gateway, "GET", "/dev/pets", "ANY /pets");
    reaches(&gateway, "PATCH", "/dev/pets", "ANY /pets");
}

#[test]
fn a_verb_the_resource_lacks_falls_through_to_the_greedy_sibling() {
    let gateway = named(&[("POST", "/test"), ("ANY", "/test/any"), ("OPTIONS", "/{proxy+}")]);
    reaches(&gateway, "OPTIONS", "/dev/test", "OPTIONS /{proxy+}");
    reaches(&gateway, "POST", "/dev/test", "POST /test");
    reaches(&gateway, "OPTIONS", "/dev/test/any", "ANY /test/any");
    reaches(&gateway, "GET", "/dev/test/any", "ANY /test/any");
    reaches_nothing(&gateway, "GET", "/dev/test");
}

#[test]
fn a_path_deeper_than_the_static_branch_goes_back_to_the_greedy_one() {
    let gateway =
        named(&[("GET", "/proxy/{proxy+}"), ("GET", "/proxy/bar/{param}"), ("GET", "/proxy")]);
    reaches(&gateway, "GET", "/dev/proxy", "GET /proxy");
    reaches(&gateway, "GET", "/dev/proxy/bar/foobar", "GET /proxy/bar/{param}");
    reaches(&gateway, "GET", "/dev/proxy/bar/foobar/more", "GET /proxy/{proxy+}");
    reaches(&gateway, "GET", "/dev/proxy/bar", "GET /proxy/{proxy+}");
}

#[test]
fn slashes_in_front_and_one_behind_do_not_count() {
    let gateway = named(&[("GET", "/pets"), ("GET", "/")]);
    for target in ["/dev/pets", "/dev/pets/", "/dev//pets", "/dev///pets/"] {
        reaches(&gateway, "GET", target, "GET /pets");
    }
    reaches(&gateway, "GET", "/dev", "GET /");
    reaches(&gateway, "GET", "/dev/", "GET /");
    reaches(&gateway, "GET", "/dev?x=1", "GET /");
}

#[test]
fn an_encoded_slash_stays_encoded_in_its_segment() {
    let upstream = Upstream::ok();
    let one = mapped(http_proxy(upstream.uri("/{id}")), &[("path.id", "method.request.path.id")]);
    let rest = mapped(
        http_proxy(upstream.uri("/all/{proxy}")),
        &[("path.proxy", "method.request.path.proxy")],
    );
    let api = Api::new().route("GET", "/one/{id}", one).route("GET", "/all/{proxy+}", rest);
    let gateway = Launch::openapi(&api).start();

    assert_eq!(gateway.get("/dev/one/foo%2Fbar").status, 200);
    assert_eq!(upstream.last().target, "/foo%2Fbar");
    assert_eq!(gateway.get("/dev/all/this/is/req%2Fuest").status, 200);
    assert_eq!(upstream.last().target, "/all/this/is/req%2Fuest");
    reaches_nothing(&gateway, "GET", "/dev/one/foo/bar");
}

#[test]
fn any_greedy_name_is_greedy() {
    let gateway = named(&[("GET", "/objects/{object_path+}")]);
    reaches(&gateway, "GET", "/dev/objects/a/b/c", "GET /objects/{object_path+}");
    reaches_nothing(&gateway, "GET", "/dev/objects");
}
