//! The verifier of signatures against AWS's test suite, botocore, and 100,000 forgeries.

mod botocore;
mod forgeries;
mod outgoing;
mod refusals;
mod suite;
mod wire;
