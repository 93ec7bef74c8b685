//! Users, keys and policies over a store in memory.

use super::*;
use crate::documents::{Scope, State};
use crate::store::MemoryStore;

const ADA: &str = "ada";

struct Fixture(State);

impl Fixture {
    fn new() -> Self {
        Self(State::open(Box::<MemoryStore>::default()).unwrap())
    }

    fn with_ada() -> Self {
        let mut fixture = Self::new();
        fixture.done(json!({"action": "CreateUser", "userName": ADA}));
        fixture
    }

    fn ask(&mut self, request: Value) -> Result<Value, (u16, String)> {
        let request: Request = serde_json::from_value(request).unwrap();
        let mut tx = Transaction::new(&mut self.0, Scope::new("000000000000", ""));
        let answer = run(&mut tx, &request, 7)
            .map_err(|error| (error.status.as_u16(), error.message.into_owned()))?;
        tx.commit().unwrap();
        Ok(answer)
    }

    fn done(&mut self, request: Value) -> Value {
        self.ask(request).unwrap()
    }

    fn refused(&mut self, request: Value, status: u16, words: &str) {
        let (found, message) = self.ask(request.clone()).unwrap_err();
        assert!(found == status && message.contains(words), "{request}: {found} {message}");
    }

    fn administrator(&mut self, id: &str, secret: &str) -> Result<bool, ManagementError> {
        let credentials = Credentials::parse(id, secret).unwrap();
        let mut tx = Transaction::new(&mut self.0, Scope::new("000000000000", ""));
        let changed = set_administrator(&mut tx, &credentials, 7)?;
        tx.commit().unwrap();
        Ok(changed)
    }
}

#[test]
fn a_user_is_made_shown_and_removed_with_its_keys() {
    let mut users = Fixture::with_ada();
    let made = users.done(json!({"action": "ListUsers"}));
    assert_eq!(made["users"][0]["arn"], "arn:aws:iam::000000000000:user/ada");
    assert_eq!(made["users"][0]["userId"].as_str().unwrap().len(), 20);
    users.done(json!({"action": "CreateAccessKey", "userName": ADA}));
    // Names that differ in case alone are one user.
    users.refused(json!({"action": "CreateUser", "userName": "Ada"}), 409, "already exists");
    users.refused(json!({"action": "CreateUser", "userName": "a/b"}), 400, "1 to 64");
    users.refused(json!({"action": "DeleteUser", "userName": "bob"}), 404, "bob");
    users.done(json!({"action": "DeleteUser", "userName": "ADA"}));
    assert_eq!(users.done(json!({"action": "ListUsers"})), json!({"users": []}));
    assert_eq!(users.0.all(Kind::AccessKey).count(), 0);
}

#[test]
fn a_secret_is_in_one_answer_only() {
    let mut users = Fixture::with_ada();
    let made = users.done(json!({"action": "CreateAccessKey", "userName": ADA}));
    let (id, secret) = (made["accessKeyId"].clone(), made["secretAccessKey"].as_str().unwrap());
    let about = |action: &str| json!({"action": action, "userName": ADA, "accessKeyId": id});
    let listed = users.done(json!({"action": "ListAccessKeys", "userName": ADA}));
    assert_eq!(listed["accessKeys"][0]["accessKeyId"], id);
    assert_eq!(listed["accessKeys"][0]["status"], "Active");
    assert!(!listed.to_string().contains(secret));
    let mut change = about("UpdateAccessKey");
    change["status"] = "Inactive".into();
    users.done(change);
    let listed = users.done(json!({"action": "ListAccessKeys", "userName": ADA}));
    assert_eq!(listed["accessKeys"][0]["status"], "Inactive");
    users.done(json!({"action": "CreateAccessKey", "userName": ADA}));
    users.refused(json!({"action": "CreateAccessKey", "userName": ADA}), 429, "AccessKeysPerUser");
    users.done(about("DeleteAccessKey"));
    users.refused(about("DeleteAccessKey"), 404, "cannot be found");
    let key = users.0.all(Kind::AccessKey).next().unwrap().1.body.clone();
    let key: AccessKey = serde_json::from_str(&key).unwrap();
    assert!(!format!("{key:?}").contains(&key.secret.0), "{key:?}");
}

#[test]
fn a_key_belongs_to_the_user_that_is_named() {
    let mut users = Fixture::with_ada();
    users.done(json!({"action": "CreateUser", "userName": "bob"}));
    let made = users.done(json!({"action": "CreateAccessKey", "userName": ADA}));
    let delete = json!({"action": "DeleteAccessKey", "userName": "bob",
        "accessKeyId": made["accessKeyId"]});
    users.refused(delete, 404, "cannot be found");
}

#[test]
fn policies_are_compiled_before_they_are_kept() {
    let mut users = Fixture::with_ada();
    let put = |document: &str| {
        json!({"action": "PutUserPolicy", "userName": ADA, "policyName": "p",
            "policyDocument": document})
    };
    users.done(put(ADMINISTRATOR_ACCESS));
    users.refused(put("{"), 400, "Policy p: Syntax errors");
    let of_tags = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*",
        "Resource": "*", "Condition": {"StringEquals": {"aws:\u0052esourceTag/a": "b"}}}]}"#;
    users.refused(put(of_tags), 400, "aws:ResourceTag");
    let kept = users.done(json!({"action": "ListUserPolicies", "userName": ADA}));
    assert_eq!(kept["policies"], json!({"p": ADMINISTRATOR_ACCESS}));
    let delete = json!({"action": "DeleteUserPolicy", "userName": ADA, "policyName": "p"});
    users.done(delete.clone());
    users.refused(delete, 404, "name p");
    let odd = json!({"action": "CreateUser", "userName": "bob", "policies": {"a b": "{}"}});
    users.refused(odd, 400, "policy name");
}

#[test]
fn members_nobody_knows_are_refused() {
    for text in [
        r#"{"request": {"action": "ListUsers", "extra": 1}}"#,
        r#"{"request": {"action": "ListUsers"}, "extra": 1}"#,
        r#"{"request": {"action": "Other"}}"#,
    ] {
        assert!(serde_json::from_str::<Ask>(text).is_err(), "{text}");
    }
}

#[test]
fn the_administrator_has_the_key_that_was_set_last() {
    let mut users = Fixture::new();
    let (first, second) = ("AKIAFIRSTFIRSTFIRST1", "AKIASECONDSECONDSEC2");
    assert!(users.administrator(first, "one").unwrap());
    assert!(!users.administrator(first, "one").unwrap());
    assert!(users.administrator(first, "two").unwrap(), "another secret is another key");
    assert!(users.administrator(second, "two").unwrap());
    let ids: Vec<_> = users.0.all(Kind::AccessKey).map(|(key, _)| key.id().to_owned()).collect();
    assert_eq!(ids, [second]);
    // Whose key it is says which account and user call: it is never taken from another one.
    users.done(json!({"action": "CreateUser", "userName": ADA}));
    let made = users.done(json!({"action": "CreateAccessKey", "userName": ADA}));
    let taken = users.administrator(made["accessKeyId"].as_str().unwrap(), "two").unwrap_err();
    assert_eq!(taken.status.as_u16(), 409);
}
