//! SIGKILL while several clients write: what was acknowledged is there, and nothing half.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll::PATIENCE;
use ringway_tests::raw::Client;
use ringway_tests::scratch::Scratch;
use ringway_tests::signing;
use serde_json::{Value, json};

const KILLS: u64 = 200;
const CLIENTS: usize = 3;

/// What can be seen of an API that one client writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    description: String,
    models: BTreeSet<String>,
}

/// A client, the API it writes to, and what must be there of it.
struct Writer {
    api: String,
    acknowledged: Seen,
    /// What is there if the call that broke off was taken.
    attempted: Seen,
    number: u64,
}

/// A call, and what it leads to.
struct Call {
    method: &'static str,
    target: String,
    body: Value,
    then: Seen,
}

impl Writer {
    fn create(gateway: &Gateway) -> Self {
        let body = json!({"name": "crash", "description": "0"});
        let api = gateway.manage("POST", "/restapis", &body, 201);
        let api = api["id"].as_str().expect("an API has an identifier").to_owned();
        let seen = seen(gateway, &api);
        Self { api, acknowledged: seen.clone(), attempted: seen, number: 0 }
    }

    /// One document changed, one made, one removed, or many exchanged at once.
    fn next(&mut self) -> Call {
        self.number += 1;
        let (api, number, mut then) = (&self.api, self.number, self.acknowledged.clone());
        let made = then.models.iter().find(|name| name.starts_with("Made")).cloned();
        match (number % 4, made) {
            (0, _) => {
                then.description = number.to_string();
                let change =
                    json!({"op": "replace", "path": "/description", "value": then.description});
                let body = json!({"patchOperations": [change]});
                Call { method: "PATCH", target: format!("/restapis/{api}"), body, then }
            }
            (1, _) => {
                then.description = number.to_string();
                then.models = ["A", "B", "C"].map(|name| format!("{name}{number}")).into();
                let target = format!("/restapis/{api}?mode=overwrite");
                Call { method: "PUT", target, body: document(&then), then }
            }
            (2, Some(made)) => {
                then.models.remove(&made);
                let target = format!("/restapis/{api}/models/{made}");
                Call { method: "DELETE", target, body: Value::Null, then }
            }
            _ => {
                let name = format!("Made{number}");
                let body = json!({"name": name, "contentType": "application/json", "schema": "{}"});
                then.models.insert(name);
                Call { method: "POST", target: format!("/restapis/{api}/models"), body, then }
            }
        }
    }

    /// Writes until the connection breaks.
    fn write(&mut self, admin: SocketAddr, acknowledgements: &AtomicU64) {
        let mut client = Client::connect(admin);
        loop {
            let call = self.next();
            self.attempted = call.then.clone();
            let bytes =
                signing::request(signing::ADMINISTRATOR, call.method, &call.target, &call.body);
            let answer = client.try_send(bytes).ok().and_then(|()| client.try_response().ok());
            let Some(answer) = answer else { return };
            assert!((200..300).contains(&answer.status), "{} {answer:?}", call.target);
            self.acknowledged = call.then;
            acknowledgements.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// All that was acknowledged, and the call that broke off whole or not at all.
    fn check(&mut self, gateway: &Gateway) {
        let found = seen(gateway, &self.api);
        let Self { acknowledged, attempted, .. } = &self;
        assert!(
            found == *acknowledged || found == *attempted,
            "found {found:?}, acknowledged {acknowledged:?}, attempted {attempted:?}"
        );
        self.acknowledged = found;
    }
}

fn document(of: &Seen) -> Value {
    let schemas = of.models.iter().map(|name| (name.clone(), json!({"type": "object"})));
    json!({
        "openapi": "3.0.1",
        "info": {"title": "crash", "version": "1", "description": of.description},
        "paths": {},
        "components": {"schemas": schemas.collect::<serde_json::Map<_, _>>()},
    })
}

fn seen(gateway: &Gateway, api: &str) -> Seen {
    let models =
        gateway.manage("GET", &format!("/restapis/{api}/models?limit=500"), &Value::Null, 200);
    let models = models["item"].as_array().map(Vec::as_slice).unwrap_or_default();
    let models = models
        .iter()
        .map(|model| model["name"].as_str().expect("a model has a name").to_owned())
        .collect();
    let api = gateway.manage("GET", &format!("/restapis/{api}"), &Value::Null, 200);
    Seen { description: api["description"].as_str().unwrap_or_default().to_owned(), models }
}

fn start(folder: &Path) -> Gateway {
    Launch::data(folder).workers(1).start()
}

/// Kills it when this many calls were acknowledged, and somewhat later, so that every instant of a
/// commit is hit in time.
fn kill(gateway: &mut Gateway, acknowledgements: &AtomicU64, after: u64, later: Duration) {
    let started = Instant::now();
    while acknowledgements.load(Ordering::Relaxed) < after {
        assert!(started.elapsed() < PATIENCE, "nothing is acknowledged");
        thread::yield_now();
    }
    let reached = Instant::now();
    while reached.elapsed() < later {
        std::hint::spin_loop();
    }
    gateway.kill();
}

#[test]
fn what_was_acknowledged_survives_a_kill_at_any_instant() {
    let scratch = Scratch::new();
    let folder = scratch.join("data");
    let mut gateway = start(&folder);
    let mut writers: Vec<_> = (0..CLIENTS).map(|_| Writer::create(&gateway)).collect();
    let mut total = 0;
    for round in 0..KILLS {
        let acknowledgements = AtomicU64::new(0);
        let admin = gateway.admin();
        thread::scope(|scope| {
            for writer in &mut writers {
                let acknowledgements = &acknowledgements;
                scope.spawn(move || writer.write(admin, acknowledgements));
            }
            let later = Duration::from_micros(round * 7_919 % 5_003);
            kill(&mut gateway, &acknowledgements, 1 + round % 9, later);
        });
        total += acknowledgements.into_inner();
        gateway = start(&folder);
        writers.iter_mut().for_each(|writer| writer.check(&gateway));
    }
    assert!(total > KILLS, "{total} calls were acknowledged");
}
