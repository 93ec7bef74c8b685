//! Routes, an empty line, requests.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::routes;

fuzz_target!(|bytes: &[u8]| routes::router(bytes));
