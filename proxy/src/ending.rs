//! How a request ends, and what is known of its back end by then.

use ringway_core::error::{GatewayError, ResponseType};

/// Why a request ends without a complete response: only closing is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closed {
    /// The client went away, or does not take its response.
    ClientGone,
    /// The back end's response broke off after its head was sent on.
    Truncated,
}

/// What happens to the connection after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Another request may follow.
    KeepAlive,
    /// Close after the client could read its response.
    Linger,
    /// Close now.
    Close,
}

/// How a request ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// With a gateway response.
    Gateway(GatewayError),
    /// Without a complete response.
    Closed(Closed),
}

impl From<GatewayError> for Failure {
    fn from(error: GatewayError) -> Self {
        Self::Gateway(error)
    }
}

impl From<Closed> for Failure {
    fn from(closed: Closed) -> Self {
        Self::Closed(closed)
    }
}

/// What the log says of [`Closed::Truncated`]; the client sees a closed connection.
pub(crate) static TRUNCATED: GatewayError =
    GatewayError::new(ResponseType::IntegrationFailure, "the back end's response broke off");

/// A response that was sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered {
    /// Status sent.
    pub(crate) status: u16,
    /// Body bytes sent.
    pub(crate) bytes: u64,
}

/// What the back end took and said; the log and the metrics want it whatever the end.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BackEnd {
    /// From the start of the call to its response's head, microseconds; `None` without a call.
    pub(crate) latency_us: Option<u64>,
    /// Status of its response.
    pub(crate) status: Option<u16>,
    /// The status that a function chose for the client.
    pub(crate) function_status: Option<u16>,
    /// The identifier that an AWS service gave the call.
    pub(crate) request_id: Option<[u8; 36]>,
}
