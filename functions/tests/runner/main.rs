//! A runner as its callers see it: real processes behind, HTTP in front.
#![allow(clippy::unwrap_used)] // the harness of tests is no test function

mod concurrency;
mod faults;
mod harness;
mod interpreted;
mod invocations;
mod lifecycle;
