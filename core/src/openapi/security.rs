//! `securityDefinitions` / `securitySchemes` to authorizers, and `security` to what a method asks
//! of its caller (aws-facts 274, 276). What is declared and not understood never opens a method
//! silently: it is an error, or a warning where AWS itself ignores it.

use indexmap::IndexMap;
use serde_json::Value;

use super::at::At;
use super::ids::{Ids, SHORT};
use super::problems::{Object, Problems, present};
use crate::definition::{Authorizer, Method};

pub(super) const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";
pub(super) const AUTHTYPE: &str = "x-amazon-apigateway-authtype";
/// What the header of a scheme is called when it has none, as AWS writes it.
pub(super) const UNUSED_HEADER: &str = "Unused";

/// What a scheme asks for.
enum Scheme {
    ApiKey,
    Authorizer {
        id: String,
        cognito: bool,
    },
    Iam,
    /// AWS has no use for it and says so.
    Ignored,
}

/// The schemes of a document.
#[derive(Default)]
pub(crate) struct Security {
    schemes: IndexMap<String, Scheme>,
    authorizers: IndexMap<String, Authorizer>,
}

impl Security {
    /// Reads all schemes; authorizers exist whether used or not.
    pub(crate) fn import(
        schemes: Option<&Object>,
        at: &At<'_>,
        ids: &mut Ids,
        problems: &mut Problems,
    ) -> Self {
        let mut security = Self::default();
        for (name, scheme) in schemes.into_iter().flatten() {
            let at = at.key(name);
            match scheme.as_object() {
                Some(scheme) => security.scheme(name, scheme, &at, ids, problems),
                None => problems.error(&at, "security definition is not of type `object`"),
            }
        }
        security
    }

    fn scheme(
        &mut self,
        name: &str,
        scheme: &Object,
        at: &At<'_>,
        ids: &mut Ids,
        problems: &mut Problems,
    ) {
        let auth_type = problems.text(scheme, AUTHTYPE, at);
        let kind = problems.text(scheme, "type", at).unwrap_or_default();
        let extension = problems.object(scheme, AUTHORIZER, at);
        let found = if let Some(extension) = extension {
            let at = at.key(AUTHORIZER);
            let id = ids.take("authorizer", name, SHORT);
            let Some(authorizer) = authorizer(name, extension, scheme, auth_type, &at, problems)
            else {
                return;
            };
            let cognito = authorizer.authorizer_type == "COGNITO_USER_POOLS";
            self.authorizers.insert(id.clone(), Authorizer { id: id.clone(), ..authorizer });
            Scheme::Authorizer { id, cognito }
        } else if auth_type.is_some_and(|t| t.eq_ignore_ascii_case("awsSigv4")) {
            Scheme::Iam
        } else if kind == "apiKey" {
            let header = problems.text(scheme, "name", at).unwrap_or_default();
            if !header.eq_ignore_ascii_case("x-api-key") {
                let text = format!("Security definition '{name}': keys are read from x-api-key");
                problems.warn(format!("{text}, not from '{header}'"));
            }
            Scheme::ApiKey
        } else {
            problems.warn(format!(
                "Unsupported security definition type '{kind}' for '{name}'. Ignoring."
            ));
            Scheme::Ignored
        };
        self.schemes.insert(name.to_owned(), found);
    }

    /// Sets what the `security` member of an operation, or else of the document, asks for.
    pub(crate) fn apply(
        &self,
        operation: &Object,
        document: &Object,
        method: &mut Method,
        at: &At<'_>,
        problems: &mut Problems,
    ) {
        let holder = if operation.contains_key("security") { operation } else { document };
        let holder_at = if operation.contains_key("security") { at } else { &At::ROOT };
        let requirements = problems.array(holder, "security", holder_at).unwrap_or_default();
        let security_at = holder_at.key("security");
        for (index, requirement) in requirements.iter().enumerate() {
            let at = security_at.index(index);
            let Some(requirement) = requirement.as_object() else {
                problems.error(&at, "security requirement is not of type `object`");
                continue;
            };
            for (name, scopes) in requirement {
                self.require(name, scopes, method, &at.key(name), problems);
            }
        }
        if let Some(auth) = problems.object(operation, "x-amazon-apigateway-auth", at)
            && let Some(kind) = problems.text(auth, "type", &at.key("x-amazon-apigateway-auth"))
        {
            method.authorization_type = kind.to_ascii_uppercase();
        }
    }

    fn require(
        &self,
        name: &str,
        scopes: &Value,
        method: &mut Method,
        at: &At<'_>,
        problems: &mut Problems,
    ) {
        match self.schemes.get(name) {
            None => problems.error(at, format!("security requirement '{name}' is not defined")),
            Some(Scheme::Ignored) => {}
            Some(Scheme::ApiKey) => method.api_key_required = true,
            Some(Scheme::Iam) => method.authorization_type = "AWS_IAM".into(),
            Some(Scheme::Authorizer { .. }) if method.authorizer_id.is_some() => {
                problems.error(at, "a method has at most one authorizer");
            }
            Some(Scheme::Authorizer { id, cognito }) => {
                let kind = if *cognito { "COGNITO_USER_POOLS" } else { "CUSTOM" };
                method.authorization_type = kind.into();
                method.authorizer_id = Some(id.clone());
                let scopes = scopes.as_array().into_iter().flatten();
                method.authorization_scopes =
                    scopes.filter_map(Value::as_str).map(str::to_owned).collect();
            }
        }
    }

    /// The authorizers, by identifier.
    pub(crate) fn into_authorizers(self) -> IndexMap<String, Authorizer> {
        self.authorizers
    }
}

/// An authorizer without its identifier. Empty members count as absent, as SDKs write them.
fn authorizer(
    name: &str,
    extension: &Object,
    scheme: &Object,
    auth_type: Option<String>,
    at: &At<'_>,
    problems: &mut Problems,
) -> Option<Authorizer> {
    let kind = problems.text(extension, "type", at).unwrap_or_default().to_ascii_uppercase();
    if !["TOKEN", "REQUEST", "COGNITO_USER_POOLS", "JWT"].contains(&kind.as_str()) {
        let text =
            format!("Unable to create authorizer '{name}': Invalid authorizer type '{kind}'");
        problems.error(&at.key("type"), text);
        return None;
    }
    let mut settings: IndexMap<String, Value> = extension
        .iter()
        .filter(|(key, value)| *key != "type" && !value.is_null() && *value != "")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    // The header of the scheme is where a token is; a REQUEST authorizer names its own sources.
    if kind != "REQUEST"
        && !settings.contains_key("identitySource")
        && present(scheme, "in") == Some(&Value::from("header"))
        && let Some(header) = problems.text(scheme, "name", at)
        && header != UNUSED_HEADER
    {
        let source = format!("method.request.header.{header}");
        settings.insert("identitySource".into(), source.into());
    }
    let auth_type = auth_type.filter(|t| !t.is_empty()).or_else(|| Some("custom".into()));
    Some(Authorizer {
        id: String::new(),
        name: name.into(),
        authorizer_type: kind,
        auth_type,
        settings,
    })
}
