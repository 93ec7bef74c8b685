//! A request on a small stage, for tests of everything that reads a [`Context`].

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::{Client, Context, Forwarded, Outcome, RequestFacts};
use crate::http::{Fields, parse_request};
use crate::snapshot::{
    BinaryMediaTypes, GatewayResponse, Integration, MediaTypes, Method, MockIntegration,
    Passthrough, ResponseSelector, Scheme, Stage,
};

/// A request on the resource `/pets/{petId}` of the stage `dev`. What follows `/dev/pets/` in its
/// path is the path parameter.
pub(crate) struct Fixture {
    bytes: Vec<u8>,
    pub(crate) stage: Stage,
    pub(crate) method: Method,
}

/// 504 after 34 ms, 12 of them in an integration that said 503.
pub(crate) const fn outcome() -> Outcome {
    Outcome {
        status: 504,
        response_bytes: 56,
        latency_us: 34_567,
        integration_latency_us: Some(12_345),
        integration_status: Some(503),
        function_status: Some(418),
        integration_request_id: Some(*b"11111111-2222-4333-8444-555555555555"),
    }
}

impl Fixture {
    /// From the bytes of a request; none at all stands for a head that could not be parsed.
    pub(crate) fn new(request: impl AsRef<[u8]>) -> Self {
        Self { bytes: request.as_ref().into(), stage: stage(), method: method() }
    }

    /// Calls with the context of the request.
    pub(crate) fn with<R>(&self, call: impl FnOnce(&Context<'_>) -> R) -> R {
        let mut fields = Fields::new();
        let parsed = parse_request(&self.bytes, &mut fields).expect("a valid request");
        let head = parsed.as_ref().map(|(head, _)| head);
        let sent = head.map_or(b"".as_slice(), |head| head.path());
        let resource_path_sent = sent.strip_prefix(b"/dev").unwrap_or(sent);
        let parameter = resource_path_sent.strip_prefix(b"/pets/").unwrap_or_default();
        let request = RequestFacts {
            request_id: b"00000000-0000-4000-8000-000000000000",
            extended_request_id: b"AbCdEfGhIjKlMnO=",
            received_unix_ms: 1_602_338_136_123,
            source_ip: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)),
            forwarded: Some(Forwarded { scheme: Scheme::Https, port: 443 }),
            trace_id: b"Root=1-5f81d1a8-0123456789abcdef01234567",
            head,
            resource_path_sent,
            path_parameters: &[parameter],
        };
        let client =
            Client { api_key: b"alice-key-0123456789abcdef", api_key_id: "key1", plan_id: "plan1" };
        call(&Context {
            request: &request,
            stage: head.map(|_| &self.stage),
            method: head.map(|_| &self.method),
            client: head.map(|_| client),
            body: None,
            error: None,
            outcome: None,
        })
    }
}

fn stage() -> Stage {
    let gateway_response =
        |_| GatewayResponse { status: None, headers: Box::default(), templates: Box::default() };
    Stage {
        account_id: "000000000000".into(),
        api_id: "a1b2c3d4e5".into(),
        api_name: "pets".into(),
        name: "dev".into(),
        deployment_id: "dep1".into(),
        router: Default::default(),
        methods: Box::default(),
        gateway_responses: Arc::new(std::array::from_fn(gateway_response)),
        variables: Box::default(),
        access_log: None,
        cache: None,
        request_body_bytes_max: 1024,
        binary_media_types: BinaryMediaTypes::default(),
        minimum_compression_bytes: None,
        is_canary_request: Some(false),
        canary: None,
    }
}

fn method() -> Method {
    Method {
        http_method: "ANY".into(),
        resource_id: "res1".into(),
        resource_path: "/pets/{petId}".into(),
        path_parameters: ["petId".into()].into(),
        api_key_required: false,
        throttle: None,
        required: Box::default(),
        models: MediaTypes(Box::default()),
        cache: None,
        integration: Integration::Mock(MockIntegration {
            templates: MediaTypes(Box::default()),
            passthrough: Passthrough::Pass,
            responses: ResponseSelector {
                patterns: Box::default(),
                default: None,
                rules: Box::default(),
            },
        }),
    }
}
