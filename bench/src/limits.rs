//! Every bound of the benchmark, one line each, unit last.

/// Connections one load generator opens at most.
pub const CONNECTIONS_MAX: u32 = 16_384;
/// Connections a load generator makes at the same time, well below any listen queue.
pub const CONNECT_AT_ONCE_MAX: usize = 128;
/// Connections the upstream serves at once; further ones are closed straight away.
pub const UPSTREAM_CONNECTIONS_MAX: usize = 65_536;
/// Length of one measurement.
pub const SECONDS_MAX: u32 = 3_600;
/// Rounds of one `run`.
pub const ROUNDS_MAX: u32 = 100;
/// Workers of the gateway under test.
pub const WORKERS_MAX: u32 = 256;
/// Requests per second of the open-loop mode.
pub const RATE_PER_SECOND_MAX: u64 = 10_000_000;
/// Requests of a run that is bounded by count.
pub const REQUESTS_MAX: u64 = 1_000_000_000;
/// Head of a request or response, bytes.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Header lines of a head.
pub const HEADERS_MAX: usize = 64;
/// Body of a generated request, and of an echo, bytes.
pub const REQUEST_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Body the upstream generates, bytes.
pub const RESPONSE_BODY_BYTES_MAX: u64 = 1 << 30;
/// A body is read and written in pieces of this size, bytes.
pub const PIECE_BYTES: usize = 64 * 1024;
/// Read buffer a load connection starts with, bytes; grows to `PIECE_BYTES` for a longer body.
pub const LOAD_BUFFER_BYTES: usize = 4 * 1024;
/// Ciphertext a TLS connection of the load reads at once: a record and its frame, bytes.
pub const TLS_BUFFER_BYTES: usize = 17 * 1024;
/// How long the upstream may wait before it answers.
pub const DELAY_MS_MAX: u64 = 600_000;
/// Time for one exchange before it counts as failed.
pub const TIMEOUT_MS_MAX: u64 = 600_000;
/// Default of the same: above the gateway's 29 s integration timeout.
pub const TIMEOUT_MS_DEFAULT: u64 = 35_000;
/// Pause after a failed exchange, so that a dead server is not hammered.
pub const FAILURE_PAUSE_MS: u64 = 10;
/// Shortest distance between two wake-ups of the open-loop pacer.
pub const TICK_US_MIN: u64 = 50;
/// Time for the gateway to become ready.
pub const READY_SECONDS_MAX: u64 = 15;
/// Lines kept of what the gateway prints.
pub const OUTPUT_LINES_MAX: usize = 200;
/// Bytes of one line kept of what the gateway prints.
pub const OUTPUT_LINE_BYTES_MAX: u64 = 4 * 1024;
/// Answer a single blocking probe reads, bytes.
pub const PROBE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Time one blocking probe waits for bytes.
pub const PROBE_TIMEOUT_MS: u64 = 5_000;
/// Submission queue entries of a ring.
pub const RING_ENTRIES: u32 = 1_024;
/// Time between two looks at what a process has open.
pub const SETTLE_STEP_MS: u64 = 50;
/// Time in which the memory of a process must stay the same: the gateway gives back what a burst
/// left behind once a second.
pub const SETTLE_QUIET_MS: u64 = 1_200;
/// Time for a process to settle.
pub const SETTLE_MS_MAX: u64 = 6_000;
/// Answer of one management call, bytes.
pub const MANAGE_ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Time for one management call.
pub const MANAGE_TIMEOUT_MS: u64 = 30_000;
/// Age at which a management connection is replaced, well below what the gateway allows.
pub const MANAGE_CONNECTION_MS: u64 = 300_000;
/// APIs that `manage` creates.
pub const APIS_MAX: u32 = 100_000;
/// Resources of each.
pub const RESOURCES_MAX: u32 = 1_000;
/// Deployments that `manage` makes under load.
pub const DEPLOYMENTS_MAX: u32 = 1_000_000;
/// Time for a publication to be seen.
pub const PUBLISH_MS_MAX: u64 = 10_000;
/// Time for a gateway with a large store to start.
pub const START_UP_MS_MAX: u64 = 120_000;
