//! Ringway's own extensions of an OpenAPI document, for the time before there is a settings file:
//!
//! ```yaml
//! x-ringway-stage:            # a stage entry of a settings file, without stageName
//!   variables: {backend: "127.0.0.1:9000"}
//!   cacheClusterEnabled: true
//!   methodSettings: {"*/*": {throttlingRateLimit: 500, throttlingBurstLimit: 100}}
//! x-ringway-echo: 127.0.0.1:9000   # `ringway up` runs a small back end there
//! ```

use serde_json::Value;

use super::{method_settings, strict};
use crate::definition::{Account, Stage};
use crate::openapi::at::At;
use crate::openapi::document::{self, Bounds};
use crate::openapi::{ImportError, with_lines};

const STAGE: &str = "x-ringway-stage";
const ECHO: &str = "x-ringway-echo";

/// What a document says to Ringway alone; AWS ignores these members.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extensions {
    /// `x-ringway-stage`: settings of the stage the document is served in; its name is not here.
    pub stage: Stage,
    /// `x-ringway-echo`: address of the example back end, as written.
    pub echo: Option<String>,
}

impl Extensions {
    /// Reads them from a document; all are optional.
    ///
    /// # Errors
    /// The text is no document, or a member has a key nobody knows or a wrong type; with path
    /// (`$.x-ringway-stage.variable`) and line.
    pub fn read(text: &[u8]) -> Result<Self, ImportError> {
        let mut document = document::parse(text, Bounds::DEFINITION)?;
        let root = &mut document.root;
        let extensions = (|| {
            let mut take = |key| root.get_mut(key).map(Value::take).filter(|v| !v.is_null());
            let stage = take(STAGE).map(stage).transpose()?.unwrap_or_default();
            let echo = take(ECHO).map(|echo| strict::read(&echo, &At::ROOT.key(ECHO)));
            Ok(Self { stage, echo: echo.transpose()? })
        })();
        extensions.map_err(|error| with_lines(error, text))
    }
}

fn stage(mut value: Value) -> Result<Stage, ImportError> {
    let at = At::ROOT.key(STAGE);
    for member in ["stageName", "deploymentId"] {
        if value.get(member).is_some() {
            return Err(strict::error(&at.key(member), "the command line names the stage"));
        }
    }
    strict::read::<Stage>(&value, &at)?;
    method_settings::inherit(&mut value, &Account::default());
    strict::read(&value, &at)
}
