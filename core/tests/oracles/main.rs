//! Ours beside the Java libraries whose behaviour is AWS's, many cases in one virtual machine each,
//! and beside libxml2.
//!
//! The libraries are installed by `scripts/test tools`; without them these tests fail and say so.
#![allow(clippy::disallowed_methods)] // a test feeds a process from a thread

mod json_path;
mod json_path_cases;
mod run;
mod schema;
mod schema_cases;
mod xml;
