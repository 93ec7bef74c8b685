//! Every quota, timeout, buffer and queue bound of Ringway: one line each, unit last, maximum last.
//!
//! AWS's values are the default profile
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>).

// --- Account and throttle -----------------------------------------------------------------------

/// AWS "Throttle quota per account, per Region": steady rate, requests per second.
pub const ACCOUNT_RATE_LIMIT_DEFAULT: f64 = 10_000.0;
/// AWS "Throttle quota per account, per Region": bucket size, requests.
pub const ACCOUNT_BURST_LIMIT_DEFAULT: u32 = 5_000;
/// Live token buckets of one process; 16 bytes each. An idle bucket's slot is reused.
pub const BUCKETS_MAX: usize = 1 << 21;

// --- Definitions --------------------------------------------------------------------------------

/// Largest OpenAPI document, bytes. AWS: 6 MB import payload.
pub const DEFINITION_BYTES_MAX: usize = 6 * 1024 * 1024;
/// Deepest nesting of an imported document: what a parser may recurse on a 2 MiB stack.
pub const DEFINITION_DEPTH_MAX: usize = 64;
/// Values (scalars, arrays, objects, keys) of an imported document, YAML aliases expanded.
pub const DEFINITION_NODES_MAX: usize = 1_000_000;
/// Largest settings file, bytes: a million API keys with the plan that lists them take 73 MB.
pub const SETTINGS_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Values (scalars, arrays, objects, keys) of a settings file: eight for each of a million keys.
pub const SETTINGS_NODES_MAX: usize = 16_000_000;
/// Bytes of text an imported document may hold once YAML aliases and `$ref`s are followed.
pub const DEFINITION_EXPANDED_BYTES_MAX: usize = 32 * 1024 * 1024;
/// `$ref`s followed one after the other.
pub const REFERENCE_CHAIN_MAX: usize = 16;
/// Problems, and warnings, an import reports; the rest are counted.
pub const IMPORT_PROBLEMS_MAX: usize = 100;
/// AWS "Resources per API"; 300 there, raisable on request. Ours is the bound of the router.
pub const RESOURCES_PER_API_MAX: usize = 10_000;
/// AWS "Stage variables": entries per stage.
pub const STAGE_VARIABLES_MAX: usize = 100;
/// Path parameters of one resource.
pub const PATH_PARAMETERS_MAX: usize = 16;
/// Path segments the router descends into; a longer path can only match a greedy parameter.
pub const PATH_SEGMENTS_MAX: usize = 64;
/// AWS "Size of mapping template", bytes.
pub const TEMPLATE_BYTES_MAX: usize = 300 * 1024;
/// Nesting of a template that GetModelTemplate writes, objects, arrays and `$ref`s.
pub const MODEL_TEMPLATE_DEPTH_MAX: usize = 24;
/// AWS "Access log template size", bytes.
pub const ACCESS_LOG_FORMAT_BYTES_MAX: usize = 3 * 1024;
/// API keys of one snapshot (AWS: 10,000 per account; ours bounds memory).
pub const API_KEYS_MAX: usize = 4_000_000;
/// AWS "Usage plans per API key".
pub const USAGE_PLANS_PER_KEY_MAX: usize = 10;
/// Shortest and longest API key value, characters (AWS: 20 to 128).
pub const API_KEY_VALUE_CHARS_MIN: usize = 20;
/// Longest API key value, characters.
pub const API_KEY_VALUE_CHARS_MAX: usize = 128;

// --- Requests -----------------------------------------------------------------------------------

/// AWS "Total combined size of request line and header values", bytes.
pub const REQUEST_HEAD_BYTES_MAX: usize = 10_240;
/// Header fields of one request or response head.
pub const HEADER_FIELDS_MAX: usize = 100;
/// Largest response head accepted from an upstream, bytes.
pub const UPSTREAM_HEAD_BYTES_MAX: usize = 32 * 1024;
/// AWS "Payload size", bytes: larger request bodies get REQUEST_TOO_LARGE.
pub const REQUEST_BODY_BYTES_MAX: u64 = 10 * 1024 * 1024;
/// Bytes of an unread request body that are read and dropped to keep a connection alive.
pub const DRAIN_BODY_BYTES_MAX: u64 = 64 * 1024;
/// Bytes by which a buffer grows while a payload is compressed or decompressed into it.
pub const CODING_STEP_BYTES: usize = 16 * 1024;
/// Bytes of chunk extensions and trailers of one chunked body.
pub const CHUNK_OVERHEAD_BYTES_MAX: usize = 16 * 1024;

// --- JSON, JSONPath and models ------------------------------------------------------------------

/// Deepest nesting of a JSON text: what a reader may recurse on a 2 MiB stack.
pub const JSON_DEPTH_MAX: usize = 256;
/// Digits a decimal number may have where it is divided or written out.
pub const DECIMAL_DIGITS_MAX: usize = 1_024;
/// Longest JSONPath, bytes.
pub const JSON_PATH_BYTES_MAX: usize = 4_096;
/// Paths inside filters and function arguments of a JSONPath, one in the other.
pub const JSON_PATH_DEPTH_MAX: usize = 8;
/// Brackets and negations of a filter, one in the other.
pub const JSON_PATH_FILTER_DEPTH_MAX: usize = 32;
/// Values one evaluation of a JSONPath may look at; beyond it the evaluation fails.
pub const JSON_PATH_STEPS_MAX: usize = 1_000_000;
/// Values an evaluation of a JSONPath may find.
pub const JSON_PATH_RESULTS_MAX: usize = 100_000;
/// Schemas, one in the other or beside it, of all models of an API.
pub const SCHEMA_NODES_MAX: usize = 100_000;
/// Schemas and keywords one validation may look at; beyond it the instance is invalid.
pub const SCHEMA_STEPS_MAX: usize = 1_000_000;
/// Sentences one validation reports.
pub const SCHEMA_ERRORS_MAX: usize = 100;
/// Longest such sentence, bytes; a longer one is cut.
pub const SCHEMA_ERROR_BYTES_MAX: usize = 4_096;
/// Values of JSON that one rendering of a mapping template may take from a body.
pub const TEMPLATE_JSON_VALUES_MAX: usize = 1_000_000;
/// Bytes of bodies that the paths of one rendering may look through.
pub const TEMPLATE_PATH_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Largest compiled regular expression, bytes.
pub const REGEX_BYTES_MAX: usize = 1 << 20;
/// Longest pattern of a regular expression, bytes.
pub const REGEX_PATTERN_BYTES_MAX: usize = 4_096;
/// Steps a regular expression with look-around or back references may go back.
pub const REGEX_BACKTRACK_STEPS_MAX: usize = 100_000;

// --- XML of templates ---------------------------------------------------------------------------

/// Bytes of XML that one rendering may read and write; four times its body come on top.
pub const TEMPLATE_XML_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Elements, attributes and texts that one rendering may read, write and look at, in total.
pub const TEMPLATE_XML_NODES_MAX: usize = 400_000;
/// Elements inside each other.
pub const XML_DEPTH_MAX: usize = 100;
/// Attributes of one element.
pub const XML_ATTRIBUTES_MAX: usize = 256;
/// Steps of a path that finds elements.
pub const XML_PATH_STEPS_MAX: usize = 32;

// --- Connections --------------------------------------------------------------------------------

/// Client connections of one worker; beyond it the listener stops accepting.
pub const CONNECTIONS_PER_WORKER_MAX: usize = 100_000;
/// A client connection without a request is closed after this.
pub const CLIENT_IDLE_MS: u64 = 60_000;
/// From the first byte of a head to its last.
pub const CLIENT_HEAD_MS: u64 = 10_000;
/// Longest pause between two pieces of a request body, and of one write to a client.
pub const CLIENT_STALL_MS: u64 = 30_000;
/// TLS handshake, both sides.
pub const TLS_HANDSHAKE_MS: u64 = 10_000;
/// After a response that ends a connection, unread bytes are taken for this long.
pub const LINGER_MS: u64 = 2_000;
/// After a wait of this length the gateway starts to look whether its client is still there.
pub const CLIENT_GONE_CHECK_MS: u64 = 250;
/// Period in which time limits are enforced: a limit is reached up to this much late.
pub const LIMITS_SWEEP_MS: u64 = 10;
/// Pause of a listener that ran out of file descriptors.
pub const ACCEPT_BACKOFF_MS: u64 = 100;
/// Graceful drain on SIGTERM: requests in flight get this long. Flag `--drain-deadline`.
pub const DRAIN_DEADLINE_MS_DEFAULT: u64 = 30_000;
/// Requests cut off at the deadline of a drain get this long to notice.
pub const CUT_OFF_MS: u64 = 1_000;
/// A client connection without a request for this long gives back what only requests need.
pub const IDLE_RELEASE_MS: u64 = 200;
/// Initial capacity of a connection's read buffer, bytes; an idle connection keeps it.
pub const CONNECTION_READ_BYTES: usize = 2 * 1024;
/// Initial capacity of a connection's write buffer, bytes; an idle connection has none.
pub const CONNECTION_WRITE_BYTES: usize = 4 * 1024;
/// Pooled buffers for bodies and upstream heads, bytes.
pub const POOLED_BUFFER_BYTES: usize = 16 * 1024;
/// Buffers once a body exceeds [`POOLED_BUFFER_BYTES`].
pub const LARGE_BUFFER_BYTES: usize = 64 * 1024;
/// Pooled buffers kept by one worker, each size.
pub const POOLED_BUFFERS_MAX: usize = 1_024;

// --- Integrations -------------------------------------------------------------------------------

/// AWS "Integration timeout", shortest.
pub const INTEGRATION_TIMEOUT_MS_MIN: u32 = 50;
/// AWS "Integration timeout", default.
pub const INTEGRATION_TIMEOUT_MS_DEFAULT: u32 = 29_000;
/// AWS "Integration timeout", longest without raising the limit.
pub const INTEGRATION_TIMEOUT_MS_MAX: u32 = 29_000;
/// Longest a stage may raise the integration timeout to: 15 minutes.
pub const INTEGRATION_TIMEOUT_RAISED_MS_MAX: u32 = 900_000;
/// AWS "Payload size", bytes: the largest back-end body that a template or a mapping reads.
pub const MAPPED_RESPONSE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// AWS Lambda "Invocation payload", bytes: events and answers of functions.
pub const FUNCTION_PAYLOAD_BYTES_MAX: usize = 6 * 1024 * 1024;
/// What an answer may be longer than that, bytes: Lambda sends up to 6,291,556.
pub const FUNCTION_ANSWER_MARGIN_BYTES: usize = 1024;
/// Names in one map of fields of a function's answer, and values under one name.
pub const FUNCTION_FIELDS_MAX: usize = 256;
/// AWS "Lambda proxy integration format for response streaming": metadata and delimiter, bytes.
pub const STREAM_METADATA_BYTES_MAX: usize = 16 * 1024;
/// Largest message of an event stream, bytes: what AWS's SDKs take.
pub const EVENT_STREAM_MESSAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Largest headers of such a message, bytes.
pub const EVENT_STREAM_HEADERS_BYTES_MAX: usize = 128 * 1024;
/// AWS "Idle timeout" of a streamed response, Regional and private APIs.
pub const STREAM_IDLE_MS_MAX: u64 = 300_000;
/// AWS: longest duration of a streamed response.
pub const STREAM_TIMEOUT_MS_MAX: u32 = 900_000;
/// An idle upstream connection is closed after this.
pub const UPSTREAM_IDLE_MS: u64 = 50_000;
/// Idle upstream connections one worker keeps for one endpoint.
pub const UPSTREAM_IDLE_PER_ENDPOINT_MAX: usize = 1_024;
/// Endpoints one worker keeps pools for; the least recently used pool goes first.
pub const UPSTREAM_ENDPOINTS_MAX: usize = 4_096;
/// Resolved names live this long: getaddrinfo reports no time to live.
pub const DNS_TTL_MS: u64 = 30_000;
/// Failed look-ups live this long.
pub const DNS_NEGATIVE_TTL_MS: u64 = 1_000;
/// Names the resolver remembers.
pub const DNS_NAMES_MAX: usize = 4_096;
/// Look-ups under way at once.
pub const DNS_LOOKUPS_MAX: usize = 64;

// --- Response cache -----------------------------------------------------------------------------

/// AWS default TTL of a cached response, seconds.
pub const CACHE_TTL_SECONDS_DEFAULT: u32 = 300;
/// AWS longest TTL, seconds.
pub const CACHE_TTL_SECONDS_MAX: u32 = 3_600;
/// AWS "Maximum size of a cached response", bytes.
pub const CACHED_RESPONSE_BYTES_MAX: usize = 1_048_576;
/// Requests that may wait for one fill; beyond it a request goes to the back end itself.
pub const CACHE_WAITERS_MAX: usize = 1_024;
/// Longest cache key, bytes; a request with a longer one is not cached.
pub const CACHE_KEY_BYTES_MAX: usize = 16 * 1024;

// --- Access log ---------------------------------------------------------------------------------

/// Bytes one worker collects for one destination before it hands them on.
pub const ACCESS_LOG_BATCH_BYTES: usize = 64 * 1024;
/// A batch is handed on at least this often.
pub const ACCESS_LOG_FLUSH_MS: u64 = 100;
/// Batches waiting for the writer; beyond it records are dropped and counted.
pub const ACCESS_LOG_BATCHES_MAX: usize = 256;
/// Longest access-log record, bytes (AWS: 1 MB); longer ones are cut.
pub const ACCESS_LOG_RECORD_BYTES_MAX: usize = 32 * 1024;
/// Diagnostics one worker writes in a second; the rest are counted.
pub const DIAGNOSTICS_PER_SECOND_MAX: u32 = 100;

/// Log files the writer keeps open; beyond it the least recently written one is closed.
pub const ACCESS_LOG_FILES_MAX: usize = 256;
/// The writer looks at most this often whether a log file was moved away.
pub const ACCESS_LOG_REOPEN_MS: u64 = 1_000;
/// At shutdown the writer gets this long to write what is left.
pub const ACCESS_LOG_FINISH_MS: u64 = 5_000;

// --- Admin port ---------------------------------------------------------------------------------

/// Open connections of the admin port; beyond it clients wait in the listen queue.
pub const ADMIN_CONNECTIONS_MAX: usize = 256;
/// A connection of the admin port on which no byte moves is closed after this.
pub const ADMIN_IDLE_MS: u64 = 60_000;
/// One admin request, from its head to the start of its answer.
pub const ADMIN_REQUEST_MS: u64 = 30_000;
/// An admin connection is closed after this, so that a client that stops reading holds nothing.
pub const ADMIN_CONNECTION_MS: u64 = 600_000;
/// Body of an admin request, bytes: an OpenAPI document and its envelope.
pub const ADMIN_BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

// --- Store --------------------------------------------------------------------------------------

/// Old revisions kept of one document.
pub const HISTORY_REVISIONS_MAX: u32 = 20;
/// Old revisions kept of all documents together.
pub const HISTORY_ENTRIES_MAX: u32 = 100_000;
/// Largest store whose every page is checked at start, bytes: at about 1 GB/s.
pub const STORE_CHECK_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Stages read at start that wait for a thread to compile them, with their copies of APIs.
pub const START_STAGES_WAITING_MAX: usize = 16;
/// Threads that compile them.
pub const START_THREADS_MAX: usize = 16;
/// How long a start waits for the process before it to give up the data folder.
pub const STORE_LOCK_MS: u128 = 2_000;
/// How long a commit waits for another program that holds the store.
pub const STORE_BUSY_MS: u64 = 5_000;

// --- Publishing ---------------------------------------------------------------------------------

/// Publications followed to the workers at once; what each replaced is kept until it is unused.
pub const PUBLICATIONS_FOLLOWED_MAX: usize = 64;
// --- Signatures and policies --------------------------------------------------------------------

/// AWS: a signature is good this long before and after the time it names, seconds.
pub const SIGV4_SKEW_SECONDS_MAX: u64 = 300;
/// AWS "X-Amz-Expires", longest, seconds: seven days.
pub const SIGV4_EXPIRES_SECONDS_MAX: u64 = 604_800;
/// Query parameters of one signed request: they are sorted.
pub const SIGV4_QUERY_PARAMETERS_MAX: usize = 1_024;
/// Signing keys that one set of credentials keeps: a day, a region and a service each.
pub const OUTGOING_KEYS_MAX: usize = 64;
/// Roles that one worker has assumed.
pub const ROLES_MAX: usize = 1_024;
/// From the start of an AssumeRole call to the last byte of its answer.
pub const ROLE_TIMEOUT_MS: u64 = 10_000;
/// Largest answer of AssumeRole, bytes.
pub const ROLE_ANSWER_BYTES_MAX: usize = 64 * 1024;
/// A session is renewed this long before it ends, while calls go on with it.
pub const ROLE_RENEWAL_SECONDS: u64 = 300;
/// Longest pause after a role was refused; it starts with two seconds and doubles.
pub const ROLE_RETRY_SECONDS_MAX: u64 = 60;
/// AWS: a policy document, characters that are not white space (role inline policies).
pub const IAM_POLICY_CHARS_MAX: usize = 10_240;
/// Value of a request that a policy compares with a pattern, bytes; a longer one cannot be told.
pub const IAM_VALUE_BYTES_MAX: usize = 4_096;
/// AWS "Managed policies attached to an IAM user", once raised: documents decided together.
pub const IAM_POLICIES_PER_USER_MAX: usize = 20;
/// Largest document of the management plane, bytes: a resource with its methods, for one. Deployed
/// copies of APIs are not held in memory and may be larger.
pub const DOCUMENT_BYTES_MAX: usize = 16 * 1024 * 1024;

// --- Functions ----------------------------------------------------------------------------------

/// AWS "Timeout" of a function that says nothing, seconds.
pub const FUNCTION_TIMEOUT_SECONDS_DEFAULT: u32 = 3;
/// AWS "Function timeout", seconds.
pub const FUNCTION_TIMEOUT_SECONDS_MAX: u32 = 900;
/// AWS "MemorySize" of a function that says nothing, MB.
pub const FUNCTION_MEMORY_MB_DEFAULT: u32 = 128;
/// AWS "Function memory allocation", MB.
pub const FUNCTION_MEMORY_MB_MAX: u32 = 10_240;
/// Functions of one runner.
pub const FUNCTIONS_MAX: usize = 10_000;
/// Published versions of one function.
pub const FUNCTION_VERSIONS_MAX: usize = 1_000;
/// Aliases of one function.
pub const FUNCTION_ALIASES_MAX: usize = 1_000;
/// AWS "Function resource-based policy", bytes.
pub const FUNCTION_POLICY_BYTES_MAX: usize = 20_480;
/// AWS "Function environment variables", bytes of all of them.
pub const FUNCTION_ENVIRONMENT_BYTES_MAX: usize = 4_096;
/// Tags of a function (AWS: 50).
pub const FUNCTION_TAGS_MAX: usize = 50;
/// AWS "Concurrent executions" of an account; also the most processes there are.
pub const FUNCTION_CONCURRENCY_MAX: u32 = 1_000;
/// AWS: what no function may reserve of it.
pub const FUNCTION_CONCURRENCY_UNRESERVED_MIN: u32 = 100;
/// AWS: longest buffered response, bytes.
pub const FUNCTION_RESPONSE_BYTES_MAX: usize = 6_291_556;
/// AWS: longest streamed response, bytes.
pub const FUNCTION_STREAM_BYTES_MAX: u64 = 200 * 1024 * 1024;
/// Pieces of a streamed response that wait for a slow reader.
pub const FUNCTION_STREAM_PIECES_MAX: usize = 16;
/// AWS "Invocation payload", asynchronous, bytes.
pub const FUNCTION_EVENT_BYTES_MAX: usize = 1_048_576;
/// Asynchronous events that wait or run; beyond it TooManyRequestsException.
pub const FUNCTION_EVENTS_MAX: usize = 10_000;
/// Bytes of all asynchronous events that wait or run.
pub const FUNCTION_EVENTS_BYTES_MAX: usize = 64 * 1024 * 1024;
/// AWS "Maximum age of event", seconds: for an event that finds no room.
pub const FUNCTION_EVENT_AGE_SECONDS_MAX: u64 = 6 * 3_600;
/// AWS "Retry attempts" of an asynchronous invocation that failed.
pub const FUNCTION_RETRIES_MAX: u32 = 2;
/// AWS: between the attempts of an asynchronous invocation; twice as long before the second.
pub const FUNCTION_RETRY_MS: u64 = 60_000;
/// AWS: how long a process may take until it asks for its first invocation.
pub const FUNCTION_INIT_MS: u64 = 10_000;
/// Connections of the Lambda endpoint that wait to be accepted.
pub const FUNCTION_BACKLOG: i32 = 4_096;
/// An invocation waits so long for a process that is busy before another one is started.
pub const FUNCTION_WAIT_MS: u64 = 2;
/// A process without work ends after this.
pub const FUNCTION_IDLE_MS: u64 = 300_000;
/// Invocations in flight get this long when the runner stops.
pub const FUNCTION_DRAIN_MS: u64 = 5_000;
/// Changes of a code folder within this are one.
pub const FUNCTION_CHANGE_MS: u64 = 50;
/// AWS "Deployment package (.zip file archive) size", zipped, bytes.
pub const FUNCTION_ZIP_BYTES_MAX: usize = 50 * 1024 * 1024;
/// AWS "Deployment package (.zip file archive) size", unzipped, bytes.
pub const FUNCTION_CODE_BYTES_MAX: u64 = 262_144_000;
/// Entries of a deployment package.
pub const FUNCTION_CODE_FILES_MAX: usize = 20_000;
/// Folders below each other in a deployment package.
pub const FUNCTION_CODE_DEPTH_MAX: usize = 64;
/// Body of a call that manages functions, bytes: a zipped package in base 64.
pub const FUNCTION_CALL_BYTES_MAX: usize = 70 * 1024 * 1024;
/// Open connections of the Lambda endpoint; beyond it clients wait in the listen queue.
pub const FUNCTION_CONNECTIONS_MAX: usize = 16_384;
/// Open connections of one Runtime API.
pub const RUNTIME_API_CONNECTIONS_MAX: usize = 64;
/// From a connection to a whole request head, at the Lambda endpoint and the Runtime API.
pub const FUNCTION_HEAD_MS: u64 = 60_000;
/// Longest line of a function's output, bytes; longer ones are cut into several.
pub const FUNCTION_LINE_BYTES_MAX: usize = 16 * 1024;
/// Output of functions that waits for its writer, bytes; beyond it lines are counted and dropped.
pub const FUNCTION_LOG_BYTES_MAX: usize = 1024 * 1024;
/// AWS: the end of the log that `LogType: Tail` shows, bytes.
pub const FUNCTION_TAIL_BYTES_MAX: usize = 4_096;

// --- Commands -----------------------------------------------------------------------------------

/// Commands of the management API that wait for a worker; beyond it a call is answered 503.
pub const COMMANDS_MAX: usize = 64;
/// Tests of methods (TestInvokeMethod) under way at once; beyond it a call is answered 503.
pub const TEST_INVOCATIONS_MAX: usize = 16;
/// Largest response of a back end that a test of a method takes, bytes (AWS "Payload size").
pub const TEST_RESPONSE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// What a test of a method may take beside its integration's timeout.
pub const TEST_MARGIN_MS: u64 = 800;
/// AWS execution logs cut what is longer than this, bytes.
pub const EXECUTION_LOG_VALUE_BYTES_MAX: usize = 1_024;
/// AWS "Users in an account".
pub const IAM_USERS_MAX: usize = 5_000;
/// AWS "Access keys assigned to an IAM user".
pub const ACCESS_KEYS_PER_USER_MAX: usize = 2;
/// Signing keys kept of access keys, days and regions; beyond it they are derived anew.
pub const SIGNING_KEYS_MAX: usize = 4_096;
/// Longest record of the audit log, bytes (AWS: 256 KB); parameters that do not fit are left out.
pub const AUDIT_RECORD_BYTES_MAX: usize = 64 * 1024;
/// Longest text within a record of the audit log that a caller chooses, characters.
pub const AUDIT_TEXT_CHARS_MAX: usize = 1_024;

// --- Workers ------------------------------------------------------------------------------------

/// Worker threads.
pub const WORKERS_MAX: usize = 256;
/// Entries of one worker's submission ring.
pub const RING_ENTRIES: u32 = 1_024;
