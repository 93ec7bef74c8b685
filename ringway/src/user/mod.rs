//! `ringway user`: asks a running server, or changes a data folder that no server holds.

mod call;

use std::env;
use std::fmt::Write as _;

use ringway_control::users::{self, Ask, Credentials, Request};
use serde_json::Value;

use crate::cli::{Place, User};
use crate::failure::Failure;
use crate::{credentials, output};
use call::Endpoint;

/// Does what was asked, and prints what came of it.
///
/// # Errors
/// What was refused, and what could not be reached or read.
pub(crate) fn run(user: &User) -> Result<(), Failure> {
    let request = user.command.request().map_err(Failure::new)?;
    let answer = ask(&user.place, &request).map_err(Failure::new)?;
    output::print(&shown(&request, &answer));
    Ok(())
}

fn ask(place: &Place, request: &Request) -> Result<Value, String> {
    if let Some(folder) = &place.data {
        let account = place.account_id.as_deref().unwrap_or("000000000000");
        return users::offline(folder, account, request);
    }
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let first = |names: [&str; 2]| names.into_iter().find_map(variable);
    let url = place.endpoint.clone();
    let url = url.or_else(|| first(["AWS_ENDPOINT_URL_API_GATEWAY", "AWS_ENDPOINT_URL"]));
    let endpoint = Endpoint::parse(url.as_deref().unwrap_or("http://127.0.0.1:4566"))?;
    let region = place.region.clone().or_else(|| first(["AWS_REGION", "AWS_DEFAULT_REGION"]));
    let keys = credentials::find(place.profile.as_deref(), variable)?;
    let ask = Ask { account_id: place.account_id.clone(), request: request.clone() };
    let body = serde_json::to_string(&ask).map_err(|error| error.to_string())?;
    endpoint.post(&keys, region.as_deref().unwrap_or("us-east-1"), &body)
}

/// For people; of a new key exactly what belongs into the credentials file.
fn shown(request: &Request, answer: &Value) -> String {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let all = |name: &str| answer[name].as_array().map_or(&[][..], Vec::as_slice).iter();
    match request {
        Request::CreateUser { user_name, .. } => format!(
            "{}\nIt has no access key yet: ringway user key create {user_name}\n",
            text(&answer["user"], "arn")
        ),
        Request::ListUsers {} => lines(all("users").map(|user| {
            let policies = user["policies"].as_array().into_iter().flatten();
            let policies: Vec<_> = policies.filter_map(Value::as_str).collect();
            vec![text(user, "userName"), text(user, "arn"), policies.join(",")]
        })),
        Request::CreateAccessKey { user_name } => {
            let (id, secret) = (text(answer, "accessKeyId"), text(answer, "secretAccessKey"));
            let made = Credentials::parse(&id, &secret);
            made.map_or_else(String::new, |made| made.profile(user_name))
        }
        Request::ListAccessKeys { .. } => {
            lines(all("accessKeys").map(|key| vec![text(key, "accessKeyId"), text(key, "status")]))
        }
        Request::ListUserPolicies { .. } => {
            let policies = answer["policies"].as_object().into_iter().flatten();
            let mut shown = String::new();
            for (name, document) in policies {
                let document = document.as_str().unwrap_or_default();
                let _ = writeln!(shown, "{name}\n{}\n", document.trim_end());
            }
            shown
        }
        Request::DeleteUser { .. }
        | Request::UpdateAccessKey { .. }
        | Request::DeleteAccessKey { .. }
        | Request::PutUserPolicy { .. }
        | Request::DeleteUserPolicy { .. } => String::new(),
    }
}

/// Columns, as wide as their widest entry.
fn lines(rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows: Vec<_> = rows.collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().enumerate().map(|(ix, cell)| format!("{cell:<0$}", width(ix)));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_new_key_is_printed_as_a_profile() {
        let answer = json!({"accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": "s/1"});
        let request = Request::CreateAccessKey { user_name: "ada".into() };
        let profile =
            "[ada]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = s/1\n";
        assert_eq!(shown(&request, &answer), profile);
    }

    #[test]
    fn lists_have_columns() {
        let user = |name: &str| json!({"userName": name, "arn": "arn", "policies": ["a", "b"]});
        let answer = json!({"users": [user("ada"), user("b")]});
        assert_eq!(shown(&Request::ListUsers {}, &answer), "ada  arn  a,b\nb    arn  a,b\n");
        assert_eq!(shown(&Request::ListUsers {}, &json!({"users": []})), "");
    }
}
