//! Credentials as the SDKs of AWS find them: in the environment, or in the shared credentials file
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>). Nothing else is asked:
//! neither processes nor instance metadata.

use std::fs;
use std::path::{Path, PathBuf};

use ringway_core::identity::Credentials;

/// Other ways of the SDKs to come by credentials, by what a profile says.
const NOT_SUPPORTED: [&str; 6] = [
    "credential_process",
    "role_arn",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
    "login_session",
];

/// A profile that is asked for by a flag beats the environment, the environment beats the profile
/// that is asked for by `AWS_PROFILE`.
///
/// # Errors
/// Why there are none.
pub(crate) fn find(
    profile: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Credentials, String> {
    let given = variable("AWS_ACCESS_KEY_ID").zip(variable("AWS_SECRET_ACCESS_KEY"));
    if let (None, Some((id, secret))) = (profile, given) {
        let token = variable("AWS_SESSION_TOKEN");
        return keys(&id, &secret, token.as_deref(), "AWS_ACCESS_KEY_ID");
    }
    let name = profile.map(str::to_owned).or_else(|| variable("AWS_PROFILE"));
    let name = name.unwrap_or_else(|| "default".into());
    let file = variable("AWS_SHARED_CREDENTIALS_FILE").map(PathBuf::from);
    let home = || variable("HOME").map(|home| Path::new(&home).join(".aws/credentials"));
    let missing = "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    let file = file.or_else(home).ok_or(missing)?;
    let text = fs::read_to_string(&file)
        .map_err(|error| format!("{missing}, or write {}: {error}", file.display()))?;
    let place = format!("profile {name} of {}", file.display());
    let value = |key| value_of(&text, &name, key);
    let (id, secret) =
        value("aws_access_key_id").zip(value("aws_secret_access_key")).ok_or_else(|| {
            match NOT_SUPPORTED.into_iter().find(|key| value(key).is_some()) {
                Some(key) => format!("{place} has {key}, which is not yet supported"),
                None => format!("{place} has no access key"),
            }
        })?;
    keys(id, secret, value("aws_session_token"), &place)
}

fn keys(id: &str, secret: &str, token: Option<&str>, place: &str) -> Result<Credentials, String> {
    let credentials = Credentials::parse(id, secret, token);
    credentials.ok_or_else(|| format!("{place}: this is no access key"))
}

/// The value of a key in a section; the last one counts.
fn value_of<'t>(text: &'t str, profile: &str, key: &str) -> Option<&'t str> {
    let (mut inside, mut found) = (false, None);
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
        if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            inside = section.trim() == profile;
        } else if let Some((name, value)) = line.split_once('=')
            && inside
            && name.trim() == key
        {
            found = Some(value.trim()).filter(|value| !value.is_empty());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    const FILE: &str = "# a comment
[default]
aws_access_key_id = AKIADEFAULTDEFAULT00
aws_secret_access_key=of=default
[ ada ]
aws_access_key_id=AKIAADAADAADAADAADA0
aws_secret_access_key = of/ada
aws_session_token = token
[empty]
[process]
credential_process = /bin/true
";

    #[test]
    fn credentials_are_found_as_the_sdks_find_them() {
        let scratch = Scratch::new();
        let file = scratch.write("credentials", FILE);
        let file = file.to_str().unwrap();
        let check = |profile, variables: &[(&str, &str)], expect: Result<&str, &str>| {
            let variable = |name: &str| {
                let own = [("AWS_SHARED_CREDENTIALS_FILE", file)];
                let mut all = variables.iter().chain(&own);
                all.find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
            };
            let found = find(profile, variable);
            match (found, expect) {
                (Ok(found), Ok(secret)) => assert_eq!(found.secret().reveal(), secret),
                (Err(error), Err(words)) => assert!(error.contains(words), "{error}"),
                (Ok(_), Err(words)) => panic!("expected {words}"),
                (Err(error), Ok(_)) => panic!("{error}"),
            }
        };
        let given =
            [("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00000"), ("AWS_SECRET_ACCESS_KEY", "of/env")];
        let by_profile = ("AWS_PROFILE", "ada");
        check(None, &[], Ok("of=default"));
        check(None, &[by_profile], Ok("of/ada"));
        check(None, &[given[0], given[1], by_profile], Ok("of/env"));
        check(Some("default"), &given, Ok("of=default"));
        check(Some("empty"), &[], Err("profile empty of"));
        check(Some("process"), &[], Err("has credential_process, which is not yet supported"));
        check(Some("absent"), &[], Err("has no access key"));
        let elsewhere = ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere");
        check(None, &[elsewhere], Err("no credentials"));
        assert!(
            find(Some("ada"), |name| {
                (name == "AWS_SHARED_CREDENTIALS_FILE").then(|| file.to_owned())
            })
            .is_ok_and(|keys| keys.session_token() == Some("token"))
        );
    }
}
