//! The mix of management calls that is timed, an API a round, and how long publications take.

use std::io;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::api::{REVISION_VARIABLE, STAGE};
use super::client::Client;
use super::fill::{deploy, text};
use super::gateway::Gateway;
use super::publish::{self, Callers, Published};
use super::report::{Figure, Publications};

/// Pages that are asked for, and how long they are.
const PAGE: u32 = 25;

/// Calls by name, in the order of the mix.
#[derive(Default)]
struct Timed(Vec<(&'static str, Vec<Duration>)>);

impl Timed {
    fn add(&mut self, name: &'static str, took: Duration) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) => all.push(took),
            None => self.0.push((name, vec![took])),
        }
    }

    fn figures(&self) -> Vec<Figure> {
        let each = self.0.iter().map(|(name, all)| Figure::of(name, all));
        let all: Vec<Duration> = self.0.iter().flat_map(|(_, all)| all).copied().collect();
        each.chain([Figure::of("all", &all)]).collect()
    }
}

/// What is spoken to.
struct Mix<'m> {
    gateway: &'m Gateway,
    client: &'m mut Client,
    callers: Callers,
    timed: Timed,
    /// From an answer until `/health/ready` says that every worker serves the change.
    ready: Vec<Duration>,
    /// From an answer until callers on several connections see the change.
    seen: Vec<Duration>,
}

/// Runs the mix `rounds` times, each on the next of `apis`.
pub(super) fn measure(
    gateway: &Gateway,
    client: &mut Client,
    apis: &[String],
    rounds: u32,
) -> io::Result<(Vec<Figure>, Publications)> {
    let before = Published::read(gateway.admin)?;
    let callers = Callers::connect(gateway.http)?;
    let (timed, ready, seen) = Default::default();
    let mut mix = Mix { gateway, client, callers, timed, ready, seen };
    for (round, api) in (0..rounds).zip(apis.iter().cycle()) {
        mix.round(round, api, apis.len())?;
    }
    let publications = Publications {
        ready: Figure::of("every worker, by /health/ready", &mix.ready),
        seen: Figure::of("callers on 8 connections", &mix.seen),
        counted: Published::read(gateway.admin)?.since(&before),
    };
    Ok((mix.timed.figures(), publications))
}

impl Mix<'_> {
    fn round(&mut self, round: u32, api: &str, apis: usize) -> io::Result<()> {
        let root = self.call("GetRestApi", "GET", &format!("/restapis/{api}"), &Value::Null)?;
        let root = text(&root, "rootResourceId")?;
        let position = u64::from(round) * u64::from(PAGE) % apis as u64;
        let page = format!("/restapis?limit={PAGE}&position=p{position:x}");
        self.call("GetRestApis", "GET", &page, &Value::Null)?;
        let page = format!("/restapis/{api}/resources?limit=100&embed=methods");
        self.call("GetResources", "GET", &page, &Value::Null)?;
        self.add_method(round, api, &root)?;
        self.publish(round, api)?;
        let key = json!({"name": format!("bench-{round}"), "enabled": true});
        self.call("CreateApiKey", "POST", "/apikeys", &key).map(drop)
    }

    fn add_method(&mut self, round: u32, api: &str, root: &str) -> io::Result<()> {
        let target = format!("/restapis/{api}/resources/{root}");
        let part = json!({"pathPart": format!("added{round}")});
        let resource = self.call("CreateResource", "POST", &target, &part)?;
        let method = format!("/restapis/{api}/resources/{}/methods/GET", text(&resource, "id")?);
        self.call("PutMethod", "PUT", &method, &json!({"authorizationType": "NONE"}))?;
        let uri = "http://127.0.0.1:9/added";
        let integration = json!({"type": "HTTP_PROXY", "httpMethod": "GET", "uri": uri});
        self.call("PutIntegration", "PUT", &format!("{method}/integration"), &integration).map(drop)
    }

    /// A deployment, then a change of the stage; what is waited for alternates, so that one kind
    /// of looking does not shorten the other.
    fn publish(&mut self, round: u32, api: &str) -> io::Result<()> {
        let revision = u64::from(round) * 2 + 1;
        let took = deploy(self.client, api, revision)?;
        self.timed.add("CreateDeployment", took);
        self.arrived(round.is_multiple_of(2), api, revision)?;
        let change = json!({
            "op": "replace",
            "path": format!("/variables/{REVISION_VARIABLE}"),
            "value": (revision + 1).to_string(),
        });
        let patch = json!({"patchOperations": [change]});
        let stage = format!("/restapis/{api}/stages/{STAGE}");
        self.call("UpdateStage", "PATCH", &stage, &patch)?;
        self.arrived(round.is_multiple_of(2), api, revision + 1)
    }

    fn arrived(&mut self, by_health: bool, api: &str, revision: u64) -> io::Result<()> {
        let answered = Instant::now();
        if by_health {
            self.ready.push(publish::confirmed(self.gateway, answered)?);
        } else {
            self.seen.push(self.callers.see(api, revision, answered)?);
        }
        Ok(())
    }

    fn call(
        &mut self,
        name: &'static str,
        method: &str,
        target: &str,
        body: &Value,
    ) -> io::Result<Value> {
        let (answer, took) = self.client.call(method, target, body)?;
        self.timed.add(name, took);
        Ok(answer)
    }
}
