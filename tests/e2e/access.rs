//! Who may manage: the first administrator, users with policies, and the audit log.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use ringway_tests::api::{Api, mock};
use ringway_tests::gateway::{Gateway, Launch, command};
use ringway_tests::poll;
use ringway_tests::raw::Client;
use ringway_tests::response::Response;
use ringway_tests::scratch::Scratch;
use ringway_tests::signing::ADMINISTRATOR;
use serde_json::{Value, json};

const SECRET: &str = "RINGWAY_ADMIN_SECRET_ACCESS_KEY";
const ID: &str = "RINGWAY_ADMIN_ACCESS_KEY_ID";
const READ_ONLY: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "apigateway:GET", "Resource": "*"}]}"#;

/// A start without a key in the environment.
fn keyless(folder: &Path) -> Launch {
    Launch::data(folder).without_env(ID).without_env(SECRET)
}

fn printed(gateway: &Gateway) -> String {
    poll::until("the line that says ready", || {
        let printed = gateway.stdout();
        printed.lines().any(|line| line.starts_with("ready:")).then_some(printed)
    })
}

/// Identifier and secret of a profile in the form of AWS's credentials file.
fn key_of(profile: &str) -> (String, String) {
    let value = |name: &str| {
        let line = profile.lines().find_map(|line| line.strip_prefix(name));
        let line = line.unwrap_or_else(|| panic!("no {name} in {profile}"));
        line.trim_start_matches([' ', '=']).to_owned()
    };
    (value("aws_access_key_id"), value("aws_secret_access_key"))
}

fn list(gateway: &Gateway, key: (&str, &str)) -> Response {
    gateway.signed(key, "GET", "/restapis", &Value::Null)
}

#[track_caller]
fn refused(response: &Response, code: &str) {
    let found = response.header("x-amzn-errortype");
    assert_eq!((response.status, found), (403, Some(code)), "{response:?}");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

/// Runs `ringway user` against a gateway, as the administrator.
#[track_caller]
fn user(gateway: &Gateway, arguments: &[&str]) -> String {
    let endpoint = format!("http://{}", gateway.admin());
    let environment = [
        ("AWS_ENDPOINT_URL", &*endpoint),
        ("AWS_ACCESS_KEY_ID", ADMINISTRATOR.0),
        ("AWS_SECRET_ACCESS_KEY", ADMINISTRATOR.1),
    ];
    let output = command(&environment, &[&["user"], arguments].concat());
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text is printed")
}

/// Every record of an audit log.
fn records(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).expect("there is a log");
    text.lines().map(|line| serde_json::from_str(line).expect("a record is JSON")).collect()
}

#[test]
fn the_first_start_makes_an_administrator_and_shows_its_key_once() {
    let scratch = Scratch::new();
    let folder = scratch.join("data");
    let mut gateway = keyless(&folder).start();
    let file = folder.join("admin-credentials");
    let profile = fs::read_to_string(&file).unwrap();
    assert!(profile.starts_with("[default]\n"), "{profile}");
    assert!(printed(&gateway).contains(&profile));
    assert_eq!(mode(&file), 0o600);
    let (id, secret) = key_of(&profile);
    assert_eq!(list(&gateway, (&id, &secret)).status, 200);
    refused(&list(&gateway, (&id, "another secret")), "InvalidSignatureException");
    refused(&list(&gateway, ADMINISTRATOR), "UnrecognizedClientException");
    gateway.terminate();
    gateway.wait();
    let gateway = keyless(&folder).start();
    assert!(!printed(&gateway).contains(&secret), "it is shown once");
    assert_eq!(list(&gateway, (&id, &secret)).status, 200);
}

#[test]
fn a_key_of_the_environment_replaces_the_administrators() {
    let scratch = Scratch::new();
    let folder = scratch.join("data");
    let mut gateway = keyless(&folder).start();
    let file = folder.join("admin-credentials");
    let (id, secret) = key_of(&fs::read_to_string(&file).unwrap());
    gateway.kill();
    let gateway = Launch::data(&folder).start();
    assert_eq!(list(&gateway, ADMINISTRATOR).status, 200);
    refused(&list(&gateway, (&id, &secret)), "UnrecognizedClientException");
    assert!(!file.exists(), "what lay there is no key any more");
    assert!(!printed(&gateway).contains(ADMINISTRATOR.1));
}

#[test]
fn half_a_key_in_the_environment_is_refused() {
    for (name, other) in [(ID, SECRET), (SECRET, ID)] {
        let refusal = Launch::serve().arg("--ephemeral").without_env(name).fail();
        assert_eq!(refusal.code, Some(1));
        assert!(refusal.stderr.contains(&format!("{other} needs {name}")), "{refusal:?}");
    }
    let refusal = Launch::serve().arg("--ephemeral").env(SECRET, "a secret").fail();
    assert!(refusal.stderr.contains("no access key"), "{refusal:?}");
    assert!(!refusal.stderr.contains("a secret"), "{refusal:?}");
}

#[test]
fn health_and_metrics_are_open_and_nothing_else() {
    let gateway = Launch::serve().arg("--ephemeral").start();
    for path in ["/health/live", "/health/ready", "/metrics"] {
        assert_eq!(gateway.admin_get(path).status, 200, "{path}");
    }
    let missing = "MissingAuthenticationTokenException";
    refused(&gateway.admin_get("/restapis"), missing);
    for path in ["/restapis", "/_ringway/reset", "/_ringway/users"] {
        let response = Client::connect(gateway.admin()).exchange("POST", path, &[], b"");
        refused(&response, missing);
    }
}

#[test]
fn a_user_may_do_what_its_policies_say() {
    let gateway = Launch::serve().arg("--ephemeral").start();
    let scratch = Scratch::new();
    let policy = scratch.write("reader.json", READ_ONLY);
    user(&gateway, &["create", "ada", "--policy", policy.to_str().unwrap()]);
    let (id, secret) = key_of(&user(&gateway, &["key", "create", "ada"]));
    let ada = (&*id, &*secret);
    assert_eq!(list(&gateway, ada).status, 200);
    let named = json!({"name": "pets"});
    let denied = gateway.signed(ada, "POST", "/restapis", &named);
    refused(&denied, "AccessDeniedException");
    let message = denied.json()["message"].as_str().unwrap().to_owned();
    let words = "User: arn:aws:iam::000000000000:user/ada is not authorized to perform: \
                 apigateway:POST on resource: arn:aws:apigateway:us-east-1::/restapis";
    assert!(message.starts_with(words), "{message}");
    // Before the input is read: nobody learns what is wrong with it, or what there is.
    refused(
        &gateway.signed(ada, "POST", "/restapis", &json!({"name": 1})),
        "AccessDeniedException",
    );
    refused(&gateway.signed(ada, "DELETE", "/restapis/no", &Value::Null), "AccessDeniedException");
    refused(&gateway.signed(ada, "POST", "/_ringway/reset", &Value::Null), "AccessDeniedException");
    let escalate = json!({"request": {"action": "PutUserPolicy", "userName": "ada",
        "policyName": "all", "policyDocument": READ_ONLY.replace("apigateway:GET", "*")}});
    refused(&gateway.signed(ada, "POST", "/_ringway/users", &escalate), "AccessDeniedException");
    assert_eq!(gateway.manage("GET", "/restapis", &Value::Null, 200)["item"], json!([]));

    user(&gateway, &["policy", "delete", "ada", "reader"]);
    refused(&list(&gateway, ada), "AccessDeniedException");
    user(&gateway, &["policy", "put", "ada", policy.to_str().unwrap(), "--name", "again"]);
    assert_eq!(list(&gateway, ada).status, 200);
    user(&gateway, &["key", "deactivate", "ada", &id]);
    refused(&list(&gateway, ada), "UnrecognizedClientException");
    assert!(user(&gateway, &["key", "list", "ada"]).contains("Inactive"));
    user(&gateway, &["key", "activate", "ada", &id]);
    assert_eq!(list(&gateway, ada).status, 200);
    user(&gateway, &["delete", "ada"]);
    refused(&list(&gateway, ada), "UnrecognizedClientException");
    assert!(!user(&gateway, &["list"]).contains("ada"));
}

#[test]
fn users_of_other_accounts_see_their_own() {
    let gateway = Launch::serve().arg("--ephemeral").start();
    user(&gateway, &["create", "bob", "--admin", "--account-id", "111122223333"]);
    let made = user(&gateway, &["key", "create", "bob", "--account-id", "111122223333"]);
    let (id, secret) = key_of(&made);
    gateway.manage("POST", "/restapis", &json!({"name": "of the first account"}), 201);
    assert_eq!(list(&gateway, (&id, &secret)).json()["item"], json!([]));
}

#[test]
fn users_of_a_folder_are_changed_while_no_server_holds_it() {
    let scratch = Scratch::new();
    let folder = scratch.join("data");
    let data = folder.to_str().unwrap();
    let offline =
        |arguments: &[&str]| command(&[], &[&["user", "--data", data], arguments].concat());
    let nowhere = offline(&["list"]);
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("no store"), "{nowhere:?}");
    let mut gateway = Launch::data(&folder).start();
    let held = offline(&["list"]);
    assert!(String::from_utf8_lossy(&held.stderr).contains("is in use by"), "{held:?}");
    gateway.terminate();
    gateway.wait();
    assert!(offline(&["create", "ada", "--admin"]).status.success());
    let made = offline(&["key", "create", "ada"]);
    let (id, secret) = key_of(&String::from_utf8(made.stdout).unwrap());
    let log = folder.join("audit.log");
    let names: Vec<_> = records(&log).iter().map(|it| it["eventName"].clone()).collect();
    assert_eq!(names, ["CreateUser", "CreateAccessKey"]);
    assert!(!fs::read_to_string(&log).unwrap().contains(&secret));
    let gateway = Launch::data(&folder).start();
    assert_eq!(list(&gateway, (&id, &secret)).status, 200);
}

#[test]
fn every_management_call_leaves_one_record() {
    let scratch = Scratch::new();
    let folder = scratch.join("data");
    let gateway = Launch::data(&folder).start();
    let log = folder.join("audit.log");
    assert_eq!(mode(&log), 0o600);
    let named = json!({"name": "pets"});
    let calls = [
        (gateway.signed(ADMINISTRATOR, "POST", "/restapis", &named), "CreateRestApi", None),
        (list(&gateway, ADMINISTRATOR), "GetRestApis", None),
        (
            gateway.signed(ADMINISTRATOR, "GET", "/restapis/none", &Value::Null),
            "GetRestApi",
            Some("NotFoundException"),
        ),
        (
            gateway.signed((ADMINISTRATOR.0, "x"), "POST", "/restapis", &named),
            "CreateRestApi",
            Some("InvalidSignatureException"),
        ),
        (
            gateway.admin_get("/restapis"),
            "GetRestApis",
            Some("MissingAuthenticationTokenException"),
        ),
    ];
    gateway.admin_get("/health/live");
    let records = records(&log);
    assert_eq!(records.len(), calls.len(), "{records:?}");
    for ((response, name, code), record) in calls.iter().zip(&records) {
        assert_eq!(record["eventName"], *name);
        assert_eq!(record["errorCode"].as_str(), *code, "{record}");
        assert_eq!(record["requestID"].as_str(), response.header("x-amzn-requestid"), "{record}");
        assert_eq!(record["sourceIPAddress"], "127.0.0.1");
    }
    assert_eq!(records[0]["userIdentity"]["userName"], "admin");
    assert_eq!(records[0]["responseElements"]["id"], calls[0].0.json()["id"]);
    assert_eq!(records[3]["userIdentity"]["type"], "Unknown", "{}", records[3]);
    assert_eq!(records[3]["userIdentity"]["accessKeyId"], ADMINISTRATOR.0);
}

#[test]
fn secrets_are_in_no_record_and_no_line() {
    let scratch = Scratch::new();
    let folder = scratch.join("data");
    let gateway = Launch::data(&folder).start();
    let value = "a-secret-value-of-an-api-key";
    let manage = |method, target: &str, body: &Value, status| {
        gateway.manage(method, target, body, status);
    };
    manage("POST", "/apikeys", &json!({"name": "k", "value": value}), 201);
    // Refused, and still not recorded.
    manage("POST", "/apikeys", &json!({"name": "k", "value": value}), 409);
    manage("POST", "/apikeys", &json!({"name": 1, "value": value}), 400);
    let document = Api::new().route("GET", "/pets", mock(value)).to_value();
    manage("POST", "/restapis?mode=import", &document, 201);
    user(&gateway, &["create", "ada", "--admin"]);
    let (_, secret) = key_of(&user(&gateway, &["key", "create", "ada"]));
    let log = fs::read_to_string(folder.join("audit.log")).unwrap();
    assert!(log.contains("CreateApiKey") && log.contains("ImportRestApi"), "{log}");
    let all = [log, gateway.stdout(), gateway.stderr()].concat();
    for secret in [value, &secret, ADMINISTRATOR.1] {
        assert!(!all.contains(secret), "{secret} is in {all}");
    }
}

#[test]
fn without_an_audit_log_nothing_is_changed_and_everything_can_be_read() {
    let launch = Launch::serve().arg("--ephemeral").arg("--audit-log").arg("/dev/full");
    let gateway = launch.start();
    gateway.manage("POST", "/restapis", &json!({"name": "pets"}), 503);
    gateway.manage("POST", "/_ringway/reset", &Value::Null, 503);
    assert_eq!(gateway.manage("GET", "/restapis", &Value::Null, 200)["item"], json!([]));
    assert!(gateway.stderr().contains("the audit log did not take a record"));
    let nowhere = Launch::serve().arg("--ephemeral").arg("--audit-log").arg("/nowhere/log").fail();
    assert!(nowhere.stderr.contains("/nowhere"), "{nowhere:?}");
}

#[test]
fn a_moved_audit_log_is_made_anew() {
    let scratch = Scratch::new();
    let log = scratch.join("audit.log");
    let launch = Launch::serve().arg("--ephemeral").arg("--audit-log").arg(&log);
    let gateway = launch.start();
    gateway.manage("GET", "/restapis", &Value::Null, 200);
    fs::rename(&log, scratch.join("audit.log.1")).unwrap();
    poll::until_true("a new file", || {
        gateway.manage("GET", "/restapis", &Value::Null, 200);
        log.exists()
    });
    assert_eq!(mode(&log), 0o600);
    assert!(!records(&log).is_empty());
}

#[test]
fn up_takes_any_credentials_and_reads_account_and_region_from_them() {
    let gateway = Launch::openapi(&Api::new().route("GET", "/", mock("{}"))).start();
    let named = json!({"name": "pets"});
    let made = gateway.signed(("123456789012", "any"), "POST", "/restapis", &named);
    assert_eq!(made.status, 201, "{made:?}");
    let items = |key| list(&gateway, key).json()["item"].as_array().unwrap().len();
    assert_eq!((items(("123456789012", "other")), items(("test", "test"))), (1, 0));
    let users = json!({"request": {"action": "ListUsers"}});
    assert_eq!(gateway.signed(("test", "t"), "POST", "/_ringway/users", &users).status, 400);
}
