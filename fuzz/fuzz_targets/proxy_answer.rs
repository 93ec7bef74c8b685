//! What a Lambda function may answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::functions;

fuzz_target!(|bytes: &[u8]| functions::proxy_answer(bytes));
