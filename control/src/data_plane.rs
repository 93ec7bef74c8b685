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
use crate::settings::Settings;

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
        settings: &Settings,
        now_ms: u64,
    ) -> Result<Answer, ManagementError> {
        match after {
            After::FlushStageCache { api_id, stage } => {
                let (api_id, stage) = (api_id.as_ref().into(), stage.as_ref().into());
                self.send(Command::FlushStageCache { api_id, stage })?;
                Ok(answer)
            }
            After::TestInvoke(test) => self.test(*test, settings, now_ms),
        }
    }

    fn test(
        &self,
        test: Test,
        settings: &Settings,
        now_ms: u64,
    ) -> Result<Answer, ManagementError> {
        let Test { definitions, bytes, request } = test;
        let snapshot =
            match Compiler::new(Arc::clone(&settings.endpoints)).compile(&[definitions], 1) {
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

#[cfg(test)]
mod tests {
    use std::thread;

    use ringway_core::limits::COMMANDS_MAX;

    use super::*;
    use crate::plane::Plane;
    use crate::plane::tests::plane;
    use crate::rest::tests::{api, ask, refused};

    /// An API with `GET /`, answered by MOCK; where its method is tested.
    fn method(plane: &Plane) -> String {
        let id = api(plane);
        let root = ask(plane, "GET", &format!("/restapis/{id}"), Value::Null).1;
        let root = root["rootResourceId"].as_str().unwrap();
        let method = format!("/restapis/{id}/resources/{root}/methods/GET");
        let given = json!({"authorizationType": "AWS_IAM"});
        assert_eq!(ask(plane, "PUT", &method, given).0, 201);
        let template = json!({"application/json": "{\"statusCode\": 200}"});
        let mock = json!({"type": "MOCK", "requestTemplates": template});
        assert_eq!(ask(plane, "PUT", &format!("{method}/integration"), mock).0, 201);
        let target = format!("{method}/integration/responses/200");
        ask(plane, "PUT", &format!("{method}/responses/200"), json!({}));
        assert_eq!(ask(plane, "PUT", &target, json!({})).0, 201);
        method
    }

    fn next(commands: &Commands) -> Box<TestInvocation> {
        loop {
            match commands.next() {
                Some(Command::TestInvoke(test)) => return test,
                Some(other) => panic!("{other:?}"),
                None => thread::yield_now(),
            }
        }
    }

    #[test]
    fn a_test_is_answered_by_whoever_takes_it() {
        let plane = plane();
        let target = method(&plane);
        thread::scope(|scope| {
            let asked = scope.spawn(|| {
                let given = json!({"pathWithQueryString": "/?a=b c", "body": "c",
                    "headers": {"X": "y", "Content-Length": "7"}});
                ask(&plane, "POST", &target, given)
            });
            let test = next(plane.commands());
            let expect = "GET /?a=b%20c HTTP/1.1\r\nHost: testPrefix.testDomainName\r\nX: y\r\n\
                          Content-Length: 1\r\n\r\nc";
            assert_eq!(String::from_utf8_lossy(&test.bytes), expect);
            assert_eq!(test.request.query, [("a".to_owned(), "b c".to_owned())]);
            assert_eq!(&*test.snapshot.stages[0].name, "test-invoke-stage");
            let field = |value: &str| ("A".to_owned(), value.to_owned());
            let answer = TestAnswer {
                status: 201,
                headers: vec![field("1"), field("2")],
                body: b"x".to_vec(),
                log: "l".into(),
                latency_ms: 3,
            };
            test.reply.send(answer).unwrap();
            let expect = json!({"status": 201, "body": "x", "headers": {"A": "2"},
                "multiValueHeaders": {"A": ["1", "2"]}, "log": "l", "latency": 3});
            assert_eq!(asked.join().unwrap(), (200, expect));
        });
    }

    #[test]
    fn who_drops_a_test_leaves_it_unanswered() {
        let plane = plane();
        let target = method(&plane);
        thread::scope(|scope| {
            let asked = scope.spawn(|| ask(&plane, "POST", &target, json!({})));
            drop(next(plane.commands()));
            assert_eq!(refused(asked.join().unwrap()).0, 503);
        });
    }

    #[test]
    fn what_workers_cannot_take_is_refused() {
        let plane = plane();
        let target = method(&plane);
        let flush = || Command::FlushStageCache { api_id: "a".into(), stage: "s".into() };
        for _ in 0..COMMANDS_MAX {
            assert!(plane.commands().send(flush()));
        }
        let (status, code, _) = refused(ask(&plane, "POST", &target, json!({})));
        assert_eq!((status, code.as_str()), (503, "ServiceUnavailableException"));
        let data_plane = DataPlane::default();
        let turns: Vec<_> = (0..TEST_INVOCATIONS_MAX).map(|_| data_plane.turn().unwrap()).collect();
        assert!(data_plane.turn().is_err());
        drop(turns);
        assert!(data_plane.turn().is_ok());
    }
}
