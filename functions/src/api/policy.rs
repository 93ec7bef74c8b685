//! Resource policies: who else may invoke a function. They are kept and shown; calls of this
//! runner are allowed by its access keys and the policies of their users.

use hyper::StatusCode;
use ringway_core::iam::{Policies, PolicyKind};
use ringway_core::limits::FUNCTION_POLICY_BYTES_MAX;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Call;
use super::answer::{self, Answer};
use super::functions::{body, check_revision};
use super::operation::query;
use crate::error::LambdaError;
use crate::function::{Function, Policy};
use crate::name::is_account;
use crate::registry::{Registry, revision};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Permission {
    statement_id: String,
    action: String,
    principal: String,
    source_arn: Option<String>,
    source_account: Option<String>,
    revision_id: Option<String>,
    event_source_token: Option<String>,
    function_url_auth_type: Option<String>,
    #[serde(rename = "PrincipalOrgID")]
    principal_org_id: Option<String>,
}

impl Permission {
    fn statement(&self, resource: &str) -> Result<Value, LambdaError> {
        let others = [
            ("EventSourceToken", &self.event_source_token),
            ("FunctionUrlAuthType", &self.function_url_auth_type),
            ("PrincipalOrgID", &self.principal_org_id),
        ];
        if let Some((name, _)) = others.iter().find(|(_, value)| value.is_some()) {
            return Err(LambdaError::unsupported(name));
        }
        self.check()?;
        let mut statement = json!({
            "Sid": self.statement_id,
            "Effect": "Allow",
            "Principal": self.who(),
            "Action": self.action,
            "Resource": resource,
        });
        // What cannot be understood would not be what was meant.
        let written = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
        Policies::compile([written.as_str()], PolicyKind::Resource)
            .map_err(|error| LambdaError::invalid_parameter(error.to_string()))?;
        let mut condition = serde_json::Map::new();
        if let Some(account) = &self.source_account {
            condition.insert("StringEquals".into(), json!({"AWS:SourceAccount": account}));
        }
        if let Some(arn) = &self.source_arn {
            condition.insert("ArnLike".into(), json!({"AWS:SourceArn": arn}));
        }
        if !condition.is_empty() {
            statement["Condition"] = condition.into();
        }
        Ok(statement)
    }

    fn check(&self) -> Result<(), LambdaError> {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let (id, action) = (&self.statement_id, &self.action);
        let is_id = matches!(id.len(), 1..=100) && id.bytes().all(is_word);
        let is_action = action == "*"
            || action.strip_prefix("lambda:").is_some_and(|operation| !operation.is_empty());
        let is_source = self.source_account.as_deref().is_none_or(is_account);
        let is_arn = self.source_arn.as_deref().is_none_or(|arn| arn.starts_with("arn:"));
        let members = [
            (is_id, "statementId", "([a-zA-Z0-9-_]+)"),
            (is_action, "action", "(lambda:[*]|lambda:[a-zA-Z]+|[*])"),
            (is_source, "sourceAccount", "\\d{12}"),
            (
                is_arn,
                "sourceArn",
                "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:\
                 ([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)",
            ),
        ];
        match members.iter().find(|(is_right, ..)| !is_right) {
            None => Ok(()),
            Some((_, member, pattern)) => Err(LambdaError::validation(&format!(
                "1 validation error detected: Value at '{member}' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: {pattern}"
            ))),
        }
    }

    /// The principal as a policy shows it.
    fn who(&self) -> Value {
        match self.principal.as_str() {
            "*" => json!("*"),
            name if name.ends_with(".amazonaws.com") => json!({"Service": name}),
            account if is_account(account) => {
                json!({"AWS": format!("arn:aws:iam::{account}:root")})
            }
            arn => json!({"AWS": arn}),
        }
    }
}

fn document(policy: &Policy) -> Value {
    json!({"Version": "2012-10-17", "Id": "default", "Statement": policy.statements})
}

/// What a policy is kept under.
fn key(call: &Call) -> Result<String, LambdaError> {
    Ok(call.target.function()?.qualifier.as_deref().unwrap_or_default().to_owned())
}

/// A qualifier has to lead somewhere.
fn expect(registry: &Registry, call: &Call, function: &Function) -> Result<(), LambdaError> {
    let qualifier = call.target.function()?.qualifier.as_deref();
    function.version(&registry.host().owner, qualifier).map(drop)
}

/// AddPermission
pub(super) fn add(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let permission: Permission = body(call)?;
    let (reference, key) = (call.target.function()?, key(call)?);
    let owner = &registry.host().owner;
    let arn = owner.arn(&reference.name, reference.qualifier.as_deref()).to_string();
    let statement = permission.statement(&arn)?;
    registry.change(&reference.name, |mut function| {
        expect(registry, call, &function)?;
        let policy = function.policies.entry(key).or_default();
        check_revision(permission.revision_id.as_deref(), &policy.revision)?;
        let id = &permission.statement_id;
        if policy.statements.iter().any(|it| it["Sid"] == id.as_str()) {
            return Err(LambdaError::conflict(format!(
                "The statement id ({id}) provided already exists. Please provide a new statement \
                 id, or remove the existing statement."
            )));
        }
        policy.statements.push(statement.clone());
        policy.revision = revision();
        let text = document(policy).to_string();
        if text.len() > FUNCTION_POLICY_BYTES_MAX {
            let bytes = text.len();
            return Err(LambdaError::policy_length(format!(
                "The final policy size ({bytes}) is bigger than the limit \
                 ({FUNCTION_POLICY_BYTES_MAX})."
            )));
        }
        Ok(function)
    })?;
    let shown = json!({"Statement": statement.to_string()});
    Ok(answer::json(StatusCode::CREATED, &shown))
}

fn absent() -> LambdaError {
    LambdaError::not_found("The resource you requested does not exist.")
}

/// GetPolicy
pub(super) fn show(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let reference = call.target.function()?;
    let function = registry.expect(&reference.name, reference.qualifier.as_deref())?;
    let policy = function.policies.get(&key(call)?).filter(|it| !it.statements.is_empty());
    let policy = policy.ok_or_else(absent)?;
    let shown = json!({"Policy": document(policy).to_string(), "RevisionId": policy.revision});
    Ok(answer::json(StatusCode::OK, &shown))
}

/// RemovePermission
pub(super) fn remove(registry: &Registry, call: &Call) -> Result<Answer, LambdaError> {
    let key = key(call)?;
    let wanted = query(&call.head, "RevisionId");
    registry.change(&call.target.function()?.name, |mut function| {
        let policy = function.policies.get_mut(&key).ok_or_else(absent)?;
        check_revision(wanted.as_deref(), &policy.revision)?;
        let id = call.target.member.as_str();
        let at = policy.statements.iter().position(|it| it["Sid"] == id);
        let Some(at) = at else {
            return Err(LambdaError::not_found(format!(
                "Statement {id} is not found in resource policy."
            )));
        };
        policy.statements.remove(at);
        policy.revision = revision();
        Ok(function)
    })?;
    Ok(answer::nothing())
}
