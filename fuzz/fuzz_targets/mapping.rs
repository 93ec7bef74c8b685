//! A mapping expression in the first line, a request head behind it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::expressions;

fuzz_target!(|bytes: &[u8]| expressions::mapping(bytes));
