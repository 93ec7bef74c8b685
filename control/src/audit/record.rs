//! One record
//! (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>):
//! who did what, when, from where, and what came of it. Secrets are left out before anything is
//! written.

use axum::http::Method;
use ringway_core::limits::{AUDIT_RECORD_BYTES_MAX, AUDIT_TEXT_CHARS_MAX};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::access::{Caller, Presented, credential};
use crate::error::ManagementError;
use crate::identifiers;

/// What stands for a secret; CloudTrail's words.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Members whose value is a secret, or may have one in it: keys, bodies, headers of test calls.
const SECRETS: &[&str] = &[
    "body",
    "certificatePrivateKey",
    "headers",
    "multiValueHeaders",
    "pathWithQueryString",
    "secretAccessKey",
    "stageVariables",
    "value",
    "variables",
];

/// Members of an answer that are identifiers.
const IDENTIFIERS: &[&str] = &[
    "accessKeyId",
    "arn",
    "clientCertificateId",
    "deploymentId",
    "domainName",
    "domainNameId",
    "httpMethod",
    "id",
    "name",
    "resourceId",
    "responseType",
    "stageName",
    "statusCode",
    "userName",
    "version",
];

/// Whose call it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// An operation of AWS's.
    ApiGateway,
    /// Ringway's own.
    Ringway,
}

/// What is known of a call; more while it goes on.
#[derive(Debug)]
pub(crate) struct Event<'e> {
    source: Source,
    name: &'e str,
    call: Presented<'e>,
    request_id: &'e str,
    read_only: bool,
    now_ms: u64,
    /// Who calls, once it is proven.
    pub(crate) caller: Option<Caller>,
    /// What was asked, once it was read.
    pub(crate) parameters: Option<Value>,
}

impl<'e> Event<'e> {
    /// A call as it arrived. `request_id` is the one its answer has.
    pub(crate) fn new(
        source: Source,
        name: &'e str,
        call: Presented<'e>,
        request_id: &'e str,
        now_ms: u64,
    ) -> Self {
        let read_only = matches!(*call.method, Method::GET | Method::HEAD);
        let (caller, parameters) = (None, None);
        Self { source, name, call, request_id, read_only, now_ms, caller, parameters }
    }

    /// What the call turned out to be.
    pub(crate) fn rename(&mut self, name: &'static str, read_only: bool) {
        (self.name, self.read_only) = (name, read_only);
    }

    /// Whether it changes nothing.
    pub(crate) fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// The record as one line of JSON.
    pub(super) fn record(
        &self,
        outcome: Result<Option<&Value>, &ManagementError>,
    ) -> Result<String, ManagementError> {
        let record = self.members(outcome, self.parameters.as_ref().map(without_secrets))?;
        let text = record.to_string();
        if text.len() <= AUDIT_RECORD_BYTES_MAX {
            return Ok(text);
        }
        let omitted = json!({ "omitted": true, "originalSize": text.len() });
        Ok(self.members(outcome, Some(omitted))?.to_string())
    }

    fn members(
        &self,
        outcome: Result<Option<&Value>, &ManagementError>,
        parameters: Option<Value>,
    ) -> Result<Value, ManagementError> {
        let source = match self.source {
            Source::ApiGateway => "apigateway.amazonaws.com",
            Source::Ringway => "ringway",
        };
        let scope = self.caller.as_ref().map(|caller| &caller.scope);
        let peer = self.call.peer.map(|peer| peer.to_canonical().to_string());
        let answer = outcome.ok().flatten().filter(|_| !self.read_only);
        let mut record = json!({
            "eventVersion": "1.09",
            "userIdentity": self.identity(),
            "eventTime": self.time()?,
            "eventSource": source,
            "eventName": self.name,
            "awsRegion": scope.map(|scope| &*scope.region),
            "sourceIPAddress": peer,
            "userAgent": self.call.header("user-agent").map(cut),
            "requestParameters": parameters,
            "responseElements": answer.and_then(identifiers_of),
            "requestID": self.request_id,
            "eventID": identifiers::uuid()?,
            "readOnly": self.read_only,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": scope.map(|scope| &*scope.account_id),
            "eventCategory": "Management",
        });
        if let Err(error) = outcome {
            record["errorCode"] = error.code.into();
            // What follows the first paragraph of a refusal is the request over again.
            let text = error.message.split("\n\n").next().unwrap_or_default();
            record["errorMessage"] = cut(text).into();
        }
        Ok(record)
    }

    /// Who calls; of a call without proof only the key that it names.
    fn identity(&self) -> Value {
        if let Some(user) = self.caller.as_ref().and_then(|caller| caller.user.as_ref()) {
            let identity = &user.identity;
            return json!({
                "type": "IAMUser",
                "principalId": user.user_id(),
                "arn": identity.arn,
                "accountId": identity.account_id,
                "accessKeyId": identity.access_key_id.as_str(),
                "userName": identity.user_name.as_str(),
            });
        }
        let mut identity = json!({ "type": "Unknown" });
        if let Some(caller) = &self.caller {
            identity["accountId"] = (*caller.scope.account_id).into();
        }
        let key = credential(self.call.headers).and_then(|text| text.split('/').next());
        if let Some(key) = key.filter(|key| !key.is_empty()) {
            identity["accessKeyId"] = key.chars().take(128).collect::<String>().into();
        }
        identity
    }

    fn time(&self) -> Result<String, ManagementError> {
        let seconds = i64::try_from(self.now_ms / 1_000).unwrap_or_default();
        let time = OffsetDateTime::from_unix_timestamp(seconds).ok();
        time.and_then(|time| time.format(&Rfc3339).ok()).ok_or_else(ManagementError::internal)
    }
}

fn cut(text: &str) -> String {
    text.chars().take(AUDIT_TEXT_CHARS_MAX).collect()
}

/// A copy without the values of secrets. A change of a patch keeps its value, unless its path leads
/// to a secret.
pub(super) fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let path = members.get("path").and_then(Value::as_str);
            let is_patch = path.is_some() && members.contains_key("op");
            let led = |path: &str| path.split('/').any(|part| SECRETS.contains(&part));
            let hides = |name: &str| match is_patch {
                true => name == "value" && path.is_some_and(led),
                false => SECRETS.contains(&name),
            };
            let shown = members.iter().map(|(name, value)| {
                let value = if hides(name) { HIDDEN.into() } else { without_secrets(value) };
                (name.clone(), value)
            });
            Value::Object(shown.collect())
        }
        Value::Array(values) => values.iter().map(without_secrets).collect(),
        other => other.clone(),
    }
}

fn identifiers_of(answer: &Value) -> Option<Value> {
    let members = answer.as_object()?.iter();
    let kept = members.filter(|(name, value)| value.is_string() && IDENTIFIERS.contains(&&***name));
    let kept: Map<String, Value> =
        kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    (!kept.is_empty()).then_some(Value::Object(kept))
}
