//! What a Lambda function may stream.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::functions;

fuzz_target!(|bytes: &[u8]| functions::event_stream(bytes));
