//! A Lambda function: what it costs to look after a pet. It gets what a mapping template makes of
//! a request, and its errors are told apart by how their messages begin; it knows no HTTP.

use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde::{Deserialize, Serialize};

const NIGHTS_MAX: u32 = 60;

/// What is asked; as text, since it comes from a query string.
#[derive(Deserialize)]
struct Stay {
    kind: String,
    nights: String,
}

/// What is answered.
#[derive(Serialize)]
struct Quote {
    kind: String,
    nights: u32,
    cents: u32,
}

fn invalid(what: String) -> Diagnostic {
    Diagnostic { error_type: "Invalid".into(), error_message: format!("Invalid: {what}") }
}

fn quote(Stay { kind, nights }: Stay) -> Result<Quote, Diagnostic> {
    let cents_a_night = match kind.as_str() {
        "cat" => 1_250,
        "dog" => 2_000,
        "parrot" => 800,
        _ => return Err(invalid(format!("nobody looks after a {kind}"))),
    };
    match nights.parse() {
        Ok(nights @ 1..=NIGHTS_MAX) => Ok(Quote { kind, nights, cents: nights * cents_a_night }),
        _ => Err(invalid(format!("nights are 1 to {NIGHTS_MAX}"))),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Stay>| quote(event.payload))).await
}
