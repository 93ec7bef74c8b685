//! A request head, and its body, as the event of a Lambda function.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::functions;

fuzz_target!(|bytes: &[u8]| functions::event(bytes));
