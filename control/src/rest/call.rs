//! One management call: what an operation gets, and words that many operations share.

use std::sync::Arc;

use ringway_core::definition::Definitions;
use ringway_core::execution_log::TestRequest;
use serde::Serialize;
use serde_json::{Map, Value};

use super::input::Input;
use super::wire::Answer;
use crate::documents::{Kind, Transaction};
use crate::error::ManagementError;
use crate::identifiers;
use crate::settings::Settings;

/// A call under way.
pub(crate) struct Call<'c> {
    /// Members, checked against their shapes.
    pub(crate) input: Input,
    /// Documents of the caller's account and region.
    pub(crate) tx: Transaction<'c>,
    /// Unix time, milliseconds.
    pub(crate) now_ms: u64,
    /// What Ringway calls itself.
    pub(crate) settings: &'c Settings,
    /// Work that needs the data plane, done after the documents are let go.
    pub(crate) after: Option<After>,
}

/// What follows a call once its documents are committed.
#[derive(Debug)]
pub(crate) enum After {
    /// Empty the response cache of a stage.
    FlushStageCache {
        /// API.
        api_id: Arc<str>,
        /// Stage.
        stage: Arc<str>,
    },
    /// Run a method; what it answers is the answer of the call.
    TestInvoke(Box<Test>),
}

/// One method, and the request that it is tested with.
#[derive(Debug)]
pub(crate) struct Test {
    /// A stage with this method alone.
    pub(crate) definitions: Definitions,
    /// The request as a client would send it.
    pub(crate) bytes: Vec<u8>,
    /// The request as its log says it.
    pub(crate) request: TestRequest,
}

/// What an operation answers, or why it does not.
pub(crate) type Answered = Result<Answer, ManagementError>;

impl Call<'_> {
    /// The API that the call names, or AWS's 404 (aws-facts 8).
    pub(crate) fn existing_api(&self) -> Result<String, ManagementError> {
        let id = self.input.required("restApiId");
        if self.tx.has(Kind::RestApi, "", id) {
            return Ok(id.to_owned());
        }
        Err(self.unknown_api(id))
    }

    /// AWS's 404 for an API.
    pub(crate) fn unknown_api(&self, id: &str) -> ManagementError {
        let account = &self.tx.scope().account_id;
        let text = format!("Invalid API identifier specified {account}:{id}");
        ManagementError::not_found(text)
    }

    /// Unix time, seconds, as documents keep it.
    pub(crate) fn now_seconds(&self) -> i64 {
        i64::try_from(self.now_ms / 1_000).unwrap_or_default()
    }

    /// A new identifier of AWS's length for APIs, resources and keys: ten characters.
    pub(crate) fn long_id(&self) -> Result<String, ManagementError> {
        identifiers::lower(10)
    }

    /// A new identifier of six characters.
    pub(crate) fn short_id(&self) -> Result<String, ManagementError> {
        identifiers::lower(6)
    }
}

/// A definition as JSON, in AWS's names.
pub(crate) fn shown(definition: &impl Serialize) -> Result<Value, ManagementError> {
    serde_json::to_value(definition).map_err(|_| ManagementError::internal())
}

/// The answer that shows a definition.
pub(crate) fn answer(definition: &impl Serialize) -> Answered {
    shown(definition).map(Answer::Json)
}

/// Takes members away that hold nothing: AWS does not echo empty maps, lists and texts everywhere.
pub(crate) fn without_empty(mut value: Value, names: &[&str]) -> Value {
    if let Value::Object(members) = &mut value {
        for name in names {
            if members.get(*name).is_some_and(is_empty) {
                members.shift_remove(*name);
            }
        }
    }
    value
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// An object of these members, leaving out nulls.
pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let kept = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(kept.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}
