//! A policy document, a NUL, the ARN of a resource.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::policies;

fuzz_target!(|bytes: &[u8]| policies::policy(bytes));
