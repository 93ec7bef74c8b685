//! Any bytes as a settings file, JSON or YAML.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ringway_fuzz::definitions;

fuzz_target!(|bytes: &[u8]| definitions::settings(bytes));
