//! What a method asks of its caller, as `security`, and the schemes that say how.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::super::problems::Object;
use super::super::security::{AUTHORIZER, AUTHTYPE, UNUSED_HEADER};
use super::Export;
use crate::definition::{Authorizer, Method, RestApi};

/// Names of the schemes of a document.
pub(super) struct Schemes<'a> {
    api_key: Option<String>,
    sigv4: Option<String>,
    /// By identifier.
    authorizers: IndexMap<&'a str, &'a str>,
}

impl<'a> Schemes<'a> {
    /// Every authorizer, used or not, and what methods use.
    pub(super) fn of(api: &'a RestApi) -> Self {
        let authorizers: IndexMap<&str, &str> =
            api.authorizers.iter().map(|(id, a)| (id.as_str(), a.name.as_str())).collect();
        let methods = || api.resources.iter().flat_map(|resource| resource.methods.values());
        let free = |wanted: &str| {
            let mut name = wanted.to_owned();
            // Each turn meets another authorizer: there is an end.
            while authorizers.values().any(|taken| *taken == name) {
                name.push('_');
            }
            name
        };
        Self {
            api_key: methods().any(|m| m.api_key_required).then(|| free("api_key")),
            sigv4: methods().any(|m| m.authorization_type == "AWS_IAM").then(|| free("sigv4")),
            authorizers,
        }
    }
}

impl Export<'_> {
    /// `securityDefinitions` or `securitySchemes`.
    pub(super) fn security_schemes(&self) -> Object {
        let mut schemes = Object::new();
        for authorizer in self.api.authorizers.values() {
            schemes.insert(authorizer.name.clone(), self.authorizer(authorizer).into());
        }
        if let Some(name) = &self.schemes.api_key {
            schemes.insert(name.clone(), scheme("x-api-key").into());
        }
        if let Some(name) = &self.schemes.sigv4 {
            let mut iam = scheme("Authorization");
            iam.insert(AUTHTYPE.into(), "awsSigv4".into());
            schemes.insert(name.clone(), iam.into());
        }
        schemes
    }

    fn authorizer(&self, authorizer: &Authorizer) -> Object {
        let source = authorizer.settings.get("identitySource").and_then(Value::as_str);
        // The header of the scheme says where a token is; a REQUEST authorizer says it by itself.
        let token = authorizer.authorizer_type != "REQUEST";
        let header = source.and_then(|source| source.strip_prefix("method.request.header."));
        let header = header.filter(|header| token && !header.contains(',') && !header.is_empty());
        let mut members = scheme(header.unwrap_or(UNUSED_HEADER));
        if !self.options.extensions.authorizers {
            return members;
        }
        if let Some(kind) = &authorizer.auth_type {
            members.insert(AUTHTYPE.into(), kind.clone().into());
        }
        let mut extension = Object::new();
        extension.insert("type".into(), authorizer.authorizer_type.to_ascii_lowercase().into());
        for (key, value) in &authorizer.settings {
            if !(header.is_some() && key == "identitySource") {
                extension.insert(key.clone(), value.clone());
            }
        }
        members.insert(AUTHORIZER.into(), extension.into());
        members
    }

    /// `security` of an operation.
    pub(super) fn secure(&self, method: &Method, operation: &mut Object) {
        let mut requirements = Vec::new();
        let mut require =
            |name: &str, scopes: &[String]| requirements.push(json!({(name): scopes}));
        let mut said = "NONE";
        if let Some(id) = &method.authorizer_id {
            // An authorizer that is gone stays required: an import refuses what it cannot find.
            let name = self.schemes.authorizers.get(id.as_str()).copied().unwrap_or(id);
            require(name, &method.authorization_scopes);
            let cognito = self.api.authorizers.get(id);
            let cognito = cognito.is_some_and(|a| a.authorizer_type == "COGNITO_USER_POOLS");
            said = if cognito { "COGNITO_USER_POOLS" } else { "CUSTOM" };
        }
        if method.authorization_type == "AWS_IAM"
            && method.authorizer_id.is_none()
            && let Some(name) = &self.schemes.sigv4
        {
            require(name, &[]);
            said = "AWS_IAM";
        }
        if method.api_key_required
            && let Some(name) = &self.schemes.api_key
        {
            require(name, &[]);
        }
        if !requirements.is_empty() {
            operation.insert("security".into(), requirements.into());
        }
        if method.authorization_type != said && self.options.extensions.authorizers {
            let auth = json!({"type": method.authorization_type});
            operation.insert("x-amazon-apigateway-auth".into(), auth);
        }
    }
}

fn scheme(header: &str) -> Object {
    let members = [("type", "apiKey"), ("name", header), ("in", "header")];
    members.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect()
}
