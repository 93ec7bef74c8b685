//! A Lambda function: what it costs to look after a pet. It gets what a mapping template makes of
//! a request, and its errors are told apart by how their messages begin; it knows no HTTP.

use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Deserialize)]
struct Stay {
    kind: String,
    nights: u32,
}

/// What is answered.
#[derive(Serialize)]
struct Quote {
    kind: String,
    nights: u32,
    cents: u64,
}

fn quote(Stay { kind, nights }: Stay) -> Result<Quote, Diagnostic> {
    let cents_a_night = match kind.as_str() {
        "cat" => 1_250,
        "dog" => 2_000,
        "parrot" => 800,
        _ => {
            return Err(Diagnostic {
                error_type: "Invalid".into(),
                error_message: format!("Invalid: nobody looks after a {kind}"),
            });
        }
    };
    Ok(Quote { kind, nights, cents: u64::from(nights) * cents_a_night })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Stay>| quote(event.payload))).await
}
