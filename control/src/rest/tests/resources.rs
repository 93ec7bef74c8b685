//! Resources: recorded answers, and what happens to what is below one (aws-facts 40 to 44).

use serde_json::{Value, json};

use super::ask;
use super::checks::{check, new_api, patches, refused};
use crate::plane::Plane;
use crate::plane::tests::plane;

const UNKNOWN: &str = "Invalid Resource identifier specified";

/// Makes a child and gives its path in the management API.
fn child(plane: &Plane, parent: &str, part: &str) -> String {
    let (status, resource) = ask(plane, "POST", parent, json!({"pathPart": part}));
    assert_eq!(status, 201, "{resource}");
    let list = parent.rsplit_once('/').unwrap().0;
    format!("{list}/{}", resource["id"].as_str().unwrap())
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

fn paths(plane: &Plane, api: &str) -> Vec<String> {
    let (_, list) = ask(plane, "GET", &format!("{api}/resources?limit=500"), Value::Null);
    let items = list["item"].as_array().unwrap();
    items.iter().map(|item| item["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_resource_from_its_creation_to_its_end() {
    let plane = plane();
    let (api, root) = new_api(&plane);
    let pets = child(&plane, &root, "pets");
    let sub = child(&plane, &pets, "subpets");
    let shown = |part: &str| {
        let path = format!("/{part}");
        json!({"id": id(&pets), "parentId": id(&root), "pathPart": part, "path": path})
    };
    check(
        &plane,
        ("GET", &format!("{api}/resources"), Value::Null),
        200,
        json!({"item": [
            {"id": id(&root), "path": "/"},
            shown("pets"),
            {"id": id(&sub), "parentId": id(&pets), "pathPart": "subpets", "path": "/pets/subpets"},
        ]}),
    );
    let renamed = patches(&[("replace", "/pathPart", "dogs")]);
    check(&plane, ("PATCH", &pets, renamed), 200, shown("dogs"));
    check(&plane, ("GET", &pets, Value::Null), 200, shown("dogs"));
    assert_eq!(paths(&plane, &api), ["/", "/dogs", "/dogs/subpets"]);
    check(&plane, ("DELETE", &pets, Value::Null), 202, Value::Null);
    assert_eq!(paths(&plane, &api), ["/"]);
    refused(&plane, ("GET", &sub, Value::Null), 404, UNKNOWN);
    refused(&plane, ("DELETE", &pets, Value::Null), 404, UNKNOWN);
}

#[test]
fn methods_are_named_or_embedded() {
    let plane = plane();
    let (api, root) = new_api(&plane);
    let method = json!({"authorizationType": "NONE"});
    ask(&plane, "PUT", &format!("{root}/methods/GET"), method);
    let named = json!({"id": id(&root), "path": "/", "resourceMethods": {"GET": {}}});
    check(&plane, ("GET", &root, Value::Null), 200, named.clone());
    check(&plane, ("GET", &format!("{api}/resources"), Value::Null), 200, json!({"item": [named]}));
    let embedded = json!({"id": id(&root), "path": "/", "resourceMethods": {
        "GET": {"httpMethod": "GET", "authorizationType": "NONE", "apiKeyRequired": false},
    }});
    check(&plane, ("GET", &format!("{root}?embed=methods"), Value::Null), 200, embedded.clone());
    check(
        &plane,
        ("GET", &format!("{api}/resources?embed=methods&limit=1"), Value::Null),
        200,
        json!({"item": [embedded]}),
    );
}

#[test]
fn pages_have_every_resource_once() {
    let plane = plane();
    let (api, root) = new_api(&plane);
    let made: Vec<String> = (0..30).map(|n| child(&plane, &root, &format!("r{n}"))).collect();
    let (mut position, mut seen) = (String::new(), Vec::new());
    loop {
        let uri = format!("{api}/resources?limit=7&position={position}");
        let (_, list) = ask(&plane, "GET", &uri, Value::Null);
        let items = list["item"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        match list["position"].as_str() {
            Some(next) => position = next.to_owned(),
            None => break,
        }
    }
    let made = std::iter::once(id(&root)).chain(made.iter().map(|path| id(path)));
    assert_eq!(seen, made.collect::<Vec<_>>());
}

#[test]
fn siblings_do_not_contradict_each_other() {
    let plane = plane();
    let (_, root) = new_api(&plane);
    child(&plane, &root, "{proxy+}");
    let parent = child(&plane, &root, "parent");
    let greedy = child(&plane, &parent, "{proxy+}");
    let below = child(&plane, &parent, "child");
    child(&plane, &below, "{proxy+}");
    let named = child(&plane, &parent, "{child}");
    child(&plane, &named, "{proxy+}");
    let (create, sibling) = ("POST", "already has a variable path part -- only one is allowed");
    for (place, part, status, message) in [
        (
            &parent,
            "child",
            409,
            "Another resource with the same parent already has this name: child",
        ),
        (&parent, "{other}", 400, &*format!("A sibling ({{child}}) of this resource {sibling}")),
        (&parent, "{any+}", 400, &*format!("A sibling ({{proxy+}}) of this resource {sibling}")),
        (
            &greedy,
            "x",
            400,
            "Cannot create a child of a resource with a greedy path variable: {proxy+}",
        ),
        (&named, "{child}", 400, "Path parameter {child} occurs twice in the path"),
        (
            &root,
            "a b",
            400,
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and \
             curly braces at the beginning and the end.",
        ),
    ] {
        refused(&plane, (create, place, json!({"pathPart": part})), status, message);
    }
    let list = root.rsplit_once('/').unwrap().0;
    let nowhere = format!("{list}/fake-resource-id");
    refused(&plane, (create, &nowhere, json!({"pathPart": "x"})), 404, UNKNOWN);
    let elsewhere = "/restapis/nothing/resources/nothing";
    refused(&plane, (create, elsewhere, json!({"pathPart": "x"})), 404, UNKNOWN);
}

#[test]
fn what_is_below_moves_along() {
    let plane = plane();
    let (api, root) = new_api(&plane);
    let a = child(&plane, &root, "a");
    let b = child(&plane, &a, "{b}");
    let c = child(&plane, &b, "c");
    let other = child(&plane, &root, "other");
    ask(&plane, "PUT", &format!("{c}/methods/GET"), json!({"authorizationType": "NONE"}));
    let moved = patches(&[("replace", "/parentId", id(&other)), ("replace", "/pathPart", "{d}")]);
    let (status, shown) = ask(&plane, "PATCH", &b, moved);
    assert_eq!((status, &shown["path"]), (200, &json!("/other/{d}")), "{shown}");
    assert_eq!(paths(&plane, &api), ["/", "/a", "/other/{d}", "/other/{d}/c", "/other"]);
    let (_, shown) = ask(&plane, "GET", &c, Value::Null);
    assert_eq!(shown["resourceMethods"], json!({"GET": {}}));

    let doubled = child(&plane, &a, "{d}");
    for (place, operation, status, message) in [
        (&root, ("replace", "/pathPart", "x"), 400, "Root resource cannot update its pathPart."),
        (&root, ("replace", "/parentId", "x"), 400, "Root resource cannot update its parentId."),
        (&other, ("replace", "/parentId", id(&c)), 400, "A resource cannot be moved below itself"),
        (&other, ("replace", "/parentId", "nowhere"), 404, UNKNOWN),
        (
            &other,
            ("replace", "/pathPart", "a"),
            409,
            "Another resource with the same parent already has this name: a",
        ),
        (
            &other,
            ("replace", "/parentId", id(&doubled)),
            400,
            "Path parameter {d} occurs twice in the path",
        ),
        (
            &other,
            ("replace", "/pathPart", "{x+}"),
            400,
            "Cannot create a child of a resource with a greedy path variable: {x+}",
        ),
        (&other, ("replace", "/path", "/x"), 400, "Invalid patch path /path"),
        (
            &other,
            ("add", "/pathPart", "x"),
            400,
            "Invalid patch operation specified. Must be one of: [replace]",
        ),
    ] {
        refused(&plane, ("PATCH", place, patches(&[operation])), status, message);
    }
    refused(&plane, ("DELETE", &root, Value::Null), 400, "Root resource cannot be deleted.");
}
