//! What publications change for requests: canaries, accounts, and stages that stay.
#![allow(clippy::disallowed_methods)] // a client that blocks its own thread only
#![allow(clippy::unwrap_used)] // a test that meets what it does not expect stops there

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use ringway_core::compile::Compiler;
use ringway_core::definition::{
    ApiKey, ApiStage, CanarySettings, Definitions, DeployedApi, DeployedStage, Deployment,
    Integration, IntegrationResponse, IntegrationType, Method, Owner, Resource, RestApi, Stage,
    UsagePlan,
};
use ringway_core::link::{Counters, LogSink, Published};
use ringway_proxy::Handle;

const KEY: &str = "alice-key-0123456789abcdef";

/// A gateway with one worker, and the compiler of its snapshots.
struct Gateway {
    handle: Handle,
    compiler: Compiler,
    published: Arc<Published>,
    counters: Arc<Counters>,
    address: SocketAddr,
}

impl Gateway {
    fn start(accounts: &[Definitions]) -> Self {
        let mut compiler = Compiler::default();
        let snapshot = compiler.compile(accounts, 1).unwrap();
        let published = Arc::new(Published::new(Arc::new(snapshot)));
        let counters = Arc::<Counters>::default();
        let (log, _batches) = LogSink::channel();
        let handle = ringway_proxy::start(ringway_proxy::Config {
            http: Some("127.0.0.1:0".parse().unwrap()),
            https: None,
            workers: 1,
            drain_deadline: Duration::from_secs(1),
            host_suffixes: vec!["localhost".into()],
            published: Arc::clone(&published),
            commands: Arc::default(),
            counters: Arc::clone(&counters),
            log,
            outbound: ringway_proxy::Outbound::default(),
            trim: || {},
        });
        let handle = handle.unwrap();
        let address = handle.http_addr().unwrap();
        Self { handle, compiler, published, counters, address }
    }

    fn publish(&mut self, accounts: &[Definitions]) {
        let generation = self.published.generation() + 1;
        let snapshot = self.compiler.compile(accounts, generation).unwrap();
        self.published.publish(Arc::new(snapshot));
    }

    /// The whole answer.
    fn ask(&self, api: &str, key: Option<&str>) -> String {
        let key = key.map_or_else(String::new, |key| format!("x-api-key: {key}\r\n"));
        let mut client = TcpStream::connect(self.address).unwrap();
        write!(
            client,
            "GET /_aws/execute-api/{api}/prod/a HTTP/1.1\r\nHost: localhost\r\n{key}\
             Connection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Requests of the stage, and of its canary.
    fn counted(&self, api: &str) -> (u64, u64) {
        let of = |canary| {
            let entries = self.counters.stages();
            let mut entries = entries.iter().filter(|e| *e.api == *api && e.canary == canary);
            entries.next().map_or(0, |entry| entry.counters.count.value())
        };
        (of(false), of(true))
    }

    fn end(self) {
        assert_eq!(self.handle.drain(), 0);
    }
}

/// `GET /a`, answered by this body and some variables.
fn deployment(body: &str, api_key_required: bool) -> Deployment {
    let header =
        |name: &str| (format!("method.response.header.X-{name}"), format!("context.{name}"));
    let response = IntegrationResponse {
        status_code: "200".into(),
        response_parameters: ["isCanaryRequest", "deploymentId", "accountId"].map(header).into(),
        response_templates: [("application/json".into(), Some(body.into()))].into(),
        ..IntegrationResponse::default()
    };
    let integration = Integration {
        integration_type: IntegrationType::Mock,
        request_templates: [("application/json".into(), Some("{statusCode: 200}".into()))].into(),
        integration_responses: [("200".into(), response)].into(),
        ..Integration::default()
    };
    let get = Method { api_key_required, integration: Some(integration), ..Method::default() };
    let resource = Resource {
        id: "a".into(),
        path: "/a".into(),
        methods: [("GET".into(), get)].into(),
        ..Resource::default()
    };
    RestApi { resources: vec![resource], ..RestApi::default() }.into()
}

fn account(account_id: &str, apis: Vec<(&str, DeployedStage)>) -> Definitions {
    let api = |(id, stage): (&str, _)| DeployedApi { id: id.into(), stages: vec![stage] };
    Definitions {
        owner: Owner { account_id: account_id.into(), ..Owner::default() },
        apis: apis.into_iter().map(api).collect(),
        ..Definitions::default()
    }
}

fn deployed(body: &str, api_key_required: bool) -> DeployedStage {
    let stage =
        Stage { stage_name: "prod".into(), deployment_id: Some(body.into()), ..Stage::default() };
    DeployedStage {
        stage: Arc::new(stage),
        deployment: deployment(body, api_key_required),
        canary_deployment: None,
    }
}

fn with_canary(percent_traffic: f64) -> Definitions {
    let mut stage = deployed("base", false);
    stage.canary_deployment = Some(deployment("other", false));
    Arc::make_mut(&mut stage.stage).canary_settings = Some(CanarySettings {
        deployment_id: "other".into(),
        percent_traffic,
        ..CanarySettings::default()
    });
    account("000000000000", vec![("one", stage)])
}

#[test]
fn a_canary_takes_its_share() {
    const REQUESTS: u64 = 200;
    let mut gateway = Gateway::start(&[with_canary(100.0)]);
    let ask = |gateway: &Gateway| {
        let answer = gateway.ask("one", None);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        let canary = answer.ends_with("\r\n\r\nother");
        let body = if canary { "other" } else { "base" };
        for line in [format!("X-isCanaryRequest: {canary}"), format!("X-deploymentId: {body}")] {
            assert!(answer.contains(&line), "{answer}");
        }
        assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{answer}");
    };
    (0..20).for_each(|_| ask(&gateway));
    assert_eq!(gateway.counted("one"), (0, 20));
    gateway.publish(&[with_canary(0.0)]);
    (0..20).for_each(|_| ask(&gateway));
    assert_eq!(gateway.counted("one"), (20, 20), "counters outlive publications");
    gateway.publish(&[with_canary(50.0)]);
    (0..REQUESTS).for_each(|_| ask(&gateway));
    let (base, canary) = gateway.counted("one");
    assert_eq!(base + canary, REQUESTS + 40);
    // Six standard deviations around the half.
    assert!((20 + 58..20 + 142).contains(&canary), "{canary} of {REQUESTS}");
    let plain = account("000000000000", vec![("one", deployed("base", false))]);
    gateway.publish(&[plain]);
    let answer = gateway.ask("one", None);
    assert!(!answer.contains("X-isCanaryRequest"), "undefined without a canary: {answer}");
    gateway.end();
}

#[test]
fn keys_and_throttles_are_those_of_the_account() {
    let owned = |id: &str, api: &str, key: Option<&str>, burst_limit: u32| {
        let mut definitions = account(id, vec![(api, deployed(api, true))]);
        let throttle = &mut definitions.account.throttle_settings;
        (throttle.rate_limit, throttle.burst_limit) = (0.001, burst_limit);
        let entry = |value: &str| ApiKey {
            id: "k".into(),
            value: value.into(),
            enabled: true,
            ..ApiKey::default()
        };
        definitions.api_keys = Arc::new(key.map(entry).into_iter().collect());
        let covered = ApiStage { api_id: api.into(), stage: "prod".into(), ..ApiStage::default() };
        definitions.usage_plans = Arc::new(vec![UsagePlan {
            id: "p".into(),
            api_stages: vec![covered],
            keys: key.map(|_| "k".into()).into_iter().collect(),
            ..UsagePlan::default()
        }]);
        definitions
    };
    let (first, second) = ("111111111111", "222222222222");
    let mut gateway =
        Gateway::start(&[owned(first, "one", Some(KEY), 2), owned(second, "two", None, 1)]);
    let check = |gateway: &Gateway, api: &str, status: u16, owner: &str| {
        let answer = gateway.ask(api, Some(KEY));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert_eq!(answer.contains(&format!("X-accountId: {owner}")), status == 200, "{answer}");
    };
    check(&gateway, "two", 403, second);
    check(&gateway, "one", 200, first);
    // The same value in both accounts is a key of each.
    let both = [owned(first, "one", Some(KEY), 2), owned(second, "two", Some(KEY), 1)];
    gateway.publish(&both);
    check(&gateway, "one", 200, first);
    check(&gateway, "one", 429, first);
    check(&gateway, "two", 200, second);
    check(&gateway, "two", 429, second);
    gateway.end();
}

#[test]
fn a_publication_reaches_an_idle_worker_and_leaves_the_rest() {
    let api = |body: &str| ("one", deployed(body, false));
    let rest = || vec![("two", deployed("two", false)), ("zero", deployed("zero", false))];
    let with = |body: &str| account("000000000000", [vec![api(body)], rest()].concat());
    let mut gateway = Gateway::start(&[with("first")]);
    assert!(gateway.ask("one", None).ends_with("first"));
    assert!(gateway.ask("two", None).ends_with("two"));
    gateway.publish(&[with("second")]);
    let worker = gateway.counters.workers().remove(0);
    while worker.generation.value() < 2 {
        std::thread::yield_now();
    }
    assert!(gateway.ask("one", None).ends_with("second"));
    assert!(gateway.ask("zero", None).ends_with("zero"));
    gateway.publish(&[account("000000000000", rest())]);
    assert!(gateway.ask("one", None).starts_with("HTTP/1.1 404 "));
    assert!(gateway.ask("two", None).ends_with("two"));
    let told = |gateway: &Gateway, api: &str| {
        gateway.counters.stages().iter().any(|entry| *entry.api == *api)
    };
    assert!(told(&gateway, "one"), "once more");
    assert!(!told(&gateway, "one"), "and then no longer");
    assert_eq!(gateway.counted("two"), (2, 0));
    gateway.end();
}
