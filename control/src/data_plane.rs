//! What a call asks of the data plane once its documents are committed and let go: commands, and
//! the answers to those that have one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use ringway_core::compile::Compiler;
use ringway_core::error::ResponseType;
use ringway_core::execution_log::{ExecutionLog, TestRequest};
use ringway_core::limits::{
    ADMIN_REQUEST_MS, INTEGRATION_TIMEOUT_MS_MAX, TEST_INVOCATIONS_MAX, TEST_MARGIN_MS,
};
use ringway_core::link::{Command, Commands, TestAnswer, TestInvocation};
use serde_json::{Map, Value, json};

use crate::error::ManagementError;
use crate::identifiers;
use crate::publication::messages;
use crate::rest::{After, Answer, Test};

/// How long a test may take: as long as its integration, and what surrounds it.
const TEST_MS: u64 = INTEGRATION_TIMEOUT_MS_MAX as u64 + TEST_MARGIN_MS;
const _: () = assert!(TEST_MS < ADMIN_REQUEST_MS, "a test ends before the request that asked");

/// The way to the workers.
#[derive(Debug, Default)]
pub(crate) struct DataPlane {
    commands: Arc<Commands>,
    /// Tests under way.
    tests: AtomicUsize,
}

/// One test among [`TEST_INVOCATIONS_MAX`].
struct Turn<'p>(&'p AtomicUsize);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl DataPlane {
    /// What workers carry out.
    pub(crate) fn commands(&self) -> &Arc<Commands> {
        &self.commands
    }

    /// Does what follows a call. Waits for the answer of a test, so it must hold no lock.
    pub(crate) fn follow(
        &self,
        after: After,
        answer: Answer,
        now_ms: u64,
    ) -> Result<Answer, ManagementError> {
        match after {
            After::FlushStageCache { api_id, stage } => {
                let (api_id, stage) = (api_id.as_ref().into(), stage.as_ref().into());
                self.send(Command::FlushStageCache { api_id, stage })?;
                Ok(answer)
            }
            After::TestInvoke(test) => self.test(*test, now_ms),
        }
    }

    fn test(&self, test: Test, now_ms: u64) -> Result<Answer, ManagementError> {
        let Test { definitions, bytes, request } = test;
        let snapshot = match Compiler::default().compile(&[definitions], 1) {
            Ok(snapshot) => Arc::new(snapshot),
            Err(errors) => return cannot_run(&request, &messages(&errors), now_ms),
        };
        let turn = self.turn()?;
        let (reply, answer) = sync_channel(1);
        let invocation = TestInvocation { snapshot, bytes, request, reply };
        self.send(Command::TestInvoke(Box::new(invocation)))?;
        let answer = answer.recv_timeout(Duration::from_millis(TEST_MS));
        drop(turn);
        answer.map(shown).map_err(|_| ManagementError::unavailable("The test was not answered"))
    }

    fn turn(&self) -> Result<Turn<'_>, ManagementError> {
        let turn = Turn(&self.tests);
        if self.tests.fetch_add(1, Ordering::Relaxed) < TEST_INVOCATIONS_MAX {
            return Ok(turn);
        }
        Err(ManagementError::unavailable("Too many tests of methods are under way"))
    }

    fn send(&self, command: Command) -> Result<(), ManagementError> {
        if self.commands.send(command) {
            return Ok(());
        }
        Err(ManagementError::unavailable("The workers have too much to do, or are stopping"))
    }
}

/// A method that cannot run fails as one that is misconfigured does on AWS.
fn cannot_run(request: &TestRequest, why: &str, now_ms: u64) -> Result<Answer, ManagementError> {
    let kind = ResponseType::ApiConfigurationError;
    let body = json!({ "message": kind.default_message() }).to_string().into_bytes();
    let mut log = ExecutionLog::start(&identifiers::uuid()?, now_ms, request);
    log.fail(now_ms, format_args!("Execution failed due to configuration error: {why}"));
    Ok(shown(TestAnswer {
        status: 500,
        headers: vec![("x-amzn-ErrorType".into(), kind.error_type().into())],
        log: log.finish(now_ms, 500, "{}", &body),
        body,
        latency_ms: 0,
    }))
}

fn shown(answer: TestAnswer) -> Answer {
    let (mut headers, mut all) = (Map::new(), Map::<String, Value>::new());
    for (name, value) in answer.headers {
        let values = all.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(values) = values {
            values.push(value.clone().into());
        }
        headers.insert(name, value.into());
    }
    Answer::Json(json!({
        "status": answer.status,
        "body": String::from_utf8_lossy(&answer.body),
        "headers": headers,
        "multiValueHeaders": all,
        "log": answer.log,
        "latency": answer.latency_ms,
    }))
}
